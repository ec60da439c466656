/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_db: the file created, opened, checked, closed and moved aside. */
#include "journal_db_own.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/common/log.h"

#define SCHEMA_VERSION 2
/* A file up to this is checked at every open, a larger one after a crash. */
#define CHECK_BYTES (INT64_C(16) * 1024 * 1024)
#define WAL_PIECE   65536

static const char SCHEMA_1[] =
    "CREATE TABLE tags(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE row(seq INTEGER PRIMARY KEY AUTOINCREMENT, p BLOB NOT NULL);"
    "CREATE TABLE mark(sink TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE quarantine(id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL,"
    " seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, line TEXT NOT NULL, reason TEXT NOT NULL);"
    "PRAGMA application_id=0x4e494c41;";

/* What version 2 has beside: a file of version 1 gets it when it is opened; its rows stay as they are. */
static const char SCHEMA_2[] =
    "CREATE TABLE boot(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_seq INTEGER NOT "
    "NULL,"
    " first_ms INTEGER NOT NULL, given_up INTEGER NOT NULL, anchor_ms INTEGER NOT NULL,"
    " unsure_ms INTEGER NOT NULL, crc INTEGER NOT NULL);"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "PRAGMA user_version=2;";

static int exec(struct journal_db *db, const char *sql, const char *doing)
{
    return sqlite3_exec(db->sql, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                     : journal_db_failed(db, doing);
}

/* One value of a pragma or query, as text; "" when there is none. */
static int ask(struct journal_db *db, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *st = NULL;
    int rc = 0, step;

    if (sqlite3_prepare_v2(db->sql, sql, -1, &st, NULL) != SQLITE_OK)
        return journal_db_failed(db, sql);
    step = sqlite3_step(st);
    if (step == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(st, 0);
        (void)snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
    } else if (step != SQLITE_DONE) {
        rc = journal_db_failed(db, sql);
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
        return journal_db_failed(db, sql);
    step = sqlite3_step(st);
    if (step == SQLITE_ROW)
        *out = sqlite3_column_int64(st, 0);
    else if (step == SQLITE_DONE)
        *out = 0;
    else
        rc = journal_db_failed(db, sql);
    (void)sqlite3_finalize(st);
    return rc;
}

/* A new name in a folder is durable only after the folder itself is synced. */
static int sync_folder(const char *path)
{
    char copy[JOURNAL_DB_PATH_MAX];
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
    char name[JOURNAL_DB_PATH_MAX + 8];
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
        return (rc = exec(db, SCHEMA_1, "create its tables")) != 0
                   ? rc
                   : exec(db, SCHEMA_2, "create its tables");
    if (id != JOURNAL_DB_APPLICATION_ID) {
        log_warnx("journal %s: this SQLite file is not a journal; it is left alone", db->path);
        return NILA_ERR_UNSUPPORTED;
    }
    if (version == 1) {
        log_info("journal %s: taken over from an older program", db->path);
        if ((rc = exec(db, SCHEMA_2, "take it over")) != 0)
            return rc;
        /* numbers may be missing between its rows: only form 2 notes that */
        return exec(db,
                    "INSERT INTO meta SELECT 'holes_upto', max(seq) FROM row HAVING max(seq) > 0",
                    "take it over");
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

#define ERROR_CODE "error code="

static int quick_check(struct journal_db *db)
{
    char text[160];
    const char *code;
    int rc = ask(db, "PRAGMA quick_check(1)", text, sizeof text);

    if (rc != 0 || strcmp(text, "ok") == 0)
        return rc == NILA_ERR_IO ? 0 : rc;
    code = strstr(text, ERROR_CODE);
    if (code != NULL && (strtol(code + sizeof ERROR_CODE - 1, NULL, 10) & 0xff) == SQLITE_IOERR) {
        /* a sector that the disk does not read: the rest is as good as it was, whoever meets it passes it over */
        log_warnx("journal %s: the disk does not read all of it: %s", db->path, text);
        return 0;
    }
    log_warnx("journal %s: damaged: %s", db->path, text);
    return NILA_ERR_CORRUPT;
}

/* Writes a -wal that an earlier handle has left once more, byte for byte, and syncs it. When a sync fails, the kernel keeps what it
 * could not write in its cache and believes it to be on the disk: it can be read, no later sync writes it, and after a power cut it
 * is not there, nor anything stored behind it. Only what is written anew is synced anew. *left: there was one. */
static int renew_wal(struct journal_db *db, bool *left)
{
    static unsigned char bytes[WAL_PIECE];
    sqlite3_file *wal = NULL;
    sqlite3_int64 size = 0;
    int rc = sqlite3_file_control(db->sql, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);

    if (rc != SQLITE_OK || wal == NULL || wal->pMethods == NULL) /* there is none */
        return 0;
    rc = wal->pMethods->xFileSize(wal, &size);
    for (sqlite3_int64 at = 0; rc == SQLITE_OK && at < size; at += WAL_PIECE) {
        int n = size - at < WAL_PIECE ? (int)(size - at) : WAL_PIECE;
        if ((rc = wal->pMethods->xRead(wal, bytes, n, at)) == SQLITE_OK)
            rc = wal->pMethods->xWrite(wal, bytes, n, at);
    }
    if (rc == SQLITE_OK && size > 0)
        rc = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    *left = size > 0;
    if (rc == SQLITE_OK)
        return 0;
    log_warnx("journal %s: its write-ahead log cannot be written anew: %s", db->path,
              sqlite3_errstr(rc));
    db->failed = true;
    return rc == SQLITE_FULL ? NILA_ERR_FULL : NILA_ERR_IO;
}

/* Everything after the file is open; the lock is taken by the first statement and kept. */
static int set_up(struct journal_db *db, int64_t max_bytes, bool check)
{
    bool left = false;
    int rc = set_pragmas(db, max_bytes);

    if (rc == 0)
        rc = exec(db, "BEGIN IMMEDIATE", "lock");
    if (rc != 0)
        return rc;
    if ((rc = renew_wal(db, &left)) == 0)
        rc = set_schema(db);
    if (rc != 0) {
        (void)sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
        return rc;
    }
    if ((rc = exec(db, "COMMIT", "begin")) != 0 || (check && (rc = quick_check(db)) != 0))
        return rc;
    /* on a full disk the log's own room is all there is; what cannot be brought into the file stays in the log */
    if (left)
        (void)sqlite3_wal_checkpoint_v2(db->sql, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return journal_db_prepare(db);
}

int journal_db_open(struct journal_db **out, const char *path, int64_t max_bytes)
{
    struct journal_db *db;
    bool check;
    int rc;

    if (strlen(path) >= JOURNAL_DB_PATH_MAX - 32) {
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
        rc = journal_db_failed(db, "open");
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
    journal_db_copy_end(db);
    for (int i = 0; i < ST_COUNT; i++)
        (void)sqlite3_finalize(db->st[i]);
    if (db->failed) /* what the -wal has may not be on the disk: nothing goes into the file from there (renew_wal) */
        (void)sqlite3_db_config(db->sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    (void)sqlite3_close(db->sql);
    free(db);
}

void journal_db_salvage_name(const char *path, char *name, size_t size)
{
    (void)snprintf(name, size, "%s.salvage", path);
}

int journal_db_rename(const char *from, const char *to)
{
    char from_wal[JOURNAL_DB_PATH_MAX + 8], to_wal[JOURNAL_DB_PATH_MAX + 8];

    (void)snprintf(from_wal, sizeof from_wal, "%s-wal", from);
    (void)snprintf(to_wal, sizeof to_wal, "%s-wal", to);
    /* the -wal first: SQLite deletes one that it finds beside an empty file */
    if ((rename(from_wal, to_wal) != 0 && errno != ENOENT) || rename(from, to) != 0) {
        log_warn("journal %s: cannot move the damaged file to %s", from, to);
        return NILA_ERR_IO;
    }
    return sync_folder(to);
}

int journal_db_set_aside(const char *from, const char *path, char *aside, size_t aside_size)
{
    char name[JOURNAL_DB_PATH_MAX];
    int n = 1, rc;

    do
        (void)snprintf(name, sizeof name, "%s.corrupt-%d", path, n);
    while (access(name, F_OK) == 0 && ++n < 1000);
    if (n == 1000)
        return NILA_ERR_FULL;
    if ((rc = journal_db_rename(from, name)) == 0)
        (void)snprintf(aside, aside_size, "%s", name);
    return rc;
}
