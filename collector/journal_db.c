/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_db_own.h"

#include <string.h>

#include "collector/common/log.h"

static const char *const SQL[ST_COUNT] = {
    [ST_BEGIN] = "BEGIN IMMEDIATE",
    [ST_COMMIT] = "COMMIT",
    [ST_INSERT] = "INSERT INTO row(seq, p) VALUES(?, ?)",
    [ST_INSERT_NEW] = "INSERT OR IGNORE INTO row(seq, p) VALUES(?, ?)",
    [ST_ROWS] = "SELECT seq, p FROM row WHERE seq > ? ORDER BY seq LIMIT ?",
    [ST_FIRST] = "SELECT min(seq) FROM row",
    [ST_LAST] = "SELECT max(seq) FROM row",
    [ST_NUMBERED] = "SELECT seq FROM sqlite_sequence WHERE name = 'row'",
    [ST_DELETE_RANGE] = "DELETE FROM row WHERE seq > ? AND seq <= ?",
    [ST_ROW_COUNT] = "SELECT count(*) FROM row WHERE seq > ? AND seq <= ?",
    [ST_DELETE_AFTER] = "DELETE FROM row WHERE seq > ?",
    [ST_CONTINUE] = "UPDATE sqlite_sequence SET seq = ? WHERE name = 'row'",
    [ST_CONTINUE_NEW] = "INSERT INTO sqlite_sequence(name, seq) VALUES('row', ?)",
    [ST_TAGS] = "SELECT id, text FROM tags ORDER BY id",
    [ST_ADD_TAG] = "INSERT INTO tags(id, text) VALUES(?, ?)",
    [ST_BOOTS] = JOURNAL_DB_BOOTS,
    [ST_SET_BOOT] = "INSERT OR REPLACE INTO boot VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_DELETE_BOOTS] = "DELETE FROM boot WHERE id < ?",
    [ST_META] = "SELECT value FROM meta WHERE key = ?",
    [ST_SET_META] = "INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)",
    [ST_NEWEST] = "SELECT seq, p FROM row ORDER BY seq DESC LIMIT ?",
    [ST_MARK] = "SELECT seq FROM mark WHERE sink = ?",
    [ST_SET_MARK] = "INSERT OR REPLACE INTO mark(sink, seq) VALUES(?, ?)",
    [ST_QUARANTINE] =
        "INSERT INTO quarantine(sink, seq, at_ms, line, reason) VALUES(?, ?, ?, ?, ?)",
    [ST_QUARANTINE_TRIM] =
        "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?",
    /* only the oldest ever go, so that nothing need be counted */
    [ST_QUARANTINED] =
        "SELECT (SELECT max(id) FROM quarantine) - (SELECT min(id) FROM quarantine) + 1",
    [ST_PAGES] = "PRAGMA page_count",
    [ST_FREE_PAGES] = "PRAGMA freelist_count",
};

/* SQLite's code as ours. */
static int err_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return NILA_ERR_FULL;
    case SQLITE_CONSTRAINT: /* no statement of ours breaks one in a sound file */
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return NILA_ERR_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return NILA_ERR_BUSY;
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return NILA_ERR_DENIED;
    default:
        return NILA_ERR_IO;
    }
}

int journal_db_failed(struct journal_db *db, const char *doing)
{
    int rc = err_of(sqlite3_errcode(db->sql));
    int sys = sqlite3_system_errno(db->sql);

    db->failed = db->failed || rc == NILA_ERR_IO;
    log_warnx("journal %s: %s: %s%s%s", db->path, doing, sqlite3_errmsg(db->sql),
              rc == NILA_ERR_IO && sys != 0 ? ": " : "",
              rc == NILA_ERR_IO && sys != 0 ? strerror(sys) : "");
    return rc;
}

int journal_db_prepare(struct journal_db *db)
{
    for (int i = 0; i < ST_COUNT; i++)
        if (sqlite3_prepare_v3(db->sql, SQL[i], -1, SQLITE_PREPARE_PERSISTENT, &db->st[i], NULL) !=
            SQLITE_OK)
            /* a table that should be there is not: somebody changed the file */
            return sqlite3_errcode(db->sql) == SQLITE_ERROR
                       ? ((void)journal_db_failed(db, "prepare"), NILA_ERR_CORRUPT)
                       : journal_db_failed(db, "prepare");
    return 0;
}

/* Runs a statement that gives no rows, and resets it. */
static int run(struct journal_db *db, enum statement which, const char *doing)
{
    int rc = sqlite3_step(db->st[which]) == SQLITE_DONE ? 0 : journal_db_failed(db, doing);

    (void)sqlite3_reset(db->st[which]);
    (void)sqlite3_clear_bindings(db->st[which]);
    return rc;
}

/* Runs a statement that gives one number; *out stays when there is no row or it is NULL. */
static int number(struct journal_db *db, enum statement which, const char *doing, int64_t *out)
{
    int step = sqlite3_step(db->st[which]), rc = 0;

    if (step == SQLITE_ROW && sqlite3_column_type(db->st[which], 0) != SQLITE_NULL)
        *out = sqlite3_column_int64(db->st[which], 0);
    else if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = journal_db_failed(db, doing);
    (void)sqlite3_reset(db->st[which]);
    (void)sqlite3_clear_bindings(db->st[which]);
    return rc;
}

int journal_db_begin(struct journal_db *db)
{
    return run(db, ST_BEGIN, "begin");
}

int journal_db_commit(struct journal_db *db)
{
    int rc = run(db, ST_COMMIT, "commit");

    if (rc != 0)
        journal_db_rollback(db);
    return rc;
}

void journal_db_rollback(struct journal_db *db)
{
    /* after some errors SQLite has rolled back already; then this fails and changes nothing */
    if (sqlite3_get_autocommit(db->sql) == 0)
        (void)sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
}

static int insert(struct journal_db *db, enum statement which, const void *row, size_t n,
                  int64_t seq)
{
    (void)sqlite3_bind_int64(db->st[which], 1, seq);
    (void)sqlite3_bind_blob(db->st[which], 2, row, (int)n, SQLITE_STATIC);
    return run(db, which, "store");
}

int journal_db_insert(struct journal_db *db, const void *row, size_t n, int64_t seq)
{
    return insert(db, ST_INSERT, row, n, seq);
}

int journal_db_insert_new(struct journal_db *db, const void *row, size_t n, int64_t seq)
{
    return insert(db, ST_INSERT_NEW, row, n, seq);
}

/* Steps a statement that gives (seq, p), already bound, to its end. */
static int each_row(struct journal_db *db, enum statement which, journal_db_row each, void *arg)
{
    sqlite3_stmt *st = db->st[which];
    int rc = 0, step;

    while ((step = sqlite3_step(st)) == SQLITE_ROW) {
        const void *p = sqlite3_column_blob(st, 1);
        rc = each(arg, sqlite3_column_int64(st, 0), p != NULL ? p : "",
                  (size_t)sqlite3_column_bytes(st, 1));
        if (rc != 0)
            break;
    }
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = journal_db_failed(db, "read");
    (void)sqlite3_reset(st);
    return rc;
}

int journal_db_rows(struct journal_db *db, int64_t after_seq, int max, journal_db_row each,
                    void *arg)
{
    (void)sqlite3_bind_int64(db->st[ST_ROWS], 1, after_seq);
    (void)sqlite3_bind_int(db->st[ST_ROWS], 2, max);
    return each_row(db, ST_ROWS, each, arg);
}

int journal_db_newest(struct journal_db *db, int max, journal_db_row each, void *arg)
{
    (void)sqlite3_bind_int(db->st[ST_NEWEST], 1, max);
    return each_row(db, ST_NEWEST, each, arg);
}

int journal_db_span(struct journal_db *db, int64_t *first, int64_t *newest, int64_t *last)
{
    int64_t a = 0, b = 0, given = 0;
    int rc = number(db, ST_FIRST, "read", &a);

    if (rc == 0)
        rc = number(db, ST_LAST, "read", &b);
    if (rc == 0)
        rc = number(db, ST_NUMBERED, "read", &given);
    if (rc == 0) {
        *first = a;
        *newest = b;
        *last = b > given ? b : given;
    }
    return rc;
}

static int run_seq(struct journal_db *db, enum statement which, int64_t seq, const char *doing)
{
    (void)sqlite3_bind_int64(db->st[which], 1, seq);
    return run(db, which, doing);
}

int journal_db_delete_range(struct journal_db *db, int64_t after_seq, int64_t upto_seq)
{
    (void)sqlite3_bind_int64(db->st[ST_DELETE_RANGE], 1, after_seq);
    (void)sqlite3_bind_int64(db->st[ST_DELETE_RANGE], 2, upto_seq);
    return run(db, ST_DELETE_RANGE, "delete the oldest");
}

int journal_db_count(struct journal_db *db, int64_t after_seq, int64_t upto_seq, int64_t *rows)
{
    (void)sqlite3_bind_int64(db->st[ST_ROW_COUNT], 1, after_seq);
    (void)sqlite3_bind_int64(db->st[ST_ROW_COUNT], 2, upto_seq);
    return number(db, ST_ROW_COUNT, "count", rows);
}

int journal_db_delete_after(struct journal_db *db, int64_t seq)
{
    return run_seq(db, ST_DELETE_AFTER, seq, "delete the newest");
}

int journal_db_continue_after(struct journal_db *db, int64_t seq)
{
    int64_t has = -1; /* SQLite makes the entry with the first row */
    int rc = number(db, ST_NUMBERED, "read", &has);

    if (rc != 0 || has >= seq)
        return rc;
    return run_seq(db, has < 0 ? ST_CONTINUE_NEW : ST_CONTINUE, seq, "number");
}

int journal_db_tags(struct journal_db *db, journal_db_tag each, void *arg)
{
    sqlite3_stmt *st = db->st[ST_TAGS];
    int rc = 0, step;

    while ((step = sqlite3_step(st)) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(st, 1);
        rc = each(arg, (uint32_t)sqlite3_column_int64(st, 0),
                  text != NULL ? (const char *)text : "");
        if (rc != 0)
            break;
    }
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = journal_db_failed(db, "read tags");
    (void)sqlite3_reset(st);
    return rc;
}

int journal_db_add_tag(struct journal_db *db, uint32_t id, const char *text)
{
    (void)sqlite3_bind_int64(db->st[ST_ADD_TAG], 1, id);
    (void)sqlite3_bind_text(db->st[ST_ADD_TAG], 2, text, -1, SQLITE_STATIC);
    return run(db, ST_ADD_TAG, "store tags");
}

int journal_db_boots(struct journal_db *db, journal_db_boot each, void *arg)
{
    sqlite3_stmt *st = db->st[ST_BOOTS];
    int rc = 0, step;

    while ((step = sqlite3_step(st)) == SQLITE_ROW) {
        const struct journal_boot b = {
            .id = (uint32_t)sqlite3_column_int64(st, 0),
            .first_seq = sqlite3_column_int64(st, 2),
            .first_ms = sqlite3_column_int64(st, 3),
            .given_up = sqlite3_column_int(st, 4) != 0,
            .anchor_ms = sqlite3_column_int64(st, 5),
            .unsure_ms = sqlite3_column_int64(st, 6),
        };
        const unsigned char *name = sqlite3_column_text(st, 1);
        rc = each(arg, &b, name != NULL ? (const char *)name : "",
                  (uint32_t)sqlite3_column_int64(st, 7));
        if (rc != 0)
            break;
    }
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = journal_db_failed(db, "read boots");
    (void)sqlite3_reset(st);
    return rc;
}

int journal_db_set_boot(struct journal_db *db, const struct journal_boot *b, uint32_t crc)
{
    sqlite3_stmt *st = db->st[ST_SET_BOOT];

    (void)sqlite3_bind_int64(st, 1, b->id);
    (void)sqlite3_bind_text(st, 2, b->name, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 3, b->first_seq);
    (void)sqlite3_bind_int64(st, 4, b->first_ms);
    (void)sqlite3_bind_int(st, 5, b->given_up ? 1 : 0);
    (void)sqlite3_bind_int64(st, 6, b->anchor_ms);
    (void)sqlite3_bind_int64(st, 7, b->unsure_ms);
    (void)sqlite3_bind_int64(st, 8, crc);
    return run(db, ST_SET_BOOT, "store a boot");
}

int journal_db_delete_boots(struct journal_db *db, uint32_t before)
{
    return run_seq(db, ST_DELETE_BOOTS, before, "forget boots");
}

int journal_db_meta(struct journal_db *db, const char *key, int64_t *value)
{
    int64_t found = 0;
    int rc;

    (void)sqlite3_bind_text(db->st[ST_META], 1, key, -1, SQLITE_STATIC);
    rc = number(db, ST_META, "read a number", &found);
    if (rc == 0)
        *value = found;
    return rc;
}

int journal_db_set_meta(struct journal_db *db, const char *key, int64_t value)
{
    (void)sqlite3_bind_text(db->st[ST_SET_META], 1, key, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(db->st[ST_SET_META], 2, value);
    return run(db, ST_SET_META, "store a number");
}

int journal_db_mark(struct journal_db *db, const char *sink, int64_t *seq)
{
    int64_t found = 0;
    int rc;

    (void)sqlite3_bind_text(db->st[ST_MARK], 1, sink, -1, SQLITE_STATIC);
    rc = number(db, ST_MARK, "read a mark", &found);
    if (rc == 0)
        *seq = found;
    return rc;
}

int journal_db_set_mark(struct journal_db *db, const char *sink, int64_t seq)
{
    (void)sqlite3_bind_text(db->st[ST_SET_MARK], 1, sink, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(db->st[ST_SET_MARK], 2, seq);
    return run(db, ST_SET_MARK, "set a mark");
}

int journal_db_quarantine(struct journal_db *db, const char *sink, int64_t seq, int64_t at_ms,
                          const char *line, size_t len, const char *reason, int keep)
{
    sqlite3_stmt *st = db->st[ST_QUARANTINE];
    int rc;

    (void)sqlite3_bind_text(st, 1, sink, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 2, seq);
    (void)sqlite3_bind_int64(st, 3, at_ms);
    (void)sqlite3_bind_text(st, 4, line, (int)len, SQLITE_STATIC);
    (void)sqlite3_bind_text(st, 5, reason, -1, SQLITE_STATIC);
    rc = run(db, ST_QUARANTINE, "quarantine a line");
    return rc != 0 ? rc : run_seq(db, ST_QUARANTINE_TRIM, keep, "trim the quarantine");
}

int journal_db_quarantined(struct journal_db *db, int64_t *count)
{
    return number(db, ST_QUARANTINED, "count the quarantine", count);
}

int journal_db_pages(struct journal_db *db, struct journal_db_pages *out)
{
    int64_t file = 0, unused = 0;
    int rc = number(db, ST_PAGES, "read its size", &file);

    if (rc == 0)
        rc = number(db, ST_FREE_PAGES, "read its size", &unused);
    if (rc == 0)
        *out = (struct journal_db_pages){
            .used = file - unused, .file = file, .limit = db->limit_pages, .size = db->page_size};
    return rc;
}
