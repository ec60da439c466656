/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_own.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "analytics/neighbour.h"
#include "analytics/records/change.h"
#include "analytics/scene.h"
#include "analytics/web/assets.h"
#include "analytics/web/model_accuracy.h"
#include "analytics/web/model_forecast.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS   (60 * MINUTE_MS)
/* After a whole look back the newest values of each pond are asked for this far back; what is older is kept. Long enough for
 * ammonia taken by hand and imported later, as long as it judges (status.h). */
#define RECENT_MS       (25 * HOUR_MS)
#define RECORDS_LOOK_MS MINUTE_MS
/* The collector tells the state of a contact every 15 minutes. */
#define CONTACT_MS (20 * MINUTE_MS)
/* A forecast that failed, or knew no water because the database was away, is tried again after this. */
#define FORECAST_RETRY_MS (5 * MINUTE_MS)

static void entry_free(struct entry *e)
{
    series_free(&e->hour);
    model_day_drop(e);
}

long model_entry_find(const struct model *m, const char *slug)
{
    for (size_t i = 0; i < m->entries; i++)
        if (strcmp(m->entry[i].slug, slug) == 0)
            return (long)i;
    return -1;
}

/* Sleeps until something changes or ms have passed; the lock is held. */
void model_wait_ms(struct model *m, int64_t ms)
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

static void let_go(struct records_snapshot *s, atomic_int *users)
{
    if (s == NULL || atomic_fetch_sub(users, 1) > 1)
        return;
    records_snapshot_free(s);
    free(users);
}

/* Puts a new snapshot in place; what is known of ponds that stay is kept. The lock is held. */
static void adopt(struct model *m, struct records_snapshot *s)
{
    struct entry *fresh = xcalloc(s->ponds, sizeof *fresh);

    for (size_t i = 0; i < s->ponds; i++) {
        long old = model_entry_find(m, s->pond[i].slug);
        if (old >= 0) {
            fresh[i] = m->entry[old];
            m->entry[old] = (struct entry){0};
        }
        memcpy(fresh[i].slug, s->pond[i].slug, sizeof fresh[i].slug);
    }
    for (size_t i = 0; i < m->entries; i++)
        entry_free(&m->entry[i]);
    free(m->entry);
    let_go(m->snapshot, m->snapshot_users);
    m->entry = fresh;
    m->entries = s->ponds;
    m->snapshot = s;
    m->snapshot_users = xcalloc(1, sizeof *m->snapshot_users);
    atomic_init(m->snapshot_users, 1);
    m->version++;
}

/* Of what forecasts are made from: alarms and buttons change the same file every few minutes. */
static uint64_t hash_of(const struct records_snapshot *s)
{
    const struct {
        const void *p;
        size_t n, size;
    } PART[] = {
        {s->farm, s->farms, sizeof *s->farm},
        {s->pond, s->ponds, sizeof *s->pond},
        {s->cycle, s->cycles, sizeof *s->cycle},
        {s->sample, s->samples, sizeof *s->sample},
        {s->death, s->deaths, sizeof *s->death},
        {s->harvest, s->harvests, sizeof *s->harvest},
        {s->fingerlings, s->fingerling_rows, sizeof *s->fingerlings},
        {s->official, s->officials, sizeof *s->official},
        {s->registry, s->registers, sizeof *s->registry},
        {s->assumption, s->assumptions, sizeof *s->assumption},
        {s->class, s->classes, sizeof *s->class},
        {s->survey, s->surveys, sizeof *s->survey},
    };
    uint64_t h = s->stray * 31 + s->feeds;

    for (size_t i = 0; i < s->feeds; i++) { /* its kind is a pointer, which is another each time */
        const struct rec_feed *f = &s->feed[i];

        h = h * 31 + assets_hash(f, offsetof(struct rec_feed, kind));
        h = h * 31 + assets_hash(f->kind, strlen(f->kind));
    }
    for (size_t i = 0; i < sizeof PART / sizeof PART[0]; i++)
        h = h * 31 + PART[i].n +
            (PART[i].n == 0 ? 0 : assets_hash(PART[i].p, PART[i].n * PART[i].size));
    return h;
}

/* The number of the newest change of any record; -1: it could not be read, logged. */
static int64_t newest_change(struct model *m)
{
    const struct change_filter one = {.most = 1};
    struct rec_change *c = NULL;
    size_t n = 0;
    int64_t id;

    if (records_changes(m->c.bulk, &one, &c, &n) != 0)
        return -1;
    id = n > 0 ? c[0].id : 0;
    records_changes_free(c, n);
    return id;
}

/* Reads the records, and tells the forecast's thread when what it works with has changed. The file changes with each alarm, button and
 * session too: while the list of changes and the day are the same, so are the records. False: they could not be read. The lock is not
 * held. */
static bool read_records(struct model *m, const struct file_sign *sign)
{
    const int64_t now_ms = clock_wall_ms(), change = newest_change(m);
    struct records_snapshot *s = NULL;
    uint64_t hash;

    if (change < 0)
        return false;
    if (m->snapshot != NULL && change == m->change &&
        civil_day(now_ms) == civil_day(m->snapshot->as_of_ms)) {
        m->sign = *sign; /* this thread's alone, as the two above */
        return true;
    }
    if (records_snapshot(m->c.bulk, now_ms, &s) != 0)
        return false; /* logged by records */
    hash = hash_of(s);
    pthread_mutex_lock(&m->lock);
    m->stale = m->stale || m->snapshot == NULL || m->records_hash != hash;
    adopt(m, s);
    m->records_hash = hash;
    m->change = change;
    m->sign = *sign;
    pthread_cond_broadcast(&m->changed);
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
    model_accuracy(m->c.bulk, f, m->c.config->seed, !without_water && m->c.series != NULL, page);
    page->revision = model_revision_on_record(m->c.bulk, page);
    pthread_mutex_lock(&m->lock);
    m->forecast = *page;
    m->version++;
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

static void give_neighbour(struct model *m, const struct exchange *own)
{
    char why[NEIGHBOUR_WHY];

    if (neighbour_publish(&m->c.config->exchange, own, why, sizeof why) != 0)
        log_warnx("exchange: %s; written again with the next forecast", why);
}

/* What the other office gives, fetched where it has pages, else what lies in the folder. The lock is not held. */
static struct exchange *ask_neighbour(struct model *m)
{
    const struct neighbour_config *c = &m->c.config->exchange;
    struct exchange *other = NULL;
    char why[NEIGHBOUR_WHY] = "";
    int rc = 0;

    if (m->peer != NULL)
        rc = neighbour_fetch(c, m->peer, NULL, why, sizeof why);
    if (rc != 0)
        log_warnx("exchange: %s", why);
    if (neighbour_load(c, &other, why, sizeof why) != 0)
        log_warnx("exchange: %s", why);
    return other;
}

/* Computes the forecast; true when it is a whole one. The lock is not held. */
static bool make_forecast(struct model *m)
{
    struct forecast_exchange with = {.office = m->c.config->exchange.office};
    struct forecast_request q = {.records = m->c.bulk,
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
    struct exchange *other = NULL;
    bool whole = true;
    int rc;

    if (m->c.config->exchange.on) {
        with.other = other = ask_neighbour(m);
        q.exchange = &with;
        q.as_of_day = exchange_as_of(q.as_of_day);
    }
    rc = forecast_run(&q, &f, why, sizeof why);
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
        exchange_free(other);
        return false;
    }
    exchange_free(other); /* the forecast has its own copy */
    q.exchange = NULL;
    if (f->own != NULL)
        give_neighbour(m, f->own);
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
    int64_t due = 0, not_before = 0; /* monotonic */

    pthread_mutex_lock(&m->lock);
    while (!m->stop) {
        int64_t now = clock_mono_ms();
        int64_t next = m->stale && not_before < due ? not_before : due;
        bool whole;

        if (m->snapshot == NULL || now < next) {
            model_wait_ms(m, m->snapshot == NULL ? RECORDS_LOOK_MS : next - now);
            continue;
        }
        m->stale = false;
        pthread_mutex_unlock(&m->lock);
        whole = make_forecast(m);
        pthread_mutex_lock(&m->lock);
        not_before = clock_mono_ms() + 2 * (clock_mono_ms() - now);
        due = clock_mono_ms() + (whole ? m->c.forecast_ms : FORECAST_RETRY_MS);
    }
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

static void *reading_main(void *arg)
{
    struct model *m = arg;

    pthread_mutex_lock(&m->lock);
    while (!m->stop) {
        struct file_sign known = m->sign, now;
        bool have = m->snapshot != NULL;
        int64_t until;

        pthread_mutex_unlock(&m->lock);
        now = file_sign_of(m->c.config->records_path);
        if (!have || memcmp(&now, &known, sizeof now) != 0)
            read_records(m, &now);
        if (m->snapshot != NULL) /* nobody else puts another one there */
            board_month(m->board, m->c.bulk, m->snapshot, clock_wall_ms());
        pthread_mutex_lock(&m->lock);
        have = m->snapshot != NULL;
        until = clock_mono_ms() + (have ? RECORDS_LOOK_MS : m->c.refresh_ms);
        while (!m->stop && !m->look && clock_mono_ms() < until)
            model_wait_ms(m, until - clock_mono_ms());
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
           series_load(m->c.series, slug, METRIC_DO_MG_L, now - STATUS_RECENT_MS, now + MINUTE_MS,
                       0, &hour) == 0;
    pthread_mutex_lock(&m->lock);
    at = model_entry_find(m, slug); /* the records may have changed meanwhile */
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

/* Are the mains there? What nobody knows stays as it was. Called with the lock, gives it up while the query runs. */
static void read_mains(struct model *m)
{
    const struct alert_settings *a = &m->c.config->alert;
    const int64_t now_ms = clock_wall_ms();
    bool known = m->mains_lost_ms != 0; /* only this thread writes it */
    struct series_contact c = {0}, day = {0};
    int rc;

    if (a->mains_input[0] == '\0')
        return;
    pthread_mutex_unlock(&m->lock);
    rc = series_contact(m->c.series, a->mains_input, now_ms - CONTACT_MS, &c);
    if (rc == 0 && c.ts_ms != 0 && c.value == a->mains_lost && !known &&
        series_contact(m->c.series, a->mains_input, now_ms - CIVIL_DAY_MS, &day) == 0 &&
        day.ts_ms != 0 && day.value == c.value)
        c.since_ms = day.since_ms; /* they may be away since long before this program started */
    pthread_mutex_lock(&m->lock);
    if (rc != 0 || c.ts_ms == 0)
        return;
    known = m->mains_lost_ms != 0;
    if (c.value != a->mains_lost)
        m->mains_lost_ms = 0;
    else if (m->mains_lost_ms == 0)
        m->mains_lost_ms = c.since_ms;
    if (known != (m->mains_lost_ms != 0))
        m->version++;
}

static void *water_main(void *arg)
{
    struct model *m = arg;
    size_t next = 0; /* pond to read in this round */
    int64_t due = 0; /* monotonic: when the next round begins */
    bool in_round = false;

    pthread_mutex_lock(&m->lock);
    while (!m->stop) {
        enum page_span span;
        size_t day;
        if (!in_round && m->snapshot != NULL && clock_mono_ms() >= due) {
            in_round = true;
            next = 0;
            due = clock_mono_ms() + m->c.refresh_ms;
        }
        if (model_day_wanted(m, &day, &span)) {
            mark(m, model_day_read(m, day, span));
        } else if (in_round && next < m->entries) {
            bool well = read_latest(m, next++);
            mark(m, well);
            in_round = well; /* one failure ends the round: the others would wait as long */
        } else if (in_round) {
            in_round = false;
            m->read_ms = clock_wall_ms();
            read_mains(m);
        } else {
            int64_t left = due - clock_mono_ms();
            model_wait_ms(m, m->snapshot == NULL ? 200 : left < 1 ? 1 : left);
        }
    }
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

/* --- start and stop --- */

void model_look(struct model *m)
{
    pthread_mutex_lock(&m->lock);
    m->look = true;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
}

void model_records(struct model *m, void (*use)(void *arg, const struct records_snapshot *s),
                   void *arg)
{
    struct records_snapshot *s;
    atomic_int *users;

    pthread_mutex_lock(&m->lock);
    s = m->snapshot;
    users = m->snapshot_users;
    if (s != NULL)
        atomic_fetch_add(users, 1);
    pthread_mutex_unlock(&m->lock);
    if (s != NULL)
        use(arg, s);
    let_go(s, users);
}

static void release(struct model *m)
{
    for (size_t i = 0; i < m->entries; i++)
        entry_free(&m->entry[i]);
    free(m->entry);
    free(m->estimate);
    model_base_release(m->base);
    let_go(m->snapshot, m->snapshot_users);
    board_free(m->board);
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static void halt(struct model *m)
{
    pthread_mutex_lock(&m->lock);
    m->stop = true;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
    if (m->peer != NULL)
        http_cancel(m->peer); /* an office that is silent holds nothing up */
    if (m->water_runs)
        pthread_join(m->water, NULL);
    if (m->reading_runs)
        pthread_join(m->reading, NULL);
    if (m->supply_runs)
        pthread_join(m->supply, NULL);
    http_close(m->peer);
    nights_stop(m->nights);
    release(m);
}

static int start_threads(struct model *m)
{
    m->reading_runs = pthread_create(&m->reading, NULL, reading_main, m) == 0;
    m->supply_runs = m->reading_runs && pthread_create(&m->supply, NULL, supply_main, m) == 0;
    if (!m->supply_runs)
        return NILA_ERR_IO;
    if (m->c.series == NULL)
        return 0;
    m->water_runs = pthread_create(&m->water, NULL, water_main, m) == 0;
    return m->water_runs
               ? nights_start(&m->nights, m->c.bulk, m->c.config->records_path, m->c.series)
               : NILA_ERR_IO;
}

int model_start(struct model **out, const struct model_config *c)
{
    struct model *m = xcalloc(1, sizeof *m);
    pthread_condattr_t monotonic;
    struct file_sign sign = file_sign_of(c->config->records_path);
    int rc;

    m->c = *c;
    if (m->c.bulk == NULL)
        m->c.bulk = c->records;
    m->board = board_new(c->records, c->config->records_path);
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&m->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (c->config->exchange.peer[0] != '\0' && http_open(&m->peer) != 0)
        log_warnx("exchange: the other office cannot be asked; files are taken from the folder");
    if (!read_records(m, &sign))
        log_warnx("web: the records cannot be read; pages answer 503 until they can");
    rc = start_threads(m);
    if (rc != 0) {
        halt(m);
        return rc;
    }
    *out = m;
    return 0;
}

void model_stop(struct model *m)
{
    if (m != NULL)
        halt(m);
}
