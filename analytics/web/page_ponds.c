/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/kolam-wilayah": every pond the officer may see, those of which nothing was written for long first. */
#include "page_office.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

static const enum text SYSTEM[POND_SYSTEM_COUNT] = {TEXT_SYSTEM_POND, TEXT_SYSTEM_BIOFLOC,
                                                    TEXT_SYSTEM_TARPAULIN, TEXT_SYSTEM_CAGE};

static bool is_late(const struct page_ponds_row *r)
{
    return r->silent_days > PAGE_LATE_DAYS;
}

static int by_silence(const void *a, const void *b)
{
    const struct page_ponds_row *x = a, *y = b;

    if (x->silent_days != y->silent_days)
        return x->silent_days > y->silent_days ? -1 : 1;
    if (x->kecamatan != y->kecamatan)
        return x->kecamatan < y->kecamatan ? -1 : 1;
    return strcmp(x->pond, y->pond);
}

/* The newest row of each pond. */
static int32_t *newest(const struct records_snapshot *s)
{
    int32_t *day = xcalloc(s->ponds, sizeof *day);

    for (size_t i = 0; i < s->ponds; i++)
        day[i] = INT32_MIN;
#define LATER(cycle_of, of_day)                     \
    do {                                            \
        int32_t *d = &day[s->cycle[cycle_of].pond]; \
        *d = (of_day) > *d ? (of_day) : *d;         \
    } while (0)
    for (size_t i = 0; i < s->cycles; i++)
        LATER(i, s->cycle[i].stocked_day);
    for (size_t i = 0; i < s->feeds; i++)
        LATER(s->feed[i].cycle, s->feed[i].day);
    for (size_t i = 0; i < s->samples; i++)
        LATER(s->sample[i].cycle, s->sample[i].day);
    for (size_t i = 0; i < s->deaths; i++)
        LATER(s->death[i].cycle, s->death[i].day);
    for (size_t i = 0; i < s->harvests; i++)
        LATER(s->harvest[i].cycle, s->harvest[i].day);
#undef LATER
    return day;
}

static bool wanted(const struct page_ponds_filter *f, const struct page_ponds_row *r)
{
    return (f->regency < 0 || (int)region_kecamatan(r->kecamatan)->regency == f->regency) &&
           (f->system < 0 || (int)r->system == f->system);
}

void page_ponds_list(struct page_ponds *out, const struct records_snapshot *s, const bool *may,
                     const struct page_ponds_filter *f, int64_t now_ms)
{
    int32_t *last = newest(s), today = civil_day(now_ms);

    *out = (struct page_ponds){.today = today, .row = xcalloc(s->ponds, sizeof *out->row)};
    for (size_t i = 0; i < s->ponds; i++) {
        const struct rec_pond *p = &s->pond[i];
        const struct rec_farm *farm = &s->farm[p->farm];
        struct page_ponds_row r = {.kecamatan = farm->kecamatan,
                                   .system = p->system,
                                   .area_m2 = p->area_m2,
                                   .last_day = last[i],
                                   .silent_days = -1};
        long open = records_open_cycle(s, i, today);

        if ((may != NULL && !may[p->farm]) || !wanted(f, &r))
            continue;
        memcpy(r.pond, p->slug, sizeof r.pond);
        memcpy(r.name, p->name, sizeof r.name);
        memcpy(r.farm, farm->name, sizeof r.farm);
        if (open >= 0) {
            r.active = true;
            r.stocked_day = s->cycle[open].stocked_day;
            r.count = s->cycle[open].count;
            r.silent_days = today - last[i];
            out->active++;
            out->written += is_late(&r) ? 0 : 1;
        }
        if (!f->late || is_late(&r))
            out->row[out->n++] = r;
    }
    free(last);
    if (out->n > 0)
        qsort(out->row, out->n, sizeof *out->row, by_silence);
}

/* --- the page --- */

static void option(struct buf *b, const char *value, bool chosen, const char *words)
{
    html_put(b, "<option value=\"$\"", value);
    html_raw(b, chosen ? " selected>" : ">");
    html_put(b, "$</option>", words);
}

static void form(struct buf *b, const struct page_ponds_filter *f, enum lang lang)
{
    html_put(b, "<form method=\"get\" action=\"/kolam-wilayah\"><label>$<select name=\"wilayah\">",
             text_get(lang, TEXT_BASIS_PLACE));
    option(b, "", f->regency < 0, text_get(lang, TEXT_PONDS_ALL));
    for (int r = 0; r < REGENCY_COUNT; r++)
        option(b, regency_slug((enum regency)r), f->regency == r, regency_name((enum regency)r));
    html_put(b, "</select></label><label>$<select name=\"sistem\">",
             text_get(lang, TEXT_PONDS_SYSTEM));
    option(b, "", f->system < 0, text_get(lang, TEXT_PONDS_ALL));
    for (int k = 0; k < POND_SYSTEM_COUNT; k++)
        option(b, pond_system_name((enum pond_system)k), f->system == k, text_get(lang, SYSTEM[k]));
    html_put(b, "</select></label><label>$<select name=\"terlambat\">",
             text_get(lang, TEXT_PONDS_WHICH));
    option(b, "", !f->late, text_get(lang, TEXT_PONDS_ALL));
    option(b, "1", f->late, text_get(lang, TEXT_PONDS_LATE_ONLY));
    html_put(b, "</select></label><button>$</button></form>\n", text_get(lang, TEXT_PONDS_SHOW));
}

static void state(struct buf *b, const struct page_ponds_row *r, int32_t today, enum lang lang)
{
    char n[FORMAT_SIZE], fish[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {"ekor", fish}, {NULL, NULL}};

    (void)format_number(n, sizeof n, lang, today - r->stocked_day, 0);
    (void)format_number(fish, sizeof fish, lang, r->count, 0);
    parts_say(b, lang, r->active ? TEXT_PONDS_DAY : TEXT_PONDS_EMPTY, args);
}

static void row(struct buf *b, const struct page_ponds_row *r, int32_t today, enum lang lang)
{
    char day[FORMAT_SIZE], n[FORMAT_SIZE], area[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {NULL, NULL}};

    (void)format_number(n, sizeof n, lang, r->silent_days, 0);
    (void)format_number(area, sizeof area, lang, r->area_m2, 0);
    if (r->last_day == INT32_MIN)
        (void)format_number(day, sizeof day, lang, NAN, 0);
    else
        (void)format_date(day, sizeof day, lang, r->last_day);
    html_put(b,
             "<tr><th scope=\"row\"><a href=\"/kolam/$\">$</a><span>$, $</span></th><td>$<span>$ "
             "m\u00b2</span></td><td>",
             r->pond, r->name, r->farm, region_kecamatan(r->kecamatan)->name,
             text_get(lang, SYSTEM[r->system]), area);
    state(b, r, today, lang);
    html_put(b, "</td><td>$", day);
    if (is_late(r)) {
        html_raw(b, "<span class=\"telat\">");
        parts_say(b, lang, TEXT_PONDS_LATE, args);
        html_raw(b, "</span>");
    }
    html_raw(b, "</td></tr>\n");
}

void page_ponds(struct buf *b, const struct page_model *m, const struct page_ponds *list,
                const struct page_ponds_filter *f, enum lang lang)
{
    static const enum text HEAD[] = {TEXT_PONDS_POND, TEXT_PONDS_SYSTEM, TEXT_PONDS_STATE,
                                     TEXT_PONDS_LAST};
    const struct parts_head head = {.title = text_get(lang, TEXT_PONDS_TITLE),
                                    .path = "/kolam-wilayah",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .m = m};
    char n[FORMAT_SIZE], of[FORMAT_SIZE], days[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {"m", of}, {"hari", days}, {NULL, NULL}};

    (void)format_number(n, sizeof n, lang, list->written, 0);
    (void)format_number(of, sizeof of, lang, list->active, 0);
    (void)format_number(days, sizeof days, lang, PAGE_LATE_DAYS, 0);
    parts_begin(b, &head, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p>\n",
             text_get(lang, TEXT_BACK_REGION));
    parts_element(b, "h1", "", lang, TEXT_PONDS_TITLE, NULL);
    parts_element(b, "p", "sum", lang, TEXT_PONDS_COVER, args);
    form(b, f, lang);
    if (list->n == 0) {
        parts_element(b, "p", "", lang, TEXT_PONDS_NONE, NULL);
    } else {
        html_raw(b, "<div class=\"wide\"><table class=\"susun kolam\"><thead><tr>");
        for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
            html_put(b, "<th scope=\"col\">$</th>", text_get(lang, HEAD[i]));
        html_raw(b, "</tr></thead><tbody>\n");
        for (size_t i = 0; i < list->n; i++)
            row(b, &list->row[i], list->today, lang);
        html_raw(b, "</tbody></table></div>\n");
    }
    parts_end(b, lang);
}
