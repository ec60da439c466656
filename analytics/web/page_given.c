/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the other regency's office gave for the joint forecast. */
#include <stdio.h>

#include "analytics/web/html.h"
#include "analytics/web/page_region.h"
#include "collector/common/civil.h"

void region_given(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    const struct forecast_given *g = &f->given;
    const bool english = lang == LANG_EN;
    const bool well = g->state == EXCHANGE_SETTLED;
    char day[FORMAT_SIZE], at[FORMAT_SIZE], ponds[FORMAT_SIZE];

    if (g->state == EXCHANGE_NONE)
        return;
    html_put(b, "<p class=\"$\"><b>$ $.</b> $", well ? "soft" : "sum",
             english ? "Office of" : "Kantor",
             regency_name(g->office == REGENCY_KOTIM ? REGENCY_SERUYAN : REGENCY_KOTIM),
             exchange_words(g->state, english));
    if (g->issued_ms != 0) {
        (void)format_date(day, sizeof day, lang, g->as_of_day);
        (void)format_date(at, sizeof at, lang, civil_day(g->issued_ms));
        (void)format_number(ponds, sizeof ponds, lang, g->ponds, 0);
        if (english)
            html_put(b, " As of $, issued on $, $ ponds with a cycle.", day, at, ponds);
        else
            html_put(b, " Keadaan $, terbit $, $ kolam bersiklus.", day, at, ponds);
    }
    html_raw(b, "</p>\n");
}
