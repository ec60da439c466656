/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate: does the forecast's range hold what it promises? In many simulated worlds (simworld.h) the truth is known: each
 * is forecast from what its farmers wrote down, and the truth is looked for among the draws (simulation-based calibration,
 * Talts and others 2018; ranks of ties are randomised). Where the model is true, 80 % of the truths lie in 80 % ranges and
 * every rank is as likely; the misfits tell how far that holds when it is not true.
 *
 * Threads: worlds are shared out to threads; sums are taken afterwards in the worlds' order, so that any number of threads
 * gives the same bytes. */
#ifndef ANALYTICS_CALIBRATE_H
#define ANALYTICS_CALIBRATE_H

#include "simworld.h"

/* What is other in the worlds than the model believes. */
enum calibrate_misfit {
    CALIBRATE_NONE,
    CALIBRATE_CV,       /* fish of a pond differ more: spread of single weights 0.35, not 0.25 */
    CALIBRATE_DEATHS,   /* 40 % of the dead that are seen are not written down */
    CALIBRATE_EVENTS,   /* common events come twice as often */
    CALIBRATE_SILENCE,  /* farmers write nothing more of a cycle once many fish have died */
    CALIBRATE_TOGETHER, /* all of these */
    CALIBRATE_MISFITS
};
const char *calibrate_misfit_name(enum calibrate_misfit m); /* "none" "cv" "deaths" ... */
/* NILA_ERR_NOT_FOUND. */
NILA_MUST_CHECK int calibrate_misfit_find(const char *name, enum calibrate_misfit *out);

#define CALIBRATE_BINS        10
#define CALIBRATE_WORLDS_MAX  100000
#define CALIBRATE_THREADS_MAX 64
#define CALIBRATE_LEVEL       0.80
#define CALIBRATE_WORLDS_FEW  50 /* fewer judge nothing: 5 a rank bin */

struct calibrate_request {
    unsigned worlds;        /* 1..CALIBRATE_WORLDS_MAX */
    unsigned ponds;         /* 1..SIMWORLD_PONDS_MAX */
    unsigned months, draws; /* as supply.h */
    unsigned threads;       /* 1..CALIBRATE_THREADS_MAX */
    uint64_t seed;
    enum calibrate_misfit misfit;
    size_t members;                                      /* supply.h */
    bool samples_alone;                                  /* simworld.h */
    void (*progress)(void *arg, size_t done, size_t of); /* after every world; NULL: none */
    void *arg;
};

enum calibrate_verdict {
    CALIBRATE_FEW,        /* too few worlds to say */
    CALIBRATE_HOLDS,      /* coverage within three standard errors of 80 % */
    CALIBRATE_TOO_NARROW, /* below */
    CALIBRATE_TOO_WIDE,   /* above */
};

/* One node and month over all worlds. */
struct calibrate_cell {
    double cover80, cover95; /* share of truths in the central ranges as they are shown */
    double mean_kg;          /* of the truths */
    double crps_kg;          /* mean (score.h) */
    double ape_mean,
        ape_median; /* |median / truth - 1| over the worlds with a harvest; NaN: none */
    unsigned bin[CALIBRATE_BINS]; /* ranks of the truth among the draws */
    double p;      /* of equal ranks, chi-square of 9 degrees of freedom; NaN with few worlds */
    double p_holm; /* the same, corrected for looking at every node and month (Holm 1979) */
    enum calibrate_verdict verdict;
};

struct calibrate_result {
    unsigned worlds, months;
    struct calibrate_cell cell[SIMWORLD_NODES][SUPPLY_MONTHS_MAX]; /* [node][lead - 1] */
    size_t ponds;          /* single ponds with fish, over all worlds */
    double pond_mass;      /* share of them whose true mean mass today lies in P10..P90 */
    double standard_error; /* of a coverage of 80 % */
    double p_least;        /* least p_holm; NaN with few worlds */
};

/* NILA_ERR_RANGE: a number out of its bounds. NILA_ERR_FULL: no thread could be started. *out is the caller's, free(). */
NILA_MUST_CHECK int calibrate_run(const struct calibrate_request *q, struct calibrate_result **out);

/* Holm's step-down correction of n p-values in place; NaN stays, and does not count. */
void calibrate_holm(double *p, size_t n);

#endif
