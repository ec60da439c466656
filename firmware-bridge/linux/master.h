/* SPDX-License-Identifier: GPL-3.0-or-later */
/* master: a Modbus master for the technician's tools (calibrate, update): one node, on a serial line, behind a TCP gateway, or lent by
 * the running collector, one question at a time. Registers alone: functions 3, 4 and 16.
 *
 * A serial port is locked as the collector locks it (flock), so that two masters never share a line.
 * Errors are said in the process's tongue in m->why. One thread. */
#ifndef BRIDGE_MASTER_H
#define BRIDGE_MASTER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "lender.h"

#define MASTER_TRIES     3    /* of a question without an answer, where repeating does no harm */
#define MASTER_ANSWER_MS 1500 /* an STM32F1 that writes its store takes 60, a slow gateway more */

struct master_place {
    const char *serial; /* device, or NULL */
    int baud;           /* 1200 .. 115200 */
    char parity;        /* N, E, O; without parity one stop bit */
    const char *tcp;    /* HOST or HOST:PORT (502; an IPv6 address in brackets), or NULL */
    const char *socket; /* of the collector that lends it, or NULL */
    const char *device; /* its slug there; required with socket, the others are not looked at */
    uint8_t unit;       /* 1..247; 0 with socket: what the collector says */
};

struct master {
    struct master_place place;
    struct lender lender; /* place.socket is not NULL */
    int fd;
    uint16_t transaction;
    uint8_t exception; /* of the last answer, 0 none */
    char why[400];     /* of the last error */
};

/* 0; NILA_ERR_BUSY (another program has the port), NILA_ERR_IO, NILA_ERR_CONFIG; with a collector those of lender_take. m is closed
 * then. */
NILA_MUST_CHECK int master_open(struct master *m, const struct master_place *place);
void master_close(struct master *m);

/* count (1..125) registers of function 3 (holding) or 4 (input). 0; NILA_ERR_TIMEOUT, NILA_ERR_IO, NILA_ERR_PROTO; an exception
 * is NILA_ERR_REFUSED with its number in m->exception; with a collector also NILA_ERR_CLOSED and NILA_ERR_DENIED as lender_ask. */
NILA_MUST_CHECK int master_read(struct master *m, uint8_t function, uint16_t first, uint16_t count,
                                uint16_t *out);

/* Writes count (1..123) registers. Asked once only: after a time-out nobody knows whether it was done. Errors as master_read. */
NILA_MUST_CHECK int master_write(struct master *m, uint16_t first, uint16_t count,
                                 const uint16_t *value);

/* The same for what may be written twice (a setting, an abort): asked MASTER_TRIES times. */
NILA_MUST_CHECK int master_set(struct master *m, uint16_t first, uint16_t count,
                               const uint16_t *value);

/* The same with the lock opened first; again when another's write closed it meanwhile. */
NILA_MUST_CHECK int master_write_open(struct master *m, uint16_t first, uint16_t count,
                                      const uint16_t *value);

#endif
