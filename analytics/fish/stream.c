/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <gsl/gsl_randist.h>

#include "collector/common/log.h"

struct state {
    uint64_t s[4];
};

static uint64_t rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

static uint64_t next(struct state *t)
{
    uint64_t *s = t->s, out = rotate(s[1] * 5, 7) * 9, moved = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= moved;
    s[3] = rotate(s[3], 45);
    return out;
}

static void set(void *state, unsigned long seed)
{
    struct state *t = state;
    uint64_t at = seed;

    for (int k = 0; k < 4;
         k++) { /* splitmix64; never all zero, since its steps are a permutation */
        uint64_t z = at += 0x9e3779b97f4a7c15ULL;

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        t->s[k] = z ^ (z >> 31);
    }
}

static unsigned long get(void *state)
{
    return (unsigned long)(next(state) >> 32);
}

static double get_double(void *state)
{
    return (double)(next(state) >> 11) * 0x1p-53;
}

static const gsl_rng_type TYPE = {"xoshiro256**", 0xffffffffUL, 0, sizeof(struct state), set, get,
                                  get_double};
const gsl_rng_type *const stream_type = &TYPE;

/* --- normal draws --- */

/* Half the bell is cut into so many layers of equal area (Marsaglia and Tsang 2000, J. Stat. Softw. 5:8; the tail as Voss has it,
 * whose edge GSL uses, so that its draws are ours). Layer k reaches from 0 to the bell's width at its lower bound; as far as at its
 * upper bound it is all under the bell. */
#define LAYERS 128
#define EDGE   3.44428647676
#define LOTS   0x1p24

static struct {
    double width[2 * LAYERS]; /* of a lot, layer by layer: to the left, then to the right */
    uint32_t sure[LAYERS];
    double height[LAYERS]; /* of the bell at its upper bound */
} layer;
static bool layers_there;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_layers(void)
{
    double low = exp(-0.5 * EDGE * EDGE), edge = EDGE;
    double area =
        low * (EDGE + 1 / EDGE); /* the lowest's: with what the tail is drawn from, see is_under */

    layer.height[LAYERS - 1] = low;
    layer.width[2 * LAYERS - 1] = area / low / LOTS;
    layer.sure[LAYERS - 1] = (uint32_t)(EDGE * low / area * LOTS);
    for (int k = LAYERS - 2; k >= 0; k--) {
        double y = layer.height[k + 1] + area / edge, inner = k > 0 ? sqrt(-2 * log(y)) : 0;

        layer.height[k] = k > 0 ? y : 1;
        layer.width[LAYERS + k] = edge / LOTS;
        layer.sure[k] = (uint32_t)(inner / edge * LOTS);
        edge = inner;
    }
    for (int k = 0; k < LAYERS; k++)
        layer.width[k] = -layer.width[LAYERS + k];
    layers_there = true;
}

/* Beyond what is sure of layer k: *x is taken or not. In the lowest, x beyond EDGE is drawn instead from the exponential that
 * touches the bell there. */
static bool is_under(struct state *t, uint32_t k, double *x)
{
    double y, beyond;

    if (k + 1 < LAYERS) {
        y = layer.height[k + 1] + (layer.height[k] - layer.height[k + 1]) * get_double(t);
    } else {
        beyond = EDGE - log(1 - get_double(t)) / EDGE;
        *x = copysign(beyond, *x);
        y = exp(-EDGE * (beyond - 0.5 * EDGE)) * get_double(t);
    }
    return y < exp(-0.5 * *x * *x);
}

/* A word's layer and lot. Returns whether that is sure to be under the bell. */
static inline bool is_sure(uint32_t word, double *x)
{
    uint32_t lot = word >> 8;

    *x = lot * layer.width[word & (2 * LAYERS - 1)];
    return lot < layer.sure[word & (LAYERS - 1)];
}

/* One draw in seventy: after a word that was not sure. Kept out of the loops around it, which it would slow down. */
__attribute__((noinline)) static double seek(struct state *t, uint32_t word)
{
    double x;

    (void)is_sure(word, &x);
    while (!is_under(t, word & (LAYERS - 1), &x)) {
        word = (uint32_t)(next(t) >> 32);
        if (is_sure(word, &x))
            break;
    }
    return x;
}

double stream_gauss(gsl_rng *rng, double sd)
{
    uint32_t word;
    double x;

    if (rng->type != &TYPE || !layers_there)
        return gsl_ran_gaussian_ziggurat(rng, sd);
    word = (uint32_t)(next(rng->state) >> 32);
    return sd * (is_sure(word, &x) ? x : seek(rng->state, word));
}

void stream_gauss_all(gsl_rng *rng, double sd, size_t n, double *out)
{
    struct state t;

    if (rng->type != &TYPE || !layers_there) {
        for (size_t k = 0; k < n; k++)
            out[k] = gsl_ran_gaussian_ziggurat(rng, sd);
        return;
    }
    t = *(struct state *)rng->state; /* a copy stays in registers */
    for (size_t k = 0; k < n; k++) {
        uint32_t word = (uint32_t)(next(&t) >> 32);
        double x;

        if (!is_sure(word, &x)) {
            *(struct state *)rng->state = t;
            x = seek(rng->state, word);
            t = *(struct state *)rng->state;
        }
        out[k] = sd * x;
    }
    *(struct state *)rng->state = t;
}

/* --- shares --- */

static double uniform_positive(struct state *t)
{
    double u;

    do
        u = get_double(t);
    while (!(u > 0));
    return u;
}

/* Marsaglia and Tsang 2000, ACM Trans. Math. Softw. 26:363; shape >= 1, scale 1. */
static double gamma_of(gsl_rng *rng, double shape)
{
    double d = shape - 1.0 / 3, c = 1.0 / 3 / sqrt(d), x, v, u;

    for (;;) {
        do {
            x = stream_gauss(rng, 1);
            v = 1 + c * x;
        } while (v <= 0);
        v = v * v * v;
        u = uniform_positive(rng->state);
        if (u < 1 - 0.0331 * x * x * x * x || log(u) < 0.5 * x * x + d * (1 - v + log(v)))
            return d * v;
    }
}

double stream_beta(gsl_rng *rng, double a, double b)
{
    double x, y;

    if (rng->type != &TYPE || !layers_there || a < 1 || b < 1)
        return gsl_ran_beta(rng, a, b);
    x = gamma_of(rng, a);
    y = gamma_of(rng, b);
    return x / (x + y);
}

gsl_rng *stream_new(void)
{
    gsl_rng *rng = gsl_rng_alloc(stream_type);

    if (rng == NULL || pthread_once(&once, make_layers) != 0)
        fatal("no memory");
    return rng;
}
