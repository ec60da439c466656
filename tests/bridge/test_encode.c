/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values into registers, and back through the collector's own decoder. */
#include "tests/support/support.h"

#include <dirent.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/decode.h"
#include "firmware-bridge/linux/encode.h"
#include "firmware-bridge/linux/rng.h"

#define DEVICES  "collector/devices"
#define PATTERNS 4000 /* drawn for each measurement of each profile */

static struct profile_measurement simple(enum profile_type type, const char *order)
{
    struct profile_measurement m = {
        .name = "x", .function = 3, .type = type, .scale = 1, .quality = -1, .kind = -1};

    (void)snprintf(m.order, sizeof m.order, "%s", order);
    return m;
}

static void puts_bytes_in_order_for_every_type(void **state)
{
    static const struct {
        const char *says;
        enum profile_type type;
        const char *order;
        double value;
        uint16_t r[4];
    } T[] = {
        {"u16", PROFILE_U16, "AB", 65534, {0xFFFE, 0}},
        {"u16 swapped", PROFILE_U16, "BA", 0x0201, {0x0102, 0}},
        {"u16 no order given", PROFILE_U16, "", 0x0102, {0x0102, 0}},
        {"s16", PROFILE_S16, "AB", -100, {0xFF9C, 0}},
        {"s16 swapped", PROFILE_S16, "BA", -100, {0x9CFF, 0}},
        {"u32", PROFILE_U32, "ABCD", 4294967294.0, {0xFFFF, 0xFFFE}},
        {"u32 words swapped", PROFILE_U32, "CDAB", 0x01020304, {0x0304, 0x0102}},
        {"u32 bytes swapped", PROFILE_U32, "BADC", 0x01020304, {0x0201, 0x0403}},
        {"u32 all swapped", PROFILE_U32, "DCBA", 0x01020304, {0x0403, 0x0201}},
        {"s32 most negative", PROFILE_S32, "ABCD", -2147483648.0, {0x8000, 0x0000}},
        {"s32 minus one", PROFILE_S32, "CDAB", -1, {0xFFFF, 0xFFFF}},
        /* IEEE 754: 5.125 is 0x40A40000; -273.15 is 0xC3889333 */
        {"f32 ABCD", PROFILE_F32, "ABCD", 5.125, {0x40A4, 0x0000}},
        {"f32 CDAB", PROFILE_F32, "CDAB", 5.125, {0x0000, 0x40A4}},
        {"f32 BADC", PROFILE_F32, "BADC", 5.125, {0xA440, 0x0000}},
        {"f32 DCBA", PROFILE_F32, "DCBA", -273.15, {0x3393, 0x88C3}},
        {"f64", PROFILE_F64, "HGFEDCBA", 1.0, {0, 0, 0, 0xF03F}},
        {"u64", PROFILE_U64, "GHEFCDAB", 281474976710661, {5, 0, 0, 1}},
        {"s64", PROFILE_S64, "ABCDEFGH", -2, {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE}},
        {"f32 no order known", PROFILE_F32, "", -273.15, {0xC388, 0x9333}},
        {"rounded to the nearest", PROFILE_S16, "AB", -1.6, {0xFFFE, 0}},
        {"absent, float", PROFILE_F32, "DCBA", NAN, {0xFFFF, 0xFFFF}},
        {"absent, s16", PROFILE_S16, "AB", NAN, {0x7FFF, 0}},
        {"absent, u32", PROFILE_U32, "CDAB", NAN, {0xFFFF, 0xFFFF}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const struct profile_measurement m = simple(T[i].type, T[i].order);
        uint16_t r[4] = {0};
        if (encode_value(r, &m, T[i].value) != 0 || memcmp(r, T[i].r, sizeof r) != 0)
            fail_msg("%s: %04x %04x %04x %04x", T[i].says, r[0], r[1], r[2], r[3]);
    }
}

static void what_a_type_cannot_hold_becomes_the_nearest_and_is_told(void **state)
{
    static const struct {
        enum profile_type type;
        double value, scale, nearest;
    } T[] = {
        {PROFILE_U16, -127, 1, 0},
        {PROFILE_U16, 65535.6, 1, 65535},
        {PROFILE_U16, 3e5, 0.01, 655.35},
        {PROFILE_S16, 3e5, 0.1, 3276.7},
        {PROFILE_S16, -3e5, 0.1, -3276.8},
        {PROFILE_U32, -1, 1, 0},
        {PROFILE_S32, 2147484, 0.001, 2147483.647},
        {PROFILE_F32, 1e39, 1, (double)FLT_MAX},
        {PROFILE_F32, -INFINITY, 1, -(double)FLT_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile_measurement m = simple(T[i].type, "");
        uint16_t r[4] = {0};
        uint64_t bits;
        m.scale = T[i].scale;
        assert_int_equal(encode_value(r, &m, T[i].value), NILA_ERR_RANGE);
        if (fabs(decode_raw(r, m.type, "", &bits) * m.scale - T[i].nearest) >
            1e-9 * fabs(T[i].nearest))
            fail_msg("row %zu: %g", i, decode_raw(r, m.type, "", &bits) * m.scale);
    }
}

static void a_value_never_looks_like_the_sentinel(void **state)
{
    static const struct {
        enum profile_type type;
        uint32_t sentinel;
        double value;
        uint32_t bits;
    } T[] = {
        {PROFILE_U16, 65535, 65535, 65534},
        {PROFILE_U16, 65535, 3e9, 65534},
        {PROFILE_U16, 0, 0, 1},
        {PROFILE_S16, 0x8000, -32768, 0x8001},
        {PROFILE_S32, 0x80000000, -3e9, 0x80000001},
        {PROFILE_F32, 0, 0, 1},
        {PROFILE_F32, 0x40A40000, 5.125, 0x40A3FFFF},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile_measurement m = simple(T[i].type, "");
        uint16_t r[4] = {0};
        uint64_t bits;
        m.has_sentinel = true;
        m.sentinel = T[i].sentinel;
        (void)!encode_value(r, &m, T[i].value);
        (void)decode_raw(r, m.type, "", &bits);
        if (bits != T[i].bits)
            fail_msg("row %zu: %08x", i, (unsigned)bits);
        assert_int_equal(encode_value(r, &m, NAN), 0);
        (void)decode_raw(r, m.type, "", &bits);
        assert_int_equal(bits, T[i].sentinel);
    }
}

/* A register of decimals and an order that is a setting, against the collector's decoder. */
static void decimals_and_order_registers_come_back(void **state)
{
    static const char *const ORDER[] = {"ABCD", "CDAB", "BADC", "DCBA"};
    struct profile p = {.id = "one", .n = 1, .max_registers = 125};
    struct profile_measurement *m = &p.m[0];

    (void)state;
    *m = simple(PROFILE_S32, "");
    m->order_set = m->has_decimals = true;
    m->decimals = 2;
    m->offset = -3;
    p.order_register.function = 3;
    p.order_register.address = 3;
    p.order_register.n = 1;
    for (unsigned i = 0; i < 4000; i++) {
        const unsigned decimals = i % 10;
        const uint64_t word = rng_key(5, i);
        struct reg_block b = {.function = 3, .count = 4};
        struct reading_set set;
        uint16_t back[4] = {0};
        memcpy(p.order_register.of[0].order, ORDER[i / 10 % 4], 5);
        b.regs[0] = (uint16_t)word;
        b.regs[1] = (uint16_t)(word >> 16);
        b.regs[2] = (uint16_t)decimals;
        decode_blocks(&set, &p, NULL, &b, 1);
        assert_int_equal(set.n, 1);
        assert_int_equal(encode_value_as(back, m, ORDER[i / 10 % 4], decimals, set.v[0].value), 0);
        if (back[0] != b.regs[0] || back[1] != b.regs[1])
            fail_msg("%u decimals, %s: %.17g", decimals, ORDER[i / 10 % 4], set.v[0].value);
    }
}

static void words_hold_numbers_and_text(void **state)
{
    static const struct {
        const char *says;
        struct profile_word w;
        double value;
        uint16_t r[4];
    } T[] = {
        {"u16", {.count = 1}, 257, {257}},
        {"too much", {.count = 1}, 70000, {65535}},
        {"s16", {.count = 1, .type = PROFILE_WORD_S16}, -2, {0xFFFE}},
        {"first byte", {.count = 1, .type = PROFILE_WORD_U8_HIGH}, 7, {0x0700}},
        {"second byte", {.count = 1, .type = PROFILE_WORD_U8_LOW}, 300, {0x00FF}},
        {"u16 swapped", {.count = 1, .order = "BA"}, 30, {0x1E00}},
        {"float", {.count = 4, .type = PROFILE_WORD_F32, .order = "DCBA"}, 5.125, {0, 0xA440}},
        {"u32", {.count = 2, .type = PROFILE_WORD_U32, .order = "ABCD"}, 65538, {1, 2}},
        {"no room for it", {.count = 1, .type = PROFILE_WORD_U32}, 65538, {0}},
        {"text", {.count = 3, .type = PROFILE_WORD_ASCII}, 0, {0x4142, 0x4300, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        uint16_t r[4] = {9, 9, 9, 9};
        encode_word(r, &T[i].w, T[i].value, "ABC");
        if (memcmp(r, T[i].r, T[i].w.count * sizeof r[0]) != 0)
            fail_msg("%s: %04x %04x", T[i].says, r[0], r[1]);
    }
}

/* --- every profile of the folder, against the collector's decoder --- */

/* One measurement as a profile of its own, without what stands beside it: only value and registers are looked at. */
static struct profile alone(const struct profile_measurement *m)
{
    struct profile p = {.id = "alone", .n = 1, .max_registers = 125, .m = {*m}};

    p.m[0].quality = p.m[0].kind = -1;
    return p;
}

static struct reading_value decoded(const struct profile *p, const uint16_t r[4])
{
    const struct profile_measurement *m = &p->m[0];
    struct reg_block b = {.function = m->function, .first = m->address, .count = 2};
    struct reading_set set;

    memcpy(b.regs, r, 2 * sizeof r[0]);
    b.count = (uint16_t)profile_registers(m->type);
    decode_blocks(&set, p, NULL, &b, 1);
    assert_int_equal(set.n, 1);
    return set.v[0];
}

/* Any pattern that the collector takes for a value is what that value is encoded to. */
static void check_patterns(const struct profile *whole, const struct profile_measurement *m)
{
    const struct profile p = alone(m);
    uint64_t key = rng_key_text(rng_key_text(1, whole->id), m->name);

    for (unsigned i = 0; i < PATTERNS; i++) {
        uint64_t word = rng_key(key, i);
        uint16_t r[4] = {(uint16_t)word, (uint16_t)(word >> 16)}, back[4] = {0};
        struct reading_value v;
        if (profile_registers(m->type) == 1)
            r[1] = 0;
        v = decoded(&p, r);
        if (v.flag == READING_MISSING)
            continue; /* NaN, infinity, the sentinel */
        if (encode_value(back, m, v.value) != 0 || back[0] != r[0] ||
            (profile_registers(m->type) == 2 && back[1] != r[1]))
            fail_msg("%s %s: %04x %04x is %.17g, which becomes %04x %04x", whole->id, m->name, r[0],
                     r[1], v.value, back[0], back[1]);
    }
}

/* Values of a pond arrive within half a step of the register, or a float's 24 bits. */
static void check_values(const struct profile *whole, const struct profile_measurement *m)
{
    const struct metric_info *info = metric_info(m->metric);
    const struct profile p = alone(m);

    for (unsigned i = 0; i <= 100; i++) {
        double value = info->suspect_min + (info->suspect_max - info->suspect_min) * i / 100;
        double step = m->type == PROFILE_F32 ? fabs(value) * 0x1p-23 : fabs(m->scale);
        uint16_t r[4] = {0};
        struct reading_value v;
        if (encode_value(r, m, value) != 0)
            continue; /* less than the metric's whole span fits */
        v = decoded(&p, r);
        if (!(fabs(v.value - value) <= step / 2 + 1e-12 * fabs(value)))
            fail_msg("%s %s: %.17g became %.17g", whole->id, m->name, value, v.value);
    }
}

/* No sensor: the collector must not find a plausible value. An energy counter is the exception: any is plausible. */
static void check_absent(const struct profile *whole, const struct profile_measurement *m)
{
    const struct metric_info *info = metric_info(m->metric);
    const struct profile p = alone(m);
    uint16_t r[4] = {0};
    struct reading_value v;

    assert_int_equal(encode_value(r, m, NAN), 0);
    v = decoded(&p, r);
    if (v.flag != READING_MISSING && m->metric != METRIC_ENERGY_KWH &&
        v.value >= info->suspect_min && v.value <= info->suspect_max && v.value >= m->min &&
        v.value <= m->max)
        fail_msg("%s %s: an absent sensor reads %g", whole->id, m->name, v.value);
}

static void every_profile_comes_back_from_the_collectors_decoder(void **state)
{
    DIR *dir = opendir(DEVICES);
    const struct dirent *e;
    unsigned measurements = 0;

    (void)state;
    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL) {
        char id[SLUG_SIZE], why[512] = "";
        struct profile *p = NULL;
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(id, sizeof id, "%.*s", (int)strcspn(e->d_name, "."), e->d_name);
        if (profile_load(&p, DEVICES, id, why, sizeof why) != 0)
            fail_msg("%s", why);
        for (unsigned i = 0; i < p->n; i++, measurements++) {
            check_patterns(p, &p->m[i]);
            check_values(p, &p->m[i]);
            check_absent(p, &p->m[i]);
        }
        for (unsigned i = 0; i < p->spares; i++, measurements++)
            check_patterns(p, &p->spare[i].m);
        profile_free(p);
    }
    (void)closedir(dir);
    print_message("%u measurements, %d patterns each\n", measurements, PATTERNS);
    assert_true(measurements >= 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_bytes_in_order_for_every_type),
        cmocka_unit_test(what_a_type_cannot_hold_becomes_the_nearest_and_is_told),
        cmocka_unit_test(a_value_never_looks_like_the_sentinel),
        cmocka_unit_test(decimals_and_order_registers_come_back),
        cmocka_unit_test(words_hold_numbers_and_text),
        cmocka_unit_test(every_profile_comes_back_from_the_collectors_decoder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
