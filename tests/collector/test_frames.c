/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <string.h>

#include "collector/frames.h"

static void keeps_the_last_twenty_oldest_first(void **state)
{
    static struct frames f;
    static struct frame out[FRAMES_KEPT];

    (void)state;
    frames_init(&f);
    assert_int_equal(frames_copy(&f, out), 0);
    for (uint8_t i = 0; i < 47; i++) {
        frames_note(&f, i % 2 == 0, &i, 1);
        assert_int_equal(frames_copy(&f, out), i < FRAMES_KEPT ? i + 1 : FRAMES_KEPT);
    }
    for (unsigned i = 0; i < FRAMES_KEPT; i++) {
        assert_int_equal(out[i].byte[0], 27 + i);
        assert_int_equal(out[i].sent, (27 + i) % 2 == 0);
        assert_true(out[i].at_ms > 0);
    }
    frames_free(&f);
}

static void what_is_too_long_is_cut_and_nothing_is_a_frame_too(void **state)
{
    static struct frames f;
    static struct frame out[FRAMES_KEPT];
    uint8_t much[FRAME_BYTES_MAX + 40];

    (void)state;
    memset(much, 0xAB, sizeof much);
    frames_init(&f);
    frames_note(&f, false, much, sizeof much);
    frames_note(&f, false, NULL, 0);
    frames_note(NULL, true, much, 3); /* nowhere */
    assert_int_equal(frames_copy(&f, out), 2);
    assert_int_equal(out[0].n, FRAME_BYTES_MAX);
    assert_int_equal(out[0].byte[FRAME_BYTES_MAX - 1], 0xAB);
    assert_int_equal(out[1].n, 0);
    frames_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_last_twenty_oldest_first),
        cmocka_unit_test(what_is_too_long_is_cut_and_nothing_is_a_frame_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
