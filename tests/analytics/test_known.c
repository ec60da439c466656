/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>

#include "analytics/records/known.h"

/* Contents, or the name of a group, by number. */
static const char *hex(unsigned n)
{
    static char text[CHANGE_UID_SIZE];

    (void)snprintf(text, sizeof text, "%08x%08x%016x", n * 2654435761U, n, n);
    return text;
}

static int64_t claim(struct known *k, unsigned contents, int64_t at)
{
    return known_claim(k, hex(contents), at == 0 ? NULL : &at);
}

static void each_row_is_claimed_once_and_the_first_first(void **state)
{
    struct known *k = known_new(0);

    (void)state;
    assert_false(known_group(k, hex(1)));
    assert_true(known_group(k, hex(1)));
    assert_false(known_group(k, hex(2)));
    known_row(k, hex(7), 100, 11);
    known_row(k, hex(7), 200, 12);
    known_row(k, hex(7), 100, 13);
    known_row(k, hex(8), 100, 14);
    assert_int_equal(claim(k, 9, 0), 0);
    assert_int_equal(claim(k, 7, 300), 0);
    assert_int_equal(claim(k, 7, 200), 12); /* that time alone */
    assert_int_equal(claim(k, 7, 200), 0);
    assert_int_equal(claim(k, 7, 0), 11);
    assert_int_equal(claim(k, 7, 100), 13); /* 11 is gone in that line too */
    assert_int_equal(claim(k, 7, 0), 0);
    assert_int_equal(claim(k, 8, 0), 14);
    known_free(k);
    known_free(NULL);
}

static void versions_of_a_row_are_claimed_together(void **state)
{
    struct known *k = known_new(0);

    (void)state;
    known_row(k, hex(7), 100, 11);
    known_row(k, hex(8), 50, 11); /* what it was before */
    assert_int_equal(claim(k, 8, 0), 11);
    assert_int_equal(claim(k, 7, 0), 0);
    known_free(k);
}

static void what_was_claimed_stays_so_when_its_group_is_loaded_again(void **state)
{
    struct known *k = known_new(2);

    (void)state;
    assert_false(known_group(k, hex(1)));
    known_row(k, hex(7), 100, 11);
    known_row(k, hex(7), 100, 12);
    assert_int_equal(claim(k, 7, 0), 11);
    assert_false(known_group(k, hex(2))); /* more than 2: group 1 is forgotten */
    assert_int_equal(claim(k, 7, 0), 0);
    assert_false(known_group(k, hex(1)));
    known_row(k, hex(7), 100, 11);
    known_row(k, hex(7), 100, 12);
    assert_int_equal(claim(k, 7, 0), 12);
    assert_int_equal(claim(k, 7, 0), 0);
    known_free(k);
}

static void counts_equal_rows_on(void **state)
{
    struct known *k = known_new(0);

    (void)state;
    assert_int_equal(known_next(k, hex(7)), 1);
    known_set_next(k, hex(7), 5);
    assert_int_equal(known_next(k, hex(7)), 5);
    assert_int_equal(known_next(k, hex(8)), 1);
    known_free(k);
}

/* Steps for n rows that are loaded and then all claimed: alike, different, alike of different times. */
static uint64_t steps(unsigned n, int how)
{
    struct known *k = known_new(0);
    uint64_t took;

    for (unsigned i = 0; i < n; i++)
        known_row(k, hex(how == 1 ? i : 7), how == 2 ? 1 + (int64_t)i : 1, 1 + (int64_t)i);
    for (unsigned i = 0; i < n; i++) /* from the last on */
        assert_int_equal(claim(k, how == 1 ? n - 1 - i : 7, how == 2 ? (int64_t)n - i : 0),
                         how == 0 ? 1 + (int64_t)i : (int64_t)n - i);
    took = known_steps(k);
    known_free(k);
    return took;
}

static void steps_grow_with_the_rows_and_not_with_their_square(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        uint64_t few = steps(2000, how), many = steps(32000, how);

        print_message("%d: %llu steps for 2,000 rows, %llu for 32,000\n", how,
                      (unsigned long long)few, (unsigned long long)many);
        assert_true(many < 16 * few * 3 / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_claimed_once_and_the_first_first),
        cmocka_unit_test(versions_of_a_row_are_claimed_together),
        cmocka_unit_test(what_was_claimed_stays_so_when_its_group_is_loaded_again),
        cmocka_unit_test(counts_equal_rows_on),
        cmocka_unit_test(steps_grow_with_the_rows_and_not_with_their_square),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
