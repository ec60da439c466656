/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_pdu: from a request to its answer, whatever carried it (Modbus Application Protocol V1.1b3).
 *
 * Functions: 3 read holding, 4 read input, 6 write one holding, 16 write several holding, 17 report server id,
 * 43/14 read device identification (basic and regular, as a stream and one by one), and 8 with the sub-functions 0 echo,
 * 1 restart communications, 4 listen only, 10 clear counters, 11 to 18 counters. Everything else is exception 1. Every
 * length is checked against the bytes really received; a request of the wrong length is exception 3, registers that do
 * not exist are exception 2.
 * Freestanding; state only in the caller's structs; one context at a time. */
#ifndef NILA_PDU_H
#define NILA_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nila_node.h"

#define NILA_PDU_MAX 253 /* function code and data */

/* The nodes that answer behind one line or socket, in the caller's memory. */
struct nila_units {
    struct nila_node *node;
    size_t nodes;
    /* Asked before a node is served: the moment to sample, and to stay silent (false) like an unplugged node.
     * NULL: every node is always there. */
    bool (*awake)(void *arg, size_t index);
    void *arg;
};

/* What was answered, for those who send it and those who log it. */
struct nila_answer {
    size_t n;               /* bytes to send; 0: stay silent, and the rest is zero */
    struct nila_node *node; /* who answers */
    /* the id it was asked under; the write of a new id is still answered under the old one */
    uint8_t unit;
    uint8_t function;  /* of the request */
    uint8_t exception; /* NILA_EXCEPTION_* */
    uint16_t first,
        count; /* functions 3 and 4 without exception: the registers served; otherwise 0 */
    /* function 4 without exception: NILA_REG_REQUEST of this answer; otherwise 0 */
    uint32_t request;
};

/* Serves one request of n bytes (function code first; 1..NILA_PDU_MAX, anything else is silence) to the node of that unit
 * id and puts the answer PDU into out. Unit 0, unless a node bears it, is a broadcast: writes are executed by every node,
 * nothing is answered. Nobody's id: silence. Counts messages, foreign frames and exceptions of the nodes. */
struct nila_answer nila_units_serve(struct nila_units *units, uint8_t unit, const uint8_t *pdu,
                                    size_t n, uint8_t out[NILA_PDU_MAX]);

/* The node of a unit id (the first, should two bear it), or NULL. */
struct nila_node *nila_units_find(const struct nila_units *units, uint8_t unit);

#endif
