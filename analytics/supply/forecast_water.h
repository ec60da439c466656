/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forecast_water: the sensors' part of forecast: hourly series to days of water for growth. */
#ifndef ANALYTICS_FORECAST_WATER_H
#define ANALYTICS_FORECAST_WATER_H

#include "forecast.h"

/* Loads each pond that is in use (open cycle, or one that ended within 90 days): from its stocking, at most 728 days back,
 * and at least 60 days before as_of_day. source NULL: nothing is loaded. The first error of series_load ends it, with the
 * pond in why. *with: ponds with any day known. oxygen as in
 * struct forecast_request. */
NILA_MUST_CHECK int forecast_water_load(struct series_source *source,
                                        const struct records_snapshot *s, int32_t as_of_day,
                                        const struct growth_oxygen *oxygen,
                                        struct supply_water *water, size_t *with, char *why,
                                        size_t why_size);

#endif
