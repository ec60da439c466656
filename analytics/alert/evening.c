/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evening.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    JUDGE_DAYS = 3,
    BEAT_HOURS = 12
};

static int64_t dusk_of(int32_t day)
{
    return civil_day_start(day) + 18 * HOUR_MS;
}

/* --- a round --- */

static void item_drop(struct evening_item *i)
{
    night_reading_free(i->reading);
    night_model_free(i->model);
    free(i->forecast);
    i->reading = NULL;
    i->model = NULL;
    i->forecast = NULL;
}

void evening_free(struct evening_work *k)
{
    if (k == NULL)
        return;
    for (size_t i = 0; i < k->items; i++)
        item_drop(&k->item[i]);
    free(k->item);
    free(k->press);
    free(k);
}

static struct evening_item *add_item(struct evening_work *k, const char *pond, const char *farm)
{
    struct evening_item *i;

    k->item = xrealloc(k->item, k->items + 1, sizeof *k->item);
    i = &k->item[k->items++];
    *i = (struct evening_item){.lowest = NAN};
    (void)snprintf(i->pond, sizeof i->pond, "%s", pond);
    (void)snprintf(i->farm, sizeof i->farm, "%s", farm);
    return i;
}

static const struct rec_night *night_of(const struct rec_night *known, size_t n, const char *pond,
                                        int32_t day)
{
    for (size_t i = 0; i < n; i++)
        if (known[i].day == day && strcmp(known[i].pond, pond) == 0)
            return &known[i];
    return NULL;
}

static bool measured_by_hand(const struct look *l, const char *pond, int64_t since_ms)
{
    for (size_t i = 0; i < l->presses; i++)
        if (l->press[i].kind == PRESS_OXYGEN && l->press[i].at_ms >= since_ms &&
            strcmp(l->press[i].pond, pond) == 0)
            return true;
    return false;
}

/* Is something to be made of this pond? */
static bool wants(const struct evening_work *k, const struct look *l, const struct look_pond *p,
                  const struct rec_night *known, size_t n)
{
    const int32_t today = civil_day(k->now_ms);
    const struct rec_night *g = night_of(known, n, p->slug, today);

    switch (k->kind) {
    case EVENING_NOTICE:
        return !p->empty && (p->known || !p->answered);
    case EVENING_DUSK:
        return !p->empty && (g == NULL || strcmp(g->basis, NIGHT_BASIS_UNREAD) == 0);
    case EVENING_LATE:
        return !p->empty && (g == NULL || g->warned_ms == 0) &&
               measured_by_hand(l, p->slug, dusk_of(today));
    case EVENING_BEAT:
        return p->known;
    case EVENING_JUDGE:
        break;
    }
    return false;
}

/* The ponds of one farm, if any is wanted; with those of a late reading the others, of which it is learned. */
static void add_farm(struct evening_work *k, const struct look *l, const struct rec_farm *farm,
                     const struct rec_night *known, size_t n)
{
    bool any = false;

    for (size_t i = 0; i < l->ponds; i++)
        any = any || (l->pond[i].farm == farm && wants(k, l, &l->pond[i], known, n));
    for (size_t i = 0; i < l->ponds && any; i++) {
        const struct look_pond *p = &l->pond[i];
        const bool wanted = p->farm == farm && wants(k, l, p, known, n);

        if (p->farm != farm || (!wanted && (k->kind != EVENING_LATE || p->empty)))
            continue;
        add_item(k, p->slug, farm->slug)->peer = !wanted;
        if (k->kind == EVENING_DUSK) /* it was said before a restart */
            k->item[k->items - 1].said = night_of(known, n, p->slug, civil_day(k->now_ms)) != NULL;
    }
}

static int add_nights(struct evening_work *k, struct records *r)
{
    const int32_t today = civil_day(k->now_ms);
    struct rec_night *list = NULL;
    size_t n = 0;
    int rc = records_nights(r, today - JUDGE_DAYS, today - 1, &list, &n);

    for (size_t i = 0; i < n; i++)
        if (list[i].judged_ms == 0)
            add_item(k, list[i].pond, "")->night = list[i];
    free(list);
    return rc;
}

static int load_presses(struct evening_work *k, const struct look *l)
{
    struct rec_press *press = NULL;
    size_t n = 0;
    int rc = 0;

    if (k->kind == EVENING_DUSK || k->kind == EVENING_LATE)
        rc = records_presses(l->records, k->now_ms - BACK_MS, k->now_ms + 1, &press, &n);
    if (rc != 0)
        return rc;
    free(k->press);
    k->press = press;
    k->presses = n;
    return 0;
}

static void start(struct evening_work *k, int64_t now_ms)
{
    k->now_ms = now_ms;
    k->issue_ms = now_ms - now_ms % NIGHT_STEP_MS;
    k->next = k->first = 0;
    k->foretelling = k->ended = false;
}

int evening_begin(struct evening_work **out, enum evening_kind kind, const struct look *l,
                  int64_t now_ms, const struct rec_night *known, size_t n_known)
{
    struct evening_work *k = xcalloc(1, sizeof *k);
    int rc;

    k->kind = kind;
    start(k, now_ms);
    rc = load_presses(k, l);
    if (rc == 0 && kind == EVENING_JUDGE)
        rc = add_nights(k, l->records);
    for (size_t f = 0; rc == 0 && kind != EVENING_JUDGE && f < l->snap->farms; f++)
        add_farm(k, l, &l->snap->farm[f], known, n_known);
    if (rc != 0)
        evening_free(k);
    else
        *out = k;
    return rc;
}

int evening_again(struct evening_work *k, const struct look *l, int64_t now_ms)
{
    start(k, now_ms);
    for (size_t i = 0; i < k->items; i++)
        if (k->item[i].state == EVENING_UNREAD) {
            k->item[i].state = EVENING_WAITS;
            k->item[i].told = false;
            night_reading_free(k->item[i].reading);
            k->item[i].reading = NULL;
        }
    return load_presses(k, l);
}

size_t evening_unread(const struct evening_work *k)
{
    size_t n = 0;

    for (size_t i = 0; i < k->items; i++)
        n += k->item[i].state == EVENING_UNREAD && !k->item[i].peer;
    return n;
}

/* --- one read a pond --- */

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

static int read_notice(const struct evening_work *k, struct evening_item *i,
                       const struct look_pond *p, struct series_source *s)
{
    const int32_t today = civil_day(k->now_ms);
    struct series oxygen = {0};
    int rc = series_load(s, i->pond, METRIC_DO_MG_L, dusk_of(today - NOTICE_NIGHTS), k->now_ms,
                         NIGHT_STEP_MS, &oxygen);

    i->low = i->seen = 0;
    for (int32_t day = today - NOTICE_NIGHTS; day < today && rc == 0; day++) {
        double share, lowest = lowest_of(&oxygen, day, &share);
        bool below = lowest < p->limits.do_watch_mg_l;

        i->seen += share >= SEEN_ENOUGH || below;
        i->low += below;
    }
    series_free(&oxygen);
    return rc;
}

static int read_beat(const struct evening_work *k, struct evening_item *i, struct series_source *s)
{
    struct series oxygen = {0};
    int rc = series_load(s, i->pond, METRIC_DO_MG_L, k->now_ms - BEAT_HOURS * HOUR_MS, k->now_ms,
                         10 * MIN_MS, &oxygen);

    for (size_t n = 0; n < oxygen.n; n++)
        if (isnan(i->lowest) || oxygen.value[n] < i->lowest) {
            i->lowest = oxygen.value[n];
            i->lowest_ms = oxygen.ts_ms[n];
        }
    series_free(&oxygen);
    return rc;
}

static int judge(struct evening_item *i, struct records *r, struct series_source *s, int64_t now_ms)
{
    struct rec_night *g = &i->night;
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

static void read_one(struct evening_work *k, const struct look *l, struct series_source *s,
                     int64_t now_ms)
{
    struct evening_item *i = &k->item[k->next++];
    const struct look_pond *p = look_find(l, i->pond);
    int rc = 0;

    if (i->state != EVENING_WAITS)
        return;
    if (p == NULL && k->kind != EVENING_JUDGE) { /* it was taken off the records meanwhile */
        i->state = EVENING_NOTHING;
        return;
    }
    if (k->kind == EVENING_JUDGE)
        rc = judge(i, l->records, s, now_ms);
    else if (!p->answered)
        rc = p->failed != 0 ? p->failed : NILA_ERR_TIMEOUT;
    else if (k->kind == EVENING_BEAT)
        rc = read_beat(k, i, s);
    else if (p->known)
        rc = read_notice(k, i, p, s);
    i->failed = rc;
    i->state = rc == 0 ? EVENING_MADE : EVENING_UNREAD; /* why: told by series */
}

bool evening_step(struct evening_work *k, const struct look *l, struct series_source *s,
                  int64_t now_ms)
{
    if (k->next >= k->items)
        return false;
    if (k->kind == EVENING_DUSK || k->kind == EVENING_LATE)
        evening_dusk_step(k, l, s);
    else
        read_one(k, l, s, now_ms);
    return true;
}

/* --- what is told --- */

void evening_told_free(struct evening_told *t)
{
    free(t->line);
    free(t->night);
    free(t->item);
    *t = (struct evening_told){0};
}

static void notice_line(struct evening_told *out, const struct look_pond *p, int low, int seen)
{
    struct plan_line *line = &out->line[out->lines++];

    *line = (struct plan_line){.pond = p, .threshold = p->limits.do_watch_mg_l};
    (void)snprintf(line->text[0], sizeof line->text[0], "%.60s %d dari %d malam", p->pond->name,
                   low, seen);
    (void)snprintf(line->text[1], sizeof line->text[1], "%.60s %d of %d nights", p->pond->name, low,
                   seen);
}

/* The lowest value for people: without the aerator, and with it where that is known; or that it is of one reading. */
static void lowest_words(char *out, size_t size, const struct night_forecast *f,
                         const struct night_forecast *with, bool english)
{
    char value[16];

    words_number(value, sizeof value, f->min.p50, 1, english);
    if (with->steps > 0) {
        char aerated[16];

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
                      const struct evening_item *i, int64_t now_ms)
{
    const struct night_forecast *f = &i->forecast[0];
    const struct rec_night *g = &i->night;
    struct plan_line *line = &out->line[out->lines++];
    int64_t low_ms = g->low_ms != 0 ? g->low_ms : f->min_at_ms;

    *line = (struct plan_line){.pond = p,
                               .threshold = p->limits.do_watch_mg_l,
                               .start_ms = low_ms - AHEAD_MS > now_ms ? low_ms - AHEAD_MS : now_ms};
    for (int k = 0; k < 2; k++) {
        char clock[16], lowest[80];

        words_clock(clock, sizeof clock, low_ms, k == 1);
        lowest_words(lowest, sizeof lowest, f, &i->forecast[1], k == 1);
        (void)snprintf(line->text[k], sizeof line->text[k],
                       k == 1 ? "%.50s at %s (%s)" : "%.50s jam %s (%s)", p->pond->name, clock,
                       lowest);
        (void)snprintf(line->brief[k], sizeof line->brief[k],
                       k == 1 ? "%.50s at %s" : "%.50s jam %s", p->pond->name, clock);
    }
    out->soon = out->soon || (g->low_ms != 0 && g->low_ms < now_ms + SOON_MS);
}

/* What is stored of an item, and its line. */
static void tell_item(struct evening_told *out, const struct evening_work *k,
                      struct evening_item *i, const struct look_pond *p, double night_p,
                      int64_t now_ms)
{
    if (k->kind == EVENING_NOTICE) {
        out->item[out->nights++] = i;
        if (i->seen >= NOTICE_LEAST && 2 * i->low >= i->seen)
            notice_line(out, p, i->low, i->seen);
        return;
    }
    out->item[out->nights] = i;
    out->night[out->nights++] = i->night;
    out->made += i->state == EVENING_MADE;
    if (i->state == EVENING_MADE && i->night.p_below >= night_p) /* false for NaN */
        dusk_line(out, p, i, now_ms);
}

void evening_tell(const struct evening_work *k, const struct look *l, double night_p,
                  int64_t now_ms, struct evening_told *out)
{
    *out = (struct evening_told){.line = xcalloc(k->items, sizeof *out->line),
                                 .night = xcalloc(k->items, sizeof *out->night),
                                 .item = xcalloc(k->items, sizeof(void *))};
    for (size_t i = 0; i < k->items; i++) {
        struct evening_item *one = &k->item[i];
        const struct look_pond *p = look_find(l, one->pond);
        const bool unread = one->state == EVENING_UNREAD && k->kind == EVENING_DUSK;

        if (p != NULL && !one->peer && !one->told && (one->state == EVENING_MADE || unread))
            tell_item(out, k, one, p, night_p, now_ms);
    }
}

size_t evening_lines(const struct look *l, const struct evening_told *t, struct buf *out)
{
    size_t n = 0;

    for (size_t i = 0; i < t->nights; i++) {
        const struct look_pond *p = look_find(l, t->night[i].pond);
        const struct night_forecast *both = t->item[i]->forecast;
        struct night_place where;

        if (p == NULL || both == NULL)
            continue;
        where = (struct night_place){regency_slug(p->farm->regency),
                                     region_kecamatan(p->farm->kecamatan)->code, p->farm->slug,
                                     p->pond->slug};
        for (size_t k = 0; k < 2; k++)
            if (both[k].steps > 0) {
                night_lines(out, &where, &both[k]);
                n += both[k].aerated ? 1 : 1 + (size_t)both[k].steps;
            }
    }
    return n;
}
