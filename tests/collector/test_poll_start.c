/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that must be told to measure, that want silence, or that have nothing to be read. */
#include "poll_world.h"

/* A probe that measures only after a write of 0 registers at 0x1C00 (or a read of 0 at 0x2500), and forgets that when it is
 * switched off. Register 0 is what it measures, register 200 whether it is ready. */
struct sleeper {
    atomic_bool awake;
    atomic_uint starts, reads, waits;
    unsigned ready_after; /* answers of register 200 until it holds 1 */
};

static struct peer_reply by_sleeper(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    struct sleeper *s = arg;

    if (rq->count == 0) {
        atomic_fetch_add(&s->starts, 1);
        atomic_store(&s->awake, true);
    } else if (rq->first == 200) {
        regs[0] = atomic_fetch_add(&s->waits, 1) + 1 >= s->ready_after;
    } else {
        atomic_fetch_add(&s->reads, 1);
        regs[0] = atomic_load(&s->awake) ? 500 : 0xFFFF;
    }
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

static struct profile *add_sleeper(struct world *w, int bus, int function)
{
    static const int AT[] = {0};
    struct profile *p = add_device(w, bus, 1, 1, AT, 1);

    p->m[0].has_sentinel = true;
    p->m[0].sentinel = 0xFFFF;
    p->start = (struct profile_request){.function = function, .address = 0x1C00};
    return p;
}

static void a_device_is_told_to_measure_once_and_again_when_it_has_forgotten(void **state)
{
    static const int FUNCTION[] = {3, 16};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct sleeper s = {.awake = false};
        struct world w;
        char path[64];
        int port;
        struct peer *p = i < 2 ? peer_start_tcp(by_sleeper, &s, &port)
                               : peer_start_pty(by_sleeper, &s, path, sizeof path);

        init_world(&w);
        (void)add_sleeper(&w, i < 2 ? add_tcp(&w, port, 500) : add_serial(&w, path, 500),
                          FUNCTION[i % 2]);
        start(&w);
        wait_for(&w, 0, 2);
        assert_int_equal(atomic_load(&s.starts), 1);
        assert_int_equal(set_of(&w, 0, 0)->v[0].flag, READING_PASS);
        atomic_store(&s.awake, false); /* a short loss of power, which nobody sees on the line */
        wait_for(&w, 0, 5);
        assert_int_equal(atomic_load(&s.starts), 2);
        assert_true(atomic_load(&s.awake));
        stop(&w);
        peer_stop(p);
    }
}

static void a_reading_that_must_settle_keeps_its_slot(void **state)
{
    struct sleeper s = {.awake = false};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_sleeper, &s, &port);
    struct profile *profile;

    (void)state;
    init_world(&w);
    profile = add_sleeper(&w, add_tcp(&w, port, 500), 3);
    profile->start_each = true;
    profile->settle_ms = 300;
    start(&w);
    wait_for(&w, 0, 4);
    for (unsigned k = 0; k < 4; k++)
        assert_int_equal(set_of(&w, 0, k)->ts_ms % 1000, 0);
    for (unsigned k = 1; k < 4; k++)
        assert_int_equal(set_of(&w, 0, k)->ts_ms - set_of(&w, 0, k - 1)->ts_ms, 1000);
    assert_true(atomic_load(&s.starts) >= 4);
    assert_int_equal(stats_of(&w, 0).missed_slots, 0);
    stop(&w);
    peer_stop(p);
}

static void a_device_is_asked_until_it_is_ready(void **state)
{
    struct sleeper s = {.awake = false, .ready_after = 3};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_sleeper, &s, &port);
    struct profile *profile;

    (void)state;
    init_world(&w);
    profile = add_sleeper(&w, add_tcp(&w, port, 500), 3);
    profile->wait.function = 3;
    profile->wait.address = 200;
    profile->wait.ready = true;
    profile->wait.ready_value = 1;
    start(&w);
    wait_for(&w, 0, 1);
    assert_int_equal(atomic_load(&s.waits), 3);
    assert_int_equal(atomic_load(&s.starts), 1);
    assert_int_equal(set_of(&w, 0, 0)->v[0].flag, READING_PASS);
    wait_for(&w, 0, 2);
    assert_int_equal(atomic_load(&s.waits), 3);
    stop(&w);
    peer_stop(p);
}

static void a_device_with_nothing_to_read_is_not_asked(void **state)
{
    static const int AT[] = {0};
    struct ward ward = {.dead = 0};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_ward, &ward, &port);
    int bus;

    (void)state;
    init_world(&w);
    bus = add_tcp(&w, port, 500);
    add_device(&w, bus, 1, 1, AT, 1)->n = 0;
    w.profile[0].outputs = 1; /* a relay board */
    (void)add_device(&w, bus, 2, 1, AT, 1);
    start(&w);
    wait_for(&w, 1, 2);
    assert_int_equal(atomic_load(&ward.asked[1]), 0);
    assert_int_equal(stats_of(&w, 0).requests, 0);
    assert_int_equal(stats_of(&w, 0).last_good_ms, 0);
    stop(&w);
    peer_stop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_told_to_measure_once_and_again_when_it_has_forgotten),
        cmocka_unit_test(a_reading_that_must_settle_keeps_its_slot),
        cmocka_unit_test(a_device_is_asked_until_it_is_ready),
        cmocka_unit_test(a_device_with_nothing_to_read_is_not_asked),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
