/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/wilayah/skenario": what is supposed, in a form, and the forecast without and with it side by side. */
#include "page_scenario.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/web/chart.h"
#include "analytics/web/html.h"
#include "analytics/web/page_region.h"

#include "analytics/web/parts.h"

#define AGAIN_S 2 /* a comparison takes a second or so */

static const enum text NODE[DEMAND_NODES] = {TEXT_JOINT, TEXT_KOTIM, TEXT_SERUYAN};

static const enum text LABEL[SUPPOSE_FIELDS] = {
    [SUPPOSE_FINGERLINGS] = TEXT_WHATIF_FINGERLINGS,
    [SUPPOSE_FEED_PRICE] = TEXT_WHATIF_FEED_PRICE,
    [SUPPOSE_ACID] = TEXT_WHATIF_ACID,
    [SUPPOSE_SMOKE] = TEXT_WHATIF_SMOKE,
    [SUPPOSE_SMOKE_UNTIL] = TEXT_WHATIF_SMOKE_UNTIL,
    [SUPPOSE_AERATORS] = TEXT_WHATIF_AERATORS,
    [SUPPOSE_SEND] = TEXT_WHATIF_SEND,
    [SUPPOSE_SEND_TO] = TEXT_WHATIF_SEND_TO,
    [SUPPOSE_SEND_IN] = TEXT_WHATIF_SEND_IN,
    [SUPPOSE_FROM] = TEXT_WHATIF_FROM,
    [SUPPOSE_PLACE] = TEXT_WHATIF_PLACE,
};

static void month_value(char buf[16], int32_t month)
{
    (void)snprintf(buf, 16, "%04d-%02d", (int)(month / 12), (int)(month % 12) + 1);
}

/* --- the form --- */

static void option(struct buf *b, const char *value, const char *chosen, const char *words)
{
    html_put(b, "<option value=\"$\"", value);
    html_raw(b, strcmp(value, chosen) == 0 ? " selected>" : ">");
    html_put(b, "$</option>", words);
}

static void months(struct buf *b, const struct page_forecast *f, enum suppose_field field,
                   const char *chosen, enum lang lang)
{
    option(b, "", chosen,
           text_get(lang, field == SUPPOSE_FROM ? TEXT_WHATIF_AT_ONCE : TEXT_WHATIF_NOBODY));
    for (unsigned k = 0; k < f->months; k++) {
        char value[16], words[FORMAT_SIZE];

        month_value(value, f->first_month + (int32_t)k);
        (void)format_month(words, sizeof words, lang, f->first_month + (int32_t)k);
        option(b, value, chosen, words);
    }
}

static bool is_place(enum suppose_field f)
{
    return f == SUPPOSE_PLACE || f == SUPPOSE_SEND_TO;
}

bool page_scenario_ledgers(const struct page_forecast *f)
{
    return !isnan(f->seed[REGENCY_KOTIM].recent) && !isnan(f->seed[REGENCY_SERUYAN].recent);
}

static void field(struct buf *b, const struct page_forecast *f, const struct suppose *s,
                  enum suppose_field k, enum lang lang)
{
    const char *name = suppose_name(k), *text = s->text[k];
    const char *invalid = s->bad[k] ? " aria-invalid=\"true\"" : "";
    int min, max;

    html_put(b, "<label>$ ", text_get(lang, LABEL[k]));
    if (suppose_number(k, &min, &max)) {
        char from[16], to[16];

        (void)snprintf(from, sizeof from, "%d", min);
        (void)snprintf(to, sizeof to, "%d", max);
        html_put(b, "<input type=\"number\" step=\"1\" min=\"$\" max=\"$\" name=\"$\" value=\"$\"",
                 from, to, name, text);
        html_raw(b, invalid);
        html_raw(b, ">");
    } else {
        html_put(b, "<select name=\"$\"", name);
        html_raw(b, invalid);
        html_raw(b, ">");
        if (is_place(k)) {
            option(b, "", text,
                   text_get(lang, k == SUPPOSE_PLACE ? TEXT_WHATIF_BOTH : TEXT_WHATIF_NOBODY));
            for (int r = 0; r < REGENCY_COUNT; r++)
                option(b, regency_slug((enum regency)r), text,
                       text_get(lang, NODE[supply_node_regency((enum regency)r)]));
        } else {
            months(b, f, k, text, lang);
        }
        html_raw(b, "</select>");
    }
    html_raw(b, "</label>\n");
}

static void faults(struct buf *b, const struct page_forecast *f, const struct suppose *s,
                   enum lang lang)
{
    html_raw(b, "<ul role=\"alert\">");
    for (int k = 0; k < SUPPOSE_FIELDS; k++) {
        char from[FORMAT_SIZE], to[FORMAT_SIZE];
        int min, max;
        struct buf limit = {0};
        enum text key = k == SUPPOSE_SEND && !page_scenario_ledgers(f) ? TEXT_WHATIF_LEDGERS
                                                                       : TEXT_WHATIF_PERCENT;

        if (!s->bad[k])
            continue;
        if (suppose_number((enum suppose_field)k, &min, &max)) {
            (void)format_number(from, sizeof from, lang, min, 0);
            (void)format_number(to, sizeof to, lang, max, 0);
        } else {
            key = is_place((enum suppose_field)k) ? TEXT_WHATIF_PLACES : TEXT_WHATIF_MONTHS;
            (void)format_month(from, sizeof from, lang, f->first_month);
            (void)format_month(to, sizeof to, lang, f->first_month + (int32_t)f->months - 1);
        }
        const struct text_arg bounds[] = {{"dari", from}, {"sampai", to}, {NULL, NULL}};
        text_fill(&limit, lang, key, bounds);
        const struct text_arg args[] = {{"kolom", text_get(lang, LABEL[k])},
                                        {"isi", s->text[k]},
                                        {"batas", limit.p},
                                        {NULL, NULL}};
        parts_element(b, "li", "no", lang, TEXT_WHATIF_BAD, args);
        buf_free(&limit);
    }
    html_raw(b, "</ul>\n");
}

static void form(struct buf *b, const struct page_forecast *f, const struct suppose *s,
                 enum lang lang)
{
    html_raw(b, "<form method=\"get\" action=\"/wilayah/skenario\">\n");
    for (int k = 0; k < SUPPOSE_FIELDS; k++)
        field(b, f, s, (enum suppose_field)k, lang);
    html_put(b, "<button type=\"submit\">$</button></form>\n", text_get(lang, TEXT_WHATIF_SHOW));
}

/* --- what came out --- */

static void supposed(struct buf *b, const struct compare *c, enum lang lang)
{
    static const enum text ACT[SCENARIO_KINDS] = {
        [SCENARIO_FINGERLINGS] = TEXT_WHATIF_ACT_FINGERLINGS,
        [SCENARIO_FEED_PRICE] = TEXT_WHATIF_ACT_FEED_PRICE,
        [SCENARIO_ACID] = TEXT_WHATIF_ACT_ACID,
        [SCENARIO_SMOKE] = TEXT_WHATIF_ACT_SMOKE,
        [SCENARIO_AERATORS] = TEXT_WHATIF_ACT_AERATORS,
        [SCENARIO_TRANSFER] = TEXT_WHATIF_ACT_TRANSFER};

    parts_element(b, "h2", "", lang, TEXT_WHATIF_SUPPOSED, NULL);
    html_raw(b, "<ul>");
    for (size_t k = 0; k < c->scenario.acts; k++) {
        const struct scenario_act *a = &c->scenario.act[k];
        const bool sends = a->kind == SCENARIO_TRANSFER;
        const double number = a->kind == SCENARIO_FINGERLINGS  ? 100 * (1 - a->value)
                              : a->kind == SCENARIO_FEED_PRICE ? 100 * (a->value - 1)
                              : sends                          ? a->value
                                                               : 100 * a->value;
        const bool both = a->in[REGENCY_KOTIM] && a->in[REGENCY_SERUYAN];
        const bool plus = a->kind == SCENARIO_FEED_PRICE && number > 0;
        char n[FORMAT_SIZE] = "+", from[FORMAT_SIZE] = "", until[FORMAT_SIZE] = "";

        (void)format_number(n + plus, sizeof n - 1, lang, number, 0);
        if (a->from_month != SCENARIO_AT_ONCE)
            (void)format_month(from, sizeof from, lang, a->from_month);
        if (a->until_month != SCENARIO_FOR_EVER)
            (void)format_month(until, sizeof until, lang, a->until_month);
        const struct text_arg args[] = {
            {"n", n},
            {"wilayah", text_get(lang, both                   ? TEXT_WHATIF_BOTH
                                       : a->in[REGENCY_KOTIM] ? TEXT_KOTIM
                                                              : TEXT_SERUYAN)},
            {"asal", text_get(lang, a->to == REGENCY_SERUYAN ? TEXT_KOTIM : TEXT_SERUYAN)},
            {"tujuan", text_get(lang, a->to == REGENCY_SERUYAN ? TEXT_SERUYAN : TEXT_KOTIM)},
            {"bulan", from},
            {"mulai", from[0] != '\0' ? from : text_get(lang, TEXT_WHATIF_AT_ONCE)},
            {"sampai", until},
            {NULL, NULL}};
        parts_element(b, "li", "", lang, ACT[a->kind], args);
    }
    html_raw(b, "</ul>\n");
}

struct sentence {
    char month[FORMAT_SIZE], without[FORMAT_SIZE], with[FORMAT_SIZE], change[FORMAT_SIZE];
    struct text_arg args[5];
};

/* A change with its sign: "+1,2", "-0,3". */
static void signed_units(char *buf, enum lang lang, long long units)
{
    buf[0] = '+';
    region_units(buf + (units > 0), lang, units);
}

static void sum_up(struct sentence *t, const struct compare *c, enum lang lang)
{
    const size_t all = c->periods - 1;
    const long long a = c->base_units[SUPPLY_JOINT][all], b = c->supposed_units[SUPPLY_JOINT][all];
    char change[FORMAT_SIZE + 1];

    (void)format_month(t->month, sizeof t->month, lang, c->first_month + (int32_t)c->months - 1);
    region_units(t->without, lang, a);
    region_units(t->with, lang, b);
    signed_units(change, lang, b - a);
    (void)snprintf(t->change, sizeof t->change, "%.*s", FORMAT_SIZE - 1, change);
    t->args[0] = (struct text_arg){"bulan", t->month};
    t->args[1] = (struct text_arg){"tanpa", t->without};
    t->args[2] = (struct text_arg){"dengan", t->with};
    t->args[3] = (struct text_arg){"selisih", t->change};
    t->args[4] = (struct text_arg){NULL, NULL};
}

static void chart(struct buf *b, const struct compare *c, enum lang lang)
{
    static const struct {
        const char *mark;
        enum text text;
    } ENTRY[] = {{"<rect class=\"part0\" width=\"24\" height=\"14\"/>", TEXT_WHATIF_WITHOUT},
                 {"<rect class=\"part1\" width=\"24\" height=\"14\"/>", TEXT_WHATIF_WITH},
                 {"<path class=\"median\" d=\"M12 0v14\"/>", TEXT_WHATIF_RANGE}};
    struct chart_pair p = {
        .n = c->months, .id = "skenario", .title = text_get(lang, TEXT_WHATIF_CHART), .lang = lang};
    struct buf brief = {0}, desc = {0};
    struct sentence t;

    sum_up(&t, c, lang);
    text_fill(&brief, lang, TEXT_WHATIF_SUMMARY, t.args);
    const struct text_arg args[] = {{"ringkas", brief.p}, {NULL, NULL}};
    text_fill(&desc, lang, TEXT_WHATIF_CHART_DESC, args);
    p.desc = desc.p;
    for (unsigned i = 0; i < c->months; i++) {
        const struct supply_summary *side[2] = {&c->cell[SUPPLY_JOINT][i].base,
                                                &c->cell[SUPPLY_JOINT][i].supposed};

        (void)format_month_short(p.month[i].label, sizeof p.month[i].label, lang,
                                 c->first_month + (int32_t)i);
        for (int k = 0; k < 2; k++) {
            p.month[i].side[k].mean = side[k]->mean / 1000;
            p.month[i].side[k].p10 = side[k]->p10 / 1000;
            p.month[i].side[k].p90 = side[k]->p90 / 1000;
        }
    }
    parts_element(b, "h2", "", lang, TEXT_WHATIF_CHART, NULL);
    html_raw(b, "<figure>");
    chart_pair(b, &p);
    html_raw(b, "<ul class=\"legend\">");
    for (size_t i = 0; i < sizeof ENTRY / sizeof ENTRY[0]; i++) {
        html_raw(b, "<li><svg viewBox=\"0 0 24 14\" aria-hidden=\"true\">");
        html_raw(b, ENTRY[i].mark);
        html_put(b, "</svg>$</li>", text_get(lang, ENTRY[i].text));
    }
    html_raw(b, "</ul></figure>\n");
    buf_free(&brief);
    buf_free(&desc);
}

static void period(struct buf *b, const struct compare *c, size_t k, enum lang lang)
{
    const struct neraca_period *p = &c->period[k];
    const int32_t month = c->first_month + (int32_t)p->first_lead - 1;
    char name[FORMAT_SIZE], number[FORMAT_SIZE], year[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", number}, {"tahun", year}, {NULL, NULL}};

    html_raw(b, "<tr><th scope=\"row\">");
    if (k + 1 == c->periods) {
        parts_say(b, lang, TEXT_TOTAL, NULL);
    } else if (k < c->months) {
        (void)format_month(name, sizeof name, lang, month);
        html_text(b, name);
    } else {
        (void)snprintf(number, sizeof number, "%d", (int)(month % 12) / 3 + 1);
        (void)snprintf(year, sizeof year, "%d", (int)(month / 12));
        parts_say(b, lang, TEXT_QUARTER, args);
    }
    html_raw(b, "</th>");
}

static void change_cell(struct buf *b, const struct compare *c, size_t node, size_t k,
                        enum lang lang)
{
    const struct compare_cell *x = &c->cell[node][k];
    char change[FORMAT_SIZE + 1], p10[FORMAT_SIZE], p90[FORMAT_SIZE], lower[FORMAT_SIZE];

    signed_units(change, lang, c->supposed_units[node][k] - c->base_units[node][k]);
    region_tonnes(p10, lang, x->change.p10);
    region_tonnes(p90, lang, x->change.p90);
    (void)format_number(lower, sizeof lower, lang, 100 * x->p_lower, 0);
    html_put(b, "<td><b>$</b><span>$ \u2026 $</span></td><td>$ %</td>", change, p10, p90, lower);
}

static void risk_cell(struct buf *b, const struct compare *c, size_t node, size_t k, enum lang lang)
{
    char base[FORMAT_SIZE], supposed_now[FORMAT_SIZE];

    (void)format_number(base, sizeof base, lang, 100 * c->base[node][k].p_deficit, 0);
    (void)format_number(supposed_now, sizeof supposed_now, lang,
                        100 * c->supposed[node][k].p_deficit, 0);
    html_put(b, "<td>$% \u2192 $%</td>", base, supposed_now);
}

static void table(struct buf *b, const struct compare *c, size_t node, enum lang lang)
{
    static const enum text HEAD[] = {TEXT_PERIOD, TEXT_WHATIF_WITHOUT, TEXT_WHATIF_WITH,
                                     TEXT_WHATIF_CHANGE, TEXT_WHATIF_LOWER};
    const bool told = c->gap[node] == NERACA_TOLD;

    parts_element(b, "h2", "", lang, NODE[node], NULL);
    html_put(b, "<div class=\"wide\"><table><caption>$</caption><thead><tr>",
             text_get(lang, TEXT_TONNES_NOTE));
    for (size_t k = 0; k < sizeof HEAD / sizeof HEAD[0]; k++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, HEAD[k]));
    if (told)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, TEXT_WHATIF_DEFICIT));
    html_raw(b, "</tr></thead><tbody>\n");
    for (size_t k = 0; k < c->periods; k++) {
        period(b, c, k, lang);
        region_cell(b, c->base_units[node][k], &c->cell[node][k].base, lang);
        region_cell(b, c->supposed_units[node][k], &c->cell[node][k].supposed, lang);
        change_cell(b, c, node, k, lang);
        if (told)
            risk_cell(b, c, node, k, lang);
        html_raw(b, "</tr>\n");
    }
    html_raw(b, "</tbody></table></div>\n");
    if (!told) {
        const struct text_arg args[] = {{"wilayah", text_get(lang, NODE[node])},
                                        {"sebab", neraca_words(c->gap[node], lang == LANG_EN)},
                                        {NULL, NULL}};
        parts_element(b, "p", "soft", lang, TEXT_WHATIF_NO_DEFICIT, args);
    }
}

static void outcome(struct buf *b, const struct page_forecast *f, const struct compare *c,
                    enum lang lang)
{
    struct sentence t;
    char draws[FORMAT_SIZE];
    const struct text_arg args[] = {{"draws", draws}, {NULL, NULL}};

    (void)format_number(draws, sizeof draws, lang, c->draws, 0);
    supposed(b, c, lang);
    if (region_told(f, SUPPLY_JOINT)) {
        sum_up(&t, c, lang);
        parts_element(b, "p", "sum", lang, TEXT_WHATIF_SUMMARY, t.args);
        chart(b, c, lang);
    }
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        const struct text_arg of[] = {{"wilayah", text_get(lang, NODE[node])}, {NULL, NULL}};

        if (region_told(f, node))
            table(b, c, node, lang);
        else
            parts_element(b, "p", "no", lang, TEXT_UNTOLD, of);
    }
    parts_element(b, "h2", "", lang, TEXT_WHATIF_NOTES, NULL);
    html_raw(b, "<ul>");
    parts_element(b, "li", "", lang, TEXT_WHATIF_NOTE_DRAWS, args);
    parts_element(b, "li", "", lang, TEXT_WHATIF_NOTE_MODEL, NULL);
    parts_element(b, "li", "", lang, TEXT_METHOD_PRIOR, NULL);
    html_raw(b, "</ul>\n");
}

void page_scenario(struct buf *b, const struct page_model *m, const struct suppose *s,
                   enum whatif_state state, const struct compare *c, enum lang lang)
{
    static const enum text STATE[] = {[WHATIF_WAIT] = TEXT_WHATIF_WAIT,
                                      [WHATIF_FULL] = TEXT_WHATIF_FULL,
                                      [WHATIF_FAILED] = TEXT_WHATIF_FAILED};
    const bool asked = s->faults == 0 && s->scenario.acts > 0;
    const bool ready = m->forecast.state == PAGE_FORECAST_READY;
    struct buf query = {0};
    struct parts_head head = {.title = text_get(lang, TEXT_WHATIF_TITLE),
                              .path = "/wilayah/skenario",
                              .here = TEXT_NAV_REGION,
                              .notice = m->notice,
                              .m = m,
                              .again_s = ready && asked && state == WHATIF_WAIT ? AGAIN_S : 0};

    suppose_query(s, &query);
    head.query = query.p;
    parts_begin(b, &head, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p>\n",
             text_get(lang, TEXT_NAV_REGION));
    parts_element(b, "h1", "", lang, TEXT_WHATIF_TITLE, NULL);
    parts_element(b, "p", "", lang, TEXT_WHATIF_INTRO, NULL);
    if (!ready) {
        parts_element(b, "p", "sum", lang,
                      m->forecast.state == PAGE_FORECAST_FAILED ? TEXT_REGION_FAILED
                                                                : TEXT_REGION_WAIT,
                      NULL);
    } else {
        if (s->faults > 0)
            faults(b, &m->forecast, s, lang);
        form(b, &m->forecast, s, lang);
        if (s->faults == 0 && !asked)
            parts_element(b, "p", "sum", lang, TEXT_WHATIF_NONE, NULL);
        else if (asked && state != WHATIF_READY)
            parts_element(b, "p", "sum", lang, STATE[state], NULL);
        else if (asked && c != NULL)
            outcome(b, &m->forecast, c, lang);
    }
    parts_end(b, lang);
    buf_free(&query);
}
