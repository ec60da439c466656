/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_round: one round of one device for a person, over an asker. */
#ifndef COLLECTOR_READ_ROUND_H
#define COLLECTOR_READ_ROUND_H

#include "asker.h"
#include "collector/common/profile.h"
#include "collector/common/reading.h"

struct read_round {
    const struct site *site;
    unsigned index;          /* of the device */
    const struct profile *p; /* of the device */
    /* the device was told to measure and is ready in so many seconds; may be NULL */
    void (*waits)(void *arg, double seconds);
    void *arg;
    struct reading_set set; /* what came of it */
    char note[256];         /* what was wrong in spite of the values, "" nothing */
};

/* Asks; a device that must be told to measure is waited for, a minute at most. Errors of device_init, device_end and, of a collector
 * that has the line, of asker_ask; words in note. */
NILA_MUST_CHECK int read_round_ask(struct read_round *r, struct asker *asker);

#endif
