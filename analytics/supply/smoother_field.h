/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smoother_field: the normal posterior of rest and price of feed, week by week, and of each regency's level of growth, given
 * what cycles tell of the deviations of growth; and what a known deviation (haze, lost appetite) does to it. */
#ifndef ANALYTICS_SMOOTHER_FIELD_H
#define ANALYTICS_SMOOTHER_FIELD_H

#include <gsl/gsl_rng.h>

#include "paths.h"
#include "smoother_cycle.h"

#define SMOOTHER_LEVEL_SD \
    0.15 /* of ln growth, of all ponds of a regency against the prior; assumption */
#define SMOOTHER_LEVEL_CORR 0.6

struct smoother_field {
    size_t weeks, dims; /* dims: rest of both regencies and price [weeks] each, and the levels */
    struct smoother_normal sum[REGENCY_COUNT][POND_SYSTEM_COUNT]; /* what the cycles tell */
    double *l;                                                    /* factor of the precision */
    double *b, *mean;                                             /* [dims] */
    double *block;
};
static inline size_t smoother_at_rest(const struct smoother_field *f, size_t regency, size_t week)
{
    return regency * f->weeks + week;
}
static inline size_t smoother_at_price(const struct smoother_field *f, size_t week)
{
    return REGENCY_COUNT * f->weeks + week;
}
static inline size_t smoother_at_level(const struct smoother_field *f, size_t regency)
{
    return (REGENCY_COUNT + 1) * f->weeks + regency;
}

struct smoother_field *smoother_field_new(size_t weeks);
void smoother_field_free(struct smoother_field *f);  /* NULL is fine */
void smoother_field_clear(struct smoother_field *f); /* the sums */

/* From the sums: factor and mean. */
void smoother_field_solve(struct smoother_field *f);
/* Posterior mean deviation of a regency, level included, [weeks]. */
void smoother_field_growth(const struct smoother_field *f, size_t regency, double *growth);

/* A deviation that events bring to a regency's ponds: share of growth gained (< 0: lost) by system and week. */
struct smoother_pattern {
    size_t regency;
    double *share; /* [system][weeks] */
    double *a;     /* [dims]: what it takes from b */
    double *v;     /* [dims]: L^-1 a */
    double ln;     /* ln likelihood it would have alone, without the square */
};
/* Fills a, v and ln from share. */
void smoother_field_pattern(const struct smoother_field *f, struct smoother_pattern *p);
/* ln likelihood of two together beyond their own; of one with itself twice its square. */
double smoother_field_cross(const struct smoother_field *f, const struct smoother_pattern *p,
                            const struct smoother_pattern *q);

/* Draws from the posterior of the field less shift [dims][draws] (sums of patterns' a), in its place. */
void smoother_field_draw(const struct smoother_field *f, double *shift, size_t draws, gsl_rng *rng);

#endif
