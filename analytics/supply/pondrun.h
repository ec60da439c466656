/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pondrun: one pond of the snapshot: what is written about it is lived through day by day, then each draw goes on alone.
 *
 * - Open cycle: the latest one stocked by as_of_day and not closed by then. In each silent week every draw weighs that the
 *   fish were harvested (the hazard at its mass) and nobody wrote it down against that they live and nothing was due
 *   (silence.h); a draw whose fish are gone may have stocked again, unwritten with the same chance. After SILENCE_OUT_DAYS
 *   without a sign of life the pond is left out, and told of apart, until a newer row confirms it.
 * - An empty pond is stocked again (harvest.h) when its last cycle ended within 90 days, else it is taken to be out of use.
 * - A usual stocking is the median number and mass of the pond's last five. Stockings to come are times what the regency's
 *   ledger of fingerlings says (seed.h), at most the biggest stocking of those five.
 * - Feed: with a row on most days each row is of its day and other days are not known; else a row stands for the days since
 *   the row before it, up to 10, and feeding goes on so for as long after the last row.
 * - Dead fish: a row stands for the days since the row before it (or since stocking); rows closer than a week are added up.
 *   Where they are written down, common events of the past are taken from the rows, else from the paths.
 * - Fish lost to flood, theft or predators (words in cause) leave as told, and say nothing of mortality.
 * - Survival of earlier cycles of the pond, by what came out at the final harvest, leans the prior (history.h).
 * - Feed on at least 20 of 28 days is also evidence of how much fish there is.
 * - Fish of sex mixed may breed, unknown with an even chance.
 * - Water that no sensor told of: the pond's own mean of its last 60 days, leaning on the prior (28.5 C, oxygen effect
 *   about 0.8, no ammonia) by seven days' weight.
 *
 * Threads: one workspace, one thread. Numbers come from the pond's own generator (seed and slug). */
#ifndef ANALYTICS_PONDRUN_H
#define ANALYTICS_PONDRUN_H

#include "paths.h"
#include "supply.h"

struct pondrun; /* workspace, reused from pond to pond */

/* in is kept, not copied; paths as well. Never NULL. */
struct pondrun *pondrun_new(const struct supply_input *in, const struct paths *paths,
                            int32_t end_day);
void pondrun_free(struct pondrun *w); /* NULL is fine */

/* The last day of lead in->months. */
int32_t pondrun_end_day(const struct supply_input *in);

/* The current cycle's harvest is followed so many days ahead, for the pond's page; beyond the last lead's end (at most 396
 * days), so the common paths must reach this far. */
#define PONDRUN_AHEAD_DAYS 400

/* Adds the pond's harvests to kg [months + 1][draw], by lead - 1, then those of what is left of the as-of day's month, and fills
 * out. */
void pondrun_pond(struct pondrun *w, size_t pond, double *kg, struct supply_pond *out);

#endif
