/* SPDX-License-Identifier: GPL-3.0-or-later */
/* demand: what the people of the two regencies eat of nila in a month. A prior ("anggapan awal"), until a market survey
 * takes its place: every page and file that shows it must say so with DEMAND_LABEL.
 *
 * Annual kg a head: lognormal with mean 12.3 (the province's nila output a head, 34,586 t of 2023 by 2.81 million people)
 * and log-sd 0.3, one habit for both regencies; a twelfth of it each month (no Eid term). Heads: civil registry 2025. */
#ifndef ANALYTICS_DEMAND_H
#define ANALYTICS_DEMAND_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/region.h"

#define DEMAND_LABEL          "anggapan awal"
#define DEMAND_KG_A_HEAD_YEAR 12.3 /* mean */
#define DEMAND_NODES \
    (1 + REGENCY_COUNT) /* joint and the regencies, in the order of supply.h's nodes */

double demand_population(enum regency r);

/* Fills kg [node][draw] with the demand of one month. The same seed gives the same draws; draw i belongs to draw i of the
 * supply. */
void demand_draw(uint64_t seed, size_t draws, double *kg);

#endif
