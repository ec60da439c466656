/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtu_ear: hears the requests to devices that are not nodes on an RTU line (the nodes hear for themselves, core/nila_rtu.h).
 *
 * The same rules: a frame ends with a silence; a wrong CRC is not answered, unless a whole request of its own CRC stands at
 * the end of what was heard; a request that the host tore apart may be waited for. */
#ifndef BRIDGE_RTU_EAR_H
#define BRIDGE_RTU_EAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-bridge/core/nila_rtu.h"
#include "simbus.h"

struct rtu_ear {
    size_t n;
    bool overrun; /* more came than a frame can hold */
    uint8_t rx[NILA_RTU_MAX];
};

void rtu_ear_byte(struct rtu_ear *e, uint8_t byte);

/* True while the bytes so far can be the beginning of a request to one of b's devices. */
bool rtu_ear_unfinished(const struct rtu_ear *e, const struct simbus *b);

/* The line fell silent: serves what was heard, out->a.n is 0 when there is nothing to answer. */
void rtu_ear_end(struct rtu_ear *e, struct simbus *b, struct sim_reply *out);

#endif
