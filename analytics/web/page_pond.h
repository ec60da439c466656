/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_pond: the parts of a pond's page. Pure. */
#ifndef ANALYTICS_WEB_PAGE_POND_H
#define ANALYTICS_WEB_PAGE_POND_H

#include "analytics/web/page.h"

/* Oxygen and temperature over the day's span, with what was noted, as charts and as tables. page_pond_charts.c */
void pond_charts(struct buf *b, const struct page_model *m, const struct page_pond *p,
                 const struct page_day *day, enum lang lang);
/* The fish: the open cycle and what is expected of it. page_pond_cycle.c */
void pond_cycle(struct buf *b, const struct page_model *m, const struct page_pond *p,
                const struct page_day *day, enum lang lang);
/* What the farmer's records say of the cycle by themselves (fish/derived.h); nothing while it is not known.
 * page_pond_figures.c */
void pond_figures(struct buf *b, const struct page_model *m, const struct page_cycle *c,
                  enum lang lang);

#endif
