/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seasonal: is a series seasonal, and what are its seasons' indices? Missing values are NaN. Pure. */
#ifndef ANALYTICS_SEASONAL_H
#define ANALYTICS_SEASONAL_H

#include <stdbool.h>
#include <stddef.h>

#define SEASONAL_PERIOD_MAX 12

/* Autocorrelation at the lag of a period, against 1.645 of its standard error when all shorter lags are as they are
 * (Assimakopoulos and Nikolopoulos 2000; 90 %, two-sided). False for fewer than 2 periods + 1 values, a constant, period 1. */
bool seasonal_test(const double *y, size_t n, unsigned period);

/* Classical decomposition: the mean deviation from the centred moving average (with multiplicative: mean ratio to it) of each
 * season; index[t % period] belongs to y[t]. They sum to 0 (their mean is 1). False, and indices of no effect, when some season
 * has no value beside a full moving average, which needs two periods, or an index of a ratio is not positive. */
bool seasonal_indices(const double *y, size_t n, unsigned period, bool multiplicative,
                      double index[static SEASONAL_PERIOD_MAX]);

#endif
