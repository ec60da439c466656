/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bus_link: what bus.c, bus_rtu.c and bus_tcp.c share; for no other file. */
#ifndef COLLECTOR_BUS_LINK_H
#define COLLECTOR_BUS_LINK_H

#include <modbus.h>

#include "bus.h"

/* How a kind of link does it. */
struct bus_link {
    int (*open)(struct bus *b, char *why, size_t why_size);
    int (*ask)(struct bus *b, const struct bus_question *q, uint16_t *regs, struct bus_answer *a);
    void (*close)(struct bus *b);
};

extern const struct bus_link BUS_RTU, BUS_TCP;

struct bus {
    const struct site_bus *c;
    const struct bus_link *link;
    modbus_t *ctx;    /* NULL while closed */
    int lock_fd;      /* serial: a second handle that carries the lock; -1 none */
    int64_t quiet_ms; /* monotonic: when the last byte went over the line */
    uint16_t tid;     /* tcp: the transaction number libmodbus gave its last question */
    unsigned silent;  /* tcp: questions without an answer in a row */
    bool doubt[256];  /* serial: the unit's last question failed, its answer may still come */
    uint16_t slowest_ms[256]; /* serial: slowest good answer of the unit, 0 none yet */
};

/* Turns libmodbus's errno e into ours and fills a->exception and a->text. */
int bus_error(int e, const struct bus_question *q, struct bus_answer *a);

/* Sets how long libmodbus waits for an answer's first byte, and between bytes (0: the whole answer within the first). */
void bus_set_timeouts(modbus_t *ctx, int64_t answer_ms, int byte_ms);

/* One read by libmodbus; its return value. */
int bus_modbus_read(modbus_t *ctx, const struct bus_question *q, uint16_t *regs);

/* Takes the registers out of a PDU (function code first) of n bytes that answers q. 0, NILA_ERR_EXCEPTION, NILA_ERR_PROTO. */
int bus_take_pdu(const uint8_t *pdu, int n, const struct bus_question *q, uint16_t *regs,
                 struct bus_answer *a);

/* Waits until the line has been quiet for ms. */
void bus_wait_gap(const struct bus *b, int64_t ms);

#endif
