/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/wilayah/telaah": figures to look at again, each with its reason; nobody is accused. */
#include "page_office.h"

#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/page_region.h"
#include "analytics/web/parts.h"

static const struct {
    enum text words;
    int decimals;
} KIND[ODDITY_KINDS] = {
    [ODDITY_STOCKED_DENSE] = {TEXT_ODD_STOCKED, 0}, [ODDITY_HARVEST_DENSE] = {TEXT_ODD_HARVEST, 1},
    [ODDITY_MORE_FISH] = {TEXT_ODD_FISH, 0},        [ODDITY_FCR_LOW] = {TEXT_ODD_FCR_LOW, 2},
    [ODDITY_FCR_HIGH] = {TEXT_ODD_FCR_HIGH, 2},     [ODDITY_SAME_HARVEST] = {TEXT_ODD_SAME, 1},
    [ODDITY_TARGET_REACHED] = {TEXT_ODD_TARGET, 0}, [ODDITY_ONE_HAND] = {TEXT_ODD_HAND, 0},
};

static const char *node_name(const char *node, enum lang lang)
{
    size_t k;

    for (size_t i = 0; i < DEMAND_NODES; i++)
        if (strcmp(node, supply_node_code(i)) == 0)
            return region_node_name(i, lang);
    return region_find_kecamatan(node, &k) == 0 ? region_kecamatan(k)->name : node;
}

static void one(struct buf *b, const struct records_snapshot *s, const struct oddity *o,
                enum lang lang)
{
    char value[FORMAT_SIZE], bound[FORMAT_SIZE], day[FORMAT_SIZE];
    const bool pond = o->pond >= 0 && s->pond[o->pond].system == POND_SYSTEM_POND;
    const struct text_arg args[] = {{"nilai", value},
                                    {"batas", bound},
                                    {"satuan", pond ? "m\u00b2" : "m\u00b3"},
                                    {"masa", o->period},
                                    {NULL, NULL}};

    (void)format_number(value, sizeof value, lang, o->value, KIND[o->kind].decimals);
    (void)format_limit(bound, sizeof bound, lang, o->bound);
    (void)format_date(day, sizeof day, lang, o->day);
    html_raw(b, "<li class=\"card\"><h2>");
    if (o->pond >= 0) {
        const struct rec_pond *p = &s->pond[o->pond];
        const struct rec_farm *f = &s->farm[p->farm];

        html_put(b, "<a href=\"/kolam/$\">$</a></h2><p class=\"soft\">$, $ \u00b7 $</p>", p->slug,
                 p->name, f->name, region_kecamatan(f->kecamatan)->name, day);
    } else {
        html_put(b, "$</h2><p class=\"soft\">$</p>",
                 o->by[0] != '\0' ? o->by : node_name(o->node, lang), day);
    }
    parts_element(b, "p", "", lang, KIND[o->kind].words, args);
    html_raw(b, "</li>\n");
}

void page_oddities(struct buf *b, const struct page_model *m, const struct records_snapshot *s,
                   const struct oddity *odd, size_t n, enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_ODD_TITLE),
                                    .path = "/wilayah/telaah",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .m = m};

    parts_begin(b, &head, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p>\n",
             text_get(lang, TEXT_BACK_REGION));
    parts_element(b, "h1", "", lang, TEXT_ODD_TITLE, NULL);
    parts_element(b, "p", "", lang, TEXT_ODD_INTRO, NULL);
    if (n == 0)
        parts_element(b, "p", "sum", lang, TEXT_ODD_NONE, NULL);
    html_raw(b, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < n; i++)
        one(b, s, &odd[i], lang);
    html_raw(b, "</ul>\n");
    parts_end(b, lang);
}
