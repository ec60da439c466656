/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_line: a bus with its devices, as the thread that serves it sees it: who is due, may it be opened, is it away. Shared by
 * poll.c, poll_serial.c and poll_tcp.c; for no other file. */
#ifndef COLLECTOR_POLL_LINE_H
#define COLLECTOR_POLL_LINE_H

#include <stdatomic.h>

#include "device.h"
#include "frames.h"
#include "poll_ask.h"
#include "poll_batch.h"
#include "poll_clock.h"
#include "poll_stats.h"

#define NAP_MS 1000 /* a waiting thread looks at the clocks at least this often */

/* What all threads of the poller share. */
struct poll_common {
    struct poll_clock clock;
    struct batch *batch;
    atomic_bool stop;
    atomic_llong
        tcp_turn_ms; /* when the thread of the TCP lines last looked what is due; monotonic */
};

struct line {
    const struct site_bus *c;
    struct device **device;
    unsigned devices;
    int wake_fd; /* the event handle of the thread that serves it */
    struct ask_queue asks;
    struct line_stats stats;
    struct frames frames;
    atomic_llong turn_ms; /* of a serial line: when its thread last looked what is due; monotonic */
    /* of the thread that serves it: */
    bool turn; /* a read of a person came last: a device that is due comes first. Cleared with a
                         * device's question */
    int64_t reopen_ms;  /* not opened again for a device before this */
    int reopen_wait_ms; /* 0: it is not away */
    char why[96];       /* why it is away */
};

void line_init(struct line *l, const struct site_bus *c, unsigned devices, int64_t mono_ms);
void line_free(struct line *l);

/* The device that is due first and when; NULL and INT64_MAX: it has none that is read. */
struct device *line_due(struct line *l, int64_t anchor_ms, int64_t mono_ms, int64_t *due_ms);

/* The person's question whose turn it is, given whether a device is due; NULL: none. */
struct ask *line_ask(struct line *l, bool device_due);

/* Ends it; from_ms: since when it had the line. */
void line_ask_end(struct line *l, struct ask *ask, int rc, int64_t from_ms);
/* Ends it unasked: the line cannot be opened. */
void line_ask_away(struct line *l, struct ask *ask);

/* May it be opened for a device now, or is that too soon after a failure? */
bool line_may_open(const struct line *l, int64_t mono_ms);
void line_opened(struct line *l);
void line_not_opened(struct line *l, const char *why);

/* The link broke in the middle of a round of dev. */
void line_lost(struct line *l, struct device *dev, const char *why);

/* Writes to an event handle. arg: struct line. */
void line_wake(void *arg);

#endif
