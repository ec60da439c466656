/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_db_quarantine.h"

#include "journal_db_own.h"

static const char *text(sqlite3_stmt *st, int column)
{
    const unsigned char *s = sqlite3_column_text(st, column);
    return s != NULL ? (const char *)s : "";
}

int journal_db_refused(struct journal_db *db, int64_t before_id, int max, journal_refused_line each,
                       void *arg)
{
    sqlite3_stmt *st = NULL;
    int step = SQLITE_DONE, rc = 0;

    /* people ask for this now and then; it is not worth a statement that stays prepared */
    if (sqlite3_prepare_v2(db->sql,
                           "SELECT id, sink, seq, at_ms, line, reason FROM quarantine WHERE id < ? "
                           "ORDER BY id DESC LIMIT ?",
                           -1, &st, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(st, 1, before_id) != SQLITE_OK ||
        sqlite3_bind_int(st, 2, max) != SQLITE_OK) {
        rc = journal_db_failed(db, "read the quarantine");
        goto out;
    }
    while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
        const struct journal_refused r = {.id = sqlite3_column_int64(st, 0),
                                          .sink = text(st, 1),
                                          .seq = sqlite3_column_int64(st, 2),
                                          .at_ms = sqlite3_column_int64(st, 3),
                                          .line = text(st, 4),
                                          .reason = text(st, 5)};
        rc = each(arg, &r);
    }
    if (rc == 0 && step != SQLITE_DONE)
        rc = journal_db_failed(db, "read the quarantine");
out:
    (void)sqlite3_finalize(st);
    return rc;
}
