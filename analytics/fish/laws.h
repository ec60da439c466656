/* SPDX-License-Identifier: GPL-3.0-or-later */
/* laws: growth of one fish under steady conditions by any of six laws, and their fit to weighed fish. The law by ration and
 * the one by feeding level (growth.h) are for use; SGR, TGC and the W^0.67 line are fall-backs and cross-checks, as all
 * three know nothing of water or feed.
 *  - ration: of a fish that is followed through its life the conversion falls with the relative ration of its own mass. In a
 *    cycle that is fitted it is held at the relative ration of the geometric mean of the weights (growth.h says why): c0 is
 *    fitted, everything else is shared. Bhujel et al. 2007, fitted on 56 days, the next 56: 6.5, 6.7 and 4.5 % at 1, 2 and
 *    3 %, against 6.0, 8.8 and 5.8 % when it moves with the mass.
 *  - conversion: one conversion c whatever the ration, dW/dt = c r phi25 W - k W^0.81. At one ration it is the ration law with
 *    held conversion without the most that fish eat; its c does not carry over to another ration, c0 does.
 *  - SGR: ln W is a line in time, % a day.
 *  - TGC: W^(1/3) is a line in the sum of temperatures, 1000 g^(1/3) per day and C, base 0 C. Fails near and above the best
 *    temperature (Jobling 2003); here the water is near it all year, so it is a cube-root line.
 *  - power: dW/dt = H W^0.67, so that W^0.33 is a line in time; H in g^0.33 a day.
 * Pure, thread-safe; masses > 0. */
#ifndef ANALYTICS_LAWS_H
#define ANALYTICS_LAWS_H

#include <stddef.h>

#include "collector/common/err.h"
#include "growth.h"

enum law {
    LAW_RATION,
    LAW_CONVERSION,
    LAW_LEVEL,
    LAW_SGR,
    LAW_TGC,
    LAW_POWER,
    LAW_COUNT
};
const char *law_name(enum law l);   /* "ration" "conversion" "level" "sgr" "tgc" "power" */
const char *const *law_names(void); /* all of them, [LAW_COUNT] */
bool law_feeds(enum law l);         /* it needs the ration */
NILA_MUST_CHECK int law_find(const char *name, enum law *out); /* NILA_ERR_NOT_FOUND */

struct law_fish {
    enum law law;
    struct growth_day water;
    double ration; /* g feed per g fish and day; LAW_RATION, LAW_CONVERSION */
    double rate;   /* c0, c, f, SGR, TGC or H, as the law has it */
    double
        at_g; /* LAW_RATION: conversion held at the relative ration of this mass (growth.h); 0: of the fish's own */
};

/* A usual rate: c0 0.82; c 0.63 (2 % a day, Bhujel et al. 2007); f 0.50; SGR 1.88 and TGC 1.11 of Honduran raceways, 37-358 g in 117 days (Arana et al. 2019); H of
 * f 0.50 at full water effect. */
double law_usual_rate(enum law l);

/* Mass after dt_days (>= 0, any length: steps of at most a day inside). */
double law_grow(const struct law_fish *f, double from_g, double dt_days);

/* The rate that leads from w0 to w1 in days (> 0). */
double law_sgr(double w0_g, double w1_g, double days);
double law_tgc(double w0_g, double w1_g, double days, double temp_c);
double law_power(double w0_g, double w1_g, double days);

/* Grams of feed for a gram of growth over a day at this mass and ration; negative when the fish loses weight, infinite when
 * it stands still. */
double law_fcr(const struct law_fish *f, double mass_g);

struct law_point {
    double day, mass_g;
};
/* Least squares of ln mass over points [n >= 2] for f->rate and *start_g, the mass on day 0; both are set, and f->at_g to the
 * points' geometric mean with LAW_RATION. NILA_ERR_RANGE:
 * fewer than two points, a mass that is not above 0, or all on one day. */
NILA_MUST_CHECK int law_fit(struct law_fish *f, const struct law_point *p, size_t n,
                            double *start_g);
/* Mean absolute error of the law over points, in %. n >= 1. */
double law_mape(const struct law_fish *f, double start_g, const struct law_point *p, size_t n);

#endif
