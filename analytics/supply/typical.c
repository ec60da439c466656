/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "typical.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "history.h"
#include "pondrun.h"
#include "scenario.h"
#include "seed.h"

#define POND_STEP 0x9e3779b97f4a7c15ULL /* odd: keeps the ponds' seeds apart from other seeds' */

/* Cages by the local press (3300 to 5000 stocked), the others after guides for small ponds: from memory. */
const double TYPICAL_STOCK[POND_SYSTEM_COUNT] = {
    [POND_SYSTEM_POND] = 2000,
    [POND_SYSTEM_BIOFLOC] = 2000,
    [POND_SYSTEM_TARPAULIN] = 1500,
    [POND_SYSTEM_CAGE] = 3000,
};

enum {
    STOCK_MONTHS = TYPICAL_DAYS / 28 + SUPPLY_MONTHS_MAX + 2
};

struct run {
    const struct supply_input *in;
    const struct paths *paths;
    struct typical *out;
    struct ensemble *fish; /* one member a made-up pond */
    gsl_rng *rng;
    struct ensemble_prior prior;
    struct harvest_buyers buyers;
    struct harvest_outlook outlook;
    int32_t begins[TYPICAL_PONDS];
    int32_t first_month;
    double month_kg[SUPPLY_MONTHS_MAX]; /* of the pond in hand */
    double stock_factor[STOCK_MONTHS];  /* of the regency in hand (harvest.h) */
    double usual[REGENCY_COUNT];        /* fingerlings a month by the ledger (seed.h), or NaN */
};

static void usual_stockings(const struct supply_input *in, double stocked[POND_SYSTEM_COUNT])
{
    const struct records_snapshot *s = in->records;
    double sum[POND_SYSTEM_COUNT], weight[POND_SYSTEM_COUNT];

    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        weight[y] = TYPICAL_STOCK_WEIGHT;
        sum[y] = TYPICAL_STOCK_WEIGHT * log(TYPICAL_STOCK[y]);
    }
    for (size_t p = 0; p < s->ponds; p++) {
        double count = 0, mass_g;

        history_usual_stocking(s, p, in->as_of_day, &count, &mass_g);
        if (!(count > 0))
            continue;
        sum[s->pond[p].system] += log(count);
        weight[s->pond[p].system]++;
    }
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        stocked[y] = exp(sum[y] / weight[y]);
}

static void count_harvest(void *arg, int32_t day, double kg, bool main, double mass_g)
{
    struct run *w = arg;
    int32_t lead = civil_month_of_day(day) - w->first_month;

    (void)main;
    (void)mass_g;
    if (lead >= 0 && lead < (int32_t)w->in->months)
        w->month_kg[lead] += kg;
}

/* The made-up ponds of a system: the same under every path and in both regencies. */
static void make_ponds(struct run *w, enum pond_system y)
{
    char name[32];

    (void)snprintf(name, sizeof name, "typical/%s", pond_system_name(y));
    gsl_rng_set(w->rng, paths_stream(w->in->seed, name));
    ensemble_prior(y, &w->prior);
    ensemble_stock(w->fish, &w->prior, w->out->stocked[y], HISTORY_UNKNOWN_MASS_G, w->in->as_of_day,
                   w->rng);
    for (int j = 0; j < TYPICAL_PONDS; j++)
        w->begins[j] = w->in->as_of_day -
                       (int32_t)(TYPICAL_DAYS * (j + gsl_rng_uniform(w->rng)) / TYPICAL_PONDS);
    w->outlook = (struct harvest_outlook){.prior = &w->prior,
                                          .buyers = &w->buyers,
                                          .temp_c = ENSEMBLE_USUAL_TEMP_C,
                                          .nh3_effect = 1,
                                          .stock_count = w->out->stocked[y],
                                          .stock_mass_g = HISTORY_UNKNOWN_MASS_G,
                                          .first_day = w->in->as_of_day - TYPICAL_DAYS,
                                          .end_day = pondrun_end_day(w->in),
                                          .main_end_day = pondrun_end_day(w->in),
                                          .path_day = w->paths->first_day,
                                          .path_weeks = w->paths->weeks,
                                          .path_stride = w->paths->draws};
}

/* A scenario's fish to stock from this month on, and an aerator where it puts one. */
static void suppose(struct run *w, enum regency r, enum pond_system y, size_t pond)
{
    const int32_t month = civil_month_of_day(w->outlook.first_day), now = w->first_month - 1;
    const struct scenario_act *a;
    char slug[SLUG_SIZE];

    if (w->in->scenario == NULL)
        return;
    for (int32_t k = 0; k < STOCK_MONTHS; k++)
        w->stock_factor[k] = month + k < now
                                 ? 1
                                 : scenario_fingerlings(w->in->scenario, r, month + k) *
                                       scenario_transfer(w->in->scenario, r, month + k, w->usual);
    w->outlook.stock_factor = w->stock_factor;
    w->outlook.stock_months = STOCK_MONTHS;
    (void)snprintf(slug, sizeof slug, "typical-%zu", pond);
    a = scenario_aerates(w->in->scenario, slug, r, y);
    w->outlook.aerated = a != NULL ? SCENARIO_AERATED : 0;
    if (a == NULL)
        return;
    w->outlook.aerated_from = a->from_month == SCENARIO_AT_ONCE
                                  ? w->in->as_of_day + 1
                                  : civil_month_first_day(a->from_month);
    w->outlook.aerated_until = a->until_month == SCENARIO_FOR_EVER
                                   ? INT32_MAX
                                   : civil_month_first_day(a->until_month + 1) - 1;
}

static void follow_one(struct run *w, enum regency r, enum pond_system y, size_t pond, size_t draw)
{
    struct harvest_member m = {.stocked = false,
                               .restock_day = w->begins[pond],
                               .ln_gain = ensemble_ln_gain(w->fish, pond),
                               .do_usual = w->fish->do_usual[pond],
                               .z = w->paths->growth[r][y] + draw,
                               .temp_dev = w->paths->temp_dev[r] + draw,
                               .loss = w->paths->loss[r] + draw};

    suppose(w, r, y, pond);
    for (unsigned m0 = 0; m0 < w->in->months; m0++)
        w->month_kg[m0] = 0;
    gsl_rng_set(w->rng, paths_stream(w->in->seed ^ ((pond + 1) * POND_STEP), "typical/pond"));
    harvest_follow(&w->outlook, &m, w->rng, count_harvest, w);
}

static void one_kind(struct run *w, enum regency r, enum pond_system y)
{
    size_t k = w->in->draws;
    double *kg = w->out->kg + ((size_t)r * POND_SYSTEM_COUNT + (size_t)y) * w->in->months * k;
    double mean = 0, variance = 0;

    for (size_t i = 0; i < k; i++) {
        double sum[SUPPLY_MONTHS_MAX] = {0}, square[SUPPLY_MONTHS_MAX] = {0};

        for (size_t j = 0; j < TYPICAL_PONDS; j++) {
            follow_one(w, r, y, j, i);
            for (unsigned m = 0; m < w->in->months; m++) {
                sum[m] += w->month_kg[m];
                square[m] += w->month_kg[m] * w->month_kg[m];
            }
        }
        for (unsigned m = 0; m < w->in->months; m++) {
            double own = sum[m] / TYPICAL_PONDS;

            kg[m * k + i] = own;
            mean += own;
            variance += (square[m] - TYPICAL_PONDS * own * own) / (TYPICAL_PONDS - 1);
        }
    }
    mean /= (double)(k * w->in->months);
    variance /= (double)(k * w->in->months);
    w->out->cv[r][y] = mean > 0 ? sqrt(variance) / mean : 0;
}

struct typical *typical_new(const struct supply_input *in, const struct paths *paths,
                            const bool wanted[POND_SYSTEM_COUNT])
{
    struct typical *t = xcalloc(1, sizeof *t);
    struct run w = {.in = in, .paths = paths, .out = t};

    t->kg =
        xcalloc((size_t)REGENCY_COUNT * POND_SYSTEM_COUNT * in->months * in->draws, sizeof *t->kg);
    usual_stockings(in, t->stocked);
    harvest_buyers(&w.buyers, 0, 0);
    w.first_month = civil_month_of_day(in->as_of_day) + 1;
    for (int r = 0; r < REGENCY_COUNT; r++)
        w.usual[r] = seed_look(in->records, (enum regency)r, in->as_of_day).usual;
    w.fish = ensemble_new(TYPICAL_PONDS, 1);
    w.rng = gsl_rng_alloc(gsl_rng_taus2); /* quickly seeded, once a pond and draw */
    if (w.rng == NULL)
        fatal("no memory");
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        if (!wanted[y])
            continue;
        if (in->hazard != NULL)
            w.buyers.width = in->hazard[y].width;
        make_ponds(&w, (enum pond_system)y);
        for (int r = 0; r < REGENCY_COUNT; r++)
            one_kind(&w, (enum regency)r, (enum pond_system)y);
    }
    gsl_rng_free(w.rng);
    ensemble_free(w.fish);
    return t;
}

void typical_free(struct typical *t)
{
    if (t == NULL)
        return;
    free(t->kg);
    free(t);
}
