/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "collector/common/lineproto.h"
#include "collector/common/log.h"
#include "collector/uplink.h"
#include "tests/support/influxd.h"
#include "uplink_help.h"

/* --- tests --------------------------------------------------------------------------------------------------------- */

static void sends_everything_in_order_in_bounded_batches(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    store_start(s);
    help_append(j, 0, 5000);
    u = uplink_to(j, s->port);
    await(drained, j, "5000 sets");
    help_append(j, 5000, 1);
    await(drained, j, "one more");
    assert_int_equal(s->lines, 5001); /* each once: nothing goes ahead when a batch holds all */
    assert_int_equal(s->biggest, 5000);
    assert_int_equal(s->requests, 2);
    for (size_t i = 1; i < s->lines; i++) /* times of equal length: they sort as text */
        assert_true(strcmp(strrchr(s->line[i - 1], ' '), strrchr(s->line[i], ' ')) < 0);
    assert_int_equal(stats_of(u).sent, 5001);
    assert_int_equal(stats_of(u).http, 204);
    assert_holds(s, 5001);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void quarantines_the_refused_line_and_sends_the_rest(void **state)
{
    (void)state;
    for (int all_or_nothing = 0; all_or_nothing < 2; all_or_nothing++) {
        struct storehttp *s = store_new(0);
        struct journal *j = help_open(path);
        struct uplink *u;
        sqlite3 *db = NULL;
        sqlite3_stmt *st = NULL;

        s->all_or_nothing = all_or_nothing != 0;
        store_start(s);
        help_append(j, 0, 700);
        append_poison(j, 1000);
        help_append(j, 700, 300);
        append_poison(j, 1001);
        u = uplink_to(j, s->port);
        await(drained, j, "the rest");
        assert_holds(s, 1000);
        assert_int_equal(stats_of(u).refused, 2);
        assert_int_equal(help_stats(j).quarantined, 2);
        assert_true(s->requests < 60); /* halving, not one by one */
        uplink_stop(u);
        journal_close(j);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(
            sqlite3_prepare_v2(db, "SELECT seq, line, reason, sink FROM quarantine ORDER BY id", -1,
                               &st, NULL),
            SQLITE_OK);
        assert_int_equal(sqlite3_step(st), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(st, 0), 701);
        assert_non_null(strstr((const char *)sqlite3_column_text(st, 1), "device=racun"));
        assert_non_null(strstr((const char *)sqlite3_column_text(st, 2), "it is poisoned"));
        assert_string_equal((const char *)sqlite3_column_text(st, 3), "pusat");
        assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        store_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void halves_what_is_too_big(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    s->max_lines = 40;
    store_start(s);
    help_append(j, 0, 300);
    u = uplink_to(j, s->port);
    await(drained, j, "small batches");
    assert_holds(s, 300);
    assert_int_equal(s->lines, 300);
    assert_int_equal(stats_of(u).refused, 0);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static bool is_calm(void *arg)
{
    return stats_of(arg).text[0] == '\0' && stats_of(arg).state == UPLINK_IDLE;
}

static void keeps_everything_when_a_person_must_act(void **state)
{
    static const struct {
        const char *says, *head, *body, *words;
    } T[] = {
        {"a wrong password", "401 Unauthorized", "{\"error\":\"authorization failed\"}",
         "authorization failed"},
        {"no right to write", "403 Forbidden", "{\"error\":\"not authorized to write\"}",
         "not authorized"},
        {"not InfluxDB", "404 Not Found", "404 page not found", "page not found"},
        {"a redirect is not followed", "302 Found\r\nLocation: http://127.0.0.1:1/write", "", ""},
        {"a proxy that lets nothing through", "413 Request Entity Too Large", "too large",
         "too large"},
        {"a wrong retention policy", "500 Internal Server Error",
         "{\"error\":\"retention policy not found: x\"}", "retention policy"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct storehttp *s = store_new(0);
        struct journal *j = help_open(path);
        struct uplink *u;

        for (int k = 0; k < 9; k++)
            store_fault(s, STORE_SAYS, T[i].head, T[i].body);
        store_start(s);
        help_append(j, 0, 30);
        u = uplink_to(j, s->port);
        await(is_misconfigured, u, T[i].says);
        if (strstr(stats_of(u).text, T[i].words) == NULL || help_stats(j).pending[0] != 30 ||
            stats_of(u).next_try_ms == 0)
            fail_msg("%s: %s", T[i].says, stats_of(u).text);
        assert_null(strstr(stats_of(u).text, "rahasia"));
        await(drained, j, T[i].says); /* the person has acted */
        assert_holds(s, 30);
        assert_true(s->requests >= 10);
        await(is_calm, u, "its own words to go");
        uplink_stop(u);
        journal_close(j);
        store_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void makes_the_database_when_it_is_not_there(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    s->no_database = true;
    store_start(s);
    help_append(j, 0, 10);
    u = uplink_to(j, s->port);
    await(drained, j, "the database");
    assert_holds(s, 10);
    assert_int_equal(s->queries, 1);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static bool three_requests(void *arg)
{
    return store_requests(arg) >= 3;
}

static void asks_for_the_database_only_once_when_it_may_not_make_it(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    s->no_database = s->no_create = true;
    store_start(s);
    help_append(j, 0, 10);
    u = uplink_to(j, s->port);
    await(is_misconfigured, u, "the refusal");
    await(three_requests, s, "more tries");
    assert_int_equal(s->queries, 1);
    assert_int_equal(help_stats(j).pending[0], 10);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void waits_as_long_as_the_server_says(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    store_fault(s, STORE_SAYS, "503 Service Unavailable\r\nRetry-After: 1", "{\"error\":\"busy\"}");
    store_fault(s, STORE_SAYS, "429 Too Many Requests", "{\"error\":\"slower\"}");
    store_start(s);
    help_append(j, 0, 5);
    u = uplink_to(j, s->port);
    await(drained, j, "the busy server");
    assert_true(s->request_ms[1] - s->request_ms[0] >= 990);
    assert_true(s->request_ms[2] - s->request_ms[1] <
                900); /* no word of it: our own milliseconds */
    assert_holds(s, 5);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void sends_again_after_a_lost_answer_and_it_is_the_same_point(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    store_fault(s, STORE_CUT_AFTER, NULL, NULL);
    store_fault(s, STORE_CUT_BEFORE, NULL, NULL);
    store_fault(s, STORE_SLOW, NULL, NULL);
    store_start(s);
    help_append(j, 0, 200);
    u = uplink_to(j, s->port);
    await(drained, j, "the cut lines");
    assert_true(s->lines > 200); /* it did come twice */
    assert_holds(s, 200);
    assert_int_equal(stats_of(u).sent, 200);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void waits_for_a_server_that_is_not_there_yet(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    int port = s->port;
    struct uplink *u;

    (void)state;
    store_start(s);
    store_stop(s); /* the port is free again, nobody listens */
    help_append(j, 0, 50);
    u = uplink_to(j, port);
    await(is_waiting, u, "a refused connection");
    assert_int_equal(stats_of(u).http, 0);
    assert_true(strlen(stats_of(u).text) > 0);
    s = store_new(port);
    store_start(s);
    await(drained, j, "the server that came");
    assert_holds(s, 50);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static bool one_request(void *arg)
{
    return store_requests(arg) >= 1;
}

static void neither_holds_up_the_journal_nor_the_end_when_the_server_hangs(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;
    int64_t from;

    (void)state;
    store_fault(s, STORE_HANGS, NULL, NULL);
    store_start(s);
    help_append(j, 0, 5);
    u = uplink_to(j, s->port);
    await(one_request, s, "the request that hangs");
    from = clock_mono_ms();
    help_append(j, 5, 500);
    assert_true(clock_mono_ms() - from < 2000);
    from = clock_mono_ms();
    uplink_stop(u);
    assert_true(clock_mono_ms() - from < 1500);
    assert_int_equal(help_stats(j).pending[0], 505);
    u = uplink_to(j, s->port); /* and nothing is lost by it */
    await(drained, j, "the rest");
    assert_holds(s, 505);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void counts_points_that_the_server_keeps_no_more(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;
    struct uplink_stats st;

    (void)state;
    store_fault(s, STORE_SAYS, "400 Bad Request",
                "{\"error\":\"partial write: points beyond retention policy dropped=3\"}");
    store_start(s);
    help_append(j, 0, 10);
    u = uplink_to(j, s->port);
    await(drained, j, "old points");
    st = stats_of(u);
    assert_int_equal(st.refused_old, 3);
    assert_int_equal(st.refused, 0);
    assert_int_equal(st.sent, 7);
    assert_int_equal(s->requests, 1); /* 1.x has stored the others already */
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static bool has_gauge(void *arg)
{
    struct storehttp *s = arg;
    bool found = false;
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->lines; i++)
        found = found || strcmp(s->line[i], "collector,site=uji up_s=2 2") == 0;
    (void)pthread_mutex_unlock(&s->lock);
    return found;
}

static bool sending(void *arg)
{
    return stats_of(arg).state == UPLINK_SENDING;
}

static void speaks_of_itself_also_when_no_reading_comes(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    store_start(s);
    u = uplink_to(j, s->port);
    uplink_gauges(u, "collector,site=uji up_s=2 2\n", 28);
    await(has_gauge, s, "the gauges");
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void sends_the_newest_word_about_itself_after_a_batch(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    u = uplink_to(j, s->port);
    help_append(j, 0, 1);
    await(sending, u, "the batch"); /* it waits for the server, which does not serve yet */
    uplink_gauges(u, "collector,site=uji up_s=1 1\n", 28);
    uplink_gauges(u, "collector,site=uji up_s=2 2\n", 28);
    store_start(s);
    await(has_gauge, s, "the gauges");
    await(drained, j, "the set");
    assert_int_equal(s->lines, 2); /* the older word is not sent */
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void passes_over_damaged_rows_at_the_end(void **state)
{
    struct storehttp *s = store_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;
    sqlite3 *db = NULL;

    (void)state;
    help_append(j, 0, 10);
    journal_close(j);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE row SET p = x'00' WHERE seq > 8", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    j = help_open(path);
    store_start(s);
    u = uplink_to(j, s->port);
    await(drained, j, "the readable rows");
    assert_holds(s, 8);
    assert_int_equal(help_stats(j).damaged, 2);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void is_exactly_once_in_effect_through_any_faults(void **state)
{
    const char *given = getenv("NILA_SEED");
    uint64_t r = (given != NULL ? strtoull(given, NULL, 10) : (uint64_t)clock_wall_ms()) | 1;
    const int rounds = getenv("NILA_LONG") != NULL ? 40 : 4;

    (void)state;
    printf("faults: NILA_SEED=%" PRIu64 "\n", r);
    for (int round = 0; round < rounds; round++) {
        struct storehttp *s = store_new(0);
        struct journal *j = help_open(path);
        struct uplink *u;
        int stored = 0, poisons = 0;

        s->all_or_nothing = round % 2 == 1;
        for (int i = 0; i < 40; i++) {
            static const struct store_fault F[] = {
                {STORE_WORKS, NULL, NULL},
                {STORE_CUT_AFTER, NULL, NULL},
                {STORE_CUT_BEFORE, NULL, NULL},
                {STORE_SAYS, "503 Service Unavailable", "{\"error\":\"timeout\"}"},
                {STORE_SAYS, "500 Internal Server Error", "{\"error\":\"timeout\"}"},
                {STORE_SAYS, "413 Request Entity Too Large", ""},
                {STORE_SAYS, "401 Unauthorized", "{\"error\":\"authorization failed\"}"},
                {STORE_SAYS, "408 Request Timeout", ""},
            };
            const struct store_fault *f = &F[(r >> 20) % (sizeof F / sizeof F[0])];
            r = r * 6364136223846793005ULL + 1442695040888963407ULL;
            store_fault(s, f->kind, f->head, f->body);
        }
        store_start(s);
        u = uplink_to(j, s->port);
        for (int k = 0; k < 20; k++) {
            r = r * 6364136223846793005ULL + 1442695040888963407ULL;
            help_append(j, stored, 30 + (int)((r >> 30) % 50));
            stored += 30 + (int)((r >> 30) % 50);
            if (k % 7 == 3)
                append_poison(j, 100000 + poisons++);
        }
        await(drained, j, "the faults to end");
        assert_int_equal(stats_of(u).refused, poisons);
        assert_holds(s, stored);
        uplink_stop(u);
        journal_close(j);
        store_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static int take_count(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(column[i], "count") == 0)
            *(long *)arg = strtol(cell[i], NULL, 10);
    return 0;
}

static void fills_a_real_influxdb(void **state)
{
    struct influxd d = {0};
    struct journal *j;
    struct uplink *u;
    struct influx *db = NULL;
    struct reading_set odd = help_set(0);
    struct influx_config ic = {.database = "nila"};
    struct uplink_config c;
    char why[256];
    long count = 0;

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    j = help_open(path);
    help_append(j, 0, 7000);
    odd.clock_trusted = false;
    assert_int_equal(journal_append(j, &odd, 1), 0);
    sinks[0] = (struct site_sink){.slug = "pusat", .api = INFLUX_V1, .database = "nila"};
    (void)snprintf(sinks[0].url, sizeof sinks[0].url, "%s", d.url);
    c = (struct uplink_config){.journal = j, .sink = &sinks[0], .gather_ms = -1};
    assert_int_equal(uplink_start(&u, &c), 0);
    await(drained, j, "InfluxDB");
    assert_int_equal(stats_of(u).sent, 7001);
    uplink_stop(u);
    ic.url = d.url;
    assert_int_equal(influx_open(&db, &ic), 0);
    assert_int_equal(
        influx_query(db, "SELECT count(do_mg_l) FROM water", take_count, &count, why, sizeof why),
        0);
    assert_int_equal(count, 7000);
    assert_int_equal(influx_query(db, "SELECT count(do_mg_l) FROM water_uncertain", take_count,
                                  &count, why, sizeof why),
                     0);
    assert_int_equal(count, 1);
    influx_close(db);
    journal_close(j);
    influxd_stop(&d);
}

static void refuses_an_address_it_does_not_understand(void **state)
{
    struct journal *j = help_open(path);
    struct uplink *u = NULL;
    struct uplink_config c = {.journal = j, .sink = &sinks[0]};

    (void)state;
    sinks[0] = (struct site_sink){
        .slug = "pusat", .api = INFLUX_V1, .database = "nila", .url = "ftp://127.0.0.1"};
    assert_int_equal(uplink_start(&u, &c), NILA_ERR_CONFIG);
    assert_null(u);
    uplink_stop(NULL);
    journal_close(j);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(sends_everything_in_order_in_bounded_batches),
        TEST(quarantines_the_refused_line_and_sends_the_rest),
        TEST(halves_what_is_too_big),
        TEST(keeps_everything_when_a_person_must_act),
        TEST(makes_the_database_when_it_is_not_there),
        TEST(asks_for_the_database_only_once_when_it_may_not_make_it),
        TEST(waits_as_long_as_the_server_says),
        TEST(sends_again_after_a_lost_answer_and_it_is_the_same_point),
        TEST(waits_for_a_server_that_is_not_there_yet),
        TEST(neither_holds_up_the_journal_nor_the_end_when_the_server_hangs),
        TEST(counts_points_that_the_server_keeps_no_more),
        TEST(speaks_of_itself_also_when_no_reading_comes),
        TEST(sends_the_newest_word_about_itself_after_a_batch),
        TEST(passes_over_damaged_rows_at_the_end),
        TEST(is_exactly_once_in_effect_through_any_faults),
        TEST(fills_a_real_influxdb),
        TEST(refuses_an_address_it_does_not_understand),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}
