/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_scenario: "/wilayah/skenario". */
#ifndef ANALYTICS_WEB_PAGE_SCENARIO_H
#define ANALYTICS_WEB_PAGE_SCENARIO_H

#include "analytics/web/page.h"
#include "analytics/web/suppose.h"
#include "analytics/web/whatif.h"

/* Whether the forecast knows both regencies' ledgers of fingerlings. */
bool page_scenario_ledgers(const struct page_forecast *f);

/* s was read against m's forecast. state and c (with WHATIF_READY) count only when s has acts and no faults. */
void page_scenario(struct buf *b, const struct page_model *m, const struct suppose *s,
                   enum whatif_state state, const struct compare *c, enum lang lang);

#endif
