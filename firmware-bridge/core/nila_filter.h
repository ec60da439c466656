/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_filter: from the samples of one sensor to a steady value, and what is wrong with the sensor.
 *
 * Each sample goes through a median of an odd number (one wild sample in three, two in five, ... leave no trace) and then through an
 * exponential mean (each value moves it by 1/2^smooth of the difference). A real jump, one that the median follows, is followed
 * at once. Values are raw or physical x 1000, whatever the caller filters; NILA_MISSING is "no sample".
 * A gap is never bridged: without a sample there is no value, and after NILA_FILTER_FORGET missing ones in a row the filter begins
 * anew, so that what was before a repair says nothing about after it.
 * Freestanding; state in the caller's struct; one context. */
#ifndef NILA_FILTER_H
#define NILA_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_regmap.h"

#define NILA_FILTER_MEDIAN_MAX 9
#define NILA_FILTER_SMOOTH_MAX 6
#define NILA_FILTER_FORGET     3

struct nila_filter_config {
    uint8_t
        median; /* 1 (none), 3, 5, 7, 9; an even number is taken one lower, above 9 as 9, 0 as 1 */
    uint8_t smooth; /* 0 (none) to NILA_FILTER_SMOOTH_MAX */
    uint8_t warmup; /* samples after (re)appearing that are NILA_Q_WARMUP and not valid */
    int32_t spike;  /* a sample farther than this from the median is a spike; 0: none is */
    int32_t noise;  /* NILA_Q_NOISY when the middle of the window spreads more; 0: never */
    int32_t still;  /* samples that stay within this of each other ... */
    uint16_t stuck; /* ... this many times in a row are NILA_Q_STUCK and not valid; 0: never */
};

struct nila_filter {
    const struct nila_filter_config *config; /* the caller's, outlives the filter */
    uint8_t median, smooth;                  /* instead of the config's, in their ranges */
    int32_t window[NILA_FILTER_MEDIAN_MAX];
    uint8_t n, next, missing, warm;
    uint16_t spikes;    /* since the beginning, wrapping */
    uint8_t late_spike; /* samples until the last spike no longer counts as noise */
    int32_t mean;
    int32_t still_low, still_high;
    uint16_t still_for;
};

void nila_filter_init(struct nila_filter *f, const struct nila_filter_config *config);

/* Another median and smoothing than the config's; the filter begins anew. */
void nila_filter_tune(struct nila_filter *f, uint8_t median, uint8_t smooth);

/* Takes a sample, or NILA_MISSING. Returns the filtered value, or NILA_MISSING; *quality gets NILA_Q_VALID when it may be used,
 * and NILA_Q_ABSENT, NILA_Q_WARMUP, NILA_Q_NOISY, NILA_Q_STUCK as they are. */
int32_t nila_filter_step(struct nila_filter *f, int32_t sample, uint16_t *quality);

#endif
