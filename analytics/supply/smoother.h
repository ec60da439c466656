/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smoother: the common paths given what all ponds wrote down, so that path i is one past and one future for everybody.
 *
 * Growth: W^0.33 is linear in its gains, so the samples of a cycle are, at the cycle's own most likely course, a line in the
 * common deviations of the weeks it lived through plus Gaussian errors: its own feeding level and their weekly walk, mass and
 * number stocked, oxygen where no sensor tells, recruits in the net, bias and chance of the sample. These are integrated out
 * (Gauss-Newton, smoother_cycle.h) and what is left is added up over the cycles: a normal likelihood of the weekly z of each
 * regency. Prior: the AR(1) of rest and of the price of feed (paths.h), and a level of each regency (sd 0.15, correlation
 * 0.6; assumption) that stands for priors of growth which are off here in all ponds; it is not weather and dies with the fit.
 *
 * Events: for each season that overlaps the weeks looked at, a grid of what may have happened (nothing; which week, how much
 * was lost, which regency; for the dry season also the haze) has its exact posterior by the dead that were written down, by
 * what came out at final harvests, and by the growth they slow (smoother_event.h). Seasons are taken as independent, and the
 * rate of a season as that of the prior.
 *
 * Each draw takes a course of events by its posterior, then rest and price given it, and goes on into the future by its own
 * steps from its new last week. With paths ~ p(path | all records) and fish ~ p(fish | path, own records) nothing counts
 * twice. Strange samples, one in fifty, lose weight as in filter.h.
 *
 * Cost: linear in the cycles, about a hundredth of their filter's. Same records and seed: same bytes. One more pond changes
 * the paths, and thereby a little the numbers of all. */
#ifndef ANALYTICS_SMOOTHER_H
#define ANALYTICS_SMOOTHER_H

#include "paths.h"
#include "smoother_found.h"
#include "supply.h"

/* Conditions p, made by paths_new for in->as_of_day with in->seed and in->draws, on the records. found may be NULL. */
void smoother_condition(struct paths *p, const struct supply_input *in,
                        struct smoother_found *found);

/* Does the cycle tell of weeks gone by: one that is over, or is lived in; not one of the future, without fish, or left out of
 * the forecast because of silence. */
bool smoother_counts(const struct supply_input *in, size_t cycle);

/* Fills e (evidence_new) with what the cycles of its regency tell, of all weeks of the past. With in->evidence the paths are
 * conditioned on what both offices' evidence says, and in's own records are not looked at again. */
struct evidence;
void smoother_tell(const struct supply_input *in, struct evidence *e);

/* What weather, feed price and haze do to growth in the last week, as a share of the usual growth: p10, p50, p90 (z as
 * Gaussian). found of a conditioning that looked at weeks. */
void smoother_growth(const struct smoother_found *found, enum regency r, double q[static 3]);

#endif
