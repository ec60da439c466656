/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/device.h"
#include "collector/slots.h"

static void devices_of_a_bus_are_spread_evenly_and_never_share_an_offset(void **state)
{
    static const struct {
        unsigned devices, buses;
        int64_t period_ms;
    } T[] = {{1, 1, 1000}, {10, 1, 10000}, {7, 3, 60000}, {20, 4, 60000}, {250, 4, 86400000}};

    (void)state;
    for (size_t t = 0; t < sizeof T / sizeof T[0]; t++) {
        int64_t places = (int64_t)T[t].devices * T[t].buses, last = -1;
        for (unsigned i = 0; i < T[t].devices; i++) {
            for (unsigned b = 0; b < T[t].buses; b++) {
                int64_t o = slots_offset(i, T[t].devices, b, T[t].buses, T[t].period_ms);
                assert_true(o >= 0 && o < T[t].period_ms && o > last);
                assert_true(last < 0 || llabs(o - last - T[t].period_ms / places) <= 1);
                last = o;
            }
        }
    }
    assert_int_equal(slots_offset(0, 1, 0, 1, 60000), 0);
}

/* Served early, late, or after a hole, a device's slots stay on their grid for a year. */
static void slots_do_not_drift(void **state)
{
    const unsigned SEED = 11;
    const int64_t anchor = -1795471950123, offset = 17142, period = 60000;
    int64_t now = 123456, last = slots_number(now, anchor, offset, period);

    (void)state;
    printf("seed %u\n", SEED);
    srand(SEED);
    for (int i = 0; i < 500000; i++) {
        int64_t k, due = slots_mono(last + 1, anchor, offset, period);
        now = due + rand() % 90000;
        k = slots_number(now, anchor, offset, period);
        assert_true(k > last && slots_mono(k, anchor, offset, period) <= now);
        assert_true(slots_mono(k + 1, anchor, offset, period) > now);
        assert_int_equal((slots_mono(k, anchor, offset, period) - anchor - offset) % period, 0);
        last = k;
    }
    assert_int_equal(slots_number(-1, 0, 0, 1000), -1); /* before the grid's 0 */
    assert_int_equal(slots_number(0, 0, 0, 1000), 0);
}

static void the_grid_follows_a_clock_that_was_set_and_nothing_else(void **state)
{
    static const struct {
        const char *says;
        int64_t wall, mono;
        bool moved;
    } T[] = {
        {"a minute later", 1060000, 65000, false},   {"read a little apart", 1060190, 65000, false},
        {"set forward 1 s", 1062000, 66000, true},   {"and stays", 1063000, 67000, false},
        {"set back an hour", -2536000, 68000, true}, {"and stays", -2535000, 69000, false},
    };
    int64_t anchor = 5000 - 1000000;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int64_t was = anchor;
        if (slots_follow(&anchor, T[i].wall, T[i].mono) != T[i].moved)
            fail_msg("%s", T[i].says);
        assert_int_equal(anchor, T[i].moved ? T[i].mono - T[i].wall : was);
    }
}

static void a_reading_is_stamped_with_its_slot_or_with_its_own_time(void **state)
{
    /* anchor -1000000: wall = mono + 1000000 */
    static const struct {
        const char *says;
        int64_t slot, mono, wall, anchor, period;
        bool trusted;
        int64_t ts;
    } T[] = {
        {"in time", 60000, 60040, 1060040, -1000000, 60000, true, 1060000},
        {"clock not trusted", 120000, 120040, 1120040, -1000000, 60000, false, 1120040},
        {"5 s late", 180000, 185000, 1185000, -1000000, 60000, true, 1180000},
        {"more than 5 s late", 240000, 245001, 1245001, -1000000, 60000, true, 1245001},
        {"before its slot", 310000, 300000, 1300000, -1000000, 60000, true, 1300000},
        {"the same millisecond again", 310000, 300000, 1300000, -1000000, 60000, true, 1300001},
        {"the clock was set back 60 s", 420000, 420040, 1360040, -940000, 60000, true, 1360000},
        {"and once more: now the slots of before would come again", 420000, 420040, 1300040,
         -880000, 60000, true, 1300040},
        {"read exactly on an old slot", 420000, 420000, 1300000, -880000, 60000, true, 1300001},
        {"later than all before", 540000, 540010, 1420010, -880000, 60000, true, 1420000},
    };
    struct slots_stamps given = {0, 0};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int64_t ts = slots_stamp(&given, T[i].slot, T[i].mono, T[i].wall, T[i].anchor, T[i].period,
                                 T[i].trusted);
        if (ts != T[i].ts)
            fail_msg("%s: %lld, expected %lld", T[i].says, (long long)ts, (long long)T[i].ts);
    }
}

static void an_impossible_wall_clock_is_known(void **state)
{
    (void)state;
    assert_false(slots_wall_plausible(0));
    assert_false(slots_wall_plausible(1735689599999)); /* 2024-12-31T23:59:59.999Z */
    assert_true(slots_wall_plausible(1735689600000));
    assert_true(slots_wall_plausible(4133980799999)); /* 2100-12-31T23:59:59.999Z */
    assert_false(slots_wall_plausible(4133980800000));
    assert_false(slots_wall_plausible(-1));
}

static void back_off_doubles_up_to_its_cap(void **state)
{
    static const struct {
        unsigned failures;
        int every_s, backoff_s;
    } T[] = {{0, 10, 0},   {1, 10, 10},   {2, 10, 20},           {3, 10, 40},
             {5, 10, 160}, {6, 10, 300},  {7, 10, 300},          {1, 1, 1},
             {9, 1, 256},  {10, 1, 300},  {4000000000u, 1, 300}, {1, 60, 60},
             {4, 60, 300}, {1, 600, 600}, {50, 600, 600},        {50, 86400, 86400}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        assert_int_equal(device_backoff_s(T[i].failures, T[i].every_s), T[i].backoff_s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_of_a_bus_are_spread_evenly_and_never_share_an_offset),
        cmocka_unit_test(slots_do_not_drift),
        cmocka_unit_test(the_grid_follows_a_clock_that_was_set_and_nothing_else),
        cmocka_unit_test(a_reading_is_stamped_with_its_slot_or_with_its_own_time),
        cmocka_unit_test(an_impossible_wall_clock_is_known),
        cmocka_unit_test(back_off_doubles_up_to_its_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
