/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ezo_port: an Atlas EZO circuit on a serial port of this machine (9600 8N1), asked through core/nila_ezo. The port may come and go: a
 * USB adapter that is pulled, a circuit behind a switched supply. While it is away the reading is "absent", at once; it is looked for
 * again with each reading, at most every two seconds.
 *
 * Time is the caller's: ms of one monotonic clock. One thread. Nothing blocks. */
#ifndef BRIDGE_EZO_PORT_H
#define BRIDGE_EZO_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-bridge/core/nila_ezo.h"

#define EZO_PORT_RETRY_MS 2000

struct ezo_port {
    const char *path; /* the caller's, outlives it */
    int fd;           /* -1: not open; for poll */
    int why;          /* errno of the last try; 0 it is open */
    int64_t ticked_ms, retry_ms;
    bool held; /* a byte that the port did not take yet */
    uint8_t byte;
    struct nila_ezo ezo;
};

void ezo_port_init(struct ezo_port *p, const char *path, enum nila_ezo_kind kind, int64_t now_ms);

/* Begins a reading; nila_ezo_busy(&p->ezo) until it is over, then nila_ezo_result. */
void ezo_port_ask(struct ezo_port *p, const struct nila_ezo_water *water, int64_t now_ms);

/* Moves bytes and time. While busy, call it every ten ms or when fd is readable. */
void ezo_port_step(struct ezo_port *p, int64_t now_ms);

void ezo_port_close(struct ezo_port *p);

#endif
