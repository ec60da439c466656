/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oxygen tonight with a real InfluxDB, and oxygen backtest as a person runs it. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"
#include "analytics/config.h"
#include "analytics/series.h"
#include "analytics/water/night.h"
#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "collector/common/tongue.h"
#include "tests/analytics/nightpond.h"
#include "tests/support/influxd.h"

#define NOW  1795525200000LL /* 2026-11-24 20:00 WIB */
#define DAYS 14

static char dir[256], config[300], out[300], words[300];

static int set_up(void **state)
{
    (void)state;
    http_global_init();
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(config, sizeof config, "%s/analytics.json", dir);
    (void)snprintf(out, sizeof out, "%s/out.csv", dir);
    (void)snprintf(words, sizeof words, "%s/words", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

/* What it says on stdout and stderr together; the caller frees. */
static char *run(const struct command_options *o, int code)
{
    int to = open(words, O_WRONLY | O_CREAT | O_TRUNC, 0600), was[2];
    int rc;

    assert_true(to >= 0);
    (void)fflush(NULL);
    for (int fd = 1; fd <= 2; fd++) {
        was[fd - 1] = dup(fd);
        assert_true(was[fd - 1] >= 0 && dup2(to, fd) >= 0);
    }
    rc = command_oxygen(o);
    (void)fflush(NULL);
    for (int fd = 1; fd <= 2; fd++) {
        assert_true(dup2(was[fd - 1], fd) >= 0);
        (void)close(was[fd - 1]);
    }
    (void)close(to);
    if (rc != code)
        fail_msg("code %d, not %d: %s", rc, code, support_read(words, NULL));
    return support_read(words, NULL);
}

static void must_say(const char *text, const char *what)
{
    if (strstr(text, what) == NULL)
        fail_msg("never says %s: %s", what, text);
}

static int64_t told_ms(void *arg)
{
    return *(const int64_t *)arg;
}

/* Records with a farm of three ponds: k-1 and k-2 have probes, k-3 none. */
static void make_records(const char *url)
{
    static const struct {
        enum records_table table;
        const char *text;
    } TABLE[] = {
        {RECORDS_FARMS,
         "farm,name,regency,kecamatan,entered_on\nf-1,A,kotim,62.02.06,2026-01-01\n"},
        {RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m,entered_on\n"
                        "k-1,f-1,Satu,pond,300,1,2026-01-01\nk-2,f-1,Dua,pond,300,1,2026-01-01\n"
                        "k-3,f-1,Tiga,pond,300,1,2026-01-01\n"},
    };
    char path[300], file[300], text[600], why[256] = "";
    struct records *db = NULL;

    (void)snprintf(path, sizeof path, "%s/r.db", dir);
    (void)snprintf(file, sizeof file, "%s/x.csv", dir);
    assert_int_equal(records_open(&db, path, why, sizeof why), 0);
    for (size_t t = 0; t < sizeof TABLE / sizeof TABLE[0]; t++) {
        struct records_report r = {0};

        support_write(file, TABLE[t].text);
        assert_int_equal(records_import(db, TABLE[t].table, file, NOW - 1000, 0, NULL, NULL, &r),
                         0);
        assert_int_equal(r.bad, 0);
    }
    records_close(db);
    (void)snprintf(text, sizeof text,
                   "{\"records\":{\"path\":\"r.db\"},\"source\":{\"influx\":{\"url\":\"%s\","
                   "\"database\":\"nila\"}}}",
                   url);
    support_write(config, text);
}

static struct series_source *source(const char *url)
{
    struct influx_config i = {.url = url, .database = "nila"};
    struct analytics_config c;
    struct series_source *s = NULL;
    struct influx *db;
    char why[256];

    assert_int_equal(influx_open(&db, &i), 0);
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    influx_close(db);
    assert_int_equal(analytics_config_load(&c, config, why, sizeof why), 0);
    assert_int_equal(series_source_open(&s, &c, why, sizeof why), 0);
    return s;
}

/* Readings of k-1 and k-2; every second night k-1 is aerated from 20:00 on. */
static void make_readings(struct series_source *s)
{
    char why[256];

    for (int p = 1; p <= 2; p++) {
        struct nightpond pond = nightpond_new((uint64_t)p);
        struct buf b = {0};

        for (int64_t ts = NOW - DAYS * CIVIL_DAY_MS; ts <= NOW; ts += NIGHT_STEP_MS) {
            struct civil c = civil_from_ts(ts);
            bool night = c.hour >= 20 || c.hour < 7;

            if (c.hour == 7 && c.minute == 0)
                nightpond_day(&pond);
            pond.on = p == 1 && night && civil_day(ts - 8 * 3600000) % 2 == 0;
            buf_printf(&b, "water,device=d,pond=k-%d do_mg_l=%.3f,do_mg_l_q=1 %lld\n", p,
                       nightpond_step(&pond, c.hour * 60 + c.minute), (long long)ts);
            if (p == 1)
                buf_printf(&b, "equipment,device=r,pond=k-1 relay=%d,relay_q=1 %lld\n",
                           pond.on ? 1 : 0, (long long)ts);
        }
        assert_int_equal(series_write(s, b.p, b.n, why, sizeof why), 0);
        buf_free(&b);
    }
}

/* The one value that InfluxDB answers. */
static void must_answer(const char *url, const char *query, const char *value)
{
    struct http_answer a;
    struct buf ask = {0};
    struct http *h;
    char want[40];

    assert_int_equal(http_open(&h), 0);
    buf_printf(&ask, "%s/query?db=nila&q=", url);
    http_quote(&ask, query);
    assert_int_equal(http_do(h, &(struct http_request){.method = "GET", .url = ask.p}, &a, NULL, 0),
                     0);
    (void)snprintf(want, sizeof want, ",%s]]", value);
    must_say(a.body.p, want);
    buf_free(&a.body);
    buf_free(&ask);
    http_close(h);
}

static void tonight_is_told_and_written(void **state)
{
    static int64_t now = NOW + 123;
    const struct clock_source told = {.wall_ms = told_ms, .mono_ms = told_ms, .arg = &now};
    struct command_options o = {.config = config, .oxygen = {.tonight = true, .write = true}};
    struct influxd d;
    struct series_source *s;
    char *text;

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    make_records(d.url);
    s = source(d.url);
    make_readings(s);
    clock_set(&told);
    tongue_set(true);
    text = run(&o, EX_OK);
    must_say(text, "k-1 (Satu)\n  tanpa kincir: terendah ");
    must_say(text, "\n  dengan kincir: terendah ");
    must_say(text, "k-2 (Dua)\n  tanpa kincir: terendah ");
    must_say(text, "k-3 (Tiga)\n  belum dapat diramal");
    must_say(text, "dari 14 malam");
    must_say(text, "gambut");
    free(text);
    {
        static const char *const ASK[] = {
            "SELECT count(min_p50) FROM oxygen_night WHERE pond='k-1' AND regency='kotim'",
            "2",
            "SELECT count(p50) FROM oxygen_path WHERE pond='k-2' AND kecamatan='62.02.06'",
            "66",
            "SELECT last(aerated) FROM oxygen_night WHERE pond='k-1'",
            "1",
        };

        for (size_t i = 0; i < sizeof ASK / sizeof ASK[0]; i += 2)
            must_answer(d.url, ASK[i], ASK[i + 1]);
    }
    /* the pond without a probe, one reading on record, of 19:40 */
    {
        struct command_options r = {.config = config, .quiet = true, .oxygen = {.at = "19:40"}};
        char k3[] = "k-3", k9[] = "k-9", value[] = "6,2", much[] = "25.1", none[] = "x";
        char *good[] = {k3, value}, *high[] = {k3, much}, *word[] = {k3, none};
        char *nowhere[] = {k9, value};

        assert_int_equal(command_reading(&r, high, 2), EX_USAGE);
        assert_int_equal(command_reading(&r, word, 2), EX_USAGE);
        assert_int_equal(command_reading(&r, good, 1), EX_USAGE);
        assert_int_equal(command_reading(&r, nowhere, 2), EX_NOINPUT);
        r.oxygen.at = "20:05"; /* yet to come */
        assert_int_equal(command_reading(&r, good, 2), EX_USAGE);
        r.oxygen.at = "25:00";
        assert_int_equal(command_reading(&r, good, 2), EX_USAGE);
        o.oxygen.pond = "k-3";
        text = run(&o, EX_OK);
        must_say(text, "k-3 (Tiga)\n  belum dapat diramal"); /* nothing of all that was kept */
        free(text);
        r.oxygen.at = "19:40";
        assert_int_equal(command_reading(&r, good, 2), EX_OK);
        text = run(&o, EX_OK);
        must_say(text, "k-3 (Tiga)\n  tanpa kincir: terendah ");
        must_say(text, "satu pengukuran");
        free(text);
        must_answer(d.url, "SELECT count(min_p50) FROM oxygen_night WHERE pond='k-3'", "1");
    }
    /* the reading given along */
    o.oxygen.pond = "k-3";
    o.oxygen.reading_mg_l = 6.2;
    o.oxygen.write = false;
    o.json = true;
    text = run(&o, EX_OK);
    must_say(text, "\"basis\":\"handheld\"");
    must_say(text, "\"tried_on_peat\":false");
    assert_null(strstr(text, "k-1"));
    free(text);
    o.json = false;
    text = run(&o, EX_OK);
    must_say(text, "satu pengukuran");
    free(text);
    o.oxygen.pond = "k-9";
    text = run(&o, EX_NOINPUT);
    must_say(text, "tidak ada kolam k-9");
    free(text);
    now = NOW - 6 * 3600000;
    text = run(&o, EX_USAGE);
    must_say(text, "18:00");
    free(text);
    o.oxygen.reading_mg_l = 0;
    text = run(&o, EX_USAGE);
    must_say(text, "16:00");
    free(text);
    clock_set(NULL);
    tongue_set(false);
    series_source_close(s);
    influxd_stop(&d);
}

/* One simulated pond of 20 days as CSV. */
static void write_csv(const char *path)
{
    struct nightpond pond = nightpond_new(3);
    struct buf b = {0};

    buf_str(&b, "time,do_mgl\n");
    for (int64_t ts = NOW - 20 * CIVIL_DAY_MS; ts <= NOW; ts += NIGHT_STEP_MS) {
        struct civil c = civil_from_ts(ts);

        if (c.hour == 7 && c.minute == 0)
            nightpond_day(&pond);
        buf_printf(&b, "%04d-%02d-%02d %02d:%02d:00,%.2f\n", c.year, c.month, c.day, c.hour,
                   c.minute, nightpond_step(&pond, c.hour * 60 + c.minute));
    }
    support_write(path, b.p);
    buf_free(&b);
}

static void backtest_writes_the_file_and_prints_scores(void **state)
{
    char csv[300], other[320];
    char *file[2] = {csv, csv};
    struct command_options o = {
        .config = "none",
        .english = true,
        .out = out,
        .oxygen = {.issue = "20:00", .until = "07:00", .below = "2.5", .file = file, .files = 1}};
    char *text, *rows;

    (void)state;
    (void)snprintf(csv, sizeof csv, "%s/k-7.csv", dir);
    write_csv(csv);
    text = run(&o, EX_OK);
    must_say(text, "persistence");
    must_say(text, "80% band");
    must_say(text, "peat");
    free(text);
    rows = support_read(out, NULL);
    assert_int_equal(strncmp(rows, "pond,date,k,do\nk-7,", 19), 0);
    free(rows);
    o.json = true;
    text = run(&o, EX_OK);
    must_say(text, "\"pond\":\"k-7\"");
    free(text);
    o.oxygen.files = 2;
    text = run(&o, EX_USAGE);
    must_say(text, "same name");
    free(text);
    o.oxygen.files = 1;
    o.oxygen.below = "-1";
    free(run(&o, EX_USAGE));
    o.oxygen.below = NULL;
    o.oxygen.issue = "noon";
    free(run(&o, EX_USAGE));
    o.oxygen.issue = "12:00";
    free(run(&o, EX_USAGE));
    o.oxygen.issue = NULL;
    (void)snprintf(other, sizeof other, "%s/nowhere.csv", dir);
    file[0] = other;
    free(run(&o, EX_NOINPUT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tonight_is_told_and_written),
        cmocka_unit_test(backtest_writes_the_file_and_prints_scores),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
