/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/wilayah": the officer's page: joint harvest forecast of both regencies, with ranges, coverage and method. */
#include "page.h"

#include <math.h>
#include <stdio.h>

#include "analytics/supply/smoother.h"
#include "analytics/web/chart.h"
#include "analytics/web/html.h"
#include "analytics/web/page_region.h"
#include "analytics/web/parts.h"

struct triple {
    char p10[FORMAT_SIZE], mean[FORMAT_SIZE], p90[FORMAT_SIZE], month[FORMAT_SIZE];
    struct text_arg args[5];
};

static void triple(struct triple *t, const struct page_forecast *f, unsigned lead, enum lang lang)
{
    const struct supply_summary *s = &f->neraca.supply[SUPPLY_JOINT][lead - 1];

    region_units(t->mean, lang, f->rounded.supply[SUPPLY_JOINT][lead - 1]);
    region_tonnes(t->p10, lang, s->p10);
    region_tonnes(t->p90, lang, s->p90);
    (void)format_month(t->month, sizeof t->month, lang, f->first_month + (int32_t)lead - 1);
    t->args[0] = (struct text_arg){"p10", t->p10};
    t->args[1] = (struct text_arg){"rata", t->mean};
    t->args[2] = (struct text_arg){"p90", t->p90};
    t->args[3] = (struct text_arg){"bulan", t->month};
    t->args[4] = (struct text_arg){NULL, NULL};
}

void region_cover(struct region_cover *c, const struct page_forecast *f, enum lang lang)
{
    static const char *const NAME[7] = {"n", "m", "a", "ma", "b", "mb", "draws"};
    size_t kotim = supply_node_regency(REGENCY_KOTIM),
           seruyan = supply_node_regency(REGENCY_SERUYAN);
    const double count[7] = {region_count(f, SUPPLY_JOINT, f->tracked),
                             region_count(f, SUPPLY_JOINT, f->ponds),
                             region_count(f, kotim, f->tracked),
                             region_count(f, kotim, f->ponds),
                             region_count(f, seruyan, f->tracked),
                             region_count(f, seruyan, f->ponds),
                             f->draws};

    for (size_t i = 0; i < 7; i++) {
        (void)format_number(c->n[i], sizeof c->n[i], lang, count[i], 0);
        c->args[i] = (struct text_arg){NAME[i], c->n[i]};
    }
    c->args[7] = (struct text_arg){NULL, NULL};
}

/* How much is left out because nobody wrote about it. */
static void forgotten_kg(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    char t[DEMAND_NODES][FORMAT_SIZE];
    const struct text_arg args[] = {{"t", t[0]}, {"a", t[1]}, {"b", t[2]}, {NULL, NULL}};

    for (size_t node = 0; node < DEMAND_NODES; node++)
        region_tonnes(t[node], lang, f->forgotten_kg[node]);
    parts_element(b, "p", "soft", lang, TEXT_REGION_FORGOTTEN_KG, args);
}

static void cover(struct buf *b, const struct page_model *m, enum lang lang)
{
    const struct page_forecast *f = &m->forecast;
    char n[2][FORMAT_SIZE], date[FORMAT_SIZE], clock[FORMAT_SIZE];
    struct region_cover ponds = {0};

    region_cover(&ponds, f, lang);
    (void)format_date(date, sizeof date, lang, f->as_of_day);
    (void)format_moment(clock, sizeof clock, lang, f->issued_ms, m->now_ms);
    const struct text_arg as_of[] = {{"tanggal", date}, {"jam", clock}, {NULL, NULL}};
    parts_element(b, "p", "", lang, TEXT_REGION_COVER, ponds.args);
    html_raw(b, "<p class=\"soft\">");
    parts_say(b, lang,
              f->neraca.whole[1] || f->neraca.whole[2] ? TEXT_REGION_SCOPE_ALL
              : f->with_official                       ? TEXT_REGION_SCOPE_OFFICIAL
                                                       : TEXT_REGION_SCOPE,
              NULL);
    html_raw(b, " ");
    parts_say(b, lang, TEXT_REGION_ASOF, as_of);
    html_raw(b, "</p>\n");
    if (f->neraca.registered[SUPPLY_JOINT] > 0) {
        (void)format_number(n[0], sizeof n[0], lang, f->neraca.farms[SUPPLY_JOINT], 0);
        (void)format_number(n[1], sizeof n[1], lang, f->neraca.registered[SUPPLY_JOINT], 0);
        const struct text_arg farms[] = {{"n", n[0]}, {"m", n[1]}, {NULL, NULL}};
        parts_element(b, "p", "soft", lang, TEXT_REGION_REGISTER, farms);
    }
    if (!f->with_official)
        parts_element(b, "p", "no", lang, TEXT_REGION_PRIOR, NULL);
    if (f->without_water)
        parts_element(b, "p", "no", lang, TEXT_REGION_NO_WATER, NULL);
    if (f->forgotten > 0) {
        char left[FORMAT_SIZE];
        (void)format_number(left, sizeof left, lang, f->forgotten, 0);
        const struct text_arg forgotten[] = {{"n", left}, {NULL, NULL}};
        parts_element(b, "p", "", lang, TEXT_REGION_FORGOTTEN, forgotten);
        forgotten_kg(b, f, lang);
    }
}

void region_month_rows(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    for (size_t p = 0; p < f->neraca.periods; p++) {
        region_period(b, f, p, lang);
        for (size_t node = 0; node < DEMAND_NODES; node++)
            region_cell(b, f->rounded.supply[node][p], &f->neraca.supply[node][p], lang);
        html_raw(b, "</tr>\n");
    }
}

/* The answer first: month, balance of both, then what it is made of; so it is on a telephone's screen too. */
static void month_rows_with_balance(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    html_put(b, "<tr><th scope=\"col\">$</th><th scope=\"col\">$</th>", text_get(lang, TEXT_MONTH),
             text_get(lang, TEXT_BALANCE));
    for (size_t node = 0; node < DEMAND_NODES; node++)
        html_put(b, "<th scope=\"col\">$</th>", region_node_name(node, lang));
    html_raw(b, "</tr></thead><tbody>\n");
    for (size_t p = 0; p < f->neraca.periods; p++) {
        const long long balance = f->rounded.balance[SUPPLY_JOINT][p];
        char mean[FORMAT_SIZE];

        region_units(mean, lang, balance);
        region_period(b, f, p, lang);
        html_put(b, "<td><b>$</b><span>$</span></td>", mean,
                 text_get(lang, balance < 0 ? TEXT_DEFICIT : TEXT_SURPLUS));
        for (size_t node = 0; node < DEMAND_NODES; node++)
            region_cell(b, f->rounded.supply[node][p], &f->neraca.supply[node][p], lang);
        html_raw(b, "</tr>\n");
    }
}

static void month_table(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    parts_element(b, "h2", "", lang, TEXT_REGION_TABLE, NULL);
    html_put(b, "<div class=\"wide\"><table><caption>$</caption><thead>",
             text_get(lang, TEXT_TONNES_NOTE));
    if (f->neraca.known[SUPPLY_JOINT]) {
        month_rows_with_balance(b, f, lang);
    } else {
        region_heads(b, TEXT_MONTH, lang);
        html_raw(b, "</thead><tbody>\n");
        region_month_rows(b, f, lang);
    }
    html_raw(b, "</tbody></table></div>\n");
    parts_element(b, "p", "soft", lang, TEXT_ROUNDED, NULL);
}

/* Where the officers' other pages are. */
static void links(struct buf *b, enum lang lang)
{
    static const struct {
        const char *path;
        enum text words;
    } LINK[] = {
        {"/laporan", TEXT_LINK_REPORT},
        {"/wilayah/cetak", TEXT_LINK_PRINT},
        {"/kolam-wilayah", TEXT_LINK_PONDS},
        {"/asumsi", TEXT_LINK_ASSUME},
        {"/wilayah/skenario", TEXT_LINK_SCENARIO},
        {"/wilayah/ketepatan", TEXT_LINK_ACCURACY},
        {"/wilayah/peta", TEXT_LINK_SKETCH},
        {"/wilayah/benih", TEXT_LINK_SEED},
        {"/wilayah/catatan", TEXT_LINK_RECORDS},
        {"/wilayah/telaah", TEXT_LINK_ODD},
    };

    html_put(b, "<nav class=\"petugas\" aria-label=\"$\">", text_get(lang, TEXT_LINKS_TITLE));
    for (size_t i = 0; i < sizeof LINK / sizeof LINK[0]; i++)
        html_put(b, "<a href=\"$\">$</a> ", LINK[i].path, text_get(lang, LINK[i].words));
    html_raw(b, "</nav>\n");
}

static void legend(struct buf *b, enum lang lang)
{
    static const struct {
        const char *mark;
        enum text text;
    } ENTRY[] = {
        {"<rect class=\"part0\" width=\"24\" height=\"14\"/>", TEXT_KOTIM},
        {"<rect class=\"part1\" width=\"24\" height=\"14\"/>", TEXT_SERUYAN},
        {"<rect class=\"band\" width=\"24\" height=\"14\"/>", TEXT_LEGEND_BAND},
        {"<path class=\"median\" d=\"M0 7h24\"/>", TEXT_LEGEND_MEDIAN},
    };

    html_raw(b, "<ul class=\"legend\">");
    for (size_t i = 0; i < sizeof ENTRY / sizeof ENTRY[0]; i++) {
        html_raw(b, "<li><svg viewBox=\"0 0 24 14\" aria-hidden=\"true\">");
        html_raw(b, ENTRY[i].mark);
        html_put(b, "</svg>$</li>", text_get(lang, ENTRY[i].text));
    }
    html_raw(b, "</ul>");
}

static void month_chart(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    struct chart_fan c = {
        .n = f->months, .id = "panen", .title = text_get(lang, TEXT_REGION_CHART), .lang = lang};
    struct buf desc = {0};
    struct triple t;

    for (unsigned i = 0; i < f->months; i++) {
        struct chart_month *m = &c.month[i];
        const struct supply_summary *joint = &f->neraca.supply[SUPPLY_JOINT][i];
        (void)format_month_short(m->label, sizeof m->label, lang, f->first_month + (int32_t)i);
        m->p10 = joint->p10 / 1000;
        m->p50 = joint->mean / 1000;
        m->p90 = joint->p90 / 1000;
        for (int r = 0; r < REGENCY_COUNT; r++)
            m->part[r] = region_told(f, supply_node_regency((enum regency)r))
                             ? f->neraca.supply[supply_node_regency((enum regency)r)][i].mean / 1000
                             : 0;
    }
    triple(&t, f, 1, lang);
    text_fill(&desc, lang, TEXT_REGION_CHART_DESC, t.args);
    c.desc = desc.p;
    parts_element(b, "h2", "", lang, TEXT_REGION_CHART, NULL);
    html_raw(b, "<figure>");
    chart_fan(b, &c);
    legend(b, lang);
    html_raw(b, "</figure>\n");
    buf_free(&desc);
}

/* Both regencies on one scale; nothing when they are not told. */
static void compare_chart(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    struct chart_pair c = {.n = f->months,
                           .id = "banding",
                           .title = text_get(lang, TEXT_COMPARE_TITLE),
                           .desc = text_get(lang, TEXT_COMPARE_DESC),
                           .lang = lang};

    for (int r = 0; r < REGENCY_COUNT; r++)
        if (!region_told(f, supply_node_regency((enum regency)r)))
            return;
    for (unsigned i = 0; i < f->months; i++) {
        (void)format_month_short(c.month[i].label, sizeof c.month[i].label, lang,
                                 f->first_month + (int32_t)i);
        for (int r = 0; r < REGENCY_COUNT; r++) {
            const struct supply_summary *s =
                &f->neraca.supply[supply_node_regency((enum regency)r)][i];

            c.month[i].side[r].mean = s->mean / 1000;
            c.month[i].side[r].p10 = s->p10 / 1000;
            c.month[i].side[r].p90 = s->p90 / 1000;
        }
    }
    parts_element(b, "h2", "", lang, TEXT_COMPARE_TITLE, NULL);
    html_raw(b, "<figure>");
    chart_pair(b, &c);
    html_raw(b, "<ul class=\"legend\">");
    for (int r = 0; r < REGENCY_COUNT; r++)
        html_put(b,
                 r == 0 ? "<li><svg viewBox=\"0 0 24 14\" aria-hidden=\"true\"><rect "
                          "class=\"part0\" width=\"24\" height=\"14\"/></svg>$</li>"
                        : "<li><svg viewBox=\"0 0 24 14\" aria-hidden=\"true\"><rect "
                          "class=\"part1\" width=\"24\" height=\"14\"/></svg>$</li>",
                 text_get(lang, r == 0 ? TEXT_KOTIM : TEXT_SERUYAN));
    html_raw(b, "</ul></figure>\n");
}

/* Does the node have anything to show: ponds, or a harvest that rounds to something? */
static bool shown(const struct page_forecast *f, size_t node)
{
    return region_stands(f, node) &&
           (f->tracked[node] > 0 || f->rounded.supply[node][f->neraca.periods - 1] != 0);
}

static void row_name(struct buf *b, const struct page_forecast *f, size_t node, enum lang lang)
{
    struct buf name = {0};

    region_row_name(&name, f, node, lang);
    html_text(b, name.p);
    buf_free(&name);
}

/* Every kecamatan of a regency in every period, folded; the last row is the regency, the sum of the others. */
static void kecamatan_months(struct buf *b, const struct page_forecast *f, enum regency r,
                             enum lang lang)
{
    const size_t regency = supply_node_regency(r);
    const struct text_arg args[] = {{"wilayah", region_node_name(regency, lang)}, {NULL, NULL}};

    html_raw(b, "<details><summary>");
    parts_say(b, lang, TEXT_KECAMATAN_MONTHS, args);
    html_put(b,
             "</summary><div class=\"wide\"><table><caption>$</caption><thead><tr><th "
             "scope=\"col\">$</th>",
             text_get(lang, TEXT_TONNES_NOTE), text_get(lang, TEXT_KECAMATAN));
    for (size_t p = 0; p < f->neraca.periods; p++) {
        html_raw(b, "<th scope=\"col\">");
        region_period_name(b, f, p, lang);
        html_raw(b, "</th>");
    }
    html_raw(b, "</tr></thead><tbody>\n");
    for (size_t k = 0; k <= REGION_KECAMATAN_COUNT; k++) {
        size_t node = k < REGION_KECAMATAN_COUNT ? supply_node_kecamatan(k) : regency;

        if (node != regency && (region_kecamatan(k)->regency != r || !shown(f, node)))
            continue;
        html_raw(b, "<tr><th scope=\"row\">");
        row_name(b, f, node, lang);
        html_raw(b, "</th>");
        for (size_t p = 0; p < f->neraca.periods; p++)
            region_cell(b, f->rounded.supply[node][p], &f->neraca.supply[node][p], lang);
        html_raw(b, "</tr>\n");
    }
    html_raw(b, "</tbody></table></div></details>\n");
}

static void kecamatan_table(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    char n[FORMAT_SIZE], month[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {NULL, NULL}};
    const size_t all = f->neraca.periods - 1;

    (void)format_number(n, sizeof n, lang, f->months, 0);
    (void)format_month(month, sizeof month, lang, f->first_month);
    parts_element(b, "h2", "", lang, TEXT_KECAMATAN_TABLE, NULL);
    html_put(
        b,
        "<div class=\"wide\"><table><thead><tr><th scope=\"col\">$</th><th scope=\"col\">$</th><th "
        "scope=\"col\">$</th><th scope=\"col\">",
        text_get(lang, TEXT_KECAMATAN), text_get(lang, TEXT_PONDS_COLUMN), month);
    parts_say(b, lang, TEXT_ALL_MONTHS, args);
    html_raw(b, "</th></tr></thead><tbody>\n");
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        size_t node = supply_node_kecamatan(k);
        char ponds[FORMAT_SIZE];
        if (!shown(f, node))
            continue;
        (void)format_number(ponds, sizeof ponds, lang, region_count(f, node, f->tracked), 0);
        html_raw(b, "<tr><th scope=\"row\">");
        row_name(b, f, node, lang);
        html_put(b, "<span class=\"soft\"> ($)</span></th><td>$</td>",
                 text_get(lang, region_kecamatan(k)->regency == REGENCY_KOTIM ? TEXT_KOTIM
                                                                              : TEXT_SERUYAN),
                 ponds);
        region_cell(b, f->rounded.supply[node][0], &f->neraca.supply[node][0], lang);
        region_cell(b, f->rounded.supply[node][all], &f->neraca.supply[node][all], lang);
        html_raw(b, "</tr>\n");
    }
    html_raw(b, "</tbody></table></div>\n");
    parts_element(b, "p", "soft", lang, TEXT_KECAMATAN_NONE, NULL);
    parts_element(b, "p", "soft", lang, TEXT_MERGED, NULL);
    kecamatan_months(b, f, REGENCY_KOTIM, lang);
    kecamatan_months(b, f, REGENCY_SERUYAN, lang);
}

static void asked(struct buf *b, const struct page_model *m, enum lang lang)
{
    char n[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {NULL, NULL}};

    (void)format_number(n, sizeof n, lang, (double)region_asked(m), 0);
    html_raw(b, "<p><a class=\"back\" href=\"/wilayah/catatan\">");
    parts_say(b, lang, TEXT_RECORDS_LINK, args);
    html_raw(b, "</a></p>\n");
}

/* "93% (82–105%)" */
static void growth_words(char *out, size_t size, const struct smoother_found *l, enum regency r,
                         enum lang lang)
{
    char p[3][FORMAT_SIZE];
    double q[3];

    smoother_growth(l, r, q);
    for (int k = 0; k < 3; k++)
        (void)format_number(p[k], sizeof p[k], lang, 100 * q[k], 0);
    (void)snprintf(out, size, "%s%% (%s\u2013%s%%)", p[1], p[0], p[2]);
}

static void learned(struct buf *b, const struct smoother_found *l, enum lang lang)
{
    static const enum text EVENT[PATHS_EVENT_KINDS] = {
        [PATHS_ACID] = TEXT_LEARNED_ACID, [PATHS_LOW_FLOW] = TEXT_LEARNED_LOW_FLOW};
    char a[4 * FORMAT_SIZE], c[4 * FORMAT_SIZE], n[FORMAT_SIZE], m[FORMAT_SIZE];
    const struct text_arg args[] = {{"a", a}, {"b", c}, {"n", n}, {"m", m}, {NULL, NULL}};

    if (l->weeks == 0) {
        parts_element(b, "li", "", lang, TEXT_LEARNED_NONE, NULL);
        return;
    }
    growth_words(a, sizeof a, l, REGENCY_KOTIM, lang);
    growth_words(c, sizeof c, l, REGENCY_SERUYAN, lang);
    (void)format_number(n, sizeof n, lang, (double)l->samples, 0);
    (void)format_number(m, sizeof m, lang, (double)l->cycles, 0);
    parts_element(b, "li", "", lang, TEXT_LEARNED_GROWTH, args);
    for (int k = 0; k < PATHS_EVENT_KINDS; k++) {
        if (!l->season[k])
            continue;
        (void)format_number(a, sizeof a, lang, 100 * l->event_p[k][REGENCY_KOTIM], 0);
        (void)format_number(c, sizeof c, lang, 100 * l->event_p[k][REGENCY_SERUYAN], 0);
        parts_element(b, "li", "", lang, EVENT[k], args);
    }
}

static void method(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    char draws[FORMAT_SIZE];
    const struct text_arg args[] = {{"draws", draws}, {NULL, NULL}};

    (void)format_number(draws, sizeof draws, lang, f->draws, 0);
    parts_element(b, "h2", "", lang, TEXT_METHOD_TITLE, NULL);
    html_raw(b, "<ul>");
    parts_element(b, "li", "", lang, TEXT_METHOD_RANGE, NULL);
    parts_element(b, "li", "", lang, TEXT_METHOD_JOINT, args);
    parts_element(b, "li", "", lang, TEXT_METHOD_PRIOR, NULL);
    learned(b, &f->learned, lang);
    html_raw(b, "</ul>\n");
}

void page_region(struct buf *b, const struct page_model *m, enum lang lang)
{
    const struct page_forecast *f = &m->forecast;
    const struct parts_head head = {.title = text_get(lang, TEXT_REGION_TITLE),
                                    .path = "/wilayah",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .m = m};
    struct triple t;

    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_REGION_TITLE, NULL);
    html_put(b, "<p class=\"soft\">$ \u00b7 $</p>\n", regency_name(REGENCY_KOTIM),
             regency_name(REGENCY_SERUYAN));
    links(b, lang);
    if (f->state != PAGE_FORECAST_READY) {
        parts_element(b, "p", "sum", lang,
                      f->state == PAGE_FORECAST_FAILED ? TEXT_REGION_FAILED : TEXT_REGION_WAIT,
                      NULL);
        parts_end(b, lang);
        return;
    }
    triple(&t, f, 1, lang);
    parts_element(b, "p", "sum", lang, TEXT_REGION_SUMMARY, t.args);
    cover(b, m, lang);
    region_given(b, f, lang);
    html_put(b,
             "<p class=\"print\"><a class=\"call\" href=\"/wilayah/cetak\">$</a> <a class=\"back\" "
             "href=\"/wilayah/prakiraan.csv\" download>$</a></p>\n",
             text_get(lang, TEXT_PRINT_LINK), text_get(lang, TEXT_EXPORT_LINK));
    month_table(b, f, lang);
    region_split(b, f, lang);
    if (region_told(f, SUPPLY_JOINT))
        month_chart(b, f, lang);
    compare_chart(b, f, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah/skenario\">$</a></p>\n",
             text_get(lang, TEXT_WHATIF_LINK));
    region_balance(b, f, lang);
    kecamatan_table(b, f, lang);
    asked(b, m, lang);
    region_basis(b, f, lang);
    method(b, f, lang);
    region_accuracy(b, f, lang);
    parts_end(b, lang);
}
