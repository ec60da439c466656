/* SPDX-License-Identifier: GPL-3.0-or-later */
/* truth: a world drawn from the model itself, with what its farmers would write down, and what they will in truth harvest.
 * A best case by design: it tests the filter and the sums, not the model. */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H

#include <gsl/gsl_randist.h>

#include "analytics/fish/harvest.h"
#include "analytics/supply/paths.h"
#include "analytics/supply/pondrun.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

#define TRUTH_MONTHS         4
#define TRUTH_SAMPLE_FISH    30
#define TRUTH_SAMPLE_DAYS    14
#define TRUTH_LONG_PAST_DAYS 400

struct truth {
    struct world *w;
    int32_t as_of_day;
    double forgets; /* chance that a farmer doesn't write his final harvest down; 0 */
    double joint_kg[TRUTH_MONTHS];
    double regency_kg[REGENCY_COUNT][TRUTH_MONTHS];
};

struct truth_sink {
    struct truth *t;
    enum regency regency;
};

static void truth_harvest(void *arg, int32_t day, double kg, bool main, double mass_g)
{
    struct truth_sink *s = arg;
    int32_t lead = civil_month_of_day(day) - civil_month_of_day(s->t->as_of_day) - 1;

    (void)main;
    (void)mass_g;
    if (lead < 0 || lead >= TRUTH_MONTHS)
        return;
    s->t->joint_kg[lead] += kg;
    s->t->regency_kg[s->regency][lead] += kg;
}

/* Lives one cycle up to the harvest or as_of_day, writing samples down. Returns the day of harvest, or INT32_MAX. */
static int32_t truth_live(struct truth *t, size_t pond, const struct paths *paths,
                          struct ensemble *e, int32_t day, double target_g, gsl_rng *rng)
{
    struct ensemble_prior prior;
    size_t kecamatan = t->w->s.farm[t->w->s.pond[pond].farm].kecamatan;
    enum regency regency = region_kecamatan(kecamatan)->regency;
    enum pond_system system = t->w->s.pond[pond].system;
    double count = 1000 + 4000 * gsl_rng_uniform(rng), mass = 8 + 7 * gsl_rng_uniform(rng);
    size_t cycle = world_cycle(t->w, pond, day, count, mass);

    ensemble_prior(system, &prior);
    prior.mixed = 0.5; /* the sex is not written down */
    ensemble_stock(e, &prior, count, mass, day, rng);
    for (int32_t d = day + 1; d <= t->as_of_day; d++) {
        size_t at = paths_week(paths, d) * paths->draws;
        struct ensemble_day today = {.water = {28.5, NAN, 0},
                                     .feed_kg = NAN,
                                     .z = paths->growth[regency][system] + at,
                                     .exposure = prior.exposure};

        if ((d - paths->first_day) % 7 == 0)
            today.loss = paths->loss[regency] + at;
        ensemble_step(e, &today, rng);
        if ((d - day) % 7 == 0 &&
            gsl_rng_uniform(rng) < harvest_hazard(ensemble_mass_g(e, 0), target_g, HARVEST_WIDTH)) {
            if (!(t->forgets > 0 && gsl_rng_uniform(rng) < t->forgets))
                world_harvest(t->w, cycle, d, ensemble_biomass_kg(e, 0), NAN, HARVEST_FINAL);
            return d;
        }
        if ((d - day) % TRUTH_SAMPLE_DAYS == 0) {
            double cv = exp(e->ln_cv[0]);
            double sd = sqrt(cv * cv / TRUTH_SAMPLE_FISH + ENSEMBLE_SAMPLE_SD * ENSEMBLE_SAMPLE_SD);
            world_sample(t->w, cycle, d, TRUTH_SAMPLE_FISH,
                         exp(ensemble_ln_sample(e, 0) + gsl_ran_gaussian(rng, sd)));
        }
    }
    return INT32_MAX;
}

/* A stocking closes the cycle before it, where nobody wrote its harvest down. */
static void truth_close(struct truth *t, size_t pond, int32_t day)
{
    struct rec_cycle *last = t->w->s.cycles > 0 ? &t->w->s.cycle[t->w->s.cycles - 1] : NULL;

    if (last != NULL && last->pond == pond && last->closed_day == INT32_MAX)
        last->closed_day = day;
}

static void truth_pond(struct truth *t, size_t pond, const struct paths *paths, int32_t end_day,
                       gsl_rng *rng)
{
    struct ensemble *e = ensemble_new(2, 1); /* member 0 is the truth */
    struct ensemble_prior prior;
    struct harvest_buyers buyers;
    enum regency regency = t->w->s.farm[t->w->s.pond[pond].farm].regency;
    int32_t past = t->forgets > 0 ? TRUTH_LONG_PAST_DAYS : 0; /* there is something to learn from */
    int32_t next = t->as_of_day - past - (int32_t)gsl_rng_uniform_int(rng, 130), ended = INT32_MAX;
    struct truth_sink sink = {t, regency};
    struct harvest_member m = {0};

    ensemble_prior(t->w->s.pond[pond].system, &prior);
    harvest_buyers(&buyers, 0, 0);
    while (next <= t->as_of_day) {
        m.target_g = harvest_target(&buyers, NULL, rng);
        truth_close(t, pond, next);
        ended = truth_live(t, pond, paths, e, next, m.target_g, rng);
        if (ended == INT32_MAX)
            break;
        next = harvest_restock_day(ended, rng);
    }
    struct harvest_outlook o = {.prior = &prior,
                                .buyers = &buyers,
                                .temp_c = 28.5,
                                .nh3_effect = 1,
                                .first_day = t->as_of_day + 1,
                                .end_day = end_day,
                                .main_end_day = end_day,
                                .stock_count = t->w->s.cycle[t->w->s.cycles - 1].count,
                                .stock_mass_g = t->w->s.cycle[t->w->s.cycles - 1].mass_g,
                                .path_day = paths->first_day,
                                .path_weeks = paths->weeks,
                                .path_stride = paths->draws};
    m.stocked = ended == INT32_MAX;
    m.restock_day = m.stocked ? INT32_MAX : next;
    m.u = e->u[0];
    m.count = e->count[0];
    m.ln_gain = ensemble_ln_gain(e, 0);
    m.mort = exp(e->ln_mort[0]);
    m.do_usual = e->do_usual[0];
    m.z = paths->growth[regency][t->w->s.pond[pond].system];
    m.temp_dev = paths->temp_dev[regency];
    m.loss = paths->loss[regency];
    harvest_follow(&o, &m, rng, truth_harvest, &sink);
    ensemble_free(e);
}

/* ponds of them in five kecamatan of Kotim and three of Seruyan; the as-of day lies anywhere in 2026. forgets: as in struct
 * truth. */
static void truth_forgetful(struct truth *t, uint64_t seed, size_t ponds, double forgets)
{
    static const char *const KECAMATAN[] = {"62.02.01", "62.02.05", "62.02.06", "62.02.08",
                                            "62.02.14", "62.07.01", "62.07.03", "62.07.06"};
    static const enum pond_system SYSTEM[] = {
        POND_SYSTEM_POND,      POND_SYSTEM_POND,    POND_SYSTEM_POND, POND_SYSTEM_CAGE,
        POND_SYSTEM_TARPAULIN, POND_SYSTEM_BIOFLOC, POND_SYSTEM_POND};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_ranlxd1); /* another generator than the model's */
    struct paths *paths;
    int32_t end_day;

    memset(t, 0, sizeof *t);
    t->forgets = forgets;
    gsl_rng_set(rng, (unsigned long)seed);
    t->w = world_new();
    t->as_of_day = civil_day_of(2026, 1, 1) + (int32_t)gsl_rng_uniform_int(rng, 365);
    end_day = civil_month_first_day(civil_month_of_day(t->as_of_day) + 1 + TRUTH_MONTHS) - 1;
    paths = paths_new(seed ^ 0x7e57, t->as_of_day, end_day, 2);
    for (size_t k = 0; k < 8; k++)
        (void)world_farm(t->w, KECAMATAN[k]);
    for (size_t p = 0; p < ponds; p++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "pond-%04u", (unsigned)p);
        (void)world_pond(t->w, p % 8, slug, SYSTEM[p % 7]);
        truth_pond(t, p, paths, end_day, rng);
    }
    paths_free(paths);
    gsl_rng_free(rng);
}

static inline void truth_new(struct truth *t, uint64_t seed, size_t ponds)
{
    truth_forgetful(t, seed, ponds, 0);
}

static void truth_free(struct truth *t)
{
    world_free(t->w);
}

#endif
