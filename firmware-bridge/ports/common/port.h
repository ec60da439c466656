/* SPDX-License-Identifier: GPL-3.0-or-later */
/* port: what every board's port gives to the common main program. */
#ifndef PORTS_COMMON_PORT_H
#define PORTS_COMMON_PORT_H

#include <stdint.h>

#include "firmware-bridge/core/nila_app.h"

/* What is known when the processor has started. */
struct port_start {
    uint16_t product_id;  /* NILA_PRODUCT_* */
    uint16_t reset_cause; /* NILA_RESET_* */
    uint32_t boots;       /* this one included */
    uint32_t serial;      /* 0: the processor has no number */
    const char *model;    /* of the board */
};

/* Clocks, pins, watchdog and the microsecond clock; the relay is off and the driver too. Called once, first. */
void port_start(struct port_start *out);

/* Sleeps until the next interrupt, at most some milliseconds. */
void port_sleep(void);

extern const struct nila_port PORT;
extern const struct nila_board BOARD;

/* The node, for the UART's interrupts. */
extern struct nila_app app;

#endif
