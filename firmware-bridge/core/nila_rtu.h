/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_rtu: the server's side of a Modbus RTU line (Modbus over Serial Line V1.02): bytes in, frame end in, answer out.
 *
 * The port owns the UART and the clock: it calls nila_rtu_byte for each byte, and nila_rtu_end once the line was silent
 * for t3.5 (nila_rtu_t35_us), or for NILA_RTU_HOLD_MS instead while nila_rtu_unfinished says that a request to us has
 * begun: an operating system or a USB adapter may tear a frame apart by longer than t3.5. While the port's own
 * transmitter drives an RS-485 line it must not feed what it hears.
 *
 * A frame is answered only when its CRC is right and its id is one of ours. When the CRC of the whole is wrong, the
 * request may stand behind noise or behind another unit's answer with too little silence between: a tail that begins
 * with one of our ids, has exactly the length its function asks for, and a right CRC of its own, is served.
 * Answers are never answered: our own echo, or that of a second node under our id, would start an endless talk.
 * Freestanding; one context at a time (a port that receives in its interrupt hands the bytes over itself). */
#ifndef NILA_RTU_H
#define NILA_RTU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nila_pdu.h"

#define NILA_RTU_MAX 256 /* unit id, PDU, CRC */
#define NILA_RTU_HOLD_MS \
    30 /* longest gap inside a request to us; measured on loaded hosts and USB adapters */

struct nila_rtu {
    struct nila_units *units;
    uint16_t n;   /* bytes of the frame so far */
    bool overrun; /* more came than a frame can hold */
    bool damaged; /* the UART reported a parity, framing or overrun error */
    uint8_t rx[NILA_RTU_MAX];
};

/* An idle line. units stays the caller's and must outlive rtu. */
void nila_rtu_init(struct nila_rtu *rtu, struct nila_units *units);

/* The next byte from the line. */
void nila_rtu_byte(struct nila_rtu *rtu, uint8_t byte);

/* The UART says that a byte was damaged: the frame it belongs to will not be answered. */
void nila_rtu_damaged(struct nila_rtu *rtu);

/* True while the bytes so far can be the beginning of a request to one of our units, or of a broadcast. */
bool nila_rtu_unfinished(const struct nila_rtu *rtu);

/* The line fell silent. Puts the answer frame into out; .n of the result is its length, 0: stay silent. The receive buffer
 * is free again when this returns, so that the next request may arrive while the answer is still being sent. With one unit on the line
 * out may be rtu->rx itself; then nothing may arrive until the answer has been sent. */
struct nila_answer nila_rtu_end(struct nila_rtu *rtu, uint8_t out[NILA_RTU_MAX]);

/* Silence that ends a frame, in microseconds: 3.5 characters of 11 bits, or 1750 above 19200 baud (V1.02, 2.5.1.1).
 * baud 0 is taken as 9600. */
uint32_t nila_rtu_t35_us(uint32_t baud);

#endif
