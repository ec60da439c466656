/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "forecast_exchange.h"
#include "forecast_water.h"
#include "issued.h"

static const char *const SCOPE[] = {
    [FORECAST_TRACKED] = "tracked", [FORECAST_ALL] = "all", [FORECAST_AUTO] = "auto"};

int forecast_scope_find(const char *name, enum forecast_scope *out)
{
    for (size_t s = 0; s < sizeof SCOPE / sizeof SCOPE[0]; s++) {
        if (strcmp(name, SCOPE[s]) == 0) {
            *out = (enum forecast_scope)s;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}

static int check(const struct forecast_request *q, char *why, size_t why_size)
{
    if (q->months < 1 || q->months > SUPPLY_MONTHS_MAX || q->draws < SUPPLY_DRAWS_MIN ||
        q->draws > SUPPLY_DRAWS_MAX) {
        (void)snprintf(why, why_size,
                       tongue("ramalan: bulan harus 1..%d dan simulasi %d..%d",
                              "forecast: months must be 1..%d and draws %d..%d"),
                       SUPPLY_MONTHS_MAX, SUPPLY_DRAWS_MIN, SUPPLY_DRAWS_MAX);
        return NILA_ERR_RANGE;
    }
    return 0;
}

/* Whether the untracked are counted in; NILA_ERR_UNSUPPORTED. */
static int find_scope(const struct forecast_request *q, const struct records_snapshot *s, bool *all,
                      char *why, size_t why_size)
{
    *all = q->scope != FORECAST_TRACKED && untracked_possible(s, q->without_official);
    if (q->scope != FORECAST_ALL || *all)
        return 0;
    (void)snprintf(
        why, why_size,
        tongue("ramalan: scope all memerlukan register atau angka resmi sedikitnya satu kabupaten "
               "(import registry, import official); pakai scope tracked",
               "forecast: scope all needs the register or an official figure of one regency "
               "at least (import registry, import official); use scope tracked"));
    return NILA_ERR_UNSUPPORTED;
}

/* Farms with an open cycle, of joint and the regencies. */
static void count_farms(const struct forecast *f, double farms[DEMAND_NODES])
{
    const struct records_snapshot *s = f->snapshot;
    bool *seen = xcalloc(s->farms, sizeof *seen);

    memset(farms, 0, DEMAND_NODES * sizeof *farms);
    for (size_t p = 0; p < f->ponds; p++) {
        size_t farm = s->pond[p].farm;
        if (f->pond[p].cycle < 0 || seen[farm])
            continue;
        seen[farm] = true;
        farms[SUPPLY_JOINT]++;
        farms[supply_node_regency(s->farm[farm].regency)]++;
    }
    free(seen);
}

/* The last change of the draws: past errors are of forecasts with official figures in them. */
static int recalibrate(struct forecast *f, const struct forecast_request *q, char *why,
                       size_t why_size)
{
    int rc = 0;

    recalibrate_none(&f->recalibration);
    if (q->records == NULL || q->without_recalibration)
        return 0;
    rc = issued_recalibration(q->records, civil_day_start(q->as_of_day + 1) - 1, &f->recalibration);
    if (rc != 0)
        (void)snprintf(why, why_size,
                       tongue("ramalan: ramalan yang pernah terbit tidak terbaca: %s",
                              "forecast: the issued forecasts cannot be read: %s"),
                       nila_err_text(rc));
    else
        recalibrate_apply(&f->recalibration, f->supply);
    return rc;
}

static size_t cells_of(const struct supply_forecast *s)
{
    return (size_t)SUPPLY_NODES * s->months * s->draws;
}

/* What is made of parts: the tracked, and the untracked when they are counted. */
static size_t parts_of(const struct supply_forecast *s, double *part[2])
{
    part[0] = s->untracked_kg != NULL ? s->tracked_kg : s->kg;
    part[1] = s->untracked_kg;
    return s->untracked_kg != NULL ? 2 : 1;
}

/* A copy of the parts as they are, one after the other. */
static double *copy_draws(const struct supply_forecast *s)
{
    double *part[2], *kg;
    size_t cells = cells_of(s), parts = parts_of(s, part);

    kg = xcalloc(parts * cells, sizeof *kg);
    for (size_t p = 0; p < parts; p++)
        memcpy(kg + p * cells, part[p], cells * sizeof *kg);
    return kg;
}

struct past {
    const struct forecast *f;
    uint64_t seed;
};

static bool past_of(void *arg, const struct rec_official *o, double *kg)
{
    const struct past *p = arg;

    return p->f->untracked != NULL &&
           untracked_past(p->f->untracked, p->f->snapshot, p->f->supply, o, p->seed, kg);
}

/* Those nobody follows and official figures into the draws, then what is eaten and what is left. */
static int weigh_up(struct forecast *f, const struct forecast_request *q, char *why,
                    size_t why_size)
{
    struct records_snapshot none = {.officials = 0};
    struct supply_forecast *s = f->supply;
    struct past past = {f, q->seed};
    double farms[DEMAND_NODES];
    int rc;

    count_farms(f, farms);
    if (f->scope_all)
        untracked_add(&f->untracked, f->snapshot, f->pond, s, farms, q->without_official, q->seed);
    f->modelled_kg = copy_draws(s);
    rc = figures_apply(&f->figures, q->without_official ? &none : f->snapshot, s,
                       &(struct figures_past){past_of, &past}, !f->scope_all, q->seed, why,
                       why_size);
    for (int r = 0; rc == 0 && f->untracked != NULL && r < REGENCY_COUNT; r++)
        f->figures->learned[r] = f->untracked->regency[r].figures > 0;
    if (rc == 0) {
        if (f->untracked != NULL)
            untracked_settle(f->untracked, f->figures, s);
        f->figured_kg = copy_draws(s);
        rc = recalibrate(f, q, why, why_size);
    }
    if (rc != 0)
        return rc;
    if (f->own != NULL)
        forecast_exchange_end(f, farms);
    demand_new(&f->demand, f->snapshot, s->first_month, s->months, s->draws, q->seed);
    if (f->untracked != NULL)
        untracked_cover(f->untracked, s);
    f->neraca = xcalloc(1, sizeof *f->neraca);
    neraca_make(f->neraca, s, f->demand, f->figures, f->snapshot, farms);
    for (int r = 0; r < REGENCY_COUNT && f->untracked != NULL; r++)
        f->neraca->whole[supply_node_regency((enum regency)r)] =
            f->untracked->regency[r].gap == UNTRACKED_TOLD;
    if (f->other != NULL)
        f->neraca->whole[supply_node_regency(f->other->office)] = f->other->untracked != NULL;
    f->neraca->whole[SUPPLY_JOINT] = f->neraca->whole[1] && f->neraca->whole[2];
    return 0;
}

static int run_supply(const struct forecast *f, const struct forecast_request *q,
                      const struct scenario *s, struct supply_forecast **out,
                      struct supply_pond *ponds, char *why, size_t why_size)
{
    struct supply_input in = {.records = f->snapshot,
                              .water = f->water,
                              .as_of_day = q->as_of_day,
                              .months = q->months,
                              .draws = q->draws,
                              .seed = q->seed,
                              .threads = q->threads,
                              .progress = q->progress,
                              .progress_arg = q->progress_arg,
                              .by_system = f->scope_all || q->by_class,
                              .scenario = s};
    int rc;

    if (f->own != NULL)
        in.evidence = f->evidence;
    rc = supply_run(&in, out, ponds);
    if (rc == 0)
        (*out)->in_place = f->own != NULL;
    if (rc != 0)
        (void)snprintf(why, why_size, tongue("ramalan: %s", "forecast: %s"), nila_err_text(rc));
    return rc;
}

/* Draw i takes the place of the one that f's draw i came of, and in every kecamatan and month the factor by which the figures
 * moved that. Where f had nothing to be moved the amount itself is added. Sums are made anew. */
static void figure_part(const struct forecast *f, size_t first_cell, const double *kg, double *part)
{
    const size_t draws = f->supply->draws, block = (size_t)f->supply->months * draws;
    const size_t bottom = supply_node_kecamatan(0);
    const double *modelled = f->modelled_kg + first_cell, *figured = f->figured_kg + first_cell;

    memset(part, 0, bottom * block * sizeof *part);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (size_t x = 0; x < block; x++) {
            size_t at = (bottom + k) * block + x, i = x % draws;
            size_t from = at - i + f->figures->from[i];
            double before = modelled[from], after = figured[at], now = kg[from];

            if (now == before) /* to the last digit where nothing is supposed to differ */
                now = after;
            else
                now = before > 0 ? now * (after / before) : now + after;
            part[at] = now;
            part[supply_node_regency(region_kecamatan(k)->regency) * block + x] += now;
        }
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        for (size_t x = 0; x < block; x++)
            part[SUPPLY_JOINT * block + x] +=
                part[supply_node_regency((enum regency)r) * block + x];
}

static void figure_as(const struct forecast *f, const double *kg, struct supply_forecast *s)
{
    double *part[2];
    size_t cells = cells_of(s), parts = parts_of(s, part);

    for (size_t p = 0; p < parts; p++)
        figure_part(f, p * cells, kg + p * cells, part[p]);
    for (size_t x = 0; x < cells && parts > 1; x++)
        s->kg[x] = part[0][x] + part[1][x];
}

int forecast_suppose(const struct forecast *f, const struct forecast_request *q,
                     const struct scenario *s, struct supply_forecast **out, char *why,
                     size_t why_size)
{
    int rc = run_supply(f, q, s, out, NULL, why, why_size);
    double *kg;

    if (rc != 0)
        return rc;
    if (f->untracked != NULL)
        untracked_suppose(f->untracked, f->supply, *out, q->seed);
    if (f->figures->from != NULL) {
        kg = copy_draws(*out);
        figure_as(f, kg, *out);
        free(kg);
    }
    if (recalibrate_active(&f->recalibration))
        recalibrate_apply(&f->recalibration, *out);
    forecast_exchange_add(f, *out); /* what the other office foresees stays as it is */
    (*out)->issued_ms = f->supply->issued_ms;
    return 0;
}

/* First what the past says of how the fish feel oxygen, then the water as they feel it. */
static int load_water(struct forecast *f, const struct forecast_request *q, char *why,
                      size_t why_size)
{
    struct growth_oxygen felt[POND_SYSTEM_COUNT];
    int rc = forecast_oxygen_learn(q->source, f->snapshot, q->as_of_day, q->oxygen, f->oxygen, why,
                                   why_size);

    if (rc != 0)
        return rc;
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        felt[y] = f->oxygen[y].felt;
    return forecast_water_load(q->source, f->snapshot, q->as_of_day, felt, f->water,
                               &f->ponds_with_water, why, why_size);
}

int forecast_run(const struct forecast_request *q, struct forecast **out, char *why,
                 size_t why_size)
{
    struct forecast *f = NULL;
    int rc = check(q, why, why_size);

    if (rc != 0)
        return rc;
    f = xcalloc(1, sizeof *f);
    f->snapshot = q->snapshot;
    if (f->snapshot == NULL) {
        rc = records_snapshot(q->records, civil_day_start(q->as_of_day + 1) - 1, &f->own_snapshot);
        if (rc != 0) {
            (void)snprintf(why, why_size,
                           tongue("ramalan: catatan tidak terbaca: %s",
                                  "forecast: the records cannot be read: %s"),
                           nila_err_text(rc));
            goto out;
        }
        f->snapshot = f->own_snapshot;
    }
    if (q->exchange != NULL) {
        rc = forecast_exchange_own(f->snapshot, q->exchange->office, &f->office_snapshot, why,
                                   why_size);
        if (rc != 0)
            goto out;
        f->snapshot = f->office_snapshot;
    }
    rc = find_scope(q, f->snapshot, &f->scope_all, why, why_size);
    if (rc != 0)
        goto out;
    f->ponds = f->snapshot->ponds;
    f->pond = xcalloc(f->ponds, sizeof *f->pond);
    f->water = xcalloc(f->ponds, sizeof *f->water);
    rc = load_water(f, q, why, why_size);
    if (rc != 0)
        goto out;
    if (q->exchange != NULL)
        forecast_exchange_begin(f, q);
    rc = run_supply(f, q, NULL, &f->supply, f->pond, why, why_size);
    if (rc != 0)
        goto out;
    f->supply->issued_ms = q->issued_ms != 0 ? q->issued_ms : clock_wall_ms();
    rc = weigh_up(f, q, why, why_size);
    if (rc != 0)
        goto out;
    *out = f;
    f = NULL;
out:
    forecast_free(f);
    return rc;
}

void forecast_free(struct forecast *f)
{
    if (f == NULL)
        return;
    supply_free(f->supply);
    exchange_free(f->own);
    exchange_free(f->other);
    evidence_free(f->other_evidence);
    forecast_exchange_own_free(f->office_snapshot);
    for (size_t p = 0; f->water != NULL && p < f->ponds; p++)
        forecast_water_free(&f->water[p]);
    free(f->water);
    free(f->pond);
    free(f->modelled_kg);
    free(f->figured_kg);
    free(f->untracked);
    figures_free(f->figures);
    demand_free(f->demand);
    free(f->neraca);
    if (f->own_snapshot != NULL)
        records_snapshot_free(f->own_snapshot);
    free(f);
}
