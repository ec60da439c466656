/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/wilayah/ketepatan": how right issued forecasts were, by months ahead, and month by month. */
#include "page.h"

#include <math.h>
#include <stdio.h>

#include "analytics/web/html.h"
#include "analytics/web/page_region.h"
#include "analytics/web/parts.h"

static void number(char *out, enum lang lang, size_t n)
{
    (void)format_number(out, FORMAT_SIZE, lang, (double)n, 0);
}

/* <td>: a percentage with its sign when signed is asked for; a dash where there is none. */
static void percent(struct buf *b, enum lang lang, double v, bool is_signed)
{
    char text[FORMAT_SIZE];

    (void)format_number(text, sizeof text, lang, v, 0);
    html_put(b, "<td>$$$</td>", is_signed && v >= 0.5 ? "+" : "", text, isfinite(v) ? "%" : "");
}

static void row(struct buf *b, enum lang lang, const char *first, const struct accuracy_score *s)
{
    char hits[FORMAT_SIZE], of[FORMAT_SIZE], crps[FORMAT_SIZE];

    if (s->n == 0)
        return;
    number(hits, lang, s->covered80);
    number(of, lang, s->n);
    (void)format_number(crps, sizeof crps, lang, s->crps_kg / 1000, 2);
    html_put(b, "<tr><th scope=\"row\">$</th><td>$ / $</td>", first, hits, of);
    percent(b, lang, s->median_ape_pct, false);
    percent(b, lang, s->bias_pct, true);
    percent(b, lang, 100 * s->skill_crps[ACCURACY_LAST_MONTH], true);
    percent(b, lang, 100 * s->skill_crps[ACCURACY_LAST_YEAR], true);
    html_put(b, "<td>$</td></tr>\n", crps);
}

static void by_lead(struct buf *b, const struct page_accuracy *a, size_t node, enum lang lang)
{
    static const enum text HEAD[] = {
        TEXT_ACCURACY_LEAD,       TEXT_ACCURACY_HITS,      TEXT_ACCURACY_ERROR, TEXT_ACCURACY_BIAS,
        TEXT_ACCURACY_LAST_MONTH, TEXT_ACCURACY_LAST_YEAR, TEXT_ACCURACY_CRPS};
    const struct text_arg args[] = {{"wilayah", node == SUPPLY_JOINT
                                                    ? text_get(lang, TEXT_JOINT)
                                                    : regency_name((enum regency)(node - 1))},
                                    {NULL, NULL}};

    if (a->score[node][0].n == 0 && a->withheld[node] == 0)
        return;
    parts_element(b, "h2", "", lang, TEXT_ACCURACY_TABLE, args);
    if (a->withheld[node] > 0) {
        char n[FORMAT_SIZE];
        const struct text_arg held[] = {{"n", n}, {NULL, NULL}};

        number(n, lang, a->withheld[node]);
        parts_element(b, "p", "soft", lang, TEXT_ACCURACY_WITHHELD, held);
    }
    if (a->score[node][0].n == 0)
        return;
    html_raw(b, "<div class=\"wide\"><table><thead><tr>");
    for (size_t k = 0; k < sizeof HEAD / sizeof HEAD[0]; k++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, HEAD[k]));
    html_raw(b, "</tr></thead><tbody>\n");
    for (unsigned lead = 1; lead <= RECORDS_ISSUED_LEADS; lead++) {
        char text[FORMAT_SIZE];

        number(text, lang, lead);
        row(b, lang, text, &a->score[node][lead]);
    }
    row(b, lang, text_get(lang, TEXT_ACCURACY_ALL), &a->score[node][0]);
    row(b, lang, text_get(lang, TEXT_ACCURACY_FIRST), &a->first[node]);
    html_raw(b, "</tbody></table></div>\n");
}

static void past_row(struct buf *b, const struct page_past *p, enum lang lang)
{
    char month[FORMAT_SIZE], lead[FORMAT_SIZE], v[4][FORMAT_SIZE];
    const struct text_arg args[] = {{"n", lead}, {NULL, NULL}};
    enum text outcome = p->actual > p->p90   ? TEXT_ACCURACY_ABOVE
                        : p->actual < p->p10 ? TEXT_ACCURACY_BELOW
                                             : TEXT_ACCURACY_IN;

    (void)format_month(month, sizeof month, lang, p->month);
    number(lead, lang, p->lead);
    region_tonnes(v[0], lang, p->p50);
    region_tonnes(v[1], lang, p->p10);
    region_tonnes(v[2], lang, p->p90);
    region_tonnes(v[3], lang, p->untold ? NAN : p->actual);
    html_put(b, "<tr><th scope=\"row\">$ <span class=\"soft\">", month);
    parts_say(b, lang, TEXT_ACCURACY_BEFORE, args);
    html_put(b, "</span></th><td>$</td><td>$ <span class=\"soft\">($\u2013$)</span></td><td>$</td>",
             p->untold ? "\u2013" : text_get(lang, outcome), v[0], v[1], v[2], v[3]);
    percent(b, lang, p->actual > 0 && !p->untold ? 100 * (p->p50 - p->actual) / p->actual : NAN,
            true);
    html_raw(b, "</tr>\n");
}

static void past(struct buf *b, const struct page_accuracy *a, enum lang lang)
{
    static const enum text HEAD[] = {TEXT_MONTH, TEXT_ACCURACY_RESULT, TEXT_ACCURACY_FORECAST,
                                     TEXT_ACCURACY_ACTUAL, TEXT_ACCURACY_BIAS};

    if (a->past_n == 0)
        return;
    parts_element(b, "h2", "", lang, TEXT_ACCURACY_LIST, NULL);
    html_raw(b, "<div class=\"wide\"><table><thead><tr>");
    for (size_t k = 0; k < sizeof HEAD / sizeof HEAD[0]; k++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, HEAD[k]));
    html_raw(b, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < a->past_n; i++)
        past_row(b, &a->past[i], lang);
    html_raw(b, "</tbody></table></div>\n");
}

/* Of one node: the regencies' are what is on the draws, joint's is what they lean on. */
static void factors_of(struct buf *b, const struct recalibration *r, size_t node, enum lang lang)
{
    static const enum text NODE[RECALIBRATE_NODES] = {TEXT_JOINT, TEXT_KOTIM, TEXT_SERUYAN};

    for (int g = 0; g < RECALIBRATE_GROUPS; g++) {
        const struct recalibrate_group *k = &r->group[node][g];
        char v[5][FORMAT_SIZE];
        const struct text_arg args[] = {{"a", v[0]},    {"b", v[1]},
                                        {"n", v[2]},    {"m", v[3]},
                                        {"maks", v[4]}, {"wilayah", text_get(lang, NODE[node])},
                                        {NULL, NULL}};

        if (k->factor == 1)
            continue;
        number(v[0], lang, k->first_lead);
        number(v[1], lang, k->last_lead);
        (void)format_number(v[2], sizeof v[2], lang, k->factor, 2);
        number(v[3], lang, k->covered);
        number(v[4], lang, k->n);
        parts_element(
            b, "p", "", lang,
            k->first_lead == k->last_lead ? TEXT_ACCURACY_FACTOR_ONE : TEXT_ACCURACY_FACTOR, args);
    }
}

static void factors(struct buf *b, const struct recalibration *r, enum lang lang)
{
    for (size_t node = 0; node < RECALIBRATE_NODES; node++)
        factors_of(b, r, node, lang);
}

void region_accuracy(struct buf *b, const struct page_forecast *f, enum lang lang)
{
    if (recalibrate_active(&f->accuracy.recalibration))
        factors(b, &f->accuracy.recalibration, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah/ketepatan\">$</a></p>\n",
             text_get(lang, TEXT_ACCURACY_LINK));
}

static void counted(struct buf *b, enum text key, size_t n, enum lang lang)
{
    char text[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", text}, {NULL, NULL}};

    number(text, lang, n);
    if (n > 0)
        parts_element(b, "li", "", lang, key, args);
}

static void how(struct buf *b, const struct page_accuracy *a, enum lang lang)
{
    static const enum text SAY[] = {TEXT_ACCURACY_HOW_TRUTH, TEXT_ACCURACY_HOW_UNTRACKED,
                                    TEXT_ACCURACY_HOW_SKILL, TEXT_ACCURACY_HOW_EXPORT};

    parts_element(b, "h2", "", lang, TEXT_ACCURACY_HOW_TITLE, NULL);
    html_raw(b, "<ul>");
    for (size_t i = 0; i < sizeof SAY / sizeof SAY[0]; i++)
        parts_element(b, "li", "", lang, SAY[i], NULL);
    counted(b, TEXT_ACCURACY_SILENT, a->silent, lang);
    counted(b, TEXT_ACCURACY_LATE, a->late, lang);
    html_raw(b, "</ul>\n");
}

static void body(struct buf *b, const struct page_accuracy *a, enum lang lang)
{
    const struct accuracy_score *joint = &a->score[SUPPLY_JOINT][0];
    char n[FORMAT_SIZE], m[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {"m", m}, {NULL, NULL}};

    number(n, lang, joint->covered80);
    number(m, lang, joint->n);
    parts_element(b, "p", "sum", lang, joint->n > 0 ? TEXT_ACCURACY_SUM : TEXT_ACCURACY_NONE, args);
    number(n, lang, a->issues);
    number(m, lang, a->open);
    parts_element(b, "p", "soft", lang, TEXT_ACCURACY_ISSUED, args);
    if (recalibrate_active(&a->recalibration))
        factors(b, &a->recalibration, lang);
    else
        parts_element(b, "p", "", lang, TEXT_ACCURACY_NO_FACTOR, NULL);
    past(b, a, lang);
    for (size_t node = 0; node < DEMAND_NODES; node++)
        by_lead(b, a, node, lang);
    how(b, a, lang);
}

void page_accuracy(struct buf *b, const struct page_model *m, enum lang lang)
{
    const struct page_forecast *f = &m->forecast;
    const struct parts_head head = {.title = text_get(lang, TEXT_ACCURACY_TITLE),
                                    .path = "/wilayah/ketepatan",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .m = m};

    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_ACCURACY_TITLE, NULL);
    if (f->state != PAGE_FORECAST_READY)
        parts_element(b, "p", "sum", lang,
                      f->state == PAGE_FORECAST_FAILED ? TEXT_REGION_FAILED : TEXT_REGION_WAIT,
                      NULL);
    else if (!f->accuracy.ready)
        parts_element(b, "p", "sum", lang, TEXT_ACCURACY_FAILED, NULL);
    else
        body(b, &f->accuracy, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p>\n",
             text_get(lang, TEXT_BACK_REGION));
    parts_end(b, lang);
}
