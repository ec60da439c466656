/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seed: how many fingerlings there are to stock, from the hatcheries' ledger, and what that does to stockings to come. Pure;
 * rows after as_of_day are never looked at.
 *
 * Available in a regency and month = produced there + sold or transferred in from the other - sold or transferred out to it.
 * Sales within the regency move nothing. A month counts as known when a row says something of the kind; a month without rows is
 * not known (not zero), one in which more goes out than comes in takes from the others, and the month of as_of_day is not over. Of the known months of the last SEED_PAST_MONTHS the newest
 * third, at most 3, is recent, and the others are the usual level. With fewer than SEED_MONTHS_MIN known months, or nothing
 * known in the last 3, the ledger says nothing and the factor is 1.
 *
 * The ratio recent / usual is taken as a noisy sight of the true one: ln of it is N(0, 0.3) beforehand, the spread of single
 * months is learned from them (0.4, worth 4 months, beforehand), so that the ratio is shrunk to 1 and keeps an uncertainty, drawn
 * once a regency and draw. Number stocked moves as the ratio does, and four fifths of it last from month to month. Assumptions:
 * all of these figures, and that farmers stock in proportion to what their own regency has. */
#ifndef ANALYTICS_SEED_H
#define ANALYTICS_SEED_H

#include "analytics/records/records.h"

#define SEED_PAST_MONTHS 24
#define SEED_MONTHS_MIN  3

struct seed_ledger {
    unsigned months;      /* known ones, 0..SEED_PAST_MONTHS */
    double recent, usual; /* fish a month; NaN: the ledger says nothing */
    double ln_ratio,
        ln_sd; /* of the ratio as it is believed; 0 and 0 when the ledger says nothing */
    double came_in,
        went_out; /* fish over all time: produced and received; sold (wherever) and transferred away */
    bool asks;    /* more went out than came in: to be asked about */
};

/* What the ledger of a regency says. */
struct seed_ledger seed_look(const struct records_snapshot *s, enum regency r, int32_t as_of_day);

struct seed; /* a factor a regency and draw */

/* seed: of the run; same seed and records, same factors. Never NULL. */
struct seed *seed_new(const struct records_snapshot *s, int32_t as_of_day, uint64_t seed,
                      size_t draws);
void seed_free(struct seed *s); /* NULL is fine */

/* Whether the regency's ledger says anything; if not, seed_factor is 1. */
bool seed_known(const struct seed *s, enum regency r);

/* Fish there are to stock in a month, months_ahead as below; NaN when the ledger says nothing. */
double seed_fish(const struct seed *s, enum regency r, size_t draw, unsigned months_ahead);

/* > 0: what a usual stocking is multiplied by, months_ahead (>= 0) after the month of as_of_day. most (>= 1): the believed
 * ratio is cut to it, its uncertainty is not. */
double seed_factor(const struct seed *s, enum regency r, size_t draw, unsigned months_ahead,
                   double most);

#endif
