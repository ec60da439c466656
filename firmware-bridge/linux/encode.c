/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encode.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define FLOAT_ABSENT  UINT64_C(0xFFFFFFFF) /* NaN with all bits set */
#define DOUBLE_ABSENT UINT64_MAX

/* The largest doubles that a 64-bit whole number can hold. */
#define U64_MOST 18446744073709549568.0
#define S64_MOST 9223372036854774784.0

void encode_raw(uint16_t *regs, int registers, const char *order, uint64_t bits)
{
    const int bytes = 2 * registers;

    for (int i = 0; i < registers; i++)
        regs[i] = 0;
    for (int i = 0; i < bytes; i++) {
        int place = order[0] == '\0' ? i : order[i] - 'A'; /* 0: the most significant byte */
        unsigned byte = (unsigned)(bits >> 8 * ((bytes - 1 - place) & 7) & 0xFFU);
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
        [PROFILE_U64] = {0, U64_MOST},
        [PROFILE_S64] = {(double)INT64_MIN, S64_MOST},
        [PROFILE_F64] = {-DBL_MAX, DBL_MAX},
    };

    *least = LIMIT[t].least;
    *most = LIMIT[t].most;
}

static bool is_float(enum profile_type t)
{
    return t == PROFILE_F32 || t == PROFILE_F64;
}

/* raw is within the limits of the type. */
static uint64_t to_bits(enum profile_type t, double raw)
{
    static const uint64_t MASK[] = {0, UINT16_MAX, UINT32_MAX, 0, UINT64_MAX};
    const float f = t == PROFILE_F32 ? (float)raw : 0;
    uint32_t bits = 0;
    uint64_t wide = 0;

    if (t == PROFILE_F32) {
        memcpy(&bits, &f, sizeof bits); /* IEEE 754, as in the collector's decode.c */
        return bits;
    }
    if (t == PROFILE_F64) {
        memcpy(&wide, &raw, sizeof wide);
        return wide;
    }
    return (t == PROFILE_U64 ? (uint64_t)raw : (uint64_t)llround(raw)) & MASK[profile_registers(t)];
}

/* The neighbour of a pattern that is the sentinel by chance. */
static uint64_t step_aside(enum profile_type t, double raw, uint64_t bits)
{
    double least, most;

    if (is_float(t)) {
        const uint64_t sign = t == PROFILE_F32 ? UINT64_C(0x80000000) : UINT64_C(1) << 63;
        return (bits & ~sign) == 0 ? bits + 1 : bits - 1;
    }
    limits(t, &least, &most);
    return to_bits(t, raw < most ? raw + 1 : raw - 1);
}

static uint64_t absent_bits(const struct profile_measurement *m)
{
    double least, most;

    if (m->has_sentinel)
        return m->sentinel;
    if (is_float(m->type))
        return m->type == PROFILE_F32 ? FLOAT_ABSENT : DOUBLE_ABSENT;
    limits(m->type, &least, &most);
    return to_bits(m->type, m->scale > 0 || least == 0 ? most : least);
}

int encode_value(uint16_t regs[4], const struct profile_measurement *m, double value)
{
    return encode_value_as(regs, m, m->order, 0, value);
}

int encode_value_as(uint16_t regs[4], const struct profile_measurement *m, const char *order,
                    unsigned decimals, double value)
{
    static const double TENTH[] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9};
    const int registers = profile_registers(m->type);
    double least, most, raw = (value - m->offset) / m->scale / TENTH[decimals];
    uint64_t bits;
    int rc = 0;

    if (isnan(value)) {
        encode_raw(regs, registers, order, absent_bits(m));
        return 0;
    }
    limits(m->type, &least, &most);
    if (!is_float(m->type))
        raw = round(raw);
    if (raw < least || raw > most) {
        raw = raw < least ? least : most;
        rc = NILA_ERR_RANGE;
    }
    bits = to_bits(m->type, raw);
    if (m->has_sentinel && bits == m->sentinel)
        bits = step_aside(m->type, raw, bits);
    encode_raw(regs, registers, order, bits);
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
