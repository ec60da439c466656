/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "erase.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/log.h"
#include "columns.h"
#include "uid.h"
#include "versions.h"

/* Parameters of every statement: ?1 the farm, ?2 the contact, ?3 the user, ?4 what stands instead of a name, ?5 instead of a
 * login. Rows of the farm, and contacts of nobody else: */
#define PONDS_OF_FARM "(SELECT pond FROM ponds_all WHERE farm = ?1)"
#define ROWS_OF_FARM  "(SELECT uid FROM temp.erase_rows)"
#define THE_CONTACTS  "(SELECT contact FROM temp.erase_contacts)"
/* Whatever farm or contact it was erased with. */
#define ERASED(name) "(substr(" name ", 1, 9) = '(dihapus ')"
#define THEIR_NAMES  "(SELECT name FROM temp.erase_names)"

/* clang-format off */
static const char FIND_ROWS[] =
    "INSERT INTO temp.erase_rows SELECT uid FROM farms_all WHERE farm = ?1";
static const char FIND_PONDS[] =
    "INSERT INTO temp.erase_rows SELECT uid FROM ponds_all WHERE farm = ?1";
/* A contact's words each in blanks: without the farm's and its ponds' nothing is left. "all" and "regency:" never go away. */
static const char FIND_CONTACTS[] =
    "INSERT INTO temp.erase_contacts SELECT DISTINCT contact FROM contacts_all c WHERE (?2 IS NOT NULL AND contact = ?2) OR "
    "(?2 IS NULL AND ?1 IS NOT NULL AND NOT EXISTS (WITH RECURSIVE w(word, rest) AS (SELECT '', trim(c.answers_for) || ' ' "
    "UNION ALL SELECT substr(rest, 1, instr(rest, ' ') - 1), ltrim(substr(rest, instr(rest, ' ') + 1)) FROM w "
    "WHERE rest <> '') SELECT 1 FROM w WHERE word <> '' AND word <> 'farm:' || ?1 AND word NOT IN " PONDS_OF_FARM "))";

/* An alarm keeps the name of whoever answered it. */
static const char FIND_NAMES[] =
    "INSERT INTO temp.erase_names SELECT DISTINCT name FROM contacts_all WHERE contact IN " THE_CONTACTS " AND NOT " ERASED("name");

enum what { FARM, CONTACT, BUYER, PHOTO, MESSAGE, CHANGE, WHATS };
static const struct {
    enum what what;
    const char *sql;
} ALTER[] = {
    {FARM, "UPDATE farms SET name = ?4, kusuka = NULL WHERE farm = ?1 AND (name <> ?4 OR kusuka IS NOT NULL)"},
    {FARM, "UPDATE farms_was SET name = ?4, kusuka = NULL WHERE farm = ?1 AND (name <> ?4 OR kusuka IS NOT NULL)"},
    {CONTACT, "UPDATE contacts SET name = ?4, phone = NULL, telegram = NULL, mail = NULL, active = 'no' WHERE contact IN "
              THE_CONTACTS " AND NOT " ERASED("name")},
    {CONTACT, "UPDATE contacts_was SET name = ?4, phone = NULL, telegram = NULL, mail = NULL, active = 'no' WHERE contact IN "
              THE_CONTACTS " AND NOT " ERASED("name")},
    {BUYER, "UPDATE harvests SET buyer = '(dihapus)' WHERE pond IN " PONDS_OF_FARM " AND buyer <> '(dihapus)'"},
    {BUYER, "UPDATE harvests_was SET buyer = '(dihapus)' WHERE pond IN " PONDS_OF_FARM " AND buyer <> '(dihapus)'"},
    {PHOTO, "UPDATE photos SET bytes = x'', by = '' WHERE row_uid IN " ROWS_OF_FARM " AND length(bytes) > 0"},
    {PHOTO, "UPDATE photos SET by = ?5 WHERE by = ?3 AND by <> ''"},
    {FARM, "UPDATE limits SET by = '(dihapus)' WHERE pond IN " PONDS_OF_FARM " AND by <> '(dihapus)'"},
    {FARM, "UPDATE limits_was SET by = '(dihapus)' WHERE pond IN " PONDS_OF_FARM " AND by <> '(dihapus)'"},
    /* what alarms sent, to which number; what is still to be sent to them is not */
    {MESSAGE, "UPDATE alarm_attempts SET address = '', why = '', fate = CASE done_ms WHEN 0 THEN 'dropped' ELSE fate END, "
              "done_ms = CASE done_ms WHEN 0 THEN max(due_ms, 1) ELSE done_ms END WHERE contact IN " THE_CONTACTS
              " AND address <> ''"},
    {MESSAGE, "UPDATE alarm_attempts SET place = '', title = '', text = '', sms = '' WHERE done_ms > 0 AND text <> '' AND "
              "(subject = 'farm:' || ?1 OR subject IN " PONDS_OF_FARM ")"},
    {MESSAGE, "UPDATE alarms SET acked_by = ?4 WHERE acked_by IN " THEIR_NAMES},
    {MESSAGE, "UPDATE alarm_acks SET by = ?4 WHERE by IN " THEIR_NAMES},
    {MESSAGE, "UPDATE alarms SET acked_by = ?5 WHERE acked_by = ?3 AND acked_by <> ''"},
    {MESSAGE, "UPDATE alarm_acks SET by = ?5 WHERE by = ?3 AND by <> ''"},
    {MESSAGE, "UPDATE presses SET by = ?5 WHERE by = ?3 AND by <> ''"},
    /* json_replace touches only what is there */
    {CHANGE, "UPDATE changes SET old = CASE old WHEN '' THEN '' ELSE json_replace(json_remove(old, '$.kusuka'), '$.name', ?4) END, "
             "new = CASE new WHEN '' THEN '' ELSE json_replace(json_remove(new, '$.kusuka'), '$.name', ?4) END, reason = '' "
             "WHERE \"table\" = 'farms' AND kind <> 'erase' AND row_uid IN (SELECT uid FROM farms_all WHERE farm = ?1) AND "
             "ifnull(json_extract(nullif(new, ''), '$.name'), ifnull(json_extract(nullif(old, ''), '$.name'), '')) <> ?4"},
    {CHANGE, "UPDATE changes SET old = CASE old WHEN '' THEN '' ELSE json_replace(json_remove(old, '$.phone', '$.telegram', "
             "'$.mail'), '$.name', ?4) END, new = CASE new WHEN '' THEN '' ELSE json_replace(json_remove(new, '$.phone', "
             "'$.telegram', '$.mail'), '$.name', ?4) END, reason = '' WHERE \"table\" = 'contacts' AND row_uid IN (SELECT uid "
             "FROM contacts_all WHERE contact IN " THE_CONTACTS ") AND NOT " ERASED("ifnull(json_extract(nullif(new, ''), '$.name'), "
                                                      "ifnull(json_extract(nullif(old, ''), '$.name'), ''))")},
    {CHANGE, "UPDATE changes SET old = CASE old WHEN '' THEN '' ELSE json_replace(old, '$.buyer', '(dihapus)') END, "
             "new = CASE new WHEN '' THEN '' ELSE json_replace(new, '$.buyer', '(dihapus)') END "
             "WHERE \"table\" = 'harvests' AND row_uid IN " ROWS_OF_FARM " AND '(dihapus)' <> "
             "ifnull(json_extract(nullif(new, ''), '$.buyer'), ifnull(json_extract(nullif(old, ''), '$.buyer'), '(dihapus)'))"},
    {CHANGE, "UPDATE changes SET old = CASE old WHEN '' THEN '' ELSE json_replace(old, '$.by', '(dihapus)') END, "
             "new = CASE new WHEN '' THEN '' ELSE json_replace(new, '$.by', '(dihapus)') END "
             "WHERE \"table\" = 'limits' AND row_uid IN " ROWS_OF_FARM " AND '(dihapus)' <> "
             "ifnull(json_extract(nullif(new, ''), '$.by'), ifnull(json_extract(nullif(old, ''), '$.by'), '(dihapus)'))"},
    {CHANGE, "UPDATE changes SET reason = '' WHERE row_uid IN " ROWS_OF_FARM " AND reason <> '' AND kind <> 'erase'"},
    {CHANGE, "UPDATE changes SET by = ?5 WHERE by = ?3 AND by <> ''"},
};
/* clang-format on */

struct erasing {
    struct db *db;
    const struct erase_person *p;
    char name[32], login[SLUG_SIZE];
};

static void bind_text_or_null(struct db_stmt *s, int i, const char *text)
{
    if (text != NULL)
        db_bind_text(s, i, text);
    else
        db_bind_null(s, i);
}

/* Runs one statement; *n grows by the rows it altered. Not every statement has every parameter. */
static int alter(struct erasing *e, const char *sql, int64_t *n)
{
    const char *const value[] = {e->p->farm, e->p->contact, e->p->user, e->name, e->login};
    struct db_stmt *s = NULL;
    int rc = db_prepare(e->db, sql, &s);

    for (int i = 0; rc == 0 && i < db_parameters(s); i++)
        bind_text_or_null(s, i + 1, value[i]);
    if (rc == 0)
        rc = db_step(e->db, s);
    if (rc == 0)
        *n += db_changed(e->db);
    db_finalize(s);
    return rc;
}

static int find(struct erasing *e)
{
    int64_t rows = 0, contacts = 0;
    int rc = db_exec(
        e->db,
        "DROP TABLE IF EXISTS temp.erase_rows; DROP TABLE IF EXISTS temp.erase_contacts;"
        "DROP TABLE IF EXISTS temp.erase_names; CREATE TEMP TABLE erase_rows(uid TEXT);"
        "CREATE TEMP TABLE erase_contacts(contact TEXT); CREATE TEMP TABLE erase_names(name TEXT)");

    if (rc == 0)
        rc = alter(e, FIND_ROWS, &rows);
    if (rc == 0 && e->p->farm != NULL && rows == 0)
        return NILA_ERR_NOT_FOUND;
    if (rc == 0)
        rc = alter(e, FIND_PONDS, &rows);
    for (int t = 0; t < RECORDS_TABLES && rc == 0; t++) {
        const struct columns *c = columns_of((enum records_table)t);
        char sql[256];
        for (size_t i = 0; i < c->n && rc == 0; i++) {
            if (c->column[i].kind != COLUMN_POND)
                continue;
            (void)snprintf(
                sql, sizeof sql,
                "INSERT INTO temp.erase_rows SELECT uid FROM %s_all WHERE \"%s\" IN " PONDS_OF_FARM,
                records_table_name((enum records_table)t), c->column[i].name);
            rc = alter(e, sql, &rows);
        }
    }
    if (rc == 0)
        rc = alter(e, FIND_CONTACTS, &contacts);
    if (rc == 0)
        rc = alter(e, FIND_NAMES, &rows);
    return rc == 0 && e->p->contact != NULL && contacts == 0 ? NILA_ERR_NOT_FOUND : rc;
}

/* The change that tells of it: of the farm's row, else of the contact or user by a name that tells nothing. */
static int tell(struct erasing *e, const struct change_who *who, const int64_t n[static WHATS])
{
    struct version_log l = {0};
    struct buf json = {0};
    struct cell key = {.empty = false};
    char uid[CHANGE_UID_SIZE] = "";
    int rc = version_log_begin(&l, e->db);

    if (e->p->farm != NULL) {
        (void)snprintf(key.text, sizeof key.text, "%s", e->p->farm);
        uid_of_row(RECORDS_FARMS, &key, 1, uid);
    }
    buf_printf(&json,
               "{\"farms\":\"%lld\",\"contacts\":\"%lld\",\"buyers\":\"%lld\",\"photos\":\"%lld\","
               "\"messages\":\"%lld\",\"changes\":\"%lld\"}",
               (long long)n[FARM], (long long)n[CONTACT], (long long)n[BUYER], (long long)n[PHOTO],
               (long long)n[MESSAGE], (long long)n[CHANGE]);
    if (rc == 0)
        rc = version_log_add(
            &l, &(struct version_entry){.who = who,
                                        .table = e->p->farm != NULL ? "farms" : "contacts",
                                        .row_uid = uid[0] != '\0' ? uid : e->name,
                                        .kind = "erase",
                                        .new = &json});
    version_log_end(&l);
    buf_free(&json);
    return rc;
}

static int erase(struct erasing *e, const struct change_who *who, int64_t n[static WHATS])
{
    int rc = find(e);
    int64_t all = 0;

    for (size_t i = 0; i < sizeof ALTER / sizeof ALTER[0] && rc == 0; i++)
        rc = alter(e, ALTER[i].sql, &n[ALTER[i].what]);
    for (int i = 0; i < WHATS; i++)
        all += n[i];
    return rc == 0 && all > 0 ? tell(e, who, n) : rc;
}

/* Names that tell nothing, but are the same each time for one farm or contact, so that figures of one stay together. */
static void make_names(struct erasing *e)
{
    const char *of = e->p->farm != NULL ? e->p->farm : e->p->contact != NULL ? e->p->contact : "";
    struct cell key = {.empty = false};
    char uid[CHANGE_UID_SIZE];

    (void)snprintf(key.text, sizeof key.text, "%s", of);
    uid_of_row(RECORDS_FARMS, &key, 1, uid);
    (void)snprintf(e->name, sizeof e->name, "(dihapus %.6s)", uid);
    uid_random(uid);
    (void)snprintf(e->login, sizeof e->login, "dihapus-%.6s", uid);
}

int records_erase_person(struct records *r, const struct erase_person *p,
                         const struct change_who *who, struct erase_report *out)
{
    struct erasing e = {.db = r->db, .p = p};
    int64_t n[WHATS] = {0};
    int rc;

    make_names(&e);
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "PRAGMA secure_delete = ON; BEGIN IMMEDIATE");
    db_erasing(r->db, true);
    if (rc == 0)
        rc = erase(&e, who, n);
    db_erasing(r->db, false);
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    db_rollback(r->db);
    /* the words stand in the write-ahead log until it has been written back */
    if (rc == 0 && db_exec(r->db, "PRAGMA wal_checkpoint(TRUNCATE)") != 0)
        log_warnx("records: erased, but the write-ahead log could not be emptied yet");
    (void)pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        *out =
            (struct erase_report){n[FARM], n[CONTACT], n[BUYER], n[PHOTO], n[MESSAGE], n[CHANGE]};
    return rc;
}
