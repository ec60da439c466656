/* SPDX-License-Identifier: GPL-3.0-or-later */
/* balance: what is on the market less what is eaten, as draws, and what follows from the draws: how likely it is short, by how
 * much, whether the neighbour could help, and what to move. Pure functions; draw i of everything belongs together. */
#ifndef ANALYTICS_BALANCE_H
#define ANALYTICS_BALANCE_H

#include <stdbool.h>
#include <stddef.h>

/* One place and period, [k] each, kg; loss is a share 0..1 of what is on the market (supply + inflow - outflow, when > 0). */
struct balance_parts {
    const double *supply, *inflow, *outflow, *loss, *demand;
};
/* What is lost in draw i, kg. */
double balance_loss(const struct balance_parts *p, size_t i);
/* B = supply + inflow - outflow - loss - demand, kg [k]. */
void balance_draws(const struct balance_parts *p, size_t k, double *b);

/* What a balance says; B = 0 is enough. */
struct balance_risk {
    double p_deficit;    /* share of the draws with B < 0 */
    double mean_kg;      /* E[max(-B, 0)]: over all draws */
    double shortfall_kg; /* E[-B | B < 0]: when it is short; 0 when it never is */
};
struct balance_risk balance_risk(const double *b, size_t k);

/* Of two places; the four shares sum to 1. */
struct balance_pair {
    double p_none;      /* neither is short */
    double p_covered;   /* one is short, and the other has at least as much to spare */
    double p_uncovered; /* one is short, and the other has too little */
    double p_both;
};
struct balance_pair balance_pair(const double *a, const double *b, size_t k);

/* The amount x (kg) to move from place a to place b, < 0 from b to a, that makes
 *     mean (-(a - x))+ + mean (-(b + x))+ + cost |x|
 * least. That is convex and straight between the points a_i and -b_i, where its slope grows by 1/k; so x is an order
 * statistic of the 2k points: the k (1 - cost)th for x > 0, the k (1 + cost)th for x < 0. Of several the one nearest 0. work
 * [2k]. cost (0 <= cost < 1): kg of shortage that a kg moved must spare at least. */
double balance_transfer(const double *a, const double *b, size_t k, double cost, double *work);
/* That mean, at x. */
double balance_short_after(const double *a, const double *b, size_t k, double x);

enum balance_class {
    BALANCE_ENOUGH,        /* p_deficit < 0.1 */
    BALANCE_LIKELY_ENOUGH, /* < 0.5 */
    BALANCE_LIKELY_SHORT,  /* < 0.9 */
    BALANCE_SHORT,
    BALANCE_CLASSES
};
enum balance_class balance_class(double p_deficit);
/* "sangat mungkin cukup", "very likely enough" ... */
const char *balance_words(enum balance_class c, bool english);

/* Splits total over n >= 1 parts in proportion to share (>= 0; all 0: evenly), in whole units that sum to total: each part is
 * its share rounded down or up, those with the largest remainder up (Hamilton's method; of equal ones the first). */
void balance_split(const double *share, size_t n, long long total, long long *out);

#endif
