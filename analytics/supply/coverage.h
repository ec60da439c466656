/* SPDX-License-Identifier: GPL-3.0-or-later */
/* coverage: how much the ponds that nobody follows yield against those on record, per regency, and so what share of the total is
 * followed (kappa = tracked / total).
 *
 * State: theta_r = ln(yield ratio x error of the register's count) of each regency, and the bias b_r of its official figures.
 * Prior: ln ratio N(ln 0.7, 0.3), of the two regencies correlated by 0.5; ln count error N(0, 0.2), each regency its own;
 * b N(0, COVERAGE_BIAS). What was seen of a period that is over:
 *     ln official = ln(tracked + outside exp(theta)) + bias b + N(0, log_sd),
 * that is -ln kappa is seen with a log-normal error, part of which all figures of a regency share. Least squares in logs from
 * the prior on (Gauss-Newton with halved steps), spread by the curvature there; exact where tracked is 0 (the usual normal
 * update). Pure. */
#ifndef ANALYTICS_COVERAGE_H
#define ANALYTICS_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/region.h"

#define COVERAGE_RATIO       0.7 /* median of the yield ratio; assumption until surveys say */
#define COVERAGE_RATIO_SD    0.3 /* of its ln */
#define COVERAGE_RATIO_CORR  0.5 /* between the regencies */
#define COVERAGE_COUNT_SD    0.2 /* of ln of the register's count, which is revised every 6 months */
#define COVERAGE_UNKNOWN_SD  1.0 /* of theta where there is no register: outside against tracked */
#define COVERAGE_FINAL       0.2 /* log-sd of an official figure against the harvest: assumption */
#define COVERAGE_PROVISIONAL 0.3
#define COVERAGE_BIAS        0.14142135623730951 /* half of the variance of a final one is shared */

struct coverage_seen {
    enum regency regency;
    double tracked_kg;  /* >= 0 */
    double outside_kg;  /* > 0, at theta 0 */
    double official_kg; /* > 0; of a survey of ponds outside: what they yielded, tracked_kg 0 */
    double log_sd;      /* > 0, of its own error */
    double bias;        /* 1: shares the bias of official figures; 0 */
};

struct coverage {
    double mean[REGENCY_COUNT]; /* of theta */
    double cov[REGENCY_COUNT][REGENCY_COUNT];
    size_t seen[REGENCY_COUNT];
};

/* registered: a regency without a register has theta N(0, COVERAGE_UNKNOWN_SD), apart from the other's. Observations with
 * values out of range are our caller's bug. */
void coverage_learn(struct coverage *c, const bool registered[REGENCY_COUNT],
                    const struct coverage_seen *seen, size_t n);

/* Theta from two standard normal numbers. */
void coverage_draw(const struct coverage *c, const double normal[REGENCY_COUNT],
                   double theta[REGENCY_COUNT]);

#endif
