/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "firmware-bridge/core/nila_filter.h"
#include "firmware-bridge/core/nila_fix.h"

static const struct nila_filter_config CONFIG = {
    .median = 5, .smooth = 2, .warmup = 3, .spike = 1000, .noise = 500, .still = 0, .stuck = 20};

/* n samples around a value, alternating a little. */
static int32_t feed(struct nila_filter *f, int32_t value, unsigned n, uint16_t *q)
{
    int32_t out = NILA_MISSING;

    for (unsigned i = 0; i < n; i++)
        out = nila_filter_step(f, value + (int32_t)(i % 3) - 1, q);
    return out;
}

static void arithmetic_rounds_to_the_nearest_and_fits(void **state)
{
    static const int32_t TABLE[] = {0, 10, 40};

    (void)state;
    assert_int_equal(nila_div(7, 2), 4);
    assert_int_equal(nila_div(-7, 2), -4);
    assert_int_equal(nila_div(7, -2), -4);
    assert_int_equal(nila_div(6, 4), 2);
    assert_int_equal(nila_div(5, 4), 1);
    assert_int_equal(nila_fit(INT64_C(1) << 40), INT32_MAX);
    assert_int_equal(nila_fit(-(INT64_C(1) << 40)), -INT32_MAX); /* not NILA_MISSING */
    assert_int_equal(nila_table(TABLE, 3, -10, 10, -99), 0);
    assert_int_equal(nila_table(TABLE, 3, -10, 10, -5), 5);
    assert_int_equal(nila_table(TABLE, 3, -10, 10, 5), 25);
    assert_int_equal(nila_table(TABLE, 3, -10, 10, 10), 40);
    assert_int_equal(nila_table(TABLE, 3, -10, 10, INT32_MAX), 40);
}

static void one_wild_sample_leaves_no_trace(void **state)
{
    struct nila_filter f;
    uint16_t q;

    (void)state;
    nila_filter_init(&f, &CONFIG);
    feed(&f, 5000, 10, &q);
    assert_int_equal(q, NILA_Q_VALID);
    for (int i = 0; i < 2; i++) {
        int32_t v = nila_filter_step(&f, i == 0 ? 99000 : 5001, &q);
        assert_in_range(v, 4998, 5002);
        assert_int_equal(q, NILA_Q_VALID);
    }
    assert_int_equal(f.spikes, 1);
    /* the widest of all differences does not overflow */
    assert_in_range(nila_filter_step(&f, -INT32_MAX, &q), 4998, 5002);
    assert_in_range(nila_filter_step(&f, INT32_MAX, &q), 4998, 5002);
    assert_true((q & NILA_Q_NOISY) != 0); /* three spikes at once are a bad contact */
    feed(&f, 5000, 60, &q);
    assert_int_equal(q & NILA_Q_NOISY, 0);
}

static void a_real_jump_is_followed_and_a_slow_change_smoothed(void **state)
{
    struct nila_filter f;
    uint16_t q;

    (void)state;
    nila_filter_init(&f, &CONFIG);
    feed(&f, 5000, 10, &q);
    assert_in_range(feed(&f, 8000, 3, &q), 7998, 8001);
    nila_filter_init(&f, &CONFIG);
    feed(&f, 5000, 10, &q);
    assert_in_range(feed(&f, 5400, 3, &q), 5050, 5150); /* a quarter of the way */
    assert_in_range(feed(&f, 5400, 30, &q), 5395, 5401);
}

static void warms_up_after_the_start_and_after_a_gap(void **state)
{
    struct nila_filter f;
    uint16_t q;

    (void)state;
    nila_filter_init(&f, &CONFIG);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++) {
            assert_int_not_equal(nila_filter_step(&f, 5000 + i, &q), NILA_MISSING);
            assert_int_equal(q, NILA_Q_WARMUP);
        }
        nila_filter_step(&f, 5004, &q);
        assert_int_equal(q, NILA_Q_VALID);
        for (int i = 0; i < NILA_FILTER_FORGET; i++) {
            assert_int_equal(nila_filter_step(&f, NILA_MISSING, &q), NILA_MISSING);
            assert_int_equal(q, NILA_Q_ABSENT);
        }
    }
    /* what was before the gap says nothing about after it */
    assert_int_equal(nila_filter_step(&f, 1000, &q), 1000);
}

static void a_short_gap_is_no_value_and_no_new_beginning(void **state)
{
    struct nila_filter f;
    uint16_t q;

    (void)state;
    nila_filter_init(&f, &CONFIG);
    feed(&f, 5000, 10, &q);
    assert_int_equal(nila_filter_step(&f, NILA_MISSING, &q), NILA_MISSING);
    assert_int_equal(q & NILA_Q_VALID, 0);
    nila_filter_step(&f, 5001, &q);
    assert_int_equal(q, NILA_Q_VALID);
}

static void a_value_that_never_moves_is_stuck(void **state)
{
    struct nila_filter f;
    uint16_t q;

    (void)state;
    nila_filter_init(&f, &CONFIG);
    for (int i = 0; i < 19; i++)
        nila_filter_step(&f, 5000, &q);
    assert_int_equal(q, NILA_Q_VALID);
    nila_filter_step(&f, 5000, &q);
    assert_int_equal(q, NILA_Q_STUCK);
    nila_filter_step(&f, 5001, &q);
    assert_int_equal(q, NILA_Q_VALID);
}

static void noise_is_said_and_the_value_kept(void **state)
{
    struct nila_filter f;
    uint16_t q;

    (void)state;
    nila_filter_init(&f, &CONFIG);
    for (int i = 0; i < 20; i++)
        nila_filter_step(&f, 5000 + (i % 2 == 0 ? 400 : -400), &q);
    assert_int_equal(q, NILA_Q_VALID | NILA_Q_NOISY);
}

static void any_configuration_is_made_possible(void **state)
{
    static const struct {
        uint8_t given, used;
    } T[] = {{0, 1}, {1, 1}, {2, 1}, {4, 3}, {9, 9}, {10, 9}, {255, 9}};
    struct nila_filter f;
    uint16_t q;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_filter_config c = {.median = T[i].given, .smooth = 255};
        nila_filter_init(&f, &c);
        assert_int_equal(f.median, T[i].used);
        assert_int_equal(f.smooth, NILA_FILTER_SMOOTH_MAX);
        for (int k = 0; k < 40; k++)
            nila_filter_step(&f, INT32_MAX, &q);
        assert_int_equal(q, NILA_Q_VALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_rounds_to_the_nearest_and_fits),
        cmocka_unit_test(one_wild_sample_leaves_no_trace),
        cmocka_unit_test(a_real_jump_is_followed_and_a_slow_change_smoothed),
        cmocka_unit_test(warms_up_after_the_start_and_after_a_gap),
        cmocka_unit_test(a_short_gap_is_no_value_and_no_new_beginning),
        cmocka_unit_test(a_value_that_never_moves_is_stuck),
        cmocka_unit_test(noise_is_said_and_the_value_kept),
        cmocka_unit_test(any_configuration_is_made_possible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
