/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>

#include "analytics/supply/score.h"

#define near(a, b, tolerance)                                           \
    do {                                                                \
        double got_ = (a), wanted_ = (b);                               \
        if (!(fabs(got_ - wanted_) <= (tolerance)))                     \
            fail_msg("%s is %.12g, expected %.12g", #a, got_, wanted_); \
    } while (0)

/* Midpoints of equal shares: the distribution itself, as draws. */
static void gaussian_grid(double *x, size_t k, double mean, double sd)
{
    for (size_t i = 0; i < k; i++)
        x[i] = mean + sd * gsl_cdf_ugaussian_Pinv(((double)i + 0.5) / (double)k);
}

static void crps_of_a_gaussian_has_its_closed_form(void **state)
{
    /* Gneiting and Raftery 2007, equation 21; at y = mean it is sd (sqrt 2 - 1) / sqrt pi */
    static const double AT[] = {-2.385, -0.41, 0, 0.733, 3.19};
    double x[20001];

    (void)state;
    near(score_crps_gaussian(7.1, 2.385, 7.1), 2.385 * (M_SQRT2 - 1) / sqrt(M_PI), 1e-12);
    near(score_crps_gaussian(7.1, 0, 5), 2.1, 1e-12);
    for (size_t i = 0; i < sizeof AT / sizeof AT[0]; i++) {
        double y = 11.7 + 2.385 * AT[i], sum = 0;

        /* the definition: the integral of (F(x) - 1[x >= y])^2 */
        for (double t = -12; t < 12; t += 1e-4) {
            double f = gsl_cdf_ugaussian_P(t) - (t >= AT[i] ? 1 : 0);
            sum += f * f * 1e-4 * 2.385;
        }
        near(score_crps_gaussian(11.7, 2.385, y), sum, 3e-4);
        gaussian_grid(x, 20001, 11.7, 2.385);
        near(score_crps(x, 20001, y), score_crps_gaussian(11.7, 2.385, y), 1e-3);
    }
}

static void crps_of_few_draws_is_that_of_the_pairs(void **state)
{
    static const double X[] = {4.5, 1.25, 9, 2};
    double away = 0, between = 0;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        away += fabs(X[i] - 3.1) / 4;
        for (size_t j = 0; j < 4; j++)
            between += fabs(X[i] - X[j]) / 12;
    }
    near(score_crps(X, 4, 3.1), away - between / 2, 1e-12);
}

/* Fair: whatever the number of draws, the expected score is that of the distribution. */
static void crps_does_not_punish_few_draws(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double few = 0, closed = score_crps_gaussian(0, 1, 0.6);

    (void)state;
    for (size_t r = 0; r < 40000; r++) {
        double x[3];
        for (size_t i = 0; i < 3; i++)
            x[i] = gsl_ran_gaussian_ziggurat(rng, 1);
        few += score_crps(x, 3, 0.6) / 40000;
    }
    gsl_rng_free(rng);
    near(few, closed, 0.01); /* the unfair form is 0.19 larger */
}

static void pinball_is_least_at_the_quantile(void **state)
{
    (void)state;
    near(score_pinball(3, 0.9, 5), 1.8, 1e-12);
    near(score_pinball(3, 0.9, 1), 0.2, 1e-12);
    near(score_pinball(3, 0.1, 3), 0, 1e-12);
    for (double tau = 0.1; tau < 0.95; tau += 0.4) {
        double x[2001], best = INFINITY, at = 0;

        gaussian_grid(x, 2001, 2, 0.7);
        for (double q = -1; q < 5; q += 0.01) {
            double loss = 0;
            for (size_t i = 0; i < 2001; i++)
                loss += score_pinball(q, tau, x[i]);
            if (loss < best) {
                best = loss;
                at = q;
            }
        }
        near(at, 2 + 0.7 * gsl_cdf_ugaussian_Pinv(tau), 0.011);
    }
}

static void covers_with_both_ends(void **state)
{
    double x[11];

    (void)state;
    for (size_t i = 0; i < 11; i++)
        x[i] = 10.0 * (double)((i * 7) % 11); /* 0, 10 .. 100, not in order */
    assert_true(score_covers(x, 11, 0.8, 10));
    assert_true(score_covers(x, 11, 0.8, 90));
    assert_false(score_covers(x, 11, 0.8, 9.99));
    assert_false(score_covers(x, 11, 0.8, 90.01));
    assert_true(score_covers(x, 11, 1, 100));
}

static void energy_of_one_number_is_the_crps(void **state)
{
    static const double X[] = {4.5, 1.25, 9, 2, 3.3}, SCALE[] = {2.5};
    static const double Y[] = {3.1};

    (void)state;
    near(score_energy(X, 1, 5, SCALE, Y), score_crps(X, 5, 3.1) / 2.5, 1e-12);
}

/* For N(0, I) in three dimensions and truth at 0: E|X| = 2 sqrt(2/pi), E|X - X'| = sqrt 2 times that. */
static void energy_of_a_gaussian_has_its_closed_form(void **state)
{
    enum {
        K = 3000
    };
    static const double SCALE[] = {1, 10, 0.25}, Y[] = {5, -3, 0.5};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double *x = calloc(3 * K, sizeof *x), mean = 2 * sqrt(2 / M_PI);

    (void)state;
    for (size_t j = 0; j < 3; j++)
        for (size_t i = 0; i < K; i++)
            x[j * K + i] = Y[j] + SCALE[j] * gsl_ran_gaussian_ziggurat(rng, 1);
    near(score_energy(x, 3, K, SCALE, Y), mean * (1 - M_SQRT1_2), 0.02);
    gsl_rng_free(rng);
    free(x);
}

static void a_lucky_backtest_narrows_nothing(void **state)
{
    static const double LUCKY[] = {0.1, -0.4, 0.2}, POOR[] = {2, -1, 2};

    (void)state;
    near(score_spread_factor(LUCKY, 3), 1, 1e-12);
    near(score_spread_factor(POOR, 3), sqrt(3), 1e-12);
    near(score_spread_factor(NULL, 0), 1, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crps_of_a_gaussian_has_its_closed_form),
        cmocka_unit_test(crps_of_few_draws_is_that_of_the_pairs),
        cmocka_unit_test(crps_does_not_punish_few_draws),
        cmocka_unit_test(pinball_is_least_at_the_quantile),
        cmocka_unit_test(covers_with_both_ends),
        cmocka_unit_test(energy_of_one_number_is_the_crps),
        cmocka_unit_test(energy_of_a_gaussian_has_its_closed_form),
        cmocka_unit_test(a_lucky_backtest_narrows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
