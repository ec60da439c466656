/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Malam ini" on a pond's page: tonight's oxygen in a chart and in farmers' words, without percentages; in the morning how it went. */
#include "page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/scene.h"
#include "analytics/web/chart.h"
#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"

#define HOUR_MS  ((int64_t)3600 * 1000)
#define AHEAD_MS HOUR_MS /* the aerator is to run an hour before the oxygen is low: assumption */
enum {
    FROM_HOUR = 16,
    OVER_HOUR = 7,
    AFTER_HOUR = 9, /* until then the page says how the night went */
    DUSK_HOUR = 18
};
/* Of the 78 ten-minute means of a night, as five-minute means of the day's chart: half of them. */
#define SEEN_ENOUGH 78

/* Words for a chance: assumption on what farmers mean by them. */
static enum text chance_words(double p)
{
    static const struct {
        double least;
        enum text text;
    } WORD[] = {{0.9, TEXT_NIGHT_SURE},
                {0.6, TEXT_NIGHT_LIKELY},
                {0.3, TEXT_NIGHT_MAYBE},
                {0.1, TEXT_NIGHT_UNLIKELY}};

    for (size_t i = 0; i < sizeof WORD / sizeof WORD[0]; i++)
        if (p >= WORD[i].least)
            return WORD[i].text;
    return TEXT_NIGHT_NO;
}

/* A paragraph with any of {nilai}, {jam}, {batas}, {n}. */
static void say(struct buf *b, const struct page_model *m, const char *class_name, enum text key,
                double value, int64_t ts_ms, double limit, int n, enum lang lang)
{
    char v[FORMAT_SIZE], moment[FORMAT_SIZE], l[FORMAT_SIZE], number[FORMAT_SIZE];
    const struct text_arg args[] = {
        {"nilai", v}, {"jam", moment}, {"batas", l}, {"n", number}, {NULL, NULL}};

    (void)format_number(v, sizeof v, lang, value, 1);
    (void)format_limit(l, sizeof l, lang, limit);
    (void)format_number(number, sizeof number, lang, n, 0);
    /* a time within half a day needs no date */
    if (ts_ms - m->now_ms < 12 * HOUR_MS * 2 && m->now_ms - ts_ms < 12 * HOUR_MS)
        (void)format_clock(moment, sizeof moment, lang, ts_ms);
    else
        (void)format_moment(moment, sizeof moment, lang, ts_ms, m->now_ms);
    parts_element(b, "p", class_name, lang, key, args);
}

/* What was measured of the last hours, then the band. */
static void chart(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  const struct page_day *day, const struct night_forecast *f, const char *id,
                  enum lang lang)
{
    const struct status_limits *l = page_limits(m, p);
    struct chart_path c = {.n = (size_t)f->steps,
                           .axes = {.series = day->ready ? &day->oxygen : NULL,
                                    .from_ms = f->issue_ms - 4 * HOUR_MS,
                                    .to_ms = f->until_ms,
                                    .gap_ms = 2 * HOUR_MS,
                                    .y_min = 0,
                                    .y_max = 6,
                                    .limit = {{l->do_danger_mg_l, true}, {l->do_watch_mg_l, false}},
                                    .limits = 2,
                                    .decimals = 1,
                                    .unit = "mg/L",
                                    .id = id,
                                    .title = text_get(lang, TEXT_NIGHT_CHART),
                                    .desc = text_get(lang, TEXT_NIGHT_DESC),
                                    .lang = lang}};

    for (size_t k = 0; k < c.n; k++) {
        c.ts_ms[k] = f->issue_ms + (int64_t)(k + 1) * NIGHT_STEP_MS;
        c.p10[k] = f->path[k].p10;
        c.p50[k] = f->path[k].p50;
        c.p90[k] = f->path[k].p90;
    }
    html_raw(b, "<figure>");
    chart_path(b, &c);
    html_put(b, "<figcaption>$</figcaption></figure>\n", text_get(lang, TEXT_NIGHT_DESC));
}

/* Lowest value, how likely below the limits, from when to aerate. */
static void words(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  const struct night_forecast *f, enum lang lang)
{
    const struct status_limits *l = page_limits(m, p);
    double watch = night_p_below(f, l->do_watch_mg_l), danger = night_p_below(f, l->do_danger_mg_l);
    int64_t low_ms = scene_crossing(f, l->do_watch_mg_l);

    say(b, m, "", TEXT_NIGHT_LOWEST, f->min.p50, f->min_at_ms, NAN, 0, lang);
    say(b, m, "malam", chance_words(watch), NAN, 0, l->do_watch_mg_l, 0, lang);
    if (danger >= 0.1)
        say(b, m, "malam", chance_words(danger), NAN, 0, l->do_danger_mg_l, 0, lang);
    if (f->aerated || watch < l->night_watch)
        return;
    low_ms = (low_ms != 0 ? low_ms : f->min_at_ms) - AHEAD_MS;
    say(b, m, "act", p->pond.system == POND_SYSTEM_CAGE ? TEXT_NIGHT_START_CAGE : TEXT_NIGHT_START,
        NAN, low_ms > m->now_ms ? low_ms : m->now_ms, NAN, 0, lang);
}

static void foretold(struct buf *b, const struct page_model *m, const struct page_pond *p,
                     const struct page_day *day, const struct page_night *g, enum lang lang)
{
    const struct night_forecast *f = &g->without;

    if (g->both)
        parts_element(b, "h3", "", lang, TEXT_NIGHT_WITHOUT, NULL);
    words(b, m, p, f, lang);
    if (p->aerator && p->aerator_ms != 0)
        say(b, m, "", TEXT_NIGHT_ON, NAN, p->aerator_ms, NAN, 0, lang);
    chart(b, m, p, day, f, "malam", lang);
    if (g->both) {
        parts_element(b, "h3", "", lang, TEXT_NIGHT_WITH, NULL);
        words(b, m, p, &g->with, lang);
        chart(b, m, p, day, &g->with, "malam-kincir", lang);
    }
    if (f->basis == NIGHT_HANDHELD)
        say(b, m, "soft", TEXT_NIGHT_ONE, f->level_mg_l, f->level_ms, NAN, 0, lang);
    else
        say(b, m, "soft", TEXT_NIGHT_BASIS, NAN, f->issue_ms, NAN, f->nights, lang);
    parts_element(b, "p", "soft", lang, TEXT_NIGHT_UNTRIED, NULL);
}

/* The lowest of the night that is over. */
static void went(struct buf *b, const struct page_model *m, const struct page_pond *p,
                 const struct page_day *day, enum lang lang)
{
    int32_t today = civil_day(m->now_ms);
    int64_t to = civil_day_start(today) + OVER_HOUR * HOUR_MS, at_ms = 0;
    int64_t from = civil_day_start(today - 1) + DUSK_HOUR * HOUR_MS;
    double limit = page_limits(m, p)->do_watch_mg_l, low = INFINITY;
    int seen = 0;

    for (size_t i = 0; day->ready && i < day->oxygen.n; i++) {
        const struct series *s = &day->oxygen;
        if (s->ts_ms[i] < from || s->ts_ms[i] >= to)
            continue;
        seen++;
        if (s->value[i] < low) {
            low = s->value[i];
            at_ms = s->ts_ms[i];
        }
    }
    if (seen == 0)
        return; /* a pond without a probe */
    parts_element(b, "h2", "", lang, TEXT_NIGHT_AFTER_TITLE, NULL);
    if (seen < SEEN_ENOUGH && low >= limit) {
        parts_element(b, "p", "soft", lang, TEXT_NIGHT_AFTER_UNKNOWN, NULL);
        return;
    }
    say(b, m, "malam", TEXT_NIGHT_AFTER, low, at_ms, NAN, 0, lang);
    say(b, m, "", low < limit ? TEXT_NIGHT_AFTER_BELOW : TEXT_NIGHT_AFTER_ABOVE, NAN, 0, limit, 0,
        lang);
    for (size_t i = 0; i < m->board.nights; i++)
        if (m->board.night[i].day == today - 1 && isfinite(m->board.night[i].min_p50) &&
            strcmp(m->board.night[i].pond, p->pond.slug) == 0) {
            say(b, m, "", TEXT_NIGHT_AFTER_FORECAST, m->board.night[i].min_p50, 0, NAN, 0, lang);
            parts_element(b, "p", "soft", lang, TEXT_NIGHT_UNTRIED, NULL);
        }
}

/* Here, or at dusk by the alarm. */
static bool unread(const struct page_model *m, const struct page_pond *p,
                   const struct page_night *g)
{
    const int32_t evening = civil_day(m->now_ms - OVER_HOUR * HOUR_MS);

    if (g != NULL && (g->unread || g->asked_ms != 0))
        return g->unread;
    for (size_t i = 0; i < m->board.nights; i++)
        if (m->board.night[i].day == evening && strcmp(m->board.night[i].pond, p->pond.slug) == 0)
            return strcmp(m->board.night[i].basis, NIGHT_BASIS_UNREAD) == 0;
    return false;
}

void page_tonight(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  const struct page_day *day, enum lang lang)
{
    const struct page_night *g = day->night;
    int hour = civil_from_ts(m->now_ms).hour;

    if (hour >= OVER_HOUR && hour < AFTER_HOUR)
        went(b, m, p, day, lang);
    if (hour >= OVER_HOUR && hour < FROM_HOUR)
        return;
    if (unread(m, p, g) && (g == NULL || !g->ready || g->without.until_ms <= m->now_ms)) {
        parts_element(b, "h2", "", lang, TEXT_NIGHT_TITLE, NULL);
        parts_element(b, "p", "soft", lang, TEXT_NIGHT_UNREAD, NULL);
        return;
    }
    if (g == NULL || g->asked_ms == 0) {
        if (p->heard) {
            parts_element(b, "h2", "", lang, TEXT_NIGHT_TITLE, NULL);
            parts_element(b, "p", "soft", lang, TEXT_NIGHT_WAIT, NULL);
        }
        return;
    }
    parts_element(b, "h2", "", lang, TEXT_NIGHT_TITLE, NULL);
    if (g->ready && g->without.until_ms > m->now_ms)
        foretold(b, m, p, day, g, lang);
    else
        say(b, m, "soft", g->nights < NIGHT_NIGHTS_MIN ? TEXT_NIGHT_YOUNG : TEXT_NIGHT_BLIND, NAN,
            0, NAN, g->nights, lang);
}
