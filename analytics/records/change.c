/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows written one at a time, corrected and withdrawn. One transaction each; nothing is stored when anything was wrong. */
#include "change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "import.h"
#include "uid.h"

struct form {
    struct import m;
    struct records *records;
};

static void refuse(struct import *m, const char *column, const char *words)
{
    import_bad(m, -1, column, "%s", words);
}

/* Takes the lock and begins; form_end gives both back. */
static int form_begin(struct form **out, struct records *r, enum records_table t,
                      const struct change_who *who, change_complaint complain, void *arg)
{
    struct form *f = xcalloc(1, sizeof *f);
    int rc;

    f->records = r;
    f->m = (struct import){.db = r->db,
                           .table = t,
                           .columns = columns_of(t),
                           .now_ms = who->at_ms,
                           .tell = complain,
                           .arg = arg,
                           .who = *who,
                           .entered = -1,
                           .entered_on = {.empty = true}};
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        f->m.index[i] = -1;
    *out = f;
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    return rc == 0 ? store_begin(&f->m) : rc;
}

/* Keeps what was done when rc is 0 and nothing was wrong. */
static int form_end(struct form *f, int rc)
{
    struct records *r = f->records;

    store_end(&f->m);
    if (rc == 0 && f->m.report.bad > 0)
        rc = NILA_ERR_PARSE;
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    free(f);
    return rc;
}

/* Has this form come before? 1 and the row it was about, 0, or an error. */
static int came_before(struct import *m, const char *key, char row_uid[static CHANGE_UID_SIZE])
{
    struct db_stmt *s = NULL;
    int rc;

    if (key == NULL || key[0] == '\0')
        return 0;
    if (strlen(key) >= CHANGE_KEY_SIZE) {
        refuse(m, "", tongue("kunci formulir terlalu panjang", "the form's key is too long"));
        return 0;
    }
    m->key_of_form = key;
    rc = db_prepare(m->db, "SELECT row_uid FROM changes WHERE by = ?1 AND key = ?2", &s);
    if (rc == 0) {
        db_bind_text(s, 1, m->who.user);
        db_bind_text(s, 2, key);
        rc = db_step(m->db, s);
    }
    if (rc == 1)
        db_text(s, 0, row_uid, CHANGE_UID_SIZE);
    db_finalize(s);
    return rc;
}

static void take_reason(struct import *m, const char *reason)
{
    m->reason = reason;
    if (reason == NULL)
        return;
    if (strlen(reason) >= CHANGE_REASON_SIZE)
        refuse(m, "",
               tongue("alasan terlalu panjang; paling panjang 200 bita",
                      "the reason is too long; at most 200 bytes"));
    for (const char *p = reason; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            refuse(m, "",
                   tongue("alasan berisi ganti baris atau karakter kendali lain",
                          "the reason holds a line break or another control character"));
            return;
        }
}

static long column_at(const struct import *m, const char *name)
{
    for (size_t i = 0; i < m->columns->n; i++)
        if (strcmp(m->columns->column[i].name, name) == 0)
            return (long)i;
    return -1;
}

/* Text from a form with the blanks at its ends off; false: longer than any cell. */
static bool trim(const char *text, char out[static COLUMN_TEXT])
{
    size_t n;

    text += strspn(text, " \t\r\n");
    n = strlen(text);
    while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
        n--;
    if (n >= COLUMN_TEXT)
        return false;
    memcpy(out, text, n);
    out[n] = '\0';
    return true;
}

/* Reads the cells given; needed ones of a new row that are not given are told of as empty. */
static void read_cells(struct import *m, const struct change_cell *cell, size_t n)
{
    bool given[COLUMNS_MAX] = {false};
    char reason[COLUMN_REASON], text[COLUMN_TEXT];

    for (size_t i = 0; i < n; i++) {
        long at = column_at(m, cell[i].column);
        if (at < 0) {
            refuse(m, cell[i].column,
                   tongue("kolom ini tidak dikenal", "this column is not known"));
            continue;
        }
        given[at] = true;
        if (!trim(cell[i].text, text))
            refuse(m, cell[i].column, tongue("terlalu panjang", "is too long"));
        else if (cell_read(&m->columns->column[at], text, true, m->now_ms, &m->cell[at], reason) !=
                 0)
            refuse(m, cell[i].column, reason);
    }
    for (size_t i = 0; i < m->columns->n && m->old.id == 0; i++)
        if (!given[i] &&
            cell_read(&m->columns->column[i], "", true, m->now_ms, &m->cell[i], reason) != 0)
            refuse(m, m->columns->column[i].name, reason);
}

int records_add(struct records *r, enum records_table t, const struct change_cell *cell, size_t n,
                const char *key, const struct change_who *who, change_complaint complain, void *arg,
                char uid_out[static CHANGE_UID_SIZE], bool *repeated)
{
    struct form *f = NULL;
    struct import *m;
    char uid[CHANGE_UID_SIZE] = "";
    bool before = false;
    int rc = form_begin(&f, r, t, who, complain, arg);

    m = &f->m;
    if (rc == 0)
        rc = came_before(m, key, uid);
    if (rc == 1)
        before = true;
    if (rc == 0) {
        read_cells(m, cell, n);
        if (m->report.bad == 0)
            rc = store_check(m);
        if (m->key == NULL)
            uid_random(uid);
        if (rc == 0 && m->report.bad == 0)
            rc = store_insert(m, m->key == NULL ? uid : NULL, uid);
    }
    rc = form_end(f, before ? 0 : rc);
    if (rc != 0)
        return rc;
    memcpy(uid_out, uid, sizeof uid);
    *repeated = before;
    return 0;
}

/* --- a row on record --- */

/* Fills old. NILA_ERR_NOT_FOUND. */
static int find_row(struct import *m, const char *uid)
{
    struct buf sql = {0};
    struct db_stmt *s = NULL;
    int rc;

    buf_str(&sql, "SELECT id, entered_on, ");
    versions_list(&sql, m->columns, "", ", ");
    buf_printf(&sql, " FROM %s WHERE uid = ?1", records_table_name(m->table));
    rc = db_prepare(m->db, sql.p, &s);
    if (rc == 0) {
        db_bind_text(s, 1, uid);
        rc = db_step(m->db, s);
        if (rc == 0)
            rc = NILA_ERR_NOT_FOUND;
    }
    if (rc == 1) {
        m->old.id = db_integer(s, 0);
        m->old.entered_on = db_integer(s, 1);
        for (size_t i = 0; i < m->columns->n; i++) {
            cell_take(&m->columns->column[i], s, (int)i + 2, &m->old.cell[i]);
            m->cell[i] = m->old.cell[i];
        }
        rc = 0;
    }
    db_finalize(s);
    buf_free(&sql);
    return rc;
}

/* NILA_ERR_REFUSED: somebody changed the row after the author had looked. */
static int still_the_same(struct import *m, const char *uid, const char *based_on)
{
    struct db_stmt *s = NULL;
    char newest[CHANGE_UID_SIZE] = "", by[SLUG_SIZE] = "";
    int rc;

    m->based_on = based_on;
    if (based_on == NULL || based_on[0] == '\0')
        return 0;
    rc = db_prepare(m->db,
                    "SELECT uid, by FROM changes WHERE row_uid = ?1 ORDER BY id DESC LIMIT 1", &s);
    if (rc == 0) {
        db_bind_text(s, 1, uid);
        rc = db_step(m->db, s);
    }
    if (rc == 1) {
        db_text(s, 0, newest, sizeof newest);
        db_text(s, 1, by, sizeof by);
        rc = 0;
    }
    db_finalize(s);
    if (rc != 0 || strcmp(newest, based_on) == 0)
        return rc;
    import_bad(m, -1, "",
               by[0] != '\0' ? tongue("sementara itu sudah diubah oleh %s; lihat dahulu isinya",
                                      "was changed by %s meanwhile; look at it first")
                             : tongue("sementara itu sudah diubah%s; lihat dahulu isinya",
                                      "was changed meanwhile%s; look at it first"),
               by);
    return NILA_ERR_REFUSED;
}

/* When a change takes effect: versions of a row never overlap, also when the clock was set back. */
static int64_t effect_ms(const struct import *m)
{
    return m->now_ms > m->old.entered_on ? m->now_ms : m->old.entered_on;
}

/* Puts the present version into the table of versions, known until the change. */
static int keep_version(struct import *m)
{
    const char *t = records_table_name(m->table);
    struct buf sql = {0};
    struct db_stmt *s = NULL;
    int rc;

    buf_printf(&sql, "INSERT INTO %s_was(id, entered_on, uid, until_ms, ", t);
    versions_list(&sql, m->columns, "", ", ");
    buf_str(&sql, ") SELECT id, entered_on, uid, ?2, ");
    versions_list(&sql, m->columns, "", ", ");
    buf_printf(&sql, " FROM %s WHERE id = ?1", t);
    rc = db_prepare(m->db, sql.p, &s);
    if (rc == 0) {
        db_bind_integer(s, 1, m->old.id);
        db_bind_integer(s, 2, effect_ms(m));
        rc = db_step(m->db, s);
    }
    db_finalize(s);
    buf_free(&sql);
    return rc;
}

static int log_change(struct import *m, const char *uid, const char *kind)
{
    bool stays = strcmp(kind, "withdraw") != 0;

    version_json(&m->old_json, m->columns, m->old.cell, m->old.entered_on);
    if (stays)
        version_json(&m->new_json, m->columns, m->cell, effect_ms(m));
    return version_log_add(&m->log, &(struct version_entry){.who = &m->who,
                                                            .table = records_table_name(m->table),
                                                            .row_uid = uid,
                                                            .kind = kind,
                                                            .based_on = m->based_on,
                                                            .reason = m->reason,
                                                            .key = m->key_of_form,
                                                            .old = &m->old_json,
                                                            .new = stays ? &m->new_json : NULL});
}

static bool same_cell(const struct column *c, const struct cell *a, const struct cell *b)
{
    char x[COLUMN_TEXT], y[COLUMN_TEXT];

    cell_write(c, a, x, sizeof x);
    cell_write(c, b, y, sizeof y);
    return strcmp(x, y) == 0;
}

static bool changed(const struct import *m)
{
    for (size_t i = 0; i < m->columns->n; i++)
        if (!same_cell(&m->columns->column[i], &m->cell[i], &m->old.cell[i]))
            return true;
    return false;
}

static void check_key_stays(struct import *m)
{
    const struct column *c = &m->columns->column[0];

    if (m->key != NULL && m->report.bad == 0 && !same_cell(c, &m->cell[0], &m->old.cell[0]))
        refuse(m, c->name,
               tongue("tidak dapat dibetulkan: catatan lain menunjuk nama ini; batalkan baris ini "
                      "dan catat yang baru",
                      "cannot be corrected: other records refer to this name; withdraw the row and "
                      "add a new one"));
}

static int update_row(struct import *m)
{
    struct buf sql = {0};
    struct db_stmt *s = NULL;
    int n = (int)m->columns->n;
    int rc;

    buf_printf(&sql, "UPDATE %s SET ", records_table_name(m->table));
    versions_list(&sql, m->columns, " = ?", ", ");
    buf_printf(&sql, ", entered_on = ?%d WHERE id = ?%d", n + 1, n + 2);
    rc = db_prepare(m->db, sql.p, &s);
    if (rc == 0) {
        for (int i = 0; i < n; i++)
            cell_bind(&m->columns->column[i], &m->cell[i], s, i + 1);
        db_bind_integer(s, n + 1, effect_ms(m));
        db_bind_integer(s, n + 2, m->old.id);
        rc = db_step(m->db, s);
    }
    db_finalize(s);
    buf_free(&sql);
    return rc;
}

/* What correction and withdrawal begin with: 1: this form came before. */
static int look_at_row(struct import *m, const char *uid, const char *based_on, const char *reason,
                       const char *key)
{
    char row_uid[CHANGE_UID_SIZE];
    int rc = came_before(m, key, row_uid);

    if (rc != 0)
        return rc;
    take_reason(m, reason);
    rc = find_row(m, uid);
    return rc == 0 ? still_the_same(m, uid, based_on) : rc;
}

int records_correct(struct records *r, enum records_table t, const char *uid,
                    const struct change_cell *cell, size_t n, const char *based_on,
                    const char *reason, const char *key, const struct change_who *who,
                    change_complaint complain, void *arg, bool *repeated)
{
    struct form *f = NULL;
    struct import *m;
    bool before;
    int rc = form_begin(&f, r, t, who, complain, arg);

    m = &f->m;
    if (rc == 0)
        rc = look_at_row(m, uid, based_on, reason, key);
    before = rc == 1;
    if (rc == 0) {
        read_cells(m, cell, n);
        check_key_stays(m);
        before = m->report.bad == 0 && !changed(m);
    }
    if (rc == 0 && !before && m->report.bad == 0)
        rc = store_check(m);
    if (rc == 0 && !before && m->report.bad == 0) {
        rc = keep_version(m);
        if (rc == 0)
            rc = update_row(m);
        if (rc == 0)
            rc = log_change(m, uid, "correct");
    }
    rc = form_end(f, before ? 0 : rc);
    if (rc == 0)
        *repeated = before;
    return rc;
}

/* --- withdrawal --- */

struct dependents {
    struct buf words;
    int64_t n;
};

static int count_in(struct import *m, struct dependents *d, enum records_table t, const char *where,
                    const char *key, int64_t from, int64_t before)
{
    struct db_stmt *s = NULL;
    char sql[512];
    int64_t n = 0;
    int rc;

    /* ?2 and ?3 stand in every statement, so that all are bound alike */
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE %s AND ?2 <= ?3",
                   records_table_name(t), where);
    rc = db_prepare(m->db, sql, &s);
    if (rc == 0) {
        db_bind_text(s, 1, key);
        db_bind_integer(s, 2, from);
        db_bind_integer(s, 3, before);
        rc = db_step(m->db, s);
    }
    if (rc == 1) {
        n = db_integer(s, 0);
        rc = 0;
    }
    db_finalize(s);
    if (n > 0)
        buf_printf(&d->words, "%s%s: %lld", d->n > 0 ? ", " : "", records_table_name(t),
                   (long long)n);
    d->n += n;
    return rc;
}

/* Rows that name this farm or pond. */
static int count_references(struct import *m, struct dependents *d)
{
    enum column_kind kind = m->table == RECORDS_FARMS ? COLUMN_FARM : COLUMN_POND;
    int rc = 0;

    for (int t = 0; t < RECORDS_TABLES && rc == 0; t++) {
        const struct columns *c = columns_of((enum records_table)t);
        char where[64];
        for (size_t i = 0; i < c->n && rc == 0; i++) {
            if (c->column[i].kind != kind)
                continue;
            (void)snprintf(where, sizeof where, "\"%s\" = ?1", c->column[i].name);
            rc = count_in(m, d, (enum records_table)t, where, m->old.cell[0].text, 0, 0);
        }
    }
    return rc;
}

/* Events in the pond from the stocking until before the next one: without it they would be another cycle's, or nobody's. */
static int count_events(struct import *m, struct dependents *d)
{
    static const enum records_table EVENT[] = {RECORDS_FEED, RECORDS_SAMPLES, RECORDS_DEATHS,
                                               RECORDS_HARVESTS};
    size_t pond = import_column(m, "pond"), on = import_column(m, "stocked_on");
    int rc = 0;

    for (size_t i = 0; i < sizeof EVENT / sizeof EVENT[0] && rc == 0; i++)
        rc = count_in(m, d, EVENT[i],
                      "pond = ?1 AND \"on\" >= ?2 AND \"on\" < ifnull((SELECT min(stocked_on) FROM "
                      "cycles WHERE pond = ?1 AND stocked_on > ?2), ?3)",
                      m->old.cell[pond].text, m->old.cell[on].whole, INT32_MAX);
    return rc;
}

static int check_dependents(struct import *m)
{
    struct dependents d = {.n = 0};
    int rc = 0;

    if (m->table == RECORDS_FARMS || m->table == RECORDS_PONDS)
        rc = count_references(m, &d);
    else if (m->table == RECORDS_CYCLES)
        rc = count_events(m, &d);
    if (rc == 0 && d.n > 0) {
        import_bad(m, -1, "",
                   tongue("masih dipakai catatan lain (%s); batalkan itu dahulu",
                          "other records depend on it (%s); withdraw those first"),
                   d.words.p);
        rc = NILA_ERR_REFUSED;
    }
    buf_free(&d.words);
    return rc;
}

/* A table that is none of the records' (alarms, nights, buttons) may refer to a pond as well. */
static int delete_row(struct import *m)
{
    struct db_stmt *s = NULL;
    char sql[64];
    int rc;

    (void)snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id = ?1", records_table_name(m->table));
    rc = db_prepare(m->db, sql, &s);
    if (rc == 0) {
        db_bind_integer(s, 1, m->old.id);
        rc = db_step_unless_referred(m->db, s);
    }
    db_finalize(s);
    if (rc == NILA_ERR_REFUSED)
        refuse(m, "",
               tongue("masih dipakai catatan lain (tombol, malam atau pengguna); tidak dapat "
                      "dibatalkan",
                      "others depend on it (buttons, nights or users); it cannot be withdrawn"));
    return rc;
}

int records_withdraw(struct records *r, enum records_table t, const char *uid, const char *based_on,
                     const char *reason, const char *key, const struct change_who *who,
                     change_complaint complain, void *arg, bool *repeated)
{
    struct form *f = NULL;
    struct import *m;
    bool before;
    int rc = form_begin(&f, r, t, who, complain, arg);

    m = &f->m;
    if (rc == 0)
        rc = look_at_row(m, uid, based_on, reason, key);
    before = rc == 1;
    if (rc == 0)
        rc = check_dependents(m);
    if (rc == 0 && m->report.bad == 0) {
        rc = keep_version(m);
        if (rc == 0)
            rc = delete_row(m);
        if (rc == 0)
            rc = log_change(m, uid, "withdraw");
    }
    rc = form_end(f, before ? 0 : rc);
    if (rc == 0)
        *repeated = before;
    return rc;
}
