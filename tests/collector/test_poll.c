/* SPDX-License-Identifier: GPL-3.0-or-later */
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

static void init_world(struct world *w)
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

static int add_serial(struct world *w, const char *path, int timeout_ms)
{
    struct site_bus *b = &w->bus[w->site.buses];

    *b = (struct site_bus){.kind = SITE_BUS_SERIAL,
                           .baud = 115200,
                           .parity = 'N',
                           .stop_bits = 1,
                           .timeout_ms = timeout_ms};
    (void)snprintf(b->slug, sizeof b->slug, "bus-%u", w->site.buses);
    (void)snprintf(b->port, sizeof b->port, "%s", path);
    return (int)w->site.buses++;
}

static int add_tcp(struct world *w, int port, int timeout_ms)
{
    struct site_bus *b = &w->bus[w->site.buses];

    *b = (struct site_bus){
        .kind = SITE_BUS_TCP, .host = "127.0.0.1", .tcp_port = port, .timeout_ms = timeout_ms};
    (void)snprintf(b->slug, sizeof b->slug, "bus-%u", w->site.buses);
    return (int)w->site.buses++;
}

/* A probe with u16 registers at the given addresses: turbidity, oxygen, temperature, all in hundredths. */
static struct profile *add_device(struct world *w, int bus, int unit, int every_s,
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

static int take(void *arg, const struct reading_set *sets, size_t n)
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

static void start(struct world *w)
{
    char why[256] = "";

    if (poller_start(&w->poller, &w->site, w->profiles, take, w, why, sizeof why) != 0)
        fail_msg("%s", why);
}

static void stop(struct world *w)
{
    poller_stop(w->poller);
    w->poller = NULL;
    (void)pthread_mutex_destroy(&w->lock);
    (void)pthread_cond_destroy(&w->more);
}

static unsigned count_of(struct world *w, unsigned device)
{
    unsigned n = 0;

    for (unsigned i = 0; i < w->n; i++)
        n += strcmp(w->set[i].tags.device, w->device[device].slug) == 0;
    return n;
}

/* Waits until device has delivered n sets; fails after 15 s. */
static void wait_for(struct world *w, unsigned device, unsigned n)
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
static const struct reading_set *set_of(struct world *w, unsigned device, unsigned k)
{
    for (unsigned i = 0; i < w->n; i++)
        if (strcmp(w->set[i].tags.device, w->device[device].slug) == 0 && k-- == 0)
            return &w->set[i];
    fail_msg("no such set");
    return NULL;
}

static struct poll_device_stats stats_of(struct world *w, unsigned device)
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
};

static bool overlaps(const struct peer_request *rq, unsigned first, unsigned last)
{
    return last > 0 && rq->first <= last && rq->first + rq->count > first;
}

static struct peer_reply by_ward(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    struct ward *w = arg;
    struct peer_reply r = {PEER_GOOD, 0, 0};

    atomic_fetch_add(&w->asked[rq->unit & 7], 1);
    for (unsigned i = 0; i < rq->count && i < 125; i++)
        regs[i] = (uint16_t)(500 + rq->first + i);
    if (overlaps(rq, w->hole_first, w->hole_last))
        r = (struct peer_reply){PEER_EXCEPTION, 0, 2};
    if (overlaps(rq, w->mute_first, w->mute_last) || (atomic_load(&w->dead) >> rq->unit & 1) != 0)
        r = (struct peer_reply){PEER_SILENT, 0, 0};
    if (w->first_late && rq->number == 1)
        r = (struct peer_reply){PEER_GOOD, 150, 0};
    return r;
}

/* -- tests -- */

static void delivers_judged_readings_with_their_place_at_their_slots(void **state)
{
    static const int AT[] = {0, 1, 100};
    struct ward ward = {.hole_first = 0};
    struct world w;
    char path[64];
    int port;
    struct peer *line = peer_start_pty(by_ward, &ward, path, sizeof path),
                *net = peer_start_tcp(by_ward, &ward, &port);

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_serial(&w, path, 500), 1, 1, AT, 3);
    (void)add_device(&w, add_tcp(&w, port, 500), 2, 1, AT, 2);
    start(&w);
    wait_for(&w, 0, 3);
    wait_for(&w, 1, 3);
    for (unsigned d = 0; d < 2; d++) {
        struct poll_device_stats st = stats_of(&w, d);
        for (unsigned k = 0; k < 3; k++) {
            const struct reading_set *s = set_of(&w, d, k);
            assert_int_equal(s->tags.regency, REGENCY_SERUYAN);
            assert_string_equal(s->tags.kecamatan, "62.07.01");
            assert_string_equal(s->tags.site, "tambak");
            assert_string_equal(s->tags.pond, "kolam-1");
            assert_true(s->clock_trusted);
            assert_int_equal(s->n, d == 0 ? 3 : 2);
            assert_true(fabs(s->v[0].value - 5.00) < 1e-9 && fabs(s->v[1].value - 5.01) < 1e-9);
            assert_int_equal(s->v[1].flag, READING_PASS);
            assert_int_equal(s->ts_ms % 1000, s->ts_ms % 500 == 0
                                                  ? d * 500
                                                  : 999999); /* two buses: half a second apart */
            if (k > 0)
                assert_int_equal((s->ts_ms - set_of(&w, d, k - 1)->ts_ms) % 1000, 0);
        }
        /* 600 hundredths of a degree is no pond */
        if (d == 0)
            assert_int_equal(set_of(&w, d, 0)->v[2].flag, READING_FAIL);
        assert_true(st.good >= 3 && st.values >= 6 && st.last_good_ms > 0 && st.backoff_s == 0 &&
                    st.error[0] == '\0');
        assert_int_equal(st.timeouts + st.bad_frames + st.exceptions + st.stale, 0);
    }
    assert_true(clock_mono_ms() - poller_last_round_mono_ms(w.poller) < 3000);
    stop(&w);
    peer_stop(line);
    peer_stop(net);
}

static void a_dead_unit_costs_the_living_nothing_and_comes_back(void **state)
{
    static const int AT[] = {0, 1};
    struct ward ward = {.dead = 1U << 1};
    struct world w;
    char path[64];
    struct peer *line = peer_start_pty(by_ward, &ward, path, sizeof path);
    struct poll_device_stats dead, alive;
    int bus;

    (void)state;
    init_world(&w);
    bus = add_serial(&w, path, 200);
    (void)add_device(&w, bus, 1, 1, AT, 2);
    (void)add_device(&w, bus, 2, 1, AT, 2);
    (void)add_device(&w, bus, 3, 1, AT, 2);
    start(&w);
    wait_for(&w, 1, 4);
    wait_for(&w, 2, 4);
    dead = stats_of(&w, 0);
    assert_true(dead.timeouts >= 1 && dead.timeouts <= 3); /* of at least 4 slots */
    assert_true(dead.good == 0 && dead.backoff_s >= 1 && dead.last_good_ms == 0);
    assert_non_null(strstr(dead.error, "no answer in 200 ms"));
    for (unsigned d = 1; d <= 2; d++) {
        alive = stats_of(&w, d);
        assert_int_equal(alive.missed_slots + alive.timeouts + alive.bad_frames, 0);
        for (unsigned k = 1; k < 4; k++)
            assert_int_equal(set_of(&w, d, k)->ts_ms - set_of(&w, d, k - 1)->ts_ms, 1000);
    }
    atomic_store(&ward.dead, 0);
    wait_for(&w, 0, 1); /* the back-off ends by itself */
    dead = stats_of(&w, 0);
    assert_true(dead.backoff_s == 0 && dead.error[0] == '\0');
    stop(&w);
    peer_stop(line);
}

/* Units with the same number on two buses are two units. */
static void a_dead_unit_is_dead_on_its_own_bus_only(void **state)
{
    static const int AT[] = {0};
    struct ward dead = {.dead = 1U << 1}, alive = {.dead = 0};
    struct world w;
    int dead_port, alive_port;
    struct peer *a = peer_start_tcp(by_ward, &dead, &dead_port),
                *b = peer_start_tcp(by_ward, &alive, &alive_port);

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_tcp(&w, dead_port, 100), 1, 1, AT, 1);
    (void)add_device(&w, add_tcp(&w, alive_port, 100), 1, 1, AT, 1);
    start(&w);
    wait_for(&w, 1, 3);
    assert_int_equal(stats_of(&w, 1).timeouts, 0);
    assert_int_equal(stats_of(&w, 0).good, 0);
    stop(&w);
    peer_stop(a);
    peer_stop(b);
}

static void silent_endpoints_never_hold_up_the_others(void **state)
{
    static const int AT[] = {0};
    struct ward silent = {.dead = ~0U}, alive = {.dead = 0};
    struct peer *p[7];
    struct world w;
    int port;

    (void)state;
    init_world(&w);
    for (unsigned i = 0; i < 6; i++) { /* more than there are threads */
        p[i] = peer_start_tcp(by_ward, &silent, &port);
        (void)add_device(&w, add_tcp(&w, port, 900), 1, 1, AT, 1);
    }
    p[6] = peer_start_tcp(by_ward, &alive, &port);
    (void)add_device(&w, add_tcp(&w, port, 900), 1, 1, AT, 1);
    start(&w);
    wait_for(&w, 6, 5);
    for (unsigned k = 2; k < 5; k++) /* the first second, nobody is known to be silent */
        assert_int_equal(set_of(&w, 6, k)->ts_ms - set_of(&w, 6, k - 1)->ts_ms, 1000);
    assert_true(stats_of(&w, 6).missed_slots <= 1);
    stop(&w);
    for (unsigned i = 0; i < 7; i++)
        peer_stop(p[i]);
}

static void a_late_answer_never_becomes_another_registers_value(void **state)
{
    static const int AT[] = {0, 100};
    struct ward ward = {.first_late = true};
    struct world w;
    char path[64];
    struct peer *line = peer_start_pty(by_ward, &ward, path, sizeof path);

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_serial(&w, path, 100), 1, 1, AT, 2); /* two questions of one length */
    start(&w);
    wait_for(&w, 0, 3);
    for (unsigned i = 0; i < w.n; i++)
        for (unsigned k = 0; k < w.set[i].n; k++)
            assert_true(fabs(w.set[i].v[k].value -
                             (w.set[i].v[k].metric == METRIC_TURB_NTU ? 5.00 : 6.00)) < 1e-9);
    assert_int_equal(stats_of(&w, 0).timeouts, 1);
    stop(&w);
    peer_stop(line);
}

static void a_refused_register_is_found_and_the_rest_goes_on(void **state)
{
    static const int AT[] = {0, 1, 2};
    struct ward ward = {.hole_first = 1, .hole_last = 1};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_ward, &ward, &port);

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_tcp(&w, port, 500), 1, 1, AT, 3);
    start(&w);
    wait_for(&w, 0, 1);
    assert_int_equal(stats_of(&w, 0).backoff_s, 0);
    assert_int_equal(peer_connections(p), 1); /* an exception is no reason to connect anew */
    wait_for(&w, 0, 3);
    for (unsigned k = 0; k < 3; k++) {
        const struct reading_set *s = set_of(&w, 0, k);
        assert_int_equal(s->n, 3);
        assert_true(s->v[0].flag != READING_MISSING && s->v[2].flag != READING_MISSING);
        assert_int_equal(s->v[1].flag, READING_MISSING);
        assert_int_equal(s->v[1].bits, READING_BIT_EXCEPTION);
        assert_true(isnan(s->v[1].value));
    }
    /* the first round finds it (0+3 1+2 split into 1+1 2+1), later rounds know it: one exception each */
    assert_int_equal(stats_of(&w, 0).exceptions, 2 + stats_of(&w, 0).good / 2);
    stop(&w);
    peer_stop(p);
}

static void registers_that_are_never_answered_do_not_lose_the_device(void **state)
{
    static const int AT[] = {0, 50, 100};
    struct ward ward = {.mute_first = 0, .mute_last = 0};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_ward, &ward, &port);
    const struct reading_set *s;

    (void)state;
    ward.mute_first = 50;
    ward.mute_last = 50;
    init_world(&w);
    (void)add_device(&w, add_tcp(&w, port, 100), 1, 1, AT, 3);
    start(&w);
    wait_for(&w, 0, 3);
    s = set_of(&w, 0, 1); /* from the second round on */
    assert_int_equal(s->n, 2);
    assert_int_equal(s->v[0].metric, METRIC_TURB_NTU);
    assert_int_equal(s->v[1].metric, METRIC_TEMP_C);
    assert_int_equal(stats_of(&w, 0).backoff_s, 0);
    assert_int_equal(stats_of(&w, 0).timeouts, 1);
    stop(&w);
    peer_stop(p);
}

/* A node's block: header, channel 0. The answer's number is the script of the test. */
struct node {
    atomic_uint magic, kind;
    const uint32_t
        *number; /* NILA_REG_REQUEST of answer 1, 2, ...; the last one goes on counting */
    unsigned numbers;
};

static struct peer_reply by_node(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    struct node *n = arg;
    uint32_t last = n->number[n->numbers - 1];
    uint32_t number =
        rq->number <= n->numbers ? n->number[rq->number - 1] : last + rq->number - n->numbers;

    regs[0] = (uint16_t)atomic_load(&n->magic);
    regs[1] = 1;
    regs[15] = (uint16_t)rq->unit;
    regs[18] = (uint16_t)(number >> 16);
    regs[19] = (uint16_t)number;
    regs[41] = (uint16_t)(5000 + rq->number); /* mg/L x 1000 */
    regs[44] = 1;
    regs[48] = (uint16_t)atomic_load(&n->kind);
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

static struct profile *add_node(struct world *w, int bus, int unit)
{
    static const int AT[] = {40};
    struct profile *p = add_device(w, bus, unit, 1, AT, 1);

    p->node_header = p->whole_block = true;
    p->block_function = 4;
    p->block_count = 120;
    p->m[0] = (struct profile_measurement){.metric = METRIC_DO_MG_L,
                                           .function = 4,
                                           .address = 40,
                                           .type = PROFILE_S32,
                                           .order = "ABCD",
                                           .scale = 0.001,
                                           .min = -INFINITY,
                                           .max = INFINITY,
                                           .has_sentinel = true,
                                           .sentinel = 0x80000000u,
                                           .quality = 44,
                                           .kind = 48,
                                           .kind_value = 2};
    return p;
}

static void an_old_answer_of_a_node_is_thrown_away_and_asked_again(void **state)
{
    static const uint32_t NUMBER[] = {70, 70, 71, 72};
    struct node node = {.magic = 0x4E4C, .kind = 2, .number = NUMBER, .numbers = 4};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_node, &node, &port);

    (void)state;
    init_world(&w);
    (void)add_node(&w, add_tcp(&w, port, 500), 1);
    start(&w);
    wait_for(&w, 0, 3);
    assert_true(fabs(set_of(&w, 0, 0)->v[0].value - 5.001) < 1e-9);
    assert_true(fabs(set_of(&w, 0, 1)->v[0].value - 5.003) <
                1e-9); /* request 2 repeated number 70 */
    assert_true(fabs(set_of(&w, 0, 2)->v[0].value - 5.004) < 1e-9);
    assert_int_equal(stats_of(&w, 0).stale, 1);
    assert_int_equal(stats_of(&w, 0).bad_frames, 0);
    stop(&w);
    peer_stop(p);
}

static void a_block_that_is_no_nodes_is_refused_and_another_kind_is_missing(void **state)
{
    static const uint32_t NUMBER[] = {1};
    struct node node = {.magic = 0x1234, .kind = 3, .number = NUMBER, .numbers = 1};
    struct world w;
    struct poll_device_stats st;
    int port;
    struct peer *p = peer_start_tcp(by_node, &node, &port);

    (void)state;
    init_world(&w);
    (void)add_node(&w, add_tcp(&w, port, 500), 1);
    start(&w);
    do {
        st = stats_of(&w, 0);
        clock_sleep_until(clock_mono_ms() + 5);
    } while (st.backoff_s == 0);
    assert_int_equal(w.n, 0);
    assert_int_equal(st.good, 0);
    assert_int_equal(st.bad_frames, 2); /* asked twice, then backed off */
    assert_non_null(strstr(st.error, "not a node's block (first register 0x1234)"));
    atomic_store(&node.magic, 0x4E4C);
    wait_for(&w, 0, 1);
    assert_int_equal(set_of(&w, 0, 0)->v[0].flag, READING_MISSING);
    assert_int_equal(set_of(&w, 0, 0)->v[0].bits, READING_BIT_KIND);
    stop(&w);
    peer_stop(p);
}

static void a_port_pulled_out_and_put_back_under_its_name_is_read_again(void **state)
{
    static const int AT[] = {0};
    struct ward ward = {.dead = 0};
    struct world w;
    char path[64], folder[256], link[300];
    struct peer *line = peer_start_pty(by_ward, &ward, path, sizeof path);
    unsigned before;

    (void)state;
    (void)snprintf(folder, sizeof folder, "%s", support_tmpdir());
    (void)snprintf(link, sizeof link, "%s/probe", folder);
    assert_int_equal(symlink(path, link), 0);
    init_world(&w);
    (void)add_device(&w, add_serial(&w, link, 100), 1, 1, AT, 1);
    start(&w);
    wait_for(&w, 0, 1);
    peer_stop(line); /* the adapter is gone, and its name with it */
    assert_int_equal(unlink(link), 0);
    while (stats_of(&w, 0).error[0] == '\0')
        clock_sleep_until(clock_mono_ms() + 5);
    line = peer_start_pty(by_ward, &ward, path, sizeof path);
    assert_int_equal(symlink(path, link), 0);
    (void)pthread_mutex_lock(&w.lock);
    before = w.n;
    (void)pthread_mutex_unlock(&w.lock);
    wait_for(&w, 0, before + 1);
    assert_true(stats_of(&w, 0).missed_slots >= 1);
    assert_string_equal(stats_of(&w, 0).error, "");
    stop(&w);
    peer_stop(line);
    support_rmdir(folder);
}

/* -- clocks -- */

static atomic_llong wall_shift_ms;
static atomic_bool trusted;

static int64_t shifted_wall(void *arg)
{
    struct timespec t;

    (void)arg;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + atomic_load(&wall_shift_ms);
}

static int64_t real_mono(void *arg)
{
    struct timespec t;

    (void)arg;
    (void)clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_trusted(void *arg)
{
    (void)arg;
    return atomic_load(&trusted);
}

static int use_shifted_clock(void **state)
{
    static const struct clock_source SOURCE = {shifted_wall, real_mono, is_trusted, NULL};

    (void)state;
    atomic_store(&wall_shift_ms, 0);
    atomic_store(&trusted, true);
    clock_set(&SOURCE);
    return 0;
}

static void a_clock_that_is_set_moves_the_slots_and_loses_none(void **state)
{
    static const int AT[] = {0};
    struct ward ward = {.dead = 0};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_ward, &ward, &port);
    int64_t now;

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_tcp(&w, port, 500), 1, 1, AT, 1);
    start(&w);
    wait_for(&w, 0, 2);
    atomic_store(&wall_shift_ms, 3600300); /* an hour and a bit forward */
    wait_for(&w, 0, 4);
    now = shifted_wall(NULL);
    assert_true(llabs(now - set_of(&w, 0, 3)->ts_ms) < 3000);
    assert_int_equal(set_of(&w, 0, 3)->ts_ms % 1000, 0);
    assert_int_equal(stats_of(&w, 0).missed_slots, 0);
    atomic_store(&wall_shift_ms,
                 0); /* and back: the hour is lived twice, no stamp is given twice */
    wait_for(&w, 0, 7);
    for (unsigned i = 0; i < w.n; i++)
        for (unsigned k = 0; k < i; k++)
            assert_true(w.set[i].ts_ms != w.set[k].ts_ms);
    stop(&w);
    peer_stop(p);
}

static void readings_of_an_unknown_clock_say_so(void **state)
{
    static const struct {
        const char *says;
        bool trusted;
        int64_t shift_ms;
        bool expected;
    } T[] = {
        {"synchronised", true, 0, true},
        {"not synchronised", false, 0, false},
        {"synchronised, but in 1970", true, INT64_C(-1795471950000), false},
        {"synchronised, but in 2106", true, INT64_C(2500000000000), false},
    };
    static const int AT[] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct ward ward = {.dead = 0};
        struct world w;
        int port;
        struct peer *p = peer_start_tcp(by_ward, &ward, &port);

        atomic_store(&trusted, T[i].trusted);
        atomic_store(&wall_shift_ms, T[i].shift_ms);
        init_world(&w);
        (void)add_device(&w, add_tcp(&w, port, 500), 1, 3600, AT,
                         1); /* the first reading comes at once */
        start(&w);
        wait_for(&w, 0, 1);
        if (set_of(&w, 0, 0)->clock_trusted != T[i].expected)
            fail_msg("%s", T[i].says);
        assert_true(llabs(set_of(&w, 0, 0)->ts_ms - shifted_wall(NULL)) < 3000);
        stop(&w);
        peer_stop(p);
    }
}

static void a_full_disk_does_not_stop_the_reading(void **state)
{
    static const int AT[] = {0};
    struct ward ward = {.dead = 0};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_ward, &ward, &port);

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_tcp(&w, port, 500), 1, 1, AT, 1);
    w.refuse = 2;
    start(&w);
    wait_for(&w, 0, 1);
    assert_int_equal(w.refuse, 0);
    stop(&w);
    peer_stop(p);
}

static void refuses_a_site_it_cannot_poll(void **state)
{
    static const struct {
        const char *says;
        bool tcp;
        int unit, every_s, port;
        const char *order, *words;
    } T[] = {
        {"unit 248 on TCP", true, 248, 1, 502, "AB", "unit 248 cannot be asked"},
        {"unit 0 on a line", false, 0, 1, 0, "AB", "unit 0 cannot be asked"},
        {"every 0 s", true, 1, 0, 502, "AB", "every_s"},
        {"a profile that cannot be decoded", true, 1, 1, 502, "ABCD", "order"},
        {"port 0 is for the simulator", true, 1, 1, 0, "AB", "port 0"},
        {"not a serial port", false, 1, 1, 0, "AB", "not a serial port"},
    };
    static const int AT[] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct world w;
        struct profile *p;
        char why[256] = "";
        init_world(&w);
        p = add_device(&w,
                       T[i].tcp ? add_tcp(&w, T[i].port, 100) : add_serial(&w, "/dev/null", 100),
                       T[i].unit, T[i].every_s, AT, 1);
        (void)snprintf(p->m[0].order, sizeof p->m[0].order, "%s", T[i].order);
        if (poller_start(&w.poller, &w.site, w.profiles, take, &w, why, sizeof why) !=
                NILA_ERR_CONFIG ||
            strstr(why, T[i].words) == NULL)
            fail_msg("%s: %s", T[i].says, why);
        assert_null(w.poller);
    }
}

static void refuses_a_port_that_another_collector_holds(void **state)
{
    static const int AT[] = {0};
    struct ward ward = {.dead = 0};
    struct world w, other;
    char path[64], why[256] = "";
    struct peer *line = peer_start_pty(by_ward, &ward, path, sizeof path);

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_serial(&w, path, 100), 1, 1, AT, 1);
    start(&w);
    init_world(&other);
    (void)add_device(&other, add_serial(&other, path, 100), 1, 1, AT, 1);
    assert_int_equal(
        poller_start(&other.poller, &other.site, other.profiles, take, &other, why, sizeof why),
        NILA_ERR_BUSY);
    assert_non_null(strstr(why, "in use"));
    wait_for(&w, 0, 1);
    stop(&w);
    poller_stop(NULL);
    peer_stop(line);
}

static void stops_within_one_time_out_and_hands_over_what_it_has(void **state)
{
    static const int AT[] = {0};
    struct ward silent = {.dead = ~0U};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_ward, &silent, &port);
    int64_t before;

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_tcp(&w, port, 700), 1, 1, AT, 1);
    start(&w);
    while (peer_requests(p) == 0)
        clock_sleep_until(clock_mono_ms() + 2);
    before = clock_mono_ms();
    stop(&w);
    assert_true(clock_mono_ms() - before < 1500);
    peer_stop(p);
}

static int quiet_log(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_WARN);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(delivers_judged_readings_with_their_place_at_their_slots,
                               use_shifted_clock),
        cmocka_unit_test(a_dead_unit_costs_the_living_nothing_and_comes_back),
        cmocka_unit_test(a_dead_unit_is_dead_on_its_own_bus_only),
        cmocka_unit_test(silent_endpoints_never_hold_up_the_others),
        cmocka_unit_test(a_late_answer_never_becomes_another_registers_value),
        cmocka_unit_test(a_refused_register_is_found_and_the_rest_goes_on),
        cmocka_unit_test(registers_that_are_never_answered_do_not_lose_the_device),
        cmocka_unit_test(an_old_answer_of_a_node_is_thrown_away_and_asked_again),
        cmocka_unit_test(a_block_that_is_no_nodes_is_refused_and_another_kind_is_missing),
        cmocka_unit_test(a_port_pulled_out_and_put_back_under_its_name_is_read_again),
        cmocka_unit_test_setup(a_clock_that_is_set_moves_the_slots_and_loses_none,
                               use_shifted_clock),
        cmocka_unit_test_setup(readings_of_an_unknown_clock_say_so, use_shifted_clock),
        cmocka_unit_test_setup(a_full_disk_does_not_stop_the_reading, use_shifted_clock),
        cmocka_unit_test(refuses_a_site_it_cannot_poll),
        cmocka_unit_test(refuses_a_port_that_another_collector_holds),
        cmocka_unit_test(stops_within_one_time_out_and_hands_over_what_it_has),
    };
    return cmocka_run_group_tests(tests, quiet_log, NULL);
}
