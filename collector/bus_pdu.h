/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bus_pdu: a question as the bytes of a request, and an answer's bytes as registers. Pure functions; the same on a serial
 * line and on TCP. A PDU begins with the function code. */
#ifndef COLLECTOR_BUS_PDU_H
#define COLLECTOR_BUS_PDU_H

#include "bus.h"

#define BUS_PDU_MAX 253 /* Modbus application protocol 1.1b3, 4.1 */

/* 0, or NILA_ERR_RANGE with words in a->text: a question that has no request. The unit is not looked at. */
NILA_MUST_CHECK int bus_pdu_check(const struct bus_question *q, struct bus_answer *a);

/* Writes the request for q, which bus_pdu_check has let through; returns its length. */
size_t bus_pdu_make(uint8_t pdu[static BUS_PDU_MAX], const struct bus_question *q);

/* Bytes of the whole answer to BUS_IDENTIFY that begins with n bytes at pdu; 0 while that is not known, -1 when it is none. */
int bus_pdu_identity_length(const uint8_t *pdu, size_t n);

/* Judges the answer of n bytes to q and, when it is good, fills regs (NULL: it is only judged; a write has none). 0,
 * NILA_ERR_EXCEPTION, NILA_ERR_PROTO with words in a->text. */
NILA_MUST_CHECK int bus_pdu_take(const uint8_t *pdu, size_t n, const struct bus_question *q,
                                 uint16_t *regs, struct bus_answer *a);

#endif
