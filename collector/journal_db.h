/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_db: the SQLite file under the journal; only the files journal_db*.c of the collector see <sqlite3.h>.
 *
 * WAL, synchronous FULL, locking_mode EXCLUSIVE: the lock is taken at open and kept, and there is no -shm file (whose
 * hole can kill the process with SIGBUS on a full disk). Not thread-safe: the journal holds its mutex.
 * Errors: NILA_ERR_IO, NILA_ERR_FULL (page bound or disk), NILA_ERR_CORRUPT, NILA_ERR_BUSY; logged here. */
#ifndef COLLECTOR_JOURNAL_DB_H
#define COLLECTOR_JOURNAL_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/clock.h"
#include "collector/common/err.h"

struct journal_db;

/* Opens or creates path with at most max_bytes of database file. NILA_ERR_BUSY: another process has it;
 * NILA_ERR_UNSUPPORTED: made by a newer program, or no journal at all (the file is kept as it is); NILA_ERR_DENIED,
 * NILA_ERR_NOT_FOUND (no such folder), NILA_ERR_CORRUPT. */
NILA_MUST_CHECK int journal_db_open(struct journal_db **out, const char *path, int64_t max_bytes);
void journal_db_close(struct journal_db *db); /* NULL is fine */

/* The name under which a damaged file waits for its rows to be brought over. */
void journal_db_salvage_name(const char *path, char *name, size_t size);

/* Renames from and its -wal to to. NILA_ERR_IO. */
NILA_MUST_CHECK int journal_db_rename(const char *from, const char *to);

/* Renames from and its -wal to PATH.corrupt-N, the first N from 1 that is free; aside gets the new name.
 * NILA_ERR_IO, NILA_ERR_FULL (no free N below 1000). */
NILA_MUST_CHECK int journal_db_set_aside(const char *from, const char *path, char *aside,
                                         size_t aside_size);

/* A transaction; a failed commit has already been rolled back. */
NILA_MUST_CHECK int journal_db_begin(struct journal_db *db);
NILA_MUST_CHECK int journal_db_commit(struct journal_db *db);
void journal_db_rollback(struct journal_db *db);

/* seq must be free. */
NILA_MUST_CHECK int journal_db_insert(struct journal_db *db, const void *row, size_t n,
                                      int64_t seq);

/* The same, but a row that is there already stays as it is. */
NILA_MUST_CHECK int journal_db_insert_new(struct journal_db *db, const void *row, size_t n,
                                          int64_t seq);

/* Rows after seq, oldest first, at most max. A non-zero return of each ends it and is returned. */
typedef int (*journal_db_row)(void *arg, int64_t seq, const void *row, size_t n);
NILA_MUST_CHECK int journal_db_rows(struct journal_db *db, int64_t after_seq, int max,
                                    journal_db_row each, void *arg);

/* The newest max rows, newest first. */
NILA_MUST_CHECK int journal_db_newest(struct journal_db *db, int max, journal_db_row each,
                                      void *arg);

/* Oldest and newest row (0 when empty), and the last number ever given, also when its row is deleted. */
NILA_MUST_CHECK int journal_db_span(struct journal_db *db, int64_t *first, int64_t *newest,
                                    int64_t *last);

/* Rows after after_seq, up to upto_seq. Counting reads each of their pages. */
NILA_MUST_CHECK int journal_db_count(struct journal_db *db, int64_t after_seq, int64_t upto_seq,
                                     int64_t *rows);
NILA_MUST_CHECK int journal_db_delete_range(struct journal_db *db, int64_t after_seq,
                                            int64_t upto_seq);
NILA_MUST_CHECK int journal_db_delete_after(struct journal_db *db, int64_t seq);
/* The next row gets at least seq + 1. */
NILA_MUST_CHECK int journal_db_continue_after(struct journal_db *db, int64_t seq);

typedef int (*journal_db_tag)(void *arg, uint32_t id, const char *text);
NILA_MUST_CHECK int journal_db_tags(struct journal_db *db, journal_db_tag each, void *arg);
NILA_MUST_CHECK int journal_db_add_tag(struct journal_db *db, uint32_t id, const char *text);

/* One run of the machine (boot) whose readings are in the file. */
struct journal_boot {
    uint32_t id;
    char name[CLOCK_BOOT_ID_SIZE];
    int64_t first_seq; /* none of its rows is older */
    int64_t first_ms;  /* its clock_mono_ms when it was first met */
    bool given_up;     /* its held rows left with an unsure time, and stay so */
    int64_t anchor_ms; /* wall time = boot_ms + this; 0 not known. Once known it never changes */
    int64_t unsure_ms; /* with an anchor: no held row is newer (boot_ms) */
};

/* crc: as it was stored. name: perhaps longer than ours. */
typedef int (*journal_db_boot)(void *arg, const struct journal_boot *b, const char *name,
                               uint32_t crc);
NILA_MUST_CHECK int journal_db_boots(struct journal_db *db, journal_db_boot each, void *arg);
NILA_MUST_CHECK int journal_db_set_boot(struct journal_db *db, const struct journal_boot *b,
                                        uint32_t crc);
NILA_MUST_CHECK int journal_db_delete_boots(struct journal_db *db, uint32_t before);

/* Numbers by name; 0 when there is none. */
NILA_MUST_CHECK int journal_db_meta(struct journal_db *db, const char *key, int64_t *value);
NILA_MUST_CHECK int journal_db_set_meta(struct journal_db *db, const char *key, int64_t value);

/* *seq 0 when the sink has no mark yet. */
NILA_MUST_CHECK int journal_db_mark(struct journal_db *db, const char *sink, int64_t *seq);
NILA_MUST_CHECK int journal_db_set_mark(struct journal_db *db, const char *sink, int64_t seq);

/* Keeps the newest keep refused lines. */
NILA_MUST_CHECK int journal_db_quarantine(struct journal_db *db, const char *sink, int64_t seq,
                                          int64_t at_ms, const char *line, size_t len,
                                          const char *reason, int keep);
NILA_MUST_CHECK int journal_db_quarantined(struct journal_db *db, int64_t *count);

/* Pages in use (free ones not counted), pages of the file, the bound in pages. */
struct journal_db_pages {
    int64_t used, file, limit;
    int size; /* bytes a page */
};
NILA_MUST_CHECK int journal_db_pages(struct journal_db *db, struct journal_db_pages *out);

/* A number behind after_seq from which on rows can be read again, when those right behind it cannot; -1: there is none. Up to
 * eight rows that could be read may lie before it. */
NILA_MUST_CHECK int journal_db_next_readable(struct journal_db *db, int64_t after_seq,
                                             int64_t *next);

/* Copies what can still be read of a damaged file at path (tags, boots, numbers, marks, rows in order) through the callbacks; unreadable
 * stretches are passed over. row returns 1 for a whole row, 0 for a damaged one; a row may come more than once.
 * NILA_ERR_CORRUPT: nothing could be read; an error of a callback ends it and is returned. */
struct journal_db_salvage {
    journal_db_tag tag;
    journal_db_boot boot;
    journal_db_row row;
    int (*meta)(void *arg, const char *key, int64_t value);
    int (*mark)(void *arg, const char *sink, int64_t seq);
    void *arg;
};
NILA_MUST_CHECK int journal_db_salvage(const char *path, const struct journal_db_salvage *to);

/* A copy of one instant while others go on: begins a new file at to (0640), then some pages a call (1: there is more, 0: the copy
 * is closed and on the disk), each of which the journal's lock is held for. NILA_ERR_BUSY: one is being made; NILA_ERR_IO:
 * it was begun on another handle, or the disk fails; NILA_ERR_FULL, NILA_ERR_DENIED, NILA_ERR_CORRUPT. After an error, or
 * journal_db_copy_end, nothing is left at to. */
NILA_MUST_CHECK int journal_db_copy_begin(struct journal_db *db, const char *to);
NILA_MUST_CHECK int journal_db_copy_step(struct journal_db *db);
void journal_db_copy_end(struct journal_db *db); /* none is being made: fine */
/* Is the copy at path, which is closed, whole? It takes as long as reading it; one that is not is removed. NILA_ERR_CORRUPT. */
NILA_MUST_CHECK int journal_db_copy_check(const char *path);

#endif
