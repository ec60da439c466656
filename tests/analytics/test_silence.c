/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/supply/silence.h"
#include "analytics/supply/supply.h"
#include "tests/analytics/truth.h"

#define DRAWS 400
#define SEED  2385
#define DAY   20600 /* as of */

/* Ponds of a farm each, n of them. */
static struct world *ponds(size_t n)
{
    struct world *w = world_new();

    for (size_t p = 0; p < n; p++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "kolam-%02u", (unsigned)p);
        (void)world_pond(w, world_farm(w, "62.02.06"), slug, POND_SYSTEM_POND);
    }
    return w;
}

static void the_newest_row_of_any_kind_is_a_sign_of_life(void **state)
{
    struct world *w = ponds(1);
    size_t c = world_cycle(w, 0, DAY - 100, 2000, 10);

    (void)state;
    assert_int_equal(silence_last_sign(&w->s, c, DAY), DAY - 100);
    world_sample(w, c, DAY - 60, 30, 80);
    assert_int_equal(silence_last_sign(&w->s, c, DAY), DAY - 60);
    world_feed(w, c, DAY - 61, 2);
    world_feed(w, c, DAY - 50, 2);
    assert_int_equal(silence_last_sign(&w->s, c, DAY), DAY - 50);
    world_death(w, c, DAY - 40, 2);
    assert_int_equal(silence_last_sign(&w->s, c, DAY), DAY - 40);
    world_harvest(w, c, DAY - 30, 5, 8, HARVEST_RETAIL);
    assert_int_equal(silence_last_sign(&w->s, c, DAY), DAY - 30);
    world_death(w, c, DAY + 1, 2); /* tomorrow's */
    assert_int_equal(silence_last_sign(&w->s, c, DAY), DAY - 30);
    assert_int_equal(silence_last_sign(&w->s, c, DAY - 45), DAY - 50);
    world_free(w);
}

/* Farmer 0 writes every day, 1 every 14, 2 has no past. */
static struct world *three_farmers(void)
{
    struct world *w = ponds(3);
    size_t c = world_cycle(w, 0, DAY - 100, 2000, 10);

    for (int d = 1; d <= 60; d++)
        world_feed(w, c, DAY - 100 + d, 2);
    c = world_cycle(w, 1, DAY - 100, 2000, 10);
    for (int d = 14; d <= 70; d += 14)
        world_sample(w, c, DAY - 100 + d, 30, 50);
    return w;
}

static void each_farmer_has_his_own_pace_and_leans_on_the_others(void **state)
{
    struct world *w = three_farmers();
    struct silence *s = silence_new(&w->s, DAY);
    struct silence_habit daily = silence_habit(s, 0), fortnight = silence_habit(s, 1),
                         unknown = silence_habit(s, 2);
    double mean = (1 + 14 + 14) / 3.0; /* of the two farmers and the prior */

    (void)state;
    assert_close(silence_interval(&unknown), mean, 1e-9);
    assert_close(silence_interval(&daily), (mean + 60) / 61, 1e-9);
    assert_close(silence_interval(&fortnight), (mean + 70) / 6, 1e-9);
    /* 10 intervals of shape 1 and 63 degrees of freedom without any spread */
    assert_close(daily.shape, 7.3, 1e-9);
    for (int k = 0; k < 3; k++) {
        struct silence_habit h = silence_habit(s, (size_t)k);
        double last = 1;

        assert_close(silence_nothing_due(&h, 0), 1, 1e-12);
        for (int d = 1; d < 200; d++) {
            double now = silence_nothing_due(&h, d);

            assert_true(now <= last && now > 0 && isfinite(now));
            last = now;
        }
    }
    print_message("silent for 10 days: %.3f of daily writers, %.3f of fortnightly ones\n",
                  silence_nothing_due(&daily, 10), silence_nothing_due(&fortnight, 10));
    assert_true(silence_nothing_due(&daily, 10) < 0.05);
    assert_true(silence_nothing_due(&fortnight, 10) > 0.7);
    silence_free(s);
    world_free(w);
}

/* A holiday of six weeks is no pace: it counts as a lapse. */
static void a_lapse_leaves_the_pace_as_it_is(void **state)
{
    struct world *w = ponds(1);
    size_t c = world_cycle(w, 0, DAY - 150, 2000, 10);
    struct silence_habit before, after;
    struct silence *s;

    (void)state;
    for (int d = 7; d <= 70; d += 7)
        world_sample(w, c, DAY - 150 + d, 30, 50);
    s = silence_new(&w->s, DAY);
    before = silence_habit(s, 0);
    silence_free(s);
    world_sample(w, c, DAY - 80 + 42, 30, 90);
    s = silence_new(&w->s, DAY);
    after = silence_habit(s, 0);
    silence_free(s);
    assert_close(silence_interval(&after), silence_interval(&before), 1e-9);
    assert_close(before.lapse, 2.0 / 50, 1e-12);
    assert_close(after.lapse, 3.0 / 51, 1e-12);
    world_free(w);
}

/* Cycles of 120 days each 140; a final harvest is written down in `written` of four, the fifth is open. */
static void five_cycles(struct world *w, size_t pond, int written)
{
    for (int k = 0; k < 4; k++) {
        size_t c = world_cycle(w, pond, DAY - 650 + 140 * k, 2000, 10);

        if (k < written)
            world_harvest(w, c, DAY - 650 + 140 * k + 120, 300, 4, HARVEST_FINAL);
        else
            w->s.cycle[c].closed_day = DAY - 650 + 140 * (k + 1);
    }
    (void)world_cycle(w, pond, DAY - 90, 2000, 10);
}

static void harvests_that_were_never_written_are_learned(void **state)
{
    struct world *w = ponds(3);
    struct silence *s;
    struct silence_habit h[3];

    (void)state;
    five_cycles(w, 0, 4);
    five_cycles(w, 1, 0);
    s = silence_new(&w->s, DAY);
    for (size_t k = 0; k < 3; k++)
        h[k] = silence_habit(s, k);
    assert_close(h[2].forgets, (1 + 4.0) / (10 + 8), 1e-12);
    assert_close(h[0].forgets, 6 * h[2].forgets / 10, 1e-12);
    assert_close(h[1].forgets, (6 * h[2].forgets + 4) / 10, 1e-12);
    silence_free(s);
    /* looked at from a day in the third cycle, what came later is not known */
    s = silence_new(&w->s, DAY - 650 + 290);
    h[1] = silence_habit(s, 1);
    assert_close(h[1].forgets, (6 * 3.0 / 14 + 2) / 8, 1e-12);
    silence_free(s);
    world_free(w);
}

static struct supply_pond look(struct world *w, bool ignore, struct supply_forecast **keep)
{
    struct supply_input in = {.records = &w->s,
                              .as_of_day = DAY,
                              .months = 6,
                              .draws = DRAWS,
                              .seed = 3,
                              .ignore_silence = ignore};
    struct supply_pond pond[16];
    struct supply_forecast *f;

    assert_true(w->s.ponds <= 16);
    assert_int_equal(supply_run(&in, &f, pond), 0);
    if (keep != NULL)
        *keep = f;
    else
        supply_free(f);
    return pond[0];
}

static double months_kg(const struct supply_forecast *f, size_t node)
{
    double sum = 0;

    for (unsigned m = 1; m <= f->months; m++)
        sum += supply_summarise(f, node, m).mean;
    return sum;
}

/* Small fish, so that nobody would have harvested them. */
static void after_45_days_a_cycle_is_left_out_until_a_row_confirms_it(void **state)
{
    static const struct {
        const char *says;
        int silent;
        bool out;
    } row[] = {{"44 days", 44, false},
               {"45 days", 45, false},
               {"46 days", 46, true},
               {"400 days", 400, true}};
    size_t node = 0;

    (void)state;
    assert_int_equal(region_find_kecamatan("62.02.06", &node), 0);
    node = supply_node_kecamatan(node);
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct world *w = ponds(1);
        size_t c = world_cycle(w, 0, DAY - row[k].silent - 14, 2000, 5);
        struct supply_forecast *f, *all;
        struct supply_pond pond, living;
        double missing = 0;

        world_sample(w, c, DAY - row[k].silent, 30, 9);
        living = look(w, true, &all);
        pond = look(w, false, &f);
        print_message("%s: %.0f kg counted, %.1f kg left out\n", row[k].says,
                      months_kg(f, SUPPLY_JOINT), f->forgotten_kg[SUPPLY_JOINT]);
        assert_int_equal(pond.silent_days, row[k].silent);
        assert_int_equal(pond.cycle, row[k].out ? -1 : (long)c);
        assert_int_equal(pond.forgotten_cycle, row[k].out ? (long)c : -1);
        assert_int_equal(f->tracked[node], row[k].out ? 0 : 1);
        assert_int_equal(f->forgotten, row[k].out);
        assert_int_equal(f->forgotten_ponds[SUPPLY_JOINT], row[k].out);
        assert_int_equal(f->forgotten_ponds[node], row[k].out);
        assert_int_equal(living.forgotten_cycle, -1);
        if (row[k].out) { /* what is missing here is what it would have given */
            assert_close(months_kg(f, SUPPLY_JOINT), 0, 0);
            assert_true(pond.forgotten_kg > 50 && f->forgotten_kg[node] == pond.forgotten_kg);
            assert_true(f->forgotten_kg[SUPPLY_JOINT] == pond.forgotten_kg);
            for (unsigned m = 0; m < 6; m++)
                missing += f->forgotten_month_kg[SUPPLY_JOINT][m];
            /* the common paths no longer lean on its sample: not to the last kilogram */
            assert_close(missing / months_kg(all, node), 1, 0.1);
            world_death(w, c, DAY - 3, 1);
            pond = look(w, false, NULL);
            assert_int_equal(pond.cycle, (long)c);
            assert_int_equal(pond.silent_days, 3);
            assert_int_equal(pond.forgotten_cycle, -1);
        } else {
            assert_true(months_kg(f, SUPPLY_JOINT) > 0.9 * months_kg(all, SUPPLY_JOINT));
            assert_close(f->forgotten_kg[SUPPLY_JOINT], 0, 0);
        }
        supply_free(f);
        supply_free(all);
        world_free(w);
    }
}

/* Weekly samples up to `silent` days ago, the last of them of mass_g. */
static struct world *silent_pond(double mass_g, int silent, int written)
{
    struct world *w = ponds(1);
    size_t c;

    five_cycles(w, 0, written);
    c = w->s.cycles - 1;
    for (int d = 84; d >= silent; d -= 7)
        world_sample(w, c, DAY - d, 60, mass_g * exp((silent - d) / 30.0));
    return w;
}

static void silence_means_more_for_big_fish_and_forgetful_farmers(void **state)
{
    static const struct {
        const char *says;
        double mass_g;
        int silent, written;
        double low, high; /* chance that they are gone */
    } row[] = {{"20 g, silent for 35 days", 20, 35, 4, 0, 0.01},
               {"300 g, a row today", 300, 0, 4, 0, 0},
               {"300 g, not due yet", 300, 5, 4, 0.0001, 0.3},
               {"300 g, silent for 35 days", 300, 35, 4, 0.6, 1},
               {"300 g, and he never writes a harvest down", 300, 35, 0, 0.9, 1}};
    double last = 0;

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct world *w = silent_pond(row[k].mass_g, row[k].silent, row[k].written);
        struct supply_forecast *f, *all;
        struct supply_pond alive = look(w, true, &all), pond = look(w, false, &f);

        print_message("%s: gone with %.4f; month 1 %.1f of %.1f kg\n", row[k].says,
                      pond.ended_share, supply_summarise(f, 0, 1).mean,
                      supply_summarise(all, 0, 1).mean);
        assert_in_range((int)(1e6 * pond.ended_share), (int)(1e6 * row[k].low),
                        (int)(1e6 * row[k].high));
        assert_true(pond.ended_share >= last || k < 4);
        last = pond.ended_share;
        assert_close(pond.mass_g_p50 / alive.mass_g_p50, 1, 1e-9);
        if (pond.ended_share > 0.5)
            assert_true(months_kg(f, 0) < months_kg(all, 0));
        if (pond.ended_share == 0) /* nothing else is changed */
            assert_memory_equal(f->kg, all->kg,
                                (size_t)SUPPLY_NODES * f->months * f->draws * sizeof *f->kg);
        supply_free(f);
        supply_free(all);
        world_free(w);
    }
}

/* Farmers who do not write two of five final harvests down. */
static void forgotten_harvests_cost_less_coverage_than_without(void **state)
{
    int worlds = getenv("NILA_LONG") != NULL ? 200 : 40;
    int inside[2][TRUTH_MONTHS] = {{0}};
    double error[2][TRUTH_MONTHS] = {{0}};

    (void)state;
    for (int k = 0; k < worlds; k++) {
        struct truth t;

        truth_forgetful(&t, 3000 + (uint64_t)k, 40, 0.4);
        for (int with = 0; with < 2; with++) {
            struct supply_input in = {.records = &t.w->s,
                                      .as_of_day = t.as_of_day,
                                      .months = TRUTH_MONTHS,
                                      .draws = 100,
                                      .seed = 7000 + (uint64_t)k,
                                      .ignore_silence = with == 0};
            struct supply_forecast *f;

            assert_int_equal(supply_run(&in, &f, NULL), 0);
            for (unsigned m = 0; m < TRUTH_MONTHS; m++) {
                struct supply_summary s = supply_summarise(f, SUPPLY_JOINT, m + 1);

                inside[with][m] += t.joint_kg[m] >= s.p10 && t.joint_kg[m] <= s.p90;
                error[with][m] += fabs(s.p50 - t.joint_kg[m]) / worlds;
            }
            supply_free(f);
        }
        truth_free(&t);
    }
    print_message("seeds 3000.. and 7000..\n");
    for (int m = 0; m < TRUTH_MONTHS; m++)
        print_message("month %d: inside 80 %%: %d of %d with, %d without; error of the median %.0f "
                      "kg with, %.0f without\n",
                      m + 1, inside[1][m], worlds, inside[0][m], error[1][m], error[0][m]);
    /* a count of 40 has a standard error of 2.5: of few worlds half of what is asked of many */
    assert_true(inside[1][0] > inside[0][0] + worlds / (worlds < 200 ? 20 : 10));
    assert_true(error[1][0] < 0.8 * error[0][0]);
    for (int m = 0; m < 3; m++)
        assert_in_range(inside[1][m], worlds * 55 / 100, worlds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_row_of_any_kind_is_a_sign_of_life),
        cmocka_unit_test(each_farmer_has_his_own_pace_and_leans_on_the_others),
        cmocka_unit_test(a_lapse_leaves_the_pace_as_it_is),
        cmocka_unit_test(harvests_that_were_never_written_are_learned),
        cmocka_unit_test(after_45_days_a_cycle_is_left_out_until_a_row_confirms_it),
        cmocka_unit_test(silence_means_more_for_big_fish_and_forgetful_farmers),
        cmocka_unit_test(forgotten_harvests_cost_less_coverage_than_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
