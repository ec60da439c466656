/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows by their uid, and the versions before them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "sync_own.h"

bool sync_table(enum records_table t)
{
    char quoted[32];

    (void)snprintf(quoted, sizeof quoted, "'%s'", records_table_name(t));
    return strstr(SYNC_TABLES, quoted) != NULL;
}

int sync_ask(struct db *d, const char *sql, const char *text, char *out, size_t size)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, sql, &s);

    if (rc == 0) {
        db_bind_text(s, 1, text);
        rc = db_step(d, s);
    }
    if (rc == 1)
        db_text(s, 0, out, size);
    db_finalize(s);
    return rc;
}

static void take_row(struct db_stmt *s, const struct columns *c, struct sync_row *out)
{
    out->id = db_integer(s, 0);
    out->entered_on = db_integer(s, 1);
    for (size_t i = 0; i < c->n; i++)
        cell_take(&c->column[i], s, (int)i + 3, &out->cell[i]);
}

/* id, entered_on, one more number and the cells of the row that a statement with the uid gives. */
static int load(struct db *d, enum records_table t, const char *sql, const char *uid,
                struct sync_row *out, int64_t *third)
{
    const struct columns *c = columns_of(t);
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, sql, &s);

    out->id = 0;
    if (rc == 0) {
        db_bind_text(s, 1, uid);
        rc = db_step(d, s);
    }
    if (rc == 1) {
        take_row(s, c, out);
        *third = db_integer(s, 2);
    }
    db_finalize(s);
    return rc;
}

int sync_row_find(struct db *d, enum records_table t, const char *uid, struct sync_row *out)
{
    struct buf sql = {0};
    int64_t none;
    int rc;

    buf_str(&sql, "SELECT id, entered_on, 0, ");
    versions_list(&sql, columns_of(t), "", ", ");
    buf_printf(&sql, " FROM %s WHERE uid = ?1", records_table_name(t));
    rc = load(d, t, sql.p, uid, out, &none);
    buf_free(&sql);
    return rc;
}

int sync_row_was(struct db *d, enum records_table t, const char *uid, struct sync_row *out,
                 int64_t *until_ms)
{
    struct buf sql = {0};
    int rc;

    buf_str(&sql, "SELECT id, entered_on, until_ms, ");
    versions_list(&sql, columns_of(t), "", ", ");
    buf_printf(&sql, " FROM %s_was WHERE uid = ?1 ORDER BY version DESC LIMIT 1",
               records_table_name(t));
    rc = load(d, t, sql.p, uid, out, until_ms);
    buf_free(&sql);
    return rc;
}

int sync_row_was_ever(struct db *d, enum records_table t, const char *uid,
                      const struct sync_row *row)
{
    const struct columns *c = columns_of(t);
    struct sync_row *old = xcalloc(1, sizeof *old);
    struct buf sql = {0};
    struct db_stmt *s = NULL;
    int rc;

    buf_str(&sql, "SELECT id, entered_on, 0, ");
    versions_list(&sql, c, "", ", ");
    buf_printf(&sql, " FROM %s_was WHERE uid = ?1", records_table_name(t));
    rc = db_prepare(d, sql.p, &s);
    if (rc == 0) {
        db_bind_text(s, 1, uid);
        while ((rc = db_step(d, s)) == 1) {
            take_row(s, c, old);
            if (sync_row_same(t, old, row))
                break;
        }
    }
    db_finalize(s);
    buf_free(&sql);
    free(old);
    return rc;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int keep(struct db *d, enum records_table t, const struct sync_row *had, int64_t until_ms)
{
    const char *name = records_table_name(t);
    struct buf sql = {0};
    struct db_stmt *s = NULL;
    int rc;

    buf_printf(&sql, "INSERT INTO %s_was(id, entered_on, uid, until_ms, ", name);
    versions_list(&sql, columns_of(t), "", ", ");
    buf_str(&sql, ") SELECT id, entered_on, uid, ?2, ");
    versions_list(&sql, columns_of(t), "", ", ");
    buf_printf(&sql, " FROM %s WHERE id = ?1", name);
    rc = db_prepare(d, sql.p, &s);
    if (rc == 0) {
        db_bind_integer(s, 1, had->id);
        db_bind_integer(s, 2, later(until_ms, had->entered_on));
        rc = db_step(d, s);
    }
    db_finalize(s);
    buf_free(&sql);
    return rc;
}

int sync_row_put(struct db *d, enum records_table t, const char *uid, const struct sync_row *had,
                 const struct sync_row *want)
{
    const struct columns *c = columns_of(t);
    const int n = (int)c->n;
    struct buf sql = {0};
    struct db_stmt *s = NULL;
    int rc = had->id != 0 ? keep(d, t, had, want->entered_on) : 0;

    if (had->id != 0) {
        buf_printf(&sql, "UPDATE %s SET ", records_table_name(t));
        versions_list(&sql, c, " = ?", ", ");
        buf_printf(&sql, ", entered_on = ?%d WHERE uid = ?%d", n + 1, n + 2);
    } else {
        buf_printf(&sql, "INSERT INTO %s(", records_table_name(t));
        versions_list(&sql, c, "", ", ");
        buf_str(&sql, ", entered_on, uid) VALUES(");
        for (int i = 1; i <= n + 2; i++)
            buf_printf(&sql, "%s?%d", i > 1 ? ", " : "", i);
        buf_str(&sql, ")");
    }
    if (rc == 0)
        rc = db_prepare(d, sql.p, &s);
    if (rc == 0) {
        for (int i = 0; i < n; i++)
            cell_bind(&c->column[i], &want->cell[i], s, i + 1);
        db_bind_integer(s, n + 1, want->entered_on);
        db_bind_text(s, n + 2, uid);
        rc = db_step(d, s);
    }
    db_finalize(s);
    buf_free(&sql);
    return rc;
}

int sync_row_drop(struct db *d, enum records_table t, const struct sync_row *had, int64_t at_ms)
{
    struct db_stmt *s = NULL;
    char sql[64];
    int rc = db_exec(d, "SAVEPOINT sync_drop");

    (void)snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id = ?1", records_table_name(t));
    if (rc == 0)
        rc = keep(d, t, had, at_ms);
    if (rc == 0)
        rc = db_prepare(d, sql, &s);
    if (rc == 0) {
        db_bind_integer(s, 1, had->id);
        rc = db_step_unless_referred(d, s);
    }
    db_finalize(s);
    if (rc == NILA_ERR_REFUSED && db_exec(d, "ROLLBACK TO sync_drop") != 0)
        rc = NILA_ERR_IO;
    if ((rc == 0 || rc == NILA_ERR_REFUSED) && db_exec(d, "RELEASE sync_drop") != 0)
        rc = NILA_ERR_IO;
    return rc;
}

bool sync_row_same(enum records_table t, const struct sync_row *a, const struct sync_row *b)
{
    const struct columns *c = columns_of(t);
    char x[COLUMN_TEXT], y[COLUMN_TEXT];

    for (size_t i = 0; i < c->n; i++) {
        cell_write(&c->column[i], &a->cell[i], x, sizeof x);
        cell_write(&c->column[i], &b->cell[i], y, sizeof y);
        if (strcmp(x, y) != 0)
            return false;
    }
    return true;
}

int sync_row_farm(struct db *d, enum records_table t, const struct sync_row *row,
                  char farm[static SLUG_SIZE])
{
    const struct columns *c = columns_of(t);

    if (t == RECORDS_FARMS) {
        (void)snprintf(farm, SLUG_SIZE, "%.32s", row->cell[0].text);
        return 1;
    }
    for (size_t i = 0; i < c->n; i++) {
        if (c->column[i].kind == COLUMN_FARM) {
            (void)snprintf(farm, SLUG_SIZE, "%.32s", row->cell[i].text);
            return 1;
        }
        if (c->column[i].kind == COLUMN_POND)
            return sync_ask(d,
                            "SELECT farm FROM ponds_all WHERE pond = ?1 ORDER BY until_ms DESC "
                            "LIMIT 1",
                            row->cell[i].text, farm, SLUG_SIZE);
    }
    return 0;
}
