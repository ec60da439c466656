/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/watereq.h"

static void near(const char *says, double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: got %.9g, want %.9g +- %g", says, got, want, tolerance);
}

/* Published values (APHA 4500-O and USGS tables as computed by marelac and rMR), here without the oracle files. */
static void saturation_is_that_of_the_published_table(void **state)
{
    static const struct {
        const char *says;
        double temp_c, sal_psu, baro_hpa, mg_l;
    } T[] = {
        {"freezing", 0, 0, 1013.25, 14.6208}, {"cool", 15, 0, 1013.25, 10.0839},
        {"25 C", 25, 0, 1013.25, 8.2635},     {"a pond at noon", 32, 0, 1013.25, 7.3050},
        {"hot", 40, 0, 1013.25, 6.4127},      {"brackish", 28, 5, 1013.25, 7.6128},
        {"the sea", 28, 35, 1013.25, 6.4416},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        near(T[i].says, watereq_do_sat_mg_l(T[i].temp_c, T[i].sal_psu, T[i].baro_hpa), T[i].mg_l,
             6e-5);
    near("low pressure", watereq_do_sat_mg_l(28, 0, 950), 7.320, 6e-4);
    near("high pressure", watereq_do_sat_mg_l(28, 0, 1020), 7.882, 6e-4);
    near("half of saturation", watereq_do_sat_pct(8.2635 / 2, 25, 0, 1013.25), 50, 1e-3);
}

/* Rows of an oracle file with that many columns of numbers, below one header row; returns how many. */
static size_t oracle(const char *path, size_t columns, double row[][7], size_t max)
{
    char *text = support_read(path, NULL), *rest = NULL;
    size_t n = 0;

    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (line == text)
            continue; /* header */
        assert_true(n < max);
        for (size_t i = 0; i < columns; i++) {
            char *end;
            row[n][i] = strtod(line, &end);
            if (end == line || *end != (i + 1 < columns ? ',' : '\0'))
                fail_msg("%s: row %zu: %s", path, n + 1, line);
            line = end + 1;
        }
        n++;
    }
    free(text);
    return n;
}

static void saturation_agrees_with_the_oracle_to_1e_5(void **state)
{
    char *path = support_shared("oracle/water/do_sat.csv"); /* t, S, hPa, rMR, LakeMetabolizer */
    double row[200][7];
    size_t n;

    (void)state;
    if (path == NULL)
        skip();
    n = oracle(path, 5, row, 200);
    assert_int_equal(n, 160);
    for (size_t i = 0; i < n; i++) {
        double got = watereq_do_sat_mg_l(row[i][0], row[i][1], row[i][2]);
        near("Benson and Krause by rMR", got, row[i][3], 1e-5);
        near("Garcia and Gordon by LakeMetabolizer",
             watereq_do_sat_gg_mg_l(row[i][0], row[i][1], row[i][2]), row[i][4], 1e-3);
    }
    free(path);
}

static void ammonia_share_is_emersons(void **state)
{
    static const struct {
        const char *says;
        double temp_c, ph, pct;
    } T[] = {
        {"his table, 25 C pH 8", 25, 8, 5.3842},
        {"acid peat water has almost none", 28, 6, 0.0702},
        {"an afternoon bloom", 32, 9.5, 74.479},
        {"20 C", 20, 7.5, 1.2406},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        near(T[i].says, 100 * watereq_nh3_fraction(T[i].temp_c, T[i].ph), T[i].pct, 6e-4);
    near("as N", watereq_nh3_n_mg_l(2.385, 25, 8), 2.385 * 0.053842, 2e-6);
    near("none", watereq_nh3_n_mg_l(0, 28, 9), 0, 0);
}

static void ammonia_share_agrees_with_the_oracle_to_1e_6(void **state)
{
    char *path = support_shared("oracle/water/uia.csv"); /* pH, t, per cent */
    double row[200][7];
    size_t n;

    (void)state;
    if (path == NULL)
        skip();
    n = oracle(path, 3, row, 200);
    assert_int_equal(n, 81);
    for (size_t i = 0; i < n; i++)
        near("Emerson", watereq_nh3_fraction(row[i][1], row[i][0]), row[i][2] / 100, 1e-6);
    free(path);
}

static void ammonia_share_falls_in_brackish_water(void **state)
{
    (void)state;
    near("fresh", watereq_nh3_fraction_salt(28, 8, 0), watereq_nh3_fraction(28, 8), 0);
    near("the sea, 25 C pH 8", 100 * watereq_nh3_fraction_salt(25, 8, 34), 4.50, 6e-3);
    near("5 PSU takes 2.5 %", watereq_nh3_fraction_salt(25, 8, 5) / watereq_nh3_fraction(25, 8),
         0.975, 1e-3);
    near("below fresh is fresh", watereq_nh3_fraction_salt(25, 8, -3), watereq_nh3_fraction(25, 8),
         0);
}

static void conductivity_is_referred_to_25_degrees(void **state)
{
    (void)state;
    near("a river", watereq_ec25_us_cm(100, 30), 91.28, 5e-3);
    near("a pond", watereq_ec25_us_cm(500, 28), 472.90, 5e-3);
    near("at 25", watereq_ec25_us_cm(238.5, 25), 238.5, 0);
    near("and back", watereq_ec_us_cm(watereq_ec25_us_cm(238.5, 31.7), 31.7), 238.5, 1e-12);
}

static void salinity_is_that_of_gsw(void **state)
{
    static const struct {
        const char *says;
        double ms_cm, temp_c, psu;
    } T[] = {
        {"peat river", 0.1, 28, 0.043414}, {"pond", 0.5, 28, 0.225981},
        {"hill", 1, 25, 0.492451},         {"just below 2", 2, 30, 0.916790},
        {"tambak", 5, 28, 2.514931},       {"estuary", 10, 30, 5.067015},
        {"bay", 20, 28, 11.175331},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        near(T[i].says, watereq_sal_psu(1000 * T[i].ms_cm, T[i].temp_c), T[i].psu, 1e-6);
    /* The definition: R = 1 at t68 = 15 is 35, as far as the printed coefficients go. */
    near("standard seawater", watereq_sal_psu(42914, 15 / 1.00024), 35, 1e-6);
    near("pure water", watereq_sal_psu(0, 28), 0, 1e-9);
    assert_true(isnan(watereq_sal_psu(-1, 28)));
}

static void salinity_agrees_with_the_oracle_to_1e_6(void **state)
{
    static const double TEMP_C[] = {15, 20, 25, 28, 30, 35};
    char *path = support_shared("oracle/water/pss78.csv"); /* mS/cm, then a column a temperature */
    double row[200][7];
    size_t n;

    (void)state;
    if (path == NULL)
        skip();
    n = oracle(path, 7, row, 200);
    assert_int_equal(n, 12);
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < 6; t++)
            near("PSS-78 and Hill by GSW", watereq_sal_psu(1000 * row[i][0], TEMP_C[t]),
                 row[i][t + 1], 1e-6);
    free(path);
}

static void salinity_joins_smoothly_and_rises_with_conductivity(void **state)
{
    double before = 0;

    (void)state;
    for (int i = 1; i * 2.385 < 60000; i++) {
        double sal = watereq_sal_psu(i * 2.385, 28.7);

        if (!(sal > before && sal - before < 0.003))
            fail_msg("%g uS/cm: %.9g after %.9g", i * 2.385, sal, before);
        before = sal;
    }
}

static void carbon_dioxide_is_told_only_where_it_can_be(void **state)
{
    static const struct {
        double ph, alk, mg_l;
    } T[] = {{6.5, 20, 12.08}, {7, 50, 9.54}, {8, 80, 1.51}};
    static const double BAD[][3] = {/* alkalinity, temperature, pH */
                                    {20, 28, 5.49}, {20, 28, 10.01}, {-1, 28, 7},
                                    {20, 4, 7},     {20, 41, 7},     {NAN, 28, 7},
                                    {20, NAN, 7},   {20, 28, NAN},   {INFINITY, 28, 7}};
    double out = 2.385;

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(watereq_co2_mg_l(BAD[i][0], BAD[i][1], BAD[i][2], &out), NILA_ERR_RANGE);
        near("untouched", out, 2.385, 0);
    }
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        assert_int_equal(watereq_co2_mg_l(T[i].alk, 28, T[i].ph, &out), 0);
        near("28 C", out, T[i].mg_l, 6e-3);
    }
    assert_int_equal(watereq_co2_mg_l(20, 28, 5.5, &out), 0);
}

static void arguments_beyond_the_range_are_clamped(void **state)
{
    static const struct {
        const char *says;
        double t, s, p, t2, s2, p2;
    } T[] = {
        {"ice", -4, 0, 1000, 0, 0, 1000},
        {"tea", 85, 0, 1000, 40, 0, 1000},
        {"negative salinity", 28, -1, 1000, 28, 0, 1000},
        {"brine", 28, 300, 1000, 28, 40, 1000},
        {"no air", 28, 0, 0, 28, 0, 500},
        {"a diver", 28, 0, 3000, 28, 0, 1100},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        near(T[i].says, watereq_do_sat_mg_l(T[i].t, T[i].s, T[i].p),
             watereq_do_sat_mg_l(T[i].t2, T[i].s2, T[i].p2), 0);
}

static void nan_in_gives_nan_out(void **state)
{
    (void)state;
    assert_true(isnan(watereq_do_sat_mg_l(NAN, 0, 1000)));
    assert_true(isnan(watereq_do_sat_mg_l(28, NAN, 1000)));
    assert_true(isnan(watereq_do_sat_mg_l(28, 0, NAN)));
    assert_true(isnan(watereq_do_sat_pct(NAN, 28, 0, 1000)));
    assert_true(isnan(watereq_nh3_fraction(NAN, 7)));
    assert_true(isnan(watereq_nh3_fraction(28, NAN)));
    assert_true(isnan(watereq_nh3_n_mg_l(NAN, 28, 7)));
    assert_true(isnan(watereq_baro_hpa(NAN)));
    assert_true(isnan(watereq_do_sat_gg_mg_l(NAN, 0, 1000)));
    assert_true(isnan(watereq_nh3_fraction_salt(28, 7, NAN)));
    assert_true(isnan(watereq_ec25_us_cm(NAN, 28)));
    assert_true(isnan(watereq_sal_psu(NAN, 28)));
    assert_true(isnan(watereq_sal_psu(100, NAN)));
}

static void pressure_falls_with_height(void **state)
{
    (void)state;
    near("the sea", watereq_baro_hpa(0), 1013.25, 1e-9);
    /* exp(-9.80665 * 0.0289644 * 494 / (8.31447 * 288.15)) atm, by hand */
    near("494 m", watereq_baro_hpa(494), 955.6106, 1e-3);
    assert_true(watereq_baro_hpa(50) > 1007 && watereq_baro_hpa(50) < 1007.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saturation_is_that_of_the_published_table),
        cmocka_unit_test(saturation_agrees_with_the_oracle_to_1e_5),
        cmocka_unit_test(ammonia_share_is_emersons),
        cmocka_unit_test(ammonia_share_agrees_with_the_oracle_to_1e_6),
        cmocka_unit_test(ammonia_share_falls_in_brackish_water),
        cmocka_unit_test(conductivity_is_referred_to_25_degrees),
        cmocka_unit_test(salinity_is_that_of_gsw),
        cmocka_unit_test(salinity_agrees_with_the_oracle_to_1e_6),
        cmocka_unit_test(salinity_joins_smoothly_and_rises_with_conductivity),
        cmocka_unit_test(carbon_dioxide_is_told_only_where_it_can_be),
        cmocka_unit_test(arguments_beyond_the_range_are_clamped),
        cmocka_unit_test(nan_in_gives_nan_out),
        cmocka_unit_test(pressure_falls_with_height),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
