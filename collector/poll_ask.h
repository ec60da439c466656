/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_ask: the questions of persons and rules that wait for one line. The threads that ask wait here; the thread that serves
 * the line takes the questions out and says how they ended. */
#ifndef COLLECTOR_POLL_ASK_H
#define COLLECTOR_POLL_ASK_H

#include <pthread.h>
#include <stdatomic.h>

#include "bus.h"

/* One waiting question; lives on the stack of the one who asks. */
struct ask {
    const struct bus_question *q;
    uint16_t *regs;
    struct bus_answer *a;
    int rc;
    bool taken, done;
    struct ask *next;
};

struct ask_queue {
    pthread_mutex_t lock;
    pthread_cond_t done;
    struct ask *first; /* waiting: writes before reads, else in the order they came */
    unsigned n;        /* waiting */
    unsigned inside;   /* threads in ask_wait */
    bool closed;
    atomic_uint waiting; /* n, to be looked at without the lock */
};

void ask_init(struct ask_queue *k);
void ask_free(struct ask_queue *k); /* after ask_close; waits until the last has left */

/* Waits in k until the question has been answered; wake(arg) tells the line's thread that there is one; it is called
 * under the lock, and never after ask_close. Errors as poller_ask. */
NILA_MUST_CHECK int ask_wait(struct ask_queue *k, const struct bus_question *q, uint16_t *regs,
                             struct bus_answer *a, int64_t timeout_ms, void (*wake)(void *arg),
                             void *arg);

/* The question whose turn it is, taken out; NULL: none. With writes_only reads stay. */
struct ask *ask_take(struct ask_queue *k, bool writes_only);

/* It ended with rc; ask is not to be touched after that. */
void ask_end(struct ask_queue *k, struct ask *ask, int rc);

/* Ends all that wait with NILA_ERR_CLOSED, and those to come. */
void ask_close(struct ask_queue *k);

#endif
