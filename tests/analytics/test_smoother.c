/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Common paths given the records: against a brute-force importance sampler, by what ponds see together, and by what it is
 * worth in worlds drawn from the model. */
#include "tests/support/support.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/supply/smoother.h"
#include "analytics/supply/smoother_losses.h"
#include "tests/analytics/truth.h"

#define DRAWS 400
#define SEED  2385

static struct supply_input input_of(const struct world *w, int32_t as_of_day)
{
    return (struct supply_input){.records = &w->s,
                                 .as_of_day = as_of_day,
                                 .months = 4,
                                 .draws = DRAWS,
                                 .seed = SEED,
                                 .threads = 1};
}

static struct paths *given(const struct world *w, int32_t as_of_day, size_t draws,
                           struct smoother_found *found)
{
    struct supply_input in = input_of(w, as_of_day);
    struct paths *p = paths_new(SEED, as_of_day, as_of_day + 100, draws);

    in.draws = (unsigned)draws;
    smoother_condition(p, &in, found);
    return p;
}

/* Mean and sd of z so many weeks before the as-of day (0: its own week; < 0: after it). */
static double z_at(const struct paths *p, enum regency r, int weeks_ago, double *sd)
{
    const double *z = p->z[r] + (size_t)(PATHS_PAST_WEEKS - 1 - weeks_ago) * p->draws;

    *sd = gsl_stats_sd(z, 1, p->draws);
    return gsl_stats_mean(z, 1, p->draws);
}

/* A pond lived through under a known z of each of its weeks, with samples every sample_days and feed at this share of the
 * most that fish eat (0: not written down). */
static void add_pond(struct world *w, size_t farm, int32_t as_of, int weeks, const double *z,
                     int sample_days, double fish, double fed, gsl_rng *rng)
{
    struct ensemble *e = ensemble_new(2, 1);
    struct ensemble_prior prior;
    char slug[SLUG_SIZE];
    int32_t stocked = as_of - 7 * weeks;
    size_t cycle;

    (void)snprintf(slug, sizeof slug, "kolam-%u", (unsigned)w->s.ponds);
    cycle = world_cycle(w, world_pond(w, farm, slug, POND_SYSTEM_POND), stocked, 2000, 10);
    w->s.cycle[cycle].sex = SEX_MALE;
    ensemble_prior(POND_SYSTEM_POND, &prior);
    ensemble_stock(e, &prior, 2000, 10, stocked, rng);
    for (int32_t d = stocked + 1; d <= as_of; d++) {
        const double both[2] = {z[(d - stocked - 1) / 7], 0};
        struct ensemble_day today = {.water = {28.5, NAN, 0}, .feed_kg = NAN, .z = both};

        if (fed > 0) {
            today.feed_kg =
                fed * growth_ration_max(ensemble_mass_g(e, 0)) * ensemble_biomass_kg(e, 0);
            world_feed(w, cycle, d, today.feed_kg);
        }
        e->stale = true; /* the array of z is the same, its value is not */
        ensemble_step(e, &today, rng);
        if ((d - stocked) % sample_days == 0)
            world_sample(w, cycle, d, fish,
                         exp(ensemble_ln_sample(e, 0) +
                             gsl_ran_gaussian(rng, sqrt(0.0625 / fish + 0.0009))));
    }
    ensemble_free(e);
}

/* --- brute force --- */

enum {
    FEW_PONDS = 4,
    FEW_WEEKS = 9,
    CHUNK = 300,
    CHUNKS = 12,
    INNER = 200
};

/* ln of each draw's likelihood of one pond's samples: members of the whole model, none resampled. */
static void brute_pond(const struct world *w, size_t cycle, const double (*z)[CHUNK], gsl_rng *rng,
                       double *ln)
{
    struct ensemble *e = ensemble_new((size_t)CHUNK * INNER, INNER);
    double *ln_w = calloc(e->n, sizeof *ln_w);
    const struct rec_cycle *c = &w->s.cycle[cycle];
    struct ensemble_prior prior;
    size_t sample = 0;

    ensemble_prior(POND_SYSTEM_POND, &prior);
    ensemble_stock(e, &prior, c->count, c->mass_g, c->stocked_day, rng);
    while (w->s.sample[sample].cycle != cycle)
        sample++;
    for (int week = 0; week < FEW_WEEKS; week++) {
        struct ensemble_span s = {.days = 7,
                                  .effect = growth_temp_effect(28.5),
                                  .loss_rate = growth_loss(28.5),
                                  .feed_kg = NAN,
                                  .z = z[week]};

        ensemble_go(e, &s, rng);
        for (; sample < w->s.samples && w->s.sample[sample].cycle == cycle &&
               w->s.sample[sample].day == e->day;
             sample++)
            for (size_t k = 0; k < e->n; k++) {
                double cv = exp(e->ln_cv[k]), var = cv * cv / w->s.sample[sample].fish + 0.0009;
                double off = log(w->s.sample[sample].mean_g) - ensemble_ln_sample(e, k);

                ln_w[k] += log(0.98 * exp(-0.5 * off * off / var) / sqrt(var) +
                               0.02 * exp(-0.5 * off * off / 0.16) / 0.4);
            }
    }
    for (size_t i = 0; i < CHUNK; i++) {
        double sum = 0;
        for (size_t k = 0; k < INNER; k++)
            sum += exp(ln_w[i * INNER + k]);
        ln[i] += log(sum / INNER + 1e-300);
    }
    free(ln_w);
    ensemble_free(e);
}

static void posterior_is_that_of_brute_force(void **state)
{
    static const double SLUMP[FEW_WEEKS] = {0, 0, 0, 0, 0, -0.5, -0.5, -0.5, -0.5};
    int32_t as_of = civil_day_of(2026, 7, 15); /* no season for two months and more */
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_ranlxd1);
    struct world *w = world_new();
    size_t farm = world_farm(w, "62.02.01");
    double sum = 0, squares = 0, mean[FEW_WEEKS] = {0}, square[FEW_WEEKS] = {0}, sd;
    static double z[FEW_WEEKS][CHUNK];
    struct paths *p;

    (void)state;
    gsl_rng_set(rng, SEED);
    for (int k = 0; k < FEW_PONDS; k++)
        add_pond(w, farm, as_of, FEW_WEEKS, SLUMP, 14, 10, 0, rng);
    for (int c = 0; c < CHUNKS; c++) {
        double ln[CHUNK] = {0};
        struct paths *prior = paths_new(1000 + (uint64_t)c, as_of, as_of, CHUNK);

        for (size_t i = 0; i < CHUNK; i++) {
            double level = gsl_ran_gaussian(rng, 0.15); /* SMOOTHER_LEVEL_SD */
            for (size_t k = 0; k < FEW_WEEKS; k++)
                z[k][i] = level + prior->z[0][(PATHS_PAST_WEEKS - FEW_WEEKS + k) * CHUNK + i];
        }
        for (size_t k = 0; k < FEW_PONDS; k++)
            brute_pond(w, k, (const double(*)[CHUNK])z, rng, ln);
        for (size_t i = 0; i < CHUNK; i++) {
            double weight = exp(ln[i]);

            sum += weight;
            squares += weight * weight;
            for (size_t k = 0; k < FEW_WEEKS; k++) {
                double x = prior->z[0][(PATHS_PAST_WEEKS - FEW_WEEKS + k) * CHUNK + i];
                mean[k] += weight * x;
                square[k] += weight * x * x;
            }
        }
        paths_free(prior);
    }
    p = given(w, as_of, 2000, NULL);
    print_message("brute force: %.0f effective draws; z and sd by week, brute force | smoother\n",
                  sum * sum / squares);
    assert_true(sum * sum / squares > 200);
    for (int k = 0; k < FEW_WEEKS; k++) {
        double want = mean[k] / sum, want_sd = sqrt(square[k] / sum - want * want);
        double got = z_at(p, REGENCY_KOTIM, FEW_WEEKS - 1 - k, &sd);

        print_message("  %+.3f %.3f | %+.3f %.3f\n", want, want_sd, got, sd);
        assert_close(got, want, 0.025); /* four errors of the sampler */
        assert_close(sd, want_sd, 0.012);
        if (k >= 6)
            assert_true(want < -0.03);
    }
    paths_free(p);
    world_free(w);
    gsl_rng_free(rng);
}

/* --- what ponds see together --- */

enum {
    MANY_PONDS = 100,
    MANY_WEEKS = 14,
    SLUMP_WEEKS = 4
};

static struct world *slump_world(int32_t as_of, double slump, double fed, gsl_rng *rng)
{
    struct world *w = world_new();
    size_t farm = world_farm(w, "62.02.01");
    double z[MANY_WEEKS] = {0};

    for (int k = 0; k < SLUMP_WEEKS; k++)
        z[MANY_WEEKS - 1 - k] = slump;
    for (int k = 0; k < (fed > 0 ? MANY_PONDS / 3 : MANY_PONDS); k++)
        add_pond(w, farm, as_of, MANY_WEEKS, z, 14, 30, fed, rng);
    return w;
}

static void a_slump_that_many_ponds_see_is_in_the_paths(void **state)
{
    int32_t as_of = civil_day_of(2026, 7, 15);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_ranlxd1);

    (void)state;
    gsl_rng_set(rng, SEED);
    for (int fed = 0; fed < 2; fed++) {
        struct world *w = slump_world(as_of, -0.3, fed ? 0.6 : 0, rng);
        struct world *calm = slump_world(as_of, 0, fed ? 0.6 : 0, rng);
        struct paths *p = given(w, as_of, DRAWS, NULL), *q = given(calm, as_of, DRAWS, NULL);
        double sd, sd_before, sd_other, now = z_at(p, REGENCY_KOTIM, 1, &sd);
        double before = z_at(p, REGENCY_KOTIM, 8, &sd_before);
        double other = z_at(p, REGENCY_SERUYAN, 1, &sd_other);
        double ahead = z_at(p, REGENCY_KOTIM, -1, &sd_before);
        double usual = z_at(q, REGENCY_KOTIM, 1, &sd_before);

        print_message("%s: z in the slump %+.3f (sd %.3f), before it %+.3f, a week ahead %+.3f, in "
                      "Seruyan %+.3f (sd %.3f); without slump %+.3f\n",
                      fed ? "fed" : "not fed", now, sd, before, ahead, other, sd_other, usual);
        assert_true(now < -0.15 && sd < 0.1); /* as drawn: 0, 0.12 */
        /* how growth was at large is hard to tell from the ponds' level; the fall is not */
        assert_true(now - before < -0.25 && fabs(before) < 0.15 && fabs(usual) < 0.08);
        assert_true(ahead < -0.1);
        assert_true(other < -0.06 && other > now && sd_other > sd);
        paths_free(p);
        paths_free(q);
        world_free(w);
        world_free(calm);
    }
    gsl_rng_free(rng);
}

static void a_strange_sample_moves_nothing(void **state)
{
    int32_t as_of = civil_day_of(2026, 7, 15);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_ranlxd1);
    struct world *w;
    struct paths *p, *q;

    (void)state;
    gsl_rng_set(rng, SEED + 1);
    w = slump_world(as_of, 0, 0, rng);
    p = given(w, as_of, DRAWS, NULL);
    for (size_t k = 5; k < w->s.samples; k += 50)
        w->s.sample[k].mean_g *= k % 100 == 5 ? 10 : 0.1;
    q = given(w, as_of, DRAWS, NULL);
    for (int weeks = 0; weeks < MANY_WEEKS; weeks++) {
        double sd, a = z_at(p, REGENCY_KOTIM, weeks, &sd), b = z_at(q, REGENCY_KOTIM, weeks, &sd);
        assert_close(a, b, 0.03);
    }
    paths_free(p);
    paths_free(q);
    world_free(w);
    gsl_rng_free(rng);
}

/* --- events --- */

enum {
    CAGES = 10,
    CAGE_WEEKS = 12,
    STRUCK_WEEKS_AGO = 4
};

/* Ten cages that write deaths down week by week, and one that does not; loss of all in one week. */
static struct world *cages(int32_t as_of, double loss, gsl_rng *rng)
{
    struct world *w = world_new();
    size_t farm = world_farm(w, "62.02.01");

    for (int k = 0; k <= CAGES; k++) {
        char slug[SLUG_SIZE];
        double alive = 3000 * exp(gsl_ran_gaussian(rng, 0.1));
        double mort = 0.004 * exp(gsl_ran_gaussian(rng, 0.3)), seen = gsl_ran_beta(rng, 4, 4);
        size_t cycle;

        (void)snprintf(slug, sizeof slug, "keramba-%d", k);
        cycle = world_cycle(w, world_pond(w, farm, slug, POND_SYSTEM_CAGE), as_of - 7 * CAGE_WEEKS,
                            3000, 15);
        for (int week = 1; week <= CAGE_WEEKS; week++) {
            double dead = alive * mort * 7;

            if (week == CAGE_WEEKS - STRUCK_WEEKS_AGO)
                dead += loss * alive;
            alive -= dead;
            if (k < CAGES)
                world_death(w, cycle, as_of - 7 * (CAGE_WEEKS - week),
                            gsl_ran_poisson(rng, seen * dead));
        }
    }
    return w;
}

static double silent_count(const struct world *w, int32_t as_of, bool prior_paths)
{
    struct supply_input in = input_of(w, as_of);
    struct supply_forecast *f;
    struct supply_pond pond[CAGES + 1];

    in.prior_paths = prior_paths;
    in.ignore_silence = true; /* nobody writes about the last cage */
    assert_int_equal(supply_run(&in, &f, pond), 0);
    supply_free(f);
    return pond[CAGES].count_p50;
}

static void an_event_in_the_dead_of_some_is_an_event_of_all(void **state)
{
    int32_t as_of = civil_day_of(2027, 2, 10);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_ranlxd1);
    struct world *hit, *calm;
    struct smoother_found found;
    struct paths *p;
    double prior, with, without, loss = 0, struck = 0;

    (void)state;
    gsl_rng_set(rng, SEED);
    hit = cages(as_of, 0.45, rng);
    calm = cages(as_of, 0, rng);
    p = given(hit, as_of, DRAWS, &found);
    for (size_t i = 0; i < DRAWS; i++) {
        /* written down on the last day of the week */
        double l = p->loss[0][(size_t)(PATHS_PAST_WEEKS - 1 - STRUCK_WEEKS_AGO) * DRAWS + i];
        struck += l > 0;
        loss += l;
    }
    print_message(
        "acid seen: chance %.2f, in Seruyan %.2f, its week in %.2f of the draws, loss %.2f\n",
        found.event_p[PATHS_ACID][0], found.event_p[PATHS_ACID][1], struck / DRAWS, loss / struck);
    assert_true(found.event_p[PATHS_ACID][0] > 0.99 && struck > 0.98 * DRAWS);
    assert_close(loss / struck, 0.45, 0.08);
    assert_true(found.event_p[PATHS_ACID][1] > 0.6); /* 0.26 as drawn */
    paths_free(p);
    p = given(calm, as_of, DRAWS, &found);
    assert_true(found.event_p[PATHS_ACID][0] < 0.12); /* what is left of the season */
    paths_free(p);
    prior = silent_count(hit, as_of, true);
    with = silent_count(hit, as_of, false);
    without = silent_count(calm, as_of, false);
    print_message(
        "fish in the cage without deaths written down: %.0f with the event, %.0f in a calm "
        "season, %.0f by the prior\n",
        with, without, prior);
    assert_true(with < 0.7 * prior && without > prior);
    world_free(hit);
    world_free(calm);
    gsl_rng_free(rng);
}

/* A river so low that caged fish grow at a third, seen in samples alone. */
/* What is written of days after the as-of day is not known yet, whatever table it lies in. */
static void what_came_out_is_looked_at_up_to_the_as_of_day(void **state)
{
    const int32_t as_of = civil_day_of(2026, 2, 20);
    const struct smoother_course course = {.samples = 1, .end_ln_g = log(250)};
    struct smoother_season season[2];
    struct world *w = world_new();
    struct supply_input in;
    double moved = 0;

    (void)state;
    (void)world_farm(w, "62.02.06");
    (void)world_pond(w, 0, "karamba", POND_SYSTEM_CAGE);
    (void)world_cycle(w, 0, as_of - 140, 3000, 10);
    world_harvest(w, 0, as_of - 5, 300, 4, HARVEST_FINAL);
    in = input_of(w, as_of);
    for (int later = 0; later < 2; later++) {
        struct smoother_losses *l = smoother_losses_new(&in);

        if (later == 1) { /* stolen after the day, written to the cycle all the same */
            world_death(w, 0, as_of + 3, 1200);
            (void)snprintf(w->s.death[0].cause, sizeof w->s.death[0].cause, "dicuri");
        }
        smoother_season_init(&season[later], PATHS_ACID, 2025, as_of + 1 - 7 * PATHS_PAST_WEEKS);
        smoother_losses_add(l, 0, &course, &season[later], 1);
        smoother_losses_free(l);
    }
    for (size_t k = 0; k < season[0].weeks; k++)
        moved += fabs(season[0].ln_ratio[REGENCY_KOTIM][k][SMOOTHER_LOSSES - 1]);
    assert_true(moved > 0);
    assert_memory_equal(season[0].ln_ratio, season[1].ln_ratio, sizeof season[0].ln_ratio);
    world_free(w);
}

static void low_flow_shows_in_the_growth_of_cages(void **state)
{
    int32_t as_of = civil_day_of(2026, 11, 1);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_ranlxd1);
    struct smoother_found calm, dry;

    (void)state;
    gsl_rng_set(rng, SEED);
    for (int way = 0; way < 2; way++) {
        struct world *w = world_new();
        size_t cage = world_farm(w, "62.02.01"), other = world_farm(w, "62.02.05");
        double low[MANY_WEEKS] = {0}, a_fifth[MANY_WEEKS] = {0};

        for (int k = MANY_WEEKS - 7; way == 1 && k < MANY_WEEKS; k++) {
            low[k] = -1;
            a_fifth[k] = -0.2;
        }
        for (int k = 0; k < 40; k++) {
            add_pond(w, k % 2 ? cage : other, as_of, MANY_WEEKS, k % 2 ? low : a_fifth, 14, 30, 0,
                     rng);
            if (k % 2)
                w->s.pond[k].system = POND_SYSTEM_CAGE;
        }
        paths_free(given(w, as_of, DRAWS, way ? &dry : &calm));
        world_free(w);
    }
    print_message("low flow: chance %.2f when cages stop growing, %.2f when not\n",
                  dry.event_p[PATHS_LOW_FLOW][0], calm.event_p[PATHS_LOW_FLOW][0]);
    assert_true(dry.event_p[PATHS_LOW_FLOW][0] > 0.95);
    assert_true(calm.event_p[PATHS_LOW_FLOW][0] < 0.15);
    assert_true(dry.season[PATHS_LOW_FLOW] && calm.season[PATHS_LOW_FLOW]);
    gsl_rng_free(rng);
}

/* --- order --- */

static void same_records_and_seed_same_bytes_and_no_records_no_change(void **state)
{
    int32_t as_of = civil_day_of(2027, 2, 10);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_ranlxd1);
    struct world *w, *empty = world_new();
    struct paths *a, *b;
    size_t bytes;

    (void)state;
    gsl_rng_set(rng, SEED);
    w = cages(as_of, 0.45, rng);
    a = given(w, as_of, DRAWS, NULL);
    b = given(w, as_of, DRAWS, NULL);
    bytes = a->weeks * DRAWS * sizeof(double);
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        assert_memory_equal(a->z[r], b->z[r], bytes);
        assert_memory_equal(a->loss[r], b->loss[r], bytes);
    }
    paths_free(b);
    b = paths_new(SEED, as_of, as_of + 100, DRAWS);
    assert_memory_not_equal(a->loss[0], b->loss[0], bytes);
    paths_free(a);
    a = given(empty, as_of, DRAWS, NULL);
    assert_memory_equal(a->z[0], b->z[0], bytes);
    assert_memory_equal(a->loss[0], b->loss[0], bytes);
    paths_free(a);
    paths_free(b);
    world_free(w);
    world_free(empty);
    gsl_rng_free(rng);
}

/* Records as nobody would write them, but could: numbers that come out are numbers, and losses are shares. */
static struct world *wild_world(int32_t as_of, gsl_rng *rng)
{
    struct world *w = world_new();
    size_t farm[] = {world_farm(w, "62.02.01"), world_farm(w, "62.07.01")};

    for (int k = 0; k < 6; k++) {
        char slug[SLUG_SIZE];
        int32_t stocked = as_of - (int32_t)gsl_rng_uniform_int(rng, 900);
        int32_t day = stocked + (int32_t)gsl_rng_uniform_int(rng, 3);
        size_t cycle;

        (void)snprintf(slug, sizeof slug, "kolam-%d", k);
        cycle = world_cycle(
            w, world_pond(w, farm[k % 2], slug, (enum pond_system)gsl_rng_uniform_int(rng, 4)),
            stocked, exp(gsl_ran_flat(rng, 0, 14)),
            gsl_rng_uniform(rng) < 0.2 ? NAN : exp(gsl_ran_flat(rng, -4, 7)));
        for (; day <= as_of && w->s.samples < WORLD_ROWS - 10; day++) {
            if (gsl_rng_uniform(rng) < 0.1) {
                world_sample(w, cycle, day, exp(gsl_ran_flat(rng, 0, 8)),
                             exp(gsl_ran_flat(rng, -4, 8)));
                if (gsl_rng_uniform(rng) < 0.3)
                    w->s.sample[w->s.samples - 1].cv = gsl_ran_flat(rng, 0, 3);
            }
            if (gsl_rng_uniform(rng) < 0.1 && k != 3)
                world_death(w, cycle, day, floor(exp(gsl_ran_flat(rng, 0, 14))));
            if (gsl_rng_uniform(rng) < 0.3 && k % 2 && w->s.feeds < WORLD_ROWS - 1)
                world_feed(w, cycle, day, exp(gsl_ran_flat(rng, -4, 9)));
            if (gsl_rng_uniform(rng) < 0.03)
                world_harvest(w, cycle, day, exp(gsl_ran_flat(rng, -2, 9)),
                              gsl_rng_uniform(rng) < 0.5 ? NAN : exp(gsl_ran_flat(rng, -3, 6)),
                              HARVEST_PARTIAL);
        }
        if (gsl_rng_uniform(rng) < 0.4)
            world_harvest(w, cycle, day - 1, exp(gsl_ran_flat(rng, -2, 9)), NAN, HARVEST_FINAL);
    }
    return w;
}

static void wild_records_leave_numbers(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_ranlxd1);

    (void)state;
    gsl_rng_set(rng, SEED);
    print_message("seed %d\n", SEED);
    for (int round = 0; round < 60; round++) {
        int32_t as_of = civil_day_of(2026, 1, 1) + (int32_t)gsl_rng_uniform_int(rng, 365);
        struct world *w = wild_world(as_of, rng);
        struct paths *p = given(w, as_of, 50, NULL);

        for (size_t r = 0; r < REGENCY_COUNT; r++)
            for (size_t x = 0; x < p->weeks * p->draws; x++) {
                assert_true(fabs(p->z[r][x]) < 3);
                assert_true(p->loss[r][x] >= 0 && p->loss[r][x] <= 1);
            }
        paths_free(p);
        world_free(w);
    }
    gsl_rng_free(rng);
}

/* --- what it is worth --- */

enum {
    WORLDS = 24, /* 1000 with NILA_LONG */
    WORLD_PONDS = 40,
    LEADS = 3,
    NODES = 3 /* joint and both regencies */
};

struct worth {
    double crps[NODES][LEADS];
    int inside[NODES][LEADS];
    double first; /* CRPS of joint month 1 in the last world */
};

static void score_world(const struct truth *t, bool prior_paths, struct worth *to)
{
    struct supply_input in = input_of(t->w, t->as_of_day);
    struct supply_forecast *f;
    double kg[DRAWS];

    in.prior_paths = prior_paths;
    in.seed = (uint64_t)t->as_of_day;
    assert_int_equal(supply_run(&in, &f, NULL), 0);
    for (size_t node = 0; node < NODES; node++)
        for (unsigned m = 0; m < LEADS; m++) {
            double truth = node == 0 ? t->joint_kg[m] : t->regency_kg[node - 1][m], sum = 0;

            memcpy(kg, supply_draws(f, node, m + 1), sizeof kg);
            gsl_sort(kg, 1, DRAWS);
            to->inside[node][m] +=
                truth >= gsl_stats_quantile_from_sorted_data(kg, 1, DRAWS, 0.1) &&
                truth <= gsl_stats_quantile_from_sorted_data(kg, 1, DRAWS, 0.9);
            for (int i = 0; i < DRAWS; i++)
                sum += fabs(kg[i] - truth) / DRAWS -
                       kg[i] * (2 * i - DRAWS + 1) / (DRAWS * (DRAWS - 1.0));
            to->crps[node][m] += sum;
            if (node == 0 && m == 0)
                to->first = sum;
        }
    supply_free(f);
}

static void forecasts_are_better_for_it(void **state)
{
    static const char *const NAME[NODES] = {"joint", "kotim", "seruyan"};
    bool all = getenv("NILA_LONG") != NULL;
    int worlds = all ? 1000 : WORLDS;
    struct worth prior = {0}, with = {0};
    double saved = 0, squares = 0, error;

    (void)state;
    for (int k = 0; k < worlds; k++) {
        struct truth t;

        truth_new(&t, 5000 + (uint64_t)k, WORLD_PONDS);
        score_world(&t, true, &prior);
        score_world(&t, false, &with);
        truth_free(&t);
        saved += prior.first - with.first;
        squares += (prior.first - with.first) * (prior.first - with.first);
    }
    print_message("%d worlds from seed 5000, %d ponds; inside 80 %%, CRPS in kg: paths as drawn | "
                  "given the records\n",
                  worlds, WORLD_PONDS);
    for (size_t node = 0; node < NODES; node++)
        for (size_t m = 0; m < LEADS; m++) {
            double inside = (double)with.inside[node][m] / worlds;

            print_message("  %-8s month %u: %.3f %6.1f | %.3f %6.1f  (%+.1f %%)\n", NAME[node],
                          (unsigned)m + 1, (double)prior.inside[node][m] / worlds,
                          prior.crps[node][m] / worlds, inside, with.crps[node][m] / worlds,
                          100 * (with.crps[node][m] / prior.crps[node][m] - 1));
            /* three standard errors of a share of 0.8 beyond 0.77 to 0.83 */
            assert_true(fabs(inside - 0.8) < 0.03 + 3 * sqrt(0.16 / worlds));
            assert_true(with.crps[node][m] < 1.05 * prior.crps[node][m]);
        }
    /* Pairs of one world each. The gain is small beside the luck of a world: of 200 worlds its standard error is 2 % of the
     * CRPS, so the short run only refuses a harm, and the long one asks that the gain be seen (3.3 errors when measured). */
    saved /= worlds;
    error = sqrt((squares / worlds - saved * saved) / (worlds - 1));
    print_message("  joint month 1: the records save %.1f kg of CRPS, standard error %.1f\n", saved,
                  error);
    assert_true(saved > (all ? 2 : -2) * error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posterior_is_that_of_brute_force),
        cmocka_unit_test(a_slump_that_many_ponds_see_is_in_the_paths),
        cmocka_unit_test(a_strange_sample_moves_nothing),
        cmocka_unit_test(an_event_in_the_dead_of_some_is_an_event_of_all),
        cmocka_unit_test(what_came_out_is_looked_at_up_to_the_as_of_day),
        cmocka_unit_test(low_flow_shows_in_the_growth_of_cages),
        cmocka_unit_test(same_records_and_seed_same_bytes_and_no_records_no_change),
        cmocka_unit_test(wild_records_leave_numbers),
        cmocka_unit_test(forecasts_are_better_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
