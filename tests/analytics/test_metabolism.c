/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analytics/water/gas.h"
#include "analytics/water/metabolism.h"
#include "analytics/water/simplex.h"
#include "collector/common/watereq.h"

#define STEPS 144

static double oxygen[STEPS], sat[STEPS], k[STEPS], light[STEPS], temp[STEPS], wind[STEPS],
    u10[STEPS], k600[STEPS];
static bool is_day[STEPS];

static struct metabolism_day day(void)
{
    return (struct metabolism_day){STEPS, 144, 4.5, oxygen, sat, k, light, temp, is_day};
}

static void near(const char *says, double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: got %.9g, want %.9g +- %g", says, got, want, tolerance);
}

/* Numbers of a line after its first cell. */
static size_t numbers(char *line, double *out, size_t max)
{
    size_t n = 0;
    char *at = strchr(line, ',');

    for (; at != NULL && n < max; at = strchr(at + 1, ','))
        out[n++] = strtod(at + 1, NULL);
    return n;
}

/* The day into the arrays above; false: not there. */
static bool sparkling(void)
{
    char *path = support_shared("oracle/water/sparkling_20090705.csv"), *text, *rest, *line;
    size_t i = 0;

    if (path == NULL)
        return false;
    text = support_read(path, NULL);
    (void)strtok_r(text, "\n", &rest);
    for (; (line = strtok_r(NULL, "\n", &rest)) != NULL; i++) {
        double v[9];

        assert_true(i < STEPS);
        assert_int_equal(numbers(line, v, 9), 9);
        oxygen[i] = v[0];
        temp[i] = v[1];
        light[i] = v[2];
        wind[i] = v[3];
        u10[i] = v[4];
        k600[i] = v[5];
        k[i] = v[6];
        sat[i] = v[7];
        is_day[i] = v[8] > 0;
    }
    assert_int_equal(i, STEPS);
    free(text);
    free(path);
    return true;
}

static void the_methods_agree_with_the_oracle(void **state)
{
    char *path = support_shared("oracle/water/metab_sparkling.csv"), *text, *line, *rest;
    const struct metabolism_day d = day();
    struct metabolism m;
    double want[12];

    (void)state;
    if (path == NULL || !sparkling()) {
        free(path);
        skip();
    }
    text = support_read(path, NULL);
    (void)strtok_r(text, "\n", &rest);
    line = strtok_r(NULL, "\n", &rest);
    assert_non_null(line);
    assert_int_equal(numbers(line, want, 12), 12);
    assert_int_equal(metabolism_bookkeeping(&d, &m), 0);
    near("bookkeeping GPP", m.gpp, want[0], 1e-4);
    near("bookkeeping R", m.r, want[1], 1e-4);
    near("bookkeeping net", m.net, want[2], 1e-4);
    assert_int_equal(metabolism_ols(&d, &m), 0);
    near("OLS GPP", m.gpp, want[3], 1e-4);
    near("OLS R", m.r, want[4], 1e-4);
    near("OLS net", m.net, want[5], 1e-4);
    static const struct {
        const char *says;
        int (*method)(const struct metabolism_day *, struct metabolism *);
        int at;
    } T[] = {{"MLE observation error", metabolism_mle_observation, 6},
             {"MLE process error", metabolism_mle_process, 8},
             {"Kalman by simplex", metabolism_kalman_simplex, 10}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(T[i].method(&d, &m), 0);
        print_message(
            "%s: GPP %.4f (oracle %.4f) +- %.4f, R %.4f (oracle %.4f) +- %.4f, q %.3g h %.3g\n",
            T[i].says, m.gpp, want[T[i].at], m.gpp_se, m.r, want[T[i].at + 1], m.r_se, m.q, m.h);
        near(T[i].says, m.gpp, want[T[i].at], 0.02 * fabs(want[T[i].at]));
        near(T[i].says, m.r, want[T[i].at + 1], 0.02 * fabs(want[T[i].at + 1]));
    }
    free(text);
    free(path);
}

/* The published Kalman figures are where the peer's simplex stopped: the same search from the same start stops there too (above).
 * The likelihood's maximum, which the filter here solves for, is clearly better, and a restarted simplex ends at it. */
static void the_filters_maximum_is_above_the_peers_stop(void **state)
{
    struct metabolism_day d = day();
    struct metabolism stop, top;
    double at_stop, at_top;

    (void)state;
    if (!sparkling())
        skip();
    assert_int_equal(metabolism_kalman_simplex(&d, &stop), 0);
    assert_int_equal(metabolism_kalman(&d, &top), 0);
    at_stop = metabolism_kalman_nll(&d, stop.iota, stop.rho, stop.q, stop.h);
    at_top = metabolism_kalman_nll(&d, top.iota, top.rho, top.q, top.h);
    print_message(
        "-ln L %.3f at the peer's stop, %.3f at the maximum (GPP %.4f +- %.4f, R %.4f +- %.4f)\n",
        at_stop, at_top, top.gpp, top.gpp_se, top.r, top.r_se);
    near("simplex stops at", at_stop, -306.5486, 0.5);
    near("maximum", at_top, -321.375, 1e-3);
    for (int i = 0; i < 4; i++) { /* a maximum in each direction */
        const double f[] = {i == 0 ? 1.01 : 1, i == 1 ? 1.01 : 1, i == 2 ? 1.05 : 1,
                            i == 3 ? 1.05 : 1};

        assert_true(metabolism_kalman_nll(&d, top.iota * f[0], top.rho * f[1], top.q * f[2],
                                          top.h * f[3]) > at_top);
        assert_true(metabolism_kalman_nll(&d, top.iota / f[0], top.rho / f[1], top.q / f[2],
                                          top.h / f[3]) > at_top);
    }
}

static void gas_exchange_agrees_with_the_oracles_columns(void **state)
{
    (void)state;
    if (!sparkling())
        skip();
    for (size_t i = 0; i < STEPS; i++) {
        /* printed to 6 decimals */
        near("U10", gas_u10_m_s(wind[i], 2), u10[i], 1e-6);
        near("k600", gas_k600_cole_m_d(u10[i]), k600[i], 2e-6);
        near("kO2", gas_k_o2_m_d(k600[i], temp[i]), k[i], 2e-6);
        near("saturation at 494 m", watereq_do_sat_gg_mg_l(temp[i], 0, watereq_baro_hpa(494)),
             sat[i], 2e-3); /* the oracle's sea level is 0.12 hPa low */
    }
}

static void gas_exchange_is_that_of_the_papers(void **state)
{
    (void)state;
    near("Cole calm", gas_k600_cole_m_d(0), 0.4968, 5e-5);
    near("Cole 1", gas_k600_cole_m_d(1), 0.5484, 5e-5);
    near("Cole 2", gas_k600_cole_m_d(2), 0.6644, 5e-5);
    near("Cole 3", gas_k600_cole_m_d(3), 0.8308, 5e-5);
    near("Cole 5", gas_k600_cole_m_d(5), 1.2928, 5e-5);
    near("Crusius 1", gas_k600_crusius_m_d(1), 0.0950, 5e-5);
    near("Crusius 3", gas_k600_crusius_m_d(3), 0.6538, 5e-5);
    near("Vachon 1", gas_k600_vachon_m_d(1, 4000), 0.7332, 5e-5);
    near("Vachon 3", gas_k600_vachon_m_d(3, 4000), 0.9947, 5e-5);
    near("Vachon is never negative", gas_k600_vachon_m_d(20, 1), 0, 0);
    near("Schmidt", gas_schmidt_o2(28), 364.045, 1e-3);
    near("factor at 28", gas_k_o2_m_d(1, 28), 1.28380, 5e-6);
    near("factor at 30", gas_k_o2_m_d(1, 30), 1.34555, 5e-6);
    near("wind at 10 m", gas_u10_m_s(2.385, 10), 2.385, 0);
    near("the cubic is not followed where it turns", gas_schmidt_o2(85), gas_schmidt_o2(40), 0);
    assert_true(isnan(gas_u10_m_s(2, 0)) && isnan(gas_u10_m_s(NAN, 2)));
    assert_true(isnan(gas_k600_vachon_m_d(2, 0)) && isnan(gas_k600_vachon_m_d(NAN, 4000)));
    assert_true(isnan(gas_k600_cole_m_d(NAN)) && isnan(gas_k600_crusius_m_d(NAN)));
    assert_true(isnan(gas_schmidt_o2(NAN)) && isnan(gas_k_o2_m_d(NAN, 28)));
}

#define POND_K     0.7 /* m/day in a metre of water */
#define POND_IOTA  0.0004
#define POND_RHO   (-0.02)
#define POND_START 5.0

/* A metre of pond with these rates, exactly as the equation has it; noise of process and observation, mg/L. */
static void pond(const gsl_rng *rng, double process, double observation)
{
    double c = POND_START;

    for (size_t i = 0; i < STEPS; i++) {
        double hour = (double)i / 6, kz = POND_K / 144;

        light[i] = hour > 6 && hour < 18 ? 400 * sin(M_PI * (hour - 6) / 12) : 0;
        is_day[i] = light[i] > 0;
        temp[i] = 28 + 1.5 * sin(2 * M_PI * (hour - 9) / 24);
        sat[i] = watereq_do_sat_mg_l(temp[i], 0, WATEREQ_BARO_LOWLAND_HPA);
        k[i] = POND_K;
        oxygen[i] = c + gsl_ran_gaussian_ziggurat(rng, observation);
        c = exp(-kz) * c +
            (1 - exp(-kz)) / kz * (POND_IOTA * light[i] + POND_RHO * log(temp[i]) + kz * sat[i]);
        c += gsl_ran_gaussian_ziggurat(rng, process);
    }
}

static struct metabolism_day pond_day(void)
{
    struct metabolism_day d = day();

    d.depth_m = 1;
    return d;
}

static void rates_put_in_come_out(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct metabolism_day d = pond_day();
    struct metabolism m;

    (void)state;
    pond(rng, 0, 0);
    assert_int_equal(metabolism_mle_observation(&d, &m), 0);
    near("iota", m.iota, POND_IOTA, 1e-12);
    near("rho", m.rho, POND_RHO, 1e-10);
    near("no error", m.h, 0, 1e-12);
    assert_int_equal(metabolism_mle_process(&d, &m), 0);
    near("iota", m.iota, POND_IOTA, 1e-12);
    near("rho", m.rho, POND_RHO, 1e-10);
    assert_int_equal(metabolism_kalman(&d, &m), 0);
    near("iota", m.iota, POND_IOTA, 1e-9);
    near("rho", m.rho, POND_RHO, 1e-7);
    assert_int_equal(metabolism_ols(&d, &m), 0); /* its gas exchange is not integrated */
    near("iota", m.iota, POND_IOTA, 0.01 * POND_IOTA);
    near("net is the sum", m.net, m.gpp + m.r, 1e-12);
    assert_int_equal(metabolism_bookkeeping(&d, &m), 0);
    near("R", m.r, POND_RHO * log(27.5) * 144, 0.1);
    /* A third of the values missing: the rates are the same. */
    for (size_t i = 0; i < STEPS; i += 3)
        oxygen[i] = NAN;
    assert_int_equal(metabolism_kalman(&d, &m), 0);
    near("iota with gaps", m.iota, POND_IOTA, 1e-9);
    assert_int_equal(m.used, 95);
    assert_int_equal(metabolism_mle_process(&d, &m), 0);
    near("iota with gaps", m.iota, POND_IOTA, 1e-12);
    assert_int_equal(m.used, 48);
    gsl_rng_free(rng);
}

/* Over 200 seeded days: the Kalman filter is unbiased, finds both variances' size, and its standard errors are honest. */
static void the_filter_tells_process_from_observation(void **state)
{
    enum {
        DAYS = 200,
        SEED = 2385
    };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    const struct metabolism_day d = pond_day();
    double gpp = 0, true_gpp = 0, q = 0, h = 0;
    int inside = 0;

    (void)state;
    gsl_rng_set(rng, SEED);
    for (int t = 0; t < DAYS; t++) {
        struct metabolism m;

        pond(rng, 0.03, 0.05);
        if (t == 0)
            for (size_t i = 0; i + 1 < STEPS; i++)
                true_gpp += POND_IOTA * light[i] * 144 / 143;
        assert_int_equal(metabolism_kalman(&d, &m), 0);
        gpp += m.gpp / DAYS;
        q += m.q / DAYS;
        h += m.h / DAYS;
        inside += fabs(m.gpp - true_gpp) < 1.96 * m.gpp_se;
    }
    print_message("seed %d: GPP %.3f (true %.3f), q %.2g (9e-4), h %.2g (2.5e-3), %d of %d within "
                  "1.96 s.e.\n",
                  SEED, gpp, true_gpp, q, h, inside, DAYS);
    near("GPP", gpp, true_gpp, 0.03 * true_gpp);
    near("q", q, 9e-4, 2e-4);
    near("h", h, 2.5e-3, 4e-4);
    assert_in_range(inside, 180, 198);
    gsl_rng_free(rng);
}

static void a_night_gives_respiration_and_exchange(void **state)
{
    struct metabolism_day d = {.n = 66, .steps_per_day = 144, .do_mg_l = oxygen, .sat_mg_l = sat};
    struct metabolism_night m;
    double c = 9;

    (void)state;
    for (size_t i = 0; i < 66; i++) {
        sat[i] = 7.8;
        oxygen[i] = c;
        c = 7.8 - 12.0 / 0.9 + (c - 7.8 + 12.0 / 0.9) * exp(-0.9 / 144); /* R -12, K 0.9 a day */
    }
    assert_int_equal(metabolism_night(&d, &m), 0);
    near("R", m.r, -12, 0.001);
    near("K", m.k_per_d, 0.9, 0.001);
    assert_int_equal(m.used, 65);
    sat[20] = NAN;
    assert_int_equal(metabolism_night(&d, &m), 0);
    near("K without a temperature", m.k_per_d, 0.9, 0.001);
    assert_int_equal(m.used, 63);
    sat[20] = 7.8;
    for (size_t i = 0; i < 66; i++)
        oxygen[i] = 5 + 0.001 * (double)i;
    assert_int_equal(metabolism_night(&d, &m), NILA_ERR_NOT_FOUND); /* nothing moves */
    d.n = 3;
    assert_int_equal(metabolism_night(&d, &m), NILA_ERR_RANGE);
    d.n = 66;
    oxygen[7] = INFINITY;
    assert_int_equal(metabolism_night(&d, &m), NILA_ERR_RANGE);
}

/* Rosenbrock's valley, its least 0 at (1, 1); infinite left of -3. */
static double valley(const double *x, void *arg)
{
    (void)arg;
    return x[0] < -3 ? INFINITY
                     : 100 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0]) + (1 - x[0]) * (1 - x[0]);
}

static void the_simplex_walks_a_curved_valley(void **state)
{
    double x[] = {-1.2, 1}, out[] = {-4, 1};

    (void)state;
    near("value", simplex_least(x, 2, valley, NULL, 1.49e-8, 500), 0, 1e-6);
    near("x", x[0], 1, 1e-3); /* R's optim documents 1.000260, 1.000506 from this start */
    near("y", x[1], 1, 1e-3);
    near("as R", x[0], 1.000260, 1e-5);
    assert_true(isinf(simplex_least(out, 2, valley, NULL, 1.49e-8, 500)));
    near("untouched", out[0], -4, 0);
}

static void days_that_tell_nothing_are_refused(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    static int (*const METHOD[])(const struct metabolism_day *, struct metabolism *) = {
        metabolism_bookkeeping, metabolism_ols,    metabolism_mle_observation,
        metabolism_mle_process, metabolism_kalman, metabolism_kalman_simplex};
    struct metabolism_day bad[7];
    struct metabolism m = {.gpp = 2.385};

    (void)state;
    pond(rng, 0, 0);
    for (size_t i = 0; i < 7; i++)
        bad[i] = pond_day();
    bad[0].n = 3;
    bad[1].steps_per_day = 1;
    bad[2].depth_m = 0;
    bad[3].steps_per_day = NAN;
    bad[4].depth_m = INFINITY;
    for (size_t t = 0; t < 6; t++) {
        for (size_t i = 0; i < 5; i++)
            assert_int_equal(METHOD[t](&bad[i], &m), NILA_ERR_RANGE);
        k[9] = -1;
        assert_int_equal(METHOD[t](&bad[5], &m), NILA_ERR_RANGE);
        k[9] = POND_K;
        oxygen[9] = INFINITY;
        assert_int_equal(METHOD[t](&bad[5], &m), NILA_ERR_RANGE);
        oxygen[9] = 5;
        if (t > 0) {
            temp[9] = 0.5;
            assert_int_equal(METHOD[t](&bad[5], &m), NILA_ERR_RANGE);
            temp[9] = 28;
        }
    }
    for (size_t i = 0; i < STEPS; i++) {
        light[i] = 0; /* no light sensor, or night all day */
        is_day[i] = false;
    }
    for (size_t t = 0; t < 6; t++)
        assert_int_equal(METHOD[t](&bad[6], &m), NILA_ERR_NOT_FOUND);
    pond(rng, 0, 0);
    for (size_t i = 0; i < STEPS; i++)
        oxygen[i] = NAN;
    for (size_t t = 0; t < 6; t++)
        assert_int_equal(METHOD[t](&bad[6], &m), NILA_ERR_NOT_FOUND);
    near("untouched", m.gpp, 2.385, 0);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_methods_agree_with_the_oracle),
        cmocka_unit_test(the_filters_maximum_is_above_the_peers_stop),
        cmocka_unit_test(gas_exchange_agrees_with_the_oracles_columns),
        cmocka_unit_test(gas_exchange_is_that_of_the_papers),
        cmocka_unit_test(rates_put_in_come_out),
        cmocka_unit_test(the_filter_tells_process_from_observation),
        cmocka_unit_test(a_night_gives_respiration_and_exchange),
        cmocka_unit_test(the_simplex_walks_a_curved_valley),
        cmocka_unit_test(days_that_tell_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
