/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_mbap: Modbus TCP framing (Modbus Messaging on TCP/IP V1.0b): transaction, protocol, length, unit, PDU.
 *
 * Freestanding, without state: the caller keeps what it received and asks whether a frame is complete. */
#ifndef NILA_MBAP_H
#define NILA_MBAP_H

#include <stddef.h>
#include <stdint.h>

#include "nila_pdu.h"

#define NILA_MBAP_HEADER  7 /* bytes before the PDU: transaction 2, protocol 2, length 2, unit 1 */
#define NILA_MBAP_MAX     260 /* header and PDU */
#define NILA_MBAP_FOREIGN SIZE_MAX

/* Length of the frame at the beginning of n received bytes: 0 while more bytes are needed to know it (the frame is complete
 * when the length is known and <= n); NILA_MBAP_FOREIGN when this is not Modbus (protocol not 0, or a length no frame
 * can have): the stream can't be followed any more, close it. */
size_t nila_mbap_length(const uint8_t *bytes, size_t n);

/* Serves one complete frame of n = nila_mbap_length bytes; puts the answer frame into out, .n of the result is its length,
 * 0: stay silent (unknown unit, node unplugged, broadcast, or not a frame of that length). */
struct nila_answer nila_mbap_serve(struct nila_units *units, const uint8_t *frame, size_t n,
                                   uint8_t out[NILA_MBAP_MAX]);

#endif
