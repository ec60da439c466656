/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The alarm's state machine: told, told again, acknowledged, eased, ended; and what holds for every sequence. */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/alert/engine.h"

#define MIN ((int64_t)60 * 1000)
#define T0  ((int64_t)1700000000000)

static struct engine e;

static int set_up(void **state)
{
    (void)state;
    engine_init(&e, &ENGINE_DEFAULTS, NULL, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    engine_free(&e);
    return 0;
}

static struct engine_seen seen(enum cause c, enum alarm_severity s)
{
    struct engine_seen x = {.cause = c, .severity = s, .value = 1.2, .threshold = 1.5};

    (void)snprintf(x.subject, sizeof x.subject, "p-1");
    return x;
}

enum {
    WELL = 1,
    EASED = 2
};

/* One step with at most one cause; returns the actions as letters. Stored alarms get ids. */
static const char *step(int64_t at_min, const struct engine_seen *s, int ground)
{
    static const char LETTER[] = {
        [ENGINE_RAISE] = 'R', [ENGINE_REPEAT] = 'r', [ENGINE_SECOND] = '2',
        [ENGINE_ACKED] = 'a', [ENGINE_EASED] = 'e',  [ENGINE_CLEAR] = 'c'};
    static char out[32];
    struct engine_ground g = {.subject = "p-1",
                              .well = ground == WELL ? UINT32_MAX : 0,
                              .eased = ground != 0 ? UINT32_MAX : 0};
    struct engine_input in = {
        .now_ms = T0 + at_min * MIN, .seen = s, .n_seen = s != NULL, .ground = &g, .n_ground = 1};
    size_t n = 0;

    engine_step(&e, &in);
    for (; n < e.actions && n < sizeof out - 1; n++)
        out[n] = LETTER[e.action[n].kind];
    out[n] = '\0';
    for (size_t i = 0; i < e.n; i++)
        if (e.alarm[i].id == 0)
            e.alarm[i].id = (int64_t)i + 1;
    engine_settle(&e);
    return out;
}

static void ask(int64_t at_min, enum ask_kind kind, int minutes)
{
    struct rec_ask q = {.id = 1,
                        .alarm = 1,
                        .kind = kind,
                        .minutes = minutes,
                        .by = "Budi",
                        .how = "page",
                        .at_ms = T0 + at_min * MIN};
    struct engine_input in = {.now_ms = q.at_ms, .ask = &q, .n_asks = 1};

    engine_step(&e, &in);
    assert_int_equal(e.actions, 1);
    assert_int_equal(e.action[0].kind, ENGINE_ACKED);
    engine_settle(&e);
}

static void low_oxygen_is_told_after_a_quarter_of_an_hour_and_once(void **state)
{
    struct engine_seen low = seen(CAUSE_DO_LOW, ALARM_WATCH);

    (void)state;
    for (int m = 0; m < 15; m++)
        assert_string_equal(step(m, &low, 0), "");
    assert_string_equal(step(15, &low, 0), "R");
    for (int m = 16; m < 400; m++)
        assert_string_equal(step(m, &low, 0), "");
}

static void a_value_that_wavers_about_its_limit_is_one_event(void **state)
{
    struct engine_seen low = seen(CAUSE_DO_LOW, ALARM_WATCH);
    int told = 0;

    (void)state;
    for (int m = 0; m < 240; m++)
        told += (int)strlen(step(m, m % 2 == 0 ? &low : NULL, m % 2 == 0 ? 0 : WELL));
    assert_int_equal(told, 1);
}

static void one_low_reading_wakes_nobody(void **state)
{
    struct engine_seen low = seen(CAUSE_DO_LOW, ALARM_WATCH);

    (void)state;
    assert_string_equal(step(0, &low, 0), "");
    for (int m = 1; m < 60; m++)
        assert_string_equal(step(m, NULL, WELL), "");
    assert_int_equal(e.n, 0);
}

static void a_danger_is_told_at_once_and_every_quarter_of_an_hour(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    for (int m = 1; m < 15; m++)
        assert_string_equal(step(m, &bad, 0), "");
    assert_string_equal(step(15, &bad, 0), "r");
    assert_string_equal(step(30, &bad, 0), "2r");
    assert_string_equal(step(45, &bad, 0), "r");
}

static void an_acknowledgement_ends_the_repeats_and_the_way_to_the_second(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    ask(5, ASK_ACK, 0);
    assert_string_equal(e.alarm[0].acked_by, "Budi");
    for (int m = 6; m < 300; m++)
        assert_string_equal(step(m, &bad, 0), "");
}

static void a_danger_that_had_eased_and_is_back_is_told_although_acknowledged(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    ask(5, ASK_ACK, 0);
    for (int m = 6; m < 20; m++) /* a value that wavers is the same danger */
        assert_string_equal(step(m, m % 4 == 0 ? NULL : &bad, m % 4 == 0 ? EASED : 0), "");
    for (int m = 20; m < 40; m++)
        assert_string_equal(step(m, NULL, EASED), "");
    assert_non_null(strchr(step(40, &bad, 0), 'r'));
    assert_int_equal(e.alarm[0].acked_ms, 0);
}

/* A word said at one minute and taken at another; was it taken for the alarm? */
static bool taken(int64_t said_min, int64_t now_min)
{
    const struct rec_ask q = {
        .id = 1, .alarm = 1, .by = "Budi", .how = "page", .at_ms = T0 + said_min * MIN};
    const struct engine_input in = {.now_ms = T0 + now_min * MIN, .ask = &q, .n_asks = 1};
    bool acked;

    engine_step(&e, &in);
    acked = e.alarm[0].acked_ms != 0;
    engine_settle(&e);
    return acked;
}

static void an_ok_is_of_what_had_been_told_when_it_was_said(void **state)
{
    struct engine_seen low = seen(CAUSE_DO_LOW, ALARM_WATCH),
                       bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    for (int m = 0; m < 22; m++)
        assert_string_equal(step(m, &low, 0), m == 15 ? "R" : "");
    assert_string_equal(step(22, &bad, 0), "R");
    assert_false(taken(20, 23)); /* of the warning */
    assert_true(taken(22, 24));
}

static void an_ok_of_a_danger_that_had_eased_is_not_of_the_one_that_is_back(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    ask(2, ASK_ACK, 0);
    for (int m = 3; m < 10; m++)
        assert_string_equal(step(m, NULL, EASED), "");
    assert_string_equal(step(10, &bad, 0), "r"); /* at once, as any new danger */
    assert_false(taken(9, 11));
    assert_string_equal(step(12, &bad, 0), "");
    assert_true(taken(11, 13));
}

static void a_probe_that_falls_silent_wakes_nobody_who_took_it_in_hand(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    ask(1, ASK_ACK, 0);
    for (int m = 2; m < 10; m++)
        assert_string_equal(step(m, NULL, EASED), "");
    for (int m = 10; m < 60; m++)
        assert_string_equal(step(m, NULL, 0), "");
    assert_string_equal(step(60, &bad, 0), "r"); /* it is back: another danger */
}

/* What each step decides is lost, as while the disk is full. */
static size_t told_unstored(const struct rec_alarm *record, const struct engine_seen *s,
                            int from_min, int to_min)
{
    const struct engine_ground g = {.subject = "p-1", .eased = s == NULL ? UINT32_MAX : 0};
    size_t told = 0;

    for (int m = from_min; m < to_min; m++) {
        const struct engine_input in = {
            .now_ms = T0 + m * MIN, .seen = s, .n_seen = s != NULL, .ground = &g, .n_ground = 1};
        struct engine was;

        engine_step(&e, &in);
        for (size_t i = 0; i < e.actions; i++)
            told += e.action[i].kind == ENGINE_RAISE || e.action[i].kind == ENGINE_REPEAT;
        was = e;
        engine_init(&e, &was.rules, record, 1);
        engine_keep_times(&e, &was);
        engine_free(&was);
    }
    return told;
}

static void a_danger_that_comes_back_is_told_although_nothing_can_be_stored(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);
    struct rec_alarm record;

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    ask(1, ASK_ACK, 0);
    record = e.alarm[0];
    assert_int_equal(told_unstored(&record, NULL, 2, 12), 0);
    assert_true(told_unstored(&record, &bad, 12, 13) > 0);
    assert_true(told_unstored(&record, &bad, 13, 30) >
                0); /* once in repeat_ms, says watch_direct */
}

static void a_clock_set_back_silences_nothing_although_nothing_can_be_stored(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);
    struct rec_alarm record;

    (void)state;
    assert_string_equal(step(600, &bad, 0), "R");
    record = e.alarm[0];
    assert_int_equal(told_unstored(&record, &bad, 0, 14), 0);
    assert_true(told_unstored(&record, &bad, 14, 17) > 0);
}

/* Oxygen is well, and the fish gasp: nobody hears that the pond is safe. */
static void a_place_in_danger_for_another_reason_gets_no_all_clear(void **state)
{
    const struct engine_ground fine = {
        .subject = "p-1", .well = 1U << GROUP_OXYGEN, .eased = 1U << GROUP_OXYGEN};
    const struct engine_seen both[] = {seen(CAUSE_GASPING, ALARM_DANGER),
                                       seen(CAUSE_DO_CRITICAL, ALARM_DANGER)};
    struct engine_input in = {.now_ms = T0, .seen = both, .n_seen = 2};
    size_t clears = 0;

    (void)state;
    engine_step(&e, &in);
    engine_settle(&e);
    in.n_seen = 1;
    in.ground = &fine;
    in.n_ground = 1;
    for (int m = 1; m < 200; m++) {
        in.now_ms = T0 + m * MIN;
        engine_step(&e, &in);
        for (size_t i = 0; i < e.actions; i++)
            clears += e.action[i].kind == ENGINE_CLEAR;
        engine_settle(&e);
    }
    assert_int_equal(clears, 0);
}

static void what_becomes_worse_is_told_although_acknowledged(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER),
                       worse = seen(CAUSE_DO_NOT_RECOVERING, ALARM_DANGER);

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    ask(5, ASK_ACK, 0);
    assert_string_equal(step(30, &worse, 0), "R");
    assert_true(e.alarm[0].second_ms != 0);
    assert_int_equal(e.alarm[0].acked_ms, 0);
    assert_string_equal(step(45, &worse, 0), "r");
    assert_string_equal(step(46, &bad, 0), "");
}

static void a_snoozed_danger_speaks_again_when_the_snooze_is_over(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    ask(2, ASK_SNOOZE, 600); /* whoever wrote that: it is cut to half an hour */
    for (int m = 3; m < 32; m++)
        assert_string_equal(step(m, &bad, 0), "");
    assert_string_equal(step(32, &bad, 0), "2r");
}

static void the_siren_is_given_back_when_the_danger_is_over_and_a_new_one_is_told(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER),
                       low = seen(CAUSE_DO_LOW, ALARM_WATCH);

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    for (int m = 1; m < 31; m++)
        assert_string_equal(step(m, &low, EASED), "");
    assert_string_equal(step(31, &low, EASED), "e");
    assert_string_equal(step(40, &low, EASED), "");
    assert_string_equal(step(41, &bad, 0), "R");
}

static void the_all_clear_comes_once_after_half_an_hour_of_well(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    assert_string_equal(step(1, NULL, WELL), "");
    assert_string_equal(step(20, NULL, EASED),
                        ""); /* inside the limit, but not by the hysteresis */
    assert_string_equal(step(21, NULL, WELL), "");
    assert_string_equal(step(31, NULL, WELL), "e");
    assert_string_equal(step(50, NULL, WELL), "");
    assert_string_equal(step(51, NULL, WELL), "c");
    assert_int_equal(e.n, 0);
    assert_string_equal(step(100, NULL, WELL), "");
}

static void a_probe_that_falls_silent_does_not_end_an_alarm(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);
    int repeats = 0;

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    for (int m = 1; m <= 180; m++)
        repeats += strchr(step(m, NULL, 0), 'r') != NULL;
    assert_int_equal(repeats, 12);
}

static void a_clock_that_is_set_back_does_not_silence_a_danger(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    assert_string_equal(step(6000, &bad, 0), "R");
    assert_string_equal(step(0, &bad, 0), "");
    assert_string_equal(step(15, &bad, 0), "r");
}

static void nobody_reached_means_the_second_at_once(void **state)
{
    struct engine_seen bad = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);
    const int64_t id = 1;
    struct engine_input in = {
        .now_ms = T0 + MIN, .seen = &bad, .n_seen = 1, .unreached = &id, .n_unreached = 1};

    (void)state;
    assert_string_equal(step(0, &bad, 0), "R");
    engine_step(&e, &in);
    assert_int_equal(e.actions, 1);
    assert_int_equal(e.action[0].kind, ENGINE_SECOND);
}

/* --- what holds for every sequence --- */

enum {
    STEPS = 2880, /* two days of half-minutes */
    ROUNDS = 60,
    MOST_AN_HOUR = 9
};

static unsigned draw(uint64_t *s, unsigned n)
{
    *s = *s * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)((*s >> 33) % n);
}

/* A pond whose oxygen walks at random, with gaps, people who answer or not, and a program that is killed now and then. */
struct world {
    uint64_t seed;
    double oxygen;
    int64_t now, last_low_ms; /* danger seen without a break since */
    int64_t told[4096];
    size_t n_told, doubled;
    bool danger_told;
};

static void count(struct world *w, bool twice)
{
    for (int k = 0; k < (twice ? 2 : 1); k++)
        if (w->n_told < sizeof w->told / sizeof w->told[0])
            w->told[w->n_told++] = w->now;
    w->doubled += twice;
}

/* Stores what was decided, unless the program dies before, between storing and sending, or after sending. A crash before the
 * commit loses nothing: the next step decides it again; one after it sends from the stored attempts, perhaps twice. */
static void commit(struct world *w, struct rec_alarm **store, size_t *stored)
{
    unsigned crash = draw(&w->seed, 200);
    bool twice = crash == 1;

    if (crash != 0) {
        free(*store);
        for (size_t i = 0; i < e.n; i++)
            if (e.alarm[i].id == 0)
                e.alarm[i].id = w->now + (int64_t)i;
        for (size_t i = 0; i < e.actions; i++) {
            const struct engine_action *a = &e.action[i];
            if (a->kind == ENGINE_RAISE || a->kind == ENGINE_REPEAT || a->kind == ENGINE_CLEAR)
                count(w, twice);
            if (a->kind == ENGINE_RAISE && e.alarm[a->alarm].severity == ALARM_DANGER)
                w->danger_told = true;
            if (a->kind == ENGINE_EASED || a->kind == ENGINE_CLEAR)
                w->danger_told = false;
        }
        engine_settle(&e);
        *stored = e.n;
        *store = calloc(e.n + 1, sizeof **store);
        memcpy(*store, e.alarm, e.n * sizeof **store);
    }
    if (crash <= 2) { /* begins again from what was stored */
        engine_free(&e);
        engine_init(&e, &ENGINE_DEFAULTS, *store, *stored);
    }
}

static void one_step(struct world *w, struct rec_alarm **store, size_t *stored, bool *blind)
{
    struct engine_seen s = seen(CAUSE_DO_LOW, ALARM_WATCH);
    struct engine_ground g = {.subject = "p-1"};
    struct rec_ask q = {.id = 1, .how = "sms", .by = "x"};
    struct engine_input in = {.now_ms = w->now, .ground = &g, .n_ground = 1, .seen = &s};

    w->oxygen += ((double)draw(&w->seed, 2001) - 1000) / 4000;
    w->oxygen = w->oxygen < 0.2 ? 0.2 : w->oxygen > 5 ? 5 : w->oxygen;
    if (draw(&w->seed, 200) == 0)
        *blind = !*blind;
    if (!*blind) {
        in.n_seen = w->oxygen < 3;
        if (w->oxygen < 1.5)
            s = seen(CAUSE_DO_CRITICAL, ALARM_DANGER);
        if (w->oxygen >= 3.3)
            g.well = 1U << GROUP_OXYGEN;
        if (w->oxygen >= 1.8)
            g.eased = 1U << GROUP_OXYGEN;
        w->last_low_ms = w->oxygen < 1.5 ? w->last_low_ms == 0 ? w->now : w->last_low_ms : 0;
    }
    if (e.n > 0 && draw(&w->seed, 300) == 0) {
        q.alarm = e.alarm[0].id;
        q.kind = draw(&w->seed, 2) == 0 ? ASK_ACK : ASK_SNOOZE;
        q.minutes = 1 + (int)draw(&w->seed, 60);
        q.at_ms = w->now;
        in.ask = &q;
        in.n_asks = 1;
    }
    engine_step(&e, &in);
    commit(w, store, stored);
}

static void whatever_happens_a_danger_is_told_and_nobody_is_flooded(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        struct world w = {.seed = round * 77, .oxygen = 4, .now = T0};
        struct rec_alarm *store = NULL;
        size_t stored = 0, from = 0;
        bool blind = false;

        engine_free(&e);
        engine_init(&e, &ENGINE_DEFAULTS, NULL, 0);
        for (int i = 0; i < STEPS; i++, w.now += MIN / 2) {
            one_step(&w, &store, &stored, &blind);
            /* two steps at most: one may be lost to a crash before it was stored */
            if (w.last_low_ms != 0 && w.now - w.last_low_ms >= 2 * MIN && !w.danger_told)
                fail_msg("seed %llu: a danger of two minutes was not told",
                         (unsigned long long)round);
        }
        for (size_t i = 0; i < w.n_told; i++) {
            while (w.told[i] - w.told[from] >= 60 * MIN)
                from++;
            if (i - from + 1 > MOST_AN_HOUR + w.doubled)
                fail_msg("seed %llu: %zu messages in an hour", (unsigned long long)round,
                         i - from + 1);
        }
        assert_true(w.n_told < sizeof w.told / sizeof w.told[0]);
        free(store);
    }
}

static void an_alarm_that_was_stored_at_any_point_goes_on_the_same(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= 20; round++) {
        char straight[STEPS] = "", broken[STEPS] = "";

        for (int way = 0; way < 2; way++) {
            uint64_t seed = round, crash = round * 991;
            double o = 4;
            char *out = way == 0 ? straight : broken;

            engine_free(&e);
            engine_init(&e, &ENGINE_DEFAULTS, NULL, 0);
            for (int m = 0; m < 1200; m++) {
                struct engine_seen s = o < 1.5 ? seen(CAUSE_DO_CRITICAL, ALARM_DANGER)
                                               : seen(CAUSE_DO_LOW, ALARM_WATCH);
                o += ((double)draw(&seed, 2001) - 1000) / 4000;
                o = o < 0.2 ? 0.2 : o > 5 ? 5 : o;
                if (strlen(out) < STEPS - 16)
                    (void)strcat(out, step(m, o < 3 ? &s : NULL,
                                           o >= 3.3   ? WELL
                                           : o >= 1.8 ? EASED
                                                      : 0));
                if (way == 1 && draw(&crash, 20) == 0) {
                    struct rec_alarm *kept = calloc(e.n + 1, sizeof *kept);
                    size_t n = e.n;
                    memcpy(kept, e.alarm, n * sizeof *kept);
                    engine_free(&e);
                    engine_init(&e, &ENGINE_DEFAULTS, kept, n);
                    free(kept);
                }
            }
        }
        assert_string_equal(straight, broken);
        assert_true(straight[0] != '\0');
    }
}

static void a_probe_without_a_usable_value_is_told_like_a_silent_one(void **state)
{
    (void)state;
    assert_int_equal(cause_reach_of(CAUSE_SENSOR_SUSPECT, ALARM_WATCH) & REACH_SMS, 0);
    assert_int_equal(cause_reach_of(CAUSE_SENSOR_SUSPECT, ALARM_NO_DATA),
                     cause_reach_of(CAUSE_NO_DATA, ALARM_NO_DATA));
    assert_int_not_equal(cause_reach_of(CAUSE_SENSOR_SUSPECT, ALARM_NO_DATA) & REACH_SMS, 0);
    assert_int_equal(cause_confirm_ms(CAUSE_SENSOR_SUSPECT, ALARM_NO_DATA), 40 * MIN);
    assert_int_equal(cause_confirm_ms(CAUSE_SENSOR_SUSPECT, ALARM_WATCH), 60 * MIN);
}

static void every_cause_has_its_key_and_group(void **state)
{
    (void)state;
    for (int c = 0; c < CAUSE_COUNT; c++) {
        enum cause back;
        enum cause_group g;

        assert_int_equal(cause_find(cause_info((enum cause)c)->key, &back), 0);
        assert_int_equal(back, c);
        assert_int_equal(cause_group_find(cause_group_name(cause_info((enum cause)c)->group), &g),
                         0);
        assert_true(cause_info((enum cause)c)->danger_reach != 0);
        assert_true(cause_rank((enum cause)c, ALARM_DANGER) >
                    cause_rank(CAUSE_DO_NOT_RECOVERING, ALARM_NO_DATA));
    }
    assert_int_equal(cause_find("plague", &(enum cause){0}), NILA_ERR_NOT_FOUND);
    assert_int_equal(cause_group_find("plague", &(enum cause_group){0}), NILA_ERR_NOT_FOUND);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(low_oxygen_is_told_after_a_quarter_of_an_hour_and_once),
        T(a_value_that_wavers_about_its_limit_is_one_event),
        T(one_low_reading_wakes_nobody),
        T(a_danger_is_told_at_once_and_every_quarter_of_an_hour),
        T(an_acknowledgement_ends_the_repeats_and_the_way_to_the_second),
        T(a_danger_that_had_eased_and_is_back_is_told_although_acknowledged),
        T(a_probe_that_falls_silent_wakes_nobody_who_took_it_in_hand),
        T(a_danger_that_comes_back_is_told_although_nothing_can_be_stored),
        T(a_clock_set_back_silences_nothing_although_nothing_can_be_stored),
        T(a_place_in_danger_for_another_reason_gets_no_all_clear),
        T(an_ok_is_of_what_had_been_told_when_it_was_said),
        T(an_ok_of_a_danger_that_had_eased_is_not_of_the_one_that_is_back),
        T(what_becomes_worse_is_told_although_acknowledged),
        T(a_snoozed_danger_speaks_again_when_the_snooze_is_over),
        T(the_siren_is_given_back_when_the_danger_is_over_and_a_new_one_is_told),
        T(the_all_clear_comes_once_after_half_an_hour_of_well),
        T(a_probe_that_falls_silent_does_not_end_an_alarm),
        T(a_clock_that_is_set_back_does_not_silence_a_danger),
        T(nobody_reached_means_the_second_at_once),
        T(whatever_happens_a_danger_is_told_and_nobody_is_flooded),
        T(an_alarm_that_was_stored_at_any_point_goes_on_the_same),
        T(a_probe_without_a_usable_value_is_told_like_a_silent_one),
        T(every_cause_has_its_key_and_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
