/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an import costs where rows are many of one pond and day: in steps of SQLite's own machine, which no other program's load changes. */
#include "tests/support/support.h"

#include <stdio.h>
#include <unistd.h>

#include <sqlite3.h>

#include "analytics/records/records.h"
#include "collector/common/buf.h"

#define NOW  INT64_C(1900000000000)
#define EACH 100 /* steps between two looks */

static uint64_t looks;

static int look(void *arg)
{
    (void)arg;
    looks++;
    return 0;
}

/* SQLite calls it for each connection that is opened. */
static int watch(sqlite3 *handle, const char **why, const struct sqlite3_api_routines *api)
{
    (void)why;
    (void)api;
    sqlite3_progress_handler(handle, EACH, look, NULL);
    return SQLITE_OK;
}

static struct records *db;
static char dir[256], csv[300];

static int set_up(void **state)
{
    struct records_report report;
    char path[300], why[256];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%.200s/r.db", dir);
    (void)snprintf(csv, sizeof csv, "%.200s/t.csv", dir);
    if (records_open(&db, path, why, sizeof why) != 0)
        fail_msg("%s", why);
    support_write(csv, "farm,name,regency,kecamatan\nf-1,Satu,kotim,62.02.06\n");
    assert_int_equal(records_import(db, RECORDS_FARMS, csv, NOW, 0, NULL, NULL, &report), 0);
    support_write(csv, "pond,farm,name,system,area_m2,depth_m\np-1,f-1,K,pond,200,1.2\n");
    assert_int_equal(records_import(db, RECORDS_PONDS, csv, NOW, 0, NULL, NULL, &report), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    records_close(db);
    support_rmdir(dir);
    return 0;
}

enum rows {
    EQUAL,
    DIFFERENT,
    OF_MANY_TIMES, /* equal, each entered at a time of its own */
    ROWS
};

/* Steps of an import of n feedings of one pond and day, of which so many are new. */
static uint64_t steps(enum rows how, int n, size_t fresh)
{
    struct records_report report;
    struct buf b = {0};

    buf_str(&b, "pond,on,feed_kg,entered_on\n");
    for (int i = 0; i < n; i++)
        buf_printf(&b, "p-1,2026-10-01,%d.%d,2026-10-%02dT%02d:%02d:00Z\n",
                   how == DIFFERENT ? 1 + i / 10 : 7, how == DIFFERENT ? i % 10 : 1,
                   how == EQUAL ? 3 : 2 + i % 20, how == OF_MANY_TIMES ? i / 20 % 24 : 5,
                   how == OF_MANY_TIMES ? i / 480 % 60 : 5);
    support_write(csv, b.p);
    buf_free(&b);
    looks = 0;
    assert_int_equal(records_import(db, RECORDS_FEED, csv, NOW, 0, NULL, NULL, &report), 0);
    assert_int_equal(report.rows, fresh);
    assert_int_equal(report.repeated, (size_t)n - fresh);
    return looks;
}

/* Four times the rows may cost four times the steps, and a little for higher trees. */
static void many_rows_of_one_pond_and_day_cost_no_more_each(void **state)
{
    static const char *const SAYS[ROWS] = {"equal", "different", "of many times"};

    for (int how = 0; how < ROWS; how++) {
        uint64_t small, large, small_again, large_again;

        if (how > 0)
            assert_int_equal(set_up(state), 0);
        small = steps((enum rows)how, 1000, 1000);
        small_again = steps((enum rows)how, 1000, 0);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
        large = steps((enum rows)how, 4000, 4000);
        large_again = steps((enum rows)how, 4000, 0);
        print_message("%s: %llu and %llu hundred steps; told again %llu and %llu\n", SAYS[how],
                      (unsigned long long)small, (unsigned long long)large,
                      (unsigned long long)small_again, (unsigned long long)large_again);
        assert_true(small > 0 && large < 5 * small);
        assert_true(large_again < 5 * small_again + 100);
        if (how + 1 < ROWS)
            assert_int_equal(tear_down(state), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_rows_of_one_pond_and_day_cost_no_more_each, set_up,
                                        tear_down),
    };
    if (sqlite3_auto_extension((void (*)(void))watch) != SQLITE_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
