/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "analytics/config.h"
#include "analytics/series.h"
#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "tests/support/influxd.h"
#include "tests/support/nobody.h"
#include "tests/support/stubhttp.h"

#define T0 1795471920000LL /* 2026-11-24 05:12 WIB */

static struct series_source *open_influx(const char *url)
{
    struct analytics_config c = {.source = SOURCE_INFLUX, .influx_database = "nila"};
    struct series_source *s;
    char why[256] = "";

    (void)snprintf(c.influx_url, sizeof c.influx_url, "%s", url);
    if (series_source_open(&s, &c, why, sizeof why) != 0)
        fail_msg("%s", why);
    return s;
}

static void create_database(const char *url)
{
    struct influx_config c = {.url = url, .database = "nila"};
    struct influx *db;
    char why[256];

    assert_int_equal(influx_open(&db, &c), 0);
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    influx_close(db);
}

static void put(struct series_source *s, const char *lines)
{
    char why[256] = "";

    if (series_write(s, lines, strlen(lines), why, sizeof why) != 0)
        fail_msg("%s", why);
}

/* The story of one pond, told to both sources: five-minute oxygen by d1, one value by d2, bad and missing ones. */
struct told {
    int minute;
    const char *device;
    double value; /* NAN: missing */
    int flag, bits;
};
static const struct told OXYGEN[] = {
    {0, "d1", 5.0, 1, 0},   {5, "d1", 4.0, 2, 0},   {10, "d1", 99.0, 4, 1}, {15, "d1", 3.5, 1, 0},
    {15, "d2", 4.5, 1, 0},  {20, "d1", 9.0, 3, 8},  {25, "d1", NAN, 9, 64}, {40, "d1", 2.5, 1, 0},
    {45, "d1", 2.25, 1, 0}, {50, "d1", 25.5, 4, 1},
};
#define TOLD (sizeof OXYGEN / sizeof OXYGEN[0])

static void tell_influx(struct series_source *s)
{
    struct buf b = {0};

    for (size_t i = 0; i < TOLD; i++) {
        buf_printf(&b, "water,device=%s,kecamatan=62.02.06,pond=k-1,regency=kotim,site=s ",
                   OXYGEN[i].device);
        if (!isnan(OXYGEN[i].value))
            buf_printf(&b, "do_mg_l=%g,", OXYGEN[i].value);
        buf_printf(&b, "do_mg_l_q=%d", OXYGEN[i].flag);
        if (OXYGEN[i].flag != 1)
            buf_printf(&b, ",do_mg_l_bits=%d", OXYGEN[i].bits);
        buf_printf(&b, " %lld\n", T0 + OXYGEN[i].minute * 60000LL);
    }
    /* another pond, another class, a clock that was not trusted */
    buf_printf(&b, "water,device=d9,pond=k-2 do_mg_l=7,do_mg_l_q=1 %lld\n", T0);
    buf_printf(&b, "equipment,device=r1,pond=k-1 relay=1,relay_q=1 %lld\n", T0 + 60000);
    buf_printf(&b, "water_uncertain,device=d1,pond=k-1 do_mg_l=1,do_mg_l_q=1 %lld\n", T0 + 60000);
    buf_printf(&b, "water,device=d1,pond=k-1 temp_c=28.5,temp_c_q=1 %lld\n", T0 + 30 * 60000LL);
    put(s, b.p);
    buf_free(&b);
}

/* --- a collector's socket that tells the same story --- */

struct fake {
    char dir[256];
    struct sockaddr_un a;
    int listener;
    atomic_int *asked; /* calls taken */
    const char *refusal;
    pthread_t thread;
};

static const char *behind(const char *line, const char *key)
{
    char want[32];
    const char *p;

    (void)snprintf(want, sizeof want, "\"%s\":", key);
    p = strstr(line, want);
    return p != NULL ? p + strlen(want) : NULL;
}

static bool number_of(const char *line, const char *key, long long *out)
{
    const char *p = behind(line, key);
    char *end;

    if (p == NULL)
        return false;
    *out = strtoll(p, &end, 10);
    return end != p && (*end == ',' || *end == '}');
}

static bool text_of(const char *line, const char *key, char *out, size_t size)
{
    const char *p = behind(line, key);
    const char *end = p != NULL && *p == '"' ? strchr(p + 1, '"') : NULL;

    if (end == NULL || (size_t)(end - p) > size)
        return false;
    (void)snprintf(out, size, "%.*s", (int)(end - p - 1), p + 1);
    return true;
}

static void answer(struct fake *f, int fd)
{
    char line[512], pond[64] = "", metric[64] = "";
    size_t n = 0;
    long long from, to;
    struct buf b = {0};

    while (n + 1 < sizeof line && recv(fd, line + n, 1, 0) == 1 && line[n] != '\n')
        n++;
    line[n] = '\0';
    if (f->refusal != NULL) {
        buf_str(&b, f->refusal);
    } else if (strstr(line, "\"op\":\"history\"") == NULL ||
               !text_of(line, "pond", pond, sizeof pond) ||
               !text_of(line, "metric", metric, sizeof metric) ||
               !number_of(line, "from_ms", &from) || !number_of(line, "to_ms", &to)) {
        buf_str(&b, "{\"error\":{\"code\":\"request\",\"text\":\"not understood\"}}\n");
    } else {
        bool oxygen = strcmp(pond, "k-1") == 0 && strcmp(metric, "do_mg_l") == 0;
        /* newest half first: a journal's order is that of arrival */
        for (size_t k = 0; oxygen && k < TOLD; k++) {
            const struct told *o = &OXYGEN[(k + TOLD / 2) % TOLD];
            long long ts = T0 + o->minute * 60000LL;
            if (ts < from || ts >= to)
                continue;
            buf_printf(&b, "{\"ts_ms\":%lld,\"device\":\"%s\",\"value\":", ts, o->device);
            if (isnan(o->value))
                buf_str(&b, "null");
            else
                buf_printf(&b, "%g", o->value);
            buf_printf(&b, ",\"flag\":%d,\"bits\":%d}\n", o->flag, o->bits);
        }
        buf_str(&b, "{\"end\":true}\n");
    }
    (void)send(fd, b.p, b.n, MSG_NOSIGNAL);
    buf_free(&b);
}

static void *serve(void *arg)
{
    struct fake *f = arg;
    int fd;

    while ((fd = accept(f->listener, NULL, NULL)) >= 0) {
        atomic_fetch_add(f->asked, 1);
        answer(f, fd);
        (void)close(fd);
    }
    return NULL;
}

static atomic_int asked;

static struct series_source *fake_start(struct fake *f, const char *refusal)
{
    struct analytics_config c = {.source = SOURCE_SOCKET};
    struct series_source *s;
    char why[256];

    *f = (struct fake){.refusal = refusal, .a.sun_family = AF_UNIX, .asked = &asked};
    atomic_store(&asked, 0);
    (void)snprintf(f->dir, sizeof f->dir, "%s", support_tmpdir());
    (void)snprintf(f->a.sun_path, sizeof f->a.sun_path, "%.90s/s", f->dir);
    f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listener, (const struct sockaddr *)&f->a, sizeof f->a), 0);
    assert_int_equal(listen(f->listener, 8), 0);
    assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
    (void)snprintf(c.collector_socket, sizeof c.collector_socket, "%s", f->a.sun_path);
    assert_int_equal(series_source_open(&s, &c, why, sizeof why), 0);
    return s;
}

static void fake_stop(struct fake *f)
{
    (void)shutdown(f->listener, SHUT_RDWR);
    (void)pthread_join(f->thread, NULL);
    (void)close(f->listener);
    support_rmdir(f->dir);
}

/* --- what both must answer --- */

static void expect(struct series_source *s, const char *says, const char *pond, enum metric m,
                   int from_min, int to_min, int bucket_min, size_t n, const int *minute,
                   const double *value)
{
    struct series got;
    int rc = series_load(s, pond, m, T0 + from_min * 60000LL, T0 + to_min * 60000LL,
                         bucket_min * 60000LL, &got);

    if (rc != 0 || got.n != n)
        fail_msg("%s: rc %d, %zu values", says, rc, rc == 0 ? got.n : 0);
    assert_int_equal(got.metric, m);
    for (size_t i = 0; i < n; i++)
        if (got.ts_ms[i] != T0 + minute[i] * 60000LL || fabs(got.value[i] - value[i]) > 1e-9)
            fail_msg("%s: value %zu is %g at minute %lld", says, i, got.value[i],
                     (long long)(got.ts_ms[i] - T0) / 60000);
    series_free(&got);
}

static void loads_what_is_usable(struct series_source *s)
{
    struct series got;

    expect(s, "raw, two devices at once are one value", "k-1", METRIC_DO_MG_L, 0, 60, 0, 5,
           (const int[]){0, 5, 15, 40, 45}, (const double[]){5, 4, 4, 2.5, 2.25});
    expect(s, "buckets, gaps stay gaps", "k-1", METRIC_DO_MG_L, 0, 60, 10, 3,
           (const int[]){0, 10, 40}, (const double[]){4.5, 4, 2.375});
    expect(s, "buckets begin where they are asked to", "k-1", METRIC_DO_MG_L, -3, 57, 30, 2,
           (const int[]){-3, 27}, (const double[]){(5 + 4 + 3.5 + 4.5) / 4, 2.375});
    expect(s, "the end is not included", "k-1", METRIC_DO_MG_L, 5, 40, 0, 2, (const int[]){5, 15},
           (const double[]){4, 4});
    expect(s, "another metric has nothing", "k-1", METRIC_PH, 0, 60, 0, 0, NULL, NULL);
    expect(s, "an unknown pond has nothing", "k-77", METRIC_DO_MG_L, 0, 60, 10, 0, NULL, NULL);
    expect(s, "no time at all", "k-1", METRIC_DO_MG_L, 5, 5, 0, 0, NULL, NULL);
    assert_int_equal(series_load(s, "k-1", METRIC_PH, T0, T0 - 1, 0, &got), NILA_ERR_RANGE);
    assert_int_equal(series_load(s, "k-1", METRIC_PH, T0, T0 + 1, -1, &got), NILA_ERR_RANGE);
    assert_int_equal(series_load(s, "k-1", METRIC_PH, -1, T0, 0, &got), NILA_ERR_RANGE);
    assert_int_equal(series_load(s, "k-1", METRIC_PH, T0, T0 + SERIES_MAX, 1, &got),
                     NILA_ERR_RANGE);
}

static void finds_the_newest(struct series_source *s, bool equipment)
{
    struct series_latest l;
    const struct series_last *o = &l.metric[METRIC_DO_MG_L];

    assert_int_equal(series_latest(s, "k-1", T0 - 1000, &l), 0);
    assert_int_equal(o->ts_ms, T0 + 50 * 60000LL);
    assert_float_equal(o->value, 25.5, 1e-9);
    assert_int_equal(o->flag, 4); /* doubtful values are shown, with their mark */
    assert_int_equal(o->bits, 1);
    assert_string_equal(o->device, "d1");
    assert_int_equal(l.metric[METRIC_PH].ts_ms, 0);
    assert_true(isnan(l.metric[METRIC_PH].value));
    assert_int_equal(l.metric[METRIC_RELAY].ts_ms, equipment ? T0 + 60000 : 0);
    assert_int_equal(l.metric[METRIC_TEMP_C].ts_ms, equipment ? T0 + 30 * 60000LL : 0);
    assert_int_equal(series_latest(s, "k-1", T0 + 51 * 60000LL, &l), 0);
    assert_int_equal(o->ts_ms, 0);
    assert_int_equal(series_latest(s, "k-77", T0, &l), 0);
    assert_int_equal(o->ts_ms, 0);
}

static int64_t told_ms(void *arg)
{
    return *(const int64_t *)arg;
}

static void influxdb_gives_means_of_usable_values(void **state)
{
    struct influxd d;
    struct series_source *s;
    struct series_latest l;
    struct series got;
    char why[256];
    static int64_t now = T0 + 70 * 60000LL;
    const struct clock_source told = {.wall_ms = told_ms, .mono_ms = told_ms, .arg = &now};

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    s = open_influx(d.url);
    clock_set(&told);
    /* before the first collector has written there is no database: that is said, not shown as no data */
    assert_int_equal(series_latest(s, "k-1", T0, &l), NILA_ERR_REFUSED);
    assert_int_equal(series_load(s, "k-1", METRIC_PH, T0, T0 + 1, 0, &got), NILA_ERR_REFUSED);
    create_database(d.url);
    expect(s, "an empty database", "k-1", METRIC_DO_MG_L, 0, 60, 10, 0, NULL, NULL);
    tell_influx(s);
    loads_what_is_usable(s);
    finds_the_newest(s, true);
    /* a missing newest value is found as missing, with its reason */
    put(s, "water,device=d1,pond=k-1 do_mg_l_q=9,do_mg_l_bits=64 1795475820000\n");
    assert_int_equal(series_latest(s, "k-1", T0, &l), 0);
    assert_int_equal(l.metric[METRIC_DO_MG_L].ts_ms, 1795475820000);
    assert_true(isnan(l.metric[METRIC_DO_MG_L].value));
    assert_int_equal(l.metric[METRIC_DO_MG_L].flag, 9);
    assert_int_equal(l.metric[METRIC_DO_MG_L].bits, 64);
    /* a row of a clock gone astray does not hide those that come after it */
    put(s, "water,device=d1,pond=k-1 do_mg_l=8,do_mg_l_q=1 1827007920000\n");
    assert_int_equal(series_latest(s, "k-1", T0, &l), 0);
    assert_int_equal(l.metric[METRIC_DO_MG_L].ts_ms, 1795475820000);
    assert_int_equal(series_write(s, "this is bad\n", 12, why, sizeof why), NILA_ERR_REFUSED);
    assert_non_null(strstr(why, "unable to parse"));
    /* a pond's name is data, never part of the question */
    expect(s, "a hostile name", "x' OR \"pond\" = 'k-1", METRIC_DO_MG_L, 0, 60, 0, 0, NULL, NULL);
    clock_set(NULL);
    series_source_close(s);
    influxd_stop(&d);
}

static void too_many_raw_values_are_refused_not_cut(void **state)
{
    struct influxd d;
    struct series_source *s;
    struct series got = {0};
    struct buf b = {0};

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    create_database(d.url);
    s = open_influx(d.url);
    for (long i = 0; i < SERIES_MAX; i++)
        buf_printf(&b, "water,device=d,pond=k do_mg_l=%ld,do_mg_l_q=1 %lld\n", i, T0 + i * 1000);
    put(s, b.p);
    assert_int_equal(series_load(s, "k", METRIC_DO_MG_L, T0, T0 + 86400000, 0, &got), 0);
    assert_int_equal(got.n, SERIES_MAX);
    assert_float_equal(got.value[SERIES_MAX - 1], SERIES_MAX - 1, 1e-9);
    series_free(&got);
    buf_clear(&b);
    buf_printf(&b, "water,device=d,pond=k do_mg_l=1,do_mg_l_q=1 %lld\n", T0 + SERIES_MAX * 1000LL);
    put(s, b.p);
    assert_int_equal(series_load(s, "k", METRIC_DO_MG_L, T0, T0 + 86400000, 0, &got),
                     NILA_ERR_FULL);
    /* the same in buckets is welcome */
    assert_int_equal(series_load(s, "k", METRIC_DO_MG_L, T0, T0 + 86400000, 3600000, &got), 0);
    assert_int_equal(got.n, 6);
    series_free(&got);
    buf_free(&b);
    series_source_close(s);
    influxd_stop(&d);
}

static void a_collectors_socket_gives_the_same(void **state)
{
    int64_t now = T0 + 55 * 60000LL;
    struct clock_source clock = {.wall_ms = told_ms, .mono_ms = told_ms, .arg = &now};
    struct fake f;
    struct series_source *s = fake_start(&f, NULL);
    struct series_latest l;
    char why[256];
    int calls;

    (void)state;
    clock_set(&clock);
    loads_what_is_usable(s);
    finds_the_newest(s, false);
    /* what is known is not searched again: one short call a metric */
    calls = atomic_load(&asked);
    assert_int_equal(series_latest(s, "k-1", T0, &l), 0);
    assert_int_equal(l.metric[METRIC_DO_MG_L].ts_ms, T0 + 50 * 60000LL);
    assert_int_equal(atomic_load(&asked) - calls, METRIC_COUNT);
    assert_int_equal(series_write(s, "x", 1, why, sizeof why), NILA_ERR_UNSUPPORTED);
    clock_set(NULL);
    series_source_close(s);
    fake_stop(&f);
}

static void a_value_found_later_replaces_the_known_one(void **state)
{
    int64_t now = T0 + 16 * 60000LL;
    struct clock_source clock = {.wall_ms = told_ms, .mono_ms = told_ms, .arg = &now};
    struct fake f;
    struct series_source *s = fake_start(&f, NULL);
    struct series_latest l;
    const struct series_last *o = &l.metric[METRIC_DO_MG_L];

    (void)state;
    clock_set(&clock);
    /* the search looks ten minutes ahead of the clock: minute 25 is there already */
    assert_int_equal(series_latest(s, "k-1", T0, &l), 0);
    assert_int_equal(o->ts_ms, T0 + 25 * 60000LL);
    assert_true(isnan(o->value));
    now = T0 + 36 * 60000LL;
    assert_int_equal(series_latest(s, "k-1", T0, &l), 0);
    assert_int_equal(o->ts_ms, T0 + 45 * 60000LL);
    assert_float_equal(o->value, 2.25, 1e-9);
    now = T0; /* the clock steps back: what lies ahead of it is not believed */
    assert_int_equal(series_latest(s, "k-1", T0, &l), 0);
    assert_int_equal(o->ts_ms, T0 + 5 * 60000LL);
    clock_set(NULL);
    series_source_close(s);
    fake_stop(&f);
}

static void of_two_devices_the_usable_one_counts(void **state)
{
    int64_t now = T0 + 15 * 60000LL;
    struct clock_source clock = {.wall_ms = told_ms, .mono_ms = told_ms, .arg = &now};
    struct influxd d;
    struct series_source *s;
    struct series_latest l;
    const struct series_last *o = &l.metric[METRIC_DO_MG_L];

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    create_database(d.url);
    s = open_influx(d.url);
    clock_set(&clock);
    put(s, "water,device=a,pond=k do_mg_l=1,do_mg_l_q=4,do_mg_l_bits=1 1795471920000\n"
           "water,device=c,pond=k do_mg_l=3,do_mg_l_q=2,do_mg_l_bits=0 1795471920000\n"
           "water,device=b,pond=k do_mg_l=2,do_mg_l_q=1 1795471920000\n");
    assert_int_equal(series_latest(s, "k", T0, &l), 0);
    assert_string_equal(o->device, "b");
    clock_set(NULL);
    series_source_close(s);
    influxd_stop(&d);
}

/* A collector that was brought up to date has a series of each version; an old one tells less. */
static void of_each_collector_the_newest_heartbeat_counts(void **state)
{
    int64_t now = T0 + 15 * 60000LL;
    struct clock_source clock = {.wall_ms = told_ms, .mono_ms = told_ms, .arg = &now};
    struct series_beat *beat = NULL;
    struct influxd d;
    struct series_source *s;
    size_t n = 0, a;

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    create_database(d.url);
    s = open_influx(d.url);
    clock_set(&clock);
    put(s,
        "collector,collector=pi,regency=kotim,site=a,version=1.0 up_s=5,devices=3 1795471920000\n"
        "collector,collector=pi,regency=kotim,site=a,version=1.1 up_s=7,devices=4 1795471980000\n"
        "collector,collector=pi,regency=kotim,site=a,version=1.1 up_s=6,devices=4 1795471970000\n"
        "collector,collector=pi,regency=seruyan,site=b up_s=9 1795471920000\n"
        "collector,collector=tua,regency=kotim,site=c up_s=9 1795371920000\n");
    assert_int_equal(series_beats(s, T0 - 60000, &beat, &n), 0);
    assert_int_equal(n, 2);
    a = strcmp(beat[0].site, "a") == 0 ? 0 : 1;
    assert_string_equal(beat[a].version, "1.1");
    assert_int_equal(beat[a].ts_ms, 1795471980000LL);
    assert_float_equal(beat[a].up_s, 7, 0);
    assert_float_equal(beat[a].devices, 4, 0);
    assert_true(isnan(beat[a].disk_free_mb));
    assert_string_equal(beat[!a].site, "b");
    assert_string_equal(beat[!a].version, "");
    assert_string_equal(beat[!a].regency, "seruyan");
    free(beat);
    clock_set(NULL);
    series_source_close(s);
    influxd_stop(&d);
}

static void every_fault_of_the_source_has_its_name(void **state)
{
    static const struct {
        const char *says, *reply;
        int hang, rc;
    } T[] = {
        /* clang-format off */
        {"busy", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 0, NILA_ERR_IO},
        {"refused", "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 0, NILA_ERR_REFUSED},
        {"not CSV", "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nname\nx,y", 0, NILA_ERR_PARSE},
        {"a time that is none", "HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\nname,tags,time,v\nw,,now,5.1\n", 0, NILA_ERR_PROTO},
        {"a value that is none", "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\nname,tags,time,v\nw,,1,nan\n", 0, NILA_ERR_PROTO},
        {"other columns", "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\nname,tags,time,x\nw,,1,5.1\n", 0, NILA_ERR_PROTO},
        /* clang-format on */
    };
    struct series got;
    struct series_latest l;
    struct series_source *s = open_influx("http://127.0.0.1:1");

    (void)state;
    assert_int_equal(series_load(s, "k-1", METRIC_PH, 0, 1, 0, &got), NILA_ERR_IO);
    assert_int_equal(series_latest(s, "k-1", 0, &l), NILA_ERR_IO);
    series_source_close(s);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct stub_reply r = {.bytes = T[i].reply, .hang = T[i].hang};
        struct stubhttp *h = stubhttp_start(&r, 1);
        char url[64];
        int rc;
        (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", stubhttp_port(h));
        s = open_influx(url);
        rc = series_load(s, "k-1", METRIC_PH, 0, 1, 0, &got);
        if (rc != T[i].rc)
            fail_msg("%s: rc %d", T[i].says, rc);
        series_source_close(s);
        stubhttp_stop(h);
    }
}

static void every_fault_of_the_socket_has_its_name(void **state)
{
    static const struct {
        const char *says, *reply;
        int rc;
    } T[] = {
        /* clang-format off */
        {"refused", "{\"error\":{\"code\":\"range\",\"text\":\"no such pond\"}}\n", NILA_ERR_REFUSED},
        {"its journal is away", "{\"error\":{\"code\":\"journal\",\"text\":\"the journal is away\"}}\n", NILA_ERR_IO},
        {"busy", "{\"error\":{\"code\":\"busy\",\"text\":\"another asks\"}}\n", NILA_ERR_BUSY},
        {"denied", "{\"error\":{\"code\":\"denied\",\"text\":\"not you\"}}\n", NILA_ERR_DENIED},
        {"no JSON", "hello\n", NILA_ERR_PROTO},
        {"no time", "{\"device\":\"d\",\"value\":1,\"flag\":1,\"bits\":0}\n{\"end\":true}\n", NILA_ERR_PROTO},
        {"a flag of ten", "{\"ts_ms\":1,\"device\":\"d\",\"value\":1,\"flag\":10,\"bits\":0}\n{\"end\":true}\n", NILA_ERR_PROTO},
        {"text for a value", "{\"ts_ms\":1,\"device\":\"d\",\"value\":\"1\",\"flag\":1,\"bits\":0}\n{\"end\":true}\n", NILA_ERR_PROTO},
        {"hung up", "", NILA_ERR_CLOSED},
        /* clang-format on */
    };
    struct analytics_config c = {.source = SOURCE_SOCKET, .collector_socket = "/nonexistent/s"};
    struct series got;
    struct series_latest l;
    struct series_source *s;
    char why[256];

    (void)state;
    assert_int_equal(series_source_open(&s, &c, why, sizeof why), 0);
    assert_int_equal(series_load(s, "k-1", METRIC_PH, 0, 1, 0, &got), NILA_ERR_NOT_FOUND);
    assert_int_equal(series_latest(s, "k-1", 0, &l), NILA_ERR_NOT_FOUND);
    series_source_close(s);
    c.collector_socket[0] = '\0';
    assert_int_equal(series_source_open(&s, &c, why, sizeof why), NILA_ERR_CONFIG);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct fake f;
        int rc;
        s = fake_start(&f, T[i].reply);
        rc = series_load(s, "k-1", METRIC_PH, 0, 1, 0, &got);
        if (rc != T[i].rc)
            fail_msg("%s: rc %d", T[i].says, rc);
        series_source_close(s);
        fake_stop(&f);
    }
}

static int open_it(void *arg)
{
    struct series_source *s;
    char why[256];
    int rc = series_source_open(&s, arg, why, sizeof why);

    if (rc == 0)
        series_source_close(s);
    return rc;
}

static void the_login_is_read_from_its_own_file(void **state)
{
    static const struct stub_reply R = {
        .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\nname,tags,time,v\nw,,1,5.25\n"};
    struct stubhttp *h = stubhttp_start(&R, 1);
    struct analytics_config c = {.source = SOURCE_INFLUX, .influx_database = "nila"};
    struct series_source *s;
    struct series got;
    char why[256], dir[200];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(c.influx_url, sizeof c.influx_url, "http://127.0.0.1:%d", stubhttp_port(h));
    (void)snprintf(c.influx_token_file, sizeof c.influx_token_file, "%s/t", dir);
    assert_int_equal(series_source_open(&s, &c, why, sizeof why), NILA_ERR_NOT_FOUND);
    support_write(c.influx_token_file, "no colon\n");
    assert_int_equal(series_source_open(&s, &c, why, sizeof why), NILA_ERR_CONFIG);
    assert_int_equal(chmod(c.influx_token_file, 0), 0);
    assert_int_equal(support_as_nobody(open_it, &c), NILA_ERR_DENIED);
    assert_int_equal(chmod(c.influx_token_file, 0600), 0);
    support_write(c.influx_token_file, "nila:se:cret\n");
    assert_int_equal(series_source_open(&s, &c, why, sizeof why), 0);
    assert_int_equal(series_load(s, "k-1", METRIC_PH, 0, 10, 0, &got), 0);
    assert_int_equal(got.n, 1);
    assert_float_equal(got.value[0], 5.25, 1e-12);
    assert_non_null(strstr(stubhttp_request(h, 0, NULL), "Basic bmlsYTpzZTpjcmV0\r\n"));
    series_free(&got);
    series_source_close(s);
    (void)snprintf(c.influx_token_file, sizeof c.influx_token_file, "%s", dir);
    assert_int_equal(series_source_open(&s, &c, why, sizeof why), NILA_ERR_IO);
    support_rmdir(dir);
    stubhttp_stop(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(influxdb_gives_means_of_usable_values),
        cmocka_unit_test(too_many_raw_values_are_refused_not_cut),
        cmocka_unit_test(a_collectors_socket_gives_the_same),
        cmocka_unit_test(a_value_found_later_replaces_the_known_one),
        cmocka_unit_test(of_two_devices_the_usable_one_counts),
        cmocka_unit_test(of_each_collector_the_newest_heartbeat_counts),
        cmocka_unit_test(every_fault_of_the_source_has_its_name),
        cmocka_unit_test(every_fault_of_the_socket_has_its_name),
        cmocka_unit_test(the_login_is_read_from_its_own_file),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}
