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

struct visit {
    const struct page_pond *pond;
};

/* By kecamatan, farm, name, slug: a round of visits. */
static int by_farm(const void *a, const void *b)
{
    const struct page_pond *x = ((const struct visit *)a)->pond;
    const struct page_pond *y = ((const struct visit *)b)->pond;
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

/* The ponds of which is() holds, as a round; *n how many. The caller's, free(). */
static struct visit *round_of(const struct page_model *m, bool (*is)(const struct page_pond *),
                              size_t *n)
{
    struct visit *list = xcalloc(m->ponds, sizeof *list);

    *n = 0;
    for (size_t i = 0; i < m->ponds; i++)
        if (is(&m->pond[i]))
            list[(*n)++].pond = &m->pond[i];
    qsort(list, *n, sizeof *list, by_farm);
    return list;
}

static void by_farms(struct buf *b, const struct page_model *m, enum lang lang)
{
    size_t n;
    struct visit *list = round_of(m, questions_any, &n);

    for (size_t i = 0; i < n; i++) {
        const struct page_pond *p = list[i].pond;

        if (i == 0 || p->pond.farm != list[i - 1].pond->pond.farm ||
            strcmp(p->farm, list[i - 1].pond->farm) != 0)
            farm_heading(b, p);
        html_put(b, "<h3><a href=\"/kolam/$\">$</a></h3>\n", p->pond.slug, p->pond.name);
        questions_put(b, p, lang);
    }
    free(list);
}

static bool quiet(const struct page_pond *p)
{
    return p->has_estimate && p->estimate.forgotten_cycle >= 0;
}

/* Ponds that are left out because nobody wrote about them, and what is missing from the forecast for it. */
static void quiet_table(struct buf *b, const struct page_model *m, enum lang lang)
{
    char days[FORMAT_SIZE], kg[FORMAT_SIZE];
    size_t n;
    struct visit *list = round_of(m, quiet, &n);

    if (n > 0) {
        parts_element(b, "h2", "", lang, TEXT_QUIET_TITLE, NULL);
        html_put(
            b,
            "<div class=\"wide\"><table><caption>$</caption><thead><tr><th scope=\"col\">$</th>"
            "<th scope=\"col\">$</th><th scope=\"col\">$</th></tr></thead><tbody>\n",
            text_get(lang, TEXT_QUIET_NOTE), text_get(lang, TEXT_QUIET_POND),
            text_get(lang, TEXT_QUIET_DAYS), text_get(lang, TEXT_QUIET_KG));
        for (size_t i = 0; i < n; i++) {
            const struct page_pond *p = list[i].pond;

            (void)format_number(days, sizeof days, lang, p->estimate.silent_days, 0);
            (void)format_number(kg, sizeof kg, lang, p->estimate.forgotten_kg, 0);
            html_put(b,
                     "<tr><th scope=\"row\"><a href=\"/kolam/$\">$</a><span class=\"soft\"> $ "
                     "\u00b7 $</span></th><td>$</td><td>$</td></tr>\n",
                     p->pond.slug, p->pond.name, p->farm, region_kecamatan(p->kecamatan)->name,
                     days, kg);
        }
        (void)format_number(kg, sizeof kg, lang, m->forecast.forgotten_kg[SUPPLY_JOINT], 0);
        html_put(
            b,
            "<tr><th scope=\"row\">$</th><td></td><td><b>$</b></td></tr></tbody></table></div>\n",
            text_get(lang, TEXT_TOTAL), kg);
    }
    free(list);
}

/* Returns whether anything was asked. */
static bool seed_asked(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    bool any = false;

    for (int r = 0; r < REGENCY_COUNT; r++) {
        char out[FORMAT_SIZE], in[FORMAT_SIZE];
        const struct text_arg args[] = {
            {"wilayah", regency_name((enum regency)r)}, {"tulis", out}, {"duga", in}, {NULL, NULL}};

        (void)format_number(out, sizeof out, lang, f->seed[r].went_out, 0);
        (void)format_number(in, sizeof in, lang, f->seed[r].came_in, 0);
        if (f->seed[r].asks)
            parts_element(b, "p", "no", lang, TEXT_ASK_SEED, args);
        any = any || f->seed[r].asks;
    }
    return any;
}

/* More on record than registered: the office's to answer. */
static void register_asked(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    static const enum text SYSTEM[POND_SYSTEM_COUNT] = {[POND_SYSTEM_POND] = TEXT_SYSTEM_POND,
                                                        [POND_SYSTEM_BIOFLOC] = TEXT_SYSTEM_BIOFLOC,
                                                        [POND_SYSTEM_TARPAULIN] =
                                                            TEXT_SYSTEM_TARPAULIN,
                                                        [POND_SYSTEM_CAGE] = TEXT_SYSTEM_CAGE};

    for (size_t i = 0; i < f->register_questions; i++) {
        const struct untracked_question *q = &f->register_question[i];
        char here[FORMAT_SIZE], there[FORMAT_SIZE];
        const struct text_arg args[] = {{"tempat", region_kecamatan(q->kecamatan)->name},
                                        {"sistem", text_get(lang, SYSTEM[q->system])},
                                        {"tulis", here},
                                        {"duga", there},
                                        {NULL, NULL}};

        (void)format_number(here, sizeof here, lang, q->on_record, 0);
        (void)format_number(there, sizeof there, lang, q->registered, 0);
        parts_element(b, "p", "no", lang, q->by_pond ? TEXT_ASK_REGISTER : TEXT_ASK_REGISTER_FARMS,
                      args);
    }
}

/* What is to be asked, of a forecast that is ready. */
static void to_ask(struct buf *b, const struct page_model *m, enum lang lang)
{
    size_t n = region_asked(m);
    char ponds[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", ponds}, {NULL, NULL}};
    bool seed = seed_asked(b, &m->forecast, lang);

    register_asked(b, &m->forecast, lang);
    quiet_table(b, m, lang);
    (void)format_number(ponds, sizeof ponds, lang, (double)n, 0);
    if (n > 0) {
        parts_element(b, "p", "", lang, TEXT_RECORDS_INTRO, args);
        parts_element(b, "p", "soft", lang, TEXT_ASK_NOTE, NULL);
        by_farms(b, m, lang);
    } else if (!seed && m->forecast.register_questions == 0 && m->forecast.forgotten == 0) {
        parts_element(b, "p", "sum", lang, TEXT_RECORDS_NONE, NULL);
    }
}

void page_records(struct buf *b, const struct page_model *m, enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_RECORDS_TITLE),
                                    .path = "/wilayah/catatan",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .m = m};

    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_RECORDS_TITLE, NULL);
    if (m->forecast.state == PAGE_FORECAST_READY)
        to_ask(b, m, lang);
    else
        parts_element(b, "p", "sum", lang,
                      m->forecast.state == PAGE_FORECAST_FAILED ? TEXT_REGION_FAILED
                                                                : TEXT_REGION_WAIT,
                      NULL);
    page_downloads(b, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p>\n",
             text_get(lang, TEXT_BACK_REGION));
    parts_end(b, lang);
}
