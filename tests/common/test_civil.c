/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "collector/common/civil.h"

static void reads_times_with_and_without_an_offset(void **state)
{
    static const struct {
        const char *says, *text;
        int rc;
        int64_t ts_ms;
        bool assumed;
    } T[] = {
        {"UTC", "2026-11-23T22:12:30Z", 0, 1795471950000, false},
        {"WIB", "2026-11-24T05:12:30+07:00", 0, 1795471950000, false},
        {"no offset is WIB", "2026-11-24 05:12:30", 0, 1795471950000, true},
        {"offset without colon, milliseconds", "2026-11-24T05:12:30.250+0700", 0, 1795471950250,
         false},
        {"minutes are enough", "2026-11-24T05:12", 0, 1795471920000, true},
        {"31 June does not exist", "2026-06-31T00:00Z", NILA_ERR_RANGE, 0, false},
        {"29 February 2100 does not exist", "2100-02-29T00:00Z", NILA_ERR_RANGE, 0, false},
        {"hour 24", "2026-06-30T24:00Z", NILA_ERR_RANGE, 0, false},
        {"text after the time", "2026-06-30T23:00Zx", NILA_ERR_PARSE, 0, false},
        {"a date alone", "2026-06-30", NILA_ERR_PARSE, 0, false},
        {"nothing", "", NILA_ERR_PARSE, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int64_t ts = -1;
        bool assumed = false;
        int rc = civil_parse_iso(T[i].text, &ts, &assumed);
        if (rc != T[i].rc || (rc == 0 && (ts != T[i].ts_ms || assumed != T[i].assumed)))
            fail_msg("%s: rc %d ts %lld", T[i].says, rc, (long long)ts);
        if (rc != 0)
            assert_int_equal(ts, -1);
    }
}

static void a_day_begins_at_midnight_in_sampit(void **state)
{
    int32_t day;

    (void)state;
    assert_int_equal(civil_parse_day("2026-11-24", &day), 0);
    assert_int_equal(civil_day(1795453200000 - 1), day - 1); /* 2026-11-23 23:59:59.999 WIB */
    assert_int_equal(civil_day(1795453200000), day);
    assert_int_equal(civil_day_start(day), 1795453200000);
    assert_int_equal(civil_from_day(day).weekday, 2); /* a Tuesday */
}

static void every_day_of_four_centuries_goes_there_and_back(void **state)
{
    (void)state;
    for (int32_t day = civil_day_of(1970, 1, 1); day < civil_day_of(2400, 1, 1); day++) {
        struct civil c = civil_from_day(day);
        char text[16];
        int32_t back;
        if (civil_day_of(c.year, c.month, c.day) != day)
            fail_msg("day %d", (int)day);
        assert_int_equal(civil_format_day(text, sizeof text, day), 10);
        assert_int_equal(civil_parse_day(text, &back), 0);
        assert_int_equal(back, day);
    }
}

static void writes_what_it_reads(void **state)
{
    char text[40];
    int64_t back;

    (void)state;
    for (int64_t ts = 1795471950250; ts < 1795471950250 + 40 * CIVIL_DAY_MS; ts += 7777777) {
        assert_true(civil_format_iso(text, sizeof text, ts) > 0);
        assert_int_equal(civil_parse_iso(text, &back, NULL), 0);
        assert_int_equal(back, ts);
    }
}

static void months_follow_each_other(void **state)
{
    int32_t m = civil_month(1795471950000);

    (void)state;
    assert_int_equal(m, 2026 * 12 + 10);
    assert_int_equal(civil_from_day(civil_month_first_day(m + 2)).year, 2027);
    assert_int_equal(civil_month_start(m + 1), civil_day_start(civil_day_of(2026, 12, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_times_with_and_without_an_offset),
        cmocka_unit_test(a_day_begins_at_midnight_in_sampit),
        cmocka_unit_test(every_day_of_four_centuries_goes_there_and_back),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(months_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
