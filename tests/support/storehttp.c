/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include "storehttp.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/gzip.h"

static bool readable(struct storehttp *s, int fd)
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
static size_t read_request(struct storehttp *s, int fd, struct buf *b)
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

/* --- storing ------------------------------------------------------------------------------------------------------ */

/* What came of one batch. */
struct batch {
    size_t lines, bad, old;
    char *first_bad;
    struct buf named; /* 3.x: the list of its bad lines */
};

static void take_line(struct storehttp *s, struct batch *b, char *line)
{
    b->lines++;
    if (s->refuses_all || strstr(line, "device=racun") != NULL) {
        b->first_bad = b->first_bad != NULL ? b->first_bad : line;
        b->bad++;
        buf_printf(&b->named,
                   "%s{\"original_line\":\"%.60s\",\"line_number\":%zu,\"error_message\":\"it is "
                   "poisoned\"}",
                   b->bad > 1 ? "," : "", line, b->lines);
    } else if (strstr(line, "device=kuno") != NULL) {
        b->old++;
    } else if (s->lines < STORE_LINES_MAX) {
        s->line[s->lines++] = strdup(line);
    }
}

static void store(struct storehttp *s, char *text, struct batch *b)
{
    size_t first = s->lines;

    for (char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        *end = '\0';
        take_line(s, b, text);
    }
    if (b->lines > s->biggest)
        s->biggest = b->lines;
    if ((b->bad > 0 && (s->all_or_nothing || s->kind == INFLUX_V2)) ||
        (s->max_lines > 0 && b->lines > s->max_lines))
        while (s->lines > first)
            free(s->line[--s->lines]);
}

static void refuse(const struct storehttp *s, int fd, const struct batch *b)
{
    struct buf words = {0};

    if (s->kind == INFLUX_V3)
        buf_printf(&words, "{\"error\":\"partial write of line protocol occurred\",\"data\":[%s]}",
                   b->named.p);
    else if (s->kind == INFLUX_V2)
        buf_printf(
            &words,
            "{\"code\":\"invalid\",\"message\":\"unable to parse '%.400s': it is poisoned\"}",
            b->first_bad);
    else
        buf_printf(
            &words,
            "{\"error\":\"partial write: unable to parse '%.400s': it is poisoned dropped=0\"}",
            b->first_bad);
    reply(fd, "400 Bad Request", words.p);
    buf_free(&words);
}

static void say_too_old(const struct storehttp *s, int fd, const struct batch *b)
{
    char words[300];

    if (s->kind == INFLUX_V2) {
        (void)snprintf(words, sizeof words,
                       "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to "
                       "database: partial write: dropped %zu points outside retention policy of "
                       "duration 2h0m0s - oldest point x dropped=%zu\"}",
                       b->old, b->old);
        reply(fd, "422 Unprocessable Entity", words);
    } else {
        (void)snprintf(words, sizeof words,
                       "{\"error\":\"partial write: points beyond retention policy dropped=%zu\"}",
                       b->old);
        reply(fd, "400 Bad Request", words);
    }
}

static void answer_write(struct storehttp *s, int fd, const char *body, size_t len,
                         enum store_fault_kind kind)
{
    struct buf text = {0};
    struct batch b = {0};

    if (gzip_unpack(&text, body, len, 64 << 20) != 0 || text.n == 0 || text.p[text.n - 1] != '\n') {
        reply(fd, "400 Bad Request", "{\"error\":\"not gzip or not whole lines\"}");
    } else if (store(s, text.p, &b), s->max_lines > 0 && b.lines > s->max_lines) {
        reply(fd, "413 Request Entity Too Large", "{\"error\":\"Request Entity Too Large\"}");
    } else if (kind == STORE_CUT_AFTER) {
        ;
    } else if (b.bad > 0) {
        refuse(s, fd, &b);
    } else if (b.old > 0) {
        say_too_old(s, fd, &b);
    } else {
        reply(fd, "204 No Content", "");
    }
    buf_free(&b.named);
    buf_free(&text);
}

static void answer_query(struct storehttp *s, int fd)
{
    s->queries++;
    if (s->no_create) {
        reply(fd, "403 Forbidden", "{\"error\":\"create database requires admin privilege\"}");
        return;
    }
    s->no_database = false;
    reply(fd, "200 OK", "{\"results\":[{\"statement_id\":0}]}");
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static bool is_write(const struct storehttp *s, const char *rq)
{
    static const char *const LINE[] = {
        "POST /write?precision=ms&db=nila ",
        "POST /api/v2/write?precision=ms&org=dinas&bucket=nila ",
        "POST /api/v3/write_lp?precision=millisecond&accept_partial=true&no_sync=false&db=nila "};
    return strncmp(rq, LINE[s->kind], strlen(LINE[s->kind])) == 0;
}

static bool has_login(const struct storehttp *s, const char *rq)
{
    static const char *const LOGIN[] = {"\r\nAuthorization: Basic a29sZWt0b3I6cmFoYXNpYQ==\r\n",
                                        "\r\nAuthorization: Token t0k\r\n",
                                        "\r\nAuthorization: Bearer t0k\r\n"};
    return strstr(rq, LOGIN[s->kind]) != NULL;
}

/* Waits while requests are held. */
static void wait_released(struct storehttp *s)
{
    while (s->hold_at > 0 && s->requests >= s->hold_at) {
        (void)pthread_cond_broadcast(&s->held);
        (void)pthread_cond_wait(&s->released, &s->lock);
    }
}

static void answer_now(struct storehttp *s, int fd, const struct buf *rq, size_t head,
                       const struct store_fault *f)
{
    if (f->kind == STORE_SAYS)
        reply(fd, f->head, f->body);
    else if (!has_login(s, rq->p)) {
        s->unauthorized++;
        reply(fd, "401 Unauthorized", "{\"error\":\"who are you\"}");
    } else if (s->no_database)
        reply(fd, "404 Not Found", "{\"error\":\"database not found: \\\"nila\\\"\"}");
    else if (f->kind == STORE_WORKS || f->kind == STORE_CUT_AFTER)
        answer_write(s, fd, rq->p + head, rq->n - head, f->kind);
}

/* Answers one request; false when the connection is to be closed. */
static bool answer(struct storehttp *s, int fd, const struct buf *rq, size_t head)
{
    static const struct timespec A_WHILE = {.tv_nsec = 100000000};
    struct store_fault f = {STORE_WORKS, NULL, NULL};
    bool write = is_write(s, rq->p);

    (void)pthread_mutex_lock(&s->lock);
    if (write && s->requests < STORE_FAULTS_MAX)
        s->request_ms[s->requests] = clock_mono_ms();
    s->requests += write ? 1 : 0;
    if (write && s->at < s->faults)
        f = s->fault[s->at++];
    if (write)
        wait_released(s);
    if (!write)
        answer_query(s, fd);
    else
        answer_now(s, fd, rq, head, &f);
    (void)pthread_mutex_unlock(&s->lock);
    if (f.kind == STORE_SLOW) {
        (void)nanosleep(&A_WHILE, NULL);
        (void)pthread_mutex_lock(&s->lock);
        answer_write(s, fd, rq->p + head, rq->n - head, STORE_WORKS);
        (void)pthread_mutex_unlock(&s->lock);
    }
    if (f.kind == STORE_HANGS)
        (void)readable(s, fd);
    return f.kind != STORE_CUT_AFTER && f.kind != STORE_CUT_BEFORE && f.kind != STORE_HANGS;
}

static void *serve(void *arg)
{
    struct storehttp *s = arg;

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

/* --- the test's side ---------------------------------------------------------------------------------------------- */

struct storehttp *store_new(int port)
{
    struct storehttp *s = calloc(1, sizeof *s);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int on = 1;

    assert_non_null(s);
    a.sin_port = htons((uint16_t)port);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->listener >= 0);
    assert_int_equal(setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    assert_int_equal(bind(s->listener, (const struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s->listener, 8), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &n), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pipe(s->quit), 0);
    assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&s->released, NULL), 0);
    assert_int_equal(pthread_cond_init(&s->held, NULL), 0);
    return s;
}

void store_start(struct storehttp *s)
{
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

void store_fault(struct storehttp *s, enum store_fault_kind kind, const char *head,
                 const char *body)
{
    assert_true(s->faults < STORE_FAULTS_MAX);
    s->fault[s->faults++] = (struct store_fault){kind, head, body};
}

void store_wait_held(struct storehttp *s)
{
    (void)pthread_mutex_lock(&s->lock);
    while (s->requests < s->hold_at)
        (void)pthread_cond_wait(&s->held, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
}

void store_release(struct storehttp *s, size_t next)
{
    (void)pthread_mutex_lock(&s->lock);
    s->hold_at = next;
    (void)pthread_cond_broadcast(&s->released);
    (void)pthread_mutex_unlock(&s->lock);
}

size_t store_requests(struct storehttp *s)
{
    size_t n;
    (void)pthread_mutex_lock(&s->lock);
    n = s->requests;
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}

bool store_has(struct storehttp *s, const char *line)
{
    bool found = false;

    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->lines && !found; i++)
        found = strcmp(s->line[i], line) == 0;
    (void)pthread_mutex_unlock(&s->lock);
    return found;
}

void store_stop(struct storehttp *s)
{
    store_release(s, 0);
    (void)close(s->quit[1]);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    (void)close(s->quit[0]);
    (void)close(s->listener);
    for (size_t i = 0; i < s->lines; i++)
        free(s->line[i]);
    (void)pthread_cond_destroy(&s->released);
    (void)pthread_cond_destroy(&s->held);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
