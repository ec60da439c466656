/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing: the request, and what its answer means. Asking a point back. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gzip.h"
#include "influx_own.h"
#include "jsonconf.h"

enum {
    GZIP_LEVEL = 6,                /* 4.3 bytes a value instead of 5.4 at level 1 (measured) */
    WRITE_ANSWER_MAX = 256 * 1024, /* refusals quote the refused lines; the first say enough */
    READ_BACK_ANSWER_MAX =
        64 * 1024, /* one moment of one series: a row, or some when it was sent repeatedly */
    NAMED_LINES_MAX = 100000
};

/* --- the server's words ------------------------------------------------------------------------------------------- */

void influx_json_string(char *to, size_t size, const char *s)
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

/* What follows the first "key": and blanks, NULL when there is none. Good enough for words; nothing is decided by it but
 * what is said below. */
static const char *after_key(const char *json, const char *key)
{
    const size_t n = strlen(key);

    for (const char *p = json; (p = strstr(p, key)) != NULL; p += n) {
        const char *q = p + n;
        if (p == json || p[-1] != '"' || *q != '"')
            continue;
        q += 1 + strspn(q + 1, " \t\r\n");
        if (*q == ':')
            return q + 1 + strspn(q + 1, " \t\r\n");
    }
    return NULL;
}

static bool json_words(char *to, size_t size, const char *json)
{
    const char *words = after_key(json, "error"), *line;
    size_t n;

    if (words == NULL || *words != '"')
        words = after_key(json, "message");
    if (words == NULL || *words != '"')
        return false;
    influx_json_string(to, size, words + 1);
    line = after_key(json, "error_message");
    n = strlen(to);
    if (line != NULL && *line == '"' && n + 2 < size) {
        (void)snprintf(to + n, size - n, ": ");
        influx_json_string(to + n + 2, size - n - 2, line + 1);
    }
    return true;
}

void influx_words(char *to, size_t size, const struct buf *body)
{
    static const char CSV[] = "error\n";
    const char *p = body->p != NULL ? body->p : "";
    size_t n = 0;
    bool csv;

    if (*p == '{' && json_words(to, size, p))
        return;
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

/* --- what an answer means ----------------------------------------------------------------------------------------- */

/* Answers whose words say more than their status. */
static const struct {
    long status;
    const char *words;
    enum influx_verdict verdict;
} SAID[] = {
    /* 1.x: 500 for a fault of the configuration that no waiting cures, 400 for a database name it does not see */
    {500, "retention policy not found", INFLUX_MISCONFIGURED},
    {400, "database is required", INFLUX_MISCONFIGURED},
    /* 1.x: the gzip body was cut or changed on its way; the lines are as good as before */
    {400, "unexpected EOF", INFLUX_LATER},
    {400, "gzip: invalid", INFLUX_LATER},
};

/* Is a 400 or 422 about lines? InfluxDB's refusals are JSON objects; a proxy's or a TLS port's "400 Bad Request" is not,
 * and says nothing about the lines. 3.x lists the lines in data, and has no data when it refuses the request (a wrong
 * database name). VictoriaMetrics has 400 for what it does not serve, and passes over bad lines in silence. */
static bool about_lines(enum influx_api api, const char *body)
{
    const char *data;

    if (*body != '{' || api == INFLUX_VM)
        return false;
    if (api != INFLUX_V3)
        return true;
    data = after_key(body, "data");
    return data != NULL && (*data == '[' || *data == '{');
}

static enum influx_verdict judge(enum influx_api api, long status, const char *words,
                                 const char *body)
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

    for (size_t i = 0; i < sizeof SAID / sizeof SAID[0]; i++)
        if (status == SAID[i].status && strstr(words, SAID[i].words) != NULL)
            return SAID[i].verdict;
    if ((status == 400 || status == 422) && !about_lines(api, body))
        return INFLUX_MISCONFIGURED;
    for (size_t i = 0; i < sizeof RULE / sizeof RULE[0]; i++)
        if (status >= RULE[i].from && status <= RULE[i].to)
            return RULE[i].verdict;
    return INFLUX_LATER;
}

/* 1.x answers 400 "partial write: points beyond retention policy dropped=n", 2.x 422 with the same or (2.7) "partial write:
 * dropped n points outside retention policy of duration 2h0m0s - oldest point ...", after they have stored all the others.
 * Returns n, or -1 for another refusal. */
static long points_too_old(const char *body)
{
    const char *beyond = strstr(body, "points beyond retention policy");
    const char *outside = strstr(body, " points outside retention policy");
    const char *n = NULL;

    if (beyond != NULL)
        n = strstr(beyond, "dropped=");
    if (n != NULL)
        return strtol(n + 8, NULL, 10);
    if (outside == NULL)
        return -1;
    while (outside > body && isdigit((unsigned char)outside[-1]))
        outside--;
    return isdigit((unsigned char)*outside) ? strtol(outside, NULL, 10) : -1;
}

/* Reads 3.x's {"error":..., "data":[{"original_line":..., "line_number":2, "error_message":...}]}. What is not just that
 * names no lines: the caller then finds them by halving. */
static void named_lines(struct influx_answer *a, const struct buf *body)
{
    struct jsonconf *c = NULL;
    const struct jsonconf_node *data;
    char why[256];
    size_t n, named = 0;

    if (jsonconf_open_memory(&c, "answer", body->p, body->n, why, sizeof why) != 0)
        return;
    data = jsonconf_member(c, jsonconf_root(c), "data", true);
    jsonconf_ignore(c, jsonconf_root(c), "error");
    n = jsonconf_length(c, data, NAMED_LINES_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(c, data, i);
        long line = jsonconf_integer(c, o, "line_number", 1, NAMED_LINES_MAX);
        jsonconf_ignore(c, o, "original_line");
        jsonconf_ignore(c, o, "error_message");
        if (named < INFLUX_NAMED_MAX && (named == 0 || a->line[named - 1] < (size_t)line - 1))
            a->line[named++] = (size_t)line - 1;
    }
    if (jsonconf_done(c, why, sizeof why) == 0)
        a->named = named;
    jsonconf_close(c);
}

void influx_read_answer(struct influx_answer *a, enum influx_api api, const struct http_answer *got)
{
    const char *body = got->body.p != NULL ? got->body.p : "";

    influx_words(a->text, sizeof a->text, &got->body);
    a->verdict = judge(api, got->status, a->text, body);
    if (got->status >= 200 && got->status < 300 && a->verdict == INFLUX_MISCONFIGURED)
        (void)snprintf(a->text, sizeof a->text,
                       "InfluxDB would answer 204; this is another server or a login page");
    if (a->verdict == INFLUX_BAD_LINES)
        a->refused_old = points_too_old(body);
    if (a->verdict == INFLUX_BAD_LINES && api == INFLUX_V3)
        named_lines(a, &got->body);
}

int influx_write(struct influx *db, const char *lines, size_t len, struct influx_answer *out)
{
    const char *const headers[] = {"Content-Encoding: gzip",
                                   "Content-Type: text/plain; charset=utf-8", db->authorization,
                                   NULL};
    struct influx_answer a = {.retry_after_ms = -1, .refused_old = -1};
    struct http_answer got = {0};
    struct buf packed = {0};
    struct http_request rq = {.method = "POST",
                              .url = db->write_url,
                              .user_pass = db->user_pass,
                              .ca_file = db->ca_file,
                              .headers = headers,
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
    if (rc == 0 || (rc == NILA_ERR_FULL && got.status >= 300)) /* a long refusal is a refusal */
        influx_read_answer(&a, db->api, &got);
    else /* cut before the answer was whole: perhaps stored; the same point twice is one point */
        a.verdict =
            rc == NILA_ERR_CONFIG || rc == NILA_ERR_DENIED ? INFLUX_MISCONFIGURED : INFLUX_LATER;
    *out = a;
    rc = 0;
out:
    buf_free(&packed);
    buf_free(&got.body);
    return rc;
}

/* --- asking a point back ------------------------------------------------------------------------------------------ */

/* The first field of a line and how VictoriaMetrics calls it. */
struct point {
    struct buf series; /* {__name__="water_do_mg_l",device="node-1",...} */
    double value;
    int64_t ts_ms;
};

/* measurement[,tag=value]... field=value[,...] ts, without escapes or strings */
static int read_point(struct point *p, const char *database, const char *text)
{
    const char *fields = strchr(text, ' '), *ts = strrchr(text, ' '), *tags = strchr(text, ',');
    const char *equals = fields != NULL ? strchr(fields, '=') : NULL;
    char *end;

    if (strpbrk(text, "\\\"{}\n") != NULL || equals == NULL || ts <= equals)
        return NILA_ERR_RANGE;
    if (tags == NULL || tags > fields)
        tags = fields;
    buf_printf(&p->series, "{__name__=\"%.*s_%.*s\"", (int)(tags - text), text,
               (int)(equals - fields - 1), fields + 1);
    while (tags < fields) {
        const char *key = tags + 1, *value = strchr(key, '=');
        if (value == NULL || value > fields)
            return NILA_ERR_RANGE;
        value++;
        tags = value + strcspn(value, ", ");
        buf_printf(&p->series, ",%.*s=\"%.*s\"", (int)(value - 1 - key), key, (int)(tags - value),
                   value);
    }
    if (database[0] != '\0')
        buf_printf(&p->series, ",db=\"%s\"", database);
    buf_str(&p->series, "}");
    p->value = strtod(equals + 1, &end);
    if (*end != ',' && *end != ' ')
        return NILA_ERR_RANGE;
    p->ts_ms = strtoll(ts + 1, &end, 10);
    return *end == '\0' && end > ts + 1 && p->ts_ms >= 0 ? 0 : NILA_ERR_RANGE;
}

/* Rows "1795471950250,5.1". VictoriaMetrics keeps a block of values with one exponent, so that a small value beside large
 * ones loses its last digits. */
static bool has_point(const char *csv, const struct point *p, bool *other)
{
    const double near = 1e-6 * fmax(fabs(p->value), 1e-3);

    for (const char *row = csv; row != NULL && *row != '\0';) {
        char *end;
        long long ts = strtoll(row, &end, 10);
        if (*end == ',' && ts == (long long)p->ts_ms) {
            if (fabs(strtod(end + 1, NULL) - p->value) <= near)
                return true;
            *other = true;
        }
        row = strchr(row, '\n');
        row = row != NULL ? row + 1 : NULL;
    }
    return false;
}

static char *read_back_url(const struct influx *db, const struct point *p)
{
    struct buf url = {0};

    buf_printf(&url, "%s?format=__timestamp__:unix_ms,__value__&match%%5B%%5D=", db->query_url);
    http_quote(&url, p->series.p);
    /* seconds; a time in ms would be taken for seconds far from now */
    buf_printf(&url, "&start=%lld.%03d&end=%lld.%03d", (long long)(p->ts_ms / 1000),
               (int)(p->ts_ms % 1000), (long long)(p->ts_ms / 1000), (int)(p->ts_ms % 1000));
    return url.p;
}

static void read_back_answer(struct influx_answer *a, const struct http_answer *got,
                             const struct point *p)
{
    bool other = false;

    influx_words(a->text, sizeof a->text, &got->body);
    if (got->status == 200 && has_point(got->body.p, p, &other)) {
        a->verdict = INFLUX_STORED;
        a->text[0] = '\0';
    } else if (got->status == 200) {
        a->verdict = INFLUX_LATER;
        (void)snprintf(a->text, sizeof a->text, "says 204, but %s at %lld ms is %s", p->series.p,
                       (long long)p->ts_ms, other ? "another value there" : "not there");
    } else if (got->status >= 500 || got->status == 408 || got->status == 429) {
        a->verdict = INFLUX_LATER;
    } else {
        a->verdict = INFLUX_MISCONFIGURED;
    }
}

int influx_read_back(struct influx *db, const char *line, size_t len, struct influx_answer *out)
{
    struct influx_answer a = {.retry_after_ms = -1, .refused_old = -1};
    struct http_answer got = {0};
    struct point p = {0};
    struct http_request rq = {.method = "GET",
                              .user_pass = db->user_pass,
                              .ca_file = db->ca_file,
                              .timeout_ms = db->timeout_ms,
                              .max_answer = READ_BACK_ANSWER_MAX};
    char *text = strndup(line, len), *url = NULL;
    int rc =
        text != NULL && db->api == INFLUX_VM ? read_point(&p, db->database, text) : NILA_ERR_RANGE;

    if (rc != 0)
        goto out;
    rq.url = url = read_back_url(db, &p);
    rc = http_do(db->http, &rq, &got, a.text, sizeof a.text);
    if (rc == NILA_ERR_CLOSED)
        goto out;
    a.status = got.status;
    a.retry_after_ms = got.retry_after_ms;
    if (rc == 0)
        read_back_answer(&a, &got, &p);
    else
        a.verdict =
            rc == NILA_ERR_CONFIG || rc == NILA_ERR_DENIED ? INFLUX_MISCONFIGURED : INFLUX_LATER;
    *out = a;
    rc = 0;
out:
    buf_free(&p.series);
    buf_free(&got.body);
    free(text);
    free(url);
    return rc;
}
