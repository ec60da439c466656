/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metabolism: what plants made and everything in the water breathed, from one day's oxygen. Odum 1956:
 * dC/dt = GPP - R + K (Csat - C), K = k/depth. Methods and signs as in LakeMetabolizer (Winslow et al. 2016): GPP >= 0 and
 * R <= 0 in a sensible day, net = GPP + R, all in mg/L/day. A result of the wrong sign is told as it is: that day the model
 * does not hold (moved water, aerator, probe).
 *
 * In every method but bookkeeping the rates are iota x light and rho x ln(temperature), two numbers a day. The likelihoods are
 * normal and linear in these two, so that their maximum is solved for and not searched; the Kalman filter's ratio of the two
 * variances is the only number searched (de Jong 1991, likelihood concentrated on the ratio).
 * Pure; thread-safe; no heap. */
#ifndef ANALYTICS_METABOLISM_H
#define ANALYTICS_METABOLISM_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/err.h"

/* A day in equal steps, oldest first; every array has n values and stays the caller's. */
struct metabolism_day {
    size_t n;              /* 4 or more */
    double steps_per_day;  /* 144 for 10 minutes; more than 1 */
    double depth_m;        /* mixed; more than 0 */
    const double *do_mg_l; /* NaN: not measured; then that step tells nothing */
    const double *sat_mg_l;
    const double *k_m_d;  /* of oxygen at this temperature (gas_k_o2_m_d), 0 or more */
    const double *light;  /* any unit, 0 or more; 0 at night. Not of bookkeeping */
    const double *temp_c; /* above 1: its logarithm is taken. Not of bookkeeping */
    const bool *is_day;   /* of bookkeeping alone */
};

struct metabolism {
    double gpp, r, net;  /* mg/L/day */
    double gpp_se, r_se; /* standard errors; NaN: the method has none */
    double iota,
        rho; /* mg/L a step, per unit of light and of ln(temperature); NaN for bookkeeping */
    double q,
        h; /* variances a step of process and observation, (mg/L)^2; NaN: the method has none */
    size_t used; /* steps that told something */
};

/* All of them: 0; NILA_ERR_RANGE for an argument out of the ranges above (NaN and infinity too); NILA_ERR_NOT_FOUND when the
 * day does not determine the rates: fewer than 4 usable steps, no light at all, no night. *out is untouched on failure. */

/* R is the mean change at night after gas exchange; GPP what the day's mean change is more, times the day's steps. */
NILA_MUST_CHECK int metabolism_bookkeeping(const struct metabolism_day *d, struct metabolism *out);

/* Least squares of the steps' changes, after gas exchange. */
NILA_MUST_CHECK int metabolism_ols(const struct metabolism_day *d, struct metabolism *out);

/* Most likely when all error is of the measurement: one curve through the whole day from a fitted start. Gas exchange is
 * integrated exactly over a step, exp(-K). */
NILA_MUST_CHECK int metabolism_mle_observation(const struct metabolism_day *d,
                                               struct metabolism *out);

/* Most likely when all error is of the process: each step from the measured value before. */
NILA_MUST_CHECK int metabolism_mle_process(const struct metabolism_day *d, struct metabolism *out);

/* Both errors, by a Kalman filter that starts at the first measured value. */
NILA_MUST_CHECK int metabolism_kalman(const struct metabolism_day *d, struct metabolism *out);

/* -ln of the likelihood that metabolism_kalman makes largest, with all constants; q and h are variances, 0 or more. d must be one
 * that metabolism_kalman takes. INFINITY where it does not exist. */
double metabolism_kalman_nll(const struct metabolism_day *d, double iota, double rho, double q,
                             double h);

/* The same likelihood searched as LakeMetabolizer 1.5.6 does, by a simplex from its start, to compare with numbers published
 * with it. It may stop short: on the oracle's day it ends at h = 0 with a likelihood 15 below the maximum (natural logarithm),
 * and GPP 4 % from it. Without standard errors. */
NILA_MUST_CHECK int metabolism_kalman_simplex(const struct metabolism_day *d,
                                              struct metabolism *out);

/* Respiration and gas exchange from one night's oxygen (night-time regression, Hornberger and Kelly 1975): the line of the
 * changes over the deficit. NILA_ERR_NOT_FOUND also when the deficit hardly moves (range below 0.5 mg/L): then K is not to be
 * had from this night. k_per_d may come out negative, which says the same. Of d only do_mg_l, sat_mg_l, n and steps_per_day
 * are read, all of it night; NaN in the first two: not measured. */
struct metabolism_night {
    double r;       /* mg/L/day, <= 0 in a sensible night */
    double k_per_d; /* K, 1/day at that night's temperature */
    double k_se;    /* its standard error */
    size_t used;
};
NILA_MUST_CHECK int metabolism_night(const struct metabolism_day *d, struct metabolism_night *out);

#endif
