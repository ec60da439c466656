/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fish of a pond: its open cycle, in farmers' words. */
#include "page_pond.h"

#include <math.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"

/* one in so many: worth a question on the pond's page */
#define ENDED_ASK 5

/* Fish: rounded to what the estimate can bear. */
static double rounded(double v, double to)
{
    return round(v / to) * to;
}

/* "ukuran 5 (200\u2013250 g)": sizes are told as buyers do, by the smallest fish of the class. */
static void class_name(struct buf *b, size_t c, enum lang lang)
{
    char n[FORMAT_SIZE], from[FORMAT_SIZE], to[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {"a", from}, {"b", to}, {NULL, NULL}};

    (void)format_number(n, sizeof n, lang, 1000 / SUPPLY_CLASS_G[c == 0 ? 1 : c], 0);
    (void)format_number(from, sizeof from, lang, SUPPLY_CLASS_G[c], 0);
    (void)format_number(to, sizeof to, lang, SUPPLY_CLASS_G[c + 1], 0);
    parts_say(b, lang, c == 0 ? TEXT_CLASS_SMALL : TEXT_CLASS_FROM, args);
    html_raw(b, "<span class=\"soft\"> (");
    parts_say(b, lang,
              c == 0                    ? TEXT_CLASS_BELOW_G
              : c + 1 == SUPPLY_CLASSES ? TEXT_CLASS_OVER_G
                                        : TEXT_CLASS_G,
              args);
    html_raw(b, ")</span>");
}

static void classes(struct buf *b, const struct supply_pond *e, enum lang lang)
{
    html_put(b,
             "<table><caption>$</caption><thead><tr><th scope=\"col\">$</th>"
             "<th scope=\"col\">kg</th></tr></thead><tbody>\n",
             text_get(lang, TEXT_CLASS_CAPTION), text_get(lang, TEXT_CLASS_SIZE));
    for (size_t c = 0; c < SUPPLY_CLASSES; c++) {
        char kg[FORMAT_SIZE];

        (void)format_number(kg, sizeof kg, lang, e->class_kg[c], 0);
        html_raw(b, "<tr><th scope=\"row\">");
        class_name(b, c, lang);
        html_put(b, "</th><td>$</td></tr>\n", kg);
    }
    html_raw(b, "</tbody></table>\n");
}

static void estimate(struct buf *b, const struct supply_pond *e, enum lang lang)
{
    char n[FORMAT_SIZE], kg[FORMAT_SIZE], g[FORMAT_SIZE], a[FORMAT_SIZE], z[FORMAT_SIZE];
    char date[FORMAT_SIZE], early[FORMAT_SIZE], late[FORMAT_SIZE];
    const struct text_arg fish[] = {{"n", n}, {"kg", kg}, {NULL, NULL}};
    const struct text_arg mass[] = {{"g", g}, {"a", a}, {"b", z}, {NULL, NULL}};
    const struct text_arg harvest[] = {
        {"tanggal", date}, {"kg", kg}, {"a", a}, {"b", z}, {NULL, NULL}};
    const struct text_arg days[] = {{"a", early}, {"b", late}, {NULL, NULL}};

    (void)format_number(n, sizeof n, lang, rounded(e->count_p50, e->count_p50 < 1000 ? 10 : 100),
                        0);
    (void)format_number(kg, sizeof kg, lang, e->biomass_kg_p50, 0);
    parts_element(b, "p", "", lang, TEXT_CYCLE_FISH, fish);
    (void)format_number(g, sizeof g, lang, e->mass_g_p50, e->mass_g_p50 < 10 ? 1 : 0);
    (void)format_number(a, sizeof a, lang, e->mass_g_p10, e->mass_g_p50 < 10 ? 1 : 0);
    (void)format_number(z, sizeof z, lang, e->mass_g_p90, e->mass_g_p50 < 10 ? 1 : 0);
    parts_element(b, "p", "", lang, TEXT_CYCLE_MASS, mass);
    if (e->harvest_day_p50 == INT32_MAX) {
        parts_element(b, "p", "", lang, TEXT_CYCLE_NO_HARVEST, NULL);
    } else {
        (void)format_date(date, sizeof date, lang, e->harvest_day_p50);
        (void)format_number(kg, sizeof kg, lang, e->harvest_kg_p50, 0);
        (void)format_number(a, sizeof a, lang, e->harvest_kg_p10, 0);
        (void)format_number(z, sizeof z, lang, e->harvest_kg_p90, 0);
        parts_element(b, "p", "", lang, TEXT_CYCLE_HARVEST, harvest);
        (void)format_date(early, sizeof early, lang, e->harvest_day_p10);
        (void)format_date(late, sizeof late, lang, e->harvest_day_p90);
        parts_element(b, "p", "", lang,
                      e->harvest_day_p90 == INT32_MAX ? TEXT_CYCLE_NOT_BEFORE : TEXT_CYCLE_BETWEEN,
                      days);
    }
    parts_element(b, "p", "soft", lang, TEXT_CYCLE_NOTE, NULL);
    classes(b, e, lang);
}

/* Nothing was written for so long that the cycle is left out. */
static void forgotten(struct buf *b, const struct supply_pond *e, enum lang lang)
{
    char days[FORMAT_SIZE], kg[FORMAT_SIZE];
    const struct text_arg args[] = {{"hari", days}, {"kg", kg}, {NULL, NULL}};

    (void)format_number(days, sizeof days, lang, e->silent_days, 0);
    (void)format_number(kg, sizeof kg, lang, e->forgotten_kg, 0);
    parts_element(b, "p", "", lang, TEXT_CYCLE_FORGOTTEN, NULL);
    parts_element(b, "p", "no", lang, TEXT_CYCLE_SILENT, args);
}

/* A farmer is asked whether he has harvested when it is as likely as one in ENDED_ASK. */
static void ended(struct buf *b, const struct supply_pond *e, enum lang lang)
{
    char days[FORMAT_SIZE], chance[FORMAT_SIZE];
    const struct text_arg args[] = {{"hari", days}, {"p", chance}, {NULL, NULL}};

    if (e->ended_share * ENDED_ASK < 1)
        return;
    (void)format_number(days, sizeof days, lang, e->silent_days, 0);
    (void)format_unit(chance, sizeof chance, lang, 100 * e->ended_share, 0, "%");
    parts_element(b, "p", "no", lang, TEXT_CYCLE_ENDED, args);
}

void pond_cycle(struct buf *b, const struct page_model *m, const struct page_pond *p,
                const struct page_day *day, enum lang lang)
{
    char age[FORMAT_SIZE], date[FORMAT_SIZE], stocked[FORMAT_SIZE];
    const struct text_arg args[] = {
        {"hari", age}, {"tanggal", date}, {"tebar", stocked}, {NULL, NULL}};

    parts_element(b, "h2", "", lang, TEXT_CYCLE_TITLE, NULL);
    if (!p->has_cycle) {
        parts_element(b, "p", "", lang, TEXT_CYCLE_NONE, NULL);
        return;
    }
    (void)format_number(age, sizeof age, lang, civil_day(m->now_ms) - p->stocked_day, 0);
    (void)format_date(date, sizeof date, lang, p->stocked_day);
    (void)format_number(stocked, sizeof stocked, lang, p->stocked, 0);
    parts_element(b, "p", "", lang, TEXT_CYCLE_DAY, args);
    pond_figures(b, m, &day->cycle, lang);
    if (p->has_estimate && p->estimate.cycle >= 0) {
        parts_element(b, "h3", "", lang, TEXT_CYCLE_MODEL, NULL);
        ended(b, &p->estimate, lang);
        estimate(b, &p->estimate, lang);
    } else if (p->has_estimate)
        forgotten(b, &p->estimate, lang);
    else
        parts_element(
            b, "p", "soft", lang,
            m->forecast.state == PAGE_FORECAST_FAILED ? TEXT_REGION_FAILED : TEXT_CYCLE_WAIT, NULL);
}
