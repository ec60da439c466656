/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simserver: simulated devices behind Modbus TCP listeners and RTU lines on ptys: nodes through firmware-bridge/core, devices
 * of other profiles through persona.h.
 *
 * One thread a bus; a bus carries several unit ids. Every answer to function 3 or 4 is written to the truth log and
 * flushed before it leaves; an answer that cannot be logged does not leave (the reason is logged once).
 * A TCP bus serves at most SIMSERVER_CLIENTS clients; one more takes the place of the one silent for longest.
 * Functions, exceptions, broadcast and the holding registers are those of core/nila_pdu.h; NILA_HOLD_RESPONSE_MS and
 * NILA_HOLD_PERIOD_S work, and last until simserver_stop. Other units than those of the site are never answered.
 * A simulated node: product 3; serial number = FNV-1a of the device's slug; boot counter = second of the start since the
 * epoch (it has no store, and must grow with every start); no supply or board temperature; raw values missing. */
#ifndef BRIDGE_SIMSERVER_H
#define BRIDGE_SIMSERVER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "collector/common/err.h"
#include "collector/common/profile.h"
#include "collector/common/site.h"

#include "busfault.h"

#define SIMSERVER_CLIENTS 8

/* A node uses eight of them, a device of another profile as many as it has measurements. */
#define SIM_CHANNELS_MAX (PROFILE_MEASUREMENTS + PROFILE_SPARES)

#define SIM_KIND_OTHER   0xFFFF /* measured by no node; beside NILA_KIND_* */

/* One channel as the sensor has it now: what the node's sampling round will take. */
struct sim_channel {
    int kind; /* NILA_KIND_*; NILA_KIND_NONE: not fitted (nodes only); SIM_KIND_OTHER */
    /* Unit of the kind; NaN: sensor absent. Beyond +-2147483 no register holds it: missing, with NILA_Q_RANGE. */
    double value;
    /* Extra NILA_Q_* bits, 0 usual. VALID is set for a finite value unless one of STALE, ABSENT, RANGE, WARMUP, STUCK is
     * among them. */
    unsigned quality;
};

/* Asked once a sampling round (a node's NILA_HOLD_PERIOD_S, which is 1 s at first, or the profile's measure_ms, 1 s when not
 * known; or each request, whichever is later) for one device, in the bus's thread. ts_ms: wall clock. Fills the channels and
 * returns how many: for a node at most 8, the others are not fitted; for a device of a profile one a measurement, then one a
 * spare, missing ones are absent; negative: the device does not answer at all (unplugged) until the next round. Different devices may be asked
 * from different threads at once. */
typedef int (*sim_source)(void *arg, int device_index, int64_t ts_ms,
                          struct sim_channel ch[SIM_CHANNELS_MAX]);

/* What else a device's machines are told and tell, in the bus's thread, around each request to a device of a profile. */
struct sim_machines {
    /* Is the channel-th input closed? NULL: inputs are open. */
    bool (*contact)(void *arg, int device_index, unsigned channel);
    /* The channel-th relay is so after a request; told for each relay and request. NULL: nobody asks. */
    void (*relay)(void *arg, int device_index, unsigned channel, bool on);
};

struct simserver; /* opaque */

struct simserver_config {
    /* Buses and devices; must outlive the server. */
    const struct site *site;
    /* One entry a device: what it is served as, must outlive the server. NULL entry, NULL, or a profile with a node's header:
     * a nila-node. */
    const struct profile *const *profile;
    sim_source source;
    struct sim_machines machines;
    void *arg; /* of source and machines */
    /* NULL: no log. CSV: served_ms,bus,unit,function,first,count,regs_hex,request_no; the header is written when the file
     * is empty. regs_hex: four digits a register; request_no: NILA_REG_REQUEST of the answer, 0 for function 3. The caller
     * closes it after simserver_stop. */
    FILE *truth;
    /* One entry a bus; NULL entry, or NULL: no link. The link's path for that bus's pty. An existing link is replaced,
     * anything else of that name is NILA_ERR_BUSY. */
    const char *const *pty_link;
    /* One entry a bus; 0, or NULL: a pty's own speed. Baud at which that serial bus is paced, both ways, with the parity and
     * stop bits of the site file (rtu_line.h). */
    const int *baud;
    /* What goes wrong with the answers of every bus; must outlive the server. NULL: nothing. On the truth log a fault has a
     * line of its own, regs_hex "fault:KIND"; an answer whose values did not leave unharmed has no other. */
    const struct busfault_plan *bus_fault;
    /* NULL, or filled by simserver_stop: the answers and faults of all buses. */
    struct busfault_counts *counts;
    /* Of all TCP buses; NULL: "127.0.0.1". The ports are the site file's, 0: any free one. */
    const char *listen_host;
};

/* Binds and starts; on success *out is the caller's, end it with simserver_stop. NILA_ERR_BUSY (port or link name taken),
 * NILA_ERR_DENIED, NILA_ERR_NOT_FOUND (no such listen_host), NILA_ERR_IO, with words in why (size >= 160). */
NILA_MUST_CHECK int simserver_start(struct simserver **out, const struct simserver_config *c,
                                    char *why, size_t why_size);

/* What a bus is reached by: the bound TCP port, or 0 for a pty; path (size >= 64, or NULL) gets the pty's own name ("" for
 * TCP). Negative NILA_ERR_RANGE when there is no such bus. */
int simserver_port(const struct simserver *s, int bus_index, char *path, size_t size);

/* Stops the threads, removes the links that are still ours. NULL is fine. */
void simserver_stop(struct simserver *s);

#endif
