/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "demand.h"

#include <math.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "collector/common/log.h"
#include "paths.h"

static const double POPULATION[REGENCY_COUNT] = {
    [REGENCY_KOTIM] = 454515, [REGENCY_SERUYAN] = 159849};
static const double KG_LOG_SD = 0.3;

double demand_population(enum regency r)
{
    return POPULATION[r];
}

void demand_draw(uint64_t seed, size_t draws, double *kg)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    if (rng == NULL)
        fatal("no memory");
    gsl_rng_set(rng, paths_stream(seed, "demand/head"));
    for (size_t i = 0; i < draws; i++) {
        double head = DEMAND_KG_A_HEAD_YEAR *
                      exp(gsl_ran_gaussian_ziggurat(rng, KG_LOG_SD) - 0.5 * KG_LOG_SD * KG_LOG_SD) /
                      12;

        kg[i] = 0;
        for (size_t r = 0; r < REGENCY_COUNT; r++) {
            kg[(1 + r) * draws + i] = POPULATION[r] * head;
            kg[i] += POPULATION[r] * head;
        }
    }
    gsl_rng_free(rng);
}
