/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recalibrate: one factor on the spread for each regency and group of leads, from what earlier forecasts turned out to be worth.
 *
 * Evidence: forecasts of joint and of each regency, of months that do not overlap: an issue counts in a group when its first month there is later
 * than every month taken before. Each gives a ratio r: how far the truth lay from the mean, over how far P90 (P10 below)
 * does, times 1.2816, so that r is |z| of a normal; times the factor it was issued with, so that r is of the model's own
 * spread. Then
 *     factor^2 = (sum min(r, 5)^2 + RECALIBRATE_PRIOR) / (n + RECALIBRATE_PRIOR)
 * the sd ratio shrunk toward 1 as by RECALIBRATE_PRIOR forecasts that were just right; r is cut at 5 so that one disaster
 * does not set it. It is used only when over at least RECALIBRATE_LEAST forecasts the model's own 80 % interval covered less
 * than 65 or more than 92 %, else 1; never outside 0.5..3. The prior's weight and the cut are choices, not measurements.
 * A regency's own factor leans on joint's instead of 1, by the same weight (partial pooling): with no forecasts of its own it is
 * joint's. It is used when its own 80 % interval says so by the same rule, or joint's does.
 *
 * Applied to the kecamatan, each with its regency's factor: mean + factor (x - mean), not below 0, then all made smaller by what the cut added, so that
 * the mean stays; the sums are made anew, so everything still adds up draw by draw. What that made of joint's spread is measured
 * and told as its factor. */
#ifndef ANALYTICS_RECALIBRATE_H
#define ANALYTICS_RECALIBRATE_H

#include "accuracy.h"

#define RECALIBRATE_NODES  (1 + REGENCY_COUNT) /* joint and the regencies, as nodes of supply.h */
#define RECALIBRATE_GROUPS 4
#define RECALIBRATE_PRIOR  6.0 /* forecasts */
#define RECALIBRATE_LEAST  12
#define RECALIBRATE_LOW    0.65
#define RECALIBRATE_HIGH   0.92

struct recalibrate_group {
    unsigned first_lead, last_lead;
    size_t n, covered; /* forecasts taken, within the model's own 80 % interval */
    double sd_ratio;   /* not shrunk; NaN with n 0 */
    double factor;     /* what is to be used, 1: nothing */
};
struct recalibration {
    /* leads 1, 2-3, 4-6, 7-12 */
    struct recalibrate_group group[RECALIBRATE_NODES][RECALIBRATE_GROUPS];
};

/* Factor 1 in every group. */
void recalibrate_none(struct recalibration *out);
void recalibrate_learn(const struct accuracy_match *m, struct recalibration *out);
/* What was learned for a node (of a kecamatan: its regency's) and lead 1..12. */
double recalibrate_factor(const struct recalibration *r, size_t node, unsigned lead);
bool recalibrate_active(const struct recalibration *r);

/* Changes the draws of f, and sets its spread. A kecamatan and month where every draw is the same stays as it is. */
void recalibrate_apply(const struct recalibration *r, struct supply_forecast *f);

#endif
