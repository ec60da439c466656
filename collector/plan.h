/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan: the fewest block reads that fetch every register a profile needs. Pure functions, no state outside struct plan.
 *
 * A value's registers are never spread over two requests. When a device answers a block with exception 2 or 3 (a register
 * of it does not exist), plan_split puts smaller blocks in its place and the plan remembers them. A block that cannot be made
 * smaller is remembered as refused and asked again after PLAN_REFUSED_MS. */
#ifndef COLLECTOR_PLAN_H
#define COLLECTOR_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/profile.h"

/* Each measurement needs at most its value, a quality, a kind and a decimals word; then come the states and the order. */
#define PLAN_BLOCKS        (4 * PROFILE_MEASUREMENTS + PROFILE_STATES + 1)

#define PLAN_MAX_REGISTERS 125 /* Modbus application protocol 1.1b3, functions 3 and 4 */

/* A device's firmware may be changed, or another device take its place: a refused register is asked again once an hour. */
#define PLAN_REFUSED_MS 3600000

/* One request. */
struct plan_block {
    int function;   /* 3 or 4 */
    uint16_t first; /* zero-based PDU address */
    uint16_t count; /* 1..PLAN_MAX_REGISTERS */
    /* the caller's: how often it got no answer while other blocks of the device did */
    uint8_t silent;
    uint8_t skip;     /* the caller's: rounds that leave it out. Both are 0 in new blocks */
    uint8_t refused;  /* the exception it was refused with, 0 none */
    int64_t again_ms; /* refused: monotonic time of the next try */
};

struct plan {
    unsigned n;
    struct plan_block b[PLAN_BLOCKS]; /* by function, then address */
};

/* Plans p: blocks of at most p->max_registers, joined over at most p->max_gap registers nobody asked for; a whole_block
 * profile gives exactly its one block, and what lies in one of p->block is read by exactly that; p->even makes first and count
 * even. NILA_ERR_CONFIG with words in why (size >= 160): nothing to read, a function other
 * than 3 or 4, a value beyond address 65535 or wider than a request, a whole block that lacks a register it needs. A device
 * with switches may have nothing to read: its plan has no blocks. */
NILA_MUST_CHECK int plan_make(struct plan *out, const struct profile *p, char *why,
                              size_t why_size);

/* Puts smaller blocks in the place of block i: without the registers nobody asked for when it has any, else two halves.
 * Returns how many blocks stand in its place now (>= 2, or 1 when only the unasked registers fell away), or 0 when it
 * cannot be made smaller: a single value, or a block the profile wants whole. */
NILA_MUST_CHECK int plan_split(struct plan *plan, const struct profile *p, unsigned i);

/* The device has refused b with a Modbus exception, and it cannot be made smaller. */
void plan_refuse(struct plan_block *b, int exception, int64_t mono_ms);

/* Is b to be asked now? A refused block is not until its time has come; when a device has refused all, all are asked. */
bool plan_wanted(const struct plan *plan, const struct plan_block *b, int64_t mono_ms);

/* Makes block i the last that is asked. */
void plan_last(struct plan *plan, unsigned i);

#endif
