/* SPDX-License-Identifier: GPL-3.0-or-later */
/* typical: what a pond of a system gives in a month when nobody knows which pond: the mean of TYPICAL_PONDS made-up ponds of
 * random age under each common path, the same made-up ponds under every path, so that draws differ by their paths alone.
 *
 * The ponds were first stocked at evenly spread times of the last TYPICAL_DAYS and live by the priors of ensemble.h and
 * harvest.h; a usual stocking is the geometric mean of the ponds on record of that system, leaning on TYPICAL_STOCK with
 * the weight of TYPICAL_STOCK_WEIGHT ponds. Assumption: ponds nobody follows are stocked as those on record are; how much less they yield
 * is the business of untracked.h. */
#ifndef ANALYTICS_TYPICAL_H
#define ANALYTICS_TYPICAL_H

#include "paths.h"
#include "supply.h"

#define TYPICAL_PONDS        24
#define TYPICAL_DAYS         240 /* longer than a slow cycle with its gap */
#define TYPICAL_STOCK_WEIGHT 5.0

struct typical {
    /* kg a pond: [regency][system][lead - 1][draw]; of systems that were not asked for 0 */
    double *kg;
    /* sd of one pond's month about that mean, as a share of the mean over all months; 0 of what was not asked for */
    double cv[REGENCY_COUNT][POND_SYSTEM_COUNT];
    double stocked[POND_SYSTEM_COUNT]; /* fish of a usual stocking */
};

/* Fish of a usual stocking where no pond of the system is on record: assumptions. */
extern const double TYPICAL_STOCK[POND_SYSTEM_COUNT];

/* wanted: systems to be made. Never NULL. */
struct typical *typical_new(const struct supply_input *in, const struct paths *paths,
                            const bool wanted[POND_SYSTEM_COUNT]);
void typical_free(struct typical *t); /* NULL is fine */

static inline double *typical_draws(const struct typical *t, const struct supply_forecast *f,
                                    enum regency r, enum pond_system y, unsigned lead)
{
    return t->kg +
           (((size_t)r * POND_SYSTEM_COUNT + (size_t)y) * f->months + (lead - 1)) * f->draws;
}

#endif
