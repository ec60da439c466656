/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "choose.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "joint.h"
#include "score.h"

double choose_spread_factor(const struct grid *back, size_t node, long known)
{
    double *z = xcalloc(back->origins * back->leads, sizeof *z), factor;
    size_t n = 0;

    for (size_t o = 0; o < back->origins; o++)
        for (size_t l = 0; l < back->leads; l++) {
            size_t at = grid_at(back, o, l) + node;

            if (back->origin[o] + back->lead[l] <= known && back->sd[at] > 0)
                z[n++] = (back->actual[at] - back->mean[at]) / back->sd[at];
        }
    factor = score_spread_factor(z, n);
    free(z);
    return factor;
}

/* Mean scaled CRPS of one method at one origin; NaN when it cannot be had. */
struct scoring {
    const struct hierarchy *h;
    const struct grid *back;
    size_t anchor;
    double *scale; /* [nodes] */
    double *mean, *sd;
};

static double score_lead(const struct scoring *s, const struct reconciler *p, const double *cov,
                         double factor, size_t at)
{
    struct joint *j = NULL;
    const double *mean = s->back->mean + at, *sd = s->back->sd + at;
    double sum = 0, nodes = 0;

    joint_new(&j, p, mean, sd, cov);
    if (s->anchor != HIERARCHY_NONE &&
        joint_anchor(j, s->anchor, mean[s->anchor], factor * sd[s->anchor]) != 0)
        sum = NAN;
    joint_moments(j, s->mean, s->sd);
    for (size_t i = 0; i < s->h->nodes; i++)
        if (s->scale[i] > 0) {
            sum += score_crps_gaussian(s->mean[i], s->sd[i], s->back->actual[at + i]) / s->scale[i];
            nodes++;
        }
    joint_free(j);
    return nodes > 0 ? sum / nodes : 0;
}

static double score_origin(const struct scoring *s, enum reconcile_method m,
                           const struct reconcile_residuals *r, size_t origin)
{
    struct reconciler *p = NULL;
    double *cov = xcalloc(r->nodes * r->nodes, sizeof *cov), lambda, sum = NAN, factor = 1;
    char why[200];
    size_t node;

    if (s->anchor != HIERARCHY_NONE)
        factor = choose_spread_factor(s->back, s->anchor, s->back->origin[origin]);
    if (reconcile_shrink(r, cov, &lambda, &node) == 0 &&
        reconciler_new(&p, s->h, m, r, why, sizeof why) == 0) {
        sum = 0;
        for (size_t l = 0; l < s->back->leads; l++)
            sum += score_lead(s, p, cov, factor, grid_at(s->back, origin, l));
        sum /= (double)s->back->leads;
    }
    reconciler_free(p);
    free(cov);
    return sum;
}

static void set_scale(struct scoring *s, const struct reconcile_residuals *r)
{
    for (size_t i = 0; i < r->nodes; i++) {
        double sum = 0;

        for (size_t t = 0; t < r->rows; t++)
            sum += r->e[t * r->nodes + i] * r->e[t * r->nodes + i];
        s->scale[i] = sqrt(sum / (double)r->rows);
    }
}

/* taken [origins]: their places, oldest first; returns how many, or an error. */
static int take_origins(const struct reconcile_residuals *r, const struct grid *back, size_t *taken,
                        char *why, size_t why_size)
{
    long next = 0;
    int n = 0;

    for (size_t o = 0; o < back->origins; o++) {
        if (back->origin[o] > (long)r->rows || back->origin[o] < RECONCILE_ROWS_MIN) {
            (void)snprintf(why, why_size,
                           tongue("origin %ld pada backtest: ada residu 1..%zu, paling sedikit %d",
                                  "origin %ld of the backtest: there are residuals 1..%zu, "
                                  "and %d are the least"),
                           back->origin[o], r->rows, RECONCILE_ROWS_MIN);
            return NILA_ERR_RANGE;
        }
        if (back->origin[o] < next)
            continue;
        next = back->origin[o] + back->lead[back->leads - 1];
        taken[n++] = o;
    }
    if (n < CHOOSE_ORIGINS_MIN) {
        (void)snprintf(
            why, why_size,
            tongue("backtest punya %d origin yang tidak tumpang tindih; memilih perlu %d",
                   "the backtest has %d origins that do not overlap; a choice needs %d"),
            n, CHOOSE_ORIGINS_MIN);
        return NILA_ERR_RANGE;
    }
    return n;
}

int choose_projection(struct choice *out, const struct hierarchy *h,
                      const struct reconcile_residuals *r, const struct grid *back, size_t anchor,
                      char *why, size_t why_size)
{
    struct scoring s = {.h = h, .back = back, .anchor = anchor};
    struct reconcile_residuals known = *r;
    size_t *taken = xcalloc(back->origins, sizeof *taken);
    int n = take_origins(r, back, taken, why, why_size);

    if (n < 0) {
        free(taken);
        return n;
    }
    s.scale = xcalloc(h->nodes, sizeof *s.scale);
    s.mean = xcalloc(h->nodes, sizeof *s.mean);
    s.sd = xcalloc(h->nodes, sizeof *s.sd);
    known.rows = (size_t)back->origin[taken[0]];
    set_scale(&s, &known);
    *out = (struct choice){.taken = (size_t)n, .left_out = back->origins - (size_t)n};
    for (size_t m = 0; m < RECONCILE_METHODS; m++) {
        for (int o = 0; o < n; o++) {
            known.rows = (size_t)back->origin[taken[o]];
            out->crps[m] += score_origin(&s, (enum reconcile_method)m, &known, taken[o]) / n;
        }
        if (out->crps[m] < out->crps[out->best] || isnan(out->crps[out->best]))
            out->best = (enum reconcile_method)m;
    }
    free(s.scale);
    free(s.mean);
    free(s.sd);
    free(taken);
    if (!isnan(out->crps[out->best]))
        return 0;
    (void)snprintf(why, why_size,
                   tongue("tidak ada proyeksi yang dapat dinilai: residu suatu simpul semuanya 0, "
                          "atau simpul --keep tanpa sebaran",
                          "no projection could be scored: residuals of some node are all 0, "
                          "or the kept node has no spread"));
    return NILA_ERR_RANGE;
}
