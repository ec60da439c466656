/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pooled: one number for each system (pond, biofloc, tarpaulin, cage), each with a likelihood on the same grid, leaning on one
 * another: number = shared + own, both normal about 0 on the grid's scale. Pure, thread-safe. */
#ifndef ANALYTICS_POOLED_H
#define ANALYTICS_POOLED_H

#include <stddef.h>

#include "collector/common/site.h"

#define POOLED_MAX 32

struct pooled {
    size_t n;   /* points of the grid, 3..POOLED_MAX */
    double end; /* from minus to plus this, evenly */
    double shared_sd, own_sd;
};
double pooled_at(const struct pooled *g, size_t k);

/* Chances of the points for every system, given the ln likelihoods of all; each adds up to 1. */
void pooled_posterior(const struct pooled *g, double ln_like[POND_SYSTEM_COUNT][POOLED_MAX],
                      double out[POND_SYSTEM_COUNT][POOLED_MAX]);
void pooled_mean_sd(const struct pooled *g, const double *chance, double *mean, double *sd);
/* Below it lies p (0..1) of the chance; that of a point is spread evenly over its step. */
double pooled_quantile(const struct pooled *g, const double *chance, double p);

#endif
