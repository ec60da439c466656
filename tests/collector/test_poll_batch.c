/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A card that hangs: what was read is seen at once all the same, nobody waits for ever, and what is dropped is told. */
#include "tests/support/support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/poll_batch.h"

#define ROOM 32 /* of a batch for few devices */

struct card {
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool hangs, in; /* in: deliver has been called and stands */
    unsigned kept;
    int64_t last_ts;
    unsigned seen, dropped;
};

static int deliver(void *arg, const struct reading_set *sets, size_t n)
{
    struct card *c = arg;

    (void)pthread_mutex_lock(&c->lock);
    c->in = true;
    (void)pthread_cond_broadcast(&c->change);
    while (c->hangs)
        (void)pthread_cond_wait(&c->change, &c->lock);
    for (size_t i = 0; i < n; i++) {
        assert_true(sets[i].ts_ms > c->last_ts); /* in their order */
        c->last_ts = sets[i].ts_ms;
    }
    c->kept += (unsigned)n;
    (void)pthread_cond_broadcast(&c->change);
    (void)pthread_mutex_unlock(&c->lock);
    return 0;
}

static void see(void *arg, const struct reading_set *sets, size_t n)
{
    struct card *c = arg;
    (void)sets;
    c->seen += (unsigned)n; /* one thread adds */
}

static void lost(void *arg, const struct reading_set *set)
{
    struct card *c = arg;
    (void)set;
    c->dropped++;
}

static void a_card_that_hangs_stops_nobody_for_long(void **state)
{
    struct card c = {.hangs = true};
    const struct poll_receiver to = {
        .deliver = deliver, .see = see, .lost = lost, .hung_ms = 300, .arg = &c};
    struct reading_set set = {.n = 1,
                              .v = {{.metric = METRIC_PH, .flag = READING_PASS, .value = 7}}};
    struct batch *b = NULL;
    int64_t began, took;
    int k = 0;

    (void)state;
    log_set_level(LOG_LEVEL_ERROR);
    assert_int_equal(pthread_mutex_init(&c.lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&c.change, NULL), 0);
    assert_int_equal(batch_start(&b, 1, &to), 0);
    set.ts_ms = ++k;
    batch_add(b, &set);
    (void)pthread_mutex_lock(&c.lock);
    while (!c.in)
        (void)pthread_cond_wait(&c.change, &c.lock);
    (void)pthread_mutex_unlock(&c.lock);
    began = clock_mono_ms();
    while (k < 1 + ROOM + 200) { /* there is room for ROOM behind the one that stands */
        set.ts_ms = ++k;
        batch_add(b, &set);
    }
    took = clock_mono_ms() - began;
    assert_int_equal(c.seen, k);
    assert_int_equal(c.dropped, 200);
    if (took < 100 || took > 3000) /* it waited for the card once, not for each */
        fail_msg("took %ld ms", (long)took);
    (void)pthread_mutex_lock(&c.lock);
    c.hangs = false;
    (void)pthread_cond_broadcast(&c.change);
    while (c.kept < 1 + ROOM)
        (void)pthread_cond_wait(&c.change, &c.lock);
    (void)pthread_mutex_unlock(&c.lock);
    set.ts_ms = ++k;
    batch_add(b, &set);
    batch_stop(b); /* delivers what is left */
    assert_int_equal(c.kept, 1 + ROOM + 1);
    assert_int_equal(c.dropped, 200);
    (void)pthread_cond_destroy(&c.change);
    (void)pthread_mutex_destroy(&c.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_that_hangs_stops_nobody_for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
