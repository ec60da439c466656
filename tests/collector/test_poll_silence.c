/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units, endpoints, registers and ports that do not answer: what they cost the others, and how they come back. */
#include "poll_world.h"

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
    (void)add_device(&w, add_tcp(&w, port, 400), 1, 1, AT, 3);
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

/* The link of a by-id name moves while the old device file is still open and only silent. */
static void a_port_whose_name_leads_elsewhere_is_opened_there(void **state)
{
    static const int AT[] = {0};
    struct ward old = {.dead = 0}, new = {.dead = 0};
    struct world w;
    char path[64], new_path[64], folder[256], link[300];
    struct peer *a = peer_start_pty(by_ward, &old, path, sizeof path),
                *b = peer_start_pty(by_ward, &new, new_path, sizeof new_path);

    (void)state;
    (void)snprintf(folder, sizeof folder, "%s", support_tmpdir());
    (void)snprintf(link, sizeof link, "%s/by-id", folder);
    assert_int_equal(symlink(path, link), 0);
    init_world(&w);
    (void)add_device(&w, add_serial(&w, link, 100), 1, 1, AT, 1);
    start(&w);
    wait_for(&w, 0, 1);
    assert_int_equal(atomic_load(&new.asked[1]), 0);
    atomic_store(&old.dead, ~0U);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(symlink(new_path, link), 0);
    wait_for(&w, 0, 3);
    assert_true(atomic_load(&new.asked[1]) >= 1);
    stop(&w);
    peer_stop(a);
    peer_stop(b);
    support_rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_unit_costs_the_living_nothing_and_comes_back),
        cmocka_unit_test(a_dead_unit_is_dead_on_its_own_bus_only),
        cmocka_unit_test(silent_endpoints_never_hold_up_the_others),
        cmocka_unit_test(registers_that_are_never_answered_do_not_lose_the_device),
        cmocka_unit_test(a_port_pulled_out_and_put_back_under_its_name_is_read_again),
        cmocka_unit_test(a_port_whose_name_leads_elsewhere_is_opened_there),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
