/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world: builds a snapshot of production records by hand, for tests of the fish and the supply. Rows are added cycle by
 * cycle and day by day, as a snapshot has them. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/records.h"

#define assert_close(got, want, tolerance) assert_close_(got, want, tolerance, __FILE__, __LINE__)
static inline void assert_close_(double got, double want, double tolerance, const char *file,
                                 int line)
{
    if (!(fabs(got - want) <= tolerance)) {
        print_error("%.12g is not %.12g within %g\n", got, want, tolerance);
        _fail(file, line);
    }
}

#define WORLD_ROWS 4000

struct world {
    struct records_snapshot s;
};

static inline struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->s.farm = calloc(64, sizeof *w->s.farm);
    w->s.pond = calloc(512, sizeof *w->s.pond);
    w->s.cycle = calloc(2048, sizeof *w->s.cycle);
    w->s.feed = calloc(WORLD_ROWS, sizeof *w->s.feed);
    w->s.sample = calloc(WORLD_ROWS, sizeof *w->s.sample);
    w->s.death = calloc(WORLD_ROWS, sizeof *w->s.death);
    w->s.harvest = calloc(WORLD_ROWS, sizeof *w->s.harvest);
    return w;
}

static inline void world_free(struct world *w)
{
    free(w->s.farm);
    free(w->s.pond);
    free(w->s.cycle);
    free(w->s.feed);
    free(w->s.sample);
    free(w->s.death);
    free(w->s.harvest);
    free(w);
}

static inline size_t world_farm(struct world *w, const char *kecamatan)
{
    struct rec_farm *f = &w->s.farm[w->s.farms];

    assert_int_equal(region_find_kecamatan(kecamatan, &f->kecamatan), 0);
    f->regency = region_kecamatan(f->kecamatan)->regency;
    (void)snprintf(f->slug, sizeof f->slug, "farm-%u", (unsigned)w->s.farms);
    return w->s.farms++;
}

static inline size_t world_pond(struct world *w, size_t farm, const char *slug,
                                enum pond_system system)
{
    struct rec_pond *p = &w->s.pond[w->s.ponds];

    (void)snprintf(p->slug, sizeof p->slug, "%s", slug);
    p->farm = farm;
    p->system = system;
    p->area_m2 = 200;
    p->depth_m = 1;
    return w->s.ponds++;
}

static inline size_t world_cycle(struct world *w, size_t pond, int32_t day, double count,
                                 double mass_g)
{
    struct rec_cycle *c = &w->s.cycle[w->s.cycles];

    *c = (struct rec_cycle){.pond = pond,
                            .stocked_day = day,
                            .count = count,
                            .mass_g = mass_g,
                            .closed_day = INT32_MAX};
    return w->s.cycles++;
}

static inline void world_feed(struct world *w, size_t cycle, int32_t day, double kg)
{
    assert_true(w->s.feeds < WORLD_ROWS);
    w->s.feed[w->s.feeds++] = (struct rec_feed){.cycle = cycle, .day = day, .feed_kg = kg};
}

static inline void world_sample(struct world *w, size_t cycle, int32_t day, double fish,
                                double mean_g)
{
    assert_true(w->s.samples < WORLD_ROWS);
    w->s.sample[w->s.samples++] = (struct rec_sample){cycle, day, fish, mean_g, NAN};
}

static inline void world_death(struct world *w, size_t cycle, int32_t day, double count)
{
    assert_true(w->s.deaths < WORLD_ROWS);
    w->s.death[w->s.deaths++] = (struct rec_death){.cycle = cycle, .day = day, .count = count};
}

static inline void world_harvest(struct world *w, size_t cycle, int32_t day, double kg,
                                 double fish_per_kg, enum records_harvest_kind kind)
{
    assert_true(w->s.harvests < WORLD_ROWS);
    w->s.harvest[w->s.harvests++] =
        (struct rec_harvest){cycle, day, kg, fish_per_kg, kind, NAN, NAN};
    if (kind == HARVEST_FINAL)
        w->s.cycle[cycle].closed_day = day;
}

#endif
