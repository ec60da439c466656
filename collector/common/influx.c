/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "influx.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gzip.h"
#include "http.h"
#include "influxcsv.h"
#include "log.h"

enum {
    GZIP_LEVEL = 6,                     /* 4.3 bytes a value instead of 5.4 at level 1 (measured) */
    WRITE_ANSWER_MAX = 256 * 1024,      /* refusals quote the refused lines; the first say enough */
    QUERY_ANSWER_MAX = 64 * 1024 * 1024 /* 20000 raw rows are about 1.5 MiB */
};

struct influx {
    struct http *http;
    char *url, *database, *user_pass;
    char *write_url, *query_url;
    int64_t timeout_ms;
};

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

int influx_open(struct influx **out, const struct influx_config *c)
{
    struct influx *db;
    struct buf b = {0};
    int rc;

    if (!url_is_plain(c->url) || c->database == NULL || c->database[0] == '\0')
        return NILA_ERR_CONFIG;
    db = xcalloc(1, sizeof *db);
    rc = http_open(&db->http);
    if (rc != 0) {
        free(db);
        return rc;
    }
    db->url = xstrdup(c->url);
    if (db->url[strlen(db->url) - 1] == '/')
        db->url[strlen(db->url) - 1] = '\0';
    db->database = xstrdup(c->database);
    db->user_pass = c->user_pass != NULL && c->user_pass[0] != '\0' ? xstrdup(c->user_pass) : NULL;
    db->timeout_ms = c->timeout_ms;
    /* precision is always said: an unknown or missing one is taken as ns and lands in 1970 */
    buf_printf(&b, "%s/write?precision=ms&db=", db->url);
    http_quote(&b, db->database);
    db->write_url = b.p;
    b = (struct buf){0};
    buf_printf(&b, "%s/query?epoch=ms&db=", db->url);
    http_quote(&b, db->database);
    db->query_url = b.p;
    *out = db;
    return 0;
}

void influx_close(struct influx *db)
{
    if (db == NULL)
        return;
    http_close(db->http);
    free(db->url);
    free(db->database);
    free(db->user_pass);
    free(db->write_url);
    free(db->query_url);
    free(db);
}

void influx_cancel(struct influx *db)
{
    http_cancel(db->http);
}

/* Copies a JSON string (after its opening quote) as one line of plain text. */
static void copy_json_string(char *to, size_t size, const char *s)
{
    size_t n = 0;

    for (; *s != '\0' && *s != '"' && n + 1 < size; s++) {
        char c = *s;
        if (c == '\\' && s[1] != '\0') {
            c = *++s;
            if (c == 'n' || c == 't' || c == 'r')
                c = ' ';
        }
        to[n++] = (char)((unsigned char)c < 0x20 ? ' ' : c);
    }
    to[n] = '\0';
}

/* Finds the server's words: {"error":"..."} in JSON, "error" and the words in two rows in CSV, or whatever came. */
static void server_words(char *to, size_t size, const struct buf *body)
{
    static const char JSON[] = "{\"error\":\"";
    static const char CSV[] = "error\n";
    const char *p = body->p != NULL ? body->p : "";
    size_t n = 0;
    bool csv;

    if (strncmp(p, JSON, sizeof JSON - 1) == 0) {
        copy_json_string(to, size, p + sizeof JSON - 1);
        return;
    }
    csv = strncmp(p, CSV, sizeof CSV - 1) == 0;
    if (csv)
        p += sizeof CSV - 1;
    for (; *p != '\0' && n + 1 < size; p++) {
        if (csv && *p == '"' && *++p != '"') /* CSV's own quotes go, doubled ones become one */
            p--;
        else
            to[n++] = (char)((unsigned char)*p < 0x20 ? ' ' : *p);
    }
    while (n > 0 && to[n - 1] == ' ')
        n--;
    to[n] = '\0';
}

/* json: the answer is a JSON object, as all of InfluxDB's refusals are. A proxy's or a TLS port's "400 Bad Request" is not,
 * and says nothing about the lines. */
static enum influx_verdict judge(long status, const char *words, bool json)
{
    /* clang-format off */
    static const struct {
        long from, to;
        enum influx_verdict verdict;
    } RULE[] = {
        {204, 204, INFLUX_STORED},
        {200, 299, INFLUX_MISCONFIGURED}, /* InfluxDB says 204; a login page or another server says 200 and stores nothing */
        {300, 399, INFLUX_MISCONFIGURED}, /* redirects are not followed: the url is not InfluxDB's */
        {400, 400, INFLUX_BAD_LINES},
        {408, 408, INFLUX_LATER},
        {413, 413, INFLUX_TOO_BIG},
        {422, 422, INFLUX_BAD_LINES},
        {429, 429, INFLUX_LATER},
        {401, 499, INFLUX_MISCONFIGURED},
        {500, 599, INFLUX_LATER},
    };
    /* clang-format on */

    /* 1.x answers 500 for a fault of the configuration that no waiting cures */
    if (status == 500 && strstr(words, "retention policy not found") != NULL)
        return INFLUX_MISCONFIGURED;
    if ((status == 400 || status == 422) && !json)
        return INFLUX_MISCONFIGURED;
    /* and 400 for a database name it does not see */
    if (status == 400 && strstr(words, "database is required") != NULL)
        return INFLUX_MISCONFIGURED;
    for (size_t i = 0; i < sizeof RULE / sizeof RULE[0]; i++)
        if (status >= RULE[i].from && status <= RULE[i].to)
            return RULE[i].verdict;
    return INFLUX_LATER;
}

int influx_write(struct influx *db, const char *lines, size_t len, struct influx_answer *out)
{
    static const char *const HEADERS[] = {"Content-Encoding: gzip",
                                          "Content-Type: text/plain; charset=utf-8", NULL};
    struct influx_answer a = {.retry_after_ms = -1};
    struct http_answer got = {0};
    struct buf packed = {0};
    struct http_request rq = {.method = "POST",
                              .url = db->write_url,
                              .user_pass = db->user_pass,
                              .headers = HEADERS,
                              .timeout_ms = db->timeout_ms,
                              .max_answer = WRITE_ANSWER_MAX};
    int rc = gzip_pack(&packed, lines, len, GZIP_LEVEL);

    if (rc != 0)
        goto out;
    rq.body = packed.p;
    rq.body_len = packed.n;
    rc = http_do(db->http, &rq, &got, a.text, sizeof a.text);
    if (rc == NILA_ERR_CLOSED)
        goto out;
    a.status = got.status;
    a.retry_after_ms = got.retry_after_ms;
    if (rc == 0 || (rc == NILA_ERR_FULL && got.status >= 300)) { /* a long refusal is a refusal */
        server_words(a.text, sizeof a.text, &got.body);
        a.verdict = judge(got.status, a.text, got.body.n > 0 && got.body.p[0] == '{');
        if (got.status >= 200 && got.status < 300 && a.verdict == INFLUX_MISCONFIGURED)
            (void)snprintf(a.text, sizeof a.text,
                           "InfluxDB would answer 204; this is another server or a login page");
    } else {
        /* cut before the answer was whole: perhaps stored; the same point twice is one point */
        a.verdict = rc == NILA_ERR_CONFIG ? INFLUX_MISCONFIGURED : INFLUX_LATER;
    }
    *out = a;
    rc = 0;
out:
    buf_free(&packed);
    buf_free(&got.body);
    return rc;
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
        server_words(words, sizeof words, &got->body);
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
        copy_json_string(why, why_size, p + sizeof ERROR - 1);
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
