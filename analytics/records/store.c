/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of import that asks the file and writes into it: rows, and with each its change. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "import.h"
#include "known.h"
#include "uid.h"

enum {
    FOREVER = 9999999 /* a day number that no record reaches */
};

static int prepare(struct import *m, struct db_stmt **out, const char *fmt, ...) NILA_PRINTF(3, 4);
static int prepare(struct import *m, struct db_stmt **out, const char *fmt, ...)
{
    char sql[2048];
    va_list ap;

    va_start(ap, fmt);
    if ((size_t)vsnprintf(sql, sizeof sql, fmt, ap) >= sizeof sql)
        fatal("records: a statement of %s is too long", records_table_name(m->table));
    va_end(ap);
    return db_prepare(m->db, sql, out);
}

/* What recognises rows with a key: now, or a version of it, which was corrected since, while the row is there. */
static int prepare_keyed(struct import *m, const char *equal)
{
    const char *t = records_table_name(m->table);
    const int entered = (int)m->columns->n + 1;
    int rc = prepare(m, &m->same,
                     "SELECT 1 FROM %s WHERE %s AND entered_on = ifnull(?%d, entered_on) LIMIT 1",
                     t, equal, entered);

    return rc != 0
               ? rc
               : prepare(m, &m->same_was,
                         "SELECT 1 FROM %s_was w WHERE %s AND entered_on = ifnull(?%d, "
                         "entered_on) AND EXISTS(SELECT 1 FROM %s t WHERE t.uid = w.uid) LIMIT 1",
                         t, equal, entered, t);
}

static long column_of_kind(const struct columns *c, enum column_kind kind)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->column[i].kind == kind)
            return (long)i;
    return -1;
}

/* What loads rows of old without a key, in groups: those of a pond and day, for which there are indexes; where the table is of neither, all
 * of them. The present ones, and, when there are any, versions of them. */
static int prepare_groups(struct import *m)
{
    const long pond = column_of_kind(m->columns, COLUMN_POND),
               day = column_of_kind(m->columns, COLUMN_DAY);
    struct buf names = {0}, of = {0};
    int rc;

    m->group[0] = pond >= 0 && day >= 0 ? pond : -1;
    m->group[1] = day;
    buf_str(&of, "id <= ?1");
    if (m->group[0] >= 0)
        buf_printf(&of, " AND \"%s\" = ?2 AND \"%s\" = ?3", m->columns->column[pond].name,
                   m->columns->column[day].name);
    versions_list(&names, m->columns, "", ", ");
    rc = prepare(m, &m->same, "SELECT id, entered_on, %s FROM %s WHERE %s ORDER BY id", names.p,
                 records_table_name(m->table), of.p);
    if (rc == 0)
        rc = prepare(m, &m->same_was, "SELECT id, entered_on, %s FROM %s_was WHERE %s ORDER BY id",
                     names.p, records_table_name(m->table), of.p);
    m->known = known_new(0);
    buf_free(&names);
    buf_free(&of);
    return rc;
}

/* What writes the table's rows and recognises them. */
static int prepare_rows(struct import *m)
{
    const char *t = records_table_name(m->table);
    struct buf names = {0}, marks = {0}, equal = {0};
    int n = (int)m->columns->n;
    int rc;

    versions_list(&names, m->columns, "", ", ");
    for (int i = 0; i <= n + 1; i++)
        buf_str(&marks, i > 0 ? ", ?" : "?");
    versions_list(&equal, m->columns, " IS ?", " AND ");
    rc = prepare(m, &m->insert, "INSERT INTO %s(%s, entered_on, uid) VALUES(%s)", t, names.p,
                 marks.p);
    if (rc == 0)
        rc = m->columns->column[0].kind == COLUMN_KEY ? prepare_keyed(m, equal.p)
                                                      : prepare_groups(m);
    if (rc == 0)
        rc = prepare(m, &m->named, "SELECT 1 FROM %s WHERE uid = ?", t);
    if (rc == 0)
        rc = prepare(m, &m->was_named, "SELECT 1 FROM %s_was WHERE uid = ? LIMIT 1", t);
    buf_free(&names);
    buf_free(&marks);
    buf_free(&equal);
    return rc;
}

/* What cells are held against. */
static int prepare_checks(struct import *m)
{
    int rc = prepare(m, &m->farm, "SELECT 1 FROM farms WHERE farm = ?");

    if (rc == 0)
        rc = prepare(m, &m->pond, "SELECT 1 FROM ponds WHERE pond = ?");
    if (rc == 0 && m->columns->column[0].kind == COLUMN_KEY)
        rc = prepare(m, &m->key, "SELECT id FROM %s WHERE \"%s\" = ?", records_table_name(m->table),
                     m->columns->column[0].name);
    if (rc == 0)
        rc = prepare(m, &m->stocked,
                     "SELECT cycle FROM cycles WHERE pond = ? AND stocked_on = ? AND id <> ?");
    if (rc == 0)
        rc = prepare(m, &m->before,
                     "SELECT cycle, stocked_on, id FROM cycles WHERE pond = ? AND stocked_on < ? "
                     "AND id <> ? ORDER BY stocked_on DESC LIMIT 1");
    /* the first final harvest after day ?2, before the next stocking after day ?3 and before day ?4 */
    if (rc == 0)
        rc = prepare(m, &m->final,
                     "SELECT min(\"on\") FROM harvests WHERE pond = ?1 AND kind = 'final' AND "
                     "\"on\" > ?2 AND \"on\" < min(?4, ifnull((SELECT min(stocked_on) FROM cycles "
                     "WHERE pond = ?1 AND stocked_on > ?3 AND id <> ?5), %d))",
                     FOREVER);
    return rc;
}

/* The highest id there was, and whether there are versions of old. */
static int look_around(struct import *m)
{
    const char *t = records_table_name(m->table);
    struct db_stmt *s = NULL;
    int rc = prepare(m, &s,
                     "SELECT max(ifnull((SELECT max(id) FROM %s), 0), ifnull((SELECT max(id) FROM "
                     "%s_was), 0)), EXISTS(SELECT 1 FROM %s_was)",
                     t, t, t);

    if (rc == 0)
        rc = db_step(m->db, s);
    if (rc == 1) {
        m->last_old_id = db_integer(s, 0);
        m->any_was = db_integer(s, 1) != 0;
        rc = 0;
    }
    db_finalize(s);
    return rc;
}

int store_begin(struct import *m)
{
    int rc = look_around(m);

    if (rc == 0)
        rc = version_log_begin(&m->log, m->db);
    if (rc == 0)
        rc = prepare_rows(m);
    return rc == 0 ? prepare_checks(m) : rc;
}

void store_end(struct import *m)
{
    struct db_stmt *const all[] = {m->insert, m->same,  m->same_was, m->key,
                                   m->farm,   m->pond,  m->stocked,  m->before,
                                   m->final,  m->named, m->was_named};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        db_finalize(all[i]);
    known_free(m->known);
    version_log_end(&m->log);
    buf_free(&m->old_json);
    buf_free(&m->new_json);
}

static void bind_cells(struct import *m, struct db_stmt *s)
{
    for (size_t i = 0; i < m->columns->n; i++)
        cell_bind(&m->columns->column[i], &m->cell[i], s, (int)i + 1);
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

/* A pond is not stocked twice on one day. */
static int check_stocked(struct import *m, size_t pond, size_t on)
{
    char other[SLUG_SIZE];
    int rc;

    db_bind_text(m->stocked, 1, m->cell[pond].text);
    db_bind_integer(m->stocked, 2, m->cell[on].whole);
    db_bind_integer(m->stocked, 3, m->old.id);
    rc = db_step(m->db, m->stocked);
    if (rc != 1)
        return rc;
    db_text(m->stocked, 0, other, sizeof other);
    db_reset(m->stocked);
    import_bad(m, m->index[on], "stocked_on",
               tongue("bertumpuk dengan siklus %s: kolam %s ditebar hari itu",
                      "overlaps cycle %s: pond %s was stocked that day"),
               other, m->cell[pond].text);
    return 1;
}

/* A stocking may not be squeezed into a cycle that already has its end: harvests would change their owner. */
static int check_cycle(struct import *m)
{
    size_t pond = import_column(m, "pond"), on = import_column(m, "stocked_on");
    const char *slug = m->cell[pond].text;
    int64_t day = m->cell[on].whole, id, began;
    char other[SLUG_SIZE], text[16];
    bool same_pond = m->old.id != 0 && strcmp(m->old.cell[pond].text, slug) == 0;
    int rc = check_stocked(m, pond, on);

    if (rc != 0)
        return rc < 0 ? rc : 0;
    db_bind_text(m->before, 1, slug);
    db_bind_integer(m->before, 2, day);
    db_bind_integer(m->before, 3, m->old.id);
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
    /* what was harvested after the day this very cycle began on until now is its own */
    db_bind_integer(m->final, 4, same_pond ? m->old.cell[on].whole + 1 : FOREVER);
    db_bind_integer(m->final, 5, m->old.id);
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
        if ((!farm && c->kind != COLUMN_POND) || m->cell[i].empty)
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
        if (m->columns->column[i].kind != COLUMN_DAY || m->cell[i].empty ||
            civil_day(m->entered_on.whole) >= m->cell[i].whole)
            continue;
        (void)civil_format_day(day, sizeof day, (int32_t)m->cell[i].whole);
        import_bad(m, m->entered, "entered_on",
                   tongue("lebih awal daripada kejadiannya sendiri (%s %s)",
                          "lies before the event itself (%s on %s)"),
                   m->columns->column[i].name, day);
    }
}

/* Of a new row: its key is not on record. */
static int check_key(struct import *m)
{
    int rc;

    if (m->key == NULL || m->old.id != 0)
        return 0;
    rc = exists(m, m->key, m->cell[0].text);
    if (rc == 1)
        import_bad(m, m->index[0], m->columns->column[0].name,
                   m->csv != NULL ? tongue("\"%s\" sudah tercatat dengan isi yang lain",
                                           "\"%s\" is on record already with other contents")
                                  : tongue("\"%s\" sudah tercatat", "\"%s\" is on record already"),
                   m->cell[0].text);
    return rc < 0 ? rc : 0;
}

int store_check(struct import *m)
{
    size_t before = m->report.bad;
    int rc = check_key(m);

    if (rc == 0)
        rc = check_references(m);
    if (rc != 0)
        return rc;
    check_entered(m);
    import_check(m);
    if (m->table == RECORDS_CYCLES && m->report.bad == before)
        rc = check_cycle(m);
    return rc;
}

/* --- rows --- */

static int look_for(struct import *m, struct db_stmt *s)
{
    int n = (int)m->columns->n;
    int rc;

    bind_cells(m, s);
    if (m->entered_on.empty)
        db_bind_null(s, n + 1);
    else
        db_bind_integer(s, n + 1, m->entered_on.whole);
    rc = db_step(m->db, s);
    if (rc == 1)
        db_reset(s);
    return rc;
}

static int load_old(struct import *m, struct db_stmt *s)
{
    struct cell cell[COLUMNS_MAX];
    char contents[CHANGE_UID_SIZE];
    int rc;

    db_bind_integer(s, 1, m->last_old_id);
    if (m->group[0] >= 0) {
        db_bind_text(s, 2, m->cell[m->group[0]].text);
        db_bind_integer(s, 3, m->cell[m->group[1]].whole);
    }
    while ((rc = db_step(m->db, s)) == 1) {
        for (size_t i = 0; i < m->columns->n; i++)
            cell_take(&m->columns->column[i], s, (int)i + 2, &cell[i]);
        uid_of_row(m->table, cell, 0, contents);
        known_row(m->known, contents, db_integer(s, 1), db_integer(s, 0));
    }
    return rc;
}

/* Rows of old that the current row may be. */
static int load_group(struct import *m)
{
    char text[SLUG_SIZE + 24] = "", name[CHANGE_UID_SIZE];
    int rc;

    if (m->group[0] >= 0)
        (void)snprintf(text, sizeof text, "%s %lld", m->cell[m->group[0]].text,
                       (long long)m->cell[m->group[1]].whole);
    uid_of_text(text, name);
    if (known_group(m->known, name))
        return 0;
    rc = load_old(m, m->same);
    return rc == 0 && m->any_was ? load_old(m, m->same_was) : rc;
}

int store_same(struct import *m)
{
    char contents[CHANGE_UID_SIZE];
    int rc;

    if (m->key != NULL) {
        rc = look_for(m, m->same);
        return rc == 0 && m->any_was ? look_for(m, m->same_was) : rc;
    }
    if (m->last_old_id == 0)
        return 0;
    rc = load_group(m);
    if (rc != 0)
        return rc;
    uid_of_row(m->table, m->cell, 0, contents);
    return known_claim(m->known, contents, m->entered_on.empty ? NULL : &m->entered_on.whole) != 0;
}

/* 1: another row has the name, or had it. */
static int name_taken(struct import *m, const char *uid)
{
    int rc = exists(m, m->named, uid);

    return rc == 0 && m->any_was ? exists(m, m->was_named, uid) : rc;
}

/* Names a row after its contents; one that is like another is its second, third ... What has a key comes back under its
 * name. */
static int name_row(struct import *m, char uid[static CHANGE_UID_SIZE])
{
    struct uid_contents c;
    char contents[CHANGE_UID_SIZE];
    int64_t again;
    int rc;

    uid_contents(m->table, m->cell, &c);
    uid_name(&c, 1, uid);
    if (m->key != NULL)
        return 0;
    rc = name_taken(m, uid);
    if (rc != 1)
        return rc;
    uid_name(&c, 0, contents); /* not tried one by one for each of many equal rows */
    for (again = known_next(m->known, contents); rc == 1; again++) {
        uid_name(&c, again, uid);
        rc = name_taken(m, uid);
    }
    if (rc == 0)
        known_set_next(m->known, contents, again);
    return rc;
}

int store_insert(struct import *m, const char *given, char *uid_out)
{
    int n = (int)m->columns->n;
    int64_t entered = m->entered_on.empty ? m->now_ms : m->entered_on.whole;
    char uid[CHANGE_UID_SIZE];
    int rc = 0;

    if (given != NULL)
        (void)snprintf(uid, sizeof uid, "%s", given);
    else
        rc = name_row(m, uid);
    if (rc != 0)
        return rc;
    bind_cells(m, m->insert);
    db_bind_integer(m->insert, n + 1, entered);
    db_bind_text(m->insert, n + 2, uid);
    rc = db_step(m->db, m->insert);
    if (rc != 0)
        return rc;
    version_json(&m->new_json, m->columns, m->cell, entered);
    rc = version_log_add(&m->log, &(struct version_entry){.who = &m->who,
                                                          .table = records_table_name(m->table),
                                                          .row_uid = uid,
                                                          .kind = "add",
                                                          .reason = m->reason,
                                                          .key = m->key_of_form,
                                                          .new = &m->new_json});
    if (rc == 0 && uid_out != NULL)
        memcpy(uid_out, uid, sizeof uid);
    m->report.rows += rc == 0;
    return rc;
}
