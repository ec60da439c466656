/* SPDX-License-Identifier: GPL-3.0-or-later */
/* neraca: the supply balance of both regencies and each, by month, whole quarter and all months, from the draws of supply and
 * demand. Quarters' ranges are those of summed draws. Of ranges nothing may be summed; means may.
 *
 * A node's risk is told when its demand is known, and when the register, where there is one, says that at least
 * NERACA_FARMS_LEAST of its farms are on record here, or an official figure that was used speaks of it: from fewer ponds nothing
 * follows for a region. */
#ifndef ANALYTICS_NERACA_H
#define ANALYTICS_NERACA_H

#include "balance.h"
#include "collector/common/buf.h"
#include "demand.h"
#include "figures.h"
#include "supply.h"

#define NERACA_FARMS_LEAST 0.05
#define NERACA_QUARTERS    4
#define NERACA_PERIODS     (SUPPLY_MONTHS_MAX + NERACA_QUARTERS + 1)
#define NERACA_NAME        16

enum neraca_gap {
    NERACA_TOLD,
    NERACA_NO_DEMAND, /* something it is made of was not entered */
    NERACA_FEW_FARMS
};

struct neraca_period {
    char name[NERACA_NAME]; /* "2027-01", "2027-Q1", "all" */
    unsigned first_lead,
        leads; /* leads from the first; months come first, then quarters, then all */
};

enum neraca_part {
    NERACA_SUPPLY,
    NERACA_INFLOW,
    NERACA_OUTFLOW,
    NERACA_LOSS,
    NERACA_DEMAND,
    NERACA_PARTS
};

struct neraca_cell {
    struct supply_summary part[NERACA_PARTS],
        balance; /* kg; demand and balance 0 while demand is not known */
    struct balance_risk risk;
};

struct neraca {
    unsigned months; /* periods [0, months) are the leads */
    size_t periods;  /* the last one is all months together */
    struct neraca_period period[NERACA_PERIODS];
    enum neraca_gap gap[DEMAND_NODES];
    enum records_key missing[DEMAND_NODES]; /* with NERACA_NO_DEMAND */
    bool known[DEMAND_NODES];               /* demand */
    bool official[DEMAND_NODES];            /* a figure that was used speaks of the node */
    bool whole
        [DEMAND_NODES]; /* ponds that nobody follows are counted in (untracked.h); set by the caller */
    /* farms with an open cycle, and farms that exist (NaN: no register) */
    double farms[DEMAND_NODES], registered[DEMAND_NODES];
    struct neraca_cell cell[DEMAND_NODES][NERACA_PERIODS];
    /* only when both regencies' risk is told */
    struct balance_pair pair[NERACA_PERIODS];
    double transfer_kg
        [NERACA_PERIODS]; /* from kotim to seruyan, < 0 the other way (balance_transfer, no cost) */
    double short_after_kg[NERACA_PERIODS];                      /* mean shortage of both with it */
    struct supply_summary supply[SUPPLY_NODES][NERACA_PERIODS]; /* of every node */
    /* its parts: ponds on record, and the others (0 where they are not counted) */
    struct supply_summary tracked[SUPPLY_NODES][NERACA_PERIODS];
    struct supply_summary untracked[SUPPLY_NODES][NERACA_PERIODS];
};

/* farms: of each node of the tree, with an open cycle. */
void neraca_make(struct neraca *n, const struct supply_forecast *f, const struct demand *d,
                 const struct figures *y, const struct records_snapshot *s,
                 const double farms[DEMAND_NODES]);

/* The means in whole units that add up: months to quarters and all, kecamatan to regencies to joint, and along a row: supply +
 * inflow - outflow - loss - demand = balance. The joint supply of all months is its mean rounded; every other figure is within
 * a few units of its own mean. */
struct neraca_rounded {
    long long part[DEMAND_NODES][NERACA_PERIODS][NERACA_PARTS];
    long long balance[DEMAND_NODES][NERACA_PERIODS];
    long long supply[SUPPLY_NODES][NERACA_PERIODS];
    long long tracked[SUPPLY_NODES][NERACA_PERIODS]; /* of it; the rest is untracked */
};
void neraca_round(const struct neraca *n, double unit_kg, struct neraca_rounded *out);

/* Why the risk of a node is not told, "" when it is: "kebutuhan belum diisi", "demand not entered yet" ... */
const char *neraca_words(enum neraca_gap gap, bool english);

/* The file: see the README. s: the snapshot d and y were made of. */
void neraca_csv(struct buf *b, const struct neraca *n, const struct supply_forecast *f,
                const struct demand *d, const struct figures *y, const struct records_snapshot *s,
                bool english);

#endif
