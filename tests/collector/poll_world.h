/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_world: a site in memory, the sets its poller delivers, and probes behind its buses, for the tests of the poller. */
#ifndef TESTS_POLL_WORLD_H
#define TESTS_POLL_WORLD_H

#include "tests/support/support.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/poll.h"
#include "tests/support/modbus_peer.h"

/* -- a site in memory, and what it delivered -- */

#define BUSES   8
#define DEVICES 8
#define KEPT    256

struct world {
    struct site site;
    struct site_pond pond[1];
    struct site_bus bus[BUSES];
    struct site_device device[DEVICES];
    struct profile profile[DEVICES];
    const struct profile *profiles[DEVICES];
    struct poller *poller;
    pthread_mutex_t lock;
    pthread_cond_t more;
    unsigned n; /* sets delivered */
    struct reading_set set[KEPT];
    int refuse; /* this many deliveries fail */
};

static inline void init_world(struct world *w)
{
    memset(w, 0, sizeof *w);
    assert_int_equal(pthread_mutex_init(&w->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&w->more, NULL), 0);
    w->site.regency = REGENCY_SERUYAN;
    (void)snprintf(w->site.slug, sizeof w->site.slug, "tambak");
    (void)snprintf(w->site.kecamatan, sizeof w->site.kecamatan, "62.07.01");
    (void)snprintf(w->pond[0].slug, sizeof w->pond[0].slug, "kolam-1");
    w->site.ponds = 1;
    w->site.pond = w->pond;
    w->site.bus = w->bus;
    w->site.device = w->device;
}

static inline int add_serial(struct world *w, const char *path, int timeout_ms)
{
    struct site_bus *b = &w->bus[w->site.buses];

    *b = (struct site_bus){.kind = SITE_BUS_SERIAL,
                           .baud = 115200,
                           .parity = 'N',
                           .stop_bits = 1,
                           .timeout_ms = timeout_ms};
    (void)snprintf(b->slug, sizeof b->slug, "bus-%u", w->site.buses);
    assert_true(strlen(path) < sizeof b->port);
    memcpy(b->port, path, strlen(path) + 1);
    return (int)w->site.buses++;
}

static inline int add_tcp(struct world *w, int port, int timeout_ms)
{
    struct site_bus *b = &w->bus[w->site.buses];

    *b = (struct site_bus){
        .kind = SITE_BUS_TCP, .host = "127.0.0.1", .tcp_port = port, .timeout_ms = timeout_ms};
    (void)snprintf(b->slug, sizeof b->slug, "bus-%u", w->site.buses);
    return (int)w->site.buses++;
}

/* A probe with u16 registers at the given addresses: turbidity, oxygen, temperature, all in hundredths. */
static inline struct profile *add_device(struct world *w, int bus, int unit, int every_s,
                                         const int *address, unsigned n)
{
    static const enum metric METRIC[] = {METRIC_TURB_NTU, METRIC_DO_MG_L, METRIC_TEMP_C};
    unsigned i = w->site.devices++;
    struct profile *p = &w->profile[i];

    w->device[i] = (struct site_device){.bus = bus, .unit = unit, .every_s = every_s, .pond = 0};
    (void)snprintf(w->device[i].slug, sizeof w->device[i].slug, "probe-%u", i);
    *p = (struct profile){.n = n, .max_registers = 125};
    for (unsigned k = 0; k < n; k++)
        p->m[k] = (struct profile_measurement){.metric = METRIC[k],
                                               .function = 3,
                                               .address = (uint16_t)address[k],
                                               .type = PROFILE_U16,
                                               .order = "AB",
                                               .scale = 0.01,
                                               .min = -INFINITY,
                                               .max = INFINITY,
                                               .quality = -1,
                                               .kind = -1};
    w->profiles[i] = p;
    return p;
}

static inline int take(void *arg, const struct reading_set *sets, size_t n)
{
    struct world *w = arg;
    int rc = 0;

    (void)pthread_mutex_lock(&w->lock);
    if (w->refuse > 0) {
        w->refuse--;
        rc = NILA_ERR_FULL;
    }
    for (size_t i = 0; rc == 0 && i < n && w->n < KEPT; i++)
        w->set[w->n++] = sets[i];
    (void)pthread_cond_broadcast(&w->more);
    (void)pthread_mutex_unlock(&w->lock);
    return rc;
}

static inline void start(struct world *w)
{
    char why[256] = "";

    const struct poll_receiver to = {.deliver = take, .arg = w};

    if (poller_start(&w->poller, &w->site, w->profiles, &to, why, sizeof why) != 0)
        fail_msg("%s", why);
}

static inline void stop(struct world *w)
{
    poller_stop(w->poller);
    w->poller = NULL;
    (void)pthread_mutex_destroy(&w->lock);
    (void)pthread_cond_destroy(&w->more);
}

static inline unsigned count_of(struct world *w, unsigned device)
{
    unsigned n = 0;

    for (unsigned i = 0; i < w->n; i++)
        n += strcmp(w->set[i].tags.device, w->device[device].slug) == 0;
    return n;
}

/* Waits until device has delivered n sets; fails after 15 s. */
static inline void wait_for(struct world *w, unsigned device, unsigned n)
{
    struct timespec end;

    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 15;
    (void)pthread_mutex_lock(&w->lock);
    while (count_of(w, device) < n)
        if (pthread_cond_timedwait(&w->more, &w->lock, &end) != 0)
            break;
    n = count_of(w, device) < n ? 0 : n;
    (void)pthread_mutex_unlock(&w->lock);
    if (n == 0)
        fail_msg("device %u is silent", device);
}

/* The k-th set of device. */
static inline const struct reading_set *set_of(struct world *w, unsigned device, unsigned k)
{
    for (unsigned i = 0; i < w->n; i++)
        if (strcmp(w->set[i].tags.device, w->device[device].slug) == 0 && k-- == 0)
            return &w->set[i];
    fail_msg("no such set");
    return NULL;
}

static inline struct poll_device_stats stats_of(struct world *w, unsigned device)
{
    struct poll_device_stats s;

    poller_device_stats(w->poller, device, &s);
    return s;
}

/* -- peers -- */

/* Register n holds 500 + n. Units in dead (bits) never answer. */
struct ward {
    atomic_uint dead; /* bit u: unit u */
    atomic_uint asked[8];
    unsigned hole_first, hole_last; /* registers answered with exception 2; 0, 0 none */
    unsigned mute_first, mute_last; /* registers answered with silence */
    bool first_late;
    atomic_bool no_hole; /* the registers of the hole are there after all */
};

static inline bool overlaps(const struct peer_request *rq, unsigned first, unsigned last)
{
    return last > 0 && rq->first <= last && rq->first + rq->count > first;
}

static inline struct peer_reply by_ward(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    struct ward *w = arg;
    struct peer_reply r = {PEER_GOOD, 0, 0};

    atomic_fetch_add(&w->asked[rq->unit & 7], 1);
    for (unsigned i = 0; i < rq->count && i < 125; i++)
        regs[i] = (uint16_t)(500 + rq->first + i);
    if (overlaps(rq, w->hole_first, w->hole_last) && !atomic_load(&w->no_hole))
        r = (struct peer_reply){PEER_EXCEPTION, 0, 2};
    if (overlaps(rq, w->mute_first, w->mute_last) || (atomic_load(&w->dead) >> rq->unit & 1) != 0)
        r = (struct peer_reply){PEER_SILENT, 0, 0};
    if (w->first_late && rq->number == 1)
        r = (struct peer_reply){PEER_GOOD, 150, 0};
    return r;
}

/* -- a clock that is trusted and right, until a test says otherwise -- */

static atomic_llong wall_shift_ms, mono_shift_ms;
static atomic_bool trusted;

static inline int64_t shifted_wall(void *arg)
{
    struct timespec t;

    (void)arg;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + atomic_load(&wall_shift_ms);
}

static inline int64_t real_mono(void *arg)
{
    struct timespec t;

    (void)arg;
    (void)clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + atomic_load(&mono_shift_ms);
}

/* Time passes, for both clocks. Not for clock_sleep_until. */
static inline void pass_ms(int64_t ms)
{
    atomic_fetch_add(&wall_shift_ms, ms);
    atomic_fetch_add(&mono_shift_ms, ms);
}

static inline bool is_trusted(void *arg)
{
    (void)arg;
    return atomic_load(&trusted);
}

static inline int put_clock_right(void **state)
{
    static const struct clock_source SOURCE = {shifted_wall, real_mono, is_trusted, NULL};

    (void)state;
    atomic_store(&wall_shift_ms, 0);
    atomic_store(&mono_shift_ms, 0);
    atomic_store(&trusted, true);
    clock_set(&SOURCE);
    return 0;
}

static inline int set_up(void **state)
{
    log_set_level(LOG_LEVEL_WARN);
    return put_clock_right(state);
}

#endif
