/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cells: what of a forecast may be told without telling of one or two farms (merge.h): of which kecamatan together, and their sums. Pages,
 * files and the points in the database follow it alike: what one of them tells, another cannot hold back. Pure. */
#ifndef ANALYTICS_SUPPLY_CELLS_H
#define ANALYTICS_SUPPLY_CELLS_H

#include "forecast.h"
#include "merge.h"

/* The rows of the records, and what is told of farms with a cycle that counts. A file of one or two farms is their own: all is told. A
 * regency that its own office gives as a whole is one cell. */
void cells_of_forecast(const struct forecast *f, struct merge *out);

/* The sum over leads first..first+leads-1 of the members of the cell that kecamatan k stands for. kg: [node][lead - 1][draw], as
 * f->supply->kg; work [draws]. */
struct supply_summary cells_sum(const struct forecast *f, const struct merge *m, size_t k,
                                unsigned first, unsigned leads, const double *kg, double *work);

/* May the node be told, by itself or for its cell? */
bool cells_told(const struct merge *m, size_t node);

#endif
