/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encode.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define FLOAT_ABSENT 0xFFFFFFFFU /* NaN with all bits set */

void encode_raw(uint16_t *regs, int registers, const char *order, uint32_t bits)
{
    const int bytes = 2 * registers;

    for (int i = 0; i < registers; i++)
        regs[i] = 0;
    for (int i = 0; i < bytes; i++) {
        int place = order[0] == '\0' ? i : order[i] - 'A'; /* 0: the most significant byte */
        uint32_t byte = bits >> 8 * ((bytes - 1 - place) & 3) & 0xFFU;
        regs[i / 2] = (uint16_t)(regs[i / 2] | byte << (i % 2 == 0 ? 8 : 0));
    }
}

static void limits(enum profile_type t, double *least, double *most)
{
    static const struct {
        double least, most;
    } LIMIT[] = {
        [PROFILE_U16] = {0, UINT16_MAX},
        [PROFILE_S16] = {INT16_MIN, INT16_MAX},
        [PROFILE_U32] = {0, UINT32_MAX},
        [PROFILE_S32] = {INT32_MIN, INT32_MAX},
        [PROFILE_F32] = {-(double)FLT_MAX, (double)FLT_MAX},
    };

    *least = LIMIT[t].least;
    *most = LIMIT[t].most;
}

/* raw is within the limits of the type. */
static uint32_t to_bits(enum profile_type t, double raw)
{
    float f = (float)raw;
    uint32_t bits;

    if (t != PROFILE_F32)
        return (uint32_t)(int64_t)llround(raw) & (profile_registers(t) == 1 ? 0xFFFFU : UINT32_MAX);
    memcpy(&bits, &f, sizeof bits); /* IEEE 754, as in the collector's decode.c */
    return bits;
}

/* The neighbour of a pattern that is the sentinel by chance. */
static uint32_t step_aside(enum profile_type t, double raw, uint32_t bits)
{
    double least, most;

    if (t == PROFILE_F32)
        return (bits & 0x7FFFFFFFU) == 0 ? bits + 1 : bits - 1;
    limits(t, &least, &most);
    return to_bits(t, raw < most ? raw + 1 : raw - 1);
}

static uint32_t absent_bits(const struct profile_measurement *m)
{
    double least, most;

    if (m->has_sentinel)
        return m->sentinel;
    if (m->type == PROFILE_F32)
        return FLOAT_ABSENT;
    limits(m->type, &least, &most);
    return to_bits(m->type, m->scale > 0 || least == 0 ? most : least);
}

int encode_value(uint16_t regs[2], const struct profile_measurement *m, double value)
{
    const int registers = profile_registers(m->type);
    double least, most, raw = (value - m->offset) / m->scale;
    uint32_t bits;
    int rc = 0;

    if (isnan(value)) {
        encode_raw(regs, registers, m->order, absent_bits(m));
        return 0;
    }
    limits(m->type, &least, &most);
    if (m->type != PROFILE_F32)
        raw = round(raw);
    if (raw < least || raw > most) {
        raw = raw < least ? least : most;
        rc = NILA_ERR_RANGE;
    }
    bits = to_bits(m->type, raw);
    if (m->has_sentinel && bits == m->sentinel)
        bits = step_aside(m->type, raw, bits);
    encode_raw(regs, registers, m->order, bits);
    return rc;
}

static void put_text(uint16_t *regs, unsigned count, const char *text)
{
    const size_t n = text != NULL ? strlen(text) : 0;

    for (size_t i = 0; i < 2 * (size_t)count; i++) {
        unsigned byte = i < n ? (unsigned char)text[i] : 0;
        regs[i / 2] = (uint16_t)(regs[i / 2] | byte << (i % 2 == 0 ? 8 : 0));
    }
}

void encode_word(uint16_t *regs, const struct profile_word *w, double value, const char *text)
{
    static const enum profile_type AS[] = {
        [PROFILE_WORD_U16] = PROFILE_U16,    [PROFILE_WORD_S16] = PROFILE_S16,
        [PROFILE_WORD_U32] = PROFILE_U32,    [PROFILE_WORD_S32] = PROFILE_S32,
        [PROFILE_WORD_F32] = PROFILE_F32,    [PROFILE_WORD_U8_HIGH] = PROFILE_U16,
        [PROFILE_WORD_U8_LOW] = PROFILE_U16, [PROFILE_WORD_ASCII] = PROFILE_U16,
    };
    const enum profile_type t = AS[w->type];
    double least, most;

    memset(regs, 0, w->count * sizeof *regs);
    if (w->type == PROFILE_WORD_ASCII) {
        put_text(regs, w->count, text);
        return;
    }
    if (w->count < profile_registers(t) || isnan(value))
        return;
    limits(t, &least, &most);
    value = fmin(fmax(value, least), most);
    if (w->type == PROFILE_WORD_U8_HIGH)
        value = 256 * fmin(value, UINT8_MAX);
    else if (w->type == PROFILE_WORD_U8_LOW)
        value = fmin(value, UINT8_MAX);
    encode_raw(regs, profile_registers(t), w->order, to_bits(t, value));
}
