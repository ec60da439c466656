/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control_view.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/control.h"
#include "collector/common/log.h"

#define TIMEOUT_MS 10000
#define COLUMNS    4

enum kind {
    KIND_COLLECTOR,
    KIND_DEVICE,
    KIND_JOURNAL,
    KIND_SINK,
    KINDS
};

static const char *const KIND[KINDS] = {"collector", "device", "journal", "sink"};

/* The lines of a status, by kind. */
struct status {
    struct buf raw[KINDS]; /* their JSON text, joined by commas */
    cJSON **line[KINDS];
    size_t n[KINDS];
    enum text_language l;
    int64_t now_ms;
};

static int take(void *arg, const char *json)
{
    struct status *s = arg;
    cJSON *line = cJSON_Parse(json);
    const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, "kind"));

    for (int k = 0; kind != NULL && k < KINDS; k++) {
        if (strcmp(kind, KIND[k]) != 0)
            continue;
        if (s->n[k] > 0)
            buf_str(&s->raw[k], ",");
        buf_str(&s->raw[k], json);
        s->line[k] = xrealloc(s->line[k], s->n[k] + 1, sizeof(cJSON *));
        s->line[k][s->n[k]++] = line;
        return 0;
    }
    cJSON_Delete(line); /* a newer collector may say more than we know */
    return 0;
}

static void free_status(struct status *s)
{
    for (int k = 0; k < KINDS; k++) {
        for (size_t i = 0; i < s->n[k]; i++)
            cJSON_Delete(s->line[k][i]);
        free(s->line[k]);
        buf_free(&s->raw[k]);
    }
}

/* --- members of a line; what is absent is 0 or "" ----------------------------------------------------------------- */

static const char *word(const cJSON *o, const char *key)
{
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
    return s != NULL ? s : "";
}

static double number(const cJSON *o, const char *key)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsNumber(n) ? n->valuedouble : 0;
}

static int64_t ms(const cJSON *o, const char *key)
{
    double v = number(o, key);
    return v > -1e15 && v < 1e15 ? (int64_t)v : 0;
}

struct digits {
    char s[TEXT_NUMBER_SIZE];
};

/* A whole number as text, by value: the struct lives until the end of the full expression that uses it. */
static struct digits whole(double value)
{
    struct digits d;
    (void)snprintf(d.s, sizeof d.s, "%.0f", value);
    return d;
}

/* Seconds from now until a moment, at least 0. */
static struct digits seconds_until(const struct status *s, const cJSON *o, const char *key)
{
    int64_t left_s = (ms(o, key) - s->now_ms + 999) / 1000;
    return whole(left_s > 0 ? (double)left_s : 0);
}

/* "3 min ago" */
static void ago(struct buf *b, const struct status *s, int64_t then_ms)
{
    static const struct {
        enum text text;
        int64_t unit_s, below_s;
    } STEP[] = {
        {TEXT_SECONDS_AGO, 1, 120},
        {TEXT_MINUTES_AGO, 60, INT64_C(120) * 60},
        {TEXT_HOURS_AGO, 3600, INT64_C(48) * 3600},
        {TEXT_DAYS_AGO, 86400, INT64_MAX},
    };
    int64_t age_s = (s->now_ms - then_ms) / 1000;
    size_t i = 0;

    if (then_ms == 0) {
        text_add(b, s->l, TEXT_NEVER, NULL);
        return;
    }
    if (age_s < 0)
        age_s = 0;
    while (age_s >= STEP[i].below_s)
        i++;
    age_s /= STEP[i].unit_s; /* whole units */
    text_add(b, s->l, STEP[i].text, whole((double)age_s).s, NULL);
}

/* --- the parts of the table --------------------------------------------------------------------------------------- */

/* Pads the columns of tab-separated rows. Cells are ASCII, but for the last. */
static void columns(struct buf *out, const struct buf *rows)
{
    size_t width[COLUMNS] = {0};

    for (int pass = 0; pass < 2; pass++) {
        const char *p = rows->p;
        size_t column = 0;
        while (p != NULL && *p != '\0') {
            size_t n = strcspn(p, "\t\n");
            if (pass == 0 && column < COLUMNS && n > width[column])
                width[column] = n;
            if (pass == 1) {
                buf_add(out, p, n);
                if (p[n] == '\t' && column < COLUMNS)
                    buf_printf(out, "%*s", (int)(width[column] - n + 2), "");
                else if (p[n] == '\n')
                    buf_str(out, "\n");
            }
            column = p[n] == '\n' ? 0 : column + 1;
            p += n + (p[n] != '\0' ? 1 : 0);
        }
    }
}

static void view_device(struct buf *b, const struct status *s, const cJSON *d)
{
    const char *pond = word(d, "pond"), *error = word(d, "error");

    buf_printf(b, "%s\t", word(d, "slug"));
    if (pond[0] != '\0')
        buf_str(b, pond);
    else
        text_add(b, s->l, TEXT_SITE_POND, NULL);
    buf_str(b, "\t");
    ago(b, s, ms(d, "last_good_ms"));
    buf_str(b, "\t");
    if (number(d, "backoff_s") > 0)
        text_add(b, s->l, TEXT_DEVICE_SILENT, error, whole(number(d, "backoff_s")).s, NULL);
    else if (error[0] != '\0')
        text_add(b, s->l, TEXT_DEVICE_BAD, error, NULL);
    else if (ms(d, "last_try_ms") == 0)
        text_add(b, s->l, TEXT_DEVICE_NEW, NULL);
    else
        text_add(b, s->l, TEXT_DEVICE_GOOD, whole(number(d, "answer_ms")).s, NULL);
    buf_str(b, "\n");
}

static void view_journal(struct buf *b, const struct status *s, const cJSON *j, const cJSON *c)
{
    static const struct {
        const char *key;
        enum text text;
    } TROUBLE[] = {
        {"dropped", TEXT_JOURNAL_DROPPED},
        {"damaged", TEXT_JOURNAL_DAMAGED},
    };
    char has[TEXT_NUMBER_SIZE], bound[TEXT_NUMBER_SIZE];

    text_add(b, s->l, TEXT_JOURNAL, whole(number(j, "rows")).s,
             text_number(has, s->l, number(j, "bytes") / 1048576, 1),
             text_number(bound, s->l, number(j, "max_bytes") / 1048576, 0), NULL);
    if (s->now_ms - ms(j, "oldest_unsent_ms") > 60000 && ms(j, "oldest_unsent_ms") != 0) {
        char when[40];
        (void)civil_format_iso(when, sizeof when, ms(j, "oldest_unsent_ms"));
        text_add(b, s->l, TEXT_JOURNAL_OLDEST, when, NULL);
    }
    for (size_t i = 0; i < sizeof TROUBLE / sizeof TROUBLE[0]; i++)
        if (number(j, TROUBLE[i].key) > 0)
            text_add(b, s->l, TROUBLE[i].text, whole(number(j, TROUBLE[i].key)).s, NULL);
    if (number(c, "lost_values") > 0)
        text_add(b, s->l, TEXT_LOST_VALUES, whole(number(c, "lost_values")).s, NULL);
}

/* What a person can do about a sink that refuses us; the first that fits. */
static enum text advice(const cJSON *sink)
{
    static const struct {
        const char *words; /* a part of the server's; NULL: any */
        int http;          /* -1: any */
        enum text text;
    } CURE[] = {
        {"refuses every line", -1, TEXT_ADVICE_LINES},
        {"says 204, but", -1, TEXT_ADVICE_KEPT},
        {NULL, 401, TEXT_ADVICE_LOGIN},
        {NULL, 403, TEXT_ADVICE_RIGHTS},
        {NULL, 413, TEXT_ADVICE_SIZE},
        {"ertificate", 0, TEXT_ADVICE_CERTIFICATE},
        {"SSL", 0, TEXT_ADVICE_CERTIFICATE},
        {"database", -1, TEXT_ADVICE_DATABASE},
        {"db name", -1, TEXT_ADVICE_DATABASE},
        {"retention policy", -1, TEXT_ADVICE_DATABASE},
        {"bucket", -1, TEXT_ADVICE_DATABASE},
        {"organization", -1, TEXT_ADVICE_DATABASE},
    };
    const double http = number(sink, "http");
    const char *words = word(sink, "text");

    for (size_t i = 0; i < sizeof CURE / sizeof CURE[0]; i++)
        if ((CURE[i].http == -1 || http == CURE[i].http) &&
            (CURE[i].words == NULL || strstr(words, CURE[i].words) != NULL))
            return CURE[i].text;
    return TEXT_ADVICE_URL;
}

/* The server's words, with the HTTP status when there was one. */
static void sink_words(struct buf *b, const cJSON *k)
{
    if (number(k, "http") > 0)
        buf_printf(b, "HTTP %.0f ", number(k, "http"));
    buf_str(b, word(k, "text"));
}

static void view_sink(struct buf *b, const struct status *s, const cJSON *k)
{
    const struct digits pending = whole(number(k, "pending")), sent = whole(number(k, "sent"));
    const struct digits next = seconds_until(s, k, "next_try_ms");
    const char *state = word(k, "state"), *slug = word(k, "slug");
    struct buf words = {0}, help = {0};

    sink_words(&words, k);
    text_add(&help, s->l, advice(k), NULL);
    if (strcmp(state, "waiting") == 0)
        text_add(b, s->l, TEXT_SINK_WAITING, slug, pending.s, words.p, next.s, NULL);
    else if (strcmp(state, "misconfigured") == 0)
        text_add(b, s->l, TEXT_SINK_PERSON, slug, pending.s, words.p, help.p, next.s, NULL);
    else if (number(k, "pending") > 0)
        text_add(b, s->l, TEXT_SINK_SENDING, slug, pending.s, sent.s, NULL);
    else
        text_add(b, s->l, TEXT_SINK_IDLE, slug, sent.s, NULL);
    if (number(k, "refused") > 0 || number(k, "refused_old") > 0)
        text_add(b, s->l, TEXT_SINK_REFUSED, whole(number(k, "refused")).s,
                 whole(number(k, "refused_old")).s, NULL);
    buf_free(&words);
    buf_free(&help);
}

static void view(struct buf *out, struct status *s)
{
    const cJSON *c = s->line[KIND_COLLECTOR][0];
    struct buf rows = {0};
    char when[40];

    s->now_ms = ms(c, "now_ms");
    (void)civil_format_iso(when, sizeof when, s->now_ms);
    text_add(out, s->l, TEXT_STATUS_TITLE, word(c, "name"), word(c, "site"), when, NULL);
    text_add(out, s->l,
             cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(c, "clock_trusted")) ? TEXT_CLOCK_TRUSTED
                                                                                : TEXT_CLOCK_UNSURE,
             NULL);
    buf_str(out, "\n");
    text_add(&rows, s->l, TEXT_DEVICES_HEAD, NULL);
    for (size_t i = 0; i < s->n[KIND_DEVICE]; i++)
        view_device(&rows, s, s->line[KIND_DEVICE][i]);
    columns(out, &rows);
    buf_free(&rows);
    buf_str(out, "\n");
    for (size_t i = 0; i < s->n[KIND_JOURNAL]; i++)
        view_journal(out, s, s->line[KIND_JOURNAL][i], c);
    for (size_t i = 0; i < s->n[KIND_SINK]; i++)
        view_sink(out, s, s->line[KIND_SINK][i]);
    if (s->n[KIND_SINK] == 0)
        text_add(out, s->l, TEXT_SINK_NONE, NULL);
}

static const char *raw(const struct status *s, enum kind k)
{
    return s->raw[k].p != NULL ? s->raw[k].p : "";
}

int control_view_status(const char *socket_path, enum text_language l, bool json, struct buf *out,
                        char *why, size_t why_size)
{
    struct status s = {.l = l};
    int rc = control_call(socket_path, "{\"v\":1,\"op\":\"status\"}", take, &s, TIMEOUT_MS, why,
                          why_size);

    if (rc == 0 && s.n[KIND_COLLECTOR] != 1) {
        (void)snprintf(why, why_size, "the collector's status is not readable");
        rc = NILA_ERR_PROTO;
    }
    if (rc == 0 && json)
        buf_printf(out, "{\"collector\":%s,\"devices\":[%s],\"journal\":%s,\"sinks\":[%s]}\n",
                   raw(&s, KIND_COLLECTOR), raw(&s, KIND_DEVICE),
                   s.n[KIND_JOURNAL] == 1 ? raw(&s, KIND_JOURNAL) : "null", raw(&s, KIND_SINK));
    else if (rc == 0)
        view(out, &s);
    free_status(&s);
    return rc;
}
