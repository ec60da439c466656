/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a device that measures on command is told, waited for, and told again. */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "collector/start.h"

static struct profile probe(int settle_ms)
{
    struct profile p = {.settle_ms = settle_ms};

    p.start = (struct profile_request){.function = 3, .address = 9472, .count = 1};
    return p;
}

static struct reg_block answer(uint16_t value)
{
    return (struct reg_block){.function = 3, .count = 2, .regs = {value, value}};
}

static void a_device_without_a_request_is_only_read(void **state)
{
    const struct profile p = {.settle_ms = 0};
    struct start s = {0};
    struct reg_block b = answer(0);

    (void)state;
    assert_int_equal(start_next(&s, &p, 0, 1000), START_READ);
    start_round(&s, &p, &b, 1, false, true, 1000);
    assert_int_equal(start_next(&s, &p, 9, 1000), START_READ);
}

static void is_told_once_and_read_when_it_has_settled(void **state)
{
    const struct profile p = probe(8000);
    struct start s = {0};

    (void)state;
    assert_int_equal(start_next(&s, &p, 0, 1000), START_TELL);
    start_told(&s, &p, 1000);
    assert_int_equal(start_next(&s, &p, 0, 8999), START_WAIT);
    assert_int_equal(s.next_ms, 9000);
    assert_int_equal(start_next(&s, &p, 0, 9000), START_READ);
    for (int i = 0; i < 100; i++) {
        struct reg_block b = answer((uint16_t)(500 + i));
        start_round(&s, &p, &b, 1, true, false, 10000 + i * 60000);
        assert_int_equal(start_next(&s, &p, 0, 10001 + i * 60000), START_READ);
    }
}

static void is_told_again_when_it_has_forgotten(void **state)
{
    static const struct {
        const char *says;
        uint16_t first, step; /* of the values */
        bool nothing_good;
        int rounds;       /* until it is told again */
        int64_t again_ms; /* not again before, by values alone */
    } T[] = {
        {"all is 0", 0, 0, false, 1, START_NOTHING_MS},
        {"nothing is good", 7, 1, true, 1, START_NOTHING_MS},
        {"always the very same", 7, 0, false, START_SAME, START_SAME_MS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const struct profile p = probe(0);
        struct start s = {0};
        int64_t now = 1000, told;
        int rounds = 0;
        start_told(&s, &p, now);
        while (start_next(&s, &p, 0, now) == START_READ && rounds < 50) {
            struct reg_block b = answer((uint16_t)(T[i].first + rounds * T[i].step));
            now += 1000;
            start_round(&s, &p, &b, 1, true, T[i].nothing_good, now);
            rounds++;
        }
        if (rounds != T[i].rounds)
            fail_msg("%s: told again after %d rounds", T[i].says, rounds);
        told = now;
        start_told(&s, &p, now);
        while (start_next(&s, &p, 0, now) == START_READ && now < told + 2 * START_SAME_MS) {
            struct reg_block b = answer((uint16_t)(T[i].first + rounds * T[i].step));
            now += 10000;
            start_round(&s, &p, &b, 1, true, T[i].nothing_good, now);
            rounds++;
        }
        if (now - told != T[i].again_ms)
            fail_msg("%s: told a third time after %d ms", T[i].says, (int)(now - told));
    }
}

static void a_silent_device_is_looked_for_and_then_told(void **state)
{
    const struct profile p = probe(100);
    struct start s = {0};
    struct reg_block b = answer(1);

    (void)state;
    start_told(&s, &p, 0);
    start_round(&s, &p, &b, 1, true, false, 200);
    start_round(&s, &p, NULL, 0, false, false, 1000); /* silence */
    assert_int_equal(start_next(&s, &p, 1, 2000), START_READ);
    start_alive(&s);
    assert_int_equal(start_next(&s, &p, 1, 2000), START_TELL);
    start_told(&s, &p, 2000);
    assert_int_equal(start_next(&s, &p, 1, 2000), START_WAIT);
    assert_int_equal(start_next(&s, &p, 1, 2100), START_READ);
}

static void one_that_does_not_know_the_request_is_read_and_told_in_an_hour(void **state)
{
    const struct profile p = probe(100);
    struct start s = {0};
    struct reg_block b = answer(1);

    (void)state;
    start_unheard(&s);
    assert_int_equal(start_next(&s, &p, 0, 1000), START_READ);
    start_refused(&s, 1000);
    start_round(&s, &p, &b, 1, true, false, 1000);
    assert_int_equal(start_next(&s, &p, 0, 1000 + START_DEAF_MS - 1), START_READ);
    assert_int_equal(start_next(&s, &p, 0, 1000 + START_DEAF_MS), START_TELL);
}

static void one_that_measures_on_command_is_told_before_each_reading(void **state)
{
    struct profile p = probe(0);
    struct start s = {0};
    struct reg_block b = answer(1);

    (void)state;
    p.start_each = true;
    p.wait.function = 3;
    for (int64_t now = 1000; now < 100000; now += 10000) {
        assert_int_equal(start_next(&s, &p, 0, now), START_TELL);
        start_told(&s, &p, now);
        assert_int_equal(start_next(&s, &p, 0, now), START_ASK);
        assert_true(start_waited(&s, &p, 1700, now + 10));
        assert_int_equal(start_next(&s, &p, 0, now + 1709), START_WAIT);
        assert_int_equal(start_next(&s, &p, 0, now + 1710), START_READ);
        start_round(&s, &p, &b, 1, true, false, now + 1800);
    }
    /* silence is told, not looked for: its old values are worth nothing */
    start_round(&s, &p, NULL, 0, false, false, 200000);
    assert_int_equal(start_next(&s, &p, 3, 200000), START_TELL);
    start_told(&s, &p, 300000);
    assert_true(start_waited(&s, &p, 65535, 300000)); /* nobody waits longer than a minute */
    assert_int_equal(start_next(&s, &p, 0, 300000 + START_WAIT_MS - 1), START_WAIT);
    assert_int_equal(start_next(&s, &p, 0, 300000 + START_WAIT_MS), START_READ);
}

static void a_ready_register_is_read_until_it_is_ready_or_a_minute_has_passed(void **state)
{
    struct profile p = probe(500);
    struct start s = {0};
    int64_t now = 1000;
    int asked = 0;

    (void)state;
    p.wait.function = 4;
    p.wait.ready = true;
    p.wait.ready_value = 3;
    start_told(&s, &p, now);
    assert_int_equal(start_next(&s, &p, 0, 1499), START_WAIT); /* it needs its time first */
    now = 1500;
    assert_int_equal(start_next(&s, &p, 0, now), START_ASK);
    assert_true(start_waited(&s, &p, 2, now));
    assert_int_equal(start_next(&s, &p, 0, now + START_POLL_MS - 1), START_WAIT);
    now += START_POLL_MS;
    assert_int_equal(start_next(&s, &p, 0, now), START_ASK);
    assert_true(start_waited(&s, &p, 3, now));
    assert_int_equal(start_next(&s, &p, 0, now), START_READ);

    s = (struct start){0};
    start_told(&s, &p, 0);
    for (now = 500; start_waited(&s, &p, 2, now); now = s.next_ms)
        asked++;
    assert_int_equal(asked, START_WAIT_MS / START_POLL_MS);
    assert_int_equal(start_next(&s, &p, 0, now), START_TELL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_without_a_request_is_only_read),
        cmocka_unit_test(is_told_once_and_read_when_it_has_settled),
        cmocka_unit_test(is_told_again_when_it_has_forgotten),
        cmocka_unit_test(a_silent_device_is_looked_for_and_then_told),
        cmocka_unit_test(one_that_does_not_know_the_request_is_read_and_told_in_an_hour),
        cmocka_unit_test(one_that_measures_on_command_is_told_before_each_reading),
        cmocka_unit_test(a_ready_register_is_read_until_it_is_ready_or_a_minute_has_passed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
