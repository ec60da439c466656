/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The officer's page, second part: supply balance, chance of a shortage, help between the regencies, and what the figures are
 * made of. */
#include "page_region.h"

#include <math.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"

static const enum text NODE_TEXT[DEMAND_NODES] = {TEXT_JOINT, TEXT_KOTIM, TEXT_SERUYAN};

void region_tonnes(char *buf, enum lang lang, double kg)
{
    (void)format_number(buf, FORMAT_SIZE, lang, kg / 1000, 1);
}

void region_units(char *buf, enum lang lang, long long units)
{
    region_tonnes(buf, lang, units == PAGE_UNTOLD ? NAN : (double)units * PAGE_UNIT_KG);
}

void region_cell(struct buf *b, long long units, const struct supply_summary *s, enum lang lang)
{
    char mean[FORMAT_SIZE], p10[FORMAT_SIZE], p90[FORMAT_SIZE];

    region_units(mean, lang, units);
    if (units == PAGE_UNTOLD || (units == 0 && s->p10 == 0 && s->p90 == 0)) { /* needs no range */
        html_put(b, "<td><b>$</b></td>", mean);
        return;
    }
    region_tonnes(p10, lang, s->p10);
    region_tonnes(p90, lang, s->p90);
    /* with a minus at hand a dash between two numbers is no dash any more */
    html_put(b,
             s->p10 < 0 ? "<td><b>$</b><span>$ \u2026 $</span></td>"
                        : "<td><b>$</b><span>$\u2013$</span></td>",
             mean, p10, p90);
}

void region_heads(struct buf *b, enum text first, enum lang lang)
{
    html_put(b, "<tr><th scope=\"col\">$</th>", text_get(lang, first));
    for (size_t k = 0; k < DEMAND_NODES; k++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, NODE_TEXT[k]));
    html_raw(b, "</tr>");
}

const char *region_node_name(size_t node, enum lang lang)
{
    return node < DEMAND_NODES ? text_get(lang, NODE_TEXT[node])
                               : region_kecamatan(node - DEMAND_NODES)->name;
}

void region_period_name(struct buf *b, const struct page_forecast *f, size_t period, enum lang lang)
{
    const struct neraca_period *p = &f->neraca.period[period];
    int32_t month = f->first_month + (int32_t)p->first_lead - 1, quarter = month % 12 / 3 + 1;
    char name[FORMAT_SIZE], number[FORMAT_SIZE], year[8];
    const struct text_arg args[] = {{"n", number}, {"tahun", year}, {NULL, NULL}};

    if (period + 1 == f->neraca.periods) {
        parts_say(b, lang, TEXT_TOTAL, NULL);
    } else if (period < f->neraca.months) {
        (void)format_month(name, sizeof name, lang, month);
        html_text(b, name);
    } else {
        (void)format_number(number, sizeof number, lang, quarter, 0);
        memcpy(year, p->name, 4);
        year[4] = '\0';
        parts_say(b, lang, TEXT_QUARTER, args);
    }
}

void region_period(struct buf *b, const struct page_forecast *f, size_t period, enum lang lang)
{
    html_raw(b, "<tr><th scope=\"row\">");
    region_period_name(b, f, period, lang);
    html_raw(b, "</th>");
}

/* --- the balance --- */

void region_gaps(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    const struct neraca *n = &f->neraca;

    for (size_t node = 1; node < DEMAND_NODES; node++) {
        if (!region_told(f, node)) {
            const struct text_arg of[] = {{"wilayah", text_get(lang, NODE_TEXT[node])},
                                          {NULL, NULL}};
            parts_element(b, "p", "no", lang, TEXT_UNTOLD, of);
            continue;
        }
        char on_record[FORMAT_SIZE], exist[FORMAT_SIZE];
        const char *key = text_get(lang, (enum text)(TEXT_KEY_POPULATION + (int)n->missing[node]));
        const struct text_arg args[] = {{"wilayah", text_get(lang, NODE_TEXT[node])},
                                        {"kunci", key},
                                        {"n", on_record},
                                        {"m", exist},
                                        {NULL, NULL}};

        (void)format_number(on_record, sizeof on_record, lang, n->farms[node], 0);
        (void)format_number(exist, sizeof exist, lang, n->registered[node], 0);
        if (n->gap[node] == NERACA_NO_DEMAND)
            parts_element(b, "p", "no", lang, TEXT_DEMAND_MISSING, args);
        else if (n->gap[node] == NERACA_FEW_FARMS)
            parts_element(b, "p", "no", lang, TEXT_FEW_FARMS, args);
        if (!n->official[node] && !n->whole[node] && n->gap[node] != NERACA_NO_DEMAND)
            parts_element(b, "p", "soft", lang, TEXT_TRACKED_ONLY, args);
    }
    if (n->gap[1] == NERACA_NO_DEMAND || n->gap[2] == NERACA_NO_DEMAND)
        parts_element(b, "p", "soft", lang, TEXT_DEMAND_HOW, NULL);
}

/* What the balance of all months is made of. */
static void parts_table(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    static const enum text PART[NERACA_PARTS] = {TEXT_BALANCE_SUPPLY, TEXT_BALANCE_INFLOW,
                                                 TEXT_BALANCE_OUTFLOW, TEXT_BALANCE_LOSS,
                                                 TEXT_DEMAND};
    const struct neraca *n = &f->neraca;
    const size_t all = n->periods - 1;
    struct buf note = {0};
    char months[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", months}, {NULL, NULL}};

    (void)format_number(months, sizeof months, lang, f->months, 0);
    text_fill(&note, lang, TEXT_BALANCE_NOTE, args);
    html_put(b, "<div class=\"wide\"><table class=\"angka\"><caption>$</caption><thead>", note.p);
    buf_free(&note);
    region_heads(b, TEXT_BALANCE, lang);
    html_raw(b, "</thead><tbody>\n");
    for (int part = 0; part <= NERACA_PARTS; part++) {
        html_put(b, "<tr><th scope=\"row\">$</th>",
                 text_get(lang, part < NERACA_PARTS ? PART[part] : TEXT_BALANCE));
        for (size_t node = 0; node < DEMAND_NODES; node++) {
            const struct neraca_cell *c = &n->cell[node][all];

            if (part >= NERACA_DEMAND && !n->known[node])
                html_raw(b, "<td>\u2013</td>");
            else if (part < NERACA_PARTS)
                region_cell(b, f->rounded.part[node][all][part], &c->part[part], lang);
            else
                region_cell(b, f->rounded.balance[node][all], &c->balance, lang);
        }
        html_raw(b, "</tr>\n");
    }
    html_raw(b, "</tbody></table></div>\n");
}

static void percent(char *to, enum lang lang, double share)
{
    (void)format_unit(to, FORMAT_SIZE, lang, 100 * share, 0, "%");
}

/* Words, chance and shortage below the balance's mean and range. */
static void chance_cell(struct buf *b, const struct page_forecast *f, size_t node, size_t period,
                        enum lang lang)
{
    const struct neraca_cell *c = &f->neraca.cell[node][period];
    char chance[FORMAT_SIZE], mean[FORMAT_SIZE], p10[FORMAT_SIZE], p90[FORMAT_SIZE],
        shortage[FORMAT_SIZE];
    const struct text_arg args[] = {{"t", shortage}, {NULL, NULL}};

    if (!f->neraca.known[node]) {
        html_raw(b, "<td>\u2013</td>");
        return;
    }
    region_units(mean, lang, f->rounded.balance[node][period]);
    region_tonnes(p10, lang, c->balance.p10);
    region_tonnes(p90, lang, c->balance.p90);
    html_put(b, "<td><b>$</b><span>$ \u2026 $</span>", mean, p10, p90);
    if (f->neraca.gap[node] == NERACA_TOLD) {
        percent(chance, lang, c->risk.p_deficit);
        html_put(b, "<span>$, $</span>",
                 balance_words(balance_class(c->risk.p_deficit), lang == LANG_EN), chance);
        if (c->risk.p_deficit > 0) {
            region_tonnes(shortage, lang, c->risk.shortfall_kg);
            html_raw(b, "<span>");
            parts_say(b, lang, TEXT_CHANCE_SHORTFALL, args);
            html_raw(b, "</span>");
        }
    }
    html_raw(b, "</td>");
}

static void chance_table(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    parts_element(b, "h2", "", lang, TEXT_CHANCE_TITLE, NULL);
    html_put(b, "<div class=\"wide\"><table class=\"angka\"><caption>$</caption><thead>",
             text_get(lang, TEXT_CHANCE_NOTE));
    region_heads(b, TEXT_PERIOD, lang);
    html_raw(b, "</thead><tbody>\n");
    for (size_t p = 0; p < f->neraca.periods; p++) {
        region_period(b, f, p, lang);
        for (size_t node = 0; node < DEMAND_NODES; node++)
            chance_cell(b, f, node, p, lang);
        html_raw(b, "</tr>\n");
    }
    html_raw(b, "</tbody></table></div>\n");
}

static void transfer(struct buf *b, double kg, enum lang lang)
{
    char t[FORMAT_SIZE];
    const struct text_arg args[] = {{"t", t},
                                    {"dari", text_get(lang, kg > 0 ? TEXT_KOTIM : TEXT_SERUYAN)},
                                    {"ke", text_get(lang, kg > 0 ? TEXT_SERUYAN : TEXT_KOTIM)},
                                    {NULL, NULL}};

    region_tonnes(t, lang, fabs(kg));
    if (fabs(kg) < PAGE_UNIT_KG / 2)
        parts_say(b, lang, TEXT_TRANSFER_NONE, NULL);
    else
        parts_say(b, lang, TEXT_TRANSFER_OF, args);
}

static void help_table(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    const struct neraca *n = &f->neraca;

    parts_element(b, "h2", "", lang, TEXT_HELP_EACH_TITLE, NULL);
    html_put(b,
             "<div class=\"wide\"><table><thead><tr><th scope=\"col\">$</th><th "
             "scope=\"col\">$</th><th scope=\"col\">$</th><th scope=\"col\">$</th></tr></thead>"
             "<tbody>\n",
             text_get(lang, TEXT_PERIOD), text_get(lang, TEXT_BOTH_SHORT),
             text_get(lang, TEXT_ONE_COVERED), text_get(lang, TEXT_TRANSFER));
    for (size_t p = 0; p < n->periods; p++) {
        char both[FORMAT_SIZE], covered[FORMAT_SIZE];

        percent(both, lang, n->pair[p].p_both);
        percent(covered, lang, n->pair[p].p_covered);
        region_period(b, f, p, lang);
        html_put(b, "<td>$</td><td>$</td><td>", both, covered);
        transfer(b, n->transfer_kg[p], lang);
        html_raw(b, "</td></tr>\n");
    }
    html_raw(b, "</tbody></table></div>\n");
}

static void scenario(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    char kotim[FORMAT_SIZE], seruyan[FORMAT_SIZE], head[FORMAT_SIZE];
    const struct text_arg args[] = {{"kapita", head}, {"a", kotim}, {"b", seruyan}, {NULL, NULL}};
    const double a_month = DEMAND_SCENARIO_KG_A_HEAD_YEAR / 12;

    if (isnan(f->population[REGENCY_KOTIM]) || isnan(f->population[REGENCY_SERUYAN]))
        return; /* of how many people, nobody has said */
    (void)format_number(head, sizeof head, lang, DEMAND_SCENARIO_KG_A_HEAD_YEAR, 1);
    region_tonnes(kotim, lang, f->population[REGENCY_KOTIM] * a_month);
    region_tonnes(seruyan, lang, f->population[REGENCY_SERUYAN] * a_month);
    parts_element(b, "h2", "", lang, TEXT_SCENARIO_TITLE, NULL);
    parts_element(b, "p", "soft", lang, TEXT_SCENARIO, args);
}

void region_balance(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    const struct neraca *n = &f->neraca;

    parts_element(b, "h2", "", lang, TEXT_BALANCE_TITLE, NULL);
    region_gaps(b, f, lang);
    if (n->known[1] || n->known[2]) {
        parts_table(b, f, lang);
        chance_table(b, f, lang);
    }
    if (n->gap[1] == NERACA_TOLD && n->gap[2] == NERACA_TOLD)
        help_table(b, f, lang);
    scenario(b, f, lang);
}

/* --- what the figures are made of --- */

static const char *place_name(const char *node, enum lang lang)
{
    size_t k;

    for (size_t i = 0; i < DEMAND_NODES; i++)
        if (strcmp(node, supply_node_code(i)) == 0)
            return text_get(lang, NODE_TEXT[i]);
    return region_find_kecamatan(node, &k) == 0 ? region_kecamatan(k)->name : node;
}

/* As many decimals as it was entered with, two at most. */
static void plain(char *to, enum lang lang, double v)
{
    (void)format_limit(to, FORMAT_SIZE, lang, v);
}

static void basis_row(struct buf *b, const struct rec_assumption *a, enum lang lang)
{
    char value[FORMAT_SIZE], low[FORMAT_SIZE], high[FORMAT_SIZE], day[FORMAT_SIZE];
    char month[FORMAT_SIZE];

    plain(value, lang, a->value);
    plain(low, lang, a->low);
    plain(high, lang, a->high);
    (void)format_date(day, sizeof day, lang, a->day);
    html_put(b, "<tr><th scope=\"row\">$",
             text_get(lang, (enum text)(TEXT_KEY_POPULATION + (int)a->key)));
    if (a->first_month != INT32_MIN) {
        (void)format_month(month, sizeof month, lang, a->first_month);
        html_put(b, "<span class=\"soft\"> ($", month);
        if (a->last_month != a->first_month) {
            (void)format_month(month, sizeof month, lang, a->last_month);
            html_put(b, " \u2026 $", month);
        }
        html_raw(b, ")</span>");
    }
    html_put(b, "</th><td>$</td><td><b>$</b>", place_name(a->node, lang), value);
    if (a->low < a->high)
        html_put(b, a->low < 0 ? "<span>$ \u2026 $</span>" : "<span>$\u2013$</span>", low, high);
    html_put(b, "</td><td>$</td><td>$</td></tr>\n", a->source, day);
}

static void more(struct buf *b, size_t left, enum lang lang)
{
    char n[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {NULL, NULL}};

    (void)format_number(n, sizeof n, lang, (double)left, 0);
    if (left > 0)
        parts_element(b, "p", "soft", lang, TEXT_BASIS_MORE, args);
}

static void figure_row(struct buf *b, const struct figure *y, enum lang lang)
{
    const char *words = figure_words(y, lang == LANG_EN);
    char tonnes[FORMAT_SIZE], revision[FORMAT_SIZE], day[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", revision}, {NULL, NULL}};

    (void)format_number(tonnes, sizeof tonnes, lang, y->record.kg / 1000, 1);
    (void)format_number(revision, sizeof revision, lang, y->record.revision, 0);
    (void)format_date(day, sizeof day, lang, y->record.cut_off_day);
    html_put(b, "<tr><th scope=\"row\">$, $</th><td><b>$</b><span>",
             place_name(y->record.node, lang), y->record.period, tonnes);
    parts_say(b, lang,
              y->record.target  ? TEXT_OFFICIAL_TARGET
              : y->record.final ? TEXT_OFFICIAL_FINAL
                                : TEXT_OFFICIAL_PROVISIONAL,
              args);
    html_put(b, "</span></td><td>$</td><td>$</td><td>$</td></tr>\n", y->record.source, day,
             words[0] != '\0' ? words : text_get(lang, TEXT_OFFICIAL_USED));
}

static void heads(struct buf *b, const enum text *text, size_t n, enum lang lang)
{
    html_raw(b, "<div class=\"wide\"><table><thead><tr>");
    for (size_t i = 0; i < n; i++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, text[i]));
    html_raw(b, "</tr></thead><tbody>\n");
}

void region_basis(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    static const enum text BASIS[] = {TEXT_BASIS, TEXT_BASIS_PLACE, TEXT_BASIS_VALUE,
                                      TEXT_BASIS_SOURCE, TEXT_BASIS_DATE};
    static const enum text OFFICIAL[] = {TEXT_PERIOD, TEXT_TONNES, TEXT_BASIS_SOURCE,
                                         TEXT_BASIS_DATE, TEXT_OFFICIAL_WORDS};

    if (f->bases > 0) {
        parts_element(b, "h2", "", lang, TEXT_BASIS_TITLE, NULL);
        heads(b, BASIS, sizeof BASIS / sizeof BASIS[0], lang);
        for (size_t i = 0; i < f->bases; i++)
            basis_row(b, &f->basis[i], lang);
        html_raw(b, "</tbody></table></div>\n");
        more(b, f->bases_left, lang);
    }
    parts_element(b, "h2", "", lang, TEXT_OFFICIAL_TITLE, NULL);
    if (f->officials == 0) {
        char n[FORMAT_SIZE];
        const struct text_arg args[] = {{"n", n}, {NULL, NULL}};

        (void)format_number(n, sizeof n, lang, (double)f->officials_elsewhen, 0);
        parts_element(b, "p", "soft", lang, TEXT_OFFICIAL_NONE, args);
        return;
    }
    heads(b, OFFICIAL, sizeof OFFICIAL / sizeof OFFICIAL[0], lang);
    for (size_t i = 0; i < f->officials; i++)
        figure_row(b, &f->official[i], lang);
    html_raw(b, "</tbody></table></div>\n");
    more(b, f->officials_left, lang);
}
