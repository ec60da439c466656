/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "torture.h"

#include <inttypes.h>

unsigned torture_faults;

uint64_t torture_random(uint64_t *rng)
{
    uint64_t z = *rng += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

unsigned torture_below(uint64_t *rng, unsigned n)
{
    return (unsigned)(torture_random(rng) % n);
}

int torture_end(const struct torture_tally *t)
{
    printf("torture runs=%" PRIu64 " acknowledged=%" PRIu64 " lost=%" PRIu64 " extra=%" PRIu64
           " wrong=%" PRIu64 "\n",
           t->runs, t->acknowledged, t->lost, t->extra, t->wrong);
    return t->lost + t->extra + t->wrong > 0 ? 1 : 0;
}
