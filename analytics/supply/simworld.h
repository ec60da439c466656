/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simworld: a simulated region: its truth drawn from the model itself, what its farmers write down of it, and what they will
 * in truth harvest. No real pond is in it; it is there to ask whether the forecast's ranges hold what they promise.
 *
 * A best case by design: growth, deaths, common paths and harvests are the forecast's own assumptions (ensemble.h, paths.h,
 * harvest.h), drawn with another generator and other seeds. A plan can make the world other than the forecast believes.
 *
 * Farmers come into use within 300 days and stock again by harvest.h. All weigh 30 fish every 14 days, half count their dead
 * every week, a quarter write down a week's feed, and all write down stocking and final harvest. Assumptions.
 *
 * Threads: none shared. Same plan, same world. */
#ifndef ANALYTICS_SIMWORLD_H
#define ANALYTICS_SIMWORLD_H

#include "supply.h"

#define SIMWORLD_NODES     (1 + REGENCY_COUNT) /* joint and the regencies, numbered as supply.h's */
#define SIMWORLD_PONDS_MAX 9999

struct simworld_plan {
    uint64_t seed;
    size_t ponds;      /* 1..SIMWORLD_PONDS_MAX; five kecamatan of Kotim, three of Seruyan */
    unsigned months;   /* leads to be harvested in truth, 1..SUPPLY_MONTHS_MAX */
    double cv;         /* median spread of single weights; 0: as believed (ENSEMBLE_SAMPLE_CV) */
    double unwritten;  /* share of the dead that are seen and still not written down, 0..1 */
    bool events_twice; /* acid floods and low rivers come twice as often */
    bool fall_silent;  /* nothing more is written of a cycle after a week in which many fish died */
    bool samples_alone; /* no farmer counts his dead or writes down feed */
};

struct simworld {
    struct records_snapshot *records;             /* as known on the as-of day */
    int32_t as_of_day;                            /* any day of 2026 */
    double kg[SIMWORLD_NODES][SUPPLY_MONTHS_MAX]; /* harvested in truth, [node][lead - 1] */
    double *mass_g; /* [pond] in truth on the as-of day; NaN: no fish in it */
};

/* Never NULL. */
struct simworld *simworld_new(const struct simworld_plan *plan);
void simworld_free(struct simworld *w); /* NULL is fine */

#endif
