/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "analytics/scene.h"
#include "analytics/web/filesign.h"
#include "analytics/web/model_accuracy.h"
#include "analytics/web/model_forecast.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS   (60 * MINUTE_MS)
#define BUCKET_MS (5 * MINUTE_MS)
/* After a whole look back the newest values of each pond are asked for this far back; what is older is kept. Long enough for
 * ammonia taken by hand and imported later, as long as it judges (status.h). */
#define RECENT_MS (25 * HOUR_MS)
/* A day in memory is served without asking again while it is younger. */
#define DAY_FRESH_MS    MINUTE_MS
#define RECORDS_LOOK_MS MINUTE_MS
/* A forecast that failed, or knew no water because the database was away, is tried again after this. */
#define FORECAST_RETRY_MS (5 * MINUTE_MS)

/* What is known of one pond. */
struct entry {
    char slug[SLUG_SIZE];
    struct series_latest latest;
    struct series hour; /* raw usable oxygen */
    struct status_ph ph;
    int64_t ph_mono_ms; /* when ph was read; 0 never */
    bool looked_back;   /* the whole look back was read */
    bool wanted;        /* a page waits for the day */
    struct page_day day;
    int64_t day_mono_ms; /* when day was read */
};

struct estimate {
    char pond[SLUG_SIZE], cycle[SLUG_SIZE];
    struct supply_pond fish;
};

struct model {
    struct model_config c;
    pthread_t water, supply;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t
        changed; /* something is wanted, was read, or it is time to stop; CLOCK_MONOTONIC */
    bool stop;
    bool look;                         /* the records thread shall not wait for its minute */
    struct records_snapshot *snapshot; /* NULL: not read yet */
    struct file_sign sign;
    struct entry *entry; /* one a pond of the snapshot, in its order */
    size_t entries;
    int64_t read_ms, away_since_ms;
    struct page_forecast forecast;
    struct estimate *estimate;
    size_t estimates;
};

static void entry_free(struct entry *e)
{
    series_free(&e->hour);
    series_free(&e->day.oxygen);
    series_free(&e->day.temp);
}

static long entry_find(const struct model *m, const char *slug)
{
    for (size_t i = 0; i < m->entries; i++)
        if (strcmp(m->entry[i].slug, slug) == 0)
            return (long)i;
    return -1;
}

/* Sleeps until something changes or ms have passed; the lock is held. */
static void wait_ms(struct model *m, int64_t ms)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        fatal("no monotonic clock");
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000L;
    }
    (void)pthread_cond_timedwait(&m->changed, &m->lock, &t);
}

/* --- records --- */

/* Puts a new snapshot in place; what is known of ponds that stay is kept. The lock is held. */
static void adopt(struct model *m, struct records_snapshot *s)
{
    struct entry *fresh = xcalloc(s->ponds, sizeof *fresh);

    for (size_t i = 0; i < s->ponds; i++) {
        long old = entry_find(m, s->pond[i].slug);
        if (old >= 0) {
            fresh[i] = m->entry[old];
            m->entry[old] = (struct entry){0};
        }
        memcpy(fresh[i].slug, s->pond[i].slug, sizeof fresh[i].slug);
    }
    for (size_t i = 0; i < m->entries; i++)
        entry_free(&m->entry[i]);
    free(m->entry);
    records_snapshot_free(m->snapshot);
    m->entry = fresh;
    m->entries = s->ponds;
    m->snapshot = s;
}

/* Reads the records; true when they could be read. The lock is not held. */
static bool read_records(struct model *m, const struct file_sign *sign)
{
    struct records_snapshot *s = NULL;

    if (records_snapshot(m->c.records, clock_wall_ms(), &s) != 0)
        return false; /* logged by records */
    pthread_mutex_lock(&m->lock);
    adopt(m, s);
    m->sign = *sign;
    pthread_mutex_unlock(&m->lock);
    return true;
}

/* --- forecast --- */

static struct estimate *estimates_of(const struct forecast *f)
{
    struct estimate *e = xcalloc(f->ponds, sizeof *e);

    for (size_t i = 0; i < f->ponds; i++) {
        long cycle = f->pond[i].cycle >= 0 ? f->pond[i].cycle : f->pond[i].forgotten_cycle;
        memcpy(e[i].pond, f->snapshot->pond[i].slug, sizeof e[i].pond);
        if (cycle >= 0)
            memcpy(e[i].cycle, f->snapshot->cycle[cycle].slug, sizeof e[i].cycle);
        e[i].fish = f->pond[i];
    }
    return e;
}

static void keep_forecast(struct model *m, const struct forecast *f, bool without_water)
{
    struct page_forecast *page = xcalloc(1, sizeof *page);
    struct estimate *e = estimates_of(f);

    model_summarise(f, page);
    page->without_water = without_water;
    model_accuracy(m->c.records, f, m->c.config->seed, !without_water && m->c.series != NULL, page);
    page->revision = model_revision_on_record(m->c.records, page);
    pthread_mutex_lock(&m->lock);
    m->forecast = *page;
    free(m->estimate);
    m->estimate = e;
    m->estimates = f->ponds;
    pthread_mutex_unlock(&m->lock);
    free(page);
}

static void write_back(struct model *m, const struct forecast *f)
{
    char why[256];

    if (!m->c.config->write_back || m->c.series == NULL)
        return;
    if (forecast_write_back(f, m->c.series, why, sizeof why) != 0)
        log_warnx("forecast: not written to the database: %s; written again with the next one",
                  why);
}

/* Computes the forecast; true when it is a whole one. The lock is not held. */
static bool make_forecast(struct model *m)
{
    struct forecast_request q = {.records = m->c.records,
                                 .threads = m->c.config->threads,
                                 .source = m->c.series,
                                 .as_of_day = civil_day(clock_wall_ms()),
                                 .months = m->c.config->months,
                                 .draws = m->c.config->draws,
                                 .seed = m->c.config->seed,
                                 .oxygen = m->c.config->oxygen,
                                 .scope = FORECAST_AUTO};
    struct forecast *f = NULL;
    char why[256] = "";
    int64_t began = clock_mono_ms();
    bool whole = true;
    int rc = forecast_run(&q, &f, why, sizeof why);

    if (rc != 0 && q.source != NULL) {
        log_warnx("%s; computed without the sensors", why);
        q.source = NULL;
        whole = false;
        rc = forecast_run(&q, &f, why, sizeof why);
    }
    if (rc != 0) {
        log_warnx("forecast: %s; tried again in %d min", why, (int)(FORECAST_RETRY_MS / MINUTE_MS));
        pthread_mutex_lock(&m->lock);
        if (m->forecast.state != PAGE_FORECAST_READY)
            m->forecast.state = PAGE_FORECAST_FAILED;
        pthread_mutex_unlock(&m->lock);
        return false;
    }
    keep_forecast(m, f, !whole);
    if (whole)
        write_back(m, f);
    log_info("forecast: %u ponds with a cycle, %u draws, %lld ms", f->supply->tracked[SUPPLY_JOINT],
             f->supply->draws, (long long)(clock_mono_ms() - began));
    whatif_base(m->c.whatif, f, &q);
    return whole;
}

static void *supply_main(void *arg)
{
    struct model *m = arg;
    int64_t due = 0; /* monotonic; the forecast */

    pthread_mutex_lock(&m->lock);
    while (!m->stop) {
        struct file_sign known = m->sign, now;
        bool have = m->snapshot != NULL;
        int64_t until;

        pthread_mutex_unlock(&m->lock);
        now = file_sign_of(m->c.config->records_path);
        if ((!have || memcmp(&now, &known, sizeof now) != 0) && read_records(m, &now)) {
            have = true;
            due = 0;
        }
        if (have && clock_mono_ms() >= due)
            due = make_forecast(m) ? clock_mono_ms() + m->c.forecast_ms
                                   : clock_mono_ms() + FORECAST_RETRY_MS;
        pthread_mutex_lock(&m->lock);
        until = clock_mono_ms() + (have ? RECORDS_LOOK_MS : m->c.refresh_ms);
        while (!m->stop && !m->look && clock_mono_ms() < until)
            wait_ms(m, until - clock_mono_ms());
        m->look = false;
    }
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

/* --- water --- */

static void mark(struct model *m, bool well)
{
    if (well && m->away_since_ms != 0)
        log_info("web: the database answers again");
    if (!well && m->away_since_ms == 0)
        log_warnx("web: the database does not answer; pages show no data until it does");
    if (well)
        m->away_since_ms = 0;
    else if (m->away_since_ms == 0)
        m->away_since_ms = clock_wall_ms();
}

/* Newer values over what is known; a metric that was not heard again keeps its last one with its time. */
static void merge(struct entry *e, const struct series_latest *newest)
{
    for (int k = 0; k < METRIC_COUNT; k++)
        if (newest->metric[k].ts_ms >= e->latest.metric[k].ts_ms && newest->metric[k].ts_ms != 0)
            e->latest.metric[k] = newest->metric[k];
}

/* Reads the newest values of a pond; called with the lock, gives it up while the query runs. */
static bool read_latest(struct model *m, size_t i)
{
    int64_t now = clock_wall_ms();
    int64_t from = now - (m->entry[i].looked_back ? RECENT_MS : PAGE_LOOK_BACK_DAYS * CIVIL_DAY_MS);
    struct series_latest *newest = xcalloc(1, sizeof *newest);
    struct series hour = {0};
    struct status_ph ph;
    int64_t ph_at = m->entry[i].ph_mono_ms;
    bool ph_due = ph_at == 0 || clock_mono_ms() - ph_at > SCENE_PH_FRESH_MS;
    char slug[SLUG_SIZE];
    long at;
    bool well;

    memcpy(slug, m->entry[i].slug, sizeof slug);
    pthread_mutex_unlock(&m->lock);
    well = (!ph_due || scene_ph(m->c.series, slug, now, &ph) == 0) &&
           series_latest(m->c.series, slug, from, newest) == 0 &&
           series_load(m->c.series, slug, METRIC_DO_MG_L, now - HOUR_MS, now + MINUTE_MS, 0,
                       &hour) == 0;
    pthread_mutex_lock(&m->lock);
    at = entry_find(m, slug); /* the records may have changed meanwhile */
    if (well && at >= 0) {
        merge(&m->entry[at], newest);
        series_free(&m->entry[at].hour);
        m->entry[at].hour = hour;
        hour = (struct series){0};
        m->entry[at].looked_back = true;
        if (ph_due) {
            m->entry[at].ph = ph;
            m->entry[at].ph_mono_ms = clock_mono_ms();
        }
    }
    series_free(&hour);
    free(newest);
    return well;
}

/* Reads the last 24 hours of a pond. As read_latest. */
static bool read_day(struct model *m, size_t i)
{
    struct page_day day = {.ready = true};
    char slug[SLUG_SIZE];
    long at;
    bool well;

    memcpy(slug, m->entry[i].slug, sizeof slug);
    pthread_mutex_unlock(&m->lock);
    day.to_ms = clock_wall_ms();
    day.from_ms = day.to_ms - CIVIL_DAY_MS;
    well = series_load(m->c.series, slug, METRIC_DO_MG_L, day.from_ms, day.to_ms, BUCKET_MS,
                       &day.oxygen) == 0 &&
           series_load(m->c.series, slug, METRIC_TEMP_C, day.from_ms, day.to_ms, BUCKET_MS,
                       &day.temp) == 0;
    pthread_mutex_lock(&m->lock);
    at = entry_find(m, slug);
    if (at >= 0)
        m->entry[at].wanted = false;
    if (well && at >= 0) {
        struct page_day old = m->entry[at].day;
        m->entry[at].day = day;
        m->entry[at].day_mono_ms = clock_mono_ms();
        day = old;
    }
    series_free(&day.oxygen);
    series_free(&day.temp);
    pthread_cond_broadcast(&m->changed);
    return well;
}

static long wanted(const struct model *m)
{
    for (size_t i = 0; i < m->entries; i++)
        if (m->entry[i].wanted)
            return (long)i;
    return -1;
}

static void *water_main(void *arg)
{
    struct model *m = arg;
    size_t next = 0; /* pond to read in this round */
    int64_t due = 0; /* monotonic: when the next round begins */
    bool in_round = false;

    pthread_mutex_lock(&m->lock);
    while (!m->stop) {
        long day = wanted(m);
        if (!in_round && m->snapshot != NULL && clock_mono_ms() >= due) {
            in_round = true;
            next = 0;
            due = clock_mono_ms() + m->c.refresh_ms;
        }
        if (day >= 0) {
            mark(m, read_day(m, (size_t)day));
        } else if (in_round && next < m->entries) {
            bool well = read_latest(m, next++);
            mark(m, well);
            in_round = well; /* one failure ends the round: the others would wait as long */
        } else if (in_round) {
            in_round = false;
            m->read_ms = clock_wall_ms();
        } else {
            int64_t left = due - clock_mono_ms();
            wait_ms(m, m->snapshot == NULL ? 200 : left < 1 ? 1 : left);
        }
    }
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

/* --- what pages see --- */

static void picture_fish(const struct model *m, struct page_pond *p, size_t i, int32_t today)
{
    const struct rec_cycle *cycle;
    long open = records_open_cycle(m->snapshot, i, today);

    if (open < 0)
        return;
    cycle = &m->snapshot->cycle[open];
    p->has_cycle = true;
    p->stocked_day = cycle->stocked_day;
    p->stocked = cycle->count;
    for (size_t k = 0; k < m->estimates; k++) {
        if (strcmp(m->estimate[k].pond, p->pond.slug) == 0 &&
            strcmp(m->estimate[k].cycle, cycle->slug) == 0) {
            p->has_estimate = true;
            p->estimate = m->estimate[k].fish;
        }
    }
}

static void picture_pond(const struct model *m, struct page_pond *p, size_t i, int64_t now_ms)
{
    const struct records_snapshot *s = m->snapshot;
    const struct entry *e = &m->entry[i];
    struct status_scene scene = {.do_1h = &e->hour, .now_ms = now_ms};

    p->pond = s->pond[i];
    memcpy(p->farm, s->farm[s->pond[i].farm].name, sizeof p->farm);
    p->kecamatan = s->farm[s->pond[i].farm].kecamatan;
    p->latest = e->latest;
    for (int k = 0; k < METRIC_COUNT; k++) {
        struct series_last *last = &p->latest.metric[k];
        if (last->ts_ms < now_ms - PAGE_LOOK_BACK_DAYS * CIVIL_DAY_MS)
            *last = (struct series_last){0};
        p->heard = p->heard || last->ts_ms != 0;
    }
    scene.latest = &p->latest;
    if (e->ph_mono_ms != 0)
        scene.ph = &e->ph;
    scene_records(s, i, &scene);
    status_judge(&scene, m->c.limits, &p->status);
    picture_fish(m, p, i, civil_day(now_ms));
}

struct page_model *model_picture(struct model *m)
{
    struct page_model *p = NULL;

    pthread_mutex_lock(&m->lock);
    if (m->snapshot != NULL) {
        p = xcalloc(1, sizeof *p);
        p->now_ms = clock_wall_ms();
        p->read_ms = m->read_ms;
        p->away_since_ms = m->away_since_ms;
        p->notice = m->c.config->notice;
        p->phone = m->c.config->phone;
        for (size_t r = 0; r < REGENCY_COUNT; r++)
            p->office[r] = m->c.config->office[r];
        p->limits = m->c.limits;
        p->limit_source = m->c.config->limit_source;
        p->forecast = m->forecast;
        p->ponds = m->entries;
        p->pond = xcalloc(m->entries, sizeof *p->pond);
        for (size_t i = 0; i < m->entries; i++)
            picture_pond(m, &p->pond[i], i, p->now_ms);
    }
    pthread_mutex_unlock(&m->lock);
    if (p != NULL)
        page_order(p);
    return p;
}

void model_picture_free(struct page_model *p)
{
    if (p == NULL)
        return;
    free(p->pond);
    free(p);
}

void model_look(struct model *m)
{
    pthread_mutex_lock(&m->lock);
    m->look = true;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
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

/* A day that was read a while ago (the database is away) is shown as what is left of it in the 24 hours up to now. */
static void day_until_now(struct page_day *d)
{
    int64_t now = clock_wall_ms();

    if (now - d->to_ms < 2 * DAY_FRESH_MS)
        return;
    d->to_ms = now;
    d->from_ms = now - CIVIL_DAY_MS;
    series_drop_before(&d->oxygen, d->from_ms);
    series_drop_before(&d->temp, d->from_ms);
}

void model_day(struct model *m, const char *slug, int64_t wait, struct page_day *out)
{
    int64_t until = clock_mono_ms() + wait, now;
    long i;

    *out = (struct page_day){0};
    pthread_mutex_lock(&m->lock);
    i = entry_find(m, slug);
    now = clock_mono_ms();
    if (i >= 0 && m->c.series != NULL && m->away_since_ms == 0 &&
        (!m->entry[i].day.ready || now - m->entry[i].day_mono_ms > DAY_FRESH_MS)) {
        m->entry[i].wanted = true;
        pthread_cond_broadcast(&m->changed);
        while (i >= 0 && m->entry[i].wanted && !m->stop && now < until) {
            wait_ms(m, until - now);
            i = entry_find(m, slug);
            now = clock_mono_ms();
        }
    }
    if (i >= 0 && m->entry[i].day.ready) {
        *out = m->entry[i].day;
        out->oxygen = copy_series(&m->entry[i].day.oxygen);
        out->temp = copy_series(&m->entry[i].day.temp);
        day_until_now(out);
    }
    pthread_mutex_unlock(&m->lock);
}

void model_day_free(struct page_day *d)
{
    series_free(&d->oxygen);
    series_free(&d->temp);
}

/* --- start and stop --- */

static void release(struct model *m)
{
    for (size_t i = 0; i < m->entries; i++)
        entry_free(&m->entry[i]);
    free(m->entry);
    free(m->estimate);
    records_snapshot_free(m->snapshot);
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static void halt(struct model *m, bool water, bool supply)
{
    pthread_mutex_lock(&m->lock);
    m->stop = true;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
    if (water)
        pthread_join(m->water, NULL);
    if (supply)
        pthread_join(m->supply, NULL);
    release(m);
}

int model_start(struct model **out, const struct model_config *c)
{
    struct model *m = xcalloc(1, sizeof *m);
    pthread_condattr_t monotonic;
    struct file_sign sign = file_sign_of(c->config->records_path);
    bool water = c->series != NULL;

    m->c = *c;
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&m->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (!read_records(m, &sign))
        log_warnx("web: the records cannot be read; pages answer 503 until they can");
    if (pthread_create(&m->supply, NULL, supply_main, m) != 0) {
        halt(m, false, false);
        return NILA_ERR_IO;
    }
    if (water && pthread_create(&m->water, NULL, water_main, m) != 0) {
        halt(m, false, true);
        return NILA_ERR_IO;
    }
    *out = m;
    return 0;
}

void model_stop(struct model *m)
{
    if (m != NULL)
        halt(m, m->c.series != NULL, true);
}
