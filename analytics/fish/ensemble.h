/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble: members that each are one possible state of a cycle's fish (mean mass, spread, number, feeding level, conversion,
 * mortality), carried forward in time. The model alone: what people write down is taken in by filter.h, which holds the same
 * members with weights.
 *
 * Sizes within a pond are lognormal with each member's own cv. A partial harvest takes of the upper tail: number, mean and
 * spread change. Fish of both sexes breed from 40 g on: their young (recruits) eat, and drag the mean of a sample down, but
 * nobody buys them below 50 g, so that they are in no harvest.
 *
 * Threads: one ensemble, one thread. No allocation after ensemble_new. Masses, numbers and survival keep their bounds:
 * mass >= 0.01 g, 0 <= number <= number stocked less what was taken. */
#ifndef ANALYTICS_ENSEMBLE_H
#define ANALYTICS_ENSEMBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/site.h"
#include "growth.h"
#include "stream.h"

/* Priors of a cycle. The survival figures rest on few sources (biofloc 95 % and river cages 40 % in local reports,
 * 70-85 % in guides for ponds): assumptions until local records replace them. */
struct ensemble_prior {
    double feeding, feeding_sd; /* median of f, sd of ln f: 0.50, 0.30 (cycles of 3 to 5 months) */
    double conversion, conversion_sd; /* median of c0, sd of ln c0: 0.82, 0.30 */
    double survive_a, survive_b;      /* Beta of survival over ENSEMBLE_CYCLE_DAYS */
    double seen_a, seen_b; /* Beta of the share of dead fish that is seen and written down: 4, 4 */
    double do_a, do_b;     /* Beta of the usual oxygen effect where no sensor tells: 16, 4 */
    double exposure;       /* share of a cage's loss that a common event takes here, 0..1 */
    double mixed;          /* chance that the fish are of both sexes; 0, 0.5 unknown, 1 */
};
#define ENSEMBLE_CYCLE_DAYS    120.0
#define ENSEMBLE_COUNT_SD      0.10 /* of ln number stocked */
#define ENSEMBLE_STOCK_MASS_SD 0.15 /* of ln mass stocked; assumption */
#define ENSEMBLE_SAMPLE_CV     0.25 /* of single weights; median */
#define ENSEMBLE_CV_SD         0.20 /* of ln cv between ponds; assumption */
#define ENSEMBLE_BREED_G       40.0 /* fish breed from here on: 30 to 50 g, from memory */
#define ENSEMBLE_SPAWN         0.02 /* young that live, a fish and week; assumption, sd of ln 1 */
#define ENSEMBLE_RECRUIT_MAX_G 50.0
#define ENSEMBLE_SAMPLE_SD     0.03 /* of ln mean beyond chance: scales, wet fish */
#define ENSEMBLE_BIAS_SD       0.03 /* of ln mean, the same all cycle: small fish are easier to net */
#define ENSEMBLE_FEEDING_STEP  0.02 /* sd of the weekly step of ln f and ln c0 */
#define ENSEMBLE_USUAL_TEMP_C  28.5 /* water where no sensor tells */

void ensemble_prior(enum pond_system system, struct ensemble_prior *out);

struct ensemble {
    size_t n;
    size_t per_path; /* members k * per_path and on live under path k; 1 */
    int32_t day, stocked_day;
    /* Members, [n] each. */
    double *u;          /* mass_g^0.33 */
    double *count;      /* fish alive */
    double *count_max;  /* stocked less taken: upper bound of count */
    double *ln_cv;      /* ln of the spread of single masses */
    double *ln_feeding; /* ln f */
    double *ln_conversion;
    double *ln_mort;                /* ln of the mortality rate, 1/day */
    double *ln_seen;                /* ln of the share of dead fish seen, <= 0 */
    double *bias;                   /* of samples, in ln mass */
    double *do_usual;               /* oxygen effect of days without data, 0..1 */
    double *died;                   /* fish died since it was last set to 0, events apart */
    double *relative_ration;        /* running mean over the days with feed records, NaN before */
    double *spawn;                  /* young a fish and week, 0: one sex alone */
    double *recruits;               /* young fish there are */
    double *netted;                 /* how well the net takes them, 0..1 */
    double *gain_f, *gain_c, *live; /* exp of the above, kept up to date inside */
    double *level, *gain, *half;    /* exp of ln_feeding; work */
    double fed_share;               /* running share of recent days with feed records, 0..1 */
    bool fed_ever;                  /* the ration law was used in this cycle */
    bool stale;           /* caches above must be made anew: set it after changing a member */
    bool walked;          /* likewise, inside: feeding alone has changed */
    bool breeds;          /* some member has fish of both sexes */
    double breeding_days; /* since the fish of the first member were big enough */
    const double *z_used; /* the path the caches were made with; only compared, never read */
    double *block;        /* the one allocation behind all arrays */
};

/* n >= 2, a multiple of per_path (>= 1). Never NULL. */
struct ensemble *ensemble_new(size_t n, size_t per_path);
void ensemble_free(struct ensemble *e); /* NULL is fine */

/* Begins a cycle: count (> 0) fish of mass_g (> 0) on day. */
void ensemble_stock(struct ensemble *e, const struct ensemble_prior *prior, double count,
                    double mass_g, int32_t day, gsl_rng *rng);

/* Day, feeding so far, breeding: all that belongs to the cycle and not to a member. */
void ensemble_copy_clock(struct ensemble *to, const struct ensemble *from);

/* Some days alike. */
struct ensemble_span {
    int days; /* 1..7 */
    double
        effect; /* of the water, 0..1: mean of tau ups delta by day; without delta when do_known is false */
    double loss_rate; /* growth_loss of the usual temperature */
    bool do_known;    /* false: each member's usual oxygen effect is taken */
    double feed_kg;   /* given to the pond a day, as pellets; NaN: not known */
    const double *z;  /* common path of ln growth, [n / per_path]; NULL: 0 */
    const double
        *loss;       /* share of a caged stock lost to common events, [n / per_path]; NULL: none */
    double exposure; /* multiplies loss */
};
void ensemble_go(struct ensemble *e, const struct ensemble_span *s, gsl_rng *rng);

struct ensemble_day {
    /* do_effect NaN: each member's usual one is taken; temp_c and nh3_n_mg_l must be numbers */
    struct growth_day water;
    double feed_kg; /* as in struct ensemble_span */
    const double *z, *loss;
    double exposure;
};
/* One day. */
void ensemble_step(struct ensemble *e, const struct ensemble_day *d, gsl_rng *rng);

/* Member i's part of a partial harvest of kg; fish_per_kg NaN: not known, then half way between any fish and the biggest.
 * A twentieth of its fish always stays. */
void ensemble_take(struct ensemble *e, size_t i, double kg, double fish_per_kg);
/* The same for all. */
void ensemble_remove(struct ensemble *e, double kg, double fish_per_kg);
/* fish (>= 0) lost otherwise than by dying, of any size. */
void ensemble_lose(struct ensemble *e, size_t i, double fish);

/* Mean of the share p (0..1, above 0) of biggest fish, g. */
double ensemble_biggest_g(const struct ensemble *e, size_t i, double p);

double ensemble_mass_g(const struct ensemble *e, size_t i);
/* growth_mass of u [e->n], all at once; e->u for the members' own. Within 1e-14 of one by one. */
void ensemble_masses_g(const struct ensemble *e, const double *u, double *mass_g);
double ensemble_biomass_kg(const struct ensemble *e, size_t i);
/* kg of fish from from_g to below to_g (INFINITY: no bound). */
double ensemble_class_kg(const struct ensemble *e, size_t i, double from_g, double to_g);
/* Adds the same to kg [classes], class c from bound_g[c] to below bound_g[c + 1]; in one go it costs half as much. */
void ensemble_add_classes(const struct ensemble *e, size_t i, const double *bound_g, size_t classes,
                          double *kg);
/* What a sample would weigh on average, recruits in the net and bias included, in ln g. */
double ensemble_ln_sample(const struct ensemble *e, size_t i);

/* ln A of member i at full water effect (growth.h) as it will go on being fed: by its relative ration when most of the
 * recent days have feed records, else by its feeding level. */
double ensemble_ln_gain(const struct ensemble *e, size_t i);

#endif
