/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/laporan": the monthly production report, A4 across, with the head of the office, number, date and a place to sign. */
#include "page_office.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/records/places.h"
#include "analytics/web/html.h"
#include "analytics/web/page_letter.h"
#include "analytics/web/page_region.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"

/* Rows still come in late for so long after a month; until then its figures are provisional. */
#define SETTLED_DAYS   30
#define MONTHS_OFFERED 12
#define MILLION        1e6

struct report {
    const struct page_model *m;
    const struct monthly_report *r;
    size_t node;        /* joint, or the regency whose paper it is */
    const char *number; /* given for this paper; "" none */
    enum lang lang;
};

/* A column: which measure, divided by what, with how many decimals. */
static const struct column {
    enum monthly_measure what;
    enum text head;
    double unit;
    int decimals;
} COLUMN[] = {
    {MONTHLY_PONDS, TEXT_REPORT_PONDS, 1, 0},       {MONTHLY_AREA, TEXT_REPORT_AREA, 1, 0},
    {MONTHLY_FARMS, TEXT_REPORT_FARMS, 1, 0},       {MONTHLY_STOCKED, TEXT_REPORT_STOCKED, 1, 0},
    {MONTHLY_HARVEST, TEXT_REPORT_HARVEST, 1, 0},   {MONTHLY_VALUE, TEXT_REPORT_VALUE, MILLION, 1},
    {MONTHLY_PRICE, TEXT_REPORT_PRICE, 1, 0},       {MONTHLY_SIZE, TEXT_REPORT_SIZE, 1, 0},
    {MONTHLY_SURVIVAL, TEXT_REPORT_SURVIVAL, 1, 0}, {MONTHLY_FCR, TEXT_REPORT_FCR, 1, 2},
    {MONTHLY_DEATHS, TEXT_REPORT_DEATHS, 1, 0},
};
enum {
    COLUMNS = sizeof COLUMN / sizeof COLUMN[0]
};

int32_t page_report_month(const char *asked, int64_t now_ms, bool *good)
{
    int32_t first, now = civil_month(now_ms);
    unsigned months;

    *good = places_period(asked, &first, &months) == 0 && months == 1 && first <= now;
    return *good ? first : now - 1;
}

static int32_t quarter_of(int32_t month)
{
    return month % 12 / 3 + 1;
}

static bool of_node(const struct report *p, size_t r)
{
    return p->node == SUPPLY_JOINT || p->node == 1 + r;
}

const char *report_node_word(size_t node)
{
    return node == SUPPLY_JOINT ? "gabungan" : regency_slug((enum regency)(node - 1));
}

/* The number of the letter, and the same figures as files. */
static void files(struct buf *b, const struct report *p)
{
    static const struct {
        const char *ending;
        enum text text;
    } FILE_[] = {
        {"xlsx", TEXT_REPORT_XLSX}, {"excel.csv", TEXT_REPORT_EXCEL_CSV}, {"csv", TEXT_REPORT_CSV}};
    char month[16];

    (void)snprintf(month, sizeof month, "%04d-%02d", (int)(p->r->month.month / 12),
                   (int)(p->r->month.month % 12) + 1);
    html_put(b,
             "<form method=\"get\" action=\"/laporan\"><input type=\"hidden\" name=\"bulan\" "
             "value=\"$\"><input type=\"hidden\" name=\"wilayah\" value=\"$\"><label>$<input "
             "name=\"nomor\" maxlength=\"23\" pattern=\"[A-Za-z0-9./\\-]*\" value=\"$\"></label>",
             month, report_node_word(p->node), text_get(p->lang, TEXT_REPORT_GIVE_NUMBER),
             p->number);
    html_put(b, "<button>$</button></form>\n<p class=\"pilih\">$ ",
             text_get(p->lang, TEXT_PONDS_SHOW), text_get(p->lang, TEXT_REPORT_FILES));
    for (size_t i = 0; i < sizeof FILE_ / sizeof FILE_[0]; i++)
        html_put(b, "<a href=\"/laporan/$.$?wilayah=$\">$</a> ", month, FILE_[i].ending,
                 report_node_word(p->node), text_get(p->lang, FILE_[i].text));
    html_raw(b, "</p>\n");
}

/* Only on the screen. */
static void tools(struct buf *b, const struct report *p, const char *asked, bool good)
{
    const int32_t month = p->r->month.month, now = civil_month(p->m->now_ms);
    char name[FORMAT_SIZE];

    html_put(b, "<div class=\"layar\">\n<p>$</p><p class=\"pilih\">",
             text_get(p->lang, TEXT_REPORT_CHOOSE));
    for (int32_t k = now - MONTHS_OFFERED + 1; k <= now; k++) {
        char of[16];

        (void)snprintf(of, sizeof of, "%04d-%02d", (int)(k / 12), (int)(k % 12) + 1);
        (void)format_month(name, sizeof name, p->lang, k);
        html_put(b, "<a href=\"/laporan?bulan=$&amp;wilayah=$\"", of, report_node_word(p->node));
        html_raw(b, k == month ? " aria-current=\"true\">" : ">");
        html_put(b, "$</a> ", name);
    }
    html_raw(b, "</p><p class=\"pilih\">");
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        char of[16];

        (void)snprintf(of, sizeof of, "%04d-%02d", (int)(month / 12), (int)(month % 12) + 1);
        html_put(b, "<a href=\"/laporan?bulan=$&amp;wilayah=$\"", of, report_node_word(node));
        html_raw(b, node == p->node ? " aria-current=\"true\">" : ">");
        html_put(b, "$</a> ", region_node_name(node, p->lang));
    }
    html_raw(b, "</p>\n");
    if (!good && *asked != '\0')
        parts_element(b, "p", "no", p->lang, TEXT_REPORT_UNKNOWN, NULL);
    files(b, p);
    html_put(b, "<p>$</p><p><a class=\"back\" href=\"/wilayah\">$</a></p></div>\n",
             text_get(p->lang, TEXT_REPORT_HOW), text_get(p->lang, TEXT_BACK_REGION));
}

/* "Sementara: bulan belum berakhir." */
static void state(struct buf *b, const struct report *p)
{
    char date[FORMAT_SIZE], clock[FORMAT_SIZE];
    int32_t today = civil_day(p->r->as_of_ms), over = civil_month_first_day(p->r->month.month + 1);
    const struct text_arg args[] = {{"tanggal", date}, {"jam", clock}, {NULL, NULL}};

    (void)format_date(date, sizeof date, p->lang, today);
    (void)format_clock(clock, sizeof clock, p->lang, p->r->as_of_ms);
    parts_element(b, "p", "keadaan", p->lang,
                  p->r->running                 ? TEXT_REPORT_RUNNING
                  : today < over + SETTLED_DAYS ? TEXT_REPORT_PROVISIONAL
                                                : TEXT_REPORT_SETTLED,
                  args);
}

static void letterhead(struct buf *b, const struct report *p)
{
    char month[FORMAT_SIZE], number[LETTER_NUMBER_SIZE * 2];

    html_raw(b, p->node == SUPPLY_JOINT ? "<div class=\"kop\">" : "<div class=\"kop satu\">");
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        if (of_node(p, r))
            letter_head(b, p->m, r, p->lang);
    html_raw(b, "</div>\n");
    (void)format_month(month, sizeof month, p->lang, p->r->month.month);
    /* a joint paper is of no office's own series */
    letter_number(number, sizeof number,
                  p->node != SUPPLY_JOINT && p->m->letters != NULL
                      ? p->m->letters->of[p->node - 1].number
                      : NULL,
                  p->number, civil_month(p->m->now_ms));
    parts_element(b, "h1", "", p->lang, TEXT_REPORT_TITLE, NULL);
    html_put(b, "<p class=\"masa\">$, $</p><p class=\"nomor\">$ $</p>\n",
             region_node_name(p->node, p->lang), month, text_get(p->lang, TEXT_REPORT_NUMBER),
             number);
    state(b, p);
}

static void cells(struct buf *b, const struct report *p, size_t node)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        char text[FORMAT_SIZE];

        (void)format_number(text, sizeof text, p->lang,
                            monthly_value(&p->r->month, COLUMN[i].what, node, NULL) /
                                COLUMN[i].unit,
                            COLUMN[i].decimals);
        html_put(b, "<td>$</td>", text);
    }
    html_raw(b, "</tr>\n");
}

/* Is anything to be told of the row: a pond, a stocking, a harvest, a death? */
static bool anything(const struct report *p, size_t node)
{
    for (int k = 0; k < MONTHLY_MEASURES; k++)
        if (p->r->month.figure[k][node].farms > 0)
            return true;
    return false;
}

static void regency(struct buf *b, const struct report *p, enum regency r)
{
    const struct merge *rows = &p->r->month.rows[MONTHLY_PONDS];
    const size_t node = supply_node_regency(r);
    struct buf sum = {0}, idle = {0};
    const struct text_arg of[] = {{"wilayah", region_node_name(node, p->lang)}, {NULL, NULL}};

    html_raw(b, "<tbody>");
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        struct buf name = {0};

        if (region_kecamatan(k)->regency != r || rows->cell[k] != k)
            continue;
        region_cell_name(&name, rows, k);
        if (anything(p, supply_node_kecamatan(k))) {
            html_put(b, "<tr><th scope=\"row\">$</th>", name.p);
            cells(b, p, supply_node_kecamatan(k));
        } else {
            buf_printf(&idle, "%s%s", idle.n > 0 ? ", " : "", name.p);
        }
        buf_free(&name);
    }
    text_fill(&sum, p->lang, TEXT_PRINT_SUM, of);
    html_put(b, "<tr class=\"jumlah\"><th scope=\"row\">$</th>", sum.p);
    cells(b, p, node);
    if (idle.n > 0) {
        const struct text_arg args[] = {{"tempat", idle.p}, {NULL, NULL}};

        html_raw(b, "<tr class=\"kosong\"><td colspan=\"12\">");
        parts_say(b, p->lang, TEXT_REPORT_IDLE, args);
        html_raw(b, "</td></tr>");
    }
    html_raw(b, "</tbody>\n");
    buf_free(&sum);
    buf_free(&idle);
}

static void main_table(struct buf *b, const struct report *p)
{
    html_put(b,
             "<div class=\"wide\"><table class=\"bulanan\"><caption>$</caption><thead><tr><th "
             "scope=\"col\">$</th>",
             text_get(p->lang, TEXT_REPORT_NOTE), text_get(p->lang, TEXT_KECAMATAN));
    for (size_t i = 0; i < COLUMNS; i++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(p->lang, COLUMN[i].head));
    html_raw(b, "</tr></thead>\n");
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        if (of_node(p, r))
            regency(b, p, (enum regency)r);
    if (p->node == SUPPLY_JOINT) {
        html_put(b, "<tbody><tr class=\"jumlah\"><th scope=\"row\">$</th>",
                 text_get(p->lang, TEXT_JOINT));
        cells(b, p, SUPPLY_JOINT);
        html_raw(b, "</tbody>\n");
    }
    html_raw(b, "</table></div>\n");
}

/* --- the quarter --- */

static void number_cell(struct buf *b, const struct report *p, double v, int decimals)
{
    char text[FORMAT_SIZE];

    (void)format_number(text, sizeof text, p->lang, v, decimals);
    html_put(b, "<td>$</td>", text);
}

static void quarter(struct buf *b, const struct report *p)
{
    static const size_t SUM[] = {4, 5, 3, 10}; /* of COLUMN */
    const struct monthly_report *r = p->r;
    char n[FORMAT_SIZE], year[FORMAT_SIZE], month[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {"tahun", year}, {NULL, NULL}};

    (void)format_number(n, sizeof n, p->lang, quarter_of(r->month.month), 0);
    (void)snprintf(year, sizeof year, "%d", (int)(r->month.month / 12));
    html_raw(b, "<div class=\"wide\"><table class=\"triwulan\"><caption>");
    parts_say(b, p->lang, TEXT_REPORT_QUARTER, args);
    html_put(b, "</caption><thead><tr><th scope=\"col\">$</th><th scope=\"col\">$</th>",
             text_get(p->lang, TEXT_REPORT_FIGURE), text_get(p->lang, TEXT_BASIS_PLACE));
    for (unsigned i = 0; i < r->months; i++) {
        (void)format_month(month, sizeof month, p->lang, r->each[i].first_month);
        html_put(b, "<th scope=\"col\">$</th>", month);
    }
    html_put(b, "<th scope=\"col\">$</th><th scope=\"col\">$</th></tr></thead><tbody>\n",
             text_get(p->lang, r->months == 3 ? TEXT_REPORT_WHOLE_QUARTER : TEXT_REPORT_SO_FAR),
             text_get(p->lang, TEXT_REPORT_YEAR));
    for (size_t k = 0; k < sizeof SUM / sizeof SUM[0]; k++)
        for (size_t node = 0; node < DEMAND_NODES; node++) {
            const struct column *c = &COLUMN[SUM[k]];

            if (p->node != SUPPLY_JOINT && node != p->node)
                continue;
            html_put(b, "<tr><th scope=\"row\">$</th><td>$</td>", text_get(p->lang, c->head),
                     region_node_name(node, p->lang));
            for (unsigned i = 0; i < r->months; i++)
                number_cell(b, p, r->each[i].value[c->what][node] / c->unit, c->decimals);
            number_cell(b, p, r->quarter.value[c->what][node] / c->unit, c->decimals);
            number_cell(b, p, r->year.value[c->what][node] / c->unit, c->decimals);
            html_raw(b, "</tr>\n");
        }
    html_raw(b, "</tbody></table></div>\n");
}

/* --- target and what was reached --- */

static void percent_cell(struct buf *b, const struct report *p, double kg, double target_kg)
{
    char text[FORMAT_SIZE];

    (void)format_unit(text, sizeof text, p->lang, target_kg > 0 ? 100 * kg / target_kg : NAN, 1,
                      "%");
    html_put(b, "<td>$</td>", text);
}

static void target_name(struct buf *b, const struct report *p, int k)
{
    char name[FORMAT_SIZE], n[FORMAT_SIZE], year[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {"tahun", year}, {NULL, NULL}};

    (void)snprintf(year, sizeof year, "%d", (int)(p->r->month.month / 12));
    (void)format_number(n, sizeof n, p->lang, quarter_of(p->r->month.month), 0);
    (void)format_month(name, sizeof name, p->lang, p->r->month.month);
    if (k == 0)
        html_text(b, name);
    else if (k == 1)
        parts_say(b, p->lang, TEXT_QUARTER, args);
    else
        html_text(b, year);
}

static void target_row(struct buf *b, const struct report *p, size_t node, int k)
{
    const struct monthly_target *t = &p->r->target[node][k];
    const struct monthly_sum *sum = k == 0   ? &p->r->each[p->r->months - 1]
                                    : k == 1 ? &p->r->quarter
                                             : &p->r->year;
    const double kg = sum->value[MONTHLY_HARVEST][node];

    html_raw(b, "<tr><th scope=\"row\">");
    target_name(b, p, k);
    html_put(b, "</th><td>$</td>", region_node_name(node, p->lang));
    number_cell(b, p, t->target_kg / 1000, 2);
    number_cell(b, p, kg / 1000, 2);
    percent_cell(b, p, kg, t->target_kg);
    number_cell(b, p, t->official_kg / 1000, 2);
    percent_cell(b, p, t->official_kg, t->target_kg);
    html_put(b, "<td>$</td></tr>\n", t->source);
}

static void targets(struct buf *b, const struct report *p)
{
    static const enum text HEAD[] = {
        TEXT_PERIOD,         TEXT_BASIS_PLACE,     TEXT_REPORT_TARGET,  TEXT_REPORT_RECORDED,
        TEXT_REPORT_PERCENT, TEXT_REPORT_OFFICIAL, TEXT_REPORT_PERCENT, TEXT_BASIS_SOURCE};
    bool any = false;

    parts_element(b, "h2", "", p->lang, TEXT_REPORT_TARGETS, NULL);
    for (int k = 0; k < 3; k++)
        for (size_t node = 0; node < DEMAND_NODES; node++)
            any = any || !isnan(p->r->target[node][k].target_kg) ||
                  !isnan(p->r->target[node][k].official_kg);
    if (!any) {
        parts_element(b, "p", "soft", p->lang, TEXT_REPORT_NO_TARGET, NULL);
        return;
    }
    html_put(b, "<div class=\"wide\"><table class=\"sasaran\"><caption>$</caption><thead><tr>",
             text_get(p->lang, TEXT_REPORT_TARGET_NOTE));
    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(p->lang, HEAD[i]));
    html_raw(b, "</tr></thead><tbody>\n");
    for (int k = 0; k < 3; k++)
        for (size_t node = 0; node < DEMAND_NODES; node++) {
            const struct monthly_target *t = &p->r->target[node][k];

            if ((p->node == SUPPLY_JOINT || node == p->node) &&
                !(isnan(t->target_kg) && isnan(t->official_kg)))
                target_row(b, p, node, k);
        }
    html_raw(b, "</tbody></table></div>\n");
}

static void coverage(struct buf *b, const struct report *p)
{
    char n[FORMAT_SIZE], of[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {"m", of}, {NULL, NULL}};
    bool told;

    (void)monthly_value(&p->r->month, MONTHLY_PONDS, p->node, &told);
    (void)format_number(n, sizeof n, p->lang, told ? (double)p->r->month.reported[p->node] : NAN,
                        0);
    (void)format_number(of, sizeof of, p->lang, told ? (double)p->r->month.active[p->node] : NAN,
                        0);
    parts_element(b, "p", "", p->lang, TEXT_REPORT_COVER, args);
    if (!p->r->all)
        parts_element(b, "p", "soft", p->lang, TEXT_MERGED, NULL);
    parts_element(b, "p", "soft", p->lang, TEXT_REPORT_METHOD, NULL);
}

static void signatures(struct buf *b, const struct report *p)
{
    html_raw(b, p->node == SUPPLY_JOINT ? "<div class=\"tanda empat\">" : "<div class=\"tanda\">");
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        if (!of_node(p, r))
            continue;
        html_raw(b, "<div>");
        parts_element(b, "p", "", p->lang, TEXT_PRINT_SIGN, NULL);
        letter_sign(b, p->m, r, false, p->lang);
        html_raw(b, "</div>\n<div>");
        letter_place(b, p->m, r, p->lang);
        letter_sign(b, p->m, r, true, p->lang);
        html_raw(b, "</div>\n");
    }
    html_raw(b, "</div>\n");
}

void page_report(struct buf *b, const struct page_model *m, const struct monthly_report *r,
                 size_t node, const char *asked, const char *number, enum lang lang)
{
    const struct report p = {m, r, node, number, lang};
    char query[64];
    bool good;
    const struct parts_head head = {.title = text_get(lang, TEXT_REPORT_TITLE),
                                    .path = "/laporan",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .query = query,
                                    .m = m};

    (void)page_report_month(asked, m->now_ms, &good);
    (void)snprintf(query, sizeof query, "bulan=%04d-%02d&wilayah=%s&", (int)(r->month.month / 12),
                   (int)(r->month.month % 12) + 1, report_node_word(node));
    parts_begin(b, &head, lang);
    tools(b, &p, asked, good);
    html_raw(b, "<article class=\"cetak laporan\">\n");
    letterhead(b, &p);
    main_table(b, &p);
    coverage(b, &p);
    quarter(b, &p);
    targets(b, &p);
    signatures(b, &p);
    html_raw(b, "</article>\n");
    parts_end(b, lang);
}
