/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_cells: what of a forecast the pages may show without telling of one or two farms (merge.h). */
#ifndef ANALYTICS_WEB_MODEL_CELLS_H
#define ANALYTICS_WEB_MODEL_CELLS_H

#include "analytics/supply/forecast.h"
#include "analytics/web/page.h"

/* Sets out->merge from the records and puts the figures of each cell's members together, by draws, at the kecamatan that stands
 * for it. out->neraca, tracked and ponds are there already. */
void model_cells_join(const struct forecast *f, struct page_forecast *out);
/* After rounding: takes away what is not told. */
void model_cells_hide(struct page_forecast *out);

#endif
