/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tcp_server.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "firmware-bridge/core/nila_mbap.h"

#define LISTEN_QUEUE   16
#define ACCEPT_REST_MS 200 /* no accepting for so long when the machine has no descriptor left */

struct client {
    int fd; /* -1: free place */
    size_t in_n, out_n, sent;
    int64_t due_ms;   /* the answer may leave from then on */
    int64_t heard_ms; /* last complete request, or the connection itself */
    uint8_t in[NILA_MBAP_MAX];
    uint8_t out[2 * WIRE_MAX]; /* a duplicate is sent as one */
};

struct tcp_server {
    struct simbus *bus;
    int fd; /* listener */
    int port;
    int64_t rest_until_ms;
    struct client client[SIMSERVER_CLIENTS];
};

static void hang_up(struct client *c)
{
    if (c->fd >= 0)
        (void)close(c->fd);
    *c = (struct client){.fd = -1};
}

/* Which of our errors a failed bind is. */
static int bind_error(int e)
{
    return e == EADDRINUSE ? NILA_ERR_BUSY : e == EACCES ? NILA_ERR_DENIED : NILA_ERR_IO;
}

static int bound_port(int fd)
{
    struct sockaddr_storage a = {0};
    socklen_t n = sizeof a;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        return -1;
    if (a.ss_family == AF_INET) {
        memcpy(&v4, &a, sizeof v4);
        return ntohs(v4.sin_port);
    }
    memcpy(&v6, &a, sizeof v6);
    return ntohs(v6.sin6_port);
}

/* A listening socket, or -1 with errno. */
static int listen_at(const struct addrinfo *a)
{
    const int on = 1;
    int e, fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, LISTEN_QUEUE) == 0)
        return fd;
    e = errno;
    (void)close(fd);
    errno = e;
    return -1;
}

int tcp_server_open(struct tcp_server **out, struct simbus *bus, const char *host, int port,
                    char *why, size_t why_size)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    struct tcp_server *s;
    char service[12];
    int fd, rc;

    (void)snprintf(service, sizeof service, "%d", port);
    rc = getaddrinfo(host, service, &hints, &found);
    if (rc != 0) {
        (void)snprintf(why, why_size, "bus %s: cannot listen on %.64s: %s", bus->bus->slug, host,
                       gai_strerror(rc));
        return NILA_ERR_NOT_FOUND;
    }
    fd = listen_at(found);
    rc = bind_error(errno);
    if (fd < 0)
        (void)snprintf(why, why_size, "bus %s: cannot listen on %.64s port %d: %s", bus->bus->slug,
                       host, port, strerror(errno));
    freeaddrinfo(found);
    if (fd < 0)
        return rc;
    s = xcalloc(1, sizeof *s);
    s->bus = bus;
    s->fd = fd;
    s->port = bound_port(fd);
    for (size_t i = 0; i < SIMSERVER_CLIENTS; i++)
        s->client[i].fd = -1;
    *out = s;
    return 0;
}

int tcp_server_port(const struct tcp_server *s)
{
    return s->port;
}

void tcp_server_close(struct tcp_server *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < SIMSERVER_CLIENTS; i++)
        hang_up(&s->client[i]);
    (void)close(s->fd);
    free(s);
}

/* The answer to the request at the head of c->in, under its transaction number. */
static void put_frame(struct client *c, const struct sim_reply *r, const struct busfault_hit *hit)
{
    c->out_n = busfault_tcp(hit, c->in, r->a.unit, r->pdu, r->a.n, c->out);
    c->sent = 0;
    if (hit->kind == BUSFAULT_DUPLICATE) {
        memcpy(c->out + c->out_n, c->out, c->out_n);
        c->out_n *= 2;
    }
}

/* Serves the complete frame at the head of c->in, if there is one. False: nothing to do yet. */
static bool serve_next(struct tcp_server *s, struct client *c)
{
    size_t length = nila_mbap_length(c->in, c->in_n);
    struct sim_reply r;
    struct busfault_hit hit;

    if (length == NILA_MBAP_FOREIGN) {
        log_debug("bus %s: a client sent what is not modbus, closed", s->bus->bus->slug);
        hang_up(c);
        return false;
    }
    if (length == 0 || length > c->in_n)
        return false;
    c->heard_ms = clock_mono_ms();
    simbus_serve(s->bus, c->in[6], c->in + NILA_MBAP_HEADER, length - NILA_MBAP_HEADER, &r);
    if (r.a.n > 0 && simbus_release(s->bus, &r, &hit)) {
        put_frame(c, &r, &hit);
        c->due_ms = c->heard_ms + r.delay_ms;
    }
    memmove(c->in, c->in + length, c->in_n - length);
    c->in_n -= length;
    return true;
}

/* Sends what may be sent and serves what is complete, without waiting for anything. */
static void pump(struct tcp_server *s, struct client *c)
{
    while (c->fd >= 0) {
        ssize_t n;
        if (c->out_n == 0) {
            if (!serve_next(s, c))
                return;
            continue;
        }
        if (clock_mono_ms() < c->due_ms)
            return;
        n = send(c->fd, c->out + c->sent, c->out_n - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EINTR) {
            if (errno != EAGAIN && errno != EWOULDBLOCK)
                hang_up(c);
            return;
        }
        if (n > 0)
            c->sent += (size_t)n;
        if (c->sent == c->out_n)
            c->out_n = c->sent = 0;
    }
}

static void receive(struct client *c)
{
    ssize_t n = recv(c->fd, c->in + c->in_n, sizeof c->in - c->in_n, MSG_DONTWAIT);

    if (n > 0)
        c->in_n += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        hang_up(c);
}

/* A free place, made by closing the client that was silent for longest if there is none. */
static struct client *find_place(struct tcp_server *s)
{
    struct client *oldest = &s->client[0];

    for (size_t i = 0; i < SIMSERVER_CLIENTS; i++) {
        if (s->client[i].fd < 0)
            return &s->client[i];
        if (s->client[i].heard_ms < oldest->heard_ms)
            oldest = &s->client[i];
    }
    log_info("bus %s: more than %d clients, the one silent for longest is closed",
             s->bus->bus->slug, SIMSERVER_CLIENTS);
    hang_up(oldest);
    return oldest;
}

static void welcome(struct tcp_server *s)
{
    const int on = 1;
    struct client *c;
    int fd = accept(s->fd, NULL, NULL);

    if (fd < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR && errno != ECONNABORTED) {
            log_warn("bus %s: cannot accept a client, next try in %d ms", s->bus->bus->slug,
                     ACCEPT_REST_MS);
            s->rest_until_ms = clock_mono_ms() + ACCEPT_REST_MS;
        }
        return;
    }
    /* An answer is one small segment: it must not wait for the acknowledgement of the one before. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    c = find_place(s);
    c->fd = fd;
    c->heard_ms = clock_mono_ms();
}

/* Fills p (stop, listener, clients) and returns the time-out for poll: until the next answer is due, -1 none. */
static int prepare(const struct tcp_server *s, int stop_fd, struct pollfd *p)
{
    int64_t now = clock_mono_ms(), wait = -1;

    p[0] = (struct pollfd){.fd = stop_fd, .events = POLLIN};
    p[1] = (struct pollfd){.fd = s->fd, .events = POLLIN};
    if (s->rest_until_ms > now) {
        p[1].fd = -1;
        wait = s->rest_until_ms - now;
    }
    for (size_t i = 0; i < SIMSERVER_CLIENTS; i++) {
        const struct client *c = &s->client[i];
        int64_t left = c->due_ms - now;
        p[2 + i] = (struct pollfd){.fd = c->fd, .events = POLLIN};
        if (c->fd < 0 || c->out_n == 0)
            continue;
        p[2 + i].events = left > 0 ? 0 : POLLOUT;
        if (left > 0 && (wait < 0 || left < wait))
            wait = left;
    }
    return (int)wait; /* no more than a late answer, some 25000 */
}

void tcp_server_run(struct tcp_server *s, int stop_fd)
{
    struct pollfd p[2 + SIMSERVER_CLIENTS];

    for (;;) {
        int n = poll(p, 2 + SIMSERVER_CLIENTS, prepare(s, stop_fd, p));
        if (n < 0 && errno != EINTR) {
            log_warn("bus %s: poll failed, this bus is silent until the next start",
                     s->bus->bus->slug);
            return;
        }
        if (n < 0)
            continue;
        if (p[0].revents != 0)
            return;
        for (size_t i = 0; i < SIMSERVER_CLIENTS; i++) {
            struct client *c = &s->client[i];
            if (c->fd < 0)
                continue;
            if ((p[2 + i].revents & POLLIN) != 0)
                receive(c);
            else if ((p[2 + i].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
                hang_up(c);
            pump(s, c);
        }
        if (p[1].revents != 0) /* last: a new client has no place in this round's p */
            welcome(s);
    }
}
