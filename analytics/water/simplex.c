/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simplex.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* What an infinite value counts as, so that differences stay numbers. */
static const double NOT_ALLOWED = 1e35;

struct corner {
    double x[SIMPLEX_MAX];
    double value;
};

struct simplex {
    size_t n;
    simplex_function f;
    void *arg;
    size_t calls;
    struct corner at[SIMPLEX_MAX + 1];
    size_t best, worst;
    double size; /* of the last shrinking */
};

static void evaluate(struct simplex *s, struct corner *c)
{
    double v = s->f(c->x, s->arg);

    s->calls++;
    c->value = isfinite(v) ? v : NOT_ALLOWED;
}

static void begin(struct simplex *s, const double *x)
{
    double step = 0;

    for (size_t i = 0; i < s->n; i++)
        step = fmax(step, 0.1 * fabs(x[i]));
    if (!(step > 0))
        step = 0.1;
    for (size_t k = 0; k <= s->n; k++) {
        double add = step;

        memcpy(s->at[k].x, x, s->n * sizeof *x);
        while (k > 0 && !(s->at[k].x[k - 1] > x[k - 1])) {
            s->at[k].x[k - 1] = x[k - 1] + add;
            add *= 10; /* a step must be seen beside a large x */
        }
        if (k > 0) {
            s->size += s->at[k].x[k - 1] - x[k - 1];
            evaluate(s, &s->at[k]);
        }
    }
}

static void order(struct simplex *s)
{
    s->worst = s->best;
    for (size_t k = 0; k <= s->n; k++) {
        if (s->at[k].value < s->at[s->best].value)
            s->best = k;
        if (s->at[k].value > s->at[s->worst].value)
            s->worst = k;
    }
}

/* to = from + factor (towards - from) */
static void along(const struct simplex *s, const double *from, const double *towards, double factor,
                  struct corner *to)
{
    for (size_t i = 0; i < s->n; i++)
        to->x[i] = from[i] + factor * (towards[i] - from[i]);
}

/* All corners half-way to the best; false when that does not make the polytope smaller any more. */
static bool shrink(struct simplex *s)
{
    double size = 0;

    for (size_t k = 0; k <= s->n; k++) {
        if (k == s->best)
            continue;
        along(s, s->at[s->best].x, s->at[k].x, 0.5, &s->at[k]);
        for (size_t i = 0; i < s->n; i++)
            size += fabs(s->at[k].x[i] - s->at[s->best].x[i]);
    }
    if (!(size < s->size))
        return false;
    s->size = size;
    for (size_t k = 0; k <= s->n; k++)
        if (k != s->best)
            evaluate(s, &s->at[k]);
    return true;
}

/* Moves the worst corner, or all; false when it is over. */
static bool move(struct simplex *s)
{
    struct corner centre = {{0}, 0}, mirror = {{0}, 0}, third = {{0}, 0};
    struct corner *worst = &s->at[s->worst];
    bool better;

    for (size_t k = 0; k <= s->n; k++)
        for (size_t i = 0; i < s->n && k != s->worst; i++)
            centre.x[i] += s->at[k].x[i] / (double)s->n;
    along(s, worst->x, centre.x, 2, &mirror);
    evaluate(s, &mirror);
    if (mirror.value < s->at[s->best].value) {
        along(s, centre.x, mirror.x, 2, &third);
        evaluate(s, &third);
        *worst = third.value < mirror.value ? third : mirror;
        return true;
    }
    better = mirror.value < worst->value;
    if (better)
        *worst = mirror;
    /* A mirror that is now the worst or no gain is drawn in. */
    along(s, centre.x, worst->x, 0.5, &third);
    evaluate(s, &third);
    if (third.value < worst->value)
        *worst = third;
    else if (!better)
        return shrink(s);
    return true;
}

double simplex_least(double *x, size_t n, simplex_function f, void *arg, double tolerance,
                     size_t evaluations)
{
    struct simplex s = {.n = n, .f = f, .arg = arg};
    double near;

    memcpy(s.at[0].x, x, n * sizeof *x);
    evaluate(&s, &s.at[0]);
    if (!(s.at[0].value < NOT_ALLOWED))
        return INFINITY;
    near = tolerance * (fabs(s.at[0].value) + tolerance);
    begin(&s, x);
    do
        order(&s);
    while (s.at[s.worst].value > s.at[s.best].value + near && s.calls <= evaluations && move(&s));
    memcpy(x, s.at[s.best].x, n * sizeof *x);
    return s.at[s.best].value;
}
