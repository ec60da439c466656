/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InfluxDB 2.x through its API: buckets, InfluxQL names for them, tasks, tokens. The pages ask InfluxQL, for which a token is the
 * password of any name. */
#include "office.h"

#include <stdio.h>
#include <string.h>

#include "analytics/alert/channel.h"
#include "collector/common/jsonconf.h"
#include "collector/common/tongue.h"

#define READER  "nila-analytics"
#define ANSWER  ((size_t)1024 * 1024)
#define ID_SIZE 40
#define TOKEN   200
#define BUCKETS 3
#define DAY_S   86400

struct v2 {
    struct office *o;
    char org[ID_SIZE], bucket[BUCKETS][ID_SIZE];
    char writer[OFFICE_LOGIN];
};

/* One request; 0 when it is answered with 2xx. body NULL: GET. Told when it fails, but for a status of quiet. */
static int call(struct office *o, const char *path, const struct buf *body, struct buf *answer,
                long quiet)
{
    char url[1024], login[OFFICE_LOGIN + 32], why[OFFICE_WHY] = "";
    const char *const headers[] = {"Content-Type: application/json", "Accept: application/json",
                                   o->plan.admin[0] != '\0' ? login : NULL, NULL};
    const struct http_request rq = {.method = body != NULL ? "POST" : "GET",
                                    .url = url,
                                    .headers = headers,
                                    .body = body != NULL ? body->p : NULL,
                                    .body_len = body != NULL ? body->n : 0,
                                    .max_answer = ANSWER};
    struct http_answer got = {0};
    int rc;

    (void)snprintf(url, sizeof url, "%s%s", o->plan.url, path);
    (void)snprintf(login, sizeof login, "Authorization: Token %s", o->plan.admin);
    rc = http_do(o->http, &rq, &got, why, sizeof why);
    explicit_bzero(login, sizeof login);
    if (rc == 0 && (got.status < 200 || got.status > 299)) {
        (void)snprintf(why, sizeof why, "HTTP %ld %.200s", got.status,
                       got.body.p != NULL ? got.body.p : "");
        rc = got.status == 401 || got.status == 403 ? NILA_ERR_DENIED
             : got.status == 404                    ? NILA_ERR_NOT_FOUND
                                                    : NILA_ERR_REFUSED;
    }
    if (rc != 0 && (quiet == 0 || got.status != quiet))
        office_tell(o, OFFICE_FAILED, "%.100s: %.250s", path, why);
    *answer = got.body;
    return rc;
}

static int open_answer(struct office *o, const struct buf *b, struct jsonconf **c)
{
    char why[OFFICE_WHY];
    int rc = b->p == NULL ? NILA_ERR_PARSE
                          : jsonconf_open_memory(c, "InfluxDB", b->p, b->n, why, sizeof why);

    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "%s",
                    tongue("jawaban InfluxDB bukan JSON yang dikenal",
                           "InfluxDB's answer is not the JSON known"));
    return rc;
}

/* In the list of that name: the entry whose key is value; its "id" into id (ID_SIZE), "" when there is none. */
static int find_in(struct office *o, const struct buf *b, const char *list, const char *key,
                   const char *value, char id[static ID_SIZE])
{
    struct jsonconf *c = NULL;
    const struct jsonconf_node *all;
    int rc = open_answer(o, b, &c);

    id[0] = '\0';
    if (rc != 0)
        return rc;
    all = jsonconf_member(c, jsonconf_root(c), list, false);
    for (size_t i = 0, n = all != NULL ? jsonconf_length(c, all, 10000) : 0; i < n; i++) {
        const struct jsonconf_node *e = jsonconf_at(c, all, i);
        char said[1024] = "";
        jsonconf_string_or(c, e, key, said, sizeof said, "");
        if (strcmp(said, value) == 0 && id[0] == '\0')
            jsonconf_string_or(c, e, "id", id, ID_SIZE, "");
    }
    jsonconf_close(c);
    return 0;
}

/* A text of the answer: of member inside (NULL: of the answer itself). */
static int take_text(struct office *o, const struct buf *b, const char *inside, const char *key,
                     char *out, size_t size)
{
    struct jsonconf *c = NULL;
    const struct jsonconf_node *at;
    int rc = open_answer(o, b, &c);

    if (rc != 0)
        return rc;
    at = inside != NULL ? jsonconf_member(c, jsonconf_root(c), inside, false) : jsonconf_root(c);
    out[0] = '\0';
    if (at != NULL)
        jsonconf_string_or(c, at, key, out, size, "");
    jsonconf_close(c);
    return out[0] != '\0' ? 0 : NILA_ERR_PARSE;
}

static void put(struct buf *b, const char *key, const char *text)
{
    buf_printf(b, "%s\"%s\":", b->n > 1 ? "," : "", key);
    channel_json(b, text);
}

/* --- the first time ----------------------------------------------------------------------------------------------- */

static int onboard(struct office *o)
{
    struct buf body = {0}, answer = {0};
    char password[33], path[OFFICE_PATH];
    int rc = office_password(password);

    office_beside(o, "office", "influx-admin.token", path, sizeof path);
    buf_str(&body, "{");
    put(&body, "username", "nila-admin");
    put(&body, "password", password);
    put(&body, "org", o->plan.org);
    put(&body, "bucket", o->plan.database);
    buf_printf(&body, ",\"retentionPeriodSeconds\":%lld}",
               (long long)o->plan.keep_raw_days * DAY_S);
    if (rc == 0 && !o->dry)
        rc = call(o, "/api/v2/setup", &body, &answer, 0);
    if (rc == 0 && !o->dry)
        rc = take_text(o, &answer, "auth", "token", o->plan.admin, sizeof o->plan.admin);
    if (rc == 0 && !o->dry)
        rc = office_keep_secret(o, path, o->plan.admin);
    if (rc == 0)
        office_tell(o, OFFICE_MADE,
                    tongue("InfluxDB 2 disiapkan: organisasi %s; token admin di %s",
                           "InfluxDB 2 set up: organisation %s; admin's token in %s"),
                    o->plan.org, path);
    explicit_bzero(password, sizeof password);
    buf_free(&body);
    buf_free(&answer);
    return rc;
}

/* --- organisation, buckets, names --------------------------------------------------------------------------------- */

static void path_with(char *out, size_t size, const char *head, const char *value, const char *tail)
{
    struct buf q = {0};

    http_quote(&q, value);
    (void)snprintf(out, size, "%s%s%s", head, q.p != NULL ? q.p : "", tail);
    buf_free(&q);
}

static int organisation(struct v2 *v)
{
    struct office *o = v->o;
    struct buf answer = {0}, body = {0};
    char path[256];
    int rc;

    path_with(path, sizeof path, "/api/v2/orgs?org=", o->plan.org, "");
    rc = call(o, path, NULL, &answer, 404);
    if (rc == 0)
        rc = find_in(o, &answer, "orgs", "name", o->plan.org, v->org);
    buf_free(&answer);
    if (rc == NILA_ERR_NOT_FOUND)
        rc = 0;
    if (rc == 0 && v->org[0] != '\0') {
        office_tell(o, OFFICE_THERE, tongue("organisasi %s", "organisation %s"), o->plan.org);
        return 0;
    }
    buf_str(&body, "{");
    put(&body, "name", o->plan.org);
    buf_str(&body, "}");
    if (rc == 0 && !o->dry) {
        rc = call(o, "/api/v2/orgs", &body, &answer, 0);
        if (rc == 0)
            rc = take_text(o, &answer, NULL, "id", v->org, sizeof v->org);
    }
    if (rc == 0)
        office_tell(o, OFFICE_MADE, tongue("organisasi %s", "organisation %s"), o->plan.org);
    buf_free(&body);
    buf_free(&answer);
    return rc;
}

static int bucket(struct v2 *v, int k, const char *name, int days)
{
    struct office *o = v->o;
    struct buf answer = {0}, body = {0};
    char path[256], tail[80];
    int rc;

    (void)snprintf(tail, sizeof tail, "&orgID=%s", v->org);
    path_with(path, sizeof path, "/api/v2/buckets?name=", name, tail);
    rc = call(o, path, NULL, &answer, 404);
    if (rc == 0)
        rc = find_in(o, &answer, "buckets", "name", name, v->bucket[k]);
    buf_free(&answer);
    if (rc == NILA_ERR_NOT_FOUND)
        rc = 0;
    if (rc == 0 && v->bucket[k][0] != '\0') {
        office_tell(o, OFFICE_THERE, "bucket %s", name);
        return 0;
    }
    buf_str(&body, "{");
    put(&body, "orgID", v->org);
    put(&body, "name", name);
    buf_str(&body, ",\"retentionRules\":[");
    if (days > 0)
        buf_printf(&body, "{\"type\":\"expire\",\"everySeconds\":%lld}", (long long)days * DAY_S);
    buf_str(&body, "]}");
    if (rc == 0 && !o->dry) {
        rc = call(o, "/api/v2/buckets", &body, &answer, 0);
        if (rc == 0)
            rc = take_text(o, &answer, NULL, "id", v->bucket[k], ID_SIZE);
    }
    if (rc == 0)
        office_tell(o, OFFICE_MADE, "bucket %s", name);
    buf_free(&body);
    buf_free(&answer);
    return rc;
}

/* The names under which InfluxQL finds a bucket: DATABASE, and POLICY in it. */
static int name_for_influxql(struct v2 *v, int k, const char *policy)
{
    struct office *o = v->o;
    struct buf answer = {0}, body = {0};
    char path[256], tail[120], id[ID_SIZE];
    int rc;

    (void)snprintf(tail, sizeof tail, "&orgID=%s&bucketID=%s", v->org, v->bucket[k]);
    path_with(path, sizeof path, "/api/v2/dbrps?db=", o->plan.database, tail);
    rc = call(o, path, NULL, &answer, 0);
    if (rc == 0)
        rc = find_in(o, &answer, "content", "retention_policy", policy, id);
    buf_free(&answer);
    if (rc != 0 || id[0] != '\0')
        return rc;
    buf_str(&body, "{");
    put(&body, "orgID", v->org);
    put(&body, "bucketID", v->bucket[k]);
    put(&body, "database", o->plan.database);
    put(&body, "retention_policy", policy);
    buf_printf(&body, ",\"default\":%s}", k == 0 ? "true" : "false");
    if (!o->dry)
        rc = call(o, "/api/v2/dbrps", &body, &answer, 0);
    if (rc == 0)
        office_tell(o, OFFICE_MADE, tongue("nama InfluxQL %s.%s", "InfluxQL's name %s.%s"),
                    o->plan.database, policy);
    buf_free(&body);
    buf_free(&answer);
    return rc;
}

static int buckets(struct v2 *v)
{
    struct office *o = v->o;
    const struct {
        const char *end, *policy;
        int days;
    } B[BUCKETS] = {{"", "autogen", o->plan.keep_raw_days},
                    {"_" OFFICE_HOURLY, OFFICE_HOURLY, o->plan.keep_hourly_days},
                    {"_" OFFICE_DAILY, OFFICE_DAILY, 0}};
    int rc = 0;

    for (int k = 0; rc == 0 && k < BUCKETS; k++) {
        char name[80];
        (void)snprintf(name, sizeof name, "%s%s", o->plan.database, B[k].end);
        rc = bucket(v, k, name, B[k].days);
        if (rc == 0 && v->bucket[k][0] != '\0')
            rc = name_for_influxql(v, k, B[k].policy);
    }
    return rc;
}

static int task(struct v2 *v, bool daily)
{
    struct office *o = v->o;
    const char *name = daily ? "nila-" OFFICE_DAILY : "nila-" OFFICE_HOURLY;
    struct buf answer = {0}, body = {0}, flux = {0};
    char path[256], tail[80], id[ID_SIZE] = "";
    int rc;

    (void)snprintf(tail, sizeof tail, "&orgID=%s", v->org);
    path_with(path, sizeof path, "/api/v2/tasks?name=", name, tail);
    rc = call(o, path, NULL, &answer, 0);
    if (rc == 0)
        rc = find_in(o, &answer, "tasks", "name", name, id);
    buf_free(&answer);
    if (rc == 0 && id[0] != '\0') {
        office_tell(o, OFFICE_THERE, tongue("tugas %s", "task %s"), name);
        return 0;
    }
    office_flux(&flux, o->plan.database, daily);
    buf_str(&body, "{");
    put(&body, "orgID", v->org);
    put(&body, "flux", flux.p);
    put(&body, "status", "active");
    buf_str(&body, "}");
    if (rc == 0 && !o->dry)
        rc = call(o, "/api/v2/tasks", &body, &answer, 0);
    if (rc == 0)
        office_tell(o, OFFICE_MADE, tongue("tugas %s", "task %s"), name);
    buf_free(&flux);
    buf_free(&body);
    buf_free(&answer);
    return rc;
}

/* --- tokens ------------------------------------------------------------------------------------------------------- */

/* A token of that description: write for one bucket, and read and write for all with all. */
static int make_token(struct v2 *v, const char *what, bool all, char token[static OFFICE_LOGIN])
{
    struct buf answer = {0}, body = {0};
    char text[TOKEN] = "";
    int rc = 0;

    buf_str(&body, "{");
    put(&body, "orgID", v->org);
    put(&body, "description", what);
    buf_str(&body, ",\"permissions\":[");
    for (int k = 0; k < (all ? BUCKETS : 1); k++)
        for (int r = 0; r < (all ? 2 : 1); r++)
            buf_printf(&body,
                       "%s{\"action\":\"%s\",\"resource\":{\"type\":\"buckets\",\"id\":\"%s\","
                       "\"orgID\":\"%s\"}}",
                       k + r > 0 ? "," : "", r == 0 ? "write" : "read", v->bucket[k], v->org);
    buf_str(&body, "]}");
    if (!v->o->dry)
        rc = call(v->o, "/api/v2/authorizations", &body, &answer, 0);
    if (rc == 0 && !v->o->dry)
        rc = take_text(v->o, &answer, NULL, "token", text, sizeof text);
    if (rc == 0)
        (void)snprintf(token, OFFICE_LOGIN, "%s", text);
    explicit_bzero(text, sizeof text);
    if (answer.p != NULL)
        explicit_bzero(answer.p, answer.n);
    buf_free(&answer);
    buf_free(&body);
    return rc;
}

static int tokens(struct v2 *v)
{
    struct office *o = v->o;
    struct buf answer = {0};
    char path[256], id[ID_SIZE], what[SLUG_SIZE + 24], token[OFFICE_LOGIN] = "";
    bool known;
    int rc;

    (void)snprintf(path, sizeof path, "/api/v2/authorizations?orgID=%s", v->org);
    rc = call(o, path, NULL, &answer, 0);
    office_beside(o, "secrets", "influx.token", path, sizeof path);
    known = office_first_line(path, o->reader, sizeof o->reader);
    if (rc == 0)
        rc = find_in(o, &answer, "authorizations", "description", READER, id);
    if (rc == 0 && (id[0] == '\0' || !known)) {
        rc = make_token(v, READER, true, token);
        (void)snprintf(o->reader, sizeof o->reader, "nila:%.200s", token);
    }
    if (rc == 0)
        office_tell(o, token[0] != '\0' || o->dry ? OFFICE_MADE : OFFICE_THERE,
                    tongue("token %s untuk halaman", "token %s of the pages"), READER);
    for (size_t i = 0; rc == 0 && i < o->plan.collectors; i++) {
        (void)snprintf(what, sizeof what, "nila-collector %s", o->plan.collector[i]);
        rc = find_in(o, &answer, "authorizations", "description", what, id);
        if (rc == 0 && id[0] != '\0' && !o->plan.renew) {
            office_tell(o, OFFICE_THERE,
                        tongue("token %s, hanya boleh menulis", "token %s, may only write"), what);
            continue;
        }
        if (rc == 0)
            rc = make_token(v, what, false, o->login[i]);
        if (rc == 0) {
            office_tell(o, OFFICE_MADE,
                        tongue("token %s, hanya boleh menulis", "token %s, may only write"), what);
            (void)snprintf(v->writer, sizeof v->writer, "%s", o->login[i]);
        }
    }
    buf_free(&answer);
    return rc;
}

/* --- does it work ------------------------------------------------------------------------------------------------- */

static int try_it(struct v2 *v)
{
    struct office *o = v->o;
    const struct influx_config writing = {.api = INFLUX_V2,
                                          .url = o->plan.url,
                                          .org = o->plan.org,
                                          .bucket = o->plan.database,
                                          .token =
                                              v->writer[0] != '\0' ? v->writer : o->plan.admin};
    const struct influx_config reading = {
        .api = INFLUX_V1, .url = o->plan.url, .database = o->plan.database, .user_pass = o->reader};
    struct influx *in = NULL, *out = NULL;
    char why[OFFICE_WHY] = "";
    int rc = influx_open(&in, &writing);

    if (rc == 0)
        rc = influx_open(&out, &reading);
    if (rc == 0)
        rc = office_write_and_read(in, out, why);
    influx_close(in);
    influx_close(out);
    return office_tried(o, rc, why,
                        tongue("coba: ditulis, dibaca lagi", "tried: written, read back"));
}

/* The point of try_it goes again. */
static int tidy(struct v2 *v)
{
    struct buf body = {0}, answer = {0}, path = {0};
    int rc;

    buf_str(&path, "/api/v2/delete?org=");
    http_quote(&path, v->o->plan.org);
    buf_str(&path, "&bucket=");
    http_quote(&path, v->o->plan.database);
    buf_str(&body,
            "{\"start\":\"1970-01-01T00:00:00Z\",\"stop\":\"2100-01-01T00:00:00Z\",\"predicate\":"
            "\"_measurement=\\\"nila_setup_test\\\"\"}");
    rc = call(v->o, path.p, &body, &answer, 0);
    buf_free(&path);
    buf_free(&body);
    buf_free(&answer);
    return rc;
}

int office_v2(struct office *o)
{
    struct v2 v = {.o = o};
    char path[OFFICE_PATH];
    int rc = 0;

    office_beside(o, "office", "influx-admin.token", path, sizeof path);
    if (o->plan.admin[0] == '\0')
        (void)office_first_line(path, o->plan.admin, sizeof o->plan.admin);
    if (o->found.fresh) {
        rc = onboard(o);
        if (rc != 0 || o->dry) {
            if (rc == 0)
                office_tell(
                    o, OFFICE_NOTE,
                    tongue("sisanya baru terlihat sesudah itu", "the rest shows after that"));
            return rc;
        }
    }
    if (rc == 0 && o->plan.admin[0] == '\0') {
        office_tell(o, OFFICE_FAILED,
                    tongue("token admin InfluxDB 2 belum diberikan",
                           "no admin's token of InfluxDB 2 was given"));
        return NILA_ERR_DENIED;
    }
    rc = organisation(&v);
    if (rc == 0 && v.org[0] == '\0') /* dry, and it is not there yet */
        return 0;
    if (rc == 0)
        rc = buckets(&v);
    for (int d = 0; rc == 0 && d < 2; d++)
        rc = task(&v, d == 1);
    if (rc == 0)
        rc = tokens(&v);
    if (rc == 0 && !o->dry)
        rc = try_it(&v);
    if (rc == 0 && !o->dry)
        rc = tidy(&v);
    explicit_bzero(v.writer, sizeof v.writer);
    return rc;
}
