/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_parts: what journal.c (open, append, wait), journal_file.c (the file and its mending), journal_room.c (bounds and
 * age) and journal_read.c (rows, marks, numbers) share; nobody else includes it.
 *
 * Everything below is called with db_lock held. */
#ifndef COLLECTOR_JOURNAL_PARTS_H
#define COLLECTOR_JOURNAL_PARTS_H

#include <pthread.h>
#include <stdbool.h>

#include "journal.h"
#include "journal_db.h"
#include "journal_tags.h"

/* Rows deleted or brought over in one transaction. */
#define JOURNAL_BATCH 1000

/* One caller of journal_append, on its stack, waiting. */
struct journal_request {
    const struct reading_set *sets;
    size_t n;
    int rc;
    bool done;
    struct journal_request *next;
};

struct journal {
    char *path;
    int64_t max_bytes, keep_ms;
    unsigned sinks;
    char sink[JOURNAL_SINKS_MAX][SLUG_SIZE];

    /* the file; held while one transaction or one read runs */
    pthread_mutex_t db_lock;
    struct journal_db *db; /* NULL after an error, until it could be opened again */
    int64_t reopen_at;     /* mono ms */
    struct journal_tags tags;
    int64_t first, last; /* first: 0 when empty */
    int64_t mark[JOURNAL_SINKS_MAX];
    int64_t damaged_upto; /* rows up to here have been counted */
    int64_t trim_at;      /* mono ms */
    uint64_t trim_appended;
    uint64_t appended, commits, dropped, damaged;
    int64_t last_commit_us;

    /* the queue in front of it; never held while the file works */
    pthread_mutex_t lock;
    pthread_cond_t done, news; /* news: on the monotonic clock */
    struct journal_request *head, **tail;
    bool leading; /* a caller is committing for the others */
    int64_t published;
    unsigned wakes;
};

/* Rows up to here are with every sink. */
int64_t journal_delivered(const struct journal *j);

/* Opens the file; j->db stays NULL on an error. */
NILA_MUST_CHECK int journal_file_open(struct journal *j);
/* The same when an error has closed it, not oftener than once a second. */
NILA_MUST_CHECK int journal_file_ensure(struct journal *j);
/* What a failed call on the file (rc) means for the file. True when it is open again and worth another try. */
bool journal_file_mend(struct journal *j, int rc);

/* Deletes until there are pages to work with: delivered rows first, then the oldest, which are counted and said. */
NILA_MUST_CHECK int journal_room_make(struct journal *j);
/* The file says it is full. Within our own bound it is the disk: then nothing undelivered is given up for it.
 * 1: some rows were deleted; 0: there is nothing to delete. */
NILA_MUST_CHECK int journal_room_when_full(struct journal *j);
/* Deletes delivered rows that are older than they need to be kept, a batch at a time. */
void journal_room_trim_aged(struct journal *j);

#endif
