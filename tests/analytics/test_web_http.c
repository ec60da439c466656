/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages' connections: what is asked one after the other comes over the same one, for on a bad link each new one costs a round trip.
 * And what is kept between requests. */
#include "tests/analytics/webhouse.h"

#include "analytics/records/alarms.h"
#include "analytics/web/assets.h"
#include "analytics/web/policy.h"
#include "collector/common/gzip.h"

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

/* An address may have few connections: those that wait for nothing are soon given up, and one that is being used is not. */
static void a_connection_that_was_answered_does_not_wait_long_for_more(void **state)
{
    struct webhouse h;
    struct webanswer a;
    int64_t began;
    int fd, slow;

    (void)state;
    webhouse_open(&h);
    webhouse_start(&h);
    fd = webhouse_dial(&h);
    slow = webhouse_dial(&h);
    tell(slow, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    hear(slow, &a);
    webanswer_free(&a);
    tell(slow, "POST /tombol HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=");
    began = clock_mono_ms();
    tell(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    hear(fd, &a);
    assert_int_equal(a.status, 200);
    webanswer_free(&a);
    assert_true(is_closed(fd));
    assert_true(clock_mono_ms() - began < 8000);
    tell(slow, "b"); /* its form was under way all the while */
    hear(slow, &a);
    assert_int_equal(a.status, 403);
    webanswer_free(&a);
    (void)close(fd);
    (void)close(slow);
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

/* What a browser of the session is shown, unpacked; "" when it is refused. */
static void shown(const struct webhouse *h, const char *secret, const char *path, struct buf *out)
{
    struct webanswer a;
    char headers[160];

    (void)snprintf(headers, sizeof headers,
                   "Accept-Encoding: gzip\r\nCookie: " VIEWER_COOKIE "=%s\r\n", secret);
    webhouse_ask(h, "GET", path, headers, NULL, &a);
    buf_clear(out);
    buf_str(out, "");
    if (a.status == 200 && webhouse_has(&a.head, "Content-Encoding: gzip"))
        assert_int_equal(gzip_unpack(out, a.body.p, a.body.n, 1 << 20), 0);
    else if (a.status == 200)
        buf_add(out, a.body.p, a.body.n);
    webanswer_free(&a);
}

/* Packed pages are kept; whose they are, and what they say, is asked anew each time. */
static void nobody_gets_a_page_of_another_and_what_is_new_shows_at_once(void **state)
{
    static const char *const USER[] = {"budi", "siti"}, *const POND[] = {"kotim-1", "kotim-2"},
                             *const FARM[] = {"Tambak Mentaya", "Tambak Sampit"};
    char secret[2][VIEWER_SECRET_SIZE], csrf[2][PAGE_TOKEN_SIZE], path[40];
    struct webhouse h;
    struct buf page = {0};

    (void)state;
    webhouse_open(&h);
    webhouse_user(&h, "budi", ROLE_FARMER, "mentaya", false, false, "");
    webhouse_user(&h, "siti", ROLE_FARMER, "sampit", false, false, "");
    webhouse_start(&h);
    for (int i = 0; i < 2; i++)
        webhouse_login(&h, USER[i], secret[i], csrf[i]);
    for (int round = 0; round < 20; round++)
        for (int i = 0; i < 2; i++) {
            shown(&h, secret[i], "/", &page);
            assert_true(webhouse_has(&page, FARM[i]));
            assert_false(webhouse_has(&page, FARM[1 - i]));
            (void)snprintf(path, sizeof path, "/kolam/%s", POND[i]);
            shown(&h, secret[i], path, &page);
            assert_true(webhouse_has(&page, csrf[i]));
            assert_false(webhouse_has(&page, csrf[1 - i]));
            shown(&h, secret[1 - i], path, &page);
            assert_string_equal(page.p, ""); /* not theirs */
        }
    for (int i = 0; i < 2; i++) {
        struct rec_press gasping = {.kind = PRESS_GASPING, .at_ms = clock_wall_ms()};

        (void)snprintf(path, sizeof path, "/kolam/%s", POND[i]);
        shown(&h, secret[i], path, &page);
        assert_false(webhouse_has(&page, "BAHAYA"));
        (void)snprintf(gasping.pond, sizeof gasping.pond, "%s", POND[i]);
        (void)snprintf(gasping.by, sizeof gasping.by, "%s", USER[i]);
        assert_int_equal(records_press(h.records, &gasping), 0);
        shown(&h, secret[i], path, &page);
        assert_true(webhouse_has(&page, "BAHAYA"));
    }
    buf_free(&page);
    webhouse_close(&h);
}

/* The text between two marks; NULL: they are not there. The caller's. */
static char *between(const struct buf *b, const char *from, const char *to)
{
    const char *a = strstr(b->p, from), *z = a != NULL ? strstr(a, to) : NULL;

    return z != NULL ? strndup(a + strlen(from), (size_t)(z - a) - strlen(from)) : NULL;
}

static void a_first_visit_brings_style_and_script_along_and_the_policy_knows_them(void **state)
{
    char secret[VIEWER_SECRET_SIZE], csrf[PAGE_TOKEN_SIZE], headers[200], version[24] = "";
    char hash[POLICY_HASH_SIZE];
    struct webhouse h;
    struct webanswer a;
    char *style, *script;
    const char *text;
    size_t n;

    (void)state;
    webhouse_open(&h);
    webhouse_user(&h, "budi", ROLE_FARMER, "mentaya", false, false, "");
    webhouse_start(&h);
    webhouse_login(&h, "budi", secret, csrf);
    (void)snprintf(headers, sizeof headers, "Cookie: " VIEWER_COOKIE "=%s\r\n", secret);
    webhouse_ask(&h, "GET", "/", headers, NULL, &a);
    assert_int_equal(
        sscanf(strstr(a.head.p, "Set-Cookie: gaya="), "Set-Cookie: gaya=%16[0-9a-f];", version), 1);
    style = between(&a.body, "<style>", "</style>");
    script = between(&a.body, "/* SPDX-License-Identifier: GPL-3.0-or-later */\n/* The pages work",
                     "</script>");
    assert_non_null(style);
    assert_non_null(script);
    assert_null(strstr(a.body.p, "rel=\"stylesheet\""));
    assert_non_null(strstr(a.body.p, "rel=\"prefetch\" as=\"style\" href=\"/gaya.css?v="));
    policy_hash(style, strlen(style), hash);
    assert_true(webhouse_has(&a.head, hash));
    text = assets_script(&n); /* it begins with the line that was looked for */
    assert_true(n > strlen(script) && strcmp(text + n - strlen(script), script) == 0);
    policy_hash(text, n, hash);
    assert_true(webhouse_has(&a.head, hash));
    free(style);
    free(script);
    webanswer_free(&a);
    (void)snprintf(headers, sizeof headers, "Cookie: " VIEWER_COOKIE "=%s; gaya=%s\r\n", secret,
                   version);
    webhouse_ask(&h, "GET", "/", headers, NULL, &a);
    assert_false(webhouse_has(&a.head, "Set-Cookie: gaya"));
    assert_false(webhouse_has(&a.body, "<style>"));
    assert_true(webhouse_has(&a.body, "<link rel=\"stylesheet\" href=\"/gaya.css?v="));
    assert_true(webhouse_has(&a.body, "<script src=\"/nila.js?v="));
    webanswer_free(&a);
    /* a browser that has those of another version is as new as one that has none */
    (void)snprintf(headers, sizeof headers, "Cookie: " VIEWER_COOKIE "=%s; gaya=0123\r\n", secret);
    webhouse_ask(&h, "GET", "/", headers, NULL, &a);
    assert_true(webhouse_has(&a.body, "<style>"));
    webanswer_free(&a);
    webhouse_close(&h);
}

static void a_file_is_kept_for_good_under_its_version_whatever_the_cookies_are(void **state)
{
    char path[64];
    struct webhouse h;
    struct webanswer a;

    (void)state;
    webhouse_open(&h);
    webhouse_start(&h);
    (void)snprintf(path, sizeof path, "/gaya.css?v=%08x", (unsigned)assets_style_version());
    webhouse_ask(&h, "GET", path, "", NULL, &a);
    assert_true(webhouse_has(&a.head, "Cache-Control: max-age=31536000, immutable\r\n"));
    assert_true(webhouse_has(&a.head, "Vary: Accept-Encoding\r\n"));
    webanswer_free(&a);
    webhouse_ask(&h, "GET", "/gaya.css?v=0", "", NULL, &a);
    assert_true(webhouse_has(&a.head, "Cache-Control: max-age=86400\r\n"));
    webanswer_free(&a);
    webhouse_ask(&h, "GET", "/", "", NULL, &a);
    assert_true(webhouse_has(&a.head, "Vary: Accept-Encoding, Cookie\r\n"));
    webanswer_free(&a);
    webhouse_close(&h);
}

static void what_stands_within_a_page_does_not_end_its_element(void **state)
{
    char hash[POLICY_HASH_SIZE];
    size_t n;

    (void)state;
    assert_null(strstr(assets_style(&n), "</"));
    assert_null(strstr(assets_script(&n), "</script"));
    assert_null(strstr(assets_script(&n), "<!--"));
    policy_hash("", 0, hash); /* FIPS 180-4's digest of nothing */
    assert_string_equal(hash, "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_connection_carries_a_page_and_what_it_loads),
        cmocka_unit_test(a_connection_that_was_answered_does_not_wait_long_for_more),
        cmocka_unit_test(a_body_that_nobody_reads_ends_its_connection),
        cmocka_unit_test(a_first_visit_brings_style_and_script_along_and_the_policy_knows_them),
        cmocka_unit_test(a_file_is_kept_for_good_under_its_version_whatever_the_cookies_are),
        cmocka_unit_test(what_stands_within_a_page_does_not_end_its_element),
        cmocka_unit_test(nobody_gets_a_page_of_another_and_what_is_new_shows_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
