/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/fish/filter.h"
#include "tests/analytics/world.h"

#define DRAWS 400
#define SEED  2385

struct fixture {
    struct filter *f;
    struct ensemble *e; /* picked */
    gsl_rng *rng;
    struct ensemble_prior prior;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);

    x->f = filter_new(DRAWS, 0);
    x->e = ensemble_new(DRAWS, 1);
    x->rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(x->rng, SEED);
    ensemble_prior(POND_SYSTEM_POND, &x->prior);
    filter_stock(x->f, &x->prior, 2000, 10, 20000, x->rng);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;

    filter_free(x->f);
    ensemble_free(x->e);
    gsl_rng_free(x->rng);
    free(x);
    return 0;
}

static void run_under(struct fixture *x, int weeks, double feed_kg, const double *z)
{
    const struct ensemble_span s = {.days = 7,
                                    .effect = growth_temp_effect(28.5),
                                    .loss_rate = growth_loss(28.5),
                                    .feed_kg = feed_kg,
                                    .z = z};

    for (int w = 0; w < weeks; w++)
        filter_go(x->f, &s, x->rng);
}

static void run(struct fixture *x, int weeks)
{
    run_under(x, weeks, NAN, NULL);
}

static double median_of(const double *v)
{
    double sorted[DRAWS];

    memcpy(sorted, v, sizeof sorted);
    gsl_sort(sorted, 1, DRAWS);
    return gsl_stats_median_from_sorted_data(sorted, 1, DRAWS);
}

/* Picks, and puts the masses into out. */
static void pick(struct fixture *x, double *out)
{
    filter_pick(x->f, x->e, x->rng);
    for (size_t i = 0; i < DRAWS; i++)
        out[i] = ensemble_mass_g(x->e, i);
}

static double mass_now(struct fixture *x)
{
    double v[DRAWS];
    pick(x, v);
    return median_of(v);
}

static double count_now(struct fixture *x)
{
    filter_pick(x->f, x->e, x->rng);
    return median_of(x->e->count);
}

static void check_bounds(const struct ensemble *e)
{
    for (size_t i = 0; i < e->n; i++) {
        assert_true(ensemble_mass_g(e, i) >= GROWTH_MASS_MIN_G);
        assert_true(isfinite(ensemble_mass_g(e, i)) && isfinite(ensemble_ln_gain(e, i)));
        assert_true(e->count[i] >= 0 && e->count[i] <= e->count_max[i]);
        assert_true(e->ln_seen[i] <= 0 && e->do_usual[i] <= 1 && isfinite(e->ln_cv[i]));
        assert_true(isfinite(e->ln_mort[i]) && isfinite(e->bias[i]));
    }
}

static bool asked(const struct filter *f, enum filter_question q)
{
    for (size_t k = 0; k < f->doubts; k++)
        if (f->doubt[k].ask == q)
            return true;
    return false;
}

static void a_sample_of_bigger_fish_raises_mass_and_feeding_level(void **state)
{
    struct fixture *x = *state;
    double before[DRAWS], after[DRAWS], feeding;

    run(x, 8);
    pick(x, before);
    feeding = median_of(x->e->ln_feeding);
    filter_sample(x->f, 30, 1.4 * median_of(before), NAN, x->rng);
    pick(x, after);
    print_message("median %.1f g, sample %.1f g, then %.1f g\n", median_of(before),
                  1.4 * median_of(before), median_of(after));
    assert_true(median_of(after) > 1.25 * median_of(before));
    assert_true(median_of(x->e->ln_feeding) > feeding + 0.1);
    assert_true(gsl_stats_sd(after, 1, DRAWS) < 0.4 * gsl_stats_sd(before, 1, DRAWS));
    assert_int_equal(x->f->doubts, 0);
    check_bounds(x->f->fish);
    check_bounds(x->e);
}

/* Prior and error are normal in ln mass at the stocking: the textbook's posterior. */
static void a_sample_gives_the_kalman_posterior(void **state)
{
    struct fixture *x = *state;
    double v[DRAWS], y = log(11.5), r = 0.25 * 0.25 / 30 + 0.03 * 0.03;
    double var = 0.15 * 0.15, bias = 0.03 * 0.03, k = var / (var + bias + r);

    filter_sample(x->f, 30, 11.5, NAN, x->rng);
    pick(x, v);
    for (size_t i = 0; i < DRAWS; i++)
        v[i] = log(v[i]);
    print_message("mean %.4f (%.4f), variance %.6f (%.6f)\n", gsl_stats_mean(v, 1, DRAWS),
                  log(10) + k * (y - log(10)), gsl_stats_variance(v, 1, DRAWS), (1 - k) * var);
    /* three sampling errors of 400 draws of about 1000 effective members */
    assert_close(gsl_stats_mean(v, 1, DRAWS), log(10) + k * (y - log(10)), 0.012);
    assert_close(gsl_stats_variance(v, 1, DRAWS) / ((1 - k) * var), 1, 0.3);
}

/* Under a path of good weather a given mass means less feed. */
static void a_draw_stays_with_its_path(void **state)
{
    struct fixture *x = *state;
    double z[DRAWS], v[DRAWS], mass, free_run;

    for (size_t i = 0; i < DRAWS; i++)
        z[i] = gsl_ran_gaussian(x->rng, 0.2);
    run_under(x, 8, NAN, z);
    pick(x, v);
    mass = median_of(v);
    for (size_t i = 0; i < DRAWS; i++)
        v[i] = log(v[i]);
    free_run = gsl_stats_correlation(z, 1, v, 1, DRAWS);
    for (int k = 0; k < 4; k++) {
        filter_sample(x->f, 60, mass, NAN, x->rng);
        run_under(x, 1, NAN, z);
        mass *= 1.07;
    }
    pick(x, v);
    print_message("path with ln mass %.2f before, with ln feeding %.2f after the samples\n",
                  free_run, gsl_stats_correlation(z, 1, x->e->ln_feeding, 1, DRAWS));
    assert_true(free_run > 0.3);
    assert_true(gsl_stats_correlation(z, 1, x->e->ln_feeding, 1, DRAWS) < -0.5);
}

static void many_seen_deaths_lower_the_number_and_few_raise_it(void **state)
{
    struct fixture *x = *state;
    double most, few;

    for (int w = 0; w < 8; w++) {
        run(x, 1);
        filter_deaths(x->f, 18, x->rng);
    }
    most = count_now(x);
    filter_stock(x->f, &x->prior, 2000, 10, 20000, x->rng);
    for (int w = 0; w < 8; w++) {
        run(x, 1);
        filter_deaths(x->f, 1, x->rng);
    }
    few = count_now(x);
    print_message("after 8 weeks of 18 deaths %.0f, of one death %.0f fish\n", most, few);
    assert_true(most < few - 60);
    check_bounds(x->f->fish);
}

static void a_mass_death_takes_fish_but_not_the_mortality_rate(void **state)
{
    struct fixture *x = *state;
    double rate, count;

    run(x, 5);
    filter_deaths(x->f, 10, x->rng);
    run(x, 1);
    count = count_now(x);
    rate = gsl_stats_mean(x->f->fish->ln_mort, 1, x->f->fish->n);
    filter_deaths(x->f, 600, x->rng);
    assert_close(gsl_stats_mean(x->f->fish->ln_mort, 1, x->f->fish->n), rate, 0);
    assert_true(count_now(x) < count - 600);
    check_bounds(x->f->fish);
}

static void flood_theft_and_predators_take_what_is_told_and_nothing_else(void **state)
{
    struct fixture *x = *state;
    double count, rate, mass;

    run(x, 6);
    mass = mass_now(x);
    count = count_now(x);
    rate = median_of(x->e->ln_mort);
    filter_lost(x->f, LOSS_THEFT, 500, x->rng);
    assert_close(count - count_now(x), 500, 60);
    assert_close(median_of(x->e->ln_mort), rate, 0.1); /* a kernel's jitter, no more */
    assert_close(mass_now(x) / mass, 1, 0.05);
    assert_int_equal(x->f->doubts, 0);
    filter_lost(x->f, LOSS_FLOOD, 5000, x->rng);
    assert_true(asked(x->f, FILTER_ASK_LOST_MORE));
    check_bounds(x->f->fish);
}

static void words_tell_the_kind_of_loss(void **state)
{
    static const struct {
        const char *says;
        enum loss loss;
    } row[] = {{"", LOSS_DIED},
               {"kena banjir", LOSS_FLOOD},
               {"DICURI orang", LOSS_THEFT},
               {"berang-berang malam", LOSS_PREDATOR},
               {"otter", LOSS_PREDATOR},
               {"jamur", LOSS_DIED},
               {"ularan", LOSS_DIED},
               {"oksigen rendah", LOSS_DIED}};

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        print_message("\"%s\": %s\n", row[k].says, loss_name(loss_find(row[k].says)));
        assert_int_equal(loss_find(row[k].says), row[k].loss);
    }
}

static void a_harvest_of_the_biggest_explains_a_smaller_sample(void **state)
{
    struct fixture *x = *state;
    double mass, smaller;

    run(x, 14);
    mass = mass_now(x);
    filter_sample(x->f, 50, mass, NAN, x->rng);
    filter_harvest(x->f, 0.3 * 1600 * 1.28 * mass / 1000, 1000 / (1.28 * mass), x->rng);
    smaller = mass_now(x);
    print_message("%.0f g, %.0f g when the biggest three tenths are gone\n", mass, smaller);
    assert_true(smaller < 0.94 * mass && smaller > 0.8 * mass);
    run(x, 1);
    filter_sample(x->f, 50, 0.93 * mass, NAN, x->rng);
    assert_int_equal(x->f->doubts, 0);
    check_bounds(x->f->fish);
}

static void a_shrinking_sample_is_asked_about_and_not_refused(void **state)
{
    struct fixture *x = *state;
    double mass, after;

    x->prior.mixed = 1;
    filter_stock(x->f, &x->prior, 2000, 10, 20000, x->rng);
    run(x, 14);
    mass = mass_now(x);
    filter_sample(x->f, 50, mass, NAN, x->rng);
    run(x, 2);
    filter_sample(x->f, 50, 0.75 * mass, NAN, x->rng);
    after = mass_now(x);
    print_message("%.0f g, then a sample of %.0f g: %.0f g, %u questions\n", mass, 0.75 * mass,
                  after, (unsigned)x->f->doubts);
    assert_true(asked(x->f, FILTER_ASK_GRADED) && asked(x->f, FILTER_ASK_RECRUITS) &&
                asked(x->f, FILTER_ASK_POND));
    assert_int_equal(x->f->doubt[0].day, 20000 + 16 * 7);
    assert_close(x->f->doubt[0].written, 0.75 * mass, 1e-9);
    assert_true(x->f->doubt[0].expected > mass);
    assert_true(after > 0.75 * mass &&
                after < x->f->doubt[0].expected); /* young fish may explain it */
    check_bounds(x->f->fish);
    /* of one sex alone there are no young */
    x->prior.mixed = 0;
    filter_stock(x->f, &x->prior, 2000, 10, 20000, x->rng);
    assert_int_equal(x->f->doubts, 0);
    run(x, 14);
    filter_sample(x->f, 50, 100, NAN, x->rng);
    filter_sample(x->f, 50, 60, NAN, x->rng);
    assert_true(asked(x->f, FILTER_ASK_GRADED) && !asked(x->f, FILTER_ASK_RECRUITS));
}

/* A single impossible sample is taken for what it is; the same again and again is believed. */
static void what_cannot_be_is_doubted_until_it_is_said_again(void **state)
{
    struct fixture *x = *state;
    double mass, once;

    run(x, 6);
    mass = mass_now(x);
    for (int k = 0; k < 3; k++)
        filter_sample(x->f, 50, mass, NAN, x->rng);
    filter_sample(x->f, 50, 2.2 * mass, NAN, x->rng);
    once = mass_now(x);
    assert_true(asked(x->f, FILTER_ASK_POND));
    assert_true(once < 1.15 * mass);
    check_bounds(x->f->fish);
}

static void more_fish_harvested_than_thought_raise_the_number(void **state)
{
    struct fixture *x = *state;
    double mass, most;

    run(x, 12);
    mass = mass_now(x);
    filter_pick(x->f, x->e, x->rng);
    most = gsl_stats_mean(x->e->count_max, 1, DRAWS);
    filter_harvest(x->f, 1900 * mass / 1000, 1000 / mass, x->rng);
    filter_pick(x->f, x->e, x->rng);
    /* what was stocked is now thought to have been more: there were 1900 at least */
    print_message("stocked %.0f, then %.0f\n", most,
                  gsl_stats_mean(x->e->count_max, 1, DRAWS) + 1900);
    assert_true(gsl_stats_mean(x->e->count_max, 1, DRAWS) + 1900 > most + 60);
    filter_harvest(x->f, 5000 * mass / 1000, 1000 / mass, x->rng);
    assert_true(asked(x->f, FILTER_ASK_HARVEST_MORE));
    filter_harvest(x->f, 1, 1000 / (4 * mass), x->rng);
    assert_true(asked(x->f, FILTER_ASK_HARVEST_SIZE));
    check_bounds(x->f->fish);
}

static void feed_is_evidence_of_how_much_fish_there_is(void **state)
{
    struct fixture *x = *state;
    double low, high;

    run_under(x, 4, 1.2, NULL);
    filter_fed(x->f, 1.2, x->rng);
    low = count_now(x);
    gsl_rng_set(x->rng, SEED);
    filter_stock(x->f, &x->prior, 2000, 10, 20000, x->rng);
    run_under(x, 4, 3.0, NULL);
    filter_fed(x->f, 3.0, x->rng);
    high = count_now(x);
    print_message("1.2 kg a day: %.0f fish, 3.0 kg: %.0f\n", low, high);
    assert_true(high > low);
    assert_int_equal(x->f->doubts, 0);
    filter_fed(x->f, 60, x->rng);
    assert_true(asked(x->f, FILTER_ASK_FEED_MORE));
    filter_fed(x->f, 0.02, x->rng);
    assert_true(asked(x->f, FILTER_ASK_FEED_LESS));
    check_bounds(x->f->fish);
}

static void keeps_its_bounds_whatever_is_written_down(void **state)
{
    struct fixture *x = *state;
    double loss[DRAWS], z[DRAWS];

    print_message("seed %d\n", SEED);
    x->prior.mixed = 0.5;
    filter_stock(x->f, &x->prior, 2000, 10, 20000, x->rng);
    for (int w = 0; w < 60; w++) {
        struct ensemble_span s = {.days = 1 + w % 7,
                                  .effect = gsl_rng_uniform(x->rng),
                                  .loss_rate = growth_loss(28),
                                  .do_known = w % 2,
                                  .feed_kg = w % 3 == 0 ? 40 * gsl_rng_uniform(x->rng) : NAN,
                                  .z = z,
                                  .loss = loss,
                                  .exposure = 1};

        for (size_t i = 0; i < DRAWS; i++) {
            loss[i] = gsl_rng_uniform(x->rng) < 0.03 ? gsl_rng_uniform(x->rng) : 0;
            z[i] = gsl_ran_gaussian(x->rng, 0.2);
        }
        filter_go(x->f, &s, x->rng);
        if (w % 2 == 0)
            filter_sample(x->f, 1 + 50 * gsl_rng_uniform(x->rng),
                          exp(8 * gsl_rng_uniform(x->rng) - 1), gsl_rng_uniform(x->rng), x->rng);
        if (w % 3 == 0)
            filter_deaths(x->f, floor(exp(9 * gsl_rng_uniform(x->rng)) - 1), x->rng);
        if (w % 7 == 0)
            filter_harvest(x->f, 300 * gsl_rng_uniform(x->rng), w % 2 ? NAN : 8, x->rng);
        if (w % 11 == 0)
            filter_lost(x->f, LOSS_FLOOD, 900 * gsl_rng_uniform(x->rng), x->rng);
        if (w % 5 == 0)
            filter_fed(x->f, exp(8 * gsl_rng_uniform(x->rng) - 4), x->rng);
        check_bounds(x->f->fish);
        assert_true(x->f->doubts <= FILTER_QUESTIONS);
    }
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    struct fixture *x = *state;
    double first[DRAWS], second[DRAWS], other[DRAWS];
    double *out[] = {first, second, other};

    for (int k = 0; k < 3; k++) {
        gsl_rng_set(x->rng, k == 2 ? SEED + 1 : SEED);
        filter_stock(x->f, &x->prior, 2000, 10, 20000, x->rng);
        run(x, 8);
        filter_sample(x->f, 30, 40, NAN, x->rng);
        filter_deaths(x->f, 12, x->rng);
        pick(x, out[k]);
    }
    assert_memory_equal(first, second, sizeof first);
    assert_true(memcmp(first, other, sizeof first) != 0);
}

#define WITH(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_sample_of_bigger_fish_raises_mass_and_feeding_level),
        WITH(a_sample_gives_the_kalman_posterior),
        WITH(a_draw_stays_with_its_path),
        WITH(many_seen_deaths_lower_the_number_and_few_raise_it),
        WITH(a_mass_death_takes_fish_but_not_the_mortality_rate),
        WITH(flood_theft_and_predators_take_what_is_told_and_nothing_else),
        WITH(words_tell_the_kind_of_loss),
        WITH(a_harvest_of_the_biggest_explains_a_smaller_sample),
        WITH(a_shrinking_sample_is_asked_about_and_not_refused),
        WITH(what_cannot_be_is_doubted_until_it_is_said_again),
        WITH(more_fish_harvested_than_thought_raise_the_number),
        WITH(feed_is_evidence_of_how_much_fish_there_is),
        WITH(keeps_its_bounds_whatever_is_written_down),
        WITH(the_same_seed_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
