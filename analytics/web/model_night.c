/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_night.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analytics/handheld.h"
#include "analytics/scene.h"
#include "analytics/water/night_source.h"
#include "analytics/web/filesign.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/reading.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS   (60 * MINUTE_MS)
#define EVERY_MS  (15 * MINUTE_MS)
#define RETRY_MS  MINUTE_MS
#define LOOK_MS   ((int64_t)2000) /* whether the records' file has changed */
#define FOULED_MS (6 * HOUR_MS)
#define BACK_MS   ((NIGHT_WINDOW + 2) * CIVIL_DAY_MS)
enum {
    FIRST_HOUR = 16, /* as night_model_forecast */
    LAST_HOUR = 7,
    MISSES_IN_A_ROW = 3
};

struct known {
    char pond[SLUG_SIZE];
    struct page_night night;
    int64_t fouled_mono_ms; /* when the probe was last looked at; 0 never */
};

struct nights {
    struct records *records;
    struct series_source *series;
    char path[256]; /* of the records' file */
    pthread_t thread;
    /* the thread's own: the file, and what was pressed within a day, as far as the forecasts know it */
    struct file_sign sign;
    struct rec_press *told;
    size_t n_told;
    size_t start;         /* the farm the next pass begins with */
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    bool stop;
    struct known *known;
    size_t n;
};

/* One pass's view. */
struct pass {
    struct nights *nights;
    const struct records_snapshot *s;
    const struct rec_press *press;
    size_t presses;
    int64_t now_ms, issue_ms;
    bool night; /* it is the hour for forecasts */
    int misses; /* ponds one after the other that could not be read */
};

static bool stopping(struct nights *n)
{
    bool stop;

    pthread_mutex_lock(&n->lock);
    stop = n->stop;
    pthread_mutex_unlock(&n->lock);
    return stop;
}

/* Where the pond stands, or would stand: they lie by slug. */
static size_t place(const struct nights *n, const char *pond)
{
    size_t low = 0, high = n->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (strcmp(n->known[mid].pond, pond) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct known *known_of(const struct nights *n, const char *pond)
{
    size_t at = place(n, pond);

    return at < n->n && strcmp(n->known[at].pond, pond) == 0 ? &n->known[at] : NULL;
}

/* The place of the pond, made when there is none; the lock is held. */
static struct known *place_of(struct nights *n, const char *pond)
{
    struct known *k = known_of(n, pond);
    size_t at;

    if (k != NULL)
        return k;
    at = place(n, pond);
    n->known = xrealloc(n->known, n->n + 1, sizeof *n->known);
    k = &n->known[at];
    memmove(k + 1, k, (n->n - at) * sizeof *k);
    n->n++;
    memset(k, 0, sizeof *k);
    memcpy(k->pond, pond, strlen(pond) + 1);
    return k;
}

static int load_model(const struct pass *p, const char *pond, struct night_model **out)
{
    int rc = night_source_load(p->nights->series, pond, p->issue_ms, true, out);

    if (rc == 0)
        rc = scene_aerator(p->press, p->presses, pond, p->issue_ms, *out);
    return rc;
}

static int foretell(const struct pass *p, size_t pond, struct night_model *const *model, size_t at,
                    size_t models, struct page_night *g)
{
    struct night_model **peer = xcalloc(models, sizeof(void *));
    struct night_ask ask = {.issue_ms = p->issue_ms, .peers = peer};
    int aerated = 0, rc = 0;

    *g = (struct page_night){.asked_ms = p->now_ms};
    for (size_t i = 0; i < models; i++)
        if (i != at)
            peer[ask.n_peers++] = model[i];
    night_model_nights(model[at], p->issue_ms, &g->nights, &aerated);
    g->ready = night_model_forecast(model[at], &ask, &g->without) == 0;
    ask.aerated = true;
    g->both = g->ready && night_model_forecast(model[at], &ask, &g->with) == 0;
    if (!g->ready) {
        const struct handheld_ask hand = {/* a probe that fell silent is no reading by hand */
                                          .series = g->nights < NIGHT_NIGHTS_MIN ? p->nights->series
                                                                                 : NULL,
                                          .press = p->press,
                                          .presses = p->presses,
                                          .pond = p->s->pond[pond].slug,
                                          .now_ms = p->now_ms,
                                          .peers = model,
                                          .n_peers = models};

        rc = handheld_night(&hand, &g->without, &g->ready);
    }
    free(peer);
    return rc;
}

/* What was foretold earlier this evening stays until it can be made anew. */
static void keep_unread(const struct pass *p, const char *pond)
{
    struct known *k;

    pthread_mutex_lock(&p->nights->lock);
    k = place_of(p->nights, pond);
    k->night.unread = true;
    pthread_mutex_unlock(&p->nights->lock);
}

static void keep(const struct pass *p, const char *pond, struct page_night *g)
{
    struct known *k;

    pthread_mutex_lock(&p->nights->lock);
    k = place_of(p->nights, pond);
    g->fouled_ms = k->night.fouled_ms;
    k->night = *g;
    pthread_mutex_unlock(&p->nights->lock);
}

/* The ponds of one farm, which learn from each other. One that cannot be read hinders no other; the last error is returned. */
static int farm_nights(struct pass *p, size_t farm)
{
    struct night_model **model = xcalloc(p->s->ponds, sizeof(void *));
    size_t *pond = xcalloc(p->s->ponds, sizeof *pond), n = 0;
    int rc = 0;

    for (size_t i = 0; i < p->s->ponds && p->misses < MISSES_IN_A_ROW && !stopping(p->nights);
         i++) {
        int one;

        if (p->s->pond[i].farm != farm)
            continue;
        one = load_model(p, p->s->pond[i].slug, &model[n]);
        p->misses = one != 0 ? p->misses + 1 : 0;
        pond[n] = i;
        n += one == 0;
        if (one != 0) { /* why: told by series */
            keep_unread(p, p->s->pond[i].slug);
            rc = one;
        }
    }
    for (size_t i = 0; i < n && !stopping(p->nights); i++) {
        struct page_night g;
        int one = foretell(p, pond[i], model, i, n, &g);

        if (one != 0)
            keep_unread(p, p->s->pond[pond[i]].slug);
        else
            keep(p, p->s->pond[pond[i]].slug, &g);
        rc = one != 0 ? one : rc;
    }
    for (size_t i = 0; i < n; i++)
        night_model_free(model[i]);
    free(model);
    free(pond);
    return rc;
}

static int look_at_probe(const struct pass *p, const char *pond)
{
    struct known *k;
    int64_t mono = clock_mono_ms(), fouled_ms = 0;
    bool due;
    int rc;

    pthread_mutex_lock(&p->nights->lock);
    k = place_of(p->nights, pond);
    due = k->fouled_mono_ms == 0 || mono - k->fouled_mono_ms >= FOULED_MS;
    pthread_mutex_unlock(&p->nights->lock);
    if (!due)
        return 0;
    rc = scene_fouled(p->nights->series, pond, p->now_ms, &fouled_ms);
    if (rc != 0)
        return rc;
    pthread_mutex_lock(&p->nights->lock);
    k = place_of(p->nights, pond);
    if (fouled_ms == 0 || k->night.fouled_ms == 0)
        k->night.fouled_ms = fouled_ms;
    k->fouled_mono_ms = mono;
    pthread_mutex_unlock(&p->nights->lock);
    return 0;
}

/* Does it change what a night becomes, or what is known of it? */
static bool moves_night(const struct rec_press *q)
{
    return q->kind == PRESS_OXYGEN || q->kind == PRESS_AERATOR_ON || q->kind == PRESS_AERATOR_OFF;
}

static bool is_told(const struct nights *n, const struct rec_press *q)
{
    for (size_t i = 0; i < n->n_told; i++) {
        const struct rec_press *t = &n->told[i];

        if (t->at_ms == q->at_ms && t->kind == q->kind && strcmp(t->pond, q->pond) == 0 &&
            (q->kind != PRESS_OXYGEN || t->value == q->value))
            return true;
    }
    return false;
}

static bool is_news(const struct nights *n, const struct rec_press *q, int64_t now_ms)
{
    return q->at_ms >= now_ms - CIVIL_DAY_MS && moves_night(q) && !is_told(n, q);
}

static bool farm_has_news(const struct pass *p, size_t farm)
{
    for (size_t k = 0; k < p->presses; k++)
        for (size_t i = 0; i < p->s->ponds; i++)
            if (p->s->pond[i].farm == farm && strcmp(p->s->pond[i].slug, p->press[k].pond) == 0 &&
                is_news(p->nights, &p->press[k], p->now_ms))
                return true;
    return false;
}

/* Takes over those that the forecasts know from now on. */
static void keep_told(struct nights *n, const struct pass *p)
{
    n->told = xrealloc(n->told, p->presses + 1, sizeof *n->told);
    n->n_told = 0;
    for (size_t i = 0; i < p->presses; i++)
        if (p->press[i].at_ms >= p->now_ms - CIVIL_DAY_MS && moves_night(&p->press[i]))
            n->told[n->n_told++] = p->press[i];
}

/* When so many ponds one after the other cannot be read it is the source, and the next pass begins behind them. */
static int every_farm(struct pass *p, bool all)
{
    const size_t farms = p->night ? p->s->farms : 0;
    int rc = 0;

    for (size_t i = 0; i < farms && !stopping(p->nights); i++) {
        const size_t f = (p->nights->start + i) % farms;
        int one = all || farm_has_news(p, f) ? farm_nights(p, f) : 0;

        rc = one != 0 ? one : rc;
        if (p->misses == MISSES_IN_A_ROW) {
            p->nights->start = f + 1;
            break;
        }
    }
    return rc;
}

/* Every farm and probe; or only the farms of which something was pressed since. */
static int pass(struct nights *n, bool all)
{
    struct records_snapshot *s = NULL;
    struct rec_press *press = NULL;
    struct pass p = {.nights = n, .now_ms = clock_wall_ms()};
    int hour = civil_from_ts(p.now_ms).hour, rc;

    p.issue_ms = p.now_ms - p.now_ms % NIGHT_STEP_MS;
    p.night = hour >= FIRST_HOUR || p.issue_ms + NIGHT_STEP_MS <
                                        civil_day_start(civil_day(p.now_ms)) + LAST_HOUR * HOUR_MS;
    rc = records_snapshot(n->records, p.now_ms, &s);
    if (rc == 0)
        rc = records_presses(n->records, p.now_ms - BACK_MS, p.now_ms + MINUTE_MS, &press,
                             &p.presses);
    p.s = s;
    p.press = press;
    if (rc == 0)
        rc = every_farm(&p, all);
    for (size_t i = 0; rc == 0 && all && i < s->ponds && !stopping(n); i++)
        rc = look_at_probe(&p, s->pond[i].slug);
    if (rc == 0)
        keep_told(n, &p);
    free(press);
    records_snapshot_free(s);
    return rc;
}

/* Oxygen measured by hand, or an aerator switched, is in the forecast at once: a farmer who wrote it down looks at the page. What
 * fails is tried again at the next look. */
static void look(struct nights *n)
{
    struct file_sign sign = file_sign_of(n->path);
    struct rec_press *press = NULL;
    int64_t now_ms = clock_wall_ms();
    size_t presses = 0;
    bool news = false;

    if (memcmp(&sign, &n->sign, sizeof sign) == 0 ||
        records_presses(n->records, now_ms - CIVIL_DAY_MS, now_ms + MINUTE_MS, &press, &presses) !=
            0)
        return;
    for (size_t i = 0; i < presses; i++)
        news = news || is_news(n, &press[i], now_ms);
    free(press);
    if (!news || pass(n, false) == 0)
        n->sign = sign;
}

static void *nights_main(void *arg)
{
    struct nights *n = arg;
    const int64_t began_ms = clock_mono_ms();
    int64_t due_ms = began_ms;

    while (!stopping(n)) {
        struct timespec t;

        if (clock_mono_ms() >= due_ms) {
            /* what is wrong is told by series and records; history is often filled in just after the first start */
            bool settled = pass(n, true) == 0 && clock_mono_ms() - began_ms >= EVERY_MS;

            due_ms = clock_mono_ms() + (settled ? EVERY_MS : RETRY_MS);
        } else {
            look(n);
        }
        if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
            fatal("no monotonic clock");
        t.tv_sec += (time_t)(LOOK_MS / 1000);
        pthread_mutex_lock(&n->lock);
        while (!n->stop && pthread_cond_timedwait(&n->changed, &n->lock, &t) == 0)
            ;
        pthread_mutex_unlock(&n->lock);
    }
    return NULL;
}

int nights_start(struct nights **out, struct records *r, const char *path, struct series_source *s)
{
    struct nights *n = xcalloc(1, sizeof *n);
    pthread_condattr_t monotonic;

    n->records = r;
    n->series = s;
    (void)snprintf(n->path, sizeof n->path, "%s", path);
    pthread_mutex_init(&n->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&n->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&n->thread, NULL, nights_main, n) != 0) {
        pthread_cond_destroy(&n->changed);
        pthread_mutex_destroy(&n->lock);
        free(n);
        return NILA_ERR_IO;
    }
    *out = n;
    return 0;
}

void nights_stop(struct nights *n)
{
    if (n == NULL)
        return;
    pthread_mutex_lock(&n->lock);
    n->stop = true;
    pthread_cond_broadcast(&n->changed);
    pthread_mutex_unlock(&n->lock);
    pthread_join(n->thread, NULL);
    pthread_cond_destroy(&n->changed);
    pthread_mutex_destroy(&n->lock);
    free(n->known);
    free(n->told);
    free(n);
}

bool nights_of(struct nights *n, const char *pond, struct page_night *out)
{
    const struct known *k;

    if (n == NULL)
        return false;
    pthread_mutex_lock(&n->lock);
    k = known_of(n, pond);
    if (k != NULL)
        *out = k->night;
    pthread_mutex_unlock(&n->lock);
    return k != NULL;
}
