/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A made-up world whose forecasts are too sure of themselves, or not sure enough, and what is made of it. */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/supply/recalibrate.h"
#include "collector/common/log.h"

#define SEED  20261124UL
#define DRAWS 400
/* P90 of the standard normal. */
#define Z90 1.2815515655446004

static void close_to(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.12g is not %.12g within %g", got, want, tolerance);
}

/* Joint forecasts of a normal, mean 100 and so many sd of 10, of months 0..n-1 at one lead; the truth is off by z sd of 10. */
struct made {
    struct accuracy_match m;
    struct accuracy_pair pair[4000];
    struct rec_issued_value value[4000];
};

static struct made *new_made(void)
{
    return xcalloc(1, sizeof(struct made));
}

static void forecast(struct made *w, size_t issue, unsigned lead, double stated, double z,
                     double factor)
{
    struct accuracy_pair *p = &w->pair[w->m.n];
    struct rec_issued_value *v = &w->value[w->m.n];

    v->mean = 100;
    v->factor = factor;
    v->q[RECORDS_Q10] = 100 - 10 * Z90 * stated * factor;
    v->q[RECORDS_Q90] = 100 + 10 * Z90 * stated * factor;
    *p = (struct accuracy_pair){.issue = issue,
                                .month = (int32_t)(issue + lead),
                                .node = SUPPLY_JOINT,
                                .lead = lead,
                                .forecast = v};
    p->actual[ACCURACY_NOW] = 100 + 10 * z;
    w->m.pair = w->pair;
    w->m.n++;
}

static void shrinks_the_ratio_by_six_forecasts(void **state)
{
    struct made *w = new_made();
    struct recalibration r;

    (void)state;
    /* twelve months, each 1.5 of the true sd away, stated as half of it: 3 of the stated */
    for (size_t i = 0; i < 11; i++)
        forecast(w, i, 1, 0.5, i % 2 == 0 ? 1.5 : -1.5, 1);
    recalibrate_learn(&w->m, &r);
    assert_int_equal(r.group[SUPPLY_JOINT][0].n, 11);
    assert_true(r.group[SUPPLY_JOINT][0].factor == 1); /* eleven are too few */
    forecast(w, 11, 1, 0.5, 1.5, 1);
    recalibrate_learn(&w->m, &r);
    assert_int_equal(r.group[SUPPLY_JOINT][0].n, 12);
    assert_int_equal(r.group[SUPPLY_JOINT][0].covered, 0);
    close_to(r.group[SUPPLY_JOINT][0].sd_ratio, 3, 1e-12);
    close_to(r.group[SUPPLY_JOINT][0].factor, sqrt((12 * 9 + 6) / 18.0), 1e-12);
    assert_true(recalibrate_factor(&r, SUPPLY_JOINT, 1) == r.group[SUPPLY_JOINT][0].factor);
    assert_true(recalibrate_factor(&r, SUPPLY_JOINT, 2) == 1 &&
                recalibrate_factor(&r, SUPPLY_JOINT, 12) == 1);
    assert_true(recalibrate_active(&r));
    free(w);
}

static void leaves_alone_what_covers_as_it_should(void **state)
{
    static const struct {
        const char *says;
        size_t covered; /* of 20 */
        bool active;
    } CASE[] = {{"12 of 20: below 65 %", 12, true},
                {"13 of 20: 65 %", 13, false},
                {"18 of 20: 90 %", 18, false},
                {"19 of 20: above 92 %", 19, true}};

    (void)state;
    for (size_t c = 0; c < sizeof CASE / sizeof CASE[0]; c++) {
        struct made *w = new_made();
        struct recalibration r;

        print_message("%s\n", CASE[c].says);
        for (size_t i = 0; i < 20; i++)
            forecast(w, i, 1, 1, i < CASE[c].covered ? 0.3 : 1.6, 1);
        recalibrate_learn(&w->m, &r);
        assert_int_equal(r.group[SUPPLY_JOINT][0].covered, CASE[c].covered);
        assert_int_equal(recalibrate_active(&r), CASE[c].active);
        free(w);
    }
}

/* Leads 4 to 6 issued each month: only every third issue has months that none before had. */
static void takes_each_month_once(void **state)
{
    struct made *w = new_made();
    struct recalibration r;

    (void)state;
    for (size_t i = 0; i < 9; i++)
        for (unsigned lead = 1; lead <= 6; lead++)
            forecast(w, i, lead, 1, 0.5, 1);
    recalibrate_learn(&w->m, &r);
    assert_int_equal(r.group[SUPPLY_JOINT][0].n, 9);
    assert_int_equal(r.group[SUPPLY_JOINT][1].n, 10); /* five issues, two months each */
    assert_int_equal(r.group[SUPPLY_JOINT][2].n, 9);  /* three issues, three months each */
    assert_int_equal(r.group[SUPPLY_JOINT][3].n, 0);
    assert_true(isnan(r.group[SUPPLY_JOINT][3].sd_ratio) && r.group[SUPPLY_JOINT][3].factor == 1);
    free(w);
}

/* What was issued with a factor is judged without it: else the cure would end as soon as it works, and begin again. */
static void a_factor_that_works_is_kept(void **state)
{
    struct made *raw = new_made(), *cured = new_made();
    struct recalibration a, b;

    (void)state;
    for (size_t i = 0; i < 24; i++) {
        double z = (double)(i % 5) * 0.6 - 1.2;

        forecast(raw, i, 1, 0.5, z, 1);
        forecast(cured, i, 1, 0.5, z, 1.8);
    }
    recalibrate_learn(&raw->m, &a);
    recalibrate_learn(&cured->m, &b);
    assert_true(a.group[SUPPLY_JOINT][0].factor > 1);
    close_to(b.group[SUPPLY_JOINT][0].factor, a.group[SUPPLY_JOINT][0].factor, 1e-9);
    assert_int_equal(a.group[SUPPLY_JOINT][0].covered, b.group[SUPPLY_JOINT][0].covered);
    free(raw);
    free(cured);
}

static void one_disaster_does_not_set_it(void **state)
{
    struct made *w = new_made();
    struct recalibration r;

    (void)state;
    for (size_t i = 0; i < 19; i++)
        forecast(w, i, 1, 1, 0.1, 1);
    forecast(w, 19, 1, 1, 9, 1);
    recalibrate_learn(&w->m, &r); /* 19 of 20 covered: a little too wide, but for that one */
    close_to(r.group[SUPPLY_JOINT][0].factor, sqrt((19 * 0.01 + 25 + 6) / 26), 1e-9);
    for (size_t i = 20; i < 60; i++)
        forecast(w, i, 1, 1, 0.01, 1);
    recalibrate_learn(&w->m, &r);
    assert_true(r.group[SUPPLY_JOINT][0].factor >= 0.5);
    free(w);
}

/* A regency's forecast beside joint's. */
static void of_node(struct made *w, size_t node)
{
    w->pair[w->m.n - 1].node = node;
}

static void a_regency_leans_on_joint(void **state)
{
    struct made *w = new_made();
    struct recalibration r;
    const size_t kotim = supply_node_regency(REGENCY_KOTIM);
    const size_t seruyan = supply_node_regency(REGENCY_SERUYAN);
    double joint, own = 0;

    (void)state;
    for (size_t i = 0; i < 20; i++) { /* joint too sure by 2, Kotim by 3, of Seruyan nothing */
        forecast(w, i, 1, 0.5, i % 2 == 0 ? 1 : -1, 1);
        forecast(w, i, 1, 1.0 / 3, i % 2 == 0 ? 1 : -1, 1);
        of_node(w, kotim);
    }
    recalibrate_learn(&w->m, &r);
    joint = r.group[SUPPLY_JOINT][0].factor;
    close_to(joint, sqrt((20 * 4 + 6) / 26.0), 1e-9);
    assert_int_equal(r.group[kotim][0].n, 20);
    close_to(r.group[kotim][0].factor, sqrt((20 * 9 + 6 * joint * joint) / 26), 1e-9);
    assert_int_equal(r.group[seruyan][0].n, 0);
    close_to(r.group[seruyan][0].factor, joint, 1e-12);
    close_to(recalibrate_factor(&r, supply_node_kecamatan(REGION_KECAMATAN_COUNT - 1), 1), joint,
             1e-12);
    close_to(recalibrate_factor(&r, supply_node_kecamatan(0), 1), r.group[kotim][0].factor, 1e-12);
    free(w);
    w = new_made(); /* joint is right, and Seruyan's alone is not */
    for (size_t i = 0; i < 20; i++) {
        forecast(w, i, 1, 1, i % 5 == 0 ? 1.6 : 0.8, 1);
        forecast(w, i, 1, 0.5, i % 2 == 0 ? 1 : -1, 1);
        of_node(w, seruyan);
        own += 4;
    }
    recalibrate_learn(&w->m, &r);
    assert_true(r.group[SUPPLY_JOINT][0].factor == 1 && r.group[kotim][0].factor == 1);
    close_to(r.group[seruyan][0].factor, sqrt((own + 6) / 26), 1e-9);
    assert_true(recalibrate_active(&r));
    free(w);
}

/* --- applied to draws --- */

static struct supply_forecast *new_supply(gsl_rng *rng, double spread, unsigned months)
{
    struct supply_forecast *f = xcalloc(1, sizeof *f);

    f->months = months;
    f->draws = DRAWS;
    f->kg = xcalloc((size_t)SUPPLY_NODES * f->months * DRAWS, sizeof *f->kg);
    for (unsigned lead = 1; lead <= f->months; lead++)
        for (unsigned i = 0; i < DRAWS; i++) {
            double common = gsl_ran_ugaussian(rng);

            for (size_t k = 0; k < 8; k++) {
                size_t node = supply_node_kecamatan(k * 3);
                double kg = fmax(0, 1000 + spread * (200 * common + 150 * gsl_ran_ugaussian(rng)));

                supply_draws(f, node, lead)[i] = kg;
                supply_draws(f, supply_node_regency(region_kecamatan(k * 3)->regency), lead)[i] +=
                    kg;
                supply_draws(f, SUPPLY_JOINT, lead)[i] += kg;
            }
        }
    return f;
}

static void check_sums(const struct supply_forecast *f)
{
    for (unsigned lead = 1; lead <= f->months; lead++)
        for (unsigned i = 0; i < f->draws; i++) {
            double part[REGENCY_COUNT] = {0}, joint = supply_draws(f, SUPPLY_JOINT, lead)[i];

            for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
                double kg = supply_draws(f, supply_node_kecamatan(k), lead)[i];

                assert_true(kg >= 0);
                part[region_kecamatan(k)->regency] += kg;
            }
            for (int r = 0; r < REGENCY_COUNT; r++)
                close_to(supply_draws(f, supply_node_regency((enum regency)r), lead)[i], part[r],
                         1e-9 * joint);
            close_to(part[0] + part[1], joint, 1e-9 * joint);
        }
}

static void everything_still_adds_up_and_the_mean_stays(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    struct recalibration r;
    struct supply_forecast *f;
    double before[13], sd[13], untouched;

    (void)state;
    gsl_rng_set(rng, SEED);
    f = new_supply(rng, 1, 12);
    for (unsigned i = 0; i < DRAWS;
         i++) /* a kecamatan that harvests in few draws: the cut matters */
        if (i % 10 != 0) {
            supply_draws(f, supply_node_kecamatan(0), 2)[i] = 0;
        }
    recalibrate_none(&r);
    assert_false(recalibrate_active(&r));
    for (size_t n = 0; n < RECALIBRATE_NODES; n++)
        r.group[n][1].factor = 1.7; /* leads 2 and 3 */
    untouched = supply_draws(f, SUPPLY_JOINT, 1)[17];
    for (unsigned lead = 1; lead <= 12; lead++) {
        before[lead] = gsl_stats_mean(supply_draws(f, SUPPLY_JOINT, lead), 1, DRAWS);
        sd[lead] = gsl_stats_sd(supply_draws(f, SUPPLY_JOINT, lead), 1, DRAWS);
    }
    before[2] = 0; /* its sums were broken above; of its kecamatan instead */
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        before[2] += gsl_stats_mean(supply_draws(f, supply_node_kecamatan(k), 2), 1, DRAWS);
    recalibrate_apply(&r, f);
    check_sums(f);
    for (unsigned lead = 1; lead <= 12; lead++)
        close_to(gsl_stats_mean(supply_draws(f, SUPPLY_JOINT, lead), 1, DRAWS), before[lead], 1e-6);
    /* but for what the cut at zero took */
    close_to(gsl_stats_sd(supply_draws(f, SUPPLY_JOINT, 3), 1, DRAWS) / sd[3], 1.7, 0.03);
    close_to(gsl_stats_sd(supply_draws(f, SUPPLY_JOINT, 4), 1, DRAWS), sd[4], 0);
    assert_true(supply_draws(f, SUPPLY_JOINT, 1)[17] == untouched);
    supply_free(f);
    gsl_rng_free(rng);
}

static void each_regency_is_spread_by_its_own_and_told(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    struct recalibration r;
    struct supply_forecast *f;
    double sd[3];

    (void)state;
    gsl_rng_set(rng, SEED);
    f = new_supply(rng, 0.5, 2);
    for (size_t n = 0; n < 3; n++)
        sd[n] = gsl_stats_sd(supply_draws(f, n, 1), 1, DRAWS);
    recalibrate_none(&r);
    r.group[supply_node_regency(REGENCY_KOTIM)][0].factor = 1.6;
    assert_true(supply_spread(f, 1, 1) == 1);
    recalibrate_apply(&r, f);
    check_sums(f);
    close_to(gsl_stats_sd(supply_draws(f, 1, 1), 1, DRAWS) / sd[1], 1.6, 0.01);
    close_to(gsl_stats_sd(supply_draws(f, 2, 1), 1, DRAWS) / sd[2], 1, 1e-12);
    close_to(supply_spread(f, 1, 1), 1.6, 1e-12);
    close_to(supply_spread(f, supply_node_kecamatan(0), 1), 1.6, 1e-12);
    close_to(supply_spread(f, 2, 1), 1, 0);
    close_to(supply_spread(f, SUPPLY_JOINT, 1),
             gsl_stats_sd(supply_draws(f, 0, 1), 1, DRAWS) / sd[0], 1e-9);
    assert_true(supply_spread(f, SUPPLY_JOINT, 1) > 1.2 && supply_spread(f, SUPPLY_JOINT, 1) < 1.6);
    close_to(supply_spread(f, SUPPLY_JOINT, 2), 1, 0);
    supply_free(f);
    gsl_rng_free(rng);
}

static void quantiles_of(const struct supply_forecast *f, unsigned lead, double factor,
                         struct rec_issued_value *v)
{
    double sorted[DRAWS];

    memcpy(sorted, supply_draws(f, SUPPLY_JOINT, lead), sizeof sorted);
    gsl_sort(sorted, 1, DRAWS);
    v->mean = gsl_stats_mean(sorted, 1, DRAWS);
    v->factor = factor;
    for (int k = 0; k < RECORDS_QUANTILES; k++)
        v->q[k] = gsl_stats_quantile_from_sorted_data(sorted, 1, DRAWS, RECORDS_QUANTILE[k]);
}

/* Months of a world whose forecasts state half of the true spread: the first ones teach, the others are issued with what was
 * learned before them. Returns the coverage of those, uncured in *raw. */
static double live(gsl_rng *rng, double stated, size_t teach, size_t months, double *raw)
{
    struct made *w = new_made();
    struct recalibration r;
    size_t covered = 0, uncured = 0;

    recalibrate_none(&r);
    for (size_t i = 0; i < teach + months; i++) {
        struct supply_forecast *f = new_supply(rng, stated, 1), *truth = new_supply(rng, 1, 1);
        double y = supply_draws(truth, SUPPLY_JOINT, 1)[0];
        struct rec_issued_value plain;

        quantiles_of(f, 1, 1, &plain);
        recalibrate_learn(&w->m, &r);
        recalibrate_apply(&r, f);
        quantiles_of(f, 1, recalibrate_factor(&r, SUPPLY_JOINT, 1), &w->value[i]);
        w->pair[i] = (struct accuracy_pair){.issue = i,
                                            .month = (int32_t)i + 1,
                                            .node = SUPPLY_JOINT,
                                            .lead = 1,
                                            .forecast = &w->value[i]};
        w->pair[i].actual[ACCURACY_NOW] = y;
        w->m.pair = w->pair;
        w->m.n++;
        if (i >= teach) {
            covered += y >= w->value[i].q[RECORDS_Q10] && y <= w->value[i].q[RECORDS_Q90];
            uncured += y >= plain.q[RECORDS_Q10] && y <= plain.q[RECORDS_Q90];
        }
        supply_free(f);
        supply_free(truth);
    }
    free(w);
    *raw = (double)uncured / (double)months;
    return (double)covered / (double)months;
}

/* Mean over many worlds, so that chance is small beside the three points: sd of the mean 0.5 points. */
static void brings_an_overconfident_world_back(void **state)
{
    static const struct {
        const char *says;
        double stated, least, most; /* uncured coverage lies between */
    } CASE[] = {{"half the spread", 0.5, 0.40, 0.55}, {"twice the spread", 2, 0.97, 1}};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    print_message("seed %lu\n", SEED);
    gsl_rng_set(rng, SEED);
    for (size_t c = 0; c < sizeof CASE / sizeof CASE[0]; c++) {
        double sum = 0, before = 0;
        const int worlds = 60;

        for (int k = 0; k < worlds; k++) {
            double raw;

            sum += live(rng, CASE[c].stated, 60, 100, &raw) / worlds;
            before += raw / worlds;
        }
        print_message("%s: 80 %% interval covered %.3f, recalibrated %.3f\n", CASE[c].says, before,
                      sum);
        assert_true(before >= CASE[c].least && before <= CASE[c].most);
        close_to(sum, 0.8, 0.03);
    }
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shrinks_the_ratio_by_six_forecasts),
        cmocka_unit_test(leaves_alone_what_covers_as_it_should),
        cmocka_unit_test(takes_each_month_once),
        cmocka_unit_test(a_factor_that_works_is_kept),
        cmocka_unit_test(one_disaster_does_not_set_it),
        cmocka_unit_test(a_regency_leans_on_joint),
        cmocka_unit_test(everything_still_adds_up_and_the_mean_stays),
        cmocka_unit_test(each_regency_is_spread_by_its_own_and_told),
        cmocka_unit_test(brings_an_overconfident_world_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
