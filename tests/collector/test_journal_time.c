/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock of a machine without a battery: what is read before it is right gets its time when it is, once and for good. */
#include "tests/support/support.h"

#include <sqlite3.h>
#include <stdio.h>

#include "journal_clock.h"

/* --- one boot ------------------------------------------------------------------------------------------------------- */

static void holds_what_was_read_before_the_clock_was_right_and_gives_it_its_time(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);
    struct reading_set first, again;

    (void)state;
    read_now(j, 0);
    m.now_ms += MINUTE;
    read_now(j, 1);
    NOTHING_LEAVES(j, 0);
    assert_int_equal(journal_last_seq(j), 2);
    assert_int_equal(help_stats(j).held, 2);
    m.now_ms += 10000;
    synchronise();
    assert_int_equal(journal_sendable_seq(j), 2); /* no new reading is needed for it */
    assert_int_equal(help_stats(j).held, 0);
    first = peek_one(j, 0);
    assert_true(first.clock_trusted);
    assert_int_equal(first.ts_ms, TRUE_MS + 20000);
    assert_int_equal(peek_one(j, 1).ts_ms, TRUE_MS + 20000 + MINUTE);
    /* the same point however often it is sent, whatever the clock does meanwhile */
    m.off_ms = 7 * HOUR;
    again = peek_one(j, 0);
    assert_int_equal(again.ts_ms, first.ts_ms);
    journal_close(j);
    m.off_ms = -2 * YEAR;
    m.trusted = false;
    j = open_waiting(15 * MINUTE);
    again = peek_one(j, 0);
    assert_int_equal(again.ts_ms, first.ts_ms);
    assert_true(again.clock_trusted);
    journal_close(j);
    switch_on(m.now_ms + HOUR, 0); /* another boot with another anchor */
    synchronise();
    j = open_waiting(15 * MINUTE);
    read_now(j, 3);
    assert_int_equal(peek_one(j, 0).ts_ms, first.ts_ms);
    assert_int_equal(peek_one(j, 2).ts_ms, m.now_ms);
    journal_close(j);
}

static void gives_up_waiting_and_stays_with_it(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);
    int64_t then = wall(NULL);
    struct reading_set s;

    (void)state;
    read_now(j, 0);
    m.now_ms += 15 * MINUTE - 1;
    NOTHING_LEAVES(j, 0);
    m.now_ms += 1;
    assert_int_equal(journal_sendable_seq(j), 1);
    s = peek_one(j, 0);
    assert_false(s.clock_trusted);
    assert_int_equal(s.ts_ms, then);
    read_now(j, 1); /* from now on nothing waits */
    assert_int_equal(journal_sendable_seq(j), 2);
    synchronise();
    read_now(j, 2);
    for (int round = 0; round < 2; round++) {
        s = peek_one(j, 0); /* it may have left already */
        assert_false(s.clock_trusted);
        assert_int_equal(s.ts_ms, then);
        assert_false(peek_one(j, 1).clock_trusted);
        s = peek_one(j, 2);
        assert_true(s.clock_trusted);
        assert_int_equal(s.ts_ms, m.now_ms);
        journal_close(j);
        j = open_waiting(15 * MINUTE);
    }
    journal_close(j);
}

static void counts_the_wait_from_the_boots_first_row_over_restarts(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);

    (void)state;
    read_now(j, 0);
    for (int i = 0; i < 3; i++) {
        journal_close(j);
        m.now_ms += 5 * MINUTE - 1;
        j = open_waiting(15 * MINUTE);
        NOTHING_LEAVES(j, 0);
    }
    m.now_ms += 3;
    assert_int_equal(journal_sendable_seq(j), 1);
    journal_close(j);
}

static void a_restart_before_the_clock_is_right_loses_no_time(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);

    (void)state;
    read_now(j, 0);
    journal_close(j);
    m.now_ms += MINUTE;
    j = open_waiting(15 * MINUTE);
    read_now(j, 1);
    m.now_ms += MINUTE;
    synchronise();
    assert_int_equal(journal_sendable_seq(j), 2);
    assert_int_equal(peek_one(j, 0).ts_ms, TRUE_MS + 20000);
    assert_int_equal(peek_one(j, 1).ts_ms, TRUE_MS + 20000 + MINUTE);
    journal_close(j);
}

static void without_a_wait_what_is_unsure_leaves_at_once(void **state)
{
    struct journal *j = open_waiting(0);

    (void)state;
    read_now(j, 0);
    assert_int_equal(journal_sendable_seq(j), 1);
    assert_false(peek_one(j, 0).clock_trusted);
    journal_close(j);
}

static void rows_of_a_boot_that_was_never_right_leave_unsure_in_the_next(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);
    int64_t then = wall(NULL);
    struct reading_set s;

    (void)state;
    read_now(j, 0);
    journal_close(j);
    switch_on(m.now_ms + HOUR, 0);
    j = open_waiting(15 * MINUTE);
    assert_int_equal(journal_sendable_seq(j), 1);
    synchronise();
    read_now(j, 1);
    s = peek_one(j, 0);
    assert_false(s.clock_trusted);
    assert_int_equal(s.ts_ms, then);
    assert_true(peek_one(j, 1).clock_trusted);
    journal_close(j);
}

/* --- odd clocks ----------------------------------------------------------------------------------------------------- */

static void never_tells_1970_nor_a_time_before_the_newest_row(void **state)
{
    static const int64_t WALL[] = {0, 1000, -5 * YEAR, TRUE_MS - HOUR, INT64_C(5000000000000)};
    struct journal *j;
    int64_t newest;
    int k = 1;

    (void)state;
    synchronise();
    j = open_waiting(MINUTE);
    read_now(j, 0);
    journal_close(j);
    newest = m.now_ms;
    for (size_t i = 0; i < sizeof WALL / sizeof WALL[0]; i++) {
        switch_on(m.now_ms + HOUR, 0);
        m.off_ms = WALL[i] - m.now_ms;
        j = open_waiting(MINUTE);
        for (int n = 0; n < 3; n++, k++) {
            struct reading_set s;
            read_now(j, k);
            m.now_ms += MINUTE;
            assert_int_equal(journal_sendable_seq(j), k + 1);
            s = peek_one(j, k);
            assert_false(s.clock_trusted);
            assert_true(s.ts_ms > newest && s.ts_ms < TRUE_MS + 10 * HOUR);
            newest = s.ts_ms;
        }
        journal_close(j);
    }
    assert_int_equal(help_stats(j = open_waiting(MINUTE)).damaged, 0);
    journal_close(j);
}

static void a_first_boot_in_1970_is_put_right_as_well(void **state)
{
    struct journal *j;

    (void)state;
    m.off_ms = -m.now_ms;
    j = open_waiting(15 * MINUTE);
    read_now(j, 0);
    NOTHING_LEAVES(j, 0);
    m.trusted = true; /* whatever says so: nobody's clock stands in 1970 */
    m.now_ms += MINUTE;
    read_now(j, 1);
    NOTHING_LEAVES(j, 0);
    m.now_ms += MINUTE;
    synchronise();
    read_now(j, 2);
    for (int k = 0; k < 3; k++) {
        struct reading_set s = peek_one(j, k);
        assert_true(s.clock_trusted);
        assert_int_equal(s.ts_ms, TRUE_MS + 20000 + k * MINUTE);
    }
    journal_close(j);
}

static void stays_right_without_a_server_until_somebody_sets_the_clock(void **state)
{
    struct journal *j;

    (void)state;
    synchronise();
    j = open_waiting(15 * MINUTE);
    read_now(j, 0);
    m.trusted = false; /* the kernel says so some hours after the last answer */
    m.now_ms += 9 * HOUR;
    read_now(j, 1);
    m.off_ms = HOUR;
    read_now(j, 2);
    assert_int_equal(journal_sendable_seq(j), 3);
    assert_true(peek_one(j, 1).clock_trusted);
    assert_int_equal(peek_one(j, 1).ts_ms, m.now_ms);
    assert_false(peek_one(j, 2).clock_trusted);
    assert_int_equal(peek_one(j, 2).ts_ms, m.now_ms + HOUR);
    journal_close(j);
}

static void what_was_read_before_and_comes_after_is_held_too(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);
    struct reading_set late = help_set(1);

    (void)state;
    read_now(j, 0);
    m.now_ms += 500;
    late.ts_ms = wall(NULL);
    late.boot_ms = mono(NULL);
    late.clock_trusted = false;
    m.now_ms += 300;
    synchronise();
    assert_int_equal(journal_sendable_seq(j), 1);
    assert_int_equal(journal_append(j, &late, 1), 0);
    /* its time is known: it leaves, and so does what follows */
    assert_int_equal(journal_sendable_seq(j), 2);
    assert_int_equal(help_stats(j).held, 0);
    m.now_ms += 1000;
    read_now(j, 2);
    assert_int_equal(journal_sendable_seq(j), 3);
    assert_int_equal(peek_one(j, 1).ts_ms, TRUE_MS + 20500);
    assert_true(peek_one(j, 1).clock_trusted);
    journal_close(j);
}

static void a_slot_time_never_falls_on_a_held_row(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);
    struct reading_set slot = help_set(1), next = help_set(2);

    (void)state;
    read_now(j, 0);
    m.now_ms += 2000;
    synchronise();
    slot.ts_ms = TRUE_MS + 20000; /* read 2 s after a slot that lay on the held row's very ms */
    slot.boot_ms = mono(NULL);
    assert_int_equal(journal_append(j, &slot, 1), 0);
    next.ts_ms = slot.ts_ms + MINUTE;
    m.now_ms += MINUTE;
    next.boot_ms = mono(NULL);
    assert_int_equal(journal_append(j, &next, 1), 0);
    assert_int_equal(peek_one(j, 0).ts_ms, TRUE_MS + 20000);
    assert_int_equal(peek_one(j, 1).ts_ms, TRUE_MS + 22000);
    assert_int_equal(peek_one(j, 2).ts_ms,
                     TRUE_MS + 20000 + MINUTE); /* the slots after it are kept */
    journal_close(j);
}

static void imported_rows_are_taken_as_they_are(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);

    (void)state;
    help_append(j, 5, 1);
    assert_int_equal(journal_sendable_seq(j), 1);
    assert_int_equal(peek_one(j, 0).ts_ms, help_set(5).ts_ms);
    journal_close(j);
}

struct told {
    int n;
    int64_t ts_ms;
};

static int tell(void *arg, int64_t ts_ms, const char *device, const struct reading_value *v)
{
    struct told *t = arg;
    (void)device;
    (void)v;
    t->n++;
    t->ts_ms = ts_ms;
    return 0;
}

static void history_tells_the_time_a_row_got(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);
    struct told t = {0};

    (void)state;
    read_now(j, 0);
    m.now_ms += MINUTE;
    synchronise();
    assert_int_equal(journal_sendable_seq(j), 1);
    assert_int_equal(
        journal_history(j, "kolam-1", METRIC_DO_MG_L, TRUE_MS + 20000, TRUE_MS + 20001, tell, &t),
        0);
    assert_int_equal(t.n, 1);
    assert_int_equal(t.ts_ms, TRUE_MS + 20000);
    journal_close(j);
}

/* --- what is on the disk -------------------------------------------------------------------------------------------- */

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_damaged_anchor_gives_no_wrong_time(void **state)
{
    struct journal *j = open_waiting(15 * MINUTE);
    int64_t then = wall(NULL);

    (void)state;
    read_now(j, 0);
    m.now_ms += MINUTE;
    synchronise();
    assert_int_equal(journal_sendable_seq(j), 1);
    journal_close(j);
    run_sql("UPDATE boot SET anchor_ms = anchor_ms + 3600000");
    j = open_waiting(15 * MINUTE);
    assert_false(peek_one(j, 0).clock_trusted);
    assert_int_equal(peek_one(j, 0).ts_ms, then);
    read_now(j, 1); /* this run is met anew under another number */
    assert_true(peek_one(j, 1).clock_trusted);
    journal_close(j);
}

static void forgets_a_boot_whose_rows_are_gone(void **state)
{
    struct journal *j = NULL;
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;

    (void)state;
    for (int k = 0; k < 4; k++) {
        switch_on(m.now_ms + 40 * CIVIL_DAY_MS, 0);
        synchronise();
        j = open_waiting(MINUTE);
        read_now(j, k);
        assert_int_equal(journal_ack(j, 0, k + 1), 0);
        m.now_ms += 2 * MINUTE;
        journal_close(j);
    }
    j = open_waiting(MINUTE);
    read_now(j, 4);
    journal_close(j);
    j = open_waiting(MINUTE);
    journal_close(j);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM boot", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(st, 0), 1);
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A file as the first version left it: its tables, and two rows in its form, byte by byte (test_journal_row.c explains them). */
static void takes_over_a_file_of_the_first_version(void **state)
{
    struct journal *j;
    struct journal_row rows[4];
    int64_t mark = 0;

    (void)state;
    run_sql(
        "PRAGMA journal_mode=WAL;"
        "CREATE TABLE tags(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
        "CREATE TABLE row(seq INTEGER PRIMARY KEY AUTOINCREMENT, p BLOB NOT NULL);"
        "CREATE TABLE mark(sink TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE quarantine(id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL,"
        " seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, line TEXT NOT NULL, reason TEXT NOT NULL);"
        "PRAGMA application_id=0x4e494c41; PRAGMA user_version=1;"
        "INSERT INTO tags VALUES(300, 'kotim|62.02.06|uji|kolam-1|node-1');"
        "INSERT INTO row VALUES(76, x'00');" /* damaged there already */
        "INSERT INTO row VALUES(77, x'0182ac02b05c740aa20100310102811304000500"
        "1e482738');"
        "INSERT INTO mark VALUES('pusat', 75);"
        "INSERT INTO quarantine VALUES(5, 'pusat', 3, 1, 'line', 'reason')");
    j = open_waiting(15 * MINUTE);
    assert_int_equal(journal_acked(j, 0, &mark), 0);
    assert_int_equal(mark, 75);
    assert_int_equal(help_stats(j).quarantined, 1);
    read_now(j, 9);
    assert_int_equal(journal_sendable_seq(j), 77); /* old rows leave, the new one waits */
    assert_int_equal(journal_peek(j, mark, rows, 4), 1);
    assert_int_equal(rows[0].seq, 77);
    assert_int_equal(rows[0].set.ts_ms, 1795471727792);
    assert_true(rows[0].set.clock_trusted);
    assert_true(rows[0].set.v[0].value == 5.13);
    synchronise();
    assert_int_equal(journal_sendable_seq(j), 78);
    journal_close(j);
    j = open_waiting(15 * MINUTE); /* once is enough */
    assert_int_equal(journal_peek(j, 77, rows, 4), 1);
    assert_int_equal(rows[0].set.ts_ms, TRUE_MS + 20000);
    journal_close(j);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(holds_what_was_read_before_the_clock_was_right_and_gives_it_its_time),
        TEST(gives_up_waiting_and_stays_with_it),
        TEST(counts_the_wait_from_the_boots_first_row_over_restarts),
        TEST(a_restart_before_the_clock_is_right_loses_no_time),
        TEST(without_a_wait_what_is_unsure_leaves_at_once),
        TEST(rows_of_a_boot_that_was_never_right_leave_unsure_in_the_next),
        TEST(never_tells_1970_nor_a_time_before_the_newest_row),
        TEST(a_first_boot_in_1970_is_put_right_as_well),
        TEST(stays_right_without_a_server_until_somebody_sets_the_clock),
        TEST(what_was_read_before_and_comes_after_is_held_too),
        TEST(a_slot_time_never_falls_on_a_held_row),
        TEST(imported_rows_are_taken_as_they_are),
        TEST(history_tells_the_time_a_row_got),
        TEST(a_damaged_anchor_gives_no_wrong_time),
        TEST(forgets_a_boot_whose_rows_are_gone),
        TEST(takes_over_a_file_of_the_first_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
