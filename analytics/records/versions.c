/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "versions.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"

void versions_list(struct buf *b, const struct columns *c, const char *form, const char *between)
{
    for (size_t i = 0; i < c->n; i++) {
        buf_str(b, i > 0 ? between : "");
        buf_printf(b, "\"%s\"%s", c->column[i].name, form);
    }
}

/* --- the list of changes --- */

/* clang-format off */
static const char LOG[] =
    "INSERT INTO changes(uid, at_ms, by, how, \"table\", row_uid, kind, based_on, old, new, reason, key, origin, origin_seq) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
static const char WHERE[] =
    "SELECT value, (SELECT ifnull(max(origin_seq), 0) FROM changes WHERE origin = value) FROM records_meta WHERE key = 'origin'";
/* clang-format on */

int version_log_begin(struct version_log *l, struct db *d)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, WHERE, &s);

    *l = (struct version_log){.db = d};
    if (rc == 0)
        rc = db_step(d, s);
    if (rc == 1) {
        db_text(s, 0, l->origin, sizeof l->origin);
        l->seq = db_integer(s, 1);
        rc = 0;
    }
    db_finalize(s);
    return rc == 0 ? db_prepare(d, LOG, &l->insert) : rc;
}

void version_log_end(struct version_log *l)
{
    db_finalize(l->insert);
    l->insert = NULL;
}

int version_log_add(struct version_log *l, const struct version_entry *e)
{
    char uid[CHANGE_UID_SIZE];
    struct db_stmt *s = l->insert;

    /* the file's own name and the number: they rise, so that a hundred thousand are appended to their index */
    (void)snprintf(uid, sizeof uid, "%.16s%016llx", l->origin, (unsigned long long)++l->seq);
    db_bind_text(s, 1, uid);
    db_bind_integer(s, 2, e->who->at_ms);
    db_bind_text(s, 3, e->who->user);
    db_bind_text(s, 4, e->who->how);
    db_bind_text(s, 5, e->table);
    db_bind_text(s, 6, e->row_uid);
    db_bind_text(s, 7, e->kind);
    db_bind_text(s, 8, e->based_on != NULL ? e->based_on : "");
    db_bind_text(s, 9, e->old != NULL ? e->old->p : "");
    db_bind_text(s, 10, e->new != NULL ? e->new->p : "");
    db_bind_text(s, 11, e->reason != NULL ? e->reason : "");
    db_bind_text(s, 12, e->key != NULL ? e->key : "");
    db_bind_text(s, 13, l->origin);
    db_bind_integer(s, 14, l->seq);
    return db_step(l->db, s);
}

static void json_text(struct buf *b, const char *text)
{
    buf_str(b, "\"");
    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            buf_add(b, "\\", 1);
        if (c < 0x20)
            buf_printf(b, "\\u%04x", c);
        else
            buf_add(b, p, 1);
    }
    buf_str(b, "\"");
}

void version_json(struct buf *b, const struct columns *c, const struct cell *cell,
                  int64_t entered_on)
{
    char text[COLUMN_TEXT];

    buf_clear(b);
    buf_str(b, "{");
    for (size_t i = 0; i < c->n; i++) {
        if (cell[i].empty)
            continue;
        cell_write(&c->column[i], &cell[i], text, sizeof text);
        buf_str(b, "\"");
        buf_str(b, c->column[i].name);
        buf_str(b, "\":");
        json_text(b, text);
        buf_str(b, ",");
    }
    (void)civil_format_iso(text, sizeof text, entered_on);
    buf_printf(b, "\"entered_on\":\"%s\"}", text);
}

/* --- files from before there were versions --- */

/* "row_uid('feed', 'pond', "pond", ...)": as uid_of_row names it. */
static void uid_call(struct buf *b, enum records_table t)
{
    const struct columns *c = columns_of(t);
    bool key = c->column[0].kind == COLUMN_KEY;

    buf_printf(b, "row_uid('%s'", records_table_name(t));
    for (size_t i = 0; i < (key ? 1 : c->n); i++)
        buf_printf(b, ", '%s', \"%s\"", c->column[i].name, c->column[i].name);
    buf_str(b, key ? ")" : ", 'again', again)");
}

static int name_rows(struct db *d, enum records_table t)
{
    const struct columns *c = columns_of(t);
    const char *name = records_table_name(t);
    struct buf sql = {0};
    int rc;

    /* equal rows are told apart by their order */
    buf_printf(&sql, "UPDATE %s SET uid = u.uid FROM (SELECT id, ", name);
    uid_call(&sql, t);
    buf_str(&sql, " AS uid FROM (SELECT *, row_number() OVER (PARTITION BY ");
    versions_list(&sql, c, "", ", ");
    buf_printf(&sql, " ORDER BY id) AS again FROM %s)) AS u WHERE u.id = %s.id;", name, name);
    buf_printf(&sql, "CREATE UNIQUE INDEX %s_by_uid ON %s(uid)", name, name);
    rc = db_exec(d, sql.p);
    buf_free(&sql);
    return rc;
}

static int log_rows(struct db *d, struct version_log *l, enum records_table t)
{
    const struct columns *c = columns_of(t);
    struct cell cell[COLUMNS_MAX];
    struct change_who who = {.how = "migration"};
    struct buf sql = {0}, json = {0};
    struct db_stmt *s = NULL;
    char uid[CHANGE_UID_SIZE];
    int rc;

    buf_str(&sql, "SELECT uid, entered_on, ");
    versions_list(&sql, c, "", ", ");
    buf_printf(&sql, " FROM %s ORDER BY id", records_table_name(t));
    rc = db_prepare(d, sql.p, &s);
    while (rc == 0 && (rc = db_step(d, s)) == 1) {
        db_text(s, 0, uid, sizeof uid);
        who.at_ms = db_integer(s, 1);
        for (size_t i = 0; i < c->n; i++)
            cell_take(&c->column[i], s, (int)i + 2, &cell[i]);
        version_json(&json, c, cell, who.at_ms);
        rc = version_log_add(l, &(struct version_entry){.who = &who,
                                                        .table = records_table_name(t),
                                                        .row_uid = uid,
                                                        .kind = "add",
                                                        .new = &json});
    }
    db_finalize(s);
    buf_free(&sql);
    buf_free(&json);
    return rc;
}

/* 1: the last of the tables has had its index. */
static int adopted(struct db *d)
{
    struct db_stmt *s = NULL;
    char sql[128];
    int rc;

    (void)snprintf(sql, sizeof sql, "SELECT 1 FROM sqlite_schema WHERE name = '%s_by_uid'",
                   records_table_name(RECORDS_LIMITS));
    rc = db_prepare(d, sql, &s);
    if (rc == 0)
        rc = db_step(d, s);
    db_finalize(s);
    return rc;
}

int versions_adopt(struct db *d)
{
    struct version_log l = {0};
    int rc = adopted(d);

    if (rc != 0)
        return rc == 1 ? 0 : rc;
    rc = version_log_begin(&l, d);

    for (int t = 0; t <= RECORDS_LIMITS && rc == 0; t++) { /* later ones were born with versions */
        rc = name_rows(d, (enum records_table)t);
        if (rc == 0)
            rc = log_rows(d, &l, (enum records_table)t);
    }
    version_log_end(&l);
    return rc;
}
