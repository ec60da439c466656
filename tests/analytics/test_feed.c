/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <string.h>

#include "analytics/fish/feed.h"

static void finds_the_kind_in_what_people_write(void **state)
{
    static const struct {
        const char *says, *kind; /* NULL: not known */
    } row[] = {{"", "pellet"},
               {"  ", "pellet"},
               {"Pellet", "pellet"},
               {"PELET APUNG 781-2", "floating"},
               {"pelet tenggelam", "sinking"},
               {"Azolla segar", "azolla"},
               {"azolla kering", "azolla-dry"},
               {"maggot BSF", "maggot"},
               {"tepung maggot", "maggot-dry"},
               {"Tepung", "pellet"}, /* what fry are fed, milled from the same */
               {"pakan mandiri (dedak+ikan rucah)", "home-made"},
               {"home-made", "home-made"},
               {"daun, kangkung", "greens"},
               {"bran", "rice-bran"},
               {"branded", NULL}, /* a word within a word is none */
               {"probiotik", NULL},
               {"\xc3\xa9"
                "bran",
                NULL}};

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        const struct feed_kind *got = feed_kind_find(row[k].says);

        print_message("\"%s\": %s\n", row[k].says, got != NULL ? got->name : "not known");
        if (row[k].kind == NULL)
            assert_null(got);
        else
            assert_string_equal(got->name, row[k].kind);
    }
}

static void no_word_means_two_kinds_and_worths_are_sane(void **state)
{
    size_t n;
    const struct feed_kind *kind = feed_kinds(&n);

    (void)state;
    assert_true(n >= 10);
    assert_string_equal(kind[0].name, "pellet");
    for (size_t k = 0; k < n; k++) {
        assert_true(kind[k].pellets > 0 && kind[k].pellets < 1.2);
        assert_ptr_equal(feed_kind_find(kind[k].name), &kind[k]);
        for (size_t w = 0; kind[k].words[w] != NULL; w++)
            assert_ptr_equal(feed_kind_find(kind[k].words[w]), &kind[k]);
    }
    assert_true(feed_kind_find("azolla")->pellets < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_kind_in_what_people_write),
        cmocka_unit_test(no_word_means_two_kinds_and_worths_are_sane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
