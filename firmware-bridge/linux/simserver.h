/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simserver: simulated nodes behind Modbus TCP listeners and RTU lines on ptys, all through firmware-bridge/core.
 *
 * One thread a bus; a bus carries several unit ids. Every answer is written to the truth log before it leaves. */
#ifndef BRIDGE_SIMSERVER_H
#define BRIDGE_SIMSERVER_H

#include <stdint.h>
#include <stdio.h>

#include "collector/common/site.h"

/* One channel as the sensor has it now: what the node's sampling round will take. */
struct sim_channel {
    int kind;          /* NILA_KIND_* */
    double value;      /* unit of the kind; NaN: sensor absent */
    unsigned quality;  /* extra NILA_Q_* bits, 0 usual; without them VALID is set for a finite value */
};

/* Asked once a sampling round (each second, or each request, whichever is later) for one device, in the bus's thread.
 * Fills at most 8 channels and returns how many; negative: the device does not answer at all (unplugged). Different
 * devices may be asked from different threads at once. */
typedef int (*sim_source)(void *arg, int device_index, int64_t ts_ms, struct sim_channel ch[8]);

struct simserver;

struct simserver_config {
    const struct site *site;       /* buses and devices; every device is served as a nila-node */
    sim_source source;
    void *arg;
    FILE *truth;                   /* NULL: no log. CSV: served_ms,bus,unit,function,first,count,regs_hex,request_no */
    const char *const *pty_link;   /* one entry a bus, NULL: no link; link path for that bus's pty */
    const char *listen_host;       /* "127.0.0.1" by default (NULL) */
};

/* Binds and starts. NILA_ERR_IO, NILA_ERR_BUSY (port taken), with words in why (size >= 160). */
NILA_MUST_CHECK int simserver_start(struct simserver **out, const struct simserver_config *c, char *why, size_t why_size);

/* What a bus is reached by: the bound TCP port, or 0 for a pty; path gets the pty's name ("" for TCP). */
int simserver_port(const struct simserver *s, int bus_index, char *path, size_t size);

/* Stops the threads, removes the links. NULL is fine. */
void simserver_stop(struct simserver *s);

#endif
