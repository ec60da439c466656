/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After an outage: the newest readings first, the backlog behind them, nothing lost, nothing extra. */
#include "tests/support/support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "tests/support/influxd.h"
#include "uplink_help.h"

static bool has_set(struct storehttp *s, int k)
{
    const struct reading_set set = help_set(k);
    struct buf line = {0};
    bool has;

    assert_int_equal(lineproto_append(&line, &set), 1);
    line.p[line.n - 1] = '\0';
    has = store_has(s, line.p);
    buf_free(&line);
    return has;
}

static void the_newest_go_ahead_of_a_long_backlog(void **state)
{
    (void)state;
    for (int kind = INFLUX_V1; kind <= INFLUX_V3; kind++) {
        struct storehttp *s = store_new(0);
        struct journal *j = help_open(path);
        struct uplink *u;

        s->kind = (enum influx_api)kind;
        s->hold_at = 2;
        store_start(s);
        help_append(j, 0, 20000);
        u = uplink_to_store(j, 0, s);
        store_wait_held(s); /* the first request is answered, the second has come */
        assert_true(has_set(s, 19999) && has_set(s, 19000));
        assert_false(has_set(s, 18999));
        assert_int_equal(s->lines, 1000);
        assert_int_equal(help_stats(j).pending[0], 20000); /* what went ahead is not acknowledged */
        assert_int_equal(stats_of(u).sent, 0);
        help_append(j, 20000, 1); /* measured while the backlog is on its way */
        store_release(s, 4);
        store_wait_held(s); /* second: a batch of the backlog; third: the newest; fourth: held */
        assert_true(has_set(s, 20000));
        assert_true(has_set(s, 4999));
        assert_false(has_set(s, 5000));
        assert_true(help_stats(j).pending[0] > 15000);
        store_release(s, 0);
        await(drained, j, "the backlog");
        assert_int_equal(s->lines, 20001 + 1001); /* each once, and what went ahead twice */
        assert_holds(s, 20001);
        assert_int_equal(stats_of(u).sent, 20001);
        uplink_stop(u);
        journal_close(j);
        store_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void neither_starves_while_readings_keep_coming(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;
    int n = 15000;

    (void)state;
    s->hold_at = 1;
    store_start(s);
    help_append(j, 0, n);
    u = uplink_to_store(j, 0, s);
    /* more readings come between any two requests than may go ahead */
    for (size_t held = 1; n < 27000; held++) {
        store_wait_held(s);
        help_append(j, n, 1500);
        n += 1500;
        store_release(s, held + 1);
    }
    store_release(s, 0);
    await(drained, j, "the backlog");
    assert_holds(s, n);
    /* what went ahead: the first 1000, then a quarter of the backlog's lines at most */
    assert_true(s->lines > (size_t)n + 1000);
    assert_true(s->lines <= (size_t)n + 1000 + (size_t)n / 4);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void a_refused_line_that_went_ahead_is_quarantined_once_in_its_turn(void **state)
{
    (void)state;
    for (int kind = INFLUX_V1; kind <= INFLUX_V3; kind++) {
        struct storehttp *s = store_new(0);
        struct journal *j = help_open(path);
        struct uplink *u;

        s->kind = (enum influx_api)kind;
        store_start(s);
        help_append(j, 0, 7000);
        append_poison(j, 50000);
        append_of(j, kind == INFLUX_V3 ? "node-2" : "kuno", 50001);
        u = uplink_to_store(j, 0, s);
        await(drained, j, "the backlog");
        assert_int_equal(stats_of(u).refused, 1);
        assert_int_equal(help_stats(j).quarantined, 1);
        assert_int_equal(stats_of(u).refused_old, kind == INFLUX_V3 ? 0 : 1);
        assert_int_equal(stats_of(u).sent, kind == INFLUX_V3 ? 7001 : 7000);
        assert_true(has_set(s, 6999));
        uplink_stop(u);
        journal_close(j);
        store_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void a_row_of_several_lines_does_not_keep_the_newest_back(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    s->hold_at = 2;
    store_start(s);
    for (int k = 0; k < 6000; k++) { /* three measurements: three lines each */
        struct reading_set set = help_set(k);
        set.v[set.n++] =
            (struct reading_value){.metric = METRIC_RAIN_MM, .flag = READING_PASS, .value = 1};
        set.v[set.n++] =
            (struct reading_value){.metric = METRIC_VOLT_V, .flag = READING_PASS, .value = 230};
        assert_int_equal(journal_append(j, &set, 1), 0);
    }
    u = uplink_to_store(j, 0, s);
    store_wait_held(s);
    assert_true(has_set(s, 5999));
    assert_int_equal(s->lines, 3000);
    store_release(s, 0);
    await(drained, j, "the backlog");
    assert_int_equal(stats_of(u).sent, 18000);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void begins_anew_after_an_end_in_the_midst_of_it(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    store_start(s);
    help_append(j, 0, 12000);
    for (size_t held = 2; held <= 8; held += 2) { /* ended with a request on its way, four times */
        store_release(s, held);
        u = uplink_to_store(j, 0, s);
        store_wait_held(s);
        help_append(j, 12000 + ((int)held / 2 - 1) * 10, 10);
        store_fault(s, STORE_CUT_BEFORE, NULL, NULL);
        uplink_stop(u);
        store_release(s, 0);
    }
    u = uplink_to_store(j, 0, s);
    await(drained, j, "the backlog");
    assert_holds(s, 12040);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static int take_count(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(column[i], "count") == 0)
            *(long *)arg = strtol(cell[i], NULL, 10);
    return 0;
}

static long ask(struct influx *db, const char *influxql)
{
    char why[256] = "";
    long n = 0;

    if (influx_query(db, influxql, take_count, &n, why, sizeof why) != 0)
        fail_msg("%s: %s", influxql, why);
    return n;
}

static void the_newest_is_in_a_real_influxdb_before_the_backlog(void **state)
{
    enum {
        ROWS = 100000
    };
    struct influxd d = {0};
    struct influx_config ic = {.database = "nila"};
    struct influx *db = NULL;
    struct journal *j;
    struct uplink *u;
    char newest[200], q[300], why[256];
    int64_t from, seen_ms, drained_ms, waiting;

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    ic.url = d.url;
    assert_int_equal(influx_open(&db, &ic), 0);
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    j = help_open(path);
    help_append(j, 0, ROWS);
    (void)snprintf(newest, sizeof newest, "time = %lldms", (long long)help_set(ROWS - 1).ts_ms);
    (void)snprintf(q, sizeof q, "SELECT count(do_mg_l) FROM water WHERE %s", newest);
    from = clock_mono_ms();
    u = uplink_kind(j, 0, INFLUX_V1, d.url, NULL);
    while (ask(db, q) != 1)
        assert_true(clock_mono_ms() - from < 60000);
    seen_ms = clock_mono_ms() - from;
    waiting = help_stats(j).pending[0];
    await(drained, j, "InfluxDB");
    drained_ms = clock_mono_ms() - from;
    printf("the newest of %d rows was there after %lld ms with %lld waiting; all after %lld ms\n",
           ROWS, (long long)seen_ms, (long long)waiting, (long long)drained_ms);
    assert_true(waiting > 0);
    assert_int_equal(ask(db, "SELECT count(do_mg_l) FROM water"), ROWS); /* 0 lost, 0 extra */
    uplink_stop(u);
    influx_close(db);
    journal_close(j);
    influxd_stop(&d);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_newest_go_ahead_of_a_long_backlog),
        TEST(neither_starves_while_readings_keep_coming),
        TEST(a_refused_line_that_went_ahead_is_quarantined_once_in_its_turn),
        TEST(a_row_of_several_lines_does_not_keep_the_newest_back),
        TEST(begins_anew_after_an_end_in_the_midst_of_it),
        TEST(the_newest_is_in_a_real_influxdb_before_the_backlog),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}
