/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of the officer's page and the print: what of the supply comes from ponds on record, and what is estimated beyond them. */
#include "page_region.h"

#include "analytics/web/html.h"
#include "analytics/web/parts.h"

bool region_has_parts(const struct page_forecast *f)
{
    bool any = false;

    for (size_t node = 0; node < DEMAND_NODES; node++)
        any = any || f->neraca.whole[node];
    return any;
}

void region_split_cells(struct buf *b, const struct page_forecast *f, size_t node, size_t period,
                        enum lang lang)
{
    long long tracked = f->rounded.tracked[node][period];

    region_cell(b, tracked, &f->neraca.tracked[node][period], lang);
    region_cell(b, tracked == PAGE_UNTOLD ? PAGE_UNTOLD : f->rounded.supply[node][period] - tracked,
                &f->neraca.untracked[node][period], lang);
}

static void head_cell(struct buf *b, enum lang lang, enum text key, const struct text_arg *args)
{
    html_raw(b, "<th scope=\"col\">");
    parts_say(b, lang, key, args);
    html_raw(b, "</th>");
}

void region_split(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    if (!region_has_parts(f))
        return;
    parts_element(b, "h2", "", lang, TEXT_SPLIT_TITLE, NULL);
    html_put(b,
             "<div class=\"wide\"><table><caption>$</caption><thead><tr><th scope=\"col\">$</th>",
             text_get(lang, TEXT_SPLIT_NOTE), text_get(lang, TEXT_PERIOD));
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        const struct text_arg args[] = {{"wilayah", region_node_name(node, lang)}, {NULL, NULL}};

        head_cell(b, lang, TEXT_SPLIT_TRACKED, args);
        head_cell(b, lang, TEXT_SPLIT_UNTRACKED, args);
    }
    html_raw(b, "</tr></thead><tbody>\n");
    for (size_t p = 0; p < f->neraca.periods; p++) {
        region_period(b, f, p, lang);
        for (size_t node = 0; node < DEMAND_NODES; node++)
            region_split_cells(b, f, node, p, lang);
        html_raw(b, "</tr>\n");
    }
    html_raw(b, "</tbody></table></div>\n");
}
