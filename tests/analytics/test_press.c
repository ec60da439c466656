/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "analytics/web/press.h"

#define TOKEN "00112233445566778899aabbccddeeff"

static void a_request_must_be_of_our_own_page(void **state)
{
    static const struct {
        const char *says, *origin, *site, *host;
        bool ours;
    } T[] = {
        {"an old browser", NULL, NULL, "127.0.0.1:8080", true},
        {"our page", "http://192.168.1.5:8080", "same-origin", "192.168.1.5:8080", true},
        {"behind a proxy", "https://kolam.example", "same-origin", "Kolam.example", true},
        {"IPv6", "http://[::1]:8080", NULL, "[::1]:8080", true},
        {"localhost", "http://localhost", "none", "localhost", true},
        {"another port", "http://127.0.0.1:9", NULL, "127.0.0.1:8080", false},
        {"another site", "http://a.example", NULL, "127.0.0.1", false},
        {"a foreign name that leads here", "http://a.example", "same-origin", "a.example", false},
        {"a hidden origin", "null", NULL, "127.0.0.1", false},
        {"same site, another host", NULL, "same-site", "127.0.0.1", false},
        {"no host", NULL, NULL, NULL, false},
        {"an empty host", NULL, NULL, "", false},
        {"half an address", NULL, NULL, "[::1", false},
        {"half a name", NULL, NULL, "kolam", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (press_from_here(T[i].origin, T[i].site, T[i].host, "kolam.example alat.lan") !=
            T[i].ours)
            fail_msg("%s", T[i].says);
}

static void a_token_fits_its_cookie_alone(void **state)
{
    char a[PAGE_TOKEN_SIZE], b[PAGE_TOKEN_SIZE];

    (void)state;
    assert_int_equal(press_token_new(a), 0);
    assert_int_equal(press_token_new(b), 0);
    assert_true(press_token_valid(a));
    assert_string_not_equal(a, b);
    assert_true(press_token_fits(a, a));
    assert_false(press_token_fits(a, b));
    assert_false(press_token_fits(a, NULL));
    assert_false(press_token_fits("", ""));
    assert_false(press_token_valid("00112233445566778899AABBCCDDEEFF"));
}

static void a_form_is_read_whole_or_not_at_all(void **state)
{
    const char *good = "apa=gasping&di=p-1&kembali=%2Fkolam%2Fp-1&kunci=17&tanda=" TOKEN;
    static const char *const BAD[] = {
        "",      "&",      "apa",       "apa=",   "apa=x&apa=y",
        "apa=%", "apa=%4", "apa=a%00b", "lain=1", "apa=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct press_form f = {.what = "before"};

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(press_read(BAD[i], strlen(BAD[i]), &f), NILA_ERR_PARSE);
        assert_string_equal(f.what, "before");
    }
    for (size_t n = 0; n < strlen(good); n++) /* cut short anywhere: never more than was there */
        assert_true(press_read(good, n, &f) == 0 || n < strlen(good));
    assert_int_equal(press_read(good, strlen(good), &f), 0);
    assert_string_equal(f.what, "gasping");
    assert_string_equal(f.subject, "p-1");
    assert_string_equal(f.back, "/kolam/p-1");
    assert_string_equal(f.key, "17");
    assert_string_equal(f.token, TOKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_must_be_of_our_own_page),
        cmocka_unit_test(a_token_fits_its_cookie_alone),
        cmocka_unit_test(a_form_is_read_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
