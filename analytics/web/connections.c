/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "connections.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

#define LOOK_MS 1000

struct connection {
    int fd; /* -1: the place is free */
    int64_t until_ms;
    struct connection *next; /* of the free ones */
};

struct connections {
    pthread_mutex_t lock;
    pthread_cond_t stopped; /* CLOCK_MONOTONIC */
    pthread_t thread;
    bool stop;
    int64_t ask_ms, answer_ms;
    size_t most;
    struct connection *one, *free;
};

/* Reading and writing are ended; MHD, whose socket it is, then closes it. */
static void let_go(struct connections *c, int64_t now_ms)
{
    for (size_t i = 0; i < c->most; i++) {
        struct connection *one = &c->one[i];

        if (one->fd < 0 || now_ms < one->until_ms)
            continue;
        if (shutdown(one->fd, SHUT_RDWR) == 0)
            log_debug("web: a connection was too slow and is let go");
        one->until_ms = INT64_MAX;
    }
}

static void *look(void *arg)
{
    struct connections *c = arg;

    pthread_mutex_lock(&c->lock);
    while (!c->stop) {
        struct timespec at;

        (void)clock_gettime(CLOCK_MONOTONIC, &at);
        at.tv_sec += LOOK_MS / 1000;
        (void)pthread_cond_timedwait(&c->stopped, &c->lock, &at);
        let_go(c, clock_mono_ms());
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

int connections_new(struct connections **out, size_t most, int64_t ask_ms, int64_t answer_ms)
{
    struct connections *c = xcalloc(1, sizeof *c);
    pthread_condattr_t clock;

    c->most = most;
    c->ask_ms = ask_ms > 0 ? ask_ms : CONNECTIONS_ASK_MS;
    c->answer_ms = answer_ms > 0 ? answer_ms : CONNECTIONS_ANSWER_MS;
    c->one = xcalloc(most, sizeof *c->one);
    for (size_t i = 0; i < most; i++)
        c->one[i] = (struct connection){.fd = -1, .next = i + 1 < most ? &c->one[i + 1] : NULL};
    c->free = c->one;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&c->stopped, &clock);
    pthread_condattr_destroy(&clock);
    if (pthread_create(&c->thread, NULL, look, c) != 0) {
        pthread_cond_destroy(&c->stopped);
        pthread_mutex_destroy(&c->lock);
        free(c->one);
        free(c);
        return NILA_ERR_IO;
    }
    *out = c;
    return 0;
}

void connections_free(struct connections *c)
{
    if (c == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_cond_broadcast(&c->stopped);
    pthread_mutex_unlock(&c->lock);
    (void)pthread_join(c->thread, NULL);
    pthread_cond_destroy(&c->stopped);
    pthread_mutex_destroy(&c->lock);
    free(c->one);
    free(c);
}

struct connection *connections_begin(struct connections *c, int fd)
{
    struct connection *one;

    pthread_mutex_lock(&c->lock);
    one = c->free;
    if (one != NULL) {
        c->free = one->next;
        *one = (struct connection){.fd = fd, .until_ms = clock_mono_ms() + c->ask_ms};
    }
    pthread_mutex_unlock(&c->lock);
    return one;
}

static void wait_until(struct connections *c, struct connection *one, int64_t ms)
{
    if (one == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    if (one->until_ms != INT64_MAX) /* else it was let go already */
        one->until_ms = clock_mono_ms() + ms;
    pthread_mutex_unlock(&c->lock);
}

void connections_asked(struct connections *c, struct connection *one)
{
    wait_until(c, one, c->answer_ms);
}

void connections_answered(struct connections *c, struct connection *one)
{
    wait_until(c, one, c->ask_ms);
}

void connections_lasts(struct connections *c, struct connection *one, int64_t ms)
{
    wait_until(c, one, ms);
}

void connections_end(struct connections *c, struct connection *one)
{
    if (one == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    one->fd = -1;
    one->next = c->free;
    c->free = one;
    pthread_mutex_unlock(&c->lock);
}
