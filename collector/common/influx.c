/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "influx.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "influx_own.h"
#include "influxcsv.h"
#include "log.h"

enum {
    QUERY_ANSWER_MAX = 64 * 1024 * 1024 /* 20000 raw rows are about 1.5 MiB */
};

const char *influx_api_name(enum influx_api api)
{
    static const char *const NAME[INFLUX_APIS] = {"v1", "v2", "v3", "vm"};
    return NAME[api];
}

/* "http://host[:port]" with nothing behind it but perhaps a slash. */
static bool url_is_plain(const char *url)
{
    const char *host;

    if (url == NULL)
        return false;
    if (strncmp(url, "http://", 7) == 0)
        host = url + 7;
    else if (strncmp(url, "https://", 8) == 0)
        host = url + 8;
    else
        return false;
    if (*host == '\0' || *host == '/' || *host == ':')
        return false;
    host += strcspn(host, "/?#");
    return *host == '\0' || strcmp(host, "/") == 0;
}

static bool given(const char *s)
{
    return s != NULL && s[0] != '\0';
}

static bool names_its_place(const struct influx_config *c)
{
    switch (c->api) {
    case INFLUX_V1:
    case INFLUX_V3:
        return given(c->database);
    case INFLUX_V2:
        return given(c->org) && given(c->bucket);
    case INFLUX_VM:
        return true;
    case INFLUX_APIS:
        break;
    }
    return false;
}

static void add_part(struct buf *b, const char *key, const char *value)
{
    if (!given(value))
        return;
    buf_printf(b, "&%s=", key);
    http_quote(b, value);
}

/* The precision is always said: 1.x takes an unknown or missing one as ns, and the rows land in 1970. */
static char *write_url(const char *url, const struct influx_config *c)
{
    static const char *const PATH[INFLUX_APIS] = {
        "/write?precision=ms", "/api/v2/write?precision=ms",
        "/api/v3/write_lp?precision=millisecond&accept_partial=true&no_sync=false",
        "/write?precision=ms"};
    struct buf b = {0};

    buf_printf(&b, "%s%s", url, PATH[c->api]);
    if (c->api == INFLUX_V2) {
        add_part(&b, "org", c->org);
        add_part(&b, "bucket", c->bucket);
    } else {
        add_part(&b, "db", c->database);
        if (c->api == INFLUX_V1)
            add_part(&b, "rp", c->retention_policy);
    }
    return b.p;
}

static char *authorization(const struct influx_config *c)
{
    struct buf b = {0};

    if (given(c->token) && (c->api == INFLUX_V2 || c->api == INFLUX_V3))
        buf_printf(&b, "Authorization: %s %s", c->api == INFLUX_V2 ? "Token" : "Bearer", c->token);
    return b.p;
}

int influx_open(struct influx **out, const struct influx_config *c)
{
    struct influx *db;
    struct buf b = {0};
    char *url;
    int rc;

    if (!url_is_plain(c->url) || !names_its_place(c))
        return NILA_ERR_CONFIG;
    db = xcalloc(1, sizeof *db);
    rc = http_open(&db->http);
    if (rc != 0) {
        free(db);
        return rc;
    }
    url = xstrdup(c->url);
    if (url[strlen(url) - 1] == '/')
        url[strlen(url) - 1] = '\0';
    db->api = c->api;
    db->database = xstrdup(given(c->database) ? c->database : "");
    if (given(c->user_pass) && (c->api == INFLUX_V1 || c->api == INFLUX_VM))
        db->user_pass = xstrdup(c->user_pass);
    db->authorization = authorization(c);
    db->ca_file = given(c->ca_file) ? xstrdup(c->ca_file) : NULL;
    db->timeout_ms = c->timeout_ms;
    db->write_url = write_url(url, c);
    if (c->api == INFLUX_VM)
        buf_printf(&b, "%s/api/v1/export/csv", url);
    else
        buf_printf(&b, "%s/query?epoch=ms&db=", url);
    if (c->api != INFLUX_VM)
        http_quote(&b, db->database);
    db->query_url = b.p;
    free(url);
    *out = db;
    return 0;
}

void influx_close(struct influx *db)
{
    if (db == NULL)
        return;
    http_close(db->http);
    free(db->database);
    free(db->user_pass);
    free(db->authorization);
    free(db->ca_file);
    free(db->write_url);
    free(db->query_url);
    free(db);
}

void influx_cancel(struct influx *db)
{
    http_cancel(db->http);
}

/* Sends the statement; 0 with a 200 answer in *got (the caller's to free), else an error and its words. */
static int ask(struct influx *db, const char *influxql, const char *accept, struct http_answer *got,
               char *why, size_t why_size)
{
    const char *const headers[] = {accept, "Content-Type: application/x-www-form-urlencoded", NULL};
    struct buf body = {0};
    struct http_request rq = {.method = "POST",
                              .url = db->query_url,
                              .user_pass = db->user_pass,
                              .ca_file = db->ca_file,
                              .headers = headers,
                              .timeout_ms = db->timeout_ms,
                              .max_answer = QUERY_ANSWER_MAX};
    int rc;

    buf_str(&body, "q=");
    http_quote(&body, influxql);
    rq.body = body.p;
    rq.body_len = body.n;
    rc = http_do(db->http, &rq, got, why, why_size);
    buf_free(&body);
    if (rc != 0 || got->status == 200)
        return rc;
    if (why != NULL) {
        char words[200];
        influx_words(words, sizeof words, &got->body);
        (void)snprintf(why, why_size, "HTTP %ld%s%s", got->status, words[0] != '\0' ? ": " : "",
                       words);
    }
    return got->status >= 500 ? NILA_ERR_IO : NILA_ERR_REFUSED;
}

/* {"results":[{"statement_id":0,"error":"..."}]} */
static int statement_error(const struct buf *json, char *why, size_t why_size)
{
    static const char HEAD[] = "{\"results\":[{\"statement_id\":0";
    static const char ERROR[] = ",\"error\":\"";
    const char *p = json->p != NULL ? json->p : "";

    if (strncmp(p, HEAD, sizeof HEAD - 1) != 0) {
        if (why != NULL)
            (void)snprintf(why, why_size, "the answer is not InfluxDB's JSON");
        return NILA_ERR_PARSE;
    }
    p += sizeof HEAD - 1;
    if (strncmp(p, ERROR, sizeof ERROR - 1) != 0)
        return 0;
    if (why != NULL)
        influx_json_string(why, why_size, p + sizeof ERROR - 1);
    return NILA_ERR_REFUSED;
}

static int run_as_json(struct influx *db, const char *influxql, char *why, size_t why_size)
{
    struct http_answer got = {0};
    int rc = ask(db, influxql, "Accept: application/json", &got, why, why_size);

    if (rc == 0)
        rc = statement_error(&got.body, why, why_size);
    buf_free(&got.body);
    return rc;
}

int influx_query(struct influx *db, const char *influxql, influx_row row, void *arg, char *why,
                 size_t why_size)
{
    struct http_answer got = {0};
    struct influxcsv *csv = NULL;
    int rc;

    while (isspace((unsigned char)*influxql))
        influxql++;
    if (strncasecmp(influxql, "select", 6) != 0 && strncasecmp(influxql, "show", 4) != 0)
        return run_as_json(db, influxql, why, why_size);
    rc = ask(db, influxql, "Accept: application/csv", &got, why, why_size);
    if (rc != 0)
        goto out;
    if (got.body.n == 0) {
        rc = run_as_json(db, influxql, why, why_size);
        goto out;
    }
    csv = influxcsv_new(row, arg);
    rc = influxcsv_feed(csv, got.body.p, got.body.n);
    if (rc == 0)
        rc = influxcsv_end(csv);
    if (why != NULL && influxcsv_why(csv)[0] != '\0')
        (void)snprintf(why, why_size, "InfluxDB's answer: %s", influxcsv_why(csv));
out:
    influxcsv_free(csv);
    buf_free(&got.body);
    return rc;
}

static void quote(struct buf *b, const char *s, char mark)
{
    buf_add(b, &mark, 1);
    for (; *s != '\0'; s++) {
        if (*s == '\n') {
            buf_str(b, "\\n");
            continue;
        }
        if (*s == mark || *s == '\\')
            buf_str(b, "\\");
        buf_add(b, s, 1);
    }
    buf_add(b, &mark, 1);
}

void influx_quote_string(struct buf *b, const char *s)
{
    quote(b, s, '\'');
}

void influx_quote_name(struct buf *b, const char *s)
{
    quote(b, s, '"');
}

int influx_create_database(struct influx *db, char *why, size_t why_size)
{
    struct buf q = {0};
    int rc;

    buf_str(&q, "CREATE DATABASE ");
    influx_quote_name(&q, db->database);
    rc = run_as_json(db, q.p, why, why_size);
    buf_free(&q);
    return rc;
}
