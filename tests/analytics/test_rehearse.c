/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/alert/rehearse.h"
#include "collector/common/clock.h"

enum {
    SPEED = 3600,
    PAUSE_MS = 20
};
static const int64_t FROM_MS = INT64_C(1763622000000); /* 2025-11-20T14:00+07:00 */

static void pause_once(void)
{
    clock_sleep_until(clock_mono_ms() + PAUSE_MS);
}

static void the_clock_is_fast_between_steps_and_no_faster_than_the_machine_in_one(void **state)
{
    const int64_t begin = clock_mono_ms();
    int64_t was, at;

    (void)state;
    rehearse_begin(FROM_MS, SPEED);
    pause_once(); /* opening records and channels, and the first step with a slow database */
    assert_true(clock_wall_ms() - FROM_MS <= clock_mono_ms() - begin);
    rehearse_pace(false); /* nothing under way */
    was = clock_wall_ms();
    at = clock_mono_ms();
    pause_once();
    assert_true(clock_wall_ms() - was >= (int64_t)(PAUSE_MS - 1) * SPEED);
    assert_true(clock_wall_ms() - was <= (clock_mono_ms() - at + 1) * SPEED);
    rehearse_pace(true); /* the next step */
    was = clock_wall_ms();
    at = clock_mono_ms();
    pause_once();
    assert_true(clock_wall_ms() - was <= clock_mono_ms() - at + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_is_fast_between_steps_and_no_faster_than_the_machine_in_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
