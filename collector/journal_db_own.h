/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_db_own: what the files journal_db*.c share; nobody else includes it. */
#ifndef COLLECTOR_JOURNAL_DB_OWN_H
#define COLLECTOR_JOURNAL_DB_OWN_H

#include <sqlite3.h>

#include "journal_db.h"

#define JOURNAL_DB_APPLICATION_ID 0x4e494c41 /* "NILA" */
#define JOURNAL_DB_PATH_MAX       300

/* The columns in the order of struct journal_boot. */
#define JOURNAL_DB_BOOTS "SELECT * FROM boot ORDER BY id"

enum statement {
    ST_BEGIN,
    ST_COMMIT,
    ST_INSERT,
    ST_INSERT_NEW,
    ST_ROWS,
    ST_FIRST,
    ST_LAST,
    ST_NUMBERED,
    ST_DELETE_RANGE,
    ST_ROW_COUNT,
    ST_DELETE_AFTER,
    ST_CONTINUE,
    ST_CONTINUE_NEW,
    ST_TAGS,
    ST_BOOTS,
    ST_SET_BOOT,
    ST_DELETE_BOOTS,
    ST_META,
    ST_SET_META,
    ST_NEWEST,
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

struct journal_db {
    sqlite3 *sql;
    sqlite3_stmt *st[ST_COUNT];
    int64_t limit_pages;
    int page_size;
    bool failed; /* an I/O error was met: what is in the cache may never reach the disk */
    char path[JOURNAL_DB_PATH_MAX];
    /* a copy that is being made; NULL none */
    sqlite3 *copy;
    sqlite3_backup *copying;
    char copy_path[JOURNAL_DB_PATH_MAX];
};

/* Says what failed and returns our code for it. errno stands behind an I/O error of SQLite. */
int journal_db_failed(struct journal_db *db, const char *doing);

/* Prepares all of enum statement. NILA_ERR_CORRUPT: a table is missing. */
NILA_MUST_CHECK int journal_db_prepare(struct journal_db *db);

#endif
