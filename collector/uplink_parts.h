/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uplink_parts: what uplink.c (thread, turns), uplink_batch.c (rows to lines), uplink_send.c (lines to the server) and
 * uplink_wait.c (when it does not go) share; nobody else includes it.
 *
 * Everything below is called by the uplink's own thread. */
#ifndef COLLECTOR_UPLINK_PARTS_H
#define COLLECTOR_UPLINK_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "collector/common/buf.h"
#include "collector/common/influx.h"
#include "uplink.h"

#define UPLINK_LINES_MAX 5000
#define UPLINK_BYTES_MAX \
    1000000                 /* below every server's bound, also where it counts inflated bytes */
#define UPLINK_LINES_MIN 50 /* a batch is not halved below this after a time-out */
#define UPLINK_PEEK_ROWS 128
#define UPLINK_AHEAD_MAX 1000 /* lines sent ahead of their turn at once */

struct uplink_line {
    size_t from; /* offset in text; it ends where the next begins */
    int64_t seq;
    bool settled; /* stored, or refused for ever */
};

struct uplink {
    struct uplink_config c;
    struct influx *db;
    pthread_t thread;
    atomic_bool stop;
    uint64_t random;

    /* of the thread alone */
    struct buf text;
    struct uplink_line *line; /* UPLINK_LINES_MAX + a row's lines + the end */
    size_t lines;
    size_t batch_lines; /* present bound, UPLINK_LINES_MIN..UPLINK_LINES_MAX */
    struct journal_row *rows;
    struct buf open; /* text of a range without its settled lines */
    int64_t acked;
    bool
        ahead; /* the batch goes ahead of its turn: nothing of it is counted, quarantined or acknowledged */
    int64_t ahead_upto;       /* rows up to here have gone ahead */
    int64_t ahead_at_ms;      /* mono; not again before */
    size_t ahead_budget;      /* lines that may go ahead; grows with what the backlog gets */
    unsigned refused_in_row;  /* lines quarantined since one was stored */
    unsigned failures;        /* in a row */
    bool create_tried;        /* CREATE DATABASE, since the last success */
    enum influx_verdict said; /* last one logged */

    pthread_mutex_t lock;
    pthread_cond_t changed; /* stop; on the monotonic clock */
    struct uplink_stats stats;
    struct buf gauges;
};

/* Fills the batch with at most max lines of the rows after seq. *upto is the last row looked at. An error of the journal. */
NILA_MUST_CHECK int uplink_batch_fill(struct uplink *u, int64_t after, size_t max, int64_t *upto);
/* The last row whose lines are all settled, and all before it. upto: as uplink_batch_fill said. */
int64_t uplink_batch_done(const struct uplink *u, int64_t upto);

/* Sends the batch. 0 when every line is settled, 1 when the answer in *a ended it, or an error (of the journal, or
 * NILA_ERR_CLOSED). */
NILA_MUST_CHECK int uplink_send(struct uplink *u, struct influx_answer *a);
void uplink_send_gauges(struct uplink *u);
/* The nth line of from..to-1 that is not settled; to when there are fewer. */
size_t uplink_nth_open(const struct uplink *u, size_t from, size_t to, size_t n);
/* Asks back some of the open (> 0) lines of from..to-1 that a server says it has stored. 0 with a->verdict: STORED, or
 * MISCONFIGURED (it has not, or may not be asked), or LATER (it does not answer); NILA_ERR_CLOSED. */
NILA_MUST_CHECK int uplink_verify(struct uplink *u, size_t from, size_t to, size_t open,
                                  struct influx_answer *a);

/* Notes a failure and sleeps. The first of its kind is said loudly, the repeats are not. */
void uplink_wait_after(struct uplink *u, const struct influx_answer *a);
void uplink_wait_over(struct uplink *u); /* after a batch that is settled */
/* Sleeps, or returns at once when the uplink is to stop. */
void uplink_pause(struct uplink *u, int64_t ms);
void uplink_set_state(struct uplink *u, enum uplink_state state, int64_t next_try_ms);
double uplink_draw(struct uplink *u); /* 0 <= x < 1 */

#endif
