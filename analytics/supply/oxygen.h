/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oxygen: below which oxygen fish of a system (pond, biofloc, tarpaulin, cage) grow less, learned from weighed cycles whose
 * oxygen was measured.
 *
 * What is learned is a factor on the width of the limits of growth.h: full = none + (usual full - none) e^s, s on a grid of
 * OXYGEN_SHIFTS from -0.9 to 0.9. For every s a cycle is lived through with the oxygen effect of its days, and its samples have
 * a normal likelihood: linear, at the cycle's own most likely course, in its feeding level or conversion (sd 0.3, as in
 * ensemble.h), mass stocked, a deviation of growth between samples (sd OXYGEN_SPELL_SD) and bias and chance of the sample.
 * A level a of all cycles of the system (sd OXYGEN_LEVEL_SD) is integrated out, so that ponds that are fed less than the prior
 * expects are not taken for ponds that lack oxygen. Systems lean on each other: s = m + d, m ~ N(0, OXYGEN_COMMON_SD) shared,
 * d ~ N(0, OXYGEN_SYSTEM_SD) of the system. These four sd are assumptions.
 *
 * One cycle hardly tells: within it little growth by little oxygen and by little feed are alike. A system is taken as learned
 * from OXYGEN_CYCLES cycles on and when the posterior is narrower than OXYGEN_NARROWER of the prior; until then the usual limits
 * stay as they are. Where oxygen never came near the limit, any number of cycles leaves s at the prior.
 *
 * Left out: samples after the first harvest (what is left is another mix of fish), those above OXYGEN_YOUNG_G where the fish
 * may be of both sexes (young in the net), cycles whose oxygen is known on less than OXYGEN_DAYS_KNOWN of the days, and
 * cycles with a sample more than OXYGEN_STRANGE sd off (counted).
 *
 * Pure, thread-safe. */
#ifndef ANALYTICS_OXYGEN_H
#define ANALYTICS_OXYGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/fish/growth.h"
#include "collector/common/site.h"

#define OXYGEN_SHIFTS      13
#define OXYGEN_LEVELS      13
#define OXYGEN_CYCLES      8
#define OXYGEN_NARROWER    0.8
#define OXYGEN_COMMON_SD   0.20
#define OXYGEN_SYSTEM_SD   0.25
#define OXYGEN_LEVEL_SD    0.30
#define OXYGEN_SPELL_SD    0.10
#define OXYGEN_YOUNG_G     50.0
#define OXYGEN_DAYS_KNOWN  0.6
#define OXYGEN_STRANGE     4.0
#define OXYGEN_SAMPLES_MIN 2
#define OXYGEN_SAMPLES_MAX 24 /* of a cycle; later ones are not looked at */

struct oxygen_sample {
    int32_t day; /* since stocking, 1 on; in order */
    double fish, mean_g;
};
struct oxygen_cycle {
    enum pond_system system;
    double count, stock_g;
    bool male; /* no young in the net */
    /* Days 1 on after stocking: [days], oxygen by the hour [days * 24] (WIB); NaN: not known. feed_kg of pellets; NULL: none */
    size_t days;
    const double *temp_c, *nh3_n_mg_l, *do_mg_l, *feed_kg;
    size_t samples;
    const struct oxygen_sample *sample;
};

struct oxygen_evidence {
    double ln_like[POND_SYSTEM_COUNT][OXYGEN_SHIFTS][OXYGEN_LEVELS];
    size_t cycles[POND_SYSTEM_COUNT]; /* taken in */
    size_t strange[POND_SYSTEM_COUNT];
};
/* Takes a cycle in, with the usual limits of its system. False: it tells nothing, or is strange. */
bool oxygen_add(struct oxygen_evidence *e, const struct growth_oxygen *usual,
                const struct oxygen_cycle *c);

struct oxygen_learned {
    struct growth_oxygen felt; /* the usual one where it is not learned */
    bool learned;
    size_t cycles, strange;
    double full_p10, full_p90; /* mg/L, of the posterior */
    double shift_mean, shift_sd, shift_prior_sd;
};
/* usual and out: [POND_SYSTEM_COUNT]. */
void oxygen_learn(const struct oxygen_evidence *e, const struct growth_oxygen *usual,
                  struct oxygen_learned *out);

#endif
