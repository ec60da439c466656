/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/fish/ensemble.h"
#include "tests/analytics/world.h"

#define MEMBERS 400
#define SEED    2385

struct fixture {
    struct ensemble *e;
    gsl_rng *rng;
    struct ensemble_prior prior;
};

static const struct ensemble_day PLAIN = {.water = {28.5, NAN, 0}, .feed_kg = NAN};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->e = ensemble_new(MEMBERS, 1);
    f->rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(f->rng, SEED);
    ensemble_prior(POND_SYSTEM_POND, &f->prior);
    ensemble_stock(f->e, &f->prior, 2000, 10, 20000, f->rng);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    ensemble_free(f->e);
    gsl_rng_free(f->rng);
    free(f);
    return 0;
}

static void run(struct fixture *f, int days)
{
    for (int d = 0; d < days; d++)
        ensemble_step(f->e, &PLAIN, f->rng);
}

static void masses(const struct ensemble *e, double *out)
{
    for (size_t i = 0; i < MEMBERS; i++)
        out[i] = ensemble_mass_g(e, i);
}

static void check_bounds(const struct ensemble *e)
{
    for (size_t i = 0; i < e->n; i++) {
        assert_true(ensemble_mass_g(e, i) >= GROWTH_MASS_MIN_G);
        assert_true(isfinite(ensemble_mass_g(e, i)) && isfinite(ensemble_ln_gain(e, i)));
        assert_true(e->count[i] >= 0 && e->count[i] <= e->count_max[i]);
        assert_true(e->ln_seen[i] <= 0);
    }
}

static void starts_from_the_stated_priors(void **state)
{
    static const struct {
        const char *says;
        enum pond_system system;
        double survival; /* mean over a cycle */
    } row[] = {{"pond", POND_SYSTEM_POND, 16.0 / 21},
               {"biofloc", POND_SYSTEM_BIOFLOC, 18.0 / 21},
               {"tarpaulin as pond", POND_SYSTEM_TARPAULIN, 16.0 / 21},
               {"cage", POND_SYSTEM_CAGE, 6.0 / 11}};
    struct fixture *f = *state;

    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        double lives = 0, ln_f = 0;

        print_message("%s\n", row[k].says);
        ensemble_prior(row[k].system, &f->prior);
        ensemble_stock(f->e, &f->prior, 1000, 10, 0, f->rng);
        run(f, 120);
        for (size_t i = 0; i < MEMBERS; i++) {
            lives += f->e->count[i] / f->e->count_max[i] / MEMBERS;
            ln_f += f->e->ln_feeding[i] / MEMBERS;
        }
        assert_close(lives, row[k].survival, 0.02); /* sd of the mean below 0.008 */
        assert_close(ln_f, log(0.5), 0.06);
        check_bounds(f->e);
    }
}

static void grows_as_the_growth_of_one_fish(void **state)
{
    struct fixture *f = *state;
    const struct growth_day water = {28.5, f->e->do_usual[7], 0};
    double mass = ensemble_mass_g(f->e, 7);
    const struct growth_params p = {exp(f->e->ln_feeding[7]), NAN, GROWTH_C0, 0};

    run(f, 6); /* before the first weekly step of the feeding level */
    for (int d = 0; d < 6; d++)
        mass = growth_step(mass, &water, &p, 1);
    assert_close(ensemble_mass_g(f->e, 7) / mass, 1, 1e-12);
}

static void feeds_on_by_the_ration_only_while_it_is_written_down(void **state)
{
    struct fixture *f = *state;
    struct ensemble_day fed = PLAIN;

    fed.feed_kg = 1.2;
    for (int d = 0; d < 21; d++)
        ensemble_step(f->e, &fed, f->rng);
    assert_close(ensemble_ln_gain(f->e, 5),
                 log(growth_gain_ration(f->e->relative_ration[5], exp(f->e->ln_conversion[5]))),
                 1e-12);
    run(f, 21);
    assert_close(ensemble_ln_gain(f->e, 5), log(growth_gain_feeding(exp(f->e->ln_feeding[5]))),
                 1e-12);
}

static void a_common_path_moves_every_member_its_own_way(void **state)
{
    struct fixture *f = *state;
    double z[MEMBERS], u0[MEMBERS], grown[MEMBERS];
    struct ensemble_day day = PLAIN;

    for (size_t i = 0; i < MEMBERS; i++)
        z[i] = i % 2 ? 0.3 : -0.3;
    day.z = z;
    memcpy(u0, f->e->u, sizeof u0);
    for (int d = 0; d < 5; d++)
        ensemble_step(f->e, &day, f->rng);
    for (size_t i = 0; i < MEMBERS; i++)
        grown[i] = (f->e->u[i] - u0[i]) / (exp(f->e->ln_feeding[i]) * f->e->do_usual[i]);
    /* e^0.6 but for the loss term, a few parts in a hundred */
    assert_close(gsl_stats_mean(grown + 1, 2, MEMBERS / 2) / gsl_stats_mean(grown, 2, MEMBERS / 2),
                 exp(0.6), 0.08);
}

static void a_partial_harvest_takes_the_upper_tail(void **state)
{
    struct fixture *f = *state;
    double count[MEMBERS], cv[MEMBERS], mass[MEMBERS];

    run(f, 60);
    memcpy(count, f->e->count, sizeof count);
    memcpy(cv, f->e->ln_cv, sizeof cv);
    masses(f->e, mass);
    for (size_t i = 0; i < MEMBERS; i++) {
        double biggest = ensemble_biggest_g(f->e, i, 0.25);
        double kg = 0.25 * count[i] * biggest / 1000;

        ensemble_take(f->e, i, kg, 1000 / biggest);
        assert_close(f->e->count[i] / count[i], 0.75, 1e-9);
        /* mass is kept: the rest weighs what there was less what was taken */
        assert_close(ensemble_biomass_kg(f->e, i) / (count[i] * mass[i] / 1000 - kg), 1, 1e-6);
        assert_true(ensemble_mass_g(f->e, i) < 0.95 * mass[i]);
        assert_true(f->e->ln_cv[i] < cv[i] - 0.1); /* and is more even */
    }
    check_bounds(f->e);
}

/* Cut off exactly: the moments of what stays are those of a truncated lognormal, drawn here fish by fish. */
static void the_rest_after_grading_is_the_truncated_distribution(void **state)
{
    enum {
        FISH = 200000
    };
    struct fixture *f = *state;
    double sigma, mean = 0, mean2 = 0, mass, cut, biggest, *fish = calloc(FISH, sizeof *fish);
    size_t kept = FISH * 7 / 10;

    assert_non_null(fish);
    f->e->ln_cv[3] = log(0.31);
    mass = ensemble_mass_g(f->e, 3);
    sigma = sqrt(log(1 + 0.31 * 0.31));
    for (size_t k = 0; k < FISH; k++)
        fish[k] = exp(log(mass) - sigma * sigma / 2 + gsl_ran_gaussian(f->rng, sigma));
    gsl_sort(fish, 1, FISH);
    cut = fish[kept];
    for (size_t k = 0; k < kept; k++) {
        mean += fish[k] / (double)kept;
        mean2 += fish[k] * fish[k] / (double)kept;
    }
    biggest = ensemble_biggest_g(f->e, 3, 0.3);
    assert_true(biggest > cut);
    ensemble_take(f->e, 3, 0.3 * f->e->count[3] * biggest / 1000, 1000 / biggest);
    print_message("rest %.3f g (%.3f drawn), cv %.4f (%.4f drawn)\n", ensemble_mass_g(f->e, 3),
                  mean, exp(f->e->ln_cv[3]), sqrt(mean2 / (mean * mean) - 1));
    assert_close(ensemble_mass_g(f->e, 3) / mean, 1, 0.004);
    assert_close(exp(f->e->ln_cv[3]), sqrt(mean2 / (mean * mean) - 1), 0.004);
    free(fish);
}

static void a_harvest_without_a_size_or_beyond_the_stock_stays_within_bounds(void **state)
{
    struct fixture *f = *state;
    double before[MEMBERS], mass[MEMBERS];

    run(f, 60);
    memcpy(before, f->e->count, sizeof before);
    masses(f->e, mass);
    ensemble_remove(f->e, 10, NAN);
    for (size_t i = 0; i < MEMBERS; i++) {
        double taken_g = 10 * 1000 / (before[i] - f->e->count[i]);
        assert_true(taken_g > mass[i] && taken_g < 2 * mass[i]); /* bigger than the mean */
    }
    ensemble_remove(f->e, 1e6, NAN);
    ensemble_remove(f->e, 1e6, 0.2);
    ensemble_remove(f->e, 1e-9, 2000);
    check_bounds(f->e);
    for (size_t i = 0; i < MEMBERS; i++)
        assert_true(f->e->count[i] > 0 && isfinite(f->e->ln_cv[i]));
}

static void kilograms_by_size_add_up(void **state)
{
    struct fixture *f = *state;
    static const double BOUND[] = {0, 20, 60, 90, 140, INFINITY};

    run(f, 80);
    for (size_t i = 0; i < MEMBERS; i++) {
        double sum = 0;
        for (int c = 0; c < 5; c++) {
            double kg = ensemble_class_kg(f->e, i, BOUND[c], BOUND[c + 1]);
            assert_true(kg >= 0);
            sum += kg;
        }
        assert_close(sum / ensemble_biomass_kg(f->e, i), 1, 1e-9);
    }
    /* half of the kg lies below the mean times e^(sigma^2/2) */
    assert_close(ensemble_class_kg(f->e, 5, 0,
                                   ensemble_mass_g(f->e, 5) * sqrt(1 + exp(2 * f->e->ln_cv[5]))) /
                     ensemble_biomass_kg(f->e, 5),
                 0.5, 1e-9);
}

static void fish_of_both_sexes_breed_when_they_are_big_enough(void **state)
{
    struct fixture *f = *state;
    double apart = 0;

    for (size_t i = 0; i < MEMBERS; i++)
        assert_close(f->e->recruits[i], 0, 0);
    f->prior.mixed = 1;
    ensemble_stock(f->e, &f->prior, 2000, 10, 20000, f->rng);
    run(f, 14);
    for (size_t i = 0; i < MEMBERS; i++)
        assert_close(f->e->recruits[i], 0, 0); /* 10 g do not breed */
    run(f, 110);
    for (size_t i = 0; i < MEMBERS; i++) {
        if (ensemble_mass_g(f->e, i) < ENSEMBLE_BREED_G)
            continue;
        assert_true(f->e->recruits[i] > 0);
        apart += ensemble_ln_sample(f->e, i) - f->e->bias[i] - log(ensemble_mass_g(f->e, i));
    }
    assert_true(apart < -0.02 * MEMBERS); /* young fish drag the sample's mean down */
    check_bounds(f->e);
}

static void a_week_in_one_go_is_seven_days(void **state)
{
    static const struct {
        const char *says;
        double feed_kg, tolerance;
    } row[] = {{"without feed records", NAN, 2e-4}, {"with feed", 1.5, 5e-3}};
    struct fixture *f = *state;
    struct ensemble *week = ensemble_new(MEMBERS, 1);

    for (size_t k = 0; k < 2; k++) {
        struct ensemble_day day = PLAIN;
        struct ensemble_span span = {.days = 7,
                                     .effect = growth_temp_effect(28.5),
                                     .loss_rate = growth_loss(28.5),
                                     .feed_kg = row[k].feed_kg};

        print_message("%s\n", row[k].says);
        day.feed_kg = row[k].feed_kg;
        gsl_rng_set(f->rng, SEED);
        ensemble_stock(week, &f->prior, 2000, 10, 20000, f->rng);
        gsl_rng_set(f->rng, SEED);
        ensemble_stock(f->e, &f->prior, 2000, 10, 20000, f->rng);
        for (int d = 0; d < 6; d++)
            ensemble_step(f->e, &day, f->rng);
        span.days = 6;
        ensemble_go(week, &span, f->rng);
        for (size_t i = 0; i < MEMBERS; i++) {
            assert_close(ensemble_mass_g(week, i) / ensemble_mass_g(f->e, i), 1, row[k].tolerance);
            assert_close(week->count[i] / f->e->count[i], 1, 1e-9);
        }
    }
    ensemble_free(week);
}

#define WITH(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(starts_from_the_stated_priors),
        WITH(grows_as_the_growth_of_one_fish),
        WITH(a_partial_harvest_takes_the_upper_tail),
        WITH(the_rest_after_grading_is_the_truncated_distribution),
        WITH(a_harvest_without_a_size_or_beyond_the_stock_stays_within_bounds),
        WITH(kilograms_by_size_add_up),
        WITH(fish_of_both_sexes_breed_when_they_are_big_enough),
        WITH(a_week_in_one_go_is_seven_days),
        WITH(feeds_on_by_the_ration_only_while_it_is_written_down),
        WITH(a_common_path_moves_every_member_its_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
