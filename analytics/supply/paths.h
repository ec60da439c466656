/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paths: what strikes all ponds of a regency together, drawn once: path i belongs to draw i of every pond.
 *
 * Components, each with a stream of its own, so that one more changes no other's numbers:
 *  - ln_price: ln of the price of feed against the usual one, the same market for both regencies. Weekly AR(1) 0.98, standing
 *    sd 0.10; a price higher by 1 % lowers feeding by 0.3 %. Assumptions: no local series of feed prices is known.
 *  - smoke: share of the week under haze, August to October. Seasons seen: 2015, 2019, 2023, 3 in 11 years, so a rate
 *    Gamma(3.5, 11 years) a season. It begins until 12 September and lasts 21 to 49 days, over both regencies together in four
 *    cases of five, and comes in the years of low flow four times in five; growth is then lower by 0.10 in ln. Assumptions
 *    all but the years.
 *  - rest: all else (weather, disease, habits). Weekly AR(1).
 *    z = rest - 0.3 ln_price - 0.10 smoke is the common deviation of ln growth: standing sd over the year 0.12, from week to
 *    week 0.8, between the regencies 0.6; rest's own figures (0.1152, 0.788, 0.569) are what makes the sum so.
 *  - acid, low_flow: share of a caged stock lost to an event that week. Acid flush of the peat in December-February, low
 *    flow in August-November: of each about 3 in 11 years of local press (2015-2026), so a rate Gamma(3.5, 11 years) a
 *    season; loss Beta(2, 3) for cages; ponds take a fifth of it and biofloc a tenth (ensemble_prior.exposure). An event
 *    strikes both regencies together with probability 0.6, else each on its own. loss holds both kinds.
 *  - appetite: ln of the growth of caged fish in low flow, <= 0. The local press says that fish stop eating and are
 *    harvested 1 to 2 months late: -1.0 for 8 weeks from the event on makes 5 weeks (assumption). Scaled by exposure as
 *    losses are; not part of z.
 *    growth = z + exposure x appetite, by system.
 *  - temp_dev: common deviation of the water's weekly temperature from a pond's usual one, C, for weeks to come (for weeks
 *    gone by there are sensors). AR(1) 0.8, standing sd 0.8, 0.8 between the regencies: assumptions, no station's table is
 *    known. Near 28.5 C it moves growth by 1 to 2 % a degree.
 *
 * The paths of paths_new depend on seed and number of draws alone: not on the ponds, and not on how far they reach ahead. */
#ifndef ANALYTICS_PATHS_H
#define ANALYTICS_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/region.h"
#include "collector/common/site.h"

#define PATHS_PAST_WEEKS       104

#define PATHS_REST_SD          0.1152
#define PATHS_REST_KEPT        0.788
#define PATHS_REST_CORR        0.569
#define PATHS_PRICE_SD         0.10
#define PATHS_PRICE_KEPT       0.98
#define PATHS_PRICE_ELASTICITY (-0.3)
#define PATHS_SMOKE_EFFECT     (-0.10)
#define PATHS_APPETITE         (-1.0)
#define PATHS_APPETITE_WEEKS   8
#define PATHS_TOGETHER         0.6 /* share of events that strike both regencies */
#define PATHS_EVENT_COUNT      3.5 /* Gamma shape: 3 of a kind seen, and half an event of doubt */
#define PATHS_EVENT_YEARS      11.0
#define PATHS_LOSS_A           2.0
#define PATHS_LOSS_B           3.0

/* Kinds of events, each at most once a season. */
enum paths_event {
    PATHS_ACID,
    PATHS_LOW_FLOW,
    PATHS_EVENT_KINDS
};

/* All arrays are [week][draw]. */
struct paths {
    size_t draws, weeks;
    int32_t first_day; /* day of week 0 */
    double *rest[REGENCY_COUNT], *ln_price, *smoke[REGENCY_COUNT];
    double *event[PATHS_EVENT_KINDS][REGENCY_COUNT]; /* loss by kind */
    double *appetite[REGENCY_COUNT], *temp_dev[REGENCY_COUNT];
    /* made of them by paths_sum */
    double *z[REGENCY_COUNT], *loss[REGENCY_COUNT];
    double *growth[REGENCY_COUNT][POND_SYSTEM_COUNT];
    double *block; /* the one allocation behind them */
};

/* From PATHS_PAST_WEEKS up to and including as_of_day to last_day and beyond. A week ends with as_of_day, so that an event
 * strikes the stock either in the past or in the future. Never NULL. */
struct paths *paths_new(uint64_t seed, int32_t as_of_day, int32_t last_day, size_t draws);
void paths_free(struct paths *p); /* NULL is fine */

/* Makes z, loss and growth anew after a change of a component. */
void paths_sum(struct paths *p);

/* What is to happen in every draw, for scenarios: on the same draws in all else. Months are civil month numbers (civil.h).
 * Weeks gone by are left alone. PATHS_NO_MONTH: not asked for. */
#define PATHS_NO_MONTH INT32_MIN
struct paths_shock {
    int32_t
        acid_month; /* an acid flush in both regencies some week of this month, instead of the own one of what is left of its season
                     * from then on; the months before are as they were */
    int32_t smoke_from_month,
        smoke_to_month; /* both included: under smoke all through, both regencies */
    int32_t price_from_month;
    double price_factor;        /* > 0, times the price of feed from that month on; 1: unchanged */
    bool spared[REGENCY_COUNT]; /* by acid flush and smoke: keeps what its own path has */
};
struct paths_shock paths_shock_none(void);
/* The same seed as paths_new's. */
void paths_apply(struct paths *p, const struct paths_shock *s, uint64_t seed);

/* Week index of a day; days before the first week take the first, days after the last the last. */
size_t paths_week(const struct paths *p, int32_t day);

/* First day and length of the season of a kind of event that begins in year. */
int32_t paths_season(enum paths_event kind, int year, int *days);
/* Adds to kind's loss (0..1) of a draw in the week of day, and what low flow does to appetite from then on; days outside are
 * ignored. paths_sum is the caller's. */
void paths_strike(struct paths *p, enum paths_event kind, size_t regency, int32_t day, size_t draw,
                  double loss);

/* Adds haze of so many days from day on, likewise. */
void paths_smoke(struct paths *p, size_t regency, int32_t day, int days, size_t draw);
/* Takes back in all draws what the season of kind that begins in year has brought; of low flow also appetite and haze. */
void paths_clear(struct paths *p, enum paths_event kind, int year);
/* When haze begins, as days from 1 August, and how long it lasts: uniform. */
#define PATHS_SMOKE_MONTH      8
#define PATHS_SMOKE_BEGIN_DAYS 43
#define PATHS_SMOKE_DAYS_MIN   21
#define PATHS_SMOKE_DAYS_MAX   49
/* Chance, averaged over the rates, that low flow strikes none, the first, the second, both regencies [0..3] and haze
 * likewise [0..3]. The sums over haze hold for acid flushes too. */
void paths_chances(double chance[4][4]);

/* A seed for the generator of one named thing (a pond, "paths/rest"), so that one more changes no other's draws. */
unsigned long paths_stream(uint64_t seed, const char *name);

#endif
