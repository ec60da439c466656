/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The import of one CSV file: every cell is checked and every bad one named before anything is kept. One transaction a
 * file; it ends in ROLLBACK when a cell was bad or nothing is to be stored. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "import.h"

enum {
    COMPLAINTS_MAX = 100
};

/* KiB, negative as SQLite wants it. A hundred thousand rows go into five indexes: in SQLite's usual 2 MiB their pages would
 * be written and read back all the time. */
#define CACHE_OF_IMPORT   "-65536"
#define CACHE_OF_THE_REST "-2000"

static const struct column ENTERED = {"entered_on", COLUMN_MOMENT, false, 0, 0, NULL};

void import_bad(struct import *m, int index, const char *column, const char *fmt, ...)
{
    struct csv_place at;
    struct buf b = {0};
    char words[COLUMN_REASON];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    m->report.bad++;
    if (m->csv == NULL && m->tell != NULL)
        m->tell(m->arg, column, words);
    if (m->csv == NULL || m->report.bad > COMPLAINTS_MAX || m->complain == NULL)
        return;
    at = csv_where(m->csv, index);
    if (!m->reading) /* still at the header; the reader stands at the row after it */
        at.line = at.column = 1;
    buf_printf(&b, "%s:%ld:%ld: %s: %s", at.file, at.line, at.column, column, words);
    m->complain(m->arg, b.p);
    buf_free(&b);
}

/* --- the header --- */

static void find_columns(struct import *m)
{
    for (size_t i = 0; i < m->columns->n; i++) {
        const struct column *c = &m->columns->column[i];
        m->index[i] = csv_find(m->csv, c->name);
        if (m->index[i] < 0 && c->need)
            import_bad(m, -1, c->name, tongue("kolom ini belum ada", "this column is missing"));
    }
    m->entered = csv_find(m->csv, ENTERED.name);
    for (size_t k = 0; k < csv_columns(m->csv); k++) {
        const char *name = csv_name(m->csv, k);
        bool known = strcmp(name, ENTERED.name) == 0;
        for (size_t i = 0; i < m->columns->n && !known; i++)
            known = strcmp(name, m->columns->column[i].name) == 0;
        if (!known) {
            struct buf b = {0};
            for (size_t i = 0; i < m->columns->n; i++)
                buf_printf(&b, "%s, ", m->columns->column[i].name);
            import_bad(m, -1, "header",
                       tongue("kolom \"%.40s\" tidak dikenal; %s%s",
                              "column \"%.40s\" is not known; %s%s"),
                       name, b.p, ENTERED.name);
            buf_free(&b);
        }
    }
}

/* --- one row --- */

/* All cells by themselves; false when one was bad. */
static bool read_row(struct import *m)
{
    size_t before = m->report.bad;
    bool comma = csv_semicolon(m->csv);
    char reason[COLUMN_REASON];

    for (size_t i = 0; i < m->columns->n; i++) {
        const struct column *c = &m->columns->column[i];
        const char *text = csv_cell(m->csv, m->index[i]);
        if (c->kind == COLUMN_NAME) /* an export kept it from being a formula */
            text = csv_unguarded(text);
        if (cell_read(c, text, comma, m->now_ms, &m->cell[i], reason) != 0)
            import_bad(m, m->index[i], c->name, "%s", reason);
    }
    if (cell_read(&ENTERED, csv_cell(m->csv, m->entered), comma, m->now_ms, &m->entered_on,
                  reason) != 0)
        import_bad(m, m->entered, ENTERED.name, "%s", reason);
    for (size_t i = 0; i < m->columns->n; i++)
        m->report.slashed += m->cell[i].slashed;
    m->report.slashed += m->entered_on.slashed;
    return m->report.bad == before;
}

static int take_row(struct import *m)
{
    size_t before = m->report.bad;
    int rc;

    if (!read_row(m))
        return 0;
    rc = store_same(m);
    if (rc == 1)
        m->report.repeated++;
    if (rc != 0)
        return rc == 1 ? 0 : rc;
    rc = store_check(m);
    if (rc != 0 || m->report.bad != before)
        return rc;
    return store_insert(m, NULL, NULL);
}

/* --- the file --- */

/* Spreadsheets save rows of separators below the table. */
static bool is_empty_row(const struct csv *c)
{
    for (size_t i = 0; i < csv_columns(c); i++)
        if (csv_cell(c, (int)i)[0] != '\0')
            return false;
    return true;
}

static int read_file(struct import *m)
{
    int rc;

    while ((rc = csv_next(m->csv)) == 1) {
        if (is_empty_row(m->csv))
            continue;
        rc = take_row(m);
        if (rc != 0)
            return rc;
    }
    if (rc == NILA_ERR_PARSE) {
        m->report.bad++;
        if (m->complain != NULL)
            m->complain(m->arg, csv_why(m->csv));
        rc = 0;
    }
    return rc;
}

static int run(struct import *m, bool dry_run)
{
    int rc;

    find_columns(m);
    if (m->report.bad > 0)
        return NILA_ERR_PARSE;
    m->reading = true;
    rc = db_exec(m->db, "PRAGMA cache_size = " CACHE_OF_IMPORT "; BEGIN IMMEDIATE");
    if (rc == 0)
        rc = store_begin(m);
    if (rc == 0)
        rc = read_file(m);
    store_end(m);
    if (rc == 0 && m->report.bad > 0)
        rc = NILA_ERR_PARSE;
    if (rc == 0 && !dry_run)
        rc = db_exec(m->db, "COMMIT");
    db_rollback(m->db);
    if (db_exec(m->db, "PRAGMA cache_size = " CACHE_OF_THE_REST "; PRAGMA shrink_memory") != 0)
        log_warnx("records: the memory of an import is kept until the program ends");
    return rc;
}

int records_import(struct records *r, enum records_table t, const char *path, int64_t now_ms,
                   int dry_run, records_complaint complain, void *arg,
                   struct records_report *report)
{
    struct import *m = xcalloc(1, sizeof *m);
    char why[256] = "";
    int rc;

    m->db = r->db;
    m->table = t;
    m->columns = columns_of(t);
    m->now_ms = now_ms;
    m->who = (struct change_who){.how = "import", .at_ms = now_ms};
    m->complain = complain;
    m->arg = arg;
    rc = csv_open(&m->csv, path, why, sizeof why);
    if (rc == 0) {
        (void)pthread_mutex_lock(&r->lock);
        rc = run(m, dry_run != 0);
        (void)pthread_mutex_unlock(&r->lock);
        csv_close(m->csv);
    } else {
        m->report.bad = rc == NILA_ERR_PARSE ? 1 : 0;
        if (complain != NULL)
            complain(arg, why);
    }
    if (rc != 0)
        m->report.rows = m->report.repeated = 0;
    *report = m->report;
    free(m);
    return rc;
}
