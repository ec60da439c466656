/* SPDX-License-Identifier: GPL-3.0-or-later */
/* practice: a node to learn calibrating on: the firmware's own core behind Modbus TCP on 127.0.0.1, with a thermometer (channel 0) and
 * EZO circuits of oxygen, pH and conductivity (1, 2, 3) that stand in whatever they were put into. Its seconds pass faster. Probes are
 * a little off, as real ones are, need their time in a new solution, and never stand quite still. Nothing is kept when it ends.
 *
 * Threads: one of its own; practice_put any. */
#ifndef BRIDGE_PRACTICE_H
#define BRIDGE_PRACTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

#define PRACTICE_UNIT 1

enum practice_place {
    PRACTICE_POND,
    PRACTICE_AIR, /* just above the water, rinsed and dry */
    PRACTICE_SULFITE,
    PRACTICE_PH_4,
    PRACTICE_PH_686,
    PRACTICE_PH_7,
    PRACTICE_PH_918,
    PRACTICE_PH_10,
    PRACTICE_EC_1413,
    PRACTICE_EC_12880,
    PRACTICE_PLACES
};
const char *practice_place_name(enum practice_place p); /* in the process's tongue */

struct practice; /* opaque */

struct practice_config {
    uint64_t seed;
    int speed;      /* its seconds in one of ours, 1..1000 */
    bool neighbour; /* a second node, unit 2, which measures 28.5 C of water and nothing else */
};

/* NILA_ERR_IO: no port or thread. */
NILA_MUST_CHECK int practice_start(struct practice **out, const struct practice_config *c);
void practice_stop(struct practice *p); /* NULL is fine */

/* "127.0.0.1:PORT" */
const char *practice_address(const struct practice *p);

/* All probes stand there from now on. */
void practice_put(struct practice *p, enum practice_place place);

/* What a perfect calibration of a channel would find: slope in millionths of the maker's, offset in raw units x 1000. */
void practice_truth(const struct practice *p, unsigned channel, int32_t *slope_ppm,
                    int32_t *offset_x1000);

/* Is a calibration open at the node, and how many were put into force? For tests. */
bool practice_open(struct practice *p);
unsigned practice_number(struct practice *p, unsigned channel);

#endif
