/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pond's oxygen and temperature: charts of a day, a week or the cycle, with what was noted meanwhile, and tables. */
#include "page_pond.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analytics/web/chart.h"
#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"

#define HOUR_MS ((int64_t)3600 * 1000)
/* A line is broken where a value would no longer count as present, or, for probes that speak seldom, after two and a half
 * of their usual steps; never bridged over more than two hours. */
#define GAP_LEAST_MS ((int64_t)20 * 60 * 1000)
#define GAP_MOST_MS  (2 * HOUR_MS)

struct kind {
    enum metric metric;
    enum text title[PAGE_SPANS];
    const char *id;
    double y_min, y_max; /* usual range of a pond, so that two days look alike */
};

static const struct kind OXYGEN = {
    METRIC_DO_MG_L, {TEXT_DAY_OXYGEN, TEXT_WEEK_OXYGEN, TEXT_CYCLE_OXYGEN}, "do", 0, 8};
static const struct kind TEMPERATURE = {
    METRIC_TEMP_C,
    {TEXT_DAY_TEMPERATURE, TEXT_WEEK_TEMPERATURE, TEXT_CYCLE_TEMPERATURE},
    "t",
    24,
    34};

/* Limits of the kind's chart; returns how many. */
static size_t limits_of(const struct kind *k, const struct status_limits *l,
                        struct chart_limit out[CHART_MAX_LIMITS])
{
    if (k->metric == METRIC_DO_MG_L) {
        out[0] = (struct chart_limit){l->do_danger_mg_l, true, -1};
        out[1] = (struct chart_limit){l->do_watch_mg_l, false, 0};
        return 2;
    }
    out[0] = (struct chart_limit){l->temp_danger_low, true, -1};
    out[1] = (struct chart_limit){l->temp_watch_low, false, 0};
    out[2] = (struct chart_limit){l->temp_watch_high, false, 0};
    out[3] = (struct chart_limit){l->temp_danger_high, true, 1};
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

/* --- what was noted --- */

/* Letter on the chart and sentence below it. */
static const struct {
    enum text letter, sentence;
} EVENT[PAGE_EVENTS] = {
    [EVENT_STOCKED] = {TEXT_MARK_STOCKED, TEXT_EVENT_STOCKED},
    [EVENT_SAMPLE] = {TEXT_MARK_SAMPLE, TEXT_EVENT_SAMPLE},
    [EVENT_DEATH] = {TEXT_MARK_DEATH, TEXT_EVENT_DEATH},
    [EVENT_HARVEST] = {TEXT_MARK_HARVEST, TEXT_EVENT_HARVEST},
    [EVENT_GASPING] = {TEXT_MARK_GASPING, TEXT_EVENT_GASPING},
    [EVENT_AERATOR_ON] = {TEXT_MARK_AERATOR_ON, TEXT_EVENT_AERATOR_ON},
    [EVENT_AERATOR_OFF] = {TEXT_MARK_AERATOR_OFF, TEXT_EVENT_AERATOR_OFF},
    [EVENT_RIVER] = {TEXT_MARK_RIVER, TEXT_EVENT_RIVER},
    [EVENT_OXYGEN] = {TEXT_MARK_OXYGEN, TEXT_EVENT_OXYGEN},
};

static bool within(const struct page_day *day, const struct page_event *e)
{
    return e->ts_ms >= day->from_ms && e->ts_ms <= day->to_ms;
}

static size_t marks_of(const struct page_day *day, struct chart_mark out[PAGE_EVENTS_MAX],
                       enum lang lang)
{
    size_t n = 0;

    for (size_t i = 0; i < day->events; i++)
        if (within(day, &day->event[i]))
            out[n++] = (struct chart_mark){day->event[i].ts_ms,
                                           text_get(lang, EVENT[day->event[i].kind].letter)};
    return n;
}

static void event_line(struct buf *b, const struct page_event *e, enum lang lang)
{
    char n[FORMAT_SIZE], g[FORMAT_SIZE], when[FORMAT_SIZE], clock[FORMAT_SIZE] = "";
    const struct text_arg args[] = {{"n", n}, {"kg", n}, {"do", n}, {"g", g}, {NULL, NULL}};
    bool pressed = e->kind >= EVENT_GASPING;

    (void)format_number(n, sizeof n, lang, e->value,
                        e->kind == EVENT_HARVEST || e->kind == EVENT_OXYGEN ? 1 : 0);
    (void)format_number(g, sizeof g, lang, e->of, e->of < 10 ? 1 : 0);
    (void)format_day_short(when, sizeof when, lang, civil_day(e->ts_ms));
    if (pressed) /* records know the day, buttons the minute */
        (void)format_clock(clock, sizeof clock, lang, e->ts_ms);
    html_put(b, "<li><b>$</b> $$$: ", text_get(lang, EVENT[e->kind].letter), when,
             pressed ? " " : "", clock);
    parts_say(b, lang, EVENT[e->kind].sentence, args);
    html_raw(b, "</li>");
}

static void events(struct buf *b, const struct page_day *day, enum lang lang)
{
    char count[FORMAT_SIZE], left[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", count}, {"m", left}, {NULL, NULL}};
    size_t n = 0;

    for (size_t i = 0; i < day->events; i++)
        n += within(day, &day->event[i]);
    if (n == 0)
        return;
    (void)format_number(count, sizeof count, lang, (double)n, 0);
    (void)format_number(left, sizeof left, lang, (double)day->events_left, 0);
    html_raw(b, "<details><summary>");
    parts_say(b, lang, TEXT_EVENTS_OPEN, args);
    html_raw(b, "</summary><ul class=\"plain\">");
    for (size_t i = day->events; i-- > 0;) /* newest first */
        if (within(day, &day->event[i]))
            event_line(b, &day->event[i], lang);
    html_raw(b, "</ul>");
    if (day->events_left > 0 && day->span == PAGE_SPAN_CYCLE)
        parts_element(b, "p", "soft", lang, TEXT_EVENTS_LEFT, args);
    html_raw(b, "</details>\n");
}

/* --- charts --- */

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
    if (chart_shades_nights(c->from_ms, c->to_ms))
        html_put(b, " $", text_get(lang, TEXT_CHART_NIGHT));
    html_raw(b, "</figcaption>");
}

static void metric_chart(struct buf *b, const struct page_model *m, const struct page_pond *p,
                         const struct page_day *day, const struct kind *k, const struct series *s,
                         enum lang lang)
{
    struct chart_mark mark[PAGE_EVENTS_MAX];
    struct chart_line c = {.series = s,
                           .from_ms = day->from_ms,
                           .to_ms = day->to_ms,
                           .gap_ms = gap_of(s),
                           .y_min = k->y_min,
                           .y_max = k->y_max,
                           .mark = mark,
                           .marks = marks_of(day, mark, lang),
                           .decimals = metric_info(k->metric)->decimals,
                           .unit = metric_info(k->metric)->unit,
                           .id = k->id,
                           .title = text_get(lang, k->title[day->span]),
                           .lang = lang};
    struct buf desc = {0};

    parts_element(b, "h3", "", lang, k->title[day->span], NULL);
    if (!day->ready || s->n == 0) {
        parts_element(b, "p", "soft", lang,
                      !day->ready                  ? TEXT_CHART_WAIT
                      : day->span == PAGE_SPAN_DAY ? TEXT_CHART_EMPTY
                                                   : TEXT_CHART_EMPTY_LONG,
                      NULL);
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

/* --- tables --- */

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

/* Lowest, mean and highest of the points in [from, to); NaN without any. As hour_mean. */
struct reach {
    double low, mean, high;
};
static struct reach reach_of(const struct series *s, int64_t from_ms, int64_t to_ms, size_t *at)
{
    struct reach r = {INFINITY, 0, -INFINITY};
    int n = 0;

    while (*at < s->n && s->ts_ms[*at] < from_ms)
        (*at)++;
    for (; *at < s->n && s->ts_ms[*at] < to_ms; (*at)++, n++) {
        r.low = fmin(r.low, s->value[*at]);
        r.high = fmax(r.high, s->value[*at]);
        r.mean += s->value[*at];
    }
    if (n == 0)
        return (struct reach){NAN, NAN, NAN};
    r.mean /= n;
    return r;
}

static void reach_cell(struct buf *b, const struct reach *r, enum lang lang)
{
    char low[FORMAT_SIZE], mean[FORMAT_SIZE], high[FORMAT_SIZE];

    (void)format_number(low, sizeof low, lang, r->low, 1);
    (void)format_number(mean, sizeof mean, lang, r->mean, 1);
    (void)format_number(high, sizeof high, lang, r->high, 1);
    html_put(b, "<td>$<span>$\u2013$</span></td>", mean, low, high);
}

/* By day, or of more than a month by week. */
static void days_table(struct buf *b, const struct page_day *day, enum lang lang)
{
    int32_t from = civil_day(day->from_ms), to = civil_day(day->to_ms);
    int32_t step = to - from > 31 ? 7 : 1;
    size_t at[2] = {0, 0};

    html_put(b, "<details><summary>$</summary>",
             text_get(lang, step == 1 ? TEXT_DAYS_OPEN : TEXT_WEEKS_OPEN));
    html_put(b,
             "<table><caption>$</caption><thead><tr><th scope=\"col\">$</th><th scope=\"col\">$ "
             "(mg/L)</th><th scope=\"col\">$ (\u00b0C)</th></tr></thead><tbody>",
             text_get(lang, TEXT_DAYS_CAPTION),
             text_get(lang, step == 1 ? TEXT_DAYS_DAY : TEXT_DAYS_WEEK),
             text_get(lang, TEXT_OXYGEN), text_get(lang, TEXT_TEMPERATURE));
    for (; from <= to; from += step) {
        char date[FORMAT_SIZE];
        int64_t begin = civil_day_start(from), end = civil_day_start(from + step);
        struct reach oxygen = reach_of(&day->oxygen, begin, end, &at[0]);
        struct reach temp = reach_of(&day->temp, begin, end, &at[1]);

        (void)format_day_short(date, sizeof date, lang, from);
        html_put(b, "<tr><th scope=\"row\">$</th>", date);
        reach_cell(b, &oxygen, lang);
        reach_cell(b, &temp, lang);
        html_raw(b, "</tr>\n");
    }
    html_raw(b, "</tbody></table></details>\n");
}

/* "24 jam | 7 hari | Satu siklus"; without an open cycle the third is not offered. */
static void choose(struct buf *b, const struct page_pond *p, const struct page_day *day,
                   enum lang lang)
{
    static const enum text NAME[PAGE_SPANS] = {TEXT_SPAN_DAY, TEXT_SPAN_WEEK, TEXT_SPAN_CYCLE};

    html_put(b, "<nav class=\"pilih\" aria-label=\"$\" id=\"grafik\">",
             text_get(lang, TEXT_CHARTS_TITLE));
    for (int s = 0; s < (p->has_cycle ? PAGE_SPANS : PAGE_SPAN_CYCLE); s++) {
        html_put(b, "<a href=\"/kolam/$?masa=$#grafik\"", p->pond.slug,
                 page_span_name((enum page_span)s));
        html_raw(b, (enum page_span)s == day->span ? " aria-current=\"true\">" : ">");
        html_put(b, "$</a>", text_get(lang, NAME[s]));
    }
    html_raw(b, "</nav>\n");
}

void pond_charts(struct buf *b, const struct page_model *m, const struct page_pond *p,
                 const struct page_day *day, enum lang lang)
{
    parts_element(b, "h2", "", lang, TEXT_CHARTS_TITLE, NULL);
    choose(b, p, day, lang);
    metric_chart(b, m, p, day, &OXYGEN, &day->oxygen, lang);
    metric_chart(b, m, p, day, &TEMPERATURE, &day->temp, lang);
    if (day->ready && day->span == PAGE_SPAN_DAY)
        day_table(b, day, lang);
    else if (day->ready && day->oxygen.n + day->temp.n > 0)
        days_table(b, day, lang);
    events(b, day, lang);
}
