/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line is a bus with its devices. A pool is a set of lines and the threads that serve them: a serial line has a pool and a
 * thread of its own, all TCP endpoints share one pool of up to four threads. A thread takes the line that is due first, serves
 * one device and gives the line back, so a line is never asked two questions at once.
 *
 * Finished sets gather in the pool while one thread delivers the ones before them: the slower the disk, the larger the
 * batches, and a device's sets are delivered in their order. */
#include "poll.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bus.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "device.h"
#include "poll_ask.h"
#include "poll_stats.h"
#include "slots.h"

#define TCP_THREADS     4
#define BATCH_SETS      32
#define BATCH_MS        100 /* finished readings wait no longer for company while the thread is busy */
#define NAP_MS          1000 /* a waiting thread looks at the clocks at least this often */
#define REOPEN_FIRST_MS 1000
#define REOPEN_LAST_MS  30000
#define FIRST_SLOT_MS \
    10000               /* a device whose first slot is further away is read once at the start */
#define HANDLES_MAX 900 /* libmodbus waits with select, which counts to 1024 */

struct line {
    struct bus *bus;
    const struct site_bus *c;
    struct device **device;
    unsigned devices;
    bool busy;          /* a thread is serving it */
    bool suspect;       /* the last question got no answer */
    int64_t due_ms;     /* of the device that is due first; valid while not busy */
    int64_t reopen_ms;  /* not opened again before this */
    int reopen_wait_ms; /* 0: it is not away */
    char why[96];       /* why it is away */
    struct pool *pool;
    struct ask_queue asks;
    struct line_stats stats;
    bool turn; /* a read of a person was just answered: a device that is due comes first */
};

struct pool {
    struct poller *poller;
    pthread_mutex_t lock; /* busy, suspect and due_ms of the lines, and all below */
    pthread_cond_t wake;  /* a line may be due earlier than a waiting thread thinks */
    pthread_cond_t room;  /* fill has room again */
    struct line **line;
    unsigned lines, threads;
    unsigned suspects;                 /* suspect lines being served */
    unsigned waiting;                  /* threads in pthread_cond_wait */
    bool watched;                      /* one of them wakes in time for the next line */
    int64_t watch_ms;                  /* when it wakes; valid while watched */
    struct reading_set *fill, *flight; /* BATCH_SETS each: gathering, and being delivered */
    unsigned sets;                     /* in fill */
    int64_t oldest_ms;                 /* when fill[0] was finished */
    bool delivering;                   /* one thread at a time */
};

struct worker {
    struct pool *pool;
    pthread_t thread;
    bool started;
    struct reg_block block[PLAN_BLOCKS];
    struct reading_set set;
};

struct poller {
    const struct site *site;
    poll_deliver deliver;
    void *arg;
    struct device *device;
    struct line *line;
    unsigned lines;
    struct pool *pool;
    unsigned pools;
    struct worker *worker;
    unsigned workers;
    pthread_mutex_t anchor_lock;
    int64_t anchor_ms;
    atomic_bool stop;
    atomic_llong last_round_ms;
};

/* The anchor of the slots as of now; follows a wall clock that was set. */
static int64_t anchor_now(struct poller *p)
{
    int64_t anchor, was;
    bool moved;

    (void)pthread_mutex_lock(&p->anchor_lock);
    was = p->anchor_ms;
    moved = slots_follow(&p->anchor_ms, clock_wall_ms(), clock_mono_ms());
    anchor = p->anchor_ms;
    (void)pthread_mutex_unlock(&p->anchor_lock);
    if (moved)
        log_info("clock: set by %.3f s, the time slots follow", (double)(was - anchor) / 1000);
    return anchor;
}

static struct device *due_first(struct line *l, int64_t anchor_ms, int64_t now_ms)
{
    struct device *first = NULL;

    l->due_ms = INT64_MAX;
    for (unsigned i = 0; i < l->devices; i++) {
        int64_t due = device_due(l->device[i], anchor_ms, now_ms);
        if (first == NULL || due < l->due_ms) {
            first = l->device[i];
            l->due_ms = due;
        }
    }
    return first;
}

/* A thread that is about to be busy makes sure that another one watches the time. The lock is held. */
static void hand_over_watch(struct pool *p)
{
    if (p->waiting > 0 && !p->watched)
        (void)pthread_cond_signal(&p->wake);
}

/* Delivers what has gathered. The lock is held on entry and on return, but not in between. */
static void deliver(struct pool *p)
{
    struct poller *poller = p->poller;
    struct reading_set *batch = p->fill;
    unsigned n = p->sets;

    if (n == 0 || p->delivering)
        return;
    p->delivering = true;
    p->fill = p->flight;
    p->flight = batch;
    p->sets = 0;
    hand_over_watch(p);
    (void)pthread_mutex_unlock(&p->lock);
    if (poller->deliver(poller->arg, batch, n) != 0)
        log_debug("poll: %u reading sets were not taken", n); /* the receiver counts and logs */
    (void)pthread_mutex_lock(&p->lock);
    p->delivering = false;
    (void)pthread_cond_broadcast(&p->room);
}

/* Adds a finished set to the pool's; waits when the disk is so slow that there is no room. The lock is held. */
static void gather(struct pool *p, const struct reading_set *set)
{
    while (p->sets == BATCH_SETS) {
        if (p->delivering)
            (void)pthread_cond_wait(&p->room, &p->lock);
        else
            deliver(p);
    }
    if (p->sets == 0)
        p->oldest_ms = clock_mono_ms();
    p->fill[p->sets++] = *set;
}

/* Opens the line unless it failed a short while ago; a person's question does not wait for that. */
static int open_line(struct line *l, bool now_please)
{
    int64_t now = clock_mono_ms();
    bool was_away = l->reopen_wait_ms > 0;
    int rc;

    if (bus_is_open(l->bus))
        return 0;
    if (was_away && now < l->reopen_ms && !now_please)
        return NILA_ERR_CLOSED;
    rc = bus_open(l->bus, l->why, sizeof l->why);
    if (rc == 0) {
        if (was_away)
            log_info("bus %s: open again", l->c->slug);
        l->reopen_wait_ms = 0;
        line_stats_state(&l->stats, true, "");
        return 0;
    }
    l->reopen_wait_ms = was_away ? l->reopen_wait_ms * 2 : REOPEN_FIRST_MS;
    if (l->reopen_wait_ms > REOPEN_LAST_MS)
        l->reopen_wait_ms = REOPEN_LAST_MS;
    l->reopen_ms = clock_mono_ms() + l->reopen_wait_ms;
    line_stats_state(&l->stats, false, l->why);
    if (!was_away)
        log_warnx("bus %s: %s, next try in %d s", l->c->slug, l->why, l->reopen_wait_ms / 1000);
    return rc;
}

/* A link that broke in the middle of a round. */
static void lost_line(struct line *l, struct device *dev)
{
    (void)snprintf(l->why, sizeof l->why, "%s", dev->stats.error);
    device_missed(dev, l->why);
    line_stats_state(&l->stats, false, l->why);
    l->reopen_wait_ms = REOPEN_FIRST_MS;
    l->reopen_ms = clock_mono_ms() + REOPEN_FIRST_MS;
    log_warnx("bus %s: %s, opened anew in %d s", l->c->slug, l->why, REOPEN_FIRST_MS / 1000);
}

/* Serves the device that is due; returns true when the line left a question unanswered. w->set has what it gave. */
static bool serve(struct worker *w, struct line *l, struct device *dev)
{
    int64_t slot_ms = device_take_slot(dev, clock_mono_ms());
    int rc;

    w->set.n = 0;
    if (open_line(l, false) != 0) {
        device_missed(dev, l->why);
        return true;
    }
    rc = device_round(dev, l->bus, slot_ms, w->block, &w->set);
    if (rc == NILA_ERR_IO)
        lost_line(l, dev);
    return rc != 0;
}

/* A person's question, whose turn it is. */
static void serve_ask(struct line *l, struct ask *ask)
{
    int64_t from_ms = clock_mono_ms();
    int rc = open_line(l, true);

    if (rc != 0) {
        *ask->a = (struct bus_answer){0};
        (void)snprintf(ask->a->text, sizeof ask->a->text, "%s", l->why);
        ask_end(&l->asks, ask, NILA_ERR_IO);
        return;
    }
    rc = bus_ask(l->bus, ask->q, ask->regs, ask->a);
    line_stats_question(&l->stats, rc, ask->a, true, from_ms, clock_mono_ms());
    l->turn = !bus_is_write(ask->q->function);
    ask_end(&l->asks, ask, rc);
}

/* Threads that may wait for silent lines at once: the others stay free for the living. */
static unsigned suspects_allowed(const struct pool *p)
{
    return p->threads > 1 ? p->threads / 2 : 1;
}

/* The free line that is due first, or NULL; *due_ms tells when. */
static struct line *pick(struct pool *p, int64_t *due_ms)
{
    struct line *best = NULL;

    for (unsigned i = 0; i < p->lines; i++) {
        struct line *l = p->line[i];
        if (l->busy || (l->suspect && p->suspects >= suspects_allowed(p)))
            continue;
        if (atomic_load(&l->asks.waiting) > 0)
            l->due_ms = 0; /* at once */
        if (best == NULL || l->due_ms < best->due_ms)
            best = l;
    }
    if (best != NULL)
        *due_ms = best->due_ms;
    return best;
}

/* Waits for the next line to be due. One thread a pool watches the time: if all did, all would wake for each question. */
static void nap(struct pool *p, int64_t now_ms, int64_t due_ms)
{
    bool watch = !p->watched;
    int64_t ms = watch && due_ms - now_ms < NAP_MS ? due_ms - now_ms : NAP_MS;
    struct timespec t;

    if (ms < 1)
        ms = 1;
    if (watch)
        p->watch_ms = now_ms + ms;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_nsec -= 1000000000L;
        t.tv_sec++;
    }
    p->watched = true;
    p->waiting++;
    (void)pthread_cond_timedwait(&p->wake, &p->lock, &t);
    p->waiting--;
    if (watch)
        p->watched = false;
}

/* Takes a line that is due, marked busy; NULL: none is (the lock was held and is held on return). */
static struct line *take(struct pool *p, int64_t anchor_ms, int64_t now_ms, int64_t *due_ms)
{
    struct line *l;

    for (unsigned i = 0; i < p->lines; i++)
        if (!p->line[i]->busy && p->line[i]->devices > 0 &&
            p->line[i]->device[0]->anchor_ms != anchor_ms)
            (void)due_first(p->line[i], anchor_ms, now_ms);
    *due_ms = now_ms + NAP_MS;
    l = pick(p, due_ms);
    if (l == NULL || l->due_ms > now_ms)
        return NULL;
    l->busy = true;
    p->suspects += l->suspect;
    return l;
}

static void give_back(struct pool *p, struct line *l, bool silent, int64_t anchor_ms)
{
    bool was_suspect = l->suspect;

    p->suspects -= was_suspect;
    l->suspect = silent;
    l->busy = false;
    (void)due_first(l, anchor_ms, clock_mono_ms());
    /* the watcher must know when this line is due before the one it waits for, or when a suspect may be served again */
    if (p->waiting > 0 && (was_suspect || l->due_ms < p->watch_ms))
        (void)pthread_cond_broadcast(&p->wake);
}

/* Serves l, which is marked busy. The lock is held on entry and on return. */
static void serve_line(struct worker *w, struct line *l, int64_t anchor_ms, int64_t now_ms)
{
    struct pool *p = w->pool;
    struct device *dev = due_first(l, anchor_ms, now_ms);
    bool due = dev != NULL && l->due_ms <= now_ms, silent = false;
    struct ask *ask;

    if (l->suspect || (dev != NULL && dev->failures > 0))
        deliver(p); /* finished readings do not wait for one that may be silent */
    hand_over_watch(p);
    (void)pthread_mutex_unlock(&p->lock);
    ask = ask_take(&l->asks, l->turn && due);
    w->set.n = 0;
    if (ask != NULL) {
        serve_ask(l, ask);
    } else if (due) {
        l->turn = false;
        silent = serve(w, l, dev);
    }
    (void)pthread_mutex_lock(&p->lock);
    if (w->set.n > 0)
        gather(p, &w->set);
    give_back(p, l, silent, anchor_ms);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    struct poller *poller = p->poller;

    (void)pthread_mutex_lock(&p->lock);
    while (!atomic_load(&poller->stop)) {
        int64_t anchor_ms = anchor_now(poller), now_ms = clock_mono_ms(), due_ms;
        struct line *l = take(p, anchor_ms, now_ms, &due_ms);

        atomic_store(&poller->last_round_ms, now_ms);
        if (l != NULL)
            serve_line(w, l, anchor_ms, now_ms);
        if (p->sets > 0 && !p->delivering &&
            (l == NULL || clock_mono_ms() - p->oldest_ms >= BATCH_MS))
            deliver(p);
        else if (l == NULL)
            nap(p, now_ms, due_ms);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* -- start and stop -- */

static void init_pool(struct poller *p, struct pool *pool)
{
    pthread_condattr_t attr;

    pool->poller = p;
    if (pthread_mutex_init(&pool->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&pool->wake, &attr) != 0 || pthread_cond_init(&pool->room, NULL) != 0)
        fatal("poll: no mutex");
    (void)pthread_condattr_destroy(&attr);
    pool->line = xcalloc(p->lines, sizeof(struct line *));
    pool->fill = xcalloc(BATCH_SETS, sizeof *pool->fill);
    pool->flight = xcalloc(BATCH_SETS, sizeof *pool->flight);
}

static int init_devices(struct poller *p, const struct profile *const *profile, char *why,
                        size_t why_size)
{
    const struct site *s = p->site;
    int64_t now = clock_mono_ms();

    p->device = xcalloc(s->devices, sizeof *p->device);
    for (unsigned i = 0; i < s->devices; i++) {
        struct device *dev = &p->device[i];
        struct line *l;
        int rc;

        if (s->device[i].bus < 0 || (unsigned)s->device[i].bus >= s->buses) {
            (void)snprintf(why, why_size, "device %s: no bus %d", s->device[i].slug,
                           s->device[i].bus);
            return NILA_ERR_CONFIG;
        }
        rc = device_init(dev, s, i, profile[i], why, why_size);
        if (rc != 0)
            return rc;
        if (profile[i]->n == 0) /* a relay board */
            continue;
        l = &p->line[s->device[i].bus];
        dev->line = &l->stats;
        l->device[l->devices++] = dev;
    }
    for (unsigned b = 0; b < p->lines; b++) {
        for (unsigned i = 0; i < p->line[b].devices; i++) {
            struct device *dev = p->line[b].device[i];
            dev->offset_ms = slots_offset(i, p->line[b].devices, b, p->lines, dev->period_ms);
            dev->anchor_ms = p->anchor_ms - 1; /* not on the grid yet */
            dev->at_once = device_due(dev, p->anchor_ms, now) - now > FIRST_SLOT_MS;
            dev->at_once_ms = now;
        }
        (void)due_first(&p->line[b], p->anchor_ms, now);
    }
    return 0;
}

static int init_lines(struct poller *p, char *why, size_t why_size)
{
    const struct site *s = p->site;
    unsigned handles = 0;

    p->line = xcalloc(s->buses, sizeof *p->line);
    p->lines = s->buses;
    for (unsigned b = 0; b < s->buses; b++) {
        const struct site_bus *c = &s->bus[b];

        p->line[b].c = c;
        p->line[b].bus = bus_new(c);
        p->line[b].device = xcalloc(s->devices, sizeof(struct device *));
        ask_init(&p->line[b].asks);
        line_stats_init(&p->line[b].stats, clock_mono_ms());
        handles += c->kind == SITE_BUS_SERIAL ? 2 : 1;
        if (c->kind == SITE_BUS_TCP && (c->tcp_port < 1 || c->tcp_port > 65535)) {
            (void)snprintf(why, why_size, "bus %s: port %d cannot be reached, allowed 1..65535",
                           c->slug, c->tcp_port);
            return NILA_ERR_CONFIG;
        }
    }
    if (handles > HANDLES_MAX) {
        (void)snprintf(why, why_size,
                       "%u buses are more than one collector can hold open (%d handles)", s->buses,
                       HANDLES_MAX);
        return NILA_ERR_CONFIG;
    }
    return 0;
}

/* A port that another program holds is a mistake somebody must mend now; a port that is not there yet may come. */
static int open_serial_lines(struct poller *p, char *why, size_t why_size)
{
    for (unsigned b = 0; b < p->lines; b++) {
        struct line *l = &p->line[b];
        int rc;

        if (l->c->kind != SITE_BUS_SERIAL || l->devices == 0)
            continue;
        rc = open_line(l, true);
        if (rc == NILA_ERR_BUSY || rc == NILA_ERR_CONFIG) {
            (void)snprintf(why, why_size, "bus %s: %s", l->c->slug, l->why);
            return rc;
        }
    }
    return 0;
}

static void init_pools(struct poller *p)
{
    struct pool *tcp;

    p->pool = xcalloc(p->lines + 1, sizeof *p->pool);
    tcp = &p->pool[p->pools++];
    init_pool(p, tcp);
    for (unsigned b = 0; b < p->lines; b++) {
        struct pool *pool = tcp;

        if (p->line[b].c->kind == SITE_BUS_SERIAL) {
            pool = &p->pool[p->pools++];
            init_pool(p, pool);
        }
        pool->line[pool->lines++] = &p->line[b];
        p->line[b].pool = pool;
        if (pool->threads < TCP_THREADS)
            pool->threads++;
    }
}

static int start_threads(struct poller *p, char *why, size_t why_size)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->pools; i++)
        n += p->pool[i].threads;
    p->worker = xcalloc(n, sizeof *p->worker);
    for (unsigned i = 0; i < p->pools; i++) {
        for (unsigned t = 0; t < p->pool[i].threads; t++) {
            struct worker *w = &p->worker[p->workers++];
            w->pool = &p->pool[i];
            if (pthread_create(&w->thread, NULL, work, w) != 0) {
                (void)snprintf(why, why_size, "cannot start a thread");
                return NILA_ERR_IO;
            }
            w->started = true;
        }
    }
    return 0;
}

int poller_start(struct poller **out, const struct site *site, const struct profile *const *profile,
                 poll_deliver deliver_sets, void *arg, char *why, size_t why_size)
{
    struct poller *p = xcalloc(1, sizeof *p);
    int rc;

    p->site = site;
    p->deliver = deliver_sets;
    p->arg = arg;
    if (pthread_mutex_init(&p->anchor_lock, NULL) != 0)
        fatal("poll: no mutex");
    p->anchor_ms = clock_mono_ms() - clock_wall_ms();
    atomic_init(&p->stop, false);
    atomic_init(&p->last_round_ms, clock_mono_ms());
    rc = init_lines(p, why, why_size);
    if (rc == 0)
        rc = init_devices(p, profile, why, why_size);
    if (rc == 0)
        rc = open_serial_lines(p, why, why_size);
    if (rc == 0) {
        init_pools(p);
        rc = start_threads(p, why, why_size);
    }
    if (rc != 0) {
        poller_stop(p);
        return rc;
    }
    *out = p;
    return 0;
}

void poller_stop(struct poller *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stop, true);
    for (unsigned b = 0; b < p->lines; b++)
        ask_close(&p->line[b].asks);
    for (unsigned i = 0; i < p->pools; i++) {
        (void)pthread_mutex_lock(&p->pool[i].lock);
        (void)pthread_cond_broadcast(&p->pool[i].wake);
        (void)pthread_mutex_unlock(&p->pool[i].lock);
    }
    for (unsigned i = 0; i < p->workers; i++)
        if (p->worker[i].started)
            (void)pthread_join(p->worker[i].thread, NULL);
    for (unsigned i = 0; i < p->pools; i++) {
        (void)pthread_mutex_lock(&p->pool[i].lock);
        deliver(&p->pool[i]); /* what the threads had finished */
        (void)pthread_mutex_unlock(&p->pool[i].lock);
        (void)pthread_cond_destroy(&p->pool[i].wake);
        (void)pthread_cond_destroy(&p->pool[i].room);
        (void)pthread_mutex_destroy(&p->pool[i].lock);
        free(p->pool[i].line);
        free(p->pool[i].fill);
        free(p->pool[i].flight);
    }
    for (unsigned i = 0; p->device != NULL && i < p->site->devices; i++)
        device_done(&p->device[i]);
    for (unsigned i = 0; i < p->lines; i++) {
        bus_free(p->line[i].bus);
        ask_free(&p->line[i].asks);
        line_stats_free(&p->line[i].stats);
        free(p->line[i].device);
    }
    (void)pthread_mutex_destroy(&p->anchor_lock);
    free(p->worker);
    free(p->pool);
    free(p->line);
    free(p->device);
    free(p);
}

void poller_device_stats(struct poller *p, unsigned device, struct poll_device_stats *out)
{
    device_copy_stats(&p->device[device], out);
}

int64_t poller_last_round_mono_ms(struct poller *p)
{
    return atomic_load(&p->last_round_ms);
}

static void wake_pool(void *arg)
{
    struct pool *p = arg;

    (void)pthread_mutex_lock(&p->lock);
    (void)pthread_cond_broadcast(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);
}

int poller_ask(struct poller *p, unsigned bus, const struct bus_question *q, uint16_t *regs,
               struct bus_answer *a, int64_t timeout_ms)
{
    int rc;

    *a = (struct bus_answer){0};
    if (bus >= p->lines) {
        (void)snprintf(a->text, sizeof a->text, "no bus %u", bus);
        return NILA_ERR_RANGE;
    }
    rc = bus_check(p->line[bus].c, q, a);
    if (rc != 0)
        return rc;
    return ask_wait(&p->line[bus].asks, q, regs, a, timeout_ms, wake_pool, p->line[bus].pool);
}

void poller_line_stats(struct poller *p, unsigned bus, struct poll_line_stats *out)
{
    struct line *l = &p->line[bus];

    line_stats_copy(&l->stats, clock_mono_ms(), out);
    out->waiting = atomic_load(&l->asks.waiting);
    for (unsigned i = 0; i < l->devices; i++) {
        struct poll_device_stats s;
        device_copy_stats(l->device[i], &s);
        out->served_slots += s.served_slots;
        out->missed_slots += s.missed_slots;
    }
}
