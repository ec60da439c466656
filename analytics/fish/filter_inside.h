/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the three files of the filter share: filter.c weighs, filter_kernel.c resamples, filter_observe.c says what an observation
 * means. */
#ifndef ANALYTICS_FILTER_INSIDE_H
#define ANALYTICS_FILTER_INSIDE_H

#include "filter.h"

#define FILTER_DIMS 10 /* at most so many arrays of members are moved by the kernel */
#define FILTER_WORK 3

enum filter_side {
    FILTER_MASS,
    FILTER_NUMBER
};

/* ln likelihood of an observation under each member into f->like. f->work [FILTER_WORK][fish->n] is free. */
typedef void (*filter_like)(struct filter *f, const void *arg);

/* Takes it in, by stages where needed. like is called once a stage. */
void filter_take_in(struct filter *f, enum filter_side side, filter_like like, const void *arg,
                    gsl_rng *rng);

/* Weighted mean and variance of x [fish->n] over all members. x may be f->like, not f->work. */
double filter_mean(struct filter *f, enum filter_side side, const double *x, double *var);

/* Sum of a times b. */
double filter_dot(size_t n, const double *a, const double *b);

/* Resamples by f->weight, which must be of ln_w, and moves the members by the kernel; then all weigh the same. */
void filter_resample(struct filter *f, double *ln_w, enum filter_side side, gsl_rng *rng);

#endif
