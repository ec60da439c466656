/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "analytics/records/issues.h"
#include "collector/common/civil.h"
#include "tests/analytics/recordsfile.h"

static struct rec_issued_value VALUE[2];

/* joint and kotim of one month ahead. */
static struct rec_issue issue_of(int32_t as_of_day, double mean)
{
    struct rec_issue i = {.issued_ms = civil_day_start(as_of_day) + 3600000,
                          .as_of_day = as_of_day,
                          .seed = 7,
                          .draws = 400,
                          .months = 1,
                          .ponds = 41,
                          .sensors = true,
                          .scope = "tracked",
                          .program = "0.1.0",
                          .digest = "00000000deadbeef",
                          .values = 2,
                          .value = VALUE};

    for (int n = 0; n < 2; n++) {
        VALUE[n] = (struct rec_issued_value){.lead = 1,
                                             .month = civil_month_of_day(as_of_day) + 1,
                                             .ponds = 20 + (unsigned)n,
                                             .mean = mean * (1 + n),
                                             .factor = 1.25};
        (void)snprintf(VALUE[n].node, sizeof VALUE[n].node, "%s", n == 0 ? "joint" : "kotim");
        for (int k = 0; k < RECORDS_QUANTILES; k++)
            VALUE[n].q[k] = mean * (0.5 + 0.1 * k);
    }
    return i;
}

static void gives_back_what_was_issued_in_order(void **state)
{
    const int32_t day = civil_day_of(2026, 11, 24);
    struct rec_issue late = issue_of(day, 1000), early;
    struct rec_issue *list = NULL;
    unsigned revision = 0;
    size_t n = 0;

    (void)state;
    assert_int_equal(records_issue_add(db, &late, &revision), 0);
    assert_int_equal(revision, 1);
    early = issue_of(day - 30, 900.25);
    assert_int_equal(records_issue_add(db, &early, &revision), 0);
    assert_int_equal(revision, 1);
    late = issue_of(day, 1100);
    assert_int_equal(records_issue_add(db, &late, &revision), 0);
    assert_int_equal(revision, 2); /* the same day and scope again */
    assert_int_equal(records_issues(db, INT64_MAX, &list, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(list[0].as_of_day, day - 30);
    assert_int_equal(list[1].revision, 1);
    assert_int_equal(list[2].revision, 2);
    assert_int_equal(list[0].values, 2);
    assert_string_equal(list[0].value[1].node, "kotim");
    assert_int_equal(list[0].value[1].ponds, 21);
    assert_true(list[0].value[0].mean == 900.25);
    assert_true(list[0].value[0].q[RECORDS_Q975] == 900.25 * (0.5 + 0.1 * 8));
    assert_true(list[0].value[0].factor == 1.25);
    assert_string_equal(list[0].scope, "tracked");
    assert_string_equal(list[0].digest, "00000000deadbeef");
    assert_true(list[0].sensors && list[0].seed == 7 && list[0].draws == 400);
    records_issues_free(list, n);
    assert_int_equal(records_issues(db, civil_day_start(day), &list, &n), 0);
    assert_int_equal(n, 1); /* what had been issued by then */
    records_issues_free(list, n);
}

static void knows_whether_a_month_has_one(void **state)
{
    const int32_t day = civil_day_of(2026, 11, 24);
    struct rec_issue i = issue_of(day, 1000);
    unsigned revision;
    bool any = true;

    (void)state;
    assert_int_equal(records_issued_within(db, "tracked", day - 23, day + 6, &any), 0);
    assert_false(any);
    assert_int_equal(records_issue_add(db, &i, &revision), 0);
    assert_int_equal(records_issued_within(db, "tracked", day, day, &any), 0);
    assert_true(any);
    assert_int_equal(records_issued_within(db, "all", day, day, &any), 0);
    assert_false(any);
    assert_int_equal(records_issued_within(db, "tracked", day + 1, day + 30, &any), 0);
    assert_false(any);
}

static void refuses_what_is_no_forecast(void **state)
{
    struct rec_issue i = issue_of(20000, 1000);
    unsigned revision;

    (void)state;
    VALUE[1].q[4] = VALUE[1].q[3] - 1;
    assert_int_equal(records_issue_add(db, &i, &revision), NILA_ERR_RANGE);
    i = issue_of(20000, NAN);
    assert_int_equal(records_issue_add(db, &i, &revision), NILA_ERR_RANGE);
    i = issue_of(20000, 1000);
    VALUE[0].factor = 0;
    assert_int_equal(records_issue_add(db, &i, &revision), NILA_ERR_RANGE);
    i = issue_of(20000, 1000);
    i.values = 0;
    assert_int_equal(records_issue_add(db, &i, &revision), NILA_ERR_RANGE);
}

/* Whatever a person with the file in hand tries. */
static void the_file_refuses_to_change_what_was_issued(void **state)
{
    static const char *const TRY[] = {
        "UPDATE issues SET seed = 8",
        "UPDATE issued_values SET mean = 1",
        "UPDATE issued_values SET q10 = 0 WHERE node = 'kotim'",
        "DELETE FROM issues",
        "DELETE FROM issued_values",
        "INSERT OR REPLACE INTO issues SELECT * FROM issues",
        "INSERT OR REPLACE INTO issues SELECT 99, 1, as_of_day, scope, revision, 1, 50, 1, 1, 1, "
        "'x', 'x', '' FROM issues",
        "INSERT OR REPLACE INTO issued_values SELECT * FROM issued_values",
        "INSERT INTO issued_values SELECT issue, 'seruyan', lead, month, ponds, mean, q025, q05, "
        "q10, q25, q50, q75, q90, q95, q975, factor FROM issued_values WHERE issue = 1 LIMIT 1",
    };
    struct rec_issue i = issue_of(20000, 1000), *list = NULL;
    sqlite3 *raw = NULL;
    unsigned revision;
    size_t n;

    (void)state;
    assert_int_equal(records_issue_add(db, &i, &revision), 0);
    assert_int_equal(records_issue_add(db, &i, &revision), 0);
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    for (size_t k = 0; k < sizeof TRY / sizeof TRY[0]; k++) {
        char *words = NULL;

        print_message("%s\n", TRY[k]);
        assert_int_equal(sqlite3_exec(raw, TRY[k], NULL, NULL, &words), SQLITE_CONSTRAINT);
        assert_non_null(strstr(words, "an issued forecast is never"));
        sqlite3_free(words);
    }
    (void)sqlite3_close(raw);
    assert_int_equal(records_issues(db, INT64_MAX, &list, &n), 0);
    assert_int_equal(n, 2);
    assert_true(list[0].value[0].mean == 1000 && list[0].seed == 7 && list[0].values == 2);
    records_issues_free(list, n);
}

static void take(enum records_table t, int64_t now_ms, const char *text)
{
    char file[320];
    struct records_report r;

    (void)snprintf(file, sizeof file, "%s/x.csv", dir);
    support_write(file, text);
    assert_int_equal(records_import(db, t, file, now_ms, 0, NULL, NULL, &r), 0);
}

static void harvests_come_with_when_they_and_their_pond_were_known(void **state)
{
    const int64_t day = CIVIL_DAY_MS, now = civil_day_start(civil_day_of(2026, 11, 24));
    const int64_t at = civil_day_start(civil_day_of(2026, 6, 1));
    struct rec_yield *y = NULL;
    size_t n = 0;

    (void)state;
    take(RECORDS_FARMS, now,
         "farm,name,regency,kecamatan,entered_on\nf-1,Satu,kotim,62.02.06,2026-06-01\n");
    take(RECORDS_PONDS, now,
         "pond,farm,name,system,area_m2,depth_m,entered_on\n"
         "p-1,f-1,A,pond,200,1,2026-06-03\np-2,f-1,B,pond,200,1,2026-06-01\n");
    take(RECORDS_CYCLES, now,
         "cycle,pond,stocked_on,count,mass_g,entered_on\nc-1,p-1,2026-02-01,1000,10,2026-06-01\n");
    take(RECORDS_HARVESTS, now,
         "pond,on,kg,kind,entered_on\np-2,2026-07-02,55.5,partial,2026-07-04\n"
         "p-1,2026-06-20,210,final,2026-08-01\n");
    assert_int_equal(records_yields(db, now, &y, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(y[0].day, civil_day_of(2026, 6, 20));
    assert_true(y[0].kg == 210);
    assert_true(y[0].entered_ms >= civil_day_start(civil_day_of(2026, 8, 1)));
    /* by its stocking, which was entered before the pond's own row */
    assert_true(y[0].pond_known_ms >= at && y[0].pond_known_ms < at + day);
    assert_true(y[1].kg == 55.5); /* counted though no cycle is known */
    assert_string_equal(region_kecamatan(y[1].kecamatan)->code, "62.02.06");
    free(y);
    assert_int_equal(records_yields(db, civil_day_start(civil_day_of(2026, 7, 20)), &y, &n), 0);
    assert_int_equal(n, 1);
    free(y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_back_what_was_issued_in_order, records_set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(knows_whether_a_month_has_one, records_set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_forecast, records_set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(the_file_refuses_to_change_what_was_issued, records_set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(harvests_come_with_when_they_and_their_pond_were_known,
                                        records_set_up, records_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
