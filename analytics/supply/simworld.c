/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simworld.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include "analytics/fish/harvest.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "paths.h"

enum {
    SAMPLE_FISH = 30,
    SAMPLE_DAYS = 14,
    BEGIN_DAYS = 300, /* ponds came into use within so many days */
    FARM_PONDS = 4
};
static const double FEED_SHARE = 0.5, FEED_SD = 0.5; /* of the most they eat; sd of ln (filter.h) */
static const double MANY_DEAD = 0.1; /* of the fish in a week: after that some fall silent */
static const uint64_t TRUTH_SEED = 0x7207, PATH_SEED = 0x7e57, MORE_EVENTS_SEED = 0xacedf100d;

/* One pond's farmer at work. */
struct life {
    struct simworld *w;
    const struct simworld_plan *plan;
    const struct paths *paths;
    gsl_rng *rng;
    struct ensemble *fish; /* member 0 is the truth */
    struct ensemble_prior prior;
    struct harvest_buyers buyers;
    size_t pond, cycle;
    enum regency regency;
    enum pond_system system;
    bool counts_dead, writes_feed; /* his habits */
    bool silent;                   /* of this cycle nothing more is written */
    double target_g;
    double feed_kg_day, dead, before; /* of this week: feed; dead so far; fish at its begin */
    double fed_share;
};

/* Room for one more behind n; arrays double. */
static void *room(void *array, size_t n, size_t size)
{
    return (n & (n - 1)) == 0 ? xrealloc(array, n > 0 ? 2 * n : 1, size) : array;
}

static void write_cycle(struct life *l, int32_t day, double count, double mass_g)
{
    struct records_snapshot *s = l->w->records;

    /* whoever has not written his last harvest down: the next stocking tells that it is over */
    if (s->cycles > 0 && s->cycle[s->cycles - 1].pond == l->pond &&
        s->cycle[s->cycles - 1].closed_day == INT32_MAX)
        s->cycle[s->cycles - 1].closed_day = day;
    s->cycle = room(s->cycle, s->cycles, sizeof *s->cycle);
    l->cycle = s->cycles++;
    s->cycle[l->cycle] = (struct rec_cycle){.pond = l->pond,
                                            .stocked_day = day,
                                            .count = count,
                                            .mass_g = mass_g,
                                            .closed_day = INT32_MAX};
    (void)snprintf(s->cycle[l->cycle].slug, sizeof s->cycle[l->cycle].slug, "cycle-%06zu",
                   l->cycle);
}

static void write_harvest(struct life *l, int32_t day)
{
    struct records_snapshot *s = l->w->records;

    if (l->silent)
        return;
    s->harvest = room(s->harvest, s->harvests, sizeof *s->harvest);
    s->harvest[s->harvests++] = (struct rec_harvest){.cycle = l->cycle,
                                                     .day = day,
                                                     .kg = ensemble_biomass_kg(l->fish, 0),
                                                     .fish_per_kg = NAN,
                                                     .kind = HARVEST_FINAL,
                                                     .price_idr_kg = NAN};
    s->cycle[l->cycle].closed_day = day;
}

static void write_sample(struct life *l, int32_t day)
{
    struct records_snapshot *s = l->w->records;
    double cv = exp(l->fish->ln_cv[0]) * (l->plan->cv > 0 ? l->plan->cv / ENSEMBLE_SAMPLE_CV : 1);
    double sd = sqrt(cv * cv / SAMPLE_FISH + ENSEMBLE_SAMPLE_SD * ENSEMBLE_SAMPLE_SD);
    double ln_g = ensemble_ln_sample(l->fish, 0) + gsl_ran_gaussian(l->rng, sd);

    if (l->silent)
        return;
    s->sample = room(s->sample, s->samples, sizeof *s->sample);
    s->sample[s->samples++] = (struct rec_sample){l->cycle, day, SAMPLE_FISH, exp(ln_g), NAN};
}

static void write_week(struct life *l, int32_t day)
{
    struct records_snapshot *s = l->w->records;
    double seen = exp(l->fish->ln_seen[0]) * (1 - l->plan->unwritten);
    double dead = gsl_ran_poisson(l->rng, seen * l->dead);

    if (l->plan->fall_silent && l->dead > MANY_DEAD * l->before)
        l->silent = true;
    if (l->silent)
        return;
    if (l->counts_dead && dead > 0) {
        s->death = room(s->death, s->deaths, sizeof *s->death);
        s->death[s->deaths++] = (struct rec_death){.cycle = l->cycle, .day = day, .count = dead};
    }
    if (l->writes_feed) {
        s->feed = room(s->feed, s->feeds, sizeof *s->feed);
        s->feed[s->feeds++] =
            (struct rec_feed){.cycle = l->cycle, .day = day, .feed_kg = 7 * l->feed_kg_day};
    }
}

static void begin_week(struct life *l)
{
    double mass = ensemble_mass_g(l->fish, 0);

    l->before = l->fish->count[0];
    l->dead = 0;
    l->feed_kg_day =
        l->writes_feed ? l->fed_share * growth_ration_max(mass) * l->before * mass / 1000 : NAN;
}

static void live_day(struct life *l, int32_t day)
{
    size_t at = paths_week(l->paths, day) * l->paths->draws;
    double before = l->fish->count[0];
    struct ensemble_day today = {.water = {ENSEMBLE_USUAL_TEMP_C, NAN, 0},
                                 .feed_kg = l->feed_kg_day,
                                 .z = l->paths->growth[l->regency][l->system] + at,
                                 .exposure = l->prior.exposure};

    if ((day - l->paths->first_day) % 7 == 0)
        today.loss = l->paths->loss[l->regency] + at;
    ensemble_step(l->fish, &today, l->rng);
    l->dead += before - l->fish->count[0];
}

static void stock(struct life *l, int32_t day)
{
    double count = 1000 + 4000 * gsl_rng_uniform(l->rng), mass = 8 + 7 * gsl_rng_uniform(l->rng);

    ensemble_prior(l->system, &l->prior);
    l->prior.mixed = 0.5; /* the sex is not written down */
    l->silent = false;
    l->target_g = harvest_target(&l->buyers, NULL, l->rng);
    l->fed_share = FEED_SHARE * exp(gsl_ran_gaussian(l->rng, FEED_SD));
    l->fed_share = l->fed_share < 1 ? l->fed_share : 1;
    write_cycle(l, day, count, mass);
    ensemble_stock(l->fish, &l->prior, count, mass, day, l->rng);
}

/* Lives one cycle up to the harvest or the as-of day. Returns the day of harvest, or INT32_MAX. */
static int32_t live_cycle(struct life *l, int32_t stocked)
{
    stock(l, stocked);
    begin_week(l);
    for (int32_t day = stocked + 1; day <= l->w->as_of_day; day++) {
        live_day(l, day);
        if ((day - stocked) % 7 != 0)
            continue;
        write_week(l, day);
        if (gsl_rng_uniform(l->rng) <
            harvest_hazard(ensemble_mass_g(l->fish, 0), l->target_g, l->buyers.width)) {
            write_harvest(l, day);
            return day;
        }
        if ((day - stocked) % SAMPLE_DAYS == 0)
            write_sample(l, day);
        begin_week(l);
    }
    return INT32_MAX;
}

static void take_harvest(void *arg, int32_t day, double kg, bool current, double mass_g)
{
    struct life *l = arg;
    int32_t lead = civil_month_of_day(day) - civil_month_of_day(l->w->as_of_day) - 1;

    (void)current;
    (void)mass_g;
    if (lead < 0 || lead >= (int32_t)l->plan->months)
        return;
    l->w->kg[SUPPLY_JOINT][lead] += kg;
    l->w->kg[supply_node_regency(l->regency)][lead] += kg;
}

/* ended: the day of the last harvest, INT32_MAX while fish are in the pond; else next is the day of stocking again. */
static void live_on(struct life *l, int32_t end_day, int32_t ended, int32_t next)
{
    const struct rec_cycle *y = &l->w->records->cycle[l->cycle];
    const struct ensemble *e = l->fish;
    struct harvest_outlook o = {.prior = &l->prior,
                                .buyers = &l->buyers,
                                .temp_c = ENSEMBLE_USUAL_TEMP_C,
                                .nh3_effect = 1,
                                .first_day = l->w->as_of_day + 1,
                                .end_day = end_day,
                                .main_end_day = end_day,
                                .stock_count = y->count,
                                .stock_mass_g = y->mass_g,
                                .path_day = l->paths->first_day,
                                .path_weeks = l->paths->weeks,
                                .path_stride = l->paths->draws};
    struct harvest_member m = {.stocked = ended == INT32_MAX,
                               .restock_day = ended == INT32_MAX ? INT32_MAX : next,
                               .u = e->u[0],
                               .count = e->count[0],
                               .ln_gain = ensemble_ln_gain(e, 0),
                               .mort = exp(e->ln_mort[0]),
                               .do_usual = e->do_usual[0],
                               .target_g = l->target_g,
                               .z = l->paths->growth[l->regency][l->system],
                               .temp_dev = l->paths->temp_dev[l->regency],
                               .loss = l->paths->loss[l->regency]};

    l->w->mass_g[l->pond] = m.stocked ? ensemble_mass_g(e, 0) : NAN;
    harvest_follow(&o, &m, l->rng, take_harvest, l);
}

static void live_pond(struct life *l, size_t pond, int32_t end_day)
{
    const struct records_snapshot *s = l->w->records;
    int32_t next, ended = INT32_MAX;

    /* a stream a pond: how far one is followed changes no other */
    gsl_rng_set(l->rng, paths_stream(l->plan->seed ^ TRUTH_SEED, s->pond[pond].slug));
    next = l->w->as_of_day - (int32_t)gsl_rng_uniform_int(l->rng, BEGIN_DAYS);
    l->pond = pond;
    l->regency = s->farm[s->pond[pond].farm].regency;
    l->system = s->pond[pond].system;
    l->counts_dead = gsl_rng_uniform(l->rng) < 0.5 && !l->plan->samples_alone;
    l->writes_feed = gsl_rng_uniform(l->rng) < 0.25 && !l->plan->samples_alone;
    harvest_buyers(&l->buyers, 0, 0);
    while (next <= l->w->as_of_day) {
        ended = live_cycle(l, next);
        if (ended == INT32_MAX)
            break;
        next = harvest_restock_day(ended, l->rng);
    }
    live_on(l, end_day, ended, next);
}

/* Farms of four ponds, in turn in the kecamatan; ponds lie by slug, as in a snapshot. */
static void settle(struct simworld *w, size_t ponds)
{
    static const char *const KECAMATAN[] = {"62.02.01", "62.07.01", "62.02.05", "62.07.03",
                                            "62.02.06", "62.02.08", "62.07.06", "62.02.14"};
    static const enum pond_system SYSTEM[] = {
        POND_SYSTEM_POND,      POND_SYSTEM_POND,    POND_SYSTEM_POND, POND_SYSTEM_CAGE,
        POND_SYSTEM_TARPAULIN, POND_SYSTEM_BIOFLOC, POND_SYSTEM_POND};
    struct records_snapshot *s = w->records;

    s->farms = (ponds + FARM_PONDS - 1) / FARM_PONDS;
    s->farm = xcalloc(s->farms, sizeof *s->farm);
    s->ponds = ponds;
    s->pond = xcalloc(ponds, sizeof *s->pond);
    for (size_t k = 0; k < s->farms; k++) {
        struct rec_farm *f = &s->farm[k];

        (void)snprintf(f->slug, sizeof f->slug, "farm-%04zu", k);
        if (region_find_kecamatan(KECAMATAN[k % 8], &f->kecamatan) != 0)
            fatal("simworld: kecamatan %s is not in the region's table", KECAMATAN[k % 8]);
        f->regency = region_kecamatan(f->kecamatan)->regency;
    }
    for (size_t p = 0; p < ponds; p++) {
        (void)snprintf(s->pond[p].slug, sizeof s->pond[p].slug, "pond-%04zu", p);
        s->pond[p].farm = p / FARM_PONDS;
        s->pond[p].system = SYSTEM[p % 7];
        s->pond[p].area_m2 = 200;
        s->pond[p].depth_m = 1;
    }
}

/* The events of other paths on top: two independent histories. */
static void more_events(struct paths *p, const struct paths *other)
{
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        for (size_t x = 0; x < p->weeks * p->draws; x++) {
            for (size_t k = 0; k < PATHS_EVENT_KINDS; k++)
                p->event[k][r][x] = 1 - (1 - p->event[k][r][x]) * (1 - other->event[k][r][x]);
            p->appetite[r][x] = fmin(p->appetite[r][x], other->appetite[r][x]);
        }
    paths_sum(p);
}

struct simworld *simworld_new(const struct simworld_plan *plan)
{
    struct simworld *w = xcalloc(1, sizeof *w);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_ranlxd1); /* another generator than the model's */
    struct paths *paths;
    struct life l = {.w = w, .plan = plan, .rng = rng, .fish = ensemble_new(2, 1)};
    int32_t end_day;

    if (rng == NULL)
        fatal("no memory");
    gsl_rng_set(rng, paths_stream(plan->seed, "simworld"));
    w->records = xcalloc(1, sizeof *w->records);
    w->as_of_day = civil_day_of(2026, 1, 1) + (int32_t)gsl_rng_uniform_int(rng, 365);
    w->records->as_of_ms = civil_day_start(w->as_of_day + 1) - 1;
    w->mass_g = xcalloc(plan->ponds, sizeof *w->mass_g);
    end_day = civil_month_first_day(civil_month_of_day(w->as_of_day) + 1 + (int32_t)plan->months);
    end_day--;
    paths = paths_new(plan->seed ^ PATH_SEED, w->as_of_day, end_day, 2);
    if (plan->events_twice) {
        struct paths *other =
            paths_new(plan->seed ^ MORE_EVENTS_SEED, w->as_of_day, end_day, paths->draws);

        more_events(paths, other);
        paths_free(other);
    }
    settle(w, plan->ponds);
    l.paths = paths;
    for (size_t p = 0; p < plan->ponds; p++)
        live_pond(&l, p, end_day);
    paths_free(paths);
    ensemble_free(l.fish);
    gsl_rng_free(rng);
    return w;
}

void simworld_free(struct simworld *w)
{
    if (w == NULL)
        return;
    records_snapshot_free(w->records);
    free(w->mass_g);
    free(w);
}
