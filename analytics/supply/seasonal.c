/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seasonal.h"

#include <math.h>

static const double SEASONAL_Z = 1.6448536269514722; /* normal, 0.95 */

/* Autocovariance at lag over pairs that are both known, n in the denominator as usual; missing ones count as the mean. */
static double covariance(const double *y, size_t n, double mean, size_t lag)
{
    double sum = 0;

    for (size_t t = lag; t < n; t++)
        if (!isnan(y[t]) && !isnan(y[t - lag]))
            sum += (y[t] - mean) * (y[t - lag] - mean);
    return sum;
}

bool seasonal_test(const double *y, size_t n, unsigned period)
{
    double mean = 0, all, squares = 0;
    size_t known = 0;

    for (size_t t = 0; t < n; t++) {
        if (isnan(y[t]))
            continue;
        mean += y[t];
        known++;
    }
    if (period < 2 || n <= 2 * (size_t)period || known <= 2 * (size_t)period)
        return false;
    mean /= (double)known;
    all = covariance(y, n, mean, 0);
    if (!(all > 1e-20 * mean * mean))
        return false;
    for (size_t lag = 1; lag < period; lag++) {
        double r = covariance(y, n, mean, lag) / all;

        squares += r * r;
    }
    return fabs(covariance(y, n, mean, period) / all) >
           SEASONAL_Z * sqrt((1 + 2 * squares) / (double)known);
}

/* The centred moving average of a period around t, NaN where it is not full. */
static double centred(const double *y, size_t n, unsigned period, size_t t)
{
    size_t half = period / 2;
    double sum;

    if (t < half || t + half >= n)
        return NAN;
    sum = period % 2 == 0 ? 0.5 * (y[t - half] + y[t + half]) : y[t - half] + y[t + half];
    for (size_t k = t - half + 1; k < t + half; k++)
        sum += y[k];
    return sum / period;
}

static bool none(bool multiplicative, double *index)
{
    for (size_t i = 0; i < SEASONAL_PERIOD_MAX; i++)
        index[i] = multiplicative ? 1 : 0;
    return false;
}

bool seasonal_indices(const double *y, size_t n, unsigned period, bool multiplicative,
                      double index[static SEASONAL_PERIOD_MAX])
{
    size_t count[SEASONAL_PERIOD_MAX] = {0};
    double mean = 0;

    (void)none(multiplicative, index);
    if (period < 2 || period > SEASONAL_PERIOD_MAX)
        return false;
    for (size_t i = 0; i < period; i++)
        index[i] = 0;
    for (size_t t = 0; t < n; t++) {
        double trend = centred(y, n, period, t);
        double v = multiplicative ? y[t] / trend : y[t] - trend;

        if (!isfinite(v))
            continue;
        index[t % period] += v;
        count[t % period]++;
    }
    for (size_t i = 0; i < period; i++) {
        if (count[i] == 0)
            return none(multiplicative, index);
        index[i] /= (double)count[i];
        mean += index[i] / period;
    }
    for (size_t i = 0; i < period; i++) {
        index[i] = multiplicative ? index[i] / mean : index[i] - mean;
        if (!isfinite(index[i]) || (multiplicative && !(index[i] > 1e-4)))
            return none(multiplicative, index);
    }
    return true;
}
