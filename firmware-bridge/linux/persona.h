/* SPDX-License-Identifier: GPL-3.0-or-later */
/* persona: one simulated device of any profile (collector/devices): its registers and its manners, from a request's PDU to
 * the answer's. No clock, no line.
 *
 * Registers: the measurements (those without a metric too, in order ABCD where the order is not verified), quality, kind and
 * decimals words, the register of the byte order, identities, and what the profile lists under status, config and
 * calibration. Settings are held and change nothing, but for the byte order, the mode (kind) and the decimals, which hold
 * from the next measurement on; a setting called "unit" holds the unit id, ASCII and 32-bit words called "serial_number" the
 * serial number. What lies between registers that are no more than max_gap apart, or in a block, exists and is 0.
 * Relays hold what is written; inputs are 0 until persona_input.
 * Manners: functions 1, 2, 5 and 15 where there are coils or inputs, 3, 4, 6 and 16; others exception 1. Exception 3: a wrong
 * length, a count of 0, above 125 (bits: 64) or above max_registers, a setting outside its range. Exception 2: what does not
 * exist (with outside_silent no answer), an odd address or count where only even ones go, a part of a block that is read
 * whole. A device that must be told to measure holds 0 in its measurements until it was told, and for settle_ms after; one
 * that measures on command (start_each) keeps the last values until the next, 300 ms after the command where the profile
 * does not say. Nothing is done or answered for a broadcast. */
#ifndef BRIDGE_PERSONA_H
#define BRIDGE_PERSONA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/profile.h"
#include "firmware-bridge/core/nila_pdu.h"
#include "simserver.h"

struct persona; /* opaque */

/* p must outlive it. serial: its serial number; now_ms (monotonic): it is switched on. Never NULL; free with persona_free. */
struct persona *persona_new(const struct profile *p, uint8_t unit, uint32_t serial, int64_t now_ms);
void persona_free(struct persona *d); /* NULL is fine */

uint8_t persona_unit(const struct persona *d);
const struct profile *persona_profile(const struct persona *d);

/* When the next measurement is due: as usual; at once, because a device that measures on command was told to and its time
 * has passed; or not yet. */
enum persona_need {
    PERSONA_NEEDS_REGULAR,
    PERSONA_NEEDS_NOW,
    PERSONA_NEEDS_NOTHING
};
enum persona_need persona_needs(const struct persona *d, int64_t now_ms);

/* Closes or opens the channel-th input (from 0, by address); false when there is none. */
bool persona_input(struct persona *d, unsigned channel, bool closed);
/* Is the channel-th relay (from 0, by address; coils only) on? *found: is there one. */
bool persona_relay(const struct persona *d, unsigned channel, bool *found);

/* A measurement is done: n channels in the order of sim_source; those beyond n are absent. */
void persona_take(struct persona *d, const struct sim_channel *ch, int n);

/* Serves a request of n bytes (function first; 1 to NILA_PDU_MAX, else silence). .node is NULL, .request 0. */
struct nila_answer persona_serve(struct persona *d, const uint8_t *pdu, size_t n, int64_t now_ms,
                                 uint8_t out[NILA_PDU_MAX]);

#endif
