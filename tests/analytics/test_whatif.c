/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <poll.h>

#include "analytics/web/whatif.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "tests/analytics/world.h"

static struct world *one_pond(struct forecast_request *q, uint64_t seed)
{
    const int32_t day = civil_day_of(2026, 5, 31);
    struct world *w = world_new();

    (void)world_farm(w, "62.02.06");
    (void)world_pond(w, 0, "kolam-1", POND_SYSTEM_POND);
    world_death(w, world_cycle(w, 0, day - 90, 2000, 10), day - 10, 2);
    w->s.as_of_ms = civil_day_start(day + 1) - 1;
    *q = (struct forecast_request){
        .snapshot = &w->s, .as_of_day = day, .months = 3, .draws = 50, .seed = seed};
    return w;
}

static struct forecast *made(const struct forecast_request *q)
{
    struct forecast *f = NULL;
    char why[256] = "";

    if (forecast_run(q, &f, why, sizeof why) != 0)
        fail_msg("%s", why);
    return f;
}

static struct scenario supposing(const char *text)
{
    struct scenario s = {0};
    char why[256] = "";

    if (scenario_add(&s, text, true, why, sizeof why) != 0)
        fail_msg("%s", why);
    return s;
}

/* Asks until the answer is another than to come again. */
static enum whatif_state await(struct whatif *w, const struct scenario *s, struct compare **out)
{
    const int64_t until = clock_mono_ms() + 30000;
    enum whatif_state state;

    while ((state = whatif_ask(w, s, out)) == WHATIF_WAIT) {
        if (clock_mono_ms() > until)
            fail_msg("no answer in 30 s");
        (void)poll(NULL, 0, 5);
    }
    return state;
}

static void answers_once_there_is_a_forecast_and_then_at_once(void **state)
{
    const struct scenario s = supposing("feed_price=+50%");
    struct forecast_request q;
    struct world *world = one_pond(&q, 5);
    struct whatif *w = NULL;
    struct compare *c = NULL, *again = NULL;

    (void)state;
    assert_int_equal(whatif_new(&w), 0);
    assert_int_equal(whatif_ask(w, &s, &c), WHATIF_WAIT);
    assert_null(c);
    whatif_base(w, made(&q), &q);
    assert_int_equal(await(w, &s, &c), WHATIF_READY);
    assert_int_equal(c->seed, 5);
    assert_int_equal(c->scenario.acts, 1);
    assert_true(c->cell[SUPPLY_JOINT][c->periods - 1].base.mean > 0);
    assert_int_equal(whatif_ask(w, &s, &again), WHATIF_READY);
    assert_memory_equal(c, again, sizeof *c);
    compare_free(c);
    compare_free(again);
    whatif_free(w);
    world_free(world);
}

static void a_new_forecast_is_what_is_compared_with(void **state)
{
    const struct scenario s = supposing("feed_price=+50%");
    struct forecast_request q;
    struct world *world = one_pond(&q, 5);
    struct whatif *w = NULL;
    struct compare *c = NULL;

    (void)state;
    assert_int_equal(whatif_new(&w), 0);
    whatif_base(w, made(&q), &q);
    assert_int_equal(await(w, &s, &c), WHATIF_READY);
    compare_free(c);
    q.seed = 6;
    whatif_base(w, made(&q), &q);
    assert_int_equal(await(w, &s, &c), WHATIF_READY);
    assert_int_equal(c->seed, 6);
    compare_free(c);
    whatif_free(w);
    world_free(world);
}

static void what_cannot_be_is_told_and_does_not_stop_the_rest(void **state)
{
    const struct scenario late = supposing("acid=2030-01"), s = supposing("feed_price=+50%");
    struct forecast_request q;
    struct world *world = one_pond(&q, 5);
    struct whatif *w = NULL;
    struct compare *c = NULL;

    (void)state;
    assert_int_equal(whatif_new(&w), 0);
    whatif_base(w, made(&q), &q);
    assert_int_equal(await(w, &late, &c), WHATIF_FAILED);
    assert_null(c);
    assert_int_equal(await(w, &s, &c), WHATIF_READY);
    compare_free(c);
    whatif_free(w);
    world_free(world);
}

static void too_many_that_wait_are_refused_and_done_ones_make_room(void **state)
{
    struct forecast_request q;
    struct world *world = one_pond(&q, 5);
    struct whatif *w = NULL;
    struct compare *c = NULL;
    struct scenario s[WHATIF_KEPT + 4];
    char text[40];

    (void)state;
    for (int k = 0; k < WHATIF_KEPT + 4; k++) {
        (void)snprintf(text, sizeof text, "feed_price=+%d%%", k + 1);
        s[k] = supposing(text);
    }
    assert_int_equal(whatif_new(&w), 0);
    for (int k = 0; k < WHATIF_KEPT + 4; k++)
        assert_int_equal(whatif_ask(w, &s[k], &c), k < WHATIF_KEPT ? WHATIF_WAIT : WHATIF_FULL);
    whatif_base(w, made(&q), &q);
    for (int k = 0; k < WHATIF_KEPT; k++) {
        assert_int_equal(await(w, &s[k], &c), WHATIF_READY);
        compare_free(c);
    }
    for (int k = WHATIF_KEPT; k < WHATIF_KEPT + 4; k++) {
        assert_int_equal(await(w, &s[k], &c), WHATIF_READY);
        compare_free(c);
    }
    /* the first four gave their places to the last four */
    assert_int_equal(whatif_ask(w, &s[WHATIF_KEPT - 1], &c), WHATIF_READY);
    compare_free(c);
    assert_int_equal(whatif_ask(w, &s[0], &c), WHATIF_WAIT);
    whatif_free(w); /* with one that waits or is being computed */
    world_free(world);
}

static void without_it_a_forecast_is_freed(void **state)
{
    struct forecast_request q;
    struct world *world = one_pond(&q, 5);

    (void)state;
    whatif_base(NULL, made(&q), &q); /* the leak checker would tell */
    whatif_free(NULL);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_once_there_is_a_forecast_and_then_at_once),
        cmocka_unit_test(a_new_forecast_is_what_is_compared_with),
        cmocka_unit_test(what_cannot_be_is_told_and_does_not_stop_the_rest),
        cmocka_unit_test(too_many_that_wait_are_refused_and_done_ones_make_room),
        cmocka_unit_test(without_it_a_forecast_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
