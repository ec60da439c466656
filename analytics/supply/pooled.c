/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pooled.h"

#include <math.h>
#include <string.h>

double pooled_at(const struct pooled *g, size_t k)
{
    return g->end * (2.0 * (double)k / (double)(g->n - 1) - 1);
}

/* Prior of a system's number given what is shared, adding up to 1. */
static void prior_given(const struct pooled *g, double shared, double *out)
{
    double sum = 0;

    for (size_t k = 0; k < g->n; k++) {
        double z = (pooled_at(g, k) - shared) / g->own_sd;

        sum += out[k] = exp(-z * z / 2);
    }
    for (size_t k = 0; k < g->n; k++)
        out[k] /= sum;
}

/* Likelihoods, the greatest 1. */
static void rise(size_t n, const double *ln_like, double *out)
{
    double top = -INFINITY;

    for (size_t k = 0; k < n; k++)
        top = ln_like[k] > top ? ln_like[k] : top;
    for (size_t k = 0; k < n; k++)
        out[k] = exp(ln_like[k] - top);
}

void pooled_posterior(const struct pooled *g, double ln_like[POND_SYSTEM_COUNT][POOLED_MAX],
                      double out[POND_SYSTEM_COUNT][POOLED_MAX])
{
    double like[POND_SYSTEM_COUNT][POOLED_MAX];

    memset(out, 0, POND_SYSTEM_COUNT * sizeof *out);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        rise(g->n, ln_like[y], like[y]);
    for (size_t c = 0; c < g->n; c++) {
        double z = pooled_at(g, c) / g->shared_sd, weight = exp(-z * z / 2);
        double prior[POOLED_MAX], seen[POND_SYSTEM_COUNT] = {0};

        prior_given(g, pooled_at(g, c), prior);
        for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
            for (size_t k = 0; k < g->n; k++)
                seen[y] += prior[k] * like[y][k];
            weight *= seen[y];
        }
        for (int y = 0; y < POND_SYSTEM_COUNT && weight > 0; y++)
            for (size_t k = 0; k < g->n; k++)
                out[y][k] += weight * prior[k] * like[y][k] / seen[y];
    }
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        double sum = 0;

        for (size_t k = 0; k < g->n; k++)
            sum += out[y][k];
        for (size_t k = 0; k < g->n; k++)
            out[y][k] /= sum;
    }
}

void pooled_mean_sd(const struct pooled *g, const double *chance, double *mean, double *sd)
{
    double squares = 0;

    *mean = 0;
    for (size_t k = 0; k < g->n; k++) {
        *mean += chance[k] * pooled_at(g, k);
        squares += chance[k] * pooled_at(g, k) * pooled_at(g, k);
    }
    squares -= *mean * *mean;
    *sd = squares > 0 ? sqrt(squares) : 0;
}

double pooled_quantile(const struct pooled *g, const double *chance, double p)
{
    double step = 2 * g->end / (double)(g->n - 1), sum = 0;

    for (size_t k = 0; k < g->n; k++) {
        if (sum + chance[k] >= p && chance[k] > 0)
            return pooled_at(g, k) + step * ((p - sum) / chance[k] - 0.5);
        sum += chance[k];
    }
    return g->end;
}
