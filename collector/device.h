/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: one polled device: its plan, its schedule, its back-off, its counters, and a round of questions.
 *
 * Threads: device_round and the schedule functions by the thread that holds the device's bus; device_copy_stats by any. */
#ifndef COLLECTOR_DEVICE_H
#define COLLECTOR_DEVICE_H

#include <pthread.h>
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

#define DEVICE_BACKOFF_MAX_S 300

struct device {
    const struct site *site;
    const struct site_device *d;
    const struct site_bus *bus;
    const struct profile *p;
    struct plan plan;
    struct quality *quality;
    struct node_seen node;
    struct slots_stamps stamps;
    unsigned failures; /* rounds without a good answer in a row */
    int64_t period_ms, offset_ms;
    int64_t anchor_ms; /* of the grid next_slot is counted on */
    int64_t next_slot;
    bool at_once; /* one reading before the first slot */
    int64_t at_once_ms;
    struct line_stats *line; /* of its bus; NULL: nobody counts */
    pthread_mutex_t lock;    /* for stats and answers */
    struct poll_device_stats stats;
    struct answer_ring answers;
};

/* NILA_ERR_CONFIG with words in why (size >= 256). On success the caller frees what it holds with device_done. */
NILA_MUST_CHECK int device_init(struct device *dev, const struct site *site, unsigned index,
                                const struct profile *p, char *why, size_t why_size);
void device_done(struct device *dev);

/* When it is due next (monotonic ms), on the grid of anchor_ms. When that differs from the grid it was scheduled on (the clock was
 * set), it is scheduled anew without counting a slot as missed. */
int64_t device_due(struct device *dev, int64_t anchor_ms, int64_t mono_ms);

/* Takes the slot that is due: returns its monotonic time, counts those before it that were never served as missed, and
 * schedules the next. */
int64_t device_take_slot(struct device *dev, int64_t mono_ms);

/* The slot could not be served because the whole line is away; why is kept as the device's error. */
void device_missed(struct device *dev, const char *why);

/* Asks the blocks of the plan over bus, which is open, and fills set (tags, time, judged values). block is room for PLAN_BLOCKS
 * answers. 0: all was answered; NILA_ERR_TIMEOUT, NILA_ERR_PROTO: the device is backed off; NILA_ERR_IO, NILA_ERR_CLOSED: the line is gone. set->n
 * is 0 when there is nothing to deliver; after a failure it may hold the blocks answered before. */
NILA_MUST_CHECK int device_round(struct device *dev, struct bus *bus, int64_t slot_mono_ms,
                                 struct reg_block *block, struct reading_set *set);

void device_copy_stats(struct device *dev, struct poll_device_stats *out);

/* Seconds until the next try after so many failures in a row; 0 for none. Doubles, at most DEVICE_BACKOFF_MAX_S (or every_s
 * when that is longer). */
int device_backoff_s(unsigned failures, int every_s);

#endif
