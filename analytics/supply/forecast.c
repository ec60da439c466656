/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "forecast_water.h"
#include "issued.h"

static const char *const SCOPE[] = {[FORECAST_TRACKED] = "tracked", [FORECAST_ALL] = "all"};

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
        (void)snprintf(why, why_size, "forecast: months must be 1..%d and draws %d..%d",
                       SUPPLY_MONTHS_MAX, SUPPLY_DRAWS_MIN, SUPPLY_DRAWS_MAX);
        return NILA_ERR_RANGE;
    }
    if (q->scope != FORECAST_TRACKED) {
        (void)snprintf(
            why, why_size,
            "forecast: scope all needs the register of untracked ponds, which is not kept "
            "yet; use scope tracked");
        return NILA_ERR_UNSUPPORTED;
    }
    return 0;
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
        (void)snprintf(why, why_size, "forecast: the issued forecasts cannot be read: %s",
                       nila_err_text(rc));
    else
        recalibrate_apply(&f->recalibration, f->supply);
    return rc;
}

static size_t cells_of(const struct supply_forecast *s)
{
    return (size_t)SUPPLY_NODES * s->months * s->draws;
}

/* A copy of the draws as they are. */
static double *copy_draws(const struct supply_forecast *s)
{
    double *kg = xcalloc(cells_of(s), sizeof *kg);

    memcpy(kg, s->kg, cells_of(s) * sizeof *kg);
    return kg;
}

/* Official figures into the draws, then what is eaten and what is left. */
static int weigh_up(struct forecast *f, const struct forecast_request *q, char *why,
                    size_t why_size)
{
    struct records_snapshot none = {.officials = 0};
    struct supply_forecast *s = f->supply;
    double farms[DEMAND_NODES];
    int rc;

    f->modelled_kg = copy_draws(s);
    rc = figures_apply(&f->figures, q->without_official ? &none : f->snapshot, s, q->seed, why,
                       why_size);
    if (rc == 0)
        f->figured_kg = copy_draws(s);
    if (rc == 0)
        rc = recalibrate(f, q, why, why_size);
    if (rc != 0)
        return rc;
    demand_new(&f->demand, f->snapshot, s->first_month, s->months, s->draws, q->seed);
    count_farms(f, farms);
    f->neraca = xcalloc(1, sizeof *f->neraca);
    neraca_make(f->neraca, s, f->demand, f->figures, f->snapshot, farms);
    return 0;
}

static int run_supply(const struct forecast *f, const struct forecast_request *q,
                      const struct scenario *s, struct supply_forecast **out,
                      struct supply_pond *ponds, char *why, size_t why_size)
{
    const struct supply_input in = {.records = f->snapshot,
                                    .water = f->water,
                                    .as_of_day = q->as_of_day,
                                    .months = q->months,
                                    .draws = q->draws,
                                    .seed = q->seed,
                                    .threads = q->threads,
                                    .progress = q->progress,
                                    .progress_arg = q->progress_arg,
                                    .scenario = s};
    int rc = supply_run(&in, out, ponds);

    if (rc != 0)
        (void)snprintf(why, why_size, "forecast: %s", nila_err_text(rc));
    return rc;
}

/* Draw i takes the place of the one that f's draw i came of, and in every kecamatan and month the factor by which the figures
 * moved that. Where f had nothing to be moved the amount itself is added. Sums are made anew. */
static void figure_as(const struct forecast *f, const double *kg, struct supply_forecast *s)
{
    const size_t draws = s->draws, block = (size_t)s->months * draws;
    const size_t bottom = supply_node_kecamatan(0);

    memset(s->kg, 0, bottom * block * sizeof *s->kg);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (size_t x = 0; x < block; x++) {
            size_t at = (bottom + k) * block + x, i = x % draws;
            size_t from = at - i + f->figures->from[i];
            double before = f->modelled_kg[from], after = f->figured_kg[at], now = kg[from];

            if (now == before) /* to the last digit where nothing is supposed to differ */
                now = after;
            else
                now = before > 0 ? now * (after / before) : now + after;
            s->kg[at] = now;
            s->kg[supply_node_regency(region_kecamatan(k)->regency) * block + x] += now;
        }
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        for (size_t x = 0; x < block; x++)
            s->kg[SUPPLY_JOINT * block + x] +=
                s->kg[supply_node_regency((enum regency)r) * block + x];
}

int forecast_suppose(const struct forecast *f, const struct forecast_request *q,
                     const struct scenario *s, struct supply_forecast **out, char *why,
                     size_t why_size)
{
    int rc = run_supply(f, q, s, out, NULL, why, why_size);
    double *kg;

    if (rc != 0)
        return rc;
    if (f->figures->from != NULL) {
        kg = copy_draws(*out);
        figure_as(f, kg, *out);
        free(kg);
    }
    if (recalibrate_active(&f->recalibration))
        recalibrate_apply(&f->recalibration, *out);
    (*out)->issued_ms = f->supply->issued_ms;
    return 0;
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
            (void)snprintf(why, why_size, "forecast: the records cannot be read: %s",
                           nila_err_text(rc));
            goto out;
        }
        f->snapshot = f->own_snapshot;
    }
    f->ponds = f->snapshot->ponds;
    f->pond = xcalloc(f->ponds, sizeof *f->pond);
    f->water = xcalloc(f->ponds, sizeof *f->water);
    rc = forecast_water_load(q->source, f->snapshot, q->as_of_day, q->oxygen, f->water,
                             &f->ponds_with_water, why, why_size);
    if (rc != 0)
        goto out;
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
    for (size_t p = 0; f->water != NULL && p < f->ponds; p++)
        forecast_water_free(&f->water[p]);
    free(f->water);
    free(f->pond);
    free(f->modelled_kg);
    free(f->figured_kg);
    figures_free(f->figures);
    demand_free(f->demand);
    free(f->neraca);
    if (f->own_snapshot != NULL)
        records_snapshot_free(f->own_snapshot);
    free(f);
}
