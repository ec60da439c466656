/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions of persons and rules among those of the poller, and what the lines say of themselves. */
#include "poll_world.h"

static const int AT[] = {0};

static struct bus_question read_one(int unit, int timeout_ms)
{
    return (struct bus_question){
        .unit = unit, .function = 3, .first = 40, .count = 1, .timeout_ms = timeout_ms};
}

/* A thread that asks once. */
struct asker {
    struct world *w;
    struct bus_question q;
    int64_t timeout_ms;
    pthread_t thread;
    uint16_t value;
    struct bus_answer a;
    int rc;
};

static void *run_asker(void *arg)
{
    struct asker *k = arg;

    k->rc = poller_ask(k->w->poller, 0, &k->q, &k->value, &k->a, k->timeout_ms);
    return NULL;
}

static void begin(struct asker *k, struct world *w, struct bus_question q, int64_t timeout_ms)
{
    k->w = w;
    k->q = q;
    k->timeout_ms = timeout_ms;
    assert_int_equal(pthread_create(&k->thread, NULL, run_asker, k), 0);
}

static struct poll_line_stats line_of(struct world *w, unsigned bus)
{
    struct poll_line_stats s;

    poller_line_stats(w->poller, bus, &s);
    return s;
}

static void until_waiting(struct world *w, unsigned n)
{
    while (line_of(w, 0).waiting < n)
        clock_sleep_until(clock_mono_ms() + 1);
}

static void a_line_without_devices_is_opened_when_it_is_asked(void **state)
{
    struct ward ward = {.dead = 0};
    struct world w;
    char path[64];
    int port;
    struct peer *net = peer_start_tcp(by_ward, &ward, &port),
                *line = peer_start_pty(by_ward, &ward, path, sizeof path);
    struct bus_question q = read_one(5, 500);
    struct bus_answer a;
    uint16_t value;

    (void)state;
    init_world(&w);
    (void)add_tcp(&w, port, 500);
    (void)add_serial(&w, path, 500);
    (void)add_serial(&w, "/dev/does-not-exist", 500);
    (void)add_tcp(&w, 1, 500); /* nobody listens there */
    start(&w);
    for (unsigned bus = 0; bus < 2; bus++) {
        struct poll_line_stats s = line_of(&w, bus);
        assert_int_equal(s.state, POLL_LINE_UNUSED);
        value = 0;
        assert_int_equal(poller_ask(w.poller, bus, &q, &value, &a, 2000), 0);
        assert_int_equal(value, 540);
        s = line_of(&w, bus);
        assert_int_equal(s.state, POLL_LINE_OPEN);
        assert_true(s.since_ms > 0 && s.requests == 1 && s.good == 1 && s.asked == 1);
    }
    for (unsigned bus = 2; bus < 4; bus++) {
        struct poll_line_stats s;
        assert_int_equal(poller_ask(w.poller, bus, &q, &value, &a, 2000), NILA_ERR_IO);
        assert_true(a.text[0] != '\0');
        s = line_of(&w, bus);
        assert_int_equal(s.state, POLL_LINE_AWAY);
        assert_true(s.why[0] != '\0' && s.good == 0);
    }
    assert_int_equal(poller_ask(w.poller, 4, &q, &value, &a, 2000), NILA_ERR_RANGE);
    q.unit = 256;
    assert_int_equal(poller_ask(w.poller, 0, &q, &value, &a, 2000), NILA_ERR_RANGE);
    assert_true(a.text[0] != '\0');
    stop(&w);
    peer_stop(net);
    peer_stop(line);
}

/* Ten questions a second beside a device at 1 s: it misses no slot, and they are all answered. */
static void questions_of_persons_cost_the_devices_no_slot(void **state)
{
    (void)state;
    for (int tcp = 0; tcp < 2; tcp++) {
        struct ward ward = {.dead = 0};
        struct world w;
        char path[64];
        int port = 0, asked = 0;
        struct peer *p = tcp ? peer_start_tcp(by_ward, &ward, &port)
                             : peer_start_pty(by_ward, &ward, path, sizeof path);
        const struct bus_question q = read_one(5, 500);
        struct poll_line_stats s;

        init_world(&w);
        (void)add_device(&w, tcp ? add_tcp(&w, port, 500) : add_serial(&w, path, 500), 1, 1, AT, 1);
        start(&w);
        while (stats_of(&w, 0).served_slots < 4) {
            struct bus_answer a;
            uint16_t value = 0;
            assert_int_equal(poller_ask(w.poller, 0, &q, &value, &a, 2000), 0);
            assert_int_equal(value, 540);
            asked++;
            clock_sleep_until(clock_mono_ms() + 100);
        }
        wait_for(&w, 0, 3);
        s = line_of(&w, 0);
        assert_int_equal(stats_of(&w, 0).missed_slots, 0);
        assert_int_equal(s.missed_slots, 0);
        assert_true(s.served_slots >= 4);
        assert_int_equal(s.asked, asked);
        assert_int_equal(s.requests, s.good);
        assert_true(s.requests >= s.asked + 4 && s.busy_permille < 500);
        assert_true(stats_of(&w, 0).answer_p50_ms <= stats_of(&w, 0).answer_p95_ms);
        for (unsigned k = 1; k < 3; k++)
            assert_int_equal(set_of(&w, 0, k)->ts_ms - set_of(&w, 0, k - 1)->ts_ms, 1000);
        stop(&w);
        peer_stop(p);
    }
}

/* Which functions came, in order; the first one takes 300 ms. */
struct log_of_functions {
    atomic_uint n;
    int function[32];
};

static struct peer_reply by_log(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    struct log_of_functions *l = arg;
    unsigned n = atomic_load(&l->n);

    if (n < 32)
        l->function[n] = rq->function;
    regs[0] = rq->first;
    atomic_store(&l->n, n + 1);
    return (struct peer_reply){PEER_GOOD, n == 0 ? 300 : 0, 0};
}

static void writes_go_first_and_a_line_that_is_not_free_in_time_says_so(void **state)
{
    static const uint16_t ON = 1;

    (void)state;
    for (int tcp = 0; tcp < 2; tcp++) {
        struct log_of_functions log = {.n = 0};
        struct world w;
        char path[64];
        int port = 0;
        struct peer *p = tcp ? peer_start_tcp(by_log, &log, &port)
                             : peer_start_pty(by_log, &log, path, sizeof path);
        struct asker k[5] = {0};
        const struct bus_question input = {
            .unit = 1, .function = 4, .first = 9, .count = 1, .timeout_ms = 1000};
        const struct bus_question coil = {
            .unit = 1, .function = 5, .first = 9, .count = 1, .timeout_ms = 1000, .write = &ON};

        init_world(&w);
        (void)(tcp ? add_tcp(&w, port, 1000) : add_serial(&w, path, 1000));
        start(&w);
        begin(&k[0], &w, read_one(1, 1000), 5000);
        while (atomic_load(&log.n) == 0)
            clock_sleep_until(clock_mono_ms() + 1);
        begin(&k[1], &w, input, 5000);
        until_waiting(&w, 1);
        begin(&k[2], &w, input, 5000);
        until_waiting(&w, 2);
        begin(&k[3], &w, coil, 5000);
        until_waiting(&w, 3);
        begin(&k[4], &w, input, 20); /* 300 ms are not over yet */
        for (int i = 0; i < 5; i++)
            (void)pthread_join(k[i].thread, NULL);
        for (int i = 0; i < 4; i++)
            if (k[i].rc != 0)
                fail_msg("question %d: %d (%s)", i, k[i].rc, k[i].a.text);
        assert_int_equal(k[4].rc, NILA_ERR_TIMEOUT);
        assert_non_null(strstr(k[4].a.text, "busy"));
        assert_int_equal(atomic_load(&log.n), 4);
        assert_int_equal(log.function[1], 5);
        assert_int_equal(log.function[2], 4);
        assert_int_equal(log.function[3], 4);
        assert_int_equal(line_of(&w, 0).waiting, 0);
        stop(&w);
        peer_stop(p);
    }
}

static struct peer_reply silent(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    (void)arg, (void)rq, (void)regs;
    return (struct peer_reply){PEER_SILENT, 0, 0};
}

static void no_more_than_sixteen_wait_and_the_end_ends_them(void **state)
{
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(silent, NULL, &port);
    struct asker k[POLL_ASKS_MAX + 1] = {0}, order = {0};
    static const uint16_t ON = 1;
    const struct bus_question q = read_one(1, 400), coil_on = {.unit = 1,
                                                               .function = 5,
                                                               .first = 9,
                                                               .count = 1,
                                                               .timeout_ms = 1000,
                                                               .write = &ON};
    struct bus_answer a;
    uint16_t value;

    (void)state;
    init_world(&w);
    (void)add_tcp(&w, port, 400);
    start(&w);
    begin(&k[0], &w, q, 60000);
    while (peer_requests(p) == 0)
        clock_sleep_until(clock_mono_ms() + 1);
    for (unsigned i = 1; i <= POLL_ASKS_MAX; i++)
        begin(&k[i], &w, q, 60000);
    until_waiting(&w, POLL_ASKS_MAX);
    assert_int_equal(poller_ask(w.poller, 0, &q, &value, &a, 60000), NILA_ERR_FULL);
    assert_true(a.text[0] != '\0');
    begin(&order, &w, coil_on, 60000); /* questions do not keep an order out */
    until_waiting(&w, POLL_ASKS_MAX + 1);
    stop(&w);
    (void)pthread_join(order.thread, NULL);
    assert_int_equal(order.rc, NILA_ERR_CLOSED);
    for (unsigned i = 0; i <= POLL_ASKS_MAX; i++) {
        (void)pthread_join(k[i].thread, NULL);
        assert_true(k[i].rc == NILA_ERR_CLOSED || (i == 0 && k[i].rc == NILA_ERR_TIMEOUT));
        assert_true(k[i].a.text[0] != '\0');
    }
    peer_stop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_without_devices_is_opened_when_it_is_asked),
        cmocka_unit_test(questions_of_persons_cost_the_devices_no_slot),
        cmocka_unit_test(writes_go_first_and_a_line_that_is_not_free_in_time_says_so),
        cmocka_unit_test(no_more_than_sixteen_wait_and_the_end_ends_them),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
