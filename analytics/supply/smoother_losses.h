/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smoother_losses: what the records tell of events (acid flush, low flow) in a season: for every week and size of loss how much
 * likelier they are than without an event, by regency.
 *
 *  - Deaths written down: rows stand for the days since the row before, gathered to weeks at least, as in pondrun.h. Dead seen
 *    are negative binomial (sd a quarter beyond chance: people count in round numbers) around
 *    seen x (mortality x number x days + exposure x loss x number), share seen and mortality integrated over their priors by
 *    the cycle's other rows. Assumptions: one row in fifty is a mishap of the pond's own, of any size; one pond in ten is
 *    spared by an event.
 *  - What came out at a final harvest, where no deaths are written down: its share of the number stocked, against survival.
 *    Where the size is not written down it is that of the cycle's samples, carried on. One cycle in ten is odd. */
#ifndef ANALYTICS_SMOOTHER_LOSSES_H
#define ANALYTICS_SMOOTHER_LOSSES_H

#include "paths.h"
#include "smoother_cycle.h"

#define SMOOTHER_SEASON_WEEKS 19 /* most weeks that a season touches */
#define SMOOTHER_LOSSES       12 /* sizes, of equal prior weight */

struct smoother_season {
    enum paths_event kind;
    int year;
    int32_t first_day; /* of its first week; an event of a week strikes on its first day */
    size_t weeks;
    double prior[SMOOTHER_SEASON_WEEKS]; /* that an event falls into this week; sums to 1 */
    double ln_ratio[REGENCY_COUNT][SMOOTHER_SEASON_WEEKS][SMOOTHER_LOSSES];
};

/* A season in the weeks of paths that begin on first_day, nothing known. */
void smoother_season_init(struct smoother_season *s, enum paths_event kind, int year,
                          int32_t paths_first_day);

struct smoother_losses; /* workspace */
struct smoother_losses *smoother_losses_new(const struct supply_input *in);
void smoother_losses_free(struct smoother_losses *l); /* NULL is fine */

/* Loss number k of SMOOTHER_LOSSES, with within (0..1) the place inside its class. */
double smoother_loss(size_t k, double within);

/* Adds what a cycle tells to the seasons [n]. course is what smoother_cycle_add found. */
void smoother_losses_add(struct smoother_losses *l, size_t cycle,
                         const struct smoother_course *course, struct smoother_season *season,
                         size_t n);

#endif
