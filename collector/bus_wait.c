/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TCP endpoint for those who may wait: the machine of bus_tcp.h, with poll(2) round it. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "bus_link.h"
#include "collector/common/clock.h"

/* Until the handle is ready or the machine's deadline has come. */
static void wait_ready(const struct bus_tcp *t)
{
    struct pollfd p = {.fd = t->fd,
                       .events = (short)(bus_tcp_wants_write(t) ? POLLIN | POLLOUT : POLLIN)};
    int64_t left = t->deadline_ms - clock_mono_ms();

    if (t->state == BUS_TCP_CONNECTING)
        p.events = POLLOUT;
    (void)poll(&p, 1, left > 0 ? (int)left : 0); /* the machine looks for itself */
}

static int tcp_open(struct bus *b, char *why, size_t why_size)
{
    struct bus_tcp_addresses to;
    char text[96];
    int rc = bus_tcp_resolve(&to, b->c->host, b->c->tcp_port, false, text, sizeof text);

    if (rc != 0) {
        (void)snprintf(why, why_size, "%s: %s", b->c->host, text);
        return NILA_ERR_IO;
    }
    rc = bus_tcp_connect(&b->tcp, &to, b->c->timeout_ms, text, sizeof text);
    while (rc == BUS_TCP_WAIT) {
        wait_ready(&b->tcp);
        rc = bus_tcp_connecting(&b->tcp, text, sizeof text);
    }
    if (rc != 0)
        (void)snprintf(why, why_size, "%s:%d: %s", b->c->host, b->c->tcp_port, text);
    return rc;
}

static void tcp_close(struct bus *b)
{
    bus_tcp_close(&b->tcp);
}

static bool tcp_is_open(const struct bus *b)
{
    return b->tcp.state != BUS_TCP_CLOSED;
}

static int tcp_ask(struct bus *b, const struct bus_question *q, uint16_t *regs,
                   struct bus_answer *a)
{
    int rc;

    bus_wait_gap(b, q, 0);
    /* Many gateways close an idle connection. Found out before the question, that costs a new connection, not a reading. */
    if (!bus_tcp_idle(&b->tcp) && tcp_open(b, a->text, sizeof a->text) != 0)
        return NILA_ERR_IO;
    rc = bus_tcp_send(&b->tcp, q, a);
    while (rc == BUS_TCP_WAIT) {
        wait_ready(&b->tcp);
        rc = bus_tcp_receive(&b->tcp, regs, a);
    }
    return rc;
}

const struct bus_link BUS_TCP = {tcp_open, tcp_ask, tcp_close, tcp_is_open};
