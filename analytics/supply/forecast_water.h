/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forecast_water: the sensors' part of forecast: hourly series to days of water for growth. */
#ifndef ANALYTICS_FORECAST_WATER_H
#define ANALYTICS_FORECAST_WATER_H

#include "forecast.h"
#include "oxygen.h"

#define FORECAST_WATER_OXYGEN_CYCLES 3 /* of a pond, the newest, that oxygen is learned of */

/* Loads each pond that is in use (open cycle, or one that ended within 90 days): from its stocking, at most 728 days back,
 * and at least 60 days before as_of_day. source NULL: nothing is loaded. The first error of series_load ends it, with the
 * pond in why. *with: ponds with any day known. oxygen as in
 * struct forecast_request. */
NILA_MUST_CHECK int forecast_water_load(struct series_source *source,
                                        const struct records_snapshot *s, int32_t as_of_day,
                                        const struct growth_oxygen *oxygen,
                                        struct supply_water *water, size_t *with, char *why,
                                        size_t why_size);

/* What the weighed cycles of at most 728 days with measured oxygen say of the limits of each system (oxygen.h): usual, as above, is
 * what they lean on, and what out [POND_SYSTEM_COUNT] holds where nothing is learned. Errors as above. */
NILA_MUST_CHECK int forecast_oxygen_learn(struct series_source *source,
                                          const struct records_snapshot *s, int32_t as_of_day,
                                          const struct growth_oxygen *usual,
                                          struct oxygen_learned *out, char *why, size_t why_size);

/* Days after the cycle's stocking up to the last sample that tells of growth, 0: too few, or the mass stocked is not known.
 * Samples from the first harvest on do not count. */
size_t forecast_oxygen_days(const struct records_snapshot *s, size_t cycle, int32_t as_of_day);
/* Takes the cycle in with the hours of those days; as oxygen_add. */
bool forecast_oxygen_cycle(const struct records_snapshot *s, size_t cycle, int32_t as_of_day,
                           const struct forecast_hours *h, const struct growth_oxygen *usual,
                           struct oxygen_evidence *e);

/* What forecast_water.c and forecast_oxygen.c share: hourly means of first_day..last_day, and those of one metric on the
 * grid of hours from from_ms on (NaN: none). */
NILA_MUST_CHECK int forecast_hours_load(struct series_source *source, const char *pond,
                                        int32_t first_day, int32_t last_day,
                                        struct forecast_hours *h, char *why, size_t why_size);
void forecast_hours_free(struct forecast_hours *h);
void forecast_hours_grid(const struct series *s, int64_t from_ms, size_t hours, double *out);
/* The limits of a system: as usual (growth.h) where none are given. */
struct growth_oxygen forecast_oxygen_usual(const struct growth_oxygen *given,
                                           enum pond_system system);

#endif
