/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order: quantiles of numbers that are not sorted. Sorting a thousand draws costs ten times what finding one quantile of them
 * does. Wirth's form of Hoare's selection: n steps on average, n^2 for an order made to defeat it; equal numbers cost nothing.
 *
 * NaN must not be among them; infinities may. The numbers are moved about, so that each further quantile of the same ones costs
 * less. */
#ifndef ANALYTICS_ORDER_H
#define ANALYTICS_ORDER_H

#include <stddef.h>

/* The (k + 1)-th smallest of n (k < n), which then stands at x[k], with no smaller one behind and no bigger one before it. */
double order_select(double *x, size_t n, size_t k);

/* As gsl_stats_quantile_from_sorted_data gives it of the same numbers in order: between the two nearest by how near they are.
 * n >= 1, 0 <= q <= 1. */
double order_quantile(double *x, size_t n, double q);

#endif
