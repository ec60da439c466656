/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules by which a change from elsewhere is taken. The office puts changes in order as they come and writes a change of its
 * own whenever the outcome is not what the change alone says; a farm does the same things in the same order, but for rows
 * with changes of its own that have no place in the order yet: those come later, and win. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "import.h"
#include "sync_own.h"
#include "uid.h"

static const struct column ENTERED = {"entered_on", COLUMN_MOMENT, true, 0, 0, NULL};

static int refuse(struct sync_taking *k, int rc, const struct sync_line *l, const char *fmt, ...)
    NILA_PRINTF(4, 5);
static int refuse(struct sync_taking *k, int rc, const struct sync_line *l, const char *fmt, ...)
{
    int n = snprintf(k->why, k->why_size, "%s %s: ", records_table_name(l->table), l->row_uid);
    va_list ap;

    va_start(ap, fmt);
    if (n > 0 && (size_t)n < k->why_size)
        (void)vsnprintf(k->why + n, k->why_size - (size_t)n, fmt, ap);
    va_end(ap);
    return rc;
}

/* What import_check finds wrong goes into why. */
static void tell(void *arg, const char *column, const char *reason)
{
    struct sync_taking *k = arg;

    (void)snprintf(k->why, k->why_size, "%.24s: %.200s", column, reason);
}

int sync_taking_begin(struct sync_taking *k)
{
    k->check = xcalloc(1, sizeof *k->check);
    return version_log_begin(&k->log, k->db);
}

void sync_taking_end(struct sync_taking *k)
{
    version_log_end(&k->log);
    free(k->check);
    k->check = NULL;
}

/* --- what the line says --- */

/* A clock that is ahead tells of a moment nobody has reached: a version that begins there would be seen by nobody until then, and
 * one that ends there for as long. It counts from now on; the list of changes keeps what was told. */
static int64_t by_now(const struct sync_taking *k, int64_t told_ms)
{
    return told_ms < k->now_ms ? told_ms : k->now_ms;
}

/* Cells into want. NILA_ERR_PARSE. */
static int read_cells(struct sync_taking *k, const struct sync_line *l)
{
    const struct columns *c = columns_of(l->table);
    char reason[COLUMN_REASON];
    size_t found = 0;
    struct cell entered;

    for (size_t i = 0; i <= c->n; i++) {
        const struct column *column = i < c->n ? &c->column[i] : &ENTERED;
        const char *text = "";
        for (size_t j = 0; j < l->cells; j++)
            if (strcmp(l->cell[j].column, column->name) == 0) {
                text = l->cell[j].text;
                found++;
            }
        if (cell_read(column, text, false, SYNC_LATEST_MS, i < c->n ? &k->want.cell[i] : &entered,
                      reason) != 0)
            return refuse(k, NILA_ERR_PARSE, l, "%s: %s", column->name, reason);
    }
    if (found != l->cells)
        return refuse(k, NILA_ERR_PARSE, l, "%s",
                      tongue("berisi kolom yang tidak dikenal; perbarui program di sini",
                             "has a column that is not known; update the program here"));
    k->want.entered_on = by_now(k, entered.whole);
    return 0;
}

/* The cells against each other, as the import does. */
static int check_cells(struct sync_taking *k, const struct sync_line *l)
{
    struct import *m = k->check;

    *m = (struct import){.db = k->db,
                         .table = l->table,
                         .columns = columns_of(l->table),
                         .now_ms = k->now_ms,
                         .tell = tell,
                         .arg = k};
    memcpy(m->cell, k->want.cell, sizeof m->cell);
    import_check(m);
    return m->report.bad > 0 ? NILA_ERR_PARSE : 0;
}

static int read_line(struct sync_taking *k, const struct sync_line *l)
{
    char uid[CHANGE_UID_SIZE];
    int rc;

    k->want.id = 0;
    if (!sync_table(l->table))
        return refuse(k, NILA_ERR_PARSE, l, "%s",
                      tongue("tabel ini tidak diselaraskan", "this table is not kept in step"));
    (void)snprintf(uid, sizeof uid, "%.16s%016llx", l->origin, (unsigned long long)l->seq);
    if (strcmp(uid, l->uid) != 0)
        return refuse(k, NILA_ERR_PARSE, l, "uid %s", l->uid);
    if (l->kind == SYNC_WITHDRAW)
        return l->cells == 0 ? 0 : refuse(k, NILA_ERR_PARSE, l, "%s", l->cell[0].column);
    k->want.id = 1; /* it is to be there */
    rc = read_cells(k, l);
    if (rc == 0)
        rc = check_cells(k, l);
    if (rc == 0 && columns_of(l->table)->column[0].kind == COLUMN_KEY) {
        uid_of_row(l->table, k->want.cell, 1, uid);
        if (strcmp(uid, l->row_uid) != 0)
            return refuse(k, NILA_ERR_PARSE, l, "\"%s\"", k->want.cell[0].text);
    }
    return rc;
}

/* --- rights --- */

static int may_speak_of(struct sync_taking *k, const struct sync_line *l,
                        const struct sync_row *row)
{
    char farm[SLUG_SIZE] = "";
    struct db_stmt *s = NULL;
    int rc = sync_row_farm(k->db, l->table, row, farm);

    if (rc == 0)
        return refuse(k, NILA_ERR_PARSE, l, "%s",
                      tongue("kolamnya tidak tercatat di sini", "its pond is not on record here"));
    if (rc == 1)
        rc = db_prepare(k->db, "SELECT 1 FROM sync_node_farms WHERE node = ?1 AND farm = ?2", &s);
    if (rc == 0) {
        db_bind_text(s, 1, k->node);
        db_bind_text(s, 2, farm);
        rc = db_step(k->db, s);
        if (rc == 0)
            rc = refuse(k, NILA_ERR_DENIED, l,
                        tongue("milik tambak %s, bukan tambak kunci ini",
                               "is of farm %s, which is not this key's"),
                        farm);
    }
    db_finalize(s);
    return rc == 1 ? 0 : rc;
}

/* What it says now and what the row was until now must both be of the node's farms. */
static int check_rights(struct sync_taking *k, const struct sync_line *l)
{
    int64_t until;
    int rc = 0;

    if (k->want.id != 0)
        rc = may_speak_of(k, l, &k->want);
    if (rc != 0)
        return rc;
    if (k->had.id != 0)
        return may_speak_of(k, l, &k->had);
    rc = sync_row_was(k->db, l->table, l->row_uid, &k->other, &until);
    if (rc == 1)
        return may_speak_of(k, l, &k->other);
    if (rc == 0 && l->kind == SYNC_WITHDRAW)
        return refuse(k, NILA_ERR_PARSE, l, "%s",
                      tongue("baris ini tidak tercatat di sini", "there is no such row here"));
    return rc;
}

/* --- the list of changes --- */

/* The newest change of a row: 1, 0 none, or an error. */
static int newest(struct sync_taking *k, const char *row_uid, char uid[static CHANGE_UID_SIZE],
                  char origin[static CHANGE_UID_SIZE])
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(k->db,
                        "SELECT uid, origin FROM changes WHERE row_uid = ?1 AND kind "
                        "IN " SYNC_KINDS_IN " ORDER BY id DESC LIMIT 1",
                        &s);

    if (rc == 0) {
        db_bind_text(s, 1, row_uid);
        rc = db_step(k->db, s);
    }
    if (rc == 1) {
        db_text(s, 0, uid, CHANGE_UID_SIZE);
        db_text(s, 1, origin, CHANGE_UID_SIZE);
    }
    db_finalize(s);
    return rc;
}

static int note_conflict(struct sync_taking *k, const char *table, const char *row_uid,
                         const char *won, const char *lost)
{
    struct db_stmt *s = NULL;
    int rc =
        db_prepare(k->db, "INSERT OR IGNORE INTO sync_conflicts VALUES(?1, ?2, ?3, ?4, ?5)", &s);

    if (rc == 0) {
        db_bind_text(s, 1, won);
        db_bind_text(s, 2, lost);
        db_bind_text(s, 3, table);
        db_bind_text(s, 4, row_uid);
        db_bind_integer(s, 5, k->now_ms);
        rc = db_step(k->db, s);
    }
    db_finalize(s);
    if (rc == 0)
        k->report->conflicts += db_changed(k->db) > 0;
    return rc;
}

/* A change that the one of the line undoes without having known of it. */
static int note_undone(struct sync_taking *k, const struct sync_line *l, enum records_table t,
                       const char *row_uid)
{
    char uid[CHANGE_UID_SIZE], origin[CHANGE_UID_SIZE];
    int rc = newest(k, row_uid, uid, origin);

    return rc == 1 ? note_conflict(k, records_table_name(t), row_uid, l->uid, uid) : rc;
}

/* A change of our own, which says what a rule made of a row. want NULL: withdrawn. */
static int write_own(struct sync_taking *k, enum records_table t, const char *row_uid,
                     const char *kind, const struct sync_row *had, const struct sync_row *want)
{
    const struct columns *c = columns_of(t);
    const struct change_who who = {.how = "sync", .at_ms = k->now_ms};
    char based_on[CHANGE_UID_SIZE] = "", origin[CHANGE_UID_SIZE];
    struct buf old = {0}, new = {0};
    int rc = newest(k, row_uid, based_on, origin);

    if (had != NULL && had->id != 0)
        version_json(&old, c, had->cell, had->entered_on);
    if (want != NULL)
        version_json(&new, c, want->cell, want->entered_on);
    if (rc >= 0)
        rc = version_log_add(&k->log, &(struct version_entry){.who = &who,
                                                              .table = records_table_name(t),
                                                              .row_uid = row_uid,
                                                              .kind = kind,
                                                              .based_on = based_on,
                                                              .old = old.p != NULL ? &old : NULL,
                                                              .new = new.p != NULL ? &new : NULL});
    buf_free(&old);
    buf_free(&new);
    return rc;
}

/* Puts the change where it belongs in the list; had and want are filled. */
static int write_change(struct sync_taking *k, const struct sync_line *l, int64_t *id)
{
    const struct columns *c = columns_of(l->table);
    struct buf old = {0}, new = {0};
    struct db_stmt *s = NULL;
    int rc;

    buf_str(&old, "");
    buf_str(&new, "");
    if (k->had.id != 0)
        version_json(&old, c, k->had.cell, k->had.entered_on);
    if (k->want.id != 0)
        version_json(&new, c, k->want.cell, k->want.entered_on);
    rc = db_prepare(k->db,
                    "INSERT INTO changes(uid, at_ms, by, how, \"table\", row_uid, kind, based_on, "
                    "old, new, reason, key, origin, origin_seq) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                    "?8, ?9, ?10, ?11, '', ?12, ?13) RETURNING id",
                    &s);
    if (rc == 0) {
        const char *const text[] = {l->uid,
                                    NULL,
                                    l->by,
                                    l->how,
                                    records_table_name(l->table),
                                    l->row_uid,
                                    sync_kind_name(l->kind),
                                    l->seen,
                                    old.p,
                                    new.p,
                                    l->reason,
                                    l->origin};
        for (int i = 0; i < (int)(sizeof text / sizeof text[0]); i++)
            if (text[i] != NULL)
                db_bind_text(s, i + 1, text[i]);
        db_bind_integer(s, 2, l->at_ms);
        db_bind_integer(s, 13, l->seq);
        rc = db_step(k->db, s);
    }
    if (rc == 1) {
        *id = db_integer(s, 0);
        rc = db_step(k->db, s);
    }
    db_finalize(s);
    buf_free(&old);
    buf_free(&new);
    return rc;
}

/* The change has its place in the office's order. */
static int write_place(struct sync_taking *k, int64_t id, int64_t place)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(k->db, "INSERT OR IGNORE INTO sync_placed VALUES(?1, ?2, ?3)", &s);

    if (rc == 0) {
        db_bind_integer(s, 1, id);
        db_bind_integer(s, 2, place != 0 ? place : id);
        db_bind_integer(s, 3, k->now_ms);
        rc = db_step(k->db, s);
    }
    db_finalize(s);
    return rc;
}

/* --- rows --- */

/* On a farm: has the row changes that come later in the order? 1, 0, or an error. */
static int pending(struct sync_taking *k, const char *row_uid)
{
    char any[2];

    if (k->office)
        return 0;
    return sync_ask(k->db,
                    "SELECT 1 FROM changes c WHERE c.row_uid = ?1 AND c.kind IN " SYNC_KINDS_IN
                    " AND NOT EXISTS(SELECT 1 FROM sync_placed p WHERE p.change = c.id) LIMIT 1",
                    row_uid, any, sizeof any);
}

/* A farm or pond that something refers to. */
struct parent {
    char uid[CHANGE_UID_SIZE];
    struct sync_row was; /* its newest version of old, when it is gone */
    int64_t until_ms;
    bool gone;
};

/* 1: on record, now or once; 0: never. */
static int find_parent(struct sync_taking *k, enum records_table t, const struct cell *key,
                       struct parent *p)
{
    int rc;

    uid_of_row(t, key, 1, p->uid);
    rc = sync_row_find(k->db, t, p->uid, &p->was);
    p->gone = rc == 0;
    return rc == 0 ? sync_row_was(k->db, t, p->uid, &p->was, &p->until_ms) : rc;
}

static int put_back(struct sync_taking *k, const struct sync_line *l, enum records_table t,
                    struct parent *p)
{
    const struct sync_row none = {.id = 0};
    int rc;

    p->was.entered_on = k->office && k->now_ms > p->until_ms ? k->now_ms : p->until_ms;
    rc = sync_row_put(k->db, t, p->uid, &none, &p->was);
    if (rc == 0 && k->office)
        rc = note_undone(k, l, t, p->uid);
    if (rc == 0 && k->office)
        rc = write_own(k, t, p->uid, "add", NULL, &p->was);
    return rc == 0 ? 1 : rc;
}

/* Brings it back when it was withdrawn. 1: it is there; 0: it never was on record. */
static int bring_farm(struct sync_taking *k, const struct sync_line *l, const struct cell *key)
{
    struct parent *p = xcalloc(1, sizeof *p);
    int rc = find_parent(k, RECORDS_FARMS, key, p);

    if (rc == 1 && p->gone)
        rc = put_back(k, l, RECORDS_FARMS, p);
    free(p);
    return rc;
}

static int bring_pond(struct sync_taking *k, const struct sync_line *l, const struct cell *key)
{
    struct parent *p = xcalloc(1, sizeof *p);
    int rc = find_parent(k, RECORDS_PONDS, key, p);

    if (rc == 1 && p->gone) {
        rc = bring_farm(k, l, &p->was.cell[1]); /* the column farm */
        if (rc == 1)
            rc = put_back(k, l, RECORDS_PONDS, p);
    }
    free(p);
    return rc;
}

/* What the row refers to is there: 1; 0: it cannot be; or an error. */
static int bring_parents(struct sync_taking *k, const struct sync_line *l, enum records_table t,
                         const struct sync_row *row)
{
    const struct columns *c = columns_of(t);
    int rc = 1;

    for (size_t i = 0; i < c->n && rc == 1; i++) {
        if (row->cell[i].empty)
            continue;
        if (c->column[i].kind == COLUMN_FARM)
            rc = bring_farm(k, l, &row->cell[i]);
        else if (c->column[i].kind == COLUMN_POND)
            rc = bring_pond(k, l, &row->cell[i]);
    }
    return rc;
}

/* Another cycle that was stocked in that pond that day: 1 and its uid, 0 or an error. */
static int clash(struct sync_taking *k, const struct sync_line *l, char uid[static CHANGE_UID_SIZE])
{
    struct db_stmt *s = NULL;
    int rc;

    if (l->table != RECORDS_CYCLES)
        return 0;
    rc = db_prepare(k->db,
                    "SELECT uid FROM cycles WHERE pond = ?1 AND stocked_on = ?2 AND uid <> ?3", &s);
    if (rc == 0) {
        db_bind_text(s, 1, k->want.cell[1].text);
        db_bind_integer(s, 2, k->want.cell[2].whole);
        db_bind_text(s, 3, l->row_uid);
        rc = db_step(k->db, s);
    }
    if (rc == 1)
        db_text(s, 0, uid, CHANGE_UID_SIZE);
    db_finalize(s);
    return rc;
}

/* Makes room for a cycle. 1: there is room; 0: a farm's own later change is in the way, and the office will say. */
static int make_room(struct sync_taking *k, const struct sync_line *l)
{
    char uid[CHANGE_UID_SIZE];
    int rc = clash(k, l, uid);

    if (rc != 1)
        return rc == 0 ? 1 : rc;
    rc = pending(k, uid);
    if (rc != 0)
        return rc == 1 ? 0 : rc;
    rc = sync_row_find(k->db, l->table, uid, &k->other);
    if (rc == 1 && k->office)
        rc = note_undone(k, l, l->table, uid);
    if (rc >= 0)
        rc = sync_row_drop(k->db, l->table, &k->other, k->now_ms);
    if (rc == 0 && k->office)
        rc = write_own(k, l->table, uid, "withdraw", &k->other, NULL);
    return rc == 0 ? 1 : rc;
}

/* The row as the line wants it. In the office what stands in the way has gone before the change was written. */
static int put(struct sync_taking *k, const struct sync_line *l)
{
    if (k->had.id != 0 && k->had.entered_on == k->want.entered_on &&
        sync_row_same(l->table, &k->had, &k->want))
        return 0;
    return sync_row_put(k->db, l->table, l->row_uid, &k->had, &k->want);
}

/* Does something that is kept in step refer to it? Then the office will bring it back by itself. */
static int referred(struct sync_taking *k, const struct sync_line *l)
{
    const enum column_kind kind = l->table == RECORDS_FARMS ? COLUMN_FARM : COLUMN_POND;
    char sql[128], any[2];
    int rc = 0;

    for (int t = 0; t < RECORDS_TABLES && rc == 0; t++) {
        const struct columns *c = columns_of((enum records_table)t);
        for (size_t i = 0; i < c->n && rc == 0 && sync_table((enum records_table)t); i++) {
            if (c->column[i].kind != kind)
                continue;
            (void)snprintf(sql, sizeof sql, "SELECT 1 FROM %s WHERE \"%s\" = ?1 LIMIT 1",
                           records_table_name((enum records_table)t), c->column[i].name);
            rc = sync_ask(k->db, sql, k->had.cell[0].text, any, sizeof any);
        }
    }
    return rc;
}

/* It is not withdrawn after all, and everybody is told so. */
static int put_again(struct sync_taking *k, const struct sync_line *l)
{
    char uid[CHANGE_UID_SIZE] = "", origin[CHANGE_UID_SIZE];
    int rc;

    k->other = k->had;
    k->other.entered_on = k->now_ms > k->had.entered_on
                              ? k->now_ms
                              : k->had.entered_on + 1; /* a version of its own */
    rc = sync_row_put(k->db, l->table, l->row_uid, &k->had, &k->other);
    if (rc == 0)
        rc = write_own(k, l->table, l->row_uid, "add", &k->had, &k->other);
    if (rc == 0)
        rc = newest(k, l->row_uid, uid, origin);
    return rc == 1 ? note_conflict(k, records_table_name(l->table), l->row_uid, uid, l->uid) : rc;
}

static int drop(struct sync_taking *k, const struct sync_line *l)
{
    int rc;

    if (k->had.id == 0)
        return 0;
    rc = sync_row_drop(k->db, l->table, &k->had, by_now(k, l->at_ms));
    if (rc != NILA_ERR_REFUSED)
        return rc;
    rc = k->office ? 0 : referred(k, l);
    return rc == 0 ? put_again(k, l) : rc > 0 ? 0 : rc;
}

/* --- one change --- */

/* Does it undo something that its author had not seen? */
static int judge(struct sync_taking *k, const struct sync_line *l)
{
    char uid[CHANGE_UID_SIZE], origin[CHANGE_UID_SIZE];
    int rc = newest(k, l->row_uid, uid, origin);
    const bool there = k->had.id != 0, wanted = k->want.id != 0;

    if (rc != 1 || strcmp(origin, l->origin) == 0 || strcmp(uid, l->seen) == 0)
        return rc < 0 ? rc : 0;
    if (there == wanted && (!there || sync_row_same(l->table, &k->had, &k->want)))
        return 0;
    return note_conflict(k, records_table_name(l->table), l->row_uid, l->uid, uid);
}

/* All that the row refers to is there now: 1, 0, or an error. */
static int parents_there(struct sync_taking *k, enum records_table t, const struct sync_row *row)
{
    const struct columns *c = columns_of(t);
    struct parent *p = xcalloc(1, sizeof *p);
    int rc = 1;

    for (size_t i = 0; i < c->n && rc == 1; i++) {
        const enum column_kind kind = c->column[i].kind;
        if (row->cell[i].empty || (kind != COLUMN_FARM && kind != COLUMN_POND))
            continue;
        rc = find_parent(k, kind == COLUMN_FARM ? RECORDS_FARMS : RECORDS_PONDS, &row->cell[i], p);
        if (rc == 1 && p->gone)
            rc = 0;
    }
    free(p);
    return rc;
}

/* Does the line enter, as new, a row that was entered here too and corrected since? One list imported on both sides comes so:
 * its author did not know of the correction, which stands. 1, 0, or an error. A farm puts the line in its place and then hears
 * of what stands; where that would move other rows too, the line is taken as any other. */
static int overtaken(struct sync_taking *k, const struct sync_line *l)
{
    char uid[CHANGE_UID_SIZE];
    int rc;

    if (l->kind != SYNC_ADD || l->seen[0] != '\0' || k->had.id == 0 ||
        sync_row_same(l->table, &k->had, &k->want))
        return 0;
    rc = sync_row_was_ever(k->db, l->table, l->row_uid, &k->want);
    if (rc == 1)
        rc = parents_there(k, l->table, &k->want);
    if (rc != 1)
        return rc;
    rc = clash(k, l, uid);
    return rc < 0 ? rc : rc == 0;
}

/* The line has its place, the row stays, and everybody is told what it is. */
static int leave_as_it_is(struct sync_taking *k, const struct sync_line *l)
{
    int64_t id = 0;
    int rc = write_change(k, l, &id);

    if (rc == 0)
        rc = write_place(k, id, 0);
    return rc == 0 ? write_own(k, l->table, l->row_uid, "correct", &k->had, &k->had) : rc;
}

static int take_in_office(struct sync_taking *k, const struct sync_line *l)
{
    int64_t id = 0;
    int rc = check_rights(k, l);

    if (rc == 0)
        rc = overtaken(k, l);
    if (rc == 1)
        return leave_as_it_is(k, l);
    if (rc == 0)
        rc = judge(k, l);
    if (rc == 0 && k->want.id != 0) {
        rc = bring_parents(k, l, l->table, &k->want);
        if (rc == 0)
            return refuse(k, NILA_ERR_PARSE, l, "%s",
                          tongue("yang dirujuknya tidak tercatat di sini",
                                 "what it refers to is not on record here"));
        if (rc == 1)
            rc = make_room(k, l);
        rc = rc == 1 ? 0 : rc;
    }
    if (rc == 0)
        rc = write_change(k, l, &id);
    if (rc == 0)
        rc = write_place(k, id, 0);
    if (rc != 0)
        return rc;
    return k->want.id != 0 ? put(k, l) : drop(k, l);
}

/* id: of the change in this file; 0: it is new here. */
static int take_on_farm(struct sync_taking *k, const struct sync_line *l, int64_t id)
{
    int rc = 0;

    if (id == 0)
        rc = write_change(k, l, &id);
    if (rc == 0)
        rc = write_place(k, id, l->place);
    if (rc == 0 && l->lost[0] != '\0')
        rc = note_conflict(k, records_table_name(l->table), l->row_uid, l->uid, l->lost);
    if (rc == 0)
        rc = pending(k, l->row_uid);
    if (rc != 0)
        return rc == 1 ? 0 : rc;
    if (k->want.id == 0)
        return drop(k, l);
    rc = bring_parents(k, l, l->table, &k->want);
    if (rc == 1)
        rc = make_room(k, l);
    return rc == 1 ? put(k, l) : rc;
}

/* Is the change in the list? 1 and its number, 0, or an error: another one has its name. */
static int known(struct sync_taking *k, const struct sync_line *l, int64_t *id)
{
    struct db_stmt *s = NULL;
    char row_uid[CHANGE_UID_SIZE] = "";
    int64_t at_ms = 0;
    int rc = db_prepare(k->db,
                        "SELECT id, row_uid, at_ms FROM changes WHERE uid = ?1 OR (origin = ?2 AND "
                        "origin_seq = ?3)",
                        &s);

    if (rc == 0) {
        db_bind_text(s, 1, l->uid);
        db_bind_text(s, 2, l->origin);
        db_bind_integer(s, 3, l->seq);
        rc = db_step(k->db, s);
    }
    if (rc == 1) {
        *id = db_integer(s, 0);
        db_text(s, 1, row_uid, sizeof row_uid);
        at_ms = db_integer(s, 2);
    }
    db_finalize(s);
    if (rc == 1 && (strcmp(row_uid, l->row_uid) != 0 || at_ms != l->at_ms))
        return refuse(k, NILA_ERR_REFUSED, l, "%s",
                      tongue("dua komputer memakai satu berkas catatan: salinan harus dipulihkan "
                             "dengan nila-analytics restore",
                             "two computers use one records file: a copy must be brought back with "
                             "nila-analytics restore"));
    return rc;
}

int sync_take(struct sync_taking *k, const struct sync_line *l)
{
    int64_t id = 0;
    int there = known(k, l, &id), rc;

    if (there < 0)
        return there;
    if (there == 1 && k->office) {
        k->report->repeated++;
        return 0;
    }
    rc = read_line(k, l);
    if (rc == 0)
        rc = sync_row_find(k->db, l->table, l->row_uid, &k->had);
    if (rc < 0)
        return rc;
    rc = k->office ? take_in_office(k, l) : take_on_farm(k, l, id);
    if (rc == 0 && there == 1)
        k->report->repeated++;
    else if (rc == 0)
        k->report->taken++;
    return rc;
}
