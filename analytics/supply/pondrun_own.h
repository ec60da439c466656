/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pondrun_own: what pondrun.c (the workspace, the future, the summary) and pondpast.c (the past) share. */
#ifndef ANALYTICS_PONDRUN_OWN_H
#define ANALYTICS_PONDRUN_OWN_H

#include <gsl/gsl_rng.h>

#include "history.h"
#include "pondrun.h"
#include "seed.h"
#include "silence.h"

/* Weeks that a cycle can be silent and not left out, and one begun. */
#define PONDRUN_SILENT_WEEKS (SILENCE_OUT_DAYS / 7 + 2)

/* From the day after the as-of day to the last lead. */
#define PONDRUN_STOCK_MONTHS (SUPPLY_MONTHS_MAX + 1)

struct pondrun {
    const struct supply_input *in;
    const struct paths *paths;
    int32_t end_day, first_month;
    gsl_rng *rng;
    struct filter *filter;      /* of the past */
    struct ensemble *fish;      /* one member a draw, as the past has left it */
    double *ln_wait;            /* [draw][HARVEST_CLASSES] */
    double *main_kg, *main_day; /* [draw]; main_day infinite: not within PONDRUN_AHEAD_DAYS */
    double *work, *mass_g;      /* [draw] */
    /* The draws' chances (ln, not summing to 1) that the fish were harvested unwritten in each silent week, and that they
     * live; gone [draw][PONDRUN_SILENT_WEEKS]. */
    double *ln_gone, *ln_there;
    bool *ended;   /* [draw]: this draw takes the first to be so */
    double *aside; /* [months + 1][draw], as pondrun_pond's kg: of a cycle that is left out */
    struct silence *silence;
    struct seed *seed;
    double *feed_kg; /* [day since stocking]: NaN not known */
    size_t feed_days;
    /* Of the pond at hand (harvest.h): what a scenario makes of it, and with the fingerlings of the draw at hand. */
    double supposed[PONDRUN_STOCK_MONTHS], stock_factor[PONDRUN_STOCK_MONTHS];
    double stock_most; /* the most that was ever stocked, by the usual number; >= 1 */
};

struct replay {
    struct history_rows rows;
    struct ensemble_prior prior;
    struct harvest_buyers buyers;
    struct harvest_gaps gaps;
    struct history_water usual;
    bool deaths_kept;    /* dead fish are written down in this cycle */
    double dead;         /* written down since counted_day */
    int32_t counted_day; /* the last time they were taken into account, or the stocking */
    double fed_kg;       /* since fed_from_day */
    int fed_days;
    int32_t fed_from_day;
    enum regency regency;
    struct silence_habit habit;
    int32_t sign_day;    /* newest sign of life; INT32_MAX: silence is not looked at */
    size_t silent_weeks; /* weeks noted in ln_gone */
    int32_t gone_day[PONDRUN_SILENT_WEEKS]; /* last day of each */
    enum pond_system system;
};

/* What is known of the pond and its cycle before the first day is lived through. */
void pondpast_init(const struct pondrun *w, size_t pond, size_t cycle, struct replay *p);

/* Lives through the cycle up to the as-of day: w->fish, w->ln_wait, w->ln_gone and w->ln_there are filled. */
void pondpast_replay(struct pondrun *w, size_t cycle, struct replay *p);

/* The pond's own usual oxygen effect, where sensors told of it. */
void pondpast_lean_on_water(struct ensemble *e, const struct history_water *usual);

#endif
