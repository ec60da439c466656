/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smoother_field.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "collector/common/log.h"
#include "dense.h"

_Static_assert(REGENCY_COUNT == 2, "correlations are of two");

struct smoother_field *smoother_field_new(size_t weeks)
{
    struct smoother_field *f = xcalloc(1, sizeof *f);
    size_t dims = (REGENCY_COUNT + 1) * weeks + REGENCY_COUNT, each = weeks * weeks + weeks;
    double *at;

    f->weeks = weeks;
    f->dims = dims;
    f->block = xcalloc((size_t)REGENCY_COUNT * POND_SYSTEM_COUNT * each + dims * dims + 2 * dims,
                       sizeof *f->block);
    at = f->block;
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        for (size_t s = 0; s < POND_SYSTEM_COUNT; s++, at += each)
            f->sum[r][s] = (struct smoother_normal){at, at + weeks * weeks};
    f->l = at;
    f->b = f->l + dims * dims;
    f->mean = f->b + dims;
    return f;
}

void smoother_field_free(struct smoother_field *f)
{
    if (f == NULL)
        return;
    free(f->block);
    free(f);
}

void smoother_field_clear(struct smoother_field *f)
{
    memset(f->block, 0, (size_t)(f->l - f->block) * sizeof *f->block);
}

/* --- prior --- */

/* Precision of a week against itself and the week before, of an AR(1) of standing variance 1. */
static double walk_diagonal(size_t week, size_t weeks, double kept)
{
    bool inside = week > 0 && week + 1 < weeks;

    return weeks == 1 ? 1 : (inside ? 1 + kept * kept : 1) / (1 - kept * kept);
}

static void add_pair(struct smoother_field *f, size_t x0, size_t x1, size_t y0, size_t y1,
                     double sd, double corr, double by)
{
    double own = by / (sd * sd * (1 - corr * corr));

    f->l[x0 * f->dims + y0] += own;
    f->l[x1 * f->dims + y1] += own;
    f->l[x0 * f->dims + y1] -= corr * own;
    f->l[x1 * f->dims + y0] -= corr * own;
}

static void add_prior(struct smoother_field *f)
{
    const double off = -PATHS_REST_KEPT / (1 - PATHS_REST_KEPT * PATHS_REST_KEPT);
    const double price_var = PATHS_PRICE_SD * PATHS_PRICE_SD;

    for (size_t w = 0; w < f->weeks; w++) {
        size_t k = smoother_at_rest(f, 0, w), s = smoother_at_rest(f, 1, w);
        size_t p = smoother_at_price(f, w);

        add_pair(f, k, s, k, s, PATHS_REST_SD, PATHS_REST_CORR,
                 walk_diagonal(w, f->weeks, PATHS_REST_KEPT));
        f->l[p * f->dims + p] += walk_diagonal(w, f->weeks, PATHS_PRICE_KEPT) / price_var;
        if (w == 0)
            continue;
        add_pair(f, k, s, k - 1, s - 1, PATHS_REST_SD, PATHS_REST_CORR, off);
        add_pair(f, k - 1, s - 1, k, s, PATHS_REST_SD, PATHS_REST_CORR, off);
        f->l[p * f->dims + p - 1] -=
            PATHS_PRICE_KEPT / (1 - PATHS_PRICE_KEPT * PATHS_PRICE_KEPT) / price_var;
    }
    add_pair(f, smoother_at_level(f, 0), smoother_at_level(f, 1), smoother_at_level(f, 0),
             smoother_at_level(f, 1), SMOOTHER_LEVEL_SD, SMOOTHER_LEVEL_CORR, 1);
}

/* --- what the cycles tell; growth of a week is rest + elasticity x price + level --- */

/* x += H' d, d [weeks] of the regency. */
static void add_back(const struct smoother_field *f, size_t r, const double *d, double *x)
{
    for (size_t w = 0; w < f->weeks; w++) {
        x[smoother_at_rest(f, r, w)] += d[w];
        x[smoother_at_price(f, w)] += PATHS_PRICE_ELASTICITY * d[w];
        x[smoother_at_level(f, r)] += d[w];
    }
}

static void add_told(struct smoother_field *f, size_t r, const struct smoother_normal *n,
                     double *row)
{
    size_t dims = f->dims;

    for (size_t w = 0; w < f->weeks; w++) {
        const size_t to[] = {smoother_at_rest(f, r, w), smoother_at_price(f, w),
                             smoother_at_level(f, r)};
        const double by[] = {1, PATHS_PRICE_ELASTICITY, 1};

        memset(row, 0, dims * sizeof *row);
        add_back(f, r, n->a + w * f->weeks, row);
        for (size_t k = 0; k < 3; k++)
            for (size_t x = 0; x < dims; x++)
                f->l[to[k] * dims + x] += by[k] * row[x];
    }
    add_back(f, r, n->b, f->b);
}

void smoother_field_solve(struct smoother_field *f)
{
    double *row = xcalloc(f->dims, sizeof *row);
    size_t good;

    memset(f->l, 0, (f->dims * f->dims + f->dims) * sizeof *f->l); /* and b behind it */
    add_prior(f);
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        for (size_t s = 0; s < POND_SYSTEM_COUNT; s++)
            add_told(f, r, &f->sum[r][s], row);
    good = dense_cholesky(f->l, f->dims);
    assert(good == f->dims); /* a prior that has a factor, and squares added to it */
    (void)good;
    memcpy(f->mean, f->b, f->dims * sizeof *f->mean);
    dense_solve_lower(f->l, f->dims, f->mean, 1);
    dense_solve_upper(f->l, f->dims, f->mean, 1);
    free(row);
}

void smoother_field_growth(const struct smoother_field *f, size_t regency, double *growth)
{
    for (size_t w = 0; w < f->weeks; w++)
        growth[w] = f->mean[smoother_at_rest(f, regency, w)] +
                    PATHS_PRICE_ELASTICITY * f->mean[smoother_at_price(f, w)] +
                    f->mean[smoother_at_level(f, regency)];
}

/* --- patterns --- */

void smoother_field_pattern(const struct smoother_field *f, struct smoother_pattern *p)
{
    double *d = xcalloc(f->weeks, sizeof *d);

    p->ln = 0;
    for (size_t s = 0; s < POND_SYSTEM_COUNT; s++) {
        const struct smoother_normal *n = &f->sum[p->regency][s];
        const double *share = p->share + s * f->weeks;

        for (size_t w = 0; w < f->weeks; w++) {
            for (size_t v = 0; share[w] != 0 && v < f->weeks; v++)
                d[v] += n->a[w * f->weeks + v] * share[w];
            p->ln += n->b[w] * share[w];
        }
    }
    memset(p->a, 0, f->dims * sizeof *p->a);
    add_back(f, p->regency, d, p->a);
    for (size_t x = 0; x < f->dims; x++)
        p->ln -= p->a[x] * f->mean[x];
    memcpy(p->v, p->a, f->dims * sizeof *p->v);
    dense_solve_lower(f->l, f->dims, p->v, 1);
    free(d);
}

double smoother_field_cross(const struct smoother_field *f, const struct smoother_pattern *p,
                            const struct smoother_pattern *q)
{
    double sum = 0;

    for (size_t x = 0; x < f->dims; x++)
        sum += p->v[x] * q->v[x];
    for (size_t s = 0; p->regency == q->regency && s < POND_SYSTEM_COUNT; s++) {
        const double *a = f->sum[p->regency][s].a;

        for (size_t w = 0; w < f->weeks; w++)
            for (size_t v = 0; p->share[s * f->weeks + w] != 0 && v < f->weeks; v++)
                sum -=
                    p->share[s * f->weeks + w] * a[w * f->weeks + v] * q->share[s * f->weeks + v];
    }
    return sum;
}

void smoother_field_draw(const struct smoother_field *f, double *shift, size_t draws, gsl_rng *rng)
{
    for (size_t x = 0; x < f->dims; x++)
        for (size_t i = 0; i < draws; i++)
            shift[x * draws + i] = f->b[x] - shift[x * draws + i];
    dense_solve_lower(f->l, f->dims, shift, draws);
    for (size_t x = 0; x < f->dims * draws; x++)
        shift[x] += gsl_ran_gaussian_ziggurat(rng, 1);
    dense_solve_upper(f->l, f->dims, shift, draws);
}
