/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal: readings kept on disk until every sink has accepted them, and for keep_days after.
 *
 * Order: rows leave in the order they came. Crash: a row is either wholly there or not; a row whose journal_append
 * returned 0 survives kill -9, and power loss on a card that honours sync (SQLite WAL, synchronous FULL, exclusive).
 * Threads: any; calls are serialised inside. Appending threads wait while one commit takes whatever is waiting: at once
 * when idle, at the latest after 250 ms. Errors: 0 or a negative enum nila_err; details are logged here, once. */
#ifndef COLLECTOR_JOURNAL_H
#define COLLECTOR_JOURNAL_H

#include <stdint.h>

#include "collector/common/reading.h"

struct journal; /* opaque */

struct journal_config {
    const char *path;       /* created 0640 with its folder's fsync; damaged files are moved aside as PATH.corrupt-N */
    int64_t max_bytes;      /* the file's bound; then delivered rows go first, then the oldest, counted */
    int keep_days;          /* delivered rows older than this are deleted */
    const char *const *sink; /* slugs; each has its own mark "delivered up to" */
    unsigned sinks;
};

struct journal_row {
    int64_t seq; /* > 0, rising */
    struct reading_set set;
};

NILA_MUST_CHECK int journal_open(struct journal **out, const struct journal_config *c);
void journal_close(struct journal *j); /* NULL is fine */

/* Stores n sets in one transaction (perhaps with other callers'); returns when they are on disk. NILA_ERR_FULL, NILA_ERR_IO:
 * nothing of these sets was stored. */
NILA_MUST_CHECK int journal_append(struct journal *j, const struct reading_set *sets, size_t n);

/* Up to max rows after seq, oldest first; returns the count (>= 0). A damaged row is skipped, counted and logged. */
NILA_MUST_CHECK int journal_peek(struct journal *j, int64_t after_seq, struct journal_row *rows, int max);

/* Rows up to seq are delivered to sink (index). Never moves back. */
NILA_MUST_CHECK int journal_ack(struct journal *j, unsigned sink, int64_t seq);
NILA_MUST_CHECK int journal_acked(struct journal *j, unsigned sink, int64_t *seq);

/* Keeps a line the server refuses for ever, with its words. */
NILA_MUST_CHECK int journal_quarantine(struct journal *j, unsigned sink, int64_t seq, const char *line, size_t len,
                                       const char *reason);

/* Values of one pond and metric in [from_ms, to_ms), oldest first; a non-zero return of each ends it and is returned. */
typedef int (*journal_value)(void *arg, int64_t ts_ms, const char *device, const struct reading_value *v);
NILA_MUST_CHECK int journal_history(struct journal *j, const char *pond, enum metric metric, int64_t from_ms,
                                    int64_t to_ms, journal_value each, void *arg);

/* Waits until a row newer than after_seq exists, or timeout_ms passed, or journal_wake was called. */
void journal_wait(struct journal *j, int64_t after_seq, int64_t timeout_ms);
void journal_wake(struct journal *j);

struct journal_stats {
    int64_t rows, first_seq, last_seq, bytes, oldest_unsent_ms; /* oldest_unsent_ms 0: nothing waits */
    int64_t pending[4];      /* per sink: rows not yet delivered */
    uint64_t appended, commits, dropped, damaged, quarantined;   /* since open, except quarantined: in the file */
    int64_t last_commit_us;
};
NILA_MUST_CHECK int journal_stats(struct journal *j, struct journal_stats *out);

#endif
