/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Probes that measure only when they are told to, on the wire: what they are asked, and what becomes of their values. */
#include "poll_world.h"

#define START_AT 9472
#define WAIT_AT  164

enum manner {
    OBEYS,
    REFUSES,   /* exception 1 to the start request */
    SAYS_NADA, /* no answer to the start request */
};

/* A probe as unit 1, beside others that need no telling: registers are 0 until it was told, then 1900 + a bit that moves. */
struct probe {
    enum manner manner;
    bool each;                    /* a value is good once */
    atomic_bool off;              /* no power: silent, and told no more */
    atomic_bool measures;         /* it was told */
    atomic_uint tells, waits;     /* requests so far */
    atomic_uint written, told_fn; /* of the last start request */
    uint16_t wait_value[4]; /* what the wait register holds, one a question; the last one stays */
    atomic_llong told_ms;
    atomic_llong least_ms; /* between start and reading */
};

static struct peer_reply start_reply(struct probe *p, const struct peer_request *rq)
{
    static const struct peer_reply REPLY[] = {[OBEYS] = {PEER_GOOD, 0, 0},
                                              [REFUSES] = {PEER_EXCEPTION, 0, 1},
                                              [SAYS_NADA] = {PEER_SILENT, 0, 0}};

    atomic_fetch_add(&p->tells, 1);
    atomic_store(&p->told_fn, (unsigned)rq->function);
    atomic_store(&p->written, rq->function == 6 ? rq->written[0] : 0U);
    atomic_store(&p->told_ms, (long long)clock_mono_ms());
    atomic_store(&p->measures, p->manner == OBEYS);
    return REPLY[p->manner];
}

static struct peer_reply by_probe(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    struct probe *p = arg;
    bool good = p->manner != OBEYS || atomic_load(&p->measures);
    long long since = (long long)clock_mono_ms() - atomic_load(&p->told_ms);

    if (atomic_load(&p->off)) {
        atomic_store(&p->measures, false);
        return (struct peer_reply){PEER_SILENT, 0, 0};
    }
    if (rq->unit != 1) {
        regs[0] = (uint16_t)(1900 + rq->number % 7);
        return (struct peer_reply){PEER_GOOD, 0, 0};
    }
    if (rq->first == START_AT)
        return start_reply(p, rq);
    if (rq->first == WAIT_AT) {
        unsigned k = atomic_fetch_add(&p->waits, 1);
        regs[0] = p->wait_value[k < 3 ? k : 3];
        return (struct peer_reply){PEER_GOOD, 0, 0};
    }
    for (unsigned i = 0; i < rq->count && i < 125; i++)
        regs[i] = good ? (uint16_t)(1900 + 10 * i + rq->number % 7) : 0;
    if (atomic_load(&p->least_ms) == 0 || since < atomic_load(&p->least_ms))
        atomic_store(&p->least_ms, since);
    if (p->each)
        atomic_store(&p->measures, false);
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

static struct profile *add_probe(struct world *w, int bus)
{
    static const int AT[] = {0, 1, 2};
    struct profile *p = add_device(w, bus, 1, 1, AT, 3);

    p->start = (struct profile_request){.function = 3, .address = START_AT, .count = 1};
    p->settle_ms = 150;
    return p;
}

static bool all_good(const struct reading_set *s)
{
    for (unsigned i = 0; i < s->n; i++)
        if (s->v[i].value < 19 || !reading_usable(s->v[i].flag))
            return false;
    return s->n == 3;
}

static void is_told_first_and_read_when_it_has_settled(void **state)
{
    struct probe probe = {.manner = OBEYS};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_probe, &probe, &port);

    (void)state;
    init_world(&w);
    (void)add_probe(&w, add_tcp(&w, port, 500));
    start(&w);
    wait_for(&w, 0, 3);
    stop(&w);
    assert_int_equal(atomic_load(&probe.tells), 1);
    assert_true(atomic_load(&probe.least_ms) >= 149); /* the clock counts whole ms */
    for (unsigned i = 0; i < 3; i++)
        assert_true(all_good(set_of(&w, 0, i)));
    peer_stop(p);
}

static void is_told_again_when_its_power_was_away_unseen(void **state)
{
    struct probe probe = {.manner = OBEYS};
    struct world w;
    unsigned n;
    int port;
    struct peer *p = peer_start_tcp(by_probe, &probe, &port);

    (void)state;
    init_world(&w);
    (void)add_probe(&w, add_tcp(&w, port, 500));
    start(&w);
    wait_for(&w, 0, 1);
    atomic_store(&probe.measures, false);
    wait_for(&w, 0, 3);
    stop(&w);
    assert_int_equal(atomic_load(&probe.tells), 2);
    n = 0;
    for (unsigned i = 0; i < 3; i++)
        n += all_good(set_of(&w, 0, i));
    assert_int_equal(n, 2); /* the zeros between are told, and no good values */
    peer_stop(p);
}

static void is_told_before_it_is_believed_after_a_silence(void **state)
{
    struct probe probe = {.manner = OBEYS};
    struct world w;
    unsigned had;
    int port;
    struct peer *p = peer_start_tcp(by_probe, &probe, &port);

    (void)state;
    init_world(&w);
    (void)add_probe(&w, add_tcp(&w, port, 100));
    start(&w);
    wait_for(&w, 0, 1);
    atomic_store(&probe.off, true);
    while (stats_of(&w, 0).timeouts < 2)
        clock_sleep_until(clock_mono_ms() + 5);
    assert_int_equal(atomic_load(&probe.tells), 1); /* the dead are asked one question a try */
    (void)pthread_mutex_lock(&w.lock);
    had = count_of(&w, 0);
    (void)pthread_mutex_unlock(&w.lock);
    atomic_store(&probe.off, false);
    wait_for(&w, 0, had + 2);
    stop(&w);
    assert_int_equal(atomic_load(&probe.tells), 2);
    for (unsigned i = 0; i < had + 2; i++)
        assert_true(all_good(set_of(&w, 0, i))); /* no old value, no 0 */
    peer_stop(p);
}

static void one_that_does_not_know_the_request_is_read_all_the_same(void **state)
{
    static const enum manner MANNER[] = {REFUSES, SAYS_NADA};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct probe probe = {.manner = MANNER[i]};
        struct world w;
        int port;
        struct peer *p = peer_start_tcp(by_probe, &probe, &port);
        init_world(&w);
        (void)add_probe(&w, add_tcp(&w, port, 100));
        start(&w);
        wait_for(&w, 0, 2);
        assert_int_equal(stats_of(&w, 0).backoff_s, 0);
        stop(&w);
        assert_int_equal(atomic_load(&probe.tells), 1);
        assert_true(all_good(set_of(&w, 0, 0)));
        peer_stop(p);
    }
}

static void is_told_before_each_reading_and_waited_for(void **state)
{
    struct probe probe = {.manner = OBEYS, .each = true, .wait_value = {120, 120, 120, 120}};
    struct world w;
    struct profile *profile;
    char path[64];
    struct peer *p = peer_start_pty(by_probe, &probe, path, sizeof path);

    (void)state;
    init_world(&w);
    profile = add_probe(&w, add_serial(&w, path, 500));
    profile->start = (struct profile_request){.function = 6, .address = START_AT, .value = 15};
    profile->start_each = true;
    profile->settle_ms = 0;
    profile->wait.function = 3;
    profile->wait.address = WAIT_AT;
    start(&w);
    wait_for(&w, 0, 3);
    stop(&w);
    assert_true(atomic_load(&probe.tells) >= 3);
    assert_int_equal(atomic_load(&probe.written), 15);
    assert_int_equal(atomic_load(&probe.told_fn), 6);
    assert_true(atomic_load(&probe.least_ms) >= 119);
    for (unsigned i = 0; i < 3; i++)
        assert_true(all_good(set_of(&w, 0, i)));
    /* the stamp is the slot's, not that of the moment it was ready */
    assert_int_equal((set_of(&w, 0, 2)->ts_ms - set_of(&w, 0, 1)->ts_ms) % 1000, 0);
    peer_stop(p);
}

static void a_write_of_no_registers_starts_it_too(void **state)
{
    struct probe probe = {.manner = OBEYS};
    struct world w;
    char path[64];
    struct peer *p = peer_start_pty(by_probe, &probe, path, sizeof path);

    (void)state;
    init_world(&w);
    add_probe(&w, add_serial(&w, path, 500))->start =
        (struct profile_request){.function = 16, .address = START_AT, .count = 0};
    start(&w);
    wait_for(&w, 0, 2);
    stop(&w);
    assert_int_equal(atomic_load(&probe.tells), 1);
    assert_int_equal(atomic_load(&probe.told_fn), 16);
    assert_true(all_good(set_of(&w, 0, 0)));
    peer_stop(p);
}

static void a_register_that_says_ready_is_awaited(void **state)
{
    struct probe probe = {.manner = OBEYS, .wait_value = {0, 0, 7, 7}};
    struct world w;
    struct profile *profile;
    int port;
    struct peer *p = peer_start_tcp(by_probe, &probe, &port);

    (void)state;
    init_world(&w);
    profile = add_probe(&w, add_tcp(&w, port, 500));
    profile->settle_ms = 0;
    profile->wait.function = 3;
    profile->wait.address = WAIT_AT;
    profile->wait.ready = true;
    profile->wait.ready_value = 7;
    start(&w);
    wait_for(&w, 0, 2);
    stop(&w);
    assert_int_equal(atomic_load(&probe.tells), 1);
    assert_int_equal(atomic_load(&probe.waits), 3);
    assert_true(atomic_load(&probe.least_ms) >= 399); /* twice 200 ms */
    assert_true(all_good(set_of(&w, 0, 0)));
    peer_stop(p);
}

static void the_line_serves_others_while_one_settles(void **state)
{
    static const int AT[] = {0};
    struct probe probe = {.manner = OBEYS};
    struct world w;
    char path[64];
    struct peer *p = peer_start_pty(by_probe, &probe, path, sizeof path);
    int bus;

    (void)state;
    init_world(&w);
    bus = add_serial(&w, path, 500);
    add_probe(&w, bus)->settle_ms = 4000;
    (void)add_device(&w, bus, 2, 1, AT, 1);
    start(&w);
    wait_for(&w, 1, 2);
    (void)pthread_mutex_lock(&w.lock);
    assert_int_equal(count_of(&w, 0), 0);
    (void)pthread_mutex_unlock(&w.lock);
    wait_for(&w, 0, 1);
    assert_int_equal(stats_of(&w, 0).missed_slots, 0);
    stop(&w);
    assert_true(count_of(&w, 1) >= 3);
    assert_true(all_good(set_of(&w, 0, 0)));
    peer_stop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_told_first_and_read_when_it_has_settled),
        cmocka_unit_test(is_told_again_when_its_power_was_away_unseen),
        cmocka_unit_test(is_told_before_it_is_believed_after_a_silence),
        cmocka_unit_test(one_that_does_not_know_the_request_is_read_all_the_same),
        cmocka_unit_test(is_told_before_each_reading_and_waited_for),
        cmocka_unit_test(a_write_of_no_registers_starts_it_too),
        cmocka_unit_test(a_register_that_says_ready_is_awaited),
        cmocka_unit_test(the_line_serves_others_while_one_settles),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
