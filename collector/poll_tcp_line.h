/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_tcp_line: one endpoint as a machine that never waits; poll_tcp.c calls it when its handle is ready, its time has come, or a
 * person asks, and then looks what it waits for. */
#ifndef COLLECTOR_POLL_TCP_LINE_H
#define COLLECTOR_POLL_TCP_LINE_H

#include "bus_tcp.h"
#include "poll_line.h"
#include "poll_resolve.h"

enum tcp_phase {
    TCP_FREE,       /* at a request boundary: waits for a device or a person */
    TCP_GAP,        /* has a question, and waits for silence */
    TCP_RESOLVING,  /* for the host's address */
    TCP_CONNECTING, /* for the connection */
    TCP_ASKED       /* for the answer */
};

struct tcp_line {
    struct line *l;
    struct poll_common *common;
    struct resolver *resolver;
    unsigned index; /* in resolver */
    bool named;     /* the host is no address: it must be looked up */
    struct bus_tcp t;
    enum tcp_phase phase;
    int64_t wait_ms;       /* monotonic: when it must be called at the latest; INT64_MAX never */
    int64_t quiet_ms;      /* when the last byte went over the connection */
    int64_t from_ms;       /* since when the question has had the line */
    struct device *device; /* whose round is under way, or NULL */
    struct ask *ask;       /* whose question is under way, or NULL */
    bool used;             /* the connection has been asked before this question */
    bool repeated;         /* the question was asked on a connection that turned out to be dead */
    unsigned connections;  /* made for this question */
    struct bus_question q;
    uint16_t *regs;
    uint32_t events;  /* what its handle is watched for */
    unsigned watched; /* t.opened of the handle that is watched, 0 none */
};

void tcp_line_init(struct tcp_line *x, struct line *l, struct poll_common *common,
                   struct resolver *resolver, unsigned index);

/* Goes on as far as it can without waiting; set is room for a round's readings. */
void tcp_line_run(struct tcp_line *x, const struct poll_now *now, struct reading_set *set);

/* The handle is ready while nothing is asked: late answers, or the end of the connection. */
void tcp_line_idle(struct tcp_line *x);

/* Ends what is under way and closes. */
void tcp_line_stop(struct tcp_line *x);

#endif
