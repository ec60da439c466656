/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "modbus_peer.h"

struct peer {
    peer_decide decide;
    void *arg;
    bool tcp;
    int fd;   /* pty master, or the listener */
    int conn; /* tcp: the connection, -1 none */
    int keep; /* pty: our own handle on the other end, so that a close there is no hang-up here; -1 none */
    int quit[2]; /* a byte here ends the thread */
    pthread_t thread;
    atomic_uint requests, connections;
    uint16_t last_number; /* tcp: transaction number of the question before */
};

static uint16_t crc16(const uint8_t *p, size_t n)
{
    uint16_t crc = 0xFFFF;

    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int k = 0; k < 8; k++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
    }
    return crc;
}

static void put(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k <= 0)
            return; /* the other side went away: the test will see it there */
        p += k;
        n -= (size_t)k;
    }
}

/* Reads exactly n bytes, or returns false when told to quit or at the end of the connection. */
static bool get(struct peer *p, int fd, uint8_t *out, size_t n)
{
    while (n > 0) {
        struct pollfd w[2] = {{.fd = fd, .events = POLLIN}, {.fd = p->quit[0], .events = POLLIN}};
        ssize_t k;

        if (poll(w, 2, -1) < 0 || w[1].revents != 0)
            return false;
        k = read(fd, out, n);
        if (k <= 0)
            return false;
        out += k;
        n -= (size_t)k;
    }
    return true;
}

static void pause_ms(struct peer *p, int ms)
{
    struct pollfd w = {.fd = p->quit[0], .events = POLLIN};

    if (ms > 0)
        (void)poll(&w, 1, ms);
}

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)(v & 255);
}

static bool is_write(int function)
{
    return function == 5 || function == 6 || function == 15 || function == 16;
}

/* "a|b|c" as the objects of a device's identification; returns the length. */
static size_t make_identity(uint8_t *pdu, const uint16_t *text)
{
    static const uint8_t HEAD[] = {43, 14, 1, 1, 0, 0, 1};
    size_t n = sizeof HEAD + 2, length = sizeof HEAD + 1;

    memcpy(pdu, HEAD, sizeof HEAD);
    pdu[length - 1] = pdu[length] = 0;
    for (; *text != 0; text++) {
        if (*text == '|') {
            length = n + 1;
            pdu[n] = pdu[sizeof HEAD - 1]++;
            pdu[length] = 0;
            n += 2;
        } else {
            pdu[n++] = (uint8_t)*text;
            pdu[length]++;
        }
    }
    return n;
}

/* The answer's PDU; returns its length. */
static size_t make_pdu(uint8_t *pdu, const struct peer_request *rq, const struct peer_reply *r,
                       const uint16_t *regs)
{
    unsigned count = rq->count - (r->act == PEER_WRONG_COUNT ? 1U : 0U);

    pdu[0] = (uint8_t)rq->function;
    if (r->act == PEER_EXCEPTION) {
        pdu[0] |= 0x80;
        pdu[1] = (uint8_t)r->exception;
        return 2;
    }
    if (r->act == PEER_WRONG_FUNCTION)
        pdu[0] = rq->function == 3 ? 4 : 3;
    if (rq->function == 43)
        return make_identity(pdu, regs);
    if (is_write(rq->function)) {
        unsigned value = rq->function <= 6 ? rq->written[0] : rq->count;
        put16(pdu + 1, rq->first + (r->act == PEER_WRONG_ADDRESS ? 1U : 0U));
        put16(pdu + 3, value ^ (r->act == PEER_WRONG_COUNT));
        return 5;
    }
    if (rq->function <= 2) {
        pdu[1] = (uint8_t)((count + 7) / 8 - (r->act == PEER_WRONG_COUNT));
        memset(pdu + 2, 0, pdu[1]);
        for (unsigned i = 0; i < 8U * pdu[1] && i < rq->count; i++)
            pdu[2 + i / 8] |= (uint8_t)(regs[i] << i % 8);
        return 2U + pdu[1];
    }
    pdu[1] = (uint8_t)(2 * count);
    for (unsigned i = 0; i < count; i++)
        put16(pdu + 2 + 2 * (size_t)i, regs[i]);
    return 2 + 2 * count;
}

static void send_rtu(struct peer *p, const struct peer_request *rq, const struct peer_reply *r,
                     const uint16_t *regs)
{
    uint8_t f[300];
    size_t n = 1 + make_pdu(f + 1, rq, r, regs);
    uint16_t crc;

    f[0] = (uint8_t)(rq->unit + (r->act == PEER_WRONG_UNIT));
    crc = crc16(f, n);
    if (r->act == PEER_BAD_CRC)
        crc ^= 0x0100;
    f[n++] = (uint8_t)(crc & 255);
    f[n++] = (uint8_t)(crc >> 8);
    put(p->fd, f, r->act == PEER_CUT ? n / 2 : n);
}

static void send_tcp(struct peer *p, uint16_t number, const struct peer_request *rq,
                     const struct peer_reply *r, const uint16_t *regs)
{
    uint8_t f[300];
    size_t n = make_pdu(f + 7, rq, r, regs);

    f[0] = (uint8_t)(number >> 8);
    f[1] = (uint8_t)(number & 255);
    f[2] = f[3] = 0;
    f[4] = (uint8_t)((n + 1) >> 8);
    f[5] = (uint8_t)((n + 1) & 255);
    f[6] = (uint8_t)(rq->unit + (r->act == PEER_WRONG_UNIT));
    if (r->act == PEER_NO_FRAME)
        f[4] = 0x7F;
    n += 7;
    for (size_t i = 0; r->act == PEER_DRIBBLE && i + 1 < n; i++) {
        put(p->conn, f + i, 1);
        pause_ms(p, 1);
    }
    if (r->act == PEER_DRIBBLE) {
        put(p->conn, f + n - 1, 1);
        return;
    }
    put(p->conn, f, r->act == PEER_CUT ? n / 2 : n);
}

/* Reads the values of a write by function 15 or 16. */
static bool get_values(struct peer *p, int fd, struct peer_request *rq)
{
    uint8_t n, body[256];

    if (!get(p, fd, &n, 1) || !get(p, fd, body, n))
        return false;
    for (unsigned i = 0; i < rq->count && i < 128; i++) {
        if (rq->function == 15)
            rq->written[i] = (body[i / 8] & 1U << i % 8) != 0;
        else
            rq->written[i] = (uint16_t)(body[2 * i] << 8 | body[2 * i + 1]);
    }
    return true;
}

/* Reads the rest of the request that begins with f (unit, function, first, count) and answers it; false: hang up. */
static bool answer(struct peer *p, const uint8_t *f, uint16_t number)
{
    struct peer_request rq = {
        .unit = f[0],
        .function = f[1],
        .first = (uint16_t)(f[2] << 8 | f[3]),
        .count = (uint16_t)(f[4] << 8 | f[5]),
    };
    uint16_t regs[2000] = {0}, dead[128];
    struct peer_reply r;
    const struct peer_reply good = {PEER_GOOD, 0, 0};
    uint8_t crc[2];

    if (rq.function == 15 || rq.function == 16) {
        if (!get_values(p, p->tcp ? p->conn : p->fd, &rq))
            return false;
    } else if (rq.function == 5 || rq.function == 6) {
        rq.written[0] = rq.count;
        rq.count = 1;
    }
    if (!p->tcp && !get(p, p->fd, crc, sizeof crc))
        return false;
    rq.number = atomic_fetch_add(&p->requests, 1) + 1;
    r = p->decide(p->arg, &rq, regs);
    pause_ms(p, r.delay_ms);
    if (r.act == PEER_HANG_UP)
        return false;
    if (r.act == PEER_SILENT)
        return true;
    if (!p->tcp) {
        send_rtu(p, &rq, &r, regs);
        return r.act != PEER_GOOD_HANG_UP;
    }
    if (r.act == PEER_LATE_THEN_GOOD) {
        for (int i = 0; i < 128; i++)
            dead[i] = 0xDEAD;
        send_tcp(p, (uint16_t)(number - 1), &rq, &good, dead);
    }
    send_tcp(p, r.act == PEER_WRONG_NUMBER ? (uint16_t)(number - 1) : number, &rq, &r, regs);
    return r.act != PEER_GOOD_HANG_UP;
}

static void *serve_pty(void *arg)
{
    struct peer *p = arg;
    uint8_t f[6] = {0};

    while (get(p, p->fd, f, 2) && get(p, p->fd, f + 2, f[1] == 43 ? 3 : 4))
        if (!answer(p, f, 0))
            break;
    return NULL;
}

static void *serve_tcp(void *arg)
{
    struct peer *p = arg;
    uint8_t f[12] = {0};
    int one = 1;

    for (;;) {
        struct pollfd w[2] = {{.fd = p->fd, .events = POLLIN},
                              {.fd = p->quit[0], .events = POLLIN}};

        if (poll(w, 2, -1) < 0 || w[1].revents != 0)
            return NULL;
        p->conn = accept(p->fd, NULL, NULL);
        if (p->conn < 0)
            return NULL;
        (void)setsockopt(p->conn, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        atomic_fetch_add(&p->connections, 1);
        while (get(p, p->conn, f, 8) && get(p, p->conn, f + 8, f[7] == 43 ? 3 : 4))
            if (!answer(p, f + 6, (uint16_t)(f[0] << 8 | f[1])))
                break;
        (void)close(p->conn);
        p->conn = -1;
    }
}

static struct peer *new_peer(peer_decide decide, void *arg, bool tcp)
{
    struct peer *p = calloc(1, sizeof *p);

    assert_non_null(p);
    p->decide = decide;
    p->arg = arg;
    p->tcp = tcp;
    p->conn = p->keep = -1;
    assert_int_equal(pipe(p->quit), 0);
    return p;
}

struct peer *peer_start_pty(peer_decide decide, void *arg, char *path, size_t size)
{
    struct peer *p = new_peer(decide, arg, false);
    struct termios t;
    char name[64];

    assert_int_equal(openpty(&p->fd, &p->keep, name, NULL, NULL), 0);
    assert_int_equal(tcgetattr(p->keep, &t), 0);
    cfmakeraw(&t);
    assert_int_equal(tcsetattr(p->keep, TCSANOW, &t), 0);
    (void)snprintf(path, size, "%s", name);
    assert_int_equal(pthread_create(&p->thread, NULL, serve_pty, p), 0);
    return p;
}

struct peer *peer_start_tcp(peer_decide decide, void *arg, int *port)
{
    struct peer *p = new_peer(decide, arg, true);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;

    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(p->fd >= 0);
    assert_int_equal(bind(p->fd, (const struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(p->fd, 8), 0);
    assert_int_equal(getsockname(p->fd, (struct sockaddr *)&a, &n), 0);
    *port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&p->thread, NULL, serve_tcp, p), 0);
    return p;
}

void peer_noise(struct peer *p, const void *bytes, size_t n)
{
    put(p->fd, bytes, n);
}

unsigned peer_requests(struct peer *p)
{
    return atomic_load(&p->requests);
}

unsigned peer_connections(struct peer *p)
{
    return atomic_load(&p->connections);
}

void peer_stop(struct peer *p)
{
    if (p == NULL)
        return;
    put(p->quit[1], (const uint8_t *)"", 1);
    (void)pthread_join(p->thread, NULL);
    (void)close(p->fd);
    if (p->conn >= 0)
        (void)close(p->conn);
    if (p->keep >= 0)
        (void)close(p->keep);
    (void)close(p->quit[0]);
    (void)close(p->quit[1]);
    free(p);
}
