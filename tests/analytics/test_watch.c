/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The alarm from the collector's socket to what people are told: a whole night in compressed time, people who answer, mains and
 * a collector that fall silent; and the real process killed in the middle of an alarm. */
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
static atomic_bool calm;

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

/* Oxygen over a day: 8 mg/L at dusk, 2.2 before dawn; the night of crash_ms it falls to 0.8 at 03:00 and is well at 05:00. */
static double pond_value(const char *pond, const char *metric, int64_t ts)
{
    struct civil c = civil_from_ts(ts);
    double h = c.hour + c.minute / 60.0;

    if (strcmp(metric, "input") == 0 && pond[0] == '\0')
        return mains_ms != 0 && ts >= mains_ms ? 0 : 1;
    if (strcmp(pond, "p-1") != 0)
        return NAN;
    if (strcmp(metric, "temp_c") == 0)
        return 28.5;
    if (strcmp(metric, "ph") == 0)
        return 7.2;
    if (strcmp(metric, "do_mg_l") != 0)
        return NAN;
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
static enum channel_fate sms_fate;
static struct channel_event heard; /* what comes in with the next listening */

static int fake_send(void *c, const char *to, const struct channel_message *m,
                     struct channel_result *out)
{
    const char *slug = channel_slug(c);

    *out =
        (struct channel_result){.fate = channel_kind_of(c) == CHANNEL_SMS ? sms_fate : FATE_SENT};
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
static void hear_next(enum heard_kind kind, const char *from)
{
    (void)pthread_mutex_lock(&told_lock);
    heard = (struct channel_event){.kind = kind};
    (void)snprintf(heard.from, sizeof heard.from, "%s", from);
    (void)pthread_mutex_unlock(&told_lock);
}
static void fake_nothing(void *c)
{
    (void)c;
}
static const struct deliver_ops OPS = {fake_send, fake_listen, fake_nothing, fake_nothing};

static size_t count(const char *channel, const char *kind, const char *cause)
{
    size_t n = 0;

    for (size_t i = 0; i < n_told; i++)
        n += (channel == NULL || strcmp(told[i].channel, channel) == 0) &&
             (kind == NULL || strcmp(told[i].kind, kind) == 0) &&
             (cause == NULL || strcmp(told[i].cause, cause) == 0);
    return n;
}

static const struct told *first(const char *channel, const char *kind, const char *cause)
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
               "\"web\":{\"phone\":\"0812 999\"},\"alert\":{\"every_s\":30,"
               "\"mains\":{\"input\":\"mains\",\"name\":\"Tambak Satu\"},%s}}",
               db_path, socket_path, channel_list);
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
                        "p-1,f-1,Kolam 1,pond,200,1.2,2026-10-01\n");
    take(RECORDS_CONTACTS, "contact,name,phone,answers_for,order,quiet,on,entered_on\n"
                           "budi,Budi,0812 111 2222,p-1,first,21-05,2026-10-01,2026-10-01\n"
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
    calm = false;
    n_told = 0;
    sms_fate = FATE_SENT;
    heard = (struct channel_event){0};
    clock_set(&CLOCK);
    fake = (struct fake_collector){.value = pond_value, .step_ms = 10 * MIN, .now_ms = wall};
    fake_start(&fake, socket_path);
    open_records();
    return 0;
}

static void begin(void)
{
    char why[400] = "";

    write_config("\"channels\":[{\"slug\":\"siren\",\"kind\":\"siren\",\"switch\":\"siren-1\"},"
                 "{\"slug\":\"sms\",\"kind\":\"sms\",\"modem\":\"m\"},"
                 "{\"slug\":\"call\",\"kind\":\"call\",\"modem\":\"m\"}],"
                 "\"modems\":[{\"slug\":\"m\",\"port\":\"/nonexistent/tty\"}]");
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

static void say(enum ask_kind kind, int minutes)
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

/* --- tests --- */

static void a_whole_night_from_the_notice_to_the_all_clear(void **state)
{
    int64_t day = at("2026-11-20T00:00+07:00");
    const struct told *t;
    struct rec_night *g = NULL;
    size_t n = 0;

    (void)state;
    crash_ms = at("2026-11-21T03:00+07:00");
    begin();
    until(day + 15 * 60 * MIN + 29 * MIN, MIN);
    assert_int_equal(n_told, 0);
    until(day + 15 * 60 * MIN + 41 * MIN, MIN);
    t = first("sms", "notice", "night_notice");
    assert_true(t->at_ms >= day + (15 * 60 + 30) * MIN);
    assert_non_null(strstr(t->sms, "Kolam 1 7 dari 7 malam"));
    assert_non_null(strstr(t->sms, "pakan setengah saja"));
    assert_string_equal(t->to, "0812 111 2222");
    until(day + 20 * 60 * MIN, MIN);
    t = first("sms", "notice", "do_night");
    assert_true(t->at_ms >= day + 18 * 60 * MIN && t->at_ms <= day + 20 * 60 * MIN);
    assert_non_null(strstr(t->sms, "diperkirakan di bawah 3,0: Kolam 1 jam 0"));
    assert_int_equal(count("sms", NULL, "do_night"), 1);
    assert_int_equal(count("siren", NULL, NULL), 0);
    until(crash_ms + 45 * MIN, MIN / 2);
    t = first("siren", "raise", "do_critical");
    /* two readings ten minutes apart, and a step */
    assert_true(t->at_ms >= crash_ms && t->at_ms <= crash_ms + 11 * MIN);
    t = first("sms", "raise", "do_critical");
    assert_non_null(strstr(t->sms, "[NILA] BAHAYA Kolam 1: oksigen 0,8 (batas 1,5) jam 03."));
    assert_int_equal(count("call", "raise", "do_critical"), 1);
    assert_true(count("siren", "repeat", NULL) >= 1);
    say(ASK_ACK, 0);
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "acked", NULL), 1);
    n = n_told;
    until(day + 35 * 60 * MIN, MIN); /* 11:00 the next day */
    for (size_t i = n; i < n_told; i++)
        if (strcmp(told[i].kind, "repeat") == 0)
            assert_string_equal(told[i].cause,
                                "do_not_recovering"); /* worse: told although acknowledged */
    t = first("sms", "clear", "recovered");
    assert_true(t->at_ms >= crash_ms + 150 * MIN && t->at_ms <= crash_ms + 170 * MIN);
    assert_int_equal(count("sms", "clear", NULL), 2); /* first and second, who had been told */
    assert_true(count("siren", "clear", NULL) >= 1);
    assert_int_equal(records_nights(db, civil_day(day), civil_day(day), &g, &n), 0);
    assert_int_equal(n, 1);
    assert_true(g[0].warned_ms != 0 && g[0].p_below > 0.5);
    assert_true(g[0].judged_ms != 0 && g[0].lowest < 1.5);
    free(g);
}

static void the_second_contact_is_told_when_the_first_does_not_answer(void **state)
{
    int to_second = 0;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 29 * MIN, MIN / 2);
    assert_true(count("sms", NULL, NULL) > 0);
    for (size_t i = 0; i < n_told; i++)
        assert_string_not_equal(told[i].to, "0812 333 4444");
    until(crash_ms + 60 * MIN, MIN / 2);
    for (size_t i = 0; i < n_told; i++)
        to_second +=
            strcmp(told[i].to, "0812 333 4444") == 0 && strcmp(told[i].channel, "sms") == 0;
    assert_true(to_second >= 1);
    assert_int_equal(
        count("sms", "raise", "do_critical") + count("sms", "repeat", "do_critical") > 1, 1);
}

static void mains_that_are_lost_are_told_within_a_minute(void **state)
{
    const struct told *t;

    (void)state;
    calm = true;
    fake.step_ms = 5 * SEC; /* a contact is read each five seconds */
    begin();
    until(wall + MIN, SEC);
    mains_ms = wall + SEC;
    until(mains_ms + 60 * SEC, SEC);
    t = first("siren", "raise", "power_lost");
    assert_true(t->at_ms - mains_ms >= 40 * SEC && t->at_ms - mains_ms <= 60 * SEC);
    t = first("sms", "raise", "power_lost");
    assert_non_null(strstr(t->sms, "BAHAYA Tambak Satu: LISTRIK PADAM sejak 14."));
}

static void a_collector_that_falls_silent_is_told_once_and_not_pond_by_pond(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    fake.deaf = true;
    until(wall + 4 * MIN, MIN / 2);
    assert_int_equal(n_told, 0);
    until(wall + 180 * MIN, MIN);
    assert_int_equal(count("sms", "raise", "collector_silent"), 1);
    assert_int_equal(count("sms", NULL, "no_data"), 0);
    assert_int_equal(count("siren", NULL, NULL), 0);
    fake.deaf = false;
    until(wall + 40 * MIN, MIN);
    assert_int_equal(count("sms", "clear", "recovered"), 1);
}

static void a_restart_in_the_middle_goes_on_where_it_was(void **state)
{
    size_t raised;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    raised = count(NULL, "raise", NULL);
    assert_true(raised >= 3);
    for (int k = 0; k < 5; k++) {
        end();
        begin();
        until(wall + MIN, MIN / 2);
    }
    assert_int_equal(count(NULL, "raise", NULL), raised);
    until(crash_ms + 34 * MIN, MIN / 2);
    assert_true(count("siren", "repeat", NULL) >= 1);
}

static void a_message_that_cannot_be_sent_is_tried_again_and_its_fate_is_kept(void **state)
{
    struct rec_alarm *a = NULL;
    struct rec_attempt *t = NULL;
    size_t n = 0, tries = 0;

    (void)state;
    sms_fate = FATE_RETRY;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 18 * MIN, MIN / 6);
    assert_true(count("sms", "raise", NULL) >= 3);
    sms_fate = FATE_SENT;
    until(wall + 6 * MIN, MIN / 6);
    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_true(n >= 1);
    assert_int_equal(records_attempts(db, a[0].id, 0, &t, &n), 0);
    for (size_t i = 0; i < n; i++)
        if (strcmp(t[i].channel, "sms") == 0 && strcmp(t[i].kind, "raise") == 0) {
            assert_string_equal(t[i].fate, "sent");
            tries += (size_t)t[i].tries;
        }
    assert_true(tries >= 4);
    free(a);
    free(t);
}

/* The file takes no more alarms: as on a full disk. */
static void a_danger_is_told_although_the_records_cannot_be_written(void **state)
{
    sqlite3 *h = NULL;
    size_t n;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    assert_int_equal(sqlite3_open(db_path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h,
                                  "CREATE TRIGGER full BEFORE INSERT ON alarms BEGIN SELECT "
                                  "RAISE(ABORT, 'no room'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "do_critical"), 1);
    assert_int_equal(count("sms", "raise", "do_critical"), 1);
    until(wall + 10 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "do_critical"), 1); /* not with each look */
    until(crash_ms + 35 * MIN, MIN / 2);
    n = count("siren", "raise", NULL);
    assert_true(n == 2);
    assert_int_equal(sqlite3_exec(h, "DROP TRIGGER full", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", NULL), n + 1); /* now on record */
}

static void fish_that_gasp_and_acid_water_are_told_at_any_value(void **state)
{
    struct rec_press press = {.pond = "p-1", .kind = PRESS_GASPING, .by = "Budi"};

    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    assert_int_equal(n_told, 0);
    press.at_ms = wall;
    assert_int_equal(records_press(db, &press), 0);
    until(wall + MIN, MIN / 2);
    assert_non_null(strstr(first("sms", "raise", "gasping")->sms, "IKAN MEGAP-MEGAP"));
    assert_int_equal(count("siren", "raise", "gasping"), 1);
    until(wall + 4 * 60 * MIN, MIN);
    assert_true(count("sms", "clear", "recovered") >= 1);
}

static void an_sms_or_a_call_of_a_contact_acknowledges_and_of_nobody_else(void **state)
{
    struct rec_alarm *a = NULL;
    size_t n = 0;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    hear_next(HEARD_OK, "+62899");
    until(wall + MIN, MIN / 2);
    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_true(n == 1 && a[0].acked_ms == 0);
    free(a);
    hear_next(HEARD_CALL, "+628121112222");
    for (int k = 0; k < 100 && count("siren", "acked", NULL) == 0; k++)
        until(wall + MIN / 2, MIN / 2);
    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_true(n >= 1 && a[0].acked_ms != 0);
    assert_string_equal(a[0].acked_how, "call");
    assert_string_equal(a[0].acked_by, "Budi");
    free(a);
}

/* --- the process itself --- */

static pid_t spawn(const char *ready)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct command_options o = {.config = config_path, .ready = ready, .quiet = true};
        clock_set(NULL);
        _exit(command_watch(&o));
    }
    assert_true(pid > 0);
    return pid;
}

static void wait_for_file(const char *path)
{
    const struct timespec slice = {.tv_nsec = 20000000};

    for (int k = 0; k < 1500 && access(path, F_OK) != 0; k++)
        (void)nanosleep(&slice, NULL);
    assert_int_equal(access(path, F_OK), 0);
}

static void killed_in_the_middle_of_telling_it_tells_again_after_the_restart(void **state)
{
    static const struct stub_reply HANG[] = {{.bytes = NULL, .hang = 1}};
    static const struct stub_reply OK[] = {
        {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .close = 1}};
    struct stubhttp *stub = stubhttp_start(HANG, 1);
    char secret[400], ready[400], list[800];
    struct rec_alarm *a = NULL;
    struct rec_attempt *t = NULL;
    size_t n = 0;
    int status = 0, port = stubhttp_port(stub);
    pid_t pid;

    (void)state;
    fake_stop(&fake); /* the child is another process: real time from here */
    clock_set(NULL);
    (void)unlink(socket_path);
    wall = clock_wall_ms();
    fake = (struct fake_collector){.value = pond_value, .step_ms = MIN, .now_ms = wall};
    crash_ms = wall - 30 * MIN;
    fake_start(&fake, socket_path);
    (void)snprintf(secret, sizeof secret, "%s/secret", dir);
    (void)snprintf(ready, sizeof ready, "%s/ready", dir);
    support_write(secret, "0123456789abcdef0123456789abcdef\n");
    assert_int_equal(chmod(secret, 0600), 0);
    (void)snprintf(list, sizeof list,
                   "\"channels\":[{\"slug\":\"hook\",\"kind\":\"webhook\",\"url\":"
                   "\"http://127.0.0.1:%d/x\",\"secret_file\":\"%s\"}]",
                   port, secret);
    write_config(list);
    records_close(db); /* SQLite is not carried over a fork */
    db = NULL;
    pid = spawn(ready);
    stubhttp_wait(stub, 1); /* it is being told, and nobody has said that it arrived */
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_non_null(strstr(stubhttp_request(stub, 0, NULL), "do_"));
    stubhttp_stop(stub);
    stub = stubhttp_start(OK, 1);
    (void)snprintf(list, sizeof list,
                   "\"channels\":[{\"slug\":\"hook\",\"kind\":\"webhook\",\"url\":"
                   "\"http://127.0.0.1:%d/x\",\"secret_file\":\"%s\"}]",
                   stubhttp_port(stub), secret);
    write_config(list);
    (void)unlink(ready);
    pid = spawn(ready);
    stubhttp_wait(stub, 1);
    wait_for_file(ready);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(stubhttp_requests(stub), 1); /* once more, and only once */
    stubhttp_stop(stub);
    {
        char why[400] = "";
        assert_int_equal(records_open(&db, db_path, why, sizeof why), 0);
    }
    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(records_attempts(db, a[0].id, 0, &t, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(t[0].tries, 2);
    assert_string_equal(t[0].fate, "sent");
    free(a);
    free(t);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_whole_night_from_the_notice_to_the_all_clear),
        T(the_second_contact_is_told_when_the_first_does_not_answer),
        T(mains_that_are_lost_are_told_within_a_minute),
        T(a_collector_that_falls_silent_is_told_once_and_not_pond_by_pond),
        T(a_restart_in_the_middle_goes_on_where_it_was),
        T(a_message_that_cannot_be_sent_is_tried_again_and_its_fate_is_kept),
        T(a_danger_is_told_although_the_records_cannot_be_written),
        T(fish_that_gasp_and_acid_water_are_told_at_any_value),
        T(an_sms_or_a_call_of_a_contact_acknowledges_and_of_nobody_else),
        T(killed_in_the_middle_of_telling_it_tells_again_after_the_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
