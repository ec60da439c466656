/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "untracked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "collector/common/log.h"
#include "history.h"
#include "paths.h"
#include "typical.h"
#include "untracked_own.h"

const char *untracked_words(enum untracked_gap gap, bool english)
{
    static const char *const WORDS[][2] = {
        [UNTRACKED_TOLD] = {"", ""},
        [UNTRACKED_UNKNOWN] = {"register dan angka resmi belum dimasukkan, jadi taksiran luar "
                               "pantauan tidak dibuat; yang tampil hanya kolam terpantau",
                               "neither a register nor an official figure was entered, so ponds "
                               "outside are not estimated; shown are tracked ponds only"},
        [UNTRACKED_FEW] = {"kurang dari 5 % pembudidaya terdaftar tercatat di sini dan tidak ada "
                           "angka resmi yang dipakai, jadi ramalan seluruhnya tidak dibuat; yang "
                           "tampil hanya kolam terpantau",
                           "fewer than 5 % of the registered farms are on record here and no "
                           "official figure was used, so there is no forecast of the whole; shown "
                           "are tracked ponds only"},
    };

    return WORDS[gap][english ? 1 : 0];
}

bool untracked_official(const struct records_snapshot *s, enum regency r)
{
    for (size_t i = 0; i < s->officials; i++)
        if (s->official[i].kg > 0 && strcmp(s->official[i].node, regency_slug(r)) == 0)
            return true;
    return false;
}

bool untracked_possible(const struct records_snapshot *s, bool without_official)
{
    bool official = untracked_official(s, REGENCY_KOTIM) || untracked_official(s, REGENCY_SERUYAN);

    return s->registers > 0 || (official && !without_official);
}

/* --- counting --- */

static void ask(struct untracked *u, size_t k, int y, double farms_on_record)
{
    const struct untracked_cell *c = &u->cell[k][y];
    const struct untracked_regency *r = &u->regency[region_kecamatan(k)->regency];
    bool by_pond = c->by_pond || !c->registered;
    double on_record = by_pond ? c->on_record : farms_on_record;

    if (r->registered && on_record > c->units)
        u->question[u->questions++] =
            (struct untracked_question){k, (enum pond_system)y, by_pond, c->units, on_record};
}

/* Ponds on record by cell, farms by cell in farms. */
static void count_on_record(struct untracked *u, const struct records_snapshot *s,
                            const struct supply_pond *pond, int32_t as_of_day,
                            double farms[REGION_KECAMATAN_COUNT][POND_SYSTEM_COUNT])
{
    bool *seen = xcalloc(s->farms * POND_SYSTEM_COUNT, sizeof *seen);

    for (size_t p = 0; p < s->ponds; p++) {
        size_t at = s->pond[p].farm * POND_SYSTEM_COUNT + (size_t)s->pond[p].system;
        size_t k = s->farm[s->pond[p].farm].kecamatan;

        if (pond[p].forgotten_cycle >= 0 || history_latest_cycle(s, p, as_of_day) < 0)
            continue;
        u->cell[k][s->pond[p].system].on_record++;
        if (!seen[at])
            farms[k][s->pond[p].system]++;
        seen[at] = true;
    }
    free(seen);
}

void untracked_count(struct untracked *u, const struct records_snapshot *s,
                     const struct supply_pond *pond, int32_t as_of_day)
{
    double farms[REGION_KECAMATAN_COUNT][POND_SYSTEM_COUNT] = {{0}};

    memset(u, 0, sizeof *u);
    count_on_record(u, s, pond, as_of_day, farms);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        double n = UNTRACKED_FARMS_WEIGHT, ponds = n * UNTRACKED_PONDS_A_FARM;

        for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
            n += farms[k][y];
            ponds += u->cell[k][y].on_record;
        }
        u->ponds_a_farm[y] = ponds / n;
    }
    for (size_t i = 0; i < s->registers; i++) {
        const struct rec_registry *r = &s->registry[i];
        struct untracked_cell *c = &u->cell[r->kecamatan][r->system];

        c->registered = true;
        c->by_pond = !isnan(r->ponds);
        c->units = c->by_pond ? r->ponds : r->farms;
        c->ponds = c->by_pond ? r->ponds : r->farms * u->ponds_a_farm[r->system];
        u->regency[region_kecamatan(r->kecamatan)->regency].registered = true;
    }
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
            struct untracked_cell *c = &u->cell[k][y];
            struct untracked_regency *r = &u->regency[region_kecamatan(k)->regency];

            c->outside = c->ponds > c->on_record ? c->ponds - c->on_record : 0;
            r->ponds += c->ponds;
            r->on_record += c->on_record;
            r->outside += c->outside;
            ask(u, k, y, farms[k][y]);
        }
}

static void find_few(struct untracked *u, const struct records_snapshot *s, const double *farms)
{
    double registered[REGENCY_COUNT] = {0};

    for (size_t i = 0; i < s->registers; i++)
        registered[region_kecamatan(s->registry[i].kecamatan)->regency] += s->registry[i].farms;
    for (int r = 0; r < REGENCY_COUNT; r++)
        u->regency[r].few =
            farms[supply_node_regency((enum regency)r)] < UNTRACKED_FARMS_LEAST * registered[r];
}

/* --- the whole --- */

/* Regencies and joint of each part from the kecamatan, and the total of both parts everywhere. */
static void sum_parts(struct supply_forecast *f)
{
    size_t block = untracked_block(f), above = supply_node_kecamatan(0) * block;
    double *const part[] = {f->tracked_kg, f->untracked_kg};

    for (size_t p = 0; p < 2; p++) {
        memset(part[p], 0, above * sizeof *part[p]);
        for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
            for (size_t x = 0; x < block; x++)
                part[p][supply_node_regency(region_kecamatan(k)->regency) * block + x] +=
                    part[p][supply_node_kecamatan(k) * block + x];
        for (size_t r = 0; r < REGENCY_COUNT; r++)
            for (size_t x = 0; x < block; x++)
                part[p][SUPPLY_JOINT * block + x] +=
                    part[p][supply_node_regency((enum regency)r) * block + x];
    }
    for (size_t x = 0; x < SUPPLY_NODES * block; x++)
        f->kg[x] = f->tracked_kg[x] + f->untracked_kg[x];
}

static void take_away(struct supply_forecast *f, enum regency r)
{
    size_t block = untracked_block(f);

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        if (region_kecamatan(k)->regency == r)
            memset(f->untracked_kg + supply_node_kecamatan(k) * block, 0,
                   block * sizeof *f->untracked_kg);
}

void untracked_theta(const struct untracked *u, uint64_t seed, unsigned draws, double *theta)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    if (rng == NULL)
        fatal("no memory");
    gsl_rng_set(rng, paths_stream(seed, "untracked/level"));
    for (unsigned i = 0; i < draws; i++) {
        double normal[REGENCY_COUNT], own[REGENCY_COUNT];

        for (int r = 0; r < REGENCY_COUNT; r++)
            normal[r] = gsl_ran_gaussian_ziggurat(rng, 1);
        coverage_draw(&u->coverage, normal, own);
        for (int r = 0; r < REGENCY_COUNT; r++)
            theta[(size_t)r * draws + i] = own[r];
    }
    gsl_rng_free(rng);
}

static void multiply(struct untracked *u, struct supply_forecast *f, uint64_t seed)
{
    double *theta = xcalloc((size_t)REGENCY_COUNT * f->draws, sizeof *theta);
    double mean[REGENCY_COUNT] = {0};

    untracked_theta(u, seed, f->draws, theta);
    for (unsigned i = 0; i < f->draws; i++) {
        for (int r = 0; r < REGENCY_COUNT; r++)
            mean[r] += exp(theta[(size_t)r * f->draws + i]) / f->draws;
        for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
            for (unsigned lead = 1; lead <= f->months; lead++)
                supply_untracked(f, supply_node_kecamatan(k), lead)[i] *=
                    exp(theta[(size_t)region_kecamatan(k)->regency * f->draws + i]);
    }
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (int y = 0; y < POND_SYSTEM_COUNT; y++)
            for (unsigned m = 0; m < f->months; m++)
                u->cell[k][y].outside_kg[m] *= mean[region_kecamatan(k)->regency];
    free(theta);
}

static void refuse(struct untracked *u, struct supply_forecast *f, enum regency r,
                   enum untracked_gap gap)
{
    u->regency[r].gap = gap;
    take_away(f, r);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (int y = 0; y < POND_SYSTEM_COUNT; y++)
            if (region_kecamatan(k)->regency == r)
                memset(u->cell[k][y].outside_kg, 0, sizeof u->cell[k][y].outside_kg);
}

/* What was run so far is the tracked part. */
static void new_parts(struct supply_forecast *f)
{
    size_t cells = SUPPLY_NODES * untracked_block(f);

    f->tracked_kg = xcalloc(cells, sizeof *f->tracked_kg);
    f->untracked_kg = xcalloc(cells, sizeof *f->untracked_kg);
    memcpy(f->tracked_kg, f->kg, cells * sizeof *f->kg);
}

void untracked_add(struct untracked **out, const struct records_snapshot *s,
                   const struct supply_pond *pond, struct supply_forecast *f, const double *farms,
                   bool without_official, uint64_t seed)
{
    struct untracked *u = xcalloc(1, sizeof *u);

    untracked_count(u, s, pond, f->as_of_day);
    find_few(u, s, farms);
    new_parts(f);
    untracked_draw(u, f, seed);
    untracked_learn(u, s, f, without_official);
    multiply(u, f, seed);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        const struct untracked_regency *g = &u->regency[r];
        bool official = !without_official && untracked_official(s, (enum regency)r);

        if (!official && (!g->registered || g->few))
            refuse(u, f, (enum regency)r, g->registered ? UNTRACKED_FEW : UNTRACKED_UNKNOWN);
    }
    sum_parts(f);
    *out = u;
}

void untracked_cover(struct untracked *u, const struct supply_forecast *f)
{
    double *share = xcalloc(f->draws, sizeof *share);

    for (int r = 0; r < REGENCY_COUNT; r++) {
        size_t node = supply_node_regency((enum regency)r);

        for (unsigned i = 0; i < f->draws; i++) {
            double tracked = 0, total = 0;

            for (unsigned lead = 1; lead <= f->months; lead++) {
                tracked += supply_tracked(f, node, lead)[i];
                total += supply_draws(f, node, lead)[i];
            }
            share[i] = total > 0 ? tracked / total : 0;
        }
        u->regency[r].coverage = supply_summarise_draws(share, f->draws);
    }
    free(share);
}

void untracked_settle(struct untracked *u, const struct figures *y, struct supply_forecast *f)
{
    for (int r = 0; r < REGENCY_COUNT; r++) {
        const struct untracked_regency *g = &u->regency[r];

        if (g->gap == UNTRACKED_TOLD && !figures_cover(y, regency_slug((enum regency)r)) &&
            (!g->registered || g->few))
            refuse(u, f, (enum regency)r, g->registered ? UNTRACKED_FEW : UNTRACKED_UNKNOWN);
    }
    sum_parts(f);
}

void untracked_suppose(const struct untracked *u, const struct supply_forecast *based_on,
                       struct supply_forecast *f, uint64_t seed)
{
    struct untracked *copy = xcalloc(1, sizeof *copy);

    *copy = *u;
    memcpy(f->typical->cv, based_on->typical->cv, sizeof f->typical->cv);
    new_parts(f);
    untracked_draw(copy, f, seed);
    multiply(copy, f, seed);
    for (int r = 0; r < REGENCY_COUNT; r++)
        if (u->regency[r].gap != UNTRACKED_TOLD)
            take_away(f, (enum regency)r);
    sum_parts(f);
    free(copy);
}

double untracked_share(const struct untracked *u, size_t kecamatan, enum pond_system y,
                       unsigned lead)
{
    double all = 0, own = 0;

    for (int k = 0; k < POND_SYSTEM_COUNT; k++) {
        const struct untracked_cell *c = &u->cell[kecamatan][k];
        double kg = c->tracked_kg[lead - 1] + c->outside_kg[lead - 1];

        all += kg;
        own = k == (int)y ? kg : own;
    }
    return all > 0 ? own / all : 0;
}
