/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of a cycle that follow from what was written down, without any model. */
#include "page_pond.h"

#include <math.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"

void page_cycle_without_money(struct page_cycle *c)
{
    c->money = false;
    c->priced_kg = c->derived.sold_idr = c->derived.debt_idr = 0;
    c->derived.seed_idr = c->derived.feed_idr = c->derived.cost_idr_kg = NAN;
    c->derived.feed_priced = 0;
}

/* One figure; what is not known is a dash. */
static void figure(struct buf *b, enum text name, double v, int decimals, const char *unit,
                   enum lang lang)
{
    char value[FORMAT_SIZE];

    if (*unit == '\0')
        (void)format_number(value, sizeof value, lang, v, decimals);
    else
        (void)format_unit(value, sizeof value, lang, v, decimals, unit);
    html_put(b, "<div><dt>$</dt><dd>$</dd></div>", text_get(lang, name), value);
}

/* When the fish have the size that buyers ask for. */
static void target(struct buf *b, const struct page_cycle *c, enum lang lang)
{
    char days[FORMAT_SIZE], date[FORMAT_SIZE], g[FORMAT_SIZE], kg[FORMAT_SIZE];
    const struct text_arg args[] = {
        {"hari", days}, {"tanggal", date}, {"g", g}, {"kg", kg}, {NULL, NULL}};

    (void)format_number(g, sizeof g, lang, PAGE_TARGET_G, 0);
    if (!isfinite(c->target.days)) {
        parts_element(b, "p", "", lang, TEXT_FIG_TARGET_UNKNOWN, args);
        return;
    }
    (void)format_number(days, sizeof days, lang, c->target.days, 0);
    (void)format_number(kg, sizeof kg, lang, c->target.kg, 0);
    (void)format_date(date, sizeof date, lang, c->target.on);
    parts_element(b, "p", "", lang, c->target.days > 0 ? TEXT_FIG_TARGET : TEXT_FIG_TARGET_REACHED,
                  args);
}

/* The farmer's alone. */
static void money(struct buf *b, const struct page_cycle *c, enum lang lang)
{
    const struct derived *d = &c->derived;
    char kg[FORMAT_SIZE], rp[FORMAT_SIZE];
    const struct text_arg args[] = {{"kg", kg}, {"rp", rp}, {NULL, NULL}};

    if (!c->money)
        return;
    (void)format_number(rp, sizeof rp, lang, d->cost_idr_kg, 0);
    parts_element(b, "p", "", lang,
                  isfinite(d->cost_idr_kg) ? TEXT_FIG_COST : TEXT_FIG_COST_UNKNOWN, args);
    if (!(c->priced_kg > 0))
        return;
    (void)format_number(kg, sizeof kg, lang, c->priced_kg, 0);
    (void)format_number(rp, sizeof rp, lang, d->sold_idr, 0);
    parts_element(b, "p", "", lang, TEXT_SUM_INCOME, args);
}

void pond_figures(struct buf *b, const struct page_model *m, const struct page_cycle *c,
                  enum lang lang)
{
    const struct derived *d = &c->derived;
    char date[FORMAT_SIZE], ago[FORMAT_SIZE];
    const struct text_arg weighed[] = {{"tanggal", date}, {"hari", ago}, {NULL, NULL}};

    if (!c->known)
        return;
    parts_element(b, "h3", "", lang, TEXT_FIG_TITLE, NULL);
    (void)format_date(date, sizeof date, lang, d->weighed_day);
    (void)format_number(ago, sizeof ago, lang, civil_day(m->now_ms) - d->weighed_day, 0);
    parts_element(b, "p", "soft", lang, d->weighed ? TEXT_FIG_WEIGHED : TEXT_FIG_UNWEIGHED,
                  weighed);
    html_raw(b, "<dl class=\"values\">");
    figure(b, TEXT_SUM_DAY, d->day_of_culture, 0, "", lang);
    figure(b, TEXT_SUM_MASS, d->mean_g, d->mean_g < 10 ? 1 : 0, "g", lang);
    figure(b, TEXT_FIG_GAIN, d->gain_g_day, 1, "g", lang);
    figure(b, TEXT_FIG_SGR, d->sgr_pct_day, 1, "%", lang);
    figure(b, TEXT_SUM_SURVIVAL, d->survival_pct, 0, "%", lang);
    figure(b, TEXT_FIG_BIOMASS, d->biomass_kg, 0, "kg", lang);
    figure(b, TEXT_SUM_FCR, d->fcr, 1, "", lang);
    figure(b, TEXT_SUM_FEED, d->feed_kg, 0, "kg", lang);
    if (d->harvested_kg > 0)
        figure(b, TEXT_FIG_HARVESTED, d->harvested_kg, 0, "kg", lang);
    html_raw(b, "</dl>\n");
    target(b, c, lang);
    money(b, c, lang);
    html_put(b, "<details><summary>$</summary>", text_get(lang, TEXT_FIG_HOW));
    parts_element(b, "p", "soft", lang, TEXT_FIG_HOW_TEXT, NULL);
    html_raw(b, "</details>\n");
}
