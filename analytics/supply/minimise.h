/* SPDX-License-Identifier: GPL-3.0-or-later */
/* minimise: the least value of a smooth function of a few unbounded variables, by BFGS (Nocedal and Wright 2006, algorithm
 * 6.1) with a backtracking line search. Where the function is infinite the step is shortened.
 *
 * Pure and free of heap; deterministic. */
#ifndef ANALYTICS_MINIMISE_H
#define ANALYTICS_MINIMISE_H

#include <stddef.h>

#define MINIMISE_MAX 20 /* variables */

/* The value at x[n]; fills gradient[n] unless it is NULL. INFINITY where x is not allowed. */
typedef double (*minimise_function)(const double *x, double *gradient, void *arg);

struct minimise_limits {
    unsigned steps;  /* at most so many */
    double gain;     /* two steps in a row that gain less than this end it */
    double gradient; /* largest component: below this it is over */
};

/* From x[n], 1 <= n <= MINIMISE_MAX, which must be allowed; leaves the best point in x and returns its value. INFINITY when
 * the start was not allowed; x is then untouched. */
double minimise(double *x, size_t n, minimise_function f, void *arg,
                const struct minimise_limits *limits);

#endif
