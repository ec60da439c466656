/* SPDX-License-Identifier: GPL-3.0-or-later */
/* night_mix: the ensemble of a night, for night_*.c alone. */
#ifndef ANALYTICS_NIGHT_MIX_H
#define ANALYTICS_NIGHT_MIX_H

#include "night_own.h"

enum {
    NIGHT_GENERAL = 10, /* curves of the general spread */
    NIGHT_ENOUGH = 15,  /* own residual curves; with fewer other ponds' are borrowed */
    NIGHT_YOUNG = 7,    /* with fewer nights a forecast is called rough */
    NIGHT_BORROWED = 5, /* of each other pond, the newest */
    NIGHT_BORROWED_MOST = 40,
    NIGHT_ENSEMBLE_MAX = NIGHT_ROWS + NIGHT_BORROWED_MOST + NIGHT_GENERAL
};
#define NIGHT_GENERAL_WEIGHT 20.0 /* nights that the general spread counts as */

struct night_ensemble {
    int n;
    const float *residual[NIGHT_ENSEMBLE_MAX]; /* log scale, a step each */
    double weight[NIGHT_ENSEMBLE_MAX];
    float general[NIGHT_GENERAL][NIGHT_STEPS_MAX];
};

/* Where tonight starts from. */
struct night_start {
    int32_t day;
    int slot, end, index;       /* index: its row */
    int64_t issue_ms, level_ms; /* level_ms 0: no level */
    double level, at;           /* at: the level's time as a slot */
};

/* Brings a track up to the rows before s->day; begins it anew for another slot. aerated: of nights with the aerator on. */
void night_track_to(const struct night_model *m, struct night_track *t, const struct night_start *s,
                    bool aerated);
/* Beyond NIGHT_ENSEMBLE_MAX nothing is added: borrowed curves only, own ones come first. */
void night_ensemble_add(struct night_ensemble *e, const float *residual, double weight);
/* The general spread as NIGHT_GENERAL curves: centre and spread are those of the minimum on the log scale; set says slot and
 * steps. */
void night_ensemble_general(struct night_ensemble *e, const struct night_past_set *set,
                            double weight, double centre, double spread);
/* Fills paths, minima, times and chances of f around mean; f has issue_ms and steps. */
void night_ensemble_run(const struct night_ensemble *e, const double *mean, bool aerated,
                        struct night_forecast *f);

#endif
