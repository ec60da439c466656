/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve_lines.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "collector/common/log.h"

#include "rtu_line.h"
#include "simbus.h"
#include "tcp_server.h"
#include "truth.h"

struct line {
    struct simbus bus;
    struct tcp_server *tcp; /* one of the two */
    struct rtu_line *rtu;
    pthread_t thread;
    bool running;
    int stop_fd;
};

struct serve_lines {
    struct line *line;
    unsigned lines;
    struct truth *truth; /* none is kept of real water */
    int stop_fd;         /* readable from serve_lines_stop on; all threads watch it */
};

static void *run(void *arg)
{
    struct line *l = arg;

    if (l->tcp != NULL)
        tcp_server_run(l->tcp, l->stop_fd);
    else
        rtu_line_run(l->rtu, l->stop_fd);
    return NULL;
}

static int open_line(struct line *l, const struct serve_line *c, char *why, size_t why_size)
{
    if (c->bus.kind == SITE_BUS_TCP)
        return tcp_server_open(&l->tcp, &l->bus, c->bus.host, c->bus.tcp_port, why, why_size);
    if (c->pty)
        return rtu_line_open(&l->rtu, &l->bus, c->bus.port, 0, why, why_size);
    l->rtu = rtu_line_on_port(&l->bus);
    return 0;
}

/* Signals are the main thread's business. */
static int start_threads(struct serve_lines *l)
{
    sigset_t all, before;
    int rc = 0;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i < l->lines && rc == 0; i++) {
        rc = pthread_create(&l->line[i].thread, NULL, run, &l->line[i]);
        l->line[i].running = rc == 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? 0 : NILA_ERR_IO;
}

int serve_lines_start(struct serve_lines **out, const struct serve_config *c,
                      struct nila_node *node, size_t n, pthread_mutex_t *lock, char *why,
                      size_t why_size)
{
    struct serve_lines *l = xcalloc(1, sizeof *l);
    int rc = 0;

    l->line = xcalloc(c->lines, sizeof *l->line);
    l->lines = c->lines;
    l->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (l->stop_fd < 0 || truth_new(&l->truth, NULL) != 0) {
        (void)snprintf(why, why_size, "no eventfd: %s", strerror(errno));
        rc = NILA_ERR_IO;
    }
    for (unsigned i = 0; i < c->lines && rc == 0; i++) {
        l->line[i].stop_fd = l->stop_fd;
        simbus_init_nodes(&l->line[i].bus, &c->line[i].bus, node, n, lock, l->truth);
        rc = open_line(&l->line[i], &c->line[i], why, why_size);
    }
    if (rc == 0 && (rc = start_threads(l)) != 0)
        (void)snprintf(why, why_size, "no thread for a line");
    if (rc == 0)
        *out = l;
    else
        serve_lines_stop(l);
    return rc;
}

int serve_lines_port(const struct serve_lines *l, unsigned i, const char **path)
{
    *path = l->line[i].rtu != NULL ? rtu_line_path(l->line[i].rtu) : "";
    return l->line[i].tcp != NULL ? tcp_server_port(l->line[i].tcp) : 0;
}

void serve_lines_stop(struct serve_lines *l)
{
    const uint64_t one = 1;

    if (l == NULL)
        return;
    if (l->stop_fd >= 0 && write(l->stop_fd, &one, sizeof one) != (ssize_t)sizeof one)
        fatal("cannot stop the lines: %s", strerror(errno));
    for (unsigned i = 0; i < l->lines; i++) {
        if (l->line[i].running)
            (void)pthread_join(l->line[i].thread, NULL);
        tcp_server_close(l->line[i].tcp);
        rtu_line_close(l->line[i].rtu);
        simbus_clear(&l->line[i].bus);
    }
    truth_free(l->truth);
    if (l->stop_fd >= 0)
        (void)close(l->stop_fd);
    free(l->line);
    free(l);
}
