/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "analytics/alert/phone.h"
#include "analytics/alert/smstext.h"

static void letters_outside_the_alphabet_are_written_otherwise(void **state)
{
    static const struct {
        const char *says, *in, *out;
        size_t septets, replaced;
    } ROW[] = {
        {"plain", "Kolam 2: oksigen 1,2", "Kolam 2: oksigen 1,2", 20, 0},
        {"brackets take two", "[NILA]", "[NILA]", 8, 0},
        {"all that take two", "[]{}^\\~|", "[]{}^\\~|", 16, 0},
        {"signs", "28 \xC2\xB0\x43 \xE2\x89\xA5 3 \xE2\x80\x93 NH\xE2\x82\x83",
         "28  der.C >= 3 - NH3", 20, 4},
        {"accents", "Caf\xC3\xA9 \xC3\x85se", "Cafe Ase", 8, 2},
        {"emoji", "awas \xF0\x9F\x90\x9F", "awas ?", 6, 1},
        {"bytes that are no UTF-8", "a\xFF\xC3z", "a??z", 4, 2},
        {"grave accent is not in the alphabet", "`x`", "'x'", 3, 2},
        {"tabs and blanks at the ends", "  a\tb \n", "a b", 3, 1},
    };
    struct smstext s;

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        print_message("%s\n", ROW[i].says);
        assert_int_equal(smstext_fit(&s, ROW[i].in), 0);
        assert_string_equal(s.text, ROW[i].out);
        assert_int_equal(s.septets, ROW[i].septets);
        assert_int_equal(s.before, ROW[i].septets);
        assert_int_equal(s.replaced, ROW[i].replaced);
    }
}

static void a_long_text_ends_at_a_word_and_says_so(void **state)
{
    char in[400] = "", whole[200];
    struct smstext s;

    (void)state;
    memset(whole, 'a', 160);
    whole[160] = '\0';
    assert_int_equal(smstext_fit(&s, whole), 0);
    assert_int_equal(s.septets, 160);
    assert_string_equal(s.text, whole);
    /* 161 without a blank: refused, not cut */
    memcpy(whole + 160, "a", 2);
    assert_int_equal(smstext_fit(&s, whole), NILA_ERR_FULL);
    assert_int_equal(s.before, 161);
    assert_string_equal(s.text, "");
    /* brackets make a text of 155 characters 159 long */
    (void)snprintf(in, sizeof in, "[x] %.80s [y] %.66s", whole, whole);
    assert_int_equal(strlen(in), 155);
    assert_int_equal(smstext_fit(&s, in), 0);
    assert_int_equal(s.before, 159);
    in[0] = '\0';
    for (int i = 0; i < 40; i++)
        (void)snprintf(in + strlen(in), sizeof in - strlen(in), "kata%d ", i);
    assert_int_equal(smstext_fit(&s, in), 0);
    assert_true(s.before > 160);
    assert_true(s.septets <= 160 && s.septets > 145);
    assert_string_equal(s.text + strlen(s.text) - 3, "...");
    assert_memory_equal(s.text, in, strlen(s.text) - 3);
    assert_int_equal(in[strlen(s.text) - 3], ' '); /* at a word */
    assert_int_equal(smstext_fit(&s, " \n "), NILA_ERR_NOT_FOUND);
}

/* Whatever the text, the result fits and its septets are counted rightly: seeded random bytes. */
static void never_longer_than_one_message(void **state)
{
    uint32_t seed = 20261124;
    struct smstext s;

    (void)state;
    print_message("seed %u\n", (unsigned)seed);
    for (int round = 0; round < 20000; round++) {
        char in[420];
        size_t n = 0;
        seed = seed * 1664525 + 1013904223;
        size_t length = seed >> 16 & 255;
        for (size_t i = 0; i < length + 100 && n < sizeof in - 1; i++) {
            seed = seed * 1664525 + 1013904223;
            in[n++] = (char)((seed >> 24 & 7) == 0 ? ' ' : 1 + (seed >> 16 & 0xff) % 255);
        }
        in[n] = '\0';
        if (smstext_fit(&s, in) != 0)
            continue;
        assert_true(s.septets >= 1 && s.septets <= 160);
        assert_int_equal(s.septets, smstext_septets(s.text));
        for (const char *p = s.text; *p != '\0'; p++)
            assert_true((*p >= ' ' && *p <= '~' && *p != '`') || *p == '\n');
    }
}

static void gsm_bytes_hold_no_escape(void **state)
{
    unsigned char out[SMSTEXT_SEPTETS];
    struct smstext s;

    (void)state;
    assert_int_equal(smstext_fit(&s, "[a] {b} @ $ _ ~"), 0);
    assert_int_equal(smstext_gsm(&s, out), 15);
    assert_memory_equal(out, "(a) (b) \x00 \x02 - -", 15);
}

static void ucs2_is_read(void **state)
{
    char out[64];

    (void)state;
    assert_true(smstext_from_ucs2("004F004b", out, sizeof out));
    assert_string_equal(out, "OK");
    assert_true(smstext_from_ucs2("D83DDC4D", out, sizeof out));
    assert_string_equal(out, "\xF0\x9F\x91\x8D");
    assert_true(smstext_from_ucs2("D83D0041", out, sizeof out)); /* half a pair */
    assert_string_equal(out, "?A");
    assert_false(smstext_from_ucs2("", out, sizeof out));
    assert_false(smstext_from_ucs2("004", out, sizeof out));
    assert_false(smstext_from_ucs2("OKAY", out, sizeof out));
    assert_true(smstext_from_ucs2("00410042004300440045", out, 4));
    assert_string_equal(out, "ABC");
}

static void ok_is_the_first_word(void **state)
{
    static const char *const YES[] = {"OK",    "ok",     "Oke",   " ok.",
                                      "OK 12", "\"OK\"", "OKAY!", "ok\nsudah"};
    static const char *const NO[] = {"", "tidak ok", "OKSIGEN rendah", "K", "O K", "okelah1"};

    (void)state;
    for (size_t i = 0; i < sizeof YES / sizeof YES[0]; i++)
        assert_true(smstext_is_ok(YES[i]));
    for (size_t i = 0; i < sizeof NO / sizeof NO[0]; i++)
        assert_false(smstext_is_ok(NO[i]));
}

static void numbers_come_in_one_form(void **state)
{
    static const struct {
        const char *in, *out; /* NULL: none */
    } ROW[] = {
        {"+6281234567890", "+6281234567890"},
        {"081234567890", "+6281234567890"},
        {"6281234567890", "+6281234567890"},
        {"006281234567890", "+6281234567890"},
        {"0812-3456-7890", "+6281234567890"},
        {"+62 (812) 3456.7890", "+6281234567890"},
        {"81234567890", "+6281234567890"},
        {"+62 0812 3456 7890", "+6281234567890"},
        {"0531-21234", "+6253121234"},
        {"+60123456789", "+60123456789"},
        {"TELKOMSEL", NULL},
        {"", NULL},
        {"3636", NULL},
        {"*123#", NULL},
        {"0812", NULL},
        {"+6281234567890123456", NULL},
        {"12345678901", NULL},
        {"08123456789;ATD1", NULL},
    };
    char out[PHONE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        print_message("%s\n", ROW[i].in);
        (void)snprintf(out, sizeof out, "untouched");
        assert_int_equal(phone_normalise(ROW[i].in, out), ROW[i].out != NULL ? 0 : NILA_ERR_PARSE);
        assert_string_equal(out, ROW[i].out != NULL ? ROW[i].out : "untouched");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_outside_the_alphabet_are_written_otherwise),
        cmocka_unit_test(a_long_text_ends_at_a_word_and_says_so),
        cmocka_unit_test(never_longer_than_one_message),
        cmocka_unit_test(gsm_bytes_hold_no_escape),
        cmocka_unit_test(ucs2_is_read),
        cmocka_unit_test(ok_is_the_first_word),
        cmocka_unit_test(numbers_come_in_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
