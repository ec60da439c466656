/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share.h"

#include <math.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/viewer.h"
#include "collector/common/civil.h"

void share_encode(struct buf *b, const char *s)
{
    for (; *s != '\0'; s++) {
        bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
                     (*s >= '0' && *s <= '9') || strchr("-._~", *s) != NULL;

        buf_printf(b, plain ? "%c" : "%%%02X", (unsigned)(unsigned char)*s);
    }
}

static void water(struct buf *text, const struct page_model *m, const struct page_pond *p,
                  enum lang lang)
{
    static const enum metric METRIC[] = {METRIC_DO_MG_L, METRIC_TEMP_C, METRIC_PH};

    for (size_t i = 0; i < sizeof METRIC / sizeof METRIC[0]; i++) {
        const struct series_last *last = &p->latest.metric[METRIC[i]];
        char value[FORMAT_SIZE];

        if (!status_current(last, m->now_ms, page_limits(m, p)))
            continue;
        (void)format_unit(value, sizeof value, lang, last->value, metric_info(METRIC[i])->decimals,
                          metric_info(METRIC[i])->unit);
        buf_printf(text, "%s %s. ", text_get(lang, text_metric(METRIC[i])), value);
    }
}

static void fish(struct buf *text, const struct page_model *m, const struct page_pond *p,
                 enum lang lang)
{
    const struct supply_pond *e = &p->estimate;
    char age[FORMAT_SIZE], n[FORMAT_SIZE], kg[FORMAT_SIZE], date[FORMAT_SIZE], a[FORMAT_SIZE],
        z[FORMAT_SIZE], harvest[FORMAT_SIZE];
    const struct text_arg args[] = {{"hari", age}, {"n", n}, {"kg", kg}, {NULL, NULL}};
    const struct text_arg then[] = {
        {"tanggal", date}, {"kg", harvest}, {"a", a}, {"b", z}, {NULL, NULL}};

    if (!p->has_cycle || !p->has_estimate || e->cycle < 0)
        return;
    (void)format_number(age, sizeof age, lang, civil_day(m->now_ms) - p->stocked_day, 0);
    (void)format_number(n, sizeof n, lang, round(e->count_p50 / 100) * 100, 0);
    (void)format_number(kg, sizeof kg, lang, e->biomass_kg_p50, 0);
    text_fill(text, lang, TEXT_SHARE_FISH, args);
    if (e->harvest_day_p50 == INT32_MAX)
        return;
    (void)format_date(date, sizeof date, lang, e->harvest_day_p50);
    (void)format_number(harvest, sizeof harvest, lang, e->harvest_kg_p50, 0);
    (void)format_number(a, sizeof a, lang, e->harvest_kg_p10, 0);
    (void)format_number(z, sizeof z, lang, e->harvest_kg_p90, 0);
    buf_str(text, " ");
    text_fill(text, lang, TEXT_SHARE_HARVEST, then);
}

void share_pond(struct buf *b, const struct page_model *m, const struct page_pond *p,
                enum lang lang)
{
    const struct viewer *v = m->viewer;
    struct buf text = {0}, link = {0};
    char moment[FORMAT_SIZE], date[FORMAT_SIZE];

    if (m->without_fish || (v != NULL && !v->unmanaged && v->role != ROLE_FARMER))
        return;
    (void)format_clock(moment, sizeof moment, lang, m->now_ms);
    (void)format_date(date, sizeof date, lang, civil_day(m->now_ms));
    buf_printf(&text, "%s, %s %s: %s. ", p->pond.name, date, moment,
               text_get(lang, text_level(p->status.level)));
    water(&text, m, p, lang);
    fish(&text, m, p, lang);
    share_encode(&link, text.p);
    html_put(b,
             "<p><a class=\"call\" href=\"https://wa.me/?text=$\" rel=\"noreferrer\">$</a></p>\n",
             link.p, text_get(lang, TEXT_SHARE));
    buf_free(&text);
    buf_free(&link);
}
