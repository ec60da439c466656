/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control_own.h"

#include <cjson/cJSON.h>
#include <grp.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "import_sets.h"

#define ADMIN_GROUP "nila-admin"
#define IMPORT_ROWS 500
#define MS_LIMIT    1e15 /* times beyond this are no times; doubles are exact up to 9e15 */

/* A history that is being sent. */
struct history {
    struct control_state state;
    char pond[SLUG_SIZE];
    enum metric metric;
    int64_t from_ms, to_ms, after_seq;
};

/* --- what all operations use -------------------------------------------------------------------------------------- */

void control_end(struct buf *b)
{
    buf_str(b, "{\"end\":true}\n");
}

void control_error(struct buf *b, const char *code, const char *text, const char *where)
{
    buf_printf(b, "{\"error\":{\"code\":\"%s\"", code);
    json_member(b, "text", text);
    json_member(b, "where", where);
    buf_str(b, "}}\n");
}

void control_journal_error(struct buf *b, int rc)
{
    char text[128];
    (void)snprintf(text, sizeof text, "the journal: %s", nila_err_text(rc));
    control_error(b, "journal", text, "");
}

bool control_milliseconds(const cJSON *n, int64_t *out)
{
    double ms = cJSON_GetNumberValue(n); /* NaN when it is none */

    if (!(fabs(ms) <= MS_LIMIT) || ms != floor(ms))
        return false;
    *out = (int64_t)ms;
    return true;
}

bool control_whole(const cJSON *n, double least, double most, int *out)
{
    double v = cJSON_GetNumberValue(n);

    if (!(v >= least && v <= most) || v != floor(v))
        return false;
    *out = (int)v;
    return true;
}

static bool in_group(const struct lineserver_peer *peer, gid_t gid)
{
    bool in = peer->gid == gid;

    for (unsigned i = 0; i < peer->groups; i++)
        in = in || peer->group[i] == gid;
    return in;
}

bool control_may_write(const struct lineserver_peer *peer)
{
    struct group g, *found = NULL;
    char room[4096];

    if (!peer->known)
        return false;
    if (peer->uid == 0 || peer->uid == geteuid())
        return true;
    return getgrnam_r(ADMIN_GROUP, &g, room, sizeof room, &found) == 0 && found != NULL &&
           in_group(peer, found->gr_gid);
}

/* --- history ------------------------------------------------------------------------------------------------------ */

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

static int history_more(struct control *c, struct control_state *state, struct buf *out)
{
    struct history *h = (struct history *)state;
    int rc = journal_history_piece(c->src.journal, &h->after_seq, h->pond, h->metric, h->from_ms,
                                   h->to_ms, history_line, out);

    if (rc == 1)
        return 1;
    if (rc == 0)
        control_end(out);
    else
        control_journal_error(out, rc);
    return 0;
}

static void history_drop(struct control *c, struct control_state *state)
{
    (void)c;
    free(state);
}

static struct control_state *history(struct control *c, const struct lineserver_peer *peer,
                                     const cJSON *rq, struct buf *out)
{
    const struct control_sources *src = &c->src;
    const cJSON *pond = cJSON_GetObjectItemCaseSensitive(rq, "pond");
    const cJSON *metric = cJSON_GetObjectItemCaseSensitive(rq, "metric");
    struct history h = {.state = {history_more, history_drop}}, *kept;

    (void)peer;
    if (!cJSON_IsString(pond) || !cJSON_IsString(metric)) {
        control_error(out, "request", "history needs a pond and a metric", "pond");
        return NULL;
    }
    if (pond->valuestring[0] != '\0' && site_find_pond(src->site, pond->valuestring) < 0) {
        control_error(out, "not_found", "no such pond in this site", "pond");
        return NULL;
    }
    if (metric_find(metric->valuestring, &h.metric) != 0) {
        control_error(out, "not_found", "no such metric", "metric");
        return NULL;
    }
    if (!control_milliseconds(cJSON_GetObjectItemCaseSensitive(rq, "from_ms"), &h.from_ms) ||
        !control_milliseconds(cJSON_GetObjectItemCaseSensitive(rq, "to_ms"), &h.to_ms) ||
        h.to_ms < h.from_ms) {
        control_error(out, "range",
                      "from_ms and to_ms are whole milliseconds, to_ms not before from_ms",
                      "from_ms");
        return NULL;
    }
    (void)snprintf(h.pond, sizeof h.pond, "%s", pond->valuestring);
    kept = xcalloc(1, sizeof *kept);
    *kept = h;
    return &kept->state;
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
    if (!control_milliseconds(cell[0], &v->ts_ms))
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

static struct control_state *import(struct control *c, const struct lineserver_peer *peer,
                                    const cJSON *rq, struct buf *out)
{
    const struct control_sources *src = &c->src;
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(rq, "rows"), *row;
    struct import_sets sets = {.site = src->site};
    int n = cJSON_IsArray(rows) ? cJSON_GetArraySize(rows) : 0, at = 0, rc;
    int64_t now_ms = clock_wall_ms();

    if (!control_may_write(peer)) {
        control_error(out, "denied", "importing is for root and the group nila-admin", "");
        return NULL;
    }
    if (n < 1 || n > IMPORT_ROWS) {
        control_error(out, "range", "an import has 1 to 500 rows", "rows");
        return NULL;
    }
    cJSON_ArrayForEach(row, rows)
    {
        struct import_value v;
        const char *fault = import_row(src->site, row, now_ms, &v);
        if (fault != NULL) {
            char where[32];
            (void)snprintf(where, sizeof where, "rows[%d]", at);
            control_error(out, "range", fault, where);
            goto out;
        }
        import_sets_add(&sets, &v);
        at++;
    }
    rc = journal_append(src->journal, sets.set, sets.n);
    if (rc != 0) {
        control_journal_error(out, rc);
        goto out;
    }
    buf_printf(out, "{\"sets\":%zu,\"values\":%zu}\n", sets.n, sets.values);
    control_end(out);
out:
    import_sets_free(&sets);
    return NULL;
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    control_operation *run;
} OPERATION[] = {
    {"status", control_status}, {"history", history},         {"import", import},
    {"ask", control_ask},       {"relay", control_relay},     {"spool", control_spool},
    {"rows", control_rows},     {"metrics", control_metrics}, {"registers", control_registers},
    {"frames", control_frames}, {"lend", control_lend},       {"lent", control_lent},
    {"return", control_return}, {"backup", control_backup},
};

static control_operation *find_operation(const cJSON *op)
{
    for (size_t i = 0; cJSON_IsString(op) && i < sizeof OPERATION / sizeof OPERATION[0]; i++)
        if (strcmp(op->valuestring, OPERATION[i].name) == 0)
            return OPERATION[i].run;
    return NULL;
}

static void *request(void *arg, const struct lineserver_peer *peer, const char *line, size_t len,
                     struct buf *out)
{
    struct control *c = arg;
    cJSON *rq = cJSON_ParseWithLengthOpts(line, len + 1, NULL, true);
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(rq, "v");
    control_operation *run = find_operation(cJSON_GetObjectItemCaseSensitive(rq, "op"));
    struct control_state *state = NULL;

    if (memchr(line, '\0', len) != NULL || !cJSON_IsObject(rq))
        control_error(out, "request", "not one JSON object on one line", "");
    else if (!cJSON_IsNumber(v) || v->valuedouble != 1)
        control_error(out, "unsupported", "this collector speaks version 1", "v");
    else if (run == NULL)
        control_error(out, "unsupported",
                      "op is status, history, rows, import, ask, registers, relay, spool, metrics, "
                      "frames, lend, lent, return or backup",
                      "op");
    else
        state = run(c, peer, rq, out);
    cJSON_Delete(rq);
    return state;
}

static int more(void *arg, void *state, struct buf *out)
{
    struct control_state *s = state;
    return s->more(arg, s, out);
}

static void drop(void *arg, void *state)
{
    struct control_state *s = state;
    s->drop(arg, s);
}

static void discard(struct control *c)
{
    (void)pthread_cond_destroy(&c->asks_done);
    (void)pthread_mutex_destroy(&c->asks_lock);
    free(c);
}

/* Answers that last as long as a loan look at it. */
static void loans_changed(void *arg)
{
    struct control *c = arg;
    lineserver_wake(c->server);
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
    if (pthread_mutex_init(&c->asks_lock, NULL) != 0 || pthread_cond_init(&c->asks_done, NULL) != 0)
        fatal("control: no mutex");
    /* a client may be served before server is known here: who needs it waits for the lock */
    (void)pthread_mutex_lock(&c->asks_lock);
    rc = lineserver_start(&c->server, path, 0660, &ops);
    (void)pthread_mutex_unlock(&c->asks_lock);
    if (rc != 0) {
        discard(c);
        return rc;
    }
    if (src->loan != NULL)
        loan_watch(src->loan, loans_changed, c);
    *out = c;
    return 0;
}

void control_stop(struct control *c)
{
    if (c == NULL)
        return;
    if (c->src.loan != NULL)
        loan_watch(c->src.loan, NULL, NULL);
    lineserver_stop(c->server);
    control_ask_wait(c);
    discard(c);
}
