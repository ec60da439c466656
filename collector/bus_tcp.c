/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus_tcp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/clock.h"

/* Some gateways lose the thread of a connection for good: after so many questions without an answer it is made anew. A unit
 * that has never answered while others did is dead, and no reason. */
#define SILENT_MAX 3

/* A connection that was idle for longer may be one that only we still know of (the other side was switched off, a router has
 * forgotten it): there one silence is enough. */
#define IDLE_MS 30000

/* Read at once: a host that never stops talking has its turn like the others of its thread. */
#define READS_MAX 64

#define MBAP      7 /* bytes: transaction number, protocol, length, unit */

void bus_tcp_init(struct bus_tcp *t)
{
    memset(t, 0, sizeof *t);
    t->fd = -1;
}

void bus_tcp_close(struct bus_tcp *t)
{
    if (t->fd >= 0)
        (void)close(t->fd);
    t->fd = -1;
    t->state = BUS_TCP_CLOSED;
    t->in_n = t->out_n = t->out_done = 0;
    t->silent = 0;
    t->heard_any = false;
    memset(t->heard, 0, sizeof t->heard);
}

int bus_tcp_resolve(struct bus_tcp_addresses *out, const char *host, int port, bool numeric,
                    char *why, size_t why_size)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : 0)};
    struct addrinfo *list = NULL;
    char service[8];
    int rc;

    (void)snprintf(service, sizeof service, "%d", port);
    rc = getaddrinfo(host, service, &hints, &list);
    if (rc != 0) {
        (void)snprintf(why, why_size, "%s", gai_strerror(rc));
        return NILA_ERR_NOT_FOUND;
    }
    memset(out, 0, sizeof *out);
    for (const struct addrinfo *i = list; i != NULL && out->n < BUS_TCP_ADDRESSES; i = i->ai_next) {
        if (i->ai_addrlen > sizeof out->a[0].at)
            continue;
        out->a[out->n].size = i->ai_addrlen;
        memcpy(&out->a[out->n].at, i->ai_addr, i->ai_addrlen);
        out->n++;
    }
    freeaddrinfo(list);
    if (out->n > 0)
        return 0;
    (void)snprintf(why, why_size, "the name has no address");
    return NILA_ERR_NOT_FOUND;
}

/* -- connecting -- */

static int connected(struct bus_tcp *t)
{
    t->state = BUS_TCP_IDLE;
    t->alive_ms = clock_mono_ms();
    return 0;
}

/* Begins with the next address that does not fail at once. */
static int try_next(struct bus_tcp *t, char *why, size_t why_size)
{
    const int on = 1;
    bool slow;

    for (; t->trying < t->to.n; t->trying++) {
        const struct sockaddr *to = &t->to.a[t->trying].at.any;

        bus_tcp_close(t);
        t->fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (t->fd < 0) {
            t->failed = errno;
            continue;
        }
        t->opened++;
        (void)setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        (void)setsockopt(t->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        if (connect(t->fd, to, t->to.a[t->trying].size) == 0)
            return connected(t);
        if (errno == EINPROGRESS) {
            t->state = BUS_TCP_CONNECTING;
            t->deadline_ms = clock_mono_ms() + t->connect_ms;
            return BUS_TCP_WAIT;
        }
        t->failed = errno;
    }
    bus_tcp_close(t);
    slow = t->failed == ETIMEDOUT;
    (void)snprintf(why, why_size, "%s", slow ? "no connection in time" : strerror(t->failed));
    return slow ? NILA_ERR_TIMEOUT : NILA_ERR_IO;
}

int bus_tcp_connect(struct bus_tcp *t, const struct bus_tcp_addresses *to, int timeout_ms,
                    char *why, size_t why_size)
{
    bus_tcp_close(t);
    t->to = *to;
    t->trying = 0;
    t->connect_ms = timeout_ms;
    t->failed = EHOSTUNREACH;
    return try_next(t, why, why_size);
}

int bus_tcp_connecting(struct bus_tcp *t, char *why, size_t why_size)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer, n = sizeof t->failed;

    if (t->state != BUS_TCP_CONNECTING)
        return t->state == BUS_TCP_CLOSED ? NILA_ERR_CLOSED : 0;
    if (getpeername(t->fd, (struct sockaddr *)&peer, &size) == 0)
        return connected(t);
    if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &t->failed, &n) != 0)
        t->failed = errno;
    if (t->failed == 0) {
        if (clock_mono_ms() < t->deadline_ms)
            return BUS_TCP_WAIT;
        t->failed = ETIMEDOUT;
    }
    t->trying++;
    return try_next(t, why, why_size);
}

/* -- asking -- */

static int lost(struct bus_tcp *t, int e, struct bus_answer *a)
{
    (void)snprintf(a->text, sizeof a->text, "link lost: %s",
                   e == 0 ? "closed by the other side" : strerror(e));
    bus_tcp_close(t);
    return NILA_ERR_IO;
}

/* The request's frame; returns its length. */
static size_t make_frame(uint8_t f[static BUS_TCP_FRAME], const struct bus_tcp *t)
{
    size_t n = bus_pdu_make(f + MBAP, &t->q);

    f[0] = (uint8_t)(t->number >> 8);
    f[1] = (uint8_t)(t->number & 255);
    f[2] = f[3] = 0;
    f[4] = (uint8_t)((n + 1) >> 8);
    f[5] = (uint8_t)((n + 1) & 255);
    f[6] = (uint8_t)t->q.unit;
    return MBAP + n;
}

/* Sends what is left of the request, which is made anew for the rare rest; an error number, 0 when all is well so far. */
static int flush(struct bus_tcp *t)
{
    uint8_t f[BUS_TCP_FRAME];

    if (t->out_n > 0 && t->out_done == t->out_n)
        return 0;
    if (t->out_n == 0) { /* once a request */
        t->out_n = make_frame(f, t);
        frames_note(t->frames, true, f, t->out_n);
    } else {
        t->out_n = make_frame(f, t);
    }
    while (t->out_done < t->out_n) {
        ssize_t n = send(t->fd, f + t->out_done, t->out_n - t->out_done, MSG_NOSIGNAL);

        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return 0;
        if (n < 0 && errno != EINTR)
            return errno;
        t->out_done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int bus_tcp_send(struct bus_tcp *t, const struct bus_question *q, struct bus_answer *a)
{
    int e;

    *a = (struct bus_answer){0};
    if (t->state != BUS_TCP_IDLE) {
        (void)snprintf(a->text, sizeof a->text, "not open");
        return NILA_ERR_CLOSED;
    }
    t->q = *q;
    t->number++;
    t->strays = 0;
    t->doubtful = false;
    t->out_n = t->out_done = 0;
    t->asked_ms = clock_mono_ms();
    t->deadline_ms = t->asked_ms + q->timeout_ms;
    t->state = BUS_TCP_ASKED;
    e = flush(t);
    return e != 0 ? lost(t, e, a) : BUS_TCP_WAIT;
}

bool bus_tcp_wants_write(const struct bus_tcp *t)
{
    return t->state == BUS_TCP_CONNECTING || (t->state == BUS_TCP_ASKED && t->out_done < t->out_n);
}

/* Length of the whole frame that in begins with, 0 while that is not known, -1 when it is no frame. */
static int frame_length(const struct bus_tcp *t)
{
    int n;

    if (t->in_n < MBAP - 1)
        return 0;
    n = t->in[4] << 8 | t->in[5];
    if (t->in[2] != 0 || t->in[3] != 0 || n < 2 || n > 1 + BUS_PDU_MAX)
        return -1;
    return MBAP - 1 + n;
}

static void drop_frame(struct bus_tcp *t, size_t n)
{
    t->in_n -= n;
    memmove(t->in, t->in + n, t->in_n);
}

/* Reads what is there, as far as it fits. 1 got some, 0 nothing there, -1 with errno (0: closed by the other side). */
static int fill(struct bus_tcp *t)
{
    ssize_t n;

    do
        n = recv(t->fd, t->in + t->in_n, sizeof t->in - t->in_n, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        t->in_n += (size_t)n;
        return 1;
    }
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    errno = n == 0 ? 0 : errno;
    return -1;
}

/* Takes the frames that are whole until the one asked for. */
static int take_frames(struct bus_tcp *t, uint16_t *regs, struct bus_answer *a)
{
    int n, rc;

    while ((n = frame_length(t)) > 0 && t->in_n >= (size_t)n) {
        frames_note(t->frames, false, t->in, (size_t)n);
        if ((t->in[0] << 8 | t->in[1]) != t->number) {
            t->strays++;
            drop_frame(t, (size_t)n);
            continue;
        }
        if (t->in[MBAP - 1] != t->q.unit) {
            (void)snprintf(a->text, sizeof a->text, "answer of another unit (%u)", t->in[MBAP - 1]);
            return NILA_ERR_PROTO;
        }
        rc = bus_pdu_take(t->in + MBAP, (size_t)n - MBAP, &t->q, regs, a);
        drop_frame(t, (size_t)n);
        return rc;
    }
    if (n < 0) {
        frames_note(t->frames, false, t->in, t->in_n);
        (void)snprintf(a->text, sizeof a->text, "answer is no Modbus TCP frame");
        return NILA_ERR_PROTO;
    }
    return BUS_TCP_WAIT;
}

static void note_answered(struct bus_tcp *t)
{
    t->heard[t->q.unit >> 5] |= 1U << (t->q.unit & 31);
    t->heard_any = true;
    t->alive_ms = t->asked_ms;
    t->silent = 0;
}

static int timed_out(struct bus_tcp *t, struct bus_answer *a)
{
    bool expected = !t->heard_any || (t->heard[t->q.unit >> 5] >> (t->q.unit & 31) & 1) != 0;

    if (t->strays > 0) {
        (void)snprintf(a->text, sizeof a->text, "answers to other questions only, in %d ms",
                       t->q.timeout_ms);
        return NILA_ERR_PROTO;
    }
    (void)snprintf(a->text, sizeof a->text, "no answer in %d ms", t->q.timeout_ms);
    frames_note(t->frames, false, t->in, t->in_n);
    t->silent += expected;
    t->doubtful = t->heard_any && t->asked_ms - t->alive_ms > IDLE_MS;
    if (expected && t->asked_ms - t->alive_ms > IDLE_MS)
        t->silent = SILENT_MAX;
    /* half a frame, or half a request: nobody knows where the next one begins */
    if (t->silent >= SILENT_MAX || t->in_n > 0 || t->out_done < t->out_n)
        bus_tcp_close(t);
    return NILA_ERR_TIMEOUT;
}

/* The question is over with rc. */
static int settle(struct bus_tcp *t, int rc, struct bus_answer *a)
{
    a->answer_ms = (int)(clock_mono_ms() - t->asked_ms);
    a->strays = t->strays;
    if (rc == 0 || rc == NILA_ERR_EXCEPTION)
        note_answered(t);
    if (t->state == BUS_TCP_ASKED)
        t->state = BUS_TCP_IDLE;
    if (rc == NILA_ERR_PROTO)
        bus_tcp_close(t);
    return rc;
}

int bus_tcp_receive(struct bus_tcp *t, uint16_t *regs, struct bus_answer *a)
{
    int e, got, rc, reads = 0;

    if (t->state != BUS_TCP_ASKED)
        return NILA_ERR_CLOSED;
    e = flush(t);
    if (e != 0)
        return settle(t, lost(t, e, a), a);
    do {
        got = fill(t);
        e = errno;
        rc = take_frames(t, regs, a);
        if (rc != BUS_TCP_WAIT)
            return settle(t, rc, a);
        if (got < 0)
            return settle(t, lost(t, e, a), a);
        /* only strays so far: the right one may be behind them */
    } while (got > 0 && t->in_n == 0 && ++reads < READS_MAX);
    if (clock_mono_ms() < t->deadline_ms)
        return BUS_TCP_WAIT;
    return settle(t, timed_out(t, a), a);
}

bool bus_tcp_idle(struct bus_tcp *t)
{
    int got = 1, n;

    for (int i = 0; i < READS_MAX && (got = fill(t)) > 0; i++) {
        while ((n = frame_length(t)) > 0 && t->in_n >= (size_t)n) {
            frames_note(t->frames, false, t->in, (size_t)n);
            drop_frame(t, (size_t)n);
        }
        if (n < 0) {
            bus_tcp_close(t);
            return false;
        }
    }
    if (got >= 0)
        return true;
    bus_tcp_close(t);
    return false;
}
