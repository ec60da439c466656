/* SPDX-License-Identifier: GPL-3.0-or-later */
/* soak: row C15. A month of readings of ten devices, one a minute, goes through journal and uplink into a real
 * InfluxDB with the time between left out; rows age and are trimmed as in life. Memory and open files are looked at when a day is over
 * and all of it has arrived: once it runs steadily (after three days) they stay as they are.
 *
 *   soak DAYS SEED */
#include <dirent.h>
#include <inttypes.h>
#include <unistd.h>

#include "collector/common/civil.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "tests/collector/uplink_help.h"
#include "tests/support/influxd.h"
#include "torture.h"

#define DEVICES     10
#define STEADY_DAYS 3
#define DRIFT_KB    1024
#define DAYS_MAX    400

static struct torture_tally t;
static int64_t now_ms = INT64_C(1795471920000);

static int64_t wall(void *arg)
{
    (void)arg;
    return now_ms;
}
static bool trusted(void *arg)
{
    (void)arg;
    return true;
}

static long rss_kb(void)
{
    long pages = 0, ignored;
    FILE *f = fopen("/proc/self/statm", "re");

    if (f == NULL || fscanf(f, "%ld %ld", &ignored, &pages) != 2)
        fatal("no /proc/self/statm");
    (void)fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        (void)closedir(d);
    return n;
}

static int take_count(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(column[i], "n") == 0)
            *(int64_t *)arg += strtoll(cell[i], NULL, 10);
    return 0;
}

static int64_t points(const struct influxd *d)
{
    const struct influx_config c = {.url = d->url, .database = "nila", .timeout_ms = 120000};
    struct influx *db = NULL;
    char why[256] = "";
    int64_t n = 0;

    if (influx_open(&db, &c) != 0 ||
        influx_query(db, "SELECT count(do_mg_l) AS n FROM water GROUP BY device", take_count, &n,
                     why, sizeof why) != 0)
        fatal("the database does not answer: %s", why);
    influx_close(db);
    return n;
}

static void minute(struct journal *j, int k, uint64_t *rng)
{
    struct reading_set sets[DEVICES];

    now_ms += 60000;
    for (int d = 0; d < DEVICES; d++) {
        sets[d] = help_set(k);
        sets[d].ts_ms = now_ms;
        sets[d].v[0].value = 26 + (double)torture_below(rng, 400) / 100;
        sets[d].v[1].value = (double)torture_below(rng, 1200) / 100;
        (void)snprintf(sets[d].tags.device, sizeof sets[d].tags.device, "node-%d", d);
    }
    if (journal_append(j, sets, DEVICES) != 0)
        TORTURE_FAULT(t.lost, "minute %d was not stored", k);
}

int main(int argc, char **argv)
{
    static const struct clock_source clock = {wall, NULL, trusted, NULL};
    static const char *const SINK[] = {"pusat"};
    static long rss[DAYS_MAX];
    static int files[DAYS_MAX];
    struct influxd d = {0};
    struct site_sink sink = {.slug = "pusat", .api = INFLUX_V1, .database = "nila"};
    struct journal_config jc = {.max_bytes = 64 << 20, .keep_days = 5, .sink = SINK, .sinks = 1};
    struct uplink_config uc = {.sink = &sink,
                               .timeout_ms = 10000,
                               .gather_ms = -1,
                               .retry_min_ms = 20,
                               .retry_max_ms = 200};
    struct uplink *u = NULL;
    uint64_t rng;
    int days;
    int64_t least = INT64_MAX, most = 0;

    if (argc < 3)
        fatal("usage: soak DAYS SEED");
    days = (int)strtol(argv[1], NULL, 10);
    rng = strtoull(argv[2], NULL, 10);
    if (days <= STEADY_DAYS || days > DAYS_MAX)
        fatal("4 to %d days", DAYS_MAX);
    log_set_level(LOG_LEVEL_ERROR);
    http_global_init();
    clock_set(&clock);
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    if (influxd_start(&d, "") != 0)
        fatal("there is no influxd");
    (void)snprintf(sink.url, sizeof sink.url, "%s", d.url);
    jc.path = path;
    if (journal_open(&uc.journal, &jc) != 0 || uplink_start(&u, &uc) != 0)
        fatal("no journal, or no uplink");
    for (int day = 0; day < days; day++) {
        for (int k = 0; k < 1440; k++)
            minute(uc.journal, day * 1440 + k, &rng);
        await(drained, uc.journal, "a day to arrive");
        rss[day] = rss_kb();
        files[day] = open_files();
        t.runs++;
    }
    t.acknowledged = (uint64_t)days * 1440 * DEVICES;
    for (int day = STEADY_DAYS; day < days; day++) {
        least = rss[day] < least ? rss[day] : least;
        most = rss[day] > most ? rss[day] : most;
        if (files[day] != files[STEADY_DAYS])
            TORTURE_FAULT(t.wrong, "day %d: %d open files, %d on day %d", day, files[day],
                          files[STEADY_DAYS], STEADY_DAYS);
    }
    printf("# %d days: %" PRId64 " to %" PRId64
           " kB in memory, %d open files; the journal holds %" PRId64 " rows, %" PRId64 " kB\n",
           days, least, most, files[STEADY_DAYS], help_stats(uc.journal).rows,
           help_stats(uc.journal).bytes / 1024);
    if (most - least > DRIFT_KB)
        TORTURE_FAULT(t.wrong, "memory went from %" PRId64 " to %" PRId64 " kB", least, most);
    if (points(&d) < (int64_t)t.acknowledged)
        TORTURE_FAULT(t.lost, "%" PRId64 " points of %" PRIu64, points(&d), t.acknowledged);
    if (points(&d) > (int64_t)t.acknowledged)
        TORTURE_FAULT(t.extra, "%" PRId64 " points of %" PRIu64, points(&d), t.acknowledged);
    uplink_stop(u);
    journal_close(uc.journal);
    influxd_stop(&d);
    http_global_cleanup();
    clock_set(NULL);
    support_rmdir(dir);
    return torture_end(&t);
}
