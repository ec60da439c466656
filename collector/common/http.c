/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "clock.h"
#include "log.h"

enum {
    DEFAULT_TIMEOUT_MS = 10000,
    DEFAULT_MAX_ANSWER = 1024 * 1024,
    POLL_MS =
        500 /* longest sleep between two looks at the cancel flag; curl_multi_wakeup ends it early */
};

struct http {
    CURLM *multi; /* keeps the connections between calls */
    CURL *easy;
    atomic_bool cancelled;
    char *no_proxy;
};

/* What the write callback fills. */
struct sink {
    struct buf *body;
    size_t max;
    bool full;
};

void http_global_init(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        fatal("libcurl cannot start");
}

void http_global_cleanup(void)
{
    curl_global_cleanup();
}

/* The machine itself is never reached through a proxy; setting libcurl's option hides the environment's list, so both
 * are joined. */
static char *no_proxy_list(void)
{
    const char *env = getenv("no_proxy");
    struct buf b = {0};

    if (env == NULL)
        env = getenv("NO_PROXY");
    buf_str(&b, "localhost,127.0.0.1,::1");
    if (env != NULL && *env != '\0') {
        if (strcmp(env, "*") == 0)
            buf_clear(&b);
        else
            buf_str(&b, ",");
        buf_str(&b, env);
    }
    return b.p;
}

int http_open(struct http **out)
{
    struct http *h = xcalloc(1, sizeof *h);

    h->multi = curl_multi_init();
    h->easy = curl_easy_init();
    if (h->multi == NULL || h->easy == NULL)
        fatal("out of memory: libcurl");
    h->no_proxy = no_proxy_list();
    atomic_init(&h->cancelled, false);
    *out = h;
    return 0;
}

void http_close(struct http *h)
{
    if (h == NULL)
        return;
    curl_easy_cleanup(h->easy);
    (void)curl_multi_cleanup(h->multi);
    free(h->no_proxy);
    free(h);
}

void http_cancel(struct http *h)
{
    atomic_store(&h->cancelled, true);
    (void)curl_multi_wakeup(h->multi);
}

static size_t take(char *bytes, size_t size, size_t n, void *arg)
{
    struct sink *s = arg;
    size_t len = size * n;
    size_t left = s->max - s->body->n;

    if (len > left) {
        buf_add(s->body, bytes, left);
        s->full = true;
        return left; /* fewer than given: libcurl ends the transfer */
    }
    buf_add(s->body, bytes, len);
    return len;
}

/* Retry-After is a number of seconds or an HTTP date (RFC 9110, 10.2.3). */
static int64_t retry_after_ms(CURL *easy)
{
    struct curl_header *found;
    char *end;
    long long seconds;
    time_t when;
    int64_t left;

    if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
        return -1;
    if (found->value[0] >= '0' && found->value[0] <= '9') {
        errno = 0;
        seconds = strtoll(found->value, &end, 10);
        if (*end == '\0')
            return errno == 0 && seconds <= INT64_MAX / 1000 ? (int64_t)seconds * 1000 : -1;
    }
    when = curl_getdate(found->value, NULL);
    if (when == (time_t)-1)
        return -1;
    left = (int64_t)when * 1000 - clock_outside_ms();
    return left > 0 ? left : 0;
}

/* The first of that name; what does not fit is no answer. */
static void take_header(CURL *easy, const char *name, char out[static HTTP_HEADER_SIZE])
{
    struct curl_header *found;

    if (name != NULL && curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK &&
        strlen(found->value) < HTTP_HEADER_SIZE)
        (void)snprintf(out, HTTP_HEADER_SIZE, "%s", found->value);
}

static int from_curl(CURL *easy, CURLcode code, bool full)
{
    long sent = 0;

    if (full)
        return NILA_ERR_FULL;
    switch ((int)code) {
    case CURLE_OK:
        return 0;
    case CURLE_OPERATION_TIMEDOUT:
        return NILA_ERR_TIMEOUT;
    case CURLE_URL_MALFORMAT:
        return NILA_ERR_CONFIG;
    case CURLE_UNSUPPORTED_PROTOCOL:
        /* libcurl's code both for "ftp://" and for an answer that has no HTTP head */
        (void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
        return sent > 0 ? NILA_ERR_PROTO : NILA_ERR_CONFIG;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return NILA_ERR_DENIED;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return NILA_ERR_PROTO;
    default:
        return NILA_ERR_IO;
    }
}

static struct curl_slist *header_list(const struct http_request *rq)
{
    struct curl_slist *list = NULL;

    /* without this libcurl waits up to a second for "100 Continue" before a large body */
    list = curl_slist_append(list, "Expect:");
    for (size_t i = 0; rq->headers != NULL && rq->headers[i] != NULL; i++)
        list = curl_slist_append(list, rq->headers[i]);
    return list;
}

static CURLcode set_request(struct http *h, const struct http_request *rq, struct sink *sink,
                            struct curl_slist *headers, char *words)
{
    CURL *e = h->easy;
    long ms = (long)(rq->timeout_ms > 0 ? rq->timeout_ms : DEFAULT_TIMEOUT_MS);
    CURLcode bad = CURLE_OK;

#define SET(option, value)                            \
    do {                                              \
        if (bad == CURLE_OK)                          \
            bad = curl_easy_setopt(e, option, value); \
    } while (0)
    curl_easy_reset(e);
    SET(CURLOPT_NOSIGNAL, 1L);
    /* a thread that still asks a slow name server is left behind; else a cancel and a time-out wait for it */
    SET(CURLOPT_QUICK_EXIT, 1L);
    SET(CURLOPT_ERRORBUFFER, words);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (rq->ca_file != NULL) {
        SET(CURLOPT_CAINFO, rq->ca_file);
        SET(CURLOPT_CAPATH, (char *)NULL);
    }
    SET(CURLOPT_NOPROXY, h->no_proxy);
    SET(CURLOPT_URL, rq->url);
    SET(CURLOPT_USERAGENT, "lumbung-nila/" NILA_VERSION);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_TIMEOUT_MS, ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, ms);
    SET(CURLOPT_WRITEFUNCTION, take);
    SET(CURLOPT_WRITEDATA, sink);
    if (rq->user_pass != NULL) {
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(CURLOPT_USERPWD, rq->user_pass);
    }
    if (strcmp(rq->method, "POST") == 0) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body_len);
        SET(CURLOPT_POSTFIELDS, rq->body != NULL ? rq->body : "");
    } else {
        SET(CURLOPT_HTTPGET, 1L);
    }
#undef SET
    return bad;
}

/* Runs the one transfer to its end. False: cancelled. */
static bool transfer(struct http *h, CURLcode *code)
{
    int running = 1, left;
    CURLMsg *m;

    *code = CURLE_FAILED_INIT;
    while (running > 0) {
        if (atomic_load(&h->cancelled))
            return false;
        if (curl_multi_perform(h->multi, &running) != CURLM_OK)
            return true;
        if (running > 0 && curl_multi_poll(h->multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
            return true;
    }
    while ((m = curl_multi_info_read(h->multi, &left)) != NULL)
        if (m->msg == CURLMSG_DONE && m->easy_handle == h->easy)
            *code = m->data.result;
    return true;
}

int http_do(struct http *h, const struct http_request *rq, struct http_answer *out, char *why,
            size_t why_size)
{
    char words[CURL_ERROR_SIZE] = "";
    struct sink sink = {.max = rq->max_answer > 0 ? rq->max_answer : DEFAULT_MAX_ANSWER};
    struct curl_slist *headers = NULL;
    CURLcode code;
    long sent = 0;
    bool done;
    int rc;

    *out = (struct http_answer){.retry_after_ms = -1};
    sink.body = &out->body;
    if (strcmp(rq->method, "GET") != 0 && strcmp(rq->method, "POST") != 0) {
        if (why != NULL)
            (void)snprintf(why, why_size, "method %s is not spoken", rq->method);
        return NILA_ERR_CONFIG;
    }
    headers = header_list(rq);
    code = set_request(h, rq, &sink, headers, words);
    if (code == CURLE_OK) {
        if (curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
            fatal("libcurl refuses its own handle");
        done = transfer(h, &code);
        if (curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &out->status) != CURLE_OK)
            out->status = 0;
        out->sent =
            curl_easy_getinfo(h->easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK && sent > 0;
        if (done && code == CURLE_OK)
            out->retry_after_ms = retry_after_ms(h->easy);
        take_header(h->easy, rq->want, out->header);
        rc = done ? from_curl(h->easy, code, sink.full) : NILA_ERR_CLOSED;
        (void)curl_multi_remove_handle(h->multi, h->easy);
    } else {
        rc = code == CURLE_OUT_OF_MEMORY ? NILA_ERR_IO : NILA_ERR_CONFIG;
    }
    if (rc != 0 && why != NULL)
        (void)snprintf(why, why_size, "%s",
                       rc == NILA_ERR_CLOSED ? "cancelled"
                       : rc == NILA_ERR_FULL ? "the answer is too long"
                       : words[0] != '\0'    ? words
                                             : curl_easy_strerror(code));
    /* the header list and the body are the caller's or freed here: nothing may be left that points to them */
    curl_easy_reset(h->easy);
    curl_slist_free_all(headers);
    return rc;
}

void http_quote(struct buf *b, const char *s)
{
    static const char HEX[] = "0123456789ABCDEF";

    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~'; /* RFC 3986, 2.3 */
        char code[3] = {'%', HEX[c >> 4], HEX[c & 15]};
        buf_add(b, plain ? s : code, plain ? 1 : 3);
    }
}
