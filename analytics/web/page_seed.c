/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/wilayah/benih": what the hatcheries wrote down: by month what each regency had to stock, and every row of the viewer's regencies. */
#include "page_office.h"

#include <math.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/viewer.h"
#include "collector/common/civil.h"

#define MONTHS_SHOWN 12
#define ROWS_SHOWN   100U

/* Fish of one month and regency. */
struct month_sum {
    double made, in, out, sold; /* sold: within the regency */
    bool any;
};

static struct month_sum sum_month(const struct records_snapshot *s, enum regency r, int32_t month)
{
    struct month_sum y = {0};

    for (size_t i = 0; i < s->fingerling_rows; i++) {
        const struct rec_fingerlings *f = &s->fingerlings[i];

        if (civil_month_of_day(f->day) != month || (f->from != r && f->to != r))
            continue;
        y.any = true;
        if (f->kind == FINGERLINGS_PRODUCED)
            y.made += f->count;
        else if (f->from == f->to)
            y.sold += f->count;
        else if (f->from == r)
            y.out += f->count;
        else
            y.in += f->count;
    }
    return y;
}

static void number_cell(struct buf *b, double v, enum lang lang)
{
    char text[FORMAT_SIZE];

    (void)format_number(text, sizeof text, lang, v, 0);
    html_put(b, "<td>$</td>", text);
}

static void months(struct buf *b, const struct records_snapshot *s, enum regency r, int32_t now,
                   enum lang lang)
{
    static const enum text HEAD[] = {TEXT_MONTH,   TEXT_SEED_HAD, TEXT_SEED_MADE,
                                     TEXT_SEED_IN, TEXT_SEED_OUT, TEXT_SEED_SOLD};

    html_put(b, "<div class=\"wide\"><table class=\"angka\"><caption>$</caption><thead><tr>",
             regency_name(r));
    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, HEAD[i]));
    html_raw(b, "</tr></thead><tbody>\n");
    for (int32_t month = now; month > now - MONTHS_SHOWN; month--) {
        struct month_sum y = sum_month(s, r, month);
        char name[FORMAT_SIZE];

        (void)format_month(name, sizeof name, lang, month);
        html_put(b, "<tr><th scope=\"row\">$</th>", name);
        /* a month without rows is not known, not nothing */
        number_cell(b, y.any ? y.made + y.in - y.out : NAN, lang);
        number_cell(b, y.any ? y.made : NAN, lang);
        number_cell(b, y.any ? y.in : NAN, lang);
        number_cell(b, y.any ? y.out : NAN, lang);
        number_cell(b, y.any ? y.sold : NAN, lang);
        html_raw(b, "</tr>\n");
    }
    html_raw(b, "</tbody></table></div>\n");
}

static void row(struct buf *b, const struct rec_fingerlings *f, enum lang lang)
{
    static const enum text KIND[] = {[FINGERLINGS_PRODUCED] = TEXT_SEED_MADE,
                                     [FINGERLINGS_SOLD] = TEXT_SEED_SOLD,
                                     [FINGERLINGS_TRANSFERRED] = TEXT_SEED_MOVED};
    char day[FORMAT_SIZE], fish[FORMAT_SIZE], size[FORMAT_SIZE];

    (void)format_date(day, sizeof day, lang, f->day);
    (void)format_number(fish, sizeof fish, lang, f->count, 0);
    (void)format_unit(size, sizeof size, lang, f->size_cm, 1, "cm");
    html_put(b, "<tr><th scope=\"row\">$</th><td>$</td><td>$</td><td><b>$</b><span>$</span></td>",
             day, f->hatchery, text_get(lang, KIND[f->kind]), fish, size);
    if (f->kind == FINGERLINGS_PRODUCED)
        html_put(b, "<td>$</td></tr>\n", regency_name(f->from));
    else
        html_put(b, "<td>$ \u2192 $</td></tr>\n", regency_name(f->from), regency_name(f->to));
}

/* As in the export: rows of hatcheries are of the regency they left or came to. */
static bool sees(const struct page_model *m, const struct rec_fingerlings *f)
{
    return m->viewer == NULL || viewer_sees_regency(m->viewer, f->from) ||
           viewer_sees_regency(m->viewer, f->to);
}

static void rows(struct buf *b, const struct page_model *m, const struct records_snapshot *s,
                 enum lang lang)
{
    static const enum text HEAD[] = {TEXT_BASIS_DATE, TEXT_SEED_HATCHERY, TEXT_SEED_KIND,
                                     TEXT_SEED_FISH, TEXT_BASIS_PLACE};
    size_t seen = 0;
    char n[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {NULL, NULL}};

    parts_element(b, "h2", "", lang, TEXT_SEED_ROWS, NULL);
    html_raw(b, "<div class=\"wide\"><table class=\"angka\"><thead><tr>");
    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, HEAD[i]));
    html_raw(b, "</tr></thead><tbody>\n");
    for (size_t i = s->fingerling_rows; i > 0; i--)
        if (sees(m, &s->fingerlings[i - 1]) && seen++ < ROWS_SHOWN)
            row(b, &s->fingerlings[i - 1], lang);
    html_raw(b, "</tbody></table></div>\n");
    (void)format_number(n, sizeof n, lang, (double)seen - ROWS_SHOWN, 0);
    if (seen > ROWS_SHOWN)
        parts_element(b, "p", "soft", lang, TEXT_SEED_LEFT, args);
}

void page_seed(struct buf *b, const struct page_model *m, const struct records_snapshot *s,
               enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_SEED_TITLE),
                                    .path = "/wilayah/benih",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .m = m};

    parts_begin(b, &head, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p>\n",
             text_get(lang, TEXT_BACK_REGION));
    parts_element(b, "h1", "", lang, TEXT_SEED_TITLE, NULL);
    if (s->fingerling_rows == 0) {
        parts_element(b, "p", "sum", lang, TEXT_SEED_NONE, NULL);
    } else {
        parts_element(b, "p", "", lang, TEXT_SEED_NOTE, NULL);
        for (int r = 0; r < REGENCY_COUNT; r++)
            months(b, s, (enum regency)r, civil_month(m->now_ms), lang);
        rows(b, m, s, lang);
    }
    parts_end(b, lang);
}
