/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decode: registers as they came -> readings with what the device itself says about them. Pure functions.
 *
 * A probe that answers nonsense never becomes a plausible value: its own "no value" code, NaN, infinity, a quality word
 * without "valid", a channel of another kind, a byte order or decimals that are no such, and a register answered with an
 * exception all give READING_MISSING (value NaN) with the reason in bits. A state register that says "not well", or that was
 * not read, makes the value what the profile says ("bad"). What quality.h finds later only adds flags. */
#ifndef COLLECTOR_DECODE_H
#define COLLECTOR_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/profile.h"
#include "collector/common/reading.h"
#include "collector/common/site.h"
#include "plan.h"

/* One answered block. */
struct reg_block {
    int function;
    uint16_t first, count; /* count <= PLAN_MAX_REGISTERS */
    int exception; /* 0: regs are good; else the device's Modbus exception, regs mean nothing */
    uint16_t regs[PLAN_MAX_REGISTERS];
};

/* Can p be decoded for device d, without two values of one name? NILA_ERR_CONFIG with words in why (size >= 160). d may be
 * NULL. */
NILA_MUST_CHECK int decode_check(const struct profile *p, const struct site_device *d, char *why,
                                 size_t why_size);

/* Raw registers (in wire order) of type as a number: bytes put in order, no scale. Good for profile_registers(type) registers;
 * order is one that decode_check accepts, "" means most significant byte first. NaN and infinity come out as they are; whole
 * numbers beyond 2^53 are rounded to a double. */
double decode_raw(const uint16_t *regs, enum profile_type type, const char *order, uint64_t *bits);

/* Fills set->v and set->n from the blocks; tags and time stay as they are. A measurement whose registers are in none of the
 * blocks gives no value (it was not read), nor does a node's channel without a sensor that d does not name, nor one of two
 * measurements of the same registers whose kind word speaks for the other; d (may be NULL) renames. */
void decode_blocks(struct reading_set *set, const struct profile *p, const struct site_device *d,
                   const struct reg_block *block, size_t blocks);

#endif
