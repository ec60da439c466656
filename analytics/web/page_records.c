/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/wilayah/catatan": for extension workers: what is to be asked on a visit, by farm. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/page_region.h"
#include "analytics/web/parts.h"
#include "analytics/web/questions.h"
#include "collector/common/log.h"

size_t region_asked(const struct page_model *m)
{
    size_t n = 0;

    for (size_t i = 0; i < m->ponds; i++)
        n += questions_any(&m->pond[i]) ? 1 : 0;
    return n;
}

/* By kecamatan, farm, name, slug: a round of visits. */
static int by_farm(const void *a, const void *b)
{
    const struct page_pond *x = *(const struct page_pond *const *)a;
    const struct page_pond *y = *(const struct page_pond *const *)b;
    int c;

    if (x->kecamatan != y->kecamatan)
        return x->kecamatan < y->kecamatan ? -1 : 1;
    c = strcmp(x->farm, y->farm);
    if (c == 0 && x->pond.farm != y->pond.farm)
        return x->pond.farm < y->pond.farm ? -1 : 1;
    c = c != 0 ? c : strcmp(x->pond.name, y->pond.name);
    return c != 0 ? c : strcmp(x->pond.slug, y->pond.slug);
}

static void farm_heading(struct buf *b, const struct page_pond *p)
{
    html_put(b, "<h2>$</h2><p class=\"soft\">$ \u00b7 $</p>\n", p->farm,
             region_kecamatan(p->kecamatan)->name,
             regency_name(region_kecamatan(p->kecamatan)->regency));
}

static void by_farms(struct buf *b, const struct page_model *m, size_t n, enum lang lang)
{
    const struct page_pond **list = xcalloc(n, sizeof(*list));
    size_t at = 0;

    for (size_t i = 0; i < m->ponds; i++)
        if (questions_any(&m->pond[i]))
            list[at++] = &m->pond[i];
    qsort(list, n, sizeof(*list), by_farm);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || list[i]->pond.farm != list[i - 1]->pond.farm ||
            strcmp(list[i]->farm, list[i - 1]->farm) != 0)
            farm_heading(b, list[i]);
        html_put(b, "<h3><a href=\"/kolam/$\">$</a></h3>\n", list[i]->pond.slug,
                 list[i]->pond.name);
        questions_put(b, list[i], lang);
    }
    free(list);
}

void page_records(struct buf *b, const struct page_model *m, enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_RECORDS_TITLE),
                                    .path = "/wilayah/catatan",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice};
    size_t n = region_asked(m);
    char ponds[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", ponds}, {NULL, NULL}};

    (void)format_number(ponds, sizeof ponds, lang, (double)n, 0);
    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_RECORDS_TITLE, NULL);
    if (m->forecast.state != PAGE_FORECAST_READY) {
        parts_element(b, "p", "sum", lang,
                      m->forecast.state == PAGE_FORECAST_FAILED ? TEXT_REGION_FAILED
                                                                : TEXT_REGION_WAIT,
                      NULL);
    } else if (n == 0) {
        parts_element(b, "p", "sum", lang, TEXT_RECORDS_NONE, NULL);
    } else {
        parts_element(b, "p", "", lang, TEXT_RECORDS_INTRO, args);
        parts_element(b, "p", "soft", lang, TEXT_ASK_NOTE, NULL);
        by_farms(b, m, n, lang);
    }
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p>\n",
             text_get(lang, TEXT_BACK_REGION));
    parts_end(b, lang);
}
