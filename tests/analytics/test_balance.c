/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analytics/supply/balance.h"

enum {
    K = 41
};

static gsl_rng *rng;

static int set_up(void **state)
{
    (void)state;
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    gsl_rng_free(rng);
    return 0;
}

static void close_to(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * (1 + fabs(want))))
        fail_msg("%.12g is not %.12g", got, want);
}

static void a_balance_is_worked_out_draw_by_draw(void **state)
{
    const double supply[] = {100, 2.385, 50}, in[] = {20, 0, 0}, out[] = {10, 5, 0},
                 loss[] = {0.05, 0.5, 0.1}, demand[] = {90, 3, 45};
    const struct balance_parts p = {supply, in, out, loss, demand};
    double b[3];
    struct balance_risk r;

    (void)state;
    balance_draws(&p, 3, b);
    close_to(b[0], 100 + 20 - 10 - 0.05 * 110 - 90);
    close_to(b[1], 2.385 - 5 - 3); /* nothing on the market: nothing to lose */
    close_to(b[2], 0);
    r = balance_risk(b, 3);
    close_to(r.p_deficit, 1.0 / 3); /* 0 left over is enough */
    close_to(r.shortfall_kg, 5.615);
    close_to(r.mean_kg, 5.615 / 3);
    r = balance_risk(b, 1);
    close_to(r.p_deficit + r.shortfall_kg + r.mean_kg, 0);
}

static void two_places_are_counted_in_four_cases(void **state)
{
    const double a[] = {1, 5, 5, -1, -2, -3, 0, 7}, b[] = {1, -5, -6, -1, 3, 1, 0, -1};
    struct balance_pair p = balance_pair(a, b, 8);

    (void)state;
    close_to(p.p_none, 2.0 / 8);
    close_to(p.p_covered, 3.0 / 8); /* 5 and -5, -2 and 3, 7 and -1 */
    close_to(p.p_uncovered, 2.0 / 8);
    close_to(p.p_both, 1.0 / 8);
}

/* Every point where the slope can change, and 0, is tried: one of them is best. */
static double brute_force(const double *a, const double *b, size_t k, double cost, double *least)
{
    double best = 0;

    *least = balance_short_after(a, b, k, 0);
    for (size_t i = 0; i < 2 * k; i++) {
        double x = i < k ? a[i] : -b[i - k];
        double f = balance_short_after(a, b, k, x) + cost * fabs(x);

        if (f < *least - 1e-12 || (f < *least + 1e-12 && fabs(x) < fabs(best))) {
            *least = fmin(f, *least);
            best = x;
        }
    }
    return best;
}

static void the_transfer_is_the_best_of_all(void **state)
{
    static const double COST[] = {0, 0.02, 0.3, 0.97};
    double a[K], b[K], work[2 * K];
    unsigned moved = 0, back = 0, still = 0;

    (void)state;
    for (int world = 0; world < 2000; world++) {
        size_t k = 1 + (size_t)(world % K);
        double at = 80 * (gsl_rng_uniform(rng) - 0.5), bt = 80 * (gsl_rng_uniform(rng) - 0.5);
        double cost = COST[world % 4], least, best, x, f;

        for (size_t i = 0; i < k; i++) {
            double common = gsl_ran_gaussian_ziggurat(rng, 10);

            a[i] = at + common + gsl_ran_gaussian_ziggurat(rng, 20);
            b[i] = bt + common + gsl_ran_gaussian_ziggurat(rng, 20);
            if (world % 5 == 0) { /* ties */
                a[i] = rint(a[i] / 20);
                b[i] = rint(b[i] / 20);
            }
        }
        best = brute_force(a, b, k, cost, &least);
        x = balance_transfer(a, b, k, cost, work);
        f = balance_short_after(a, b, k, x) + cost * fabs(x);
        if (fabs(f - least) > 1e-9 || fabs(x) > fabs(best) + 1e-9)
            fail_msg("world %d: %g at %g, but %g at %g (k %zu, cost %g)", world, f, x, least, best,
                     k, cost);
        moved += x > 0;
        back += x < 0;
        still += x == 0;
    }
    print_message("to b %u, to a %u, none %u\n", moved, back, still);
    assert_true(moved > 300 && back > 300 && still > 300);
}

static void a_surplus_goes_to_the_one_that_is_short(void **state)
{
    const double plenty[] = {100, 100, 100}, lacking[] = {-30, -30, -30};
    double work[6];

    (void)state;
    close_to(balance_transfer(plenty, lacking, 3, 0, work), 30);
    close_to(balance_transfer(lacking, plenty, 3, 0.02, work), -30);
    close_to(balance_transfer(lacking, lacking, 3, 0, work), 0);
    close_to(balance_transfer(plenty, plenty, 3, 0, work), 0);
    close_to(balance_short_after(plenty, lacking, 3, 30), 0);
}

static void risk_has_four_words_in_two_languages(void **state)
{
    static const struct {
        double p;
        enum balance_class want;
    } T[] = {{0, BALANCE_ENOUGH},          {0.0999, BALANCE_ENOUGH},
             {0.1, BALANCE_LIKELY_ENOUGH}, {0.4999, BALANCE_LIKELY_ENOUGH},
             {0.5, BALANCE_LIKELY_SHORT},  {0.8999, BALANCE_LIKELY_SHORT},
             {0.9, BALANCE_SHORT},         {1, BALANCE_SHORT}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        assert_int_equal(balance_class(T[i].p), T[i].want);
    for (int c = 0; c < BALANCE_CLASSES; c++)
        for (int d = 0; d < BALANCE_CLASSES; d++)
            for (int e = 0; e < 4; e++)
                if ((c != d || (e & 1) != e >> 1) &&
                    strcmp(balance_words((enum balance_class)c, e & 1),
                           balance_words((enum balance_class)d, e >> 1)) == 0)
                    fail_msg("class %d and %d have the same words", c, d);
    assert_string_equal(balance_words(BALANCE_SHORT, false), "sangat mungkin kurang");
    assert_string_equal(balance_words(BALANCE_ENOUGH, true), "very likely enough");
}

static void rounded_parts_add_up_and_none_is_off_by_one(void **state)
{
    const double third[] = {1, 1, 1}, none[] = {0, 0}, uneven[] = {2.385, 0.015, 0.6};
    long long out[27];

    (void)state;
    balance_split(third, 3, 100, out);
    assert_true(out[0] == 34 && out[1] == 33 && out[2] == 33);
    balance_split(none, 2, 5, out);
    assert_true(out[0] + out[1] == 5 && llabs(out[0] - out[1]) == 1);
    balance_split(uneven, 3, 3, out);
    assert_true(out[0] == 2 && out[1] == 0 && out[2] == 1);
    balance_split(uneven, 3, 0, out);
    assert_true(out[0] == 0 && out[1] == 0 && out[2] == 0);
    balance_split(third, 3, -100, out);
    assert_int_equal(out[0] + out[1] + out[2], -100);
    for (int world = 0; world < 2000; world++) {
        double share[27], sum = 0;
        long long total, got = 0;

        for (size_t i = 0; i < 27; i++) {
            share[i] = gsl_rng_uniform(rng) < 0.4 ? 0 : exp(gsl_ran_gaussian_ziggurat(rng, 3));
            sum += share[i];
        }
        total = (long long)rint(sum);
        balance_split(share, 27, total, out);
        for (size_t i = 0; i < 27; i++) {
            double exact = sum > 0 ? (double)total * share[i] / sum : 0;

            got += out[i];
            if (sum > 0 && !(out[i] >= 0 && fabs((double)out[i] - exact) < 1))
                fail_msg("%g became %lld", exact, out[i]);
        }
        assert_int_equal(got, total);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_balance_is_worked_out_draw_by_draw),
        TEST(two_places_are_counted_in_four_cases),
        TEST(the_transfer_is_the_best_of_all),
        TEST(a_surplus_goes_to_the_one_that_is_short),
        TEST(risk_has_four_words_in_two_languages),
        TEST(rounded_parts_add_up_and_none_is_off_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
