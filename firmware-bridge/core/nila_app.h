/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_app: the main loop of a node on a board: line, seconds, sampling, relay, settings, watchdog. A port fills a
 * nila_port and a nila_board, calls nila_app_init once and nila_app_step for ever, and hands its UART's interrupts to
 * app.line.
 *
 * The watchdog is fed only when, since it was fed last, the second has been served and the line's receiver and transmitter
 * move; a loop that hangs or a receiver that lost its interrupt ends in a reset, whose cause stands in NILA_REG_RESET_CAUSE.
 * Unit id, delay, period, baud rate, parity and the relay's safe state outlive a loss of power where the board can keep them; they are
 * kept within a second or two of their change, when the line is idle. No heap, no clock of its own. */
#ifndef NILA_APP_H
#define NILA_APP_H

#include "nila_line.h"
#include "nila_port.h"
#include "nila_relay.h"

#define NILA_APP_UNIT     1  /* of a board that was never set up */
#define NILA_APP_BAUD_100 96 /* 9600 8N1 */
#define NILA_APP_PERIOD_S 10
#define NILA_APP_BLOCKS   8 /* of holding registers: the line's, the relay's, and others' */

struct nila_app {
    const struct nila_port *port;
    const struct nila_board *board;
    struct nila_node node;
    struct nila_units units;
    struct nila_line line;
    struct nila_relay relay;
    struct nila_block block[NILA_APP_BLOCKS];
    uint16_t baud_100, parity;           /* in force */
    uint16_t want_baud_100, want_parity; /* as written; in force once the answer has left */
    uint16_t due_s;                      /* seconds until the next sampling round */
    uint32_t second_us;                  /* when the present second began */
    uint16_t kept[NILA_BOARD_OWN];       /* of the holding registers, as the board last kept them */
    uint8_t done;                        /* what was served since the watchdog was fed */
    bool relay_is;                       /* as the terminal was last told */
};

/* Starts the node and opens its line. port, board and the texts of identity outlive it. False: the line cannot be opened,
 * or the board has more blocks than there is room for. */
bool nila_app_init(struct nila_app *app, const struct nila_port *port,
                   const struct nila_board *board, const struct nila_identity *identity);

/* Adds holding registers of another module (before the first step). False: there is no room (NILA_APP_BLOCKS). */
bool nila_app_add(struct nila_app *app, const struct nila_block *block);

/* One turn of the main loop; never blocks. Turns may be up to an hour apart, but the watchdog and the line want them often. */
void nila_app_step(struct nila_app *app);

#endif
