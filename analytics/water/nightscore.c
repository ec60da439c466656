/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nightscore.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_rng.h>

#include "collector/common/log.h"

enum {
    WEEK_DAYS = 7,
    RESAMPLES = 2000,
    ENSEMBLE_MAX = 40
};

/* Another method's forecast of one night. */
struct rival {
    double mean[NIGHT_STEPS_MAX];
    int n;
    double min[ENSEMBLE_MAX];
};

static double lowest(const double *path, int steps)
{
    double v = path[0];

    for (int k = 1; k < steps; k++)
        v = fmin(v, path[k]);
    return v;
}

/* The truth of a night with its gaps bridged, for methods that need whole curves. */
static void whole(const struct nightback_night *night, int steps, double *path)
{
    int before = -1;

    for (int k = 0; k < steps; k++) {
        double c = night->truth[k];

        path[k] = c;
        if (isnan(c))
            continue;
        for (int g = before + 1; g < k; g++)
            path[g] =
                before < 0 ? c : path[before] + (c - path[before]) * (g - before) / (k - before);
        before = k;
    }
    for (int g = before + 1; before >= 0 && g < steps; g++)
        path[g] = path[before];
}

/* CRPS of equally likely members, rising or not (Gneiting and Raftery 2007, eq. 21). */
static double crps(const double *member, int n, double came)
{
    double near = 0, spread = 0;

    for (int i = 0; i < n; i++) {
        near += fabs(member[i] - came);
        for (int j = 0; j < i; j++)
            spread += fabs(member[i] - member[j]);
    }
    return near / n - spread / n / n;
}

static double chance(const struct rival *r, double limit)
{
    int below = 0;

    for (int i = 0; i < r->n; i++)
        below += r->min[i] < limit ? 1 : 0;
    return (below + 0.5) / (r->n + 1);
}

static void add(struct nightscore_sum *s, enum nightscore_method m,
                const struct nightback_night *night, int steps, const struct rival *r,
                const double *p)
{
    for (int k = 0; k < steps; k++)
        if (!isnan(night->truth[k]))
            s->square[m] += (r->mean[k] - night->truth[k]) * (r->mean[k] - night->truth[k]);
    s->crps[m] += crps(r->min, r->n, night->min);
    for (int l = 0; l < NIGHT_LIMITS; l++) {
        double fell = night->min < NIGHT_LIMIT_MG_L[l] ? 1 : 0,
               said = p != NULL ? p[l] : chance(r, NIGHT_LIMIT_MG_L[l]);

        s->brier[m][l] += (said - fell) * (said - fell);
    }
}

/* Earlier nights of the window, in [first, i). */
static size_t window(const struct nightback_pond *pond, size_t i)
{
    size_t first = i;

    while (first > 0 && pond->night[first - 1].day >= pond->night[i].day - NIGHT_WINDOW)
        first--;
    return first;
}

static bool climatology(const struct nightback_pond *pond, size_t i, int steps, struct rival *out)
{
    size_t first = window(pond, i);

    if (first == i)
        return false;
    *out = (struct rival){.n = 0};
    for (size_t j = first; j < i; j++) {
        double path[NIGHT_STEPS_MAX];

        whole(&pond->night[j], steps, path);
        for (int k = 0; k < steps; k++)
            out->mean[k] += path[k] / (double)(i - first);
        out->min[out->n++] = lowest(path, steps);
    }
    return true;
}

/* The newest usable night's curve; each past change from one usable night to the next, added to it, is a member. */
static bool persistence(const struct nightback_pond *pond, size_t i, int steps, struct rival *out)
{
    size_t first = window(pond, i);
    double before[NIGHT_STEPS_MAX];

    if (first == i)
        return false;
    whole(&pond->night[i - 1], steps, out->mean);
    out->n = 0;
    whole(&pond->night[first], steps, before);
    for (size_t j = first + 1; j < i; j++) {
        double path[NIGHT_STEPS_MAX], least = INFINITY;

        whole(&pond->night[j], steps, path);
        for (int k = 0; k < steps; k++) {
            least = fmin(least, fmax(0, out->mean[k] + path[k] - before[k]));
            before[k] = path[k];
        }
        out->min[out->n++] = least;
    }
    if (out->n == 0)
        out->min[out->n++] = lowest(out->mean, steps);
    return true;
}

static void add_bins(struct nightscore_sum *s, const struct nightback_night *night)
{
    for (int l = 0; l < NIGHT_LIMITS; l++) {
        double p = night->p_below[l];
        int bin = (int)(p * NIGHTSCORE_BINS);
        bool fell = night->min < NIGHT_LIMIT_MG_L[l];

        bin = bin < NIGHTSCORE_BINS ? bin : NIGHTSCORE_BINS - 1;
        s->bin[l][bin].n++;
        s->bin[l][bin].fell += fell ? 1 : 0;
        s->bin[l][bin].p += p;
        s->below[l] += fell ? 1 : 0;
    }
}

/* Is the minimum within P10 and P90 of the members? */
static bool in_band(const struct nightback_night *night)
{
    const double at = 0.1 * NIGHT_MEMBERS - 0.5;
    const int i = (int)at;
    const double part = at - i;
    const float *m = night->member;
    double low = m[i] + part * (m[i + 1] - m[i]),
           high = m[NIGHT_MEMBERS - 1 - i] -
                  part * (m[NIGHT_MEMBERS - 1 - i] - m[NIGHT_MEMBERS - 2 - i]);

    return night->min >= low && night->min <= high;
}

static void score_night(const struct nightback_pond *pond, size_t i, int steps,
                        struct nightscore_sum *s)
{
    const struct nightback_night *night = &pond->night[i];
    struct rival mix = {.n = NIGHT_MEMBERS}, other;

    if (!night->made || isnan(night->min))
        return;
    for (int k = 0; k < steps; k++) {
        mix.mean[k] = night->mean[k];
        s->steps += isnan(night->truth[k]) ? 0 : 1;
    }
    for (int k = 0; k < NIGHT_MEMBERS; k++)
        mix.min[k] = night->member[k];
    s->nights++;
    add(s, NIGHTSCORE_MIX, night, steps, &mix, night->p_below);
    if (persistence(pond, i, steps, &other))
        add(s, NIGHTSCORE_PERSIST, night, steps, &other, NULL);
    if (climatology(pond, i, steps, &other))
        add(s, NIGHTSCORE_CLIMATE, night, steps, &other, NULL);
    add_bins(s, night);
    s->in_band += in_band(night) ? 1 : 0;
}

static void sum_up(struct nightscore_sum *all, const struct nightscore_sum *s)
{
    all->nights += s->nights;
    all->steps += s->steps;
    all->in_band += s->in_band;
    for (int m = 0; m < NIGHTSCORE_METHODS; m++) {
        all->square[m] += s->square[m];
        all->crps[m] += s->crps[m];
        for (int l = 0; l < NIGHT_LIMITS; l++)
            all->brier[m][l] += s->brier[m][l];
    }
    for (int l = 0; l < NIGHT_LIMITS; l++) {
        all->below[l] += s->below[l];
        for (int b = 0; b < NIGHTSCORE_BINS; b++) {
            all->bin[l][b].n += s->bin[l][b].n;
            all->bin[l][b].fell += s->bin[l][b].fell;
            all->bin[l][b].p += s->bin[l][b].p;
        }
    }
}

/* --- bootstrap of pond-weeks --- */

struct block {
    double in, n;
};

static size_t blocks(const struct nightback *b, struct block *out)
{
    size_t n = 0;

    for (size_t p = 0; p < b->n; p++) {
        int32_t week = INT32_MIN;

        for (size_t i = 0; i < b->pond[p].n; i++) {
            const struct nightback_night *night = &b->pond[p].night[i];

            if (!night->made || isnan(night->min))
                continue;
            if (night->day / WEEK_DAYS != week) {
                week = night->day / WEEK_DAYS;
                out[n++] = (struct block){0, 0};
            }
            out[n - 1].n++;
            out[n - 1].in += in_band(night) ? 1 : 0;
        }
    }
    return n;
}

static int by_value(const void *a, const void *b)
{
    const double *p = a, *q = b;

    return *p < *q ? -1 : *p > *q;
}

static void bootstrap(struct nightscore *s, const struct nightback *b, uint64_t seed)
{
    struct block *block = xcalloc(s->all.nights + 1, sizeof *block);
    double *share = xcalloc(RESAMPLES, sizeof *share);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t n = blocks(b, block);

    gsl_rng_set(rng, (unsigned long)seed);
    for (int r = 0; r < RESAMPLES && n > 0; r++) {
        double in = 0, of = 0;

        for (size_t k = 0; k < n; k++) {
            const struct block *one = &block[gsl_rng_uniform_int(rng, (unsigned long)n)];

            in += one->in;
            of += one->n;
        }
        share[r] = in / of;
    }
    qsort(share, RESAMPLES, sizeof *share, by_value);
    s->band_low = n > 0 ? share[RESAMPLES * 25 / 1000] : NAN;
    s->band_high = n > 0 ? share[RESAMPLES - 1 - RESAMPLES * 25 / 1000] : NAN;
    gsl_rng_free(rng);
    free(share);
    free(block);
}

/* --- sirens --- */

static void count_sirens(struct nightscore *s, const struct nightback *b)
{
    static const double LIMIT[] = {4, 3, 2.5, 2, 1.5, 1, 0.5};

    s->sirens = sizeof LIMIT / sizeof LIMIT[0];
    for (size_t l = 0; l < s->sirens; l++) {
        s->siren[l].limit = LIMIT[l];
        for (size_t p = 0; p < b->n; p++)
            for (size_t i = 0; i < b->pond[p].n; i++) {
                s->siren[l].nights++;
                s->siren[l].fell += b->pond[p].night[i].low_one < LIMIT[l] ? 1 : 0;
                s->siren[l].twice += b->pond[p].night[i].low_two < LIMIT[l] ? 1 : 0;
            }
    }
}

void nightscore_make(struct nightscore *out, const struct nightback *b, uint64_t seed)
{
    *out = (struct nightscore){.n = b->n, .pond = xcalloc(b->n + 1, sizeof *out->pond)};
    for (size_t p = 0; p < b->n; p++) {
        for (size_t i = 0; i < b->pond[p].n; i++)
            score_night(&b->pond[p], i, b->steps, &out->pond[p]);
        sum_up(&out->all, &out->pond[p]);
    }
    bootstrap(out, b, seed);
    count_sirens(out, b);
}

void nightscore_free(struct nightscore *s)
{
    free(s->pond);
    s->pond = NULL;
}

double nightscore_rmse(const struct nightscore_sum *s, enum nightscore_method m)
{
    return sqrt(s->square[m] / s->steps);
}

double nightscore_crps(const struct nightscore_sum *s, enum nightscore_method m)
{
    return s->crps[m] / (double)s->nights;
}

double nightscore_brier(const struct nightscore_sum *s, enum nightscore_method m, int limit)
{
    return s->brier[m][limit] / (double)s->nights;
}

double nightscore_tolerance(double p, size_t n)
{
    return fmax(0.10, 2 * sqrt(p * (1 - p) / (double)n));
}
