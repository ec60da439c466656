/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reconcile: makes forecasts of a hierarchy's nodes, each made on its own, add up.
 *
 * Every method is a projection: bottoms = G y, all nodes = S G y, with S the hierarchy's 0/1 matrix and
 *     G = (S' W^-1 S)^-1 S' W^-1,   W =
 *     bu           bottom-up: the bottoms' own forecasts, nothing above is looked at
 *     ols          I
 *     wls_struct   diag: how many bottoms a node sums
 *     wls_var      diag: mean square of the node's residuals
 *     mint_shrink  residual covariance about zero, its correlations shrunk to none by lambda (Schaefer and Strimmer 2005,
 *                  as in Wickramasuriya, Athanasopoulos and Hyndman 2019)
 * Draws are projected one by one, so they add up one by one. The joint spread is in joint.h.
 *
 * Threads: a struct reconciler is read-only once made. */
#ifndef ANALYTICS_RECONCILE_H
#define ANALYTICS_RECONCILE_H

#include "hierarchy.h"

enum reconcile_method {
    RECONCILE_BU,
    RECONCILE_OLS,
    RECONCILE_WLS_STRUCT,
    RECONCILE_WLS_VAR,
    RECONCILE_MINT_SHRINK,
    RECONCILE_METHODS
};
const char *reconcile_method_name(enum reconcile_method m); /* "bu", "ols", ... */
NILA_MUST_CHECK int reconcile_method_find(const char *name, enum reconcile_method *out);
bool reconcile_needs_residuals(enum reconcile_method m);

/* One-step residuals of the base forecasts, oldest first. */
struct reconcile_residuals {
    size_t rows, nodes;
    const double *e; /* [rows][nodes], finite */
};
#define RECONCILE_ROWS_MIN 3

/* Covariance about zero with shrunk correlations, in cov [nodes][nodes]; lambda in 0..1, 1 keeps the diagonal alone.
 * NILA_ERR_RANGE: fewer than RECONCILE_ROWS_MIN rows, or a node (in *node) whose residuals are all 0. */
NILA_MUST_CHECK int reconcile_shrink(const struct reconcile_residuals *r, double *cov,
                                     double *lambda, size_t *node);

struct reconciler;

/* h is kept, not copied. r may be NULL when the method needs none. NILA_ERR_RANGE, with the node named in why
 * (size >= 200): residuals that are missing, too few or all 0, a covariance that is singular. *out is the caller's,
 * reconciler_free. */
NILA_MUST_CHECK int reconciler_new(struct reconciler **out, const struct hierarchy *h,
                                   enum reconcile_method m, const struct reconcile_residuals *r,
                                   char *why, size_t why_size);
void reconciler_free(struct reconciler *r);           /* NULL is fine */
double reconciler_lambda(const struct reconciler *r); /* NaN unless mint_shrink */
const struct hierarchy *reconciler_hierarchy(const struct reconciler *r);
const double *reconciler_g(const struct reconciler *r); /* [bottoms][nodes] */

/* all [nodes][k] from base [nodes][k], k columns: a mean is k = 1, draws are k = K. They may be the same array. */
void reconciler_project(const struct reconciler *r, const double *base, size_t k, double *all);

/* What to do about draws below zero. */
enum reconcile_negative {
    RECONCILE_KEEP,
    /* From the top of a tree down: a top below 0 becomes 0; of the children of a node those below 0 become 0 and the others
     * are made smaller in proportion, so that they sum to the node, whose value stays. Where it is no tree: bottoms below 0
     * become 0 and all bottoms are made smaller in proportion, so that their sum stays. */
    RECONCILE_CLIP
};
/* Makes draws bottom [bottoms][k] >= 0 by the rule RECONCILE_CLIP. Returns how many of the k were changed. */
size_t reconcile_clip(const struct hierarchy *h, double *bottom, size_t k);

#endif
