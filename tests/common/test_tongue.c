/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <errno.h>
#include <string.h>

#include "collector/common/csv.h"
#include "collector/common/jsonconf.h"
#include "collector/common/tongue.h"

static int english_again(void **state)
{
    (void)state;
    tongue_set(false);
    return 0;
}

static void speaks_english_until_it_is_told(void **state)
{
    (void)state;
    assert_string_equal(tongue("kolam", "pond"), "pond");
    tongue_set(true);
    assert_string_equal(tongue("kolam", "pond"), "kolam");
    tongue_set(false);
    assert_string_equal(tongue("kolam", "pond"), "pond");
}

static void errors_of_ours_have_words_in_both_languages(void **state)
{
    char unknown[64];

    (void)state;
    (void)snprintf(unknown, sizeof unknown, "%s", nila_err_text(-1000));
    for (int rc = 0; strcmp(nila_err_text(rc), unknown) != 0; rc--) {
        const char *english = nila_err_text(rc);

        tongue_set(true);
        if (strcmp(nila_err_text(rc), english) == 0 || nila_err_text(rc)[0] == '\0')
            fail_msg("%d: %s", rc, english);
        tongue_set(false);
    }
    tongue_set(true);
    assert_string_not_equal(nila_err_text(-1000), unknown);
}

static void errors_of_the_system_keep_libc_words_where_there_are_no_own(void **state)
{
    (void)state;
    assert_string_equal(tongue_errno(ENOENT), strerror(ENOENT));
    tongue_set(true);
    assert_string_equal(tongue_errno(ENOENT), "berkas atau folder tidak ada");
    assert_string_equal(tongue_errno(ENOSPC), "disk penuh");
    assert_string_equal(tongue_errno(EDOM), strerror(EDOM));
}

static void a_csv_says_what_is_wrong_in_indonesian(void **state)
{
    static const struct {
        const char *says, *text, *id, *en;
    } T[] = {
        {"nothing", "", "t.csv:1:1: berkas kosong", "t.csv:1:1: the file is empty"},
        {"a column twice", "a,a\n", "t.csv:1:3: kolom \"a\" ada dua kali",
         "t.csv:1:3: column \"a\" stands twice"},
        {"a quote not closed", "\"a\n", "t.csv:1:1: tanda kutip tidak ditutup",
         "t.csv:1:1: the quote is never closed"},
        {"not UTF-8", "a\xff\n", "t.csv:1:1: bita 0xff di sel ini bukan UTF-8",
         "t.csv:1:1: byte 0xff in this cell is not UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        for (int id = 0; id < 2; id++) {
            const char *want = id != 0 ? T[i].id : T[i].en;
            struct csv *c = NULL;
            char why[256] = "";

            tongue_set(id != 0);
            assert_int_equal(
                csv_open_memory(&c, "t.csv", T[i].text, strlen(T[i].text), why, sizeof why),
                NILA_ERR_PARSE);
            if (strncmp(why, want, strlen(want)) != 0)
                fail_msg("%s: %s", T[i].says, why);
        }
}

static void json_says_what_is_wrong_in_indonesian(void **state)
{
    static const struct {
        const char *says, *text, *id, *en;
    } T[] = {
        {"a comma too many", "{\"a\": 1,}", "t.json:1:8: ada koma sebelum \"}\"",
         "t.json:1:8: a comma before \"}\""},
        {"not closed", "{\"a\": 1", "t.json:1:8: berkas berakhir di sini; seharusnya \",\" atau",
         "t.json:1:8: the file ends here; expected \",\" or"},
        {"text for a number", "{\"a\": \"1\"}", "t.json:1:7: a: teks tidak boleh; 0 sampai 9",
         "t.json:1:7: a: text is not allowed; 0 to 9"},
        {"a key misspelt", "{\"a\": 1, \"aa\": 1}",
         "t.json:1:10: kunci \"aa\" tidak dikenal; maksudnya \"a\"?",
         "t.json:1:10: unknown key \"aa\"; did you mean \"a\"?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        for (int id = 0; id < 2; id++) {
            const char *want = id != 0 ? T[i].id : T[i].en;
            struct jsonconf *c = NULL;
            char why[256] = "";
            int rc;

            tongue_set(id != 0);
            rc = jsonconf_open_memory(&c, "t.json", T[i].text, strlen(T[i].text), why, sizeof why);
            if (rc == 0) {
                (void)jsonconf_number_or(c, jsonconf_root(c), "a", 0, 9, 0);
                rc = jsonconf_done(c, why, sizeof why);
                jsonconf_close(c);
            }
            assert_int_equal(rc, NILA_ERR_CONFIG);
            if (strncmp(why, want, strlen(want)) != 0)
                fail_msg("%s: %s", T[i].says, why);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(speaks_english_until_it_is_told, english_again),
        cmocka_unit_test_teardown(errors_of_ours_have_words_in_both_languages, english_again),
        cmocka_unit_test_teardown(errors_of_the_system_keep_libc_words_where_there_are_no_own,
                                  english_again),
        cmocka_unit_test_teardown(a_csv_says_what_is_wrong_in_indonesian, english_again),
        cmocka_unit_test_teardown(json_says_what_is_wrong_in_indonesian, english_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
