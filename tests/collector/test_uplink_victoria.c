/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The uplink and VictoriaMetrics, whose 204 proves nothing. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/http.h"
#include "tests/support/stubhttp.h"
#include "tests/support/victoria.h"
#include "uplink_help.h"

#define DAY_MS 86400000LL

/* An uplink that asks back soon and gives up soon. */
static struct uplink *uplink_vm(struct journal *j, const char *url, int64_t verify_ms,
                                int64_t every_ms)
{
    const struct uplink_config c = {.journal = j,
                                    .sink = &sinks[0],
                                    .timeout_ms = 3000,
                                    .gather_ms = -1,
                                    .retry_min_ms = 5,
                                    .retry_max_ms = 50,
                                    .person_min_ms = 60000, /* the first words stand */
                                    .person_max_ms = 60000,
                                    .verify_ms = verify_ms,
                                    .verify_every_ms = every_ms};
    struct uplink *u = NULL;

    sinks[0] = (struct site_sink){.slug = "vm", .api = INFLUX_VM, .database = "nila"};
    (void)snprintf(sinks[0].url, sizeof sinks[0].url, "%s", url);
    assert_int_equal(uplink_start(&u, &c), 0);
    return u;
}

static void append_at(struct journal *j, int n, int64_t from_ms)
{
    for (int k = 0; k < n; k++) {
        struct reading_set s = help_set(k);
        s.ts_ms = from_ms + (int64_t)k * 1000;
        assert_int_equal(journal_append(j, &s, 1), 0);
    }
}

/* How many points of a series the server has. */
static int points(const char *url, const char *series)
{
    struct http_request rq = {.method = "GET"};
    struct http_answer a;
    struct buf u = {0};
    struct http *h;
    int n = 0;

    buf_printf(&u,
               "%s/api/v1/export/csv?format=__timestamp__:unix_ms,__value__&match%%5B%%5D=", url);
    http_quote(&u, series);
    rq.url = u.p;
    assert_int_equal(http_open(&h), 0);
    assert_int_equal(http_do(h, &rq, &a, NULL, 0), 0);
    assert_int_equal(a.status, 200);
    for (const char *p = a.body.p; p != NULL && (p = strchr(p, '\n')) != NULL; p++)
        n++;
    buf_free(&a.body);
    buf_free(&u);
    http_close(h);
    return n;
}

static void acknowledges_what_it_could_ask_back(void **state)
{
    struct victoria v;
    struct journal *j;
    struct uplink *u;

    (void)state;
    if (victoria_start(&v) != 0)
        skip();
    j = help_open(path);
    append_at(j, 300, clock_wall_ms() - DAY_MS);
    u = uplink_vm(j, v.url, 60000, 2500); /* as in production */
    await(drained, j, "the points to be seen");
    assert_int_equal(stats_of(u).sent, 300);
    assert_int_equal(points(v.url, "{__name__=\"water_do_mg_l\",db=\"nila\",device=\"node-1\"}"),
                     300);
    uplink_stop(u);
    journal_close(j);
    victoria_stop(&v);
}

/* InfluxDB 2's path and token, as a sink of a server that speaks them too: taken at its word (204), and there. */
static void the_path_of_2_is_taken_by_a_real_server_of_another_kind(void **state)
{
    static const char SERIES[] = "{__name__=\"water_do_mg_l\",device=\"node-1\"}";
    const struct timespec nap = {.tv_nsec = 200000000};
    struct uplink_config c = {.sink = &sinks[0], .token = "t0k", .gather_ms = -1};
    struct victoria v;
    struct uplink *u;
    int64_t until;

    (void)state;
    if (victoria_start(&v) != 0)
        skip();
    c.journal = help_open(path);
    append_at(c.journal, 300, clock_wall_ms() - DAY_MS);
    sinks[0] =
        (struct site_sink){.slug = "vm2", .api = INFLUX_V2, .org = "dinas", .bucket = "nila"};
    (void)snprintf(sinks[0].url, sizeof sinks[0].url, "%s", v.url);
    assert_int_equal(uplink_start(&u, &c), 0);
    await(drained, c.journal, "the v2 path");
    assert_int_equal(stats_of(u).sent, 300);
    until = clock_mono_ms() + 60000;
    while (points(v.url, SERIES) < 300) { /* what it has taken is seen after some seconds */
        assert_true(clock_mono_ms() < until);
        (void)nanosleep(&nap, NULL);
    }
    assert_int_equal(points(v.url, SERIES), 300);
    uplink_stop(u);
    journal_close(c.journal);
    victoria_stop(&v);
}

static void keeps_what_the_server_took_and_did_not_keep(void **state)
{
    struct victoria v;
    struct journal *j;
    struct uplink *u;

    (void)state;
    if (victoria_start(&v) != 0)
        skip();
    j = help_open(path);
    append_at(j, 10, clock_wall_ms() - 40 * DAY_MS); /* it keeps 31 days */
    u = uplink_vm(j, v.url, 2000, 500);
    await(is_misconfigured, u, "the missing points");
    assert_int_equal(stats_of(u).http, 204);
    assert_non_null(strstr(stats_of(u).text, "says 204, but {__name__=\"water_"));
    assert_non_null(strstr(stats_of(u).text, "is not there"));
    assert_int_equal(stats_of(u).sent, 0);
    assert_int_equal(help_stats(j).pending[0], 10);
    uplink_stop(u);
    journal_close(j);
    victoria_stop(&v);
}

static void a_bad_line_among_good_ones_is_not_passed_over(void **state)
{
    struct victoria v;
    struct journal *j;
    struct uplink *u;

    (void)state;
    if (victoria_start(&v) != 0)
        skip();
    j = help_open(path);
    append_at(j, 20, clock_wall_ms() - DAY_MS);
    append_at(j, 1, clock_wall_ms() + 5 * DAY_MS); /* the last: two days ahead is its bound */
    u = uplink_vm(j, v.url, 4000, 1000);
    await(is_misconfigured, u, "the missing point");
    assert_int_equal(help_stats(j).pending[0], 21);
    uplink_stop(u);
    journal_close(j);
    victoria_stop(&v);
}

/* --- against scripted answers ------------------------------------------------------------------------------------- */

static void tells_a_lying_server_from_one_that_is_away(void **state)
{
    static const struct {
        const char *says, *export;
        enum uplink_state state;
        const char *words;
    } T[] = {
        {"nothing is there", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", UPLINK_MISCONFIGURED,
         "is not there"},
        {"it may not be asked", "HTTP/1.1 401 X\r\nContent-Length: 3\r\n\r\nwho",
         UPLINK_MISCONFIGURED, "who"},
        {"the export is not served", "HTTP/1.1 404 X\r\nContent-Length: 2\r\n\r\nno",
         UPLINK_MISCONFIGURED, "no"},
        {"busy", "HTTP/1.1 503 X\r\nContent-Length: 4\r\n\r\nbusy", UPLINK_WAITING, "busy"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        /* only the first request is a write; that the repeated write is answered in the same way does no harm here */
        struct stub_reply r[] = {{.bytes = "HTTP/1.1 204 No Content\r\n\r\n"},
                                 {.bytes = T[i].export}};
        struct stubhttp *s = stubhttp_start(r, 2);
        struct journal *j = help_open(path);
        struct uplink *u;
        char url[64];

        append_at(j, 1, clock_wall_ms());
        (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", stubhttp_port(s));
        u = uplink_vm(j, url, 20, 5);
        await(T[i].state == UPLINK_WAITING ? is_waiting : is_misconfigured, u, T[i].says);
        if (strstr(stats_of(u).text, T[i].words) == NULL)
            fail_msg("%s: %s", T[i].says, stats_of(u).text);
        assert_int_equal(help_stats(j).pending[0], 1);
        assert_int_equal(stats_of(u).sent, 0);
        uplink_stop(u);
        journal_close(j);
        stubhttp_stop(s);
        assert_int_equal(remove(path), 0);
    }
}

static void ends_soon_while_it_waits_for_a_point(void **state)
{
    static const struct stub_reply R = {.bytes = "HTTP/1.1 204 No Content\r\n\r\n"};
    struct stubhttp *s = stubhttp_start(&R, 1);
    struct journal *j = help_open(path);
    struct uplink *u;
    char url[64];
    int64_t from;

    (void)state;
    append_at(j, 1, clock_wall_ms());
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", stubhttp_port(s));
    u = uplink_vm(j, url, 600000, 600000);
    stubhttp_wait(s, 1);
    from = clock_mono_ms();
    uplink_stop(u);
    assert_true(clock_mono_ms() - from < 1500);
    assert_int_equal(help_stats(j).pending[0], 1);
    journal_close(j);
    stubhttp_stop(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(acknowledges_what_it_could_ask_back),
        TEST(the_path_of_2_is_taken_by_a_real_server_of_another_kind),
        TEST(keeps_what_the_server_took_and_did_not_keep),
        TEST(a_bad_line_among_good_ones_is_not_passed_over),
        TEST(tells_a_lying_server_from_one_that_is_away),
        TEST(ends_soon_while_it_waits_for_a_point),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}
