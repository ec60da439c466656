/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pure parts of the poller: who is due first, answer times, the busy share of a line. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/poll_heap.h"
#include "collector/poll_stats.h"

static void the_heap_knows_who_is_due_first(void **state)
{
    const unsigned SEED = 17;
    struct heap h;
    int64_t due[37];

    (void)state;
    printf("seed %u\n", SEED);
    srand(SEED);
    heap_init(&h, 37);
    for (unsigned i = 0; i < 37; i++)
        due[i] = INT64_MAX;
    for (int round = 0; round < 20000; round++) {
        unsigned thing = (unsigned)rand() % 37, first = 0;
        due[thing] = rand() % 8 == 0 ? INT64_MAX : rand() % 1000;
        heap_set(&h, thing, due[thing]);
        for (unsigned i = 0; i < 37; i++)
            if (due[i] < due[first])
                first = i;
        assert_true(due[heap_first(&h)] == due[first]);
    }
    heap_free(&h);
    heap_init(&h, 1);
    heap_set(&h, 0, 5);
    assert_int_equal(heap_first(&h), 0);
    heap_free(&h);
}

static void answer_times_are_those_of_the_last_256(void **state)
{
    struct answer_ring r = {0};

    (void)state;
    assert_int_equal(answer_ring_quantile(&r, 0.5), 0);
    answer_ring_add(&r, 70);
    assert_int_equal(answer_ring_quantile(&r, 0.5), 70);
    assert_int_equal(answer_ring_quantile(&r, 0.95), 70);
    for (int i = 0; i < 1000; i++)
        answer_ring_add(&r, 9999);
    for (int i = 256; i > 0; i--)
        answer_ring_add(&r, i); /* 256 down to 1: all the others are forgotten */
    assert_int_equal(answer_ring_quantile(&r, 0.5), 128);
    assert_int_equal(answer_ring_quantile(&r, 0.95), 244);
    assert_int_equal(answer_ring_quantile(&r, 1), 256);
    answer_ring_add(&r, 1000000);
    assert_int_equal(answer_ring_quantile(&r, 1), UINT16_MAX);
}

static int permille_at(struct line_stats *l, int64_t mono_ms)
{
    struct poll_line_stats s;

    line_stats_copy(l, mono_ms, &s);
    return s.busy_permille;
}

static void the_busy_share_is_that_of_the_last_minute(void **state)
{
    const struct bus_answer a = {.answer_ms = 1};
    struct line_stats l;
    int64_t t = 1000000;

    (void)state;
    line_stats_init(&l, t);
    assert_int_equal(permille_at(&l, t), 0);
    line_stats_question(&l, 0, &a, false, t, t + 500);
    assert_int_equal(permille_at(&l, t + 1000), 500);
    assert_int_equal(permille_at(&l, t + 10000), 50);
    for (int i = 10; i < 200; i++) /* a quarter of each second */
        line_stats_question(&l, 0, &a, i % 2 == 0, t + i * 1000, t + i * 1000 + 250);
    assert_true(abs(permille_at(&l, t + 200000) - 250) <= 5);
    line_stats_question(&l, NILA_ERR_TIMEOUT, &a, false, t + 200000,
                        t + 210000); /* ten whole ones */
    assert_true(abs(permille_at(&l, t + 210000) - (10000 + 49 * 250) / 59) <= 20);
    assert_true(permille_at(&l, t + 240000) > 100);
    assert_int_equal(permille_at(&l, t + 280000), 0);
    assert_int_equal(permille_at(&l, t + 100000000), 0);
    line_stats_free(&l);
}

static void a_line_counts_how_its_questions_ended(void **state)
{
    static const struct {
        int rc;
        bool stale;
    } T[] = {{0, false},
             {NILA_ERR_TIMEOUT, false},
             {NILA_ERR_EXCEPTION, false},
             {NILA_ERR_PROTO, true},
             {NILA_ERR_PROTO, false},
             {NILA_ERR_IO, false},
             {NILA_ERR_CLOSED, false}};
    struct line_stats l;
    struct poll_line_stats s;

    (void)state;
    line_stats_init(&l, 0);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const struct bus_answer a = {.stale = T[i].stale};
        line_stats_question(&l, T[i].rc, &a, i == 0, 0, 0);
    }
    line_stats_copy(&l, 0, &s);
    assert_int_equal(s.requests, 7);
    assert_int_equal(s.asked, 1);
    assert_int_equal(s.good, 1);
    assert_int_equal(s.timeouts, 1);
    assert_int_equal(s.exceptions, 1);
    assert_int_equal(s.stale, 1);
    assert_int_equal(s.bad_frames, 1);
    assert_int_equal(s.lost, 2);
    assert_int_equal(s.state, POLL_LINE_UNUSED);
    line_stats_state(&l, false, "pulled out");
    line_stats_copy(&l, 0, &s);
    assert_int_equal(s.state, POLL_LINE_AWAY);
    assert_string_equal(s.why, "pulled out");
    line_stats_state(&l, true, "");
    line_stats_copy(&l, 0, &s);
    assert_int_equal(s.state, POLL_LINE_OPEN);
    assert_string_equal(s.why, "");
    line_stats_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_heap_knows_who_is_due_first),
        cmocka_unit_test(answer_times_are_those_of_the_last_256),
        cmocka_unit_test(the_busy_share_is_that_of_the_last_minute),
        cmocka_unit_test(a_line_counts_how_its_questions_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
