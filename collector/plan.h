/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan: the fewest block reads that fetch every register a profile needs. Pure functions, no state outside struct plan.
 *
 * A value's registers are never spread over two requests. When a device answers a block with exception 2 or 3 (a register
 * of it does not exist), plan_split puts smaller blocks in its place and the plan remembers them. */
#ifndef COLLECTOR_PLAN_H
#define COLLECTOR_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/profile.h"

/* Each measurement needs at most its value, a quality word and a kind word. */
#define PLAN_BLOCKS        (3 * PROFILE_MEASUREMENTS)

#define PLAN_MAX_REGISTERS 125 /* Modbus application protocol 1.1b3, functions 3 and 4 */

/* One request. */
struct plan_block {
    int function;   /* 3 or 4 */
    uint16_t first; /* zero-based PDU address */
    uint16_t count; /* 1..PLAN_MAX_REGISTERS */
    /* the caller's: how often it got no answer while other blocks of the device did */
    uint8_t silent;
    uint8_t skip; /* the caller's: rounds that leave it out. Both are 0 in new blocks */
};

struct plan {
    unsigned n;
    struct plan_block b[PLAN_BLOCKS]; /* by function, then address */
};

/* Plans p: blocks of at most p->max_registers, joined over at most p->max_gap registers nobody asked for; a whole_block
 * profile gives exactly its one block. NILA_ERR_CONFIG with words in why (size >= 160): nothing to read, a function other
 * than 3 or 4, a value beyond address 65535 or wider than a request, a whole block that lacks a register it needs. */
NILA_MUST_CHECK int plan_make(struct plan *out, const struct profile *p, char *why,
                              size_t why_size);

/* Puts smaller blocks in the place of block i: without the registers nobody asked for when it has any, else two halves.
 * Returns how many blocks stand in its place now (>= 2, or 1 when only the unasked registers fell away), or 0 when it
 * cannot be made smaller: a single value, or a whole_block profile. */
NILA_MUST_CHECK int plan_split(struct plan *plan, const struct profile *p, unsigned i);

/* Makes block i the last that is asked. */
void plan_last(struct plan *plan, unsigned i);

#endif
