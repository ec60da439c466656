/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paths.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"

static const double Z_KEPT = 0.8; /* from week to week */
static const double Z_SD = 0.12;  /* standing, of ln growth */
static const double BETWEEN =
    0.6; /* correlation of the regencies' z; share of events that strike both */
static const double EVENT_COUNT =
    3.5; /* Gamma shape: about 3 of a kind seen, and half an event of doubt */
static const double EVENT_YEARS = 11; /* in so many years */
static const double LOSS_A = 2, LOSS_B = 3;

struct season {
    int month, days; /* begins on the first of month, lasts so long */
};
static const struct season SEASON[] = {
    {12, 90}, /* acid flush: December to February */
    {8, 122}, /* low flow: August to November */
};
#define SEASONS (sizeof SEASON / sizeof SEASON[0])

unsigned long paths_stream(uint64_t seed, const char *name)
{
    uint64_t h = 14695981039346656037ULL; /* FNV-1a */

    for (const char *c = name; *c != '\0'; c++)
        h = (h ^ (unsigned char)*c) * 1099511628211ULL;
    h ^= seed + 0x9e3779b97f4a7c15ULL; /* splitmix64's finaliser spreads neighbouring seeds */
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
    return (unsigned long)((h ^ (h >> 31)) & 0xffffffffU); /* the Mersenne twister takes 32 bits */
}

static void draw_z(struct paths *p, gsl_rng *rng)
{
    double step = Z_SD * sqrt(1 - Z_KEPT * Z_KEPT), own = sqrt(1 - BETWEEN * BETWEEN);

    for (size_t w = 0; w < p->weeks; w++) {
        for (size_t i = 0; i < p->draws; i++) {
            double a = gsl_ran_gaussian_ziggurat(rng, 1);
            double b = BETWEEN * a + own * gsl_ran_gaussian_ziggurat(rng, 1);
            const double both[REGENCY_COUNT] = {a, b};

            for (size_t r = 0; r < REGENCY_COUNT; r++) {
                double *z = p->z[r] + w * p->draws + i;
                *z = w == 0 ? Z_SD * both[r] : Z_KEPT * z[-(ptrdiff_t)p->draws] + step * both[r];
            }
        }
    }
}

/* Two losses in one week leave the product of what each leaves. */
static void strike(struct paths *p, size_t regency, int32_t day, size_t draw, double loss)
{
    double *l;

    if (day < p->first_day || (size_t)(day - p->first_day) / 7 >= p->weeks)
        return;
    l = p->loss[regency] + (size_t)(day - p->first_day) / 7 * p->draws + draw;
    *l = 1 - (1 - *l) * (1 - loss);
}

static void draw_season(struct paths *p, const struct season *s, int year, const double *rate,
                        gsl_rng *rng)
{
    int32_t begin = civil_day_of(year, s->month, 1);

    for (size_t i = 0; i < p->draws; i++) {
        double chance = 1 - exp(-rate[i]), shared = gsl_rng_uniform(rng);
        int32_t day = begin + (int32_t)gsl_rng_uniform_int(rng, (unsigned long)s->days);
        double loss = gsl_ran_beta(rng, LOSS_A, LOSS_B);
        int together = gsl_rng_uniform(rng) < BETWEEN;

        for (size_t r = 0; r < REGENCY_COUNT; r++) {
            double own = gsl_rng_uniform(rng);
            if ((together ? shared : own) < chance)
                strike(p, r, day, i, loss);
        }
    }
}

/* One generator a kind of event, years in order: a longer horizon only adds draws at the end. */
static void draw_events(struct paths *p, uint64_t seed, gsl_rng *rng)
{
    static const char *const NAME[SEASONS] = {"paths/acid", "paths/low-flow"};
    int first = civil_from_day(p->first_day).year - 1;
    int last = civil_from_day(p->first_day + (int32_t)p->weeks * 7).year;
    double *rate = xcalloc(p->draws, sizeof *rate);

    for (size_t k = 0; k < SEASONS; k++) {
        gsl_rng_set(rng, paths_stream(seed, NAME[k]));
        for (size_t i = 0; i < p->draws; i++)
            rate[i] = gsl_ran_gamma(rng, EVENT_COUNT, 1 / EVENT_YEARS);
        for (int year = first; year <= last; year++)
            draw_season(p, &SEASON[k], year, rate, rng);
    }
    free(rate);
}

struct paths *paths_new(uint64_t seed, int32_t as_of_day, int32_t last_day, size_t draws)
{
    struct paths *p = xcalloc(1, sizeof *p);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    if (rng == NULL)
        fatal("no memory");
    p->draws = draws;
    p->first_day = as_of_day + 1 - 7 * PATHS_PAST_WEEKS;
    p->weeks = (size_t)(last_day - p->first_day) / 7 + 2;
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        p->z[r] = xcalloc(p->weeks * draws, sizeof *p->z[r]);
        p->loss[r] = xcalloc(p->weeks * draws, sizeof *p->loss[r]);
    }
    gsl_rng_set(rng, paths_stream(seed, "paths/z"));
    draw_z(p, rng);
    draw_events(p, seed, rng);
    gsl_rng_free(rng);
    return p;
}

void paths_free(struct paths *p)
{
    if (p == NULL)
        return;
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        free(p->z[r]);
        free(p->loss[r]);
    }
    free(p);
}

size_t paths_week(const struct paths *p, int32_t day)
{
    size_t week;

    if (day < p->first_day)
        return 0;
    week = (size_t)(day - p->first_day) / 7;
    return week < p->weeks ? week : p->weeks - 1;
}
