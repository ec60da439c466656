/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pages cost in server time with five years of records of 2000 ponds (NILA_BENCH_PONDS, NILA_BENCH_YEARS): every route that can be
 * asked by GET, by each role that may have it, from the request to the last byte on loopback, after the forecast is there. Beside the time of
 * the clock stands that of the processor, which other programs of the machine change less; the bar is the median of five of it, 200 ms. Files
 * (/unduh/) hold a year of records and are not pages: told, not judged. NILA_BENCH_KEEP=FILE keeps the records, or uses them again;
 * NILA_BENCH_ONLY=ROUTE asks for one alone. */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "analytics/config.h"
#include "analytics/records/account.h"
#include "analytics/web/assets.h"
#include "analytics/web/server_own.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "tests/support/bigrecords.h"

#define BAR_MS   200.0
#define TIMES    5
#define PATIENCE 1800 /* s, for the forecast */
#define SEED     2385U

static const enum role ROLE[] = {ROLE_FARMER, ROLE_OFFICER, ROLE_TECHNICIAN, ROLE_ADMIN};
static const char *const USER[] = {"petani", "petugas", "teknisi", "kepala"};
#define USERS (sizeof ROLE / sizeof ROLE[0])

static struct web *web;
static char secret[USERS][VIEWER_SECRET_SIZE];

static double now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* Of the whole process: the server, and the little that the client does. */
static double cpu_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* Status, bytes and time of an answer. found: is text in it? */
static int ask(size_t user, const char *path, size_t *bytes, double *ms, const char *text,
               bool *found)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)web_port(web))};
    struct buf all = {0}, request = {0};
    const double from = now_ms();
    char visited[ASSETS_VERSION_SIZE];
    int fd = socket(AF_INET, SOCK_STREAM, 0), status = 0;
    char piece[65536];
    ssize_t k;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        return -1;
    assets_version(visited); /* a browser that was here before */
    buf_printf(
        &request,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: gaya=%s; " VIEWER_COOKIE
        "=%s\r\n\r\n",
        path, visited, secret[user]);
    if (send(fd, request.p, request.n, MSG_NOSIGNAL) == (ssize_t)request.n)
        while ((k = recv(fd, piece, sizeof piece, 0)) > 0)
            buf_add(&all, piece, (size_t)k);
    (void)close(fd);
    *ms = now_ms() - from;
    *bytes = all.n;
    if (all.n > 12)
        status = (int)strtol(all.p + 9, NULL, 10);
    if (text != NULL)
        *found = all.n > 0 && strstr(all.p, text) != NULL;
    buf_free(&all);
    buf_free(&request);
    return status;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* A path of the route that has an answer. */
static void path_of(const struct route *t, char *out, size_t size)
{
    static const struct {
        const char *path, *rest;
    } REST[] = {{"/kolam/", "p-1"},
                {"/api/v1/ponds/", "p-1"},
                {"/api/v1/records/", "feed?pond=p-1"},
                {"/unduh/", "samples.csv"},
                {"/audit/", "f-0"},
                {"/pengguna/", "petani"},
                {"/laporan/", "2026-01.csv"},
                {"/catat", "?kolam=p-1"},
                {"/catat/", "pakan?kolam=p-1"}};
    const char *rest = "";

    for (size_t i = 0; i < sizeof REST / sizeof REST[0]; i++)
        if (strcmp(REST[i].path, t->path) == 0)
            rest = REST[i].rest;
    (void)snprintf(out, size, "%s%s", t->path, rest);
}

static bool one_route(const struct route *t, size_t user)
{
    double wall[TIMES], cpu[TIMES];
    size_t bytes = 0;
    char path[160];
    int status = 0;
    bool file, well;

    path_of(t, path, sizeof path);
    for (int i = 0; i < TIMES; i++) {
        cpu[i] = cpu_ms();
        status = ask(user, path, &bytes, &wall[i], NULL, NULL);
        cpu[i] = cpu_ms() - cpu[i];
    }
    qsort(wall, TIMES, sizeof *wall, by_value);
    qsort(cpu, TIMES, sizeof *cpu, by_value);
    file = strncmp(path, "/unduh/", 7) == 0;
    well = file || cpu[TIMES / 2] < BAR_MS;
    printf("%-8s %-33s %3d %8.1f kB  processor %7.1f ms  clock %7.1f, most %7.1f ms%s\n",
           USER[user], path, status, (double)bytes / 1e3, cpu[TIMES / 2], wall[TIMES / 2],
           wall[TIMES - 1],
           file   ? "  (a file)"
           : well ? ""
                  : "  OVER");
    return well;
}

/* Users of every role with a session; those of an earlier run stay. */
static void log_in(struct records *r)
{
    const int64_t now = clock_wall_ms();
    char digest[SHA256_HEX_SIZE], hash[PASSWORD_HASH_SIZE];
    struct rec_user known;

    for (size_t i = 0; i < USERS; i++) {
        struct rec_user u = {
            .role = ROLE[i], .regency = {true, true}, .consent_ms = 1, .verified_ms = now};
        (void)snprintf(u.slug, sizeof u.slug, "%s", USER[i]);
        (void)snprintf(u.name, sizeof u.name, "Nama %s", USER[i]);
        if (ROLE[i] == ROLE_FARMER)
            (void)snprintf(u.farm[u.farms++], SLUG_SIZE, "f-0");
        if (records_user(r, USER[i], &known, hash) != 0)
            assert_int_equal(records_user_add(r, &u, "", "konsol", now), 0);
        assert_int_equal(viewer_secret(secret[i], digest), 0);
        assert_int_equal(
            records_session_open(r, USER[i], digest, "127.0.0.1", "bench", now, now + CIVIL_DAY_MS),
            0);
    }
}

static long setting(const char *name, long usual)
{
    const char *text = getenv(name);

    return text != NULL ? strtol(text, NULL, 10) : usual;
}

static bool await_forecast(double *seconds)
{
    const double from = now_ms();
    bool ready = false;
    size_t bytes;
    double ms;

    while (!ready && now_ms() - from < PATIENCE * 1e3) {
        (void)ask(USERS - 1, "/api/v1/coverage", &bytes, &ms, "\"state\":\"ready\"", &ready);
        if (!ready)
            (void)poll(NULL, 0, 500);
    }
    *seconds = (now_ms() - from) / 1e3;
    return ready;
}

static int measure(const char *path)
{
    struct analytics_config config = {.seed = 1, .draws = 400, .months = 6};
    struct records *records = NULL;
    const char *only = getenv("NILA_BENCH_ONLY");
    const struct route *t;
    struct rusage use;
    char why[256] = "";
    double seconds;
    int over = 0;

    (void)snprintf(config.records_path, sizeof config.records_path, "%s", path);
    (void)snprintf(config.bind, sizeof config.bind, "127.0.0.1");
    config.limits = STATUS_DEFAULTS;
    if (records_open(&records, path, why, sizeof why) != 0) {
        printf("%s\n", why);
        return 1;
    }
    log_in(records);
    const struct web_config c = {.config = &config, .records = records, .refresh_s = 15};
    if (web_start(&web, &c, why, sizeof why) != 0) {
        printf("%s\n", why);
        return 1;
    }
    if (!await_forecast(&seconds)) {
        printf("no forecast in %d s\n", PATIENCE);
        return 1;
    }
    (void)getrusage(RUSAGE_SELF, &use);
    printf("the forecast (400 draws, 6 months) was there after %.1f s; most memory %.0f MB\n",
           seconds, (double)use.ru_maxrss / 1e3);
    for (size_t i = 0; (t = route_at(i)) != NULL; i++)
        for (size_t user = 0; user < USERS; user++)
            if ((t->methods & ROUTE_GET) != 0 && (t->roles & ROLE_BIT(ROLE[user])) != 0 &&
                (only == NULL || strcmp(only, t->path) == 0))
                over += !one_route(t, user);
    (void)getrusage(RUSAGE_SELF, &use);
    printf("%d over %.0f ms; most memory %.0f MB\n", over, BAR_MS, (double)use.ru_maxrss / 1e3);
    web_stop(web);
    records_close(records);
    return over == 0 ? 0 : 1;
}

int main(void)
{
    const size_t ponds = (size_t)setting("NILA_BENCH_PONDS", 2000);
    const int years = (int)setting("NILA_BENCH_YEARS", 5);
    const char *kept = getenv("NILA_BENCH_KEEP");
    char folder[256], path[300];
    int rc;

    log_set_level(LOG_LEVEL_WARN);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)snprintf(folder, sizeof folder, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/r.db", folder);
    if (kept != NULL)
        (void)snprintf(path, sizeof path, "%.290s", kept);
    if (access(path, F_OK) != 0) {
        const double from = now_ms();
        struct bigrecords_size n =
            bigrecords_make(path, ponds, years, civil_day(clock_wall_ms()), SEED);
        printf(
            "made in %.1f s: %zu farms, %zu ponds, %zu cycles, %zu feed, %zu samples, %zu deaths, "
            "%zu harvests\n",
            (now_ms() - from) / 1e3, n.farms, n.ponds, n.cycles, n.feed, n.samples, n.deaths,
            n.harvests);
    }
    rc = measure(path);
    support_rmdir(folder);
    return rc;
}
