/* SPDX-License-Identifier: GPL-3.0-or-later */
/* untracked_own: what the three files of untracked share: untracked.c counts and settles, untracked_draws.c makes the draws,
 * untracked_learn.c learns from what is over. */
#ifndef ANALYTICS_UNTRACKED_OWN_H
#define ANALYTICS_UNTRACKED_OWN_H

#include "untracked.h"

/* What the cells bring at theta 0, into f->untracked_kg of the kecamatan; fills pond_kg_month and the cells' means. Of a regency without a
 * register it is its tracked part. */
void untracked_draw(struct untracked *u, struct supply_forecast *f, uint64_t seed);

/* Fills u->coverage and the regencies' figures, visits and ratios. */
void untracked_learn(struct untracked *u, const struct records_snapshot *s,
                     const struct supply_forecast *f, bool without_official);

/* theta of each draw, [regency][draw]. */
void untracked_theta(const struct untracked *u, uint64_t seed, unsigned draws, double *theta);

/* Whether somebody published a figure of the regency. */
bool untracked_official(const struct records_snapshot *s, enum regency r);

static inline size_t untracked_block(const struct supply_forecast *f)
{
    return (size_t)f->months * f->draws;
}

#endif
