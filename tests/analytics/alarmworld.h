/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alarmworld: three ponds of two farms, four contacts, a siren, a modem and a web channel, each of which fails in each way, a disk that
 * fills, a clock that is set, a program that is killed between any two steps; driven by one seed. The alarm's own code runs from what was
 * seen to what the channels are told (watch_own.h); what is seen, who answers and which channel works is made up here. For programs
 * that need no more than one; alarmoracle.h says what must hold. */
#ifndef TESTS_ALARMWORLD_H
#define TESTS_ALARMWORLD_H

#include "tests/support/support.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "analytics/alert/deliver_own.h"
#include "analytics/alert/watch_own.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"

#define SEC  ((int64_t)1000)
#define MIN  (60 * SEC)
#define PASS (30 * SEC)

enum {
    CHANNELS = 4,
    SOURCES = 5,
    PONDS = 3,
    PEOPLE = 4,
    TOLD_MOST = 8192,
    SIREN_S = 600 /* it sounds so long after an order */
};
enum {
    SIREN,
    CALL,
    SMS,
    PUSH
}; /* channels, by index */
static const char *const CHANNEL[CHANNELS] = {"siren", "call", "sms", "push"};
static const char *const POND[PONDS] = {"p-1", "p-2", "p-3"};
static const char *const POND_NAME[PONDS] = {"Kolam Satu", "Kolam Dua", "Kolam Tiga"};

enum way {
    WORKS,
    BUSY,
    REFUSES,
    PERHAPS,
    HANGS,
    WAYS
};
enum level {
    WELL,
    BLIND,
    LOW,
    BAD,
    WORSE
}; /* BAD and WORSE are dangers */

/* One group of causes at one pond. */
struct source {
    int pond;
    enum cause_group group;
    enum level level, before;
};
static const struct source SOURCE[SOURCES] = {{0, GROUP_OXYGEN, WELL, WELL},
                                              {1, GROUP_OXYGEN, WELL, WELL},
                                              {2, GROUP_OXYGEN, WELL, WELL},
                                              {0, GROUP_GASPING, WELL, WELL},
                                              {1, GROUP_GASPING, WELL, WELL}};

struct person {
    const char *slug, *name, *phone, *e164;
    bool second, sms;
    unsigned ponds; /* bits */
};
static const struct person PERSON[PEOPLE] = {
    {"budi", "Budi", "08121112222", "+628121112222", false, true, 3},
    {"ani", "Ani", "08125556666", "+628125556666", false, false, 5},
    {"adi", "Adi", "08127778888", "+628127778888", false, true, 4},
    {"sri", "Sri", "08123334444", "+628123334444", true, true, 3}};

/* What a channel was told, and did. */
struct sent {
    int64_t mono;        /* begun */
    int64_t made;        /* decided, of the wall clock */
    int channel, person; /* -1: to nobody in particular */
    enum message_kind kind;
    enum cause cause;
    bool danger, arrived, perhaps;
    unsigned ponds; /* that the words name; of a call and a siren: all */
    int64_t attempt;
};

static struct {
    uint64_t seed, chance;
    int64_t mono, wall;
    struct source source[SOURCES];
    enum way way[CHANNELS];
    bool full; /* the disk */
    struct sent sent[TOLD_MOST];
    size_t n_sent;
    pthread_mutex_t lock; /* guards sent, dead, kill_at, heard */
    bool dead, closing, kill_after;
    int kill_at; /* sends until the program is killed; 0: it is not */
    bool inside[CHANNELS];
    struct channel_event heard;
    char dir[256], path[320];
    int generation;
    struct records *db;
    struct analytics_config *config;
    struct channels *channels;
    struct watch *watch;
} world = {.lock = PTHREAD_MUTEX_INITIALIZER};

static unsigned draw(unsigned n)
{
    world.chance = world.chance * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)((world.chance >> 33) % n);
}

static int64_t world_wall(void *arg)
{
    (void)arg;
    return world.wall;
}
static int64_t world_mono(void *arg)
{
    (void)arg;
    return world.mono;
}
static bool world_trusted(void *arg)
{
    (void)arg;
    return true;
}

static void nap(void)
{
    const struct timespec t = {.tv_nsec = 50000};

    (void)nanosleep(&t, NULL);
}

/* --- the disk --- */

static void run_sql(const char *sql)
{
    sqlite3 *h = NULL;
    char *why = NULL;

    assert_int_equal(sqlite3_open(world.path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(h, 5000), SQLITE_OK);
    if (sqlite3_exec(h, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

/* Nothing of the alarm can be written, all can be read. */
static void fill_disk(bool full)
{
    static const char *const TABLE[] = {"alarms", "alarm_attempts", "alarm_marks", "alarm_acks"};
    static const char *const EVENT[] = {"INSERT", "UPDATE", "DELETE"};
    char sql[2400];
    size_t n = 0;

    for (size_t i = 0; i < 12; i++)
        n += (size_t)snprintf(sql + n, sizeof sql - n,
                              full ? "CREATE TRIGGER full_%zu BEFORE %s ON %s BEGIN SELECT "
                                     "RAISE(ABORT, 'full'); END;"
                                   : "DROP TRIGGER full_%zu; --%s%s\n",
                              i, EVENT[i % 3], TABLE[i / 3]);
    run_sql(sql);
    world.full = full;
}

static void next_path(char *path)
{
    (void)snprintf(path, sizeof world.path, "%s/r-%d.db", world.dir, world.generation + 1);
}

/* What lies on the disk in this moment. */
static void snapshot(void)
{
    char next[sizeof world.path], sql[400];

    next_path(next);
    (void)snprintf(sql, sizeof sql, "VACUUM INTO '%s'", next);
    run_sql(sql);
    world.dead = true;
}

/* --- the channels --- */

static int index_of(const char *slug)
{
    for (int k = 0; k < CHANNELS; k++)
        if (strcmp(CHANNEL[k], slug) == 0)
            return k;
    return 0;
}

static void write_down(int channel, const char *to, const struct channel_message *m,
                       enum channel_fate fate, int64_t begun)
{
    struct sent *s = &world.sent[world.n_sent];

    if (world.n_sent == TOLD_MOST)
        return; /* noticed by the driver */
    world.n_sent++;
    *s = (struct sent){.mono = begun,
                       .made = m->ts_ms,
                       .channel = channel,
                       .person = -1,
                       .kind = m->kind,
                       .danger = strcmp(m->severity, "danger") == 0,
                       .arrived = fate == FATE_SENT,
                       .perhaps = fate == FATE_UNKNOWN,
                       .attempt = m->attempt_id};
    if (cause_find(m->cause, &s->cause) != 0)
        s->cause = CAUSE_COUNT;
    for (int k = 0; k < PEOPLE; k++)
        if (strcmp(PERSON[k].phone, to) == 0)
            s->person = k;
    for (unsigned k = 0; k < PONDS; k++)
        if (channel == SIREN || channel == CALL || strstr(m->text, POND_NAME[k]) != NULL)
            s->ponds |= 1U << k;
    if (channel == CALL && s->person >= 0)
        s->ponds = PERSON[s->person].ponds;
}

static int world_send(void *c, const char *to, const struct channel_message *m,
                      struct channel_result *out)
{
    static const enum channel_fate FATE[WAYS] = {FATE_SENT, FATE_RETRY, FATE_REFUSED, FATE_UNKNOWN,
                                                 FATE_RETRY};
    const int k = index_of(channel_slug(c));
    const enum way way = world.way[k];
    const int64_t begun = world.mono;
    bool dead;

    *out =
        (struct channel_result){.fate = FATE[way], .code = way == WORKS ? CODE_NONE : CODE_SERVER};
    for (bool waits = way == HANGS; waits; nap()) {
        (void)pthread_mutex_lock(&world.lock);
        waits = world.way[k] == HANGS && !world.dead && !world.closing;
        world.inside[k] = waits;
        (void)pthread_mutex_unlock(&world.lock);
    }
    (void)pthread_mutex_lock(&world.lock);
    if (!world.dead && world.kill_at > 0 && --world.kill_at == 0 && !world.kill_after)
        snapshot(); /* before it was sent */
    dead = world.dead;
    if (!dead)
        write_down(k, to, m, out->fate, begun);
    if (!dead && world.kill_at == 0 && world.kill_after) {
        world.kill_after = false;
        snapshot(); /* it was sent, and nobody knows */
    }
    (void)pthread_mutex_unlock(&world.lock);
    return 0;
}

static int world_listen(void *c, int64_t wait_ms, channel_heard *fn, void *arg)
{
    struct channel_event e;
    bool unstored = false;

    (void)wait_ms;
    if (index_of(channel_slug(c)) != SMS)
        return NILA_ERR_UNSUPPORTED;
    (void)pthread_mutex_lock(&world.lock);
    e = world.heard;
    (void)pthread_mutex_unlock(&world.lock);
    if (e.from[0] == '\0' || world.dead) {
        nap();
        return 0;
    }
    e.unstored = e.kind == HEARD_OK ? &unstored : NULL;
    fn(arg, &e);
    (void)pthread_mutex_lock(&world.lock);
    if (!unstored)
        world.heard.from[0] = '\0'; /* else it stays in the modem */
    (void)pthread_mutex_unlock(&world.lock);
    if (unstored)
        nap();
    return 0;
}

static void world_nothing(void *c)
{
    (void)c;
}
static const struct deliver_ops WORLD_OPS = {world_send, world_listen, world_nothing,
                                             world_nothing};

/* Until every channel has made what it has in hand, but for those that hang. */
static void wait_for_channels(void)
{
    struct deliver *d = world.watch->deliver;

    for (bool busy = true; busy;) {
        busy = false;
        (void)pthread_mutex_lock(&d->lock);
        for (size_t i = 0; i < d->n; i++) {
            const struct worker *w = &d->worker[i];
            bool hangs;

            (void)pthread_mutex_lock(&world.lock);
            hangs = world.way[i] == HANGS && world.inside[i] && !world.dead;
            (void)pthread_mutex_unlock(&world.lock);
            busy = busy || (w->n > 0 && !hangs) || (w->at_work != 0 && !hangs);
        }
        (void)pthread_mutex_unlock(&d->lock);
        if (busy)
            nap();
    }
}

/* A word that came in is taken up, or stays in the modem. */
static void wait_for_word(void)
{
    for (bool waits = !world.full && world.way[SMS] != HANGS; waits; nap()) {
        (void)pthread_mutex_lock(&world.lock);
        waits = world.heard.from[0] != '\0';
        (void)pthread_mutex_unlock(&world.lock);
    }
}

/* --- the program --- */

static void take(enum records_table t, const char *text)
{
    struct records_report report;
    char file[400];

    (void)snprintf(file, sizeof file, "%s/%s.csv", world.dir, records_table_name(t));
    support_write(file, text);
    assert_int_equal(records_import(world.db, t, file, world.wall, 0, NULL, NULL, &report), 0);
}

static void people_and_ponds(void)
{
    take(RECORDS_FARMS, "farm,name,regency,kecamatan,entered_on\n"
                        "f-1,Satu,kotim,62.02.06,2026-10-01\nf-2,Dua,kotim,62.02.06,2026-10-01\n");
    take(RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m,entered_on\n"
                        "p-1,f-1,Kolam Satu,pond,200,1.2,2026-10-01\n"
                        "p-2,f-1,Kolam Dua,pond,200,1.2,2026-10-01\n"
                        "p-3,f-2,Kolam Tiga,pond,200,1.2,2026-10-01\n");
    take(RECORDS_CONTACTS, "contact,name,phone,answers_for,order,channels,on,entered_on\n"
                           "budi,Budi,08121112222,p-1 p-2,first,,2026-10-01,2026-10-01\n"
                           "ani,Ani,08125556666,p-1 p-3,first,call,2026-10-01,2026-10-01\n"
                           "adi,Adi,08127778888,p-3,first,sms,2026-10-01,2026-10-01\n"
                           "sri,Sri,08123334444,farm:f-1,second,,2026-10-01,2026-10-01\n");
}

static void begin_program(void)
{
    char why[400] = "";

    world.dead = world.closing = world.kill_after = false;
    world.kill_at = 0;
    memset(world.inside, 0, sizeof world.inside);
    if (records_open(&world.db, world.path, why, sizeof why) != 0)
        fail_msg("%s", why);
    if (world.generation == 0)
        people_and_ponds();
    if (channels_open(&world.channels, &world.config->channels, why, sizeof why) != 0 ||
        watch_open(&world.watch, world.config, world.db, NULL, world.channels, &WORLD_OPS, why,
                   sizeof why) != 0)
        fail_msg("%s", why);
}

static void end_program(void)
{
    (void)pthread_mutex_lock(&world.lock);
    world.closing = true;
    (void)pthread_mutex_unlock(&world.lock);
    watch_close(world.watch);
    channels_close(world.channels);
    records_close(world.db);
    world.watch = NULL;
}

/* It was killed: what was on the disk then is all that is left. */
static void come_up_again(void)
{
    end_program();
    (void)unlink(world.path);
    next_path(world.path);
    world.generation++;
    begin_program();
}

static void begin_world(uint64_t seed)
{
    static const struct clock_source CLOCK = {world_wall, world_mono, world_trusted, NULL};
    char path[320], text[1200], why[400] = "";

    world.seed = seed;
    world.chance = seed * 2654435761U + 1;
    world.mono = 1000 * MIN;
    assert_int_equal(civil_parse_iso("2026-11-20T00:00+07:00", &world.wall, NULL), 0);
    memcpy(world.source, SOURCE, sizeof SOURCE);
    memset(world.way, 0, sizeof world.way);
    world.full = false;
    world.n_sent = 0;
    world.heard = (struct channel_event){0};
    world.generation = 0;
    clock_set(&CLOCK);
    (void)snprintf(world.dir, sizeof world.dir, "%s", support_tmpdir());
    (void)snprintf(world.path, sizeof world.path, "%s/r-0.db", world.dir);
    (void)snprintf(path, sizeof path, "%s/a.json", world.dir);
    (void)snprintf(
        text, sizeof text,
        "{\"records\":{\"path\":\"%s\"},\"source\":{\"collector\":{\"socket\":\"%s/c\"}},"
        "\"alert\":{\"every_s\":30,\"channels\":["
        "{\"slug\":\"siren\",\"kind\":\"siren\",\"switch\":\"s\"},"
        "{\"slug\":\"call\",\"kind\":\"call\",\"modem\":\"m\"},"
        "{\"slug\":\"sms\",\"kind\":\"sms\",\"modem\":\"m\"},"
        "{\"slug\":\"push\",\"kind\":\"ntfy\",\"url\":\"http://127.0.0.1:1\","
        "\"topic\":\"nila-uji-4711\"}],"
        "\"modems\":[{\"slug\":\"m\",\"port\":\"/nonexistent/tty\"}]}}",
        world.path, world.dir);
    support_write(path, text);
    world.config = calloc(1, sizeof *world.config);
    if (analytics_config_load(world.config, path, why, sizeof why) != 0)
        fail_msg("%s", why);
    begin_program();
}

static void end_world(void)
{
    end_program();
    free(world.config);
    clock_set(NULL);
    support_rmdir(world.dir);
}

/* --- what is seen --- */

static void see(void)
{
    struct look *l = &world.watch->look;

    if (l->seen_cap < SOURCES) {
        l->seen = realloc(l->seen, SOURCES * sizeof *l->seen);
        l->seen_cap = SOURCES;
    }
    if (l->ground_cap < PONDS) {
        l->ground = realloc(l->ground, PONDS * sizeof *l->ground);
        l->ground_cap = PONDS;
    }
    l->n_seen = 0;
    l->n_ground = PONDS;
    memset(l->ground, 0, PONDS * sizeof *l->ground);
    for (int k = 0; k < PONDS; k++)
        (void)snprintf(l->ground[k].subject, sizeof l->ground[k].subject, "%s", POND[k]);
    for (int k = 0; k < SOURCES; k++) {
        const struct source *s = &world.source[k];
        struct engine_seen *o = &l->seen[l->n_seen];

        if (s->level == WELL)
            l->ground[s->pond].well |= 1U << s->group;
        if (s->level == WELL || s->level == LOW)
            l->ground[s->pond].eased |= 1U << s->group;
        if (s->level == WELL || s->level == BLIND)
            continue;
        *o = (struct engine_seen){.cause = s->group == GROUP_GASPING ? CAUSE_GASPING
                                           : s->level == LOW         ? CAUSE_DO_LOW
                                           : s->level == BAD         ? CAUSE_DO_CRITICAL
                                                                     : CAUSE_DO_NOT_RECOVERING,
                                  .severity = s->level == LOW ? ALARM_WATCH : ALARM_DANGER,
                                  .value = 0.5 + k / 10.0,
                                  .threshold = 1.5};
        (void)snprintf(o->subject, sizeof o->subject, "%s", POND[s->pond]);
        l->n_seen++;
    }
}

/* As watch_step does. */
static void step_program(void)
{
    wait_for_word();
    watch_take_heard(world.watch, world.wall);
    watch_take_oks(world.watch);
    see();
    watch_decide(world.watch, world.wall);
    wait_for_channels();
    watch_feed(world.watch, world.wall);
    wait_for_channels();
}

#endif
