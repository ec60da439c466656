/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtu_line: one Modbus RTU line on a pseudo terminal, or on a serial port, served by one thread. The master opens the pty like a
 * serial port.
 *
 * The line goes on hearing while an answer waits for its time.
 * A pty carries bytes without the time they take on a line and knows no parity or direction; the silences that end a frame
 * are kept as the bus's baud rate asks. Paced (uart.h), a request counts as heard only when its last bit would be through,
 * an answer's bytes leave one by one as they would arrive, and what is said while our driver is on is lost, as on two
 * wires. We hold the master's end open ourselves, so that a master may come and go. */
#ifndef BRIDGE_RTU_LINE_H
#define BRIDGE_RTU_LINE_H

#include "simbus.h"

struct rtu_line; /* opaque */

/* Opens a pty, in raw mode, and points link (NULL: none) at it. baud: paced at that rate, 0: not. bus must outlive the line, link is copied. NILA_ERR_BUSY:
 * link exists and is not a link; NILA_ERR_DENIED, NILA_ERR_NOT_FOUND (folder), NILA_ERR_IO; words in why. On success free
 * *out with rtu_line_close. */
NILA_MUST_CHECK int rtu_line_open(struct rtu_line **out, struct simbus *bus, const char *link,
                                  int baud, char *why, size_t why_size);

/* The same on the serial port of bus->bus, with its baud rate, parity and stop bits. A port that is not there or goes away is looked
 * for every RTU_LINE_RETRY_MS, so this cannot fail; it is opened by rtu_line_run. */
#define RTU_LINE_RETRY_MS 2000
struct rtu_line *rtu_line_on_port(struct simbus *bus);

/* The pty's own name ("/dev/pts/7"), or the port's; valid until close. */
const char *rtu_line_path(const struct rtu_line *l);

/* Serves until stop_fd becomes readable (it is not read). */
void rtu_line_run(struct rtu_line *l, int stop_fd);

/* Closes the pty and removes the link if it still points at it. NULL is fine. */
void rtu_line_close(struct rtu_line *l);

#endif
