/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a switch does, second by second: limits, minimum times, lost sensors, people, boards that do not answer. */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/reflex.h"

#define S 1000 /* one second */

static struct site_pond ponds[2] = {{.slug = "k1"}, {.slug = "k2"}};
static struct site_reflex rx;
static struct site site = {.ponds = 2, .pond = ponds, .reflexes = 1, .reflex = &rx};
static struct reflex *r;

static void begin(enum site_reflex_lost lost)
{
    rx = (struct site_reflex){
        .slug = "kincir-1",
        .pond = 0,
        .conditions = 1,
        .condition = {{.pond = 0, .metric = METRIC_DO_MG_L, .at = 3, .until = 4.5}},
        .when_lost = lost,
        .max_age_s = 300,
        .min_on_s = 600,
        .min_off_s = 120,
        .repeat_s = 60,
        .manual_max_s = 7200};
    r = reflex_new(&site, 0);
}

static int end(void **state)
{
    (void)state;
    reflex_free(r);
    r = NULL;
    return 0;
}

static void see_from(const char *device, const char *pond, enum metric m, double v, int flag,
                     int64_t at)
{
    struct reading_set set = {.n = 1, .v = {{.metric = m, .flag = (uint8_t)flag, .value = v}}};

    (void)snprintf(set.tags.pond, sizeof set.tags.pond, "%s", pond);
    (void)snprintf(set.tags.device, sizeof set.tags.device, "%s", device);
    reflex_see(r, &set, 1, at);
}

static void see(double oxygen, int64_t at)
{
    see_from("node-1", "k1", METRIC_DO_MG_L, oxygen, READING_PASS, at);
}

/* An order is due at at, says what is expected, and the board takes it. */
static void takes(bool on, enum reflex_cause cause, bool repeat, int64_t at)
{
    struct reflex_order o;

    assert_true(reflex_due(r, at, &o));
    assert_int_equal(o.on, on);
    assert_int_equal(o.cause, cause);
    assert_int_equal(o.repeat, repeat);
    reflex_done(r, &o, NULL, at);
}

static void nothing(int64_t at)
{
    struct reflex_order o;
    assert_false(reflex_due(r, at, &o));
}

static void on_at_the_first_limit_off_at_the_second(void **state)
{
    (void)state;
    begin(SITE_LOST_ON);
    see(5, 0);
    takes(false, REFLEX_RELEASED, false, 0);
    see(3.01, 130 * S); /* between the limits: as it was */
    takes(false, REFLEX_RELEASED, true, 130 * S);
    see(3, 140 * S);
    takes(true, REFLEX_CALLED, false, 140 * S);
    see(4.49, 790 * S);
    takes(true, REFLEX_CALLED, true, 790 * S);
    see(4.5, 800 * S);
    takes(false, REFLEX_RELEASED, false, 800 * S);
}

static void a_state_is_kept_for_its_minimum_time(void **state)
{
    (void)state;
    begin(SITE_LOST_ON);
    see(2, 0);
    takes(true, REFLEX_CALLED, false, 0);
    see(9, 400 * S);
    takes(true, REFLEX_CALLED, true, 400 * S); /* min_on_s 600: what it has is repeated */
    takes(true, REFLEX_CALLED, true, 599 * S);
    takes(false, REFLEX_RELEASED, false, 600 * S);
    see(2, 610 * S);
    nothing(659 * S);
    takes(false, REFLEX_RELEASED, true, 719 * S); /* min_off_s 120 */
    takes(true, REFLEX_CALLED, false, 720 * S);
}

static void the_time_to_look_again_is_never_late(void **state)
{
    struct reflex_order o;
    struct reflex_state s = {.lost = false};
    int64_t t = 0;

    (void)state;
    begin(SITE_LOST_ON);
    see(2, 0);
    takes(true, REFLEX_CALLED, false, 0);
    see(9, 100 * S);
    for (int steps = 0; !s.lost; steps++) { /* looks only when told to */
        int64_t next = reflex_next_ms(r, t);
        if (next <= t || next > t + 60 * S || steps > 100)
            fail_msg("step %d at %ld: next %ld", steps, (long)t, (long)next);
        nothing(next - 1 > t ? next - 1 : t);
        t = next;
        while (reflex_due(r, t, &o))
            reflex_done(r, &o, NULL, t);
        reflex_get(r, 0, t, &s);
    }
    assert_int_equal(t, 400 * S + 1);
}

static void a_lost_sensor_brings_the_chosen_state(void **state)
{
    static const struct {
        enum site_reflex_lost lost;
        double before;
        bool on;
        enum reflex_cause cause;
    } T[] = {
        {SITE_LOST_ON, 9, true, REFLEX_LOST},    {SITE_LOST_ON, 2, true, REFLEX_LOST},
        {SITE_LOST_OFF, 9, false, REFLEX_LOST},  {SITE_LOST_OFF, 2, false, REFLEX_LOST},
        {SITE_LOST_KEEP, 9, false, REFLEX_LOST}, {SITE_LOST_KEEP, 2, true, REFLEX_CALLED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct reflex_state s;
        begin(T[i].lost);
        see(T[i].before, 0);
        takes(T[i].before < 3, T[i].before < 3 ? REFLEX_CALLED : REFLEX_RELEASED, false, 0);
        reflex_get(r, 0, 300 * S, &s);
        assert_false(s.lost);
        reflex_get(r, 0, 601 * S, &s);
        assert_true(s.lost);
        assert_int_equal(s.wanted, T[i].on);
        assert_int_equal(s.cause, T[i].cause);
        takes(T[i].on, T[i].cause, T[i].on == (T[i].before < 3), 601 * S);
        see(9, 1300 * S); /* back, and good */
        takes(false, REFLEX_RELEASED, !T[i].on, 1300 * S);
        reflex_free(r);
        r = NULL;
    }
}

static void nothing_is_switched_before_anything_is_known(void **state)
{
    (void)state;
    begin(SITE_LOST_ON);
    nothing(0);
    nothing(300 * S);
    takes(true, REFLEX_LOST, false, 300 * S + 1);
    reflex_free(r);
    begin(SITE_LOST_OFF);
    nothing(300 * S);
    takes(false, REFLEX_LOST, false, 300 * S + 1);
    reflex_free(r);
    begin(SITE_LOST_KEEP);
    nothing(9000 * S);
}

/* A restart in the night, oxygen between the limits, the aerator running: it must go on running. */
static void a_restart_does_not_stop_a_running_aerator(void **state)
{
    (void)state;
    begin(SITE_LOST_OFF);
    reflex_assume(r, 0, true, 0);
    see(3.7, 0);
    nothing(59 * S);
    see(3.8, 60 * S);
    takes(true, REFLEX_CALLED, true, 60 * S);
    see(4.6, 120 * S);
    takes(false, REFLEX_RELEASED, false, 120 * S); /* no minimum time: it was switched long ago */
    reflex_free(r);
    begin(SITE_LOST_OFF);
    see(3.7, 0); /* the board did not tell */
    nothing(0);
    see(3.7, 250 * S);
    nothing(250 * S); /* asking twice changes nothing */
    nothing(250 * S);
    see(2.9, 260 * S);
    takes(true, REFLEX_CALLED, false, 260 * S);
}

static void see_spike(const char *device, double v, int64_t at)
{
    struct reading_set set = {.n = 1,
                              .tags = {.pond = "k1"},
                              .v = {{.metric = METRIC_DO_MG_L,
                                     .flag = READING_SUSPECT,
                                     .bits = READING_BIT_SPIKE,
                                     .value = v}}};

    (void)snprintf(set.tags.device, sizeof set.tags.device, "%s", device);
    reflex_see(r, &set, 1, at);
}

/* Oxygen that falls faster than water usually does, or stands at 0.00, is suspect: that is what the aerator is there for. */
static void a_suspect_value_calls_and_holds_and_never_releases(void **state)
{
    (void)state;
    begin(SITE_LOST_OFF);
    see(9, 0);
    takes(false, REFLEX_RELEASED, false, 0);
    see_from("node-1", "k1", METRIC_DO_MG_L, 0, READING_SUSPECT, 130 * S);
    takes(true, REFLEX_CALLED, false, 130 * S);
    see_from("node-1", "k1", METRIC_DO_MG_L, 0, READING_SUSPECT, 700 * S);
    see_from("node-1", "k1", METRIC_DO_MG_L, 4.4, READING_SUSPECT, 900 * S);
    takes(true, REFLEX_CALLED, true, 900 * S);
    see_from("node-1", "k1", METRIC_DO_MG_L, 9, READING_SUSPECT, 1000 * S);
    takes(true, REFLEX_CALLED, true, 1000 * S);
    takes(true, REFLEX_CALLED, true, 1200 * S);
    takes(false, REFLEX_LOST, false, 1201 * S); /* nothing that counts for max_age_s */
    reflex_free(r);
    begin(SITE_LOST_OFF);
    rx.condition[0].above = true;
    rx.condition[0].at = 9;
    rx.condition[0].until = 8;
    see(7, 0);
    takes(false, REFLEX_RELEASED, false, 0);
    see_from("node-1", "k1", METRIC_DO_MG_L, 9.5, READING_SUSPECT, 130 * S);
    takes(true, REFLEX_CALLED, false, 130 * S);
}

static void doubtful_values_and_other_ponds_switch_nothing(void **state)
{
    (void)state;
    begin(SITE_LOST_KEEP);
    see(9, 0);
    takes(false, REFLEX_RELEASED, false, 0);
    see_spike("node-1", 1, 1 * S);
    see_from("node-1", "k1", METRIC_DO_MG_L, 1, READING_FAIL, 1 * S);
    see_from("node-1", "k1", METRIC_DO_MG_L, NAN, READING_PASS, 1 * S);
    see_from("node-1", "k1", METRIC_DO_MG_L, NAN, READING_MISSING, 1 * S);
    see_from("node-2", "k2", METRIC_DO_MG_L, 1, READING_PASS, 1 * S);
    see_from("node-1", "", METRIC_DO_MG_L, 1, READING_PASS, 1 * S);
    see_from("node-1", "k1", METRIC_TEMP_C, 1, READING_PASS, 1 * S);
    nothing(1 * S);
    see_from("node-1", "k1", METRIC_DO_MG_L, 1, READING_NOT_EVALUATED, 130 * S);
    takes(true, REFLEX_CALLED, false, 130 * S);
}

static void the_worst_of_two_probes_counts(void **state)
{
    (void)state;
    begin(SITE_LOST_OFF);
    see_from("a", "k1", METRIC_DO_MG_L, 8, READING_PASS, 0);
    see_from("b", "k1", METRIC_DO_MG_L, 2, READING_PASS, 0);
    takes(true, REFLEX_CALLED, false, 0);
    see_from("a", "k1", METRIC_DO_MG_L, 8, READING_PASS, 700 * S); /* b is silent since 0: old */
    takes(false, REFLEX_RELEASED, false, 700 * S);
}

/* One pass of the poller brings many probes' values together: the low one is among them wherever it stands. */
static void the_worst_of_many_probes_counts(void **state)
{
    (void)state;
    for (int low = 0; low < 9; low++) {
        begin(SITE_LOST_OFF);
        for (int i = 0; i < 9; i++) {
            char device[8];
            (void)snprintf(device, sizeof device, "p%d", i);
            see_from(device, "k1", METRIC_DO_MG_L, i == low ? 2 : 8, READING_PASS, 10 + i);
        }
        takes(true, REFLEX_CALLED, false, 20);
        reflex_free(r);
        r = NULL;
    }
}

static void any_condition_calls(void **state)
{
    (void)state;
    begin(SITE_LOST_OFF);
    rx.conditions = 2;
    rx.condition[1] = (struct site_condition){
        .pond = -1, .metric = METRIC_AIR_TEMP_C, .above = true, .at = 40, .until = 38};
    see(9, 0);
    nothing(0); /* the other has not spoken */
    see_from("cuaca", "", METRIC_AIR_TEMP_C, 40, READING_PASS, 0);
    takes(true, REFLEX_CALLED, false, 0);
    see_from("cuaca", "", METRIC_AIR_TEMP_C, 38.1, READING_PASS, 600 * S);
    see(9, 600 * S);
    takes(true, REFLEX_CALLED, true, 600 * S);
    see_from("cuaca", "", METRIC_AIR_TEMP_C, 38, READING_PASS, 601 * S);
    takes(false, REFLEX_RELEASED, false, 601 * S);
}

static void a_persons_word_counts_at_once_and_ends(void **state)
{
    struct reflex_state s;

    (void)state;
    begin(SITE_LOST_OFF);
    see(9, 0);
    takes(false, REFLEX_RELEASED, false, 0);
    assert_int_equal(reflex_manual(r, 0, 1, 30 * S, 10 * S), 0);
    takes(true, REFLEX_MANUAL, false, 10 * S); /* min_off_s does not hold a person up */
    assert_int_equal(reflex_manual(r, 0, 0, 7200 * S, 15 * S), 0);
    takes(false, REFLEX_MANUAL, false, 15 * S);
    see(1, 20 * S);
    nothing(20 * S); /* off is off, also when a condition calls */
    reflex_get(r, 0, 20 * S, &s);
    assert_int_equal(s.manual_until_ms, 7215 * S);
    assert_int_equal(reflex_manual(r, 0, -1, 0, 200 * S), 0);
    takes(true, REFLEX_CALLED, false, 200 * S);
    assert_int_equal(reflex_manual(r, 0, 1, 7200 * S + 1, 200 * S), NILA_ERR_RANGE);
    assert_int_equal(reflex_manual(r, 0, 1, 0, 200 * S), NILA_ERR_RANGE);
    assert_int_equal(reflex_manual(r, 1, 1, 1, 200 * S), NILA_ERR_RANGE);
    assert_int_equal(reflex_manual(r, 0, 2, 1, 200 * S), NILA_ERR_RANGE);
}

static void a_switch_without_conditions_is_off_after_a_persons_word(void **state)
{
    (void)state;
    begin(SITE_LOST_KEEP);
    rx.conditions = 0;
    nothing(9000 * S);
    assert_int_equal(reflex_manual(r, 0, 1, 100 * S, 9000 * S), 0);
    takes(true, REFLEX_MANUAL, false, 9000 * S);
    takes(true, REFLEX_MANUAL, true, 9060 * S);
    nothing(9119 * S); /* min_on_s 600 */
    takes(true, REFLEX_MANUAL, true, 9599 * S);
    takes(false, REFLEX_RELEASED, false, 9600 * S);
    reflex_free(r);
    begin(SITE_LOST_KEEP);
    rx.conditions = 0;
    reflex_assume(r, 0, true, 0); /* switched before a restart */
    takes(true, REFLEX_MANUAL, true, 60 * S);
    takes(true, REFLEX_MANUAL, true, 7199 * S);
    takes(false, REFLEX_RELEASED, false, 7200 * S);
    reflex_free(r);
    begin(SITE_LOST_KEEP);
    rx.conditions = 0;
    assert_int_equal(reflex_manual(r, 0, 0, 100 * S, 0), 0); /* said before the board was asked */
    reflex_assume(r, 0, true, 0);
    takes(false, REFLEX_MANUAL, false, 1 * S);
}

static void a_board_that_refuses_is_tried_again_ever_more_rarely(void **state)
{
    static const int64_t WAIT[] = {1, 2, 4, 8, 16, 32, 60, 60};
    struct reflex_order o;
    struct reflex_state s;
    int64_t t = 0;

    (void)state;
    begin(SITE_LOST_ON);
    rx.max_age_s = 3600;
    see(1, 0);
    for (size_t i = 0; i < sizeof WAIT / sizeof WAIT[0]; i++) {
        assert_true(reflex_due(r, t, &o));
        nothing(t); /* one order at a time */
        reflex_done(r, &o, "no answer in 1000 ms", t);
        reflex_get(r, 0, t, &s);
        assert_false(s.known);
        assert_true(s.wanted);
        assert_string_equal(s.error, "no answer in 1000 ms");
        nothing(t + WAIT[i] * S - 1);
        assert_int_equal(reflex_next_ms(r, t), t + WAIT[i] * S);
        t += WAIT[i] * S;
    }
    assert_int_equal(reflex_manual(r, 0, 1, 60 * S, t - 1), 0); /* a person waits: at once */
    takes(true, REFLEX_MANUAL, false, t - 1);
    reflex_get(r, 0, t, &s);
    assert_true(s.known && s.on);
    assert_int_equal(s.failed, 8);
    assert_int_equal(s.switched, 0); /* the first state is no change */
    assert_string_equal(s.error, "");
}

/* Whatever comes in whatever order: never faster than the minimum times, and the state follows the model within one look. */
static void seeded_days_obey_the_rules(void **state)
{
    const unsigned seed = 20261124;
    unsigned x = seed;
    int64_t changed = -1000 * S, seen_at = INT64_MIN / 2;
    bool on = false, known = false;
    unsigned changes = 0;

    (void)state;
    print_message("seed %u\n", seed);
    begin(SITE_LOST_ON);
    for (int64_t t = 0; t < (int64_t)20 * 86400 * S; t += 10 * S) {
        struct reflex_order o;
        x = x * 1664525u + 1013904223u;
        if ((x >> 16) % 8 < 7 &&
            (t / (3600 * S)) % 7 != 3) { /* every seventh hour the probe is away */
            see(2 + (double)((x >> 8) % 400) / 100, t);
            seen_at = t;
        }
        while (reflex_due(r, t, &o)) {
            if (!o.repeat) {
                assert_true(!known || o.on != on);
                assert_true(!known || t - changed >= (on ? rx.min_on_s : rx.min_off_s) * S);
                if (o.cause == REFLEX_LOST)
                    assert_true(t - seen_at > rx.max_age_s * S);
                changed = t;
                changes += known;
                on = o.on;
                known = true;
            }
            reflex_done(r, &o, NULL, t);
        }
    }
    assert_true(changes > 100);
    print_message("%u changes in 20 days\n", changes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(on_at_the_first_limit_off_at_the_second, end),
        cmocka_unit_test_teardown(a_state_is_kept_for_its_minimum_time, end),
        cmocka_unit_test_teardown(the_time_to_look_again_is_never_late, end),
        cmocka_unit_test_teardown(a_lost_sensor_brings_the_chosen_state, end),
        cmocka_unit_test_teardown(nothing_is_switched_before_anything_is_known, end),
        cmocka_unit_test_teardown(a_restart_does_not_stop_a_running_aerator, end),
        cmocka_unit_test_teardown(a_suspect_value_calls_and_holds_and_never_releases, end),
        cmocka_unit_test_teardown(doubtful_values_and_other_ponds_switch_nothing, end),
        cmocka_unit_test_teardown(the_worst_of_two_probes_counts, end),
        cmocka_unit_test_teardown(the_worst_of_many_probes_counts, end),
        cmocka_unit_test_teardown(any_condition_calls, end),
        cmocka_unit_test_teardown(a_persons_word_counts_at_once_and_ends, end),
        cmocka_unit_test_teardown(a_switch_without_conditions_is_off_after_a_persons_word, end),
        cmocka_unit_test_teardown(a_board_that_refuses_is_tried_again_ever_more_rarely, end),
        cmocka_unit_test_teardown(seeded_days_obey_the_rules, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
