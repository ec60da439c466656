/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simbus: the simulated devices of one bus, sampled from the source when they are asked. What tcp_server and rtu_line
 * share.
 *
 * Threads: all calls from the bus's own thread once it runs. Nodes of simbus_init_nodes may be on several buses. */
#ifndef BRIDGE_SIMBUS_H
#define BRIDGE_SIMBUS_H

#include <pthread.h>
#include <stdbool.h>

#include "busfault.h"
#include "collector/common/site.h"
#include "firmware-bridge/core/nila_pdu.h"
#include "firmware-bridge/core/nila_relay.h"
#include "simserver.h"
#include "truth.h"

struct simbus_sampling; /* opaque: when a device was sampled */
struct persona;

struct simbus {
    const struct site_bus *bus;
    /* nodes, and devices of other profiles, each in the site's order */
    struct nila_units units;
    struct simbus_sampling *sampling; /* one a node */
    /* one a node, of those whose profile has a switch: node->blocks is 1 */
    struct nila_relay *relay;
    struct nila_block *relay_block;
    struct persona **persona;
    size_t personas;
    struct simbus_sampling *persona_sampling;
    sim_source source;
    struct sim_machines machines;
    void *arg;
    struct truth *truth;
    struct busfault fault;
    pthread_mutex_t
        *lock; /* of the nodes, when several buses carry them; NULL: this one alone does */
};

/* One answer, before it is framed. */
struct sim_reply {
    struct nila_answer a; /* a.n: bytes of pdu; 0: silence */
    int delay_ms;         /* before the first byte leaves */
    int timeout_ms;       /* after which a master may give up; the later of bus and profile */
    uint8_t pdu[NILA_PDU_MAX];
};

/* Fills b with the devices of bus bus_index; b must stay where it is. Free with simbus_clear. */
void simbus_init(struct simbus *b, const struct simserver_config *c, int bus_index,
                 struct truth *truth);
void simbus_clear(struct simbus *b); /* a zeroed struct is fine */

/* A bus of n nodes that live elsewhere and are sampled there, under the caller's lock. Everything is the caller's and outlives b; simbus_clear
 * has nothing to do. */
void simbus_init_nodes(struct simbus *b, const struct site_bus *bus, struct nila_node *node,
                       size_t n, pthread_mutex_t *lock, struct truth *truth);

/* The nodes' lock, where there is one. simbus_serve takes it itself. */
void simbus_lock(const struct simbus *b);
void simbus_unlock(const struct simbus *b);

/* Is there a device of another profile than a node's under this unit id? */
bool simbus_has_persona(const struct simbus *b, uint8_t unit);

/* Serves a request of n bytes (function first) to whoever bears the unit id, sampling it when it is due. The nodes hear it
 * too and count. */
void simbus_serve(struct simbus *b, uint8_t unit, const uint8_t *pdu, size_t n,
                  struct sim_reply *out);

/* The same when the nodes have heard it already, and only for devices of other profiles. */
void simbus_serve_persona(struct simbus *b, uint8_t unit, const uint8_t *pdu, size_t n,
                          struct sim_reply *out);

/* Draws what befalls an answer, which may delay it, and writes both to the truth log, if there is one. False: they could not
 * be logged, and nothing may leave. */
NILA_MUST_CHECK bool simbus_release(struct simbus *b, struct sim_reply *r,
                                    struct busfault_hit *hit);

#endif
