/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filter's resampling: who goes on, and the kernel that moves him. Arrays run over members, so that the loops are short and
 * many; a forecast spends a sixth of its time here. */
#include "filter_inside.h"

#include <math.h>
#include <string.h>

#include "lnexp.h"

/* The kernel's a. */
static const double SHRINK = 0.95;

enum {
    DIMS = FILTER_DIMS,
    PATHS = FILTER_PATH_SUMS,
    ALL = DIMS + PATHS,
    PARTS_MAX = 16
};

/* --- the two sides --- */

/* An array of members, and how it is moved about by the kernel. */
struct part {
    double *x;
    enum {
        ALIKE,     /* every member has the same: left alone */
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
        {e->relative_ration, e->fed_ever ? PLAIN : ALIKE, INFINITY, NULL},
        {e->spawn, e->breeds ? PLAIN : ALIKE, INFINITY, NULL},
        {e->recruits, e->breeds ? PLAIN : ALIKE, INFINITY, NULL},
        {e->netted, e->breeds ? PLAIN : ALIKE, INFINITY, NULL},
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

static bool is_moved(const struct part *p)
{
    return p->how != PLAIN && p->how != ALIKE;
}

#define TINY      1e-9
#define MOST_LOST 20.0 /* -ln of the share alive: of a pond's fish not one */

/* What the kernel moves: values of p's members into y. */
static void values_of(const struct part *p, size_t n, double *y)
{
    switch (p->how) {
    case MOVED_LN:
        for (size_t k = 0; k < n; k++)
            y[k] = p->x[k] > TINY ? p->x[k] : TINY;
        lnexp_ln_all(n, y, y);
        return;
    case MOVED_LIVE:
        for (size_t k = 0; k < n; k++)
            y[k] = (p->of[k] + TINY) / (p->x[k] + TINY);
        lnexp_ln_all(n, y, y);
        return;
    case MOVED:
    case PLAIN:
    case ALIKE:
        break;
    }
    memcpy(y, p->x, n * sizeof *y);
}

/* The other way; y is used up. */
static void put(const struct part *p, size_t n, double *y)
{
    switch (p->how) {
    case MOVED_LN:
        lnexp_exp_all(n, y, y);
        break;
    case MOVED_LIVE:
        for (size_t k = 0; k < n; k++)
            y[k] = y[k] < 0 ? 0 : y[k] > MOST_LOST ? -MOST_LOST : -y[k];
        lnexp_exp_all(n, y, y);
        for (size_t k = 0; k < n; k++)
            y[k] *= p->of[k];
        break;
    case MOVED:
    case PLAIN:
    case ALIKE:
        break;
    }
    for (size_t k = 0; k < n; k++)
        p->x[k] = y[k] < p->max ? y[k] : p->max;
}

/* --- the kernel: members as a linear function of their path, and what is left --- */

struct kernel {
    int dims;
    int part[DIMS]; /* index of the moved ones */
    double slope[DIMS][PATHS];
    double l[DIMS][DIMS]; /* L L' = covariance of what is left */
};

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

/* Takes the weighted mean off x. */
static void centre(const struct filter *f, double *x)
{
    double mean = filter_dot(f->fish->n, f->weight, x);

    for (size_t m = 0; m < f->fish->n; m++)
        x[m] -= mean;
}

/* Sums of the path of each member, less their mean, into f->under. */
static void spread_paths(struct filter *f)
{
    for (int c = 0; c < PATHS; c++) {
        double *x = f->under + (size_t)c * f->fish->n;

        for (size_t i = 0; i < f->draws; i++)
            for (size_t j = 0; j < f->inner; j++)
                x[i * f->inner + j] = f->path[i * PATHS + (size_t)c];
        centre(f, x);
    }
}

/* From the weighted members; leaves their moved values in f->moved [dim][member] and their means in mean. */
static void kernel_init(struct filter *f, const struct part *part, int parts, struct kernel *k,
                        double *mean)
{
    double s[ALL][ALL] = {{0}}, l[ALL][ALL] = {{0}};
    const double *row[ALL];
    size_t n = f->fish->n;

    *k = (struct kernel){0};
    for (int p = 0; p < parts; p++)
        if (is_moved(&part[p]))
            k->part[k->dims++] = p;
    spread_paths(f);
    for (int c = 0; c < PATHS; c++)
        row[c] = f->under + (size_t)c * n;
    for (int d = 0; d < k->dims; d++) {
        double *x = f->moved + (size_t)d * n;

        values_of(&part[k->part[d]], n, x);
        mean[d] = filter_dot(n, f->weight, x);
        for (size_t m = 0; m < n; m++)
            x[m] -= mean[d];
        row[PATHS + d] = x;
    }
    for (int r = 0; r < PATHS + k->dims; r++) {
        for (size_t m = 0; m < n; m++)
            f->work[m] = f->weight[m] * row[r][m];
        for (int c = 0; c <= r; c++)
            s[r][c] = filter_dot(n, f->work, row[c]);
    }
    cholesky(PATHS + k->dims, s, l);
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

/* Every member's part of one array, where it came from, moved to the path it is under now. */
static void move_dim(struct filter *f, const struct kernel *k, int d, double mean, double *out)
{
    const double *x = f->moved + (size_t)d * f->fish->n;
    double *by_path = f->work;
    size_t n = f->fish->n;

    for (size_t m = 0; m < n; m++) {
        double sum = 0;

        for (int c = 0; c < PATHS; c++)
            sum += k->slope[d][c] * f->under[(size_t)c * n + m];
        by_path[m] = sum;
    }
    for (size_t m = 0; m < n; m++)
        out[m] = mean + by_path[m] + SHRINK * (x[f->from[m]] - by_path[f->from[m]]);
    for (int c = 0; c <= d; c++) {
        const double *e = f->jitter + c;

        for (size_t m = 0; m < n; m++)
            out[m] += k->l[d][c] * e[m * (size_t)k->dims];
    }
}

static void move(struct filter *f, const struct kernel *k, const struct part *part,
                 const double *mean, gsl_rng *rng)
{
    const double spread = sqrt(1 - SHRINK * SHRINK);
    size_t n = f->fish->n;

    stream_gauss_all(rng, spread, n * (size_t)k->dims, f->jitter);
    for (int d = 0; d < k->dims; d++) {
        move_dim(f, k, d, mean[d], f->work + n);
        put(&part[k->part[d]], n, f->work + n);
    }
}

void filter_resample(struct filter *f, double *ln_w, enum filter_side side, gsl_rng *rng)
{
    struct part part[PARTS_MAX];
    int parts = parts_of(f, side, part);
    double mean[DIMS];
    size_t n = f->fish->n;
    struct kernel k;

    kernel_init(f, part, parts, &k, mean);
    choose(f, rng);
    for (int p = 0; p < parts; p++) {
        if (part[p].how != PLAIN)
            continue;
        memcpy(f->work, part[p].x, n * sizeof *f->work);
        for (size_t m = 0; m < n; m++)
            part[p].x[m] = f->work[f->from[m]];
    }
    move(f, &k, part, mean, rng);
    memset(ln_w, 0, n * sizeof *ln_w);
    for (size_t m = 0; m < n; m++)
        f->weight[m] = 1 / (double)n;
    f->weighed = ln_w;
    f->fish->stale = true;
}
