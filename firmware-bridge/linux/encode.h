/* SPDX-License-Identifier: GPL-3.0-or-later */
/* encode: a physical value -> registers, as a device of a profile would hold it: the inverse of the collector's decoding.
 * Pure functions.
 *
 * For every register pattern that decodes to a finite value, encoding that value gives a pattern that decodes to the same
 * value; the pattern itself is the same but for -0.0 in floats and for values that only a sentinel would express. */
#ifndef BRIDGE_ENCODE_H
#define BRIDGE_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "collector/common/profile.h"

/* Puts value (unit of the metric) into profile_registers(m->type) registers: (value - offset) / scale, rounded to the
 * nearest integer where the type is one, bytes in m->order ("": ABCD or AB). A value that would come to look like the
 * sentinel becomes its neighbour.
 * NaN is a sensor that is absent: the profile's sentinel; without one NaN with all bits set in a float (what the Xylem
 * manual says), and the value farthest from 0 in an integer, which no range check lets pass as plausible.
 * NILA_ERR_RANGE: the type cannot hold it; regs then hold the nearest that it can (never the sentinel). */
NILA_MUST_CHECK int encode_value(uint16_t regs[4], const struct profile_measurement *m,
                                 double value);

/* The same in another order than m->order (for a device whose order is a setting), and with so many of the digits behind the
 * decimal point as the device's register of decimals says, 0..9. encode_value is this with m->order and 0. */
NILA_MUST_CHECK int encode_value_as(uint16_t regs[4], const struct profile_measurement *m,
                                    const char *order, unsigned decimals, double value);

/* Puts value into the w->count registers of a word; text (may be NULL) is what an ASCII word holds, padded with 0.
 * Registers behind the value are 0. Out of range becomes the nearest. */
void encode_word(uint16_t *regs, const struct profile_word *w, double value, const char *text);

/* Bits of a 16-, 32- or 64-bit value into registers in wire order; "" means ABCD or AB. */
void encode_raw(uint16_t *regs, int registers, const char *order, uint64_t bits);

#endif
