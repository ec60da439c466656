/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http: requests over libcurl; the only file of the shared rooms with <curl/curl.h>.
 *
 * https certificates are verified; redirects are not followed; only http and https are spoken; the answer is bounded.
 * Threads: one struct http a thread. Call http_global_init once before threads start.
 * Proxies of the environment (http_proxy, https_proxy, no_proxy) are honoured, except for the machine itself. */
#ifndef NILA_COMMON_HTTP_H
#define NILA_COMMON_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/buf.h"

#define HTTP_HEADER_SIZE 160

struct http;

struct http_request {
    const char *method; /* "GET" or "POST" */
    const char *url;
    const char *user_pass;      /* "user:password" for Basic, or NULL; never logged */
    const char *ca_file;        /* PEM; https trusts these certificates only. NULL: the system's */
    const char *const *headers; /* NULL-ended list of "Name: value", or NULL */
    const void *body;           /* POST only; may be NULL */
    size_t body_len;
    int64_t timeout_ms; /* whole request; default 10000 when 0 */
    size_t max_answer;  /* bytes; default 1 MiB when 0 */
    const char *want;   /* a header of the answer that is wanted, such as "ETag"; NULL: none */
};

struct http_answer {
    long status; /* HTTP status, 0 when there was none */
    bool sent;   /* some of the request has left: on a failure it may have been acted upon */
    int64_t retry_after_ms;        /* from Retry-After, -1 when absent or unreadable */
    char header[HTTP_HEADER_SIZE]; /* the one wanted; "" when absent or longer */
    struct buf body;               /* the caller frees it with buf_free */
};

void http_global_init(void);
void http_global_cleanup(void);

NILA_MUST_CHECK int http_open(struct http **out);
void http_close(struct http *h); /* NULL is fine */

/* Makes another thread's http_do on h return soon (well within a second) with NILA_ERR_CLOSED. It is for stopping: every
 * later http_do on h returns NILA_ERR_CLOSED too, so that a call which had not quite begun is not missed. */
void http_cancel(struct http *h);

/* Sends and waits. 0 when an HTTP answer came (whatever its status). NILA_ERR_TIMEOUT, NILA_ERR_IO (no connection, cut),
 * NILA_ERR_FULL (answer too long), NILA_ERR_CLOSED (cancelled), NILA_ERR_CONFIG (url or method not understood),
 * NILA_ERR_PROTO (what came is not HTTP), NILA_ERR_DENIED (the server's certificate is not trusted, or ca_file is not
 * readable). out is zeroed first, whatever comes; on a failure it holds the status and the
 * part of the body that had come. why (size >= 128) gets libcurl's words on failure; may be NULL. */
NILA_MUST_CHECK int http_do(struct http *h, const struct http_request *rq, struct http_answer *out,
                            char *why, size_t why_size);

/* Appends s percent-encoded for a query part. */
void http_quote(struct buf *b, const char *s);

#endif
