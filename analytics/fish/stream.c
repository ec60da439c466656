/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream.h"

#include <stdint.h>

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

gsl_rng *stream_new(void)
{
    gsl_rng *rng = gsl_rng_alloc(stream_type);

    if (rng == NULL)
        fatal("no memory");
    return rng;
}
