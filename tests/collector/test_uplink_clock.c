/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read before the clock is right waits in the journal, and nothing of it is acknowledged meanwhile. */
#include "tests/support/support.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "uplink_help.h"

static atomic_bool right;

static int64_t wall(void *arg)
{
    (void)arg;
    return atomic_load(&right) ? help_set(0).ts_ms : help_set(0).ts_ms - 86400000;
}
static int64_t mono(void *arg)
{
    struct timespec t;
    (void)arg;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
static bool is_right(void *arg)
{
    (void)arg;
    return atomic_load(&right);
}

static struct journal *open_waiting(void)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {.path = path,
                                     .max_bytes = 16 << 20,
                                     .keep_days = 35,
                                     .sink = SINK,
                                     .sinks = 1,
                                     .clock_wait_ms = INT64_C(3600000)};
    struct journal *j = NULL;
    assert_int_equal(journal_open(&j, &c), 0);
    return j;
}

static bool asked_and_idle(void *arg)
{
    return stats_of(arg).sent == 20 && stats_of(arg).state == UPLINK_IDLE;
}

static void held_rows_wait_and_then_leave_with_their_time(void **state)
{
    static const struct clock_source clock = {wall, mono, is_right, NULL};
    struct storehttp *s = store_new(0);
    struct journal *j;
    struct uplink *u;
    int64_t mark = 0;
    size_t uncertain = 0;

    (void)state;
    clock_set(&clock);
    store_start(s);
    j = open_waiting();
    help_append(j, 0, 20); /* imported: nobody waits for those */
    for (int k = 20; k < 40; k++) {
        struct reading_set set = help_set(k);
        set.boot_ms = mono(NULL) + k;
        set.ts_ms = wall(NULL);
        set.clock_trusted = false;
        assert_int_equal(journal_append(j, &set, 1), 0);
    }
    u = uplink_to(j, s->port);
    await(asked_and_idle, u, "what may leave");
    assert_int_equal(journal_acked(j, 0, &mark), 0);
    assert_int_equal(mark, 20);
    assert_int_equal(s->lines, 20);
    atomic_store(&right, true);
    await(drained, j, "the others");
    (void)pthread_mutex_lock(&s->lock);
    assert_int_equal(s->lines, 40);
    for (size_t i = 0; i < s->lines; i++)
        uncertain += strncmp(s->line[i], "water_uncertain", 15) == 0 ? 1 : 0;
    assert_int_equal(uncertain, 0);
    (void)pthread_mutex_unlock(&s->lock);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
    clock_set(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(held_rows_wait_and_then_leave_with_their_time, set_up,
                                        tear_down),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}
