/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "analytics/supply/official.h"

enum {
    DRAWS = 400,
    MONTHS = 6,
    FIRST = 2026 * 12 + 11 /* December 2026 .. May 2027 */
};

static struct supply_forecast f;
static size_t from[DRAWS];
static struct combine_seen seen[2];
static struct combine_report report = {.from = from, .seen = seen};
static char why[200];

/* Three kecamatan of kotim and one of seruyan have ponds; weather is common to all. */
static int set_up(void **state)
{
    static const size_t WITH[] = {0, 3, 5, 20};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    f = (struct supply_forecast){.first_month = FIRST, .months = MONTHS, .draws = DRAWS};
    f.kg = calloc((size_t)SUPPLY_NODES * MONTHS * DRAWS, sizeof *f.kg);
    for (size_t i = 0; i < DRAWS; i++) {
        double weather = gsl_ran_gaussian_ziggurat(rng, 0.2);

        for (size_t w = 0; w < 4; w++)
            for (unsigned lead = 1; lead <= MONTHS; lead++) {
                size_t n = supply_node_kecamatan(WITH[w]);
                enum regency r = region_kecamatan(WITH[w])->regency;
                double kg =
                    500 * (double)(w + 1) * exp(weather + gsl_ran_gaussian_ziggurat(rng, 0.2));

                supply_draws(&f, n, lead)[i] = kg;
                supply_draws(&f, supply_node_regency(r), lead)[i] += kg;
                supply_draws(&f, SUPPLY_JOINT, lead)[i] += kg;
            }
    }
    gsl_rng_free(rng);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(f.kg);
    return 0;
}

/* Mean of the draws of a node over leads. */
static double mean_kg(size_t node, unsigned lead, unsigned last)
{
    double sum = 0;

    for (; lead <= last; lead++)
        for (size_t i = 0; i < DRAWS; i++)
            sum += supply_draws(&f, node, lead)[i] / DRAWS;
    return sum;
}

static void check_sums(void)
{
    for (unsigned lead = 1; lead <= MONTHS; lead++)
        for (size_t i = 0; i < DRAWS; i++) {
            double joint = supply_draws(&f, SUPPLY_JOINT, lead)[i], all = 0, regencies = 0;

            for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
                all += supply_draws(&f, supply_node_kecamatan(k), lead)[i];
            for (size_t r = 0; r < REGENCY_COUNT; r++)
                regencies += supply_draws(&f, supply_node_regency((enum regency)r), lead)[i];
            assert_true(fabs(joint - all) < 1e-9 * joint);
            assert_true(fabs(joint - regencies) < 1e-9 * joint);
        }
}

static void a_quarter_of_a_regency_moves_its_months(void **state)
{
    const size_t kotim = supply_node_regency(REGENCY_KOTIM);
    double quarter = mean_kg(kotim, 2, 4), december = mean_kg(kotim, 1, 1);
    double seruyan = mean_kg(supply_node_regency(REGENCY_SERUYAN), 2, 4);
    const struct official_figure y[] = {{"kotim", "2027-Q1", 0.6 * quarter, 0.05},
                                        {"joint", "2027-04", NAN, 0.2}};

    (void)state;
    assert_int_equal(official_combine(&f, NULL, NULL, y, 2, 1, &report, why, sizeof why), 0);
    check_sums();
    assert_int_equal(report.way, COMBINE_KALMAN);
    assert_int_equal(seen[1].verdict, COMBINE_MISSING);
    printf(
        "kotim 2027-Q1 %.0f -> %.0f kg (figure %.0f), 2026-12 %.0f -> %.0f; seruyan %.0f -> %.0f\n",
        quarter, mean_kg(kotim, 2, 4), 0.6 * quarter, december, mean_kg(kotim, 1, 1), seruyan,
        mean_kg(supply_node_regency(REGENCY_SERUYAN), 2, 4));
    assert_true(mean_kg(kotim, 2, 4) < 0.7 * quarter && mean_kg(kotim, 2, 4) > 0.55 * quarter);
    /* the weather is common: a poor quarter tells of the months and the neighbour too, but less */
    assert_true(mean_kg(kotim, 1, 1) < december && mean_kg(kotim, 1, 1) > 0.6 * december);
    assert_true(mean_kg(supply_node_regency(REGENCY_SERUYAN), 2, 4) < seruyan);
    for (size_t x = 0; x < (size_t)MONTHS * DRAWS; x++) /* nobody has ponds there */
        assert_true(supply_draws(&f, supply_node_kecamatan(1), 1)[x] == 0);
}

static void what_is_on_record_is_not_undone(void **state)
{
    double record[REGION_KECAMATAN_COUNT * MONTHS] = {0};
    const struct official_figure y[] = {{"62.02.01", "2026-12", 120, 0.2}};

    (void)state;
    for (size_t i = 0; i < DRAWS; i++) { /* the first kecamatan has sold 200 kg this December */
        supply_draws(&f, supply_node_kecamatan(0), 1)[i] += 200;
        supply_draws(&f, supply_node_regency(REGENCY_KOTIM), 1)[i] += 200;
        supply_draws(&f, SUPPLY_JOINT, 1)[i] += 200;
    }
    record[0] = 200;
    assert_int_equal(official_combine(&f, record, NULL, y, 1, 1, &report, why, sizeof why), 0);
    assert_int_equal(seen[0].verdict, COMBINE_BELOW_RECORD);
    assert_int_equal(report.way, COMBINE_NOTHING);
    check_sums();
}

static void names_periods_that_are_whole(void **state)
{
    static const struct {
        const char *id;
        bool there;
    } T[] = {
        {"joint@2026-12", true},   {"joint@2027-05", true},    {"joint@2027-06", false},
        {"joint@2026-Q4", false},  {"joint@2027-Q1", true},    {"joint@2027-Q2", false},
        {"joint@2027", false},     {"62.07.03@2027-Q1", true}, {"62.07.99@2027-Q1", false},
        {"seruyan@2027-03", true},
    };
    struct hierarchy *h = NULL;

    (void)state;
    assert_int_equal(official_hierarchy(&h, FIRST, MONTHS, why, sizeof why), 0);
    assert_int_equal(h->bottoms, REGION_KECAMATAN_COUNT * MONTHS);
    for (size_t t = 0; t < sizeof T / sizeof T[0]; t++)
        if ((hierarchy_find(h, T[t].id) != HIERARCHY_NONE) != T[t].there)
            fail_msg("%s", T[t].id);
    hierarchy_free(h);
    assert_int_equal(official_hierarchy(&h, 2027 * 12, 12, why, sizeof why), 0);
    assert_true(hierarchy_find(h, "kotim@2027") != HIERARCHY_NONE);
    assert_true(hierarchy_find(h, "kotim@2027-Q4") != HIERARCHY_NONE);
    hierarchy_free(h);
    for (unsigned months = 1; months <= 12; months++) /* every start and length is a hierarchy */
        for (int32_t start = 0; start < 12; start++) {
            assert_int_equal(official_hierarchy(&h, FIRST + start, months, why, sizeof why), 0);
            hierarchy_free(h);
        }
    assert_int_equal(official_hierarchy(&h, FIRST, 13, why, sizeof why), NILA_ERR_RANGE);
    assert_int_equal(official_hierarchy(&h, FIRST, 0, why, sizeof why), NILA_ERR_RANGE);
}

static void names_a_figure_it_has_no_place_for(void **state)
{
    static const struct official_figure Y[] = {{"joint", "2027-Q1", 5000, 0.2},
                                               {"kotim", "2026-Q4", 5000, 0.2}};
    double *before = calloc((size_t)SUPPLY_NODES * MONTHS * DRAWS, sizeof *before);

    (void)state;
    memcpy(before, f.kg, (size_t)SUPPLY_NODES * MONTHS * DRAWS * sizeof *before);
    assert_int_equal(official_combine(&f, NULL, NULL, Y, 2, 1, &report, why, sizeof why),
                     NILA_ERR_NOT_FOUND);
    assert_string_equal(why,
                        "figure 2: no node kotim, or 2026-Q4 is not wholly within the forecast");
    assert_memory_equal(before, f.kg, (size_t)SUPPLY_NODES * MONTHS * DRAWS * sizeof *before);
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_quarter_of_a_regency_moves_its_months, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_on_record_is_not_undone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_periods_that_are_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_a_figure_it_has_no_place_for, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
