/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "uid.h"
#include "versions.h"

enum {
    KEPT = 8 /* statements, of db_take_kept */
};

struct db {
    sqlite3 *handle;
    char *path;
    bool erasing;
    struct {
        const char *sql;
        sqlite3_stmt *s;
    } kept[KEPT];
};

static int from_sqlite(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return NILA_ERR_BUSY;
    case SQLITE_FULL:
        return NILA_ERR_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return NILA_ERR_CORRUPT;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return NILA_ERR_DENIED;
    default:
        return NILA_ERR_IO;
    }
}

static int failed(struct db *d, const char *doing)
{
    int rc = from_sqlite(sqlite3_extended_errcode(d->handle));

    log_warnx("records %s: %s: %s", d->path, doing, sqlite3_errmsg(d->handle));
    return rc;
}

/* SQLite would create the file with the umask's rights; farmers' records are not for everybody. A file that is there is not
 * opened here: closing it again would drop the locks of every other connection that this process has to it (POSIX), and
 * another program could take the file from under them. */
static int make_file(const char *path, char *why, size_t why_size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

    if (fd >= 0) {
        (void)close(fd);
        return 0;
    }
    if (errno == EEXIST && access(path, R_OK | W_OK) == 0)
        return 0;
    (void)snprintf(why, why_size, "%s: %s", path, tongue_errno(errno));
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return NILA_ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return NILA_ERR_DENIED;
    default:
        return NILA_ERR_IO;
    }
}

static int pragma_integer(struct db *d, const char *sql, int64_t *out)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, sql, &s);

    if (rc == 0)
        rc = db_step(d, s);
    if (rc == 1) {
        *out = db_integer(s, 0);
        rc = 0;
    }
    db_finalize(s);
    return rc;
}

/* Whose file it is, of which form (0: a new one) and which form this program knows; nothing is written. */
static int identify(struct db *d, int64_t *form, int *known, char *why, size_t why_size)
{
    int64_t version = 0, id = 0, tables = 0;
    int newest = 0, rc = pragma_integer(d, "PRAGMA user_version", &version);

    while (RECORDS_MIGRATION[newest] != NULL)
        newest++;
    if (rc == 0)
        rc = pragma_integer(d, "PRAGMA application_id", &id);
    if (rc == 0)
        rc = pragma_integer(d, "SELECT count(*) FROM sqlite_master", &tables);
    if (rc != 0)
        return rc;
    if (tables > 0 && id != RECORDS_APPLICATION_ID) {
        (void)snprintf(why, why_size,
                       tongue("%s: basis data, tetapi bukan catatan produksi",
                              "%s: a database, but not of production records"),
                       d->path);
        return NILA_ERR_CONFIG;
    }
    if (version > newest) {
        (void)snprintf(
            why, why_size,
            tongue("%s: bentuknya %lld lebih baru daripada yang dikenal program ini (%d); perbarui "
                   "programnya",
                   "%s: its form %lld is newer than this program knows (%d); update the program"),
            d->path, (long long)version, newest);
        return NILA_ERR_UNSUPPORTED;
    }
    *form = version;
    *known = newest;
    return 0;
}

/* Inside the transaction that read the version, so that two programs starting at once do not both migrate. */
static int migrate(struct db *d, char *why, size_t why_size)
{
    int64_t version = 0;
    char sql[64];
    int known = 0, rc = identify(d, &version, &known, why, why_size);

    if (rc != 0 || version == known)
        return rc;
    for (int64_t v = version; v < known && rc == 0; v++)
        rc = db_exec(d, RECORDS_MIGRATION[v]);
    if (rc == 0)
        rc = versions_adopt(d);
    (void)snprintf(sql, sizeof sql, "PRAGMA user_version = %d", known);
    if (rc == 0)
        rc = db_exec(d, sql);
    (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d", (int)RECORDS_APPLICATION_ID);
    if (rc == 0)
        rc = db_exec(d, sql);
    if (rc == 0 && version == 0)
        log_info("records %s: a new file", d->path);
    else if (rc == 0)
        log_info("records %s: tables brought from form %lld to %d", d->path, (long long)version,
                 known);
    return rc;
}

/* records_erasing(): whether the erasure of a person is under way on this connection. Another program has no such function,
 * and its statement fails. */
static void erasing(sqlite3_context *context, int n, sqlite3_value **value)
{
    const struct db *d = sqlite3_user_data(context);

    (void)n;
    (void)value;
    sqlite3_result_int(context, d->erasing);
}

void db_erasing(struct db *d, bool on)
{
    d->erasing = on;
}

static int teach(struct db *d)
{
    if (uid_teach(d->handle) == SQLITE_OK &&
        sqlite3_create_function_v2(d->handle, "records_erasing", 0, SQLITE_UTF8, d, erasing, NULL,
                                   NULL, NULL) == SQLITE_OK)
        return 0;
    return failed(d, "functions");
}

static int set_up(struct db *d, char *why, size_t why_size)
{
    int64_t form;
    int known, rc = sqlite3_busy_timeout(d->handle, DB_PATIENCE_MS) == SQLITE_OK ? 0 : NILA_ERR_IO;

    if (rc == 0)
        rc = teach(d);
    if (rc == 0) /* before WAL is set, which is written into the file: it may not be ours */
        rc = identify(d, &form, &known, why, why_size);
    if (rc == 0)
        rc = db_exec(d, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                        "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY");
    if (rc == 0)
        rc = db_exec(d, "BEGIN IMMEDIATE");
    if (rc == 0)
        rc = migrate(d, why, why_size);
    if (rc == 0)
        rc = db_exec(d, "COMMIT");
    if (rc != 0 && why[0] == '\0') /* the rollback will overwrite SQLite's words */
        (void)snprintf(why, why_size, "%s: %s", d->path, sqlite3_errmsg(d->handle));
    if (rc != 0)
        db_rollback(d);
    return rc;
}

int db_open(struct db **out, const char *path, char *why, size_t why_size)
{
    struct db *d;
    int rc = make_file(path, why, why_size);

    if (rc != 0)
        return rc;
    d = xcalloc(1, sizeof *d);
    d->path = xstrdup(path);
    why[0] = '\0';
    if (sqlite3_open_v2(path, &d->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) !=
        SQLITE_OK)
        rc = d->handle != NULL ? failed(d, "open") : NILA_ERR_IO;
    if (rc == 0)
        rc = set_up(d, why, why_size);
    if (rc != 0) {
        if (why[0] == '\0')
            (void)snprintf(why, why_size, "%s: %s", path,
                           d->handle != NULL ? sqlite3_errmsg(d->handle) : nila_err_text(rc));
        db_close(d);
        return rc;
    }
    *out = d;
    return 0;
}

void db_close(struct db *d)
{
    if (d == NULL)
        return;
    for (int i = 0; i < KEPT; i++)
        (void)sqlite3_finalize(d->kept[i].s);
    (void)sqlite3_close_v2(d->handle);
    free(d->path);
    free(d);
}

const char *db_path(const struct db *d)
{
    return d->path;
}

void db_patience(struct db *d, int ms)
{
    (void)sqlite3_busy_timeout(d->handle, ms); /* fails only for a handle that is none */
}

bool db_may_write(struct db *d)
{
    bool may;

    (void)sqlite3_busy_timeout(d->handle, 0);
    may = sqlite3_exec(d->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
    db_rollback(d);
    (void)sqlite3_busy_timeout(d->handle, DB_PATIENCE_MS);
    return may;
}

int db_exec(struct db *d, const char *sql)
{
    if (sqlite3_exec(d->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return failed(d, sql[0] == 'C' && sql[1] == 'O' ? "commit" : "statement");
    return 0;
}

void db_rollback(struct db *d)
{
    if (sqlite3_get_autocommit(d->handle) == 0)
        (void)sqlite3_exec(d->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* struct db_stmt is never defined: its pointers are SQLite's own. */
static sqlite3_stmt *own(struct db_stmt *s)
{
    return (sqlite3_stmt *)(void *)s;
}

int db_prepare(struct db *d, const char *sql, struct db_stmt **out)
{
    sqlite3_stmt *s;

    if (sqlite3_prepare_v2(d->handle, sql, -1, &s, NULL) != SQLITE_OK)
        return failed(d, sql);
    *out = (struct db_stmt *)(void *)s;
    return 0;
}

void db_finalize(struct db_stmt *s)
{
    (void)sqlite3_finalize(own(s));
}

int db_take_kept(struct db *d, const char *sql, struct db_stmt **out)
{
    for (int i = 0; i < KEPT; i++) {
        if (d->kept[i].sql != NULL && d->kept[i].sql != sql)
            continue;
        if (d->kept[i].s == NULL &&
            sqlite3_prepare_v3(d->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &d->kept[i].s,
                               NULL) != SQLITE_OK)
            return failed(d, sql);
        d->kept[i].sql = sql;
        *out = (struct db_stmt *)(void *)d->kept[i].s;
        return 0;
    }
    fatal("records: more than %d statements are kept", KEPT);
}

void db_give_back(struct db_stmt *s)
{
    if (s != NULL)
        db_reset(s);
}

/* Binding fails only for a wrong number or no memory: the first is our own bug. */
static void bound(int code)
{
    if (code != SQLITE_OK)
        fatal("records: a parameter cannot be bound: %s", sqlite3_errstr(code));
}

void db_bind_null(struct db_stmt *s, int i)
{
    bound(sqlite3_bind_null(own(s), i));
}

void db_bind_integer(struct db_stmt *s, int i, int64_t v)
{
    bound(sqlite3_bind_int64(own(s), i, v));
}

void db_bind_number(struct db_stmt *s, int i, double v)
{
    bound(sqlite3_bind_double(own(s), i, v));
}

void db_bind_text(struct db_stmt *s, int i, const char *text)
{
    bound(sqlite3_bind_text(own(s), i, text, -1, SQLITE_STATIC));
}

void db_bind_bytes(struct db_stmt *s, int i, const void *bytes, size_t n)
{
    bound(sqlite3_bind_blob64(own(s), i, bytes, n, SQLITE_STATIC));
}

int db_parameters(struct db_stmt *s)
{
    return sqlite3_bind_parameter_count(own(s));
}

void db_reset(struct db_stmt *s)
{
    (void)sqlite3_reset(own(s)); /* repeats the error that db_step has told already */
    (void)sqlite3_clear_bindings(own(s));
}

int db_step(struct db *d, struct db_stmt *s)
{
    int rc = 0, code = sqlite3_step(own(s));

    if (code == SQLITE_ROW)
        return 1;
    if (code != SQLITE_DONE)
        rc = failed(d, sqlite3_sql(own(s)));
    db_reset(s);
    return rc;
}

int db_step_unless_referred(struct db *d, struct db_stmt *s)
{
    int code = sqlite3_step(own(s));

    if (code == SQLITE_ROW)
        return 1;
    if (code != SQLITE_DONE)
        code = sqlite3_extended_errcode(d->handle);
    if (code == SQLITE_CONSTRAINT_FOREIGNKEY) {
        db_reset(s);
        return NILA_ERR_REFUSED;
    }
    code = code == SQLITE_DONE ? 0 : failed(d, sqlite3_sql(own(s)));
    db_reset(s);
    return code;
}

int64_t db_integer(struct db_stmt *s, int i)
{
    return sqlite3_column_int64(own(s), i);
}

bool db_is_null(struct db_stmt *s, int i)
{
    return sqlite3_column_type(own(s), i) == SQLITE_NULL;
}

double db_number(struct db_stmt *s, int i)
{
    return sqlite3_column_type(own(s), i) == SQLITE_NULL ? NAN : sqlite3_column_double(own(s), i);
}

const void *db_bytes(struct db_stmt *s, int i, size_t *n)
{
    const void *bytes = sqlite3_column_blob(own(s), i);

    *n = (size_t)sqlite3_column_bytes(own(s), i);
    return bytes;
}

int64_t db_changed(struct db *d)
{
    return sqlite3_changes64(d->handle);
}

size_t db_text_bytes(struct db_stmt *s, int i)
{
    (void)sqlite3_column_text(own(s), i); /* the length is that of the text from here on */
    return (size_t)sqlite3_column_bytes(own(s), i);
}

void db_text(struct db_stmt *s, int i, char *buf, size_t size)
{
    const unsigned char *text = sqlite3_column_text(own(s), i);
    (void)snprintf(buf, size, "%s", text != NULL ? (const char *)text : "");
}
