/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control_view.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/log.h"
#include "control_view_own.h"

#define TIMEOUT_MS 10000

/* --- lines -------------------------------------------------------------------------------------------------------- */

static int take(void *arg, const char *json)
{
    static const char *const KIND[VIEW_KINDS] = {"collector", "bus",  "device", "switch",
                                                 "journal",   "sink", "refused"};
    struct view *v = arg;
    cJSON *line = cJSON_Parse(json);
    const char *kind = view_word(line, "kind");

    for (int k = 0; k < VIEW_KINDS; k++) {
        if (strcmp(kind, KIND[k]) != 0)
            continue;
        if (v->n[k] > 0)
            buf_str(&v->raw[k], ",");
        buf_str(&v->raw[k], json);
        v->line[k] = xrealloc(v->line[k], v->n[k] + 1, sizeof(cJSON *));
        v->line[k][v->n[k]++] = line;
        return 0;
    }
    cJSON_Delete(line); /* a newer collector may say more than we know */
    return 0;
}

static void free_view(struct view *v)
{
    for (int k = 0; k < VIEW_KINDS; k++) {
        for (size_t i = 0; i < v->n[k]; i++)
            cJSON_Delete(v->line[k][i]);
        free(v->line[k]);
        buf_free(&v->raw[k]);
    }
}

static const char *raw(const struct view *v, enum view_kind k)
{
    return v->raw[k].p != NULL ? v->raw[k].p : "";
}

const char *view_word(const cJSON *o, const char *key)
{
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
    return s != NULL ? s : "";
}

double view_number(const cJSON *o, const char *key)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsNumber(n) ? n->valuedouble : 0;
}

int64_t view_ms(const cJSON *o, const char *key)
{
    double v = view_number(o, key);
    return v > -1e15 && v < 1e15 ? (int64_t)v : 0;
}

bool view_true(const cJSON *o, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, key)) != 0;
}

struct view_digits view_whole(double value)
{
    struct view_digits d;
    (void)snprintf(d.s, sizeof d.s, "%.0f", value);
    return d;
}

/* A span in the unit that suits it: STEP's text with the number of whole units. */
static void add_span(struct buf *b, enum text_language l, int64_t span_s, const enum text text[4])
{
    static const struct {
        int64_t unit_s, below_s;
    } STEP[] = {{1, 120}, {60, INT64_C(120) * 60}, {3600, INT64_C(48) * 3600}, {86400, INT64_MAX}};
    size_t i = 0;

    if (span_s < 0)
        span_s = 0;
    while (span_s >= STEP[i].below_s)
        i++;
    span_s /= STEP[i].unit_s; /* whole units */
    text_add(b, l, text[i], view_whole((double)span_s).s, NULL);
}

void view_ago(struct buf *b, const struct view *v, int64_t then_ms)
{
    static const enum text AGO[] = {TEXT_SECONDS_AGO, TEXT_MINUTES_AGO, TEXT_HOURS_AGO,
                                    TEXT_DAYS_AGO};

    if (then_ms == 0)
        text_add(b, v->l, TEXT_NEVER, NULL);
    else
        add_span(b, v->l, (v->now_ms - then_ms) / 1000, AGO);
}

void view_until(struct buf *b, const struct view *v, int64_t then_ms)
{
    static const enum text IN[] = {TEXT_IN_SECONDS, TEXT_IN_MINUTES, TEXT_IN_HOURS, TEXT_IN_DAYS};

    add_span(b, v->l, (then_ms - v->now_ms + 999) / 1000, IN);
}

/* --- status ------------------------------------------------------------------------------------------------------- */

static void status_words(struct buf *out, struct view *v)
{
    const cJSON *c = v->line[VIEW_COLLECTOR][0];
    char when[40];

    v->now_ms = view_ms(c, "now_ms");
    (void)civil_format_iso(when, sizeof when, v->now_ms);
    text_add(out, v->l, TEXT_STATUS_TITLE, view_word(c, "name"), view_word(c, "site"), when, NULL);
    text_add(out, v->l, view_true(c, "clock_trusted") ? TEXT_CLOCK_TRUSTED : TEXT_CLOCK_UNSURE,
             NULL);
    buf_str(out, "\n");
    view_buses(out, v);
    view_devices(out, v);
    view_switches(out, v);
    view_journal(out, v);
    view_sinks(out, v);
}

int control_view_status(const char *socket_path, enum text_language l, bool json, struct buf *out,
                        char *why, size_t why_size)
{
    struct view v = {.l = l};
    int rc = control_call(socket_path, "{\"v\":1,\"op\":\"status\"}", take, &v, TIMEOUT_MS, why,
                          why_size);

    if (rc == 0 && v.n[VIEW_COLLECTOR] != 1) {
        (void)snprintf(why, why_size, "the collector's status is not readable");
        rc = NILA_ERR_PROTO;
    }
    if (rc == 0 && json)
        buf_printf(out,
                   "{\"collector\":%s,\"buses\":[%s],\"devices\":[%s],\"switches\":[%s],"
                   "\"journal\":%s,\"sinks\":[%s]}\n",
                   raw(&v, VIEW_COLLECTOR), raw(&v, VIEW_BUS), raw(&v, VIEW_DEVICE),
                   raw(&v, VIEW_SWITCH), v.n[VIEW_JOURNAL] == 1 ? raw(&v, VIEW_JOURNAL) : "null",
                   raw(&v, VIEW_SINK));
    else if (rc == 0)
        status_words(out, &v);
    free_view(&v);
    return rc;
}

/* --- spool and relay ---------------------------------------------------------------------------------------------- */

static void refused_words(struct buf *out, const struct view *v)
{
    for (size_t i = 0; i < v->n[VIEW_REFUSED]; i++) {
        const cJSON *r = v->line[VIEW_REFUSED][i];
        char when[40];
        (void)civil_format_iso(when, sizeof when, view_ms(r, "at_ms"));
        text_add(out, v->l, TEXT_SPOOL_LINE, when, view_word(r, "sink"), view_word(r, "reason"),
                 view_word(r, "line"), NULL);
    }
}

int control_view_spool(const char *socket_path, int newest, enum text_language l, bool json,
                       struct buf *out, char *why, size_t why_size)
{
    struct view v = {.l = l, .now_ms = clock_wall_ms()};
    char rq[64];
    int rc;

    (void)snprintf(rq, sizeof rq, "{\"v\":1,\"op\":\"spool\",\"newest\":%d}", newest);
    rc = control_call(socket_path, rq, take, &v, TIMEOUT_MS, why, why_size);
    if (rc == 0 && json) {
        buf_printf(out, "{\"journal\":%s,\"sinks\":[%s],\"refused\":[",
                   v.n[VIEW_JOURNAL] == 1 ? raw(&v, VIEW_JOURNAL) : "null", raw(&v, VIEW_SINK));
        buf_str(out, raw(&v, VIEW_REFUSED)); /* may be long */
        buf_str(out, "]}\n");
    } else if (rc == 0) {
        view_journal(out, &v);
        view_sinks(out, &v);
        text_add(out, l, v.n[VIEW_REFUSED] > 0 ? TEXT_SPOOL_REFUSED : TEXT_SPOOL_NONE,
                 view_whole((double)v.n[VIEW_REFUSED]).s, NULL);
        refused_words(out, &v);
    }
    free_view(&v);
    return rc;
}

int control_view_relay(const char *socket_path, const char *request, enum text_language l,
                       bool json, struct buf *out, char *why, size_t why_size)
{
    struct view v = {.l = l, .now_ms = clock_wall_ms()};
    int rc = control_call(socket_path, request, take, &v, TIMEOUT_MS, why, why_size);

    if (rc == 0 && v.n[VIEW_SWITCH] != 1) {
        (void)snprintf(why, why_size, "the collector's answer is not readable");
        rc = NILA_ERR_PROTO;
    }
    if (rc == 0) {
        if (json)
            buf_printf(out, "%s\n", raw(&v, VIEW_SWITCH));
        else
            view_switch(out, &v, v.line[VIEW_SWITCH][0]);
    }
    free_view(&v);
    return rc;
}
