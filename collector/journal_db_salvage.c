/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_db: what can still be read of a damaged file. It is known to be damaged, so nothing is logged for each error. */
#include "journal_db_own.h"

#include <stdbool.h>

static sqlite3_stmt *salvage_prepare(sqlite3 *sql, const char *text)
{
    sqlite3_stmt *st = NULL;
    return sqlite3_prepare_v2(sql, text, -1, &st, NULL) == SQLITE_OK ? st : NULL;
}

static bool is_journal(sqlite3 *sql)
{
    sqlite3_stmt *st = salvage_prepare(sql, "PRAGMA application_id");
    bool yes = st != NULL && sqlite3_step(st) == SQLITE_ROW &&
               sqlite3_column_int64(st, 0) == JOURNAL_DB_APPLICATION_ID;

    (void)sqlite3_finalize(st);
    return yes;
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

static int salvage_boots(sqlite3 *sql, const struct journal_db_salvage *to)
{
    sqlite3_stmt *st = salvage_prepare(sql, JOURNAL_DB_BOOTS);
    int rc = 0;

    while (st != NULL && rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        const struct journal_boot b = {
            .id = (uint32_t)sqlite3_column_int64(st, 0),
            .first_seq = sqlite3_column_int64(st, 2),
            .first_ms = sqlite3_column_int64(st, 3),
            .given_up = sqlite3_column_int(st, 4) != 0,
            .anchor_ms = sqlite3_column_int64(st, 5),
            .unsure_ms = sqlite3_column_int64(st, 6),
        };
        const unsigned char *name = sqlite3_column_text(st, 1);
        if (name != NULL)
            rc = to->boot(to->arg, &b, (const char *)name, (uint32_t)sqlite3_column_int64(st, 7));
    }
    (void)sqlite3_finalize(st);
    return rc;
}

static int salvage_meta(sqlite3 *sql, const struct journal_db_salvage *to)
{
    sqlite3_stmt *st = salvage_prepare(sql, "SELECT key, value FROM meta");
    int rc = 0;

    while (st != NULL && rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        const unsigned char *key = sqlite3_column_text(st, 0);
        if (key != NULL)
            rc = to->meta(to->arg, (const char *)key, sqlite3_column_int64(st, 1));
    }
    (void)sqlite3_finalize(st);
    return rc;
}

static int step_from(sqlite3_stmt *st, int64_t after)
{
    (void)sqlite3_reset(st);
    (void)sqlite3_bind_int64(st, 1, after);
    return sqlite3_step(st);
}

static bool readable(sqlite3_stmt *st, int64_t after)
{
    int step = step_from(st, after);
    return step == SQLITE_ROW || step == SQLITE_DONE;
}

/* A damaged page hides the rows on it; a page of 4096 bytes holds about 60. Looks for the next place where reading goes on:
 * at first in small steps, then in doubling ones and back by halves, because numbers may be anything. -1: there is none. */
static int64_t next_readable(sqlite3_stmt *st, int64_t after)
{
    enum {
        STEP = 8,
        SMALL_STEPS = 4096
    };
    int64_t bad = after, good, width = STEP;

    for (int i = 0; i < SMALL_STEPS; i++) {
        if (bad > INT64_MAX / 2)
            return -1;
        bad += STEP;
        if (readable(st, bad))
            return bad;
    }
    while (!readable(st, bad + width)) {
        bad += width;
        width *= 2;
        if (bad > INT64_MAX / 4)
            return -1;
    }
    good = bad + width;
    while (good - bad > STEP) {
        int64_t mid = bad + (good - bad) / 2;
        if (readable(st, mid))
            good = mid;
        else
            bad = mid;
    }
    return good;
}

int journal_db_next_readable(struct journal_db *db, int64_t after_seq, int64_t *next)
{
    sqlite3_stmt *st =
        salvage_prepare(db->sql, "SELECT seq, p FROM row WHERE seq > ? ORDER BY seq");

    if (st == NULL)
        return NILA_ERR_IO;
    *next = next_readable(st, after_seq);
    (void)sqlite3_finalize(st);
    return 0;
}

/* Reads on behind *after until the end or a place that cannot be read (*at_end tells). *after moves to the last whole row; when
 * there was none, to the highest number seen: a damaged row's number may be anything. */
static int read_stretch(sqlite3_stmt *st, const struct journal_db_salvage *to, int64_t *after,
                        bool *at_end, int64_t *rows)
{
    int64_t whole = *after, seen = *after;
    int step = step_from(st, *after);

    for (; step == SQLITE_ROW; step = sqlite3_step(st)) {
        const void *p = sqlite3_column_blob(st, 1);
        int64_t seq = sqlite3_column_int64(st, 0);
        int rc = p != NULL ? to->row(to->arg, seq, p, (size_t)sqlite3_column_bytes(st, 1)) : 0;
        if (rc < 0)
            return rc;
        if (rc == 1 && seq > whole)
            whole = seq;
        seen = seq > seen ? seq : seen;
        *rows += 1;
    }
    *at_end = step == SQLITE_DONE;
    *after = whole > *after ? whole : seen;
    return 0;
}

static int salvage_rows(sqlite3 *sql, const struct journal_db_salvage *to, int64_t *rows)
{
    sqlite3_stmt *st = salvage_prepare(sql, "SELECT seq, p FROM row WHERE seq > ? ORDER BY seq");
    int64_t after = 0;
    bool at_end = false;
    int rc = 0;

    while (st != NULL && rc == 0 && after >= 0) {
        rc = read_stretch(st, to, &after, &at_end, rows);
        if (at_end)
            break;
        if (rc == 0)
            after = next_readable(st, after);
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
        is_journal(sql)) {
        (void)sqlite3_db_config(sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        rc = salvage_tags(sql, to);
        if (rc == 0)
            rc = salvage_boots(sql, to);
        if (rc == 0)
            rc = salvage_meta(sql, to);
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
