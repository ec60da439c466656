/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series from one collector's socket: its journal gives values as they were read; the means are made here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "analytics/config.h"
#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/log.h"
#include "collector/common/reading.h"
#include "collector/common/tongue.h"
#include "series_source.h"

/* The search for newest values goes back in windows, each eight times as long as the one before. */
#define FIRST_WINDOW_MS ((int64_t)10 * 60 * 1000)
#define WINDOW_GROWTH   8
/* A value that is journalled late (a slow round, a retry) is still found when its time lies this far before the last
 * search. */
#define OVERLAP_MS ((int64_t)10 * 60 * 1000)

/* What is known of a pond's newest values: later searches only look at what has come since. */
struct pond_memory {
    char pond[SLUG_SIZE];
    int64_t from_ms, upto_ms;
    struct series_latest latest;
};

struct series_socket {
    char path[sizeof((struct analytics_config *)NULL)->collector_socket];
    size_t n;
    struct pond_memory *memory;
};

int series_socket_open(void **impl, const struct analytics_config *c, char *why, size_t why_size)
{
    struct series_socket *s;

    if (c->collector_socket[0] == '\0') {
        (void)snprintf(
            why, why_size,
            tongue("soket collector belum disebut", "no socket of a collector is named"));
        return NILA_ERR_CONFIG;
    }
    s = xcalloc(1, sizeof *s);
    (void)snprintf(s->path, sizeof s->path, "%s", c->collector_socket);
    *impl = s;
    return 0;
}

static void close_socket(void *impl)
{
    struct series_socket *s = impl;

    free(s->memory);
    free(s);
}

/* {"ts_ms":..,"device":"..","value":..|null,"flag":..,"bits":..} */
static int parse_line(const char *json, struct series_last *out)
{
    cJSON *o = cJSON_Parse(json);
    const cJSON *ts = cJSON_GetObjectItemCaseSensitive(o, "ts_ms");
    const cJSON *device = cJSON_GetObjectItemCaseSensitive(o, "device");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(o, "value");
    const cJSON *flag = cJSON_GetObjectItemCaseSensitive(o, "flag");
    const cJSON *bits = cJSON_GetObjectItemCaseSensitive(o, "bits");
    int rc = NILA_ERR_PROTO;

    if (cJSON_IsNumber(ts) && ts->valuedouble >= 0 && ts->valuedouble < 9e15 &&
        cJSON_IsString(device) && strlen(device->valuestring) < SLUG_SIZE &&
        (cJSON_IsNumber(value) || cJSON_IsNull(value)) && cJSON_IsNumber(flag) &&
        flag->valuedouble >= 1 && flag->valuedouble <= 9 && cJSON_IsNumber(bits) &&
        bits->valuedouble >= 0 && bits->valuedouble < 65536) {
        *out = (struct series_last){.ts_ms = (int64_t)ts->valuedouble,
                                    .value = cJSON_IsNumber(value) ? value->valuedouble : NAN,
                                    .flag = (int)flag->valuedouble,
                                    .bits = (int)bits->valuedouble};
        (void)snprintf(out->device, sizeof out->device, "%s", device->valuestring);
        rc = 0;
    }
    cJSON_Delete(o);
    return rc;
}

static int ask(struct series_socket *s, const char *pond, enum metric metric, int64_t from_ms,
               int64_t to_ms, control_line line, void *arg, char *why)
{
    char request[256];

    /* a slug and a metric's name need no escaping; a pond that is no slug cannot have readings */
    if (!slug_valid(pond))
        return 0;
    (void)snprintf(request, sizeof request,
                   "{\"v\":1,\"op\":\"history\",\"pond\":\"%s\",\"metric\":\"%s\",\"from_ms\":%lld,"
                   "\"to_ms\":%lld}",
                   pond, metric_info(metric)->name, (long long)from_ms, (long long)to_ms);
    return control_call(s->path, request, line, arg, SERIES_TIMEOUT_MS, why, SERIES_WHY_SIZE);
}

static int load_line(void *arg, const char *json)
{
    struct series_last got;
    int rc = parse_line(json, &got);

    if (rc != 0 || !reading_usable(got.flag) || !isfinite(got.value))
        return rc;
    return series_sink_add(arg, got.ts_ms, got.value);
}

static int load(void *impl, const char *pond, enum metric metric, int64_t to_ms,
                struct series_sink *sink, char *why)
{
    return ask(impl, pond, metric, sink->from_ms, to_ms, load_line, sink, why);
}

static int latest_line(void *arg, const char *json)
{
    struct series_last got;
    int rc = parse_line(json, &got);

    if (rc == 0)
        series_latest_offer(arg, &got);
    return rc;
}

/* From end_ms backwards to from_ms until there is a value. */
static int search_back(struct series_socket *s, const char *pond, enum metric metric,
                       int64_t from_ms, int64_t end_ms, struct series_last *last, char *why)
{
    int64_t window = FIRST_WINDOW_MS;
    int rc = 0;

    while (rc == 0 && last->ts_ms == 0 && end_ms > from_ms) {
        int64_t begin = end_ms - window > from_ms ? end_ms - window : from_ms;
        rc = ask(s, pond, metric, begin, end_ms, latest_line, last, why);
        end_ms = begin;
        window *= WINDOW_GROWTH;
    }
    return rc;
}

static struct pond_memory *recall(struct series_socket *s, const char *pond, int64_t from_ms)
{
    struct pond_memory *m;

    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->memory[i].pond, pond) == 0)
            return &s->memory[i];
    s->memory = xrealloc(s->memory, s->n + 1, sizeof *s->memory);
    m = &s->memory[s->n++];
    *m = (struct pond_memory){.from_ms = from_ms, .upto_ms = INT64_MIN};
    (void)snprintf(m->pond, sizeof m->pond, "%s", pond);
    return m;
}

static int latest(void *impl, const char *pond, int64_t from_ms, struct series_latest *out,
                  char *why)
{
    struct series_socket *s = impl;
    int64_t end_ms = clock_wall_ms() + OVERLAP_MS; /* a device's clock may be a little ahead */
    struct pond_memory *m;
    struct series_latest got;
    bool fresh;

    if (!slug_valid(pond))
        return 0;
    m = recall(s, pond, from_ms);
    /* an earlier beginning than ever, or a clock that stepped back: look at everything again */
    fresh = m->upto_ms == INT64_MIN || from_ms < m->from_ms || end_ms < m->upto_ms;
    got = fresh ? *out : m->latest;
    for (int k = 0; k < METRIC_COUNT; k++) {
        struct series_last *last = &got.metric[k];
        int rc = fresh ? search_back(s, pond, (enum metric)k, from_ms, end_ms, last, why)
                       : ask(s, pond, (enum metric)k, m->upto_ms - 2 * OVERLAP_MS, end_ms,
                             latest_line, last, why);
        if (rc != 0)
            return rc;
    }
    m->latest = got;
    m->upto_ms = end_ms;
    if (fresh)
        m->from_ms = from_ms;
    for (int k = 0; k < METRIC_COUNT; k++)
        if (got.metric[k].ts_ms >= from_ms)
            out->metric[k] = got.metric[k];
    return 0;
}

/* --- contacts: they may belong to no pond --- */

struct contact_sink {
    const char *input;
    struct series_contact *out;
};

static int contact_line(void *arg, const char *json)
{
    struct contact_sink *k = arg;
    struct series_contact *o = k->out;
    struct series_last got;
    int rc = parse_line(json, &got), value;

    if (rc != 0 || strcmp(got.device, k->input) != 0 || !reading_usable(got.flag) ||
        !isfinite(got.value) || got.ts_ms < o->ts_ms) /* lines of one contact come in its order */
        return rc;
    value = got.value >= 0.5;
    if (value == 1 && o->ts_ms != 0 && o->value == 0)
        o->on_ms = got.ts_ms;
    if (o->ts_ms == 0 || value != o->value)
        o->since_ms = got.ts_ms;
    o->ts_ms = got.ts_ms;
    o->value = value;
    return 0;
}

static int contact(void *impl, const char *input, int64_t from_ms, struct series_contact *out,
                   char *why)
{
    struct series_socket *s = impl;
    struct contact_sink sink = {.input = input, .out = out};
    char request[256];

    (void)snprintf(
        request, sizeof request,
        "{\"v\":1,\"op\":\"history\",\"pond\":\"\",\"metric\":\"input\",\"from_ms\":%lld,"
        "\"to_ms\":%lld}",
        (long long)from_ms, (long long)clock_wall_ms() + OVERLAP_MS);
    return control_call(s->path, request, contact_line, &sink, SERIES_TIMEOUT_MS, why,
                        SERIES_WHY_SIZE);
}

const struct series_ops SERIES_SOCKET = {load, latest, NULL, contact, NULL, close_socket};
