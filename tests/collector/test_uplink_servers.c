/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The uplink and each kind of server: what each refuses in its own words, and what comes of the rows. */
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

static struct storehttp *store_of(enum influx_api kind)
{
    struct storehttp *s = store_new(0);

    s->kind = kind;
    return s;
}

/* What the quarantine of a closed journal says: rows with this sink and these words. */
static int quarantined(const char *slug, const char *words)
{
    static const char SQL[] =
        "SELECT count(*) FROM quarantine WHERE sink = ?1 AND instr(reason, ?2) > 0";
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int n;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, SQL, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(st, 1, slug, -1, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(st, 2, words, -1, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    n = sqlite3_column_int(st, 0);
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

/* --- several at once ---------------------------------------------------------------------------------------------- */

static void fills_servers_of_three_kinds_side_by_side(void **state)
{
    static const char *const SINK[] = {"satu", "dua", "tiga"};
    const struct journal_config jc = {
        .path = path, .max_bytes = 16 << 20, .keep_days = 35, .sink = SINK, .sinks = 3};
    struct storehttp *s[3];
    struct uplink *u[3];
    struct journal *j = NULL;

    (void)state;
    assert_int_equal(journal_open(&j, &jc), 0);
    help_append(j, 0, 300);
    append_poison(j, 5000);
    help_append(j, 300, 700);
    for (unsigned i = 0; i < 3; i++) {
        s[i] = store_of((enum influx_api)i);
        if (i == 1) /* one that is away at first holds up no other */
            for (int k = 0; k < 3; k++)
                store_fault(s[i], STORE_CUT_BEFORE, NULL, NULL);
        store_start(s[i]);
        u[i] = uplink_to_store(j, i, s[i]);
    }
    await(drained, j, "three servers");
    for (unsigned i = 0; i < 3; i++) {
        assert_holds(s[i], 1000);
        assert_int_equal(stats_of(u[i]).sent, 1000);
        assert_int_equal(stats_of(u[i]).refused, 1);
        assert_int_equal(s[i]->unauthorized, 0);
        uplink_stop(u[i]);
        store_stop(s[i]);
    }
    journal_close(j);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(quarantined(SINK[i], "it is poisoned"), 1);
}

/* --- refused lines ------------------------------------------------------------------------------------------------ */

static void asks_only_for_the_lines_that_3_names(void **state)
{
    struct storehttp *s = store_of(INFLUX_V3);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    store_start(s);
    help_append(j, 0, 400);
    append_poison(j, 5000);
    append_poison(j, 5001);
    help_append(j, 400, 500);
    append_poison(j, 5002);
    u = uplink_to_store(j, 0, s);
    await(drained, j, "the good lines");
    assert_holds(s, 900);
    assert_int_equal(stats_of(u).refused, 3);
    assert_int_equal(stats_of(u).sent, 900);
    assert_int_equal(s->requests, 1 + 3 + 1); /* all, each of the three alone, the rest */
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

static void a_wrong_line_number_costs_no_good_line(void **state)
{
    static const char *const BODY[] = {
        "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"original_line\":\"x\","
        "\"line_number\":3,\"error_message\":\"no\"}]}", /* a good line */
        "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"original_line\":\"x\","
        "\"line_number\":9999,\"error_message\":\"no\"}]}", /* none of ours */
        "{\"error\":\"partial write of line protocol occurred\",\"data\":[]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof BODY / sizeof BODY[0]; i++) {
        struct storehttp *s = store_of(INFLUX_V3);
        struct journal *j = help_open(path);
        struct uplink *u;

        store_fault(s, STORE_SAYS, "400 Bad Request", BODY[i]);
        store_start(s);
        help_append(j, 0, 50);
        append_poison(j, 5000);
        help_append(j, 50, 50);
        u = uplink_to_store(j, 0, s);
        await(drained, j, "the good lines");
        assert_holds(s, 100);
        assert_int_equal(stats_of(u).refused, 1);
        uplink_stop(u);
        journal_close(j);
        store_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void counts_what_each_server_keeps_no_more(void **state)
{
    (void)state;
    for (int kind = INFLUX_V1; kind <= INFLUX_V2; kind++) {
        struct storehttp *s = store_of((enum influx_api)kind);
        struct journal *j = help_open(path);
        struct uplink *u;

        store_start(s);
        for (int k = 0; k < 20; k++)
            append_of(j, "kuno", k);
        help_append(j, 0, 100);
        u = uplink_to_store(j, 0, s);
        await(drained, j, "old and new lines");
        assert_holds(s, 100);
        assert_int_equal(stats_of(u).refused_old, 20);
        assert_int_equal(stats_of(u).sent, 100);
        assert_int_equal(stats_of(u).refused, 0);
        assert_int_equal(s->requests, 1);
        uplink_stop(u);
        journal_close(j);
        store_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void keeps_the_rows_when_a_server_refuses_every_line(void **state)
{
    (void)state;
    for (int kind = INFLUX_V1; kind <= INFLUX_V3; kind++) {
        struct storehttp *s = store_of((enum influx_api)kind);
        struct journal *j = help_open(path);
        struct uplink *u;

        s->refuses_all = true;
        store_start(s);
        help_append(j, 0, 400);
        u = uplink_to_store(j, 0, s);
        await(is_misconfigured, u, "too many refusals");
        assert_non_null(strstr(stats_of(u).text, "refuses every line: "));
        assert_non_null(strstr(stats_of(u).text, "it is poisoned"));
        assert_int_equal(stats_of(u).refused, 100);
        assert_int_equal(help_stats(j).pending[0], 300);
        (void)pthread_mutex_lock(&s->lock);
        s->refuses_all = false; /* the person has acted */
        (void)pthread_mutex_unlock(&s->lock);
        await(drained, j, "the rest");
        assert_int_equal(stats_of(u).refused, 100);
        assert_int_equal(stats_of(u).sent, 300);
        assert_int_equal(s->lines, 300);
        uplink_stop(u);
        journal_close(j);
        store_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void a_long_run_of_bad_lines_does_not_hold_up_good_ones_behind_it(void **state)
{
    struct storehttp *s = store_of(INFLUX_V2);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    store_start(s);
    for (int k = 0; k < 250; k++)
        append_poison(j, k);
    help_append(j, 0, 10);
    u = uplink_to_store(j, 0, s);
    await(drained, j, "the good ones");
    assert_holds(s, 10);
    assert_int_equal(stats_of(u).refused, 250);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

/* --- the answers that are not about lines ------------------------------------------------------------------------- */

static void holds_or_waits_as_the_answer_asks(void **state)
{
    static const struct {
        const char *says;
        enum influx_api kind;
        const char *head, *body;
        enum uplink_state state;
    } T[] = {
        /* clang-format off */
        {"1.x method", INFLUX_V1, "405 Method Not Allowed", "", UPLINK_MISCONFIGURED},
        {"1.x media type", INFLUX_V1, "415 Unsupported Media Type", "", UPLINK_MISCONFIGURED},
        {"1.x retention policy", INFLUX_V1, "500 Internal Server Error", "{\"error\":\"retention policy not found: dua\"}", UPLINK_MISCONFIGURED},
        {"1.x database is required", INFLUX_V1, "400 Bad Request", "{\"error\":\"database is required\"}", UPLINK_MISCONFIGURED},
        {"1.x under load", INFLUX_V1, "500 Internal Server Error", "{\"error\":\"timeout\"}", UPLINK_WAITING},
        {"1.x cut body", INFLUX_V1, "400 Bad Request", "{\"error\":\"unexpected EOF\"}", UPLINK_WAITING},
        {"2.x token", INFLUX_V2, "401 Unauthorized", "{\"code\":\"unauthorized\",\"message\":\"unauthorized access\"}", UPLINK_MISCONFIGURED},
        {"2.x rights", INFLUX_V2, "403 Forbidden", "{\"code\":\"forbidden\",\"message\":\"insufficient permissions\"}", UPLINK_MISCONFIGURED},
        {"2.x bucket", INFLUX_V2, "404 Not Found", "{\"code\":\"not found\",\"message\":\"bucket \\\"nila\\\" not found\"}", UPLINK_MISCONFIGURED},
        {"2.x quota", INFLUX_V2, "429 Too Many Requests", "{\"code\":\"too many requests\",\"message\":\"x\"}", UPLINK_WAITING},
        {"2.x starting", INFLUX_V2, "503 Service Unavailable", "{\"code\":\"unavailable\",\"message\":\"x\"}", UPLINK_WAITING},
        {"3.x token", INFLUX_V3, "401 Unauthorized", "{\"error\": \"the request was not authenticated\"}", UPLINK_MISCONFIGURED},
        {"3.x database name", INFLUX_V3, "400 Bad Request", "{\"error\":\"db name did not start with a number or letter\",\"data\":null}", UPLINK_MISCONFIGURED},
        {"3.x too many requests", INFLUX_V3, "429 Too Many Requests", "{\"error\":\"x\"}", UPLINK_WAITING},
        {"3.x behind a gateway that is away", INFLUX_V3, "502 Bad Gateway", "<html>", UPLINK_WAITING},
        {"VictoriaMetrics where 3.x was named", INFLUX_V3, "400 Bad Request", "unsupported path requested: \"/api/v3/write_lp\"", UPLINK_MISCONFIGURED},
        {"a time-out there", INFLUX_V3, "408 Request Timeout", "", UPLINK_WAITING},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct storehttp *s = store_of(T[i].kind);
        struct journal *j = help_open(path);
        struct uplink *u;

        while (s->faults < STORE_FAULTS_MAX)
            store_fault(s, STORE_SAYS, T[i].head, T[i].body);
        store_start(s);
        help_append(j, 0, 30);
        u = uplink_to_store(j, 0, s);
        await(T[i].state == UPLINK_WAITING ? is_waiting : is_misconfigured, u, T[i].says);
        assert_int_equal(stats_of(u).http, strtol(T[i].head, NULL, 10));
        assert_int_equal(help_stats(j).pending[0], 30);
        assert_int_equal(help_stats(j).quarantined, 0);
        (void)pthread_mutex_lock(&s->lock);
        s->faults = s->at; /* it works from now on */
        (void)pthread_mutex_unlock(&s->lock);
        await(drained, j, T[i].says);
        assert_holds(s, 30);
        assert_int_equal(s->queries, 0); /* no database is made for any of these */
        uplink_stop(u);
        journal_close(j);
        store_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void waits_until_the_date_the_server_says(void **state)
{
    struct storehttp *s = store_of(INFLUX_V2);
    struct journal *j = help_open(path);
    struct uplink *u;
    const time_t when = time(NULL) + 2;
    struct tm tm;
    char head[120];

    (void)state;
    assert_non_null(gmtime_r(&when, &tm));
    assert_true(strftime(head, sizeof head,
                         "503 Service Unavailable\r\nRetry-After: %a, %d %b %Y %H:%M:%S GMT",
                         &tm) > 0);
    store_fault(s, STORE_SAYS, head, "{\"code\":\"unavailable\",\"message\":\"x\"}");
    store_start(s);
    help_append(j, 0, 5);
    u = uplink_to_store(j, 0, s);
    await(drained, j, "the busy server");
    assert_true(s->request_ms[1] - s->request_ms[0] >= 900); /* our own waits are milliseconds */
    assert_true(clock_wall_ms() >= (int64_t)when * 1000 - 100);
    uplink_stop(u);
    journal_close(j);
    store_stop(s);
}

/* --- the real InfluxDB 1.x ---------------------------------------------------------------------------------------- */

static int take_count(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(column[i], "count", 5) == 0)
            *(long *)arg = strtol(cell[i], NULL, 10);
    return 0;
}

static long ask(const char *url, const char *user_pass, const char *influxql)
{
    struct influx_config c = {.url = url, .database = "nila", .user_pass = user_pass};
    struct influx *db = NULL;
    char why[256] = "";
    long n = 0;

    assert_int_equal(influx_open(&db, &c), 0);
    if (influx_query(db, influxql, take_count, &n, why, sizeof why) != 0)
        fail_msg("%s: %s", influxql, why);
    influx_close(db);
    return n;
}

static void write_line(const char *url, const char *line)
{
    struct influx_config c = {.url = url, .database = "nila"};
    struct influx *db = NULL;
    struct influx_answer a;

    assert_int_equal(influx_open(&db, &c), 0);
    assert_int_equal(influx_write(db, line, strlen(line), &a), 0);
    assert_int_equal(a.verdict, INFLUX_STORED);
    influx_close(db);
}

static void quarantines_what_the_real_server_refuses(void **state)
{
    struct influxd d = {0};
    struct journal *j;
    struct uplink *u;

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    (void)ask(d.url, NULL, "CREATE DATABASE nila");
    /* another program has made do_mg_l an integer for its own moment; a shard has one type for a field */
    write_line(d.url, "water,device=lain do_mg_l=1i 1795471950000\n");
    j = help_open(path);
    help_append(j, 0, 3);          /* all refused: do_mg_l is a float */
    for (int k = 0; k < 50; k++) { /* and fine: no such field */
        struct reading_set s = help_set(100 + k);
        s.n = 1;
        assert_int_equal(journal_append(j, &s, 1), 0);
    }
    u = uplink_kind(j, 0, INFLUX_V1, d.url, NULL);
    await(drained, j, "InfluxDB");
    assert_int_equal(stats_of(u).refused, 3);
    assert_int_equal(stats_of(u).sent, 50);
    uplink_stop(u);
    journal_close(j);
    assert_int_equal(quarantined("pusat", "field type conflict"), 3);
    assert_int_equal(ask(d.url, NULL, "SELECT count(temp_c) FROM water WHERE device = 'node-1'"),
                     50);
    influxd_stop(&d);
}

static void counts_what_the_real_server_keeps_no_more(void **state)
{
    struct influxd d = {0};
    struct journal *j;
    struct uplink *u;
    const int64_t now_ms = clock_wall_ms();

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    (void)ask(d.url, NULL, "CREATE DATABASE nila WITH DURATION 1h");
    j = help_open(path);
    for (int k = 0; k < 40; k++) {
        struct reading_set s = help_set(k);
        s.ts_ms = now_ms - (k < 25 ? (int64_t)86400000 * 9 : 60000) + k;
        assert_int_equal(journal_append(j, &s, 1), 0);
    }
    u = uplink_kind(j, 0, INFLUX_V1, d.url, NULL);
    await(drained, j, "InfluxDB");
    assert_int_equal(stats_of(u).refused_old, 25);
    assert_int_equal(stats_of(u).sent, 15);
    assert_int_equal(help_stats(j).quarantined, 0);
    assert_int_equal(ask(d.url, NULL, "SELECT count(do_mg_l) FROM water"), 15);
    uplink_stop(u);
    journal_close(j);
    influxd_stop(&d);
}

static bool is_forbidden(void *arg)
{
    return stats_of(arg).http == 403 && stats_of(arg).state == UPLINK_MISCONFIGURED;
}

static void goes_on_when_the_real_server_has_been_mended(void **state)
{
    struct influxd d = {0};
    struct journal *j;
    struct uplink *u;

    (void)state;
    if (influxd_start(&d, "auth-enabled = true\nmax-body-size = 1000") != 0)
        skip();
    j = help_open(path);
    help_append(j, 0, 500); /* no batch of them fits 1000 bytes: 413 */
    (void)ask(d.url, NULL, "CREATE USER boss WITH PASSWORD 'b' WITH ALL PRIVILEGES");
    (void)ask(d.url, "boss:b", "CREATE DATABASE nila");
    u = uplink_kind(j, 0, INFLUX_V1, d.url, "kolektor:rahasia");
    await(is_misconfigured, u, "401");
    assert_int_equal(stats_of(u).http, 401);
    assert_int_equal(help_stats(j).pending[0], 500);
    (void)ask(d.url, "boss:b", "CREATE USER kolektor WITH PASSWORD 'rahasia'");
    await(is_forbidden, u, "403");
    assert_int_equal(help_stats(j).pending[0], 500);
    (void)ask(d.url, "boss:b", "GRANT WRITE ON nila TO kolektor");
    await(drained, j, "the rights");
    assert_int_equal(stats_of(u).sent, 500);
    assert_int_equal(ask(d.url, "boss:b", "SELECT count(do_mg_l) FROM water"), 500);
    uplink_stop(u);
    journal_close(j);
    influxd_stop(&d);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(fills_servers_of_three_kinds_side_by_side),
        TEST(asks_only_for_the_lines_that_3_names),
        TEST(a_wrong_line_number_costs_no_good_line),
        TEST(counts_what_each_server_keeps_no_more),
        TEST(keeps_the_rows_when_a_server_refuses_every_line),
        TEST(a_long_run_of_bad_lines_does_not_hold_up_good_ones_behind_it),
        TEST(holds_or_waits_as_the_answer_asks),
        TEST(waits_until_the_date_the_server_says),
        TEST(quarantines_what_the_real_server_refuses),
        TEST(counts_what_the_real_server_keeps_no_more),
        TEST(goes_on_when_the_real_server_has_been_mended),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}
