/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people say by a button: fish that gasp again after an OK, a nervous finger, and a press while the records are being written. */
#include "tests/analytics/watchhouse.h"

static void gasp(void)
{
    const struct rec_press press = {
        .pond = "p-1", .kind = PRESS_GASPING, .by = "Budi", .at_ms = wall};

    assert_int_equal(records_press(db, &press), 0);
}

static size_t presses(void)
{
    struct rec_press *list = NULL;
    size_t n = 0;

    assert_int_equal(records_presses(db, 0, INT64_MAX, &list, &n), 0);
    for (size_t i = 1; i < n; i++)
        assert_true(list[i - 1].at_ms <= list[i].at_ms);
    free(list);
    return n;
}

static void gasping_again_after_an_ok_is_told_again(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + MIN, MIN / 2);
    gasp();
    until(wall + 2 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 1);
    gasp(); /* nobody has answered the first: it is the same alarm */
    until(wall + 2 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 1);
    say(ASK_ACK, 0);
    until(wall + 3 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 1); /* the OK is of both presses */
    gasp();
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 2);
    assert_int_equal(count("sms", "raise", "gasping"), 4); /* first and second contact, twice */
    say(ASK_SNOOZE, 30);
    until(wall + 3 * MIN, MIN / 2);
    end(); /* a restart knows what was answered */
    begin();
    until(wall + 3 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 2);
    gasp(); /* within the snooze */
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 3);
    say(ASK_ACK, 0);
    until(wall + 20 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 3);
    assert_int_equal(count("siren", "repeat", "gasping"), 0);
}

static void a_nervous_finger_is_one_alarm(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + MIN, MIN / 2);
    for (int i = 0; i < 5; i++) {
        gasp();
        until(wall + 10 * SEC, 5 * SEC);
        if (i == 3)
            say(ASK_ACK, 0); /* somebody stands beside it */
    }
    until(wall + 5 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 1);
    assert_int_equal(count("sms", "raise", "gasping"), 2);
    gasp(); /* five minutes later they gasp again */
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 2);
}

static sqlite3 *import_begins(void)
{
    sqlite3 *h = NULL;

    assert_int_equal(sqlite3_open(db_path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return h;
}

static void import_ends(sqlite3 *h)
{
    assert_int_equal(sqlite3_exec(h, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static void a_press_while_the_records_are_written_is_told_at_once(void **state)
{
    sqlite3 *h;
    int64_t mono;

    (void)state;
    calm = true;
    begin();
    until(wall + MIN, MIN / 2);
    h = import_begins();
    clock_set(NULL);
    mono = clock_mono_ms();
    gasp();
    assert_true(clock_mono_ms() - mono < 4000); /* whoever presses waits at the pond */
    {
        static const struct clock_source CLOCK = {clock_now, clock_now, clock_yes, NULL};
        clock_set(&CLOCK);
    }
    assert_int_equal(presses(), 1); /* pages show it */
    until(wall + MIN / 2, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 1); /* past the records */
    import_ends(h);
    until(wall + 2 * MIN, MIN / 2);
    assert_int_equal(presses(), 1);
    assert_int_equal(count("siren", "raise", "gasping"),
                     2); /* now on record: an OK may answer it */
    say(ASK_ACK, 0);
    until(wall + 2 * MIN, MIN / 2);
    assert_int_equal(count("siren", "acked", "gasping"), 1);
}

static void presses_that_wait_are_brought_in_once(void **state)
{
    struct rec_press press = {
        .pond = "nowhere", .kind = PRESS_OXYGEN, .by = "Budi\nSri", .at_ms = wall, .value = 3.2};
    struct rec_press *list = NULL;
    char path[400], kept[400] = "";
    size_t n = 0;
    struct stat st;
    sqlite3 *h;
    FILE *f;

    (void)state;
    begin();
    (void)snprintf(path, sizeof path, "%s.presses", db_path);
    h = import_begins();
    assert_int_equal(records_press(db, &press), NILA_ERR_NOT_FOUND);
    (void)snprintf(press.pond, sizeof press.pond, "p-2");
    assert_int_equal(records_press(db, &press), 0);
    press.value = 26;
    assert_int_equal(records_press(db, &press), NILA_ERR_RANGE);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07, 0); /* nobody else's */
    f = fopen(path, "r+");
    assert_non_null(f);
    assert_non_null(fgets(kept, sizeof kept, f));
    (void)fseek(f, 0, SEEK_END);
    (void)fputs("nonsense\n1763622000000 gasping p-1 0 Bu", f); /* the power went */
    assert_int_equal(fclose(f), 0);
    assert_int_equal(presses(), 1);
    import_ends(h);
    assert_int_equal(presses(), 1);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 0);
    support_write(path, kept); /* the power went before it was emptied */
    assert_int_equal(records_presses(db, 0, INT64_MAX, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].kind, PRESS_OXYGEN);
    assert_true(list[0].value > 3.19 && list[0].value < 3.21);
    assert_string_equal(list[0].by, "Budi?Sri");
    assert_string_equal(list[0].pond, "p-2");
    free(list);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(gasping_again_after_an_ok_is_told_again),
        T(a_nervous_finger_is_one_alarm),
        T(a_press_while_the_records_are_written_is_told_at_once),
        T(presses_that_wait_are_brought_in_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
