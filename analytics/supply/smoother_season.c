/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smoother_season.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "analytics/fish/ensemble.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

/* Haze: seven weeks in which it may begin, three lengths. */
enum {
    BEGINS = (PATHS_SMOKE_BEGIN_DAYS + 6) / 7,
    LENGTHS = 3,
    LENGTH_DAYS = (PATHS_SMOKE_DAYS_MAX - PATHS_SMOKE_DAYS_MIN + LENGTHS) / LENGTHS,
    PLACES = 3, /* the first regency, the second, both; 0 is none */
    FLOWS = 1 + SMOOTHER_SEASON_WEEKS * PLACES,
    HAZES = 1 + BEGINS * LENGTHS * PLACES,
    FLOW_PATTERNS = SMOOTHER_SEASON_WEEKS * REGENCY_COUNT,
    PATTERNS = FLOW_PATTERNS + BEGINS * LENGTHS * REGENCY_COUNT
};

struct work {
    const struct smoother_season *s;
    const struct smoother_field *f;
    int32_t first_day; /* of the field */
    struct paths *p;
    double chance[4][4];
    size_t patterns; /* 0: nothing that slows growth */
    struct smoother_pattern pattern[PATTERNS];
    double *cross; /* [PATTERNS][PATTERNS] */
    double *block;
    double *weight; /* [FLOWS][HAZES], adding up */
};

static size_t flow_pattern(size_t week, size_t regency)
{
    return week * REGENCY_COUNT + regency;
}

static size_t haze_pattern(size_t begin, size_t length, size_t regency)
{
    return FLOW_PATTERNS + (begin * LENGTHS + length) * REGENCY_COUNT + regency;
}

/* --- patterns of lost growth --- */

static void fill_flow(const struct work *w, size_t week, struct smoother_pattern *p)
{
    for (size_t s = 0; s < POND_SYSTEM_COUNT; s++) {
        struct ensemble_prior prior;

        ensemble_prior((enum pond_system)s, &prior);
        for (int k = 0; k < PATHS_APPETITE_WEEKS; k++) {
            int32_t at = (w->s->first_day - w->first_day) / 7 + (int32_t)week + k;
            if (at >= 0 && at < (int32_t)w->f->weeks)
                p->share[s * w->f->weeks + (size_t)at] = expm1(prior.exposure * PATHS_APPETITE);
        }
    }
}

static void fill_haze(const struct work *w, size_t begin, size_t length, struct smoother_pattern *p)
{
    int32_t from = civil_day_of(w->s->year, PATHS_SMOKE_MONTH, 1) + 7 * (int32_t)begin +
                   (begin + 1 < BEGINS ? 3 : 0);
    int32_t days = PATHS_SMOKE_DAYS_MIN + (int32_t)length * LENGTH_DAYS + LENGTH_DAYS / 2;

    for (int32_t day = from; day < from + days; day++) {
        if (day < w->first_day || (size_t)(day - w->first_day) / 7 >= w->f->weeks)
            continue;
        for (size_t s = 0; s < POND_SYSTEM_COUNT; s++)
            p->share[s * w->f->weeks + (size_t)(day - w->first_day) / 7] +=
                expm1(PATHS_SMOKE_EFFECT) / 7;
    }
}

static void make_patterns(struct work *w)
{
    size_t share = POND_SYSTEM_COUNT * w->f->weeks, each = share + 2 * w->f->dims;

    w->patterns = PATTERNS;
    w->block = xcalloc(PATTERNS * (each + PATTERNS), sizeof *w->block);
    w->cross = w->block + PATTERNS * each;
    for (size_t k = 0; k < PATTERNS; k++) {
        struct smoother_pattern *p = &w->pattern[k];
        size_t of = (k < FLOW_PATTERNS ? k : k - FLOW_PATTERNS) / REGENCY_COUNT;

        p->regency = k % REGENCY_COUNT;
        p->share = w->block + k * each;
        p->a = p->share + share;
        p->v = p->a + w->f->dims;
        if (k < FLOW_PATTERNS)
            fill_flow(w, of, p);
        else
            fill_haze(w, of / LENGTHS, of % LENGTHS, p);
        smoother_field_pattern(w->f, p);
    }
    for (size_t k = 0; k < PATTERNS; k++)
        for (size_t j = 0; j <= k; j++)
            w->cross[k * PATTERNS + j] = w->cross[j * PATTERNS + k] =
                smoother_field_cross(w->f, &w->pattern[k], &w->pattern[j]);
}

/* --- the grid --- */

/* A place 1..3 as the regencies it holds. */
static bool holds(size_t place, size_t regency)
{
    return (place >> regency & 1) != 0;
}

/* The patterns of a state; returns how many. */
static size_t patterns_of(const struct work *w, size_t flow, size_t haze, size_t *out)
{
    size_t n = 0;

    for (size_t r = 0; w->patterns > 0 && r < REGENCY_COUNT; r++) {
        if (flow > 0 && holds(1 + (flow - 1) % PLACES, r))
            out[n++] = flow_pattern((flow - 1) / PLACES, r);
        if (haze > 0 && holds(1 + (haze - 1) % PLACES, r)) {
            size_t of = (haze - 1) / PLACES;
            out[n++] = haze_pattern(of / LENGTHS, of % LENGTHS, r);
        }
    }
    return n;
}

static double ln_growth(const struct work *w, size_t flow, size_t haze)
{
    size_t at[2 * REGENCY_COUNT], n = patterns_of(w, flow, haze, at);
    double sum = 0;

    for (size_t k = 0; k < n; k++) {
        sum += w->pattern[at[k]].ln;
        for (size_t j = 0; j < n; j++)
            sum += 0.5 * w->cross[at[k] * PATTERNS + at[j]];
    }
    return sum;
}

/* ln likelihood of the losses of a state, by size. */
static double ln_losses(const struct work *w, size_t flow, size_t size)
{
    double sum = 0;

    for (size_t r = 0; r < REGENCY_COUNT; r++)
        if (holds(1 + (flow - 1) % PLACES, r))
            sum += w->s->ln_ratio[r][(flow - 1) / PLACES][size];
    return sum;
}

static double ln_sum(const double *x, size_t n)
{
    double top = x[0], others = 0; /* beside the biggest, which is 1 */
    size_t at = 0;

    for (size_t k = 1; k < n; k++) {
        at = x[k] > top ? k : at;
        top = x[at];
    }
    for (size_t k = 0; k < n; k++)
        others += k != at ? exp(x[k] - top) : 0;
    return top + log1p(others);
}

/* ln of prior and losses of a state of flow, sizes summed up. */
static double ln_flow(const struct work *w, size_t flow)
{
    double size[SMOOTHER_LOSSES];

    if (flow == 0)
        return 0;
    if ((flow - 1) / PLACES >= w->s->weeks || !(w->s->prior[(flow - 1) / PLACES] > 0))
        return -INFINITY;
    for (size_t k = 0; k < SMOOTHER_LOSSES; k++)
        size[k] = ln_losses(w, flow, k);
    return log(w->s->prior[(flow - 1) / PLACES] / SMOOTHER_LOSSES) + ln_sum(size, SMOOTHER_LOSSES);
}

static double haze_prior(size_t haze)
{
    size_t begin = (haze - 1) / PLACES / LENGTHS, length = (haze - 1) / PLACES % LENGTHS;
    double spread = PATHS_SMOKE_DAYS_MAX - PATHS_SMOKE_DAYS_MIN + 1;
    double begins = begin + 1 < BEGINS ? 7 : PATHS_SMOKE_BEGIN_DAYS - 7 * (BEGINS - 1);
    double lasts = length + 1 < LENGTHS ? LENGTH_DAYS : spread - LENGTH_DAYS * (LENGTHS - 1);

    return begins / PATHS_SMOKE_BEGIN_DAYS * lasts / spread;
}

static void weigh(struct work *w)
{
    size_t hazes = w->patterns > 0 ? HAZES : 1;
    double top = -INFINITY, sum = 0;

    for (size_t flow = 0; flow < FLOWS; flow++) {
        double ln = ln_flow(w, flow);
        size_t place = flow == 0 ? 0 : 1 + (flow - 1) % PLACES;

        for (size_t haze = 0; haze < HAZES; haze++) {
            double *x = w->weight + flow * HAZES + haze, chance = 0;

            for (size_t k = 0; hazes == 1 && k < 4; k++)
                chance += w->chance[place][k];
            if (hazes > 1)
                chance = w->chance[place][haze == 0 ? 0 : 1 + (haze - 1) % PLACES] *
                         (haze == 0 ? 1 : haze_prior(haze));
            *x = haze < hazes ? ln + log(chance) + ln_growth(w, flow, haze) : -INFINITY;
            top = *x > top ? *x : top;
        }
    }
    for (size_t k = 0; k < (size_t)FLOWS * HAZES; k++) {
        sum += exp(w->weight[k] - top);
        w->weight[k] = sum;
    }
}

/* --- what befell each draw --- */

static size_t pick_size(const struct work *w, size_t flow, gsl_rng *rng)
{
    double ln[SMOOTHER_LOSSES], all, at = gsl_rng_uniform(rng);
    size_t k = 0;

    for (size_t x = 0; x < SMOOTHER_LOSSES; x++)
        ln[x] = ln_losses(w, flow, x);
    all = ln_sum(ln, SMOOTHER_LOSSES);
    while (k + 1 < SMOOTHER_LOSSES && (at -= exp(ln[k] - all)) >= 0)
        k++;
    return k;
}

static void befall_flow(const struct work *w, size_t flow, size_t draw, gsl_rng *rng,
                        double *struck)
{
    size_t week = (flow - 1) / PLACES, size = pick_size(w, flow, rng);
    double loss = smoother_loss(size, gsl_rng_uniform(rng));

    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        if (!holds(1 + (flow - 1) % PLACES, r))
            continue;
        paths_strike(w->p, w->s->kind, r, w->s->first_day + 7 * (int32_t)week, draw, loss);
        struck[r] += 1;
    }
}

static void befall_haze(const struct work *w, size_t haze, size_t draw, gsl_rng *rng)
{
    size_t of = (haze - 1) / PLACES, begin = of / LENGTHS, length = of % LENGTHS;
    unsigned long begins = begin + 1 < BEGINS ? 7 : PATHS_SMOKE_BEGIN_DAYS - 7 * (BEGINS - 1);
    unsigned long spread = PATHS_SMOKE_DAYS_MAX - PATHS_SMOKE_DAYS_MIN + 1;
    unsigned long lasts = length + 1 < LENGTHS
                              ? (unsigned long)LENGTH_DAYS
                              : spread - (unsigned long)LENGTH_DAYS * (LENGTHS - 1);
    int32_t from = civil_day_of(w->s->year, PATHS_SMOKE_MONTH, 1) + 7 * (int32_t)begin +
                   (int32_t)gsl_rng_uniform_int(rng, begins);
    int days =
        PATHS_SMOKE_DAYS_MIN + (int)length * LENGTH_DAYS + (int)gsl_rng_uniform_int(rng, lasts);

    for (size_t r = 0; r < REGENCY_COUNT; r++)
        if (holds(1 + (haze - 1) % PLACES, r))
            paths_smoke(w->p, r, from, days, draw);
}

/* Evenly spaced over the posterior, then dealt out to the draws in any order. */
static void befall(const struct work *w, double *shift, gsl_rng *rng, double *struck)
{
    size_t draws = w->p->draws, *order = xcalloc(draws, sizeof *order), state = 0;
    double all = w->weight[FLOWS * HAZES - 1], start = gsl_rng_uniform(rng);

    for (size_t i = 0; i < draws; i++)
        order[i] = i;
    gsl_ran_shuffle(rng, order, draws, sizeof *order);
    for (size_t k = 0; k < draws; k++) {
        double at = ((double)k + start) / (double)draws * all;
        size_t i = order[k], used[2 * REGENCY_COUNT], n;

        while (state + 1 < (size_t)FLOWS * HAZES && w->weight[state] <= at)
            state++;
        if (state / HAZES > 0)
            befall_flow(w, state / HAZES, i, rng, struck);
        if (state % HAZES > 0)
            befall_haze(w, state % HAZES, i, rng);
        n = patterns_of(w, state / HAZES, state % HAZES, used);
        for (size_t u = 0; u < n; u++)
            for (size_t x = 0; x < w->f->dims; x++)
                shift[x * draws + i] += w->pattern[used[u]].a[x];
    }
    free(order);
}

void smoother_season_choose(const struct smoother_season *s, const struct smoother_field *f,
                            int32_t field_first_day, struct paths *p, double *shift, gsl_rng *rng,
                            double *struck_p)
{
    struct work *w = xcalloc(1, sizeof *w);

    w->s = s;
    w->f = f;
    w->first_day = field_first_day;
    w->p = p;
    w->weight = xcalloc((size_t)FLOWS * HAZES, sizeof *w->weight);
    paths_chances(w->chance);
    if (s->kind == PATHS_LOW_FLOW)
        make_patterns(w);
    weigh(w);
    paths_clear(p, s->kind, s->year);
    memset(struck_p, 0, REGENCY_COUNT * sizeof *struck_p);
    befall(w, shift, rng, struck_p);
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        struck_p[r] /= (double)p->draws;
    free(w->block);
    free(w->weight);
    free(w);
}
