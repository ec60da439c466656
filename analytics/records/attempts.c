/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was told to whom and what became of it; and the nights that were foretold. */
#include "attempts.h"

#include <math.h>
#include <string.h>

#include "rows.h"

/* clang-format off */
#define ATTEMPT_COLUMNS \
    "alarm, kind, severity, cause, subject, contact, channel, address, english, title, text, sms, made_ms, due_ms, until_ms, " \
    "tries, begun_ms, done_ms, fate, code, reference, why, place, regency, told_with"
/* What became of a message counts for every alarm that it tells of. */
#define LEAD(column) \
    "iif(a.told_with > 0, (SELECT l." column " FROM alarm_attempts l WHERE l.id = a.told_with), a." column ")"
#define READ_COLUMNS \
    "alarm, kind, severity, cause, subject, contact, channel, address, english, title, text, sms, made_ms, " LEAD("due_ms") ", " \
    LEAD("until_ms") ", " LEAD("tries") ", " LEAD("begun_ms") ", " LEAD("done_ms") ", " LEAD("fate") ", " LEAD("code") ", " \
    LEAD("reference") ", " LEAD("why") ", place, regency, told_with, id FROM alarm_attempts a"
static const char ADD[] =
    "INSERT INTO alarm_attempts(" ATTEMPT_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
    "0, 0, iif(?18 > 0, ?13, 0), '', '', '', '', ?16, ?17, ?18) RETURNING id";
static const char WAITING[] =
    "SELECT " READ_COLUMNS " WHERE a.done_ms = 0 AND a.told_with <= 0 ORDER BY id";
static const char OF_ALARM[] =
    "SELECT " READ_COLUMNS " WHERE ifnull(alarm, 0) = ?1 AND made_ms >= ?2 ORDER BY id";
static const char TRIED[] =
    "SELECT " READ_COLUMNS " WHERE a.channel = ?1 AND a.tries > 0 ORDER BY id DESC LIMIT ?2";
static const char TELLS_OF[] =
    "SELECT alarm FROM alarm_attempts WHERE id = ?1 AND alarm IS NOT NULL UNION "
    "SELECT alarm FROM alarm_attempts WHERE told_with = ?1 AND told_with > 0 AND alarm IS NOT NULL";
static const char STORE[] =
    "UPDATE alarm_attempts SET tries = ?2, begun_ms = ?3, done_ms = ?4, due_ms = ?5, fate = ?6, code = ?7, reference = ?8, "
    "why = ?9 WHERE id = ?1";
static const char REPORT[] =
    "UPDATE alarm_attempts SET fate = ?3 WHERE id = (SELECT max(id) FROM alarm_attempts WHERE reference = ?2 AND (?1 = '' OR channel = ?1)) "
    "RETURNING id";
static const char NIGHT[] =
    "INSERT INTO nights(pond, day, threshold, issued_ms, p_below, min_p10, min_p50, min_p90, low_ms, basis, warned_ms, lowest, "
    "seen_share, judged_ms) SELECT pond, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 FROM ponds WHERE pond = ?1 "
    "ON CONFLICT(pond, day) DO UPDATE SET threshold = excluded.threshold, issued_ms = excluded.issued_ms, "
    "p_below = excluded.p_below, min_p10 = excluded.min_p10, min_p50 = excluded.min_p50, min_p90 = excluded.min_p90, "
    "low_ms = excluded.low_ms, basis = excluded.basis, warned_ms = excluded.warned_ms, lowest = excluded.lowest, "
    "seen_share = excluded.seen_share, judged_ms = excluded.judged_ms RETURNING day";
static const char NIGHTS[] =
    "SELECT pond, day, threshold, issued_ms, p_below, min_p10, min_p50, min_p90, low_ms, basis, warned_ms, lowest, seen_share, "
    "judged_ms FROM nights WHERE day BETWEEN ?1 AND ?2 ORDER BY pond, day";
/* clang-format on */

/* A statement with RETURNING: *id of the row it made or changed. NILA_ERR_NOT_FOUND: none. */
static int run_returning(struct db *d, struct db_stmt *s, int64_t *id)
{
    int rc = db_step(d, s);

    if (rc == 0)
        return NILA_ERR_NOT_FOUND;
    if (rc != 1)
        return rc;
    *id = db_integer(s, 0);
    return rows_run(d, s);
}

int attempts_add(struct db *d, struct rec_attempt *a)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, ADD, &s);

    if (rc == 0) {
        if (a->alarm == 0)
            db_bind_null(s, 1);
        else
            db_bind_integer(s, 1, a->alarm);
        db_bind_text(s, 2, a->kind);
        db_bind_integer(s, 3, (int64_t)a->severity);
        db_bind_text(s, 4, a->cause);
        db_bind_text(s, 5, a->subject);
        db_bind_text(s, 6, a->contact);
        db_bind_text(s, 7, a->channel);
        db_bind_text(s, 8, a->address);
        db_bind_integer(s, 9, a->english);
        db_bind_text(s, 10, a->title);
        db_bind_text(s, 11, a->text);
        db_bind_text(s, 12, a->sms);
        db_bind_integer(s, 13, a->made_ms);
        db_bind_integer(s, 14, a->due_ms);
        db_bind_integer(s, 15, a->until_ms);
        db_bind_text(s, 16, a->place);
        db_bind_text(s, 17, a->regency);
        db_bind_integer(s, 18, a->told_with);
        rc = run_returning(d, s, &a->id);
    }
    db_finalize(s);
    return rc;
}

static int take_attempt(struct db_stmt *s, void *element)
{
    struct rec_attempt *a = element;

    a->alarm = db_integer(s, 0);
    db_text(s, 1, a->kind, sizeof a->kind);
    a->severity = (enum alarm_severity)db_integer(s, 2);
    db_text(s, 3, a->cause, sizeof a->cause);
    db_text(s, 4, a->subject, sizeof a->subject);
    db_text(s, 5, a->contact, sizeof a->contact);
    db_text(s, 6, a->channel, sizeof a->channel);
    db_text(s, 7, a->address, sizeof a->address);
    a->english = db_integer(s, 8) != 0;
    db_text(s, 9, a->title, sizeof a->title);
    db_text(s, 10, a->text, sizeof a->text);
    db_text(s, 11, a->sms, sizeof a->sms);
    a->made_ms = db_integer(s, 12);
    a->due_ms = db_integer(s, 13);
    a->until_ms = db_integer(s, 14);
    a->tries = (int)db_integer(s, 15);
    a->begun_ms = db_integer(s, 16);
    a->done_ms = db_integer(s, 17);
    db_text(s, 18, a->fate, sizeof a->fate);
    db_text(s, 19, a->code, sizeof a->code);
    db_text(s, 20, a->reference, sizeof a->reference);
    db_text(s, 21, a->why, sizeof a->why);
    db_text(s, 22, a->place, sizeof a->place);
    db_text(s, 23, a->regency, sizeof a->regency);
    a->told_with = db_integer(s, 24);
    a->id = db_integer(s, 25);
    return 0;
}

int records_attempts_waiting(struct records *r, struct rec_attempt **out, size_t *n)
{
    void *list = NULL;
    int rc = rows_load(r, WAITING, NULL, 0, sizeof(struct rec_attempt), take_attempt, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}

int records_attempts(struct records *r, int64_t alarm, int64_t from_ms, struct rec_attempt **out,
                     size_t *n)
{
    const int64_t parameter[] = {alarm, from_ms};
    void *list = NULL;
    int rc =
        rows_load(r, OF_ALARM, parameter, 2, sizeof(struct rec_attempt), take_attempt, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}

int records_attempts_tried(struct records *r, const char *channel, size_t most,
                           struct rec_attempt *out, size_t *n)
{
    struct db_stmt *s = NULL;
    size_t got = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, TRIED, &s);
    if (rc == 0) {
        db_bind_text(s, 1, channel);
        db_bind_integer(s, 2, (int64_t)most);
        while ((rc = db_step(r->db, s)) == 1 && got < most)
            (void)take_attempt(s, &out[got++]);
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc < 0)
        return rc;
    *n = got;
    return 0;
}

static int take_id(struct db_stmt *s, void *element)
{
    *(int64_t *)element = db_integer(s, 0);
    return 0;
}

int records_attempt_alarms(struct records *r, int64_t attempt, int64_t **out, size_t *n)
{
    void *list = NULL;
    int rc = rows_load(r, TELLS_OF, &attempt, 1, sizeof(int64_t), take_id, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}

int records_attempt_store(struct records *r, const struct rec_attempt *a)
{
    struct db_stmt *s = NULL;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, STORE, &s);
    if (rc == 0) {
        db_bind_integer(s, 1, a->id);
        db_bind_integer(s, 2, a->tries);
        db_bind_integer(s, 3, a->begun_ms);
        db_bind_integer(s, 4, a->done_ms);
        db_bind_integer(s, 5, a->due_ms);
        db_bind_text(s, 6, a->fate);
        db_bind_text(s, 7, a->code);
        db_bind_text(s, 8, a->reference);
        db_bind_text(s, 9, a->why);
        rc = rows_run(r->db, s);
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

int records_attempt_report(struct records *r, const char *channel, const char *reference,
                           const char *fate)
{
    struct db_stmt *s = NULL;
    int64_t id;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, REPORT, &s);
    if (rc == 0) {
        db_bind_text(s, 1, channel);
        db_bind_text(s, 2, reference);
        db_bind_text(s, 3, fate);
        rc = run_returning(r->db, s, &id);
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

/* --- nights --- */

static void bind_night(struct db_stmt *s, const struct rec_night *g)
{
    const double number[] = {g->p_below, g->min_p10, g->min_p50, g->min_p90};

    db_bind_text(s, 1, g->pond);
    db_bind_integer(s, 2, g->day);
    db_bind_number(s, 3, g->threshold);
    db_bind_integer(s, 4, g->issued_ms);
    for (int k = 0; k < 4; k++)
        if (!isnan(number[k])) /* what is not bound is NULL */
            db_bind_number(s, 5 + k, number[k]);
    db_bind_integer(s, 9, g->low_ms);
    db_bind_text(s, 10, g->basis);
    db_bind_integer(s, 11, g->warned_ms);
    if (!isnan(g->lowest))
        db_bind_number(s, 12, g->lowest);
    if (!isnan(g->seen_share))
        db_bind_number(s, 13, g->seen_share);
    db_bind_integer(s, 14, g->judged_ms);
}

int attempts_night(struct db *d, const struct rec_night *night)
{
    struct db_stmt *s = NULL;
    int64_t day;
    int rc = db_prepare(d, NIGHT, &s);

    if (rc == 0) {
        bind_night(s, night);
        rc = run_returning(d, s, &day);
    }
    db_finalize(s);
    return rc;
}

int records_night_store(struct records *r, const struct rec_night *night)
{
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = attempts_night(r->db, night);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

static int take_night(struct db_stmt *s, void *element)
{
    struct rec_night *g = element;

    db_text(s, 0, g->pond, sizeof g->pond);
    g->day = (int32_t)db_integer(s, 1);
    g->threshold = db_number(s, 2);
    g->issued_ms = db_integer(s, 3);
    g->p_below = db_number(s, 4);
    g->min_p10 = db_number(s, 5);
    g->min_p50 = db_number(s, 6);
    g->min_p90 = db_number(s, 7);
    g->low_ms = db_integer(s, 8);
    db_text(s, 9, g->basis, sizeof g->basis);
    g->warned_ms = db_integer(s, 10);
    g->lowest = db_number(s, 11);
    g->seen_share = db_number(s, 12);
    g->judged_ms = db_integer(s, 13);
    return 0;
}

int records_nights(struct records *r, int32_t first, int32_t last, struct rec_night **out,
                   size_t *n)
{
    const int64_t between[] = {first, last};
    void *list = NULL;
    int rc = rows_load(r, NIGHTS, between, 2, sizeof(struct rec_night), take_night, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}
