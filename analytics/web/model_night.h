/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_night: tonight's oxygen of every pond for the pages: a thread of its own reads the nights before, and forecasts anew every
 * quarter of an hour from 16:00 to 07:00 WIB, and a farm's within seconds after oxygen measured by hand or an aerator switched was put
 * on record; ponds of a farm learn from each other. Also, every six hours, whether a probe seems
 * fouled. Reads records by itself; a source that does not answer is tried again after a minute.
 * Threads: nights_of from any; start and stop from one. */
#ifndef ANALYTICS_WEB_MODEL_NIGHT_H
#define ANALYTICS_WEB_MODEL_NIGHT_H

#include "analytics/records/records.h"
#include "analytics/series.h"
#include "analytics/web/page.h"

struct nights; /* opaque */

/* Pointers are borrowed; path: of the records' file (copied). NILA_ERR_IO: no thread. */
NILA_MUST_CHECK int nights_start(struct nights **out, struct records *r, const char *path,
                                 struct series_source *s);
/* Waits for the query under way; NULL is fine. */
void nights_stop(struct nights *n);

/* What is known of the pond's night; false: nothing yet (also for NULL). */
bool nights_of(struct nights *n, const char *pond, struct page_night *out);

#endif
