/* SPDX-License-Identifier: GPL-3.0-or-later */
/* persona_own: what the files of persona share. persona_map: the registers and what a measurement puts into them;
 * persona_coils: relays and inputs; persona: the requests. */
#ifndef BRIDGE_PERSONA_OWN_H
#define BRIDGE_PERSONA_OWN_H

#include "persona.h"

#define PERSONA_WAIT_MS \
    300 /* of a device that measures on command, when its profile does not say */

/* One register. */
struct persona_cell {
    uint8_t function; /* 3 or 4 */
    bool writable, measured;
    uint16_t address, value;
};

/* One relay or input. */
struct persona_coil {
    uint8_t reading; /* 1 or 2; 0: cannot be read */
    bool writable, on;
    uint16_t address;
};

struct persona {
    const struct profile *p;
    uint8_t unit;
    uint32_t serial;
    int64_t born_ms;
    bool told, armed, once; /* to measure; since the last measurement; there was one on command */
    int64_t told_ms;
    size_t cells, room;
    struct persona_cell *cell; /* by function and address, each once */
    size_t coils;
    struct persona_coil *coil;
};

/* One request being served. */
struct persona_call {
    struct persona *d;
    struct nila_answer a;
    const uint8_t *in;
    size_t n;
    uint8_t *out;
    int64_t now_ms;
    uint16_t first, count; /* what bytes 1 to 4 say */
};

/* The exception as the answer; its length. */
size_t persona_refuse(struct persona_call *c, uint8_t exception);
/* An address that the device does not have: exception 2, or silence. */
size_t persona_refuse_outside(struct persona_call *c);
/* The request's first five bytes as the answer. */
size_t persona_echo(struct persona_call *c);

void persona_map_make(struct persona *d);
/* The register, or NULL. */
struct persona_cell *persona_map_find(const struct persona *d, int function, unsigned address);
void persona_map_set(struct persona *d, int function, unsigned address, const uint16_t *value,
                     unsigned count);
void persona_map_set_word(struct persona *d, const struct profile_word *w, double value);

void persona_coils_make(struct persona *d);
/* Functions 1, 2, 5 and 15. */
size_t persona_coils_serve(struct persona_call *c);

/* How long a measurement on command takes, or what settles after the start. */
int persona_wait_ms(const struct persona *d);

#endif
