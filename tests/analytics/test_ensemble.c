/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

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

    f->e = ensemble_new(MEMBERS);
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

static double median_of(const double *x)
{
    double sorted[MEMBERS];

    memcpy(sorted, x, sizeof sorted);
    gsl_sort(sorted, 1, MEMBERS);
    return gsl_stats_median_from_sorted_data(sorted, 1, MEMBERS);
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
    const struct growth_params p = {exp(f->e->ln_feeding[7]), NAN, GROWTH_C0};

    run(f, 6); /* before the first weekly step of the feeding level */
    for (int d = 0; d < 6; d++)
        mass = growth_step(mass, &water, &p, 1);
    assert_close(ensemble_mass_g(f->e, 7) / mass, 1, 1e-12);
}

static void a_sample_of_bigger_fish_raises_the_median(void **state)
{
    struct fixture *f = *state;
    double before[MEMBERS], after[MEMBERS], feeding;

    run(f, 60);
    masses(f->e, before);
    feeding = median_of(f->e->ln_feeding);
    ensemble_sample(f->e, 30, 1.4 * median_of(before), NAN, f->rng);
    masses(f->e, after);
    print_message("median %.1f g, sample %.1f g, then %.1f g\n", median_of(before),
                  1.4 * median_of(before), median_of(after));
    assert_true(median_of(after) > 1.15 * median_of(before));
    assert_true(median_of(f->e->ln_feeding) > feeding);
    assert_true(gsl_stats_sd(after, 1, MEMBERS) < 0.6 * gsl_stats_sd(before, 1, MEMBERS));
    check_bounds(f->e);
}

/* With a single normal state the ensemble step must give the textbook posterior. */
static void a_sample_gives_the_kalman_posterior(void **state)
{
    struct fixture *f = *state;
    double ln_mass[MEMBERS], mean, var, r = 0.25 * 0.25 / 30 + 0.03 * 0.03;
    double y = log(12), bias = ENSEMBLE_BIAS_SD * ENSEMBLE_BIAS_SD, k;

    for (size_t i = 0; i < MEMBERS; i++)
        ln_mass[i] = log(ensemble_mass_g(f->e, i));
    mean = gsl_stats_mean(ln_mass, 1, MEMBERS);
    var = gsl_stats_variance(ln_mass, 1, MEMBERS);
    k = var / (var + bias + r);
    ensemble_sample(f->e, 30, 12, NAN, f->rng);
    for (size_t i = 0; i < MEMBERS; i++)
        ln_mass[i] = log(ensemble_mass_g(f->e, i));
    /* tolerances: three sampling errors of 400 members */
    assert_close(gsl_stats_mean(ln_mass, 1, MEMBERS), mean + k * (y - mean), 0.008);
    assert_close(gsl_stats_variance(ln_mass, 1, MEMBERS) / ((1 - k) * var), 1, 0.25);
}

static void keeps_member_i_in_place(void **state)
{
    struct fixture *f = *state;
    double before[MEMBERS], after[MEMBERS];

    run(f, 60);
    masses(f->e, before);
    ensemble_sample(f->e, 5, median_of(before), 0.6,
                    f->rng); /* a poor sample: much of the prior stays */
    masses(f->e, after);
    assert_true(gsl_stats_correlation(before, 1, after, 1, MEMBERS) > 0.5);
}

static void many_seen_deaths_lower_the_number_and_few_raise_it(void **state)
{
    struct fixture *f = *state;
    double most, few;

    for (int w = 0; w < 8; w++) {
        run(f, 7);
        ensemble_deaths(f->e, 18, f->rng);
    }
    most = median_of(f->e->count);
    ensemble_stock(f->e, &f->prior, 2000, 10, 20000, f->rng);
    for (int w = 0; w < 8; w++) {
        run(f, 7);
        ensemble_deaths(f->e, 1, f->rng);
    }
    few = median_of(f->e->count);
    print_message("after 8 weeks of 18 deaths %.0f, of one death %.0f fish\n", most, few);
    assert_true(most < few - 60);
    check_bounds(f->e);
}

static void a_mass_death_takes_fish_but_not_the_mortality_rate(void **state)
{
    struct fixture *f = *state;
    double rate, count;

    run(f, 35);
    ensemble_deaths(f->e, 10, f->rng);
    run(f, 7);
    rate = median_of(f->e->ln_mort);
    count = median_of(f->e->count);
    ensemble_deaths(f->e, 600, f->rng);
    assert_close(median_of(f->e->ln_mort), rate, 0);
    assert_true(median_of(f->e->count) < count - 600);
    check_bounds(f->e);
}

static void a_partial_harvest_takes_its_number_and_never_more_than_there_is(void **state)
{
    struct fixture *f = *state;
    double before[MEMBERS];

    run(f, 60);
    memcpy(before, f->e->count, sizeof before);
    ensemble_remove(f->e, 50, 10);
    for (size_t i = 0; i < MEMBERS; i++)
        assert_close(before[i] - f->e->count[i], 500, 1e-6);
    ensemble_remove(f->e, 1, NAN);
    assert_close(before[3] - f->e->count[3] - 500, 1000 / ensemble_mass_g(f->e, 3), 1e-6);
    ensemble_remove(f->e, 1e6, NAN);
    check_bounds(f->e);
    for (size_t i = 0; i < MEMBERS; i++)
        assert_true(f->e->count[i] > 0);
}

static void keeps_its_bounds_whatever_is_written_down(void **state)
{
    struct fixture *f = *state;

    print_message("seed %d\n", SEED);
    for (int d = 0; d < 300; d++) {
        struct ensemble_day day = PLAIN;
        double loss[MEMBERS];

        for (size_t i = 0; i < MEMBERS; i++)
            loss[i] = gsl_rng_uniform(f->rng) < 0.01 ? gsl_rng_uniform(f->rng) : 0;
        day.loss = loss;
        day.exposure = 1;
        day.feed_kg = d % 3 == 0 ? 40 * gsl_rng_uniform(f->rng) : NAN;
        ensemble_step(f->e, &day, f->rng);
        if (d % 9 == 0)
            ensemble_sample(f->e, 1 + 50 * gsl_rng_uniform(f->rng),
                            exp(8 * gsl_rng_uniform(f->rng) - 1), 0.01 + gsl_rng_uniform(f->rng),
                            f->rng);
        if (d % 7 == 0)
            ensemble_deaths(f->e, floor(exp(9 * gsl_rng_uniform(f->rng)) - 1), f->rng);
        if (d % 31 == 0)
            ensemble_remove(f->e, 300 * gsl_rng_uniform(f->rng), d % 2 ? NAN : 8);
        check_bounds(f->e);
    }
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

#define WITH(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(starts_from_the_stated_priors),
        WITH(grows_as_the_growth_of_one_fish),
        WITH(a_sample_of_bigger_fish_raises_the_median),
        WITH(a_sample_gives_the_kalman_posterior),
        WITH(keeps_member_i_in_place),
        WITH(many_seen_deaths_lower_the_number_and_few_raise_it),
        WITH(a_mass_death_takes_fish_but_not_the_mortality_rate),
        WITH(a_partial_harvest_takes_its_number_and_never_more_than_there_is),
        WITH(keeps_its_bounds_whatever_is_written_down),
        WITH(feeds_on_by_the_ration_only_while_it_is_written_down),
        WITH(a_common_path_moves_every_member_its_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
