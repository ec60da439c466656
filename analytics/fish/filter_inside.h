/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of the filter share: filter.c weighs and resamples, filter_observe.c says what an observation means. */
#ifndef ANALYTICS_FILTER_INSIDE_H
#define ANALYTICS_FILTER_INSIDE_H

#include "filter.h"

enum filter_side {
    FILTER_MASS,
    FILTER_NUMBER
};

/* ln likelihood of an observation under member k. */
typedef double (*filter_like)(const struct ensemble *e, size_t k, const void *arg);

/* Takes it in, by stages where needed. like is called for every member at each stage. */
void filter_take_in(struct filter *f, enum filter_side side, filter_like like, const void *arg,
                    gsl_rng *rng);

/* Weighted mean and variance of x [fish->n] over all members. */
double filter_mean(struct filter *f, enum filter_side side, const double *x, double *var);

#endif
