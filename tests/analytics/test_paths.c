/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <gsl/gsl_statistics_double.h>

#include "analytics/supply/paths.h"
#include "analytics/supply/pondrun.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

#define DRAWS 2000
#define SEED  2385

static void deviations_have_the_stated_spread_memory_and_common_part(void **state)
{
    int32_t day = civil_day_of(2026, 6, 30);
    struct paths *p = paths_new(SEED, day, day + 200, DRAWS);
    size_t weeks[] = {0, 50, 120};

    (void)state;
    print_message("seed %d\n", SEED);
    for (size_t k = 0; k < 3; k++) {
        const double *a = p->z[REGENCY_KOTIM] + weeks[k] * DRAWS;
        const double *b = p->z[REGENCY_SERUYAN] + weeks[k] * DRAWS;

        /* three sampling errors of 2000 draws */
        assert_close(gsl_stats_sd(a, 1, DRAWS), 0.12, 0.006);
        assert_close(gsl_stats_sd(b, 1, DRAWS), 0.12, 0.006);
        assert_close(gsl_stats_correlation(a, 1, a + DRAWS, 1, DRAWS), 0.8, 0.025);
        assert_close(gsl_stats_correlation(a, 1, b, 1, DRAWS), 0.6, 0.045);
    }
    paths_free(p);
}

static void events_fall_in_their_seasons_at_the_rate_of_the_record(void **state)
{
    int32_t day = civil_day_of(2026, 12, 31);
    struct paths *p = paths_new(SEED, day, day + 400, DRAWS);
    double events = 0, loss = 0, both = 0, kotim = 0;

    (void)state;
    for (size_t w = 0; w < p->weeks; w++) {
        int32_t monday = p->first_day + (int32_t)w * 7;
        int first = civil_from_day(monday).month, last = civil_from_day(monday + 6).month;
        bool season = first >= 8 || first <= 2 || last >= 8 || last <= 2;
        int year = civil_from_day(monday).year;

        for (size_t i = 0; i < DRAWS; i++) {
            double a = p->loss[REGENCY_KOTIM][w * DRAWS + i],
                   b = p->loss[REGENCY_SERUYAN][w * DRAWS + i];

            assert_true(a >= 0 && a <= 1 && b >= 0 && b <= 1);
            assert_true(season || (a == 0 && b == 0));
            if (year == 2026 && a > 0) {
                events += 1.0 / DRAWS;
                loss += a;
            }
            kotim += a > 0;
            both += a > 0 && b > 0;
        }
    }
    loss /= events * DRAWS;
    print_message("%.3f events in 2026, mean loss %.3f, %.2f of them in both regencies\n", events,
                  loss, both / kotim);
    /* two kinds: 2 (1 - E exp(-rate)) = 2 (1 - (11/12)^3.5) = 0.525; weeks across new year move a little of it */
    assert_close(events, 0.525, 0.05);
    assert_close(loss, 0.4, 0.03);
    /* together 0.6 of the time; else by chance, E p^2 / E p = 0.0823 / 0.2625 with p = 1 - exp(-rate) */
    assert_close(both / kotim, 0.6 + 0.4 * 0.0823 / 0.2625, 0.03);
    paths_free(p);
}

/* Year round: z's spread and memory are those of the sum, whatever it is made of. */
static void parts_make_up_the_whole(void **state)
{
    int32_t day = civil_day_of(2026, 6, 30);
    struct paths *p = paths_new(SEED, day, day + 200, DRAWS);
    size_t n = 104 * (size_t)DRAWS, smoked = 0; /* two whole years */
    double *parts = calloc(n, sizeof *parts);
    double lag = 0, between = 0, square = 0, share = 0;

    (void)state;
    for (size_t x = 0; x < n; x++) {
        double a = p->z[0][x], b = p->z[1][x];

        parts[x] = p->rest[0][x] - 0.3 * p->ln_price[x] - 0.10 * p->smoke[0][x];
        assert_close(parts[x], a, 1e-12);
        assert_close(p->growth[0][POND_SYSTEM_CAGE][x], a + p->appetite[0][x], 1e-12);
        assert_close(p->growth[0][POND_SYSTEM_BIOFLOC][x], a + 0.1 * p->appetite[0][x], 1e-12);
        square += (a * a + b * b) / 2;
        between += a * b;
        lag += x + DRAWS < n ? a * p->z[0][x + DRAWS] : 0;
        share += p->smoke[0][x];
        smoked += p->smoke[0][x] > 0;
        assert_true(p->smoke[0][x] >= 0 && p->smoke[0][x] <= 1 + 1e-12);
    }
    print_message("standing sd %.4f, kept %.3f, between %.3f; smoke %.1f days a year\n",
                  sqrt(square / (double)n), lag / square * 104 / 103, between / square,
                  share * 7 / 2 / DRAWS);
    assert_close(sqrt(square / (double)n), 0.12, 0.002);
    assert_close(lag / square * 104 / 103, 0.8, 0.015);
    assert_close(between / square, 0.6, 0.03);
    /* E (1 - exp(-rate)) = 1 - (11/12)^3.5 = 0.2625 of the years, 35 days each */
    assert_close(share * 7 / 2 / DRAWS, 0.2625 * 35, 0.8);
    assert_true(smoked > 0);
    assert_close(gsl_stats_sd(p->ln_price + 40 * DRAWS, 1, DRAWS), 0.10, 0.005);
    assert_close(gsl_stats_sd(p->temp_dev[0] + 110 * DRAWS, 1, DRAWS), 0.8, 0.04);
    free(parts);
    paths_free(p);
}

/* In how many draws and weeks a and b differ, before and from the first week to come on. */
static void count_changed(const struct paths *p, const double *a, const double *b, size_t *past,
                          size_t *ahead)
{
    *past = *ahead = 0;
    for (size_t x = 0; x < p->weeks * p->draws; x++)
        if (a[x] != b[x])
            *(x < PATHS_PAST_WEEKS * p->draws ? past : ahead) += 1;
}

static void a_scenario_changes_what_it_says_and_no_other_thing(void **state)
{
    int32_t day = civil_day_of(2026, 6, 30), jan = civil_month_of_day(civil_day_of(2027, 1, 1));
    struct paths *a = paths_new(1, day, day + 400, 200), *b = paths_new(1, day, day + 400, 200);
    struct paths_shock shock = paths_shock_none();
    size_t past, ahead, hit = 0, other = 0;

    (void)state;
    paths_apply(b, &shock, 1);
    assert_memory_equal(a->block, b->block, a->weeks * 200 * (1 + 2 * 12) * sizeof(double));
    shock.acid_month = jan;
    shock.smoke_from_month = jan - 4; /* September and October */
    shock.smoke_to_month = jan - 3;
    shock.price_from_month = jan - 2;
    shock.price_factor = 1.3;
    paths_apply(b, &shock, 1);
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        const double *l = b->event[PATHS_ACID][r];

        count_changed(a, a->z[r], b->z[r], &past, &ahead);
        assert_int_equal(past, 0);
        assert_true(ahead > 0);
        count_changed(a, a->loss[r], b->loss[r], &past, &ahead);
        assert_int_equal(past, 0);
        count_changed(a, a->event[PATHS_LOW_FLOW][r], b->event[PATHS_LOW_FLOW][r], &past, &ahead);
        assert_int_equal(past + ahead, 0);
        count_changed(a, a->rest[r], b->rest[r], &past, &ahead);
        assert_int_equal(past + ahead, 0);
        for (size_t x = PATHS_PAST_WEEKS * 200; x < b->weeks * 200; x++) {
            int32_t from = b->first_day + (int32_t)(x / 200) * 7;
            int month = civil_month_of_day(from + 3);

            if (civil_month_of_day(from) < jan) /* a December of its own stays as it is */
                assert_true(l[x] == a->event[PATHS_ACID][r][x]);
            else if (civil_month_of_day(from) == jan)
                hit += l[x] > 0;
            else if (from < civil_day_of(2027, 4, 1))
                other += l[x] > 0;
            if (month == jan - 3)
                assert_close(b->smoke[r][x], 1, 1e-12);
            assert_close(b->ln_price[x] - a->ln_price[x], month >= jan - 2 ? log(1.3) : 0, 1e-12);
        }
    }
    assert_int_equal(hit, 400); /* one in each draw and regency */
    assert_int_equal(other, 0);
    shock = paths_shock_none(); /* what is past can't be changed */
    shock.acid_month = civil_month_of_day(day) - 1;
    paths_free(b);
    b = paths_new(1, day, day + 400, 200);
    paths_apply(b, &shock, 1);
    count_changed(a, a->loss[0], b->loss[0], &past, &ahead);
    assert_int_equal(past + ahead, 0);
    paths_free(a);
    paths_free(b);
}

/* What the smoother takes for the prior of a season is what the paths are drawn with. */
static void chances_are_those_of_the_draws(void **state)
{
    enum {
        MANY = 6000
    };
    int32_t day = civil_day_of(2026, 12, 31);
    struct paths *p = paths_new(SEED, day, day, MANY);
    double seen[4][4] = {{0}}, chance[4][4], sum = 0;
    size_t from = paths_week(p, civil_day_of(2026, 7, 20));

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        size_t flow = 0, haze = 0;

        for (size_t w = from; w < PATHS_PAST_WEEKS; w++)
            for (size_t r = 0; r < REGENCY_COUNT; r++) {
                if (p->event[PATHS_LOW_FLOW][r][w * MANY + i] > 0)
                    flow |= (size_t)1 << r;
                if (p->smoke[r][w * MANY + i] > 0)
                    haze |= (size_t)1 << r;
            }
        seen[flow][haze] += 1.0 / MANY;
    }
    paths_chances(chance);
    for (int f = 0; f < 4; f++)
        for (int h = 0; h < 4; h++) {
            sum += chance[f][h];
            /* four sampling errors, and nodes for the rate */
            assert_close(chance[f][h], seen[f][h], 4 * sqrt(chance[f][h] / MANY) + 0.001);
        }
    assert_close(sum, 1, 1e-12);
    assert_true(chance[3][3] > 5 * chance[3][1] && chance[0][0] > 0.6);
    paths_free(p);
}

static void a_longer_horizon_changes_no_earlier_week(void **state)
{
    int32_t day = civil_day_of(2026, 6, 30);
    struct paths *a = paths_new(1, day, day + 60, 50), *b = paths_new(1, day, day + 400, 50);

    (void)state;
    assert_true(b->weeks > a->weeks);
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        assert_memory_equal(a->z[r], b->z[r], a->weeks * 50 * sizeof(double));
        assert_memory_equal(a->loss[r], b->loss[r], a->weeks * 50 * sizeof(double));
    }
    paths_free(a);
    paths_free(b);
}

static void weeks_are_found_and_kept_inside(void **state)
{
    int32_t day = civil_day_of(2026, 6, 30);
    struct paths *p = paths_new(1, day, day + 60, 50);

    (void)state;
    assert_int_equal(paths_week(p, p->first_day - 500), 0);
    assert_int_equal(paths_week(p, p->first_day), 0);
    assert_int_equal(paths_week(p, day), PATHS_PAST_WEEKS - 1); /* the past ends with a week */
    assert_int_equal(paths_week(p, day + 1), PATHS_PAST_WEEKS);
    assert_true(paths_week(p, day + 60) < p->weeks - 1);
    assert_int_equal(paths_week(p, day + 9999), p->weeks - 1);
    paths_free(p);
}

/* Median harvest of a cage when half of it is lost in the week of that day (INT32_MAX: never). */
static double harvest_with_event(const struct world *w, int32_t as_of, int32_t event_day)
{
    enum {
        FEW = 50
    };
    struct supply_input in = {.records = &w->s,
                              .as_of_day = as_of,
                              .months = 6,
                              .draws = FEW,
                              .seed = 1,
                              .ignore_silence = true};
    struct paths *p = paths_new(in.seed, as_of, as_of + PONDRUN_AHEAD_DAYS, FEW);
    struct pondrun *run = pondrun_new(&in, p, pondrun_end_day(&in));
    double kg[7 * FEW] = {0};
    struct supply_pond got;

    for (size_t r = 0; r < REGENCY_COUNT; r++)
        for (size_t x = 0; x < p->weeks * FEW; x++)
            p->loss[r][x] = event_day != INT32_MAX && x / FEW == paths_week(p, event_day) ? 0.5 : 0;
    pondrun_pond(run, 0, kg, &got);
    pondrun_free(run);
    paths_free(p);
    return got.harvest_kg_p50;
}

static void an_event_strikes_once_on_either_side_of_the_as_of_day(void **state)
{
    int32_t as_of = civil_day_of(2026, 11, 20);
    struct world *w = world_new();
    double calm;

    (void)state;
    world_cycle(w, world_pond(w, world_farm(w, "62.02.01"), "keramba-1", POND_SYSTEM_CAGE),
                as_of - 60, 2000, 20);
    calm = harvest_with_event(w, as_of, INT32_MAX);
    assert_true(calm > 0);
    for (int32_t day = as_of - 8; day <= as_of + 2; day++)
        assert_close(harvest_with_event(w, as_of, day) / calm, 0.5, 1e-9);
    world_free(w);
}

/* Median day of harvest when the water is so much off its usual temperature in the past and ahead. */
static int32_t harvest_day_at(const struct world *w, int32_t as_of, double past_c, double ahead_c)
{
    enum {
        FEW = 200
    };
    struct supply_input in = {.records = &w->s,
                              .as_of_day = as_of,
                              .months = 6,
                              .draws = FEW,
                              .seed = 1,
                              .ignore_silence = true};
    struct paths *p = paths_new(in.seed, as_of, as_of + PONDRUN_AHEAD_DAYS, FEW);
    struct pondrun *run = pondrun_new(&in, p, pondrun_end_day(&in));
    double kg[7 * FEW] = {0};
    struct supply_pond got;

    for (size_t x = 0; x < p->weeks * FEW; x++)
        p->temp_dev[0][x] = x < PATHS_PAST_WEEKS * FEW ? past_c : ahead_c;
    pondrun_pond(run, 0, kg, &got);
    pondrun_free(run);
    paths_free(p);
    return got.harvest_day_p50;
}

static void colder_water_ahead_delays_the_harvest(void **state)
{
    int32_t as_of = civil_day_of(2026, 6, 20), usual;
    struct world *w = world_new();

    (void)state;
    world_cycle(w, world_pond(w, world_farm(w, "62.02.01"), "kolam-1", POND_SYSTEM_POND),
                as_of - 60, 2000, 20);
    usual = harvest_day_at(w, as_of, 0, 0);
    assert_true(usual > as_of && usual < as_of + PONDRUN_AHEAD_DAYS);
    assert_int_equal(harvest_day_at(w, as_of, -5, 0), usual); /* the past has sensors */
    assert_true(harvest_day_at(w, as_of, 0, -5) > usual + 10);
    world_free(w);
}

static void streams_differ_by_name_and_seed(void **state)
{
    (void)state;
    assert_int_equal(paths_stream(1, "kolam-1"), paths_stream(1, "kolam-1"));
    assert_int_not_equal(paths_stream(1, "kolam-1"), paths_stream(1, "kolam-2"));
    assert_int_not_equal(paths_stream(1, "kolam-1"), paths_stream(2, "kolam-1"));
    assert_true(paths_stream(99, "x") <= 0xffffffffUL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deviations_have_the_stated_spread_memory_and_common_part),
        cmocka_unit_test(events_fall_in_their_seasons_at_the_rate_of_the_record),
        cmocka_unit_test(parts_make_up_the_whole),
        cmocka_unit_test(a_scenario_changes_what_it_says_and_no_other_thing),
        cmocka_unit_test(chances_are_those_of_the_draws),
        cmocka_unit_test(a_longer_horizon_changes_no_earlier_week),
        cmocka_unit_test(weeks_are_found_and_kept_inside),
        cmocka_unit_test(an_event_strikes_once_on_either_side_of_the_as_of_day),
        cmocka_unit_test(colder_water_ahead_delays_the_harvest),
        cmocka_unit_test(streams_differ_by_name_and_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
