/* SPDX-License-Identifier: GPL-3.0-or-later */
/* silence: what it means that nothing was written about a cycle for some days. Pure; rows dated after as_of_day are never
 * looked at, and of late entries only those the snapshot knows of.
 *
 * A sign of life is the day of a stocking, feed, sample, death or harvest (the day of the event: a row of last month that is
 * entered today says nothing of today). Two explanations are weighed against each other, draw by draw (pondrun.h):
 *
 * - The fish are there and the next row is not due. The time from one sign to the next is Gamma(shape, rate): shape is the
 *   regularity of all farmers, the rate is the farmer's own, with a prior that is worth one interval of the farmers' mean
 *   (14 days where there is none). Some intervals are lapses instead (holiday, broken phone), lasting 30 days in the mean:
 *   their share is Beta(2, 38) before the farmer's own.
 * - The fish were harvested and nobody wrote it down. The chance comes from cycles whose final harvest is missing and that
 *   were closed only by the next stocking: Beta(1, 9) for all farmers, and for each Beta around their mean, worth 6 cycles.
 *
 * Assumptions: the figures above that no record taught, that a harvest which is written down is on record on its day, and that
 * all ponds of a farm are written about by the same person. */
#ifndef ANALYTICS_SILENCE_H
#define ANALYTICS_SILENCE_H

#include <stdbool.h>

#include "analytics/records/records.h"

/* A cycle without a sign of life for more days than this is left out until a newer row confirms it. */
#define SILENCE_OUT_DAYS 45

/* The newest sign of life of a cycle by as_of_day; at least its stocking. */
int32_t silence_last_sign(const struct records_snapshot *s, size_t cycle, int32_t as_of_day);

/* Whether an open cycle is left out for it. */
bool silence_too_long(const struct records_snapshot *s, size_t cycle, int32_t as_of_day);

/* How one farmer writes. */
struct silence_habit {
    double shape;   /* of the gamma of intervals, > 0 */
    double a, b;    /* the rate is Gamma(a, rate b): b in days */
    double lapse;   /* share of intervals that are lapses, 0..1 */
    double forgets; /* chance that a final harvest is not written down, 0..1 */
};

struct silence; /* what all farmers of a snapshot have in common, and each one's own */

/* s is read here and not kept. Never NULL. */
struct silence *silence_new(const struct records_snapshot *s, int32_t as_of_day);
void silence_free(struct silence *w); /* NULL is fine */

/* farm: index in the snapshot. */
struct silence_habit silence_habit(const struct silence *w, size_t farm);

/* Chance that a farmer whose fish live writes nothing for more than days (>= 0) after a row: 1 at 0, falling. */
double silence_nothing_due(const struct silence_habit *h, double days);

/* Mean interval between signs of life that is expected of him, days. */
double silence_interval(const struct silence_habit *h);

#endif
