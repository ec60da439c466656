/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monthly: the production report of a month as the fisheries offices make it: by kecamatan, regency and both together, from
 * the records, telling of no single farm (merge.h). Pure.
 *
 * A pond is active when a cycle lived in it on a day of the month and something was written of it not longer than
 * SILENCE_OUT_DAYS before the month. Survival and feed conversion are of the cycles whose last harvest fell into the month.
 * Value: what was harvested at its price, where none was written at the mean price of the regency's month. A harvest
 * belongs to the month of its day (WIB). Only ponds on record are counted.
 *
 * Quarters and the year so far are sums of months and are told where each of their months is. */
#ifndef ANALYTICS_MONTHLY_H
#define ANALYTICS_MONTHLY_H

#include <stdbool.h>
#include <stdint.h>

#include "analytics/records/records.h"
#include "merge.h"
#include "supply.h"

enum monthly_measure {
    MONTHLY_PONDS,    /* active */
    MONTHLY_AREA,     /* m2 of them */
    MONTHLY_FARMS,    /* with one of them (RTP) */
    MONTHLY_STOCKED,  /* fish */
    MONTHLY_HARVEST,  /* kg */
    MONTHLY_VALUE,    /* Rp */
    MONTHLY_PRICE,    /* Rp/kg, mean of the kilograms whose price was written */
    MONTHLY_SIZE,     /* g, mean of the fish harvested whose number is known */
    MONTHLY_SURVIVAL, /* %, fish harvested of fish stocked; cycles with all numbers */
    MONTHLY_FCR,      /* kg of feed a kg of growth; cycles with feed on record */
    MONTHLY_DEATHS,   /* fish */
    MONTHLY_MEASURES
};

/* A place's figure is of / by; by is 1 for sums, and 0 where nothing is known. */
struct monthly_figure {
    double of, by;
    unsigned farms; /* that contributed */
};

struct monthly {
    int32_t month;                       /* month number (civil.h) */
    struct merge rows[MONTHLY_MEASURES]; /* the same cells; what is told of each measure */
    /* [node]: of kecamatan the cell's, at the one that stands for it */
    struct monthly_figure figure[MONTHLY_MEASURES][SUPPLY_NODES];
    unsigned active[SUPPLY_NODES],
        reported[SUPPLY_NODES]; /* ponds; of them with a row in the month */
};

/* all: the file's farms are the reader's own, all is told (one or two farms, or a command on the file itself). */
void monthly_make(struct monthly *out, const struct records_snapshot *s, int32_t month, bool all);

/* The figure of a node; NaN when it is not known, or not told (*told, NULL is fine). */
double monthly_value(const struct monthly *m, enum monthly_measure what, size_t node, bool *told);

/* Of several months: sums of the measures that are sums (stocked, harvest, value, deaths), NaN where a month is not told. */
struct monthly_sum {
    int32_t first_month;
    unsigned months;
    double value[MONTHLY_MEASURES][1 + REGENCY_COUNT];
};
void monthly_add(struct monthly_sum *sum, const struct monthly *m);

/* What the offices set and found: kg; NaN: not on record. */
struct monthly_target {
    double target_kg, official_kg;
    bool final;                  /* of the official figure */
    char source[SITE_NAME_SIZE]; /* of the target */
};
/* Of joint: its own target, else the sum of the regencies' when both are there. months 1, 3 or 12. */
void monthly_targets(const struct records_snapshot *s, size_t node, int32_t first_month,
                     unsigned months, struct monthly_target *out);

/* All that the report of a month tells. One or two farms in the whole file: all is told (they are their own). */
struct monthly_report {
    int64_t as_of_ms; /* now */
    bool running;     /* the month is not over */
    bool all;
    struct monthly month;
    unsigned months; /* of the quarter, up to the month: 1..3 */
    struct monthly_sum each[3], quarter, year;
    struct monthly_target target[1 + REGENCY_COUNT][3]; /* of the month, its quarter, its year */
};
void monthly_report(struct monthly_report *out, const struct records_snapshot *s, int32_t month,
                    int64_t now_ms);

#endif
