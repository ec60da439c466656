/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The draws of what is outside, at theta 0: levels that lean on each other, path by path, and chance between ponds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "collector/common/log.h"
#include "paths.h"
#include "typical.h"
#include "untracked_own.h"

struct drawing {
    struct untracked *u;
    struct supply_forecast *f;
    gsl_rng *rng[REGION_KECAMATAN_COUNT];    /* of the system in hand */
    double *lasting[REGION_KECAMATAN_COUNT]; /* [draw]: factor of its ponds outside, all months */
    double on_record[REGENCY_COUNT];         /* of the system in hand */
    double *tracked[REGENCY_COUNT];          /* [draw]: their sum in the month in hand */
    double *level[REGENCY_COUNT];            /* [draw]: of one pond of the regency */
};

/* What one pond of each regency brings in a draw. */
static void lean(const struct drawing *w, enum pond_system y, unsigned lead, unsigned i)
{
    double typical[REGENCY_COUNT], sum = 0, mean = 0, expected = 0, n = 0;

    for (int r = 0; r < REGENCY_COUNT; r++) {
        typical[r] = typical_draws(w->f->typical, w->f, (enum regency)r, y, lead)[i];
        mean += typical[r] / REGENCY_COUNT;
        expected += w->on_record[r] * typical[r];
        sum += w->tracked[r][i];
        n += w->on_record[r];
    }
    for (int r = 0; r < REGENCY_COUNT; r++) {
        /* both regencies against their typical ponds; where no typical pond brings anything, their plain mean */
        double both =
            expected + UNTRACKED_LEAN * mean > 0
                ? typical[r] * (sum + UNTRACKED_LEAN * mean) / (expected + UNTRACKED_LEAN * mean)
                : sum / (n + UNTRACKED_LEAN);

        w->level[r][i] =
            (w->tracked[r][i] + UNTRACKED_LEAN * both) / (w->on_record[r] + UNTRACKED_LEAN);
    }
}

/* Variance of one farm's lasting factor. */
static double farm_variance(void)
{
    return expm1(UNTRACKED_FARM_SD * UNTRACKED_FARM_SD);
}

/* Draws the lasting factors of a cell: one number a draw whatever comes of it, so that a scenario's draws keep step. */
static void draw_lasting(const struct drawing *w, size_t k, enum pond_system y)
{
    const struct untracked_cell *c = &w->u->cell[k][y];
    const double farms = fmax(1, c->outside / w->u->ponds_a_farm[y]);
    const double variance =
        UNTRACKED_PLACE_SD * UNTRACKED_PLACE_SD * UNTRACKED_LEAN / (c->on_record + UNTRACKED_LEAN) +
        log1p(farm_variance() / farms);

    for (unsigned i = 0; i < w->f->draws; i++)
        w->lasting[k][i] = exp(gsl_ran_gaussian_ziggurat(w->rng[k], sqrt(variance)) - variance / 2);
}

/* What chance makes of the sum of `ponds` ponds (not only a whole number of them) in a month, mean 1. Of their spread cv, between
 * ponds and months, at most half of the variance is what lasts. */
static double chance(gsl_rng *rng, double ponds, double cv)
{
    const double variance = fmax(cv * cv - farm_variance(), cv * cv / 2);
    double shape;

    if (!(variance > 0))
        return 1;
    shape = ponds / variance;
    return gsl_ran_gamma(rng, shape, 1 / shape);
}

static void one_cell(const struct drawing *w, size_t k, enum pond_system y, unsigned lead)
{
    struct untracked_cell *c = &w->u->cell[k][y];
    enum regency r = region_kecamatan(k)->regency;
    const double *own = supply_system_draws(w->f, k, y, lead);
    double *to = supply_untracked(w->f, supply_node_kecamatan(k), lead);
    double cv = w->f->typical->cv[r][y], draws = w->f->draws;

    for (unsigned i = 0; i < w->f->draws; i++) {
        double kg = (own[i] + UNTRACKED_LEAN * w->level[r][i]) / (c->on_record + UNTRACKED_LEAN);

        c->pond_kg_month += kg / draws / w->f->months;
        c->tracked_kg[lead - 1] += own[i] / draws;
        if (!(c->outside > 0))
            continue;
        kg *= c->outside * w->lasting[k][i] * chance(w->rng[k], c->outside, cv);
        c->outside_kg[lead - 1] += kg / draws;
        to[i] += kg;
    }
}

static void one_month(const struct drawing *w, enum pond_system y, unsigned lead)
{
    for (int r = 0; r < REGENCY_COUNT; r++)
        memset(w->tracked[r], 0, w->f->draws * sizeof *w->tracked[r]);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        const double *own = supply_system_draws(w->f, k, y, lead);
        double *sum = w->tracked[region_kecamatan(k)->regency];

        for (unsigned i = 0; i < w->f->draws; i++)
            sum[i] += own[i];
    }
    for (unsigned i = 0; i < w->f->draws; i++)
        lean(w, y, lead, i);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        one_cell(w, k, y, lead);
}

static void one_system(struct drawing *w, enum pond_system y, uint64_t seed)
{
    memset(w->on_record, 0, sizeof w->on_record);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        char name[48];

        (void)snprintf(name, sizeof name, "untracked/%s/%s", region_kecamatan(k)->code,
                       pond_system_name(y));
        gsl_rng_set(w->rng[k], paths_stream(seed, name));
        draw_lasting(w, k, y);
        w->on_record[region_kecamatan(k)->regency] += w->u->cell[k][y].on_record;
    }
    for (unsigned lead = 1; lead <= w->f->months; lead++)
        one_month(w, y, lead);
}

/* Without a register: as much again as is tracked, times exp(theta). */
static void as_tracked(struct untracked *u, struct supply_forecast *f, enum regency r)
{
    size_t bytes = untracked_block(f) * sizeof *f->kg;

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        if (region_kecamatan(k)->regency != r)
            continue;
        memcpy(supply_untracked(f, supply_node_kecamatan(k), 1),
               supply_tracked(f, supply_node_kecamatan(k), 1), bytes);
        for (int y = 0; y < POND_SYSTEM_COUNT; y++)
            memcpy(u->cell[k][y].outside_kg, u->cell[k][y].tracked_kg,
                   sizeof u->cell[k][y].outside_kg);
    }
}

void untracked_draw(struct untracked *u, struct supply_forecast *f, uint64_t seed)
{
    struct drawing w = {.u = u, .f = f};

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        w.rng[k] = gsl_rng_alloc(gsl_rng_mt19937);
        if (w.rng[k] == NULL)
            fatal("no memory");
        w.lasting[k] = xcalloc(f->draws, sizeof *w.lasting[k]);
    }
    for (int r = 0; r < REGENCY_COUNT; r++) {
        w.tracked[r] = xcalloc(f->draws, sizeof *w.tracked[r]);
        w.level[r] = xcalloc(f->draws, sizeof *w.level[r]);
    }
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        one_system(&w, (enum pond_system)y, seed);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        if (!u->regency[r].registered)
            as_tracked(u, f, (enum regency)r);
        free(w.tracked[r]);
        free(w.level[r]);
    }
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        gsl_rng_free(w.rng[k]);
        free(w.lasting[k]);
    }
}
