/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_tcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "poll_heap.h"
#include "poll_tcp_line.h"

#define EVENTS 64 /* taken at once */

struct tcp_loop {
    struct poll_common *common;
    struct tcp_line *x;
    unsigned n;
    struct heap heap; /* by wait_ms */
    struct resolver *resolver;
    int epoll_fd, wake_fd;
    int64_t anchor_ms; /* the grid the waiting times are on */
    struct poll_now now;
    struct reading_set set;
    pthread_t thread;
    bool started;
};

/* Watches the handle for what the machine waits for. A handle that was closed is no longer watched by itself. */
static void watch(struct tcp_loop *o, struct tcp_line *x)
{
    uint32_t events = x->t.state == BUS_TCP_CONNECTING ? EPOLLOUT
                      : bus_tcp_wants_write(&x->t)     ? EPOLLIN | EPOLLOUT
                                                       : EPOLLIN;
    struct epoll_event e = {.events = events, .data.u32 = (uint32_t)(x - o->x)};
    bool known = x->watched == x->t.opened;

    if (x->t.state == BUS_TCP_CLOSED || (known && x->events == events))
        return;
    if (epoll_ctl(o->epoll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, x->t.fd, &e) != 0)
        log_warn("bus %s: cannot be watched, its answers will seem late", x->l->c->slug);
    x->watched = x->t.opened;
    x->events = events;
}

static void run(struct tcp_loop *o, struct tcp_line *x)
{
    unsigned i = (unsigned)(x - o->x);

    tcp_line_run(x, &o->now, &o->set);
    watch(o, x);
    if (o->heap.due_ms[i] != x->wait_ms)
        heap_set(&o->heap, i, x->wait_ms);
}

/* The wall clock was set: who waits for a slot waits for another one now. */
static void follow_clock(struct tcp_loop *o)
{
    if (o->anchor_ms == o->now.anchor_ms)
        return;
    o->anchor_ms = o->now.anchor_ms;
    for (unsigned i = 0; i < o->n; i++)
        if (o->x[i].phase == TCP_FREE)
            run(o, &o->x[i]);
}

/* A person asks, or a name has been looked up. */
static void take_wake(struct tcp_loop *o)
{
    uint64_t times;

    if (read(o->wake_fd, &times, sizeof times) < 0 && errno != EAGAIN)
        log_warn("poll: event handle");
    for (unsigned i = 0; i < o->n; i++) {
        struct tcp_line *x = &o->x[i];
        if ((x->phase == TCP_FREE && atomic_load(&x->l->asks.waiting) > 0) ||
            x->phase == TCP_RESOLVING)
            run(o, x);
    }
}

static void take_events(struct tcp_loop *o, const struct epoll_event *e, int n)
{
    for (int i = 0; i < n; i++) {
        struct tcp_line *x;

        if (e[i].data.u32 == o->n) {
            take_wake(o);
            continue;
        }
        x = &o->x[e[i].data.u32];
        if (x->phase == TCP_ASKED || x->phase == TCP_CONNECTING)
            run(o, x);
        else
            tcp_line_idle(x);
    }
}

static int nap_ms(const struct tcp_loop *o)
{
    int64_t ms = o->x[heap_first(&o->heap)].wait_ms - clock_mono_ms();

    return ms < 0 ? 0 : ms < NAP_MS ? (int)ms : NAP_MS;
}

static void *work(void *arg)
{
    struct tcp_loop *o = arg;
    struct epoll_event e[EVENTS];

    while (!atomic_load(&o->common->stop)) {
        int n = epoll_wait(o->epoll_fd, e, EVENTS, nap_ms(o));

        o->now = poll_clock_now(&o->common->clock);
        atomic_store(&o->common->tcp_turn_ms, o->now.mono_ms);
        take_events(o, e, n); /* first: an answer that is there is not late */
        follow_clock(o);
        while (o->n > 0 && o->x[heap_first(&o->heap)].wait_ms <= o->now.mono_ms &&
               !atomic_load(&o->common->stop))
            run(o, &o->x[heap_first(&o->heap)]);
    }
    for (unsigned i = 0; i < o->n; i++)
        tcp_line_stop(&o->x[i]);
    return NULL;
}

static void wake_loop(void *arg)
{
    const struct tcp_loop *o = arg;
    const uint64_t one = 1;

    if (write(o->wake_fd, &one, sizeof one) < 0)
        log_warn("poll: event handle");
}

int tcp_loop_new(struct tcp_loop **out, struct line *const *lines, unsigned n,
                 struct poll_common *common, char *why, size_t why_size)
{
    struct tcp_loop *o = xcalloc(1, sizeof *o);
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = n};

    o->common = common;
    o->n = n;
    o->x = xcalloc(n, sizeof *o->x);
    heap_init(&o->heap, n);
    o->resolver = resolver_new(n, wake_loop, o);
    o->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    o->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    o->now = poll_clock_now(&common->clock);
    o->anchor_ms = o->now.anchor_ms;
    for (unsigned i = 0; i < n; i++) {
        lines[i]->wake_fd = o->wake_fd;
        tcp_line_init(&o->x[i], lines[i], common, o->resolver, i);
        heap_set(&o->heap, i, o->x[i].wait_ms); /* at once: it will see what is due */
    }
    if (o->epoll_fd < 0 || o->wake_fd < 0 ||
        epoll_ctl(o->epoll_fd, EPOLL_CTL_ADD, o->wake_fd, &e) != 0) {
        (void)snprintf(why, why_size, "no event handle");
        tcp_loop_free(o);
        return NILA_ERR_IO;
    }
    *out = o;
    return 0;
}

int tcp_loop_start(struct tcp_loop *o)
{
    if (pthread_create(&o->thread, NULL, work, o) != 0)
        return NILA_ERR_IO;
    o->started = true;
    return 0;
}

void tcp_loop_free(struct tcp_loop *o)
{
    if (o == NULL)
        return;
    if (o->started)
        (void)pthread_join(o->thread, NULL);
    resolver_free(o->resolver);
    for (unsigned i = 0; i < o->n; i++)
        o->x[i].l->wake_fd = -1;
    if (o->epoll_fd >= 0)
        (void)close(o->epoll_fd);
    if (o->wake_fd >= 0)
        (void)close(o->wake_fd);
    heap_free(&o->heap);
    free(o->x);
    free(o);
}
