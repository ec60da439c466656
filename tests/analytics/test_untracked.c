/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/supply/classes.h"
#include "analytics/supply/forecast.h"
#include "analytics/supply/scenario.h"
#include "analytics/supply/typical.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

#define DRAWS  300
#define MONTHS 7

static struct rec_registry registry[8];
static struct rec_official official[8];
static struct rec_survey survey[16];
static struct world *w;
static int32_t day;
static uint64_t seed = 21;

/* Four farms of two ponds each (the kind of pond the register counts), two in each regency. */
static int set_up(void **state)
{
    static const char *const KECAMATAN[] = {"62.02.06", "62.02.01", "62.07.01", "62.07.03"};

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    w = world_new();
    w->s.registry = registry;
    w->s.official = official;
    w->s.survey = survey;
    day = civil_day_of(2026, 5, 31);
    for (size_t k = 0; k < 8; k++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "kolam-%u", (unsigned)k);
        if (k % 2 == 0)
            (void)world_farm(w, KECAMATAN[k / 2]);
        (void)world_pond(w, k / 2, slug, POND_SYSTEM_POND);
        (void)world_cycle(w, k, day - 30 - 12 * (int32_t)k, 2000, 10);
        world_sample(w, k, day - 1, 30, 40 + 20 * (double)k);
    }
    w->s.as_of_ms = civil_day_start(day + 1) - 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_free(w);
    return 0;
}

/* ponds NAN: farms alone are counted. */
static void in_register(const char *kecamatan, enum pond_system y, double farms, double ponds)
{
    struct rec_registry *r = &registry[w->s.registers++];

    *r = (struct rec_registry){.system = y, .farms = farms, .ponds = ponds, .as_of_day = day - 90};
    assert_int_equal(region_find_kecamatan(kecamatan, &r->kecamatan), 0);
}

static void says(const char *node, const char *period, int32_t first_month, unsigned months,
                 double kg)
{
    struct rec_official *o = &official[w->s.officials++];

    *o = (struct rec_official){.first_month = first_month,
                               .months = months,
                               .kg = kg,
                               .final = true,
                               .cut_off_day = day - 1};
    (void)snprintf(o->node, sizeof o->node, "%s", node);
    (void)snprintf(o->period, sizeof o->period, "%s", period);
}

static struct forecast_request ask(enum forecast_scope scope)
{
    return (struct forecast_request){.snapshot = &w->s,
                                     .as_of_day = day,
                                     .months = MONTHS,
                                     .draws = DRAWS,
                                     .seed = seed,
                                     .scope = scope,
                                     .issued_ms = 1780246800000};
}

static struct forecast *made(enum forecast_scope scope)
{
    struct forecast_request q = ask(scope);
    struct forecast *f = NULL;
    char why[160] = "";

    if (forecast_run(&q, &f, why, sizeof why) != 0)
        fail_msg("%s", why);
    return f;
}

static double mean_untracked(const struct forecast *f, size_t node)
{
    double sum = 0;

    for (unsigned lead = 1; lead <= MONTHS; lead++)
        sum += supply_summarise_draws(supply_untracked(f->supply, node, lead), DRAWS).mean;
    return sum;
}

static void register_everywhere(double factor)
{
    in_register("62.02.01", POND_SYSTEM_POND, 4 * factor, 10 * factor);
    in_register("62.02.06", POND_SYSTEM_POND, 12 * factor, 30 * factor);
    in_register("62.07.01", POND_SYSTEM_POND, 8 * factor, 20 * factor);
    in_register("62.07.03", POND_SYSTEM_CAGE, 5 * factor, 15 * factor);
    in_register("62.07.03", POND_SYSTEM_POND, 3 * factor, 6 * factor);
}

static void parts_add_up_in_every_draw(void **state)
{
    struct forecast *f, *alone;
    const struct supply_forecast *s;

    (void)state;
    register_everywhere(1);
    says("kotim", "2026-Q3", 2026 * 12 + 6, 3, 6000);
    f = made(FORECAST_AUTO);
    s = f->supply;
    assert_non_null(f->untracked);
    for (unsigned lead = 1; lead <= MONTHS; lead++)
        for (unsigned i = 0; i < DRAWS; i++) {
            double kotim[3] = {0}, all[3] = {0};

            for (size_t node = 0; node < SUPPLY_NODES; node++) {
                double t = supply_tracked(s, node, lead)[i], u = supply_untracked(s, node, lead)[i];

                assert_true(supply_draws(s, node, lead)[i] == t + u);
                assert_true(t >= 0 && u >= 0);
                if (node < supply_node_kecamatan(0))
                    continue;
                all[0] += t;
                all[1] += u;
                if (region_kecamatan(node - supply_node_kecamatan(0))->regency == REGENCY_KOTIM)
                    kotim[0] += t + u;
            }
            assert_close(supply_tracked(s, SUPPLY_JOINT, lead)[i], all[0], 1e-9 * (1 + all[0]));
            assert_close(supply_untracked(s, SUPPLY_JOINT, lead)[i], all[1], 1e-9 * (1 + all[1]));
            assert_close(supply_draws(s, 1, lead)[i], kotim[0], 1e-9 * (1 + kotim[0]));
        }
    forecast_free(f);
    w->s.officials =
        0; /* without a figure the tracked part is the forecast of the ponds on record */
    f = made(FORECAST_ALL);
    alone = made(FORECAST_TRACKED);
    assert_null(alone->untracked);
    assert_null(supply_untracked(alone->supply, 0, 1));
    assert_memory_equal(supply_tracked(f->supply, supply_node_kecamatan(0), 1),
                        supply_draws(alone->supply, supply_node_kecamatan(0), 1),
                        sizeof(double) * REGION_KECAMATAN_COUNT * MONTHS * DRAWS);
    forecast_free(alone);
    forecast_free(f);
}

/* Nine ponds outside times a pond's mean, times the ratio: within the draws' own error. */
static void what_is_outside_grows_with_the_register(void **state)
{
    struct forecast *once, *twice;
    const struct untracked_cell *c;
    size_t k;

    (void)state;
    assert_int_equal(region_find_kecamatan("62.02.06", &k), 0);
    in_register("62.02.06", POND_SYSTEM_POND, 5, 11);
    in_register("62.02.01", POND_SYSTEM_POND, 1, 2);
    once = made(FORECAST_ALL);
    c = &once->untracked->cell[k][POND_SYSTEM_POND];
    assert_float_equal(c->on_record, 2, 0);
    assert_float_equal(c->outside, 9, 0);
    assert_float_equal(once->untracked->regency[REGENCY_KOTIM].outside, 9, 0);
    assert_close(mean_untracked(once, supply_node_regency(REGENCY_KOTIM)),
                 9 * c->pond_kg_month * MONTHS * 0.7 * exp(0.13 / 2),
                 0.15 * 9 * c->pond_kg_month * MONTHS);
    assert_true(mean_untracked(once, supply_node_regency(REGENCY_KOTIM)) ==
                mean_untracked(once, supply_node_kecamatan(k)));
    registry[0].ponds = 20; /* eighteen outside */
    twice = made(FORECAST_ALL);
    assert_close(mean_untracked(twice, supply_node_kecamatan(k)) /
                     mean_untracked(once, supply_node_kecamatan(k)),
                 2, 0.25);
    forecast_free(once);
    forecast_free(twice);
}

/* The register counts farms alone: two ponds a farm on record lean on two. */
static void farms_are_counted_by_the_ponds_they_have(void **state)
{
    struct untracked u;
    struct supply_pond pond[8];
    size_t k;

    (void)state;
    for (size_t p = 0; p < 8; p++)
        pond[p] = (struct supply_pond){.cycle = (long)p, .forgotten_cycle = -1};
    in_register("62.02.06", POND_SYSTEM_POND, 10, NAN);
    assert_int_equal(region_find_kecamatan("62.02.06", &k), 0);
    untracked_count(&u, &w->s, pond, day);
    assert_close(u.ponds_a_farm[POND_SYSTEM_POND], (8 + 10) / 9.0, 1e-12);
    assert_close(u.cell[k][POND_SYSTEM_POND].outside, 10 * 2 - 2, 1e-9);
    pond[1].forgotten_cycle = 1; /* silent: nobody follows it */
    untracked_count(&u, &w->s, pond, day);
    assert_float_equal(u.cell[k][POND_SYSTEM_POND].on_record, 1, 0);
}

static void more_on_record_than_registered_is_asked_about(void **state)
{
    struct forecast *f;

    (void)state;
    in_register("62.02.06", POND_SYSTEM_POND, 1,
                1); /* two are on record, and in 62.02.01 two more */
    in_register("62.07.01", POND_SYSTEM_POND, 0, NAN); /* no farm; one is on record */
    f = made(FORECAST_ALL);
    assert_int_equal(f->untracked->questions, 4);
    assert_float_equal(f->untracked->question[0].on_record, 2, 0); /* 62.02.01, not registered */
    assert_float_equal(f->untracked->question[0].registered, 0, 0);
    assert_true(f->untracked->question[1].by_pond && f->untracked->question[1].registered == 1);
    assert_true(!f->untracked->question[2].by_pond && f->untracked->question[2].on_record == 1);
    assert_true(mean_untracked(f, SUPPLY_JOINT) == 0);
    forecast_free(f);
}

static double correlation(const double *a, const double *b)
{
    double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;

    for (int i = 0; i < DRAWS; i++) {
        ma += a[i] / DRAWS;
        mb += b[i] / DRAWS;
    }
    for (int i = 0; i < DRAWS; i++) {
        ab += (a[i] - ma) * (b[i] - mb);
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
    }
    return ab / sqrt(aa * bb);
}

/* Draws in which the path does well by typical ponds have more outside too: not the mean, the draw's own. */
static void the_same_paths_strike_what_is_outside(void **state)
{
    struct forecast *f;
    double together = 0;

    (void)state;
    in_register("62.07.03", POND_SYSTEM_CAGE, 500,
                2000); /* many: hardly any chance between ponds */
    in_register("62.07.01", POND_SYSTEM_POND, 1, 2);
    in_register("62.02.06", POND_SYSTEM_POND, 1, 2);
    w->s.officials = 0;
    says("seruyan", "2026-Q1", 2026 * 12, 3, 250000); /* enough of a figure for so few farms */
    f = made(FORECAST_ALL);
    assert_int_equal(f->untracked->regency[REGENCY_SERUYAN].gap, UNTRACKED_TOLD);
    for (unsigned lead = 1; lead <= MONTHS; lead++)
        together += correlation(typical_draws(f->supply->typical, f->supply, REGENCY_SERUYAN,
                                              POND_SYSTEM_CAGE, lead),
                                supply_untracked(f->supply, 2, lead)) /
                    MONTHS;
    print_message("correlation with the typical ponds of the draw: %.2f\n", together);
    assert_true(together > 0.5);
    forecast_free(f);
}

static void fewer_than_one_farm_in_twenty_is_no_ground_for_the_whole(void **state)
{
    struct forecast *f;
    size_t kotim = supply_node_regency(REGENCY_KOTIM),
           seruyan = supply_node_regency(REGENCY_SERUYAN);

    (void)state;
    in_register("62.02.06", POND_SYSTEM_POND, 41, 90); /* two farms of 41 */
    in_register("62.07.01", POND_SYSTEM_POND, 40, 90); /* two of 40 */
    f = made(FORECAST_ALL);
    assert_int_equal(f->untracked->regency[REGENCY_KOTIM].gap, UNTRACKED_FEW);
    assert_int_equal(f->untracked->regency[REGENCY_SERUYAN].gap, UNTRACKED_TOLD);
    assert_true(mean_untracked(f, kotim) == 0 && mean_untracked(f, seruyan) > 0);
    assert_true(supply_summarise(f->supply, kotim, 3).mean > 0); /* the tracked are shown */
    assert_false(f->neraca->whole[kotim] || f->neraca->whole[SUPPLY_JOINT]);
    assert_true(f->neraca->whole[seruyan]);
    assert_non_null(strstr(untracked_words(UNTRACKED_FEW, false), "5 %"));
    assert_non_null(strstr(untracked_words(UNTRACKED_FEW, true), "5 %"));
    forecast_free(f);
    says("kotim", "2026-Q3", 2026 * 12 + 6, 3, 9000); /* an office knows more */
    f = made(FORECAST_ALL);
    assert_int_equal(f->untracked->regency[REGENCY_KOTIM].gap, UNTRACKED_TOLD);
    assert_true(mean_untracked(f, kotim) > 0);
    forecast_free(f);
    official[0].kg = 9e7; /* one that cannot be used is no ground */
    f = made(FORECAST_ALL);
    assert_false(figure_used(&f->figures->figure[0]));
    assert_int_equal(f->untracked->regency[REGENCY_KOTIM].gap, UNTRACKED_FEW);
    assert_true(mean_untracked(f, kotim) == 0);
    forecast_free(f);
}

static void without_a_register_only_an_official_figure_speaks_of_the_whole(void **state)
{
    struct forecast_request q = ask(FORECAST_ALL);
    struct forecast *f = NULL;
    char why[160] = "";

    (void)state;
    assert_int_equal(forecast_run(&q, &f, why, sizeof why), NILA_ERR_UNSUPPORTED);
    assert_non_null(strstr(why, "import registry"));
    f = made(FORECAST_AUTO);
    assert_null(f->untracked);
    forecast_free(f);
    says("kotim", "2026-Q3", 2026 * 12 + 6, 3, 4000);
    f = made(FORECAST_AUTO);
    assert_int_equal(f->untracked->regency[REGENCY_KOTIM].gap, UNTRACKED_TOLD);
    assert_int_equal(f->untracked->regency[REGENCY_SERUYAN].gap, UNTRACKED_UNKNOWN);
    assert_true(figure_used(&f->figures->figure[0]));
    forecast_free(f);
}

/* 6000 kg for July to September: the ponds on record bring a fraction; it used to be refused as far above them. */
static void a_current_total_is_taken_for_the_whole_and_not_for_the_tracked(void **state)
{
    struct forecast *before, *f;
    double was[2] = {0}, now[2] = {0};

    (void)state;
    register_everywhere(1);
    before = made(FORECAST_ALL);
    says("kotim", "2026-Q3", 2026 * 12 + 6, 3, 6000);
    f = made(FORECAST_TRACKED);
    assert_true(f->figures->figure[0].of_all && !figure_used(&f->figures->figure[0]));
    for (unsigned lead = 2; lead <= 4; lead++) /* the ponds on record stay as they were */
        assert_close(supply_summarise(f->supply, 1, lead).mean,
                     supply_summarise_draws(supply_tracked(before->supply, 1, lead), DRAWS).mean,
                     1e-9);
    forecast_free(f);
    f = made(FORECAST_ALL);
    assert_true(figure_used(&f->figures->figure[0]));
    for (unsigned lead = 2; lead <= 4; lead++) {
        was[0] += supply_summarise_draws(supply_tracked(before->supply, 1, lead), DRAWS).mean;
        was[1] += supply_summarise_draws(supply_untracked(before->supply, 1, lead), DRAWS).mean;
        now[0] += supply_summarise_draws(supply_tracked(f->supply, 1, lead), DRAWS).mean;
        now[1] += supply_summarise_draws(supply_untracked(f->supply, 1, lead), DRAWS).mean;
    }
    print_message("tracked %.0f to %.0f, untracked %.0f to %.0f kg\n", was[0], now[0], was[1],
                  now[1]);
    assert_true(fabs(now[0] + now[1] - 6000) < fabs(was[0] + was[1] - 6000));
    assert_true(fabs(log(now[1] / was[1])) > fabs(log(now[0] / was[0])));
    forecast_free(before);
    forecast_free(f);
}

/* No pond was on record in 2025: H = 0, and outside were all the register's ponds at what a pond brings, so that theta moves by
 * 0.13 / 0.17 of what the figure says (test_coverage.c). */
static double mean_of(const double *kg)
{
    return supply_summarise_draws(kg, DRAWS).mean;
}

/* April and May of the second quarter are past: what was harvested, and those outside with it. */
static void a_quarter_that_has_begun_is_judged_with_what_is_past(void **state)
{
    struct rec_official q2 = {
        .node = "kotim", .period = "2026-Q2", .first_month = 2026 * 12 + 3, .months = 3};
    struct forecast *f, *told;
    double kg[DRAWS], joint[DRAWS], june, before;

    (void)state;
    register_everywhere(1);
    (void)world_pond(w, 0, "kolam-8", POND_SYSTEM_POND);
    (void)world_cycle(w, 8, day - 150, 2000, 10);
    world_harvest(w, 8, day - 40, 400, 250, HARVEST_FINAL);
    f = made(FORECAST_AUTO);
    assert_true(untracked_past(f->untracked, &w->s, f->supply, &q2, seed, kg));
    june = supply_summarise(f->supply, 1, 1).mean;
    before = mean_of(kg);
    print_message("kotim: April and May %.0f kg of which 400 on record, June %.0f\n", before, june);
    for (size_t i = 0; i < DRAWS; i++)
        assert_true(kg[i] > 400);
    (void)snprintf(q2.node, sizeof q2.node, "joint");
    assert_true(untracked_past(f->untracked, &w->s, f->supply, &q2, seed, joint));
    (void)snprintf(q2.node, sizeof q2.node, "seruyan");
    assert_true(untracked_past(f->untracked, &w->s, f->supply, &q2, seed, kg));
    assert_close(mean_of(joint), mean_of(kg) + before, 1e-6 * before);
    (void)snprintf(q2.node, sizeof q2.node, "62.02.06");
    assert_true(untracked_past(f->untracked, &w->s, f->supply, &q2, seed, kg));
    assert_true(mean_of(kg) > 400 && mean_of(kg) < before);
    forecast_free(f);
    says("kotim", "2026-Q2", 2026 * 12 + 3, 3, 1.3 * (before + june));
    told = made(FORECAST_AUTO);
    assert_true(figure_used(&told->figures->figure[0]) && told->figures->figure[0].begun);
    assert_close(told->figures->figure[0].past_kg, before, 1e-6 * before);
    print_message("and June %.0f with a quarter of %.0f\n",
                  supply_summarise(told->supply, 1, 1).mean, 1.3 * (before + june));
    assert_true(supply_summarise(told->supply, 1, 1).mean > 1.03 * june);
    forecast_free(told);
    told = made(FORECAST_TRACKED); /* of all ponds, and those outside are not counted */
    assert_true(told->figures->figure[0].of_all && !figure_used(&told->figures->figure[0]));
    forecast_free(told);
}

/* In the middle of a month what is left of it comes from the draws, not from nothing. */
static void the_rest_of_the_month_is_in_what_is_past(void **state)
{
    static const struct rec_official MAY = {
        .node = "kotim", .period = "2026-Q2", .first_month = 2026 * 12 + 4, .months = 2};
    struct forecast *f;
    double kg[DRAWS], rest = 0, kotim = 0;

    (void)state;
    day = civil_day_of(2026, 5, 10);
    for (size_t k = 0; k < w->s.cycles; k++) /* all are about to be harvested */
        w->s.cycle[k].stocked_day = day - 150;
    for (size_t k = 0; k < w->s.samples; k++) {
        w->s.sample[k].day = day - 1;
        w->s.sample[k].mean_g = 300;
    }
    register_everywhere(1);
    f = made(FORECAST_AUTO);
    for (size_t x = 0; x < (size_t)REGION_KECAMATAN_COUNT * DRAWS; x++) {
        rest += f->supply->rest_kg[x] / DRAWS;
        if (region_kecamatan(x / DRAWS)->regency == REGENCY_KOTIM)
            kotim += f->supply->rest_kg[x] / DRAWS;
    }
    assert_true(untracked_past(f->untracked, &w->s, f->supply, &MAY, seed, kg));
    print_message(
        "left of May: %.0f kg of all ponds on record, %.0f of Kotim's; with those outside "
        "%.0f\n",
        rest, kotim, mean_of(kg));
    assert_true(kotim > 100 && kotim < rest);
    assert_true(mean_of(kg) > kotim);
    forecast_free(f);
    day = civil_day_of(2026, 5, 31);
    f = made(FORECAST_AUTO); /* a whole month leaves no rest */
    for (size_t x = 0; x < (size_t)REGION_KECAMATAN_COUNT * DRAWS; x++)
        assert_true(f->supply->rest_kg[x] == 0);
    forecast_free(f);
}

/* How much of ln x lasts from the first month to the second. */
static double months_agree(const double *x, const double *y)
{
    double mx = 0, my = 0, xy = 0, xx = 0, yy = 0;

    for (size_t i = 0; i < DRAWS; i++) {
        mx += x[i] / DRAWS;
        my += y[i] / DRAWS;
    }
    for (size_t i = 0; i < DRAWS; i++) {
        xy += (x[i] - mx) * (y[i] - my);
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
    }
    return xy / sqrt(xx * yy);
}

/* Two kecamatan without a pond on record: common to both are weather and level; what one has beside the other is its own, and good
 * farms are good next month too. */
static void what_a_place_has_of_its_own_lasts(void **state)
{
    const size_t a = 3, b = 4;
    size_t some = 0;
    double x[2][DRAWS];
    struct forecast *f;

    (void)state;
    in_register(region_kecamatan(a)->code, POND_SYSTEM_POND, 15, 300);
    in_register(region_kecamatan(b)->code, POND_SYSTEM_POND, 15, 300);
    f = made(FORECAST_ALL);
    for (unsigned m = 0; m < 2; m++)
        for (size_t i = 0; i < DRAWS; i++) {
            double here = supply_untracked(f->supply, supply_node_kecamatan(a), m + 3)[i];
            double there = supply_untracked(f->supply, supply_node_kecamatan(b), m + 3)[i];

            assert_int_equal(here > 0, there > 0); /* a month without harvest is so everywhere */
            x[m][i] = here > 0 ? log(here / there) : 0;
            some += here > 0;
        }
    assert_true(some > DRAWS);
    print_message("correlation from month to month %.2f\n", months_agree(x[0], x[1]));
    assert_true(months_agree(x[0], x[1]) > 0.4);
    assert_true(months_agree(x[0], x[1]) < 0.99);
    forecast_free(f);
}

static void a_year_that_is_over_moves_the_ratio_as_by_hand(void **state)
{
    struct forecast *f;
    const struct untracked *u;
    double outside = 0, want;

    (void)state;
    register_everywhere(1);
    says("kotim", "2025-Q4", 2025 * 12 + 9, 3, 9000);
    says("kotim", "2025", 2025 * 12, 12, 36000); /* holds the quarter: not counted twice */
    says("kotim", "2023", 2023 * 12, 12, 1e6);   /* too old */
    f = made(FORECAST_ALL);
    u = f->untracked;
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        if (region_kecamatan(k)->regency == REGENCY_KOTIM)
            outside +=
                u->cell[k][POND_SYSTEM_POND].ponds * u->cell[k][POND_SYSTEM_POND].pond_kg_month * 3;
    assert_int_equal(u->regency[REGENCY_KOTIM].figures, 1);
    want = log(0.7) + (log(9000 / outside) - log(0.7)) * 0.13 / 0.17;
    assert_close(log(u->regency[REGENCY_KOTIM].ratio), want, 0.02);
    assert_close(u->regency[REGENCY_KOTIM].prior_ratio, 0.7, 1e-12);
    assert_true(figures_cover(f->figures, "kotim"));
    forecast_free(f);
}

/* The register had a third of the ponds in that quarter: what it brought was of those. */
static void a_quarter_that_is_over_is_judged_by_the_register_of_then(void **state)
{
    struct rec_registry past[8];
    double ratio[2];

    (void)state;
    register_everywhere(3);
    says("kotim", "2025-Q4", 2025 * 12 + 9, 3, 9000);
    for (int known = 0; known < 2; known++) {
        struct forecast *f;

        if (known == 1) {
            for (size_t k = 0; k < w->s.registers; k++) {
                past[k] = registry[k];
                past[k].ponds /= 3;
                past[k].farms /= 3;
                past[k].as_of_day = civil_day_of(2025, 6, 30);
            }
            w->s.registry_past = past;
            w->s.registers_past = w->s.registers;
        }
        f = made(FORECAST_ALL);
        ratio[known] = f->untracked->regency[REGENCY_KOTIM].ratio;
        forecast_free(f);
    }
    w->s.registry_past = NULL;
    w->s.registers_past = 0;
    print_message("ratio by today's register %.2f, by that of then %.2f\n", ratio[0], ratio[1]);
    assert_true(ratio[1] > 1.5 * ratio[0]);
}

static void a_figure_below_the_tracked_harvest_teaches_nothing_and_is_told(void **state)
{
    struct forecast *f;

    (void)state;
    register_everywhere(1);
    world_harvest(w, 0, day - 80, 5000, 4, HARVEST_PARTIAL);
    says("kotim", "2026-Q1", 2026 * 12, 3, 800);
    f = made(FORECAST_ALL);
    assert_int_equal(f->untracked->regency[REGENCY_KOTIM].figures, 0);
    assert_int_equal(f->figures->n, 1);
    assert_int_equal(f->figures->figure[0].verdict, COMBINE_BELOW_RECORD);
    assert_close(f->untracked->regency[REGENCY_KOTIM].ratio, 0.7, 1e-9);
    forecast_free(f);
}

static void visits_move_the_ratio_and_odd_ones_are_counted(void **state)
{
    struct forecast *f;
    size_t k;
    double prior, poor, rich;

    (void)state;
    register_everywhere(1);
    assert_int_equal(region_find_kecamatan("62.02.06", &k), 0);
    f = made(FORECAST_ALL);
    prior = f->untracked->regency[REGENCY_KOTIM].ratio;
    forecast_free(f);
    for (unsigned v = 0; v < 12; v++)
        survey[v] = (struct rec_survey){.kecamatan = k,
                                        .system = POND_SYSTEM_POND,
                                        .serial = v + 1,
                                        .first_month = 2026 * 12,
                                        .day = day - 20};
    survey[12] = survey[0];
    survey[12].serial = 31; /* of 30 */
    w->s.surveys = 13;
    f = made(FORECAST_ALL); /* nothing was found at any of them */
    poor = f->untracked->regency[REGENCY_KOTIM].ratio;
    assert_int_equal(f->untracked->regency[REGENCY_KOTIM].visits, 12);
    assert_int_equal(f->untracked->regency[REGENCY_KOTIM].visits_odd, 1);
    forecast_free(f);
    for (unsigned v = 0; v < 12; v++) {
        survey[v].found = true;
        survey[v].kg = 600;
    }
    f = made(FORECAST_ALL);
    rich = f->untracked->regency[REGENCY_KOTIM].ratio;
    forecast_free(f);
    print_message("ratio %.2f, after visits %.2f and %.2f\n", prior, poor, rich);
    assert_true(poor < 0.8 * prior && rich > 1.15 * prior);
}

static void a_scenario_is_on_the_same_draws_outside_too(void **state)
{
    struct forecast_request q = ask(FORECAST_ALL);
    struct scenario nothing = {0}, fewer = {0};
    struct supply_forecast *same = NULL, *less = NULL;
    struct forecast *f;
    char why[256] = "";
    double base = 0, supposed = 0;

    (void)state;
    register_everywhere(1);
    says("kotim", "2026-Q3", 2026 * 12 + 6, 3, 6000);
    f = made(FORECAST_ALL);
    assert_int_equal(forecast_suppose(f, &q, &nothing, &same, why, sizeof why), 0);
    assert_memory_equal(same->untracked_kg, f->supply->untracked_kg,
                        sizeof(double) * SUPPLY_NODES * MONTHS * DRAWS);
    assert_memory_equal(same->kg, f->supply->kg, sizeof(double) * SUPPLY_NODES * MONTHS * DRAWS);
    assert_int_equal(scenario_add(&fewer, "fingerlings=-60%", true, why, sizeof why), 0);
    assert_int_equal(forecast_suppose(f, &q, &fewer, &less, why, sizeof why), 0);
    for (unsigned lead = 6; lead <= MONTHS; lead++) {
        base += supply_summarise_draws(supply_untracked(f->supply, 0, lead), DRAWS).mean;
        supposed += supply_summarise_draws(supply_untracked(less, 0, lead), DRAWS).mean;
    }
    assert_true(supposed < 0.8 * base);
    supply_free(same);
    supply_free(less);
    forecast_free(f);
}

/* Classes sum to the supply of the balance, and a class takes the systems that the table gives it. */
static void classes_sum_to_the_supply(void **state)
{
    static struct rec_class class[1] = {
        {.system = POND_SYSTEM_CAGE, .name = "Jaring apung", .source = "Dinas"}};
    static const enum forecast_scope SCOPE[] = {FORECAST_ALL, FORECAST_TRACKED};
    struct neraca_rounded *rounded = calloc(1, sizeof *rounded);

    (void)state;
    register_everywhere(1);
    w->s.class = class;
    w->s.classes = 1;
    for (size_t k = 0; k < 2; k++) {
        struct forecast_request q = ask(SCOPE[k]);
        struct forecast *f = NULL;
        struct buf b = {0};
        char why[160] = "", *line, *rest = NULL;
        long long sum[DEMAND_NODES] = {0}, floating = 0;

        q.by_class = true;
        assert_int_equal(forecast_run(&q, &f, why, sizeof why), 0);
        neraca_round(f->neraca, 1, rounded);
        classes_csv(&b, f->neraca, f->supply, f->untracked, &w->s, true);
        line = strtok_r(b.p, "\n", &rest);
        assert_string_equal(line, "node,period,class,systems,supply_kg,p10_kg,p90_kg,source");
        while ((line = strtok_r(NULL, "\n", &rest)) != NULL) {
            char node[16], period[16], name[32], systems[64], source[64];
            long long kg, low, high;

            assert_int_equal(sscanf(line, "%15[^,],%15[^,],%31[^,],%63[^,],%lld,%lld,%lld,%63[^\n]",
                                    node, period, name, systems, &kg, &low, &high, source),
                             8);
            assert_true(low <= high);
            if (strcmp(name, "Jaring apung") == 0) {
                assert_string_equal(systems, "cage");
                assert_string_equal(source, "Dinas");
            } else {
                assert_string_equal(systems, "pond+biofloc+tarpaulin");
                assert_non_null(strstr(source, "memory"));
            }
            if (strcmp(period, "2026-Q3") != 0)
                continue;
            for (size_t n = 0; n < DEMAND_NODES; n++)
                sum[n] += strcmp(node, supply_node_code(n)) == 0 ? kg : 0;
            floating += strcmp(name, "Jaring apung") == 0 && strcmp(node, "joint") == 0 ? kg : 0;
        }
        for (size_t n = 0; n < DEMAND_NODES; n++)
            assert_true(sum[n] == rounded->supply[n][MONTHS]); /* the first quarter */
        assert_true(k == 0 ? floating > 0 : floating == 0);    /* no cage is on record */
        buf_free(&b);
        forecast_free(f);
    }
    free(rounded);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(parts_add_up_in_every_draw),
        TEST(what_is_outside_grows_with_the_register),
        TEST(farms_are_counted_by_the_ponds_they_have),
        TEST(more_on_record_than_registered_is_asked_about),
        TEST(the_same_paths_strike_what_is_outside),
        TEST(fewer_than_one_farm_in_twenty_is_no_ground_for_the_whole),
        TEST(without_a_register_only_an_official_figure_speaks_of_the_whole),
        TEST(a_current_total_is_taken_for_the_whole_and_not_for_the_tracked),
        TEST(a_year_that_is_over_moves_the_ratio_as_by_hand),
        TEST(a_quarter_that_is_over_is_judged_by_the_register_of_then),
        TEST(what_a_place_has_of_its_own_lasts),
        TEST(a_quarter_that_has_begun_is_judged_with_what_is_past),
        TEST(the_rest_of_the_month_is_in_what_is_past),
        TEST(a_figure_below_the_tracked_harvest_teaches_nothing_and_is_told),
        TEST(visits_move_the_ratio_and_odd_ones_are_counted),
        TEST(classes_sum_to_the_supply),
        TEST(a_scenario_is_on_the_same_draws_outside_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
