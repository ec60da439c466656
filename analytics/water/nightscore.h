/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nightscore: how good night forecasts were: root mean squared error of the path, CRPS of the minimum, Brier score of falling
 * below each limit; beside them the same of the pond's own climatology (mean path and minima of the usable nights of the 21 days before) and of
 * persistence (yesterday's curve, with its past errors of 21 days as ensemble, floor 0), both with nothing but the past and the same truth.
 * Chances of these two are (count + 0.5) / (n + 1). */
#ifndef ANALYTICS_NIGHTSCORE_H
#define ANALYTICS_NIGHTSCORE_H

#include "nightback.h"

enum nightscore_method {
    NIGHTSCORE_MIX,
    NIGHTSCORE_PERSIST,
    NIGHTSCORE_CLIMATE,
    NIGHTSCORE_METHODS
};

#define NIGHTSCORE_BINS 5

struct nightscore_sum {
    size_t nights; /* with every method */
    /* sums over nights; nightscore_rmse and the means below divide */
    double square[NIGHTSCORE_METHODS], steps;
    double crps[NIGHTSCORE_METHODS];
    double brier[NIGHTSCORE_METHODS][NIGHT_LIMITS];
    size_t below[NIGHT_LIMITS];
    size_t in_band; /* minimum within the 80 % band of the members */
    struct {
        size_t n, fell;
        double p;
    } bin[NIGHT_LIMITS][NIGHTSCORE_BINS]; /* of the chance: 0-0.2, ... 0.8-1 */
};

struct nightscore {
    size_t n;
    struct nightscore_sum *pond, all;
    double band_low,
        band_high; /* 95 % interval of the share in the band, bootstrap of pond-weeks */
    struct nightscore_siren {
        double limit;
        size_t fell, twice; /* nights with a reading, with two in a row below it */
        size_t nights;
    } siren[8];
    size_t sirens;
};

/* *out is the caller's, nightscore_free. seed of the bootstrap. */
void nightscore_make(struct nightscore *out, const struct nightback *b, uint64_t seed);
void nightscore_free(struct nightscore *s);

double nightscore_rmse(const struct nightscore_sum *s, enum nightscore_method m);
double nightscore_crps(const struct nightscore_sum *s, enum nightscore_method m);
double nightscore_brier(const struct nightscore_sum *s, enum nightscore_method m, int limit);
/* |share - chance| allowed in a bin: max(0.10, 2 sqrt(p (1 - p) / n)). */
double nightscore_tolerance(double p, size_t n);

/* For people, and as one JSON object. */
void nightscore_words(struct buf *out, const struct nightback *b, const struct nightscore *s,
                      bool english);
void nightscore_json(struct buf *out, const struct nightback *b, const struct nightscore *s);

#endif
