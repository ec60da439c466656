/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers, packing, and requests that are none. */
#include "tests/analytics/webroom.h"

static void answers_carry_the_headers_that_protect(void **state)
{
    static const char *const HEADER[] = {
        "Content-Security-Policy: default-src 'none'; style-src 'self' 'sha256-",
        "'; script-src 'self' 'sha256-",
        "'; connect-src 'self'; img-src 'self' data:;",
        "X-Content-Type-Options: nosniff",
        "X-Frame-Options: DENY",
        "Referrer-Policy: same-origin",
        "Content-Type: text/html; charset=utf-8",
        "Cache-Control: private, no-cache"};
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    ask(&h, "GET", "/", "", &a);
    for (size_t i = 0; i < sizeof HEADER / sizeof HEADER[0]; i++)
        if (!has(&a.head, HEADER[i]))
            fail_msg("%s is missing in %s", HEADER[i], a.head.p);
    assert_true(has(&a.body, "Data contoh"));
    answer_free(&a);
    ask(&h, "POST", "/", "Content-Length: 5\r\n", &a);
    assert_true(has(&a.head, "Allow: GET, HEAD"));
    assert_true(has(&a.body, "hanya untuk dibaca"));
    answer_free(&a);
    ask(&h, "HEAD", "/", "", &a);
    assert_int_equal(a.body.n, 0);
    assert_true(has(&a.head, "Content-Length: "));
    answer_free(&a);
    house_close(&h);
}

static void packs_for_those_who_take_it_and_spares_the_rest(void **state)
{
    struct house h;
    struct answer plain, packed, again;
    struct buf out = {0};
    char tag[64] = "", header[96];
    const char *etag;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    ask(&h, "GET", "/bantuan", "", &plain);
    ask(&h, "GET", "/bantuan", "Accept-Encoding: br, gzip\r\n", &packed);
    assert_true(has(&packed.head, "Content-Encoding: gzip"));
    assert_true(packed.body.n < plain.body.n);
    assert_int_equal(gzip_unpack(&out, packed.body.p, packed.body.n, 1 << 20), 0);
    assert_int_equal(out.n, plain.body.n);
    assert_memory_equal(out.p, plain.body.p, out.n);
    etag = strstr(plain.head.p, "ETag: ");
    assert_non_null(etag);
    assert_int_equal(sscanf(etag, "ETag: %60s", tag), 1);
    (void)snprintf(header, sizeof header, "If-None-Match: %s\r\n", tag);
    ask(&h, "GET", "/bantuan", header, &again);
    assert_int_equal(again.status, 304);
    assert_int_equal(again.body.n, 0);
    answer_free(&again);
    ask(&h, "GET", "/bantuan", "If-None-Match: W/\"0000000000000000\"\r\n", &again);
    assert_int_equal(again.status, 200);
    answer_free(&again);
    answer_free(&plain);
    answer_free(&packed);
    buf_free(&out);
    house_close(&h);
}

static void a_huge_header_or_nonsense_is_refused_and_others_go_on(void **state)
{
    struct house h;
    struct answer a;
    char *big = malloc(70001);
    int fd;

    (void)state;
    assert_non_null(big);
    memset(big, 'a', 70000);
    big[70000] = '\0';
    house_open(&h, NULL);
    house_start(&h);
    fd = dial(&h);
    tell(fd, "GET / HTTP/1.1\r\nHost: x\r\nX-Big: ", 33);
    tell(fd, big, 70000);
    tell(fd, "\r\n\r\n", 4);
    hear(fd, &a);
    if (a.status != 0 && a.status != 431) /* refused in words, or cut off */
        fail_msg("status %d", a.status);
    answer_free(&a);
    fd = dial(&h);
    tell(fd, "GET /", 5);
    tell(fd, big, 70000);
    hear(fd, &a);
    if (a.status != 0 && a.status != 414 && a.status != 431)
        fail_msg("status %d", a.status);
    answer_free(&a);
    fd = dial(&h);
    tell(fd, "\x16\x03\x01\x02\x00\x01\xfc\r\n\r\n\r\n", 13); /* TLS where none is spoken */
    (void)shutdown(fd, SHUT_WR);
    hear(fd, &a);
    assert_true(a.status == 0 || a.status == 400);
    answer_free(&a);
    assert_int_equal(status_of(&h, "GET", "/"), 200);
    free(big);
    house_close(&h);
}

static void slow_clients_do_not_hold_the_others(void **state)
{
    struct house h;
    int slow[40];
    int64_t began;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    for (int i = 0; i < 40; i++) {
        slow[i] = dial(&h);
        tell(slow[i], "GET / HTTP/1.1\r\nHo", 18); /* and no more */
    }
    began = clock_mono_ms();
    for (int i = 0; i < 8; i++)
        assert_int_equal(status_of(&h, "GET", "/"), 200);
    if (clock_mono_ms() - began > 5000)
        fail_msg("%lld ms", (long long)(clock_mono_ms() - began));
    for (int i = 0; i < 40; i++)
        (void)close(slow[i]);
    house_close(&h);
}

static void reads_accept_encoding_as_the_rfc_says(void **state)
{
    static const struct {
        const char *header;
        bool takes;
    } T[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"br, gzip;q=0.8", true},
        {"gzip;q=0", false},
        {"gzip ; q=0.000", false},
        {"gzip;q=0.001", true},
        {"*", true},
        {"*;q=0", false},
        {"gzip;q=0, *", false},
        {"xgzip, gzipx", false},
        {",,,gzip", true},
        {"deflate;q=1;gzip", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (request_takes_gzip(T[i].header) != T[i].takes)
            fail_msg("%s", T[i].header == NULL ? "(none)" : T[i].header);
}

static void reads_if_none_match_as_the_rfc_says(void **state)
{
    static const struct {
        const char *header;
        bool has;
    } T[] = {
        {NULL, false},
        {"", false},
        {"W/\"abc\"", true},
        {"\"abc\"", true},
        {"\"x\", W/\"abc\"", true},
        {"*", true},
        {"abc", false},
        {"\"abcd\"", false},
        {"\"ab", false},
        {"W/\"x\", \"y\"", false},
        {"\"x\"abc\"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (request_has_tag(T[i].header, "W/\"abc\"") != T[i].has)
            fail_msg("%s", T[i].header == NULL ? "(none)" : T[i].header);
}

static void the_query_goes_before_the_cookie(void **state)
{
    (void)state;
    assert_int_equal(request_lang(NULL, NULL), LANG_ID);
    assert_int_equal(request_lang("en", "id"), LANG_EN);
    assert_int_equal(request_lang("fr", "en"), LANG_EN);
    assert_int_equal(request_lang("EN", NULL), LANG_ID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_carry_the_headers_that_protect),
        cmocka_unit_test(packs_for_those_who_take_it_and_spares_the_rest),
        cmocka_unit_test(a_huge_header_or_nonsense_is_refused_and_others_go_on),
        cmocka_unit_test(slow_clients_do_not_hold_the_others),
        cmocka_unit_test(reads_accept_encoding_as_the_rfc_says),
        cmocka_unit_test(reads_if_none_match_as_the_rfc_says),
        cmocka_unit_test(the_query_goes_before_the_cookie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
