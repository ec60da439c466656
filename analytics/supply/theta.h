/* SPDX-License-Identifier: GPL-3.0-or-later */
/* theta: the theta method (Assimakopoulos and Nikolopoulos 2000) in the form of Hyndman and Billah (2003): simple exponential
 * smoothing with half the slope of the straight line through all values as its drift. Where a test says seasonal the seasons
 * are taken out first by classical decomposition (ratios where every value is positive, else differences) and put back.
 *
 * Missing values are NaN. Pure. */
#ifndef ANALYTICS_THETA_H
#define ANALYTICS_THETA_H

#include "ets.h"

struct theta_model {
    unsigned period;              /* 1: no season was found */
    bool ratios;                  /* the indices multiply */
    double index[ETS_PERIOD_MAX]; /* [t % period] */
    double drift_share;           /* of the line's slope */
    double drift;                 /* a step: that share of the slope */
    struct ets_model level;       /* smoothing of what the season leaves */
};

#define THETA_DRIFT_SHARE 0.5 /* the method's own */

/* ratios: may the season multiply? (never where a value is not positive). start: begin the smoothing there, NULL for a full
 * search. drift_share: 0..1, of the slope. NILA_ERR_RANGE: fewer than 5 known values, or all the same. */
NILA_MUST_CHECK int theta_fit(struct ets_work *w, const double *y, size_t n, unsigned period,
                              bool ratios, double drift_share, const struct theta_model *start,
                              struct theta_model *out);

/* Means and variances of h values after y[n]. The variance is that of the smoothing; with_parameters adds that of the drift and
 * the smoothing's own parameters. */
void theta_forecast(struct ets_work *w, const struct theta_model *m, const double *y, size_t n,
                    size_t h, bool with_parameters, double *mean, double *variance);

#endif
