/* SPDX-License-Identifier: GPL-3.0-or-later */
/* node_header: the part of a Lumbung Nila node's register map that the collector must understand itself: the header that
 * proves a block is a fresh answer of this node, and the quality bits. The map is firmware-bridge/core/nila_regmap.h; a test
 * compares the numbers. Pure functions. */
#ifndef COLLECTOR_NODE_HEADER_H
#define COLLECTOR_NODE_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

#define NODE_REG_MAGIC        0
#define NODE_REG_MAP_VERSION  1
#define NODE_REG_SERIAL       6  /* u32, high word first, as all 32-bit values */
#define NODE_REG_BOOTS        10 /* u32 */
#define NODE_REG_UNIT         15
#define NODE_REG_REQUEST      18 /* u32, rises by one with every answer since boot */
#define NODE_HEADER_REGISTERS 20 /* these are needed to judge a block */

#define NODE_MAGIC            0x4E4C
#define NODE_MAP_VERSION      1

#define NODE_Q_VALID          0x0001
#define NODE_Q_STALE          0x0002
#define NODE_Q_ABSENT         0x0004
#define NODE_Q_RANGE          0x0008
#define NODE_Q_UNCALIBRATED   0x0010
#define NODE_Q_DUE            0x0020
#define NODE_Q_WARMUP         0x0040
#define NODE_Q_NOISY          0x0080
#define NODE_Q_STUCK          0x0100

/* What is known of one node; a zeroed struct knows nothing. */
struct node_seen {
    bool known;
    uint32_t serial, boots, request;                         /* of the last accepted answer */
    uint32_t refused_serial, refused_boots, refused_request; /* of the last refused one */
    int refused_rising; /* refused answers in a row, each newer than the one before */
};

enum node_verdict {
    NODE_FRESH,
    NODE_STALE,  /* an answer seen before, or older than one seen before */
    NODE_FOREIGN /* not a node's block, another map version, or another unit's */
};

/* Judges the block regs[0..count-1] that begins at register 0, asked of unit, and remembers it. On NODE_STALE and
 * NODE_FOREIGN why (size >= 96) has the reason. Fresh is: another serial number (the node was exchanged), a later boot, or the
 * same boot and a newer request. A node that lost its counters would look stale for ever: the third refused answer in a
 * row that is newer than the one before it is taken as a new beginning. */
enum node_verdict node_header_judge(struct node_seen *seen, const uint16_t *regs, size_t count,
                                    int unit, char *why, size_t why_size);

#endif
