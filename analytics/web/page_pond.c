/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/kolam/ID": one pond: status and advice, the day in charts and figures, the fish. */
#include "page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analytics/web/buttons.h"
#include "analytics/web/chart.h"
#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/questions.h"
#include "collector/common/civil.h"

/* one in so many: worth a question on the pond's page */
#define ENDED_ASK 5

#define HOUR_MS   ((int64_t)3600 * 1000)
/* A line is broken where a value would no longer count as present, or, for probes that speak seldom, after two and a half
 * of their usual steps; never bridged over more than two hours. */
#define GAP_LEAST_MS ((int64_t)20 * 60 * 1000)
#define GAP_MOST_MS  (2 * HOUR_MS)

struct kind {
    enum metric metric;
    enum text title;
    const char *id;
    double y_min, y_max; /* usual range of a pond, so that two days look alike */
};

static const struct kind OXYGEN = {METRIC_DO_MG_L, TEXT_DAY_OXYGEN, "do", 0, 8};
static const struct kind TEMPERATURE = {METRIC_TEMP_C, TEXT_DAY_TEMPERATURE, "t", 24, 34};

/* Limits of the kind's chart; returns how many. */
static size_t limits_of(const struct kind *k, const struct status_limits *l,
                        struct chart_limit out[CHART_MAX_LIMITS])
{
    if (k->metric == METRIC_DO_MG_L) {
        out[0] = (struct chart_limit){l->do_danger_mg_l, true};
        out[1] = (struct chart_limit){l->do_watch_mg_l, false};
        return 2;
    }
    out[0] = (struct chart_limit){l->temp_danger_low, true};
    out[1] = (struct chart_limit){l->temp_watch_low, false};
    out[2] = (struct chart_limit){l->temp_watch_high, false};
    out[3] = (struct chart_limit){l->temp_danger_high, true};
    return 4;
}

/* "Terendah 2,4 mg/L, tertinggi 7,9 mg/L, terakhir 2,4 mg/L pukul 05.12 WIB." */
static void describe(struct buf *plain, const struct page_model *m, const struct kind *k,
                     const struct series *s, enum lang lang)
{
    const struct metric_info *info = metric_info(k->metric);
    double low = INFINITY, high = -INFINITY;
    char a[FORMAT_SIZE], z[FORMAT_SIZE], last[FORMAT_SIZE], clock[FORMAT_SIZE];

    for (size_t i = 0; i < s->n; i++) {
        low = fmin(low, s->value[i]);
        high = fmax(high, s->value[i]);
    }
    (void)format_unit(a, sizeof a, lang, low, info->decimals, info->unit);
    (void)format_unit(z, sizeof z, lang, high, info->decimals, info->unit);
    (void)format_unit(last, sizeof last, lang, s->value[s->n - 1], info->decimals, info->unit);
    (void)format_moment(clock, sizeof clock, lang, s->ts_ms[s->n - 1], m->now_ms);
    const struct text_arg args[] = {
        {"min", a}, {"maks", z}, {"nilai", last}, {"jam", clock}, {NULL, NULL}};
    text_fill(plain, lang, TEXT_CHART_DESC, args);
}

static void caption(struct buf *b, const struct chart_line *c, enum lang lang)
{
    char limits[CHART_MAX_LIMITS * FORMAT_SIZE] = "";
    size_t at = 0;

    for (size_t i = 0; i < c->limits; i++) {
        char one[FORMAT_SIZE];
        int k;
        (void)format_limit(one, sizeof one, lang, c->limit[i].value);
        k = snprintf(limits + at, sizeof limits - at, "%s%s", i == 0 ? "" : " / ", one);
        at += k < 0 ? 0 : (size_t)k;
    }
    const struct text_arg args[] = {{"batas", limits}, {NULL, NULL}};
    html_put(b, "<figcaption>$ ", c->desc);
    parts_say(b, lang, TEXT_CHART_LIMITS, args);
    html_put(b, " $</figcaption>", text_get(lang, TEXT_CHART_NIGHT));
}

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t gap_of(const struct series *s)
{
    int64_t step[288], gap; /* a day of five-minute means; more are not looked at */
    size_t n = 0;

    for (size_t i = 1; i < s->n && n < sizeof step / sizeof step[0]; i++)
        step[n++] = s->ts_ms[i] - s->ts_ms[i - 1];
    if (n == 0)
        return GAP_LEAST_MS;
    qsort(step, n, sizeof step[0], by_length);
    gap = step[n / 2] * 5 / 2;
    return gap < GAP_LEAST_MS ? GAP_LEAST_MS : gap > GAP_MOST_MS ? GAP_MOST_MS : gap;
}

static void day_chart(struct buf *b, const struct page_model *m, const struct page_pond *p,
                      const struct page_day *day, const struct kind *k, const struct series *s,
                      enum lang lang)
{
    struct chart_line c = {.series = s,
                           .from_ms = day->from_ms,
                           .to_ms = day->to_ms,
                           .gap_ms = gap_of(s),
                           .y_min = k->y_min,
                           .y_max = k->y_max,
                           .decimals = metric_info(k->metric)->decimals,
                           .unit = metric_info(k->metric)->unit,
                           .id = k->id,
                           .title = text_get(lang, k->title),
                           .lang = lang};
    struct buf desc = {0};

    parts_element(b, "h2", "", lang, k->title, NULL);
    if (!day->ready || s->n == 0) {
        parts_element(b, "p", "soft", lang, day->ready ? TEXT_CHART_EMPTY : TEXT_CHART_WAIT, NULL);
        return;
    }
    describe(&desc, m, k, s, lang);
    c.desc = desc.p;
    c.limits = limits_of(k, page_limits(m, p), c.limit);
    html_raw(b, "<figure>");
    chart_line(b, &c);
    caption(b, &c, lang);
    html_raw(b, "</figure>\n");
    buf_free(&desc);
}

/* Mean of the points in [from, to), NaN when there are none. *at: where to begin looking, moved on. */
static double hour_mean(const struct series *s, int64_t from_ms, int64_t to_ms, size_t *at)
{
    double sum = 0;
    int n = 0;

    while (*at < s->n && s->ts_ms[*at] < from_ms)
        (*at)++;
    for (; *at < s->n && s->ts_ms[*at] < to_ms; (*at)++, n++)
        sum += s->value[*at];
    return n == 0 ? NAN : sum / n;
}

static void day_table(struct buf *b, const struct page_day *day, enum lang lang)
{
    size_t at[2] = {0, 0};
    int64_t hour = day->from_ms - (day->from_ms % HOUR_MS); /* WIB is whole hours from UTC */

    html_put(b, "<details><summary>$</summary>", text_get(lang, TEXT_TABLE_OPEN));
    if (day->oxygen.n + day->temp.n == 0) {
        parts_element(b, "p", "", lang, TEXT_TABLE_EMPTY, NULL);
        html_raw(b, "</details>\n");
        return;
    }
    html_put(b,
             "<table><caption>$</caption><thead><tr><th scope=\"col\">$</th><th scope=\"col\">$ "
             "(mg/L)</th><th scope=\"col\">$ (\u00b0C)</th></tr></thead><tbody>",
             text_get(lang, TEXT_TABLE_CAPTION), text_get(lang, TEXT_TABLE_HOUR),
             text_get(lang, TEXT_OXYGEN), text_get(lang, TEXT_TEMPERATURE));
    for (; hour < day->to_ms; hour += HOUR_MS) {
        char clock[FORMAT_SIZE], oxygen[FORMAT_SIZE], temp[FORMAT_SIZE];
        (void)format_hour(clock, sizeof clock, lang, hour);
        (void)format_number(oxygen, sizeof oxygen, lang,
                            hour_mean(&day->oxygen, hour, hour + HOUR_MS, &at[0]), 1);
        (void)format_number(temp, sizeof temp, lang,
                            hour_mean(&day->temp, hour, hour + HOUR_MS, &at[1]), 1);
        html_put(b, "<tr><th scope=\"row\">$</th><td>$</td><td>$</td></tr>\n", clock, oxygen, temp);
    }
    html_raw(b, "</tbody></table></details>\n");
}

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
    char date[FORMAT_SIZE];
    const struct text_arg fish[] = {{"n", n}, {"kg", kg}, {NULL, NULL}};
    const struct text_arg mass[] = {{"g", g}, {"a", a}, {"b", z}, {NULL, NULL}};
    const struct text_arg harvest[] = {
        {"tanggal", date}, {"kg", kg}, {"a", a}, {"b", z}, {NULL, NULL}};

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

static void cycle(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  enum lang lang)
{
    char day[FORMAT_SIZE], date[FORMAT_SIZE], stocked[FORMAT_SIZE];
    const struct text_arg args[] = {
        {"hari", day}, {"tanggal", date}, {"tebar", stocked}, {NULL, NULL}};

    parts_element(b, "h2", "", lang, TEXT_CYCLE_TITLE, NULL);
    if (!p->has_cycle) {
        parts_element(b, "p", "", lang, TEXT_CYCLE_NONE, NULL);
        return;
    }
    (void)format_number(day, sizeof day, lang, civil_day(m->now_ms) - p->stocked_day, 0);
    (void)format_date(date, sizeof date, lang, p->stocked_day);
    (void)format_number(stocked, sizeof stocked, lang, p->stocked, 0);
    parts_element(b, "p", "", lang, TEXT_CYCLE_DAY, args);
    if (p->has_estimate && p->estimate.cycle >= 0) {
        ended(b, &p->estimate, lang);
        estimate(b, &p->estimate, lang);
    } else if (p->has_estimate)
        forgotten(b, &p->estimate, lang);
    else
        parts_element(
            b, "p", "soft", lang,
            m->forecast.state == PAGE_FORECAST_FAILED ? TEXT_REGION_FAILED : TEXT_CYCLE_WAIT, NULL);
}

void page_pond(struct buf *b, const struct page_model *m, const struct page_pond *p,
               const struct page_day *day, enum lang lang)
{
    char path[SLUG_SIZE + 8];
    const struct parts_head head = {.title = p->pond.name,
                                    .path = path,
                                    .here = TEXT_NAV_PONDS,
                                    .refresh = true,
                                    .notice = m->notice,
                                    .m = m};

    (void)snprintf(path, sizeof path, "/kolam/%s", p->pond.slug);
    parts_begin(b, &head, lang);
    html_put(b, "<h1>$</h1><p class=\"soft\">$ \u00b7 $ \u00b7 $</p>\n<p>", p->pond.name, p->farm,
             region_kecamatan(p->kecamatan)->name,
             regency_name(region_kecamatan(p->kecamatan)->regency));
    parts_badge(b, lang, p->status.level);
    html_raw(b, "</p>\n");
    if (m->away_since_ms != 0)
        parts_database(b, m, lang);
    if (m->board.watch_ms == 0)
        parts_watch(b, m, lang);
    parts_advice(b, m, p, lang);
    if (p->status.level != STATUS_OK)
        parts_call(b, m, lang);
    buttons_pond(b, m, p, lang);
    parts_values(b, m, p, lang);
    parts_when(b, m, p, lang);
    page_tonight(b, m, p, day, lang);
    day_chart(b, m, p, day, &OXYGEN, &day->oxygen, lang);
    day_chart(b, m, p, day, &TEMPERATURE, &day->temp, lang);
    if (day->ready)
        day_table(b, day, lang);
    if (!m->without_fish)
        cycle(b, m, p, lang);
    if (!m->without_fish && questions_any(p)) {
        parts_element(b, "h2", "", lang, TEXT_ASK_TITLE, NULL);
        questions_put(b, p, lang);
        parts_element(b, "p", "soft", lang, TEXT_ASK_NOTE, NULL);
    }
    alarm_of_pond(b, m, p->pond.slug, lang);
    html_put(b, "<p><a class=\"back\" href=\"/\">$</a></p>\n", text_get(lang, TEXT_BACK));
    parts_end(b, lang);
}
