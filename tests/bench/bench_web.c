/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests a second of the pond page over 500 ponds (NILA_BENCH_PONDS), beside a small static file of the same server in the same run.
 * The server is a process of its own, held to one core; the bar, 1,000 requests in a second of its processor's time, is of a visitor
 * without a login (web.open), of a hundred farmers with sessions, and of one page asked again and again. NILA_BENCH_PID=1 waits for
 * Enter before each step and tells the server's process, for perf. */
#define _GNU_SOURCE /* sched_setaffinity */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analytics/config.h"
#include "analytics/records/account.h"
#include "analytics/web/assets.h"
#include "analytics/web/server.h"
#include "analytics/web/viewer.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "tests/analytics/fakecollector.h"
#include "tests/support/bigrecords.h"

#define BAR         1000.0
#define CONNECTIONS 16
#define USERS       100
#define SECONDS     3.0
#define PATIENCE_S  300
#define MINUTE_MS   ((int64_t)60 * 1000)
#define SEED        2385U

struct house {
    char dir[200], records_path[240], socket_path[100];
    size_t ponds;
    int port;
    pid_t pid;
    char secret[USERS][VIEWER_SECRET_SIZE];
};

static double seconds_of(clockid_t id)
{
    struct timespec t = {0};

    if (clock_gettime(id, &t) != 0)
        fatal("no clock");
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- a pond's day, made up --- */

static int64_t begun_ms;

static double made_up(const char *pond, const char *metric, int64_t ts_ms)
{
    const double hour = (double)(ts_ms % CIVIL_DAY_MS) / 3.6e6,
                 own = pond[0] == 'p' ? atof(pond + 2) : 0;

    if (ts_ms < begun_ms - 26 * 60 * MINUTE_MS) /* no weeks of nights to learn from */
        return NAN;
    if (strcmp(metric, "do_mg_l") == 0)
        return 5.5 + 2 * sin((hour - 2) / 24 * 6.2832) + 0.1 * sin(own) + 0.05 * sin((double)ts_ms);
    if (strcmp(metric, "temp_c") == 0)
        return 28.6 + 1.5 * sin((hour - 1) / 24 * 6.2832);
    if (strcmp(metric, "ph") == 0)
        return 7.2 + 0.3 * sin((hour - 2) / 24 * 6.2832);
    return NAN;
}

/* --- the server --- */

static void hold_to(unsigned core)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        printf("not held to one core: the machine does not let us\n");
}

static void serve(const struct house *h, int out)
{
    struct analytics_config config = {.seed = 1, .draws = 50, .months = 2, .web_open = true};
    struct series_source *series = NULL;
    struct records *records = NULL;
    struct web *web = NULL;
    char why[256] = "";
    int port;

    hold_to(0);
    log_set_level(LOG_LEVEL_WARN);
    (void)snprintf(config.records_path, sizeof config.records_path, "%s", h->records_path);
    (void)snprintf(config.bind, sizeof config.bind, "127.0.0.1");
    (void)snprintf(config.collector_socket, sizeof config.collector_socket, "%s", h->socket_path);
    config.source = SOURCE_SOCKET;
    config.limits = STATUS_DEFAULTS;
    const struct web_config c = {.config = &config};
    struct web_config with = c;
    if (records_open(&records, h->records_path, why, sizeof why) != 0 ||
        series_source_open(&series, &config, why, sizeof why) != 0)
        fatal("%s", why);
    with.records = records;
    with.series = series;
    with.refresh_s = 600; /* what is measured is pages, not the parsing of the source's answers */
    if (web_start(&web, &with, why, sizeof why) != 0)
        fatal("%s", why);
    port = web_port(web);
    if (write(out, &port, sizeof port) != (ssize_t)sizeof port)
        fatal("the bench has gone");
    for (;;)
        (void)pause(); /* until the bench ends us */
}

static void start(struct house *h)
{
    int pipe_fd[2];

    assert_int_equal(pipe(pipe_fd), 0);
    h->pid = fork();
    assert_true(h->pid >= 0);
    if (h->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(h, pipe_fd[1]);
    }
    (void)close(pipe_fd[1]);
    assert_int_equal(read(pipe_fd[0], &h->port, sizeof h->port), (ssize_t)sizeof h->port);
    (void)close(pipe_fd[0]);
}

static void make_records(struct house *h)
{
    struct records *r = NULL;
    char why[256] = "", digest[SHA256_HEX_SIZE];
    const int64_t now = clock_wall_ms();

    (void)bigrecords_make(h->records_path, h->ponds, 1, civil_day(now), SEED);
    if (records_open(&r, h->records_path, why, sizeof why) != 0)
        fail_msg("%s", why);
    for (size_t i = 0; i < USERS; i++) {
        struct rec_user u = {.role = ROLE_FARMER, .consent_ms = 1};
        (void)snprintf(u.slug, sizeof u.slug, "u-%zu", i);
        (void)snprintf(u.name, sizeof u.name, "Nama %zu", i);
        (void)snprintf(u.farm[u.farms++], SLUG_SIZE, "f-%zu", i % ((h->ponds + 4) / 5));
        assert_int_equal(records_user_add(r, &u, "", "konsol", now), 0);
        assert_int_equal(viewer_secret(h->secret[i], digest), 0);
        assert_int_equal(records_session_open(r, u.slug, digest, "127.0.0.1", "bench", now,
                                              now + 24 * 60 * MINUTE_MS),
                         0);
    }
    records_close(r);
}

/* --- the client --- */

struct line {
    int fd;
    struct buf in;
};

static int dial(const struct house *h)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h->port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* Reads one answer whole; its status, and the bytes of its body. */
static int hear(struct line *l, size_t *bytes)
{
    char piece[65536];
    const char *end, *length;

    for (;;) {
        ssize_t k;
        if (l->in.n > 0 && (end = strstr(l->in.p, "\r\n\r\n")) != NULL) {
            size_t head = (size_t)(end + 4 - l->in.p);
            length = strstr(l->in.p, "Content-Length: ");
            if (length == NULL || length > end)
                fail_msg("an answer without a length: %.200s", l->in.p);
            *bytes = strtoul(length + 16, NULL, 10);
            if (l->in.n >= head + *bytes) {
                int status = (int)strtol(l->in.p + 9, NULL, 10);
                buf_clear(&l->in);
                return status;
            }
        }
        k = recv(l->fd, piece, sizeof piece, 0);
        if (k <= 0)
            fail_msg("the server hung up after %.100s", l->in.n > 0 ? l->in.p : "nothing");
        buf_add(&l->in, piece, (size_t)k);
    }
}

enum who {
    NOBODY, /* web.open, with the cookie of the forms that a browser keeps */
    FARMERS
};

struct step {
    const char *says;
    const char *path; /* NULL: the ponds one after the other */
    enum who who;
    bool gzip, bar;
};

static void ask(const struct house *h, const struct step *s, struct line *l, size_t i)
{
    char visited[ASSETS_VERSION_SIZE];
    struct buf b = {0};
    const size_t farms = (h->ponds + 4) / 5, user = i % USERS;
    /* a farmer asks for the five ponds of their own farm */
    const size_t pond = s->who == FARMERS ? user % farms * 5 + i / USERS % 5 : i % h->ponds;

    if (s->path != NULL)
        buf_printf(&b, "GET %s HTTP/1.1\r\n", s->path);
    else
        buf_printf(&b, "GET /kolam/p-%zu HTTP/1.1\r\n", pond);
    buf_printf(&b, "Host: 127.0.0.1:%d\r\n%s", h->port, s->gzip ? "Accept-Encoding: gzip\r\n" : "");
    assets_version(visited); /* a browser that was here before */
    if (s->who == FARMERS)
        buf_printf(&b, "Cookie: gaya=%s; " VIEWER_COOKIE "=%s\r\n\r\n", visited, h->secret[user]);
    else
        buf_printf(&b, "Cookie: gaya=%s; nila=%032zx\r\n\r\n", visited, user);
    assert_int_equal(send(l->fd, b.p, b.n, MSG_NOSIGNAL), (ssize_t)b.n);
    buf_free(&b);
}

/* Requests of the server's one second of processor time. */
static double measure(const struct house *h, const struct step *s)
{
    struct line line[CONNECTIONS] = {{0}};
    clockid_t cpu;
    double wall, used, bytes = 0, rate;
    size_t n = 0, at = 0, one = 0;

    assert_int_equal(clock_getcpuclockid(h->pid, &cpu), 0);
    if (getenv("NILA_BENCH_PID") != NULL) {
        printf("%s: process %d; Enter begins\n", s->says, (int)h->pid);
        (void)getchar();
    }
    for (int k = 0; k < CONNECTIONS; k++) {
        line[k].fd = dial(h);
        ask(h, s, &line[k], at++);
    }
    wall = seconds_of(CLOCK_MONOTONIC);
    used = seconds_of(cpu);
    while (seconds_of(CLOCK_MONOTONIC) - wall < SECONDS)
        for (int k = 0; k < CONNECTIONS; k++) {
            if (hear(&line[k], &one) != 200)
                fail_msg("%s: an answer is not 200", s->says);
            ask(h, s, &line[k], at++);
            bytes += (double)one;
            n++;
        }
    wall = seconds_of(CLOCK_MONOTONIC) - wall;
    used = seconds_of(cpu) - used;
    for (int k = 0; k < CONNECTIONS; k++) {
        (void)hear(&line[k], &one);
        (void)close(line[k].fd);
        buf_free(&line[k].in);
    }
    rate = (double)n / used;
    printf("%-58s %7.0f /s of its processor  %7.0f /s of the clock  %6.1f kB\n", s->says, rate,
           (double)n / wall, bytes / (double)n / 1e3);
    return rate;
}

/* Waits until the pages of all ponds have charts. */
static void await_charts(const struct house *h)
{
    const double from = seconds_of(CLOCK_MONOTONIC);
    struct line l = {.fd = dial(h)};
    const struct step s = {.who = NOBODY};
    size_t bytes = 0, seen = 0;

    while (seen < h->ponds && seconds_of(CLOCK_MONOTONIC) - from < PATIENCE_S) {
        for (size_t i = seen = 0; i < h->ponds; i++) {
            ask(h, &s, &l, i);
            (void)hear(&l, &bytes);
            seen += bytes > 15000; /* a chart more than doubles a page */
        }
    }
    (void)close(l.fd);
    buf_free(&l.in);
    printf("%zu of %zu ponds have their charts after %.1f s\n", seen, h->ponds,
           seconds_of(CLOCK_MONOTONIC) - from);
}

/* ... and until forecast and nights are computed: then the server has nothing to do but answer. */
static void await_rest(const struct house *h)
{
    const double from = seconds_of(CLOCK_MONOTONIC);
    double used = 1;
    clockid_t cpu;

    assert_int_equal(clock_getcpuclockid(h->pid, &cpu), 0);
    while (used > 0.02 && seconds_of(CLOCK_MONOTONIC) - from < PATIENCE_S) {
        used = seconds_of(cpu);
        (void)poll(NULL, 0, 1000);
        used = seconds_of(cpu) - used;
    }
    printf("the server rests after %.1f s\n", seconds_of(CLOCK_MONOTONIC) - from);
}

int main(void)
{
    static const struct step STEP[] = {
        {"a small static file", "/favicon.svg", NOBODY, true, false},
        {"the style sheet", "/gaya.css", NOBODY, true, false},
        {"pond page, no login, all ponds", NULL, NOBODY, true, true},
        {"pond page, no login, all ponds, not packed", NULL, NOBODY, false, false},
        {"pond page, no login, one pond", "/kolam/p-7", NOBODY, true, true},
        {"pond page, a hundred farmers", NULL, FARMERS, true, true},
        {"first page, a hundred farmers", "/", FARMERS, true, false},
    };
    const char *ponds = getenv("NILA_BENCH_PONDS");
    static struct house h;
    static struct fake_collector collector;
    double rate[sizeof STEP / sizeof STEP[0]];
    int bad = 0;

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    log_set_level(LOG_LEVEL_WARN);
    h.ponds = ponds != NULL ? (size_t)strtoul(ponds, NULL, 10) : 500;
    (void)snprintf(h.dir, sizeof h.dir, "%s", support_tmpdir());
    (void)snprintf(h.records_path, sizeof h.records_path, "%s/r.db", h.dir);
    (void)snprintf(h.socket_path, sizeof h.socket_path, "%.80s/s", h.dir);
    begun_ms = clock_wall_ms();
    make_records(&h);
    collector.value = made_up;
    collector.step_ms = 5 * MINUTE_MS;
    collector.now_ms = clock_wall_ms() + 60 * MINUTE_MS;
    fake_start(&collector, h.socket_path);
    start(&h);
    hold_to(1);
    await_charts(&h);
    await_rest(&h);
    for (size_t i = 0; i < sizeof STEP / sizeof STEP[0]; i++) {
        rate[i] = measure(&h, &STEP[i]);
        bad += STEP[i].bar && rate[i] < BAR;
    }
    for (size_t i = 1; i < sizeof STEP / sizeof STEP[0]; i++)
        printf("%-58s %7.2f times a small static file\n", STEP[i].says, rate[0] / rate[i]);
    printf("%s - 1,000 pond pages in a second of one core\n", bad == 0 ? "ok" : "not ok");
    (void)kill(h.pid, SIGKILL);
    (void)waitpid(h.pid, NULL, 0);
    fake_stop(&collector);
    support_rmdir(h.dir);
    return bad == 0 ? 0 : 1;
}
