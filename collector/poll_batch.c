/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_batch.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

#define WAIT_MS    500 /* a finished set waits no longer for company */
#define HUNG_MS    5000
#define SETS_LEAST 32
#define SETS_MOST  128

struct batch {
    struct poll_receiver to;
    int64_t since_ms; /* monotonic: when the delivery under way began; 0: none is */
    bool dropping;    /* sets are dropped, and it has been said */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t some; /* the first set came, or the last there is room for, or the end */
    pthread_cond_t room; /* fill is empty again */
    struct reading_set *fill, *flight; /* most each: gathering, and being delivered */
    unsigned n, most;                  /* in fill */
    struct timespec due;               /* when fill is delivered at the latest; valid while n > 0 */
    bool stop;
};

/* Waits until fill is worth a delivery; false: it is empty and will stay so. The lock is held. */
static bool wait_for_sets(struct batch *b)
{
    while (b->n == 0 && !b->stop)
        (void)pthread_cond_wait(&b->some, &b->lock);
    while (b->n < b->most && !b->stop)
        if (pthread_cond_timedwait(&b->some, &b->lock, &b->due) != 0)
            break;
    return b->n > 0;
}

static void *work(void *arg)
{
    struct batch *b = arg;

    (void)pthread_mutex_lock(&b->lock);
    while (wait_for_sets(b)) {
        struct reading_set *sets = b->fill;
        unsigned n = b->n;

        b->fill = b->flight;
        b->flight = sets;
        b->n = 0;
        b->since_ms = clock_mono_ms();
        (void)pthread_cond_broadcast(&b->room);
        (void)pthread_mutex_unlock(&b->lock);
        if (b->to.deliver(b->to.arg, sets, n) != 0)
            log_debug("poll: %u reading sets were not taken", n); /* the receiver counts and logs */
        (void)pthread_mutex_lock(&b->lock);
        b->since_ms = 0;
        if (b->dropping)
            log_warnx("readings are taken again");
        b->dropping = false;
    }
    (void)pthread_mutex_unlock(&b->lock);
    return NULL;
}

static void init_locks(struct batch *b)
{
    pthread_condattr_t attr;

    if (pthread_mutex_init(&b->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&b->some, &attr) != 0 || pthread_cond_init(&b->room, &attr) != 0)
        fatal("poll: no mutex");
    (void)pthread_condattr_destroy(&attr);
}

static void free_batch(struct batch *b)
{
    (void)pthread_cond_destroy(&b->some);
    (void)pthread_cond_destroy(&b->room);
    (void)pthread_mutex_destroy(&b->lock);
    free(b->fill);
    free(b->flight);
    free(b);
}

int batch_start(struct batch **out, unsigned devices, const struct poll_receiver *to)
{
    struct batch *b = xcalloc(1, sizeof *b);

    b->to = *to;
    if (b->to.hung_ms == 0)
        b->to.hung_ms = HUNG_MS;
    b->most = devices < SETS_LEAST ? SETS_LEAST : devices > SETS_MOST ? SETS_MOST : devices;
    b->fill = xcalloc(b->most, sizeof *b->fill);
    b->flight = xcalloc(b->most, sizeof *b->flight);
    init_locks(b);
    if (pthread_create(&b->thread, NULL, work, b) != 0) {
        free_batch(b);
        return NILA_ERR_IO;
    }
    *out = b;
    return 0;
}

static void set_due(struct batch *b)
{
    (void)clock_gettime(CLOCK_MONOTONIC, &b->due);
    b->due.tv_nsec += WAIT_MS * 1000000L;
    b->due.tv_sec += b->due.tv_nsec / 1000000000L;
    b->due.tv_nsec %= 1000000000L;
}

/* Waits for room in fill; false: the delivery under way hangs. The lock is held. */
static bool wait_for_room(struct batch *b)
{
    while (b->n == b->most) {
        const int64_t until = b->since_ms + b->to.hung_ms;
        const struct timespec t = {.tv_sec = (time_t)(until / 1000),
                                   .tv_nsec = (long)(until % 1000) * 1000000L};

        if (b->since_ms == 0) /* the next delivery is about to begin */
            (void)pthread_cond_wait(&b->room, &b->lock);
        else if (clock_mono_ms() >= until)
            return false;
        else
            (void)pthread_cond_timedwait(&b->room, &b->lock, &t);
    }
    return true;
}

void batch_add(struct batch *b, const struct reading_set *set)
{
    bool room, first;

    if (b->to.see != NULL)
        b->to.see(b->to.arg, set, 1);
    (void)pthread_mutex_lock(&b->lock);
    room = wait_for_room(b);
    first = !room && !b->dropping;
    b->dropping = b->dropping || !room;
    if (room && b->n == 0)
        set_due(b);
    if (room)
        b->fill[b->n++] = *set;
    if (room && (b->n == 1 || b->n == b->most))
        (void)pthread_cond_signal(&b->some);
    (void)pthread_mutex_unlock(&b->lock);
    if (first)
        log_warnx("the disk has taken no reading for %d s: new ones are dropped until it does",
                  b->to.hung_ms / 1000);
    if (!room && b->to.lost != NULL)
        b->to.lost(b->to.arg, set);
}

void batch_stop(struct batch *b)
{
    if (b == NULL)
        return;
    (void)pthread_mutex_lock(&b->lock);
    b->stop = true;
    (void)pthread_cond_signal(&b->some);
    (void)pthread_mutex_unlock(&b->lock);
    (void)pthread_join(b->thread, NULL);
    free_batch(b);
}
