/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filter's machinery: weights and stages. What an observation says is in filter_observe.c, how members are resampled in
 * filter_kernel.c. */
#include "filter_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "lnexp.h"

/* Members' effective number, as a share, below which they are resampled; and how many stages an observation may take. */
static const double FEWEST = 0.4;
enum {
    STAGES = 12,
    HALVINGS = 8, /* of a stage, to find its length */
    PATHS = FILTER_PATH_SUMS,
    FEWEST_INNER = 1,
    BLOCKS = 4 + FILTER_WORK + PATHS + 2 * FILTER_DIMS
};

#define LEAST_LIKE (-1e6) /* keeps weights numbers when nothing fits */

struct filter *filter_new(size_t draws, size_t members)
{
    struct filter *f = xcalloc(1, sizeof *f);
    size_t n;

    f->draws = draws;
    /* the usual number is rounded down: one over a draw's own would double the cost for a full thousand draws */
    f->inner = members > 0 ? (members + draws - 1) / draws : FILTER_MEMBERS / draws;
    f->inner = f->inner > FEWEST_INNER ? f->inner : FEWEST_INNER;
    n = draws * f->inner;
    f->fish = ensemble_new(n, f->inner);
    f->block = xcalloc(n * BLOCKS + draws * PATHS, sizeof *f->block);
    f->ln_w[0] = f->block;
    f->ln_w[1] = f->block + n;
    f->like = f->block + 2 * n;
    f->weight = f->block + 3 * n;
    f->work = f->block + 4 * n;
    f->under = f->work + FILTER_WORK * n;
    f->moved = f->under + PATHS * n;
    f->jitter = f->moved + FILTER_DIMS * n;
    f->path = f->jitter + FILTER_DIMS * n;
    f->from = xcalloc(n, sizeof *f->from);
    return f;
}

void filter_free(struct filter *f)
{
    if (f == NULL)
        return;
    ensemble_free(f->fish);
    free(f->block);
    free(f->from);
    free(f);
}

void filter_stock(struct filter *f, const struct ensemble_prior *prior, double count, double mass_g,
                  int32_t day, gsl_rng *rng)
{
    ensemble_stock(f->fish, prior, count, mass_g, day, rng);
    memset(f->ln_w[0], 0, 2 * f->fish->n * sizeof *f->block);
    memset(f->path, 0, f->draws * PATHS * sizeof *f->path);
    f->weighed = NULL;
    f->coupled = false;
    f->sample_day = 0;
    f->taken = false;
    f->doubts = 0;
}

void filter_go(struct filter *f, const struct ensemble_span *s, gsl_rng *rng)
{
    ensemble_go(f->fish, s, rng);
    for (size_t i = 0; i < f->draws; i++) {
        double *sum = f->path + i * PATHS;

        if (s->z != NULL) {
            sum[0] = s->z[i];
            sum[1] += s->z[i] * s->days;
        }
        if (s->loss != NULL)
            sum[2] += log1p(-s->exposure * s->loss[i] * 0.999);
    }
    if (f->coupled || !f->fish->fed_ever)
        return;
    f->coupled = true;
    f->weighed = NULL;
    for (size_t k = 0; k < f->fish->n; k++)
        f->ln_w[0][k] += f->ln_w[1][k];
}

/* --- weights --- */

/* Sums go in lanes: a single one would wait for itself at each step. */
#define LANES 8

static double sum_of_lanes(const double *lane)
{
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
           ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

double filter_dot(size_t n, const double *a, const double *b)
{
    double lane[LANES] = {0};
    size_t k = 0;

    for (; k + LANES <= n; k += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] += a[k + j] * b[k + j];
    for (; k < n; k++)
        lane[k % LANES] += a[k] * b[k];
    return sum_of_lanes(lane);
}

static double sum_of(size_t n, const double *a)
{
    double lane[LANES] = {0};
    size_t k = 0;

    for (; k + LANES <= n; k += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] += a[k + j];
    for (; k < n; k++)
        lane[k % LANES] += a[k];
    return sum_of_lanes(lane);
}

static double biggest_of(size_t n, const double *a)
{
    double lane[LANES];
    size_t k = 0;

    for (size_t j = 0; j < LANES; j++)
        lane[j] = a[j < n ? j : 0];
    for (; k + LANES <= n; k += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] = a[k + j] > lane[j] ? a[k + j] : lane[j];
    for (; k < n; k++)
        lane[0] = a[k] > lane[0] ? a[k] : lane[0];
    for (size_t j = 1; j < LANES; j++)
        lane[0] = lane[j] > lane[0] ? lane[j] : lane[0];
    return lane[0];
}

/* Effective number of weights that need not add up to 1, as a share. */
static double effective(size_t n, const double *weight)
{
    double sum = sum_of(n, weight);

    return sum * sum / (filter_dot(n, weight, weight) * (double)n);
}

/* exp(x), the biggest 1. y may be x. */
static void exp_below(size_t n, const double *x, double *y)
{
    double top = biggest_of(n, x);

    for (size_t k = 0; k < n; k++)
        y[k] = x[k] - top;
    lnexp_exp_all(n, y, y);
}

/* Weights of all members into f->weight, adding up to 1, with power of the likelihood taken in. Returns their effective
 * number as a share. */
static double weigh(struct filter *f, const double *ln_w, double power)
{
    size_t n = f->fish->n;
    double by;

    for (size_t k = 0; k < n; k++)
        f->weight[k] = ln_w[k] + (power > 0 ? power * f->like[k] : 0);
    exp_below(n, f->weight, f->weight);
    by = 1 / sum_of(n, f->weight);
    for (size_t k = 0; k < n; k++)
        f->weight[k] *= by;
    f->weighed = power > 0 ? NULL : ln_w;
    return effective(n, f->weight);
}

static void weigh_if_changed(struct filter *f, const double *ln_w)
{
    if (f->weighed != ln_w)
        (void)weigh(f, ln_w, 0);
}

/* --- taking in --- */

/* The longest stage below left that leaves enough effective members, by halving. What half a step more does to the weights is
 * exp(like left / 2^k): the last and smallest is worked out, the others are its squares. */
static double stage_length(struct filter *f, const double *ln_w, double left)
{
    size_t n = f->fish->n;
    double *weight = f->work, *tried = f->work + n, *step = f->moved; /* [halving][member] */
    double top = biggest_of(n, f->like), lo = 0;

    exp_below(n, ln_w, weight);
    for (size_t k = 0; k < n; k++)
        step[k] = (f->like[k] - top) * (left / (1 << HALVINGS));
    lnexp_exp_all(n, step, step);
    for (size_t h = 1; h < HALVINGS; h++)
        for (size_t k = 0; k < n; k++)
            step[h * n + k] = step[(h - 1) * n + k] * step[(h - 1) * n + k];
    for (size_t h = HALVINGS; h-- > 0;) {
        for (size_t k = 0; k < n; k++)
            tried[k] = weight[k] * step[h * n + k];
        if (effective(n, tried) < FEWEST)
            continue;
        memcpy(weight, tried, n * sizeof *weight);
        lo += left / (double)(1 << (HALVINGS - h));
    }
    lo = lo > 0.01 ? lo : 0.01; /* an observation beyond all members is followed step by step */
    return lo < left ? lo : left;
}

void filter_take_in(struct filter *f, enum filter_side side, filter_like like, const void *arg,
                    gsl_rng *rng)
{
    double *ln_w = f->ln_w[f->coupled ? 0 : side], left = 1;
    size_t n = f->fish->n;

    for (int stage = 0; left > 0; stage++) {
        bool enough;
        double part;

        like(f, arg);
        for (size_t k = 0; k < n; k++)
            f->like[k] = f->like[k] > LEAST_LIKE ? f->like[k] : LEAST_LIKE; /* NaN too */
        enough = weigh(f, ln_w, left) >= FEWEST;
        part = enough || stage + 1 == STAGES ? left : stage_length(f, ln_w, left);
        for (size_t k = 0; k < n; k++)
            ln_w[k] += part * f->like[k];
        if (part >= left) /* what was weighed is what they weigh now */
            f->weighed = ln_w;
        left = left - part > 1e-12 ? left - part : 0;
        if (enough)
            continue;
        weigh_if_changed(f, ln_w);
        filter_resample(f, ln_w, side, rng);
    }
}

double filter_mean(struct filter *f, enum filter_side side, const double *x, double *var)
{
    size_t n = f->fish->n;
    double sum, squares;

    weigh_if_changed(f, f->ln_w[f->coupled ? 0 : side]);
    for (size_t k = 0; k < n; k++)
        f->work[k] = f->weight[k] * x[k];
    sum = sum_of(n, f->work);
    squares = filter_dot(n, f->work, x) - sum * sum;
    *var = squares > 0 ? squares : 0;
    return sum;
}

void filter_masses_g(struct filter *f, double *mass_g)
{
    const double *u = f->fish->u;

    ensemble_masses_g(f->fish, u, f->work);
    for (size_t i = 0; i < f->draws; i++) {
        const double *ln_w = f->ln_w[0] + i * f->inner;
        double top = biggest_of(f->inner, ln_w), sum = 0, of_w = 0;

        mass_g[i] = f->work[i * f->inner];
        if (f->inner == 1)
            continue;
        for (size_t j = 0; j < f->inner; j++) {
            double w = exp(ln_w[j] - top);

            sum += w * u[i * f->inner + j];
            of_w += w;
        }
        mass_g[i] = growth_mass(sum / of_w);
    }
}

void filter_pick(struct filter *f, struct ensemble *out, gsl_rng *rng)
{
    const struct ensemble *e = f->fish;
    double *const to[] = {
        out->u,        out->ln_cv,           out->ln_feeding, out->ln_conversion, out->bias,
        out->do_usual, out->relative_ration, out->spawn,      out->recruits,      out->netted,
        out->count,    out->count_max,       out->ln_mort,    out->ln_seen,       out->died};
    const double *const from[] = {
        e->u,        e->ln_cv,           e->ln_feeding, e->ln_conversion, e->bias,
        e->do_usual, e->relative_ration, e->spawn,      e->recruits,      e->netted,
        e->count,    e->count_max,       e->ln_mort,    e->ln_seen,       e->died};

    for (int side = 0; side < (f->coupled ? 1 : 2); side++) {
        weigh_if_changed(f, f->ln_w[side]);
        filter_resample(f, f->ln_w[side], (enum filter_side)side, rng);
    }
    ensemble_copy_clock(out, e);
    for (size_t a = 0; a < sizeof to / sizeof to[0]; a++)
        for (size_t i = 0; i < f->draws; i++)
            to[a][i] = from[a][i * f->inner];
}
