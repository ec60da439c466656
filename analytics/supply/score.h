/* SPDX-License-Identifier: GPL-3.0-or-later */
/* score: how good issued forecasts were, once the truth is known. Smaller is better; units are the forecast's own.
 *
 * The sample forms are fair (Ferro 2014): the spread between draws is taken over pairs of different draws, so few draws are
 * not punished. Gneiting and Raftery 2007 have the scores. Draws and truth must be finite. Pure. */
#ifndef ANALYTICS_SCORE_H
#define ANALYTICS_SCORE_H

#include <stdbool.h>
#include <stddef.h>

/* Continuous ranked probability score: E|X - y| - E|X - X'| / 2. k >= 2. */
double score_crps(const double *draws, size_t k, double y);
/* The same of N(mean, sd); sd >= 0, at 0 it is |mean - y|. */
double score_crps_gaussian(double mean, double sd, double y);

/* Loss of the quantile q at level tau (0..1): tau (y - q) above it, (1 - tau) (q - y) below. */
double score_pinball(double q, double tau, double y);

/* Is y within the central interval of that level (0.8: from the 10 % to the 90 % quantile, both included)? Quantiles of the
 * draws are interpolated between order statistics. k >= 1. */
bool score_covers(const double *draws, size_t k, double level, double y);

/* Energy score of d numbers at once: E||X - y|| - E||X - X'|| / 2, each number divided by its scale (> 0). draws [d][k],
 * k >= 2. Costs k^2 d. */
double score_energy(const double *draws, size_t d, size_t k, const double *scale, const double *y);

/* By how much a model's stated standard deviations were too small: root mean square of the errors z = (y - mean) / sd of its
 * backtest, not below 1 (a lucky backtest does not narrow anything). n = 0: 1. */
double score_spread_factor(const double *z, size_t n);

#endif
