/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "joint.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include "collector/common/log.h"
#include "dense.h"

/* D R D, where R is the correlation of cov. */
static void spread(const double *cov, const double *sd, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            out[i * n + k] = cov[i * n + k] / sqrt(cov[i * n + i] * cov[k * n + k]) * sd[i] * sd[k];
}

void joint_new(struct joint **out, const struct reconciler *r, const double *mean, const double *sd,
               const double *cov)
{
    const struct hierarchy *h = reconciler_hierarchy(r);
    const double *g = reconciler_g(r);
    size_t n = h->nodes, b = h->bottoms;
    double *base = xcalloc(n * n, sizeof *base), *left = xcalloc(b * n, sizeof *left);
    double *gt = xcalloc(n * b, sizeof *gt);
    struct joint *j = xcalloc(1, sizeof *j);

    j->h = h;
    j->anchor = HIERARCHY_NONE;
    j->mean = xcalloc(b, sizeof *j->mean);
    j->cov = xcalloc(b * b, sizeof *j->cov);
    j->share = xcalloc(b, sizeof *j->share);
    spread(cov, sd, n, base);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < b; k++)
            gt[i * b + k] = g[k * n + i];
    dense_multiply(g, mean, b, n, 1, j->mean);
    dense_multiply(g, base, b, n, n, left);
    dense_multiply(left, gt, b, n, b, j->cov);
    free(base);
    free(left);
    free(gt);
    *out = j;
}

void joint_free(struct joint *j)
{
    if (j == NULL)
        return;
    free(j->mean);
    free(j->cov);
    free(j->share);
    free(j);
}

static double node_mean(const struct joint *j, size_t node)
{
    double sum = 0;

    for (size_t k = 0; k < j->h->bottoms; k++)
        sum += hierarchy_has(j->h, node, k) ? j->mean[k] : 0;
    return sum;
}

/* Covariance of bottom k with node. */
static double covariance(const struct joint *j, size_t k, size_t node)
{
    double sum = 0;

    for (size_t l = 0; l < j->h->bottoms; l++)
        sum += hierarchy_has(j->h, node, l) ? j->cov[k * j->h->bottoms + l] : 0;
    return sum;
}

static double variance(const struct joint *j, size_t node)
{
    double sum = 0;

    for (size_t k = 0; k < j->h->bottoms; k++)
        sum += hierarchy_has(j->h, node, k) ? covariance(j, k, node) : 0;
    return fmax(sum, 0);
}

int joint_anchor(struct joint *j, size_t node, double own_mean, double own_sd)
{
    size_t b = j->h->bottoms;
    double v = variance(j, node), m = node_mean(j, node);

    if (!(v > 0) || !isfinite(v) || !(own_sd > 0) || !isfinite(own_mean))
        return NILA_ERR_RANGE;
    for (size_t k = 0; k < b; k++)
        j->share[k] = covariance(j, k, node) / v;
    j->anchor = node;
    j->anchor_mean = m;
    j->anchor_sd = sqrt(v);
    j->own_mean = own_mean;
    j->own_sd = own_sd;
    for (size_t k = 0; k < b; k++) {
        j->mean[k] += j->share[k] * (own_mean - m);
        for (size_t l = 0; l < b; l++)
            j->cov[k * b + l] += j->share[k] * j->share[l] * (own_sd * own_sd - v);
    }
    return 0;
}

void joint_moments(const struct joint *j, double *mean, double *sd)
{
    for (size_t i = 0; i < j->h->nodes; i++) {
        mean[i] = node_mean(j, i);
        sd[i] = sqrt(variance(j, i));
    }
}

int joint_base_draws(const double *mean, const double *sd, const double *cov, size_t nodes,
                     size_t k, gsl_rng *rng, double *out, size_t *node)
{
    double *l = xcalloc(nodes * nodes, sizeof *l), *z = xcalloc(nodes * k, sizeof *z);
    int rc = 0;

    for (size_t i = 0; i < nodes; i++)
        for (size_t j = 0; j < nodes; j++)
            l[i * nodes + j] = cov[i * nodes + j] / sqrt(cov[i * nodes + i] * cov[j * nodes + j]);
    *node = dense_cholesky(l, nodes);
    if (*node < nodes)
        rc = NILA_ERR_RANGE;
    for (size_t d = 0; d < k && rc == 0; d++)
        for (size_t i = 0; i < nodes; i++)
            z[i * k + d] = gsl_ran_gaussian_ziggurat(rng, 1);
    if (rc == 0) {
        dense_multiply(l, z, nodes, nodes, k, out);
        for (size_t i = 0; i < nodes; i++)
            for (size_t d = 0; d < k; d++)
                out[i * k + d] = mean[i] + sd[i] * out[i * k + d];
    }
    free(l);
    free(z);
    return rc;
}

size_t joint_draws(const struct joint *j, const struct reconciler *r, const double *base, size_t k,
                   enum reconcile_negative rule, double *all)
{
    const struct hierarchy *h = j->h;
    double *bottom = xcalloc(h->bottoms * k, sizeof *bottom);
    size_t changed;

    dense_multiply(reconciler_g(r), base, h->bottoms, h->nodes, k, bottom);
    for (size_t i = 0; i < k && j->anchor != HIERARCHY_NONE; i++) {
        double node = 0, move;

        for (size_t b = 0; b < h->bottoms; b++)
            node += hierarchy_has(h, j->anchor, b) ? bottom[b * k + i] : 0;
        move = j->own_mean + j->own_sd / j->anchor_sd * (node - j->anchor_mean) - node;
        for (size_t b = 0; b < h->bottoms; b++)
            bottom[b * k + i] += j->share[b] * move;
    }
    changed = rule == RECONCILE_CLIP ? reconcile_clip(h, bottom, k) : 0;
    hierarchy_sum(h, bottom, k, all);
    free(bottom);
    return changed;
}
