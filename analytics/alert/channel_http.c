/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kinds that speak HTTP share. */
#include "channel_own.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/jsonconf.h"
#include "collector/common/utf8.h"

enum {
    MAX_ANSWER = 64 * 1024,
    HEADERS_MAX = 8
};

/* Waits that services ask for beyond this are theirs to enforce: a later try is refused again, and says so. */
#define RETRY_AFTER_MAX_MS ((int64_t)6 * 3600 * 1000)

void channel_json(struct buf *b, const char *text)
{
    buf_str(b, "\"");
    while (*text != '\0') {
        size_t n = utf8_length(text, strnlen(text, 4));
        unsigned char c = (unsigned char)*text;
        if (n == 0)
            buf_str(b, "\xEF\xBF\xBD");
        else if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c == '\n')
            buf_str(b, "\\n");
        else if (c < 0x20 || c == 0x7f)
            buf_printf(b, "\\u%04x", (unsigned)c);
        else
            buf_add(b, text, n);
        text += n > 0 ? n : 1;
    }
    buf_str(b, "\"");
}

bool channel_cut(struct buf *b, const char *text, size_t max)
{
    const size_t all = strlen(text);
    size_t at = 0;

    if (all <= max) {
        buf_str(b, text);
        return false;
    }
    while (at < all) {
        size_t n = utf8_length(text + at, all - at);
        n = n > 0 ? n : 1;
        if (at + n > max - 3)
            break;
        at += n;
    }
    buf_add(b, text, at);
    buf_str(b, "...");
    return true;
}

/* One step of a path: a member, or an element when part is a number. */
static const struct jsonconf_node *step(struct jsonconf *c, const struct jsonconf_node *n,
                                        const char *part)
{
    size_t at;

    if (isdigit((unsigned char)part[0])) {
        at = (size_t)strtoul(part, NULL, 10);
        return at < jsonconf_length(c, n, 1000) ? jsonconf_at(c, n, at) : NULL;
    }
    return jsonconf_is_object(n) ? jsonconf_member(c, n, part, false) : NULL;
}

bool channel_answer(const struct buf *body, const char *path, char *buf, size_t size)
{
    char why[256], parts[128], part[64] = "", text[1024] = "";
    const struct jsonconf_node *n, *last = NULL;
    struct jsonconf *c = NULL;
    bool object;

    buf[0] = '\0';
    if (body->n == 0 || jsonconf_open_memory(&c, "answer", body->p, body->n, why, sizeof why) != 0)
        return false;
    n = jsonconf_root(c);
    object = jsonconf_is_object(n);
    (void)snprintf(parts, sizeof parts, "%s", path);
    for (char *save = NULL, *p = strtok_r(parts, ".", &save); p != NULL && n != NULL;
         p = strtok_r(NULL, ".", &save)) {
        last = n;
        n = step(c, n, p);
        (void)snprintf(part, sizeof part, "%s", p);
    }
    if (n != NULL && jsonconf_is_string(n))
        jsonconf_text(c, n, text, sizeof text);
    else if (n != NULL && !jsonconf_is_null(n) && jsonconf_is_object(last) &&
             !jsonconf_is_object(n))
        (void)snprintf(text, sizeof text, "%.0f",
                       jsonconf_number_or(c, last, part, -1e15, 1e15, 0));
    if (jsonconf_done(c, why, sizeof why) != 0 && text[0] == '\0')
        n = NULL; /* a member of another form, or longer than any of these is */
    (void)snprintf(buf, size, "%.*s", (int)size - 1, text);
    jsonconf_close(c);
    return object;
}

static void no_answer(const struct http_answer *a, int rc, const char *why,
                      struct channel_result *r)
{
    /* what has left this machine may have been acted upon */
    const enum channel_fate fate = a->sent ? FATE_UNKNOWN : FATE_RETRY;

    switch (rc) {
    case NILA_ERR_TIMEOUT:
        channel_set(r, fate, CODE_TIMEOUT, "%s", why);
        break;
    case NILA_ERR_DENIED:
        channel_set(r, FATE_REFUSED, CODE_TLS, "%s", why);
        break;
    case NILA_ERR_CONFIG:
        channel_set(r, FATE_REFUSED, CODE_CONFIG, "%s", why);
        break;
    case NILA_ERR_CLOSED:
        channel_set(r, fate, CODE_CLOSED, "%s", "");
        break;
    case NILA_ERR_PROTO:
    case NILA_ERR_FULL:
        channel_set(r, FATE_UNKNOWN, CODE_MALFORMED, "%s", why);
        break;
    default:
        channel_set(r, fate, CODE_CONNECT, "%s", why);
        break;
    }
}

static void bad_status(const struct http_answer *a, struct channel_result *r)
{
    static const struct {
        long first, last;
        enum channel_fate fate;
        enum channel_code code;
    } ROW[] = {
        {300, 399, FATE_REFUSED, CODE_REDIRECT}, {401, 401, FATE_REFUSED, CODE_LOGIN},
        {403, 403, FATE_REFUSED, CODE_LOGIN},    {404, 404, FATE_REFUSED, CODE_NOT_FOUND},
        {408, 408, FATE_RETRY, CODE_TIMEOUT},    {407, 407, FATE_REFUSED, CODE_LOGIN},
        {429, 429, FATE_RETRY, CODE_LIMIT},      {400, 499, FATE_REFUSED, CODE_REJECTED},
        {500, 599, FATE_RETRY, CODE_SERVER},     {0, 999, FATE_UNKNOWN, CODE_MALFORMED},
    };

    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++)
        if (a->status >= ROW[i].first && a->status <= ROW[i].last) {
            channel_set(r, ROW[i].fate, ROW[i].code, "HTTP %ld", a->status);
            break;
        }
    if (a->retry_after_ms > 0 && r->fate == FATE_RETRY)
        r->retry_after_ms =
            a->retry_after_ms < RETRY_AFTER_MAX_MS ? a->retry_after_ms : RETRY_AFTER_MAX_MS;
}

bool channel_post(struct channel *c, const char *url, const char *const *headers,
                  const struct buf *body, struct http_answer *answer, struct channel_result *r)
{
    const char *all[HEADERS_MAX + 2] = {"Content-Type: application/json; charset=utf-8"};
    struct http_request rq = {.method = "POST",
                              .url = url,
                              .ca_file = c->c->ca_file[0] != '\0' ? c->c->ca_file : NULL,
                              .headers = all,
                              .body = body->p,
                              .body_len = body->n,
                              .timeout_ms = c->c->timeout_ms,
                              .max_answer = MAX_ANSWER};
    char why[160] = "";
    int rc;

    for (size_t i = 0; headers != NULL && headers[i] != NULL && i < HEADERS_MAX; i++)
        all[i + 1] = headers[i];
    rc = http_do(c->http, &rq, answer, why, sizeof why);
    if (rc != 0) {
        no_answer(answer, rc, why, r);
        return false;
    }
    if (answer->status >= 200 && answer->status <= 299)
        return true;
    bad_status(answer, r);
    return false;
}
