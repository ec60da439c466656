/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/kolam/ID": one pond: status and advice, its time in charts and figures, the fish. */
#include "page_pond.h"

#include <stdio.h>

#include "analytics/web/buttons.h"
#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/questions.h"
#include "analytics/web/share.h"

void page_pond(struct buf *b, const struct page_model *m, const struct page_pond *p,
               const struct page_day *day, enum lang lang)
{
    char path[SLUG_SIZE + 8], query[32] = "";
    const struct parts_head head = {.title = p->pond.name,
                                    .path = path,
                                    .query = query,
                                    .here = TEXT_NAV_PONDS,
                                    .refresh = true,
                                    .notice = m->notice,
                                    .m = m};

    (void)snprintf(path, sizeof path, "/kolam/%s", p->pond.slug);
    if (day->span != PAGE_SPAN_DAY)
        (void)snprintf(query, sizeof query, "masa=%s&", page_span_name(day->span));
    parts_begin(b, &head, lang);
    html_put(b, "<h1>$</h1><p class=\"soft\">$ \u00b7 $ \u00b7 $</p>\n<p>", p->pond.name, p->farm,
             region_kecamatan(p->kecamatan)->name,
             regency_name(region_kecamatan(p->kecamatan)->regency));
    parts_badge(b, lang, p->status.level);
    html_raw(b, "</p>\n");
    if (m->away_since_ms != 0)
        parts_database(b, m, lang);
    if (m->board.watch_ms == 0)
        parts_watch(b, m, lang);
    parts_advice(b, m, p, lang);
    if (p->status.level != STATUS_OK)
        parts_call(b, m, lang);
    buttons_pond(b, m, p, lang);
    if (parts_may_note(m, p))
        html_put(b, "<p><a class=\"call\" href=\"/catat?kolam=$\">+ $</a></p>\n", p->pond.slug,
                 text_get(lang, TEXT_NOTES_TITLE));
    parts_values(b, m, p, lang);
    parts_when(b, m, p, lang);
    page_tonight(b, m, p, day, lang);
    pond_charts(b, m, p, day, lang);
    if (!m->without_fish)
        pond_cycle(b, m, p, day, lang);
    share_pond(b, m, p, lang);
    if (!m->without_fish && questions_any(p)) {
        parts_element(b, "h2", "", lang, TEXT_ASK_TITLE, NULL);
        questions_put(b, p, lang);
        parts_element(b, "p", "soft", lang, TEXT_ASK_NOTE, NULL);
    }
    alarm_of_pond(b, m, p->pond.slug, lang);
    html_put(b, "<p><a class=\"back\" href=\"/\">$</a></p>\n", text_get(lang, TEXT_BACK));
    parts_end(b, lang);
}
