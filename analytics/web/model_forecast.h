/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_forecast: from a forecast's draws to the quantiles a page shows. Pure, but for model_revision_on_record. */
#ifndef ANALYTICS_WEB_MODEL_FORECAST_H
#define ANALYTICS_WEB_MODEL_FORECAST_H

#include "analytics/records/issues.h"
#include "analytics/supply/forecast.h"
#include "analytics/web/page.h"

/* Ponds of each node of the tree: joint, regencies, kecamatan. */
void model_count_ponds(const struct records_snapshot *s, unsigned out[SUPPLY_NODES]);

/* Everything of *out but without_water and revision. */
void model_summarise(const struct forecast *f, struct page_forecast *out);

/* The revision under which what f shows was issued: the newest of n that is of the same day and has the same means in every
 * month of joint (to a billionth); 0: none, and what is shown was not issued. */
unsigned model_revision(const struct rec_issue *issue, size_t n, const struct page_forecast *f);

/* The same over all that is on record; 0 also when that cannot be read, logged. */
unsigned model_revision_on_record(struct records *r, const struct page_forecast *f);

#endif
