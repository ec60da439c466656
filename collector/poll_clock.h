/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_clock: the grid of the slots as of now, and whether the wall clock may be believed, for all threads of the poller. */
#ifndef COLLECTOR_POLL_CLOCK_H
#define COLLECTOR_POLL_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct poll_clock {
    pthread_mutex_t lock;
    int64_t anchor_ms; /* as of slots.h */
    bool trusted;
    int64_t looked_ms; /* when trusted was asked for: that takes two system calls */
};

struct poll_now {
    int64_t mono_ms, anchor_ms;
    bool trusted;
};

void poll_clock_init(struct poll_clock *c);
void poll_clock_free(struct poll_clock *c);

/* Follows a wall clock that was set, and says so once. */
struct poll_now poll_clock_now(struct poll_clock *c);

#endif
