/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history: what the simulated devices would have measured, as readings CSV: time,pond,device,metric,value,flag.
 *
 * Rows come in order of time, then in the site file's order of devices, then of channels. Times are the multiples of the
 * interval since the epoch, ISO 8601 with +07:00. flag is 2 (not evaluated): nobody has judged them yet. A metric has
 * the name the site file gives it. What a faulty device would not have sent has no row. pond is empty for a weather station. */
#ifndef BRIDGE_HISTORY_H
#define BRIDGE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "collector/common/err.h"
#include "collector/common/site.h"

#include "fault.h"
#include "sensors.h"

struct history_config {
    const struct site *site;
    struct sensors *sensors; /* run up to from_ms or before */
    int64_t from_ms, to_ms;  /* from_ms < time <= to_ms */
    int64_t every_s;         /* 1..86400 */
    struct fault *fault;     /* faults of them, seconds since from_ms; NULL when 0 */
    size_t faults;
    bool (*include)(const struct site_device *d); /* devices to write; NULL: all */
    /* Told now and then how far it is, 0..100; NULL: not. */
    void (*progress)(void *arg, int percent);
    void *progress_arg;
};

/* Writes header and rows to out and flushes it. Returns 0 with *rows, or NILA_ERR_IO (errno says why). */
NILA_MUST_CHECK int history_write(FILE *out, const struct history_config *c, int64_t *rows);

#endif
