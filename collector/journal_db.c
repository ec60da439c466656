/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_db.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "collector/common/log.h"

#define APPLICATION_ID 0x4e494c41 /* "NILA" */
#define SCHEMA_VERSION 1
#define PATH_MAX_LEN   300
/* A file up to this is checked at every open, a larger one after a crash. */
#define CHECK_BYTES (INT64_C(16) * 1024 * 1024)

static const char SCHEMA[] =
    "CREATE TABLE tags(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE row(seq INTEGER PRIMARY KEY AUTOINCREMENT, p BLOB NOT NULL);"
    "CREATE TABLE mark(sink TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE quarantine(id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL,"
    " seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, line TEXT NOT NULL, reason TEXT NOT NULL);"
    "PRAGMA application_id=0x4e494c41; PRAGMA user_version=1;";

enum statement {
    ST_BEGIN,
    ST_COMMIT,
    ST_INSERT,
    ST_ROWS,
    ST_FIRST,
    ST_LAST,
    ST_NUMBERED,
    ST_DELETE_UPTO,
    ST_DELETE_AFTER,
    ST_CONTINUE,
    ST_CONTINUE_NEW,
    ST_TAGS,
    ST_ADD_TAG,
    ST_MARK,
    ST_SET_MARK,
    ST_QUARANTINE,
    ST_QUARANTINE_TRIM,
    ST_QUARANTINED,
    ST_PAGES,
    ST_FREE_PAGES,
    ST_COUNT
};

static const char *const SQL[ST_COUNT] = {
    [ST_BEGIN] = "BEGIN IMMEDIATE",
    [ST_COMMIT] = "COMMIT",
    [ST_INSERT] = "INSERT INTO row(seq, p) VALUES(?, ?)",
    [ST_ROWS] = "SELECT seq, p FROM row WHERE seq > ? ORDER BY seq LIMIT ?",
    [ST_FIRST] = "SELECT min(seq) FROM row",
    [ST_LAST] = "SELECT max(seq) FROM row",
    [ST_NUMBERED] = "SELECT seq FROM sqlite_sequence WHERE name = 'row'",
    [ST_DELETE_UPTO] = "DELETE FROM row WHERE seq <= ?",
    [ST_DELETE_AFTER] = "DELETE FROM row WHERE seq > ?",
    [ST_CONTINUE] = "UPDATE sqlite_sequence SET seq = ? WHERE name = 'row'",
    [ST_CONTINUE_NEW] = "INSERT INTO sqlite_sequence(name, seq) VALUES('row', ?)",
    [ST_TAGS] = "SELECT id, text FROM tags ORDER BY id",
    [ST_ADD_TAG] = "INSERT INTO tags(id, text) VALUES(?, ?)",
    [ST_MARK] = "SELECT seq FROM mark WHERE sink = ?",
    [ST_SET_MARK] = "INSERT OR REPLACE INTO mark(sink, seq) VALUES(?, ?)",
    [ST_QUARANTINE] =
        "INSERT INTO quarantine(sink, seq, at_ms, line, reason) VALUES(?, ?, ?, ?, ?)",
    [ST_QUARANTINE_TRIM] =
        "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?",
    [ST_QUARANTINED] = "SELECT count(*) FROM quarantine",
    [ST_PAGES] = "PRAGMA page_count",
    [ST_FREE_PAGES] = "PRAGMA freelist_count",
};

struct journal_db {
    sqlite3 *sql;
    sqlite3_stmt *st[ST_COUNT];
    int64_t limit_pages;
    int page_size;
    char path[PATH_MAX_LEN];
};

/* SQLite's code as ours. */
static int err_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return NILA_ERR_FULL;
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

/* Says what failed and returns our code for it. errno stands behind an I/O error of SQLite. */
static int failed(const struct journal_db *db, const char *doing)
{
    int rc = err_of(sqlite3_errcode(db->sql));
    int sys = sqlite3_system_errno(db->sql);

    log_warnx("journal %s: %s: %s%s%s", db->path, doing, sqlite3_errmsg(db->sql),
              rc == NILA_ERR_IO && sys != 0 ? ": " : "",
              rc == NILA_ERR_IO && sys != 0 ? strerror(sys) : "");
    return rc;
}

static int exec(struct journal_db *db, const char *sql, const char *doing)
{
    return sqlite3_exec(db->sql, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(db, doing);
}

/* Runs a statement that gives no rows, and resets it. */
static int run(struct journal_db *db, enum statement which, const char *doing)
{
    int rc = sqlite3_step(db->st[which]) == SQLITE_DONE ? 0 : failed(db, doing);

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
        rc = failed(db, doing);
    (void)sqlite3_reset(db->st[which]);
    (void)sqlite3_clear_bindings(db->st[which]);
    return rc;
}

/* One value of a pragma or query, as text; "" when there is none. */
static int ask(struct journal_db *db, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *st = NULL;
    int rc = 0, step;

    if (sqlite3_prepare_v2(db->sql, sql, -1, &st, NULL) != SQLITE_OK)
        return failed(db, sql);
    step = sqlite3_step(st);
    if (step == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(st, 0);
        (void)snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
    } else if (step != SQLITE_DONE) {
        rc = failed(db, sql);
    } else {
        out[0] = '\0';
    }
    (void)sqlite3_finalize(st);
    return rc;
}

/* The same for a whole number; 0 when there is none. */
static int ask_number(struct journal_db *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *st = NULL;
    int rc = 0, step;

    if (sqlite3_prepare_v2(db->sql, sql, -1, &st, NULL) != SQLITE_OK)
        return failed(db, sql);
    step = sqlite3_step(st);
    if (step == SQLITE_ROW)
        *out = sqlite3_column_int64(st, 0);
    else if (step == SQLITE_DONE)
        *out = 0;
    else
        rc = failed(db, sql);
    (void)sqlite3_finalize(st);
    return rc;
}

/* A new name in a folder is durable only after the folder itself is synced. */
static int sync_folder(const char *path)
{
    char copy[PATH_MAX_LEN];
    int fd, rc = 0;

    (void)snprintf(copy, sizeof copy, "%s", path);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        log_warn("journal %s: cannot sync its folder", path);
        rc = NILA_ERR_IO;
    }
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

/* Creates the file with its mode before SQLite sees it; the -wal takes over the mode. */
static int create_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);

    if (fd < 0) {
        int rc = errno == ENOENT || errno == ENOTDIR ? NILA_ERR_NOT_FOUND
                 : errno == EACCES || errno == EPERM ? NILA_ERR_DENIED
                 : errno == ENOSPC                   ? NILA_ERR_FULL
                                                     : NILA_ERR_IO;
        if (errno == EEXIST)
            return 0;
        log_warn("journal %s: cannot create", path);
        return rc;
    }
    (void)close(fd);
    return sync_folder(path);
}

static int64_t file_size(const char *path, const char *suffix)
{
    char name[PATH_MAX_LEN + 8];
    struct stat st;

    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &st) == 0 ? (int64_t)st.st_size : -1;
}

static int set_pragmas(struct journal_db *db, int64_t max_bytes)
{
    char text[64], sql[64];
    int64_t page_size = 0;
    int rc;

    /* The lock mode must come first: then WAL keeps its index in memory and makes no -shm. */
    if ((rc = exec(db, "PRAGMA locking_mode=EXCLUSIVE", "lock")) != 0 ||
        (rc = ask(db, "PRAGMA journal_mode=WAL", text, sizeof text)) != 0)
        return rc;
    if (strcmp(text, "wal") != 0) {
        log_warnx("journal %s: cannot use write-ahead logging here (%s)", db->path, text);
        return NILA_ERR_IO;
    }
    if ((rc = exec(db,
                   "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=4194304; "
                   "PRAGMA cache_size=-512; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
                   "PRAGMA cell_size_check=ON",
                   "set up")) != 0 ||
        (rc = ask_number(db, "PRAGMA page_size", &page_size)) != 0)
        return rc;
    if (page_size < 512 || page_size > 65536)
        return NILA_ERR_CORRUPT;
    db->page_size = (int)page_size;
    db->limit_pages = max_bytes / db->page_size;
    if (db->limit_pages < 64)
        db->limit_pages = 64;
    (void)snprintf(sql, sizeof sql, "PRAGMA max_page_count=%lld", (long long)db->limit_pages);
    return exec(db, sql, "set its bound");
}

/* Creates the tables in an empty file; refuses what is not ours or newer than we are. */
static int set_schema(struct journal_db *db)
{
    int64_t id = 0, version = 0, tables = 0;
    int rc;

    if ((rc = ask_number(db, "PRAGMA application_id", &id)) != 0 ||
        (rc = ask_number(db, "PRAGMA user_version", &version)) != 0 ||
        (rc = ask_number(db, "SELECT count(*) FROM sqlite_master", &tables)) != 0)
        return rc;
    if (tables == 0 && version == 0)
        return exec(db, SCHEMA, "create its tables");
    if (id != APPLICATION_ID) {
        log_warnx("journal %s: this SQLite file is not a journal; it is left alone", db->path);
        return NILA_ERR_UNSUPPORTED;
    }
    if (version != SCHEMA_VERSION) {
        log_warnx(
            "journal %s: written by a newer program (form %lld, this one knows %d); it is kept "
            "as it is: install the newer version again or name another journal path",
            db->path, (long long)version, SCHEMA_VERSION);
        return NILA_ERR_UNSUPPORTED;
    }
    return 0;
}

static int quick_check(struct journal_db *db)
{
    char text[160];
    int rc = ask(db, "PRAGMA quick_check(1)", text, sizeof text);

    if (rc != 0 || strcmp(text, "ok") == 0)
        return rc;
    log_warnx("journal %s: damaged: %s", db->path, text);
    return NILA_ERR_CORRUPT;
}

static int prepare_all(struct journal_db *db)
{
    for (int i = 0; i < ST_COUNT; i++)
        if (sqlite3_prepare_v3(db->sql, SQL[i], -1, SQLITE_PREPARE_PERSISTENT, &db->st[i], NULL) !=
            SQLITE_OK)
            /* a table that should be there is not: somebody changed the file */
            return sqlite3_errcode(db->sql) == SQLITE_ERROR
                       ? ((void)failed(db, "prepare"), NILA_ERR_CORRUPT)
                       : failed(db, "prepare");
    return 0;
}

/* Everything after the file is open; the lock is taken by the first statement and kept. */
static int set_up(struct journal_db *db, int64_t max_bytes, bool check)
{
    int rc = set_pragmas(db, max_bytes);

    if (rc == 0)
        rc = exec(db, "BEGIN IMMEDIATE", "lock");
    if (rc != 0)
        return rc;
    rc = set_schema(db);
    if (rc == 0)
        return (rc = exec(db, "COMMIT", "begin")) != 0 || (check && (rc = quick_check(db)) != 0)
                   ? rc
                   : prepare_all(db);
    (void)sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

int journal_db_open(struct journal_db **out, const char *path, int64_t max_bytes)
{
    struct journal_db *db;
    bool check;
    int rc;

    if (strlen(path) >= PATH_MAX_LEN - 32) {
        log_warnx("journal %s: the path is too long", path);
        return NILA_ERR_IO;
    }
    if ((rc = create_file(path)) != 0)
        return rc;
    /* a -wal that is not empty: the last program did not close it */
    check = file_size(path, "-wal") > 0 || file_size(path, "") <= CHECK_BYTES;
    db = xcalloc(1, sizeof *db);
    (void)snprintf(db->path, sizeof db->path, "%s", path);
    if (sqlite3_open_v2(path, &db->sql,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        NULL) != SQLITE_OK)
        rc = failed(db, "open");
    else
        rc = set_up(db, max_bytes, check);
    if (rc != 0) {
        journal_db_close(db);
        return rc;
    }
    *out = db;
    return 0;
}

void journal_db_close(struct journal_db *db)
{
    if (db == NULL)
        return;
    for (int i = 0; i < ST_COUNT; i++)
        (void)sqlite3_finalize(db->st[i]);
    (void)sqlite3_close(db->sql);
    free(db);
}

int journal_db_set_aside(const char *path, char *aside, size_t aside_size)
{
    char name[PATH_MAX_LEN], from[PATH_MAX_LEN + 8], to[PATH_MAX_LEN + 8];
    int n = 1;

    do
        (void)snprintf(name, sizeof name, "%s.corrupt-%d", path, n);
    while (access(name, F_OK) == 0 && ++n < 1000);
    if (n == 1000)
        return NILA_ERR_FULL;
    (void)snprintf(from, sizeof from, "%s-wal", path);
    (void)snprintf(to, sizeof to, "%s-wal", name);
    if (rename(path, name) != 0 || (rename(from, to) != 0 && errno != ENOENT)) {
        log_warn("journal %s: cannot move the damaged file aside", path);
        return NILA_ERR_IO;
    }
    (void)snprintf(aside, aside_size, "%s", name);
    return sync_folder(path);
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

int journal_db_insert(struct journal_db *db, const void *row, size_t n, int64_t seq)
{
    sqlite3_stmt *st = db->st[ST_INSERT];

    (void)sqlite3_bind_int64(st, 1, seq);
    (void)sqlite3_bind_blob(st, 2, row, (int)n, SQLITE_STATIC);
    return run(db, ST_INSERT, "store");
}

int journal_db_rows(struct journal_db *db, int64_t after_seq, int max, journal_db_row each,
                    void *arg)
{
    sqlite3_stmt *st = db->st[ST_ROWS];
    int rc = 0, step;

    (void)sqlite3_bind_int64(st, 1, after_seq);
    (void)sqlite3_bind_int(st, 2, max);
    while ((step = sqlite3_step(st)) == SQLITE_ROW) {
        const void *p = sqlite3_column_blob(st, 1);
        rc = each(arg, sqlite3_column_int64(st, 0), p != NULL ? p : "",
                  (size_t)sqlite3_column_bytes(st, 1));
        if (rc != 0)
            break;
    }
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = failed(db, "read");
    (void)sqlite3_reset(st);
    return rc;
}

int journal_db_span(struct journal_db *db, int64_t *first, int64_t *last)
{
    int64_t a = 0, b = 0, given = 0;
    int rc = number(db, ST_FIRST, "read", &a);

    if (rc == 0)
        rc = number(db, ST_LAST, "read", &b);
    if (rc == 0)
        rc = number(db, ST_NUMBERED, "read", &given);
    if (rc == 0) {
        *first = a;
        *last = b > given ? b : given;
    }
    return rc;
}

static int run_seq(struct journal_db *db, enum statement which, int64_t seq, const char *doing)
{
    (void)sqlite3_bind_int64(db->st[which], 1, seq);
    return run(db, which, doing);
}

int journal_db_delete_upto(struct journal_db *db, int64_t seq)
{
    return run_seq(db, ST_DELETE_UPTO, seq, "delete the oldest");
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
        rc = failed(db, "read tags");
    (void)sqlite3_reset(st);
    return rc;
}

int journal_db_add_tag(struct journal_db *db, uint32_t id, const char *text)
{
    (void)sqlite3_bind_int64(db->st[ST_ADD_TAG], 1, id);
    (void)sqlite3_bind_text(db->st[ST_ADD_TAG], 2, text, -1, SQLITE_STATIC);
    return run(db, ST_ADD_TAG, "store tags");
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

/* Salvage reads a file that is known to be damaged, so nothing is logged here for each error. */

static sqlite3_stmt *salvage_prepare(sqlite3 *sql, const char *text)
{
    sqlite3_stmt *st = NULL;
    return sqlite3_prepare_v2(sql, text, -1, &st, NULL) == SQLITE_OK ? st : NULL;
}

static int64_t salvage_number(sqlite3 *sql, const char *text)
{
    sqlite3_stmt *st = salvage_prepare(sql, text);
    int64_t n = 0;

    if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st);
    return n;
}

static int salvage_tags(sqlite3 *sql, const struct journal_db_salvage *to)
{
    sqlite3_stmt *st = salvage_prepare(sql, "SELECT id, text FROM tags ORDER BY id");
    int rc = 0;

    while (st != NULL && rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(st, 1);
        if (text != NULL)
            rc = to->tag(to->arg, (uint32_t)sqlite3_column_int64(st, 0), (const char *)text);
    }
    (void)sqlite3_finalize(st);
    return rc;
}

static int salvage_marks(sqlite3 *sql, const struct journal_db_salvage *to)
{
    sqlite3_stmt *st = salvage_prepare(sql, "SELECT sink, seq FROM mark");
    int rc = 0;

    while (st != NULL && rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        const unsigned char *sink = sqlite3_column_text(st, 0);
        if (sink != NULL)
            rc = to->mark(to->arg, (const char *)sink, sqlite3_column_int64(st, 1));
    }
    (void)sqlite3_finalize(st);
    return rc;
}

/* A damaged page hides the rows on it. Behind an error the reading goes on a little further, where another page begins:
 * a page of 4096 bytes holds about 60 rows. */
static int salvage_rows(sqlite3 *sql, const struct journal_db_salvage *to, int64_t *rows)
{
    const int64_t step_over = 8;
    sqlite3_stmt *st = salvage_prepare(sql, SQL[ST_ROWS]);
    int64_t last = salvage_number(sql, "SELECT max(seq) FROM row"), after = 0;
    int64_t numbered = salvage_number(sql, "SELECT seq FROM sqlite_sequence WHERE name = 'row'");
    int rc = 0, step = SQLITE_ERROR;

    if (numbered > last && numbered - last < INT32_MAX)
        last = numbered;
    while (st != NULL && rc == 0) {
        (void)sqlite3_bind_int64(st, 1, after);
        (void)sqlite3_bind_int(st, 2, -1);
        while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
            const void *p = sqlite3_column_blob(st, 1);
            after = sqlite3_column_int64(st, 0);
            if (p != NULL)
                rc = to->row(to->arg, after, p, (size_t)sqlite3_column_bytes(st, 1));
            *rows += 1;
        }
        (void)sqlite3_reset(st);
        if (step == SQLITE_DONE || after >= last)
            break;
        after += step_over;
    }
    (void)sqlite3_finalize(st);
    return rc;
}

int journal_db_salvage(const char *path, const struct journal_db_salvage *to)
{
    sqlite3 *sql = NULL;
    int64_t rows = 0;
    int rc = NILA_ERR_CORRUPT;

    /* read-write, so that a -wal beside it is read too; nothing is written */
    if (sqlite3_open_v2(path, &sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
            SQLITE_OK &&
        sqlite3_exec(sql, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-512", NULL, NULL,
                     NULL) == SQLITE_OK &&
        salvage_number(sql, "PRAGMA application_id") == APPLICATION_ID) {
        (void)sqlite3_db_config(sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        rc = salvage_tags(sql, to);
        if (rc == 0)
            rc = salvage_marks(sql, to);
        if (rc == 0)
            rc = salvage_rows(sql, to, &rows);
        if (rc == 0 && rows == 0)
            rc = NILA_ERR_CORRUPT;
    }
    (void)sqlite3_close(sql);
    return rc;
}
