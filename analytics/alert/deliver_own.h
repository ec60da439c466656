/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deliver_own: what deliver.c (the channels' threads) and deliver_feed.c (what they are given) share. */
#ifndef ANALYTICS_ALERT_DELIVER_OWN_H
#define ANALYTICS_ALERT_DELIVER_OWN_H

#include <pthread.h>

#include "deliver.h"

/* A channel's thread. */
struct worker {
    struct deliver *d;
    const char *slug;
    void *channel;
    pthread_t thread;
    pthread_cond_t more;
    struct rec_attempt queue[DELIVER_QUEUE];
    size_t n;
    int64_t at_work; /* id of the attempt being made; 0 none */
    bool called_off; /* that one is not tried again */
};

struct deliver {
    struct records *records;
    struct deliver_ops ops;
    pthread_mutex_t lock; /* guards all below and the workers' queues */
    bool stop;
    size_t n;
    struct worker *worker;
    struct deliver_heard *heard;
    size_t n_heard;
    size_t lost_heard;
    struct rec_attempt *unsaved; /* as they became, while the records cannot be written */
    size_t n_unsaved;
    int64_t save_due;           /* monotonic */
    int64_t direct_id;          /* of attempts that are not on record: below 0, growing */
    struct rec_attempt *direct; /* of those, what waits for its next try */
    size_t n_direct;
};

/* What became of an attempt could be stored, or not: then it is kept here, so that a message is not sent again with every second that
 * the disk is full. The lock is held. */
void deliver_keep(struct deliver *d, const struct rec_attempt *a, bool stored);

#endif
