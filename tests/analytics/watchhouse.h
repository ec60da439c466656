/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watchhouse: a farm with a made-up collector, channels that only write down what they are told, and a clock that a test turns: what
 * the tests of watch stand in. For programs that need no more than one. */
#ifndef TESTS_WATCHHOUSE_H
#define TESTS_WATCHHOUSE_H

#include "tests/analytics/fakecollector.h"

#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <sqlite3.h>

#include "analytics/alert/watch.h"
#include "analytics/commands.h"
#include "analytics/records/alarms.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "tests/support/stubhttp.h"

#define SEC ((int64_t)1000)
#define MIN (60 * SEC)

static char dir[256], config_path[320], db_path[320], socket_path[320];
static struct records *db;
static struct analytics_config *config;
static struct series_source *series;
static struct channels *channels;
static struct watch *watch;
static struct fake_collector fake;
static _Atomic int64_t wall, crash_ms, mains_ms;
static atomic_bool calm, hot;
static _Atomic double held; /* oxygen, mg/L, at any hour; 0: as it goes */
static bool button;         /* the contact is the button on the box, and not the mains */
static _Atomic int64_t button_ms, released_ms; /* it is pressed from here (0: never) to there */
static bool routine;                           /* the routine message is wanted */
static bool many;                              /* a hundred ponds, q-0 to q-99, go as p-1 does */

static int64_t at(const char *iso)
{
    int64_t ms = 0;

    assert_int_equal(civil_parse_iso(iso, &ms, NULL), 0);
    return ms;
}

static int64_t clock_now(void *arg)
{
    (void)arg;
    return wall;
}
static bool clock_yes(void *arg)
{
    (void)arg;
    return true;
}

/* Every second night with the aerator on from 20:00 to 06:00, where aerated_nights is set; then oxygen is 5 mg/L. The relay
 * tells it where by_relay is set. */
static bool aerated_nights, by_relay;
static bool aerated_at(int64_t ts)
{
    int hour = civil_from_ts(ts).hour;

    return aerated_nights && (hour >= 20 || hour < 6) && civil_day(ts - 12 * 60 * MIN) % 2 == 0;
}

/* Oxygen over a day: 8 mg/L at dusk, 2.2 before dawn; the night of crash_ms it falls to 0.8 at 03:00 and is well at 05:00. */
static double pond_value(const char *pond, const char *metric, int64_t ts)
{
    struct civil c = civil_from_ts(ts);
    double h = c.hour + c.minute / 60.0;

    if (strcmp(metric, "input") == 0 && pond[0] == '\0' && button)
        return button_ms != 0 && ts >= button_ms && ts < released_ms ? 1 : 0;
    if (strcmp(metric, "input") == 0 && pond[0] == '\0')
        return mains_ms != 0 && ts >= mains_ms ? 0 : 1;
    if (strcmp(pond, "p-1") != 0 && !(many && strncmp(pond, "q-", 2) == 0))
        return NAN;
    if (strcmp(metric, "temp_c") == 0)
        return hot ? 39.5 : 28.5;
    if (strcmp(metric, "ph") == 0)
        return 7.2;
    if (strcmp(metric, "relay") == 0 && by_relay)
        return aerated_at(ts);
    if (strcmp(metric, "do_mg_l") != 0)
        return NAN;
    if (aerated_at(ts))
        return 5.0;
    if (held > 0)
        return held;
    if (calm)
        return 6.5;
    if (crash_ms != 0 && ts >= crash_ms && ts < crash_ms + 120 * MIN)
        return 0.8;
    if (crash_ms != 0 && ts >= crash_ms + 120 * MIN)
        return 6.0;
    return h >= 6 && h < 18 ? 5.0 + 3.0 * (h - 6) / 12 : 8.0 - 5.8 * fmod(h + 6, 24) / 12;
}

/* --- what is told --- */

struct told {
    int64_t at_ms;
    char channel[SLUG_SIZE], to[64], kind[16], cause[32], sms[400];
};
static struct told told[512];
static size_t n_told;
static pthread_mutex_t told_lock = PTHREAD_MUTEX_INITIALIZER;
static enum channel_fate sms_fate, call_fate, siren_fate;
static enum channel_code sms_code, siren_code; /* with a fate that is not "sent" */
static const char *broken;         /* slug of a channel that refuses everything; "" none */
static const char *more_channels;  /* of the configuration, each with a comma before it; "" none */
static const char *sms_reference;  /* of the modem; "" none */
static atomic_bool siren_hangs;    /* its next message is under way until this is false again */
static struct channel_event heard; /* what comes in with the next listening */

static int fake_send(void *c, const char *to, const struct channel_message *m,
                     struct channel_result *out)
{
    const char *slug = channel_slug(c);

    while (channel_kind_of(c) == CHANNEL_SIREN && siren_hangs)
        (void)sched_yield();
    *out = (struct channel_result){.fate = channel_kind_of(c) == CHANNEL_SMS     ? sms_fate
                                           : channel_kind_of(c) == CHANNEL_CALL  ? call_fate
                                           : channel_kind_of(c) == CHANNEL_SIREN ? siren_fate
                                                                                 : FATE_SENT};
    if (strcmp(slug, broken) == 0) {
        out->fate = FATE_REFUSED;
        out->code = CODE_LOGIN;
    }
    if (channel_kind_of(c) == CHANNEL_SIREN && siren_fate != FATE_SENT)
        out->code = siren_code;
    if (channel_kind_of(c) == CHANNEL_SMS && sms_fate != FATE_SENT)
        out->code = sms_code;
    if (channel_kind_of(c) == CHANNEL_SMS)
        (void)snprintf(out->reference, sizeof out->reference, "%s", sms_reference);
    (void)pthread_mutex_lock(&told_lock);
    if (n_told < sizeof told / sizeof told[0]) {
        struct told *t = &told[n_told++];
        t->at_ms = wall;
        (void)snprintf(t->channel, sizeof t->channel, "%s", slug);
        (void)snprintf(t->to, sizeof t->to, "%.63s", to);
        (void)snprintf(t->kind, sizeof t->kind, "%s", message_kind_name(m->kind));
        (void)snprintf(t->cause, sizeof t->cause, "%.31s", m->cause);
        (void)snprintf(t->sms, sizeof t->sms, "%s", m->sms);
    }
    (void)pthread_mutex_unlock(&told_lock);
    return 0;
}
static int fake_listen(void *c, int64_t wait_ms, channel_heard *fn, void *arg)
{
    struct channel_event e;

    (void)wait_ms;
    if (channel_kind_of(c) != CHANNEL_SMS)
        return NILA_ERR_UNSUPPORTED;
    (void)pthread_mutex_lock(&told_lock);
    e = heard;
    heard = (struct channel_event){0};
    (void)pthread_mutex_unlock(&told_lock);
    if (e.from[0] != '\0')
        fn(arg, &e);
    else
        (void)sched_yield();
    return 0;
}
static inline void hear_next(enum heard_kind kind, const char *from)
{
    (void)pthread_mutex_lock(&told_lock);
    heard = (struct channel_event){
        .kind = kind, .ts_ms = wall, .code = kind == HEARD_STATE ? CODE_NO_SIGNAL : CODE_NONE};
    (void)snprintf(heard.from, sizeof heard.from, "%s", from);
    (void)pthread_mutex_unlock(&told_lock);
}
/* An SMS "OK" of this number that was read at ts_ms by our clock and sent at sent_ms by the operator's. */
static inline void hear_ok(const char *from, int64_t ts_ms, int64_t sent_ms)
{
    (void)pthread_mutex_lock(&told_lock);
    heard = (struct channel_event){.kind = HEARD_OK, .ts_ms = ts_ms, .sent_ms = sent_ms};
    (void)snprintf(heard.from, sizeof heard.from, "%s", from);
    (void)pthread_mutex_unlock(&told_lock);
}
static inline void wait_until_heard(void)
{
    bool waits = true;

    while (waits) {
        (void)sched_yield();
        (void)pthread_mutex_lock(&told_lock);
        waits = heard.from[0] != '\0';
        (void)pthread_mutex_unlock(&told_lock);
    }
}
__attribute__((unused)) static void hear_well(void)
{
    (void)pthread_mutex_lock(&told_lock);
    heard = (struct channel_event){.kind = HEARD_STATE, .from = "-"};
    (void)pthread_mutex_unlock(&told_lock);
}
static void fake_nothing(void *c)
{
    (void)c;
}
static const struct deliver_ops OPS = {fake_send, fake_listen, fake_nothing, fake_nothing};

static inline size_t count(const char *channel, const char *kind, const char *cause)
{
    size_t n = 0;

    for (size_t i = 0; i < n_told; i++)
        n += (channel == NULL || strcmp(told[i].channel, channel) == 0) &&
             (kind == NULL || strcmp(told[i].kind, kind) == 0) &&
             (cause == NULL || strcmp(told[i].cause, cause) == 0);
    return n;
}

__attribute__((unused)) static const struct told *first(const char *channel, const char *kind,
                                                        const char *cause)
{
    for (size_t i = 0; i < n_told; i++)
        if (strcmp(told[i].channel, channel) == 0 && strcmp(told[i].kind, kind) == 0 &&
            strcmp(told[i].cause, cause) == 0)
            return &told[i];
    fail_msg("%s never told %s of %s", channel, kind, cause);
    return NULL;
}

/* --- the house --- */

static void take(enum records_table t, const char *text)
{
    struct records_report report;
    char file[400];

    (void)snprintf(file, sizeof file, "%s/%s.csv", dir, records_table_name(t));
    support_write(file, text);
    assert_int_equal(records_import(db, t, file, wall, 0, NULL, NULL, &report), 0);
}

static void write_config(const char *channel_list)
{
    struct buf b = {0};

    buf_printf(&b,
               "{\"records\":{\"path\":\"%s\"},\"source\":{\"collector\":{\"socket\":\"%s\"}},"
               "\"web\":{\"phone\":\"0812 999\"},\"alert\":{\"every_s\":30,\"heartbeat\":%s,"
               "\"%s\":{\"input\":\"mains\"%s},%s}}",
               db_path, socket_path, routine ? "true" : "false", button ? "acknowledge" : "mains",
               button ? "" : ",\"name\":\"Tambak Satu\"", channel_list);
    support_write(config_path, b.p);
    buf_free(&b);
}

static void open_records(void)
{
    char why[400] = "";

    if (records_open(&db, db_path, why, sizeof why) != 0)
        fail_msg("%s", why);
    take(RECORDS_FARMS,
         "farm,name,regency,kecamatan,entered_on\nf-1,Satu,kotim,62.02.06,2026-10-01\n");
    take(RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m,entered_on\n"
                        "p-1,f-1,Kolam 1,pond,200,1.2,2026-10-01\n"
                        "p-2,f-1,Kolam 2,pond,200,1.2,2026-10-01\n"); /* no probe */
    take(RECORDS_CONTACTS, "contact,name,phone,answers_for,order,quiet,on,entered_on\n"
                           "budi,Budi,0812 111 2222,p-1 p-2,first,21-05,2026-10-01,2026-10-01\n"
                           "sri,Sri,0812 333 4444,farm:f-1,second,21-05,2026-10-01,2026-10-01\n");
}

static int set_up(void **state)
{
    static const struct clock_source CLOCK = {clock_now, clock_now, clock_yes, NULL};

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(config_path, sizeof config_path, "%s/a.json", dir);
    (void)snprintf(db_path, sizeof db_path, "%s/r.db", dir);
    (void)snprintf(socket_path, sizeof socket_path, "%s/c.sock", dir);
    wall = at("2026-11-20T14:00+07:00");
    crash_ms = mains_ms = 0;
    calm = hot = button = siren_hangs = false;
    held = 0;
    button_ms = released_ms = 0;
    routine = aerated_nights = by_relay = false;
    n_told = 0;
    sms_fate = call_fate = siren_fate = FATE_SENT;
    sms_code = siren_code = CODE_NONE;
    many = false;
    sms_reference = broken = more_channels = "";
    heard = (struct channel_event){0};
    clock_set(&CLOCK);
    fake = (struct fake_collector){.value = pond_value, .step_ms = 10 * MIN, .now_ms = wall};
    fake_start(&fake, socket_path);
    open_records();
    return 0;
}

static void begin(void)
{
    char why[400] = "", list[1200];

    (void)snprintf(list, sizeof list,
                   "\"channels\":[{\"slug\":\"siren\",\"kind\":\"siren\",\"switch\":\"siren-1\"},"
                   "{\"slug\":\"sms\",\"kind\":\"sms\",\"modem\":\"m\"},"
                   "{\"slug\":\"call\",\"kind\":\"call\",\"modem\":\"m\"}%s],"
                   "\"modems\":[{\"slug\":\"m\",\"port\":\"/nonexistent/tty\"}]",
                   more_channels);
    write_config(list);
    config = calloc(1, sizeof *config);
    if (analytics_config_load(config, config_path, why, sizeof why) != 0 ||
        series_source_open(&series, config, why, sizeof why) != 0 ||
        channels_open(&channels, &config->channels, why, sizeof why) != 0 ||
        watch_open(&watch, config, db, series, channels, &OPS, why, sizeof why) != 0)
        fail_msg("%s", why);
}

static void end(void)
{
    watch_close(watch);
    channels_close(channels);
    series_source_close(series);
    free(config);
    watch = NULL;
    channels = NULL;
    series = NULL;
    config = NULL;
}

static int tear_down(void **state)
{
    (void)state;
    end();
    records_close(db);
    db = NULL;
    fake_stop(&fake);
    clock_set(NULL);
    support_rmdir(dir);
    return 0;
}

/* Half-minutes until then; each is over when the channels have nothing in hand. */
static void until(int64_t then, int64_t step)
{
    while (wall < then) {
        wall += step;
        fake.now_ms = wall;
        (void)watch_step(watch, NULL);
        while (watch_busy(watch) > 0)
            (void)sched_yield();
    }
}

__attribute__((unused)) static void say(enum ask_kind kind, int minutes)
{
    struct rec_alarm *a = NULL;
    struct rec_ask ask = {
        .kind = kind, .minutes = minutes, .by = "Budi", .how = "page", .at_ms = wall};
    size_t n = 0;

    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_true(n > 0);
    ask.alarm = a[0].id;
    free(a);
    assert_int_equal(records_alarm_ask(db, &ask), 0);
}

#endif
