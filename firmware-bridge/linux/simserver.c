/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simserver.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "rtu_line.h"
#include "simbus.h"
#include "tcp_server.h"
#include "truth.h"

struct served_bus {
    struct simbus bus;
    struct tcp_server *tcp; /* one of the two */
    struct rtu_line *rtu;
    pthread_t thread;
    bool running;
    int stop_fd;
};

struct simserver {
    struct served_bus *bus;
    unsigned buses;
    struct truth *truth;
    struct busfault_counts *counts; /* NULL: nobody asks */
    int stop_fd;                    /* readable from simserver_stop on; all threads watch it */
};

static void *run(void *arg)
{
    struct served_bus *b = arg;

    if (b->tcp != NULL)
        tcp_server_run(b->tcp, b->stop_fd);
    else
        rtu_line_run(b->rtu, b->stop_fd);
    return NULL;
}

static int open_bus(struct simserver *s, const struct simserver_config *c, unsigned i, char *why,
                    size_t why_size)
{
    struct served_bus *b = &s->bus[i];
    const struct site_bus *site_bus = &c->site->bus[i];
    const char *host = c->listen_host != NULL ? c->listen_host : "127.0.0.1";
    const char *link = c->pty_link != NULL ? c->pty_link[i] : NULL;

    b->stop_fd = s->stop_fd;
    simbus_init(&b->bus, c, (int)i, s->truth);
    if (site_bus->kind == SITE_BUS_TCP)
        return tcp_server_open(&b->tcp, &b->bus, host, site_bus->tcp_port, why, why_size);
    return rtu_line_open(&b->rtu, &b->bus, link, c->baud != NULL ? c->baud[i] : 0, why, why_size);
}

/* Signals are the main thread's business. */
static int start_threads(struct simserver *s)
{
    sigset_t all, before;
    int rc = 0;

    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return NILA_ERR_IO;
    for (unsigned i = 0; i < s->buses && rc == 0; i++) {
        rc = pthread_create(&s->bus[i].thread, NULL, run, &s->bus[i]);
        s->bus[i].running = rc == 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? 0 : NILA_ERR_IO;
}

int simserver_start(struct simserver **out, const struct simserver_config *c, char *why,
                    size_t why_size)
{
    struct simserver *s = xcalloc(1, sizeof *s);
    int rc = 0;

    s->buses = c->site->buses;
    s->counts = c->counts;
    s->bus = xcalloc(s->buses, sizeof *s->bus);
    s->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (s->stop_fd < 0 || truth_new(&s->truth, c->truth) != 0) {
        (void)snprintf(why, why_size, "cannot write the truth log or make an eventfd: %s",
                       strerror(errno));
        rc = NILA_ERR_IO;
    }
    for (unsigned i = 0; i < s->buses && rc == 0; i++)
        rc = open_bus(s, c, i, why, why_size);
    if (rc == 0 && (rc = start_threads(s)) != 0)
        (void)snprintf(why, why_size, "cannot start a thread for every bus");
    if (rc != 0) {
        simserver_stop(s);
        return rc;
    }
    *out = s;
    return 0;
}

int simserver_port(const struct simserver *s, int bus_index, char *path, size_t size)
{
    const struct served_bus *b;

    if (bus_index < 0 || (unsigned)bus_index >= s->buses)
        return NILA_ERR_RANGE;
    b = &s->bus[bus_index];
    if (path != NULL)
        (void)snprintf(path, size, "%s", b->rtu != NULL ? rtu_line_path(b->rtu) : "");
    return b->tcp != NULL ? tcp_server_port(b->tcp) : 0;
}

static void add_counts(struct busfault_counts *sum, const struct busfault_counts *bus)
{
    if (sum == NULL)
        return;
    sum->answers += bus->answers;
    for (int i = 0; i < BUSFAULT_KINDS; i++)
        sum->kind[i] += bus->kind[i];
}

void simserver_stop(struct simserver *s)
{
    const uint64_t one = 1;

    if (s == NULL)
        return;
    if (s->stop_fd >= 0 && write(s->stop_fd, &one, sizeof one) != (ssize_t)sizeof one)
        fatal("cannot stop the buses: %s", strerror(errno));
    if (s->counts != NULL)
        *s->counts = (struct busfault_counts){0};
    for (unsigned i = 0; i < s->buses; i++) {
        if (s->bus[i].running)
            (void)pthread_join(s->bus[i].thread, NULL);
        tcp_server_close(s->bus[i].tcp);
        rtu_line_close(s->bus[i].rtu);
        add_counts(s->counts, &s->bus[i].bus.fault.counts);
        simbus_clear(&s->bus[i].bus);
    }
    truth_free(s->truth);
    if (s->stop_fd >= 0)
        (void)close(s->stop_fd);
    free(s->bus);
    free(s);
}
