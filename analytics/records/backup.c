/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of the records file. SQLite's own backup reads one instant of a file in WAL mode and hinders no writer. */
#include "backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "db.h"

enum {
    BUSY_MS = 5000,
    CHUNK = 65536,
    /* the bytes SQLite locks (sqlite3.c: PENDING_BYTE, RESERVED_BYTE, SHARED_FIRST and SHARED_SIZE): whoever has the file
     * open in WAL mode holds a shared lock there */
    LOCK_FIRST = 0x40000000,
    LOCK_BYTES = 512
};

static int from_errno(int e)
{
    switch (e) {
    case ENOENT:
    case ENOTDIR:
        return NILA_ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return NILA_ERR_DENIED;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return NILA_ERR_FULL;
    default:
        return NILA_ERR_IO;
    }
}

static int failed(const char *path, int e, char *why, size_t why_size)
{
    (void)snprintf(why, why_size, "%.160s: %s", path, tongue_errno(e));
    return from_errno(e);
}

static int failed_sqlite(sqlite3 *h, const char *path, char *why, size_t why_size)
{
    const int code = sqlite3_extended_errcode(h);

    (void)snprintf(why, why_size, "%.120s: %.100s", path, sqlite3_errmsg(h));
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

int backup_newest_form(void)
{
    int n = 0;

    while (RECORDS_MIGRATION[n] != NULL)
        n++;
    return n;
}

/* --- files --- */

/* On the disk, with the folder that has its name. */
static int to_disk(const char *path, char *why, size_t why_size)
{
    const char *slash = strrchr(path, '/');
    char folder[BACKUP_PATH_SIZE] = ".";
    int fd = open(path, O_RDONLY | O_CLOEXEC), e = fd < 0 || fsync(fd) != 0 ? errno : 0;

    if (fd >= 0)
        (void)close(fd);
    if (e != 0)
        return failed(path, e, why, why_size);
    if (slash != NULL)
        (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) { /* a file system that cannot sync a folder has still taken the name */
        (void)fsync(fd);
        (void)close(fd);
    }
    return 0;
}

static int write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        const ssize_t k = write(fd, p, n);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return k < 0 ? errno : EIO;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

int backup_copy_bytes(const char *from, const char *to, char *why, size_t why_size)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, e = in < 0 ? errno : 0;
    const char *at = from;
    char *chunk;
    ssize_t k = 1;

    if (in < 0)
        return failed(from, e, why, why_size);
    chunk = xcalloc(CHUNK, 1);
    out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (out < 0) {
        e = errno;
        at = to;
    }
    while (e == 0 && k > 0) {
        k = read(in, chunk, CHUNK);
        if (k < 0 && errno == EINTR) {
            k = 1;
            continue;
        }
        if (k < 0) {
            e = errno;
        } else if ((e = write_all(out, chunk, (size_t)k)) != 0) {
            at = to;
        }
    }
    (void)close(in);
    free(chunk);
    if (out >= 0 && close(out) != 0 && e == 0) {
        e = errno;
        at = to;
    }
    if (e == 0)
        return to_disk(to, why, why_size);
    if (out >= 0)
        (void)unlink(to);
    return failed(at, e, why, why_size);
}

int backup_digest(const char *path, char sha256[static SHA256_HEX_SIZE], int64_t *bytes, char *why,
                  size_t why_size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint8_t sum[SHA256_BYTES];
    struct sha256 s;
    int64_t total = 0;
    char *chunk;
    ssize_t k;
    int e = 0;

    if (fd < 0)
        return failed(path, errno, why, why_size);
    chunk = xcalloc(CHUNK, 1);
    sha256_init(&s);
    while ((k = read(fd, chunk, CHUNK)) != 0) {
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0) {
            e = errno;
            break;
        }
        sha256_add(&s, chunk, (size_t)k);
        total += k;
    }
    (void)close(fd);
    free(chunk);
    sha256_done(&s, sum);
    if (e != 0)
        return failed(path, e, why, why_size);
    sha256_hex(sha256, sum);
    *bytes = total;
    return 0;
}

int backup_take_name(const char *part, const char *path, char *why, size_t why_size)
{
    if (rename(part, path) != 0)
        return failed(path, errno, why, why_size);
    return to_disk(path, why, why_size);
}

/* --- copying --- */

/* The journal goes, so that the copy is one file. */
static int make_single(sqlite3 *h, const char *path, char *why, size_t why_size)
{
    if (sqlite3_exec(h, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
        return failed_sqlite(h, path, why, why_size);
    return 0;
}

static int copy_pages(sqlite3 *from, const char *from_path, sqlite3 *to, const char *to_path,
                      char *why, size_t why_size)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    int code;

    if (b == NULL)
        return failed_sqlite(to, to_path, why, why_size);
    (void)sqlite3_backup_step(b, -1); /* all pages of one read transaction; the error comes below */
    code = sqlite3_backup_finish(b);
    if (code == SQLITE_OK)
        return make_single(to, to_path, why, why_size);
    /* damage is the source's; all else is told by the copy's handle */
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB) {
        (void)snprintf(why, why_size, "%.120s: %.100s", from_path, sqlite3_errstr(code));
        return NILA_ERR_CORRUPT;
    }
    return failed_sqlite(to, to_path, why, why_size);
}

void backup_remove(const char *path)
{
    static const char *const BESIDE[] = {"", "-journal", "-wal", "-shm"};
    char name[BACKUP_PATH_SIZE + 16];

    for (size_t i = 0; i < sizeof BESIDE / sizeof BESIDE[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, BESIDE[i]);
        (void)unlink(name);
    }
}

int backup_copy(const char *db, const char *to, char *why, size_t why_size)
{
    sqlite3 *from = NULL, *copy = NULL;
    int fd, rc = 0;

    if (access(db, R_OK) != 0)
        return failed(db, errno, why, why_size);
    backup_remove(to);
    fd = open(to, O_RDWR | O_CREAT | O_CLOEXEC, 0640); /* SQLite would take the umask's rights */
    if (fd < 0)
        return failed(to, errno, why, why_size);
    (void)close(fd);
    if (sqlite3_open_v2(db, &from, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        rc = from != NULL ? failed_sqlite(from, db, why, why_size) : NILA_ERR_IO;
    if (rc == 0 && sqlite3_open_v2(to, &copy, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        rc = copy != NULL ? failed_sqlite(copy, to, why, why_size) : NILA_ERR_IO;
    if (rc == 0) {
        (void)sqlite3_busy_timeout(from, BUSY_MS);
        rc = copy_pages(from, db, copy, to, why, why_size);
    }
    (void)sqlite3_close(copy);
    (void)sqlite3_close(from);
    if (rc == 0)
        rc = to_disk(to, why, why_size);
    if (rc != 0)
        backup_remove(to);
    return rc;
}

/* --- looking --- */

static int whole_number(sqlite3 *h, const char *sql, int64_t *out, const char *path, char *why,
                        size_t why_size)
{
    sqlite3_stmt *s = NULL;
    int rc = 0;

    if (sqlite3_prepare_v2(h, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
        *out = sqlite3_column_int64(s, 0);
    else
        rc = failed_sqlite(h, path, why, why_size);
    (void)sqlite3_finalize(s);
    return rc;
}

/* Runs a check that answers good with a row of that text, or (NULL) with no row; what it finds is told. */
static int check(sqlite3 *h, const char *sql, const char *good, const char *path, char *why,
                 size_t why_size)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(h, sql, -1, &s, NULL), rc = 0;
    const char *text = NULL;

    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    if (code == SQLITE_ROW)
        text = (const char *)sqlite3_column_text(s, 0);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        rc = failed_sqlite(h, path, why, why_size);
    } else if (good == NULL && code == SQLITE_ROW) {
        (void)snprintf(why, why_size,
                       tongue("%.120s: rusak: tabel %.60s menunjuk baris yang tidak ada",
                              "%.120s: damaged: table %.60s refers to a row that is not there"),
                       path, text != NULL ? text : "");
        rc = NILA_ERR_CORRUPT;
    } else if (good != NULL && (text == NULL || strcmp(text, good) != 0)) {
        (void)snprintf(why, why_size, tongue("%.120s: rusak: %.90s", "%.120s: damaged: %.90s"),
                       path, text != NULL ? text : "");
        rc = NILA_ERR_CORRUPT;
    }
    (void)sqlite3_finalize(s);
    return rc;
}

static int identify(sqlite3 *h, struct backup_facts *f, const char *path, char *why,
                    size_t why_size)
{
    int64_t id = 0, form = 0;
    int rc = whole_number(h, "PRAGMA application_id", &id, path, why, why_size);

    if (rc == 0)
        rc = whole_number(h, "PRAGMA user_version", &form, path, why, why_size);
    if (rc != 0)
        return rc;
    if (id != RECORDS_APPLICATION_ID) {
        (void)snprintf(why, why_size,
                       tongue("%.160s: bukan berkas catatan produksi",
                              "%.160s: not a file of production records"),
                       path);
        return NILA_ERR_CONFIG;
    }
    if (form > backup_newest_form()) {
        (void)snprintf(why, why_size,
                       tongue("%.120s: bentuknya %lld lebih baru daripada yang dikenal program ini "
                              "(%d); perbarui programnya",
                              "%.120s: its form %lld is newer than this program knows (%d); update "
                              "the program"),
                       path, (long long)form, backup_newest_form());
        return NILA_ERR_UNSUPPORTED;
    }
    f->form = (int)form;
    return 0;
}

static int count_rows(sqlite3 *h, struct backup_facts *f, const char *path, char *why,
                      size_t why_size)
{
    sqlite3_stmt *s = NULL;
    int code, rc = 0;

    code = sqlite3_prepare_v2(h,
                              "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT "
                              "LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
                              -1, &s, NULL);
    while (code == SQLITE_OK && rc == 0 && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(s, 0);
        struct backup_table *t;
        char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", name);

        if (sql == NULL)
            fatal("out of memory: a statement");
        f->table = xrealloc(f->table, f->tables + 1, sizeof *f->table);
        t = &f->table[f->tables++];
        *t = (struct backup_table){.rows = 0};
        (void)snprintf(t->name, sizeof t->name, "%s", name != NULL ? name : "");
        rc = whole_number(h, sql, &t->rows, path, why, why_size);
        sqlite3_free(sql);
        code = SQLITE_OK;
    }
    if (rc == 0 && code != SQLITE_OK && code != SQLITE_DONE)
        rc = failed_sqlite(h, path, why, why_size);
    (void)sqlite3_finalize(s);
    return rc;
}

int backup_look(const char *path, struct backup_facts *out, char *why, size_t why_size)
{
    struct backup_facts f = {.bytes = 0};
    sqlite3 *h = NULL;
    int rc = backup_digest(path, f.sha256, &f.bytes, why, why_size);

    if (rc == 0 && sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        rc = h != NULL ? failed_sqlite(h, path, why, why_size) : NILA_ERR_IO;
    if (rc == 0)
        rc = identify(h, &f, path, why, why_size);
    if (rc == 0)
        rc = check(h, "PRAGMA integrity_check(1)", "ok", path, why, why_size);
    if (rc == 0)
        rc = check(h, "PRAGMA foreign_key_check", NULL, path, why, why_size);
    if (rc == 0)
        rc = count_rows(h, &f, path, why, why_size);
    (void)sqlite3_close(h);
    if (rc == 0)
        *out = f;
    else
        backup_facts_free(&f);
    return rc;
}

void backup_facts_free(struct backup_facts *f)
{
    free(f->table);
    *f = (struct backup_facts){.bytes = 0};
}

/* --- in the present file's place --- */

int backup_new_origin(const char *path, char *why, size_t why_size)
{
    sqlite3 *h = NULL;
    int64_t lists = 0;
    int rc = 0;

    if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        rc = failed_sqlite(h, path, why, why_size);
    if (rc == 0)
        rc = whole_number(h, "SELECT count(*) FROM sqlite_schema WHERE name = 'records_meta'",
                          &lists, path, why, why_size);
    if (rc == 0 && lists > 0 &&
        sqlite3_exec(
            h, "UPDATE records_meta SET value = lower(hex(randomblob(16))) WHERE key = 'origin'",
            NULL, NULL, NULL) != SQLITE_OK)
        rc = failed_sqlite(h, path, why, why_size);
    if (rc == 0)
        rc = whole_number(h, "SELECT count(*) FROM sqlite_schema WHERE name = 'sessions'", &lists,
                          path, why, why_size);
    /* a session or code that ended since the copy was made must not come back with it */
    if (rc == 0 && lists > 0 &&
        sqlite3_exec(h,
                     "DELETE FROM sessions; UPDATE user_resets SET ended_ms = 1 WHERE ended_ms = 0",
                     NULL, NULL, NULL) != SQLITE_OK)
        rc = failed_sqlite(h, path, why, why_size);
    (void)sqlite3_close(h);
    return rc;
}

static int in_use(const char *db, char *why, size_t why_size)
{
    (void)snprintf(why, why_size,
                   tongue("%.120s: sedang dipakai program lain; hentikan dahulu (serve, watch)",
                          "%.120s: a program has it open; stop it first (serve, watch)"),
                   db);
    return NILA_ERR_BUSY;
}

/* What the journal still holds goes into the file itself, so that it is whole under any name. A damaged file stays as it is. */
static int settle(const char *db, char *why, size_t why_size)
{
    sqlite3 *h = NULL;
    char words[256] = "";
    int64_t id = 0, tables = 0;
    int rc = sqlite3_open_v2(db, &h, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK ? 0 : NILA_ERR_IO;

    if (rc == 0)
        rc = whole_number(h, "PRAGMA application_id", &id, db, words, sizeof words);
    if (rc == 0)
        rc =
            whole_number(h, "SELECT count(*) FROM sqlite_schema", &tables, db, words, sizeof words);
    if (rc == 0 && tables > 0 && id != RECORDS_APPLICATION_ID) {
        (void)snprintf(why, why_size,
                       tongue("%.160s: basis data program lain; tidak diganti",
                              "%.160s: another program's database; it is not replaced"),
                       db);
        (void)sqlite3_close(h);
        return NILA_ERR_CONFIG;
    }
    if (rc == 0)
        rc = make_single(h, db, words, sizeof words);
    (void)sqlite3_close(h);
    return rc == NILA_ERR_BUSY ? in_use(db, why, why_size) : 0;
}

/* A second name for what is at from; a copy where the file system has no links. */
static int keep_aside(const char *from, const char *aside, char *why, size_t why_size)
{
    if (link(from, aside) == 0)
        return 0;
    if (errno == EEXIST || errno == ENOENT)
        return failed(aside, errno, why, why_size);
    return backup_copy_bytes(from, aside, why, why_size);
}

/* The journal of a damaged file goes aside with it: beside the new file it would be taken for the new file's. */
static int move_journals(const char *db, const char *aside, char *why, size_t why_size)
{
    static const char *const BESIDE[] = {"-wal", "-journal", "-shm"};
    char from[BACKUP_PATH_SIZE + 16], to[BACKUP_PATH_SIZE + 16];

    for (size_t i = 0; i < sizeof BESIDE / sizeof BESIDE[0]; i++) {
        (void)snprintf(from, sizeof from, "%s%s", db, BESIDE[i]);
        (void)snprintf(to, sizeof to, "%s%s", aside, BESIDE[i]);
        if (rename(from, to) != 0 && errno != ENOENT)
            return failed(from, errno, why, why_size);
    }
    return 0;
}

int backup_swap(const char *db, const char *with, const char *aside, char *why, size_t why_size)
{
    struct flock all = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_FIRST, .l_len = LOCK_BYTES};
    int fd, rc;

    if (access(db, F_OK) != 0 && errno == ENOENT) {
        rc = move_journals(db, aside, why, why_size);
        return rc == 0 ? backup_take_name(with, db, why, why_size) : rc;
    }
    rc = settle(db, why, why_size);
    if (rc != 0)
        return rc;
    fd = open(db, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return failed(db, errno, why, why_size);
    if (fcntl(fd, F_SETLK, &all) != 0) /* goes with fd; nobody opens the file until it is new */
        rc = errno == EAGAIN || errno == EACCES ? in_use(db, why, why_size)
                                                : failed(db, errno, why, why_size);
    if (rc == 0)
        rc = keep_aside(db, aside, why, why_size);
    if (rc == 0)
        rc = move_journals(db, aside, why, why_size);
    if (rc == 0)
        rc = backup_take_name(with, db, why, why_size);
    (void)close(fd);
    return rc;
}

int backup_revived(const char *now, const char *old, struct buf *names)
{
    /* accounts that were ended or erased, erased farms, keys replaced since */
    static const char *const SQL[] = {
        "SELECT 'user ' || n.user FROM main.users n JOIN old.users o ON o.user = n.user WHERE "
        "n.erased_ms = 0 AND (o.erased_ms > 0 OR n.active > o.active)",
        "SELECT 'farm ' || n.farm FROM main.farms n JOIN old.farms o ON o.farm = n.farm WHERE "
        "substr(o.name, 1, 9) = '(dihapus ' AND o.name <> n.name",
        "SELECT 'key ' || n.node FROM main.sync_nodes n WHERE n.digest NOT IN (SELECT digest FROM "
        "old.sync_nodes)"};
    sqlite3 *h = NULL;
    char *attach = sqlite3_mprintf("ATTACH %Q AS old", old);
    int rc = 0;

    if (attach == NULL)
        fatal("out of memory: a statement");
    if (sqlite3_open_v2(now, &h, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_exec(h, attach, NULL, NULL, NULL) != SQLITE_OK)
        rc = NILA_ERR_CORRUPT;
    sqlite3_free(attach);
    for (size_t i = 0; rc == 0 && i < sizeof SQL / sizeof SQL[0]; i++) {
        sqlite3_stmt *s = NULL;
        int code;
        /* a copy older than accounts or keys has none that could come back */
        if (sqlite3_table_column_metadata(h, "main",
                                          i == 0   ? "users"
                                          : i == 1 ? "farms"
                                                   : "sync_nodes",
                                          NULL, NULL, NULL, NULL, NULL, NULL) != SQLITE_OK)
            continue;
        code = sqlite3_prepare_v2(h, SQL[i], -1, &s, NULL);
        while (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
            buf_printf(names, "%s%s", names->n > 0 ? ", " : "",
                       (const char *)sqlite3_column_text(s, 0));
            code = SQLITE_OK;
        }
        rc = code == SQLITE_OK || code == SQLITE_DONE ? 0 : NILA_ERR_CORRUPT;
        (void)sqlite3_finalize(s);
    }
    (void)sqlite3_close(h);
    return rc;
}
