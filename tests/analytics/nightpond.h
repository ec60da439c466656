/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nightpond: a simulated pond's oxygen for the tests of the night forecast: a bloom by day, respiration by night, both
 * changing from day to day, read every 10 minutes. */
#ifndef TESTS_NIGHTPOND_H
#define TESTS_NIGHTPOND_H

#include <math.h>
#include <stdint.h>

#include "analytics/water/night.h"
#include "collector/common/civil.h"

struct nightpond {
    uint64_t seed;
    double oxygen;       /* mg/L now */
    double dusk, breath; /* of the day: peak at 17:00, decay 1/h of the night */
    bool on;             /* the aerator runs */
};

/* splitmix64, uniform in 0..1. */
static inline double nightpond_uniform(struct nightpond *p)
{
    uint64_t z = p->seed += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* A new day at 07:00. */
static inline void nightpond_day(struct nightpond *p)
{
    p->dusk = 7 + 4 * nightpond_uniform(p);
    p->breath = 0.05 + 0.06 * nightpond_uniform(p);
}

/* Ten minutes on; minute of the day, 0..1430, at their end. */
static inline double nightpond_step(struct nightpond *p, int minute)
{
    if (minute > 7 * 60 && minute <= 17 * 60)
        p->oxygen += (p->dusk - p->oxygen) / (1 + (17 * 60 - minute) / 10.0);
    else
        p->oxygen += (-p->breath * p->oxygen + (p->on ? 0.25 * (6 - p->oxygen) : 0)) / 6;
    return fmax(0.05, p->oxygen + 0.1 * (nightpond_uniform(p) - 0.5));
}

static inline struct nightpond nightpond_new(uint64_t seed)
{
    struct nightpond p = {.seed = seed, .oxygen = 3};

    nightpond_day(&p);
    return p;
}

#endif
