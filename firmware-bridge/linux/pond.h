/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pond: a simulated tilapia pond, small and stated. [H2: complete this comment with every equation and constant, unit,
 * source and range of validity.] */
#ifndef BRIDGE_POND_H
#define BRIDGE_POND_H

#include <stdint.h>

#include "collector/common/site.h"

struct pond; /* opaque; one simulated pond */

struct pond_sample {
    double temp_c, do_mg_l, ph, ec_us_cm, turb_ntu, level_cm, tan_n_mg_l;
};

struct pond_config {
    const char *slug;         /* with seed: what makes ponds differ */
    enum pond_system system;
    double area_m2, depth_m;
    uint64_t seed;            /* of the site's weather and of the pond */
    double fish_kg_m2;        /* standing biomass, 0: drawn from the seed within the system's usual range */
};

/* A pond at equilibrium some days before start_ms, run up to start_ms. The same config gives the same water at the same
 * instant whatever start_ms is, up to what 10 days of run-up forget. Never NULL. */
struct pond *pond_new(const struct pond_config *c, int64_t start_ms);
void pond_free(struct pond *p);

/* Moves the model on to ts_ms (not before its present time) in steps of at most 60 s. */
void pond_advance(struct pond *p, int64_t ts_ms);

/* The water as it is at the model's present time: truth, without sensor noise. */
struct pond_sample pond_now(const struct pond *p);

#endif
