/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_forecast: from a forecast's draws to the quantiles a page shows. Pure. */
#ifndef ANALYTICS_WEB_MODEL_FORECAST_H
#define ANALYTICS_WEB_MODEL_FORECAST_H

#include "analytics/supply/forecast.h"
#include "analytics/web/page.h"

/* Ponds of each node of the tree: joint, regencies, kecamatan. */
void model_count_ponds(const struct records_snapshot *s, unsigned out[SUPPLY_NODES]);

/* Everything of *out but without_water and revision. */
void model_summarise(const struct forecast *f, struct page_forecast *out);

#endif
