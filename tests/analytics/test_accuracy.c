/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores by hand: a few forecasts, a few harvests. */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/supply/accuracy.h"
#include "analytics/supply/score.h"
#include "collector/common/civil.h"

#define ISSUES 8
#define YIELDS 64

static struct {
    struct rec_issue issue[ISSUES];
    struct rec_issued_value value[ISSUES][64];
    struct rec_yield yield[YIELDS];
    size_t issues, yields;
} w;

static void close_to(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.12g is not %.12g within %g", got, want, tolerance);
}

static int fresh(void **state)
{
    (void)state;
    memset(&w, 0, sizeof w);
    return 0;
}

/* An issue of that day; its forecasts are added by say. */
static struct rec_issue *issued(int year, int month, int day)
{
    struct rec_issue *i = &w.issue[w.issues];

    i->as_of_day = civil_day_of(year, month, day);
    i->issued_ms = civil_day_start(i->as_of_day) + 12 * 3600000;
    i->revision = 1;
    (void)snprintf(i->scope, sizeof i->scope, "tracked");
    i->value = w.value[w.issues++];
    return i;
}

/* P10 and P90 at median -+ half, the others on the same straight line of levels (P10 and P90 are 0.8 of it apart). */
static void say(struct rec_issue *i, const char *node, unsigned lead, double median, double half)
{
    struct rec_issued_value *v = &i->value[i->values++];

    (void)snprintf(v->node, sizeof v->node, "%s", node);
    v->lead = lead;
    i->months = lead > i->months ? lead : i->months;
    v->month = civil_month_of_day(i->as_of_day) + (int32_t)lead;
    v->mean = median + 2; /* the mean is what the bias is of */
    v->factor = 1;
    for (int k = 0; k < RECORDS_QUANTILES; k++)
        v->q[k] = median + (RECORDS_QUANTILE[k] - 0.5) / 0.4 * half;
}

static struct rec_yield *harvested(const char *kecamatan, int year, int month, int day, double kg)
{
    struct rec_yield *y = &w.yield[w.yields++];

    assert_int_equal(region_find_kecamatan(kecamatan, &y->kecamatan), 0);
    y->day = civil_day_of(year, month, day);
    y->kg = kg;
    y->entered_ms = civil_day_start(y->day) + 3600000;
    y->pond_known_ms = 1;
    return y;
}

static struct accuracy_match match(int year, int month, int day)
{
    struct accuracy_match m;

    accuracy_match(w.issue, w.issues, w.yield, w.yields,
                   civil_day_start(civil_day_of(year, month, day)), &m);
    return m;
}

/* Integral of (F(x) - 1{x >= y})^2, F by running along the quantiles: another form of the same score, by brute force. */
static double brute(const double q[RECORDS_QUANTILES], double y)
{
    double from = fmin(q[0], y) - 1, to = fmax(q[RECORDS_QUANTILES - 1], y) + 1, sum = 0;
    const int steps = 400000;
    const double dx = (to - from) / steps;

    for (int s = 0; s < steps; s++) {
        double x = from + (s + 0.5) * dx, f = 1;

        if (x < q[0]) {
            f = 0;
        } else if (x < q[RECORDS_QUANTILES - 1]) {
            int k = 1;

            while (x >= q[k])
                k++;
            f = RECORDS_QUANTILE[k - 1] + (RECORDS_QUANTILE[k] - RECORDS_QUANTILE[k - 1]) *
                                              (x - q[k - 1]) / (q[k] - q[k - 1]);
        }
        sum += (f - (x >= y)) * (f - (x >= y)) * dx;
    }
    return sum;
}

static void the_score_is_the_integral_it_claims_to_be(void **state)
{
    static const double Q[][RECORDS_QUANTILES] = {
        {1.3, 2.1, 3.7, 5.2, 8.9, 12.4, 19.5, 23.1, 31.7},
        {0, 0, 0, 0, 2.385, 6.1, 6.1, 9.7, 20.3}, /* no harvest in half of the draws */
        {100.5, 100.9, 101.2, 101.9, 102.4, 103.3, 104.4, 105.1, 106.6},
    };
    static const double Y[] = {0, 1.3, 4.444, 8.9, 15.15, 31.7, 55.5, 102.4, 103};

    (void)state;
    for (size_t i = 0; i < sizeof Q / sizeof Q[0]; i++)
        for (size_t k = 0; k < sizeof Y / sizeof Y[0]; k++)
            close_to(accuracy_crps(Q[i], Y[k]), brute(Q[i], Y[k]), 2e-3);
}

static void the_score_of_one_number_is_its_distance(void **state)
{
    double q[RECORDS_QUANTILES];

    (void)state;
    for (int k = 0; k < RECORDS_QUANTILES; k++)
        q[k] = 7.25;
    close_to(accuracy_crps(q, 10.5), 3.25, 1e-12);
    close_to(accuracy_crps(q, 7.25), 0, 1e-12);
    close_to(accuracy_crps(q, 0), 7.25, 1e-12);
}

/* Nine quantiles say almost what all draws do: of a normal within 5 % near its middle. */
static void the_score_is_near_that_of_the_whole_distribution(void **state)
{
    static const double Z[RECORDS_QUANTILES] = {-1.959964, -1.644854, -1.281552, -0.674490, 0,
                                                0.674490,  1.281552,  1.644854,  1.959964};
    static const double Y[] = {-2.5, -1.1, 0, 0.4, 1.7};
    double q[RECORDS_QUANTILES];

    (void)state;
    for (int k = 0; k < RECORDS_QUANTILES; k++)
        q[k] = 50 + 10 * Z[k];
    for (size_t i = 0; i < sizeof Y / sizeof Y[0]; i++) {
        double whole = score_crps_gaussian(50, 10, 50 + 10 * Y[i]);

        close_to(accuracy_crps(q, 50 + 10 * Y[i]) / whole, 1, 0.05);
    }
}

/* Two joint forecasts a month ahead: 100 +- 40 and 200 +- 40 kg; 110 and 260 kg came. */
static void scores_are_those_of_pencil_and_paper(void **state)
{
    struct rec_issue *i;
    struct accuracy_match m;
    struct accuracy_score s;

    (void)state;
    harvested("62.02.06", 2026, 2, 10, 90);
    i = issued(2026, 3, 5);
    say(i, "joint", 1, 100, 40);
    harvested("62.02.06", 2026, 3, 20, 130);
    i = issued(2026, 4, 5);
    say(i, "joint", 1, 200, 40);
    harvested("62.02.06", 2026, 4, 10, 60);
    harvested("62.07.03", 2026, 4, 30, 50);
    harvested("62.02.06", 2026, 5, 30, 260);
    m = match(2026, 9, 1);
    assert_int_equal(m.n, 2);
    assert_int_equal(m.issues, 2);
    assert_int_equal(m.open + m.late + m.silent + m.repeats, 0);
    accuracy_score(&m, SUPPLY_JOINT, 1, ACCURACY_NOW, &s);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.covered80, 1); /* 110 lies in 60..140; 260 not in 160..240 */
    assert_int_equal(s.covered95, 1); /* nor in 152.5..247.5 */
    close_to(s.mape_pct, 100 * (10.0 / 110 + 60.0 / 260) / 2, 1e-9);
    close_to(s.median_ape_pct, s.mape_pct, 1e-9);
    close_to(s.mean_actual_kg, 185, 1e-9);
    close_to(s.mean_error_kg, (102 - 110 + 202 - 260) / 2.0, 1e-9);
    close_to(s.bias_pct, 100 * (304 - 370) / 370.0, 1e-9);
    close_to(s.mae_kg, 35, 1e-9);
    close_to(s.width80_kg, 80, 1e-9);
    /* last whole month known: February's 90 in March, March's 130 in April; errors 20 and 130 against 10 and 60 */
    assert_int_equal(s.compared[ACCURACY_LAST_MONTH], 2);
    close_to(s.skill_abs[ACCURACY_LAST_MONTH], 1 - 70.0 / 150, 1e-9);
    close_to(s.skill_crps[ACCURACY_LAST_MONTH],
             1 - (accuracy_crps(m.pair[0].forecast->q, 110) +
                  accuracy_crps(m.pair[1].forecast->q, 260)) /
                     150,
             1e-9);
    assert_int_equal(s.compared[ACCURACY_LAST_YEAR], 0); /* records do not reach back */
    assert_true(isnan(s.skill_abs[ACCURACY_LAST_YEAR]));
    accuracy_score(&m, SUPPLY_JOINT, 2, ACCURACY_NOW, &s);
    assert_int_equal(s.n, 0);
    assert_true(isnan(s.crps_kg) && isnan(s.mape_pct));
    accuracy_match_free(&m);
}

static void the_same_month_of_last_year_is_a_rival_too(void **state)
{
    struct rec_issue *i;
    struct accuracy_match m;
    struct accuracy_score s;

    (void)state;
    harvested("62.02.06", 2025, 4, 10, 100);
    harvested("62.02.06", 2026, 2, 10, 300);
    i = issued(2026, 3, 31); /* March is over at its end: nothing was harvested in it */
    say(i, "kotim", 1, 115, 20);
    say(i, "62.02.06", 1, 115, 20);
    say(i, "seruyan", 1, 5, 2);
    harvested("62.02.06", 2026, 4, 10, 120);
    m = match(2026, 9, 1);
    assert_int_equal(m.n, 3);
    accuracy_score(&m, supply_node_regency(REGENCY_KOTIM), 0, ACCURACY_NOW, &s);
    assert_int_equal(s.compared[ACCURACY_LAST_YEAR], 1);
    close_to(s.skill_abs[ACCURACY_LAST_YEAR], 1 - 5.0 / 20, 1e-9);
    close_to(s.skill_abs[ACCURACY_LAST_MONTH], 1 - 5.0 / 120, 1e-9);
    /* nothing came in Seruyan: no percentage, and the naive zero was right */
    accuracy_score(&m, supply_node_regency(REGENCY_SERUYAN), 0, ACCURACY_NOW, &s);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.positive, 0);
    assert_true(isnan(s.mape_pct) && isnan(s.bias_pct));
    assert_true(isinf(s.skill_abs[ACCURACY_LAST_MONTH]));
    accuracy_match_free(&m);
}

static void what_was_written_down_late_is_told_apart(void **state)
{
    struct rec_issue *i = issued(2026, 3, 5);
    struct accuracy_match m;
    struct accuracy_score s;

    (void)state;
    say(i, "joint", 1, 100, 40);
    harvested("62.02.06", 2026, 4, 10, 80);
    harvested("62.02.06", 2026, 4, 12, 50)->entered_ms =
        civil_day_start(civil_day_of(2026, 5, 31)); /* at the instant the 30 days are over */
    harvested("62.02.06", 2026, 4, 14, 7)->entered_ms =
        civil_day_start(civil_day_of(2026, 5, 31)) + 1;
    m = match(2026, 9, 1);
    assert_int_equal(m.n, 1);
    close_to(m.pair[0].actual[ACCURACY_FIRST], 130, 1e-9);
    close_to(m.pair[0].actual[ACCURACY_NOW], 137, 1e-9);
    accuracy_score(&m, SUPPLY_JOINT, 1, ACCURACY_FIRST, &s);
    close_to(s.mae_kg, 30, 1e-9);
    accuracy_match_free(&m);
}

static void a_pond_that_came_later_is_not_the_forecasts_fault(void **state)
{
    struct rec_issue *i = issued(2026, 3, 5);
    struct accuracy_match m;

    (void)state;
    say(i, "joint", 1, 100, 40);
    harvested("62.02.06", 2026, 4, 10, 80)->pond_known_ms =
        civil_day_start(civil_day_of(2026, 3, 6)) - 1; /* the last instant of the as-of day */
    harvested("62.02.06", 2026, 4, 12, 500)->pond_known_ms =
        civil_day_start(civil_day_of(2026, 3, 6));
    m = match(2026, 9, 1);
    close_to(m.pair[0].actual[ACCURACY_NOW], 80, 1e-9);
    close_to(m.later_kg, 500, 1e-9);
    accuracy_match_free(&m);
}

static void only_what_can_be_judged_is_judged(void **state)
{
    struct rec_issue *i = issued(2026, 3, 5);
    struct accuracy_match m;

    (void)state;
    i->months = 3;
    for (unsigned lead = 1; lead <= 3; lead++)
        say(i, "joint", lead, 100, 40);
    say(i, "atlantis", 1, 1, 1);
    i = issued(2026, 3, 20); /* another day of the same month, and a revision: the first counts */
    say(i, "joint", 1, 100, 40);
    i = issued(2026, 3, 20);
    i->revision = 2;
    i = issued(2026, 4, 2);
    i->months = 1;
    say(i, "joint", 1, 100, 40);
    i->issued_ms = civil_day_start(civil_day_of(2026, 5, 11)); /* May has begun ten days ago */
    i = issued(2026, 5, 2);
    (void)snprintf(i->scope, sizeof i->scope, "all");
    harvested("62.02.06", 2026, 4, 10, 80);
    harvested("62.02.06", 2026, 6, 10, 70);
    m = match(2026, 7, 30); /* June: not over for 30 days, one day is missing */
    assert_int_equal(m.n, 1);
    assert_int_equal(m.pair[0].month, civil_month_of_day(civil_day_of(2026, 4, 1)));
    assert_int_equal(m.repeats, 2);
    assert_int_equal(m.late, 1);
    assert_int_equal(m.silent, 1); /* May: nobody wrote anything */
    assert_int_equal(m.open, 1);
    accuracy_match_free(&m);
    m = match(2026, 7, 31);
    assert_int_equal(m.n, 2);
    assert_int_equal(m.open, 0);
    accuracy_match_free(&m);
}

static void knows_only_what_was_entered_by_then(void **state)
{
    struct rec_issue *i;
    struct accuracy_match m;

    (void)state;
    harvested("62.02.06", 2026, 2, 20, 40);
    harvested("62.02.06", 2026, 2, 25, 60)->entered_ms = civil_day_start(civil_day_of(2026, 3, 6));
    i = issued(2026, 3, 5);
    say(i, "joint", 1, 100, 40);
    harvested("62.02.06", 2026, 4, 10, 80);
    m = match(2026, 9, 1);
    close_to(m.pair[0].naive[ACCURACY_LAST_MONTH], 40, 1e-9); /* the 60 came a day too late */
    accuracy_match_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_is_the_integral_it_claims_to_be),
        cmocka_unit_test(the_score_of_one_number_is_its_distance),
        cmocka_unit_test(the_score_is_near_that_of_the_whole_distribution),
        cmocka_unit_test_setup(scores_are_those_of_pencil_and_paper, fresh),
        cmocka_unit_test_setup(the_same_month_of_last_year_is_a_rival_too, fresh),
        cmocka_unit_test_setup(what_was_written_down_late_is_told_apart, fresh),
        cmocka_unit_test_setup(a_pond_that_came_later_is_not_the_forecasts_fault, fresh),
        cmocka_unit_test_setup(only_what_can_be_judged_is_judged, fresh),
        cmocka_unit_test_setup(knows_only_what_was_entered_by_then, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
