/* SPDX-License-Identifier: GPL-3.0-or-later */
/* river: acid water ("air bangai") that is seen at one cage reaches every cage downstream of it, whichever regency it lies in. Only
 * the order of the cages is known, not how long the water takes: they are told at once. Pure. */
#ifndef ANALYTICS_RIVER_H
#define ANALYTICS_RIVER_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/site.h"
#include "collector/common/slug.h"

#define RIVERS_MAX  8
#define RIVER_CAGES 64

struct river {
    char slug[SLUG_SIZE], name[SITE_NAME_SIZE];
    size_t cages;                      /* 1..RIVER_CAGES */
    char cage[RIVER_CAGES][SLUG_SIZE]; /* ponds, from upstream to downstream; each in one river */
};
struct rivers {
    size_t n;
    struct river river[RIVERS_MAX];
};

struct river_told {
    int64_t
        since_ms; /* the oldest word or measurement that still holds, at the cage or above it; 0: none does */
    int64_t last_ms; /* the newest; 0 none */
    size_t cage;     /* at which one that was; meaningless without */
};

/* acid_ms[i]: when acid water was last told of or measured at cage i, or an officer set the river's state there; 0 never. What is
 * older than hold_ms does not count, what lies ahead of now_ms does (clocks differ). told has n places. */
void river_tell(const int64_t *acid_ms, size_t n, int64_t now_ms, int64_t hold_ms,
                struct river_told *told);

/* The river of the cage and its place in it; NULL: it lies in none. */
const struct river *rivers_find(const struct rivers *r, const char *cage, size_t *place);

#endif
