/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <string.h>

#include "collector/common/slug.h"

static void takes_only_small_letters_digits_and_hyphens(void **state)
{
    static const struct {
        const char *says, *slug;
        bool valid;
    } T[] = {
        {"letters", "kolam", true},
        {"digits", "2", true},
        {"hyphens", "bina-karya-2", true},
        {"hyphens alone", "--", true},
        {"32 characters", "12345678901234567890123456789012", true},
        {"33 characters", "123456789012345678901234567890123", false},
        {"nothing", "", false},
        {"capital", "Kolam", false},
        {"blank", "kolam 2", false},
        {"blank at the end", "kolam ", false},
        {"underscore", "kolam_2", false},
        {"dot", "kolam.2", false},
        {"path", "../kolam", false},
        {"line protocol's comma", "kolam,pond=x", false},
        {"letter with an accent", "kol\xc3\xa4m", false},
        {"line feed", "kolam\n", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (slug_valid(T[i].slug) != T[i].valid)
            fail_msg("%s", T[i].says);
}

static void exactly_37_bytes_are_allowed(void **state)
{
    int allowed = 0;

    (void)state;
    for (int ch = 1; ch < 256; ch++) {
        const char s[] = {(char)ch, '\0'};
        allowed += slug_valid(s);
    }
    assert_int_equal(allowed, 26 + 10 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_only_small_letters_digits_and_hyphens),
        cmocka_unit_test(exactly_37_bytes_are_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
