/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oddities: figures that an officer should look at again: they can be right, and the reason is told with each. Nobody is
 * accused: a slip of the pen looks the same as anything else. Pure.
 *
 * The bounds lie well outside of what is usual for tilapia, so that little is listed. They are tuning, not science: densities
 * beyond those of intensive culture (El-Sayed 2006, Tilapia Culture, ch. 5 and 6: ponds 2 to 10 fish/m2, tanks and cages up
 * to 200 fish/m3), feed a kg of growth outside 0.6 to 4. */
#ifndef ANALYTICS_ODDITIES_H
#define ANALYTICS_ODDITIES_H

#include <stddef.h>
#include <stdint.h>

#include "analytics/records/change.h"
#include "analytics/records/records.h"

enum oddity_kind {
    ODDITY_STOCKED_DENSE, /* value fish a m2 (ponds) or m3 (others), bound */
    ODDITY_HARVEST_DENSE, /* value kg a m2 or m3 of the cycle, bound */
    ODDITY_MORE_FISH,     /* value fish harvested, bound: stocked */
    ODDITY_FCR_LOW,       /* value kg of feed a kg of growth, bound */
    ODDITY_FCR_HIGH,
    ODDITY_SAME_HARVEST,   /* value kg, bound: in so many ponds on the same day */
    ODDITY_TARGET_REACHED, /* value kg: an official figure that equals its target to the kilogram */
    ODDITY_ONE_HAND, /* value farms, bound: whose records one user corrected or took back in a day */
    ODDITY_KINDS
};

#define ODDITY_SAME_PONDS 3
#define ODDITY_HAND_FARMS 5    /* more of them in a day */
#define ODDITY_SAME_KG    20.0 /* small sales are often round and equal */

struct oddity {
    enum oddity_kind kind;
    long pond;   /* index in the snapshot, -1: of a regency or kecamatan */
    int32_t day; /* of the row; of a target the cut-off */
    double value, bound;
    char by[SLUG_SIZE];                                        /* of one hand */
    char node[RECORDS_NODE_SIZE], period[RECORDS_PERIOD_SIZE]; /* of a target */
};

/* Fish, and kg, a m2 of a pond or m3 of the other systems that are still believed. */
double oddity_stock_bound(enum pond_system system);
double oddity_harvest_bound(enum pond_system system);

/* Everything odd since the day since, newest first, ponds in the snapshot's order. *out is the caller's to free; the number. */
size_t oddities_find(const struct records_snapshot *s, int32_t since, struct oddity **out);

/* Days on which one user corrected or took back rows of more than ODDITY_HAND_FARMS farms; imports and exchange between files
 * are nobody's hand. may: farms that count, [s->farms]; NULL: all. Newest first; *out is the caller's to free; the number. */
size_t oddities_hands(const struct rec_change *change, size_t n, const struct records_snapshot *s,
                      const bool *may, struct oddity **out);

#endif
