/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calibrate.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "collector/common/log.h"
#include "paths.h"
#include "score.h"

static const double MISFIT_CV = 0.35, MISFIT_UNWRITTEN = 0.4;
static const double WIDER_LEVEL = 0.95;
static const uint64_t WORLD_STEP = 0x9e3779b97f4a7c15ULL; /* odd: worlds' seeds lie apart */
static const uint64_t MODEL_SEED = 0xf02eca57;

static const char *const MISFIT[CALIBRATE_MISFITS] = {"none",   "cv",      "deaths",
                                                      "events", "silence", "together"};

const char *calibrate_misfit_name(enum calibrate_misfit m)
{
    return MISFIT[m];
}

int calibrate_misfit_find(const char *name, enum calibrate_misfit *out)
{
    for (int m = 0; m < CALIBRATE_MISFITS; m++)
        if (strcmp(name, MISFIT[m]) == 0) {
            *out = (enum calibrate_misfit)m;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

/* --- one world --- */

struct outcome {
    double kg, crps, ape;
    bool in80, in95;
    unsigned char bin;
};
struct world_outcome {
    struct outcome at[SIMWORLD_NODES][SUPPLY_MONTHS_MAX];
    unsigned ponds, ponds_in;
    int rc;
};

static unsigned char rank_bin(const double *draws, size_t k, double y, gsl_rng *rng)
{
    size_t below = 0, equal = 0;
    double rank;

    for (size_t i = 0; i < k; i++) {
        below += draws[i] < y;
        equal += draws[i] == y;
    }
    /* even over 0..1 when the truth is one more draw, ties or not */
    rank = ((double)below + gsl_rng_uniform(rng) * ((double)equal + 1)) / ((double)k + 1);
    return (unsigned char)(rank * CALIBRATE_BINS);
}

static struct outcome judge(const struct supply_forecast *f, size_t node, unsigned lead, double kg,
                            gsl_rng *rng)
{
    const double *draws = supply_draws(f, node, lead);
    struct outcome o = {.kg = kg,
                        .crps = score_crps(draws, f->draws, kg),
                        .ape = NAN,
                        .in80 = score_covers(draws, f->draws, CALIBRATE_LEVEL, kg),
                        .in95 = score_covers(draws, f->draws, WIDER_LEVEL, kg),
                        .bin = rank_bin(draws, f->draws, kg, rng)};

    if (kg > 0)
        o.ape = fabs(supply_summarise_draws(draws, f->draws).p50 / kg - 1);
    return o;
}

static struct simworld_plan plan_of(const struct calibrate_request *q, uint64_t seed)
{
    const bool all = q->misfit == CALIBRATE_TOGETHER;

    return (struct simworld_plan){.seed = seed,
                                  .ponds = q->ponds,
                                  .months = q->months,
                                  .cv = all || q->misfit == CALIBRATE_CV ? MISFIT_CV : 0,
                                  .unwritten =
                                      all || q->misfit == CALIBRATE_DEATHS ? MISFIT_UNWRITTEN : 0,
                                  .events_twice = all || q->misfit == CALIBRATE_EVENTS,
                                  .fall_silent = all || q->misfit == CALIBRATE_SILENCE,
                                  .samples_alone = q->samples_alone};
}

static void one_world(const struct calibrate_request *q, unsigned k, struct world_outcome *out)
{
    const uint64_t seed = q->seed ^ ((uint64_t)(k + 1) * WORLD_STEP);
    const struct simworld_plan plan = plan_of(q, seed);
    struct simworld *w = simworld_new(&plan);
    struct supply_input in = {.records = w->records,
                              .as_of_day = w->as_of_day,
                              .months = q->months,
                              .draws = q->draws,
                              .members = q->members,
                              .threads = 1, /* worlds are shared out */
                              .seed = seed ^ MODEL_SEED};
    struct supply_pond *pond = xcalloc(q->ponds, sizeof *pond);
    struct supply_forecast *f = NULL;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2); /* of the ranks alone */

    if (rng == NULL)
        fatal("no memory");
    gsl_rng_set(rng, paths_stream(seed, "calibrate/ranks"));
    out->rc = supply_run(&in, &f, pond);
    for (size_t node = 0; out->rc == 0 && node < SIMWORLD_NODES; node++)
        for (unsigned lead = 1; lead <= q->months; lead++)
            out->at[node][lead - 1] = judge(f, node, lead, w->kg[node][lead - 1], rng);
    for (size_t p = 0; out->rc == 0 && p < q->ponds; p++) {
        if (pond[p].cycle < 0 || isnan(w->mass_g[p]))
            continue;
        out->ponds++;
        out->ponds_in += w->mass_g[p] >= pond[p].mass_g_p10 && w->mass_g[p] <= pond[p].mass_g_p90;
    }
    gsl_rng_free(rng);
    supply_free(f);
    free(pond);
    simworld_free(w);
}

/* --- threads take the next world each; what a world gives depends on its number alone --- */

struct pool {
    const struct calibrate_request *q;
    struct world_outcome *world;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t done_more;
    unsigned next, done;
};

static void *worker(void *arg)
{
    struct pool *p = arg;

    (void)pthread_mutex_lock(&p->lock);
    while (p->next < p->q->worlds) {
        unsigned k = p->next++;

        (void)pthread_mutex_unlock(&p->lock);
        one_world(p->q, k, &p->world[k]);
        (void)pthread_mutex_lock(&p->lock);
        p->done++;
        (void)pthread_cond_signal(&p->done_more);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void watch(struct pool *p)
{
    (void)pthread_mutex_lock(&p->lock);
    for (unsigned told = 0; told < p->q->worlds;) {
        while (p->done == told)
            (void)pthread_cond_wait(&p->done_more, &p->lock);
        told = p->done;
        (void)pthread_mutex_unlock(&p->lock);
        if (p->q->progress != NULL)
            p->q->progress(p->q->arg, told, p->q->worlds);
        (void)pthread_mutex_lock(&p->lock);
    }
    (void)pthread_mutex_unlock(&p->lock);
}

static int run_worlds(struct pool *p)
{
    pthread_t thread[CALIBRATE_THREADS_MAX];
    unsigned started = 0;

    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->done_more, NULL);
    while (started < p->q->threads && started < p->q->worlds &&
           pthread_create(&thread[started], NULL, worker, p) == 0)
        started++;
    if (started > 0)
        watch(p);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(thread[i], NULL);
    (void)pthread_cond_destroy(&p->done_more);
    (void)pthread_mutex_destroy(&p->lock);
    return started > 0 ? 0 : NILA_ERR_FULL;
}

/* --- all worlds --- */

void calibrate_holm(double *p, size_t n)
{
    size_t *order = xcalloc(n, sizeof *order), known = 0;
    double least = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            order[known++] = i;
    /* few numbers: insertion by size, equal ones in their order */
    for (size_t i = 1; i < known; i++)
        for (size_t j = i; j > 0 && p[order[j]] < p[order[j - 1]]; j--) {
            size_t swap = order[j];
            order[j] = order[j - 1];
            order[j - 1] = swap;
        }
    for (size_t i = 0; i < known; i++) {
        double corrected = (double)(known - i) * p[order[i]];

        least = fmax(least, fmin(1, corrected));
        p[order[i]] = least;
    }
    free(order);
}

static double even_ranks_p(const unsigned *bin, unsigned n)
{
    double expected = (double)n / CALIBRATE_BINS, chi2 = 0;

    if (n < CALIBRATE_WORLDS_FEW)
        return NAN;
    for (int b = 0; b < CALIBRATE_BINS; b++)
        chi2 += (bin[b] - expected) * (bin[b] - expected) / expected;
    return gsl_cdf_chisq_Q(chi2, CALIBRATE_BINS - 1);
}

static enum calibrate_verdict verdict_of(double cover80, double standard_error, unsigned worlds)
{
    if (worlds < CALIBRATE_WORLDS_FEW)
        return CALIBRATE_FEW;
    if (cover80 < CALIBRATE_LEVEL - 3 * standard_error)
        return CALIBRATE_TOO_NARROW;
    return cover80 > CALIBRATE_LEVEL + 3 * standard_error ? CALIBRATE_TOO_WIDE : CALIBRATE_HOLDS;
}

/* ape: room for one number a world. */
static void sum_cell(const struct pool *p, size_t node, unsigned month, struct calibrate_cell *c,
                     double *ape)
{
    const double n = p->q->worlds;
    size_t harvested = 0;

    for (unsigned k = 0; k < p->q->worlds; k++) {
        const struct outcome *o = &p->world[k].at[node][month];

        c->cover80 += o->in80 / n;
        c->cover95 += o->in95 / n;
        c->mean_kg += o->kg / n;
        c->crps_kg += o->crps / n;
        c->bin[o->bin]++;
        if (!isnan(o->ape))
            ape[harvested++] = o->ape;
    }
    gsl_sort(ape, 1, harvested);
    c->ape_mean = harvested > 0 ? gsl_stats_mean(ape, 1, harvested) : NAN;
    c->ape_median = harvested > 0 ? gsl_stats_median_from_sorted_data(ape, 1, harvested) : NAN;
    c->p = even_ranks_p(c->bin, p->q->worlds);
}

static void sum_up(const struct pool *p, struct calibrate_result *r)
{
    double holm[SIMWORLD_NODES * SUPPLY_MONTHS_MAX], *ape = xcalloc(p->q->worlds, sizeof *ape);
    size_t cells = 0, inside = 0;

    r->worlds = p->q->worlds;
    r->months = p->q->months;
    r->standard_error = sqrt(CALIBRATE_LEVEL * (1 - CALIBRATE_LEVEL) / r->worlds);
    for (size_t node = 0; node < SIMWORLD_NODES; node++)
        for (unsigned m = 0; m < r->months; m++) {
            struct calibrate_cell *c = &r->cell[node][m];

            sum_cell(p, node, m, c, ape);
            c->verdict = verdict_of(c->cover80, r->standard_error, r->worlds);
            holm[cells++] = c->p;
        }
    calibrate_holm(holm, cells);
    r->p_least = NAN;
    cells = 0;
    for (size_t node = 0; node < SIMWORLD_NODES; node++)
        for (unsigned m = 0; m < r->months; m++, cells++) {
            r->cell[node][m].p_holm = holm[cells];
            r->p_least = fmin(r->p_least, holm[cells]); /* of NaN and a number: the number */
        }
    for (unsigned k = 0; k < r->worlds; k++) {
        r->ponds += p->world[k].ponds;
        inside += p->world[k].ponds_in;
    }
    r->pond_mass = r->ponds > 0 ? (double)inside / (double)r->ponds : NAN;
    free(ape);
}

static bool in_bounds(const struct calibrate_request *q)
{
    return q->worlds >= 1 && q->worlds <= CALIBRATE_WORLDS_MAX && q->ponds >= 1 &&
           q->ponds <= SIMWORLD_PONDS_MAX && q->months >= 1 && q->months <= SUPPLY_MONTHS_MAX &&
           q->draws >= SUPPLY_DRAWS_MIN && q->draws <= SUPPLY_DRAWS_MAX && q->threads >= 1 &&
           q->threads <= CALIBRATE_THREADS_MAX && q->misfit >= 0 && q->misfit < CALIBRATE_MISFITS;
}

int calibrate_run(const struct calibrate_request *q, struct calibrate_result **out)
{
    struct pool p = {.q = q};
    int rc;

    if (!in_bounds(q))
        return NILA_ERR_RANGE;
    p.world = xcalloc(q->worlds, sizeof *p.world);
    rc = run_worlds(&p);
    for (unsigned k = 0; k < q->worlds && rc == 0; k++)
        rc = p.world[k].rc;
    if (rc == 0) {
        *out = xcalloc(1, sizeof **out);
        sum_up(&p, *out);
    }
    free(p.world);
    return rc;
}
