/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "series.h"
#include "analytics/config.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/reading.h"
#include "collector/common/tongue.h"
#include "series_source.h"

struct series_source {
    const struct series_ops *ops;
    void *impl;
    pthread_mutex_t lock;
    const char *name; /* in messages */
    bool away;        /* the last call failed; said once */
    double aerator_a;
};

int series_source_open(struct series_source **out, const struct analytics_config *c, char *why,
                       size_t why_size)
{
    bool influx = c->source == SOURCE_INFLUX;
    void *impl;
    struct series_source *s;
    int rc = influx ? series_influx_open(&impl, c, why, why_size)
                    : series_socket_open(&impl, c, why, why_size);

    if (rc != 0)
        return rc;
    s = xcalloc(1, sizeof *s);
    s->ops = influx ? &SERIES_INFLUX : &SERIES_SOCKET;
    s->impl = impl;
    s->name = influx ? "influxdb" : "collector";
    s->aerator_a = c->aerator_a > 0 ? c->aerator_a : AERATOR_A;
    if (pthread_mutex_init(&s->lock, NULL) != 0)
        fatal("out of memory: a mutex");
    *out = s;
    return 0;
}

void series_source_close(struct series_source *s)
{
    if (s == NULL)
        return;
    s->ops->close(s->impl);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

double series_aerator_a(const struct series_source *s)
{
    return s->aerator_a;
}

void series_free(struct series *s)
{
    free(s->ts_ms);
    free(s->value);
    *s = (struct series){0};
}

void series_drop_before(struct series *s, int64_t from_ms)
{
    size_t first = 0;

    while (first < s->n && s->ts_ms[first] < from_ms)
        first++;
    if (first == 0)
        return;
    s->n -= first;
    memmove(s->ts_ms, s->ts_ms + first, s->n * sizeof *s->ts_ms);
    memmove(s->value, s->value + first, s->n * sizeof *s->value);
}

/* Begins at debug when it is the same trouble as before: a page asks every few seconds. */
static void report(struct series_source *s, int rc, const char *pond, const char *why)
{
    if (rc == 0 && s->away)
        log_info("%s: answers again", s->name);
    else if (rc != 0 && !s->away)
        log_warnx("%s: %s (%s); pages show no new data until it answers", s->name,
                  why[0] != '\0' ? why : nila_err_text(rc), pond);
    else if (rc != 0)
        log_debug("%s: %s (%s)", s->name, why[0] != '\0' ? why : nila_err_text(rc), pond);
    s->away = rc != 0;
}

int series_sink_add(struct series_sink *k, int64_t ts_ms, double value)
{
    if (k->bucket_ms > 0)
        ts_ms = k->from_ms + (ts_ms - k->from_ms) / k->bucket_ms * k->bucket_ms;
    if (k->n > 0 && k->point[k->n - 1].ts_ms == ts_ms) {
        k->point[k->n - 1].sum += value;
        k->point[k->n - 1].count++;
        return 0;
    }
    /* readings may come unsorted: a bucket may begin more than once, at worst once a reading */
    if (k->n >= (k->bucket_ms > 0 ? (size_t)SERIES_MAX * 100 : (size_t)SERIES_MAX))
        return NILA_ERR_FULL;
    if (k->n == k->cap) {
        k->cap = k->cap == 0 ? 256 : k->cap * 2;
        k->point = xrealloc(k->point, k->cap, sizeof *k->point);
    }
    k->point[k->n++] = (struct series_point){ts_ms, value, 1};
    return 0;
}

static int by_time(const void *a, const void *b)
{
    const struct series_point *p = a, *q = b;
    return (p->ts_ms > q->ts_ms) - (p->ts_ms < q->ts_ms);
}

/* Sorts, joins equal times, and turns sums into means. */
static void finish(struct series_sink *k, struct series *out)
{
    size_t n = 0;

    if (k->n > 1)
        qsort(k->point, k->n, sizeof *k->point, by_time);
    for (size_t i = 0; i < k->n; i++) {
        if (n > 0 && k->point[n - 1].ts_ms == k->point[i].ts_ms) {
            k->point[n - 1].sum += k->point[i].sum;
            k->point[n - 1].count += k->point[i].count;
        } else {
            k->point[n++] = k->point[i];
        }
    }
    out->n = n;
    out->ts_ms = xcalloc(n, sizeof *out->ts_ms);
    out->value = xcalloc(n, sizeof *out->value);
    for (size_t i = 0; i < n; i++) {
        out->ts_ms[i] = k->point[i].ts_ms;
        out->value[i] = k->point[i].sum / (double)k->point[i].count;
    }
}

int series_load(struct series_source *s, const char *pond, enum metric metric, int64_t from_ms,
                int64_t to_ms, int64_t bucket_ms, struct series *out)
{
    struct series_sink sink = {.from_ms = from_ms, .bucket_ms = bucket_ms};
    char why[SERIES_WHY_SIZE] = "";
    int rc;

    if (from_ms < 0 || to_ms < from_ms || bucket_ms < 0 ||
        (bucket_ms > 0 && (to_ms - from_ms) / bucket_ms >= SERIES_MAX))
        return NILA_ERR_RANGE;
    (void)pthread_mutex_lock(&s->lock);
    rc = s->ops->load(s->impl, pond, metric, to_ms, &sink, why);
    /* too many values is the asker's affair, not the source's */
    report(s, rc == NILA_ERR_FULL ? 0 : rc, pond, why);
    (void)pthread_mutex_unlock(&s->lock);
    if (rc == 0) {
        *out = (struct series){.metric = metric};
        finish(&sink, out);
    }
    free(sink.point);
    return rc;
}

void series_latest_offer(struct series_last *last, const struct series_last *found)
{
    bool better = found->ts_ms > last->ts_ms;

    if (found->ts_ms == last->ts_ms && last->ts_ms != 0) {
        bool usable = reading_usable(found->flag), had = reading_usable(last->flag);
        better = usable != had ? usable : strcmp(found->device, last->device) < 0;
    }
    if (better)
        *last = *found;
}

int series_latest(struct series_source *s, const char *pond, int64_t from_ms,
                  struct series_latest *out)
{
    struct series_latest got = {0};
    char why[SERIES_WHY_SIZE] = "";
    int rc;

    for (int m = 0; m < METRIC_COUNT; m++)
        got.metric[m].value = NAN;
    (void)pthread_mutex_lock(&s->lock);
    rc = s->ops->latest(s->impl, pond, from_ms, &got, why);
    report(s, rc, pond, why);
    (void)pthread_mutex_unlock(&s->lock);
    if (rc == 0)
        *out = got;
    return rc;
}

int series_contact(struct series_source *s, const char *input, int64_t from_ms,
                   struct series_contact *out)
{
    struct series_contact got = {0};
    char why[SERIES_WHY_SIZE] = "";
    int rc;

    if (s->ops->contact == NULL)
        return NILA_ERR_UNSUPPORTED;
    (void)pthread_mutex_lock(&s->lock);
    rc = s->ops->contact(s->impl, input, from_ms, &got, why);
    report(s, rc, input, why);
    (void)pthread_mutex_unlock(&s->lock);
    if (rc == 0)
        *out = got;
    return rc;
}

int series_beats(struct series_source *s, int64_t from_ms, struct series_beat **out, size_t *n)
{
    struct series_beat *got = NULL;
    char why[SERIES_WHY_SIZE] = "";
    size_t found = 0;
    int rc;

    if (s->ops->beats == NULL)
        return NILA_ERR_UNSUPPORTED;
    (void)pthread_mutex_lock(&s->lock);
    rc = s->ops->beats(s->impl, from_ms, &got, &found, why);
    report(s, rc, "heartbeats", why);
    (void)pthread_mutex_unlock(&s->lock);
    if (rc != 0) {
        free(got);
        return rc;
    }
    *out = got;
    *n = found;
    return 0;
}

int series_write(struct series_source *s, const char *lines, size_t len, char *why, size_t why_size)
{
    char words[SERIES_WHY_SIZE] = "";
    int rc;

    if (s->ops->write == NULL) {
        (void)snprintf(why, why_size,
                       tongue("soket collector tidak menerima baris; InfluxDB menerima",
                              "a collector's socket takes no lines; InfluxDB does"));
        return NILA_ERR_UNSUPPORTED;
    }
    (void)pthread_mutex_lock(&s->lock);
    rc = s->ops->write(s->impl, lines, len, words);
    (void)pthread_mutex_unlock(&s->lock);
    if (rc != 0)
        (void)snprintf(why, why_size, "%s", words);
    return rc;
}
