/* SPDX-License-Identifier: GPL-3.0-or-later */
/* teller: tells devices what they cannot measure themselves, where their profile has registers for it ("tell"): the water's temperature and
 * salinity, the air's pressure, the day.
 *
 * What another device measured lately counts: temperature and salinity (or conductivity) of the same pond, pressure anywhere on the site;
 * else what the site file says (ponds[].sal_psu, site.baro_hpa). Only usable values, none older than TELLER_FRESH_MS. Nothing is told that is
 * not known: a device falls back to its default then, and says so.
 * A register is written when its value has moved, TELLER_GAP_MS after the last time at the earliest, and again each TELLER_REPEAT_MS, because
 * devices forget it. One that refuses is asked again after a day, one that does not answer after TELLER_GAP_MS. A device that is being
 * calibrated is left alone.
 * Threads: one of its own; teller_see any. */
#ifndef COLLECTOR_TELLER_H
#define COLLECTOR_TELLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"
#include "collector/common/profile.h"
#include "collector/common/reading.h"
#include "collector/common/site.h"

#define TELLER_FRESH_MS  ((int64_t)30 * 60 * 1000)
#define TELLER_GAP_MS    ((int64_t)10 * 60 * 1000)
#define TELLER_REPEAT_MS ((int64_t)60 * 60 * 1000) /* a node holds it for two hours */

struct teller; /* opaque */

struct teller_config {
    const struct site *site;              /* outlives the teller, as all below */
    const struct profile *const *profile; /* of site->device[i] */
    /* As poller_ask. */
    int (*ask)(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
               struct bus_answer *a);
    bool (*lent)(void *arg, unsigned device); /* is it being calibrated? */
    void *arg;
    int64_t gap_ms, repeat_ms; /* 0: as above */
};

/* Readings may be shown to it at once. */
struct teller *teller_new(const struct teller_config *c);
/* NILA_ERR_IO: no thread. A site whose devices are told nothing needs none. */
NILA_MUST_CHECK int teller_start(struct teller *t);
/* Waits for a question that is out. Readings may still be shown to it. NULL is fine. */
void teller_stop(struct teller *t);
void teller_free(struct teller *t); /* stopped; NULL is fine */

/* Readings as they were delivered. t NULL is fine. */
void teller_see(struct teller *t, const struct reading_set *sets, size_t n);

#endif
