/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_ask.h"

#include <stdio.h>
#include <time.h>

#include "collector/common/log.h"
#include "poll.h"

void ask_init(struct ask_queue *k)
{
    pthread_condattr_t attr;

    *k = (struct ask_queue){.first = NULL};
    if (pthread_mutex_init(&k->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&k->done, &attr) != 0)
        fatal("poll: no mutex");
    (void)pthread_condattr_destroy(&attr);
    atomic_init(&k->waiting, 0);
}

void ask_free(struct ask_queue *k)
{
    (void)pthread_mutex_lock(&k->lock);
    while (k->inside > 0)
        (void)pthread_cond_wait(&k->done, &k->lock);
    (void)pthread_mutex_unlock(&k->lock);
    (void)pthread_cond_destroy(&k->done);
    (void)pthread_mutex_destroy(&k->lock);
}

static struct timespec after_ms(int64_t ms)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    if (ms < 0)
        ms = 0;
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_nsec -= 1000000000L;
        t.tv_sec++;
    }
    return t;
}

/* Behind its equals, a write before all reads. The lock is held. */
static void put(struct ask_queue *k, struct ask *ask)
{
    bool write = bus_is_write(ask->q->function);
    struct ask **at = &k->first;

    while (*at != NULL && (!write || bus_is_write((*at)->q->function)))
        at = &(*at)->next;
    ask->next = *at;
    *at = ask;
    atomic_store(&k->waiting, ++k->n);
}

static void take_out(struct ask_queue *k, struct ask *ask)
{
    struct ask **at = &k->first;

    while (*at != ask)
        at = &(*at)->next;
    *at = ask->next;
    atomic_store(&k->waiting, --k->n);
}

static int refused(struct bus_answer *a, int rc, const char *text)
{
    *a = (struct bus_answer){0};
    (void)snprintf(a->text, sizeof a->text, "%s", text);
    return rc;
}

int ask_wait(struct ask_queue *k, const struct bus_question *q, uint16_t *regs,
             struct bus_answer *a, int64_t timeout_ms, void (*wake)(void *arg), void *arg)
{
    struct ask ask = {.q = q, .a = a};
    struct timespec end = after_ms(timeout_ms);
    int rc = 0;

    ask.regs = regs;
    (void)pthread_mutex_lock(&k->lock);
    if (k->closed)
        rc = refused(a, NILA_ERR_CLOSED, "polling has ended");
    else if (k->n >= POLL_ASKS_MAX + (bus_is_write(q->function) ? POLL_ORDERS_MAX : 0))
        rc = refused(a, NILA_ERR_FULL, "too many questions wait for this line");
    else
        put(k, &ask);
    if (rc != 0) {
        (void)pthread_mutex_unlock(&k->lock);
        return rc;
    }
    k->inside++;
    wake(arg); /* under the lock: after ask_close its handle may be another's */
    while (!ask.done) {
        /* once it is on the line, its own time-out ends it */
        if (ask.taken)
            (void)pthread_cond_wait(&k->done, &k->lock);
        else if (pthread_cond_timedwait(&k->done, &k->lock, &end) != 0 && !ask.taken && !ask.done) {
            take_out(k, &ask);
            ask.rc = refused(a, NILA_ERR_TIMEOUT, "the line was busy for too long");
            ask.done = true;
        }
    }
    k->inside--;
    (void)pthread_cond_broadcast(&k->done);
    (void)pthread_mutex_unlock(&k->lock);
    return ask.rc;
}

struct ask *ask_take(struct ask_queue *k, bool writes_only)
{
    struct ask *ask;

    if (atomic_load(&k->waiting) == 0)
        return NULL;
    (void)pthread_mutex_lock(&k->lock);
    ask = k->first;
    if (ask != NULL && writes_only && !bus_is_write(ask->q->function))
        ask = NULL;
    if (ask != NULL) {
        take_out(k, ask);
        ask->taken = true;
    }
    (void)pthread_mutex_unlock(&k->lock);
    return ask;
}

void ask_end(struct ask_queue *k, struct ask *ask, int rc)
{
    (void)pthread_mutex_lock(&k->lock);
    ask->rc = rc;
    ask->done = true;
    (void)pthread_cond_broadcast(&k->done);
    (void)pthread_mutex_unlock(&k->lock);
}

void ask_close(struct ask_queue *k)
{
    (void)pthread_mutex_lock(&k->lock);
    k->closed = true;
    while (k->first != NULL) {
        struct ask *ask = k->first;
        take_out(k, ask);
        ask->rc = refused(ask->a, NILA_ERR_CLOSED, "polling has ended");
        ask->done = true;
    }
    (void)pthread_cond_broadcast(&k->done);
    (void)pthread_mutex_unlock(&k->lock);
}
