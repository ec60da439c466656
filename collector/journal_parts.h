/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_parts: what journal.c (open, append, wait), journal_file.c (the file and its mending), journal_room.c (bounds and
 * age), journal_boot.c (what clocks are worth) and journal_read.c (rows, marks, numbers) share; nobody else includes it.
 *
 * Everything below is called with db_lock held. */
#ifndef COLLECTOR_JOURNAL_PARTS_H
#define COLLECTOR_JOURNAL_PARTS_H

#include <pthread.h>
#include <stdbool.h>

#include "journal.h"
#include "journal_db.h"
#include "journal_row.h"
#include "journal_tags.h"

/* Rows deleted or brought over in one transaction. */
#define JOURNAL_BATCH 1000
#define JOURNAL_GAPS  16

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
    int64_t max_bytes, keep_ms, clock_wait_ms;
    char boot_name[CLOCK_BOOT_ID_SIZE];
    unsigned sinks;
    char sink[JOURNAL_SINKS_MAX][SLUG_SIZE];

    /* the file; held while one transaction or one read runs */
    pthread_mutex_t db_lock;
    struct journal_db *db; /* NULL after an error, until it could be opened again */
    int64_t reopen_at;     /* mono ms */
    struct journal_tags tags;
    int64_t first, last; /* first: 0 when empty */
    int64_t mark[JOURNAL_SINKS_MAX];
    struct journal_boot *boot; /* by rising id */
    size_t boots;
    int64_t held_seq;        /* no held row is older; 0: nothing is held */
    int64_t newest_ms;       /* newest time of any row, 0 none */
    int64_t unsure_until_ms; /* like unsure_ms of the present boot, with its first round of slots */
    int64_t opened_mono_ms, opened_newest_ms;
    /* places the disk does not read, by row; the place that is being tried */
    struct journal_gap {
        int64_t from, to;
    } gap[JOURNAL_GAPS];
    unsigned gaps; /* ever noted; the newest JOURNAL_GAPS are known */
    int64_t bad_at;
    unsigned bad_tries;
    int64_t damaged_upto;               /* rows up to here have been counted */
    int64_t rows;                       /* in the file */
    int64_t waiting[JOURNAL_SINKS_MAX]; /* of them, not delivered to that sink */
    int64_t holes_upto;                 /* numbers up to here may be missing between rows */
    /* the pass of thinning: looked at up to, ends at; rows up to base are as sparse as they get; the first it took */
    int64_t thin_at, thin_end, thin_base, thin_first, thin_looked, thin_took;
    /* growth: rows of this machine (with boot_ms) since the journal was opened, and how many there were when */
    uint64_t grown, grown_from, grown_mid;
    int64_t grown_from_ms, grown_mid_ms; /* mono ms */
    int64_t ballast_want, ballast_has;   /* bytes */
    int64_t ballast_at;                  /* mono ms: not made again before */
    int64_t trim_at;                     /* mono ms */
    uint64_t trim_appended;
    uint64_t appended, commits, dropped, thinned, damaged;
    int64_t last_commit_us;

    /* the queue in front of it; never held while the file works */
    pthread_mutex_t lock;
    pthread_cond_t done, news; /* news: on the monotonic clock */
    struct journal_request *head, **tail;
    bool leading;              /* a caller is committing for the others */
    int64_t stored, published; /* newest row; newest that may leave */
    bool holding;
    unsigned wakes;
};

/* Rows up to here are with every sink. */
int64_t journal_delivered(const struct journal *j);

/* Opens the file; j->db stays NULL on an error. */
NILA_MUST_CHECK int journal_file_open(struct journal *j);
/* The same when an error has closed it, not oftener than once a second. */
NILA_MUST_CHECK int journal_file_ensure(struct journal *j);
/* What a failed call on the file (rc) means for the file. True when it is open (again), or there is room (again), and another
 * try is worth it. */
bool journal_file_mend(struct journal *j, int rc);

/* Deletes until there are pages to work with: delivered rows first; then rows are thinned; then the oldest go. What is
 * undelivered is counted and said. */
NILA_MUST_CHECK int journal_room_make(struct journal *j);
/* The file says it is full. Within our own bound it is the disk: then the ballast goes, then delivered rows; nothing
 * undelivered is given up for it. 1: there is room again; 0: there is nothing to delete. */
NILA_MUST_CHECK int journal_room_when_full(struct journal *j);
/* Deletes delivered rows that are older than they need to be kept, a batch at a time. */
void journal_room_trim_aged(struct journal *j);

/* The ballast: how much there is; makes what is missing, when there is room and it is time; gives up a part of it (false:
 * there is none); the same when rc says that the disk is full: true: try again. */
void journal_ballast_find(struct journal *j);
void journal_ballast_make(struct journal *j);
bool journal_ballast_release(struct journal *j);
bool journal_ballast_relieve(struct journal *j, int rc);

/* Takes over what is counted; after first, last and the marks. */
NILA_MUST_CHECK int journal_room_load(struct journal *j, int64_t newest);
/* How many rows lie after after_seq, up to upto_seq. */
NILA_MUST_CHECK int journal_room_count(struct journal *j, int64_t after_seq, int64_t upto_seq,
                                       int64_t *rows);
/* Numbers up to upto_seq may be missing: written down within a transaction (set holes_upto when it is committed). */
NILA_MUST_CHECK int journal_room_note_holes(struct journal *j, int64_t upto_seq);
NILA_MUST_CHECK int journal_room_find_first(struct journal *j);
/* The bytes at which rows begin to go. */
int64_t journal_room_limit(const struct journal_db_pages *p);
/* Counts n rows more; own: read by this machine. */
void journal_room_grow(struct journal *j, int64_t n, int64_t own);
double journal_room_rows_per_h(const struct journal *j);

/* Thins some of the older undelivered rows. 1: some gave way; 0: there is nothing to thin. */
NILA_MUST_CHECK int journal_thin(struct journal *j);
NILA_MUST_CHECK int journal_thin_load(struct journal *j);
/* About how many rows the rest of the pass will take. */
int64_t journal_thin_left(const struct journal *j);

/* Takes over the table of boots; after first and last. */
NILA_MUST_CHECK int journal_boot_load(struct journal *j);
/* Writes this run of the machine into the table, within a transaction, when it is not there; if that is rolled back, set
 * j->boots back. */
NILA_MUST_CHECK int journal_boot_meet(struct journal *j);
/* Notes the newest time of any row, within a transaction that takes rows away. */
NILA_MUST_CHECK int journal_boot_note_newest(struct journal *j);
/* Gives the present boot its anchor when the clock is right, or gives up what it holds when that has lasted too long.
 * True: something was settled, and nothing is held any more. */
bool journal_boot_look(struct journal *j);
/* The clock of the present boot is still waited for: what is held must not leave yet. A held row of a boot whose clock is right may: its
 * time is known. */
bool journal_boot_waits(const struct journal *j);
/* What a set that comes now gets: its time for good, or held. */
void journal_boot_stamp(struct journal *j, struct reading_set *set, struct journal_row_head *head);
/* The time of a row, as far as it is known. */
int64_t journal_boot_time(const struct journal *j, const struct journal_row_head *head);
/* Gives an unpacked set its time. False: it is still held, and set is as it was journalled. */
bool journal_boot_resolve(const struct journal *j, const struct journal_row_head *head,
                          struct reading_set *set);
/* For a file begun anew: those in memory; one of the damaged file's; the number of a row whose boot was lost. */
NILA_MUST_CHECK int journal_boot_keep(struct journal *j);
NILA_MUST_CHECK int journal_boot_salvage(struct journal *j, const struct journal_boot *b,
                                         const char *name, uint32_t crc);
NILA_MUST_CHECK int journal_boot_reserve(struct journal *j, uint32_t id, int64_t seq);
/* Is what was read of the table what was written? */
bool journal_boot_sound(const struct journal_boot *b, const char *name, uint32_t crc);

#endif
