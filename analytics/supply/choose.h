/* SPDX-License-Identifier: GPL-3.0-or-later */
/* choose: which projection served best so far, by the mean CRPS of past forecasts; no projection is best everywhere.
 *
 * Rolling: at each origin the projections know only the residuals up to it. Origins are taken from the oldest on, each at
 * least the longest lead after the one before, so that no actual value is counted twice; the others are left out. Scores are
 * those of the Gaussian forecast of every node and lead, divided by the root mean square of the node's residuals up to the
 * first origin taken; nodes for which that is 0 say nothing. */
#ifndef ANALYTICS_CHOOSE_H
#define ANALYTICS_CHOOSE_H

#include "grid.h"

#define CHOOSE_ORIGINS_MIN 3 /* fewer than so many are no reason to prefer one to another */

struct choice {
    enum reconcile_method best;
    double crps[RECONCILE_METHODS]; /* NaN: not possible at some origin (a singular covariance) */
    size_t taken, left_out;         /* origins */
};

/* anchor: a node that keeps its own forecast, widened by its errors known at the origin (joint.h); HIERARCHY_NONE: none.
 * back is a GRID_BACKTEST of h. NILA_ERR_RANGE with words in why (size >= 200): an origin beyond the residuals or before
 * RECONCILE_ROWS_MIN of them, fewer than CHOOSE_ORIGINS_MIN origins that don't overlap. */
NILA_MUST_CHECK int choose_projection(struct choice *out, const struct hierarchy *h,
                                      const struct reconcile_residuals *r, const struct grid *back,
                                      size_t anchor, char *why, size_t why_size);

/* By how much node's stated sd was too small, from the errors of back that were known after known rows
 * (score_spread_factor); rows with sd 0 are left out. */
double choose_spread_factor(const struct grid *back, size_t node, long known);

#endif
