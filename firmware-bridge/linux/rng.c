/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rng.h"

#include <math.h>

static const double TWO_PI = 6.283185307179586;

uint64_t rng_key(uint64_t key, uint64_t word)
{
    uint64_t z = key ^ (word + 0x9E3779B97F4A7C15U + (key << 6) + (key >> 2));

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

uint64_t rng_key_text(uint64_t key, const char *text)
{
    uint64_t h = 0xCBF29CE484222325U;

    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001B3U;
    return rng_key(key, h);
}

double rng_unit(uint64_t key)
{
    return (double)(rng_key(key, 0) >> 11) * 0x1p-53;
}

double rng_between(uint64_t key, double low, double high)
{
    return low + (high - low) * rng_unit(key);
}

double rng_normal(uint64_t key)
{
    double u = 1 - rng_unit(rng_key(key, 1)); /* (0, 1]: the logarithm is finite */
    double v = rng_unit(rng_key(key, 2));

    return sqrt(-2 * log(u)) * cos(TWO_PI * v);
}

double rng_smooth(uint64_t key, double x)
{
    double knot = floor(x);
    uint64_t at = (uint64_t)(int64_t)knot;
    double f = x - knot;

    return (1 - f) * rng_normal(rng_key(key, at)) + f * rng_normal(rng_key(key, at + 1));
}
