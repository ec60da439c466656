/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pond's time for its charts: a day, a week, a cycle; read when a page asks, kept a while. */
#include "model_own.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define WEEK_MS   (7 * CIVIL_DAY_MS)
/* Means of a cycle: of a quarter of an hour, or longer when there would be more of them than a series holds. */
#define CYCLE_BUCKET_MS (15 * MINUTE_MS)
/* Weeks and cycles that are kept at once: each is up to SERIES_MAX values of two metrics. */
#define LONG_KEPT 8

/* What is in memory is served without asking again while it is younger. When it is older it is read anew behind the page, and a page
 * waits for that only when what there is lacks more than the last few points of a chart. */
static const int64_t FRESH_MS[PAGE_SPANS] = {MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS};
static const int64_t WAIT_MS[PAGE_SPANS] = {6 * MINUTE_MS, 60 * MINUTE_MS, 180 * MINUTE_MS};

static void day_release(struct page_day *d)
{
    series_free(&d->oxygen);
    series_free(&d->temp);
    *d = (struct page_day){0};
}

void model_day_drop(struct entry *e)
{
    for (int s = 0; s < PAGE_SPANS; s++)
        day_release(&e->shown[s].day);
}

bool model_day_wanted(const struct model *m, size_t *entry, enum page_span *span)
{
    /* days first: they are short, and what most people wait for */
    for (int s = 0; s < PAGE_SPANS; s++)
        for (size_t i = 0; i < m->entries; i++)
            if (m->entry[i].shown[s].wanted) {
                *entry = i;
                *span = (enum page_span)s;
                return true;
            }
    return false;
}

/* The lock is held. */
static int64_t begins_ms(const struct model *m, size_t i, enum page_span span, int64_t now_ms)
{
    long cycle;

    if (span == PAGE_SPAN_DAY)
        return now_ms - CIVIL_DAY_MS;
    cycle = span == PAGE_SPAN_CYCLE ? records_open_cycle(m->snapshot, i, civil_day(now_ms)) : -1;
    return cycle < 0 ? now_ms - WEEK_MS : civil_day_start(m->snapshot->cycle[cycle].stocked_day);
}

/* Whole minutes, so that no more than SERIES_MAX fit. */
static int64_t bucket_ms(enum page_span span, int64_t wide_ms)
{
    int64_t least = (wide_ms / (SERIES_MAX - 1) / MINUTE_MS + 1) * MINUTE_MS;

    if (span != PAGE_SPAN_CYCLE)
        return 5 * MINUTE_MS;
    return least > CYCLE_BUCKET_MS ? least : CYCLE_BUCKET_MS;
}

/* Frees the oldest week or cycle while more than LONG_KEPT are there. */
static void keep_few(struct model *m)
{
    for (;;) {
        struct shown *oldest = NULL;
        int n = 0;

        for (size_t i = 0; i < m->entries; i++)
            for (int s = PAGE_SPAN_WEEK; s < PAGE_SPANS; s++) {
                struct shown *k = &m->entry[i].shown[s];
                if (!k->day.ready)
                    continue;
                n++;
                if (oldest == NULL || k->mono_ms < oldest->mono_ms)
                    oldest = k;
            }
        if (n <= LONG_KEPT)
            return;
        day_release(&oldest->day);
    }
}

bool model_day_read(struct model *m, size_t i, enum page_span span)
{
    struct page_day day = {.ready = true, .span = span};
    char slug[SLUG_SIZE];
    int64_t bucket;
    long at;
    bool well;

    memcpy(slug, m->entry[i].slug, sizeof slug);
    day.to_ms = clock_wall_ms();
    day.from_ms = begins_ms(m, i, span, day.to_ms);
    pthread_mutex_unlock(&m->lock);
    bucket = bucket_ms(span, day.to_ms - day.from_ms);
    well = series_load(m->c.series, slug, METRIC_DO_MG_L, day.from_ms, day.to_ms, bucket,
                       &day.oxygen) == 0 &&
           series_load(m->c.series, slug, METRIC_TEMP_C, day.from_ms, day.to_ms, bucket,
                       &day.temp) == 0;
    pthread_mutex_lock(&m->lock);
    at = model_entry_find(m, slug); /* the records may have changed meanwhile */
    if (at >= 0)
        m->entry[at].shown[span].wanted = false;
    if (well && at >= 0) {
        struct shown *k = &m->entry[at].shown[span];
        struct page_day old = k->day;
        k->day = day;
        k->mono_ms = clock_mono_ms();
        day = old;
        keep_few(m);
    }
    day_release(&day);
    pthread_cond_broadcast(&m->changed);
    return well;
}

static struct series copy_series(const struct series *s)
{
    struct series c = *s;

    c.ts_ms = xcalloc(s->n, sizeof *c.ts_ms);
    c.value = xcalloc(s->n, sizeof *c.value);
    if (s->n > 0) {
        memcpy(c.ts_ms, s->ts_ms, s->n * sizeof *c.ts_ms);
        memcpy(c.value, s->value, s->n * sizeof *c.value);
    }
    return c;
}

/* What was read a while ago (the database is away) is shown as what is left of it up to now. */
static void day_until_now(struct page_day *d)
{
    int64_t now = clock_wall_ms(), late = now - d->to_ms;

    if (late < 2 * FRESH_MS[d->span])
        return;
    d->to_ms = now;
    if (d->span == PAGE_SPAN_CYCLE)
        return; /* it begins where it began */
    d->from_ms += late;
    series_drop_before(&d->oxygen, d->from_ms);
    series_drop_before(&d->temp, d->from_ms);
}

/* --- what the records say --- */

static void event(struct page_day *d, int64_t ts_ms, enum page_event_kind kind, double value,
                  double of)
{
    if (d->events == PAGE_EVENTS_MAX) {
        memmove(d->event, d->event + 1, (PAGE_EVENTS_MAX - 1) * sizeof d->event[0]);
        d->events--;
        d->events_left++;
    }
    d->event[d->events++] = (struct page_event){ts_ms, kind, value, of};
}

static int by_time(const void *a, const void *b)
{
    const struct page_event *x = a, *y = b;

    return (x->ts_ms > y->ts_ms) - (x->ts_ms < y->ts_ms);
}

static int64_t noon(int32_t day)
{
    return civil_day_start(day) + CIVIL_DAY_MS / 2;
}

/* The figures of the cycle today: the snapshot may have been read on another day, and holds every other cycle's rows too. */
static void figures_of(const struct records_snapshot *s, size_t cycle, const struct rec_events *p,
                       struct page_cycle *c)
{
    struct records_snapshot own = *s;

    own.as_of_ms = clock_wall_ms();
    own.feed = p->feed;
    own.feeds = p->feeds;
    own.sample = p->sample;
    own.samples = p->samples;
    own.death = p->death;
    own.deaths = p->deaths;
    own.harvest = p->harvest;
    own.harvests = p->harvests;
    *c = (struct page_cycle){.known = true, .money = true};
    derived_of_cycle(&own, cycle, &c->derived);
    derived_to_target(&c->derived, PAGE_TARGET_G, NULL, &c->target);
    for (size_t i = 0; i < p->harvests; i++)
        if (isfinite(p->harvest[i].price_idr_kg))
            c->priced_kg += p->harvest[i].kg;
}

/* When there is no room for all, deaths go first: they are the most, and the least of them matters least. */
static void events_of(const struct rec_events *p, const struct rec_cycle *c, struct page_day *d)
{
    for (size_t i = 0; i < p->deaths; i++)
        event(d, noon(p->death[i].day), EVENT_DEATH, p->death[i].count, NAN);
    for (size_t i = 0; i < p->samples; i++)
        event(d, noon(p->sample[i].day), EVENT_SAMPLE, p->sample[i].fish, p->sample[i].mean_g);
    for (size_t i = 0; i < p->harvests; i++)
        event(d, noon(p->harvest[i].day), EVENT_HARVEST, p->harvest[i].kg,
              p->harvest[i].fish_per_kg);
    event(d, noon(c->stocked_day), EVENT_STOCKED, c->count, c->mass_g);
}

static void pressed(const struct page_board *b, const char *slug, struct page_day *d)
{
    static const enum page_event_kind KIND[] = {[PRESS_GASPING] = EVENT_GASPING,
                                                [PRESS_AERATOR_ON] = EVENT_AERATOR_ON,
                                                [PRESS_AERATOR_OFF] = EVENT_AERATOR_OFF,
                                                [PRESS_RIVER_ACID] = EVENT_RIVER,
                                                [PRESS_OXYGEN] = EVENT_OXYGEN};

    for (size_t i = 0; i < b->presses; i++)
        if (strcmp(b->press[i].pond, slug) == 0 &&
            (size_t)b->press[i].kind < sizeof KIND / sizeof KIND[0])
            event(d, b->press[i].at_ms, KIND[b->press[i].kind], b->press[i].value, NAN);
}

/* The lock is held. */
static void records_say(const struct model *m, size_t i, struct page_day *d)
{
    long cycle = records_open_cycle(m->snapshot, i, civil_day(clock_wall_ms()));
    struct rec_events part;

    d->cycle = (struct page_cycle){.known = false};
    if (cycle < 0)
        return;
    records_events_of(m->snapshot, (size_t)cycle, &part);
    figures_of(m->snapshot, (size_t)cycle, &part, &d->cycle);
    events_of(&part, &m->snapshot->cycle[cycle], d);
}

void model_day(struct model *m, const char *slug, enum page_span span, int64_t wait,
               struct page_day *out)
{
    int64_t until = clock_mono_ms() + wait, now;
    struct board_view *board;
    long i;

    *out = (struct page_day){.span = span};
    pthread_mutex_lock(&m->lock);
    i = model_entry_find(m, slug);
    now = clock_mono_ms();
    if (i >= 0 && m->c.series != NULL && m->away_since_ms == 0) {
        const struct shown *k = &m->entry[i].shown[span];
        const int64_t age = k->day.ready ? now - k->mono_ms : INT64_MAX;

        if (age > FRESH_MS[span] && !k->wanted) {
            m->entry[i].shown[span].wanted = true;
            pthread_cond_broadcast(&m->changed);
        }
        while (age > WAIT_MS[span] && i >= 0 && m->entry[i].shown[span].wanted && !m->stop &&
               now < until) {
            model_wait_ms(m, until - now);
            i = model_entry_find(m, slug);
            now = clock_mono_ms();
        }
    }
    if (i >= 0 && m->entry[i].shown[span].day.ready) {
        *out = m->entry[i].shown[span].day;
        out->oxygen = copy_series(&out->oxygen);
        out->temp = copy_series(&out->temp);
        day_until_now(out);
    }
    if (i >= 0)
        records_say(m, (size_t)i, out);
    pthread_mutex_unlock(&m->lock);
    board = board_take(m->board, clock_wall_ms());
    pressed(board_known(board), slug, out);
    board_release(board);
    if (out->events > 0)
        qsort(out->event, out->events, sizeof out->event[0], by_time);
    out->night = xcalloc(1, sizeof *out->night);
    if (!nights_of(m->nights, slug, out->night)) {
        free(out->night);
        out->night = NULL;
    }
}

void model_day_free(struct page_day *d)
{
    series_free(&d->oxygen);
    series_free(&d->temp);
    free(d->night);
}
