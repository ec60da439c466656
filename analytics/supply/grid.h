/* SPDX-License-Identifier: GPL-3.0-or-later */
/* grid: tables of forecasts for the nodes of a hierarchy, read from CSV files made elsewhere.
 *
 * Base forecasts: node,lead,mean and, where spread matters, sd; lead is a whole number 1..240.
 * Base forecasts of places by periods: node,period,mean and sd; "node@period" is a node of the crossed hierarchy.
 * Backtest: origin,node,lead,mean,sd,actual; origin is how many rows of residuals were known when it was issued.
 * Residuals: one column a node, named by it, oldest row first; a column t is a label and not read.
 * Rows in any order; every node must be there for each lead (and origin), once. */
#ifndef ANALYTICS_GRID_H
#define ANALYTICS_GRID_H

#include "reconcile.h"

enum grid_kind {
    GRID_BASE,
    GRID_PERIODS,
    GRID_BACKTEST
};

#define GRID_LEAD_MAX 240
#define GRID_ROWS_MAX 1000000

struct grid {
    size_t nodes, leads, origins; /* leads: 1 for GRID_PERIODS; origins: 1 but for GRID_BACKTEST */
    long *lead, *origin;          /* [leads], [origins], rising; 0 where there is none */
    bool has_sd;
    double *mean, *sd,
        *actual; /* [origins][leads][nodes]; sd NaN without has_sd; actual: backtests */
};
static inline size_t grid_at(const struct grid *g, size_t origin, size_t lead)
{
    return (origin * g->leads + lead) * g->nodes;
}

/* Reads path ("-": stdin). why (size >= 320) begins with file:line:column. Errors of csv_open; NILA_ERR_PARSE: a column that
 * is missing or unknown, a ragged row, a node the hierarchy doesn't have, what is no number or not finite, an sd below 0, a
 * row twice, a node missing in a lead, more than GRID_ROWS_MAX rows. *out is the caller's, grid_free. */
NILA_MUST_CHECK int grid_load(struct grid **out, const struct hierarchy *h, enum grid_kind kind,
                              const char *path, char *why, size_t why_size);
void grid_free(struct grid *g); /* NULL is fine */

/* Reads residuals into *e [*rows][nodes], which is the caller's, free it. Errors as above. */
NILA_MUST_CHECK int grid_load_residuals(double **e, size_t *rows, const struct hierarchy *h,
                                        const char *path, char *why, size_t why_size);

#endif
