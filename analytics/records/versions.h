/* SPDX-License-Identifier: GPL-3.0-or-later */
/* versions: what import and change share when they write: the list of changes, and the rows of old. All within the caller's
 * transaction and lock. */
#ifndef ANALYTICS_RECORDS_VERSIONS_H
#define ANALYTICS_RECORDS_VERSIONS_H

#include "change.h"
#include "columns.h"
#include "db.h"

/* Gives the rows of a file from before there were versions their uid, and writes each into the list of changes as added
 * when it was entered. Once done there is nothing to do. */
NILA_MUST_CHECK int versions_adopt(struct db *d);

/* "\"pond\", \"on\", ..." into b, each followed by form; between them between. */
struct buf;
void versions_list(struct buf *b, const struct columns *c, const char *form, const char *between);

/* --- the list of changes --- */
struct version_log {
    struct db *db;
    struct db_stmt *insert;
    char origin[CHANGE_UID_SIZE];
    int64_t seq; /* of the last one written here */
};
NILA_MUST_CHECK int version_log_begin(struct version_log *l, struct db *d);
void version_log_end(struct version_log *l); /* also one that was never begun */

struct version_entry {
    const struct change_who *who;
    const char *table, *row_uid, *kind, *based_on, *reason, *key;
    const struct buf *old, *new; /* NULL none */
};
NILA_MUST_CHECK int version_log_add(struct version_log *l, const struct version_entry *e);

/* {"pond":"p-1",...,"entered_on":"2026-11-24T12:00:00.000+07:00"}: the cells that are not empty, as text. b is emptied
 * first. */
void version_json(struct buf *b, const struct columns *c, const struct cell *cell,
                  int64_t entered_on);

#endif
