/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "collector/common/log.h"

static double *sorted_copy(const double *draws, size_t k)
{
    double *x = xcalloc(k, sizeof *x);

    memcpy(x, draws, k * sizeof *x);
    gsl_sort(x, 1, k);
    return x;
}

/* Sorted, the sum of |x_i - x_j| over pairs is a weighted sum: sum (2 i - k + 1) x_i, i from 0. */
double score_crps(const double *draws, size_t k, double y)
{
    double *x = sorted_copy(draws, k), away = 0, between = 0, n = (double)k;

    for (size_t i = 0; i < k; i++) {
        away += fabs(x[i] - y) / n;
        between +=
            (2 * (double)i - n + 1) * (x[i] - x[0]); /* from x[0]: large numbers cancel less */
    }
    free(x);
    return away - between / (n * (n - 1));
}

double score_crps_gaussian(double mean, double sd, double y)
{
    double z;

    if (!(sd > 0))
        return fabs(mean - y);
    z = (y - mean) / sd;
    return sd *
           (z * (2 * gsl_cdf_ugaussian_P(z) - 1) + 2 * gsl_ran_ugaussian_pdf(z) - 1 / sqrt(M_PI));
}

double score_pinball(double q, double tau, double y)
{
    return y >= q ? tau * (y - q) : (1 - tau) * (q - y);
}

bool score_covers(const double *draws, size_t k, double level, double y)
{
    double *x = sorted_copy(draws, k);
    double low = gsl_stats_quantile_from_sorted_data(x, 1, k, (1 - level) / 2);
    double high = gsl_stats_quantile_from_sorted_data(x, 1, k, (1 + level) / 2);

    free(x);
    return y >= low && y <= high;
}

/* One draw's numbers lie together: row i of x [k][d]. */
static double distance(const double *a, const double *b, size_t d)
{
    double sum = 0;

    for (size_t j = 0; j < d; j++)
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sqrt(sum);
}

double score_energy(const double *draws, size_t d, size_t k, const double *scale, const double *y)
{
    double *x = xcalloc((k + 1) * d, sizeof *x), *truth = x + k * d;
    double away = 0, between = 0, n = (double)k;

    for (size_t j = 0; j < d; j++) {
        for (size_t i = 0; i < k; i++)
            x[i * d + j] = draws[j * k + i] / scale[j];
        truth[j] = y[j] / scale[j];
    }
    for (size_t i = 0; i < k; i++) {
        away += distance(x + i * d, truth, d) / n;
        for (size_t l = 0; l < i; l++)
            between += distance(x + i * d, x + l * d, d);
    }
    free(x);
    return away - between / (n * (n - 1));
}

double score_spread_factor(const double *z, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += z[i] * z[i] / (double)n;
    return n > 0 ? fmax(1, sqrt(sum)) : 1;
}
