/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of one danger does not hang on another: calls that several share, the siren, records that cannot be written; and whose
 * word counts for what. */
#include "tests/analytics/watchhouse.h"

static void run_sql(const char *sql)
{
    sqlite3 *h = NULL;

    assert_int_equal(sqlite3_open(db_path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

/* As a full disk does: nothing of the alarm can be written, all can be read. */
static void refuse_writes(bool refuse)
{
    static const char *const TABLE[] = {"alarms", "alarm_attempts", "alarm_marks"};
    static const char *const WAY[] = {"INSERT", "UPDATE", "DELETE"};

    for (size_t i = 0; i < 9; i++) {
        char sql[200];

        if (refuse)
            (void)snprintf(sql, sizeof sql,
                           "CREATE TRIGGER full_%zu BEFORE %s ON %s BEGIN SELECT RAISE(ABORT, 'no "
                           "room'); END",
                           i, WAY[i % 3], TABLE[i / 3]);
        else
            (void)snprintf(sql, sizeof sql, "DROP TRIGGER full_%zu", i);
        run_sql(sql);
    }
}

static void gasps(const char *pond)
{
    struct rec_press press = {.kind = PRESS_GASPING, .by = "Budi", .at_ms = wall};

    (void)snprintf(press.pond, sizeof press.pond, "%s", pond);
    assert_int_equal(records_press(db, &press), 0);
}

static struct rec_alarm alarm_of(const char *subject, const char *group)
{
    struct rec_alarm *a = NULL, found = {0};
    size_t n = 0;

    assert_int_equal(records_alarms_open(db, &a, &n), 0);
    for (size_t i = 0; i < n; i++)
        if (strcmp(a[i].subject, subject) == 0 && strcmp(a[i].group, group) == 0)
            found = a[i];
    free(a);
    return found;
}

static void take_in_hand(const char *subject, const char *group)
{
    struct rec_ask ask = {.kind = ASK_ACK, .by = "Budi", .how = "page", .at_ms = wall};

    ask.alarm = alarm_of(subject, group).id;
    assert_true(ask.alarm != 0);
    assert_int_equal(records_alarm_ask(db, &ask), 0);
}

static size_t count_to(const char *channel, const char *to, const char *word)
{
    size_t n = 0;

    for (size_t i = 0; i < n_told; i++)
        n += strcmp(told[i].channel, channel) == 0 && strcmp(told[i].to, to) == 0 &&
             (word == NULL || strstr(told[i].sms, word) != NULL);
    return n;
}

#define BUDI "0812 111 2222"

static void two_dangers_in_turn_are_each_told_although_nothing_can_be_stored(void **state)
{
    int64_t first_ms;

    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    refuse_writes(true);
    gasps("p-1");
    first_ms = wall;
    until(wall + 3 * MIN, MIN / 2);
    assert_int_equal(count_to("sms", BUDI, "Kolam 1"), 1);
    gasps("p-2");
    until(wall + MIN, MIN / 2);
    assert_int_equal(count_to("sms", BUDI, "Kolam 2"), 1); /* at once, in words of its own */
    assert_int_equal(count_to("sms", BUDI, "2 kolam"), 0);
    assert_int_equal(count_to("call", BUDI, NULL), 2);
    assert_int_equal(count("siren", "raise", NULL), 2);
    until(first_ms + 14 * MIN, MIN / 2);
    assert_int_equal(count_to("sms", BUDI, NULL), 2); /* not with each look */
    assert_int_equal(count_to("call", BUDI, NULL), 2);
    until(first_ms + 20 * MIN, MIN / 2);
    assert_int_equal(count_to("sms", BUDI, "Kolam 1"), 2); /* each again after its interval */
    assert_int_equal(count_to("sms", BUDI, "Kolam 2"), 2);
    refuse_writes(false);
}

/* Two in the same look: one message on record, two without. */
static void two_dangers_at_once_are_each_told_although_nothing_can_be_stored(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    refuse_writes(true);
    gasps("p-1");
    gasps("p-2");
    until(wall + MIN, MIN / 2);
    assert_int_equal(count_to("sms", BUDI, "Kolam 1"), 1);
    assert_int_equal(count_to("sms", BUDI, "Kolam 2"), 1);
    assert_int_equal(count_to("sms", BUDI, NULL), 2);
    refuse_writes(false);
}

static void what_a_busy_modem_refuses_is_tried_again_although_nothing_can_be_stored(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    refuse_writes(true);
    sms_fate = FATE_RETRY;
    sms_code = CODE_MODEM_BUSY;
    gasps("p-1");
    until(wall + MIN, MIN / 6);
    sms_fate = FATE_SENT;
    until(wall + 3 * MIN, MIN / 6);
    assert_true(count_to("sms", BUDI, "Kolam 1") >= 3); /* tried at 0, 10 and 30 s at least */
    assert_in_range(count_to("sms", BUDI, "Kolam 1"), 3, 5);
    refuse_writes(false);
}

/* The siren of a danger that cannot be stored is not ended by what was decided before of another. */
static void an_old_order_to_end_leaves_the_siren_to_a_danger_that_cannot_be_stored(void **state)
{
    size_t n, raised;

    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    gasps("p-1");
    until(wall + MIN, MIN / 2);
    siren_fate = FATE_RETRY; /* it cannot be given back now */
    siren_code = CODE_NO_COLLECTOR;
    take_in_hand("p-1", "gasping");
    until(wall + MIN, MIN / 2);
    refuse_writes(true);
    gasps("p-2");
    until(wall + MIN / 2, MIN / 2);
    n = count("siren", "acked", NULL);
    raised = count("siren", "raise", NULL);
    assert_true(raised >= 2);
    siren_fate = FATE_SENT;
    until(wall + 8 * MIN, MIN / 6);
    assert_int_equal(count("siren", "raise", NULL), raised + 1); /* tried again, and it sounds */
    assert_int_equal(count("siren", "acked", NULL), n);
    refuse_writes(false);
}

static void a_call_that_several_share_is_made_while_one_of_them_is_open(void **state)
{
    struct rec_attempt *t = NULL;
    size_t n = 0, calls = 0, tried;

    (void)state;
    calm = true;
    take(RECORDS_CONTACTS, "contact,name,phone,answers_for,order,channels,on,entered_on\n"
                           "budi,Budi,0812 111 2222,p-1 p-2,first,call,2026-10-02,2026-10-02\n");
    begin();
    until(wall + 2 * MIN, MIN / 2);
    call_fate = FATE_RETRY;
    gasps("p-1");
    gasps("p-2");
    until(wall + MIN, MIN / 6);
    assert_int_equal(count_to("sms", BUDI, NULL), 0); /* they have the call alone */
    assert_true(count_to("call", BUDI, NULL) >= 2);
    for (int k = 1; k <= 2; k++) { /* each alarm says that it was called of */
        const char pond[] = {'p', '-', (char)('0' + k), '\0'};

        assert_int_equal(records_attempts(db, alarm_of(pond, "gasping").id, 0, &t, &n), 0);
        for (size_t i = 0; i < n; i++)
            if (strcmp(t[i].channel, "call") == 0 && strcmp(t[i].contact, "budi") == 0) {
                assert_true(t[i].tries >= 2 && t[i].told_with != 0);
                calls++;
            }
        free(t);
    }
    assert_int_equal(calls, 2);
    tried = count_to("call", BUDI, NULL);
    take_in_hand("p-1", "gasping");
    until(wall + 3 * MIN, MIN / 6);
    assert_true(count_to("call", BUDI, NULL) > tried);
    take_in_hand("p-2", "gasping");
    until(wall + MIN / 6, MIN / 6);
    tried = count_to("call", BUDI, NULL);
    until(wall + 6 * MIN, MIN / 6);
    assert_int_equal(count_to("call", BUDI, NULL), tried);
}

static void the_one_who_was_called_of_both_acknowledges_both(void **state)
{
    (void)state;
    calm = true;
    take(RECORDS_CONTACTS, "contact,name,phone,answers_for,order,channels,on,entered_on\n"
                           "budi,Budi,0812 111 2222,p-1 p-2,first,call,2026-10-02,2026-10-02\n");
    begin();
    until(wall + 2 * MIN, MIN / 2);
    gasps("p-1");
    gasps("p-2");
    until(wall + MIN, MIN / 2);
    assert_int_equal(count_to("call", BUDI, NULL), 1);
    hear_next(HEARD_CALL, "+628121112222");
    wait_until_heard();
    until(wall + 2 * MIN, MIN / 2);
    assert_true(alarm_of("p-1", "gasping").acked_ms != 0);
    assert_true(alarm_of("p-2", "gasping").acked_ms != 0);
}

static void an_order_to_end_that_waits_does_not_silence_a_newer_danger(void **state)
{
    size_t n;

    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    gasps("p-1");
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", NULL), 1);
    siren_fate = FATE_RETRY;
    siren_code = CODE_NO_COLLECTOR;
    take_in_hand("p-1", "gasping");
    until(wall + MIN, MIN / 2);
    assert_true(count("siren", "acked", NULL) >= 1);
    gasps("p-2");
    until(wall + MIN / 2, MIN / 2);
    n = count("siren", "acked", NULL);
    assert_true(count("siren", "raise", NULL) >= 2);
    siren_fate = FATE_SENT;
    until(wall + 14 * MIN, MIN / 2);
    assert_int_equal(count("siren", "acked", NULL), n);
    take_in_hand("p-2", "gasping"); /* now nobody needs it */
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "acked", NULL), n + 1);
}

/* A step of which nobody waits for the channels. */
static void step_alone(int64_t ms)
{
    wall += ms;
    fake.now_ms = wall;
    (void)watch_step(watch, NULL);
}

static void what_is_under_way_when_it_is_acknowledged_is_not_tried_again(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    siren_fate = FATE_RETRY;
    siren_code = CODE_RELAY;
    siren_hangs = true;
    gasps("p-1");
    step_alone(MIN / 2);
    while (watch_busy(watch) != 1) /* but for the siren all is told */
        (void)sched_yield();
    take_in_hand("p-1", "gasping");
    step_alone(2 * SEC);
    assert_true(alarm_of("p-1", "gasping").acked_ms != 0);
    siren_hangs = false;
    until(wall + 10 * MIN, MIN / 6);
    assert_int_equal(count("siren", "raise", NULL), 1);
}

/* Killed between the acknowledgement and what became of the message under way. */
static void what_a_crash_left_of_an_acknowledged_danger_is_not_told_again(void **state)
{
    size_t n;

    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    gasps("p-1");
    until(wall + MIN, MIN / 2);
    take_in_hand("p-1", "gasping");
    until(wall + MIN, MIN / 2);
    n = count(NULL, "raise", NULL);
    end();
    run_sql("UPDATE alarm_attempts SET done_ms = 0, fate = '' WHERE kind = 'raise'");
    begin();
    until(wall + 5 * MIN, MIN / 2);
    assert_int_equal(count(NULL, "raise", NULL), n);
}

/* --- whose word counts for what --- */

static void an_ok_counts_only_for_a_message_that_went_out(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    sms_fate = call_fate = FATE_REFUSED;
    gasps("p-1");
    until(wall + 2 * MIN, MIN / 2);
    hear_ok("+628121112222", wall, 0);
    wait_until_heard();
    until(wall + MIN, MIN / 2);
    assert_true(alarm_of("p-1", "gasping").acked_ms == 0);
    sms_fate = FATE_SENT;
    until(wall + 16 * MIN, MIN / 2); /* the repeat arrives */
    hear_ok("+628121112222", wall, 0);
    wait_until_heard();
    until(wall + MIN, MIN / 2);
    assert_true(alarm_of("p-1", "gasping").acked_ms != 0);
}

static void an_ok_is_not_of_a_danger_that_followed_one_that_was_over(void **state)
{
    struct rec_alarm a;

    (void)state;
    held = 0.8;
    begin();
    until(wall + 5 * MIN, MIN / 2);
    assert_true(count_to("sms", BUDI, NULL) >= 1);
    held = 2.4; /* the danger is over, the warning stays */
    until(wall + 50 * MIN, MIN / 2);
    a = alarm_of("p-1", "oxygen");
    assert_true(a.severity == ALARM_WATCH && a.cleared_ms == 0);
    sms_fate = call_fate = FATE_REFUSED;
    held = 0.8;
    until(wall + 15 * MIN, MIN / 2);
    assert_int_equal(alarm_of("p-1", "oxygen").severity, ALARM_DANGER);
    assert_int_equal(alarm_of("p-1", "oxygen").id, a.id);
    hear_ok("+628121112222", wall, 0);
    wait_until_heard();
    until(wall + MIN, MIN / 2);
    assert_true(alarm_of("p-1", "oxygen").acked_ms == 0);
}

static void the_button_is_of_what_had_been_told_when_it_was_pressed(void **state)
{
    int64_t pressed;

    (void)state;
    button = true;
    held = 2.5;
    fake.step_ms = 30 * SEC;
    begin();
    until(wall + 20 * MIN, MIN / 2);
    assert_int_equal(alarm_of("p-1", "oxygen").severity, ALARM_WATCH);
    assert_true(alarm_of("p-1", "oxygen").raised_ms != 0);
    until(wall + MIN, MIN / 2);
    pressed = wall - 30 * SEC;
    held = 0.8;
    until(wall + 2 * MIN, MIN / 2);
    assert_int_equal(alarm_of("p-1", "oxygen").severity, ALARM_DANGER);
    released_ms = pressed + 30 * SEC;
    button_ms = pressed; /* the collector tells of it only now */
    until(wall + MIN, MIN / 2);
    assert_true(alarm_of("p-1", "oxygen").acked_ms == 0);
    until(wall + MIN, MIN / 2);
    button_ms = wall - wall % (30 * SEC);
    released_ms = button_ms + 30 * SEC;
    until(wall + MIN, MIN / 2);
    assert_true(alarm_of("p-1", "oxygen").acked_ms != 0);
    assert_string_equal(alarm_of("p-1", "oxygen").acked_how, "button");
}

static void a_button_that_jams_is_pressed_once(void **state)
{
    (void)state;
    button = calm = true;
    fake.step_ms = 30 * SEC;
    begin();
    until(wall + MIN, MIN / 2);
    gasps("p-1");
    until(wall + MIN, MIN / 2);
    released_ms = INT64_MAX;
    button_ms = wall;
    until(wall + 2 * MIN, MIN / 2);
    assert_true(alarm_of("p-1", "gasping").acked_ms != 0);
    gasps("p-2");
    until(wall + 25 * MIN, MIN / 2);
    assert_true(alarm_of("p-2", "gasping").acked_ms == 0);
    assert_int_equal(count_to("sms", BUDI, "Kolam 2"), 2);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(two_dangers_in_turn_are_each_told_although_nothing_can_be_stored),
        T(two_dangers_at_once_are_each_told_although_nothing_can_be_stored),
        T(what_a_busy_modem_refuses_is_tried_again_although_nothing_can_be_stored),
        T(an_old_order_to_end_leaves_the_siren_to_a_danger_that_cannot_be_stored),
        T(a_call_that_several_share_is_made_while_one_of_them_is_open),
        T(the_one_who_was_called_of_both_acknowledges_both),
        T(an_order_to_end_that_waits_does_not_silence_a_newer_danger),
        T(what_is_under_way_when_it_is_acknowledged_is_not_tried_again),
        T(what_a_crash_left_of_an_acknowledged_danger_is_not_told_again),
        T(an_ok_counts_only_for_a_message_that_went_out),
        T(an_ok_is_not_of_a_danger_that_followed_one_that_was_over),
        T(the_button_is_of_what_had_been_told_when_it_was_pressed),
        T(a_button_that_jams_is_pressed_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
