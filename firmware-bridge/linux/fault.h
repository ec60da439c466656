/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fault: a simulated device that misbehaves for a while, so that tests can prove that nonsense never becomes plausible.
 *
 * silent    the device does not answer
 * absent    it answers, its sensors are gone: no values, quality "absent"
 * nonsense  impossible values that claim to be valid; each second one of: 300000 in all, -127 in all, 85 (the power-on
 *           code of a DS18B20) in temperatures with 300000 elsewhere, exactly 0 in all
 * stuck     the values of the fault's first second repeat, and claim to be valid
 * fouled    oxygen answers less and less: over ten days its swing about a day's running mean shrinks to 30 %
 * drift     the calibration wanders: each day oxygen reads 4 % less of what there is, down to 60 %, and pH 0.05 more, up to 0.5
 * air       the probe hangs in the air: its oxygen is that of air-saturated water at the air's temperature (24 to 33 C over the day), its
 *           temperature the air's, conductivity 0, pH wanders about 7
 * Threads: one struct fault is used by one thread at a time. */
#ifndef BRIDGE_FAULT_H
#define BRIDGE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "collector/common/site.h"

#include "simserver.h"

enum fault_kind {
    FAULT_SILENT,
    FAULT_ABSENT,
    FAULT_NONSENSE,
    FAULT_STUCK,
    FAULT_FOULED,
    FAULT_DRIFT,
    FAULT_AIR
};

struct fault {
    int device; /* index into the site's devices */
    enum fault_kind kind;
    double from_s, to_s; /* since the start: from_s <= t < to_s; to_s may be infinite */
    bool holding;        /* stuck: held is filled */
    int held_n;
    double mean, mean_s; /* fouled: the running mean, and when it was last moved on */
    struct sim_channel held[SIM_CHANNELS_MAX];
};

/* Reads DEVICE:KIND[:from_s[:to_s]]; defaults 0 and for ever. NILA_ERR_PARSE: not of this form; NILA_ERR_NOT_FOUND: no
 * such device or kind; NILA_ERR_RANGE: times negative or not rising. */
NILA_MUST_CHECK int fault_parse(struct fault *out, const char *text, const struct site *site);

/* What device gives at t_s seconds and the wall time ts_ms, when it would have given n channels ch: the new number, with
 * ch changed, or -1 for silence. The fault leaves other devices and other times alone. */
int fault_apply(struct fault *f, int device, double t_s, int64_t ts_ms,
                struct sim_channel ch[SIM_CHANNELS_MAX], int n);

#endif
