/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evening.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/handheld.h"
#include "analytics/scene.h"
#include "analytics/water/night_source.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

#define MIN_MS   ((int64_t)60 * 1000)
#define HOUR_MS  (60 * MIN_MS)
#define SOON_MS  (90 * MIN_MS)
#define AHEAD_MS HOUR_MS /* the aerator is to run an hour before the oxygen is low: assumption */
#define BACK_MS  ((NIGHT_WINDOW + 2) * CIVIL_DAY_MS)
/* A night is from 18:00 to 07:00; it was seen when half of its 10-minute means are there. */
#define NIGHT_MS    (13 * HOUR_MS)
#define NIGHT_PARTS 78.0
static const double SEEN_ENOUGH = 0.5;
enum {
    NOTICE_NIGHTS = 7,
    NOTICE_LEAST = 3,
    JUDGE_DAYS = 3
};

void evening_free(struct evening_told *t)
{
    free(t->line);
    free(t->night);
    free(t->forecast);
    free(t->aerated);
    *t = (struct evening_told){0};
}

static int64_t dusk_of(int32_t day)
{
    return civil_day_start(day) + 18 * HOUR_MS;
}

/* Lowest 10-minute mean of the night that began on day, and how much of it was seen. */
static double lowest_of(const struct series *oxygen, int32_t day, double *share)
{
    int64_t from = dusk_of(day), n = 0;
    double lowest = NAN;

    for (size_t i = 0; i < oxygen->n; i++)
        if (oxygen->ts_ms[i] >= from && oxygen->ts_ms[i] < from + NIGHT_MS) {
            lowest = fmin(lowest, oxygen->value[i]); /* NaN is left out */
            n++;
        }
    *share = (double)n / NIGHT_PARTS;
    return lowest;
}

/* --- 15:30 --- */

static void notice_line(struct evening_told *out, const struct look_pond *p, int low, int seen)
{
    struct plan_line *line = &out->line[out->lines++];

    *line = (struct plan_line){.pond = p, .threshold = p->limits.do_watch_mg_l};
    (void)snprintf(line->text[0], sizeof line->text[0], "%.60s %d dari %d malam", p->pond->name,
                   low, seen);
    (void)snprintf(line->text[1], sizeof line->text[1], "%.60s %d of %d nights", p->pond->name, low,
                   seen);
}

int evening_notice(const struct look *l, struct series_source *s, int64_t now_ms,
                   struct evening_told *out)
{
    int32_t today = civil_day(now_ms);
    int rc = 0;

    *out = (struct evening_told){.line = xcalloc(l->ponds, sizeof *out->line)};
    for (size_t i = 0; i < l->ponds && rc == 0; i++) {
        const struct look_pond *p = &l->pond[i];
        struct series oxygen = {0};
        int low = 0, seen = 0;

        if (!p->known || p->empty || !p->answered)
            continue;
        rc = series_load(s, p->pond->slug, METRIC_DO_MG_L, dusk_of(today - NOTICE_NIGHTS), now_ms,
                         NIGHT_STEP_MS, &oxygen);
        for (int32_t day = today - NOTICE_NIGHTS; day < today && rc == 0; day++) {
            double share, lowest = lowest_of(&oxygen, day, &share);
            bool below = lowest < p->limits.do_watch_mg_l;

            seen += share >= SEEN_ENOUGH || below;
            low += below;
        }
        if (rc == 0 && seen >= NOTICE_LEAST && 2 * low >= seen)
            notice_line(out, p, low, seen);
        series_free(&oxygen);
    }
    if (rc != 0)
        evening_free(out);
    return rc;
}

/* --- dusk --- */

/* What one evening's forecasts are made of. */
struct dusk {
    const struct look *l;
    struct series_source *series;
    struct rec_press *press; /* aerators switched, oxygen measured by hand */
    size_t presses;
    struct night_model *
        *model; /* one a pond; NULL: it has no probe, or the source does not answer */
    int64_t now_ms, issue_ms;
};

static int load_model(const struct dusk *d, const char *pond, struct night_model **out)
{
    int rc = night_source_load(d->series, pond, d->issue_ms, true, out);

    return rc != 0 ? rc : scene_aerator(d->press, d->presses, pond, d->issue_ms, *out);
}

/* The lowest value for people: without the aerator, and with it where that is known; or that it is of one reading. */
static void lowest_words(char *out, size_t size, const struct night_forecast *f,
                         const struct night_forecast *with, bool english)
{
    char value[16], aerated[16];

    words_number(value, sizeof value, f->min.p50, 1, english);
    if (with->steps > 0) {
        words_number(aerated, sizeof aerated, with->min.p50, 1, english);
        (void)snprintf(out, size,
                       english ? "lowest %s, with aerator %s" : "terendah %s, dengan kincir %s",
                       value, aerated);
    } else if (f->basis == NIGHT_HANDHELD) {
        (void)snprintf(out, size,
                       english ? "lowest %s, from one reading" : "terendah %s, satu pengukuran",
                       value);
    } else {
        (void)snprintf(out, size, english ? "lowest %s" : "terendah %s", value);
    }
}

static void dusk_line(struct evening_told *out, const struct look_pond *p,
                      const struct rec_night *g, int64_t now_ms)
{
    const struct night_forecast *f = &out->forecast[out->nights - 1];
    struct plan_line *line = &out->line[out->lines++];
    int64_t low_ms = g->low_ms != 0 ? g->low_ms : f->min_at_ms;

    *line = (struct plan_line){.pond = p,
                               .threshold = p->limits.do_watch_mg_l,
                               .start_ms = low_ms - AHEAD_MS > now_ms ? low_ms - AHEAD_MS : now_ms};
    for (int k = 0; k < 2; k++) {
        char clock[16], lowest[80];

        words_clock(clock, sizeof clock, low_ms, k == 1);
        lowest_words(lowest, sizeof lowest, f, &out->aerated[out->nights - 1], k == 1);
        (void)snprintf(line->text[k], sizeof line->text[k],
                       k == 1 ? "%.50s at %s (%s)" : "%.50s jam %s (%s)", p->pond->name, clock,
                       lowest);
        (void)snprintf(line->brief[k], sizeof line->brief[k],
                       k == 1 ? "%.50s at %s" : "%.50s jam %s", p->pond->name, clock);
    }
    out->soon = out->soon || (g->low_ms != 0 && g->low_ms < now_ms + SOON_MS);
}

/* From the pond's own nights, with what other ponds of the farm know; or from one reading of this evening: of the series when its
 * nights are few, on record also when its probe is silent or there is none. *made false: neither. */
static int predict(const struct dusk *d, size_t at, struct night_forecast *f,
                   struct night_forecast *with, bool *made)
{
    const struct look_pond *p = &d->l->pond[at];
    struct night_model **peer = xcalloc(d->l->ponds, sizeof(void *));
    struct night_ask ask = {.issue_ms = d->issue_ms, .peers = peer};
    struct handheld_ask hand = {.press = d->press,
                                .presses = d->presses,
                                .pond = p->pond->slug,
                                .now_ms = d->now_ms,
                                .peers = peer};
    int natural = 0, aerated = 0, rc = 0;

    for (size_t i = 0; i < d->l->ponds; i++)
        if (i != at && d->model[i] != NULL && d->l->pond[i].farm == p->farm)
            peer[ask.n_peers++] = d->model[i];
    hand.n_peers = ask.n_peers;
    *made = d->model[at] != NULL && night_model_forecast(d->model[at], &ask, f) == 0;
    ask.aerated = true;
    if (*made && night_model_forecast(d->model[at], &ask, with) != 0)
        with->steps = 0; /* not known */
    if (d->model[at] != NULL)
        night_model_nights(d->model[at], d->issue_ms, &natural, &aerated);
    if (d->model[at] != NULL && natural < NIGHT_NIGHTS_MIN)
        hand.series = d->series;
    if (!*made)
        rc = handheld_night(&hand, f, made);
    free(peer);
    return rc;
}

/* late: only what a reading by hand tells. */
static int foretell(const struct dusk *d, size_t at, double night_p, bool late,
                    struct evening_told *out)
{
    const struct look_pond *p = &d->l->pond[at];
    struct rec_night *g = &out->night[out->nights];
    struct night_forecast *f = &out->forecast[out->nights];
    bool made = false;
    int rc = predict(d, at, f, &out->aerated[out->nights], &made);

    if (rc != 0 || (!made && (late || d->model[at] == NULL)) ||
        (late && f->basis != NIGHT_HANDHELD))
        return rc;
    out->nights++;
    *g = (struct rec_night){.day = civil_day(d->now_ms),
                            .threshold = p->limits.do_watch_mg_l,
                            .issued_ms = d->issue_ms,
                            .p_below = NAN,
                            .min_p10 = NAN,
                            .min_p50 = NAN,
                            .min_p90 = NAN,
                            .lowest = NAN,
                            .seen_share = NAN};
    (void)snprintf(g->pond, sizeof g->pond, "%s", p->pond->slug);
    if (!made)
        return 0;
    g->p_below = night_p_below(f, g->threshold);
    g->min_p10 = f->min.p10;
    g->min_p50 = f->min.p50;
    g->min_p90 = f->min.p90;
    g->low_ms = scene_crossing(f, g->threshold);
    (void)night_basis_words(f, true, g->basis, sizeof g->basis);
    if (g->p_below >= night_p)
        dusk_line(out, p, g, d->now_ms);
    return 0;
}

/* The farm's other ponds know something of a pond that is wanted. */
static bool of_wanted_farm(const struct look *l, const bool *wanted, const struct rec_farm *farm)
{
    bool any = wanted == NULL;

    for (size_t i = 0; i < l->ponds && !any; i++)
        any = wanted[i] && l->pond[i].farm == farm;
    return any;
}

/* wanted: one a pond, NULL: all, and not late. */
static int dusk_of_ponds(const struct look *l, struct series_source *s, double night_p,
                         int64_t now_ms, const bool *wanted, struct evening_told *out)
{
    struct dusk d = {.l = l,
                     .series = s,
                     .model = xcalloc(l->ponds, sizeof(void *)),
                     .now_ms = now_ms,
                     .issue_ms = now_ms - now_ms % NIGHT_STEP_MS};
    int rc = records_presses(l->records, now_ms - BACK_MS, now_ms + 1, &d.press, &d.presses);

    *out = (struct evening_told){.line = xcalloc(l->ponds, sizeof *out->line),
                                 .night = xcalloc(l->ponds, sizeof *out->night),
                                 .forecast = xcalloc(l->ponds, sizeof *out->forecast),
                                 .aerated = xcalloc(l->ponds, sizeof *out->aerated)};
    for (size_t i = 0; i < l->ponds && rc == 0; i++)
        if (l->pond[i].known && !l->pond[i].empty && l->pond[i].answered &&
            of_wanted_farm(l, wanted, l->pond[i].farm))
            rc = load_model(&d, l->pond[i].pond->slug, &d.model[i]);
    for (size_t i = 0; i < l->ponds && rc == 0; i++)
        if (!l->pond[i].empty && (wanted == NULL || wanted[i]))
            rc = foretell(&d, i, night_p, wanted != NULL, out);
    for (size_t i = 0; i < l->ponds; i++)
        night_model_free(d.model[i]);
    free(d.model);
    free(d.press);
    if (rc != 0)
        evening_free(out);
    return rc;
}

int evening_dusk(const struct look *l, struct series_source *s, double night_p, int64_t now_ms,
                 struct evening_told *out)
{
    return dusk_of_ponds(l, s, night_p, now_ms, NULL, out);
}

static bool warned(const struct rec_night *known, size_t n, const char *pond, int32_t day)
{
    for (size_t i = 0; i < n; i++)
        if (known[i].day == day && known[i].warned_ms != 0 && strcmp(known[i].pond, pond) == 0)
            return true;
    return false;
}

int evening_late(const struct look *l, struct series_source *s, double night_p, int64_t now_ms,
                 const struct rec_night *known, size_t n_known, struct evening_told *out)
{
    const int32_t today = civil_day(now_ms);
    bool *wanted = xcalloc(l->ponds, sizeof *wanted);
    int rc;

    for (size_t k = 0; k < l->presses; k++)
        for (size_t i = 0; i < l->ponds && l->press[k].kind == PRESS_OXYGEN &&
                           l->press[k].at_ms >= dusk_of(today);
             i++)
            if (strcmp(l->pond[i].slug, l->press[k].pond) == 0)
                wanted[i] = !warned(known, n_known, l->pond[i].slug, today);
    rc = dusk_of_ponds(l, s, night_p, now_ms, wanted, out);
    free(wanted);
    return rc;
}

size_t evening_lines(const struct look *l, const struct evening_told *t, struct buf *out)
{
    size_t n = 0;

    for (size_t i = 0; i < t->nights; i++) {
        const struct look_pond *p = look_find(l, t->night[i].pond);
        const struct night_forecast *both[] = {&t->forecast[i], &t->aerated[i]};
        struct night_place where;

        if (p == NULL)
            continue;
        where = (struct night_place){regency_slug(p->farm->regency),
                                     region_kecamatan(p->farm->kecamatan)->code, p->farm->slug,
                                     p->pond->slug};
        for (size_t k = 0; k < 2; k++)
            if (both[k]->steps > 0) {
                night_lines(out, &where, both[k]);
                n += both[k]->aerated ? 1 : 1 + (size_t)both[k]->steps;
            }
    }
    return n;
}

/* --- the morning after --- */

static int judge_one(struct records *r, struct series_source *s, struct rec_night *g,
                     int64_t now_ms)
{
    struct series oxygen = {0};
    int rc = series_load(s, g->pond, METRIC_DO_MG_L, dusk_of(g->day), dusk_of(g->day) + NIGHT_MS,
                         NIGHT_STEP_MS, &oxygen);

    if (rc == 0) {
        g->lowest = lowest_of(&oxygen, g->day, &g->seen_share);
        g->judged_ms = now_ms;
        rc = records_night_store(r, g);
    }
    series_free(&oxygen);
    return rc;
}

int evening_judge(struct records *r, struct series_source *s, int64_t now_ms)
{
    int32_t today = civil_day(now_ms);
    struct rec_night *list = NULL;
    size_t n = 0;
    int rc = records_nights(r, today - JUDGE_DAYS, today - 1, &list, &n);

    for (size_t i = 0; i < n && rc == 0; i++)
        if (list[i].judged_ms == 0)
            rc = judge_one(r, s, &list[i], now_ms);
    free(list);
    return rc;
}
