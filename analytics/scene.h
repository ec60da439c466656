/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scene: what a pond's status is judged from, gathered: the water's series and the production records become a struct
 * status_scene (analytics/water/status.h). Pages and the alarm judge by the same scene. */
#ifndef ANALYTICS_SCENE_H
#define ANALYTICS_SCENE_H

#include <stddef.h>
#include <stdint.h>

#include "analytics/records/records.h"
#include "analytics/series.h"
#include "analytics/water/status.h"

/* pH changes slowly: its days are read again after this. */
#define SCENE_PH_FRESH_MS ((int64_t)10 * 60 * 1000)

/* pH of the last days. Errors as series_load; then *out is all NaN. */
NILA_MUST_CHECK int scene_ph(struct series_source *s, const char *pond, int64_t now_ms,
                             struct status_ph *out);

/* What the records say of pond (index): its system, when its fish were stocked, how many there are by stocking less
 * recorded deaths, the dead of the newest day they were counted (today or yesterday) and of a usual day (mean of the 14
 * days before it, days without a note as 0). Other members are left alone. Pure. */
void scene_records(const struct records_snapshot *s, size_t pond, struct status_scene *out);

#endif
