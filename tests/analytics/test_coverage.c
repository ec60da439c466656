/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>

#include "analytics/supply/coverage.h"
#include "tests/analytics/world.h"

static const bool BOTH[REGENCY_COUNT] = {true, true};

/* Prior of theta: 0.3^2 + 0.2^2 = 0.13 each, 0.045 between them. */
static void without_figures_the_prior_stands(void **state)
{
    static const bool NO_REGISTER[REGENCY_COUNT] = {true, false};
    struct coverage c;

    (void)state;
    coverage_learn(&c, BOTH, NULL, 0);
    assert_close(c.mean[0], log(0.7), 1e-12);
    assert_close(c.cov[0][0], 0.13, 1e-12);
    assert_close(c.cov[0][1], 0.045, 1e-12);
    coverage_learn(&c, NO_REGISTER, NULL, 0);
    assert_close(c.mean[1], 0, 1e-12);
    assert_close(c.cov[1][1], 1, 1e-12);
    assert_close(c.cov[0][1], 0, 1e-12);
}

/* Nothing on record in the quarter: ln(official / outside) sees theta with variance 0.02 of its own and 0.02 of the bias, 0.04
 * together. Gain 0.13 / 0.17; the neighbour moves by 0.045 / 0.17. */
static void one_quarter_moves_it_as_by_hand(void **state)
{
    const struct coverage_seen y = {REGENCY_KOTIM, 0, 10000, 11000, sqrt(0.02), 1};
    const double off = log(1.1) - log(0.7);
    struct coverage c;

    (void)state;
    coverage_learn(&c, BOTH, &y, 1);
    assert_close(c.mean[0], log(0.7) + off * 0.13 / 0.17, 1e-9);
    assert_close(c.cov[0][0], 0.13 - 0.13 * 0.13 / 0.17, 1e-9);
    assert_close(c.mean[1], log(0.7) + off * 0.045 / 0.17, 1e-9);
    assert_close(c.cov[1][1], 0.13 - 0.045 * 0.045 / 0.17, 1e-9);
    assert_int_equal(c.seen[0], 1);
    assert_int_equal(c.seen[1], 0);
}

/* Four equal quarters: their mean has variance 0.02 / 4 of its own and still 0.02 of the bias they share. */
static void quarters_of_one_office_share_a_bias(void **state)
{
    struct coverage_seen y[4];
    const double off = log(1.1) - log(0.7), noise = 0.02 + 0.02 / 4;
    struct coverage c;

    (void)state;
    for (int k = 0; k < 4; k++)
        y[k] = (struct coverage_seen){REGENCY_SERUYAN, 0, 10000, 11000, sqrt(0.02), 1};
    coverage_learn(&c, BOTH, y, 4);
    assert_close(c.mean[1], log(0.7) + off * 0.13 / (0.13 + noise), 1e-9);
    assert_close(c.cov[1][1], 0.13 - 0.13 * 0.13 / (0.13 + noise), 1e-9);
    for (int k = 0; k < 4; k++) /* what was found on a visit has no such bias */
        y[k].bias = 0;
    coverage_learn(&c, BOTH, y, 4);
    assert_close(c.cov[1][1], 0.13 - 0.13 * 0.13 / (0.13 + 0.02 / 4), 1e-9);
}

/* With a tracked part the posterior is no normal one: its peak against a search over a grid of theta and bias. */
static void the_peak_is_the_posteriors_where_much_is_tracked(void **state)
{
    const struct coverage_seen y = {REGENCY_KOTIM, 6000, 9000, 9500, sqrt(0.02), 1};
    double best = INFINITY, at = 0;
    struct coverage c;

    (void)state;
    coverage_learn(&c, BOTH, &y, 1);
    for (double theta = -3; theta < 1.5; theta += 0.0005) {
        /* the best bias for a theta is that share of the residual which 0.02 has of 0.04 */
        double r = log(9500 / (6000 + 9000 * exp(theta)));
        double m = pow(theta - log(0.7), 2) / 0.13 + r * r / 0.04;

        if (m < best) {
            best = m;
            at = theta;
        }
    }
    assert_close(c.mean[0], at, 0.001);
    assert_true(c.mean[0] < log(0.7)); /* 6000 + 6300 were expected */
}

/* Less than what is on record: outside yields little, but the answer stays a number. */
static void a_figure_below_the_tracked_harvest_is_survived(void **state)
{
    const struct coverage_seen y[2] = {{REGENCY_KOTIM, 6000, 9000, 2000, 0.1, 1},
                                       {REGENCY_SERUYAN, 10, 1e-3, 1e7, 0.1, 1}};
    struct coverage c;
    double theta[2];

    (void)state;
    coverage_learn(&c, BOTH, y, 2);
    for (int r = 0; r < REGENCY_COUNT; r++)
        assert_true(isfinite(c.mean[r]) && c.cov[r][r] > 0);
    assert_true(c.mean[0] < log(0.5));
    coverage_draw(&c, (const double[]){1, -2}, theta);
    assert_close(theta[0], c.mean[0] + sqrt(c.cov[0][0]), 1e-12);
    assert_true(isfinite(theta[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_figures_the_prior_stands),
        cmocka_unit_test(one_quarter_moves_it_as_by_hand),
        cmocka_unit_test(quarters_of_one_office_share_a_bias),
        cmocka_unit_test(the_peak_is_the_posteriors_where_much_is_tracked),
        cmocka_unit_test(a_figure_below_the_tracked_harvest_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
