/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uart: when bytes are on a line. Without a clock of its own: the caller says what time it is, in ns of one monotonic clock.
 *
 * Paced, a character takes char_ns in either direction: what was heard is there only when its last bit is, and no byte is
 * handed out before its stop bit would have passed. Bytes are handed out at most UART_BURST_NS worth at a time, or singly
 * where one takes longer; a caller who comes late gets at once what is due by then, so that the line as a whole is never
 * slower than its baud rate. Unpaced (char_ns 0), bytes take no time and a frame is handed out whole. */
#ifndef BRIDGE_UART_H
#define BRIDGE_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "busfault.h"

#define UART_BURST_NS 500000

struct uart_frame;

struct uart {
    int64_t char_ns;
    int64_t heard_ns;         /* when the last byte from the other side is all there */
    int64_t free_ns;          /* when the last frame of ours was out */
    struct uart_frame *queue; /* by due time; the first may have begun */
};

/* Time of one character, ns; parity 'N' has no bit. */
int64_t uart_char_ns(int baud, char parity, int stop_bits);

void uart_init(struct uart *u, int64_t char_ns);
void uart_clear(struct uart *u); /* forgets what waits; a zeroed struct is fine */

/* n bytes came at now_ns, sent as one: they follow what was heard before. */
void uart_hear(struct uart *u, size_t n, int64_t now_ns);

/* A frame (copied, at most WIRE_MAX bytes) begins at due_ns, or when those due before it are out. */
void uart_send(struct uart *u, const uint8_t *bytes, size_t n, int64_t due_ns);

/* Has a frame of ours begun that is not yet out? */
bool uart_driving(const struct uart *u);

/* When uart_take should be asked next; INT64_MAX: nothing waits. */
int64_t uart_next_ns(const struct uart *u);

/* Copies the bytes that may leave by now_ns, of one frame, and returns how many; 0: none yet. Ask again until 0. */
size_t uart_take(struct uart *u, int64_t now_ns, uint8_t out[WIRE_MAX]);

#endif
