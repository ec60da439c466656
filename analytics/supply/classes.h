/* SPDX-License-Identifier: GPL-3.0-or-later */
/* classes: the supply by the offices' classes of aquaculture (kolam, karamba ...), which our systems map to by the table classes of
 * the records; a system that is not in it counts by CLASSES_USUAL, from memory and marked so.
 *
 * Draws of a class: of each kecamatan's total the share that its systems have there in that month by the means before
 * official figures (untracked_share). So the classes sum to the total in every draw. */
#ifndef ANALYTICS_CLASSES_H
#define ANALYTICS_CLASSES_H

#include "collector/common/buf.h"
#include "neraca.h"
#include "supply.h"
#include "untracked.h"

extern const char *const CLASSES_USUAL[POND_SYSTEM_COUNT];

/* The class of a system; *source (may be NULL): who says so. The strings are the snapshot's or constant. */
const char *classes_name(const struct records_snapshot *s, enum pond_system y, bool english,
                         const char **source);

/* Appends the file: node,period,class,systems,supply_kg,p10_kg,p90_kg,source for joint and the regencies, the periods of the neraca;
 * whole kilograms that sum to the neraca's supply_kg. f was run with by_system; u NULL: only ponds on record are counted. */
void classes_csv(struct buf *b, const struct neraca *n, const struct supply_forecast *f,
                 const struct untracked *u, const struct records_snapshot *s, bool english);

#endif
