/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pageworld: a made-up region for tests of the pages: nine ponds of two farms in every state, a day of readings, a
 * forecast. Nothing here was measured. */
#ifndef TESTS_ANALYTICS_PAGEWORLD_H
#define TESTS_ANALYTICS_PAGEWORLD_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/page.h"
#include "collector/common/civil.h"
#include "collector/common/reading.h"

#define WORLD_NOW    ((int64_t)1795471950000) /* 2026-11-24 05:12:30 WIB */
#define WORLD_MINUTE ((int64_t)60000)

struct world {
    struct page_model model;
    struct page_pond pond[64];
    struct page_day day;
    int64_t ts[2][288];
    double value[2][288];
};

static inline void world_put(struct page_pond *p, enum metric m, double value, int flag,
                             int64_t age_min)
{
    p->latest.metric[m] = (struct series_last){
        .ts_ms = WORLD_NOW - age_min * WORLD_MINUTE, .value = value, .flag = flag};
    p->heard = true;
}

/* Oxygen, temperature, pH, total ammonia; the oxygen was also read five minutes before. */
static inline struct page_pond *world_pond(struct world *w, const char *slug, const char *name,
                                           double oxygen, double temp, double ph, double tan)
{
    struct page_pond *p = &w->pond[w->model.ponds++];

    memset(p, 0, sizeof *p);
    (void)snprintf(p->pond.slug, sizeof p->pond.slug, "%s", slug);
    (void)snprintf(p->pond.name, sizeof p->pond.name, "%s", name);
    (void)snprintf(p->farm, sizeof p->farm, "%s",
                   strncmp(slug, "kotim", 5) == 0 ? "Tambak Mentaya" : "Karamba Kuala Pembuang");
    p->kecamatan = strncmp(slug, "kotim", 5) == 0 ? 4 : 17;
    p->pond.farm = strncmp(slug, "kotim", 5) == 0 ? 0 : 1;
    if (isfinite(oxygen))
        world_put(p, METRIC_DO_MG_L, oxygen, READING_PASS, 2);
    if (isfinite(temp))
        world_put(p, METRIC_TEMP_C, temp, READING_PASS, 2);
    if (isfinite(ph))
        world_put(p, METRIC_PH, ph, READING_PASS, 2);
    if (isfinite(tan))
        world_put(p, METRIC_TAN_N_MG_L, tan, READING_PASS, 2);
    return p;
}

/* Judges and orders after the ponds were placed. */
static inline void world_settle(struct world *w)
{
    for (size_t i = 0; i < w->model.ponds; i++) {
        struct page_pond *p = &w->pond[i];
        const struct series_last *last = &p->latest.metric[METRIC_DO_MG_L];
        int64_t ts[2] = {last->ts_ms - 5 * WORLD_MINUTE, last->ts_ms};
        double value[2] = {last->value, last->value};
        struct series hour = {METRIC_DO_MG_L, 0, ts, value};
        if (last->ts_ms != 0 && reading_usable(last->flag))
            hour.n = 2;
        const struct status_scene scene = {.latest = &p->latest,
                                           .do_recent = &hour,
                                           .now_ms = WORLD_NOW,
                                           .system = p->pond.system};
        status_judge(&scene, &STATUS_DEFAULTS, &p->status);
    }
    page_order(&w->model);
}

static inline void world_day(struct world *w)
{
    w->day =
        (struct page_day){.ready = true, .from_ms = WORLD_NOW - CIVIL_DAY_MS, .to_ms = WORLD_NOW};
    w->day.oxygen = (struct series){METRIC_DO_MG_L, 0, w->ts[0], w->value[0]};
    w->day.temp = (struct series){METRIC_TEMP_C, 0, w->ts[1], w->value[1]};
    for (int i = 0; i < 288; i++) {
        int64_t ts = w->day.from_ms + i * 5 * WORLD_MINUTE;
        double hour = 5.2 + i / 12.0, sun = sin((hour - 9.5) / 24.0 * 6.2831853);
        size_t n = w->day.oxygen.n;
        w->ts[1][i] = ts;
        w->value[1][i] = 28.6 + 1.4 * sun + 0.05 * sin(i * 2.3);
        if (i > 100 && i < 124) /* two hours without oxygen */
            continue;
        w->ts[0][n] = ts;
        w->value[0][n] = 4.2 + 2.6 * sun + 0.12 * sin(i * 1.7);
        w->day.oxygen.n++;
    }
    w->day.temp.n = 288;
}

static inline struct supply_summary world_summary(double p50_kg)
{
    return (struct supply_summary){p50_kg * 1.03, p50_kg * 0.72, p50_kg, p50_kg * 1.38};
}

/* The periods of so many months, as neraca_make names them. */
static inline void world_periods(struct neraca *n, int32_t first_month, unsigned months)
{
    n->months = months;
    n->periods = 0;
    for (unsigned leads = 1; leads <= 3; leads += 2)
        for (unsigned lead = 1; lead + leads - 1 <= months; lead++) {
            int32_t m = first_month + (int32_t)lead - 1;
            struct neraca_period *p = &n->period[n->periods];

            if (leads == 3 && m % 3 != 0)
                continue;
            *p = (struct neraca_period){.first_lead = lead, .leads = leads};
            (void)snprintf(p->name, sizeof p->name, leads == 1 ? "%04u-%02u" : "%04u-Q%u",
                           (unsigned)m / 12 % 10000, (unsigned)m % 12 / (leads == 3 ? 3 : 1) + 1);
            n->periods++;
        }
    n->period[n->periods++] = (struct neraca_period){"all", 1, months};
}

/* Supply of every node and the balance; demand is known, and each regency is short now and then. */
static inline void world_neraca(struct page_forecast *f, unsigned months)
{
    struct neraca *n = &f->neraca;

    f->months = months;
    world_periods(n, f->first_month, months);
    for (size_t p = 0; p < n->periods; p++) {
        double leads = n->period[p].leads, at = n->period[p].first_lead - 1;
        for (size_t k = 0; k < SUPPLY_NODES; k++) {
            double share = k == SUPPLY_JOINT                           ? 1.0
                           : k == supply_node_regency(REGENCY_KOTIM)   ? 0.62
                           : k == supply_node_regency(REGENCY_SERUYAN) ? 0.38
                                                                       : 0.05;
            n->supply[k][p] = world_summary(share * leads * (14200 + 2600 * sin(at * 1.1)));
        }
        for (size_t k = 0; k < SUPPLY_NODES; k++) { /* three in ten of it from ponds on record */
            n->tracked[k][p] = world_summary(0.3 * n->supply[k][p].p50);
            n->untracked[k][p] = world_summary(0.7 * n->supply[k][p].p50);
        }
        for (size_t k = 0; k < DEMAND_NODES; k++) {
            struct neraca_cell *c = &n->cell[k][p];
            double share = k == 0 ? 1 : k == 1 ? 0.74 : 0.26;
            c->part[NERACA_SUPPLY] = n->supply[k][p];
            c->part[NERACA_INFLOW] = world_summary(share * leads * 540000);
            c->part[NERACA_OUTFLOW] = world_summary(share * leads * 6000);
            c->part[NERACA_LOSS] = world_summary(share * leads * 27000);
            c->part[NERACA_DEMAND] = world_summary(share * leads * 522700);
            c->balance = (struct supply_summary){-1800 * leads, -98000 * leads, 500, 91000 * leads};
            c->risk = (struct balance_risk){k == 1 ? 0.06 : 0.62, 20000 * leads, 33000 * leads};
        }
        n->pair[p] = (struct balance_pair){0.3, 0.25, 0.1, 0.35};
        n->transfer_kg[p] = p == 0 ? 0 : p == 1 ? -2500 : 12345 * leads;
    }
    for (size_t k = 0; k < DEMAND_NODES; k++) {
        n->known[k] = n->official[k] = true;
        n->farms[k] = k == 0 ? 12 : 6;
        n->registered[k] = k == 0 ? 120 : 60;
    }
    neraca_round(n, PAGE_UNIT_KG, &f->rounded);
}

/* Three assumptions and three official figures. */
static inline void world_basis(struct page_forecast *f)
{
    f->basis[0] =
        (struct rec_assumption){KEY_POPULATION, "kotim",   454515, 454515,          454515,
                                INT32_MIN,      INT32_MAX, 20453,  "Dukcapil & BPS"};
    f->basis[1] = (struct rec_assumption){KEY_TILAPIA_SHARE, "joint",   21.5,  14,      30,
                                          INT32_MIN,         INT32_MAX, 20700, "Survei"};
    f->basis[2] = (struct rec_assumption){KEY_DEMAND_SHOCK, "seruyan",          -20,   -30,     -10,
                                          f->first_month,   f->first_month + 1, 20700, "Banjir"};
    f->bases = 3;
    f->official[0] = (struct figure){
        .record = {"kotim", "2027-Q1", 2027 * 12, 3, 2900, false, 20750, 1, "Dinas"},
        .verdict = COMBINE_SURPRISES};
    f->official[1] = (struct figure){
        .record = {"62.07.03", "2027-01", 2027 * 12, 1, 400, true, 20740, 0, "BPS"}};
    f->official[2] =
        (struct figure){.record = {"joint", "2026", 2026 * 12, 12, 90, true, 20740, 0, "BPS"},
                        .harvested_kg = 700,
                        .verdict = COMBINE_BELOW_RECORD,
                        .partly = true};
    f->officials = 3;
    f->with_official = true;
    f->spread[SUPPLY_JOINT][1] = f->spread[SUPPLY_JOINT][2] = 1.32;
}

/* Eight joint forecasts, six of them hits; of Kotim none was judged yet; one lead's range is corrected. */
static inline void world_accuracy(struct page_accuracy *a, int32_t first_month)
{
    const struct accuracy_score none = {0};
    struct accuracy_score s = {.n = 8,
                               .covered80 = 6,
                               .covered95 = 8,
                               .positive = 8,
                               .median_ape_pct = 14.4,
                               .mape_pct = 17,
                               .bias_pct = -6.2,
                               .crps_kg = 1260,
                               .skill_abs = {0.2, NAN},
                               .skill_crps = {0.314, NAN}};

    *a = (struct page_accuracy){.ready = true, .issues = 9, .open = 11, .silent = 1};
    recalibrate_none(&a->recalibration);
    a->recalibration.group[0][1].n = 14;
    a->recalibration.group[0][1].covered = 7;
    a->recalibration.group[0][1].factor = 1.32;
    for (size_t node = 0; node < DEMAND_NODES; node++)
        for (unsigned lead = 0; lead <= RECORDS_ISSUED_LEADS; lead++)
            a->score[node][lead] = node == SUPPLY_JOINT && lead < 2 ? s : none;
    s.covered80 = 5;
    a->first[SUPPLY_JOINT] = s;
    for (unsigned i = 0; i < 3; i++)
        a->past[a->past_n++] = (struct page_past){.month = first_month - 3 - (int32_t)i,
                                                  .lead = 1,
                                                  .p10 = 9000,
                                                  .p50 = 12000,
                                                  .p90 = 16000,
                                                  .actual = 8000 + 5000 * i};
}

static inline void world_forecast(struct page_forecast *f)
{
    *f = (struct page_forecast){.state = PAGE_FORECAST_READY,
                                .issued_ms = WORLD_NOW - 20 * WORLD_MINUTE,
                                .as_of_day = civil_day(WORLD_NOW),
                                .first_month = civil_month(WORLD_NOW) + 1,
                                .draws = 400,
                                .population = {454515, 159849}};
    for (size_t n = 0; n < SUPPLY_NODES; n++) {
        f->tracked[n] = n == 0 ? 41 : n == 1 ? 26 : n == 2 ? 15 : n % 3 == 0 ? 4 : 0;
        f->ponds[n] = n == 0 ? 58 : n == 1 ? 35 : n == 2 ? 23 : 6;
    }
    world_neraca(f, 6);
    merge_begin(&f->merge);
    merge_tell(&f->merge, &(const struct merge_farms){.n = {0}});
    world_basis(f);
    world_accuracy(&f->accuracy, f->first_month);
}

/* A question of every kind; the sample of the 12th is too small, that of the 2nd too big. */
static inline void world_ask(struct supply_pond *e)
{
    int32_t today = civil_day(WORLD_NOW);

    e->doubts = 0;
    e->doubt[e->doubts++] = (struct filter_doubt){FILTER_ASK_POND, today - 22, 312, 140.4};
    for (int k = FILTER_ASK_GRADED; k <= FILTER_ASK_POND; k++)
        e->doubt[e->doubts++] =
            (struct filter_doubt){(enum filter_question)k, today - 12, 96.3, 161.7};
    e->doubt[e->doubts++] = (struct filter_doubt){FILTER_ASK_HARVEST_SIZE, today - 11, 12, 5.9375};
    e->doubt[e->doubts++] = (struct filter_doubt){FILTER_ASK_LOST_MORE, today - 10, 4100, 2483.7};
    e->doubt[e->doubts++] = (struct filter_doubt){FILTER_ASK_FEED_MORE, today - 9, 250, 9.74};
    e->doubt[e->doubts++] = (struct filter_doubt){FILTER_ASK_FEED_KIND, today - 8, 7.5, NAN};
}

static inline void world_make(struct world *w)
{
    struct page_pond *p;

    memset(w, 0, sizeof *w);
    w->model = (struct page_model){.now_ms = WORLD_NOW,
                                   .read_ms = WORLD_NOW - 5000,
                                   .notice = "Data contoh / simulasi",
                                   .phone = "0812-3456-7890",
                                   .limits = &STATUS_DEFAULTS,
                                   .pond = w->pond};
    p = world_pond(w, "kotim-1", "Kolam 1", 5.34, 28.4, 7.1, 0.3);
    p->has_cycle = p->has_estimate = true;
    p->stocked_day = civil_day(WORLD_NOW) - 87;
    p->stocked = 3000;
    p->estimate = (struct supply_pond){.cycle = 0,
                                       .forgotten_cycle = -1,
                                       .mass_g_p10 = 151,
                                       .mass_g_p50 = 182,
                                       .mass_g_p90 = 219,
                                       .count_p50 = 2487,
                                       .biomass_kg_p50 = 452,
                                       .class_kg = {11, 260, 140, 41, 3},
                                       .harvest_day_p50 = civil_day(WORLD_NOW) + 41,
                                       .harvest_kg_p10 = 512,
                                       .harvest_kg_p50 = 640,
                                       .harvest_kg_p90 = 781};
    world_ask(&p->estimate);
    world_pond(w, "kotim-2", "Kolam 2", 1.43, 28.6, 6.8, 0.4);
    world_pond(w, "kotim-3", "Kolam 3", 2.6, 28.9, 7.0, NAN);
    p = world_pond(w, "kotim-4", "Kolam 4", NAN, 28.9, 7.0, NAN);
    world_put(p, METRIC_DO_MG_L, 13.37, READING_PASS, 125); /* told nowhere as present */
    p = world_pond(w, "kotim-5", "Kolam 5 dekat rumah Pak Haji Ahmad bin Syamsudin", NAN, 29.3, 7.2,
                   NAN);
    world_put(p, METRIC_DO_MG_L, 0.0, READING_SUSPECT, 2);
    world_pond(w, "seruyan-1", "Karamba 1", 6.2, 29.1, 4.2, 2.1);
    world_pond(w, "seruyan-2", "Karamba 2", 5.8, 33.4, 7.4, NAN);
    world_pond(w, "seruyan-3", "Karamba 3", 5.1, 30.0, 8.9, 1.4);
    world_pond(w, "seruyan-4", "Karamba 4", NAN, NAN, NAN, NAN);
    world_forecast(&w->model.forecast);
    world_day(w);
    world_settle(w);
}

#endif
