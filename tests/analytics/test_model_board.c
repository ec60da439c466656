/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the records say of alarms, buttons, limits and nights, as the pages see it: at once, and unchanged while a page is made. */
#include "tests/analytics/nighthouse.h"

#include "analytics/records/alarms.h"
#include "analytics/web/model_board.h"

static struct board *board;
static struct board_view *view;
static struct page_board seen; /* what view points to */

static int set_up(void **state)
{
    (void)house_set_up(state);
    board = board_new(house.db, house.config.records_path);
    view = NULL;
    return 0;
}

static int tear_down(void **state)
{
    board_release(view);
    board_free(board);
    board_free(NULL);
    return house_tear_down(state);
}

static void look(void)
{
    struct records_snapshot *s;

    assert_int_equal(records_snapshot(house.db, house_wall, &s), 0);
    board_month(board, house.db, s, house_wall);
    records_snapshot_free(s);
    board_release(view);
    view = board_take(board, house_wall);
    seen = *board_known(view);
}

static void commit(struct rec_alarm *a, const struct rec_mark *mark)
{
    const bool changed = true, gone = false;
    struct alarm_commit c = {.alarm = a,
                             .changed = &changed,
                             .gone = &gone,
                             .alarms = a != NULL,
                             .mark = mark,
                             .marks = mark != NULL,
                             .now_ms = house_wall};

    assert_int_equal(records_alarms_commit(house.db, &c), 0);
}

static struct rec_alarm alarm_of(const char *pond, int64_t raised_ms)
{
    struct rec_alarm a = {.group = "oxygen",
                          .cause = "do_critical",
                          .severity = ALARM_DANGER,
                          .worst = ALARM_DANGER,
                          .rank = 1,
                          .first_ms = raised_ms,
                          .seen_ms = raised_ms,
                          .raised_ms = raised_ms,
                          .told_ms = raised_ms,
                          .danger_told_ms = raised_ms,
                          .value = 1.1,
                          .threshold = 1.5};

    (void)snprintf(a.subject, sizeof a.subject, "%s", pond);
    return a;
}

static void night(const char *pond, int32_t day, double p50, double lowest, bool warned)
{
    struct rec_night g = {.day = day,
                          .threshold = 3,
                          .issued_ms = civil_day_start(day) + 19 * HOUR,
                          .p_below = 0.8,
                          .min_p10 = p50 - 1,
                          .min_p50 = p50,
                          .min_p90 = p50 + 1,
                          .basis = "from 12 nights",
                          .warned_ms = warned ? civil_day_start(day) + 19 * HOUR : 0,
                          .lowest = lowest,
                          .seen_share = 1,
                          .judged_ms = civil_day_start(day + 1) + 8 * HOUR};

    (void)snprintf(g.pond, sizeof g.pond, "%s", pond);
    assert_int_equal(records_night_store(house.db, &g), 0);
}

static void what_was_pressed_is_on_the_next_page(void **state)
{
    struct rec_press q = {
        .pond = "k-2", .kind = PRESS_GASPING, .by = "Budi", .at_ms = NIGHT_NOW - MINUTE};

    (void)state;
    look();
    assert_int_equal(seen.presses + seen.alarms + seen.limits + seen.nights + seen.contacts, 0);
    assert_int_equal(seen.watch_ms, 0);
    assert_int_equal(records_press(house.db, &q), 0);
    q.at_ms = NIGHT_NOW - 25 * HOUR; /* of the day before: no more looked at */
    assert_int_equal(records_press(house.db, &q), 0);
    look();
    assert_int_equal(seen.presses, 1);
    assert_string_equal(seen.press[0].pond, "k-2");
    assert_string_equal(seen.press[0].by, "Budi");
    assert_int_equal(seen.press[0].kind, PRESS_GASPING);
}

static void all_that_pages_show_is_read(void **state)
{
    const struct rec_mark mark = {BOARD_WATCH_MARK, NIGHT_NOW - MINUTE};
    const int32_t today = civil_day(NIGHT_NOW);
    struct rec_alarm open = alarm_of("k-1", NIGHT_NOW - HOUR);
    struct rec_alarm past = alarm_of("k-2", NIGHT_NOW - 9 * CIVIL_DAY_MS);

    (void)state;
    past.cleared_ms = NIGHT_NOW - 8 * CIVIL_DAY_MS; /* over for more than a week */
    commit(&past, NULL);
    commit(&open, &mark);
    house_take(RECORDS_LIMITS,
               "pond,key,value,reason,by,on\nk-1,do_watch_mg_l,4,tua,Sri,2026-10-01\n");
    house_take(RECORDS_CONTACTS, "contact,name,phone,answers_for,order,on\n"
                                 "budi,Budi,0812 111 2222,all,first,2026-10-01\n");
    night("k-1", today - 1, 2.1, 1.9, true);
    night("k-1", today - 2, 2.1, 1.9, true); /* too old for a page; the month has it */
    look();
    assert_int_equal(seen.alarms, 1);
    assert_string_equal(seen.alarm[0].subject, "k-1");
    assert_true(seen.alarm[0].value == 1.1);
    assert_int_equal(seen.watch_ms, NIGHT_NOW - MINUTE);
    assert_int_equal(seen.limits, 1);
    assert_true(seen.limit[0].value == 4);
    assert_int_equal(seen.contacts, 1);
    assert_string_equal(seen.contact[0].phone, "0812 111 2222");
    assert_int_equal(seen.nights, 1);
    assert_true(seen.night[0].min_p50 == 2.1);
    assert_int_equal(seen.months, 4); /* one a pond */
    assert_string_equal(seen.month[0].pond, "k-1");
    assert_int_equal(seen.month[0].warned, 2);
    assert_int_equal(seen.month[0].right, 2);
    assert_int_equal(seen.month[0].sirens, 1);
}

static void the_month_is_made_anew_after_ten_minutes(void **state)
{
    const int32_t today = civil_day(NIGHT_NOW);

    (void)state;
    look();
    assert_int_equal(seen.month[0].warned, 0);
    night("k-1", today - 1, 2.1, 1.9, true);
    look();
    assert_int_equal(seen.nights, 1);
    assert_int_equal(seen.month[0].warned, 0);
    house_mono += 10 * MINUTE + 1;
    look();
    assert_int_equal(seen.month[0].warned, 1);
}

static void what_a_page_took_stays_as_it_was_while_the_board_goes_on(void **state)
{
    struct board_view *older;

    (void)state;
    night("k-2", civil_day(NIGHT_NOW), 2.1, NAN, false);
    look();
    older = board_take(board, house_wall);
    assert_ptr_equal(older, view); /* nothing changed: the same, not a copy */
    night("k-1", civil_day(NIGHT_NOW), 3.3, NAN, false);
    look();
    assert_int_equal(seen.nights, 2);
    assert_true(seen.version > board_known(older)->version);
    assert_int_equal(board_known(older)->nights, 1);
    assert_true(board_known(older)->night[0].min_p50 == 2.1);
    board_release(older);
}

/* Without a change of the file what time alone moves is read again after a minute. */
static void what_grows_old_leaves_within_a_minute(void **state)
{
    struct rec_press q = {
        .pond = "k-2", .kind = PRESS_GASPING, .at_ms = NIGHT_NOW - 24 * HOUR + MINUTE};

    (void)state;
    assert_int_equal(records_press(house.db, &q), 0);
    look();
    assert_int_equal(seen.presses, 1);
    house_wall += 2 * MINUTE;
    look();
    assert_int_equal(seen.presses, 1); /* as was read */
    house_mono += MINUTE + 1;
    look();
    assert_int_equal(seen.presses, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_was_pressed_is_on_the_next_page),
        T(all_that_pages_show_is_read),
        T(the_month_is_made_anew_after_ten_minutes),
        T(what_a_page_took_stays_as_it_was_while_the_board_goes_on),
        T(what_grows_old_leaves_within_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
