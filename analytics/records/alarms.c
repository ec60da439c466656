/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attempts.h"
#include "collector/common/log.h"
#include "rows.h"

/* clang-format off */
#define ALARM_COLUMNS \
    "id, subject, \"group\", cause, severity, worst, rank, first_ms, seen_ms, watch_ms, danger_ms, raised_ms, told_ms, " \
    "well_ms, eased_ms, acked_ms, snooze_ms, second_ms, danger_told_ms, cleared_ms, acked_by, acked_how, value, threshold, said_ms"
static const char STORE[] =
    "INSERT INTO alarms(" ALARM_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
    "?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25) ON CONFLICT(id) DO UPDATE SET cause = excluded.cause, severity = excluded.severity, "
    "worst = excluded.worst, rank = excluded.rank, first_ms = excluded.first_ms, seen_ms = excluded.seen_ms, "
    "watch_ms = excluded.watch_ms, danger_ms = excluded.danger_ms, raised_ms = excluded.raised_ms, "
    "told_ms = excluded.told_ms, well_ms = excluded.well_ms, eased_ms = excluded.eased_ms, acked_ms = excluded.acked_ms, "
    "snooze_ms = excluded.snooze_ms, second_ms = excluded.second_ms, danger_told_ms = excluded.danger_told_ms, cleared_ms = excluded.cleared_ms, "
    "acked_by = excluded.acked_by, acked_how = excluded.acked_how, value = excluded.value, threshold = excluded.threshold, said_ms = excluded.said_ms";
static const char NEWEST[] = "SELECT last_insert_rowid()";
static const char DROP[] = "DELETE FROM alarms WHERE id = ?1 AND raised_ms = 0";
static const char TAKEN[] = "UPDATE alarm_acks SET taken_ms = ?2 WHERE id = ?1";
static const char MARK[] =
    "INSERT INTO alarm_marks(key, at_ms) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET at_ms = excluded.at_ms";
static const char UNMARK[] = "DELETE FROM alarm_marks WHERE key = ?1";
static const char MARKED[] = "SELECT at_ms FROM alarm_marks WHERE key = ?1";
static const char OPEN[] =
    "SELECT " ALARM_COLUMNS " FROM alarms WHERE cleared_ms = 0 ORDER BY subject, \"group\"";
static const char LIST[] =
    "SELECT " ALARM_COLUMNS " FROM alarms WHERE raised_ms > 0 AND ((raised_ms >= ?1 AND raised_ms < ?2) OR cleared_ms = 0) "
    "ORDER BY raised_ms DESC, id DESC";
static const char ASK[] =
    "INSERT INTO alarm_acks(alarm, kind, minutes, by, how, at_ms, taken_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0)";
static const char ASKED[] =
    "SELECT severity, (SELECT count(*) FROM alarm_acks k WHERE k.alarm = a.id AND k.kind = 'snooze' AND k.at_ms >= a.danger_told_ms) "
    "FROM alarms a WHERE id = ?1 AND raised_ms > 0 AND cleared_ms = 0";
static const char ASKS[] =
    "SELECT id, alarm, kind, minutes, by, how, at_ms, taken_ms FROM alarm_acks WHERE taken_ms = 0 ORDER BY id";
/* clang-format on */

const char *alarm_severity_name(enum alarm_severity s)
{
    static const char *const NAME[] = {
        [ALARM_INFO] = "info",
        [ALARM_WATCH] = "watch",
        [ALARM_NO_DATA] = "nodata",
        [ALARM_DANGER] = "danger",
    };
    return NAME[s];
}

static void bind_number(struct db_stmt *s, int at, double v)
{
    if (isnan(v))
        db_bind_null(s, at);
    else
        db_bind_number(s, at, v);
}

static int store_alarm(struct db *d, struct db_stmt *s, struct db_stmt *newest, struct rec_alarm *a)
{
    const int64_t whole[] = {
        (int64_t)a->severity, (int64_t)a->worst, a->rank,           a->first_ms,
        a->seen_ms,           a->watch_ms,       a->danger_ms,      a->raised_ms,
        a->told_ms,           a->well_ms,        a->eased_ms,       a->acked_ms,
        a->snooze_ms,         a->second_ms,      a->danger_told_ms, a->cleared_ms};
    int rc;

    if (a->id == 0)
        db_bind_null(s, 1);
    else
        db_bind_integer(s, 1, a->id);
    db_bind_text(s, 2, a->subject);
    db_bind_text(s, 3, a->group);
    db_bind_text(s, 4, a->cause);
    for (int k = 0; k < (int)(sizeof whole / sizeof whole[0]); k++)
        db_bind_integer(s, 5 + k, whole[k]);
    db_bind_text(s, 21, a->acked_by);
    db_bind_text(s, 22, a->acked_how);
    bind_number(s, 23, a->value);
    bind_number(s, 24, a->threshold);
    db_bind_integer(s, 25, a->said_ms);
    rc = rows_run(d, s);
    if (rc != 0 || a->id != 0)
        return rc;
    rc = db_step(d, newest);
    if (rc == 1) {
        a->id = db_integer(newest, 0);
        db_reset(newest);
        rc = 0;
    }
    return rc;
}

static int run_with(struct db *d, const char *sql, int64_t first, int64_t second)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, sql, &s);

    if (rc == 0) {
        db_bind_integer(s, 1, first);
        if (second != 0)
            db_bind_integer(s, 2, second);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc;
}

static int store_alarms(struct db *d, struct alarm_commit *c)
{
    struct db_stmt *store = NULL, *newest = NULL;
    int rc = db_prepare(d, STORE, &store);

    if (rc == 0)
        rc = db_prepare(d, NEWEST, &newest);
    for (size_t i = 0; i < c->alarms && rc == 0; i++) {
        if (c->gone[i] && c->alarm[i].id != 0)
            rc = run_with(d, DROP, c->alarm[i].id, 0);
        else if (!c->gone[i] && c->changed[i])
            rc = store_alarm(d, store, newest, &c->alarm[i]);
    }
    db_finalize(store);
    db_finalize(newest);
    return rc;
}

static int store_marks(struct db *d, const struct alarm_commit *c)
{
    struct db_stmt *s[2] = {NULL, NULL};
    int rc = db_prepare(d, MARK, &s[0]);

    if (rc == 0)
        rc = db_prepare(d, UNMARK, &s[1]);
    for (size_t i = 0; i < c->marks && rc == 0; i++) {
        struct db_stmt *one = s[c->mark[i].at_ms == 0];

        db_bind_text(one, 1, c->mark[i].key);
        if (one == s[0])
            db_bind_integer(one, 2, c->mark[i].at_ms);
        rc = rows_run(d, one);
    }
    db_finalize(s[0]);
    db_finalize(s[1]);
    return rc;
}

static int commit(struct db *d, struct alarm_commit *c)
{
    int rc = db_exec(d, "BEGIN IMMEDIATE");

    if (rc == 0)
        rc = store_alarms(d, c);
    for (size_t i = 0; i < c->attempts && rc == 0; i++) {
        if (c->alarm_index[i] >= 0)
            c->attempt[i].alarm = c->alarm[c->alarm_index[i]].id;
        if (c->told_with != NULL && c->told_with[i] >= 0)
            c->attempt[i].told_with = c->attempt[c->told_with[i]].id;
        rc = attempts_add(d, &c->attempt[i]);
    }
    for (size_t i = 0; i < c->asks && rc == 0; i++)
        rc = run_with(d, TAKEN, c->ask[i], c->now_ms);
    if (rc == 0)
        rc = store_marks(d, c);
    for (size_t i = 0; i < c->nights && rc == 0; i++) {
        rc = attempts_night(d, &c->night[i]);
        rc = rc == NILA_ERR_NOT_FOUND ? 0 : rc;
    }
    return rc == 0 ? db_exec(d, "COMMIT") : rc;
}

int records_alarms_commit(struct records *r, struct alarm_commit *c)
{
    bool *fresh = xcalloc(c->alarms, sizeof *fresh);
    int rc;

    for (size_t i = 0; i < c->alarms; i++)
        fresh[i] = c->alarm[i].id == 0;
    (void)pthread_mutex_lock(&r->lock);
    rc = commit(r->db, c);
    if (rc != 0)
        db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < c->alarms && rc != 0; i++)
        if (fresh[i]) /* it is not in the file */
            c->alarm[i].id = 0;
    free(fresh);
    return rc;
}

int records_mark(struct records *r, const char *key, int64_t *at_ms)
{
    struct db_stmt *s = NULL;
    int64_t at = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, MARKED, &s);
    if (rc == 0) {
        db_bind_text(s, 1, key);
        rc = db_step(r->db, s);
        if (rc == 1)
            at = db_integer(s, 0);
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc < 0)
        return rc;
    *at_ms = at;
    return 0;
}

static int take_alarm(struct db_stmt *s, void *element)
{
    struct rec_alarm *a = element;
    int64_t *const when[] = {&a->first_ms,  &a->seen_ms,   &a->watch_ms,  &a->danger_ms,
                             &a->raised_ms, &a->told_ms,   &a->well_ms,   &a->eased_ms,
                             &a->acked_ms,  &a->snooze_ms, &a->second_ms, &a->danger_told_ms,
                             &a->cleared_ms};
    int64_t severity = db_integer(s, 4), worst = db_integer(s, 5);

    if (severity < ALARM_INFO || severity > ALARM_DANGER || worst < ALARM_INFO ||
        worst > ALARM_DANGER) {
        log_warnx("records: an alarm's severity %lld is not known", (long long)severity);
        return NILA_ERR_CORRUPT;
    }
    a->id = db_integer(s, 0);
    db_text(s, 1, a->subject, sizeof a->subject);
    db_text(s, 2, a->group, sizeof a->group);
    db_text(s, 3, a->cause, sizeof a->cause);
    a->severity = (enum alarm_severity)severity;
    a->worst = (enum alarm_severity)worst;
    a->rank = (int)db_integer(s, 6);
    for (int k = 0; k < (int)(sizeof when / sizeof when[0]); k++)
        *when[k] = db_integer(s, 7 + k);
    db_text(s, 20, a->acked_by, sizeof a->acked_by);
    db_text(s, 21, a->acked_how, sizeof a->acked_how);
    a->value = db_number(s, 22);
    a->threshold = db_number(s, 23);
    a->said_ms = db_integer(s, 24);
    return 0;
}

int records_alarms_open(struct records *r, struct rec_alarm **out, size_t *n)
{
    void *list = NULL;
    int rc = rows_load(r, OPEN, NULL, 0, sizeof(struct rec_alarm), take_alarm, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}

int records_alarms(struct records *r, int64_t from_ms, int64_t to_ms, struct rec_alarm **out,
                   size_t *n)
{
    const int64_t between[] = {from_ms, to_ms};
    void *list = NULL;
    int rc = rows_load(r, LIST, between, 2, sizeof(struct rec_alarm), take_alarm, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}

/* --- what people ask for --- */

static int ask_in(struct db *d, const struct rec_ask *ask)
{
    struct db_stmt *s = NULL;
    int64_t severity = 0, snoozes = 0; /* since it is a danger */
    int rc = db_prepare(d, ASKED, &s);

    if (rc == 0) {
        db_bind_integer(s, 1, ask->alarm);
        rc = db_step(d, s);
        severity = rc == 1 ? db_integer(s, 0) : 0;
        snoozes = rc == 1 ? db_integer(s, 1) : 0;
        rc = rc == 0 ? NILA_ERR_NOT_FOUND : rc == 1 ? 0 : rc;
    }
    db_finalize(s);
    if (rc == 0 && ask->kind == ASK_SNOOZE && severity == ALARM_DANGER &&
        ask->minutes > ALARM_SNOOZE_DANGER_MIN)
        rc = NILA_ERR_RANGE;
    else if (rc == 0 && ask->kind == ASK_SNOOZE && severity == ALARM_DANGER &&
             snoozes >= ALARM_SNOOZES_DANGER)
        rc = NILA_ERR_FULL;
    s = NULL;
    if (rc == 0)
        rc = db_prepare(d, ASK, &s);
    if (rc == 0) {
        db_bind_integer(s, 1, ask->alarm);
        db_bind_text(s, 2, ask->kind == ASK_ACK ? "ack" : "snooze");
        db_bind_integer(s, 3, ask->minutes);
        db_bind_text(s, 4, ask->by);
        db_bind_text(s, 5, ask->how);
        db_bind_integer(s, 6, ask->at_ms);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc;
}

int records_alarm_ask(struct records *r, const struct rec_ask *ask)
{
    int rc;

    if (ask->kind == ASK_SNOOZE && (ask->minutes < 1 || ask->minutes > ALARM_SNOOZE_MAX_MIN))
        return NILA_ERR_RANGE;
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    if (rc == 0)
        rc = ask_in(r->db, ask);
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    if (rc != 0)
        db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

static int take_ask(struct db_stmt *s, void *element)
{
    struct rec_ask *a = element;
    char kind[ALARM_WORD_SIZE];

    a->id = db_integer(s, 0);
    a->alarm = db_integer(s, 1);
    db_text(s, 2, kind, sizeof kind);
    a->kind = strcmp(kind, "snooze") == 0 ? ASK_SNOOZE : ASK_ACK;
    a->minutes = (int)db_integer(s, 3);
    db_text(s, 4, a->by, sizeof a->by);
    db_text(s, 5, a->how, sizeof a->how);
    a->at_ms = db_integer(s, 6);
    a->taken_ms = db_integer(s, 7);
    return 0;
}

int records_alarm_asks(struct records *r, struct rec_ask **out, size_t *n)
{
    void *list = NULL;
    int rc = rows_load(r, ASKS, NULL, 0, sizeof(struct rec_ask), take_ask, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}
