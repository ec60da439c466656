/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analytics/supply/seasonal.h"
#include "analytics/supply/seriesfit.h"
#include "analytics/supply/theta.h"

/* cmocka compares floats only. */
static void near(double found, double expected, double within)
{
    if (!(fabs(found - expected) <= within))
        fail_msg("%.12g is not within %g of %.12g", found, within, expected);
}

#define N 96

static struct seriesfit_work *w;
static double y[N]; /* monthly, growing, seasonal */

static int set_up(void **state)
{
    gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    gsl_rng_set(r, 11);
    for (int t = 0; t < N; t++)
        y[t] = 700 * exp(0.008 * t + 0.1 * sin(t * M_PI / 6) + 0.02 * gsl_ran_gaussian(r, 1));
    gsl_rng_free(r);
    w = seriesfit_work_new(N);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    seriesfit_work_free(w);
    return 0;
}

static void check_order(const struct seriesfit_result *r, size_t h)
{
    for (size_t k = 0; k < h; k++) {
        const struct seriesfit_point *p = &r->at[k];

        assert_true(p->lo95 <= p->lo80 && p->lo80 <= p->mean && p->mean <= p->hi80 &&
                    p->hi80 <= p->hi95 && isfinite(p->lo95) && isfinite(p->hi95));
    }
}

static void seasons_and_growth_go_on(void **state)
{
    struct seriesfit_result r;

    (void)state;
    for (int m = SERIESFIT_ETS; m <= SERIESFIT_MEAN; m++) {
        assert_int_equal(seriesfit_run(w, (enum seriesfit_method)m, y, N, 12, 18, &r), 0);
        assert_int_equal(r.fallback, SERIESFIT_AS_ASKED);
        assert_true(r.on_logs && r.origins >= SERIESFIT_ORIGINS_LEAST);
        assert_true(m == SERIESFIT_ETS || r.seasonal_theta);
        check_order(&r, 18);
        for (int k = 0; k < 18; k++) {
            double truth = 700 * exp(0.008 * (N + k) + 0.1 * sin((N + k) * M_PI / 6));

            assert_true(fabs(r.at[k].mean / truth - 1) < 0.12);
        }
    }
}

static void the_mean_lies_between_ets_and_theta(void **state)
{
    struct seriesfit_result ets, theta, mean;
    double steady[N];

    (void)state;
    for (int t = 0; t < N; t++)
        steady[t] = 50 + 10 * sin(t * M_PI / 6) + fmod(7.3 * t, 3);
    assert_int_equal(seriesfit_run(w, SERIESFIT_ETS, steady, N, 12, 6, &ets), 0);
    assert_int_equal(seriesfit_run(w, SERIESFIT_THETA, steady, N, 12, 6, &theta), 0);
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, steady, N, 12, 6, &mean), 0);
    assert_false(mean.on_logs);
    for (int k = 0; k < 6; k++)
        near(mean.at[k].mean, (ets.at[k].mean + theta.at[k].mean) / 2, 1e-9);
}

static void what_the_work_did_before_does_not_matter(void **state)
{
    struct seriesfit_work *fresh = seriesfit_work_new(N);
    struct seriesfit_result a, b;
    static const double OTHER[] = {1e9, 2, 3e7, 4, 55, 6, 7e8, 8, 9, 1};

    (void)state;
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, OTHER, 10, 1, 3, &a), 0);
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, y, N, 12, 12, &a), 0);
    assert_int_equal(seriesfit_run(fresh, SERIESFIT_MEAN, y, N, 12, 12, &b), 0);
    assert_memory_equal(a.at, b.at, 12 * sizeof a.at[0]);
    seriesfit_work_free(fresh);
}

static void gaps_are_stepped_over(void **state)
{
    double holed[N];
    struct seriesfit_result r, whole;

    (void)state;
    memcpy(holed, y, sizeof holed);
    holed[0] = holed[40] = holed[41] = holed[70] = holed[N - 1] = NAN;
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, y, N, 12, 12, &whole), 0);
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, holed, N, 12, 12, &r), 0);
    assert_int_equal(r.fallback, SERIESFIT_AS_ASKED);
    check_order(&r, 12);
    for (int k = 0; k < 12; k++)
        assert_true(fabs(r.at[k].mean / whole.at[k].mean - 1) < 0.06);
}

static void short_and_constant_series_fall_back(void **state)
{
    static const double TWO[] = {4, 6}, FOUR[] = {-1, 3, NAN, 2, 5}, SAME[] = {7, 7, 7, 7, 7, 7, 7};
    struct seriesfit_result r;

    (void)state;
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, TWO, 2, 1, 2, &r), 0);
    assert_int_equal(r.fallback, SERIESFIT_TOO_SHORT);
    near(r.at[1].mean, 6, 0);
    near(r.at[0].hi80, 6 + 2 * 3.0776835, 1e-6); /* Student, 1 degree */
    near(r.at[0].hi95, 6 + 2 * 12.7062047, 1e-6);
    near(r.at[0].lo95, 0, 0); /* positive values stay so */
    assert_int_equal(seriesfit_run(w, SERIESFIT_ETS, FOUR, 5, 4, 3, &r), 0);
    assert_int_equal(r.fallback, SERIESFIT_TOO_SHORT);
    assert_true(r.at[0].mean == 5 && r.at[2].lo95 < 0);
    check_order(&r, 3);
    assert_int_equal(seriesfit_run(w, SERIESFIT_THETA, SAME, 7, 1, 3, &r), 0);
    assert_int_equal(r.fallback, SERIESFIT_CONSTANT);
    assert_true(r.at[2].lo95 == 7 && r.at[2].hi95 == 7);
}

static void what_is_outside_is_refused(void **state)
{
    static const double ONE[] = {NAN, 3, NAN}, HUGE_ONE[] = {1, 2, 1e101};
    struct seriesfit_result r = {.origins = 99};
    enum seriesfit_method m;

    (void)state;
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, ONE, 3, 1, 1, &r), NILA_ERR_RANGE);
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, HUGE_ONE, 3, 1, 1, &r), NILA_ERR_RANGE);
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, y, N, 12, 0, &r), NILA_ERR_RANGE);
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, y, N, 12, 61, &r), NILA_ERR_RANGE);
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, y, N, 13, 1, &r), NILA_ERR_RANGE);
    assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, y, N + 1, 12, 1, &r), NILA_ERR_RANGE);
    assert_int_equal(r.origins, 99);
    assert_int_equal(seriesfit_method_find("arima", &m), NILA_ERR_NOT_FOUND);
}

static void logs_are_for_what_is_positive_and_grows(void **state)
{
    static const struct {
        const char *says;
        double y[10];
        unsigned period;
        bool logs;
    } T[] = {
        {"doubles", {1, 2, 4, 8, 16, 33, 64, 127, 256, 512}, 1, true},
        {"grows slowly", {10, 11, 12.1, 13, 14, 15.5, 17, 19, 20, 22}, 1, true},
        {"goes up and down", {10, 12, 9, 11, 10, 12, 9, 11, 10, 11}, 1, false},
        {"falls", {22, 20, 19, 17, 15, 14, 13, 12, 11, 10}, 1, false},
        {"falls over a wide range", {600, 500, 410, 300, 200, 150, 120, 90, 60, 50}, 1, true},
        {"a zero", {0, 2, 4, 8, 16, 33, 64, 127, 256, 512}, 1, false},
        {"wide by season only", {1, 9, 2, 1, 1, 9, 2, 1, 1, 9}, 4, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        print_message("%s\n", T[i].says);
        assert_int_equal(seriesfit_on_logs(T[i].y, 10, T[i].period), T[i].logs);
    }
}

static void theta_has_half_the_slope_of_a_line(void **state)
{
    struct ets_work *e = ets_work_new(40);
    double line[40], mean[4], variance[4];
    struct theta_model m;

    (void)state;
    for (int t = 0; t < 40; t++)
        line[t] = 3 + 2 * t + (t % 2 == 0 ? 0.25 : -0.25);
    assert_int_equal(theta_fit(e, line, 40, 1, false, THETA_DRIFT_SHARE, NULL, &m), 0);
    near(m.drift, 1, 1e-3);
    theta_forecast(e, &m, line, 40, 4, false, mean, variance);
    near(mean[3] - mean[0], 3, 0.01);
    assert_int_equal(theta_fit(e, line, 4, 1, false, THETA_DRIFT_SHARE, NULL, &m), NILA_ERR_RANGE);
    ets_work_free(e);
}

static void seasons_are_found_and_taken_apart(void **state)
{
    static const double PATTERN[] = {-3, 1, 4, -2};
    double quarter[24], index[SEASONAL_PERIOD_MAX];

    (void)state;
    for (int t = 0; t < 24; t++)
        quarter[t] = 20 + 0.5 * t + PATTERN[t % 4];
    assert_true(seasonal_test(quarter, 24, 4));
    assert_false(seasonal_test(quarter, 8, 4));
    assert_true(seasonal_indices(quarter, 24, 4, false, index));
    for (int i = 0; i < 4; i++)
        near(index[i], PATTERN[i], 1e-9);
    assert_false(seasonal_indices(quarter, 7, 4, false, index));
    near(index[2], 0, 0);
    for (int t = 0; t < 24; t++)
        quarter[t] = 40;
    assert_false(seasonal_test(quarter, 24, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seasons_and_growth_go_on),
        cmocka_unit_test(the_mean_lies_between_ets_and_theta),
        cmocka_unit_test(what_the_work_did_before_does_not_matter),
        cmocka_unit_test(gaps_are_stepped_over),
        cmocka_unit_test(short_and_constant_series_fall_back),
        cmocka_unit_test(what_is_outside_is_refused),
        cmocka_unit_test(logs_are_for_what_is_positive_and_grows),
        cmocka_unit_test(theta_has_half_the_slope_of_a_line),
        cmocka_unit_test(seasons_are_found_and_taken_apart),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
