/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_port: what a board gives the core: one UART on an RS-485 line, a clock of microseconds, and the board's own things.
 *
 * The functions are called from the main loop unless it says otherwise, with the arg of their struct. None may block. */
#ifndef NILA_PORT_H
#define NILA_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nila_node.h"

/* The line. The UART's interrupts, in turn, call nila_line_heard for each byte, nila_line_next when a byte fits into the
 * transmitter, and nila_line_sent when the last stop bit is out. A receive interrupt clears its flag before it drains the
 * UART, never after: a byte that comes in between would wait for ever. */
struct nila_port {
    void *arg;
    /* Microseconds of a free-running clock that wraps at 2^32 and never goes back; also from interrupts. */
    uint32_t (*tick_us)(void *arg);
    /* Starts or restarts the UART: baud bits a second; parity as NILA_HOLD_PARITY. Forgets what it holds. false: this board
     * cannot (nothing has changed then). */
    bool (*open)(void *arg, uint32_t baud, uint16_t parity);
    /* RS-485 driver on or off; also from interrupts. */
    void (*drive)(void *arg, bool on);
    /* From now on the transmitter asks nila_line_next for bytes. */
    void (*transmit)(void *arg);
    /* Does the UART hold a byte that its interrupt has not fetched? */
    bool (*rx_waiting)(void *arg);
};

#define NILA_BOARD_OWN 16 /* as nila_settings.h, NILA_SETTINGS_OWN */

/* The board around it. NULL: it has no such thing. */
struct nila_board {
    void *arg;
    void (*feed)(void *arg);           /* the watchdog */
    void (*relay)(void *arg, bool on); /* the aerator's relay */
    uint16_t (*supply_mv)(void *arg);  /* 0: could not be measured */
    int16_t (*temp_x10)(void *arg);    /* 0.1 C; NILA_BOARD_TEMP_NONE: could not be measured */
    bool (*supply_low)(void *arg);     /* too low to write flash memory */
    /* A sampling round is due: who ends it calls nila_node_round, sooner or later. */
    void (*sample)(void *arg, struct nila_node *node);
    /* Each turn of the main loop: bytes to and from probes. */
    void (*step)(void *arg, struct nila_node *node);
    /* What the board kept of holding registers 1 .. NILA_BOARD_OWN - 1 into own; false: nothing. Called once, when the node is new:
     * the moment for modules that keep channels of it, and to nila_app_add their registers. */
    bool (*recall)(void *arg, struct nila_node *node, uint16_t own[NILA_BOARD_OWN]);
    /* Keeps them over a loss of power; false: it could not. Called when the line is idle; may take 0.1 s. */
    bool (*keep)(void *arg, const uint16_t own[NILA_BOARD_OWN]);
    const struct nila_block *block; /* further holding registers; nila_node.h's rules */
    uint8_t blocks;
};

#endif
