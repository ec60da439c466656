/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dump.h"

#include "collector/common/buf.h"
#include "db.h"

const struct column *dump_day(enum records_table t)
{
    const struct columns *c = columns_of(t);

    for (size_t i = 0; i < c->n; i++)
        if (c->column[i].kind == COLUMN_DAY)
            return &c->column[i];
    return NULL;
}

const struct column *dump_pond(enum records_table t)
{
    const struct columns *c = columns_of(t);

    for (size_t i = 0; i < c->n; i++)
        if (c->column[i].kind == COLUMN_POND || (t == RECORDS_PONDS && i == 0))
            return &c->column[i];
    return NULL;
}

/* FROM and WHERE; the pond is parameter 1. */
static void add_which(struct buf *sql, enum records_table t, const struct dump_which *w, bool count)
{
    const struct column *day = dump_day(t), *pond = dump_pond(t);
    const bool days = day != NULL && w->least_day != INT32_MIN;
    const char *and = w->pond != NULL || days ? "AND" : "WHERE";

    buf_printf(sql, " FROM %s", records_table_name(t));
    if (w->pond != NULL)
        buf_printf(sql, " WHERE \"%s\" = ?1", pond->name);
    if (days)
        buf_printf(sql, " %s \"%s\" >= %d", w->pond != NULL ? "AND" : "WHERE", day->name,
                   (int)w->least_day);
    if (count || !w->newest_first || w->after_id == 0)
        return;
    if (day != NULL)
        buf_printf(sql, " %s (\"%s\", id) < (%d, %lld)", and, day->name, (int)w->after_day,
                   (long long)w->after_id);
    else
        buf_printf(sql, " %s id < %lld", and, (long long)w->after_id);
}

static int prepare(struct db *d, enum records_table t, const struct dump_which *w, bool count,
                   struct db_stmt **out)
{
    const struct columns *c = columns_of(t);
    const struct column *day = dump_day(t);
    struct buf sql = {0};
    int rc;

    if (w->pond != NULL && dump_pond(t) == NULL)
        return NILA_ERR_NOT_FOUND;
    buf_str(&sql, "SELECT ");
    for (size_t i = 0; i < c->n && !count; i++)
        buf_printf(&sql, "\"%s\", ", c->column[i].name);
    buf_str(&sql, count ? "count(*)" : "entered_on, id");
    add_which(&sql, t, w, count);
    if (!count && w->newest_first && day != NULL)
        buf_printf(&sql, " ORDER BY \"%s\" DESC, id DESC", day->name);
    else if (!count)
        buf_printf(&sql, " ORDER BY id%s", w->newest_first ? " DESC" : "");
    if (!count && w->most > 0)
        buf_printf(&sql, " LIMIT %lld", (long long)w->most);
    rc = db_prepare(d, sql.p, out);
    buf_free(&sql);
    if (rc == 0 && w->pond != NULL)
        db_bind_text(*out, 1, w->pond);
    return rc;
}

int records_dump(struct records *r, enum records_table t, const struct dump_which *which,
                 dump_row row, void *arg)
{
    const struct columns *c = columns_of(t);
    struct cell cell[COLUMNS_MAX];
    struct db_stmt *s = NULL;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = prepare(r->db, t, which, false, &s);
    while (rc == 0 && (rc = db_step(r->db, s)) == 1) {
        for (size_t i = 0; i < c->n; i++)
            cell_take(&c->column[i], s, (int)i, &cell[i]);
        rc = row(arg, cell, db_integer(s, (int)c->n), db_integer(s, (int)c->n + 1));
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

int records_dump_count(struct records *r, enum records_table t, const struct dump_which *which,
                       size_t *out)
{
    struct db_stmt *s = NULL;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = prepare(r->db, t, which, true, &s);
    if (rc == 0)
        rc = db_step(r->db, s);
    if (rc == 1) {
        *out = (size_t)db_integer(s, 0);
        rc = 0;
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}
