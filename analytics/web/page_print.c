/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/wilayah/cetak": the forecast as a paper for the files of both offices, in the words and shape of the food balance prognosis
 * ("Prognosa Neraca Pangan"): tilapia as one of the food fish, other fish as entered, or as a line to be filled by hand. A4
 * upright; what it is (provisional or final, revision, data up to) stands at the head of every sheet. */
#include "page.h"

#include <math.h>
#include <string.h>

#include "analytics/records/places.h"
#include "analytics/web/html.h"
#include "analytics/web/page_letter.h"
#include "analytics/web/page_region.h"
#include "analytics/web/parts.h"
#include "collector/common/utf8.h"

#define BLANK "<td class=\"isi\"></td>" /* to be filled in with a pen */

struct print {
    const struct page_model *m;
    const struct page_forecast *f;
    size_t period;
    struct buf name; /* of the period, plain enough for a heading */
    enum lang lang;
};

/* --- head --- */

/* "Sementara, revisi 2. Data sampai 24 November 2026, dihitung 05.12 WIB." */
static void state(struct buf *b, const struct print *p, const char *class_name, enum text key)
{
    char date[FORMAT_SIZE], clock[FORMAT_SIZE], n[FORMAT_SIZE];
    struct buf revision = {0};
    const struct text_arg number[] = {{"n", n}, {NULL, NULL}};

    (void)format_number(n, sizeof n, p->lang, p->f->revision, 0);
    (void)format_date(date, sizeof date, p->lang, p->f->as_of_day);
    (void)format_moment(clock, sizeof clock, p->lang, p->f->issued_ms, 0);
    text_fill(&revision, p->lang, p->f->revision > 0 ? TEXT_PRINT_REVISION : TEXT_PRINT_UNISSUED,
              number);
    const struct text_arg args[] = {
        {"status",
         text_get(p->lang, p->f->final[p->period] ? TEXT_PRINT_FINAL : TEXT_PRINT_PROVISIONAL)},
        {"revisi", revision.p},
        {"tanggal", date},
        {"jam", clock},
        {"bulan", p->name.p},
        {NULL, NULL}};
    parts_element(b, "p", class_name, p->lang, key, args);
    buf_free(&revision);
}

enum {
    ASKED_SHOWN = 20 /* characters of a period that is none */
};

/* The beginning of what was asked for; a longer one ends in an ellipsis. Bytes that are no UTF-8 end it too. */
static void shorten(struct buf *b, const char *asked)
{
    size_t left = strlen(asked);

    for (int shown = 0; left > 0; shown++) {
        size_t k = utf8_length(asked, left);

        if (shown == ASKED_SHOWN || k == 0) {
            buf_str(b, "\u2026");
            return;
        }
        buf_add(b, asked, k);
        asked += k;
        left -= k;
    }
}

/* Only on the screen: choosing the period, how to print. */
static void tools(struct buf *b, const struct print *p, const char *asked)
{
    const struct neraca *n = &p->f->neraca;
    struct buf begun = {0};

    shorten(&begun, asked);
    const struct text_arg args[] = {{"apa", begun.p}, {"bulan", p->name.p}, {NULL, NULL}};

    html_raw(b, "<div class=\"layar\">\n");
    html_put(b, "<p>$</p><p class=\"pilih\">", text_get(p->lang, TEXT_PRINT_CHOOSE));
    for (size_t i = 0; i < n->periods; i++) {
        html_put(b, "<a href=\"/wilayah/cetak?bulan=$\"", n->period[i].name);
        html_raw(b, i == p->period ? " aria-current=\"true\">" : ">");
        region_period_name(b, p->f, i, p->lang);
        html_raw(b, "</a> ");
    }
    html_raw(b, "</p>\n");
    parts_element(b, "p", "", p->lang, TEXT_PRINT_HOW, NULL);
    if (strcmp(asked, n->period[p->period].name) != 0 && *asked != '\0')
        parts_element(b, "p", "no", p->lang, TEXT_PRINT_UNKNOWN, args);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p></div>\n",
             text_get(p->lang, TEXT_BACK_REGION));
    buf_free(&begun);
}

static void letterhead(struct buf *b, const struct print *p)
{
    html_raw(b, "<div class=\"kop\">");
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        letter_head(b, p->m, r, p->lang);
    html_raw(b, "</div>\n");
    parts_element(b, "h1", "", p->lang, TEXT_PRINT_TITLE, NULL);
    html_put(b, "<p class=\"masa\">$</p>\n", p->name.p);
    state(b, p, "keadaan", TEXT_PRINT_STATE);
}

/* --- the form --- */

static void mean_cell(struct buf *b, long long units, enum lang lang)
{
    char mean[FORMAT_SIZE];

    region_units(mean, lang, units);
    html_put(b, "<td><b>$</b></td>", mean);
}

static long long available(const struct print *p, size_t node)
{
    const long long *part = p->f->rounded.part[node][p->period];

    if (part[NERACA_SUPPLY] == PAGE_UNTOLD)
        return PAGE_UNTOLD;
    return part[NERACA_SUPPLY] + part[NERACA_INFLOW] - part[NERACA_OUTFLOW] - part[NERACA_LOSS];
}

/* Production, inflow, outflow, losses, availability, demand, balance of tilapia. */
static void tilapia_row(struct buf *b, const struct print *p, size_t node)
{
    const struct neraca_cell *c = &p->f->neraca.cell[node][p->period];
    const long long *part = p->f->rounded.part[node][p->period];

    html_put(b, "<tr><th scope=\"row\">$</th>", text_get(p->lang, TEXT_PRINT_TILAPIA));
    for (int k = 0; k < NERACA_DEMAND; k++)
        region_cell(b, part[k], &c->part[k], p->lang);
    mean_cell(b, available(p, node), p->lang);
    if (p->f->neraca.known[node]) {
        region_cell(b, part[NERACA_DEMAND], &c->part[NERACA_DEMAND], p->lang);
        region_cell(b, p->f->rounded.balance[node][p->period], &c->balance, p->lang);
    } else {
        html_raw(b, BLANK BLANK);
    }
    html_raw(b, "</tr>\n");
}

/* Other fish, or with tilapia all fish, as far as they are entered; what is not is left to a pen. */
static void fish_row(struct buf *b, const struct print *p, size_t node, bool all)
{
    const struct page_forecast *f = p->f;
    const bool has = f->other_known[PAGE_OTHER_SUPPLY][node][p->period] &&
                     (!all || region_told(f, node)),
               needs = f->other_known[PAGE_OTHER_DEMAND][node][p->period] &&
                       (!all || f->neraca.known[node]);
    const long long there = f->other[PAGE_OTHER_SUPPLY][node][p->period] +
                            (all ? available(p, node) : 0),
                    eaten = f->other[PAGE_OTHER_DEMAND][node][p->period] +
                            (all ? f->rounded.part[node][p->period][NERACA_DEMAND] : 0);

    html_put(b, "<tr class=\"$\"><th scope=\"row\">$</th>" BLANK BLANK BLANK BLANK,
             all ? "semua" : "lain",
             text_get(p->lang, all ? TEXT_PRINT_ALL_FISH : TEXT_PRINT_OTHER_FISH));
    if (has)
        mean_cell(b, there, p->lang);
    else
        html_raw(b, BLANK);
    if (needs)
        mean_cell(b, eaten, p->lang);
    else
        html_raw(b, BLANK);
    if (has && needs)
        mean_cell(b, there - eaten, p->lang);
    else
        html_raw(b, BLANK);
    html_raw(b, "</tr>\n");
}

static void form(struct buf *b, const struct print *p)
{
    static const enum text HEAD[] = {
        TEXT_PRINT_GOODS,  TEXT_PRINT_PRODUCTION, TEXT_BALANCE_INFLOW, TEXT_BALANCE_OUTFLOW,
        TEXT_BALANCE_LOSS, TEXT_PRINT_AVAILABLE,  TEXT_DEMAND,         TEXT_BALANCE};
    const struct text_arg args[] = {{"bulan", p->name.p}, {NULL, NULL}};

    parts_element(b, "h2", "", p->lang, TEXT_PRINT_FORM, args);
    html_put(b, "<div class=\"wide\"><table class=\"neraca\"><caption>$</caption><thead><tr>",
             text_get(p->lang, TEXT_PRINT_FORM_NOTE));
    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(p->lang, HEAD[i]));
    html_raw(b, "</tr></thead>\n");
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        html_put(b, "<tbody><tr class=\"wil\"><th scope=\"rowgroup\" colspan=\"8\">$</th></tr>\n",
                 region_node_name(node, p->lang));
        fish_row(b, p, node, true);
        tilapia_row(b, p, node);
        fish_row(b, p, node, false);
        html_raw(b, "</tbody>\n");
    }
    html_raw(b, "</table></div>\n");
}

/* --- the other tables --- */

static void months(struct buf *b, const struct print *p)
{
    parts_element(b, "h2", "", p->lang, TEXT_PRINT_MONTHS, NULL);
    html_put(b, "<div class=\"wide\"><table><caption>$</caption><thead>",
             text_get(p->lang, TEXT_TONNES_NOTE));
    region_heads(b, TEXT_PERIOD, p->lang);
    html_raw(b, "</thead><tbody>\n");
    region_month_rows(b, p->f, p->lang);
    html_raw(b, "</tbody></table></div>\n");
    parts_element(b, "p", "soft", p->lang, TEXT_ROUNDED, NULL);
}

static void kecamatan_row(struct buf *b, const struct print *p, size_t node, const char *name)
{
    char ponds[FORMAT_SIZE];

    (void)format_number(ponds, sizeof ponds, p->lang, region_count(p->f, node, p->f->tracked), 0);
    html_put(b, "<tr><th scope=\"row\">$</th><td>$</td>", name, ponds);
    region_cell(b, p->f->rounded.supply[node][p->period], &p->f->neraca.supply[node][p->period],
                p->lang);
    if (region_has_parts(p->f))
        region_split_cells(b, p->f, node, p->period, p->lang);
    html_raw(b, "</tr>\n");
}

/* Every kecamatan, also those without a pond: a paper that is filed shows that nobody was forgotten. */
static void kecamatan(struct buf *b, const struct print *p)
{
    const struct text_arg args[] = {{"bulan", p->name.p}, {NULL, NULL}};

    parts_element(b, "h2", "", p->lang, TEXT_PRINT_KECAMATAN, args);
    html_put(b,
             "<div class=\"wide\"><table class=\"kec\"><thead><tr><th scope=\"col\">$</th><th "
             "scope=\"col\">$</th><th scope=\"col\">$</th>",
             text_get(p->lang, TEXT_KECAMATAN), text_get(p->lang, TEXT_PONDS_COLUMN),
             text_get(p->lang, TEXT_TONNES));
    if (region_has_parts(p->f))
        html_put(b, "<th scope=\"col\">$</th><th scope=\"col\">$</th>",
                 text_get(p->lang, TEXT_TRACKED), text_get(p->lang, TEXT_UNTRACKED));
    html_raw(b, "</tr></thead>\n");
    for (int r = 0; r < REGENCY_COUNT; r++) {
        size_t regency = supply_node_regency((enum regency)r);
        const struct text_arg of[] = {{"wilayah", region_node_name(regency, p->lang)},
                                      {NULL, NULL}};
        struct buf sum = {0};

        html_raw(b, "<tbody>");
        for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
            if (region_kecamatan(k)->regency == (enum regency)r &&
                region_stands(p->f, supply_node_kecamatan(k))) {
                struct buf name = {0};

                region_row_name(&name, p->f, supply_node_kecamatan(k), p->lang);
                kecamatan_row(b, p, supply_node_kecamatan(k), name.p);
                buf_free(&name);
            }
        text_fill(&sum, p->lang, TEXT_PRINT_SUM, of);
        kecamatan_row(b, p, regency, sum.p);
        html_raw(b, "</tbody>\n");
        buf_free(&sum);
    }
    html_raw(b, "</table></div>\n");
    parts_element(b, "p", "soft", p->lang, TEXT_MERGED, NULL);
}

/* The same place has other numbers at other offices; a table is matched by both. */
static void codes(struct buf *b, const struct print *p)
{
    html_raw(b, "<p class=\"soft\">");
    parts_say(b, p->lang, TEXT_PRINT_CODES, NULL);
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        html_put(b, "$ $: $ (Kemendagri), $ (BPS)", r == 0 ? "" : ";",
                 regency_name((enum regency)r), places_regency_code((enum regency)r, "kemendagri"),
                 places_regency_code((enum regency)r, "bps"));
    html_raw(b, ".</p>\n");
}

static void basis(struct buf *b, const struct print *p)
{
    struct region_cover cover = {0};

    region_cover(&cover, p->f, p->lang);
    parts_element(b, "p", "", p->lang, TEXT_PRINT_COVER, cover.args);
    if (!p->f->with_official)
        parts_element(b, "p", "no", p->lang, TEXT_REGION_PRIOR, NULL);
    if (p->f->without_water)
        parts_element(b, "p", "no", p->lang, TEXT_REGION_NO_WATER, NULL);
    region_gaps(b, p->f, p->lang);
    parts_element(b, "p", "soft", p->lang, TEXT_METHOD_PRIOR, NULL);
}

static void signatures(struct buf *b, const struct print *p)
{
    html_raw(b, "<div class=\"tanda\">");
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        html_raw(b, "<div>");
        letter_place(b, p->m, r, p->lang);
        parts_element(b, "p", "", p->lang, TEXT_PRINT_SIGN, NULL);
        letter_sign(b, p->m, r, false, p->lang);
        html_raw(b, "</div>\n");
    }
    html_raw(b, "</div>\n");
}

/* "Desember 2026", "Triwulan 1 2027", and all months as "Desember 2026 – Mei 2027". */
static void name_period(struct print *p)
{
    const struct page_forecast *f = p->f;
    char first[FORMAT_SIZE], last[FORMAT_SIZE];

    if (p->period + 1 < f->neraca.periods) {
        region_period_name(&p->name, f, p->period, p->lang);
        return;
    }
    (void)format_month(first, sizeof first, p->lang, f->first_month);
    (void)format_month(last, sizeof last, p->lang, f->first_month + (int32_t)f->months - 1);
    buf_printf(&p->name, "%s \u2013 %s", first, last);
}

void page_print(struct buf *b, const struct page_model *m, const char *period, enum lang lang)
{
    struct print p = {.m = m, .f = &m->forecast, .lang = lang};
    const struct parts_head head = {.title = text_get(lang, TEXT_PRINT_TITLE),
                                    .path = "/wilayah/cetak",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .m = m};

    parts_begin(b, &head, lang);
    if (p.f->state != PAGE_FORECAST_READY) {
        parts_element(b, "h1", "", lang, TEXT_PRINT_TITLE, NULL);
        parts_element(b, "p", "sum", lang,
                      p.f->state == PAGE_FORECAST_FAILED ? TEXT_REGION_FAILED : TEXT_REGION_WAIT,
                      NULL);
        parts_end(b, lang);
        return;
    }
    for (size_t i = 0; i < p.f->neraca.periods; i++)
        if (strcmp(p.f->neraca.period[i].name, period) == 0)
            p.period = i;
    name_period(&p);
    tools(b, &p, period);
    /* the head of a table is the one thing that browsers repeat on every sheet */
    html_raw(b, "<article class=\"cetak\"><table class=\"lembar\" role=\"presentation\"><thead "
                "class=\"kepala\"><tr><td>\n");
    state(b, &p, "kaki", TEXT_PRINT_RUNNING);
    html_raw(b, "</td></tr></thead><tbody><tr><td>\n");
    letterhead(b, &p);
    form(b, &p);
    codes(b, &p);
    basis(b, &p);
    months(b, &p);
    region_split(b, p.f, lang);
    kecamatan(b, &p);
    region_basis(b, p.f, lang);
    signatures(b, &p);
    html_raw(b, "</td></tr></tbody></table></article>\n");
    buf_free(&p.name);
    parts_end(b, lang);
}
