/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/gzip.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "collector/common/lineproto.h"
#include "collector/common/log.h"
#include "collector/uplink.h"
#include "journal_help.h"
#include "tests/support/influxd.h"

/* --- a server that stores lines as InfluxDB does, and fails as it is told ------------------------------------------ */

enum fault_kind {
    WORKS,
    SAYS,       /* answers with head and body, stores nothing */
    CUT_AFTER,  /* stores, then hangs up without an answer */
    CUT_BEFORE, /* hangs up, stores nothing */
    HANGS,      /* no answer until the client leaves or the server stops */
    SLOW        /* answers after 100 ms */
};

struct fault {
    enum fault_kind kind;
    const char *head; /* status line and headers without the last empty line */
    const char *body;
};

#define LINES_MAX  40000
#define FAULTS_MAX 256

struct server {
    int listener, quit[2], port;
    pthread_t thread;
    pthread_mutex_t lock;
    struct fault fault[FAULTS_MAX]; /* the next requests, in order; then it works */
    size_t faults, at;
    bool all_or_nothing; /* a bad line refuses its whole batch, as 2.x and 3.x do */
    size_t max_lines;    /* more is 413; 0: no bound */
    bool no_database, no_create;
    char *line[LINES_MAX]; /* stored, in the order they came */
    size_t lines, biggest, requests, queries;
    int64_t request_ms[FAULTS_MAX]; /* mono, of the first requests */
};

static bool readable(struct server *s, int fd)
{
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = s->quit[0], .events = POLLIN}};
    return poll(p, 2, -1) > 0 && p[1].revents == 0;
}

static size_t content_length(const char *head)
{
    for (const char *at = strstr(head, "\r\n"); at != NULL; at = strstr(at + 2, "\r\n"))
        if (strncasecmp(at + 2, "Content-Length:", 15) == 0)
            return (size_t)strtoul(at + 17, NULL, 10);
    return 0;
}

/* One whole request into b; returns the offset of its body, 0 when the client has gone. */
static size_t read_request(struct server *s, int fd, struct buf *b)
{
    char piece[65536];

    for (;;) {
        char *end = b->p != NULL ? strstr(b->p, "\r\n\r\n") : NULL;
        ssize_t k;
        if (end != NULL) {
            size_t head = (size_t)(end - b->p) + 4;
            if (b->n >= head + content_length(b->p))
                return head;
        }
        if (!readable(s, fd) || (k = recv(fd, piece, sizeof piece, 0)) <= 0)
            return 0;
        buf_add(b, piece, (size_t)k);
    }
}

static void reply(int fd, const char *head, const char *body)
{
    struct buf b = {0};
    buf_printf(&b, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", head, strlen(body), body);
    (void)send(fd, b.p, b.n, MSG_NOSIGNAL);
    buf_free(&b);
}

/* Stores what InfluxDB 1.6.7 would store. Returns the first bad line, or NULL. Lines of a device "racun" are bad. */
static const char *store(struct server *s, char *text, size_t *count)
{
    char *bad = NULL;
    size_t first = s->lines;

    *count = 0;
    for (char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        *end = '\0';
        ++*count;
        if (strstr(text, "device=racun") != NULL)
            bad = bad != NULL ? bad : text;
        else if (s->lines < LINES_MAX)
            s->line[s->lines++] = strdup(text);
    }
    if (*count > s->biggest)
        s->biggest = *count;
    if ((bad != NULL && s->all_or_nothing) || (s->max_lines > 0 && *count > s->max_lines))
        while (s->lines > first)
            free(s->line[--s->lines]);
    return bad;
}

static void answer_write(struct server *s, int fd, const char *body, size_t len,
                         enum fault_kind kind)
{
    struct buf text = {0};
    const char *bad;
    char words[700];
    size_t n;

    if (gzip_unpack(&text, body, len, 64 << 20) != 0 || text.n == 0 || text.p[text.n - 1] != '\n') {
        reply(fd, "400 Bad Request", "{\"error\":\"not gzip or not whole lines\"}");
    } else if ((bad = store(s, text.p, &n)), s->max_lines > 0 && n > s->max_lines) {
        reply(fd, "413 Request Entity Too Large", "{\"error\":\"Request Entity Too Large\"}");
    } else if (kind == CUT_AFTER) {
        ;
    } else if (bad != NULL) {
        (void)snprintf(
            words, sizeof words,
            "{\"error\":\"partial write: unable to parse '%.400s': it is poisoned dropped=0\"}",
            bad);
        reply(fd, "400 Bad Request", words);
    } else {
        reply(fd, "204 No Content", "");
    }
    buf_free(&text);
}

static void answer_query(struct server *s, int fd)
{
    s->queries++;
    if (s->no_create) {
        reply(fd, "403 Forbidden", "{\"error\":\"create database requires admin privilege\"}");
        return;
    }
    s->no_database = false;
    reply(fd, "200 OK", "{\"results\":[{\"statement_id\":0}]}");
}

/* Answers one request; false when the connection is to be closed. */
static bool answer(struct server *s, int fd, const struct buf *rq, size_t head)
{
    static const struct timespec A_WHILE = {.tv_nsec = 100000000};
    struct fault f = {WORKS, NULL, NULL};
    bool write = strncmp(rq->p, "POST /write?precision=ms&db=nila ", 33) == 0;

    (void)pthread_mutex_lock(&s->lock);
    if (write && s->requests < FAULTS_MAX)
        s->request_ms[s->requests] = clock_mono_ms();
    s->requests += write ? 1 : 0;
    if (write && s->at < s->faults)
        f = s->fault[s->at++];
    if (!write)
        answer_query(s, fd);
    else if (f.kind == SAYS)
        reply(fd, f.head, f.body);
    else if (s->no_database)
        reply(fd, "404 Not Found", "{\"error\":\"database not found: \\\"nila\\\"\"}");
    else if (f.kind == WORKS || f.kind == CUT_AFTER)
        answer_write(s, fd, rq->p + head, rq->n - head, f.kind);
    (void)pthread_mutex_unlock(&s->lock);
    if (f.kind == SLOW) {
        (void)nanosleep(&A_WHILE, NULL);
        (void)pthread_mutex_lock(&s->lock);
        answer_write(s, fd, rq->p + head, rq->n - head, WORKS);
        (void)pthread_mutex_unlock(&s->lock);
    }
    if (f.kind == HANGS)
        (void)readable(s, fd);
    return f.kind != CUT_AFTER && f.kind != CUT_BEFORE && f.kind != HANGS;
}

static void *serve(void *arg)
{
    struct server *s = arg;

    while (readable(s, s->listener)) {
        int fd = accept(s->listener, NULL, NULL);
        bool open = fd >= 0;
        while (open) {
            struct buf rq = {0};
            size_t head = read_request(s, fd, &rq);
            open = head > 0 && answer(s, fd, &rq, head);
            buf_free(&rq);
        }
        if (fd >= 0)
            (void)close(fd);
    }
    return NULL;
}

/* port 0: any free one. */
static struct server *server_new(int port)
{
    struct server *s = calloc(1, sizeof *s);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int on = 1;

    assert_non_null(s);
    a.sin_port = htons((uint16_t)port);
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(s->listener >= 0);
    assert_int_equal(setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    assert_int_equal(bind(s->listener, (const struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s->listener, 8), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &n), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pipe(s->quit), 0);
    (void)pthread_mutex_init(&s->lock, NULL);
    return s;
}

static void server_start(struct server *s)
{
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void fault(struct server *s, enum fault_kind kind, const char *head, const char *body)
{
    assert_true(s->faults < FAULTS_MAX);
    s->fault[s->faults++] = (struct fault){kind, head, body};
}

static void server_stop(struct server *s)
{
    (void)close(s->quit[1]);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    (void)close(s->quit[0]);
    (void)close(s->listener);
    for (size_t i = 0; i < s->lines; i++)
        free(s->line[i]);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

/* --- the other side ------------------------------------------------------------------------------------------------ */

static char dir[256], path[300];
static struct site_sink sink;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

static struct uplink *uplink_to(struct journal *j, int port)
{
    struct uplink *u = NULL;
    const struct uplink_config c = {.journal = j,
                                    .sink = &sink,
                                    .token = "kolektor:rahasia",
                                    .timeout_ms = 3000,
                                    .gather_ms = -1,
                                    .retry_min_ms = 5,
                                    .retry_max_ms = 50,
                                    .person_min_ms = 20,
                                    .person_max_ms = 50};

    sink = (struct site_sink){.slug = "pusat", .api = INFLUX_V1, .database = "nila"};
    (void)snprintf(sink.url, sizeof sink.url, "http://127.0.0.1:%d", port);
    assert_int_equal(uplink_start(&u, &c), 0);
    return u;
}

static struct uplink_stats stats_of(struct uplink *u)
{
    struct uplink_stats s;
    uplink_stats(u, &s);
    return s;
}

/* Waits until done(arg) or 20 s; there is no event to wait for on the other side of the network. */
static void await(bool (*done)(void *arg), void *arg, const char *what)
{
    static const struct timespec NAP = {.tv_nsec = 2000000};
    int64_t until = clock_mono_ms() + 20000;

    while (!done(arg)) {
        if (clock_mono_ms() > until)
            fail_msg("gave up waiting for %s", what);
        (void)nanosleep(&NAP, NULL);
    }
}

static bool drained(void *arg)
{
    return help_stats(arg).pending[0] == 0;
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The server holds just the lines of sets 0..n-1 of node-1: each at least once, and nothing else. */
static void assert_holds(struct server *s, int n)
{
    struct buf want = {0};
    size_t found = 0;

    (void)pthread_mutex_lock(&s->lock);
    qsort(s->line, s->lines, sizeof *s->line, compare_text);
    for (int k = 0; k < n; k++) {
        struct reading_set set = help_set(k);
        char *key;
        buf_clear(&want);
        assert_int_equal(lineproto_append(&want, &set), 1);
        want.p[want.n - 1] = '\0';
        key = want.p;
        if (bsearch(&key, s->line, s->lines, sizeof *s->line, compare_text) == NULL)
            fail_msg("set %d did not arrive", k);
    }
    for (size_t i = 0; i < s->lines; i++)
        found += i == 0 || strcmp(s->line[i - 1], s->line[i]) != 0 ? 1 : 0;
    assert_int_equal(found, n); /* nothing invented */
    (void)pthread_mutex_unlock(&s->lock);
    buf_free(&want);
}

static void append_poison(struct journal *j, int k)
{
    struct reading_set s = help_set(k);
    (void)snprintf(s.tags.device, sizeof s.tags.device, "racun");
    assert_int_equal(journal_append(j, &s, 1), 0);
}

/* --- tests --------------------------------------------------------------------------------------------------------- */

static void sends_everything_once_in_order_in_bounded_batches(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    server_start(s);
    help_append(j, 0, 12000);
    u = uplink_to(j, s->port);
    await(drained, j, "12000 sets");
    help_append(j, 12000, 1);
    await(drained, j, "one more");
    assert_int_equal(s->lines, 12001);
    assert_true(s->biggest <= 5000);
    assert_int_equal(s->requests, 4);
    for (size_t i = 1; i < s->lines; i++) /* times of equal length: they sort as text */
        assert_true(strcmp(strrchr(s->line[i - 1], ' '), strrchr(s->line[i], ' ')) < 0);
    assert_int_equal(stats_of(u).sent, 12001);
    assert_int_equal(stats_of(u).http, 204);
    assert_holds(s, 12001);
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static void quarantines_the_refused_line_and_sends_the_rest(void **state)
{
    (void)state;
    for (int all_or_nothing = 0; all_or_nothing < 2; all_or_nothing++) {
        struct server *s = server_new(0);
        struct journal *j = help_open(path);
        struct uplink *u;
        sqlite3 *db = NULL;
        sqlite3_stmt *st = NULL;

        s->all_or_nothing = all_or_nothing != 0;
        server_start(s);
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
        server_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void halves_what_is_too_big(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    s->max_lines = 40;
    server_start(s);
    help_append(j, 0, 300);
    u = uplink_to(j, s->port);
    await(drained, j, "small batches");
    assert_holds(s, 300);
    assert_int_equal(s->lines, 300);
    assert_int_equal(stats_of(u).refused, 0);
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static bool is_misconfigured(void *arg)
{
    return stats_of(arg).state == UPLINK_MISCONFIGURED;
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
        struct server *s = server_new(0);
        struct journal *j = help_open(path);
        struct uplink *u;

        for (int k = 0; k < 9; k++)
            fault(s, SAYS, T[i].head, T[i].body);
        server_start(s);
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
        server_stop(s);
        assert_int_equal(unlink(path), 0);
    }
}

static void makes_the_database_when_it_is_not_there(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    s->no_database = true;
    server_start(s);
    help_append(j, 0, 10);
    u = uplink_to(j, s->port);
    await(drained, j, "the database");
    assert_holds(s, 10);
    assert_int_equal(s->queries, 1);
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static bool three_requests(void *arg)
{
    struct server *s = arg;
    size_t n;
    (void)pthread_mutex_lock(&s->lock);
    n = s->requests;
    (void)pthread_mutex_unlock(&s->lock);
    return n >= 3;
}

static void asks_for_the_database_only_once_when_it_may_not_make_it(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    s->no_database = s->no_create = true;
    server_start(s);
    help_append(j, 0, 10);
    u = uplink_to(j, s->port);
    await(is_misconfigured, u, "the refusal");
    await(three_requests, s, "more tries");
    assert_int_equal(s->queries, 1);
    assert_int_equal(help_stats(j).pending[0], 10);
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static void waits_as_long_as_the_server_says(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    fault(s, SAYS, "503 Service Unavailable\r\nRetry-After: 1", "{\"error\":\"busy\"}");
    fault(s, SAYS, "429 Too Many Requests", "{\"error\":\"slower\"}");
    server_start(s);
    help_append(j, 0, 5);
    u = uplink_to(j, s->port);
    await(drained, j, "the busy server");
    assert_true(s->request_ms[1] - s->request_ms[0] >= 990);
    assert_true(s->request_ms[2] - s->request_ms[1] <
                900); /* no word of it: our own milliseconds */
    assert_holds(s, 5);
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static void sends_again_after_a_lost_answer_and_it_is_the_same_point(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    fault(s, CUT_AFTER, NULL, NULL);
    fault(s, CUT_BEFORE, NULL, NULL);
    fault(s, SLOW, NULL, NULL);
    server_start(s);
    help_append(j, 0, 200);
    u = uplink_to(j, s->port);
    await(drained, j, "the cut lines");
    assert_true(s->lines > 200); /* it did come twice */
    assert_holds(s, 200);
    assert_int_equal(stats_of(u).sent, 200);
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static bool is_waiting(void *arg)
{
    return stats_of(arg).state == UPLINK_WAITING;
}

static void waits_for_a_server_that_is_not_there_yet(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    int port = s->port;
    struct uplink *u;

    (void)state;
    server_start(s);
    server_stop(s); /* the port is free again, nobody listens */
    help_append(j, 0, 50);
    u = uplink_to(j, port);
    await(is_waiting, u, "a refused connection");
    assert_int_equal(stats_of(u).http, 0);
    assert_true(strlen(stats_of(u).text) > 0);
    s = server_new(port);
    server_start(s);
    await(drained, j, "the server that came");
    assert_holds(s, 50);
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static bool one_request(void *arg)
{
    struct server *s = arg;
    size_t n;
    (void)pthread_mutex_lock(&s->lock);
    n = s->requests;
    (void)pthread_mutex_unlock(&s->lock);
    return n >= 1;
}

static void neither_holds_up_the_journal_nor_the_end_when_the_server_hangs(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;
    int64_t from;

    (void)state;
    fault(s, HANGS, NULL, NULL);
    server_start(s);
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
    server_stop(s);
}

static void counts_points_that_the_server_keeps_no_more(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;
    struct uplink_stats st;

    (void)state;
    fault(s, SAYS, "400 Bad Request",
          "{\"error\":\"partial write: points beyond retention policy dropped=3\"}");
    server_start(s);
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
    server_stop(s);
}

static bool has_gauge(void *arg)
{
    struct server *s = arg;
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
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    server_start(s);
    u = uplink_to(j, s->port);
    uplink_gauges(u, "collector,site=uji up_s=2 2\n", 28);
    await(has_gauge, s, "the gauges");
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static void sends_the_newest_word_about_itself_after_a_batch(void **state)
{
    struct server *s = server_new(0);
    struct journal *j = help_open(path);
    struct uplink *u;

    (void)state;
    u = uplink_to(j, s->port);
    help_append(j, 0, 1);
    await(sending, u, "the batch"); /* it waits for the server, which does not serve yet */
    uplink_gauges(u, "collector,site=uji up_s=1 1\n", 28);
    uplink_gauges(u, "collector,site=uji up_s=2 2\n", 28);
    server_start(s);
    await(has_gauge, s, "the gauges");
    await(drained, j, "the set");
    assert_int_equal(s->lines, 2); /* the older word is not sent */
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static void passes_over_damaged_rows_at_the_end(void **state)
{
    struct server *s = server_new(0);
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
    server_start(s);
    u = uplink_to(j, s->port);
    await(drained, j, "the readable rows");
    assert_holds(s, 8);
    assert_int_equal(help_stats(j).damaged, 2);
    uplink_stop(u);
    journal_close(j);
    server_stop(s);
}

static void is_exactly_once_in_effect_through_any_faults(void **state)
{
    const char *given = getenv("NILA_SEED");
    uint64_t r = (given != NULL ? strtoull(given, NULL, 10) : (uint64_t)clock_wall_ms()) | 1;
    const int rounds = getenv("NILA_LONG") != NULL ? 40 : 4;

    (void)state;
    printf("faults: NILA_SEED=%" PRIu64 "\n", r);
    for (int round = 0; round < rounds; round++) {
        struct server *s = server_new(0);
        struct journal *j = help_open(path);
        struct uplink *u;
        int stored = 0, poisons = 0;

        s->all_or_nothing = round % 2 == 1;
        for (int i = 0; i < 40; i++) {
            static const struct fault F[] = {
                {WORKS, NULL, NULL},
                {CUT_AFTER, NULL, NULL},
                {CUT_BEFORE, NULL, NULL},
                {SAYS, "503 Service Unavailable", "{\"error\":\"timeout\"}"},
                {SAYS, "500 Internal Server Error", "{\"error\":\"timeout\"}"},
                {SAYS, "413 Request Entity Too Large", ""},
                {SAYS, "401 Unauthorized", "{\"error\":\"authorization failed\"}"},
                {SAYS, "408 Request Timeout", ""},
            };
            const struct fault *f = &F[(r >> 20) % (sizeof F / sizeof F[0])];
            r = r * 6364136223846793005ULL + 1442695040888963407ULL;
            fault(s, f->kind, f->head, f->body);
        }
        server_start(s);
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
        server_stop(s);
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
    sink = (struct site_sink){.slug = "pusat", .api = INFLUX_V1, .database = "nila"};
    (void)snprintf(sink.url, sizeof sink.url, "%s", d.url);
    c = (struct uplink_config){.journal = j, .sink = &sink, .gather_ms = -1};
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
    struct uplink_config c = {.journal = j, .sink = &sink};

    (void)state;
    sink = (struct site_sink){
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
        TEST(sends_everything_once_in_order_in_bounded_batches),
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
