/* SPDX-License-Identifier: GPL-3.0-or-later */
/* demand: what the people of the two regencies eat of nila, and what else stands between harvest and table, by month and draw;
 * all of it from the assumptions on record, none from here.
 *
 *     demand = population x consumption of fish / 12 x share of tilapia
 *              x (1 + Idul Fitri uplift x share of the 30 days before it in this month)
 *              x product of (1 + shock) x (1 + price change) ^ -price response
 * Until population, consumption and share are entered a regency's demand is not known; what else is not entered is 0. An
 * entry's range is its P10 and P90 about its value as median (both sides with a spread of their own; in logarithms where
 * nothing can be negative), within the key's bounds. A joint entry has one draw for both regencies.
 *
 * The province's nila output a head (12.3 kg a year: 34,586 t of 2023 by 2.81 million people) is production, not demand. It
 * appears as a scenario only, and must be labelled so. */
#ifndef ANALYTICS_DEMAND_H
#define ANALYTICS_DEMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/records/records.h"

#define DEMAND_SCENARIO_KG_A_HEAD_YEAR 12.3
#define DEMAND_NODES \
    (1 + REGENCY_COUNT) /* joint and the regencies, in the order of supply.h's nodes */

struct demand {
    int32_t first_month;
    unsigned months, draws;
    bool known[REGENCY_COUNT];
    enum records_key missing[REGENCY_COUNT]; /* the first that is, when not known */
    double population[REGENCY_COUNT];        /* NaN: not entered */
    /* [REGENCY_COUNT][months][draws]; kg 0 where not known */
    double *kg, *inflow, *outflow;
    double *loss;   /* share 0..1 */
    unsigned *used; /* [assumptions of the snapshot]: bit 1 << regency when it counts there */
};

/* Never fails. The same seed gives the same draws; an entry more leaves the draws of the others. *out is the caller's,
 * demand_free. */
void demand_new(struct demand **out, const struct records_snapshot *s, int32_t first_month,
                unsigned months, unsigned draws, uint64_t seed);
void demand_free(struct demand *d); /* NULL is fine */

static inline size_t demand_at(const struct demand *d, enum regency r, unsigned lead)
{
    return ((size_t)r * d->months + (lead - 1)) * d->draws;
}

/* The entry that counts for a key in a regency and month: months of its own before always, the regency's before joint's, the
 * newest; -1 none. Shocks are more than one: all that hold count. */
long demand_entry(const struct records_snapshot *s, enum records_key key, enum regency r,
                  int32_t month);

/* The entry's value at z of the standard normal distribution: low at -1.2816, value at 0, high at 1.2816. */
double demand_value(const struct rec_assumption *a, double z);

/* Day number of Idul Fitri (1 Syawal) of a year AH by the arithmetic calendar; within a day of the one announced. */
int32_t demand_idul_fitri(int year_ah);
/* Share of the 30 days before an Idul Fitri that lie in a month, 0..1. */
double demand_idul_fitri_share(int32_t month);

#endif
