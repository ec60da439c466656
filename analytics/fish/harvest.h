/* SPDX-License-Identifier: GPL-3.0-or-later */
/* harvest: when a farmer takes the fish out, how much that is, and when he stocks again. One member at a time.
 *
 * Every week a final harvest comes with probability 1 / (1 + exp(-(W - W*) / (width W*))), W* being the mass his buyer asks
 * for; width is HARVEST_WIDTH until closed cycles tell (supply/hazard.h). Where nothing is known of him W* is 200, 250 or 333 g (5, 4 or 3 fish/kg; shares 0.3, 0.4, 0.3); the size of his
 * earlier final harvests counts as one more class, whose share grows with their number. Assumptions (to be replaced by
 * local figures): after a final harvest he stocks the same number again with probability 0.9, after 7 to 21 days, until the pond's own gaps say more; half of
 * what made his growth differ from the usual stays with him in the next cycle; fish sold by and by go on being sold at
 * the recent pace, at most half of the stock a week. No Eid uplift (evidence for it is mixed).
 *
 * Threads: pure but for the generator handed in. */
#ifndef ANALYTICS_HARVEST_H
#define ANALYTICS_HARVEST_H

#include "ensemble.h"

#define HARVEST_CLASSES      4
#define HARVEST_WIDTH        0.1  /* of the hazard, as a share of W*; assumption */
#define HARVEST_TARGET_SD    0.05 /* of ln W* within a class */
#define HARVEST_RESTOCK_P    0.9
#define HARVEST_GAP_MIN_DAYS 7
#define HARVEST_GAP_MAX_DAYS 21
#define HARVEST_GAP_WEIGHT   2.0 /* assumption, as the next two */
#define HARVEST_GAP_WEIGHT_P 10.0
#define HARVEST_GAP_BLUR     3
#define HARVEST_KEPT         0.5 /* share of a cycle's deviation of ln A that stays in the next */

struct harvest_buyers {
    size_t n;                       /* classes in use */
    double mass_g[HARVEST_CLASSES]; /* W* */
    double share[HARVEST_CLASSES];  /* sums to 1 */
    double width;                   /* of the hazard, > 0 */
};
/* learned_mass_g: mean mass at the farmer's earlier final harvests (geometric), from cycles of them; 0 cycles: prior alone. The
 * width is the usual one. */
void harvest_buyers(struct harvest_buyers *out, double learned_mass_g, size_t cycles);

/* Probability of a final harvest this week, 0..1. */
double harvest_hazard(double mass_g, double target_g, double width);

/* Adds to ln_wait[n][HARVEST_CLASSES] what a week without final harvest says about each class of buyer of n ponds (or draws of one)
 * with fish of mass_g[n]. */
void harvest_waited(const struct harvest_buyers *b, size_t n, const double *mass_g,
                    double *ln_wait);

/* Draws W* from the shares, weighted by the waiting; ln_wait NULL: not weighted. */
double harvest_target(const struct harvest_buyers *b, const double *ln_wait, gsl_rng *rng);

/* How a pond was stocked again before. */
#define HARVEST_GAPS 8
struct harvest_gaps {
    size_t n;                  /* of gap, 0..HARVEST_GAPS */
    int32_t gap[HARVEST_GAPS]; /* days from a final harvest to the next stocking */
    size_t again, given_up;    /* times it was stocked again in time, and not */
};
/* Draws the day of stocking again after a harvest on day. He stocks again with HARVEST_RESTOCK_P, worth HARVEST_GAP_WEIGHT_P
 * times seen, and what the pond has shown; after one of its own gaps, give or take HARVEST_GAP_BLUR days, or after
 * HARVEST_GAP_MIN_DAYS to HARVEST_GAP_MAX_DAYS, which weigh as HARVEST_GAP_WEIGHT of them. Given that nothing was seen before
 * earliest (INT32_MIN: nothing is known): the longer the pond has been empty, the likelier that it was given up; a stocking
 * before earliest goes unsaid with chance unsaid, 0..1, and then its day is returned. INT32_MAX: not stocked again. gaps
 * NULL: nothing was seen. */
int32_t harvest_restock(const struct harvest_gaps *gaps, int32_t day, int32_t earliest,
                        double unsaid, gsl_rng *rng);

/* What lies ahead of a pond, the same for all members. */
struct harvest_outlook {
    const struct ensemble_prior *prior;
    const struct harvest_buyers *buyers;
    double temp_c, nh3_effect; /* usual water */
    double stock_count;        /* fish of a usual stocking; 0: the pond isn't stocked again */
    double stock_mass_g;
    /* what stock_count is multiplied by, of the month of first_day (civil.h) and those after; the last also for later ones; 0: the
     * pond waits for a better month. NULL: 1 */
    const double *stock_factor;
    size_t stock_months;             /* length of it, >= 1 */
    const struct harvest_gaps *gaps; /* NULL: none seen */
    double retail_kg_week;           /* sold by and by in the current cycle, 0 none */
    int32_t first_day, end_day;      /* both included */
    /* from aerated_from to aerated_until (days, both included) this share of 1 - do_usual is taken away; 0: nothing is */
    double aerated;
    int32_t aerated_from, aerated_until;
    int32_t main_end_day; /* the current cycle's final harvest is followed up to here, >= end_day */
    int32_t path_day;     /* day of week 0 of the two paths */
    size_t path_weeks;    /* length of the two; later weeks are as the last */
    size_t path_stride;   /* distance from one week to the next */
};

/* One member's fish, or none. */
struct harvest_member {
    bool stocked;        /* false: empty until restock_day */
    int32_t restock_day; /* INT32_MAX: not stocked again; may lie before first_day */
    double u, count, ln_gain, mort, do_usual, target_g;
    const double *z, *loss; /* this member's common path at week 0 */
    const double *temp_dev; /* added to temp_c, C, as the two; NULL: nothing */
};

/* Called for each harvest: main is the final harvest of the cycle that was current at the start. */
typedef void (*harvest_sink)(void *arg, int32_t day, double kg, bool main, double mass_g);

/* Follows one member from first_day to the end. Restocked cycles are followed to end_day. Each cycle (the wait before its
 * stocking included) draws from a stream of its own, which rng begins: a member that is followed twice from the same state of rng
 * has the same luck week by week of its second and later cycles, whenever the one before was harvested. */
void harvest_follow(const struct harvest_outlook *o, struct harvest_member *m, gsl_rng *rng,
                    harvest_sink sink, void *arg);

/* The same with nothing seen and nothing known. */
int32_t harvest_restock_day(int32_t day, gsl_rng *rng);

#endif
