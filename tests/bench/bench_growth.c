/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a growth step costs, against the measured limit of this machine for its arithmetic: bare loops over arrays in L1,
 * compiled with the same flags, that do what one step does, 20 multiplications and 14 additions, and 2 square roots and 1
 * division, each on its own and on independent numbers. The two kinds have units of their own and can overlap, so the limit
 * is the longer of the two; their sum is printed too. Beside it: the same step by the midpoint rule with pow (two calls),
 * and what it costs to begin a generator for a draw.
 *
 * A step is 1 to 7 days of equal conditions (growth.h): ns a fish-day is for steps of a week, as the forecast has them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <gsl/gsl_randist.h>

#include "analytics/fish/growth.h"
#include "analytics/fish/stream.h"

#define MEMBERS 512 /* four arrays of them lie in 16 kB */
#define ROUNDS  20000
#define TRIES   7 /* the quickest counts: others were disturbed */
#define TARGET  2.0

static double in[MEMBERS], u[MEMBERS], gain[MEMBERS], out[MEMBERS];
static volatile double sink; /* keeps loops whose result nobody reads */

static double cpu_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

enum {
    CHUNK = 32
};

/* 20 multiplications, 14 additions. */
static void multiply_add(double *restrict to, const double *restrict from)
{
    for (int i = 0; i < CHUNK; i++) {
        double x = from[i], a = x * 0.51 + 1.3, b = x * 0.52 + 1.4, c = x * 0.53 + 1.5;
        double d = x * 0.54 + 1.6, e = x * 0.55 + 1.7, f = x * 0.56 + 1.8, g = x * 0.57 + 1.9;

        /* 7 and 7 so far, 13 and 7 to come */
        to[i] = (a * b * 0.9 + c * d * 0.8) * 0.7 + (e * f * 0.6 + g * x * 0.5) * 0.4 +
                (a * 0.3 + x * 0.2 + (c + e) * 0.1);
    }
}

static void roots_division(double *restrict to, const double *restrict from)
{
    for (int i = 0; i < CHUNK; i++) {
        double x = from[i];

        to[i] = sqrt(x) + sqrt(x + 1) + 1 / x; /* three additions more than named */
    }
}

static void loop_multiply_add(void)
{
    for (int i = 0; i < MEMBERS; i += CHUNK)
        multiply_add(out + i, in + i);
}

static void loop_roots_division(void)
{
    for (int i = 0; i < MEMBERS; i += CHUNK)
        roots_division(out + i, in + i);
}

static void loop_kernel(void)
{
    growth_steps_u(MEMBERS, u, gain, 0.0016, 7);
}

static void loop_midpoint(void)
{
    for (int i = 0; i < MEMBERS; i++) {
        double half =
            in[i] + 3.5 * GROWTH_U_EXPONENT * (gain[i] - 0.0016 * pow(in[i], GROWTH_LOSS_POWER));

        out[i] = in[i] + 7 * GROWTH_U_EXPONENT * (gain[i] - 0.0016 * pow(half, GROWTH_LOSS_POWER));
    }
}

/* Least ns a member over some tries. */
static double ns_of(void (*loop)(void), int rounds)
{
    double least = INFINITY;

    for (int t = 0; t < TRIES; t++) {
        double start;

        for (int i = 0; i < MEMBERS; i++)
            u[i] = in[i];
        start = cpu_s();
        for (int r = 0; r < rounds; r++)
            loop();
        least = fmin(least, cpu_s() - start);
        sink = out[MEMBERS / 3] + u[MEMBERS / 3];
    }
    return least * 1e9 / rounds / MEMBERS;
}

/* ns to begin a generator and draw once from it. */
static double ns_to_begin(const gsl_rng_type *type)
{
    gsl_rng *rng = gsl_rng_alloc(type);
    double start = cpu_s(), sum = 0;
    const unsigned long n = 100000;

    for (unsigned long k = 1; k <= n; k++) {
        gsl_rng_set(rng, k);
        sum += gsl_ran_gaussian_ziggurat(rng, 1);
    }
    start = cpu_s() - start;
    sink = sum;
    gsl_rng_free(rng);
    return start * 1e9 / (double)n;
}

int main(void)
{
    double kernel, arithmetic, roots, limit, midpoint;

    for (int i = 0; i < MEMBERS; i++) {
        in[i] = 1.5 + 0.012 * i;
        gain[i] = 0.06 + 0.0001 * i;
    }
    kernel = ns_of(loop_kernel, ROUNDS);
    arithmetic = ns_of(loop_multiply_add, ROUNDS);
    roots = ns_of(loop_roots_division, ROUNDS);
    midpoint = ns_of(loop_midpoint, ROUNDS / 10);
    limit = fmax(arithmetic, roots);
    printf(
        "growth: %.2f ns a step, %.2f ns a fish-day; bare loops: 20 mul and 14 add %.2f ns, 2 sqrt "
        "and 1 div %.2f ns, both %.2f ns\n",
        kernel, kernel / 7, arithmetic, roots, arithmetic + roots);
    printf(
        "growth: %.2f times the limit (target: at most %.1f); midpoint with pow: %.2f ns a step, "
        "%.1f times as long\n",
        kernel / limit, TARGET, midpoint, midpoint / kernel);
    printf("growth: a generator begun and drawn from once: mt19937 %.0f ns, stream %.0f ns\n",
           ns_to_begin(gsl_rng_mt19937), ns_to_begin(stream_type));
    return kernel / limit <= TARGET ? 0 : 1;
}
