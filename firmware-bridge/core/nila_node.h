/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_node: what one sensor node knows, and its registers (nila_regmap.h) filled from that.
 *
 * The struct lives in the caller's memory; there is no heap, no clock, no global. Time comes in through
 * nila_node_tick, samples through nila_node_set_channel.
 * Threads and interrupts: one context at a time per node. On a board the main loop both samples and answers, so that
 * an image never shows half of a sampling round.
 * Fields may be read by anybody; those marked "set" may also be written directly between calls. */
#ifndef NILA_NODE_H
#define NILA_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nila_regmap.h"

#define NILA_AGE_NEVER       0xFFFF
#define NILA_BOARD_TEMP_NONE ((int16_t)-32768) /* 0x8000 in NILA_REG_BOARD_TEMP */
#define NILA_IDENTITY_MAX \
    32 /* longest text of an identity that is sent; the rest of a longer one is not */
/* A value older than this many sampling periods is no longer valid but stale: one lost round is noise, three are a
 * sensor that stopped. */
#define NILA_STALE_PERIODS      3

#define NILA_EXCEPTION_NONE     0
#define NILA_EXCEPTION_FUNCTION 1 /* illegal function */
#define NILA_EXCEPTION_ADDRESS  2 /* illegal data address */
#define NILA_EXCEPTION_VALUE    3 /* illegal data value, also a request of the wrong length */

/* Who the node is. The texts (ASCII, closed by 0, at most NILA_IDENTITY_MAX sent) are not copied and must outlive the
 * node; NULL is sent as "". They are what functions 17 and 43/14 tell. */
struct nila_identity {
    const char *vendor;   /* object 0 */
    const char *product;  /* object 1, and the text of function 17 */
    const char *revision; /* object 2 */
    /* objects 3 to 6; NULL: not told. With one of them the node's conformity is "regular", without "basic". */
    const char *url, *product_name, *model, *application;
    uint16_t product_id;  /* NILA_REG_PRODUCT: 1 node on a board, 2 Linux bridge, 3 simulator */
    uint16_t firmware;    /* major << 8 | minor */
    uint32_t build;       /* hash of the build */
    uint32_t serial;      /* serial number */
    uint32_t boots;       /* boot counter, this boot included */
    uint16_t reset_cause; /* as NILA_REG_RESET_CAUSE */
};

struct nila_channel {
    int32_t value_x1000; /* unit of the kind x 1000; NILA_MISSING: none */
    int32_t raw_x1000;
    uint32_t sequence;    /* samples taken since boot */
    uint16_t quality;     /* NILA_Q_* as given; staleness is added when the image is made */
    uint16_t age_s;       /* seconds since the sample; NILA_AGE_NEVER: older, or never */
    uint16_t kind;        /* NILA_KIND_*; NILA_KIND_NONE: not fitted */
    uint16_t calibration; /* set: number of the calibration in force, 0 factory */
};

/* Counters of the line as this node saw it, 16 bits, wrapping; as NILA_REG_BUS_*. Kept by nila_rtu and nila_units. */
struct nila_counters {
    uint16_t messages, crc, exceptions, foreign, overrun, resync, silent;
};

/* Holding registers that another module keeps (relay, line, channels, calibration): count registers from first on. The
 * blocks of a node do not overlap one another nor the NILA_HOLD_BASIC ones. Offsets count from first; offset + count never
 * pass the block's end. */
struct nila_block {
    uint16_t first, count;
    void *arg;
    void (*read)(const void *arg, uint16_t offset, uint16_t count, uint16_t *value);
    /* What would happen, without doing it: NILA_EXCEPTION_NONE or why not. open: the lock is. */
    uint8_t (*check)(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                     bool open, bool broadcast);
    /* Only after check said NILA_EXCEPTION_NONE to the same. */
    void (*apply)(void *arg, uint16_t offset, uint16_t count, const uint16_t *value);
};

struct nila_node {
    struct nila_identity identity;
    struct nila_channel channel[NILA_REG_CHANNELS];
    struct nila_counters bus;
    uint32_t uptime_s;
    uint32_t sample;  /* number of the last sampling round */
    uint32_t request; /* answers to function 4 since boot */
    /* set: NILA_HEALTH_* except NILA_HEALTH_SENSOR, which the image finds out itself */
    uint16_t health;
    uint16_t supply_mv;     /* set: 0 not measured */
    uint16_t relay;         /* set: NILA_REG_RELAY */
    int16_t board_temp_x10; /* set: 0.1 C, NILA_BOARD_TEMP_NONE not measured */
    /* wish of the master: 0..1000 before an answer; the port keeps it. Default 0 */
    uint16_t response_ms;
    uint16_t period_s; /* sampling period the port keeps: 1..3600 */
    uint8_t unit;     /* own id on the line, 1..247 (others only where a site file asks for them) */
    bool unlocked;    /* the last write was NILA_UNLOCK */
    bool listen_only; /* function 8, 4: hears and counts, does nothing, says nothing */
    /* function 8, 1 was asked: the port starts its UART anew when the answer has left, and clears this */
    bool restart;
    bool
        heard; /* set by every request to this unit alone; whoever waits for the master clears it */
    uint8_t blocks;                 /* set */
    const struct nila_block *block; /* set: outlives the node */
};

/* A node that has just started: no channel fitted, counters 0. period_s outside 1..3600 becomes the nearest of these. */
void nila_node_init(struct nila_node *node, uint8_t unit, uint16_t period_s,
                    const struct nila_identity *identity);

/* seconds (any number) have passed: uptime and the ages of the samples grow. */
void nila_node_tick(struct nila_node *node, uint32_t seconds);

/* A sampling round of all channels is complete. Call it after the nila_node_set_channel calls of the round. */
void nila_node_round(struct nila_node *node);

/* Takes what a sensor gave. A value_x1000 other than NILA_MISSING is a sample: it counts in the sequence and its age is 0.
 * NILA_MISSING never goes with NILA_Q_VALID: that bit is then dropped, age and sequence go on. Another kind than before is
 * another sensor: its sequence begins anew. NILA_KIND_NONE: the channel is not fitted, the other arguments are ignored.
 * false (and nothing happens) when there is no such channel. */
bool nila_node_set_channel(struct nila_node *node, unsigned channel, uint16_t kind,
                           int32_t value_x1000, int32_t raw_x1000, uint16_t quality);

/* All input registers as they are now, from one moment. */
void nila_node_image(const struct nila_node *node, uint16_t reg[NILA_REG_COUNT]);

/* count holding registers from first on as they are now: NILA_EXCEPTION_NONE, or NILA_EXCEPTION_ADDRESS when one of them does
 * not exist or count is 0 (value then holds nothing of use). */
uint8_t nila_node_holding(const struct nila_node *node, uint16_t first, uint16_t count,
                          uint16_t *value);

/* True when value is in the range that NILA_HOLDING_MAP gives register reg, and the lock is open if it asks for that. For
 * the check of a block whose registers stand in that table; false when reg doesn't. */
bool nila_node_permits(uint16_t reg, uint16_t value, bool open);

/* Writes count values from register first on: all of them, or none with an NILA_EXCEPTION_*: ADDRESS when a register
 * does not exist or count is 0, VALUE when a value is out of range or the node is locked.
 * The lock: a write of NILA_UNLOCK alone opens it for the next write, whatever that is, refused ones included; a write
 * that begins with NILA_UNLOCK and carries further registers opens it for itself. A broadcast may change everything
 * but the unit id, which all nodes of the line would then share. A new unit id holds from the next request on. */
uint8_t nila_node_write(struct nila_node *node, uint16_t first, uint16_t count,
                        const uint16_t *value, bool broadcast);

#endif
