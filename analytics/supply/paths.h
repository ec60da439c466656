/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paths: what strikes all ponds of a regency together, drawn once: path i belongs to draw i of every pond.
 *
 *  - z: common deviation of ln growth, weekly AR(1) with coefficient 0.8, standing sd 0.12, correlation 0.6 between the
 *    regencies (weather, feed on the market).
 *  - loss: share of a caged stock lost to an event that week. Acid flush of the peat in December-February, low flow in
 *    August-November: of each about 3 in 11 years of local press (2015-2026), so a rate Gamma(3.5, 11 years) a season;
 *    loss Beta(2, 3) for cages; ponds take a fifth of it and biofloc a tenth (ensemble_prior.exposure). An event strikes both
 *    regencies together with probability 0.6, else each on its own. An effect of low flow on the harvest's date is not
 *    modelled.
 *
 * The paths depend on seed and number of draws alone: not on the ponds, and not on how far they reach ahead. */
#ifndef ANALYTICS_PATHS_H
#define ANALYTICS_PATHS_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/region.h"

#define PATHS_PAST_WEEKS 104

struct paths {
    size_t draws, weeks;
    int32_t first_day;                              /* day of week 0 */
    double *z[REGENCY_COUNT], *loss[REGENCY_COUNT]; /* [week][draw] */
};

/* From PATHS_PAST_WEEKS up to and including as_of_day to last_day and beyond. A week ends with as_of_day, so that an event
 * strikes the stock either in the past or in the future. Never NULL. */
struct paths *paths_new(uint64_t seed, int32_t as_of_day, int32_t last_day, size_t draws);
void paths_free(struct paths *p); /* NULL is fine */

/* Week index of a day; days before the first week take the first, days after the last the last. */
size_t paths_week(const struct paths *p, int32_t day);

/* A seed for the generator of one named thing (a pond, "paths/z"), so that one more pond changes no other's numbers. */
unsigned long paths_stream(uint64_t seed, const char *name);

#endif
