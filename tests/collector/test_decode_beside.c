/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What registers beside a value do to it: decimals, byte order, states, mode. */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/decode.h"

static struct profile one(enum profile_type type, const char *order)
{
    struct profile p = {.id = "one", .n = 1, .max_registers = 125};
    struct profile_measurement *m = &p.m[0];

    *m = (struct profile_measurement){.name = "x",
                                      .metric = METRIC_DO_MG_L,
                                      .function = 3,
                                      .address = 10,
                                      .type = type,
                                      .scale = 1,
                                      .min = -INFINITY,
                                      .max = INFINITY,
                                      .quality = -1,
                                      .kind = -1};
    (void)snprintf(m->order, sizeof m->order, "%s", order);
    return p;
}

/* A block of registers 0..19 by function 3: register 10 is 1234, the others as told. */
static struct reg_block registers(int at, uint16_t value)
{
    struct reg_block b = {.function = 3, .first = 0, .count = 20};

    b.regs[10] = 1234;
    b.regs[at] = value;
    return b;
}

static void a_register_beside_the_value_places_its_decimal_point(void **state)
{
    static const struct {
        uint16_t decimals;
        double value;
        int flag, bits;
    } T[] = {
        {0, 1234, READING_PASS, 0},
        {2, 12.34, READING_PASS, 0},
        {9, 0.000001234, READING_PASS, 0},
        {10, NAN, READING_MISSING, READING_BIT_PROBE},
        {65535, NAN, READING_MISSING, READING_BIT_PROBE},
    };
    struct profile p = one(PROFILE_U16, "AB");
    struct reading_set set;
    struct reg_block b;

    (void)state;
    p.m[0].has_decimals = true;
    p.m[0].decimals = 3;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        b = registers(3, T[i].decimals);
        decode_blocks(&set, &p, NULL, &b, 1);
        assert_int_equal(set.v[0].flag, T[i].flag);
        assert_int_equal(set.v[0].bits, T[i].bits);
        if (!isnan(T[i].value))
            assert_true(fabs(set.v[0].value - T[i].value) < 1e-12);
        else
            assert_true(isnan(set.v[0].value));
    }
    b.first = 4; /* the decimals were not read: nobody knows the value */
    decode_blocks(&set, &p, NULL, &b, 1);
    assert_int_equal(set.v[0].flag, READING_MISSING);
}

static void the_devices_own_setting_gives_the_byte_order(void **state)
{
    static const struct {
        uint16_t code;
        uint16_t r[2];
        bool known;
    } T[] = {
        {1, {0x40A4, 0x0000}, true}, /* 5.125 */
        {4, {0x0000, 0xA440}, true},
        {2, {0x40A4, 0x0000}, false}, /* no such code */
        {0, {0x40A4, 0x0000}, false},
    };
    struct profile p = one(PROFILE_F32, "");
    struct reading_set set;
    struct reg_block b;

    (void)state;
    p.m[0].order_set = true;
    p.order_register.function = 3;
    p.order_register.address = 3;
    p.order_register.n = 2;
    p.order_register.of[0].code = 1;
    p.order_register.of[1].code = 4;
    memcpy(p.order_register.of[0].order, "ABCD", 5);
    memcpy(p.order_register.of[1].order, "DCBA", 5);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        b = registers(3, T[i].code);
        b.regs[10] = T[i].r[0];
        b.regs[11] = T[i].r[1];
        decode_blocks(&set, &p, NULL, &b, 1);
        assert_int_equal(set.v[0].flag, T[i].known ? READING_PASS : READING_MISSING);
        assert_int_equal(set.v[0].bits, T[i].known ? 0 : READING_BIT_KIND);
        if (T[i].known)
            assert_true(fabs(set.v[0].value - 5.125) < 1e-12);
    }
}

static void a_state_register_makes_the_value_what_the_profile_says(void **state)
{
    static const struct {
        const char *says;
        struct profile_state s;
        uint16_t word;
        int flag;
        uint16_t bits;
    } T[] = {
        {"well",
         {.type = PROFILE_WORD_U16, .mask = 0xFFFF, .bad = PROFILE_BAD_FAIL},
         0,
         READING_PASS,
         0},
        {"not well",
         {.type = PROFILE_WORD_U16, .mask = 0xFFFF, .bad = PROFILE_BAD_FAIL},
         3,
         READING_FAIL,
         READING_BIT_PROBE},
        {"doubted",
         {.type = PROFILE_WORD_U16, .mask = 0xFFFF, .bad = PROFILE_BAD_SUSPECT},
         3,
         READING_SUSPECT,
         READING_BIT_PROBE},
        {"no value at all",
         {.type = PROFILE_WORD_U16, .mask = 0xFFFF, .bad = PROFILE_BAD_MISSING},
         7,
         READING_MISSING,
         READING_BIT_PROBE},
        {"well is a number",
         {.type = PROFILE_WORD_U16, .mask = 0xFFFF, .ok = 117},
         117,
         READING_PASS,
         0},
        {"the first byte, well",
         {.type = PROFILE_WORD_U8_HIGH, .mask = 0xFFFF},
         0x00FF,
         READING_PASS,
         0},
        {"the first byte",
         {.type = PROFILE_WORD_U8_HIGH, .mask = 0xFFFF},
         0x0100,
         READING_SUSPECT,
         READING_BIT_PROBE},
        {"the second byte, well",
         {.type = PROFILE_WORD_U8_LOW, .mask = 0xFFFF},
         0xFF00,
         READING_PASS,
         0},
        {"the second byte",
         {.type = PROFILE_WORD_U8_LOW, .mask = 0xFFFF},
         0xFF01,
         READING_SUSPECT,
         READING_BIT_PROBE},
        {"a bit that matters",
         {.type = PROFILE_WORD_U16, .mask = 0x10},
         0x10,
         READING_SUSPECT,
         READING_BIT_PROBE},
        {"a bit that does not", {.type = PROFILE_WORD_U16, .mask = 0x10}, 0x0F, READING_PASS, 0},
        {"32 bits, low word first",
         {.type = PROFILE_WORD_U32, .order = "CDAB", .mask = 0xFFFFFFFF, .ok = 5},
         5,
         READING_PASS,
         0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile p = one(PROFILE_U16, "AB");
        struct reg_block b = registers(3, T[i].word);
        struct reading_set set;
        p.states = 1;
        p.state[0] = T[i].s;
        p.state[0].function = 3;
        p.state[0].address = 3;
        p.state[0].of = 1;
        decode_blocks(&set, &p, NULL, &b, 1);
        if (set.v[0].flag != T[i].flag || set.v[0].bits != T[i].bits)
            fail_msg("%s: flag %d bits %x", T[i].says, set.v[0].flag, set.v[0].bits);
        if (T[i].flag == READING_MISSING ? !isnan(set.v[0].value) : set.v[0].value != 1234)
            fail_msg("%s: %g", T[i].says, set.v[0].value);
        p.state[0].of = 2; /* another's */
        decode_blocks(&set, &p, NULL, &b, 1);
        assert_int_equal(set.v[0].flag, READING_PASS);
        p.state[0].of = 1;
        b.first = 5; /* it was not read */
        decode_blocks(&set, &p, NULL, &b, 1);
        assert_int_not_equal(set.v[0].flag, READING_PASS);
        assert_int_equal(set.v[0].bits, READING_BIT_PROBE);
    }
}

static void a_refused_state_register_is_no_good_state(void **state)
{
    struct profile p = one(PROFILE_U16, "AB");
    struct reg_block b[2] = {registers(3, 0),
                             {.function = 4, .first = 3, .count = 1, .exception = 2}};
    struct reading_set set;

    (void)state;
    p.states = 1;
    p.state[0] = (struct profile_state){
        .function = 4, .address = 3, .mask = 1, .of = 1, .bad = PROFILE_BAD_FAIL};
    decode_blocks(&set, &p, NULL, b, 2);
    assert_int_equal(set.v[0].flag, READING_FAIL);
    assert_int_equal(set.v[0].bits, READING_BIT_EXCEPTION);
    assert_true(set.v[0].value == 1234);
}

static void one_register_of_two_quantities_is_what_the_mode_says(void **state)
{
    static const struct {
        uint16_t mode;
        unsigned n;
        enum metric metric;
    } T[] = {{0, 1, METRIC_PH}, {1, 1, METRIC_ORP_MV}, {2, 2, METRIC_PH}};
    struct profile p = one(PROFILE_U16, "AB");

    (void)state;
    p.n = 2;
    p.m[0].metric = METRIC_PH;
    p.m[0].kind = 3;
    p.m[1] = p.m[0];
    p.m[1].metric = METRIC_ORP_MV;
    p.m[1].kind_value = 1;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct reg_block b = registers(3, T[i].mode);
        struct reading_set set;
        decode_blocks(&set, &p, NULL, &b, 1);
        assert_int_equal(set.n, T[i].n);
        assert_int_equal(set.v[0].metric, T[i].metric);
        /* in a mode nobody knows both are missing, and it is said */
        assert_int_equal(set.v[0].flag, T[i].n == 1 ? READING_PASS : READING_MISSING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_register_beside_the_value_places_its_decimal_point),
        cmocka_unit_test(the_devices_own_setting_gives_the_byte_order),
        cmocka_unit_test(a_state_register_makes_the_value_what_the_profile_says),
        cmocka_unit_test(a_refused_state_register_is_no_good_state),
        cmocka_unit_test(one_register_of_two_quantities_is_what_the_mode_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
