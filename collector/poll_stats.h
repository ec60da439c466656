/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_stats: what a line and a device have done: rings of fixed size, no allocation.
 *
 * Threads: struct line_stats by any (its own lock); struct answer_ring under the lock of its owner. */
#ifndef COLLECTOR_POLL_STATS_H
#define COLLECTOR_POLL_STATS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "bus.h"
#include "poll.h"

#define ANSWER_RING 256

/* The newest answer times of a device, in ms. A zeroed struct has none. */
struct answer_ring {
    unsigned n, next;
    uint16_t ms[ANSWER_RING];
};

void answer_ring_add(struct answer_ring *r, int ms);

/* The answer time that the share p (0..1) of them did not exceed; 0 when there are none. */
int answer_ring_quantile(const struct answer_ring *r, double p);

#define BUSY_SECONDS 60

struct line_stats {
    pthread_mutex_t lock;
    struct poll_line_stats s; /* without slots, busy_permille and waiting */
    int64_t started_ms;
    int64_t newest;                 /* the second of the newest bucket */
    uint16_t busy_ms[BUSY_SECONDS]; /* by second; those up to newest - BUSY_SECONDS are forgotten */
};

void line_stats_init(struct line_stats *l, int64_t mono_ms);
void line_stats_free(struct line_stats *l);

/* A question ended with rc after it had the line from from_ms to to_ms (monotonic). */
void line_stats_question(struct line_stats *l, int rc, const struct bus_answer *a, bool asked,
                         int64_t from_ms, int64_t to_ms);

/* Open, or away for the reason why. */
void line_stats_state(struct line_stats *l, bool open, const char *why);

void line_stats_copy(struct line_stats *l, int64_t mono_ms, struct poll_line_stats *out);

#endif
