/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_resolve.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

struct host {
    char name[SITE_NAME_SIZE]; /* a copy: the thread may outlive the site */
    int port;
    bool wanted;  /* the thread is to look it up */
    bool found;   /* to is good */
    char why[96]; /* why the last look-up failed */
    struct bus_tcp_addresses to;
};

struct resolver {
    pthread_mutex_t lock;
    pthread_cond_t work;
    void (*wake)(void *arg); /* NULL: the owner has gone */
    void *arg;
    bool running; /* there is a thread; it frees the struct when the owner has gone */
    unsigned n;
    struct host **host; /* NULL: given as an address */
};

static resolver_lookup lookup = bus_tcp_resolve;

void resolver_set_lookup(resolver_lookup other)
{
    lookup = other != NULL ? other : bus_tcp_resolve;
}

struct resolver *resolver_new(unsigned n, void (*wake)(void *arg), void *arg)
{
    struct resolver *r = xcalloc(1, sizeof *r);

    if (pthread_mutex_init(&r->lock, NULL) != 0 || pthread_cond_init(&r->work, NULL) != 0)
        fatal("resolver: no mutex");
    r->wake = wake;
    r->arg = arg;
    r->n = n;
    r->host = xcalloc(n, sizeof(struct host *));
    return r;
}

static void destroy(struct resolver *r)
{
    (void)pthread_mutex_destroy(&r->lock);
    (void)pthread_cond_destroy(&r->work);
    for (unsigned i = 0; i < r->n; i++)
        free(r->host[i]);
    free(r->host);
    free(r);
}

void resolver_free(struct resolver *r)
{
    bool running;

    if (r == NULL)
        return;
    (void)pthread_mutex_lock(&r->lock);
    r->wake = NULL;
    running = r->running;
    (void)pthread_cond_signal(&r->work);
    (void)pthread_mutex_unlock(&r->lock);
    if (!running)
        destroy(r);
}

bool resolver_set(struct resolver *r, unsigned i, const char *name, int port)
{
    struct bus_tcp_addresses to;
    char why[96];
    struct host *h;

    if (bus_tcp_resolve(&to, name, port, true, why, sizeof why) == 0)
        return false;
    h = xcalloc(1, sizeof *h);
    (void)snprintf(h->name, sizeof h->name, "%s", name);
    h->port = port;
    r->host[i] = h;
    return true;
}

/* The next host that waits, from the one after the last on, so that each has its turn; n: none. The lock is held. */
static unsigned next_wanted(const struct resolver *r, unsigned last)
{
    for (unsigned k = 1; k <= r->n; k++) {
        const struct host *h = r->host[(last + k) % r->n];
        if (h != NULL && h->wanted)
            return (last + k) % r->n;
    }
    return r->n;
}

static void look_up(struct resolver *r, unsigned i)
{
    struct host *h = r->host[i];
    struct bus_tcp_addresses to;
    char why[96] = "";
    int rc;

    (void)pthread_mutex_unlock(&r->lock);
    rc = lookup(&to, h->name, h->port, false, why, sizeof why); /* name and port never change */
    (void)pthread_mutex_lock(&r->lock);
    h->wanted = false;
    (void)snprintf(h->why, sizeof h->why, "%s", why);
    if (rc == 0) {
        h->to = to;
        h->found = true;
    }
    if (r->wake != NULL)
        r->wake(r->arg);
}

static void *work(void *arg)
{
    struct resolver *r = arg;
    unsigned last = 0;

    (void)pthread_mutex_lock(&r->lock);
    while (r->wake != NULL) {
        unsigned i = next_wanted(r, last);

        if (i == r->n) {
            (void)pthread_cond_wait(&r->work, &r->lock);
            continue;
        }
        look_up(r, i);
        last = i;
    }
    (void)pthread_mutex_unlock(&r->lock);
    destroy(r);
    return NULL;
}

/* The lock is held. */
static bool have_thread(struct resolver *r)
{
    pthread_attr_t attr;
    pthread_t thread;

    if (r->running)
        return true;
    if (pthread_attr_init(&attr) != 0)
        return false;
    r->running = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
                 pthread_create(&thread, &attr, work, r) == 0;
    (void)pthread_attr_destroy(&attr);
    return r->running;
}

bool resolver_begin(struct resolver *r, unsigned i)
{
    struct host *h = r->host[i];
    bool ended = true;

    (void)pthread_mutex_lock(&r->lock);
    if (have_thread(r)) {
        h->wanted = true;
        ended = false;
        (void)pthread_cond_signal(&r->work);
    } else {
        (void)snprintf(h->why, sizeof h->why, "no thread to look the name up");
    }
    (void)pthread_mutex_unlock(&r->lock);
    return ended;
}

bool resolver_ended(struct resolver *r, unsigned i)
{
    bool ended;

    (void)pthread_mutex_lock(&r->lock);
    ended = !r->host[i]->wanted;
    (void)pthread_mutex_unlock(&r->lock);
    return ended;
}

int resolver_get(struct resolver *r, unsigned i, struct bus_tcp_addresses *out, char *why,
                 size_t why_size)
{
    const struct host *h = r->host[i];
    int rc = NILA_ERR_NOT_FOUND;

    (void)pthread_mutex_lock(&r->lock);
    if (h->found) {
        *out = h->to;
        rc = 0;
    } else {
        (void)snprintf(why, why_size, "%s", h->why);
        if (h->wanted)
            (void)snprintf(why, why_size, "name not looked up in time");
    }
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}
