/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sync_own: what the files of sync share: a message under way (sync.c), the rules by which a change is taken (sync_apply.c),
 * rows by their uid (sync_rows.c), changes as lines (sync_send.c). All within the caller's transaction and lock. */
#ifndef ANALYTICS_RECORDS_SYNC_OWN_H
#define ANALYTICS_RECORDS_SYNC_OWN_H

#include "collector/common/buf.h"
#include "columns.h"
#include "db.h"
#include "sync.h"
#include "sync_wire.h"
#include "versions.h"

/* Of a table that is kept in step; the words of SQL for them. */
bool sync_table(enum records_table t);
#define SYNC_TABLES \
    "('farms','ponds','cycles','feed','samples','deaths','harvests','sensors','notes','prestock')"
#define SYNC_KINDS_IN "('add','correct','withdraw')"

/* --- rows --- */
struct sync_row {
    int64_t id; /* 0: there is none */
    int64_t entered_on;
    struct cell cell[COLUMNS_MAX];
};
/* The present version, and the newest of old: 1, 0 there is none, or an error. */
NILA_MUST_CHECK int sync_row_find(struct db *d, enum records_table t, const char *uid,
                                  struct sync_row *out);
NILA_MUST_CHECK int sync_row_was(struct db *d, enum records_table t, const char *uid,
                                 struct sync_row *out, int64_t *until_ms);
/* Is one of the versions before the present one the same in its cells? 1, 0, or an error. */
NILA_MUST_CHECK int sync_row_was_ever(struct db *d, enum records_table t, const char *uid,
                                      const struct sync_row *row);
/* Writes the version; had: the present one, which is kept as one of old, id 0 none. */
NILA_MUST_CHECK int sync_row_put(struct db *d, enum records_table t, const char *uid,
                                 const struct sync_row *had, const struct sync_row *want);
/* Takes it away and keeps its version. NILA_ERR_REFUSED, and nothing is done: others refer to it. */
NILA_MUST_CHECK int sync_row_drop(struct db *d, enum records_table t, const struct sync_row *had,
                                  int64_t at_ms);
bool sync_row_same(enum records_table t, const struct sync_row *a, const struct sync_row *b);
/* The farm of a row: 1, 0 unknown (its pond never was on record), or an error. */
NILA_MUST_CHECK int sync_row_farm(struct db *d, enum records_table t, const struct sync_row *row,
                                  char farm[static SLUG_SIZE]);
/* One text that a statement with one text gives; 1, 0 no row, or an error. */
NILA_MUST_CHECK int sync_ask(struct db *d, const char *sql, const char *text, char *out,
                             size_t size);

/* --- a message that is taken --- */
struct import;
struct sync_taking {
    struct db *db;
    bool office;
    int64_t now_ms;
    const char *node; /* in the office: whose farms it may speak of */
    struct version_log log;
    struct import *check;
    struct sync_row had, want, other;
    struct sync_report *report;
    char *why;
    size_t why_size;
};
NILA_MUST_CHECK int sync_taking_begin(struct sync_taking *k);
void sync_taking_end(struct sync_taking *k);
/* A change, or on a farm also one of its own that has come to its place. NILA_ERR_PARSE, NILA_ERR_DENIED (another farm's),
 * NILA_ERR_REFUSED (two machines speak with one name) with why. */
NILA_MUST_CHECK int sync_take(struct sync_taking *k, const struct sync_line *l);

/* --- changes as lines --- */
/* Writes the change of that statement's row (SYNC_SELECT) as a line; cells from its JSON. */
#define SYNC_SELECT                                                                              \
    "SELECT c.id, c.uid, c.origin, c.origin_seq, c.at_ms, c.kind, c.\"table\", c.row_uid, "      \
    "ifnull((SELECT b.uid FROM changes b WHERE b.row_uid = c.row_uid AND b.id < c.id ORDER BY "  \
    "b.id DESC LIMIT 1), ''), ifnull((SELECT min(lost) FROM sync_conflicts WHERE won = c.uid), " \
    "''), c.by, c.how, c.reason, c.new FROM changes c "
struct sync_sent {
    char uid[CHANGE_UID_SIZE], origin[CHANGE_UID_SIZE], row_uid[CHANGE_UID_SIZE];
    char seen[CHANGE_UID_SIZE], lost[CHANGE_UID_SIZE];
    char by[SLUG_SIZE], how[CHANGE_WORD_SIZE], reason[CHANGE_REASON_SIZE];
    struct buf text; /* of the cells */
    struct sync_line line;
};
NILA_MUST_CHECK int sync_sent_take(struct db *d, struct db_stmt *row, struct sync_sent *out);
/* The cells of a change's JSON; their texts lie in text, which must be empty. cell has SYNC_CELLS_MAX. */
NILA_MUST_CHECK int sync_cells(struct db *d, const char *json, struct buf *text,
                               struct change_cell *cell, size_t *n);
void sync_sent_free(struct sync_sent *s);

#endif
