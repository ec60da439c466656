/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day without the server (NILA_OUTAGE_DAYS: so many), with the time between two rounds left out: fifty devices go on being read, the server comes back, is
 * killed while the backlog drains, comes back, and at the end holds each value once. The server is a real InfluxDB. */
#include "tests/support/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "collector/common/log.h"
#include "collector/journal.h"
#include "collector/uplink.h"
#include "tests/support/influxd.h"

#define DEVICES  50
#define DAY      1440 /* rounds, one a minute */
#define FIRST_MS 1795471920000
#define KILLS    3

#define MB_MOST  150 /* of a month's journal */

static char dir[80], path[120];
static int days = 1;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    http_global_init();
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    http_global_cleanup();
    support_rmdir(dir);
    return 0;
}

/* Round k of all devices, as the poller hands it on. Device d reads k + d / 100. */
static void read_round(struct journal *j, int k)
{
    static struct reading_set sets[DEVICES];

    for (int d = 0; d < DEVICES; d++) {
        sets[d] = (struct reading_set){
            .tags = {.regency = REGENCY_KOTIM,
                     .kecamatan = "62.02.06",
                     .site = "uji",
                     .pond = "kolam-1"},
            .ts_ms = FIRST_MS + (int64_t)k * 60000 + d,
            .clock_trusted = true,
            .n = 3,
            .v = {{.metric = METRIC_TEMP_C, .flag = READING_PASS, .value = 28.5},
                  {.metric = METRIC_DO_MG_L, .flag = READING_PASS, .value = k + d / 100.0},
                  {.metric = METRIC_PH,
                   .flag = READING_SUSPECT,
                   .bits = READING_BIT_RATE,
                   .value = 7.25}}};
        (void)snprintf(sets[d].tags.device, sizeof sets[d].tags.device, "node-%d", d);
    }
    assert_int_equal(journal_append(j, sets, DEVICES), 0);
}

static struct journal_stats stats_of(struct journal *j)
{
    struct journal_stats s;
    assert_int_equal(journal_stats(j, &s), 0);
    return s;
}

/* Until at most so many rows wait; the journal is asked, the uplink does the waiting. */
static void wait_pending(struct journal *j, int64_t most)
{
    const struct timespec t = {.tv_nsec = 20000000};
    int64_t until = clock_mono_ms() + 120000 * (int64_t)days;

    while (stats_of(j).pending[0] > most) {
        if (clock_mono_ms() > until)
            fail_msg("%" PRId64 " rows still wait", stats_of(j).pending[0]);
        (void)nanosleep(&t, NULL);
    }
}

struct held {
    long devices, count;
    double sum;
};

static int take_held(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    struct held *h = arg;

    h->devices++;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(column[i], "n") == 0)
            h->count += strtol(cell[i], NULL, 10);
        if (strcmp(column[i], "s") == 0)
            h->sum += strtod(cell[i], NULL);
    }
    return 0;
}

static struct held ask(const struct influxd *d, const char *query)
{
    const struct influx_config c = {.url = d->url, .database = "nila", .timeout_ms = 60000};
    struct influx *db = NULL;
    struct held h = {0};
    char why[256] = "";

    assert_int_equal(influx_open(&db, &c), 0);
    if (influx_query(db, query, take_held, &h, why, sizeof why) != 0)
        fail_msg("%s: %s", query, why);
    influx_close(db);
    return h;
}

/* The newest reading overtakes the backlog: it is there long before the rest. */
static void assert_newest_first(struct journal *j, const struct influxd *d, int round)
{
    const struct timespec t = {.tv_nsec = 50000000};
    int64_t began = clock_mono_ms(), waiting;
    char query[160];

    (void)snprintf(query, sizeof query,
                   "SELECT count(do_mg_l) AS n FROM water WHERE time >= %" PRId64 "ms",
                   FIRST_MS + (int64_t)round * 60000);
    while (ask(d, query).count < DEVICES) {
        if (clock_mono_ms() - began > 60000)
            fail_msg("the newest readings are not there after a minute");
        (void)nanosleep(&t, NULL);
    }
    waiting = stats_of(j).pending[0];
    printf("the newest readings were there after %" PRId64 " ms, %" PRId64 " rows still waited\n",
           clock_mono_ms() - began, waiting);
}

static void a_day_without_the_server_loses_nothing_and_doubles_nothing(void **state)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config jc = {
        .path = path, .max_bytes = 256 << 20, .keep_days = 35, .sink = SINK, .sinks = 1};
    struct site_sink sink = {.slug = "pusat", .api = INFLUX_V1, .database = "nila"};
    struct influxd d = {0};
    struct journal *j = NULL;
    struct uplink *u = NULL;
    struct held h;
    double want = 0;
    int round = 0;
    int64_t began = clock_mono_ms(), back;

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    (void)snprintf(sink.url, sizeof sink.url, "%s", d.url);
    assert_int_equal(journal_open(&j, &jc), 0);
    const struct uplink_config uc = {
        .journal = j, .sink = &sink, .timeout_ms = 5000, .retry_min_ms = 50, .retry_max_ms = 500};
    assert_int_equal(uplink_start(&u, &uc), 0);
    for (; round < 3; round++)
        read_round(j, round);
    wait_pending(j, 0);
    influxd_kill(&d);
    for (; round < 3 + DAY * days; round++)
        read_round(j, round);
    assert_int_equal(stats_of(j).pending[0], DAY * DEVICES * days);
    assert_int_equal(stats_of(j).dropped, 0);
    assert_int_equal(stats_of(j).thinned, 0);
    printf("%d days of %d devices are %" PRId64 " rows in %.1f MB\n", days, DEVICES,
           stats_of(j).pending[0], (double)stats_of(j).bytes / 1e6);
    assert_true(stats_of(j).bytes < MB_MOST * INT64_C(1000000) * days / 30 + 1000000);
    back = clock_mono_ms();
    for (int kill = 1; kill <= KILLS;
         kill++) { /* killed in the midst of the backlog, while new readings come */
        influxd_again(&d);
        if (kill == 1)
            assert_newest_first(j, &d, round - 1);
        wait_pending(j, (int64_t)DAY * days * DEVICES * (KILLS + 1 - kill) / (KILLS + 1) + DEVICES);
        influxd_kill(&d);
        read_round(j, round++);
    }
    influxd_again(&d);
    read_round(j, round++);
    wait_pending(j, 0);
    printf("%d rows of %d devices while the server was away, drained in %" PRId64
           " ms with %d kills; %" PRId64 " ms in all\n",
           DAY * days * DEVICES, DEVICES, clock_mono_ms() - back, KILLS, clock_mono_ms() - began);
    uplink_stop(u);
    for (int k = 0; k < round; k++)
        for (int i = 0; i < DEVICES; i++)
            want += k + i / 100.0;
    h = ask(&d, "SELECT count(do_mg_l) AS n, sum(do_mg_l) AS s FROM water GROUP BY device");
    assert_int_equal(h.devices, DEVICES);
    assert_int_equal(h.count, (long)round * DEVICES);
    if (h.sum < want - 0.01 || h.sum > want + 0.01)
        fail_msg("the values sum to %.2f, not %.2f", h.sum, want);
    h = ask(&d, "SELECT count(ph) AS n FROM water");
    assert_int_equal(h.count, (long)round * DEVICES);
    assert_int_equal(stats_of(j).dropped, 0);
    assert_int_equal(stats_of(j).quarantined, 0);
    journal_close(j);
    influxd_stop(&d);
}

int main(void)
{
    const char *given = getenv("NILA_OUTAGE_DAYS");

    if (given != NULL)
        days = (int)strtol(given, NULL, 10);
    if (days < 1 || days > 35)
        fatal("NILA_OUTAGE_DAYS: 1 to 35");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_day_without_the_server_loses_nothing_and_doubles_nothing,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
