/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble: the fish of one open cycle as n equally likely members (mass, number, feeding level, conversion, mortality),
 * carried day by day and corrected by what the farmer writes down.
 *
 * Member i stays member i: it lives under common path i (weather, events) from stocking to harvest, so that draw i of
 * one pond may be added to draw i of another. For that reason members are never resampled; an observation moves each of
 * them by the stochastic ensemble Kalman step x_i += C(x, h) / (var h + R) (y + e_i - h_i), which keeps what is left of the
 * shared past in every member. What is shared between ponds: the common path of draw i, past and future. What is not:
 * everything drawn here from the pond's own generator. A pond's observation does not correct the common path itself; the
 * joint spread is thereby a little too wide, never too narrow, from that cause.
 *
 * Threads: one ensemble, one thread. No allocation after ensemble_new. Masses, numbers and survival keep their bounds:
 * mass >= 0.01 g, 0 <= number <= number stocked less what was taken. */
#ifndef ANALYTICS_ENSEMBLE_H
#define ANALYTICS_ENSEMBLE_H

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/site.h"
#include "growth.h"

/* Priors of a cycle. The survival figures rest on few sources (biofloc 95 % and river cages 40 % in local reports,
 * 70-85 % in guides for ponds): assumptions until local records replace them. */
struct ensemble_prior {
    double feeding, feeding_sd; /* median of f, sd of ln f: 0.50, 0.30 (cycles of 3 to 5 months) */
    double conversion, conversion_sd; /* median of c0, sd of ln c0: 0.82, 0.30 */
    double survive_a, survive_b;      /* Beta of survival over ENSEMBLE_CYCLE_DAYS */
    double seen_a, seen_b; /* Beta of the share of dead fish that is seen and written down: 4, 4 */
    double do_a, do_b;     /* Beta of the usual oxygen effect where no sensor tells: 16, 4 */
    double exposure;       /* share of a cage's loss that a common event takes here, 0..1 */
};
#define ENSEMBLE_CYCLE_DAYS    120.0
#define ENSEMBLE_COUNT_SD      0.10 /* of ln number stocked */
#define ENSEMBLE_STOCK_MASS_SD 0.15 /* of ln mass stocked; assumption */
#define ENSEMBLE_SAMPLE_CV     0.25 /* of single weights, where not measured */
#define ENSEMBLE_SAMPLE_SD     0.03 /* of ln mean beyond chance: scales, wet fish */
#define ENSEMBLE_BIAS_SD       0.03 /* of ln mean, the same all cycle: small fish are easier to net */
#define ENSEMBLE_FEEDING_STEP  0.02 /* sd of the weekly step of ln f and ln c0 */
#define ENSEMBLE_USUAL_TEMP_C  28.5 /* water where no sensor tells */

void ensemble_prior(enum pond_system system, struct ensemble_prior *out);

struct ensemble {
    size_t n;
    int32_t day, stocked_day;
    /* Members, [n] each. */
    double *u;          /* mass_g^0.33 */
    double *count;      /* fish alive */
    double *count_max;  /* stocked less taken: upper bound of count */
    double *ln_feeding; /* ln f */
    double *ln_conversion;
    double *ln_mort;                /* ln of the mortality rate, 1/day */
    double *ln_seen;                /* ln of the share of dead fish seen, <= 0 */
    double *bias;                   /* of samples, in ln mass */
    double *do_usual;               /* oxygen effect of days without data, 0..1 */
    double *died;                   /* fish died since the last ensemble_deaths, events apart */
    double *relative_ration;        /* running mean over the days with feed records, NaN before */
    double *gain_f, *gain_c, *live; /* exp of the above, kept up to date inside */
    double *work, *noise;
    double fed_share;     /* running share of recent days with feed records, 0..1 */
    bool fed_ever;        /* the ration law was used in this cycle */
    bool stale;           /* caches above must be made anew */
    const double *z_used; /* the path the caches were made with; only compared, never read */
    double *block;        /* the one allocation behind all arrays */
};

/* n >= 2. Never NULL. */
struct ensemble *ensemble_new(size_t n);
void ensemble_free(struct ensemble *e); /* NULL is fine */

/* Begins a cycle: count (> 0) fish of mass_g (> 0) on day. */
void ensemble_stock(struct ensemble *e, const struct ensemble_prior *prior, double count,
                    double mass_g, int32_t day, gsl_rng *rng);

struct ensemble_day {
    /* do_effect NaN: each member's usual one is taken; temp_c and nh3_n_mg_l must be numbers */
    struct growth_day water;
    double feed_kg;     /* given to the pond that day; NaN: not known */
    const double *z;    /* common path of ln growth, [n]; NULL: 0 */
    const double *loss; /* share of a caged stock lost this day to common events, [n]; NULL: none */
    double exposure;    /* multiplies loss */
};

/* One day. */
void ensemble_step(struct ensemble *e, const struct ensemble_day *d, gsl_rng *rng);

/* A weighed sample of fish (> 0) with mean_g (> 0); cv NaN: not measured. */
void ensemble_sample(struct ensemble *e, double fish, double mean_g, double cv, gsl_rng *rng);

/* count (>= 0) dead fish written down since the last call (or since stocking). A number far beyond what any member
 * expects is taken as one event that leaves the mortality rate as it was. */
void ensemble_deaths(struct ensemble *e, double count, gsl_rng *rng);

/* Takes out kg of fish; fish_per_kg NaN: of the member's own mass. A twentieth of a member's fish always stays, as the
 * harvest was a partial one. */
void ensemble_remove(struct ensemble *e, double kg, double fish_per_kg);

double ensemble_mass_g(const struct ensemble *e, size_t i);
double ensemble_biomass_kg(const struct ensemble *e, size_t i);

/* ln A of member i at full water effect (growth.h) as it will go on being fed: by its relative ration when most of the
 * recent days have feed records, else by its feeding level. */
double ensemble_ln_gain(const struct ensemble *e, size_t i);

#endif
