/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The import of one CSV file: every cell is checked and every bad one named before anything is kept. One transaction a
 * file; it ends in ROLLBACK when a cell was bad or nothing is to be stored. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "import.h"

enum {
    COMPLAINTS_MAX = 100
};

static const struct column ENTERED = {"entered_on", COLUMN_MOMENT, false, 0, 0, NULL};

void import_bad(struct import *m, int index, const char *column, const char *fmt, ...)
{
    struct csv_place at = csv_where(m->csv, index);
    struct buf b = {0};
    char words[COLUMN_REASON];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    if (m->report.bad++ >= COMPLAINTS_MAX || m->complain == NULL)
        return;
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

/* --- statements --- */

static void add_list(struct buf *b, const struct columns *c, const char *form, const char *between)
{
    for (size_t i = 0; i < c->n; i++) {
        buf_str(b, i > 0 ? between : "");
        buf_printf(b, "\"%s\"%s", c->column[i].name, form);
    }
}

static int prepare(struct import *m, struct db_stmt **out, const char *fmt, ...) NILA_PRINTF(3, 4);
static int prepare(struct import *m, struct db_stmt **out, const char *fmt, ...)
{
    char sql[1024];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(sql, sizeof sql, fmt, ap);
    va_end(ap);
    return db_prepare(m->db, sql, out);
}

static int prepare_all(struct import *m)
{
    const char *t = records_table_name(m->table);
    struct buf names = {0}, marks = {0}, equal = {0};
    int n = (int)m->columns->n;
    int rc;

    add_list(&names, m->columns, "", ", ");
    for (int i = 0; i <= n; i++)
        buf_str(&marks, i > 0 ? ", ?" : "?");
    add_list(&equal, m->columns, " IS ?", " AND ");
    rc = prepare(m, &m->insert, "INSERT INTO %s(%s, entered_on) VALUES(%s)", t, names.p, marks.p);
    /* a row of old that no row of this file has been recognised as yet */
    if (rc == 0)
        rc = prepare(m, &m->same,
                     "SELECT id FROM %s WHERE %s AND entered_on = ifnull(?%d, entered_on) AND "
                     "id <= ?%d AND id NOT IN (SELECT id FROM temp.claimed) LIMIT 1",
                     t, equal.p, n + 1, n + 2);
    if (rc == 0)
        rc = prepare(m, &m->claim, "INSERT INTO temp.claimed VALUES(?)");
    if (rc == 0)
        rc = prepare(m, &m->farm, "SELECT 1 FROM farms WHERE farm = ?");
    if (rc == 0)
        rc = prepare(m, &m->pond, "SELECT 1 FROM ponds WHERE pond = ?");
    if (rc == 0 && m->columns->column[0].kind == COLUMN_KEY)
        rc = prepare(m, &m->key, "SELECT id FROM %s WHERE \"%s\" = ?", t,
                     m->columns->column[0].name);
    if (rc == 0)
        rc = prepare(m, &m->stocked, "SELECT cycle FROM cycles WHERE pond = ? AND stocked_on = ?");
    if (rc == 0)
        rc = prepare(m, &m->before,
                     "SELECT cycle, stocked_on, id FROM cycles WHERE pond = ? AND stocked_on < ? "
                     "ORDER BY stocked_on DESC LIMIT 1");
    /* the first final harvest after day ?2 and before the next stocking after day ?3 */
    if (rc == 0)
        rc = prepare(m, &m->final,
                     "SELECT min(\"on\") FROM harvests WHERE pond = ?1 AND kind = 'final' AND "
                     "\"on\" > ?2 AND \"on\" < ifnull((SELECT min(stocked_on) FROM cycles WHERE "
                     "pond = ?1 AND stocked_on > ?3), 9999999)");
    buf_free(&names);
    buf_free(&marks);
    buf_free(&equal);
    return rc;
}

static void finalize_all(struct import *m)
{
    struct db_stmt *const all[] = {m->insert, m->same,    m->claim,  m->key,  m->farm,
                                   m->pond,   m->stocked, m->before, m->final};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        db_finalize(all[i]);
}

static void bind_cells(struct import *m, struct db_stmt *s)
{
    for (size_t i = 0; i < m->columns->n; i++) {
        const struct cell *c = &m->cell[i];
        int at = (int)i + 1;
        if (c->empty) {
            db_bind_null(s, at);
            continue;
        }
        switch (m->columns->column[i].kind) {
        case COLUMN_WHOLE:
        case COLUMN_DAY:
        case COLUMN_MOMENT:
            db_bind_integer(s, at, c->whole);
            break;
        case COLUMN_NUMBER:
            db_bind_number(s, at, c->number);
            break;
        case COLUMN_KEY:
        case COLUMN_FARM:
        case COLUMN_POND:
        case COLUMN_SLUG:
        case COLUMN_NAME:
        case COLUMN_WORD:
        case COLUMN_PERIOD:
        case COLUMN_QUARTER:
        case COLUMN_MONTHS:
            db_bind_text(s, at, c->text);
            break;
        }
    }
}

/* Is there such a row? 1, 0 or an error. */
static int exists(struct import *m, struct db_stmt *s, const char *key)
{
    int rc;

    db_bind_text(s, 1, key);
    rc = db_step(m->db, s);
    if (rc == 1)
        db_reset(s);
    return rc;
}

/* --- what one cell alone cannot tell --- */

/* A stocking may not be squeezed into a cycle that already has its end: harvests would change their owner. */
static int check_cycle(struct import *m)
{
    size_t pond = import_column(m, "pond"), on = import_column(m, "stocked_on");
    const char *slug = m->cell[pond].text;
    int64_t day = m->cell[on].whole, id;
    char other[SLUG_SIZE], text[16];
    int64_t began;
    int rc;

    db_bind_text(m->stocked, 1, slug);
    db_bind_integer(m->stocked, 2, day);
    rc = db_step(m->db, m->stocked);
    if (rc < 0)
        return rc;
    if (rc == 1) {
        db_text(m->stocked, 0, other, sizeof other);
        db_reset(m->stocked);
        import_bad(m, m->index[on], "stocked_on",
                   tongue("bertumpuk dengan siklus %s: kolam %s ditebar hari itu",
                          "overlaps cycle %s: pond %s was stocked that day"),
                   other, slug);
        return 0;
    }
    db_bind_text(m->before, 1, slug);
    db_bind_integer(m->before, 2, day);
    rc = db_step(m->db, m->before);
    if (rc != 1)
        return rc;
    db_text(m->before, 0, other, sizeof other);
    began = db_integer(m->before, 1);
    id = db_integer(m->before, 2);
    db_reset(m->before);
    if (id > m->last_old_id) /* harvests may have been imported before their cycles */
        return 0;
    db_bind_text(m->final, 1, slug);
    db_bind_integer(m->final, 2, began);
    db_bind_integer(m->final, 3, day);
    rc = db_step(m->db, m->final);
    if (rc != 1)
        return rc;
    /* min() of nothing is NULL, which reads as day 0 */
    if (db_integer(m->final, 0) > day) {
        (void)civil_format_day(text, sizeof text, (int32_t)db_integer(m->final, 0));
        import_bad(m, m->index[on], "stocked_on",
                   tongue("bertumpuk dengan siklus %s di kolam %s, yang berakhir %s",
                          "overlaps cycle %s of pond %s, which ended on %s"),
                   other, slug, text);
    }
    db_reset(m->final);
    return 0;
}

static int check_references(struct import *m)
{
    for (size_t i = 0; i < m->columns->n; i++) {
        const struct column *c = &m->columns->column[i];
        bool farm = c->kind == COLUMN_FARM;
        int rc;
        if (!farm && c->kind != COLUMN_POND)
            continue;
        rc = exists(m, farm ? m->farm : m->pond, m->cell[i].text);
        if (rc < 0)
            return rc;
        if (rc == 0)
            import_bad(m, m->index[i], c->name,
                       tongue("%s \"%s\" belum tercatat; impor %s dahulu",
                              "there is no %s \"%s\" on record; import %s first"),
                       farm ? tongue("pembudidaya", "farm") : tongue("kolam", "pond"),
                       m->cell[i].text, farm ? "farms" : "ponds");
    }
    return 0;
}

static void check_entered(struct import *m)
{
    char day[16];

    for (size_t i = 0; i < m->columns->n && !m->entered_on.empty; i++) {
        if (m->columns->column[i].kind != COLUMN_DAY ||
            civil_day(m->entered_on.whole) >= m->cell[i].whole)
            continue;
        (void)civil_format_day(day, sizeof day, (int32_t)m->cell[i].whole);
        import_bad(m, m->entered, ENTERED.name,
                   tongue("lebih awal daripada kejadiannya sendiri (%s %s)",
                          "lies before the event itself (%s on %s)"),
                   m->columns->column[i].name, day);
    }
}

/* --- one row --- */

/* All cells by themselves; false when one was bad. */
static bool read_row(struct import *m)
{
    size_t before = m->report.bad;
    char reason[COLUMN_REASON];

    for (size_t i = 0; i < m->columns->n; i++)
        if (cell_read(&m->columns->column[i], m->csv, m->index[i], m->now_ms, &m->cell[i],
                      reason) != 0)
            import_bad(m, m->index[i], m->columns->column[i].name, "%s", reason);
    if (cell_read(&ENTERED, m->csv, m->entered, m->now_ms, &m->entered_on, reason) != 0)
        import_bad(m, m->entered, ENTERED.name, "%s", reason);
    return m->report.bad == before;
}

/* Was this row there before the import, word for word? 1 (and it is claimed), 0, or an error. */
static int find_same(struct import *m)
{
    int n = (int)m->columns->n;
    int64_t id;
    int rc;

    bind_cells(m, m->same);
    if (m->entered_on.empty)
        db_bind_null(m->same, n + 1);
    else
        db_bind_integer(m->same, n + 1, m->entered_on.whole);
    /* what has a key is the same row wherever it stands in the file */
    db_bind_integer(m->same, n + 2, m->key != NULL ? INT64_MAX : m->last_old_id);
    rc = db_step(m->db, m->same);
    if (rc != 1)
        return rc;
    id = db_integer(m->same, 0);
    db_reset(m->same);
    if (m->key != NULL)
        return 1;
    db_bind_integer(m->claim, 1, id);
    rc = db_step(m->db, m->claim);
    return rc == 0 ? 1 : rc;
}

static int insert_row(struct import *m)
{
    int rc;

    bind_cells(m, m->insert);
    db_bind_integer(m->insert, (int)m->columns->n + 1,
                    m->entered_on.empty ? m->now_ms : m->entered_on.whole);
    rc = db_step(m->db, m->insert);
    if (rc == 0)
        m->report.rows++;
    return rc;
}

static int take_row(struct import *m)
{
    size_t before;
    int rc;

    if (!read_row(m))
        return 0;
    rc = find_same(m);
    if (rc == 1)
        m->report.repeated++;
    if (rc != 0)
        return rc == 1 ? 0 : rc;
    before = m->report.bad;
    if (m->key != NULL) {
        rc = exists(m, m->key, m->cell[0].text);
        if (rc == 1)
            import_bad(m, m->index[0], m->columns->column[0].name,
                       tongue("\"%s\" sudah tercatat dengan isi yang lain",
                              "\"%s\" is on record already with other contents"),
                       m->cell[0].text);
    }
    if (rc < 0)
        return rc;
    rc = check_references(m);
    check_entered(m);
    import_check(m);
    if (rc == 0 && m->table == RECORDS_CYCLES && m->report.bad == before)
        rc = check_cycle(m);
    if (rc != 0 || m->report.bad != before)
        return rc;
    return insert_row(m);
}

/* --- the file --- */

static int begin(struct import *m)
{
    struct db_stmt *s = NULL;
    char sql[64];
    int rc = db_exec(m->db, "BEGIN IMMEDIATE");

    if (rc == 0)
        rc = db_exec(m->db, "CREATE TEMP TABLE IF NOT EXISTS claimed(id INTEGER PRIMARY KEY);"
                            "DELETE FROM temp.claimed");
    (void)snprintf(sql, sizeof sql, "SELECT ifnull(max(id), 0) FROM %s",
                   records_table_name(m->table));
    if (rc == 0)
        rc = db_prepare(m->db, sql, &s);
    if (rc == 0)
        rc = db_step(m->db, s);
    if (rc == 1) {
        m->last_old_id = db_integer(s, 0);
        rc = 0;
    }
    db_finalize(s);
    return rc == 0 ? prepare_all(m) : rc;
}

static int read_file(struct import *m)
{
    int rc;

    while ((rc = csv_next(m->csv)) == 1) {
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
    rc = begin(m);
    if (rc == 0)
        rc = read_file(m);
    finalize_all(m);
    if (rc == 0 && m->report.bad > 0)
        rc = NILA_ERR_PARSE;
    if (rc == 0 && !dry_run)
        rc = db_exec(m->db, "COMMIT");
    db_rollback(m->db);
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
