/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows as text, and the list of changes. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "collector/common/buf.h"
#include "collector/common/log.h"
#include "columns.h"
#include "versions.h"

enum {
    CHANGES_MOST = 1000
};

const char *records_column(enum records_table t, size_t i)
{
    const struct columns *c = columns_of(t);

    return i < c->n ? c->column[i].name : NULL;
}

bool records_column_needed(enum records_table t, size_t i)
{
    return columns_of(t)->column[i].need;
}

const char *const *records_column_words(enum records_table t, size_t i)
{
    return columns_of(t)->column[i].words;
}

/* --- rows --- */

static void select_rows(struct buf *sql, enum records_table t)
{
    static const char NEWEST[] =
        "(SELECT %s FROM changes c WHERE c.row_uid = t.uid ORDER BY c.id DESC LIMIT 1), ";

    buf_str(sql, "SELECT t.uid, ");
    buf_printf(sql, NEWEST, "c.uid");
    buf_printf(sql, NEWEST, "c.by");
    buf_str(sql, "t.entered_on, ");
    versions_list(sql, columns_of(t), "", ", ");
    buf_printf(sql, " FROM %s t", records_table_name(t));
}

static void take_row(const struct columns *c, struct db_stmt *s, struct rec_row *row)
{
    char text[COLUMN_TEXT];
    struct cell cell;

    *row = (struct rec_row){.cells = c->n};
    db_text(s, 0, row->uid, sizeof row->uid);
    db_text(s, 1, row->change, sizeof row->change);
    db_text(s, 2, row->by, sizeof row->by);
    row->entered_ms = db_integer(s, 3);
    for (size_t i = 0; i < c->n; i++) {
        cell_take(&c->column[i], s, (int)i + 4, &cell);
        cell_write(&c->column[i], &cell, text, sizeof text);
        row->text[i] = xstrdup(text);
    }
}

void records_rows_free(struct rec_row *row, size_t n)
{
    for (size_t i = 0; i < n && row != NULL; i++)
        for (size_t k = 0; k < row[i].cells; k++)
            free(row[i].text[k]);
    free(row);
}

/* Runs sql with one text and one number. */
static int load_rows(struct records *r, enum records_table t, const char *sql, const char *text,
                     int64_t most, struct rec_row **out, size_t *n)
{
    const struct columns *c = columns_of(t);
    struct db_stmt *s = NULL;
    struct rec_row *list = NULL;
    size_t cap = 0, got = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, sql, &s);
    if (rc == 0) {
        db_bind_text(s, 1, text);
        db_bind_integer(s, 2, most);
    }
    while (rc == 0 && (rc = db_step(r->db, s)) == 1) {
        if (got == cap) {
            cap = cap == 0 ? 16 : cap * 2;
            list = xrealloc(list, cap, sizeof *list);
        }
        take_row(c, s, &list[got++]);
        rc = 0;
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc != 0) {
        records_rows_free(list, got);
        return rc;
    }
    *out = list;
    *n = got;
    return 0;
}

int records_row(struct records *r, enum records_table t, const char *uid, struct rec_row **out)
{
    struct buf sql = {0};
    struct rec_row *row = NULL;
    size_t n = 0;
    int rc;

    select_rows(&sql, t);
    buf_str(&sql, " WHERE t.uid = ?1 LIMIT ?2");
    rc = load_rows(r, t, sql.p, uid, 1, &row, &n);
    buf_free(&sql);
    if (rc == 0 && n == 0)
        rc = NILA_ERR_NOT_FOUND;
    if (rc == 0)
        *out = row;
    return rc;
}

/* The column that names the pond, and that of the day; NULL none. */
static const char *column_of_kind(enum records_table t, enum column_kind kind)
{
    const struct columns *c = columns_of(t);

    for (size_t i = 0; i < c->n; i++)
        if (c->column[i].kind == kind)
            return c->column[i].name;
    return NULL;
}

static const char *pond_column(enum records_table t)
{
    return t == RECORDS_PONDS ? "pond" : column_of_kind(t, COLUMN_POND);
}

int records_rows_of_pond(struct records *r, enum records_table t, const char *pond, size_t most,
                         struct rec_row **out, size_t *n)
{
    const char *of = pond_column(t), *day = column_of_kind(t, COLUMN_DAY);
    struct buf sql = {0};
    int rc;

    if (of == NULL && pond[0] != '\0')
        return NILA_ERR_UNSUPPORTED;
    select_rows(&sql, t);
    if (pond[0] !=
        '\0') /* by itself: with an "or" beside it every row of all ponds would be looked at */
        buf_printf(&sql, " WHERE \"%s\" = ?1", of);
    else
        buf_str(&sql, " WHERE ?1 = ''");
    if (day != NULL && pond[0] != '\0')
        buf_printf(&sql, " ORDER BY \"%s\" DESC, t.id DESC LIMIT ?2", day);
    else
        buf_str(&sql, " ORDER BY t.entered_on DESC, t.id DESC LIMIT ?2");
    rc = load_rows(r, t, sql.p, pond, most > INT_MAX ? INT_MAX : (int64_t)most, out, n);
    buf_free(&sql);
    return rc;
}

/* --- changes --- */

static char *take_text(struct db_stmt *s, int i)
{
    size_t n = db_text_bytes(s, i) + 1;
    char *text = xrealloc(NULL, n, 1);

    db_text(s, i, text, n);
    return text;
}

static void take_change(struct db_stmt *s, struct rec_change *c)
{
    c->id = db_integer(s, 0);
    db_text(s, 1, c->uid, sizeof c->uid);
    c->at_ms = db_integer(s, 2);
    db_text(s, 3, c->by, sizeof c->by);
    db_text(s, 4, c->how, sizeof c->how);
    db_text(s, 5, c->table, sizeof c->table);
    db_text(s, 6, c->row_uid, sizeof c->row_uid);
    db_text(s, 7, c->kind, sizeof c->kind);
    db_text(s, 8, c->based_on, sizeof c->based_on);
    c->old_json = take_text(s, 9);
    c->new_json = take_text(s, 10);
    db_text(s, 11, c->reason, sizeof c->reason);
    db_text(s, 12, c->origin, sizeof c->origin);
    c->origin_seq = db_integer(s, 13);
}

void records_changes_free(struct rec_change *change, size_t n)
{
    for (size_t i = 0; i < n && change != NULL; i++) {
        free(change[i].old_json);
        free(change[i].new_json);
    }
    free(change);
}

/* Its ponds, now or ever. */
#define PONDS_OF \
    "(SELECT pond FROM ponds WHERE farm = ?4 UNION SELECT pond FROM ponds_was WHERE farm = ?4)"

/* The rows of a farm, now or ever: its own, its ponds' and what lies in those. Of the tables, not of the views over present and past rows:
 * through those SQLite takes no index, and would look at every row of all farms. */
static void add_farm(struct buf *sql)
{
    buf_str(sql, " AND row_uid IN (SELECT uid FROM farms WHERE farm = ?4 UNION ALL SELECT uid FROM "
                 "farms_was WHERE farm = ?4 UNION ALL SELECT uid FROM ponds WHERE farm = ?4 UNION "
                 "ALL SELECT uid FROM ponds_was WHERE farm = ?4");
    for (int t = 0; t < RECORDS_TABLES; t++) {
        const char *of = column_of_kind((enum records_table)t, COLUMN_POND),
                   *name = records_table_name((enum records_table)t);
        if (of != NULL)
            buf_printf(sql,
                       " UNION ALL SELECT uid FROM %s WHERE \"%s\" IN " PONDS_OF
                       " UNION ALL SELECT uid FROM %s_was WHERE \"%s\" IN " PONDS_OF,
                       name, of, name, of);
    }
    buf_str(sql, ")");
}

static void bind_or_null(struct db_stmt *s, int i, const char *text)
{
    if (text != NULL)
        db_bind_text(s, i, text);
    else
        db_bind_null(s, i);
}

/* Changes are found from the newest on. Those of a table that has few would be behind millions of feedings: they are found by its rows. */
static void add_table(struct buf *sql, const char *table)
{
    enum records_table t;

    if (records_table_find(table, &t) != 0 || t == RECORDS_FEED || t == RECORDS_SAMPLES ||
        t == RECORDS_DEATHS || t == RECORDS_HARVESTS)
        return;
    buf_printf(sql, " AND row_uid IN (SELECT uid FROM %s UNION ALL SELECT uid FROM %s_was)", table,
               table);
}

/* First the numbers, for which an index is enough where nothing else is asked; then the changes themselves, as many as are wanted. */
static void ask_changes(const struct change_filter *f, struct buf *sql)
{
    buf_str(sql,
            "SELECT id, uid, at_ms, by, how, \"table\", row_uid, kind, based_on, old, new, reason, "
            "origin, origin_seq FROM changes WHERE id IN (SELECT id FROM changes WHERE (?1 IS NULL "
            "OR \"table\" = ?1) AND (?3 IS NULL OR by = ?3) AND (?4 IS NULL OR ?4 <> '') AND (?5 "
            "<= 0 OR at_ms >= ?5) AND (?6 = 9223372036854775807 OR at_ms < ?6) AND id < ?7");
    buf_str(sql, f->row_uid != NULL ? " AND row_uid = ?2" : " AND ?2 IS NULL");
    if (f->farm != NULL)
        add_farm(sql);
    else if (f->table != NULL && f->row_uid == NULL)
        add_table(sql, f->table);
    buf_str(sql, " ORDER BY id DESC LIMIT ?8) ORDER BY id DESC");
}

static void bind_changes(const struct change_filter *f, struct db_stmt *s)
{
    size_t most = f->most == 0 ? CHANGES_MOST : f->most;

    bind_or_null(s, 1, f->table);
    bind_or_null(s, 2, f->row_uid);
    bind_or_null(s, 3, f->by);
    bind_or_null(s, 4, f->farm);
    db_bind_integer(s, 5, f->since_ms);
    db_bind_integer(s, 6, f->until_ms == 0 ? INT64_MAX : f->until_ms);
    db_bind_integer(s, 7, f->before_id == 0 ? INT64_MAX : f->before_id);
    db_bind_integer(s, 8, most > INT_MAX ? INT_MAX : (int64_t)most);
}

int records_changes(struct records *r, const struct change_filter *f, struct rec_change **out,
                    size_t *n)
{
    struct buf sql = {0};
    struct db_stmt *s = NULL;
    struct rec_change *list = NULL;
    size_t cap = 0, got = 0;
    int rc;

    ask_changes(f, &sql);
    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, sql.p, &s);
    if (rc == 0)
        bind_changes(f, s);
    while (rc == 0 && (rc = db_step(r->db, s)) == 1) {
        if (got == cap) {
            cap = cap == 0 ? 64 : cap * 2;
            list = xrealloc(list, cap, sizeof *list);
        }
        take_change(s, &list[got++]);
        rc = 0;
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    buf_free(&sql);
    if (rc != 0) {
        records_changes_free(list, got);
        return rc;
    }
    *out = list;
    *n = got;
    return 0;
}
