/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/wilayah/prakiraan.csv": the officer's figures as a spreadsheet opens them by a double click: in Indonesian with semicolons
 * and decimal commas, in English with commas and points; UTF-8 with a byte order mark, rows end in CRLF (RFC 4180). A row a place
 * and period; tonnes to the kilogram, not rounded to add up as on the page; what is not known is empty. */
#include "page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/web/page_region.h"
#include "collector/common/civil.h"

struct sheet {
    struct buf *b;
    enum lang lang;
    bool begun; /* the row has a cell already */
};

static void cell(struct sheet *s, const char *text)
{
    const char between = s->lang == LANG_ID ? ';' : ',';

    if (s->begun)
        buf_add(s->b, &between, 1);
    s->begun = true;
    buf_str(s->b, "\"");
    if (*text != '\0' && strchr("=+-@\t\r", *text) != NULL)
        buf_str(s->b, "'"); /* a spreadsheet must not take it for a formula */
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_str(s->b, "\"");
        buf_add(s->b, text, 1);
    }
    buf_str(s->b, "\"");
}

static void number(struct sheet *s, double v, int decimals)
{
    const char between = s->lang == LANG_ID ? ';' : ',';
    char text[64];
    char *point;

    if (s->begun)
        buf_add(s->b, &between, 1);
    s->begun = true;
    if (!isfinite(v))
        return;
    (void)snprintf(text, sizeof text, "%.*f", decimals, v);
    point = strchr(text, '.');
    if (point != NULL && s->lang == LANG_ID)
        *point = ',';
    buf_str(s->b, text);
}

static void end_row(struct sheet *s)
{
    buf_str(s->b, "\r\n");
    s->begun = false;
}

static void summary(struct sheet *s, const struct supply_summary *kg, bool known)
{
    number(s, known ? kg->mean / 1000 : NAN, 3);
    number(s, known ? kg->p10 / 1000 : NAN, 3);
    number(s, known ? kg->p90 / 1000 : NAN, 3);
}

static void heads(struct sheet *s)
{
    static const char *const HEAD[][LANG_COUNT] = {
        {"kode", "code"},
        {"wilayah", "place"},
        {"jenis masa", "kind of period"},
        {"masa", "period"},
        {"kolam terpantau", "tracked ponds"},
        {"pasokan rata-rata (ton)", "supply, mean (t)"},
        {"pasokan P10 (ton)", "supply, P10 (t)"},
        {"pasokan P90 (ton)", "supply, P90 (t)"},
        {"terpantau rata-rata (ton)", "tracked, mean (t)"},
        {"taksiran luar pantauan rata-rata (ton)", "estimated beyond, mean (t)"},
        {"kebutuhan rata-rata (ton)", "demand, mean (t)"},
        {"kebutuhan P10 (ton)", "demand, P10 (t)"},
        {"kebutuhan P90 (ton)", "demand, P90 (t)"},
        {"neraca rata-rata (ton)", "balance, mean (t)"},
        {"neraca P10 (ton)", "balance, P10 (t)"},
        {"neraca P90 (ton)", "balance, P90 (t)"},
        {"peluang defisit", "chance of a deficit"},
        {"data sampai", "data up to"},
        {"keterangan", "note"},
    };

    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        cell(s, HEAD[i][s->lang]);
    end_row(s);
}

/* Demand and balance are of joint and the regencies alone. */
static void balance(struct sheet *s, const struct neraca *n, size_t node, size_t period)
{
    const bool known = node < DEMAND_NODES && n->known[node],
               told = known && n->gap[node] == NERACA_TOLD;
    const struct neraca_cell none = {0}, *c = node < DEMAND_NODES ? &n->cell[node][period] : &none;

    summary(s, &c->part[NERACA_DEMAND], known);
    summary(s, &c->balance, known);
    number(s, told ? c->risk.p_deficit : NAN, 3);
}

static void row(struct sheet *s, const struct page_model *m, size_t node, size_t period)
{
    static const char *const KIND[][LANG_COUNT] = {
        {"bulan", "month"}, {"triwulan", "quarter"}, {"jumlah", "total"}};
    const struct page_forecast *f = &m->forecast;
    const struct neraca *n = &f->neraca;
    const size_t kind = period < n->months ? 0 : period + 1 < n->periods ? 1 : 2;
    struct buf code = {0}, name = {0};
    char day[16];

    (void)civil_format_day(day, sizeof day, f->as_of_day);
    region_row_code(&code, f, node);
    region_row_name(&name, f, node, s->lang);
    cell(s, code.p);
    cell(s, name.p);
    buf_free(&code);
    buf_free(&name);
    cell(s, KIND[kind][s->lang]);
    cell(s, n->period[period].name);
    number(s, region_count(f, node, f->tracked), 0);
    summary(s, &n->supply[node][period], true);
    number(s, n->tracked[node][period].mean / 1000, 3);
    number(s, region_has_parts(f) ? n->untracked[node][period].mean / 1000 : NAN, 3);
    balance(s, n, node, period);
    cell(s, day);
    cell(s, m->notice);
    end_row(s);
}

void page_export(struct buf *b, const struct page_model *m, enum lang lang)
{
    struct sheet s = {.b = b, .lang = lang};

    buf_str(b, "\xef\xbb\xbf");
    heads(&s);
    for (size_t node = 0; node < SUPPLY_NODES && m->forecast.state == PAGE_FORECAST_READY; node++)
        for (size_t p = 0; region_stands(&m->forecast, node) && p < m->forecast.neraca.periods; p++)
            row(&s, m, node, p);
}
