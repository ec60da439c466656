/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supply.h"

#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "crew.h"
#include "paths.h"
#include "pondrun.h"
#include "scenario.h"
#include "smoother.h"
#include "typical.h"

const char *supply_node_code(size_t node)
{
    if (node == SUPPLY_JOINT)
        return "joint";
    if (node < supply_node_kecamatan(0))
        return regency_slug((enum regency)(node - 1));
    return region_kecamatan(node - supply_node_kecamatan(0))->code;
}

const char *supply_node_level(size_t node)
{
    return node == SUPPLY_JOINT              ? "joint"
           : node < supply_node_kecamatan(0) ? "regency"
                                             : "kecamatan";
}

static void add_node(struct supply_forecast *f, size_t to, size_t from)
{
    size_t block = (size_t)f->months * f->draws;

    for (size_t x = 0; x < block; x++)
        f->kg[to * block + x] += f->kg[from * block + x];
    f->tracked[to] += f->tracked[from];
    f->forgotten_ponds[to] += f->forgotten_ponds[from];
    f->forgotten_kg[to] += f->forgotten_kg[from];
    for (unsigned m = 0; m < f->months; m++)
        f->forgotten_month_kg[to][m] += f->forgotten_month_kg[from][m];
}

/* Kecamatan hold the ponds' sums; regencies and joint are made of them, draw by draw. */
static void sum_up(struct supply_forecast *f)
{
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        add_node(f, supply_node_regency(region_kecamatan(k)->regency), supply_node_kecamatan(k));
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        add_node(f, SUPPLY_JOINT, supply_node_regency((enum regency)r));
}

struct sums {
    const struct supply_input *in;
    struct supply_forecast *f;
    struct supply_pond *ponds_out; /* may be NULL */
};

/* A pond's turn: what it gives goes to its kecamatan. */
static void add_pond(void *arg, size_t pond, const struct supply_pond *told, const double *kg)
{
    const struct sums *s = arg;
    const struct records_snapshot *r = s->in->records;
    size_t node = supply_node_kecamatan(r->farm[r->pond[pond].farm].kecamatan);
    size_t block = (size_t)s->f->months * s->f->draws;
    double *to = supply_draws(s->f, node, 1);

    for (size_t x = 0; x < block; x++)
        to[x] += kg[x];
    if (s->f->system_kg != NULL) {
        to = supply_system_draws(s->f, r->farm[r->pond[pond].farm].kecamatan, r->pond[pond].system,
                                 1);
        for (size_t x = 0; x < block; x++)
            to[x] += kg[x];
    }
    to = s->f->rest_kg + (node - supply_node_kecamatan(0)) * s->f->draws;
    for (size_t i = 0; i < s->f->draws; i++)
        to[i] += kg[block + i];
    s->f->tracked[node] += told->cycle >= 0;
    if (told->forgotten_cycle >= 0) {
        s->f->forgotten++;
        s->f->forgotten_ponds[node]++;
        s->f->forgotten_kg[node] += told->forgotten_kg;
        for (unsigned m = 0; m < s->f->months; m++)
            s->f->forgotten_month_kg[node][m] += told->forgotten_month_kg[m];
    }
    if (s->ponds_out != NULL)
        s->ponds_out[pond] = *told;
}

/* Typical ponds of the systems that are registered or on record; of none when there is no register. */
static void add_typical(const struct supply_input *in, const struct paths *paths,
                        struct supply_forecast *f)
{
    bool wanted[POND_SYSTEM_COUNT] = {false};

    for (size_t k = 0; k < in->records->registers; k++)
        wanted[in->records->registry[k].system] = true;
    for (size_t p = 0; p < in->records->ponds && in->records->registers > 0; p++)
        wanted[in->records->pond[p].system] = true;
    f->typical = typical_new(in, paths, wanted);
}

int supply_run(const struct supply_input *in, struct supply_forecast **out,
               struct supply_pond *ponds_out)
{
    struct supply_input own = *in; /* with what is learned for all ponds together */
    struct supply_forecast *f;
    struct paths *paths;

    if (in->months < 1 || in->months > SUPPLY_MONTHS_MAX || in->draws < SUPPLY_DRAWS_MIN ||
        in->draws > SUPPLY_DRAWS_MAX)
        return NILA_ERR_RANGE;
    f = xcalloc(1, sizeof *f);
    f->issued_ms = in->records->as_of_ms;
    f->as_of_day = in->as_of_day;
    f->first_month = civil_month_of_day(in->as_of_day) + 1;
    f->months = in->months;
    f->draws = in->draws;
    for (int r = 0; r < REGENCY_COUNT; r++)
        f->seed[r] = seed_look(in->records, (enum regency)r, in->as_of_day);
    if (in->hazard != NULL)
        memcpy(f->hazard, in->hazard, sizeof f->hazard);
    else
        hazard_learn(in->records, in->as_of_day, f->hazard);
    own.hazard = f->hazard;
    f->kg = xcalloc((size_t)SUPPLY_NODES * in->months * in->draws, sizeof *f->kg);
    f->rest_kg = xcalloc((size_t)REGION_KECAMATAN_COUNT * in->draws, sizeof *f->rest_kg);
    if (in->by_system)
        f->system_kg =
            xcalloc((size_t)REGION_KECAMATAN_COUNT * POND_SYSTEM_COUNT * in->months * in->draws,
                    sizeof *f->system_kg);
    paths = paths_new(in->seed, in->as_of_day, in->as_of_day + PONDRUN_AHEAD_DAYS, in->draws);
    if (!in->prior_paths)
        smoother_condition(paths, in, &f->learned);
    if (in->scenario != NULL)
        scenario_paths(in->scenario, paths, in->seed);
    crew_run(&own, paths, pondrun_end_day(in), add_pond,
             &(struct sums){.in = in, .f = f, .ponds_out = ponds_out});
    sum_up(f);
    if (in->by_system)
        add_typical(&own, paths, f);
    paths_free(paths);
    *out = f;
    return 0;
}

void supply_free(struct supply_forecast *f)
{
    if (f == NULL)
        return;
    free(f->kg);
    free(f->tracked_kg);
    free(f->untracked_kg);
    free(f->rest_kg);
    free(f->system_kg);
    typical_free(f->typical);
    free(f);
}

size_t supply_first_kecamatan(enum regency r)
{
    size_t k = 0;

    while (region_kecamatan(k)->regency != r)
        k++;
    return k;
}

bool supply_node_told(const struct supply_forecast *f, size_t node)
{
    const size_t k = supply_node_kecamatan(0);

    return node < k || !f->undivided[region_kecamatan(node - k)->regency];
}

double supply_spread(const struct supply_forecast *f, size_t node, unsigned lead)
{
    const size_t k = supply_node_kecamatan(0);
    const size_t of = node < k ? node : supply_node_regency(region_kecamatan(node - k)->regency);

    return f->spread[of][lead - 1] > 0 ? f->spread[of][lead - 1] : 1;
}

struct supply_summary supply_summarise_draws(const double *kg, size_t draws)
{
    double *sorted = xcalloc(draws, sizeof *sorted);
    struct supply_summary s;

    memcpy(sorted, kg, draws * sizeof *sorted);
    s.mean = gsl_stats_mean(sorted, 1, draws);
    gsl_sort(sorted, 1, draws);
    s.p10 = gsl_stats_quantile_from_sorted_data(sorted, 1, draws, 0.1);
    s.p50 = gsl_stats_quantile_from_sorted_data(sorted, 1, draws, 0.5);
    s.p90 = gsl_stats_quantile_from_sorted_data(sorted, 1, draws, 0.9);
    free(sorted);
    return s;
}

struct supply_summary supply_summarise(const struct supply_forecast *f, size_t node, unsigned lead)
{
    return supply_summarise_draws(supply_draws(f, node, lead), f->draws);
}
