/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/format.h"
#include "collector/common/civil.h"

#define FIVE_TWELVE ((int64_t)1795471950000) /* 2026-11-24 05:12:30 WIB */
#define HOUR        ((int64_t)3600000)

static void writes_numbers_as_each_language_does(void **state)
{
    static const struct {
        double v;
        int decimals;
        const char *id, *en;
    } T[] = {
        {1234.5, 1, "1.234,5", "1,234.5"},
        {1234567.25, 2, "1.234.567,25", "1,234,567.25"},
        {999, 0, "999", "999"},
        {1000, 0, "1.000", "1,000"},
        {-28500, 0, "\u221228.500", "\u221228,500"},
        {0.02, 2, "0,02", "0.02"},
        {-0.04, 1, "0,0", "0.0"},
        {-0.0, 0, "0", "0"},
        {9.96, 1, "10,0", "10.0"},
        {999.96, 1, "1.000,0", "1,000.0"},
        {5, -3, "5", "5"},
        {0.1234567, 9, "0,123457", "0.123457"},
        {NAN, 1, "\u2013", "\u2013"},
        {-INFINITY, 1, "\u2013", "\u2013"},
        {1e15, 0, "\u2013", "\u2013"},
        {999999999999999.0, 0, "999.999.999.999.999", "999,999,999,999,999"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char buf[FORMAT_SIZE];
        assert_int_equal(format_number(buf, sizeof buf, LANG_ID, T[i].v, T[i].decimals),
                         strlen(T[i].id));
        assert_string_equal(buf, T[i].id);
        (void)format_number(buf, sizeof buf, LANG_EN, T[i].v, T[i].decimals);
        assert_string_equal(buf, T[i].en);
    }
}

static void a_small_buffer_gets_the_beginning(void **state)
{
    char buf[4];

    (void)state;
    assert_int_equal(format_number(buf, sizeof buf, LANG_ID, 1234.5, 1), 3);
    assert_string_equal(buf, "1.2");
    assert_int_equal(format_date(buf, 1, LANG_ID, 20000), 0);
    assert_string_equal(buf, "");
}

static void the_environment_changes_nothing(void **state)
{
    char buf[FORMAT_SIZE];

    (void)state;
    assert_int_equal(setenv("LC_ALL", "id_ID.UTF-8", 1), 0);
    (void)format_number(buf, sizeof buf, LANG_EN, 1234.5, 1);
    assert_string_equal(buf, "1,234.5");
}

static void units_follow_the_number_and_not_the_dash(void **state)
{
    char buf[FORMAT_SIZE];

    (void)state;
    (void)format_unit(buf, sizeof buf, LANG_ID, 5.34, 1, "mg/L");
    assert_string_equal(buf, "5,3\u00a0mg/L");
    (void)format_unit(buf, sizeof buf, LANG_ID, 7.1, 1, "");
    assert_string_equal(buf, "7,1");
    (void)format_unit(buf, sizeof buf, LANG_ID, NAN, 1, "mg/L");
    assert_string_equal(buf, "\u2013");
}

static void tonnes_have_a_decimal_while_it_means_something(void **state)
{
    static const struct {
        double kg;
        const char *id;
    } T[] = {{0, "0,0"}, {4321, "4,3"}, {99949, "99,9"}, {99950, "100"}, {1234567, "1.235"}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char buf[FORMAT_SIZE];
        (void)format_tonnes(buf, sizeof buf, LANG_ID, T[i].kg);
        assert_string_equal(buf, T[i].id);
    }
}

static void writes_dates_and_times_of_sampit(void **state)
{
    char buf[FORMAT_SIZE];

    (void)state;
    (void)format_clock(buf, sizeof buf, LANG_ID, FIVE_TWELVE);
    assert_string_equal(buf, "05.12\u00a0WIB");
    (void)format_clock(buf, sizeof buf, LANG_EN, FIVE_TWELVE);
    assert_string_equal(buf, "05:12\u00a0WIB");
    (void)format_date(buf, sizeof buf, LANG_ID, civil_day(FIVE_TWELVE));
    assert_string_equal(buf, "24 November 2026");
    (void)format_date(buf, sizeof buf, LANG_ID, civil_day_of(2026, 8, 1));
    assert_string_equal(buf, "1 Agustus 2026");
    (void)format_date(buf, sizeof buf, LANG_EN, civil_day_of(2026, 5, 31));
    assert_string_equal(buf, "31 May 2026");
    (void)format_month(buf, sizeof buf, LANG_ID, 2026 * 12 + 4);
    assert_string_equal(buf, "Mei 2026");
    (void)format_month_short(buf, sizeof buf, LANG_ID, 2026 * 12 + 7);
    assert_string_equal(buf, "Agu");
}

static void a_moment_of_another_day_has_its_date(void **state)
{
    char buf[FORMAT_SIZE];

    (void)state;
    (void)format_moment(buf, sizeof buf, LANG_ID, FIVE_TWELVE, FIVE_TWELVE + HOUR);
    assert_string_equal(buf, "05.12\u00a0WIB");
    (void)format_moment(buf, sizeof buf, LANG_ID, FIVE_TWELVE, FIVE_TWELVE + 19 * HOUR);
    assert_string_equal(buf, "24 November 2026, 05.12\u00a0WIB");
    (void)format_moment(buf, sizeof buf, LANG_EN, FIVE_TWELVE - 6 * HOUR, FIVE_TWELVE);
    assert_string_equal(buf, "23 November 2026, 23:12\u00a0WIB");
}

static void a_value_never_looks_equal_to_a_limit_it_is_not(void **state)
{
    static const struct {
        double v, limit;
        int decimals;
        const char *text;
    } T[] = {
        {6.47, 6.5, 1, "6,47"}, {6.499, 6.5, 1, "6,499"}, {6.4999, 6.5, 1, "6,500"},
        {6.5, 6.5, 1, "6,5"},   {6.31, 6.5, 1, "6,3"},    {4.04, 4, 1, "4,04"},
        {6.5, NAN, 1, "6,5"},
    };
    char buf[FORMAT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        assert_int_equal(
            format_against(buf, sizeof buf, LANG_ID, T[i].v, T[i].limit, T[i].decimals),
            strlen(T[i].text));
        assert_string_equal(buf, T[i].text);
    }
}

static void a_limit_is_told_as_it_was_set(void **state)
{
    char buf[FORMAT_SIZE];

    (void)state;
    (void)format_limit(buf, sizeof buf, LANG_EN, 4);
    assert_string_equal(buf, "4");
    (void)format_limit(buf, sizeof buf, LANG_EN, 2.5);
    assert_string_equal(buf, "2.5");
    (void)format_limit(buf, sizeof buf, LANG_EN, 0.05);
    assert_string_equal(buf, "0.05");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_never_looks_equal_to_a_limit_it_is_not),
        cmocka_unit_test(a_limit_is_told_as_it_was_set),
        cmocka_unit_test(writes_numbers_as_each_language_does),
        cmocka_unit_test(a_small_buffer_gets_the_beginning),
        cmocka_unit_test(the_environment_changes_nothing),
        cmocka_unit_test(units_follow_the_number_and_not_the_dash),
        cmocka_unit_test(tonnes_have_a_decimal_while_it_means_something),
        cmocka_unit_test(writes_dates_and_times_of_sampit),
        cmocka_unit_test(a_moment_of_another_day_has_its_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
