/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history: what the records and sensors say of one pond's past, read out for pondrun. Pure; rows dated after as_of_day are
 * never looked at. The rules (what a feed row stands for) are in pondrun.h. */
#ifndef ANALYTICS_HISTORY_H
#define ANALYTICS_HISTORY_H

#include "analytics/fish/harvest.h"
#include "supply.h"

#define HISTORY_UNKNOWN_MASS_G   10.0 /* of fish stocked, where none is written down */
#define HISTORY_WATER_PRIOR_DAYS 7.0  /* weight of the prior among the days of usual water */
#define HISTORY_IDLE_DAYS        90   /* an empty pond is in use so long after its last harvest */
#define HISTORY_WATER_DAYS       60   /* of the newest water make the usual water */

/* The rows of one cycle: half-open ranges of the snapshot's arrays. */
struct history_rows {
    size_t feed, feed_end, sample, sample_end, death, death_end, harvest, harvest_end;
};
struct history_rows history_rows(const struct records_snapshot *s, size_t cycle);

/* The newest cycle of the pond stocked by as_of_day, -1. */
long history_latest_cycle(const struct records_snapshot *s, size_t pond, int32_t as_of_day);

/* Median number and mass of the pond's last stockings; 0 when there is none. */
void history_usual_stocking(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                            double *count, double *mass_g);
/* The biggest number of the same stockings; 0 when there is none. */
double history_most_stocked(const struct records_snapshot *s, size_t pond, int32_t as_of_day);

/* Buyers, with the size at which this pond's fish were sold so far. */
void history_buyers(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                    struct harvest_buyers *out);

/* How the pond was stocked again after its final harvests, of the newest HARVEST_GAPS that were written down; one that was not
 * followed by a stocking within HISTORY_IDLE_DAYS was given up then. */
void history_gaps(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                  struct harvest_gaps *out);

/* What earlier cycles of the pond tell of survival: of each that ended with all its harvests counted (fish_per_kg), the share
 * of the stocked fish that came out weighs as HISTORY_SURVIVAL_WEIGHT fish watched, in the Beta prior of survival. */
#define HISTORY_SURVIVAL_WEIGHT 6.0 /* assumption: three cycles weigh about as much as the prior */
void history_survival(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                      struct ensemble_prior *prior);

/* Water of a usual day; water may be NULL. do_effect is the mean of do_days days, not yet leaning on a prior. */
struct history_water {
    double temp_c, nh3_n_mg_l, do_effect, do_days;
};
struct history_water history_usual_water(const struct supply_water *water, int32_t as_of_day);
/* The water of a day, filled up with what is usual where it isn't known; do_effect NaN: not known. water may be NULL. */
struct growth_day history_day_water(const struct supply_water *water,
                                    const struct history_water *usual, int32_t day);

/* Spreads the cycle's feed rows over feed_kg [days from stocking to as_of_day, both included] as pellets (feed.h);
 * NaN: not known. */
void history_feed(const struct records_snapshot *s, size_t cycle, int32_t as_of_day,
                  double *feed_kg);

/* kg a week sold by and by of late in this cycle; one sale is no pace: 0. */
double history_retail_kg_week(const struct records_snapshot *s, size_t cycle, int32_t as_of_day);

#endif
