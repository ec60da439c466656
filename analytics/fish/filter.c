/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filter's machinery: weights, resampling, kernel. What an observation says is in filter_observe.c. */
#include "filter_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "collector/common/log.h"

/* The kernel's a. */
static const double SHRINK = 0.95;

/* Members' effective number, as a share, below which they are resampled; and how many stages an observation may take. */
static const double FEWEST = 0.4;
enum {
    STAGES = 12,
    DIMS = 10,
    PATHS = FILTER_PATH_SUMS,
    FEWEST_INNER = 1
};

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
    f->block = xcalloc(n * (4 + DIMS) + draws * PATHS, sizeof *f->block);
    f->ln_w[0] = f->block;
    f->ln_w[1] = f->block + n;
    f->like = f->block + 2 * n;
    f->weight = f->block + 3 * n;
    f->scratch = f->block + 4 * n;
    f->path = f->block + (4 + DIMS) * n;
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
    for (size_t k = 0; k < f->fish->n; k++)
        f->ln_w[0][k] += f->ln_w[1][k];
}

/* --- the two sides --- */

/* An array of members, and how it is moved about by the kernel. */
struct part {
    double *x;
    enum {
        PLAIN,     /* copied alone */
        MOVED,     /* jittered as it is */
        MOVED_LN,  /* jittered in logs */
        MOVED_LIVE /* as -ln(x / of): never above of, which stands before it in the list */
    } how;
    double max; /* of what comes out */
    const double *of;
};

/* The arrays of a side (both when coupled). Returns their number. */
static int parts_of(const struct filter *f, enum filter_side side, struct part *out)
{
    const struct ensemble *e = f->fish;
    const struct part mass[] = {
        {e->u, MOVED_LN, INFINITY, NULL},
        {e->ln_feeding, MOVED, INFINITY, NULL},
        {e->bias, MOVED, INFINITY, NULL},
        {e->do_usual, MOVED_LN, 1, NULL},
        {e->ln_cv, MOVED, INFINITY, NULL},
        {e->ln_conversion, e->fed_ever ? MOVED : PLAIN, INFINITY, NULL},
        {e->relative_ration, PLAIN, INFINITY, NULL},
        {e->spawn, PLAIN, INFINITY, NULL},
        {e->recruits, PLAIN, INFINITY, NULL},
        {e->netted, PLAIN, INFINITY, NULL},
    };
    const struct part number[] = {{e->count_max, MOVED_LN, INFINITY, NULL},
                                  {e->count, MOVED_LIVE, INFINITY, e->count_max},
                                  {e->ln_mort, MOVED, 0, NULL},
                                  {e->ln_seen, MOVED, 0, NULL},
                                  {e->died, PLAIN, INFINITY, NULL}};
    int n = 0;

    if (side == FILTER_MASS || f->coupled)
        for (size_t k = 0; k < sizeof mass / sizeof mass[0]; k++)
            out[n++] = mass[k];
    if (side == FILTER_NUMBER || f->coupled)
        for (size_t k = 0; k < sizeof number / sizeof number[0]; k++)
            out[n++] = number[k];
    return n;
}

#define PARTS_MAX  16
#define LEAST_LIKE (-1e6) /* keeps weights numbers when nothing fits */
#define TINY       1e-9
#define MOST_LOST  20.0 /* -ln of the share alive: of a pond's fish not one */

static double value_of(const struct part *p, size_t k)
{
    switch (p->how) {
    case MOVED_LN:
        return log(p->x[k] > TINY ? p->x[k] : TINY);
    case MOVED_LIVE:
        return log((p->of[k] + TINY) / (p->x[k] + TINY));
    case PLAIN:
    case MOVED:
        break;
    }
    return p->x[k];
}

static void put(const struct part *p, size_t k, double value)
{
    switch (p->how) {
    case MOVED_LN:
        value = exp(value);
        break;
    case MOVED_LIVE:
        value = value < 0 ? 0 : value > MOST_LOST ? MOST_LOST : value;
        value = p->of[k] * exp(-value);
        break;
    case PLAIN:
    case MOVED:
        break;
    }
    p->x[k] = value < p->max ? value : p->max;
}

/* Weights of all members into f->weight, adding up to 1, with power of the likelihood taken in. Returns their effective
 * number as a share. */
static double weigh(struct filter *f, const double *ln_w, double power)
{
    size_t n = f->fish->n;
    double top = -INFINITY, sum = 0, squares = 0;

    for (size_t k = 0; k < n; k++) {
        f->weight[k] = ln_w[k] + (power > 0 ? power * f->like[k] : 0);
        top = f->weight[k] > top ? f->weight[k] : top;
    }
    for (size_t k = 0; k < n; k++) {
        f->weight[k] = exp(f->weight[k] - top);
        sum += f->weight[k];
    }
    for (size_t k = 0; k < n; k++) {
        f->weight[k] /= sum;
        squares += f->weight[k] * f->weight[k];
    }
    return 1 / (squares * (double)n);
}

/* --- the kernel: members as a linear function of their path, and what is left --- */

struct kernel {
    int dims;
    int part[DIMS]; /* index of the moved ones */
    double mean[DIMS], path_mean[PATHS];
    double slope[DIMS][PATHS];
    double l[DIMS][DIMS]; /* L L' = covariance of what is left */
};

#define ALL (DIMS + PATHS)

/* Lower triangle of s, n by n; a direction without spread of its own stays without. */
static void cholesky(int n, double s[ALL][ALL], double l[ALL][ALL])
{
    for (int c = 0; c < n; c++) {
        double pivot = s[c][c];

        for (int x = 0; x < c; x++)
            pivot -= l[c][x] * l[c][x];
        l[c][c] = pivot > 1e-9 * s[c][c] && pivot > 0 ? sqrt(pivot) : 0;
        for (int r = c + 1; r < n; r++) {
            double sum = s[r][c];

            for (int x = 0; x < c; x++)
                sum -= l[r][x] * l[c][x];
            l[r][c] = l[c][c] > 0 ? sum / l[c][c] : 0;
        }
    }
}

/* With the paths first, the factor of the joint covariance holds all: rows of the members are M = slope P, what is left is
 * the factor below. slope P = M is solved from behind, P being lower triangular. */
static void split(struct kernel *k, double l[ALL][ALL])
{
    for (int d = 0; d < k->dims; d++) {
        for (int c = PATHS - 1; c >= 0; c--) {
            double sum = l[PATHS + d][c];

            for (int x = c + 1; x < PATHS; x++)
                sum -= k->slope[d][x] * l[x][c];
            k->slope[d][c] = l[c][c] > 0 ? sum / l[c][c] : 0;
        }
        for (int c = 0; c <= d; c++)
            k->l[d][c] = l[PATHS + d][PATHS + c];
    }
}

/* From the weighted members; leaves their moved values in f->scratch [member][DIMS]. */
static void kernel_init(struct filter *f, const struct part *part, int parts, struct kernel *k)
{
    double s[ALL][ALL] = {{0}}, l[ALL][ALL] = {{0}}, mean[ALL] = {0}, v[ALL];
    size_t n = f->fish->n;

    *k = (struct kernel){0};
    for (int p = 0; p < parts; p++)
        if (part[p].how != PLAIN)
            k->part[k->dims++] = p;
    for (size_t m = 0; m < n; m++) {
        const double *path = f->path + m / f->inner * PATHS;

        for (int c = 0; c < PATHS; c++)
            mean[c] += f->weight[m] * path[c];
        for (int d = 0; d < k->dims; d++) {
            double x = value_of(&part[k->part[d]], m);

            f->scratch[m * DIMS + (size_t)d] = x;
            mean[PATHS + d] += f->weight[m] * x;
        }
    }
    for (size_t m = 0; m < n; m++) {
        const double *path = f->path + m / f->inner * PATHS, *x = f->scratch + m * DIMS;

        for (int c = 0; c < PATHS; c++)
            v[c] = path[c] - mean[c];
        for (int d = 0; d < k->dims; d++)
            v[PATHS + d] = x[d] - mean[PATHS + d];
        for (int r = 0; r < PATHS + k->dims; r++)
            for (int c = 0; c <= r; c++)
                s[r][c] += f->weight[m] * v[r] * v[c];
    }
    cholesky(PATHS + k->dims, s, l);
    memcpy(k->path_mean, mean, sizeof k->path_mean);
    memcpy(k->mean, mean + PATHS, (size_t)k->dims * sizeof k->mean[0]);
    split(k, l);
}

/* Systematic resampling; who is taken at all stays in his own place, so that few are moved to another path. */
static void choose(struct filter *f, gsl_rng *rng)
{
    size_t n = f->fish->n, gap = 0, total = 0, *times = f->from;
    double at = gsl_rng_uniform(rng), sum = 0;

    for (size_t k = 0; k < n; k++) {
        times[k] = 0;
        sum += f->weight[k] * (double)n;
        while (at + (double)total < sum) {
            times[k]++;
            total++;
        }
    }
    if (total < n) /* rounding may leave one out */
        times[n - 1] += n - total;
    /* places without a member of their own are filled with the second and further copies of others, in order */
    for (size_t k = 0; k < n; k++) {
        size_t copies = times[k];

        if (copies == 0 || copies > n) /* nobody's place yet, or filled already: n + 1 + member */
            continue;
        times[k] = n + 1 + k; /* its own */
        for (; copies > 1; copies--) {
            while (gap < n && !(times[gap] == 0))
                gap++;
            if (gap == n)
                break;
            times[gap] = n + 1 + k;
        }
    }
    for (size_t k = 0; k < n; k++)
        f->from[k] -= n + 1;
}

static void move(struct filter *f, const struct kernel *k, const struct part *part, gsl_rng *rng)
{
    const double spread = sqrt(1 - SHRINK * SHRINK);

    for (size_t m = 0; m < f->fish->n; m++) {
        const double *here = f->path + m / f->inner * PATHS;
        const double *there = f->path + f->from[m] / f->inner * PATHS;
        const double *x = f->scratch + f->from[m] * DIMS;
        double e[DIMS];

        for (int d = 0; d < k->dims; d++) {
            const struct part *p = &part[k->part[d]];
            double mean_here = k->mean[d], mean_there = k->mean[d], y;

            for (int c = 0; c < PATHS; c++) {
                mean_here += k->slope[d][c] * (here[c] - k->path_mean[c]);
                mean_there += k->slope[d][c] * (there[c] - k->path_mean[c]);
            }
            y = mean_here + SHRINK * (x[d] - mean_there);
            e[d] = spread * gsl_ran_gaussian_ziggurat(rng, 1);
            for (int c = 0; c <= d; c++)
                y += k->l[d][c] * e[c];
            put(p, m, y);
        }
    }
}

static void resample(struct filter *f, double *ln_w, enum filter_side side, gsl_rng *rng)
{
    struct part part[PARTS_MAX];
    int parts = parts_of(f, side, part);
    size_t n = f->fish->n;
    struct kernel k;

    (void)weigh(f, ln_w, 0);
    kernel_init(f, part, parts, &k);
    choose(f, rng);
    for (int p = 0; p < parts; p++) {
        if (part[p].how != PLAIN)
            continue;
        memcpy(f->like, part[p].x, n * sizeof *f->like);
        for (size_t m = 0; m < n; m++)
            part[p].x[m] = f->like[f->from[m]];
    }
    move(f, &k, part, rng);
    memset(ln_w, 0, n * sizeof *ln_w);
    f->fish->stale = true;
}

/* --- taking in --- */

/* The longest stage, 0..left, that leaves enough effective members. */
static double stage_length(struct filter *f, const double *ln_w, double left)
{
    double lo = 0, hi = left;

    if (weigh(f, ln_w, left) >= FEWEST)
        return left;
    for (int k = 0; k < 8; k++) {
        double mid = (lo + hi) / 2;
        if (weigh(f, ln_w, mid) >= FEWEST)
            lo = mid;
        else
            hi = mid;
    }
    lo = lo > 0.01 ? lo : 0.01; /* an observation beyond all members is followed step by step */
    return lo < left ? lo : left;
}

void filter_take_in(struct filter *f, enum filter_side side, filter_like like, const void *arg,
                    gsl_rng *rng)
{
    double *ln_w = f->ln_w[f->coupled ? 0 : side], left = 1;

    for (int stage = 0; left > 0; stage++) {
        double part;

        for (size_t k = 0; k < f->fish->n; k++)
            f->like[k] = fmax(like(f->fish, k, arg), LEAST_LIKE); /* NaN too */
        part = stage + 1 < STAGES ? stage_length(f, ln_w, left) : left;
        for (size_t k = 0; k < f->fish->n; k++)
            ln_w[k] += part * f->like[k];
        left = left - part > 1e-12 ? left - part : 0;
        if (left > 0 || weigh(f, ln_w, 0) < FEWEST)
            resample(f, ln_w, side, rng);
    }
}

double filter_mean(struct filter *f, enum filter_side side, const double *x, double *var)
{
    double sum = 0, squares = 0;

    (void)weigh(f, f->ln_w[f->coupled ? 0 : side], 0);
    for (size_t k = 0; k < f->fish->n; k++) {
        sum += f->weight[k] * x[k];
        squares += f->weight[k] * x[k] * x[k];
    }
    squares -= sum * sum;
    *var = squares > 0 ? squares : 0;
    return sum;
}

double filter_mass_g(const struct filter *f, size_t i)
{
    const double *ln_w = f->ln_w[0] + i * f->inner, *u = f->fish->u + i * f->inner;
    double top = -INFINITY, sum = 0, of_w = 0;

    if (f->inner == 1)
        return growth_mass(u[0]);
    for (size_t j = 0; j < f->inner; j++)
        top = ln_w[j] > top ? ln_w[j] : top;
    for (size_t j = 0; j < f->inner; j++) {
        double w = exp(ln_w[j] - top);

        sum += w * u[j];
        of_w += w;
    }
    return growth_mass(sum / of_w);
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

    for (int side = 0; side < (f->coupled ? 1 : 2); side++)
        resample(f, f->ln_w[side], (enum filter_side)side, rng);
    ensemble_copy_clock(out, e);
    for (size_t a = 0; a < sizeof to / sizeof to[0]; a++)
        for (size_t i = 0; i < f->draws; i++)
            to[a][i] = from[a][i * f->inner];
}
