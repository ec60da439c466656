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
    struct supply_input in = {
        .records = &w->s, .as_of_day = as_of, .months = 6, .draws = FEW, .seed = 1};
    struct paths *p = paths_new(in.seed, as_of, as_of + PONDRUN_AHEAD_DAYS, FEW);
    struct pondrun *run = pondrun_new(&in, p, pondrun_end_day(&in));
    double kg[6 * FEW] = {0};
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
        cmocka_unit_test(a_longer_horizon_changes_no_earlier_week),
        cmocka_unit_test(weeks_are_found_and_kept_inside),
        cmocka_unit_test(an_event_strikes_once_on_either_side_of_the_as_of_day),
        cmocka_unit_test(streams_differ_by_name_and_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
