/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control_client.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/control.h"
#include "json_out.h"

#define ASK_MS   30000 /* a question waits for the line and for its answer */
#define ROWS_MS  60000
#define REGS_MAX 2000

static const char *word(const cJSON *o, const char *key)
{
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
    return s != NULL ? s : "";
}

static int whole(const cJSON *o, const char *key)
{
    double v = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(o, key));
    return v >= -1e9 && v <= 1e9 ? (int)v : 0;
}

/* --- ask ---------------------------------------------------------------------------------------------------------- */

struct ask {
    const struct bus_question *q;
    uint16_t regs[REGS_MAX];
    unsigned n;
    struct bus_answer *a;
    int rc;
    bool came;
};

static int outcome_of(const char *name)
{
    static const struct {
        const char *name;
        int rc;
    } OUTCOME[] = {
        {"good", 0},
        {"silent", NILA_ERR_TIMEOUT},
        {"bad", NILA_ERR_PROTO},
        {"stale", NILA_ERR_PROTO},
        {"exception", NILA_ERR_EXCEPTION},
        {"busy", NILA_ERR_BUSY},
        {"away", NILA_ERR_IO},
    };

    for (size_t i = 0; i < sizeof OUTCOME / sizeof OUTCOME[0]; i++)
        if (strcmp(name, OUTCOME[i].name) == 0)
            return OUTCOME[i].rc;
    return NILA_ERR_PROTO;
}

static int ask_line(void *arg, const char *json)
{
    struct ask *k = arg;
    cJSON *o = cJSON_Parse(json);
    const cJSON *regs = cJSON_GetObjectItemCaseSensitive(o, "regs"), *reg;
    const char *name = word(o, "outcome");
    bool read = !bus_is_write(k->q->function);

    k->rc = outcome_of(name);
    k->came = true;
    k->a->answer_ms = whole(o, "answer_ms");
    k->a->exception = whole(o, "exception");
    k->a->stale = strcmp(name, "stale") == 0;
    (void)snprintf(k->a->text, sizeof k->a->text, "%s", word(o, "text"));
    if (k->rc == 0 && read && cJSON_GetArraySize(regs) != k->q->count)
        k->rc = NILA_ERR_PROTO;
    cJSON_ArrayForEach(reg, regs)
    {
        double v = cJSON_GetNumberValue(reg);
        if (k->rc == 0 && read && k->n < k->q->count && k->n < REGS_MAX)
            k->regs[k->n++] = v >= 0 && v <= 65535 ? (uint16_t)v : 0;
    }
    cJSON_Delete(o);
    return 0;
}

int control_client_ask(const char *socket, const char *bus, const struct bus_question *q,
                       uint16_t *regs, struct bus_answer *a)
{
    struct ask k = {.q = q, .a = a};
    struct buf rq = {0};
    char why[256] = "";
    int rc;

    *a = (struct bus_answer){0};
    buf_str(&rq, "{\"v\":1,\"op\":\"ask\"");
    json_member(&rq, "bus", bus);
    buf_printf(&rq, ",\"unit\":%d,\"function\":%d,\"first\":%u,\"count\":%u,\"timeout_ms\":%d",
               q->unit, q->function, (unsigned)q->first, (unsigned)q->count, q->timeout_ms);
    if (q->write != NULL) {
        for (unsigned i = 0; i < q->count; i++)
            buf_printf(&rq, "%s%u", i == 0 ? ",\"write\":[" : ",", (unsigned)q->write[i]);
        buf_str(&rq, "]");
    }
    buf_str(&rq, "}");
    rc = control_call(socket, rq.p, ask_line, &k, ASK_MS, why, sizeof why);
    buf_free(&rq);
    if (rc == 0 && k.came && k.rc == 0 && regs != NULL)
        memcpy(regs, k.regs, k.n * sizeof k.regs[0]);
    if (rc == 0 && k.came)
        return k.rc;
    (void)snprintf(a->text, sizeof a->text, "%.95s", why);
    return rc == NILA_ERR_REFUSED || rc == NILA_ERR_DENIED || rc == NILA_ERR_BUSY ? rc
                                                                                  : NILA_ERR_CLOSED;
}

/* --- rows and metrics --------------------------------------------------------------------------------------------- */

struct rows {
    control_client_row each;
    void *arg;
    char *why;
    size_t why_size;
};

static int row_line(void *arg, const char *json)
{
    const struct rows *r = arg;
    cJSON *o = cJSON_Parse(json);
    struct control_row row = {
        .value = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(o, "value"))};
    double ts_ms = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(o, "ts_ms"));
    bool good = fabs(ts_ms) < 1e15 && metric_find(word(o, "metric"), &row.metric) == 0;

    row.ts_ms = good ? (int64_t)ts_ms : 0;
    row.flag = whole(o, "flag");
    row.sure = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "sure"));
    (void)snprintf(row.pond, sizeof row.pond, "%.32s", word(o, "pond"));
    (void)snprintf(row.device, sizeof row.device, "%.32s", word(o, "device"));
    cJSON_Delete(o);
    if (good)
        return r->each(r->arg, &row);
    (void)snprintf(r->why, r->why_size, "the collector's row is not readable");
    return NILA_ERR_PROTO;
}

int control_client_rows(const char *socket, int64_t from_ms, int64_t to_ms, const char *pond,
                        const char *metric, control_client_row each, void *arg, char *why,
                        size_t why_size)
{
    struct rows r = {each, arg, why, why_size};
    struct buf rq = {0};
    int rc;

    buf_printf(&rq, "{\"v\":1,\"op\":\"rows\",\"from_ms\":%" PRId64 ",\"to_ms\":%" PRId64, from_ms,
               to_ms);
    if (pond != NULL)
        json_member(&rq, "pond", pond);
    if (metric != NULL)
        json_member(&rq, "metric", metric);
    buf_str(&rq, "}");
    rc = control_call(socket, rq.p, row_line, &r, ROWS_MS, why, why_size);
    buf_free(&rq);
    return rc;
}

static int64_t count(const cJSON *o, const char *key)
{
    double v = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(o, key));
    return v > 0 && v < 1e15 ? (int64_t)v : 0;
}

static int spool_line(void *arg, const char *json)
{
    struct control_spool *s = arg;
    cJSON *o = cJSON_Parse(json);

    if (strcmp(word(o, "kind"), "journal") == 0) {
        s->oldest_unsent_ms = count(o, "oldest_unsent_ms");
        s->dropped = count(o, "dropped");
        s->quarantined = count(o, "quarantined");
    } else if (strcmp(word(o, "kind"), "sink") == 0 && count(o, "pending") > s->pending) {
        s->pending = count(o, "pending");
    }
    cJSON_Delete(o);
    return 0;
}

int control_client_spool(const char *socket, struct control_spool *out, char *why, size_t why_size)
{
    struct control_spool s = {0};
    int rc = control_call(socket, "{\"v\":1,\"op\":\"spool\",\"newest\":0}", spool_line, &s,
                          ROWS_MS, why, why_size);

    if (rc == 0)
        *out = s;
    return rc;
}

static int text_line(void *arg, const char *json)
{
    cJSON *o = cJSON_Parse(json);

    buf_str(arg, word(o, "text"));
    buf_str(arg, "\n");
    cJSON_Delete(o);
    return 0;
}

int control_client_metrics(const char *socket, struct buf *out, char *why, size_t why_size)
{
    return control_call(socket, "{\"v\":1,\"op\":\"metrics\"}", text_line, out, ROWS_MS, why,
                        why_size);
}
