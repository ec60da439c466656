/* SPDX-License-Identifier: GPL-3.0-or-later */
/* official: figures of offices and statistical forecasts, by node and period, put into the joint supply forecast (combine.h).
 *
 * Nodes are those of the forecast: joint, kotim, seruyan, a kecamatan's code. Periods are months (2027-01), quarters (2027-Q1)
 * and years (2027) whose months all are leads of the forecast, and "all" of its months; also a quarter and a year that end
 * within it and have begun before, where the part that is past is handed in, draw by draw. Bottoms are kecamatan by month. */
#ifndef ANALYTICS_OFFICIAL_H
#define ANALYTICS_OFFICIAL_H

#include "combine.h"
#include "supply.h"

struct official_figure {
    const char *node, *period;
    double kg, log_sd; /* as in combine.h */
};

/* Where the forecast has its parts apart, each kecamatan has two bottoms, so that a figure moves both parts as far as each goes
 * with it: the untracked one, which is known less, most. */

/* The forecast's nodes in its months, quarters and years, named "kotim@2027-Q1". *out is the caller's, hierarchy_free. */
NILA_MUST_CHECK int official_hierarchy(struct hierarchy **out, int32_t first_month, unsigned months,
                                       char *why, size_t why_size);

/* Changes f->kg at every node. record_kg [kecamatan][lead - 1]: on record already, NULL none. known [figures]: of a figure whose
 * period has begun what came before lead 1, [draws] kg, else NULL; all NULL: no such figure. report: as in combine.h, from
 * [f->draws], seen [figures]; what depends on the draws is reordered by from (demand does not). NILA_ERR_NOT_FOUND: no such
 * node, or a period not wholly within the forecast; NILA_ERR_RANGE; words in why (size >= 160). f is unchanged then. */
NILA_MUST_CHECK int official_combine(struct supply_forecast *f, const double *record_kg,
                                     const double *const *known,
                                     const struct official_figure *figure, size_t figures,
                                     uint64_t seed, struct combine_report *report, char *why,
                                     size_t why_size);

#endif
