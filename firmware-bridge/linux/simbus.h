/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simbus: the simulated nodes of one bus, sampled from the source when they are asked. What tcp_server and rtu_line
 * share.
 *
 * Threads: all calls from the bus's own thread once it runs. */
#ifndef BRIDGE_SIMBUS_H
#define BRIDGE_SIMBUS_H

#include <stdbool.h>

#include "collector/common/site.h"
#include "firmware-bridge/core/nila_pdu.h"
#include "simserver.h"
#include "truth.h"

struct simbus_sampling; /* opaque: when each node was sampled */

struct simbus {
    const struct site_bus *bus;
    /* node[i] belongs to the i-th device of this bus, in the site's order */
    struct nila_units units;
    struct simbus_sampling *sampling;
    sim_source source;
    void *arg;
    struct truth *truth;
};

/* Fills b with the nodes of the devices of bus bus_index; b must stay where it is. Free with simbus_clear. */
void simbus_init(struct simbus *b, const struct simserver_config *c, int bus_index,
                 struct truth *truth);
void simbus_clear(struct simbus *b); /* a zeroed struct is fine */

/* True when an answer (its PDU given) may leave: it is on the truth log, if there is one. */
NILA_MUST_CHECK bool simbus_release(struct simbus *b, const struct nila_answer *a,
                                    const uint8_t *pdu);

#endif
