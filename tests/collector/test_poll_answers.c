/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers that come late, twice, from another or not for this register: what becomes of them on the way to a reading. */
#include "poll_world.h"

#include "collector/plan.h"

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

/* The newest set; there is one. */
static const struct reading_set *last_of(struct world *w)
{
    const struct reading_set *s;

    (void)pthread_mutex_lock(&w->lock);
    s = &w->set[w->n - 1];
    (void)pthread_mutex_unlock(&w->lock);
    return s;
}

static void a_refused_register_is_found_and_the_rest_goes_on(void **state)
{
    static const int AT[] = {0, 1, 2};
    struct ward ward = {.hole_first = 1, .hole_last = 1};
    struct world w;
    unsigned n;
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
    /* the first round finds it (0+3, then 1+2, then 1+1 alone); for an hour it is not asked again */
    assert_int_equal(stats_of(&w, 0).exceptions, 3);
    pass_ms(PLAN_REFUSED_MS); /* then it is, in vain; another hour later the register is there */
    for (n = 4; n < KEPT - 4 && stats_of(&w, 0).exceptions < 4; n++)
        wait_for(&w, 0, n);
    assert_int_equal(stats_of(&w, 0).exceptions, 4);
    atomic_store(&ward.no_hole, true);
    pass_ms(PLAN_REFUSED_MS);
    for (; n < KEPT - 4 && last_of(&w)->v[1].flag == READING_MISSING; n++)
        wait_for(&w, 0, n);
    assert_true(fabs(last_of(&w)->v[1].value - 5.01) < 1e-9);
    assert_int_equal(stats_of(&w, 0).exceptions, 4);
    stop(&w);
    peer_stop(p);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_late_answer_never_becomes_another_registers_value),
        cmocka_unit_test_teardown(a_refused_register_is_found_and_the_rest_goes_on,
                                  put_clock_right),
        cmocka_unit_test(an_old_answer_of_a_node_is_thrown_away_and_asked_again),
        cmocka_unit_test(a_block_that_is_no_nodes_is_refused_and_another_kind_is_missing),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
