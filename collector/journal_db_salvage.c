/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_db: what can still be read of a damaged file. It is known to be damaged, so nothing is logged for each error. */
#include "journal_db_own.h"

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
    sqlite3_stmt *st =
        salvage_prepare(sql, "SELECT seq, p FROM row WHERE seq > ? ORDER BY seq LIMIT ?");
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
        salvage_number(sql, "PRAGMA application_id") == JOURNAL_DB_APPLICATION_ID) {
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
