/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "tests/support/support.h"

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "tests/support/stubhttp.h"

static struct http_request get(const char *url)
{
    return (struct http_request){.method = "GET", .url = url, .timeout_ms = 5000};
}

static void url_of(char *url, size_t size, const struct stubhttp *s)
{
    (void)snprintf(url, size, "http://127.0.0.1:%d/path?x=1", stubhttp_port(s));
}

static void brings_status_and_body(void **state)
{
    static const struct stub_reply REPLY[] = {
        {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
        {.bytes = "HTTP/1.1 204 No Content\r\n\r\n"},
        {.bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"},
        {.bytes =
             "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"},
        {.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"},
    };
    static const struct {
        long status;
        const char *body;
    } WANT[] = {{200, "hello"}, {204, ""}, {404, "no"}, {301, ""}, {200, "abcde"}};
    struct stubhttp *s = stubhttp_start(REPLY, 5);
    struct http *h;
    char url[64];

    (void)state;
    url_of(url, sizeof url, s);
    assert_int_equal(http_open(&h), 0);
    for (size_t i = 0; i < 5; i++) {
        struct http_request rq = get(url);
        struct http_answer a;
        assert_int_equal(http_do(h, &rq, &a, NULL, 0), 0);
        assert_int_equal(a.status, WANT[i].status); /* 301 is not followed */
        assert_string_equal(a.body.p != NULL ? a.body.p : "", WANT[i].body);
        assert_int_equal(a.retry_after_ms, -1);
        buf_free(&a.body);
    }
    assert_int_equal(stubhttp_connections(s), 1); /* the connection is used again */
    assert_memory_equal(stubhttp_request(s, 0, NULL), "GET /path?x=1 HTTP/1.1\r\n", 24);
    http_close(h);
    stubhttp_stop(s);
}

static void posts_the_body_with_headers_and_login(void **state)
{
    static const struct stub_reply REPLY[] = {{.bytes = "HTTP/1.1 204 No Content\r\n\r\n"}};
    static const char *const HEADERS[] = {"X-Nila: 1", "Content-Type: text/plain", NULL};
    struct stubhttp *s = stubhttp_start(REPLY, 1);
    size_t n = (size_t)2 * 1024 * 1024, got;
    char *body = malloc(n), url[64];
    const char *request;
    struct http_request rq;
    struct http_answer a;
    struct http *h;

    (void)state;
    assert_non_null(body);
    memset(body, 'x', n);
    body[1] = '\0'; /* bytes, not text */
    url_of(url, sizeof url, s);
    rq = (struct http_request){.method = "POST",
                               .url = url,
                               .user_pass = "nila:se:cret",
                               .headers = HEADERS,
                               .body = body,
                               .body_len = n};
    assert_int_equal(http_open(&h), 0);
    assert_int_equal(http_do(h, &rq, &a, NULL, 0), 0);
    assert_int_equal(a.status, 204);
    request = stubhttp_request(s, 0, &got);
    assert_non_null(strstr(request, "POST /path?x=1 "));
    assert_non_null(strstr(request, "X-Nila: 1\r\n"));
    assert_non_null(strstr(request, "Content-Type: text/plain\r\n"));
    assert_non_null(strstr(request, "Authorization: Basic bmlsYTpzZTpjcmV0\r\n"));
    assert_null(strstr(request, "Expect:"));
    assert_memory_equal(request + got - n, body, n);
    /* the login does not stick to the next call */
    rq.user_pass = NULL;
    rq.body = NULL;
    rq.body_len = 0;
    assert_int_equal(http_do(h, &rq, &a, NULL, 0), 0);
    request = stubhttp_request(s, 1, NULL);
    assert_null(strstr(request, "Authorization"));
    assert_non_null(strstr(request, "Content-Length: 0\r\n"));
    http_close(h);
    stubhttp_stop(s);
    free(body);
}

static int64_t at_noon(void *arg)
{
    (void)arg;
    return 1795521600000; /* Tue, 24 Nov 2026 12:00:00 GMT */
}

static int64_t still(void *arg)
{
    (void)arg;
    return 1000;
}

static void reads_retry_after_as_seconds_or_date(void **state)
{
    static const struct {
        const char *says, *value;
        int64_t ms;
    } T[] = {
        /* clang-format off */
        {"seconds", "120", 120000},
        {"zero", "0", 0},
        {"a date half a minute ahead", "Tue, 24 Nov 2026 12:00:30 GMT", 30000},
        {"a date that has passed", "Tue, 24 Nov 2026 11:00:00 GMT", 0},
        {"words", "soon", -1},
        {"a negative number", "-5", -1},
        {"more seconds than there are", "99999999999999999999", -1},
        /* clang-format on */
    };
    static const struct clock_source CLOCK = {.wall_ms = at_noon, .mono_ms = still};

    (void)state;
    clock_set(&CLOCK);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char reply[160], url[64];
        struct stub_reply script = {.bytes = reply};
        struct stubhttp *s;
        struct http_request rq;
        struct http_answer a;
        struct http *h;

        (void)snprintf(reply, sizeof reply,
                       "HTTP/1.1 503 Busy\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n",
                       T[i].value);
        s = stubhttp_start(&script, 1);
        url_of(url, sizeof url, s);
        rq = get(url);
        assert_int_equal(http_open(&h), 0);
        assert_int_equal(http_do(h, &rq, &a, NULL, 0), 0);
        assert_int_equal(a.status, 503);
        if (a.retry_after_ms != T[i].ms)
            fail_msg("%s: %lld ms", T[i].says, (long long)a.retry_after_ms);
        http_close(h);
        stubhttp_stop(s);
    }
    clock_set(NULL);
}

static void names_every_failure(void **state)
{
    static const struct {
        const char *says;
        struct stub_reply reply;
        size_t max;
        int rc;
        long status;
    } T[] = {
        /* clang-format off */
        {"silence", {.hang = 1}, 0, NILA_ERR_TIMEOUT, 0},
        {"a head and silence",
         {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", .hang = 1},
         0,
         NILA_ERR_TIMEOUT,
         200},
        {"hung up without a word", {.close = 1}, 0, NILA_ERR_IO, 0},
        {"cut in the body",
         {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", .close = 1},
         0,
         NILA_ERR_IO,
         200},
        {"cut in a chunk",
         {.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", .close = 1},
         0,
         NILA_ERR_IO,
         200},
        {"too long",
         {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!"},
         5,
         NILA_ERR_FULL,
         200},
        {"as long as allowed",
         {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
         5,
         0,
         200},
        {"not HTTP", {.bytes = "220 smtp ready\r\n", .close = 1}, 0, NILA_ERR_PROTO, 0},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct stubhttp *s = stubhttp_start(&T[i].reply, 1);
        char url[64], why[128] = "";
        struct http_request rq;
        struct http_answer a;
        struct http *h;
        int rc;

        url_of(url, sizeof url, s);
        rq = get(url);
        rq.timeout_ms = T[i].rc == NILA_ERR_TIMEOUT ? 150 : 5000;
        rq.max_answer = T[i].max;
        assert_int_equal(http_open(&h), 0);
        rc = http_do(h, &rq, &a, why, sizeof why);
        if (rc != T[i].rc || a.status != T[i].status || (rc != 0 && why[0] == '\0'))
            fail_msg("%s: rc %d, status %ld, %s", T[i].says, rc, a.status, why);
        assert_true(T[i].max == 0 || a.body.n == T[i].max);
        buf_free(&a.body);
        http_close(h);
        stubhttp_stop(s);
    }
}

static void speaks_only_http_and_reaches_only_who_listens(void **state)
{
    static const struct {
        const char *says, *method, *url;
        int rc;
    } T[] = {
        /* clang-format off */
        {"nobody listens", "GET", "http://127.0.0.1:1/", NILA_ERR_IO},
        {"no TLS there", "GET", "https://127.0.0.1:1/", NILA_ERR_IO},
        {"a file", "GET", "file:///etc/hostname", NILA_ERR_CONFIG},
        {"ftp", "GET", "ftp://127.0.0.1/", NILA_ERR_CONFIG},
        {"no url", "GET", "", NILA_ERR_CONFIG},
        {"a port that is none", "GET", "http://127.0.0.1:99999/", NILA_ERR_CONFIG},
        {"another method", "DELETE", "http://127.0.0.1:1/", NILA_ERR_CONFIG},
        /* clang-format on */
    };
    struct http *h;

    (void)state;
    assert_int_equal(http_open(&h), 0);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct http_request rq = {.method = T[i].method, .url = T[i].url, .timeout_ms = 3000};
        struct http_answer a;
        char why[128] = "";
        int rc = http_do(h, &rq, &a, why, sizeof why);
        if (rc != T[i].rc || why[0] == '\0' || a.status != 0)
            fail_msg("%s: rc %d, %s", T[i].says, rc, why);
    }
    http_close(h);
}

static void *cancel(void *arg)
{
    void **both = arg;
    stubhttp_wait(both[1], 1);
    http_cancel(both[0]);
    return NULL;
}

static void a_cancel_ends_the_wait_at_once(void **state)
{
    static const struct stub_reply REPLY = {.hang = 1};
    struct stubhttp *s = stubhttp_start(&REPLY, 1);
    void *both[2];
    struct http *h;
    struct http_request rq;
    struct http_answer a;
    char url[64], why[128];
    pthread_t t;
    int64_t begun;

    (void)state;
    url_of(url, sizeof url, s);
    rq = get(url);
    rq.timeout_ms = 60000;
    assert_int_equal(http_open(&h), 0);
    both[0] = h;
    both[1] = s;
    assert_int_equal(pthread_create(&t, NULL, cancel, both), 0);
    begun = clock_mono_ms();
    assert_int_equal(http_do(h, &rq, &a, why, sizeof why), NILA_ERR_CLOSED);
    assert_true(clock_mono_ms() - begun < 5000);
    (void)pthread_join(t, NULL);
    /* and the next does not begin */
    assert_int_equal(http_do(h, &rq, &a, why, sizeof why), NILA_ERR_CLOSED);
    assert_int_equal(stubhttp_requests(s), 1);
    http_close(h);
    stubhttp_stop(s);
}

/* libcurl asks here for addresses: this name's server is slow. */
static const char SLOW_NAME[] = "lambat.test";
static sem_t slow_release, slow_left;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **res)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    struct timespec until;

    if (node == NULL || strcmp(node, SLOW_NAME) != 0) {
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
        return real(node, service, hints, res);
    }
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    while (sem_timedwait(&slow_release, &until) != 0 && errno == EINTR)
        ;
    (void)sem_post(&slow_left);
    return EAI_AGAIN;
}

static void a_slow_name_server_does_not_prolong_the_time_out(void **state)
{
    struct http *h;
    struct http_request rq = get("http://lambat.test/");
    struct http_answer a;
    char why[128];
    int64_t begun = clock_mono_ms(), took;

    (void)state;
    assert_int_equal(sem_init(&slow_release, 0, 0), 0);
    assert_int_equal(sem_init(&slow_left, 0, 0), 0);
    rq.timeout_ms = 100;
    assert_int_equal(http_open(&h), 0);
    assert_int_equal(http_do(h, &rq, &a, why, sizeof why), NILA_ERR_TIMEOUT);
    http_close(h);
    took = clock_mono_ms() - begun;
    assert_int_equal(sem_post(&slow_release), 0);
    assert_int_equal(sem_wait(&slow_left), 0);
    assert_true(took < 5000);
}

static void a_proxy_is_not_asked_for_the_machine_itself(void **state)
{
    static const struct stub_reply REPLY = {.bytes = "HTTP/1.1 204 No Content\r\n\r\n"};
    struct stubhttp *s = stubhttp_start(&REPLY, 1);
    struct http_request rq;
    struct http_answer a;
    struct http *h;
    char url[64];

    (void)state;
    (void)setenv("http_proxy", "http://127.0.0.1:1", 1);
    (void)setenv("no_proxy", "example.org", 1);
    url_of(url, sizeof url, s);
    rq = get(url);
    assert_int_equal(http_open(&h), 0);
    assert_int_equal(http_do(h, &rq, &a, NULL, 0), 0);
    assert_int_equal(a.status, 204);
    http_close(h);
    (void)unsetenv("http_proxy");
    (void)unsetenv("no_proxy");
    stubhttp_stop(s);
}

static void quotes_everything_that_is_not_plain(void **state)
{
    struct buf b = {0};

    (void)state;
    http_quote(&b, "a-b_c.d~9 &=+%/?#\"'\xc3\xa9\n");
    assert_string_equal(b.p, "a-b_c.d~9%20%26%3D%2B%25%2F%3F%23%22%27%C3%A9%0A");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brings_status_and_body),
        cmocka_unit_test(posts_the_body_with_headers_and_login),
        cmocka_unit_test(reads_retry_after_as_seconds_or_date),
        cmocka_unit_test(names_every_failure),
        cmocka_unit_test(speaks_only_http_and_reaches_only_who_listens),
        cmocka_unit_test(a_cancel_ends_the_wait_at_once),
        cmocka_unit_test(a_slow_name_server_does_not_prolong_the_time_out),
        cmocka_unit_test(a_proxy_is_not_asked_for_the_machine_itself),
        cmocka_unit_test(quotes_everything_that_is_not_plain),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}
