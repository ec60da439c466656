/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "minimise.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const double SUFFICIENT = 1e-4; /* share of the promised descent a step must keep */
static const unsigned HALVINGS = 30;

struct state {
    size_t n;
    double value;
    double x[MINIMISE_MAX], g[MINIMISE_MAX];
    double h[MINIMISE_MAX][MINIMISE_MAX]; /* inverse Hessian, estimated */
    bool fresh;                           /* h is still a guess */
};

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void identity(struct state *s, double scale)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            s->h[i][j] = i == j ? scale : 0;
    s->fresh = true;
}

/* The direction of descent; falls back on the gradient's when h has lost its sense. Returns the slope along it. */
static double direction(struct state *s, double *d)
{
    double slope, size = sqrt(dot(s->g, s->g, s->n));

    for (size_t i = 0; i < s->n; i++)
        d[i] = -dot(s->h[i], s->g, s->n);
    slope = dot(d, s->g, s->n);
    if (slope < 0 && isfinite(slope))
        return slope;
    identity(s, 1 / fmax(1, size));
    for (size_t i = 0; i < s->n; i++)
        d[i] = -s->g[i] * s->h[i][i];
    return dot(d, s->g, s->n);
}

static void update(struct state *s, const double *step, const double *change)
{
    double sy = dot(step, change, s->n), yy = dot(change, change, s->n), hy[MINIMISE_MAX] = {0};
    double yhy;

    if (!(sy > 1e-12 * yy) || !(yy > 0))
        return;
    if (s->fresh)
        identity(s, sy / yy);
    s->fresh = false;
    for (size_t i = 0; i < s->n; i++)
        hy[i] = dot(s->h[i], change, s->n);
    yhy = dot(change, hy, s->n);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            s->h[i][j] +=
                (1 + yhy / sy) * step[i] * step[j] / sy - (hy[i] * step[j] + step[i] * hy[j]) / sy;
}

/* One step; the gain, negative when no point along the direction is better. */
static double step_once(struct state *s, minimise_function f, void *arg)
{
    double d[MINIMISE_MAX] = {0}, x[MINIMISE_MAX] = {0}, g[MINIMISE_MAX] = {0};
    double slope = direction(s, d), t = 1;

    for (unsigned k = 0; k < HALVINGS; k++) {
        double value, before = s->value, fall;

        for (size_t i = 0; i < s->n; i++)
            x[i] = s->x[i] + t * d[i];
        value = f(x, g, arg);
        if (isfinite(value) && value <= s->value + SUFFICIENT * t * slope) {
            double change[MINIMISE_MAX] = {0};

            for (size_t i = 0; i < s->n; i++) {
                d[i] = x[i] - s->x[i];
                change[i] = g[i] - s->g[i];
            }
            memcpy(s->x, x, sizeof x);
            memcpy(s->g, g, sizeof g);
            s->value = value;
            update(s, d, change);
            return before - value;
        }
        fall = isfinite(value) ? -slope * t / (2 * (value - s->value - slope * t)) : 0.25;
        t *= fmin(0.5, fmax(0.1, fall));
    }
    return -1;
}

static double largest(const double *g, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(g[i]));
    return most;
}

double minimise(double *x, size_t n, minimise_function f, void *arg,
                const struct minimise_limits *limits)
{
    struct state s = {.n = n};
    unsigned small = 0;

    memcpy(s.x, x, n * sizeof *x);
    s.value = f(s.x, s.g, arg);
    if (!isfinite(s.value))
        return INFINITY;
    identity(&s, 1 / fmax(1, sqrt(dot(s.g, s.g, n))));
    for (unsigned k = 0; k < limits->steps && largest(s.g, n) > limits->gradient; k++) {
        double gain = step_once(&s, f, arg);

        if (gain < 0 && s.fresh)
            break;
        if (gain < 0)
            identity(&s, 1 / fmax(1, sqrt(dot(s.g, s.g, n))));
        small = gain < limits->gain ? small + 1 : 0;
        if (small >= 2)
            break;
    }
    memcpy(x, s.x, n * sizeof *x);
    return s.value;
}
