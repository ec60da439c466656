/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "persona_own.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

#define BITS_MAX 64 /* of one request; a profile has no more channels at one place */
#define ON       0xFF00

static struct persona_coil *find(const struct persona *d, uint32_t address, bool input)
{
    for (size_t i = 0; i < d->coils; i++)
        if (d->coil[i].address == address &&
            (d->coil[i].reading == 2 && !d->coil[i].writable) == input)
            return &d->coil[i];
    return NULL;
}

static void add(struct persona *d, unsigned address, unsigned count, int reading, bool writable)
{
    d->coil = xrealloc(d->coil, d->coils + count, sizeof *d->coil);
    for (unsigned i = 0; i < count; i++) {
        struct persona_coil *old = find(d, address + i, reading == 2 && !writable);
        if (old == NULL)
            d->coil[d->coils++] = (struct persona_coil){.reading = (uint8_t)reading,
                                                        .writable = writable,
                                                        .address = (uint16_t)(address + i)};
        else if (old->reading == 0)
            old->reading = (uint8_t)reading;
    }
}

void persona_coils_make(struct persona *d)
{
    const struct profile *p = d->p;

    if (p->relay.count > 0 && p->relay.function == 5)
        add(d, p->relay.address, (unsigned)p->relay.count, p->relay.read_function, true);
    for (unsigned i = 0; i < p->outputs; i++) {
        const struct profile_output *o = &p->output[i];
        if (o->kind == PROFILE_OUTPUT_CHANNELS && (o->function == 5 || o->function == 15))
            add(d, o->address, o->count, o->read_function, true);
        else if (o->kind == PROFILE_OUTPUT_INPUTS && o->function <= 2)
            add(d, o->address, o->count, o->function, false);
    }
}

/* The channel-th relay, or input, in the order they were made, which is that of their addresses. */
static struct persona_coil *nth(const struct persona *d, unsigned channel, bool input)
{
    for (size_t i = 0; i < d->coils; i++) {
        bool is_input = d->coil[i].reading == 2 && !d->coil[i].writable;
        if (is_input == input && channel-- == 0)
            return &d->coil[i];
    }
    return NULL;
}

bool persona_input(struct persona *d, unsigned channel, bool closed)
{
    struct persona_coil *coil = nth(d, channel, true);

    if (coil != NULL)
        coil->on = closed;
    return coil != NULL;
}

bool persona_relay(const struct persona *d, unsigned channel, bool *found)
{
    const struct persona_coil *coil = nth(d, channel, false);

    *found = coil != NULL && coil->writable;
    return *found && coil->on;
}

static bool any(const struct persona *d, int function)
{
    for (size_t i = 0; i < d->coils; i++)
        if (function <= 2 ? d->coil[i].reading == function : d->coil[i].writable)
            return true;
    return false;
}

/* Where function 1 or 2 finds a bit. */
static const struct persona_coil *readable(const struct persona *d, uint32_t address, int function)
{
    for (size_t i = 0; i < d->coils; i++)
        if (d->coil[i].address == address && d->coil[i].reading == function)
            return &d->coil[i];
    return NULL;
}

static size_t serve_read(struct persona_call *c)
{
    const size_t bytes = (c->count + 7U) / 8;

    if (c->n != 5 || c->count < 1 || c->count > BITS_MAX)
        return persona_refuse(c, NILA_EXCEPTION_VALUE);
    memset(c->out + 2, 0, bytes);
    for (unsigned i = 0; i < c->count; i++) {
        const struct persona_coil *coil = readable(c->d, (uint32_t)c->first + i, c->in[0]);
        if (coil == NULL)
            return persona_refuse_outside(c);
        if (coil->on)
            c->out[2 + i / 8] = (uint8_t)(c->out[2 + i / 8] | 1U << i % 8);
    }
    c->out[1] = (uint8_t)bytes;
    return 2 + bytes;
}

/* What else a board does at an address: all at once, toggle; pulses are accepted and over at once. */
static bool special(struct persona *d, unsigned address, bool on)
{
    for (unsigned i = 0; i < d->p->outputs; i++) {
        const struct profile_output *o = &d->p->output[i];
        if (o->kind != PROFILE_OUTPUT_SPECIAL || o->function != 5 || address < o->address ||
            address >= o->address + (unsigned)o->count)
            continue;
        for (size_t k = 0; k < d->coils; k++) {
            struct persona_coil *coil = &d->coil[k];
            if (coil->writable && strcmp(o->name, "all") == 0)
                coil->on = on;
            else if (coil->writable && strcmp(o->name, "toggle_all") == 0)
                coil->on = !coil->on;
        }
        return true;
    }
    return false;
}

static size_t serve_one(struct persona_call *c)
{
    struct persona_coil *coil = find(c->d, c->first, false);

    if (c->n != 5)
        return persona_refuse(c, NILA_EXCEPTION_VALUE);
    if (coil == NULL || !coil->writable)
        return special(c->d, c->first, c->count == ON) ? persona_echo(c)
                                                       : persona_refuse_outside(c);
    if (c->count != ON && c->count != 0)
        return persona_refuse(c, NILA_EXCEPTION_VALUE);
    coil->on = c->count == ON;
    return persona_echo(c);
}

/* Every place is checked before the first relay moves. */
static size_t serve_several(struct persona_call *c)
{
    const size_t bytes = (c->count + 7U) / 8;

    if (c->n < 6 || c->count < 1 || c->count > BITS_MAX || c->in[5] != bytes || c->n != 6 + bytes)
        return persona_refuse(c, NILA_EXCEPTION_VALUE);
    for (unsigned i = 0; i < c->count; i++) {
        const struct persona_coil *coil = find(c->d, (uint32_t)c->first + i, false);
        if (coil == NULL || !coil->writable)
            return persona_refuse_outside(c);
    }
    for (unsigned i = 0; i < c->count; i++)
        find(c->d, (uint32_t)c->first + i, false)->on = (c->in[6 + i / 8] >> i % 8 & 1) != 0;
    return persona_echo(c);
}

size_t persona_coils_serve(struct persona_call *c)
{
    const int function = c->in[0];

    if ((function != 1 && function != 2 && function != 5 && function != 15) || !any(c->d, function))
        return persona_refuse(c, NILA_EXCEPTION_FUNCTION);
    if (function <= 2)
        return serve_read(c);
    return function == 5 ? serve_one(c) : serve_several(c);
}
