/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The farm's side: what is to be sent, and what the office answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "sync_own.h"

/* Made here and not confirmed: neither in the office's order nor pushed with an answer. */
#define UNSENT                                                                      \
    "c.id > ifnull((SELECT sent FROM sync_office), 0) AND c.kind IN " SYNC_KINDS_IN \
    " AND c.\"table\" IN " SYNC_TABLES                                              \
    " AND NOT EXISTS(SELECT 1 FROM sync_placed p WHERE p.change = c.id)"

/* Runs a statement with numbers and, last, a text (NULL none). */
static int run(struct db *d, const char *sql, int64_t a, const char *text)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, sql, &s);

    if (rc == 0) {
        if (db_parameters(s) > 0)
            db_bind_integer(s, 1, a);
        if (db_parameters(s) > 1)
            db_bind_text(s, 2, text);
        rc = db_step(d, s);
    }
    db_finalize(s);
    return rc;
}

int sync_farm_begin(struct records *r)
{
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "INSERT OR IGNORE INTO sync_office VALUES(1, '', 0, 0, 0, 0, '')");
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

int sync_farm_ended(struct records *r, int64_t now_ms, const char *fail)
{
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = run(r->db,
             fail[0] != '\0' ? "UPDATE sync_office SET fail_ms = ?1, fail = ?2"
                             : "UPDATE sync_office SET ok_ms = ?1, fail = ?2",
             now_ms, fail);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

static int count_unsent(struct db *d, int64_t *n)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d,
                        "SELECT count(*) FROM changes c WHERE EXISTS(SELECT 1 FROM sync_office) "
                        "AND " UNSENT,
                        &s);

    if (rc == 0)
        rc = db_step(d, s);
    if (rc == 1) {
        *n = db_integer(s, 0);
        rc = 0;
    }
    db_finalize(s);
    return rc;
}

int records_unsent(struct records *r, int64_t *n)
{
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = count_unsent(r->db, n);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

static int stand(struct db *d, struct sync_standing *out)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d,
                        "SELECT value, origin <> '', pulled, ok_ms, fail_ms, fail FROM "
                        "records_meta LEFT JOIN sync_office WHERE key = 'origin'",
                        &s);

    *out = (struct sync_standing){.ever = false};
    if (rc == 0)
        rc = db_step(d, s);
    if (rc == 1) {
        db_text(s, 0, out->origin, sizeof out->origin);
        out->ever = db_integer(s, 1) != 0;
        out->pulled = db_integer(s, 2);
        out->ok_ms = db_integer(s, 3);
        out->fail_ms = db_integer(s, 4);
        db_text(s, 5, out->fail, sizeof out->fail);
        rc = 0;
    }
    db_finalize(s);
    return rc == 0 ? count_unsent(d, &out->unsent) : rc;
}

int sync_standing(struct records *r, struct sync_standing *out)
{
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = stand(r->db, out);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

/* --- push --- */

static int write_message(struct db *d, size_t most, struct buf *out, int64_t *upto, size_t *n)
{
    struct sync_sent *one = xcalloc(1, sizeof *one);
    struct sync_standing standing;
    struct db_stmt *s = NULL;
    int rc = stand(d, &standing);

    if (rc == 0)
        rc = db_prepare(d, SYNC_SELECT "WHERE " UNSENT " ORDER BY c.id", &s);
    if (rc == 0)
        sync_wire_begin(out, standing.origin);
    while (rc == 0 && (*n == 0 || out->n <= most) && (rc = db_step(d, s)) == 1) {
        rc = sync_sent_take(d, s, one);
        if (rc != 0)
            break;
        *upto = one->line.place;
        one->line.place = 0;
        sync_wire_line(out, &one->line);
        (*n)++;
    }
    sync_wire_end(out);
    db_finalize(s);
    sync_sent_free(one);
    free(one);
    return rc;
}

int sync_farm_push(struct records *r, size_t most, struct buf *out, int64_t *upto, size_t *n)
{
    int rc;

    *n = 0;
    buf_clear(out);
    (void)pthread_mutex_lock(&r->lock);
    rc = write_message(r->db, most < SYNC_BODY_USUAL ? most : SYNC_BODY_USUAL, out, upto, n);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

/* The office that answers: known, or another file than before, and then nothing that was agreed with the old one counts. */
static int meet(struct db *d, const char *origin, struct sync_report *out)
{
    char before[CHANGE_UID_SIZE] = "";
    int rc = sync_ask(d, "SELECT origin FROM sync_office WHERE one = CAST(?1 AS INTEGER)", "1",
                      before, sizeof before);

    if (rc != 1)
        return rc == 0 ? NILA_ERR_NOT_FOUND : rc;
    if (strcmp(before, origin) == 0)
        return 0;
    rc = run(d, "UPDATE sync_office SET pulled = ?1, sent = 0, origin = ?2", 0, origin);
    if (rc != 0 || before[0] == '\0')
        return rc;
    out->other = true;
    return db_exec(d, "DELETE FROM sync_placed");
}

static int open_answer(struct sync_wire *w, char *answer, size_t n, char *why)
{
    int rc = sync_wire_open(w, answer, n);

    if (rc != 0)
        (void)snprintf(why, SYNC_WHY, "%s", w->why);
    return rc;
}

int sync_farm_sent(struct records *r, char *answer, size_t n, int64_t upto, struct sync_report *out,
                   char *why)
{
    struct sync_report report = {.taken = 0};
    struct sync_wire w;
    int rc = open_answer(&w, answer, n, why);

    if (rc != 0)
        return rc;
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    if (rc == 0)
        rc = meet(r->db, w.origin, &report);
    if (rc == 0 && !report.other)
        rc = run(r->db, "UPDATE sync_office SET sent = max(sent, ?1)", upto, NULL);
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        *out = report;
    return rc;
}

/* --- pull --- */

static int lost_here(struct sync_taking *k)
{
    (void)snprintf(k->why, k->why_size, "%s",
                   tongue("kantor punya catatan yang hilang di sini: salinan harus dipulihkan "
                          "dengan nila-analytics restore",
                          "the office has records that are lost here: a copy must be brought "
                          "back with nila-analytics restore"));
    return NILA_ERR_CORRUPT;
}

/* A change of this file has come to its place: it is taken once more, as what it said may have been overtaken. */
static int take_mine(struct sync_taking *k, const struct sync_line *mine)
{
    struct sync_sent *one = xcalloc(1, sizeof *one);
    struct db_stmt *s = NULL;
    int rc = db_prepare(k->db, SYNC_SELECT "WHERE c.uid = ?1", &s);

    if (rc == 0) {
        db_bind_text(s, 1, mine->uid);
        rc = db_step(k->db, s);
    }
    if (rc == 0)
        rc = lost_here(k);
    else if (rc == 1)
        rc = sync_sent_take(k->db, s, one);
    db_finalize(s);
    if (rc == 0) {
        one->line.place = mine->place;
        one->line.lost = mine->lost;
        rc = sync_take(k, &one->line);
    }
    sync_sent_free(one);
    free(one);
    return rc;
}

static int take_answer(struct sync_taking *k, struct sync_wire *w)
{
    struct sync_line l;
    int rc;

    while ((rc = sync_wire_next(w, &l)) == 1) {
        rc = 0;
        if (l.what == SYNC_CHANGE) /* this file's own come as SYNC_MINE: nobody else makes any */
            rc = strcmp(l.origin, k->log.origin) == 0 ? lost_here(k) : sync_take(k, &l);
        else if (l.what == SYNC_MINE)
            rc = take_mine(k, &l);
        else if (l.what == SYNC_NEXT) {
            k->report->more = l.more;
            rc = run(k->db, "UPDATE sync_office SET pulled = ?1", l.place, NULL);
        }
        if (rc != 0)
            return rc;
    }
    if (rc == NILA_ERR_PARSE)
        (void)snprintf(k->why, k->why_size, "%s", w->why);
    return rc;
}

/* Is it the answer to where we stand? Else it is left aside. */
static int take_if_due(struct sync_taking *k, struct sync_wire *w, int64_t after)
{
    struct sync_standing standing;
    int rc = meet(k->db, w->origin, k->report);

    if (rc == 0)
        rc = stand(k->db, &standing);
    if (rc != 0)
        return rc;
    k->report->more = true;
    return k->report->other || standing.pulled != after ? 0 : take_answer(k, w);
}

int sync_farm_pulled(struct records *r, char *answer, size_t n, int64_t after, int64_t now_ms,
                     struct sync_report *out, char *why)
{
    struct sync_report report = {.taken = 0};
    struct sync_taking *k;
    struct sync_wire w;
    int rc = open_answer(&w, answer, n, why);

    if (rc != 0)
        return rc;
    k = xcalloc(1, sizeof *k);
    *k = (struct sync_taking){
        .db = r->db, .now_ms = now_ms, .report = &report, .why = why, .why_size = SYNC_WHY};
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    if (rc == 0)
        rc = sync_taking_begin(k);
    if (rc == 0)
        rc = take_if_due(k, &w, after);
    sync_taking_end(k);
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    free(k);
    if (rc == 0)
        *out = report;
    return rc;
}
