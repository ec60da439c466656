/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page_assume.h"

#include <stdlib.h>
#include <string.h>

#include "analytics/records/keys.h"
#include "analytics/web/flatjson.h"
#include "analytics/web/html.h"
#include "analytics/web/page_region.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"

static const struct {
    const char *column;
    enum text label;
} FIELD[ASSUME_FIELDS] = {
    [ASSUME_KEY] = {"key", TEXT_BASIS},
    [ASSUME_NODE] = {"node", TEXT_BASIS_PLACE},
    [ASSUME_VALUE] = {"value", TEXT_BASIS_VALUE},
    [ASSUME_LOW] = {"low", TEXT_ASSUME_LOW},
    [ASSUME_HIGH] = {"high", TEXT_ASSUME_HIGH},
    [ASSUME_MONTHS] = {"months", TEXT_ASSUME_MONTHS},
    [ASSUME_SOURCE] = {"source", TEXT_BASIS_SOURCE},
    [ASSUME_ON] = {"on", TEXT_BASIS_DATE},
};

const char *page_assume_column(enum page_assume_field f)
{
    return FIELD[f].column;
}

static bool same_thing(const struct rec_assumption *x, const struct rec_assumption *y)
{
    return x->key == y->key && strcmp(x->node, y->node) == 0 && x->first_month == y->first_month &&
           x->last_month == y->last_month;
}

/* Does a newer date, or with the same date a newer entry, stand for the same? */
static bool outdone(const struct page_assume *p, size_t i)
{
    for (size_t k = 0; k < p->n; k++) {
        const struct page_assume_row *x = &p->row[i], *y = &p->row[k];

        if (k != i && same_thing(&x->a, &y->a) &&
            (y->a.day > x->a.day ||
             (y->a.day == x->a.day &&
              (y->entered_ms > x->entered_ms || (y->entered_ms == x->entered_ms && k < i)))))
            return true;
    }
    return false;
}

void page_assume_settle(struct page_assume *p)
{
    for (size_t i = 0; i < p->n; i++)
        p->row[i].counts = !outdone(p, i);
}

static const char *place(const char *node, enum lang lang)
{
    for (size_t i = 0; i < DEMAND_NODES; i++)
        if (strcmp(node, supply_node_code(i)) == 0)
            return region_node_name(i, lang);
    return node;
}

static const char *key_name(enum records_key key, enum lang lang)
{
    return text_get(lang, (enum text)(TEXT_KEY_POPULATION + (int)key));
}

static void value_cell(struct buf *b, const struct rec_assumption *a, enum lang lang)
{
    char value[FORMAT_SIZE], low[FORMAT_SIZE], high[FORMAT_SIZE];

    (void)format_limit(value, sizeof value, lang, a->value);
    html_put(b, "<td><b>$</b>", value);
    if (a->low < a->high) {
        (void)format_limit(low, sizeof low, lang, a->low);
        (void)format_limit(high, sizeof high, lang, a->high);
        html_put(b, "<span>$ \u2026 $</span>", low, high);
    }
    html_raw(b, "</td>");
}

static void months_words(struct buf *b, const struct rec_assumption *a, enum lang lang)
{
    char month[FORMAT_SIZE];

    if (a->first_month == INT32_MIN)
        return;
    (void)format_month(month, sizeof month, lang, a->first_month);
    html_put(b, "<span class=\"soft\">$", month);
    if (a->last_month != a->first_month) {
        (void)format_month(month, sizeof month, lang, a->last_month);
        html_put(b, " \u2026 $", month);
    }
    html_raw(b, "</span>");
}

static void one_row(struct buf *b, const struct page_model *m, const struct page_assume_row *r,
                    enum lang lang)
{
    char day[FORMAT_SIZE], entered[FORMAT_SIZE];

    (void)format_date(day, sizeof day, lang, r->a.day);
    (void)format_moment(entered, sizeof entered, lang, r->entered_ms, m->now_ms);
    html_raw(b, "<tr><th scope=\"row\">");
    html_text(b, key_name(r->a.key, lang));
    months_words(b, &r->a, lang);
    html_put(b, "</th><td>$</td>", place(r->a.node, lang));
    value_cell(b, &r->a, lang);
    html_put(b, "<td>$</td><td>$", r->a.source, day);
    const struct text_arg args[] = {{"jam", entered}, {"siapa", r->by}, {NULL, NULL}};
    if (r->entered_ms != 0)
        parts_element(b, "span", "", lang, TEXT_ASSUME_ENTERED, args);
    html_raw(b, "</td></tr>\n");
}

/* Behind a word that opens it, so that nobody presses it by mistake. */
static void take_back(struct buf *b, const struct page_assume *p, const struct page_assume_row *r,
                      enum lang lang)
{
    const bool again = p->reason_of != NULL && strcmp(p->reason_of, r->uid) == 0;

    html_raw(b, "<tr class=\"tarik\"><td colspan=\"5\">");
    html_raw(b, again ? "<details open>" : "<details>");
    html_put(b,
             "<summary>$: $</summary><form method=\"post\" action=\"/asumsi\"><input "
             "type=\"hidden\" name=\"tanda\" value=\"$\"><input type=\"hidden\" name=\"apa\" "
             "value=\"tarik\">",
             text_get(lang, TEXT_ASSUME_TAKE_BACK), key_name(r->a.key, lang),
             p->csrf != NULL ? p->csrf : "");
    html_put(b,
             "<input type=\"hidden\" name=\"id\" value=\"$\"><input type=\"hidden\" "
             "name=\"dasar\" value=\"$\"><label>$<input name=\"alasan\" required "
             "maxlength=\"200\"",
             r->uid, r->change, text_get(lang, TEXT_ASSUME_REASON));
    html_raw(b, again ? " aria-invalid=\"true\"" : "");
    html_put(b, "></label><button class=\"darurat\">$</button></form></details></td></tr>\n",
             text_get(lang, TEXT_ASSUME_TAKE_BACK));
}

/* What was taken back, by whom and why. */
static void withdrawn(struct buf *b, const struct page_model *m, const struct page_assume *p,
                      enum lang lang)
{
    if (p->withdrawns == 0)
        return;
    html_put(b, "<details><summary>$</summary>\n", text_get(lang, TEXT_ASSUME_WITHDRAWN));
    for (size_t i = 0; i < p->withdrawns; i++) {
        const struct rec_change *c = &p->withdrawn[i];
        char when[FORMAT_SIZE];
        char *key = flatjson_value(c->old_json, "key"), *node = flatjson_value(c->old_json, "node"),
             *value = flatjson_value(c->old_json, "value");
        enum records_key k;

        (void)format_moment(when, sizeof when, lang, c->at_ms, m->now_ms);
        html_put(b, "<p>$ \u00b7 <b>$</b> \u00b7 $ \u00b7 $", when,
                 key != NULL && keys_find(key, &k) == 0 ? key_name(k, lang) : "",
                 node != NULL ? place(node, lang) : "", value != NULL ? value : "");
        if (c->by[0] != '\0')
            html_put(b, " \u00b7 $ $", text_get(lang, TEXT_EVENT_BY), c->by);
        html_put(b, "<br><i>$</i></p>\n", c->reason);
        free(key);
        free(node);
        free(value);
    }
    html_raw(b, "</details>\n");
}

static void table(struct buf *b, const struct page_model *m, const struct page_assume *p,
                  bool counts, enum lang lang)
{
    static const enum text HEAD[] = {TEXT_BASIS, TEXT_BASIS_PLACE, TEXT_BASIS_VALUE,
                                     TEXT_BASIS_SOURCE, TEXT_BASIS_DATE};

    html_raw(b, "<div class=\"wide\"><table class=\"susun asumsi\"><thead><tr>");
    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, HEAD[i]));
    html_raw(b, "</tr></thead><tbody>\n");
    for (int key = 0; key < RECORDS_KEYS; key++)
        for (size_t i = 0; i < p->n; i++)
            if ((int)p->row[i].a.key == key && p->row[i].counts == counts) {
                one_row(b, m, &p->row[i], lang);
                if (counts && p->row[i].may)
                    take_back(b, p, &p->row[i], lang);
            }
    html_raw(b, "</tbody></table></div>\n");
}

/* --- the form --- */

static bool bad(const struct page_assume *p, const char *column)
{
    for (size_t i = 0; i < p->faults; i++)
        if (strcmp(p->fault[i].column, column) == 0)
            return true;
    return false;
}

static const char *typed(const struct page_assume *p, enum page_assume_field f)
{
    return p->text[f] != NULL ? p->text[f] : "";
}

static void option(struct buf *b, const char *value, const char *chosen, const char *words)
{
    html_put(b, "<option value=\"$\"", value);
    html_raw(b, strcmp(value, chosen) == 0 ? " selected>" : ">");
    html_put(b, "$</option>", words);
}

static void input(struct buf *b, const struct page_assume *p, enum page_assume_field f,
                  const char *rest, enum lang lang)
{
    html_put(b, "<label>$<input name=\"$\" value=\"$\" ", text_get(lang, FIELD[f].label),
             FIELD[f].column, typed(p, f));
    html_raw(b, bad(p, FIELD[f].column) ? "aria-invalid=\"true\" " : "");
    html_raw(b, rest);
    html_raw(b, "></label>\n");
}

static void choices(struct buf *b, const struct page_assume *p, enum lang lang)
{
    html_put(b, "<label>$<select name=\"key\">", text_get(lang, TEXT_BASIS));
    for (int k = 0; k < RECORDS_KEYS; k++)
        option(b, keys_info((enum records_key)k)->name, typed(p, ASSUME_KEY),
               key_name((enum records_key)k, lang));
    html_put(b, "</select></label>\n<label>$<select name=\"node\">",
             text_get(lang, TEXT_BASIS_PLACE));
    for (int r = 0; r < REGENCY_COUNT; r++)
        if (p->may[r])
            option(b, regency_slug((enum regency)r), typed(p, ASSUME_NODE),
                   place(regency_slug((enum regency)r), lang));
    if (p->may[REGENCY_KOTIM] && p->may[REGENCY_SERUYAN])
        option(b, "joint", typed(p, ASSUME_NODE), text_get(lang, TEXT_JOINT));
    html_raw(b, "</select></label>\n");
}

static void form(struct buf *b, const struct page_assume *p, enum lang lang)
{
    parts_element(b, "h2", "", lang, TEXT_ASSUME_FORM, NULL);
    parts_element(b, "p", "soft", lang, TEXT_ASSUME_FORM_NOTE, NULL);
    if (p->faults > 0) {
        html_raw(b, "<ul role=\"alert\">");
        for (size_t i = 0; i < p->faults; i++) {
            const char *label = p->fault[i].column;

            for (int f = 0; f < ASSUME_FIELDS; f++)
                if (strcmp(FIELD[f].column, p->fault[i].column) == 0)
                    label = text_get(lang, FIELD[f].label);
            html_put(b, "<li class=\"no\">$: $</li>", label, p->fault[i].reason);
        }
        html_raw(b, "</ul>\n");
    }
    html_put(b,
             "<form method=\"post\" action=\"/asumsi\"><input type=\"hidden\" name=\"tanda\" "
             "value=\"$\"><input type=\"hidden\" name=\"sekali\" value=\"$\">\n",
             p->csrf != NULL ? p->csrf : "", p->once != NULL ? p->once : "");
    choices(b, p, lang);
    input(b, p, ASSUME_VALUE, "inputmode=\"decimal\" required maxlength=\"20\"", lang);
    input(b, p, ASSUME_LOW, "inputmode=\"decimal\" maxlength=\"20\"", lang);
    input(b, p, ASSUME_HIGH, "inputmode=\"decimal\" maxlength=\"20\"", lang);
    input(b, p, ASSUME_MONTHS, "maxlength=\"20\" placeholder=\"2027-01..2027-03\"", lang);
    input(b, p, ASSUME_SOURCE, "required maxlength=\"64\"", lang);
    input(b, p, ASSUME_ON, "type=\"date\" required", lang);
    html_put(b, "<button>$</button></form>\n", text_get(lang, TEXT_ASSUME_SAVE));
}

void page_assume(struct buf *b, const struct page_model *m, const struct page_assume *p,
                 enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_ASSUME_TITLE),
                                    .path = "/asumsi",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .m = m};
    bool older = false, any = false;

    for (size_t i = 0; i < p->n; i++) {
        older = older || !p->row[i].counts;
        any = any || p->row[i].counts;
    }
    parts_begin(b, &head, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p>\n",
             text_get(lang, TEXT_BACK_REGION));
    parts_element(b, "h1", "", lang, TEXT_ASSUME_TITLE, NULL);
    if (p->saved)
        parts_element(b, "p", "sum", lang, TEXT_ASSUME_SAVED, NULL);
    if (p->taken_back)
        parts_element(b, "p", "sum", lang, TEXT_ASSUME_TAKEN_BACK, NULL);
    if (p->reason_of != NULL)
        parts_element(b, "p", "no", lang, TEXT_ASSUME_NO_REASON, NULL);
    parts_element(b, "p", any ? "soft" : "sum", lang, any ? TEXT_ASSUME_NOTE : TEXT_ASSUME_NONE,
                  NULL);
    if (any)
        table(b, m, p, true, lang);
    if (p->may[REGENCY_KOTIM] || p->may[REGENCY_SERUYAN])
        form(b, p, lang);
    if (older) {
        html_put(b, "<details><summary>$</summary>\n", text_get(lang, TEXT_ASSUME_HISTORY));
        table(b, m, p, false, lang);
        html_raw(b, "</details>\n");
    }
    withdrawn(b, m, p, lang);
    parts_end(b, lang);
}
