/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slots, clocks, start and stop of the poller. */
#include "poll_world.h"

static void delivers_judged_readings_with_their_place_at_their_slots(void **state)
{
    static const int AT[] = {0, 1, 100};
    struct ward ward = {.hole_first = 0};
    struct world w;
    const char *slug = "";
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
    assert_true(clock_mono_ms() - poller_last_turn_ms(w.poller, &slug) < 3000);
    assert_true(slug[0] != '\0');
    stop(&w);
    peer_stop(line);
    peer_stop(net);
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
        {"unit 256 on TCP", true, 256, 1, 502, "AB", "unit 256 cannot be asked"},
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
        const struct poll_receiver to = {.deliver = take, .arg = &w};
        if (poller_start(&w.poller, &w.site, w.profiles, &to, why, sizeof why) != NILA_ERR_CONFIG ||
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
    char path[64], why[256] = "", said[4096];
    struct peer *line = peer_start_pty(by_ward, &ward, path, sizeof path);
    FILE *log;
    int was;

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_serial(&w, path, 100), 1, 1, AT, 1);
    start(&w);
    init_world(&other);
    (void)add_device(&other, add_serial(&other, path, 100), 1, 1, AT, 1);
    log = tmpfile();
    was = dup(STDERR_FILENO);
    assert_true(log != NULL && was >= 0 && dup2(fileno(log), STDERR_FILENO) >= 0);
    const struct poll_receiver to = {.deliver = take, .arg = &other};
    assert_int_equal(poller_start(&other.poller, &other.site, other.profiles, &to, why, sizeof why),
                     NILA_ERR_BUSY);
    assert_true(dup2(was, STDERR_FILENO) >= 0 && close(was) == 0);
    assert_non_null(strstr(why, "in use"));
    rewind(log);
    said[fread(said, 1, sizeof said - 1, log)] = '\0';
    assert_null(strstr(said, "cannot wake")); /* no handle is written to that is another's by now */
    (void)fclose(log);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(delivers_judged_readings_with_their_place_at_their_slots,
                               put_clock_right),
        cmocka_unit_test_setup(a_clock_that_is_set_moves_the_slots_and_loses_none, put_clock_right),
        cmocka_unit_test_setup(readings_of_an_unknown_clock_say_so, put_clock_right),
        cmocka_unit_test_setup(a_full_disk_does_not_stop_the_reading, put_clock_right),
        cmocka_unit_test(refuses_a_site_it_cannot_poll),
        cmocka_unit_test(refuses_a_port_that_another_collector_holds),
        cmocka_unit_test(stops_within_one_time_out_and_hands_over_what_it_has),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
