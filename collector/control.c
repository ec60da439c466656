/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "import_sets.h"
#include "lineserver.h"

#define IMPORT_ROWS 500
#define MS_LIMIT    1e15 /* times beyond this are no times; doubles are exact up to 9e15 */

struct control {
    struct control_sources src;
    struct lineserver *server;
};

/* A history that is being sent. */
struct history {
    char pond[SLUG_SIZE];
    enum metric metric;
    int64_t from_ms, to_ms, after_seq;
};

/* --- writing JSON ------------------------------------------------------------------------------------------------- */

static void json_text(struct buf *b, const char *s)
{
    buf_str(b, "\"");
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            buf_printf(b, "\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            buf_printf(b, "\\u%04x", (unsigned)(unsigned char)*s);
        else
            buf_add(b, s, 1);
    }
    buf_str(b, "\"");
}

static void json_member(struct buf *b, const char *key, const char *value)
{
    buf_printf(b, ",\"%s\":", key);
    json_text(b, value);
}

static void end_line(struct buf *b)
{
    buf_str(b, "{\"end\":true}\n");
}

static void error_line(struct buf *b, const char *code, const char *text, const char *where)
{
    buf_printf(b, "{\"error\":{\"code\":\"%s\"", code);
    json_member(b, "text", text);
    json_member(b, "where", where);
    buf_str(b, "}}\n");
}

static void journal_error(struct buf *b, int rc)
{
    char text[128];
    (void)snprintf(text, sizeof text, "the journal: %s", nila_err_text(rc));
    error_line(b, "journal", text, "");
}

/* --- status ------------------------------------------------------------------------------------------------------- */

static void status_device(struct buf *b, const struct control_sources *src, unsigned i)
{
    const struct site_device *d = &src->site->device[i];
    struct poll_device_stats s = {0};

    if (src->poller != NULL)
        poller_device_stats(src->poller, i, &s);
    buf_str(b, "{\"kind\":\"device\"");
    json_member(b, "slug", d->slug);
    if (d->pond >= 0)
        json_member(b, "pond", src->site->pond[d->pond].slug);
    else
        buf_str(b, ",\"pond\":null");
    json_member(b, "bus", src->site->bus[d->bus].slug);
    buf_printf(
        b,
        ",\"unit\":%d,\"every_s\":%d,\"last_good_ms\":%" PRId64 ",\"last_try_ms\":%" PRId64
        ",\"requests\":%" PRIu64 ",\"good\":%" PRIu64 ",\"timeouts\":%" PRIu64
        ",\"bad_frames\":%" PRIu64 ",\"exceptions\":%" PRIu64 ",\"stale\":%" PRIu64
        ",\"missed_slots\":%" PRIu64 ",\"values\":%" PRIu64 ",\"answer_ms\":%d,\"backoff_s\":%d",
        d->unit, d->every_s, s.last_good_ms, s.last_try_ms, s.requests, s.good, s.timeouts,
        s.bad_frames, s.exceptions, s.stale, s.missed_slots, s.values, s.answer_ms, s.backoff_s);
    json_member(b, "error", s.error);
    buf_str(b, "}\n");
}

static void status_journal(struct buf *b, const struct control_sources *src,
                           const struct journal_stats *s)
{
    buf_printf(b,
               "{\"kind\":\"journal\",\"rows\":%" PRId64 ",\"first_seq\":%" PRId64
               ",\"last_seq\":%" PRId64 ",\"bytes\":%" PRId64 ",\"max_bytes\":%" PRId64
               ",\"oldest_unsent_ms\":%" PRId64 ",\"appended\":%" PRIu64 ",\"commits\":%" PRIu64
               ",\"dropped\":%" PRIu64 ",\"damaged\":%" PRIu64 ",\"quarantined\":%" PRIu64
               ",\"last_commit_us\":%" PRId64 "}\n",
               s->rows, s->first_seq, s->last_seq, s->bytes, src->site->journal_max_bytes,
               s->oldest_unsent_ms, s->appended, s->commits, s->dropped, s->damaged, s->quarantined,
               s->last_commit_us);
}

static void status_sink(struct buf *b, const struct control_sources *src,
                        const struct journal_stats *js, unsigned i)
{
    struct uplink_stats s = {0};

    if (src->uplink != NULL && src->uplink[i] != NULL)
        uplink_stats(src->uplink[i], &s);
    buf_str(b, "{\"kind\":\"sink\"");
    json_member(b, "slug", src->site->sink[i].slug);
    json_member(b, "state", uplink_state_name(s.state));
    buf_printf(b,
               ",\"pending\":%" PRId64 ",\"sent\":%" PRIu64 ",\"refused\":%" PRIu64
               ",\"refused_old\":%" PRIu64 ",\"last_ok_ms\":%" PRId64 ",\"next_try_ms\":%" PRId64
               ",\"http\":%ld",
               i < JOURNAL_SINKS_MAX ? js->pending[i] : 0, s.sent, s.refused, s.refused_old,
               s.last_ok_ms, s.next_try_ms, s.http);
    json_member(b, "text", s.text);
    buf_str(b, "}\n");
}

static void *op_status(const struct control_sources *src, const cJSON *rq, struct buf *out)
{
    struct journal_stats js;
    int rc = journal_stats(src->journal, &js);

    (void)rq;
    if (rc != 0) {
        journal_error(out, rc);
        return NULL;
    }
    buf_str(out, "{\"kind\":\"collector\",\"version\":\"" NILA_VERSION "\"");
    json_member(out, "site", src->site->slug);
    json_member(out, "name", src->site->name);
    buf_printf(out,
               ",\"now_ms\":%" PRId64 ",\"started_ms\":%" PRId64
               ",\"clock_trusted\":%s,\"lost_values\":%" PRIu64 "}\n",
               clock_wall_ms(), src->started_ms, clock_trusted() ? "true" : "false",
               src->lost_values != NULL ? (uint64_t)atomic_load(src->lost_values) : 0);
    for (unsigned i = 0; i < src->site->devices; i++)
        status_device(out, src, i);
    status_journal(out, src, &js);
    for (unsigned i = 0; i < src->site->sinks; i++)
        status_sink(out, src, &js, i);
    end_line(out);
    return NULL;
}

/* --- history ------------------------------------------------------------------------------------------------------ */

static bool milliseconds(const cJSON *n, int64_t *out)
{
    double ms = cJSON_GetNumberValue(n); /* NaN when it is none */

    if (!(fabs(ms) <= MS_LIMIT) || ms != floor(ms))
        return false;
    *out = (int64_t)ms;
    return true;
}

static void *op_history(const struct control_sources *src, const cJSON *rq, struct buf *out)
{
    const cJSON *pond = cJSON_GetObjectItemCaseSensitive(rq, "pond");
    const cJSON *metric = cJSON_GetObjectItemCaseSensitive(rq, "metric");
    struct history h = {0}, *kept;

    if (!cJSON_IsString(pond) || !cJSON_IsString(metric)) {
        error_line(out, "request", "history needs a pond and a metric", "pond");
        return NULL;
    }
    if (pond->valuestring[0] != '\0' && site_find_pond(src->site, pond->valuestring) < 0) {
        error_line(out, "not_found", "no such pond in this site", "pond");
        return NULL;
    }
    if (metric_find(metric->valuestring, &h.metric) != 0) {
        error_line(out, "not_found", "no such metric", "metric");
        return NULL;
    }
    if (!milliseconds(cJSON_GetObjectItemCaseSensitive(rq, "from_ms"), &h.from_ms) ||
        !milliseconds(cJSON_GetObjectItemCaseSensitive(rq, "to_ms"), &h.to_ms) ||
        h.to_ms < h.from_ms) {
        error_line(out, "range",
                   "from_ms and to_ms are whole milliseconds, to_ms not before from_ms", "from_ms");
        return NULL;
    }
    (void)snprintf(h.pond, sizeof h.pond, "%s", pond->valuestring);
    kept = xcalloc(1, sizeof *kept);
    *kept = h;
    return kept;
}

static int history_line(void *arg, int64_t ts_ms, const char *device, const struct reading_value *v)
{
    struct buf *out = arg;

    buf_printf(out, "{\"ts_ms\":%" PRId64 ",\"device\":\"%s\",\"value\":", ts_ms, device);
    if (v->flag == READING_MISSING)
        buf_str(out, "null");
    else
        buf_printf(out, "%.17g", v->value);
    buf_printf(out, ",\"flag\":%d,\"bits\":%u}\n", v->flag, (unsigned)v->bits);
    return 0;
}

static int more(void *arg, void *state, struct buf *out)
{
    struct control *c = arg;
    struct history *h = state;
    int rc = journal_history_piece(c->src.journal, &h->after_seq, h->pond, h->metric, h->from_ms,
                                   h->to_ms, history_line, out);

    if (rc == 1)
        return 1;
    if (rc == 0)
        end_line(out);
    else
        journal_error(out, rc);
    return 0;
}

static void drop(void *arg, void *state)
{
    (void)arg;
    free(state);
}

/* --- import ------------------------------------------------------------------------------------------------------- */

/* Reads one [time_ms, pond, device, metric, value|null, flag]; NULL, or what is wrong with it. */
static const char *import_row(const struct site *site, const cJSON *row, int64_t now_ms,
                              struct import_value *v)
{
    const cJSON *cell[6] = {NULL};
    const char *field, *pond, *metric;
    double flag;
    int n = 0;

    if (!cJSON_IsArray(row) || cJSON_GetArraySize(row) != 6)
        return "not an array of 6";
    for (const cJSON *c = row->child; c != NULL && n < 6; c = c->next)
        cell[n++] = c;
    if (!milliseconds(cell[0], &v->ts_ms))
        return "the time is not in whole milliseconds";
    pond = cJSON_GetStringValue(cell[1]);
    v->device = cJSON_GetStringValue(cell[2]);
    metric = cJSON_GetStringValue(cell[3]);
    if (pond == NULL || v->device == NULL || metric == NULL)
        return "pond, device and metric are strings";
    v->pond = pond[0] != '\0' ? site_find_pond(site, pond) : -1;
    if (pond[0] != '\0' && v->pond < 0)
        return "no such pond in this site";
    if (metric_find(metric, &v->metric) != 0)
        return "no such metric";
    if (!cJSON_IsNumber(cell[4]) && !cJSON_IsNull(cell[4]))
        return "the value is a number or null";
    v->value = cJSON_GetNumberValue(cell[4]); /* NaN for null */
    flag = cJSON_GetNumberValue(cell[5]);
    if (!(flag >= 1 && flag <= 9) || flag != floor(flag))
        return "the flag is 1, 2, 3, 4 or 9";
    v->flag = (int)flag;
    return import_fault(v, now_ms, &field);
}

static void *op_import(const struct control_sources *src, const cJSON *rq, struct buf *out)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(rq, "rows"), *row;
    struct import_sets sets = {.site = src->site};
    int n = cJSON_IsArray(rows) ? cJSON_GetArraySize(rows) : 0, at = 0, rc;
    int64_t now_ms = clock_wall_ms();

    if (n < 1 || n > IMPORT_ROWS) {
        error_line(out, "range", "an import has 1 to 500 rows", "rows");
        return NULL;
    }
    cJSON_ArrayForEach(row, rows)
    {
        struct import_value v;
        const char *fault = import_row(src->site, row, now_ms, &v);
        if (fault != NULL) {
            char where[32];
            (void)snprintf(where, sizeof where, "rows[%d]", at);
            error_line(out, "range", fault, where);
            goto out;
        }
        import_sets_add(&sets, &v);
        at++;
    }
    rc = journal_append(src->journal, sets.set, sets.n);
    if (rc != 0) {
        journal_error(out, rc);
        goto out;
    }
    buf_printf(out, "{\"sets\":%zu,\"values\":%zu}\n", sets.n, sets.values);
    end_line(out);
out:
    import_sets_free(&sets);
    return NULL;
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static const struct operation {
    const char *name;
    void *(*run)(const struct control_sources *src, const cJSON *rq, struct buf *out);
} OPERATION[] = {
    {"status", op_status},
    {"history", op_history},
    {"import", op_import},
};

static void *request(void *arg, const char *line, size_t len, struct buf *out)
{
    struct control *c = arg;
    cJSON *rq = cJSON_ParseWithLengthOpts(line, len + 1, NULL, true);
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(rq, "v");
    const cJSON *op = cJSON_GetObjectItemCaseSensitive(rq, "op");
    const struct operation *found = NULL;
    void *state = NULL;

    for (size_t i = 0; cJSON_IsString(op) && i < sizeof OPERATION / sizeof OPERATION[0]; i++)
        if (strcmp(op->valuestring, OPERATION[i].name) == 0)
            found = &OPERATION[i];
    if (memchr(line, '\0', len) != NULL || !cJSON_IsObject(rq))
        error_line(out, "request", "not one JSON object on one line", "");
    else if (!cJSON_IsNumber(v) || v->valuedouble != 1)
        error_line(out, "unsupported", "this collector speaks version 1", "v");
    else if (found == NULL)
        error_line(out, "unsupported", "op is status, history or import", "op");
    else
        state = found->run(&c->src, rq, out);
    cJSON_Delete(rq);
    return state;
}

int control_start(struct control **out, const char *path, const struct control_sources *src)
{
    struct control *c = xcalloc(1, sizeof *c);
    const struct lineserver_ops ops = {
        .request = request,
        .more = more,
        .drop = drop,
        .refuse_busy = "{\"error\":{\"code\":\"busy\",\"text\":\"too many clients at once\","
                       "\"where\":\"\"}}\n",
        .refuse_long = "{\"error\":{\"code\":\"request\",\"text\":\"a request has at most 64 KiB\","
                       "\"where\":\"\"}}\n",
        .arg = c,
    };
    int rc;

    c->src = *src;
    rc = lineserver_start(&c->server, path, 0660, &ops);
    if (rc != 0) {
        free(c);
        return rc;
    }
    *out = c;
    return 0;
}

void control_stop(struct control *c)
{
    if (c == NULL)
        return;
    lineserver_stop(c->server);
    free(c);
}
