/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evening.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/scene.h"
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

/* When an aerator ran, as its relay or people said. */
static int feed_aerator(const struct rec_press *press, size_t presses, struct series_source *s,
                        const char *pond, int64_t from_ms, int64_t to_ms, struct night_model *m)
{
    struct series relay = {0};
    int rc = series_load(s, pond, METRIC_RELAY, from_ms, to_ms, NIGHT_STEP_MS, &relay);

    for (size_t i = 0; i < relay.n && rc == 0; i++)
        if (relay.value[i] >= 0.5) /* its state is told every 15 minutes at least */
            rc = night_model_aerator(m, relay.ts_ms[i], relay.ts_ms[i] + 15 * MIN_MS);
    series_free(&relay);
    if (rc == 0)
        rc = scene_aerator(press, presses, pond, to_ms, m);
    return rc == NILA_ERR_RANGE ? 0 : rc; /* a time the model does not take: it is left out */
}

static int feed(const struct look *l, struct series_source *s, const char *pond, int64_t issue_ms,
                struct night_model *m)
{
    struct rec_press *press = NULL;
    size_t presses = 0;
    struct series oxygen = {0}, temp = {0};
    size_t t = 0;
    int rc =
        series_load(s, pond, METRIC_DO_MG_L, issue_ms - BACK_MS, issue_ms, NIGHT_STEP_MS, &oxygen);

    if (rc == 0)
        rc =
            series_load(s, pond, METRIC_TEMP_C, issue_ms - BACK_MS, issue_ms, NIGHT_STEP_MS, &temp);
    for (size_t i = 0; i < oxygen.n && rc == 0; i++) {
        struct night_sample x = {
            .ts_ms = oxygen.ts_ms[i], .do_mg_l = oxygen.value[i], .temp_c = NAN, .par_w_m2 = NAN};

        while (t < temp.n && temp.ts_ms[t] < x.ts_ms)
            t++;
        if (t < temp.n && temp.ts_ms[t] == x.ts_ms)
            x.temp_c = temp.value[t];
        rc = night_model_feed(m, &x);
    }
    series_free(&oxygen);
    series_free(&temp);
    if (rc == 0)
        rc = records_presses(l->records, issue_ms - BACK_MS, issue_ms, &press, &presses);
    if (rc == 0)
        rc = feed_aerator(press, presses, s, pond, issue_ms - BACK_MS, issue_ms, m);
    free(press);
    return rc;
}

static void dusk_line(struct evening_told *out, const struct look_pond *p,
                      const struct rec_night *g, const struct night_forecast *f, int64_t now_ms)
{
    struct plan_line *line = &out->line[out->lines++];
    int64_t low_ms = g->low_ms != 0 ? g->low_ms : f->min_at_ms;

    *line = (struct plan_line){.pond = p,
                               .threshold = p->limits.do_watch_mg_l,
                               .start_ms = low_ms - AHEAD_MS > now_ms ? low_ms - AHEAD_MS : now_ms};
    for (int k = 0; k < 2; k++) {
        char clock[16], value[16];

        words_clock(clock, sizeof clock, low_ms, k == 1);
        words_number(value, sizeof value, g->min_p50, 1, k == 1);
        (void)snprintf(line->text[k], sizeof line->text[k],
                       k == 1 ? "%.50s at %s (lowest %s)" : "%.50s jam %s (terendah %s)",
                       p->pond->name, clock, value);
    }
    out->soon = out->soon || (g->low_ms != 0 && g->low_ms < now_ms + SOON_MS);
}

/* The models of all ponds of one farm: one learns from the others while its own nights are few. */
static void foretell(const struct look *l, struct night_model *const *model, size_t at,
                     double night_p, int64_t issue_ms, int64_t now_ms, struct evening_told *out)
{
    const struct look_pond *p = &l->pond[at];
    struct night_model **peer = xcalloc(l->ponds, sizeof(void *));
    struct night_ask ask = {.issue_ms = issue_ms, .peers = peer};
    struct rec_night *g = &out->night[out->nights];
    struct night_forecast f, *kept = &out->forecast[out->nights++];

    for (size_t i = 0; i < l->ponds; i++)
        if (i != at && model[i] != NULL && l->pond[i].farm == p->farm)
            peer[ask.n_peers++] = model[i];
    *g = (struct rec_night){.day = civil_day(now_ms),
                            .threshold = p->limits.do_watch_mg_l,
                            .issued_ms = issue_ms,
                            .p_below = NAN,
                            .min_p10 = NAN,
                            .min_p50 = NAN,
                            .min_p90 = NAN,
                            .lowest = NAN,
                            .seen_share = NAN};
    (void)snprintf(g->pond, sizeof g->pond, "%s", p->pond->slug);
    if (night_model_forecast(model[at], &ask, &f) == 0) {
        *kept = f;
        g->p_below = night_p_below(&f, g->threshold);
        g->min_p10 = f.min.p10;
        g->min_p50 = f.min.p50;
        g->min_p90 = f.min.p90;
        g->low_ms = scene_crossing(&f, g->threshold);
        (void)night_basis_words(&f, true, g->basis, sizeof g->basis);
        if (g->p_below >= night_p)
            dusk_line(out, p, g, &f, now_ms);
    }
    free(peer);
}

int evening_dusk(const struct look *l, struct series_source *s, double night_p, int64_t now_ms,
                 struct evening_told *out)
{
    int64_t issue_ms = now_ms - now_ms % NIGHT_STEP_MS;
    struct night_model **model = xcalloc(l->ponds, sizeof(void *));
    int rc = 0;

    *out = (struct evening_told){.line = xcalloc(l->ponds, sizeof *out->line),
                                 .night = xcalloc(l->ponds, sizeof *out->night),
                                 .forecast = xcalloc(l->ponds, sizeof *out->forecast)};
    for (size_t i = 0; i < l->ponds && rc == 0; i++) {
        if (!l->pond[i].known || l->pond[i].empty || !l->pond[i].answered)
            continue;
        model[i] = night_model_new();
        rc = feed(l, s, l->pond[i].pond->slug, issue_ms, model[i]);
    }
    for (size_t i = 0; i < l->ponds && rc == 0; i++)
        if (model[i] != NULL)
            foretell(l, model, i, night_p, issue_ms, now_ms, out);
    for (size_t i = 0; i < l->ponds; i++)
        night_model_free(model[i]);
    free(model);
    if (rc != 0)
        evening_free(out);
    return rc;
}

size_t evening_lines(const struct look *l, const struct evening_told *t, struct buf *out)
{
    size_t n = 0;

    for (size_t i = 0; i < t->nights; i++) {
        const struct night_forecast *f = &t->forecast[i];
        const struct look_pond *p = look_find(l, t->night[i].pond);
        char tags[200];

        if (p == NULL || f->steps == 0)
            continue;
        (void)snprintf(tags, sizeof tags,
                       "regency=%s,kecamatan=%s,site=%s,pond=%s", /* need no escaping */
                       regency_slug(p->farm->regency), region_kecamatan(p->farm->kecamatan)->code,
                       p->farm->slug, p->pond->slug);
        buf_printf(out,
                   "oxygen_night,%s min_p10=%.6g,min_p50=%.6g,min_p90=%.6g,min_at_ms=%lld.0,"
                   "p_below_3=%.6g,p_below_2=%.6g,p_below_1_5=%.6g,aerated=%d.0 %lld\n",
                   tags, f->min.p10, f->min.p50, f->min.p90, (long long)f->min_at_ms, f->p_below[0],
                   f->p_below[1], f->p_below[2], f->aerated, (long long)f->issue_ms);
        for (int k = 0; k < f->steps; k++) {
            const int64_t at_ms = f->issue_ms + (k + 1) * NIGHT_STEP_MS;

            buf_printf(out, "oxygen_path,%s p10=%.6g,p50=%.6g,p90=%.6g,issued_ms=%lld.0 %lld\n",
                       tags, f->path[k].p10, f->path[k].p50, f->path[k].p90, (long long)f->issue_ms,
                       (long long)at_ms);
        }
        n += 1 + (size_t)f->steps;
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
