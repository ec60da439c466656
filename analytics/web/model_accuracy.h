/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_accuracy: the month's forecast put on record, and how right earlier ones were, for the pages. */
#ifndef ANALYTICS_WEB_MODEL_ACCURACY_H
#define ANALYTICS_WEB_MODEL_ACCURACY_H

#include "analytics/supply/forecast.h"
#include "analytics/web/page.h"

/* A forecast that knows no water is put on record only from this day of the month on: until then the sensors may come back. */
#define MODEL_ISSUE_WITHOUT_WATER_DAY 4

/* Issues f when nothing of its month was issued yet; then fills accuracy of *out. What fails is logged, tried again
 * with the next forecast, and leaves accuracy.ready false. */
void model_accuracy(struct records *r, const struct forecast *f, uint64_t seed, bool sensors,
                    struct page_forecast *out);

/* Fills list and scores from what was matched. s: whose harvests they were; months of which a place's harvest is not told (merge.h) are not in
 * its scores, because an error in percent of a forecast that everybody saw is the harvest itself; NULL: all may be told. Pure. */
void model_judge(const struct accuracy_match *m, const struct records_snapshot *s,
                 struct page_accuracy *out);

#endif
