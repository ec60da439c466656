/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bound: what goes first, what never goes before, and that every row is accounted for. */
#include "tests/support/support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/journal.h"
#include "journal_help.h"

#define FIRST_MS INT64_C(1795471920000)
#define DEVICES  3
#define MINUTE   60000

static char dir[256], path[300];
static struct journal_row rows[200000];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    log_set_level(LOG_LEVEL_ERROR); /* each pass and each thousand that goes is said */
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    clock_set(NULL);
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

static struct journal *open_small(int64_t max_bytes, unsigned sinks)
{
    static const char *const SINK[] = {"pusat", "cadangan"};
    const struct journal_config c = {
        .path = path, .max_bytes = max_bytes, .keep_days = 3650, .sink = SINK, .sinks = sinks};
    struct journal *j = NULL;
    assert_int_equal(journal_open(&j, &c), 0);
    return j;
}

/* Minute k of a device: good values; every 50th is suspect, and of device 2 every row is a switch's. */
static struct reading_set minute(int k, int device)
{
    struct reading_set s = {.tags = {.regency = REGENCY_KOTIM,
                                     .kecamatan = "62.02.06",
                                     .site = "uji",
                                     .pond = "kolam-1"},
                            .ts_ms = FIRST_MS + (int64_t)k * MINUTE,
                            .clock_trusted = true,
                            .n = 2,
                            .v = {{.metric = METRIC_TEMP_C, .flag = READING_PASS, .value = 28.5},
                                  {.metric = METRIC_DO_MG_L, .flag = READING_PASS, .value = k}}};

    (void)snprintf(s.tags.device, sizeof s.tags.device, "node-%d", device);
    if (device == 2)
        s.v[0] = (struct reading_value){.metric = METRIC_RELAY, .flag = READING_PASS, .value = 1};
    else if (k % 50 == 7)
        s.v[0].flag = READING_SUSPECT;
    return s;
}

/* The switch tells its state once in 15 minutes. */
static void append_minutes(struct journal *j, int from, int n)
{
    struct reading_set s[300];
    size_t have = 0;

    for (int k = from; k < from + n; k++) {
        for (int d = 0; d < (k % 15 == 0 ? 3 : 2); d++)
            s[have++] = minute(k, d);
        if (have > 290 || k + 1 == from + n) {
            assert_int_equal(journal_append(j, s, have), 0);
            have = 0;
        }
    }
}

static int read_all(struct journal *j)
{
    int64_t at = 0;
    int n = 0, got;

    while ((got = journal_peek(j, at, rows + n, 512)) > 0) {
        n += got;
        at = rows[n - 1].seq;
    }
    assert_int_equal(got, 0);
    return n;
}

static int device_of(const struct journal_row *r)
{
    return r->set.tags.device[5] - '0';
}

/* Of n rows read: every telling one from minute `from` on is there, and no device has a gap of more than an hour. */
static void assert_whole(int n, int from, int minutes)
{
    static unsigned char there[DEVICES][200000];
    int64_t last[DEVICES] = {0};

    memset(there, 0, sizeof there);
    for (int i = 0; i < n; i++) {
        int d = device_of(&rows[i]), k = (int)rows[i].set.v[1].value;
        if (rows[i].set.ts_ms != FIRST_MS + (int64_t)k * MINUTE)
            fail_msg("minute %d has the time of another", k);
        if (last[d] != 0 && rows[i].set.ts_ms - last[d] > 60 * MINUTE)
            fail_msg("device %d has a gap of %" PRId64 " min before minute %d", d,
                     (rows[i].set.ts_ms - last[d]) / MINUTE, k);
        last[d] = rows[i].set.ts_ms;
        there[d][k]++;
    }
    for (int k = from; k < minutes; k++) {
        for (int d = 0; d < DEVICES; d++)
            if (there[d][k] > 1)
                fail_msg("minute %d of device %d is there twice", k, d);
        if (k % 50 == 7 && !(there[0][k] && there[1][k]))
            fail_msg("the suspect values of minute %d went", k);
        if (k % 15 == 0 && !there[2][k])
            fail_msg("the switch's state of minute %d went", k);
    }
}

static void thins_the_older_rows_before_it_drops_any(void **state)
{
    struct journal *j = open_small(1 << 20, 1);
    struct journal_stats s;
    int k = 0, n, dense = 0;

    (void)state;
    do {
        append_minutes(j, k, 500);
        k += 500;
        s = help_stats(j);
    } while (s.thinned == 0);
    printf("full after %d minutes of two devices\n", k);
    assert_int_equal(s.dropped, 0);
    append_minutes(j, k, 2 * k); /* twice as much as there is room for, again */
    k += 2 * k;
    s = help_stats(j);
    n = read_all(j);
    assert_int_equal(s.dropped, 0);
    assert_int_equal(n, s.rows);
    assert_int_equal(s.pending[0], s.rows);
    assert_int_equal(s.appended, (uint64_t)s.rows + s.thinned);
    assert_true(s.bytes <= 1 << 20);
    assert_whole(n, 0, k);
    for (int i = 0; i < n; i++) /* what is new is as it was read */
        dense += (int)rows[i].set.v[1].value >= k - 500 && device_of(&rows[i]) == 0 ? 1 : 0;
    assert_int_equal(dense, 500);
    journal_close(j);
}

static void drops_the_oldest_when_there_is_no_more_to_thin(void **state)
{
    struct journal *j = open_small(512 << 10, 1);
    struct journal_stats s;
    int k = 0, n, first;

    (void)state;
    do {
        append_minutes(j, k, 1000);
        k += 1000;
        s = help_stats(j);
        assert_true(k < 199000);
    } while (s.dropped == 0);
    n = read_all(j);
    first = (int)rows[0].set.v[1].value;
    printf("dropped first after %d minutes, from minute %d on it is all there\n", k, first);
    assert_int_equal(s.appended, (uint64_t)n + s.thinned + s.dropped);
    assert_true(first > 0);
    assert_whole(n, first + 1, k);
    /* the old ones are as sparse as they get: no row of a device can go without leaving an hour open */
    for (int i = 1, last = -1; i < n * 2 / 3; i++) {
        if (device_of(&rows[i]) != 0 || rows[i].set.v[0].flag != READING_PASS)
            continue;
        if (last >= 0 && (int)rows[i].set.v[1].value - last < 5)
            fail_msg("minutes %d and %d were both kept", last, (int)rows[i].set.v[1].value);
        last = (int)rows[i].set.v[1].value;
    }
    journal_close(j);
    j = open_small(512 << 10, 1); /* what went is not forgotten */
    assert_int_equal(help_stats(j).dropped, s.dropped);
    assert_int_equal(help_stats(j).thinned, s.thinned);
    assert_int_equal(help_stats(j).rows, n);
    journal_close(j);
}

static void delivered_rows_go_before_anything_is_thinned(void **state)
{
    struct journal *j = open_small(512 << 10, 1);

    (void)state;
    for (int k = 0; k < 20000; k += 500) {
        append_minutes(j, k, 500);
        assert_int_equal(journal_ack(j, 0, journal_last_seq(j) - 200), 0);
    }
    assert_int_equal(help_stats(j).thinned, 0);
    assert_int_equal(help_stats(j).dropped, 0);
    assert_int_equal(help_stats(j).pending[0], 200);
    journal_close(j);
}

/* --- every row is accounted for ------------------------------------------------------------------------------------- */

static uint64_t chance;

static int draw(int below)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (int)(chance % (uint64_t)below);
}

static struct account {
    uint64_t appended, sent[2];
    int64_t mark[2];
} account;

static void append_some(struct journal *j, int *k)
{
    struct reading_set s[300];
    int n = 1 + draw(300);

    for (int i = 0; i < n; i++) {
        s[i] = minute((*k)++ / 2, draw(2));
        if (draw(3) == 0)
            s[i].v[0].flag = READING_SUSPECT;
    }
    assert_int_equal(journal_append(j, s, (size_t)n), 0);
    account.appended += (uint64_t)n;
}

/* Takes rows as an uplink does and acknowledges the last of them. */
static void deliver_some(struct journal *j, unsigned sink, int most)
{
    int64_t at = account.mark[sink];

    while (most > 0) {
        int n = journal_peek(j, at, rows, most < 400 ? most : 400);
        assert_true(n >= 0);
        if (n == 0)
            break;
        at = rows[n - 1].seq;
        account.sent[sink] += (uint64_t)n;
        most -= n;
    }
    assert_int_equal(journal_ack(j, sink, at), 0);
    account.mark[sink] = at;
}

static void assert_accounted(struct journal *j, unsigned sinks, const char *when)
{
    struct journal_stats s = help_stats(j);
    int n = read_all(j);

    assert_int_equal(n, s.rows);
    for (unsigned i = 0; i < sinks; i++) {
        int64_t waiting = 0;
        for (int k = 0; k < n; k++)
            waiting += rows[k].seq > account.mark[i] ? 1 : 0;
        if (waiting != s.pending[i])
            fail_msg("%s: %" PRId64 " rows wait for sink %u, it says %" PRId64, when, waiting, i,
                     s.pending[i]);
    }
    if (sinks == 1 &&
        account.appended != account.sent[0] + s.thinned + s.dropped + (uint64_t)s.pending[0])
        fail_msg("%s: appended %" PRIu64 ", sent %" PRIu64 ", thinned %" PRIu64 ", dropped %" PRIu64
                 ", pending %" PRId64,
                 when, account.appended, account.sent[0], s.thinned, s.dropped, s.pending[0]);
}

static void every_row_is_sent_thinned_dropped_or_pending(void **state)
{
    const char *given = getenv("NILA_SEED");

    (void)state;
    chance = given != NULL ? strtoull(given, NULL, 10) | 1 : (uint64_t)clock_wall_ms() | 1;
    printf("seed %" PRIu64 " (NILA_SEED)\n", chance);
    for (unsigned sinks = 1; sinks <= 2; sinks++) {
        struct journal *j = open_small(256 << 10, sinks);
        struct journal_stats s;
        int k = 0;

        account = (struct account){0};
        for (int round = 0; round < 400; round++) {
            append_some(j, &k);
            if (draw(100) < 15 && round < 300)
                deliver_some(j, (unsigned)draw((int)sinks), 1 + draw(3000));
            if (draw(40) == 0) {
                journal_close(j);
                j = open_small(256 << 10, sinks);
            }
            if (draw(10) == 0)
                assert_accounted(j, sinks, "on the way");
        }
        assert_accounted(j, sinks, "at the end");
        s = help_stats(j);
        printf("%u sinks: %" PRIu64 " appended, %" PRIu64 " sent, %" PRIu64 " thinned, %" PRIu64
               " dropped, %" PRId64 " pending\n",
               sinks, account.appended, account.sent[0], s.thinned, s.dropped, s.pending[0]);
        assert_true(s.thinned > 1000 && s.dropped > 1000);
        journal_close(j);
        assert_int_equal(remove(path), 0);
    }
}

/* --- how long it holds out ------------------------------------------------------------------------------------------ */

static void tells_the_hours_left(void **state)
{
    static const struct {
        const char *says;
        struct journal_stats s;
        double hours;
    } T[] = {
        {"nothing measured yet", {.rows = 100, .used_bytes = 9000, .limit_bytes = 90000}, -1},
        {"no rows yet", {.limit_bytes = 90000, .rows_per_h = 10}, -1},
        {"a quarter used, all waits: three quarters of 1000 rows at 60 a row each hour",
         {.rows = 250, .used_bytes = 22500, .limit_bytes = 90000, .waiting = 250, .rows_per_h = 60},
         12.5},
        {"delivered rows make room",
         {.rows = 1000,
          .used_bytes = 90000,
          .limit_bytes = 90000,
          .waiting = 100,
          .rows_per_h = 60},
         15},
        {"full of what waits",
         {.rows = 1000,
          .used_bytes = 90000,
          .limit_bytes = 90000,
          .waiting = 1000,
          .rows_per_h = 60},
         0},
        {"full, but half of it can be thinned",
         {.rows = 1000,
          .used_bytes = 90000,
          .limit_bytes = 90000,
          .waiting = 1000,
          .thinnable = 480,
          .rows_per_h = 60},
         8},
        {"over the limit",
         {.rows = 1000,
          .used_bytes = 99000,
          .limit_bytes = 90000,
          .waiting = 1000,
          .rows_per_h = 60},
         0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (fabs(journal_hours_left(&T[i].s) - T[i].hours) > 1e-9)
            fail_msg("%s: %f", T[i].says, journal_hours_left(&T[i].s));
}

static int64_t fake_mono = 5000;

static int64_t wall(void *arg)
{
    (void)arg;
    return FIRST_MS + fake_mono;
}
static int64_t mono(void *arg)
{
    (void)arg;
    return fake_mono;
}
static bool trusted(void *arg)
{
    (void)arg;
    return true;
}

/* Appends n rows of this machine an hour, for so many hours. */
static void live(struct journal *j, int hours, int n)
{
    for (int i = 0; i < hours * n; i++) {
        struct reading_set s = minute(0, 0);
        fake_mono += 3600000 / n;
        s.ts_ms = wall(NULL);
        s.boot_ms = fake_mono;
        assert_int_equal(journal_append(j, &s, 1), 0);
    }
}

static void measures_its_growth(void **state)
{
    static const struct clock_source clock = {wall, mono, trusted, NULL};
    struct journal *j;
    struct journal_stats s;
    double told;
    int hours = 0;

    (void)state;
    clock_set(&clock);
    j = open_small(1 << 20, 1);
    live(j, 1, 60);
    assert_true(fabs(help_stats(j).rows_per_h - 60) < 2);
    append_minutes(j, 0, 500); /* imported: no measure of what is to come */
    assert_true(fabs(help_stats(j).rows_per_h - 60) < 2);
    live(j, 6, 60);
    live(j, 13, 120); /* a probe more: after 6 to 12 hours the old pace is forgotten */
    assert_true(fabs(help_stats(j).rows_per_h - 120) < 2);
    /* and it comes true: so many hours later the first row goes */
    s = help_stats(j);
    told = journal_hours_left(&s);
    for (; help_stats(j).thinned == 0; hours++)
        live(j, 1, 120);
    printf("told %.1f hours, it took %d\n", told, hours);
    assert_true(fabs(told - hours) < 0.1 * hours);
    journal_close(j);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(thins_the_older_rows_before_it_drops_any),
        TEST(drops_the_oldest_when_there_is_no_more_to_thin),
        TEST(delivered_rows_go_before_anything_is_thinned),
        TEST(every_row_is_sent_thinned_dropped_or_pending),
        TEST(tells_the_hours_left),
        TEST(measures_its_growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
