/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hazard: how sharply farmers of a system keep to the size their buyer asks for: the width of the harvest hazard (harvest.h)
 * as a share of that size, learned from closed cycles.
 *
 * A cycle's likelihood is that of the weeks without a harvest and of the one with it, by the classes of buyers as they were
 * known then (the prior's, and the pond's own earlier harvests), W* within a class and the written size spread by HAZARD_SIZE_SD. The
 * mass of earlier weeks lies on the line of W^0.33 from stocking to harvest. It is the chance the model itself would have given
 * the harvest, so that whatever makes farmers stray from the size (price, need of money) counts as width. Systems lean on each
 * other: ln (width / HARVEST_WIDTH) = shared + own, normal with HAZARD_SHARED_SD and HAZARD_OWN_SD (assumptions).
 *
 * Looked at: of each pond the newest HAZARD_POND_CYCLES cycles that were closed by final harvests with fish_per_kg, nothing taken out before,
 * the mass stocked known, and an earlier harvest to know the buyer by. A system is learned from HAZARD_CYCLES of them on and
 * when the posterior is narrower than HAZARD_NARROWER of the prior; until then the usual width stays.
 *
 * Pure, thread-safe. Cost: 0.1 ms a cycle. */
#ifndef ANALYTICS_HAZARD_H
#define ANALYTICS_HAZARD_H

#include <stdbool.h>

#include "analytics/records/records.h"

#define HAZARD_POND_CYCLES 5
#define HAZARD_CYCLES      10
#define HAZARD_NARROWER    0.8
#define HAZARD_SIZE_SD     0.07
#define HAZARD_SHARED_SD   0.35
#define HAZARD_OWN_SD      0.35

struct hazard_learned {
    double width; /* as used: of W* */
    bool learned;
    size_t cycles;
    double p10, p90; /* of the posterior */
    double ln_sd, ln_prior_sd;
};
/* out [POND_SYSTEM_COUNT]; rows after as_of_day are not looked at. */
void hazard_learn(const struct records_snapshot *s, int32_t as_of_day, struct hazard_learned *out);

#endif
