/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal: readings kept on disk until every sink has accepted them, and for keep_days after.
 *
 * Order: rows leave in the order they came. Crash: a row is either wholly there or not; a row whose journal_append
 * returned 0 survives kill -9, and power loss on a card that honours sync (SQLite WAL, synchronous FULL, exclusive).
 * Threads: any; calls are serialised inside. Appending threads share commits: the first to come commits at once, and
 * whoever comes meanwhile goes together into the next commit, so that none waits for more than two.
 * Errors: 0 or a negative enum nila_err; details are logged here, once.
 *
 * Time: tags and time are for good from the moment a row is journalled, with one exception that is as good: a row that was
 * read while the clock was not trusted (and boot_ms is known) is held. It leaves once the present run of the machine (boot)
 * has its anchor: wall time = boot_ms + anchor, fixed once, at the first moment at which the clock is trusted, and written
 * into the file before anything held leaves, so that a row sent twice is the same point. What has waited for clock_wait_ms
 * since the boot's first row is given up, as is what an earlier boot has held: it leaves with the time it was journalled
 * with and clock_trusted false, and this too is for good. A clock that was trusted once in this boot and was not set since
 * stays trusted, however long no time server is heard. A trusted slot time that lies among those of held rows becomes
 * boot_ms + anchor. A time before 2025 or after 2100, or before the newest row's by less than 400 days, is never kept for an
 * unsure row: such rows go on from the newest row's time. Rows without boot_ms (imported) are taken as they are.
 *
 * Bound: when the file reaches max_bytes, delivered rows go first. When there are none, the older three quarters of the rows
 * are thinned: of each device every second one goes (thinned), and again in the next pass, as long as its rows are less than
 * half an hour apart. Rows with a value whose flag is not pass, and rows of switches (relay, input, cause), never go that way.
 * When a pass finds nothing, the oldest rows go (dropped). Each is counted, durably, and said.
 * For one sink: appended = delivered + thinned + dropped + pending.
 *
 * Full disk: parts of the ballast (ballast_bytes) are given up until what came in is stored, so that the newest readings and the
 * marks of some hours still find room; then delivered rows go; undelivered ones are not given up for a disk that others
 * have filled, and what comes is refused (NILA_ERR_FULL). The ballast is made anew when there is room.
 *
 * Damage: a row with a wrong CRC is passed over, counted and logged; so is a place that the disk does not read in three tries
 * (the rows it is believed to hold are counted). A file SQLite can not read is moved aside as
 * PATH.corrupt-N, a new one is begun, and the undelivered rows that can still be read are brought over with their
 * numbers; until that is done it is called PATH.salvage, so that a crash in between loses nothing. After an I/O error the file is closed and opened
 * again before anything else is written: what a failed fsync has left in the cache is never trusted; the write-ahead log that is
 * found at any opening is written anew and synced first. */
#ifndef COLLECTOR_JOURNAL_H
#define COLLECTOR_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/reading.h"

#define JOURNAL_SINKS_MAX 8 /* the site file allows no more */

struct journal; /* opaque */

struct journal_config {
    /* created 0640 with its folder's fsync; damaged files are moved aside as PATH.corrupt-N */
    const char *path;
    /* the database file's bound, at least 256 KiB (its -wal comes on top, about 4 MiB); what goes then: see above */
    int64_t max_bytes;
    int keep_days; /* delivered rows older than this are deleted, once the clock is trusted */
    const char *const *
        sink; /* slugs; each has its own mark "delivered up to"; a new one begins at the oldest row */
    unsigned sinks; /* 0..JOURNAL_SINKS_MAX; with none, rows leave by age and size only */
    /* how long, after the machine's first row, rows wait for the clock to be put right; 0: they do not */
    int64_t clock_wait_ms;
    /* room kept for a full disk in PATH.ballast, made when twice that is free; 0: none */
    int64_t ballast_bytes;
};

struct journal_row {
    int64_t seq; /* > 0, rising */
    struct reading_set set;
};

/* NILA_ERR_BUSY: another process (or this one) has it open; NILA_ERR_UNSUPPORTED: the file was written by a newer program
 * or is no journal, and is kept as it is; NILA_ERR_NOT_FOUND: no such folder; NILA_ERR_DENIED, NILA_ERR_IO,
 * NILA_ERR_FULL; NILA_ERR_RANGE: too many sinks. A damaged file is no error: it is moved aside. */
NILA_MUST_CHECK int journal_open(struct journal **out, const struct journal_config *c);
void journal_close(struct journal *j); /* NULL is fine; no other call may be running */

/* Stores n sets in one transaction (perhaps with other callers'); returns when they are on disk. NILA_ERR_RANGE: a set is
 * not what reading.h allows; NILA_ERR_FULL (disk full), NILA_ERR_IO and others: nothing of these sets was stored. */
NILA_MUST_CHECK int journal_append(struct journal *j, const struct reading_set *sets, size_t n);

/* Up to max rows after seq that may leave, oldest first, with their times for good; returns the count (>= 0). A damaged row is skipped, counted and logged. */
NILA_MUST_CHECK int journal_peek(struct journal *j, int64_t after_seq, struct journal_row *rows,
                                 int max);

/* Number of the newest row ever stored, 0 none. */
int64_t journal_last_seq(struct journal *j);

/* Number of the newest row that may leave now: rows that are held, and what is behind them, may not. Looks at the clock. */
int64_t journal_sendable_seq(struct journal *j);

/* Rows up to seq are delivered to sink (index). Never moves back. NILA_ERR_RANGE: no such sink, or a row not yet there. */
NILA_MUST_CHECK int journal_ack(struct journal *j, unsigned sink, int64_t seq);
NILA_MUST_CHECK int journal_acked(struct journal *j, unsigned sink, int64_t *seq);

/* Keeps a line the server refuses for ever, with its words; of each at most 4 KiB. The newest 10000 are kept, or as
 * many as fit a quarter of max_bytes. */
NILA_MUST_CHECK int journal_quarantine(struct journal *j, unsigned sink, int64_t seq,
                                       const char *line, size_t len, const char *reason);

/* Values of one pond ("": the site's own devices) and metric in [from_ms, to_ms), in the order they were journalled:
 * imported values may be older than the ones before them. A non-zero return of each ends it and is returned; each may
 * call the journal. */
typedef int (*journal_value)(void *arg, int64_t ts_ms, const char *device,
                             const struct reading_value *v);
NILA_MUST_CHECK int journal_history(struct journal *j, const char *pond, enum metric metric,
                                    int64_t from_ms, int64_t to_ms, journal_value each, void *arg);

/* The same in pieces: looks at some hundred rows after *after_seq (0 to begin) and moves it on. Returns 1 when there may
 * be more, 0 at the end, or an error. */
NILA_MUST_CHECK int journal_history_piece(struct journal *j, int64_t *after_seq, const char *pond,
                                          enum metric metric, int64_t from_ms, int64_t to_ms,
                                          journal_value each, void *arg);

/* Waits until a row newer than after_seq may leave, or timeout_ms passed, or journal_wake was called. */
void journal_wait(struct journal *j, int64_t after_seq, int64_t timeout_ms);
void journal_wake(struct journal *j);

struct journal_stats {
    int64_t rows, first_seq, last_seq;
    int64_t bytes;                       /* of the database file */
    int64_t oldest_unsent_ms;            /* time of the oldest undelivered row, 0: nothing waits */
    int64_t held;                        /* rows that wait for the clock to be put right */
    int64_t pending[JOURNAL_SINKS_MAX];  /* per sink: rows not yet delivered */
    int64_t waiting;                     /* the largest of them */
    uint64_t appended, commits, damaged; /* since open */
    /* in the file's whole life: rows that went before every sink had them, one of two, and from the oldest on */
    uint64_t thinned, dropped;
    uint64_t quarantined; /* in the file */
    int64_t last_commit_us;
    /* for journal_hours_left */
    int64_t used_bytes;  /* of pages in use, those of an empty file not counted */
    int64_t limit_bytes; /* of them, when rows begin to go */
    int64_t
        thinnable; /* rows the present pass of thinning will still take, estimated; 0 when there is none */
    double
        rows_per_h; /* read by this machine, measured over the last 10 min to 12 h; 0 not known yet */
};
NILA_MUST_CHECK int journal_stats(struct journal *j, struct journal_stats *out);

/* Hours until the oldest undelivered reading is dropped, if nothing is delivered from now on, at the growth measured; -1 when
 * that is not known yet. Before the journal is full it counts to the moment thinning begins (dropping comes later: how much
 * can be thinned is not known before); while rows are thinned, what the present pass will still take is counted in. */
double journal_hours_left(const struct journal_stats *s);

/* A copy of the journal of one instant at path to (a new file, 0640), checked and on the disk; readings are stored meanwhile. to has to lie
 * in a folder that may be written; tick (may be NULL) is called between its pieces. NILA_ERR_BUSY: another is being made; NILA_ERR_IO, NILA_ERR_FULL, NILA_ERR_DENIED, NILA_ERR_CORRUPT. */
NILA_MUST_CHECK int journal_backup(struct journal *j, const char *to, void (*tick)(void *arg),
                                   void *arg);

/* The same of a journal that nobody has open. NILA_ERR_BUSY: somebody has; NILA_ERR_NOT_FOUND. */
NILA_MUST_CHECK int journal_backup_closed(const char *path, const char *to);

/* Makes a copy (nobody has it open) fit to go on on another machine, which the first one may have outlived by any number of readings:
 * - numbers go on far above any that were given, by the copy and above least, so that none is given twice;
 * - readings that waited for the clock leave it (*unsure of them): the first machine may have sent them since with the time they
 *   got then, and here they would be sent as unsure ones.
 * What the sinks had not acknowledged is sent again, which makes the same points. */
struct journal_adopted {
    int64_t rows, last_seq; /* as they were in the copy */
    int64_t next_seq;       /* the first number that will be given */
    int64_t unsure;
};
NILA_MUST_CHECK int journal_adopt(const char *path, int64_t least, struct journal_adopted *out);

/* The last number given in the file at path, which nobody has open; 0 there is none. Errors as journal_backup_closed. */
NILA_MUST_CHECK int journal_last_closed(const char *path, int64_t *last);

#endif
