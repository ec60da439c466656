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

static int prepare(struct db *d, enum records_table t, int32_t least_day, struct db_stmt **out)
{
    const struct columns *c = columns_of(t);
    const struct column *day = dump_day(t);
    struct buf sql = {0};
    int rc;

    buf_str(&sql, "SELECT ");
    for (size_t i = 0; i < c->n; i++)
        buf_printf(&sql, "\"%s\", ", c->column[i].name);
    buf_printf(&sql, "entered_on FROM %s", records_table_name(t));
    if (day != NULL && least_day != INT32_MIN)
        buf_printf(&sql, " WHERE \"%s\" >= %d", day->name, (int)least_day);
    buf_str(&sql, " ORDER BY id");
    rc = db_prepare(d, sql.p, out);
    buf_free(&sql);
    return rc;
}

int records_dump(struct records *r, enum records_table t, int32_t least_day, dump_row row,
                 void *arg)
{
    const struct columns *c = columns_of(t);
    struct cell cell[COLUMNS_MAX];
    struct db_stmt *s = NULL;
    int rc, answer = 0;

    (void)pthread_mutex_lock(&r->lock);
    rc = prepare(r->db, t, least_day, &s);
    while (rc == 0 && (rc = db_step(r->db, s)) == 1) {
        for (size_t i = 0; i < c->n; i++)
            cell_take(&c->column[i], s, (int)i, &cell[i]);
        answer = row(arg, cell, db_integer(s, (int)c->n));
        rc = answer;
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}
