/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hazard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "history.h"
#include "pooled.h"

static const struct pooled GRID = {21, 1.2, HAZARD_SHARED_SD, HAZARD_OWN_SD};
static const double LEAST_SHARE =
    0.2; /* of the harvest's mass: in weeks below it nobody harvests, whatever the width */
static const int32_t LEAST_DAYS = 28;
static const double NEVER = 15; /* widths from the size: the hazard is 0 or 1 to 3e-7 */
enum {
    LOOKS_MAX = 104 /* two years; earlier weeks do not count */
};

/* Three nodes of a normal: -sqrt 3, 0, sqrt 3. */
#define NODES 3
static const double NODE[NODES] = {-1.7320508075688772, 0, 1.7320508075688772};
static const double WEIGHT[NODES] = {1.0 / 6, 2.0 / 3, 1.0 / 6};

/* A cycle that ended with a harvest of one size. */
struct ended {
    double mass_g, stock_g, days;
};

/* The final harvest's mean size; false: none, something was taken out before, or sizes are missing. */
static bool ending(const struct records_snapshot *s, size_t cycle, int32_t as_of_day,
                   struct ended *out)
{
    const struct history_rows r = history_rows(s, cycle);
    double kg = 0, fish = 0;
    int32_t day = 0;

    for (size_t k = r.harvest; k < r.harvest_end; k++) {
        const struct rec_harvest *h = &s->harvest[k];

        if (h->day > as_of_day || h->kind != HARVEST_FINAL || !(h->fish_per_kg > 0) || !(h->kg > 0))
            return false;
        if (kg > 0 && h->day != day)
            return false;
        day = h->day;
        kg += h->kg;
        fish += h->kg * h->fish_per_kg;
    }
    *out = (struct ended){fish > 0 ? 1000 * kg / fish : 0, s->cycle[cycle].mass_g,
                          day - s->cycle[cycle].stocked_day};
    return kg > 0 && out->stock_g > 0 && out->days >= LEAST_DAYS && out->mass_g > out->stock_g;
}

/* Masses at the weekly looks, the harvest's first, back to where nobody harvests. Returns their number. */
static size_t looks(const struct ended *e, double *mass_g)
{
    double u = growth_u(e->mass_g), week = 7 * (u - growth_u(e->stock_g)) / e->days;
    double least = growth_u(LEAST_SHARE * e->mass_g);
    size_t n = 1;

    mass_g[0] = e->mass_g;
    u -= week;
    while (n < LOOKS_MAX && u > least) {
        mass_g[n++] = growth_mass(u);
        u -= week;
    }
    return n;
}

/* ln chance of the course for a width and W*. */
static double ln_course(const double *mass_g, size_t n, double width, double target_g)
{
    double scale = 1 / (width * target_g), x = (mass_g[0] - target_g) * scale;
    double ln = x > -NEVER ? -log1p(exp(-x)) : x;

    for (size_t k = 1; k < n; k++) {
        x = (mass_g[k] - target_g) * scale;
        if (x < -NEVER) /* and even less in earlier weeks */
            break;
        ln -= x > NEVER ? x : log1p(exp(x));
    }
    return ln;
}

static double ln_cycle(const double *mass_g, size_t n, const struct harvest_buyers *b, double width)
{
    double sum = 0;

    for (size_t c = 0; c < b->n; c++)
        for (int k = 0; k < NODES; k++)
            sum += b->share[c] * WEIGHT[k] *
                   exp(ln_course(mass_g, n, width, b->mass_g[c] * exp(HAZARD_SIZE_SD * NODE[k])));
    return log(sum + 1e-12); /* a harvest that nothing explains says little */
}

static void look_at(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                    double *ln_like, size_t *cycles)
{
    size_t first, end, taken = 0;

    records_cycles_of(s, pond, &first, &end);
    for (size_t c = end; c-- > first && taken < HAZARD_POND_CYCLES;) {
        double mass_g[LOOKS_MAX];
        struct harvest_buyers b;
        struct ended e;
        size_t n;

        if (s->cycle[c].closed_day > as_of_day || !ending(s, c, as_of_day, &e))
            continue;
        history_buyers(s, pond, s->cycle[c].stocked_day, &b); /* as it was known then */
        if (b.n < HARVEST_CLASSES)
            continue;
        n = looks(&e, mass_g);
        for (size_t k = 0; k < GRID.n; k++)
            ln_like[k] += ln_cycle(mass_g, n, &b, HARVEST_WIDTH * exp(pooled_at(&GRID, k)));
        taken++;
    }
    *cycles += taken;
}

void hazard_learn(const struct records_snapshot *s, int32_t as_of_day, struct hazard_learned *out)
{
    double like[POND_SYSTEM_COUNT][POOLED_MAX] = {{0}}, none[POND_SYSTEM_COUNT][POOLED_MAX] = {{0}};
    double after[POND_SYSTEM_COUNT][POOLED_MAX], before[POND_SYSTEM_COUNT][POOLED_MAX];
    size_t cycles[POND_SYSTEM_COUNT] = {0};

    for (size_t p = 0; p < s->ponds; p++)
        look_at(s, p, as_of_day, like[s->pond[p].system], &cycles[s->pond[p].system]);
    pooled_posterior(&GRID, like, after);
    pooled_posterior(&GRID, none, before);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        struct hazard_learned *o = &out[y];
        double mean;

        *o = (struct hazard_learned){.width = HARVEST_WIDTH, .cycles = cycles[y]};
        pooled_mean_sd(&GRID, before[y], &mean, &o->ln_prior_sd);
        pooled_mean_sd(&GRID, after[y], &mean, &o->ln_sd);
        o->p10 = HARVEST_WIDTH * exp(pooled_quantile(&GRID, after[y], 0.1));
        o->p90 = HARVEST_WIDTH * exp(pooled_quantile(&GRID, after[y], 0.9));
        o->learned = o->cycles >= HAZARD_CYCLES && o->ln_sd < HAZARD_NARROWER * o->ln_prior_sd;
        if (o->learned)
            o->width = HARVEST_WIDTH * exp(mean);
    }
}
