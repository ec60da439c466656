/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reconcile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "dense.h"

static const char *const NAME[RECONCILE_METHODS] = {"bu", "ols", "wls_struct", "wls_var",
                                                    "mint_shrink"};

struct reconciler {
    const struct hierarchy *h;
    double *g; /* [bottoms][nodes] */
    double lambda;
};

const char *reconcile_method_name(enum reconcile_method m)
{
    return NAME[m];
}

int reconcile_method_find(const char *name, enum reconcile_method *out)
{
    for (size_t m = 0; m < RECONCILE_METHODS; m++)
        if (strcmp(name, NAME[m]) == 0) {
            *out = (enum reconcile_method)m;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

bool reconcile_needs_residuals(enum reconcile_method m)
{
    return m == RECONCILE_WLS_VAR || m == RECONCILE_MINT_SHRINK;
}

static void mean_squares(const struct reconcile_residuals *r, double *square)
{
    memset(square, 0, r->nodes * sizeof *square);
    for (size_t t = 0; t < r->rows; t++)
        for (size_t i = 0; i < r->nodes; i++)
            square[i] += r->e[t * r->nodes + i] * r->e[t * r->nodes + i] / (double)r->rows;
}

/* Sums over time of the products of standardised residuals and of their squares. */
static void products(const struct reconcile_residuals *r, const double *sd, size_t i, size_t j,
                     double *sum, double *squares)
{
    *sum = 0;
    *squares = 0;
    for (size_t t = 0; t < r->rows; t++) {
        double x = r->e[t * r->nodes + i] / sd[i] * r->e[t * r->nodes + j] / sd[j];

        *sum += x;
        *squares += x * x;
    }
}

int reconcile_shrink(const struct reconcile_residuals *r, double *cov, double *lambda, size_t *node)
{
    size_t n = r->nodes;
    double rows = (double)r->rows, noise = 0, signal = 0, keep;
    double *sd = xcalloc(n, sizeof *sd);
    int rc = r->rows < RECONCILE_ROWS_MIN ? NILA_ERR_RANGE : 0;

    *node = 0;
    mean_squares(r, sd);
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (!(sd[i] > 0)) {
            *node = i;
            rc = NILA_ERR_RANGE;
        }
        sd[i] = sqrt(sd[i]);
    }
    for (size_t i = 0; i < n && rc == 0; i++)
        for (size_t j = 0; j < i; j++) {
            double sum, squares;

            products(r, sd, i, j, &sum, &squares);
            noise += (squares - sum * sum / rows) / (rows * (rows - 1));
            signal += sum / rows * (sum / rows);
            cov[i * n + j] = sum / rows * sd[i] * sd[j];
        }
    if (rc == 0) {
        *lambda = signal > 0 ? fmin(noise / signal, 1) : 1;
        keep = 1 - *lambda;
        for (size_t i = 0; i < n; i++) {
            cov[i * n + i] = sd[i] * sd[i];
            for (size_t j = 0; j < i; j++)
                cov[j * n + i] = cov[i * n + j] *= keep;
        }
    }
    free(sd);
    return rc;
}

/* x [nodes][bottoms] becomes L^-1 S, where W = L L'. */
static int whiten(struct reconciler *r, enum reconcile_method m,
                  const struct reconcile_residuals *e, double *w, double *x, size_t *node)
{
    const struct hierarchy *h = r->h;
    size_t n = h->nodes, b = h->bottoms;
    double *diagonal = xcalloc(n, sizeof *diagonal);
    int rc = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < b; j++) {
            x[i * b + j] = hierarchy_has(h, i, j);
            diagonal[i] += m == RECONCILE_WLS_STRUCT ? x[i * b + j] : 0;
        }
    if (m == RECONCILE_MINT_SHRINK) {
        rc = reconcile_shrink(e, w, &r->lambda, node);
        if (rc == 0 && (*node = dense_cholesky(w, n)) < n)
            rc = NILA_ERR_RANGE;
    } else if (m == RECONCILE_WLS_VAR) {
        mean_squares(e, diagonal);
    }
    for (size_t i = 0; i < n && rc == 0 && m != RECONCILE_MINT_SHRINK; i++) {
        double v = m == RECONCILE_OLS ? 1 : diagonal[i];

        *node = i;
        rc = v > 0 ? 0 : NILA_ERR_RANGE;
        w[i * n + i] = sqrt(v);
    }
    if (rc == 0)
        dense_solve_lower(w, n, x, b);
    free(diagonal);
    return rc;
}

/* G' = W^-1 S (S' W^-1 S)^-1 = L'^-1 X (X'X)^-1. */
static int project_by(struct reconciler *r, enum reconcile_method m,
                      const struct reconcile_residuals *e, size_t *node)
{
    size_t n = r->h->nodes, b = r->h->bottoms, row;
    double *w = xcalloc(n * n, sizeof *w), *x = xcalloc(n * b, sizeof *x);
    double *xt = xcalloc(b * n, sizeof *xt), *normal = xcalloc(b * b, sizeof *normal);
    int rc = whiten(r, m, e, w, x, node);

    if (rc == 0) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < b; j++)
                xt[j * n + i] = x[i * b + j];
        dense_multiply(xt, x, b, n, b, normal);
        row = dense_cholesky(normal, b);
        if (row < b) {
            *node = r->h->bottom[row];
            rc = NILA_ERR_RANGE;
        }
    }
    if (rc == 0) {
        dense_solve_upper(w, n, x, b); /* W^-1 S */
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < b; j++)
                r->g[j * n + i] = x[i * b + j];
        dense_solve_lower(normal, b, r->g, n);
        dense_solve_upper(normal, b, r->g, n);
    }
    free(w);
    free(x);
    free(xt);
    free(normal);
    return rc;
}

static int new_projection(struct reconciler *r, enum reconcile_method m,
                          const struct reconcile_residuals *e, char *why, size_t why_size)
{
    const struct hierarchy *h = r->h;
    size_t node = 0;
    int rc;

    if (m == RECONCILE_BU) {
        for (size_t j = 0; j < h->bottoms; j++)
            r->g[j * h->nodes + h->bottom[j]] = 1;
        return 0;
    }
    if (reconcile_needs_residuals(m) && (e == NULL || e->rows < RECONCILE_ROWS_MIN)) {
        (void)snprintf(why, why_size,
                       tongue("%s memerlukan residu, paling sedikit %d tiap simpul",
                              "%s needs residuals, at least %d of each node"),
                       NAME[m], RECONCILE_ROWS_MIN);
        return NILA_ERR_RANGE;
    }
    rc = project_by(r, m, e, &node);
    if (rc != 0)
        (void)snprintf(
            why, why_size,
            tongue("%s: kovarian residu singular pada simpul %.96s (semua 0, atau sama dengan "
                   "simpul lain)",
                   "%s: the residual covariance is singular at node %.96s (all 0, or the same "
                   "as another's)"),
            NAME[m], h->id[node]);
    return rc;
}

int reconciler_new(struct reconciler **out, const struct hierarchy *h, enum reconcile_method m,
                   const struct reconcile_residuals *r, char *why, size_t why_size)
{
    struct reconciler *made = xcalloc(1, sizeof *made);
    int rc;

    made->h = h;
    made->lambda = NAN;
    made->g = xcalloc(h->bottoms * h->nodes, sizeof *made->g);
    rc = new_projection(made, m, r, why, why_size);
    if (rc == 0)
        *out = made;
    else
        reconciler_free(made);
    return rc;
}

void reconciler_free(struct reconciler *r)
{
    if (r == NULL)
        return;
    free(r->g);
    free(r);
}

double reconciler_lambda(const struct reconciler *r)
{
    return r->lambda;
}

const struct hierarchy *reconciler_hierarchy(const struct reconciler *r)
{
    return r->h;
}

const double *reconciler_g(const struct reconciler *r)
{
    return r->g;
}

void reconciler_project(const struct reconciler *r, const double *base, size_t k, double *all)
{
    const struct hierarchy *h = r->h;
    double *bottom = xcalloc(h->bottoms * k, sizeof *bottom);

    dense_multiply(r->g, base, h->bottoms, h->nodes, k, bottom);
    hierarchy_sum(h, bottom, k, all);
    free(bottom);
}

/* --- draws below zero --- */

/* One draw of a tree, value [nodes]; positive [nodes] is room for the sums of what stays. */
static void clip_tree(const struct hierarchy *h, double *value, double *positive)
{
    memset(positive, 0, h->nodes * sizeof *positive);
    for (size_t i = 0; i < h->nodes; i++)
        if (h->parent[i] != HIERARCHY_NONE)
            positive[h->parent[i]] += fmax(value[i], 0);
    for (size_t at = 0; at < h->nodes; at++) {
        size_t i = h->order[at], up = h->parent[i];

        value[i] = fmax(value[i], 0);
        if (up != HIERARCHY_NONE)
            value[i] = positive[up] > 0 ? value[i] * (value[up] / positive[up]) : 0;
    }
}

static void clip_bottoms(const struct hierarchy *h, double *value)
{
    double sum = 0, positive = 0;

    for (size_t j = 0; j < h->bottoms; j++) {
        sum += value[h->bottom[j]];
        positive += fmax(value[h->bottom[j]], 0);
    }
    for (size_t j = 0; j < h->bottoms; j++) {
        double *v = value + h->bottom[j];

        *v = positive > 0 ? fmax(*v, 0) * (fmax(sum, 0) / positive) : 0;
    }
}

static bool below_zero(const double *bottom, size_t bottoms, size_t k)
{
    for (size_t j = 0; j < bottoms; j++)
        if (bottom[j * k] < 0)
            return true;
    return false;
}

size_t reconcile_clip(const struct hierarchy *h, double *bottom, size_t k)
{
    double *one = xcalloc(h->bottoms, sizeof *one), *all = xcalloc(2 * h->nodes, sizeof *all);
    size_t changed = 0;

    for (size_t i = 0; i < k; i++) {
        if (!below_zero(bottom + i, h->bottoms, k))
            continue;
        changed++;
        for (size_t j = 0; j < h->bottoms; j++)
            one[j] = bottom[j * k + i];
        hierarchy_sum(h, one, 1, all);
        if (h->tree)
            clip_tree(h, all, all + h->nodes);
        else
            clip_bottoms(h, all);
        for (size_t j = 0; j < h->bottoms; j++)
            bottom[j * k + i] = all[h->bottom[j]];
    }
    free(one);
    free(all);
    return changed;
}
