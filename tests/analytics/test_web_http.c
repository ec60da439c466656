/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages' connections: what is asked one after the other comes over the same one, for on a bad link each new one costs a round trip. */
#include "tests/analytics/webhouse.h"

static void tell(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Reads one answer by its length; status 0: the server has closed the connection. */
static void hear(int fd, struct webanswer *a)
{
    const char *length;
    size_t left;
    char byte;

    *a = (struct webanswer){0};
    buf_str(&a->head, "");
    buf_str(&a->body, "");
    while (strstr(a->head.p, "\r\n\r\n") == NULL) {
        if (recv(fd, &byte, 1, 0) != 1)
            return;
        buf_add(&a->head, &byte, 1);
    }
    a->status = (int)strtol(a->head.p + 9, NULL, 10);
    length = strstr(a->head.p, "Content-Length: ");
    for (left = length != NULL ? strtoul(length + 16, NULL, 10) : 0; left > 0; left--) {
        assert_int_equal(recv(fd, &byte, 1, 0), 1);
        buf_add(&a->body, &byte, 1);
    }
}

static bool is_closed(int fd)
{
    char byte;

    return recv(fd, &byte, 1, 0) == 0;
}

static void one_connection_carries_a_page_and_what_it_loads(void **state)
{
    static const char *const PATH[] = {"/", "/gaya.css", "/nila.js", "/favicon.svg", "/kolam/x"};
    struct webhouse h;
    struct webanswer a;
    char request[128];
    int fd;

    (void)state;
    webhouse_open(&h);
    webhouse_start(&h);
    fd = webhouse_dial(&h);
    for (size_t i = 0; i < sizeof PATH / sizeof PATH[0]; i++) {
        (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", PATH[i]);
        tell(fd, request);
        hear(fd, &a);
        if (a.status != (i == 4 ? 404 : 200))
            fail_msg("%s: status %d: %s", PATH[i], a.status, a.head.p);
        assert_false(webhouse_has(&a.head, "Connection: close"));
        webanswer_free(&a);
    }
    tell(fd, "POST /tombol HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b"
             "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    hear(fd, &a);
    assert_int_equal(a.status, 403); /* no Origin, no Sec-Fetch-Site: no page of ours */
    webanswer_free(&a);
    hear(fd, &a);
    assert_int_equal(a.status, 200);
    webanswer_free(&a);
    assert_true(is_closed(fd)); /* as it was asked */
    (void)close(fd);
    webhouse_close(&h);
}

static void a_body_that_nobody_reads_ends_its_connection(void **state)
{
    static const char *const ASK[] = {
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"};
    struct webhouse h;

    (void)state;
    webhouse_open(&h);
    webhouse_start(&h);
    for (size_t i = 0; i < sizeof ASK / sizeof ASK[0]; i++) {
        int fd = webhouse_dial(&h);
        struct webanswer a;

        tell(fd, ASK[i]);
        hear(fd, &a); /* at once: none of the body was sent */
        assert_int_equal(a.status, i == 2 ? 405 : 200);
        assert_true(webhouse_has(&a.head, "Connection: close"));
        webanswer_free(&a);
        assert_true(is_closed(fd));
        (void)close(fd);
    }
    webhouse_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_connection_carries_a_page_and_what_it_loads),
        cmocka_unit_test(a_body_that_nobody_reads_ends_its_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
