/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smoother_season: what happened in one season, drawn from the exact posterior over a grid: nothing, or in which week, how
 * big and where; of the dry season also which haze. */
#ifndef ANALYTICS_SMOOTHER_SEASON_H
#define ANALYTICS_SMOOTHER_SEASON_H

#include "smoother_field.h"
#include "smoother_losses.h"

/* Chooses a course for each draw, writes it into p (the season is cleared first), and adds to shift [dims][draws] what it
 * takes from the field. field_first_day: of its week 0. paths_sum is the caller's. Fills struck_p [REGENCY_COUNT] with
 * the share of draws that have an event. */
void smoother_season_choose(const struct smoother_season *s, const struct smoother_field *f,
                            int32_t field_first_day, struct paths *p, double *shift, gsl_rng *rng,
                            double *struck_p);

#endif
