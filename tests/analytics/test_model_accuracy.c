/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The month's forecast put on record by the pages' own thread. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/issues.h"
#include "analytics/web/model_accuracy.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "tests/analytics/recordsfile.h"

/* The pages' forecast of a day at noon; how many are on record then. */
static size_t forecast_on(int year, int month, int day, bool sensors, struct page_forecast *page)
{
    int32_t as_of = civil_day_of(year, month, day);
    struct forecast_request q = {.records = db,
                                 .as_of_day = as_of,
                                 .months = 2,
                                 .draws = 50,
                                 .seed = 5,
                                 .threads = 1,
                                 .issued_ms = civil_day_start(as_of) + 12 * 3600000};
    struct forecast *f = NULL;
    char why[200] = "";

    if (forecast_run(&q, &f, why, sizeof why) != 0)
        fail_msg("%s", why);
    memset(page, 0, sizeof *page);
    model_accuracy(db, f, q.seed, sensors, page);
    assert_true(page->accuracy.ready);
    forecast_free(f);
    return page->accuracy.issues;
}

static void each_month_is_issued_once(void **state)
{
    struct page_forecast *page = xcalloc(1, sizeof *page);
    struct rec_issue *issue = NULL;
    size_t n = 0;

    (void)state;
    /* in the first days without the sensors: they may come back */
    assert_int_equal(forecast_on(2026, 3, 1, false, page), 0);
    assert_int_equal(forecast_on(2026, 3, 3, false, page), 0);
    assert_int_equal(forecast_on(2026, 3, 3, true, page), 1);
    assert_int_equal(forecast_on(2026, 3, 3, true, page), 1); /* an hour later: not again */
    assert_int_equal(forecast_on(2026, 3, 31, true, page), 1);
    assert_int_equal(page->accuracy.open, 2);
    /* they did not: issued, and said so */
    assert_int_equal(forecast_on(2026, 4, 4, false, page), 2);
    assert_int_equal(forecast_on(2026, 5, 1, true, page), 3);
    assert_int_equal(records_issues(db, INT64_MAX, &issue, &n), 0);
    assert_int_equal(n, 3);
    assert_true(issue[0].sensors);
    assert_false(issue[1].sensors);
    assert_true(issue[2].sensors);
    assert_int_equal(issue[1].as_of_day, civil_day_of(2026, 4, 4));
    records_issues_free(issue, n);
    free(page);
}

/* Joint pairs of thirteen months, forecast 1, 2, 3 and 6 months before. */
static void lists_the_last_twelve_months(void **state)
{
    static const unsigned LEAD[] = {1, 2, 3, 6};
    struct rec_issued_value value = {.mean = 100, .factor = 1};
    struct accuracy_pair pair[13 * 4];
    struct accuracy_match m = {.pair = pair, .open = 3, .silent = 2, .late = 1};
    struct page_accuracy *a = xcalloc(1, sizeof *a);

    (void)state;
    for (int k = 0; k < RECORDS_QUANTILES; k++)
        value.q[k] = 80 + 5 * k;
    for (int32_t month = 0; month < 13; month++)
        for (size_t l = 0; l < 4; l++) {
            pair[m.n] = (struct accuracy_pair){
                .month = 24000 + month, .node = SUPPLY_JOINT, .lead = LEAD[l], .forecast = &value};
            pair[m.n].actual[ACCURACY_FIRST] = 70;
            pair[m.n++].actual[ACCURACY_NOW] = 100;
        }
    model_judge(&m, NULL, a);
    assert_int_equal(a->past_n, 36);
    assert_int_equal(a->past[0].month, 24012);
    assert_int_equal(a->past[0].lead, 1);
    assert_int_equal(a->past[2].lead, 6);
    assert_int_equal(a->past[35].month, 24001);
    assert_true(a->past[0].p10 == 90 && a->past[0].p50 == 100 && a->past[0].p90 == 110);
    assert_int_equal(a->score[SUPPLY_JOINT][0].n, 52);
    assert_int_equal(a->score[SUPPLY_JOINT][2].covered80, 13);
    assert_int_equal(a->first[SUPPLY_JOINT].covered80, 0);
    assert_int_equal(a->score[1][0].n, 0);
    assert_int_equal(a->open + 10 * a->silent + 100 * a->late, 123);
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_month_is_issued_once, records_set_up,
                                        records_tear_down),
        cmocka_unit_test(lists_the_last_twelve_months),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
