/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/supply/order.h"

#define MOST 64
#define SEED 2385

static const double Q[] = {0, 0.1, 0.25, 0.5, 0.9, 0.999, 1};

static void check(const double *x, size_t n)
{
    double sorted[MOST], moved[MOST];

    memcpy(sorted, x, n * sizeof *x);
    gsl_sort(sorted, 1, n);
    for (size_t k = 0; k < n; k++) {
        memcpy(moved, x, n * sizeof *x);
        assert_true(order_select(moved, n, k) == sorted[k]);
        for (size_t i = 0; i < n; i++)
            assert_true(i < k ? moved[i] <= moved[k] : moved[i] >= moved[k]);
    }
    memcpy(moved, x, n * sizeof *x);
    for (size_t k = 0; k < sizeof Q / sizeof Q[0]; k++)
        assert_true(order_quantile(moved, n, Q[k]) ==
                    gsl_stats_quantile_from_sorted_data(sorted, 1, n, Q[k]));
    gsl_sort(moved, 1, n); /* moved about, and all still there */
    assert_memory_equal(moved, sorted, n * sizeof *sorted);
}

static void finds_what_sorting_finds(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    print_message("seed %d\n", SEED);
    gsl_rng_set(rng, SEED);
    for (int round = 0; round < 500; round++) {
        double x[MOST];
        size_t n = 1 + gsl_rng_uniform_int(rng, MOST);
        unsigned long different = round % 3 == 0 ? 3 : 1000000; /* every third: hardly any */

        for (size_t i = 0; i < n; i++)
            x[i] = (double)gsl_rng_uniform_int(rng, different) - 1;
        check(x, n);
    }
    gsl_rng_free(rng);
}

static void is_not_misled_by_order(void **state)
{
    double up[MOST], down[MOST], same[MOST], organ[MOST];

    (void)state;
    for (size_t i = 0; i < MOST; i++) {
        up[i] = (double)i;
        down[i] = -(double)i;
        same[i] = 7;
        organ[i] = (double)(i < MOST / 2 ? i : MOST - i);
    }
    check(up, MOST);
    check(down, MOST);
    check(same, MOST);
    check(organ, MOST);
}

static void puts_what_never_comes_last(void **state)
{
    double x[] = {INFINITY, 3, INFINITY, 1, 2};

    (void)state;
    assert_true(order_select(x, 5, 2) == 3);
    assert_true(isinf(order_select(x, 5, 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_sorting_finds),
        cmocka_unit_test(is_not_misled_by_order),
        cmocka_unit_test(puts_what_never_comes_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
