/* SPDX-License-Identifier: GPL-3.0-or-later */
/* derived: the figures of a cycle that a farmer reckons from his own records, without any model: day of culture, mean weight,
 * gain, survival, biomass, feed conversion, cost, and when a size is reached if growth goes on as it did. Pure; a snapshot in,
 * numbers out. What the records do not say is NaN, never a guess; NaN leaves nothing but a "not known" on a page.
 *
 * Formulas, W a mean weight in g, d days between weighings (Ricker 1979; Iwama and Tautz 1981; De Silva and Anderson 1995):
 *   gain      = (W2 - W1) / d                               g/day
 *   SGR       = 100 (ln W2 - ln W1) / d                     %/day
 *   DGC       = 100 (W2^(1/3) - W1^(1/3)) / d               g^(1/3) %/day, here for looking ahead: on tilapia weighed for 56 days
 *               and foretold for 56 more the straight line missed by 4 to 16 %, the power law by 4 to 10 %
 *   survival  = 100 (stocked - dead on record) / stocked    %; an upper bound while the cycle is open: not all dead are seen
 *   biomass   = alive x W / 1000                            kg
 *   FCR       = feed / (biomass + harvested - stocked)      kg/kg; dead fish are no gain (the economic FCR)
 *   cost      = (fingerlings + feed) / (biomass + harvested) Rp/kg; neither labour, power nor pond */
#ifndef ANALYTICS_DERIVED_H
#define ANALYTICS_DERIVED_H

#include "analytics/records/records.h"

struct derived {
    int32_t day; /* of the figures: the as-of day, or the cycle's last when it is closed */
    int32_t day_of_culture; /* days since stocking; 0 on its day */
    bool closed;
    bool weighed;        /* false: mean_g is that of the stocking */
    int32_t weighed_day; /* of mean_g */
    double mean_g;       /* > 0 */
    double gain_g_day,
        sgr_pct_day; /* between the last two weighings (the stocking is one); NaN: none since */
    double gain_all_g_day, sgr_all_pct_day; /* since stocking; NaN: never weighed */
    double dgc;                             /* between the last two weighings; NaN as gain */

    double stocked, dead,
        harvested;       /* fish; harvested from fish_per_kg, or from the mean weight then */
    double alive;        /* >= 0; 0 when closed */
    double survival_pct; /* 0..100; closed: harvested / stocked */
    double biomass_kg;   /* of those alive, at mean_g */
    double harvested_kg, feed_kg, feed_pellets_kg; /* feed as fed, and in pellets (feed.h) */
    double fcr,
        fcr_pellets; /* NaN: not weighed nor harvested since stocking, no feed, or no gain */

    /* Rp; NaN: the price is not on record. Feed without a price is taken at the mean price of the cycle's other feed;
     * feed_priced is the share that has one, 0..1. */
    double seed_idr, feed_idr, feed_priced;
    double cost_idr_kg;        /* NaN unless both are known and there is fish */
    double sold_idr, debt_idr; /* of harvests with a price; held back for feed; 0 none */
};

/* Figures of cycle (index) at the end of s->as_of_ms's day. */
void derived_of_cycle(const struct records_snapshot *s, size_t cycle, struct derived *out);

/* Growth from now on, g/day, as somebody who has a model knows it: its P10 and P90. */
struct derived_range {
    double slow_g_day, fast_g_day; /* 0 < slow <= fast */
};
struct derived_outlook {
    double days; /* until target_g; 0: reached; NaN: fish that do not grow, or were never weighed */
    int32_t on;  /* the day; INT32_MAX when days is NaN */
    double kg;   /* of those alive now, at target_g; NaN as days */
    bool ranged; /* the next two are known */
    int32_t early, late; /* P10 and P90 of the day; INT32_MAX: unknown */
};
/* When the fish have target_g (> 0) by DGC; range NULL: unknown, and none is made up. */
void derived_to_target(const struct derived *d, double target_g, const struct derived_range *range,
                       struct derived_outlook *out);

#endif
