/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bus_link: what bus.c, bus_rtu.c and bus_wait.c share; for no other file. */
#ifndef COLLECTOR_BUS_LINK_H
#define COLLECTOR_BUS_LINK_H

#include <modbus.h>

#include "bus.h"
#include "bus_tcp.h"

/* How a kind of link does it. */
struct bus_link {
    int (*open)(struct bus *b, char *why, size_t why_size);
    int (*ask)(struct bus *b, const struct bus_question *q, uint16_t *regs, struct bus_answer *a);
    void (*close)(struct bus *b);
    bool (*is_open)(const struct bus *b);
};

extern const struct bus_link BUS_RTU, BUS_TCP;

struct bus {
    const struct site_bus *c;
    const struct bus_link *link;
    int64_t quiet_ms; /* monotonic: when the last byte went over the line */
    struct bus_tcp tcp;
    struct frames *frames; /* NULL: none are kept */
    modbus_t *ctx;         /* serial: NULL while closed */
    int lock_fd;           /* serial: a second handle that carries the lock; -1 none */
    bool doubt[256];       /* serial: the unit's last question failed, its answer may still come */
    uint16_t slowest_ms[256]; /* serial: slowest good answer of the unit, 0 none yet */
    struct bus_question last; /* serial: the last question (its .write is not to be used) */
};

/* Waits until the line has been quiet for ms, and for as long as the bus and q want. */
void bus_wait_gap(const struct bus *b, const struct bus_question *q, int64_t ms);

#endif
