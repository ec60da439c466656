/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include "stubhttp.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/common/buf.h"

#define REQUESTS 64

struct stubhttp {
    const struct stub_reply *reply;
    size_t replies;
    int listener, quit[2], port;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct buf request[REQUESTS];
    size_t requests, connections;
};

/* False when the test is over or the client has gone. */
static bool wait_readable(struct stubhttp *s, int fd)
{
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = s->quit[0], .events = POLLIN}};
    return poll(p, 2, -1) > 0 && p[1].revents == 0;
}

static size_t body_length(const char *head)
{
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, "Content-Length:", 15) == 0)
            return (size_t)strtoul(line + 17, NULL, 10);
    return 0;
}

static bool read_request(struct stubhttp *s, int fd, struct buf *b)
{
    char piece[65536];
    size_t want = 0;

    for (;;) {
        ssize_t k;
        char *end = b->p != NULL ? strstr(b->p, "\r\n\r\n") : NULL;
        if (end != NULL) {
            want = (size_t)(end - b->p) + 4 + body_length(b->p);
            if (b->n >= want)
                return true;
        }
        if (!wait_readable(s, fd))
            return false;
        k = recv(fd, piece, sizeof piece, 0);
        if (k <= 0)
            return false;
        buf_add(b, piece, (size_t)k);
    }
}

static void send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k <= 0)
            return; /* the client has left: its business */
        p += k;
        n -= (size_t)k;
    }
}

static void serve(struct stubhttp *s, int fd)
{
    for (;;) {
        struct buf b = {0};
        const struct stub_reply *r;
        if (!read_request(s, fd, &b)) {
            buf_free(&b);
            return;
        }
        (void)pthread_mutex_lock(&s->lock);
        r = &s->reply[s->requests < s->replies ? s->requests : s->replies - 1];
        if (s->requests < REQUESTS)
            s->request[s->requests] = b;
        else
            buf_free(&b);
        s->requests++;
        (void)pthread_cond_broadcast(&s->changed);
        (void)pthread_mutex_unlock(&s->lock);
        if (r->bytes != NULL)
            send_all(fd, r->bytes, r->len > 0 ? r->len : strlen(r->bytes));
        if (r->hang)
            (void)wait_readable(s, fd);
        if (r->hang || r->close)
            return;
    }
}

static void *run(void *arg)
{
    struct stubhttp *s = arg;

    while (wait_readable(s, s->listener)) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0)
            continue;
        (void)pthread_mutex_lock(&s->lock);
        s->connections++;
        (void)pthread_mutex_unlock(&s->lock);
        serve(s, fd);
        (void)close(fd);
    }
    return NULL;
}

struct stubhttp *stubhttp_start(const struct stub_reply *reply, size_t replies)
{
    struct stubhttp *s = calloc(1, sizeof *s);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;

    assert_non_null(s);
    s->reply = reply;
    s->replies = replies;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->listener >= 0);
    assert_int_equal(bind(s->listener, (const struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s->listener, 16), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &len), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pipe(s->quit), 0);
    assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&s->changed, NULL), 0);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
    return s;
}

int stubhttp_port(const struct stubhttp *s)
{
    return s->port;
}

const char *stubhttp_request(struct stubhttp *s, size_t i, size_t *len)
{
    const char *p = NULL;

    (void)pthread_mutex_lock(&s->lock);
    if (i < s->requests && i < REQUESTS) {
        p = s->request[i].p;
        if (len != NULL)
            *len = s->request[i].n;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return p;
}

size_t stubhttp_requests(struct stubhttp *s)
{
    size_t n;
    (void)pthread_mutex_lock(&s->lock);
    n = s->requests;
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}

size_t stubhttp_connections(struct stubhttp *s)
{
    size_t n;
    (void)pthread_mutex_lock(&s->lock);
    n = s->connections;
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}

void stubhttp_wait(struct stubhttp *s, size_t n)
{
    (void)pthread_mutex_lock(&s->lock);
    while (s->requests < n)
        (void)pthread_cond_wait(&s->changed, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
}

void stubhttp_stop(struct stubhttp *s)
{
    assert_int_equal(write(s->quit[1], "", 1), 1);
    (void)pthread_join(s->thread, NULL);
    (void)close(s->listener);
    (void)close(s->quit[0]);
    (void)close(s->quit[1]);
    for (size_t i = 0; i < REQUESTS; i++)
        buf_free(&s->request[i]);
    (void)pthread_cond_destroy(&s->changed);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
