/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_farm.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define UNITS       16
#define CONNECTIONS 4096 /* by handle */
#define ERRORS      4096 /* ms; longer ones count as that */
#define FRAME       12   /* a read request */

/* Written by the child, read by the parent. */
struct seen {
    atomic_int epoch; /* farm_forget counts it up: the child then forgets */
    atomic_ullong values, asked, intervals, interval_us;
    atomic_uint error[ERRORS];
};

struct farm {
    struct farm_config c;
    int port[1000];
    pid_t pid;
    struct seen *seen;
};

struct connection {
    unsigned endpoint;
    size_t n;
    uint8_t in[FRAME];
    int64_t answer_us; /* 0: nothing to answer */
};

struct unit {
    int64_t last_us; /* 0 never */
    int epoch;
};

struct child {
    struct farm *f;
    int epoll_fd, listener[1000];
    int64_t free_us[1000]; /* an endpoint answers one question at a time */
    struct connection *conn[CONNECTIONS];
    struct unit unit[1000][UNITS];
    unsigned pending;
};

static int64_t now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
    perror(what);
    abort();
}

bool farm_dead(const struct farm *f, unsigned endpoint, unsigned unit)
{
    unsigned number = endpoint * f->c.units + unit; /* from 1 */

    return f->c.dead_every > 0 && number % f->c.dead_every == 0;
}

static void note(struct child *k, unsigned endpoint, unsigned unit, unsigned first, int64_t at_us)
{
    struct seen *s = k->f->seen;
    struct unit *u = &k->unit[endpoint][unit - 1];
    int epoch = atomic_load(&s->epoch);
    int64_t us = at_us - u->last_us, error_ms;

    if (first != 0)
        return;
    atomic_fetch_add(&s->asked, 1);
    if (u->last_us != 0 && u->epoch == epoch) {
        error_ms = llabs(us - (int64_t)k->f->c.every_ms * 1000) / 1000;
        atomic_fetch_add(&s->intervals, 1);
        atomic_fetch_add(&s->interval_us, (unsigned long long)us);
        atomic_fetch_add(&s->error[error_ms < ERRORS ? error_ms : ERRORS - 1], 1);
    }
    u->last_us = at_us;
    u->epoch = epoch;
}

static void take_request(struct child *k, struct connection *c)
{
    unsigned unit = c->in[6], first = (unsigned)c->in[8] << 8 | c->in[9];
    int64_t now = now_us(), *free_us = &k->free_us[c->endpoint];

    c->n = 0;
    if (unit < 1 || unit > k->f->c.units || farm_dead(k->f, c->endpoint, unit))
        return;
    note(k, c->endpoint, unit, first, now);
    if (*free_us < now)
        *free_us = now;
    *free_us += (int64_t)k->f->c.turnaround_ms * 1000;
    c->answer_us = *free_us;
    k->pending++;
}

static void answer(struct child *k, int fd)
{
    struct connection *c = k->conn[fd];
    unsigned first = (unsigned)c->in[8] << 8 | c->in[9], count = c->in[11];
    uint8_t f[9 + 250];

    c->answer_us = 0;
    k->pending--;
    if (count > 125)
        return;
    memcpy(f, c->in, 8);
    f[4] = 0;
    f[5] = (uint8_t)(3 + 2 * count);
    f[8] = (uint8_t)(2 * count);
    for (unsigned i = 0; i < count; i++) {
        unsigned reg = first + i;
        float v = 5 + (float)reg / 20 + (float)(now_us() / 1000000 % 100) / 100;
        uint32_t raw;
        memcpy(&raw, &v, sizeof raw);
        raw = reg % 2 == 0 ? raw >> 16 : raw & 0xFFFF;
        f[9 + 2 * i] = (uint8_t)(raw >> 8);
        f[10 + 2 * i] = (uint8_t)raw;
    }
    if (send(fd, f, 9 + 2 * (size_t)count, MSG_NOSIGNAL) > 0)
        atomic_fetch_add(&k->f->seen->values, count / 2);
}

static void accept_one(struct child *k, unsigned endpoint)
{
    const int on = 1;
    int fd = accept(k->listener[endpoint], NULL, NULL);
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = 1000 + (uint32_t)fd};

    if (fd < 0)
        return;
    if (fd >= CONNECTIONS || epoll_ctl(k->epoll_fd, EPOLL_CTL_ADD, fd, &e) != 0)
        die("farm: connection");
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    k->conn[fd] = calloc(1, sizeof *k->conn[fd]);
    if (k->conn[fd] == NULL)
        die("farm: memory");
    k->conn[fd]->endpoint = endpoint;
}

static void read_one(struct child *k, int fd)
{
    struct connection *c = k->conn[fd];
    ssize_t n = recv(fd, c->in + c->n, FRAME - c->n, MSG_DONTWAIT);

    if (n > 0) {
        c->n += (size_t)n;
        if (c->n == FRAME)
            take_request(k, c);
        return;
    }
    k->pending -= c->answer_us != 0;
    free(c);
    k->conn[fd] = NULL;
    (void)close(fd);
}

/* Answers what is due; returns ms until the next, -1 none. */
static int answer_due(struct child *k)
{
    int64_t now = now_us(), next = INT64_MAX;

    if (k->pending == 0)
        return -1;
    for (int fd = 0; fd < CONNECTIONS; fd++) {
        struct connection *c = k->conn[fd];
        if (c == NULL || c->answer_us == 0)
            continue;
        if (c->answer_us <= now)
            answer(k, fd);
        else if (c->answer_us < next)
            next = c->answer_us;
    }
    return next == INT64_MAX ? -1 : (int)((next - now) / 1000) + 1;
}

static _Noreturn void serve(struct child *k)
{
    struct epoll_event e[64];

    for (;;) {
        int n = epoll_wait(k->epoll_fd, e, 64, answer_due(k));
        for (int i = 0; i < n; i++) {
            if (e[i].data.u32 < 1000)
                accept_one(k, e[i].data.u32);
            else
                read_one(k, (int)e[i].data.u32 - 1000);
        }
    }
}

static void open_listener(struct child *k, unsigned i)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = i};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, size) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &size) != 0 ||
        epoll_ctl(k->epoll_fd, EPOLL_CTL_ADD, fd, &e) != 0)
        die("farm: endpoint");
    k->listener[i] = fd;
    k->f->port[i] = ntohs(a.sin_port);
}

struct farm *farm_start(const struct farm_config *c)
{
    struct farm *f = calloc(1, sizeof *f);
    struct child *k = calloc(1, sizeof *k);

    if (f == NULL || k == NULL || c->endpoints > 1000 || c->units > UNITS)
        die("farm: too large");
    f->c = *c;
    f->seen =
        mmap(NULL, sizeof *f->seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (f->seen == MAP_FAILED)
        die("farm: memory");
    k->f = f;
    k->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned i = 0; i < c->endpoints; i++)
        open_listener(k, i);
    f->pid = fork();
    if (f->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(k);
    }
    if (f->pid < 0)
        die("farm: fork");
    for (unsigned i = 0; i < c->endpoints; i++)
        (void)close(k->listener[i]);
    (void)close(k->epoll_fd);
    free(k);
    return f;
}

int farm_port(const struct farm *f, unsigned endpoint)
{
    return f->port[endpoint];
}

void farm_forget(struct farm *f)
{
    struct seen *s = f->seen;

    atomic_fetch_add(&s->epoch, 1);
    atomic_store(&s->values, 0);
    atomic_store(&s->asked, 0);
    atomic_store(&s->intervals, 0);
    atomic_store(&s->interval_us, 0);
    for (unsigned i = 0; i < ERRORS; i++)
        atomic_store(&s->error[i], 0);
}

static int error_at(const struct seen *s, double share)
{
    double all = (double)atomic_load(&s->intervals), sum = 0;

    for (int i = 0; i < ERRORS; i++) {
        sum += atomic_load(&s->error[i]);
        if (sum >= share * all)
            return i;
    }
    return ERRORS;
}

void farm_stats(struct farm *f, struct farm_stats *out)
{
    struct seen *s = f->seen;
    double intervals = (double)atomic_load(&s->intervals);
    unsigned alive = 0;

    for (unsigned e = 0; e < f->c.endpoints; e++)
        for (unsigned u = 1; u <= f->c.units; u++)
            alive += !farm_dead(f, e, u);
    out->values = atomic_load(&s->values);
    out->asked = (double)atomic_load(&s->asked) / alive;
    out->interval_ms = intervals > 0 ? (double)atomic_load(&s->interval_us) / intervals / 1000 : 0;
    out->error_p50_ms = error_at(s, 0.5);
    out->error_p99_ms = error_at(s, 0.99);
}

void farm_stop(struct farm *f)
{
    if (f == NULL)
        return;
    (void)kill(f->pid, SIGKILL);
    (void)waitpid(f->pid, NULL, 0);
    (void)munmap(f->seen, sizeof *f->seen);
    free(f);
}
