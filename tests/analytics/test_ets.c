/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analytics/supply/ets.h"
#include "analytics/supply/ets_own.h"

/* cmocka compares floats only. */
static void near(double found, double expected, double within)
{
    if (!(fabs(found - expected) <= within))
        fail_msg("%.12g is not within %g of %.12g", found, within, expected);
}

#define N 60

static struct ets_work *w;
static double y[N];

static int set_up(void **state)
{
    gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    w = ets_work_new(N);
    gsl_rng_set(r, 7);
    for (int t = 0; t < N; t++)
        y[t] = (1 + 0.013 * t) * (1 + 0.2 * sin(t * M_PI / 2 + 0.3)) *
               exp(0.03 * gsl_ran_gaussian(r, 1));
    y[17] = NAN;
    gsl_rng_free(r);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ets_work_free(w);
    return 0;
}

static void every_form_has_the_slopes_that_differences_have(void **state)
{
    struct ets_form form[ETS_FORMS_MAX];
    size_t forms = ets_forms(y, N, 4, true, form);

    (void)state;
    assert_int_equal(forms, ETS_FORMS_MAX);
    for (size_t i = 0; i < forms; i++) {
        struct ets_problem p = {.w = w, .y = y, .n = N, .gamma_limit = 0.83};
        double x[ETS_VARIABLES_MAX], g[ETS_VARIABLES_MAX];
        const bool product = form[i].season == ETS_SEASON_MULTIPLICATIVE;
        const double season[] = {0.17, -0.06, -0.19};
        char name[ETS_NAME_SIZE];
        size_t n;

        ets_name(&form[i], name);
        p.m = (struct ets_model){.form = form[i],
                                 .period = form[i].season != ETS_SEASON_NONE ? 4 : 1,
                                 .alpha = 0.31,
                                 .beta = 0.07,
                                 .gamma = 0.12,
                                 .phi = 0.93,
                                 .level = 1.03,
                                 .slope = 0.021};
        for (int s = 0; s < 3; s++)
            p.m.season[s] = product ? 1 + season[s] : season[s];
        n = ets_variables(&form[i], p.m.period);
        ets_variables_of(&p.m, p.gamma_limit, x);
        assert_true(isfinite(ets_objective(x, g, &p)));
        for (size_t k = 0; k < n; k++) {
            double step = 1e-6, at = x[k], up, down;

            x[k] = at + step;
            up = ets_objective(x, NULL, &p);
            x[k] = at - step;
            down = ets_objective(x, NULL, &p);
            x[k] = at;
            if (fabs((up - down) / (2 * step) - g[k]) > 1e-5 * (1 + fabs(g[k])))
                fail_msg("%s, variable %zu: slope %g, differences say %g", name, k, g[k],
                         (up - down) / (2 * step));
        }
    }
}

static void a_fit_is_a_summit_and_forecastable(void **state)
{
    struct ets_blend b;
    double sum = 0;

    (void)state;
    assert_int_equal(ets_fit(w, y, N, 4, true, &b), 0);
    assert_true(b.models > 1 && b.model[0].form.season != ETS_SEASON_NONE);
    for (size_t i = 0; i < b.models; i++) {
        struct ets_model m = b.model[i], again;

        sum += b.weight[i];
        assert_true(i == 0 || b.model[i].aicc >= b.model[i - 1].aicc);
        assert_true(ets_admissible(&m) && m.alpha > 0 && m.alpha < 1 && m.gamma <= 1 - m.alpha);
        assert_true(m.beta <= m.alpha && m.known == N - 1);
        assert_int_equal(ets_fit_form(w, y, N, 4, &m.form, &m, &again), 0);
        near(again.aicc, m.aicc, 0.02);
    }
    near(sum, 1, 1e-12);
}

static void the_scale_of_the_values_changes_nothing_else(void **state)
{
    double big[N], mean[8], variance[8], mean_big[8], variance_big[8];
    struct ets_blend a, b;

    (void)state;
    for (int t = 0; t < N; t++)
        big[t] = 4096 * y[t];
    assert_int_equal(ets_fit(w, y, N, 4, true, &a), 0);
    assert_int_equal(ets_fit(w, big, N, 4, true, &b), 0);
    ets_blend_forecast(w, &a, y, N, 8, true, mean, variance);
    ets_blend_forecast(w, &b, big, N, 8, true, mean_big, variance_big);
    for (int k = 0; k < 8; k++) {
        near(mean_big[k], 4096 * mean[k], 1e-6 * 4096 * mean[k]);
        near(sqrt(variance_big[k]), 4096 * sqrt(variance[k]), 1e-4 * 4096);
    }
}

/* Hyndman et al. 2008, table 6.1. */
static void variances_are_those_of_the_book(void **state)
{
    struct ets_model m = {.form = {false, ETS_TREND_ADDITIVE, ETS_SEASON_NONE},
                          .period = 1,
                          .alpha = 0.4,
                          .beta = 0.1,
                          .phi = 1,
                          .level = 1,
                          .slope = 0.01,
                          .variance = 2.5,
                          .unscale = 3};
    double mean[5], variance[5];

    (void)state;
    ets_forecast(w, &m, y, N, 5, false, mean, variance);
    for (int h = 1; h <= 5; h++) {
        double v = 1 + (h - 1) * (0.4 * 0.4 + 0.4 * 0.1 * h + 0.1 * 0.1 * h * (2 * h - 1) / 6.0);

        near(variance[h - 1], 9 * 2.5 * v, 1e-9);
    }
    near(mean[4] - mean[3], mean[1] - mean[0], 1e-9);
    /* parameters only add, and not without end */
    {
        double more[5];

        ets_forecast(w, &m, y, N, 5, true, mean, more);
        for (int h = 0; h < 5; h++)
            assert_true(more[h] > variance[h] &&
                        more[h] <= (1 + ETS_PARAMETERS_MAX) * variance[h] * (1 + 1e-12));
    }
}

static void knows_what_is_not_forecastable(void **state)
{
    struct ets_model m = {.form = {false, ETS_TREND_NONE, ETS_SEASON_ADDITIVE},
                          .period = 4,
                          .alpha = 0.2,
                          .gamma = 0.3,
                          .phi = 1};

    (void)state;
    assert_true(ets_admissible(&m));
    m.gamma = 1.9; /* beyond 1 + 1/phi - alpha */
    assert_false(ets_admissible(&m));
    m = (struct ets_model){.form = {false, ETS_TREND_ADDITIVE, ETS_SEASON_ADDITIVE},
                           .period = 4,
                           .alpha = 0.98,
                           .beta = 0.97,
                           .gamma = 0.015,
                           .phi = 1};
    assert_true(ets_admissible(&m));
    m.beta = 2.6;
    assert_false(ets_admissible(&m));
}

static void what_cannot_be_fitted_is_refused(void **state)
{
    static const struct {
        const char *says;
        double y[6];
        size_t n;
    } T[] = {
        {"all the same", {3, 3, 3, 3, 3, 3}, 6},
        {"four values", {3, 4, 3, 5}, 4},
        {"four known of six", {3, NAN, 4, 3, NAN, 5}, 6},
        {"infinite", {3, INFINITY, 4, 3, 2, 5}, 6},
        {"zeros", {0, 0, 0, 0, 0, 0}, 6},
        {"longer than the work", {1, 2, 3, 4, 5, 6}, N + 1},
    };
    struct ets_blend b = {.models = 99};
    struct ets_model m;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        double long_enough[N + 1] = {0};

        print_message("%s\n", T[i].says);
        memcpy(long_enough, T[i].y, sizeof T[i].y);
        assert_int_equal(ets_fit(w, long_enough, T[i].n, 1, true, &b), NILA_ERR_RANGE);
    }
    assert_int_equal(b.models, 99);
    assert_int_equal(ets_fit_form(w, y, 7, 4,
                                  &(struct ets_form){false, ETS_TREND_NONE, ETS_SEASON_ADDITIVE},
                                  NULL, &m),
                     NILA_ERR_RANGE);
}

static void products_are_for_positive_values(void **state)
{
    static const double MIXED[] = {1, 2, -3, 4, 5, 6, 2, 3, 4};
    struct ets_form form[ETS_FORMS_MAX];
    size_t forms = ets_forms(MIXED, 9, 4, true, form);

    (void)state;
    assert_int_equal(forms, 6);
    for (size_t i = 0; i < forms; i++)
        assert_true(!form[i].multiplicative_error && form[i].season != ETS_SEASON_MULTIPLICATIVE);
    assert_int_equal(ets_forms(y, N, 1, true, form), 6);
    assert_int_equal(ets_forms(y, N, 1, false, form), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_has_the_slopes_that_differences_have),
        cmocka_unit_test(a_fit_is_a_summit_and_forecastable),
        cmocka_unit_test(the_scale_of_the_values_changes_nothing_else),
        cmocka_unit_test(variances_are_those_of_the_book),
        cmocka_unit_test(knows_what_is_not_forecastable),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
        cmocka_unit_test(products_are_for_positive_values),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
