/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include "analytics/fish/ensemble.h"
#include "analytics/fish/growth.h"
#include "tests/analytics/world.h"

static const struct growth_day GOOD_28 = {28, 1, 0};

static int days_to(double from_g, double to_g, double temp_c, double feeding)
{
    const struct growth_day day = {temp_c, 1, 0};
    const struct growth_params p = {feeding, NAN, GROWTH_C0, 0};
    int days = 0;

    for (double w = from_g; w < to_g && days < 5000; days++)
        w = growth_step(w, &day, &p, 1);
    return days;
}

static void needs_the_published_number_of_days_from_10_to_250_g(void **state)
{
    static const struct {
        const char *says;
        double temp_c, feeding;
        int days;
    } row[] = {
        {"28 C, f 1.0", 28, 1.0, 56},  {"28 C, f 0.8", 28, 0.8, 70}, {"28 C, f 0.6", 28, 0.6, 94},
        {"28 C, f 0.4", 28, 0.4, 141}, {"25 C, full", 25, 1.0, 65},  {"27 C, full", 27, 1.0, 58},
        {"29 C, full", 29, 1.0, 55},   {"31 C, full", 31, 1.0, 55},
    };
    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        int got = days_to(10, 250, row[k].temp_c, row[k].feeding);
        print_message("%s: %d days, published %d\n", row[k].says, got, row[k].days);
        assert_in_range(got, row[k].days - 1, row[k].days + 1);
    }
}

static void has_the_water_effects_of_their_sources(void **state)
{
    static const struct {
        const char *says;
        double (*effect)(double);
        double x, want, tolerance;
    } row[] = {
        {"temperature 25 C", growth_temp_effect, 25, 0.8357, 5e-5},
        {"temperature at its best", growth_temp_effect, 33, 1, 0},
        {"temperature at its least", growth_temp_effect, 15, 0.0100518, 1e-6},
        {"temperature at its most", growth_temp_effect, 41, 0.0100518, 1e-6},
        {"much too hot", growth_temp_effect, 60, 0, 1e-12},
        {"oxygen above the limit", growth_do_effect, 3.91, 1, 0},
        {"oxygen half way", growth_do_effect, 2.45, 0.5, 1e-12},
        {"oxygen at none", growth_do_effect, 1.0, 0, 0},
        {"no oxygen at all", growth_do_effect, 0, 0, 0},
        {"ammonia below its limit", growth_nh3_effect, 0.05, 1, 0},
        {"ammonia where half the growth was seen", growth_nh3_effect, 0.73, 0.5214, 5e-5},
        {"ammonia at none", growth_nh3_effect, 1.46, 0, 0},
        {"ammonia beyond", growth_nh3_effect, 9, 0, 0},
    };
    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        print_message("%s\n", row[k].says);
        assert_close(row[k].effect(row[k].x), row[k].want, row[k].tolerance);
    }
}

static void oxygen_counts_by_the_hour_and_most_while_fish_are_fed(void **state)
{
    struct growth_oxygen o = growth_oxygen_default();
    double hour[24], all_day, night, day, mean;

    (void)state;
    for (int h = 0; h < 24; h++)
        hour[h] = h % 2 ? 7.0 : 0.8; /* mean 3.9: full effect, if the mean were what counts */
    mean = growth_do_day(&o, hour);
    assert_close(mean, 0.5, 1e-12);
    for (int h = 0; h < 24; h++)
        hour[h] = h < 6 || h >= 18 ? 0.8 : 7.0;
    night = growth_do_day(&o, hour); /* no oxygen by night */
    assert_close(night, 0.64 * 0.5 + 0.36, 1e-12);
    for (int h = 0; h < 24; h++)
        hour[h] = h < 6 || h >= 18 ? 7.0 : 0.8;
    day = growth_do_day(&o, hour);
    assert_close(day, 0.64 * 0.5, 1e-12);
    o.feed_from_h = 0;
    o.feed_to_h = 24;
    all_day = growth_do_day(&o, hour);
    assert_close(all_day, 0.5, 1e-12);
    o = (struct growth_oxygen){1.0, 0.3, 6, 18}; /* the limits of the published ports */
    assert_close(growth_do_effect_of(&o, 0.8), 5.0 / 7, 1e-12);
    for (int h = 6; h < 17; h++)
        hour[h] = NAN;
    assert_true(growth_do_day(&o, hour) > 0); /* 13 hours known, 17 h the one of feeding */
    hour[17] = NAN;
    assert_true(isnan(growth_do_day(&o, hour)));
}

/* Classic fourth-order steps on W itself, a tenth of a day each: nothing in common with the step under test. */
static double slope(double w, double gain, double loss)
{
    return gain * pow(w, 0.67) - loss * pow(w, 0.81);
}

static double rk4(double w, double gain, double loss, int days)
{
    double h = 0.1;

    for (int k = 0; k < days * 10; k++) {
        double a = slope(w, gain, loss), b = slope(w + h / 2 * a, gain, loss);
        double c = slope(w + h / 2 * b, gain, loss), d = slope(w + h * c, gain, loss);
        w += h / 6 * (a + 2 * b + 2 * c + d);
    }
    return w;
}

static void agrees_with_fine_runge_kutta_steps_over_100_days(void **state)
{
    double gain = growth_gain_feeding(0.53) * growth_water_effect(&GOOD_28), loss = growth_loss(28);
    const struct growth_params p = {0.53, NAN, GROWTH_C0, 0};
    double w = 7.3, week_u = growth_u(7.3), exact = rk4(7.3, gain, loss, 98);

    (void)state;
    for (int d = 0; d < 98; d++)
        w = growth_step(w, &GOOD_28, &p, 1);
    for (int k = 0; k < 14; k++)
        week_u = growth_step_u(week_u, gain, loss, 7);
    print_message("exact %.6f g, daily %.6f, weekly %.6f\n", exact, w, growth_mass(week_u));
    assert_close(w / exact, 1, 1e-6);
    assert_close(growth_mass(week_u) / exact, 1, 1e-6);
}

/* From fry to 800 g, fed well and starving, cold and hot; a step of a week against fine steps. */
static void a_week_in_one_step_agrees_with_fine_steps_wherever_fish_live(void **state)
{
    static const double MASS_G[] = {0.5, 2.385, 10, 77, 250, 800}, LEVEL[] = {0, 0.07, 0.5, 1},
                        TEMP_C[] = {18, 28.5, 38};
    double worst = 0, worst_fry = 0;

    (void)state;
    for (size_t m = 0; m < 6; m++)
        for (size_t f = 0; f < 4; f++)
            for (size_t t = 0; t < 3; t++) {
                double loss = growth_loss(TEMP_C[t]), exact;
                double gain = growth_gain_feeding(LEVEL[f]) * growth_temp_effect(TEMP_C[t]), got;

                got = growth_mass(growth_step_u(growth_u(MASS_G[m]), gain, loss, 7));
                exact = rk4(MASS_G[m], gain, loss, 7);
                if (MASS_G[m] < 5) /* half a gram trebles in a week */
                    worst_fry = fmax(worst_fry, fabs(got / exact - 1));
                else
                    worst = fmax(worst, fabs(got / exact - 1));
            }
    print_message("worst of fry %.2g, of the others %.2g\n", worst_fry, worst);
    assert_true(worst_fry < 5e-5 && worst < 2e-6);
}

static void the_power_is_near_and_many_steps_at_once_are_the_same_bytes(void **state)
{
    double u[77], one[77], gain[77];

    (void)state;
    for (double x = 0.21; x <= 40; x *= 1.0037)
        assert_close(growth_loss_power(x) / pow(x, GROWTH_LOSS_POWER), 1, 5e-7);
    assert_close(growth_loss_power(1e6), growth_loss_power(40), 0);
    for (double dev = -5; dev <= 5; dev += 0.385)
        assert_close(growth_loss_moved(growth_loss(28.5), dev) / growth_loss(28.5 + dev), 1, 2e-8);
    for (size_t n = 1; n <= 77; n += 19) { /* whole chunks and what is left of one */
        for (size_t i = 0; i < n; i++) {
            u[i] = one[i] = 0.2188 + 0.13 * (double)i;
            gain[i] = 0.003 * (double)(i % 50) - 0.01;
        }
        growth_steps_u(n, u, gain, growth_loss(28), 6);
        for (size_t i = 0; i < n; i++) {
            one[i] = growth_step_u(one[i], gain[i], growth_loss(28), 6);
            assert_memory_equal(&u[i], &one[i], sizeof u[i]);
        }
    }
}

static void is_the_cube_root_like_line_when_nothing_is_lost(void **state)
{
    double u = growth_u(10);

    (void)state;
    for (int d = 0; d < 60; d++)
        u = growth_step_u(u, 0.115, 0, 1);
    assert_close(growth_mass(u), pow(pow(10, 0.33) + 0.33 * 0.115 * 60, 1 / 0.33), 1e-9);
}

static void ration_law_follows_the_broodfish_within_their_published_error(void **state)
{
    static const double START_G[] = {33.1, 39.4, 42.8}; /* endpoints of the same trial */
    char *path = support_shared("data/growth/amp_oreochromis_niloticus_tW.csv");
    double mape[3];
    char line[128];
    int n[3] = {0}, last = 0;
    double w = 0, t = 0, sum[3] = {0};
    FILE *f;

    (void)state;
    if (path == NULL)
        skip();
    f = fopen(path, "r");
    free(path);
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f)); /* the header */
    while (fgets(line, sizeof line, f) != NULL) { /* ration in %, 25, day, mass in g */
        char *cell;
        int ration = (int)strtol(line, &cell, 10);
        double temp_c = strtod(cell + 1, &cell);
        double day = strtod(cell + 1, &cell), mass = strtod(cell + 1, &cell);
        const struct growth_day water = {25, 1, 0};
        const struct growth_params p = {1, ration / 100.0, GROWTH_C0, 0};

        assert_in_range(ration, 1, 3);
        assert_close(temp_c, 25, 0);
        if (ration != last) {
            w = START_G[ration - 1];
            t = 0;
            last = ration;
        }
        while (t < day - 1e-9) {
            double dt = day - t < 1 ? day - t : 1;
            w = growth_step(w, &water, &p, dt);
            t += dt;
        }
        sum[ration - 1] += fabs(w / mass - 1);
        n[ration - 1]++;
    }
    (void)fclose(f);
    assert_int_equal(n[0] + n[1] + n[2], 114);
    for (int k = 0; k < 3; k++)
        mape[k] = 100 * sum[k] / n[k];
    print_message("mean error %.2f %.2f %.2f, all %.2f %%\n", mape[0], mape[1], mape[2],
                  (mape[0] + mape[1] + mape[2]) / 3);
    assert_close((mape[0] + mape[1] + mape[2]) / 3, 7.3, 0.2);
}

static void feed_conversion_is_never_negative_under_the_prior(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct ensemble_prior prior;
    double worst = INFINITY;

    (void)state;
    ensemble_prior(POND_SYSTEM_POND, &prior);
    gsl_rng_set(rng, 2385);
    print_message("seed 2385\n");
    for (int k = 0; k < 20000; k++) {
        double mass = 5 + 295 * gsl_rng_uniform(rng), ration = 0.01 + 0.07 * gsl_rng_uniform(rng);
        const struct growth_day water = {24 + 8 * gsl_rng_uniform(rng), 1, 0};
        const struct growth_params p = {
            1, ration, prior.conversion * exp(gsl_ran_gaussian(rng, prior.conversion_sd)),
            k % 2 == 0 ? 0 : 5 + 295 * gsl_rng_uniform(rng)};
        double grown = growth_step(mass, &water, &p, 1) - mass;

        worst = grown / (ration * mass) < worst ? grown / (ration * mass) : worst;
        assert_true(grown > 0);
    }
    print_message("least gain %.3f g a gram of feed\n", worst);
    gsl_rng_free(rng);
}

static void mass_stays_positive_in_the_worst_water(void **state)
{
    const struct growth_day dead = {33, 0, 9};
    const struct growth_params p = {0, NAN, GROWTH_C0, 0};
    double w = 0.02;

    (void)state;
    for (int d = 0; d < 20000; d++) {
        w = growth_step(w, &dead, &p, 1);
        assert_true(w >= GROWTH_MASS_MIN_G * 0.999);
    }
    assert_close(growth_mass(growth_u(250)), 250, 1e-9);
}

static void feed_above_the_most_they_eat_is_wasted(void **state)
{
    const struct growth_params eats = {1, 0.05, GROWTH_C0, 0}, wastes = {1, 0.10, GROWTH_C0, 0};

    (void)state;
    assert_close(growth_step(200, &GOOD_28, &eats, 1), growth_step(200, &GOOD_28, &wastes, 1),
                 1e-12);
    assert_true(growth_gain_ration(0.2, GROWTH_C0) < growth_gain_ration(0.6, GROWTH_C0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_the_published_number_of_days_from_10_to_250_g),
        cmocka_unit_test(has_the_water_effects_of_their_sources),
        cmocka_unit_test(oxygen_counts_by_the_hour_and_most_while_fish_are_fed),
        cmocka_unit_test(agrees_with_fine_runge_kutta_steps_over_100_days),
        cmocka_unit_test(a_week_in_one_step_agrees_with_fine_steps_wherever_fish_live),
        cmocka_unit_test(the_power_is_near_and_many_steps_at_once_are_the_same_bytes),
        cmocka_unit_test(is_the_cube_root_like_line_when_nothing_is_lost),
        cmocka_unit_test(ration_law_follows_the_broodfish_within_their_published_error),
        cmocka_unit_test(feed_conversion_is_never_negative_under_the_prior),
        cmocka_unit_test(mass_stays_positive_in_the_worst_water),
        cmocka_unit_test(feed_above_the_most_they_eat_is_wasted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
