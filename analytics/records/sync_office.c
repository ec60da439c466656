/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's side: what a farm sent, and what it does not know yet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "sync_own.h"

enum {
    LOOKED_AT_MOST = 2000 /* changes for one answer: other farms' are passed over */
};

static int own_origin(struct db *d, char out[static CHANGE_UID_SIZE])
{
    int rc = sync_ask(d, "SELECT value FROM records_meta WHERE key = ?1", "origin", out,
                      CHANGE_UID_SIZE);

    return rc == 0 ? NILA_ERR_CORRUPT : rc < 0 ? rc : 0;
}

static int seen(struct db *d, const char *node, int64_t now_ms)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, "UPDATE sync_nodes SET seen_ms = ?2 WHERE node = ?1", &s);

    if (rc == 0) {
        db_bind_text(s, 1, node);
        db_bind_integer(s, 2, now_ms);
        rc = db_step(d, s);
    }
    db_finalize(s);
    return rc;
}

/* --- push --- */

/* A file's name belongs to the computer that used it first. 1: it is node's; 0: another's. */
static int claim(struct db *d, const char *node, const char *origin, bool make)
{
    char owner[SLUG_SIZE] = "";
    struct db_stmt *s = NULL;
    int rc =
        sync_ask(d, "SELECT node FROM sync_origins WHERE origin = ?1", origin, owner, sizeof owner);

    if (rc != 0 || !make)
        return rc == 1 ? strcmp(owner, node) == 0 : rc < 0 ? rc : 1;
    rc = db_prepare(d, "INSERT INTO sync_origins VALUES(?1, ?2)", &s);
    if (rc == 0) {
        db_bind_text(s, 1, origin);
        db_bind_text(s, 2, node);
        rc = db_step(d, s);
    }
    db_finalize(s);
    return rc == 0 ? 1 : rc;
}

/* Is it for this node to say? What another computer made, and what this office makes itself, is not. */
static int is_theirs(struct sync_taking *k, const struct sync_line *l)
{
    if (strcmp(l->origin, k->log.origin) == 0)
        return 0;
    return claim(k->db, k->node, l->origin, false);
}

static int take_lines(struct sync_taking *k, struct sync_wire *w)
{
    struct sync_line l;
    int rc;

    while ((rc = sync_wire_next(w, &l)) == 1) {
        if (l.what != SYNC_CHANGE)
            continue;
        rc = is_theirs(k, &l);
        if (rc == 0)
            k->report->repeated++; /* its own computer brings it, or we have it */
        else if (rc == 1)
            rc = sync_take(k, &l);
        if (rc != 0)
            return rc;
    }
    if (rc == NILA_ERR_PARSE)
        (void)snprintf(k->why, k->why_size, "%s", w->why);
    return rc;
}

static int take_message(struct sync_taking *k, struct sync_wire *w)
{
    int rc = claim(k->db, k->node, w->origin, true);

    if (rc == 0 || strcmp(w->origin, k->log.origin) == 0) {
        (void)snprintf(k->why, k->why_size, "%s",
                       tongue("berkas catatan ini milik komputer lain",
                              "this records file is another computer's"));
        return NILA_ERR_REFUSED;
    }
    rc = rc < 0 ? rc : take_lines(k, w);
    return rc == 0 ? seen(k->db, k->node, k->now_ms) : rc;
}

static int answer_push(struct db *d, const char *own, const char *origin, struct buf *answer)
{
    char number[24] = "0";
    struct sync_line held = {.what = SYNC_HELD};
    int rc = sync_ask(d, "SELECT ifnull(max(origin_seq), 0) FROM changes WHERE origin = ?1", origin,
                      number, sizeof number);

    if (rc < 0)
        return rc;
    held.seq = strtoll(number, NULL, 10);
    sync_wire_begin(answer, own);
    sync_wire_line(answer, &held);
    sync_wire_end(answer);
    return 0;
}

int sync_office_push(struct records *r, const char *node, char *text, size_t n, int64_t now_ms,
                     struct buf *answer, struct sync_report *out, char *why)
{
    struct sync_report report = {.taken = 0};
    struct sync_taking *k;
    struct sync_wire w;
    int rc;

    if (n > SYNC_BODY_MAX)
        return NILA_ERR_FULL;
    rc = sync_wire_open(&w, text, n);
    if (rc != 0) {
        (void)snprintf(why, SYNC_WHY, "%s", w.why);
        return rc;
    }
    k = xcalloc(1, sizeof *k);
    *k = (struct sync_taking){.db = r->db,
                              .office = true,
                              .now_ms = now_ms,
                              .node = node,
                              .report = &report,
                              .why = why,
                              .why_size = SYNC_WHY};
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    if (rc == 0)
        rc = sync_taking_begin(k);
    if (rc == 0)
        rc = take_message(k, &w);
    if (rc == 0)
        rc = answer_push(r->db, k->log.origin, w.origin, answer);
    sync_taking_end(k);
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    free(k);
    if (rc == 0)
        *out = report;
    else
        buf_clear(answer);
    return rc;
}

/* --- pull --- */

/* Is the row, in any version, of a farm of the node? One statement a table, made when it is needed. */
static int in_scope(struct db *d, struct db_stmt *stmt[static RECORDS_TABLES], enum records_table t,
                    const char *row_uid, const char *node)
{
    char sql[256];
    int rc = 0;

    if (stmt[t] == NULL) {
        (void)snprintf(
            sql, sizeof sql,
            "SELECT 1 FROM %s_all v %s JOIN sync_node_farms n ON n.farm = %s.farm WHERE "
            "v.uid = ?1 AND n.node = ?2 LIMIT 1",
            records_table_name(t),
            t == RECORDS_FARMS || t == RECORDS_PONDS ? "" : "JOIN ponds_all p ON p.pond = v.pond",
            t == RECORDS_FARMS || t == RECORDS_PONDS ? "v" : "p");
        rc = db_prepare(d, sql, &stmt[t]);
    }
    if (rc == 0) {
        db_bind_text(stmt[t], 1, row_uid);
        db_bind_text(stmt[t], 2, node);
        rc = db_step(d, stmt[t]);
    }
    if (rc == 1)
        db_reset(stmt[t]);
    return rc;
}

/* Writes the changes behind after; *next: the last that was looked at. */
static int write_changes(struct db *d, const char *node, const char *origin, int64_t after,
                         size_t most, struct buf *answer, struct sync_line *next)
{
    struct db_stmt *s = NULL, *scope[RECORDS_TABLES] = {NULL};
    struct sync_sent *one = xcalloc(1, sizeof *one);
    int looked = 0;
    int rc = db_prepare(d,
                        SYNC_SELECT "WHERE c.id > ?1 AND c.kind IN " SYNC_KINDS_IN
                                    " AND c.\"table\" IN " SYNC_TABLES " ORDER BY c.id",
                        &s);

    if (rc == 0)
        db_bind_integer(s, 1, after);
    while (rc == 0 && (rc = db_step(d, s)) == 1) {
        if (looked++ == LOOKED_AT_MOST || answer->n > most) {
            next->more = true;
            rc = 0;
            break;
        }
        rc = sync_sent_take(d, s, one);
        if (rc == 0)
            rc = in_scope(d, scope, one->line.table, one->row_uid, node);
        if (rc == 1) {
            if (strcmp(one->origin, origin) == 0)
                one->line.what = SYNC_MINE;
            sync_wire_line(answer, &one->line);
            rc = 0;
        }
        next->place = one->line.place;
    }
    for (int t = 0; t < RECORDS_TABLES; t++)
        db_finalize(scope[t]);
    db_finalize(s);
    sync_sent_free(one);
    free(one);
    return rc;
}

int sync_office_pull(struct records *r, const char *node, const char *origin, int64_t after,
                     size_t most, int64_t now_ms, struct buf *answer, char *why)
{
    struct sync_line next = {.what = SYNC_NEXT, .place = after};
    char own[CHANGE_UID_SIZE];
    int rc;

    if (strlen(origin) != CHANGE_UID_SIZE - 1 || after < 0) {
        (void)snprintf(why, SYNC_WHY, "origin, after");
        return NILA_ERR_PARSE;
    }
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    if (rc == 0)
        rc = own_origin(r->db, own);
    if (rc == 0) {
        sync_wire_begin(answer, own);
        rc = write_changes(r->db, node, origin, after,
                           most < SYNC_BODY_USUAL ? most : SYNC_BODY_USUAL, answer, &next);
    }
    if (rc == 0)
        rc = seen(r->db, node, now_ms);
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc != 0) {
        buf_clear(answer);
        return rc;
    }
    sync_wire_line(answer, &next);
    sync_wire_end(answer);
    return 0;
}
