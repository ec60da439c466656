/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: one polled device: its plan, its schedule, its back-off, its counters, and a round of questions as a machine that
 * never waits: device_begin, then device_next and device_answer until there is no next question, then device_end.
 *
 * Threads: the thread that serves the device's bus; device_copy_stats any. */
#ifndef COLLECTOR_DEVICE_H
#define COLLECTOR_DEVICE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"
#include "decode.h"
#include "node_header.h"
#include "plan.h"
#include "poll.h"
#include "poll_stats.h"
#include "quality.h"
#include "slots.h"
#include "start.h"

#define DEVICE_BACKOFF_MAX_S 300

/* A round under way. */
struct device_round {
    int64_t slot_ms;  /* monotonic */
    int64_t began_ms; /* monotonic */
    unsigned at;      /* block of the plan */
    int questions;
    size_t got;           /* blocks answered, or left unasked because they were refused lately */
    unsigned heard;       /* blocks answered */
    enum start_step step; /* what the question is */
    bool again;           /* it is asked a second time */
    bool over, later;     /* later: nothing was to be read yet */
    int rc;               /* what came of it, once it is over */
    char note[96];        /* what was wrong, perhaps in spite of success */
};

struct device {
    const struct site *site;
    const struct site_device *d;
    const struct site_bus *bus;
    const struct profile *p;
    const struct plan *plan; /* devices of one kind share it until one proves different */
    struct plan *made, *own; /* freed with the device: the shared one, and its own; NULL none */
    struct quality *quality;
    struct node_seen node;
    struct slots_stamps stamps;
    unsigned failures; /* rounds without a good answer in a row */
    int64_t period_ms, offset_ms;
    int64_t anchor_ms; /* of the grid next_slot is counted on */
    int64_t next_slot;
    bool at_once; /* one reading before the next slot */
    int64_t at_once_ms;
    bool kept; /* that reading is of the slot in which the device was started */
    int64_t kept_slot_ms;
    atomic_bool
        lent; /* somebody calibrates it: what it reads is not the pond's. Set by any thread */
    struct start start; /* what is known of a device that must be told to measure */
    struct device_round round;
    struct reg_block *block; /* room for a block of the plan each */
    unsigned blocks;
    struct line_stats *line; /* of its bus; NULL: nobody counts */
    pthread_mutex_t lock;    /* for stats and answers */
    struct poll_device_stats stats;
    struct answer_ring answers;
};

/* NILA_ERR_CONFIG with words in why (size >= 256). On success the caller frees what it holds with device_done. like: a device of
 * the same profile that lives as long, or NULL. */
NILA_MUST_CHECK int device_init(struct device *dev, const struct site *site, unsigned index,
                                const struct profile *p, const struct device *like, char *why,
                                size_t why_size);
void device_done(struct device *dev);

/* Has it anything to be read? A relay board need not. */
bool device_is_read(const struct device *dev);

/* When it is due next (monotonic ms), on the grid of anchor_ms. When that differs from the grid it was scheduled on (the clock was
 * set), it is scheduled anew without counting a slot as missed. */
int64_t device_due(struct device *dev, int64_t anchor_ms, int64_t mono_ms);

/* Takes the slot that is due: returns its monotonic time, counts those before it that were never served as missed, and
 * schedules the next. */
int64_t device_take_slot(struct device *dev, int64_t mono_ms);

/* The slot could not be served because the whole line is away; why is kept as the device's error. */
void device_missed(struct device *dev, const char *why);

/* Begins the round of slot_mono_ms. */
void device_begin(struct device *dev, int64_t slot_mono_ms);

/* The next question of the round, with regs to be filled; false: the round is over. A profile's start request comes first: once,
 * and again after the device was silent or gave no good value, or before each reading; until the device is ready the round is over
 * at once, and the next is due when it should be. */
bool device_next(struct device *dev, struct bus_question *q, uint16_t **regs);

/* That question ended with rc (as bus_ask says) and *a, after it had the line since from_ms. */
void device_answer(struct device *dev, int rc, struct bus_answer *a, int64_t from_ms);

/* Ends the round and fills set (tags, time, judged values); trusted: may the wall clock be believed? 0: all was answered, or the
 * device was started and is read later; NILA_ERR_TIMEOUT, NILA_ERR_PROTO: the device is backed off; NILA_ERR_IO:
 * the line is gone. set->n is 0 when there is nothing to deliver; after a failure it may hold the blocks answered before. */
NILA_MUST_CHECK int device_end(struct device *dev, struct reading_set *set, bool trusted);

void device_copy_stats(struct device *dev, struct poll_device_stats *out);

/* Adds the slots it was asked in and those it missed. */
void device_add_slots(struct device *dev, uint64_t *served, uint64_t *missed);

/* Seconds until the next try after so many failures in a row; 0 for none. Doubles, at most DEVICE_BACKOFF_MAX_S (or every_s
 * when that is longer). */
int device_backoff_s(unsigned failures, int every_s);

#endif
