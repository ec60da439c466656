/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simplex: a low point of a function of a few variables by the polytope of Nelder and Mead 1965, in the form of Nash 1990
 * (algorithm 19: reflection 1, expansion 2, contraction 1/2; ends when the worst corner is within tolerance of the best). The same form
 * as R's optim, so that what was published with it can be met again. It may stop short of the minimum; a restart from where
 * it stopped tells. Deterministic; no heap. */
#ifndef ANALYTICS_SIMPLEX_H
#define ANALYTICS_SIMPLEX_H

#include <stddef.h>

#define SIMPLEX_MAX 6 /* variables */

/* Infinite where x is not allowed. */
typedef double (*simplex_function)(const double *x, void *arg);

/* From x[n], 1 <= n <= SIMPLEX_MAX, which must be allowed, with first steps of a tenth of the largest |x|; at most about
 * evaluations calls of f. Leaves the best corner in x and returns its value; INFINITY, x untouched, when the start is not
 * allowed. R's usual tolerance is 1.490116e-8, relative. */
double simplex_least(double *x, size_t n, simplex_function f, void *arg, double tolerance,
                     size_t evaluations);

#endif
