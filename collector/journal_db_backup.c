/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_db: a copy while it is in use. SQLite's backup sees every change that this handle makes meanwhile, so that at its end the copy is
 * the file as it is then. */
#include "journal_db_own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/log.h"

#define PAGES_A_STEP 64 /* 256 KiB: a few milliseconds of a slow card for whoever waits to append */

static void remove_file(const char *path)
{
    static const char *const END[] = {"", "-journal", "-wal", "-shm"};
    char name[JOURNAL_DB_PATH_MAX + 16];

    for (size_t i = 0; i < sizeof END / sizeof END[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, END[i]);
        if (unlink(name) != 0 && errno != ENOENT)
            log_warn("%s", name);
    }
}

static int copy_failed(struct journal_db *db, const char *doing)
{
    int code = sqlite3_errcode(db->copy) & 0xff;

    log_warnx("journal %s: cannot %s its copy %s: %s", db->path, doing, db->copy_path,
              sqlite3_errmsg(db->copy));
    journal_db_copy_end(db);
    return code == SQLITE_FULL                                  ? NILA_ERR_FULL
           : code == SQLITE_CORRUPT                             ? NILA_ERR_CORRUPT
           : code == SQLITE_CANTOPEN || code == SQLITE_READONLY ? NILA_ERR_DENIED
                                                                : NILA_ERR_IO;
}

int journal_db_copy_begin(struct journal_db *db, const char *to)
{
    int fd;

    if (db->copying != NULL)
        return NILA_ERR_BUSY;
    if (strlen(to) >= sizeof db->copy_path)
        return NILA_ERR_DENIED;
    remove_file(to);
    fd = open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) {
        int rc = errno == ENOSPC                     ? NILA_ERR_FULL
                 : errno == EACCES || errno == EROFS ? NILA_ERR_DENIED
                                                     : NILA_ERR_IO;
        log_warn("journal %s: cannot begin its copy %s", db->path, to);
        return rc;
    }
    (void)close(fd);
    (void)snprintf(db->copy_path, sizeof db->copy_path, "%s", to);
    if (sqlite3_open_v2(to, &db->copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        return copy_failed(db, "open");
    db->copying = sqlite3_backup_init(db->copy, "main", db->sql, "main");
    return db->copying != NULL ? 0 : copy_failed(db, "begin");
}

int journal_db_copy_step(struct journal_db *db)
{
    sqlite3 *copy = db->copy;
    int code;

    if (db->copying == NULL)
        return NILA_ERR_IO; /* the file was closed meanwhile */
    code = sqlite3_backup_step(db->copying, PAGES_A_STEP);
    if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return 1;
    if (code != SQLITE_DONE)
        return copy_failed(db, "write");
    code = sqlite3_backup_finish(db->copying);
    db->copying = NULL;
    if (code != SQLITE_OK)
        return copy_failed(db, "finish");
    db->copy = NULL;
    return sqlite3_close(copy) == SQLITE_OK ? 0 : NILA_ERR_IO;
}

int journal_db_copy_check(const char *path)
{
    sqlite3 *sql = NULL;
    sqlite3_stmt *st = NULL;
    bool good = sqlite3_open_v2(path, &sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
                    SQLITE_OK &&
                /* one file, without a -wal beside it */
                sqlite3_exec(sql, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(sql, "PRAGMA integrity_check(1)", -1, &st, NULL) == SQLITE_OK &&
                sqlite3_step(st) == SQLITE_ROW &&
                strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0;

    (void)sqlite3_finalize(st);
    (void)sqlite3_close(sql);
    if (good)
        return 0;
    log_warnx("journal: the copy %s is damaged", path);
    remove_file(path);
    return NILA_ERR_CORRUPT;
}

void journal_db_copy_end(struct journal_db *db)
{
    if (db->copying != NULL)
        (void)sqlite3_backup_finish(db->copying);
    if (db->copy == NULL)
        return;
    (void)sqlite3_close(db->copy);
    db->copy = NULL;
    db->copying = NULL;
    remove_file(db->copy_path);
}
