/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/decode.h"
#include "collector/node_header.h"

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

static void puts_bytes_in_order_for_every_type(void **state)
{
    static const struct {
        const char *says;
        enum profile_type type;
        const char *order;
        uint16_t r[4];
        double value;
    } T[] = {
        {"u16", PROFILE_U16, "AB", {0xFFFE, 0}, 65534},
        {"u16 swapped", PROFILE_U16, "BA", {0x0102, 0}, 0x0201},
        {"u16 no order given", PROFILE_U16, "", {0x0102, 0}, 0x0102},
        {"s16", PROFILE_S16, "AB", {0xFF9C, 0}, -100},
        {"s16 swapped", PROFILE_S16, "BA", {0x9CFF, 0}, -100},
        {"u32", PROFILE_U32, "ABCD", {0xFFFF, 0xFFFE}, 4294967294.0},
        {"u32 words swapped", PROFILE_U32, "CDAB", {0x0304, 0x0102}, 0x01020304},
        {"u32 bytes swapped", PROFILE_U32, "BADC", {0x0201, 0x0403}, 0x01020304},
        {"u32 all swapped", PROFILE_U32, "DCBA", {0x0403, 0x0201}, 0x01020304},
        {"s32 most negative but one", PROFILE_S32, "ABCD", {0x8000, 0x0001}, -2147483647.0},
        {"s32 minus one", PROFILE_S32, "CDAB", {0xFFFF, 0xFFFF}, -1},
        {"s32 no order given", PROFILE_S32, "", {0x0000, 0x8000}, 32768},
        /* IEEE 754: 5.125 is 0x40A40000; -273.15 is 0xC3889333 */
        {"f32 ABCD", PROFILE_F32, "ABCD", {0x40A4, 0x0000}, 5.125},
        {"f32 CDAB", PROFILE_F32, "CDAB", {0x0000, 0x40A4}, 5.125},
        {"f32 BADC", PROFILE_F32, "BADC", {0xA440, 0x0000}, 5.125},
        {"f32 DCBA", PROFILE_F32, "DCBA", {0x0000, 0xA440}, 5.125},
        {"f32 negative", PROFILE_F32, "DCBA", {0x3393, 0x88C3}, (double)-273.15f},
        {"u64", PROFILE_U64, "ABCDEFGH", {0, 1, 0, 5}, 4294967301.0},
        {"u64 words swapped", PROFILE_U64, "GHEFCDAB", {5, 0, 0, 1}, 281474976710661.0},
        {"u64 bytes swapped", PROFILE_U64, "BADCFEHG", {0x0100, 0, 0, 0x0500}, 281474976710661.0},
        {"u64 all swapped", PROFILE_U64, "HGFEDCBA", {0x0500, 0, 0, 0x0100}, 281474976710661.0},
        {"u64 no order given", PROFILE_U64, "", {1, 0, 0, 5}, 281474976710661.0},
        {"s64", PROFILE_S64, "ABCDEFGH", {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE}, -2},
        {"s64 words swapped", PROFILE_S64, "GHEFCDAB", {0xFFFE, 0xFFFF, 0xFFFF, 0xFFFF}, -2},
        /* IEEE 754: 2.385 is 0x4003147AE147AE14 */
        {"f64", PROFILE_F64, "ABCDEFGH", {0x4003, 0x147A, 0xE147, 0xAE14}, 2.385},
        {"f64 words swapped", PROFILE_F64, "GHEFCDAB", {0xAE14, 0xE147, 0x147A, 0x4003}, 2.385},
        {"f64 all swapped", PROFILE_F64, "HGFEDCBA", {0x14AE, 0x47E1, 0x7A14, 0x0340}, 2.385},
        {"f32 smallest there is", PROFILE_F32, "ABCD", {0x0000, 0x0001}, 1.401298464324817e-45},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile p = one(T[i].type, T[i].order);
        struct reg_block b = {.function = 3, .first = 9, .count = 6, .regs = {7}};
        struct reading_set set;
        memcpy(b.regs + 1, T[i].r, sizeof T[i].r);
        decode_blocks(&set, &p, NULL, &b, 1);
        if (set.n != 1 || set.v[0].flag != READING_PASS || set.v[0].bits != 0 ||
            set.v[0].value != T[i].value)
            fail_msg("%s: %.17g flag %d, expected %.17g", T[i].says, set.v[0].value, set.v[0].flag,
                     T[i].value);
    }
}

static void scales_and_shifts_once(void **state)
{
    struct profile p = one(PROFILE_S16, "AB");
    struct reg_block b = {.function = 3, .first = 10, .count = 1, .regs = {0xFF85}}; /* -123 */
    struct reading_set set;

    (void)state;
    p.m[0].scale = 0.1;
    p.m[0].offset = 40;
    decode_blocks(&set, &p, NULL, &b, 1);
    assert_true(fabs(set.v[0].value - 27.7) < 1e-12);
}

static void a_probe_that_answers_nonsense_never_gives_a_plausible_value(void **state)
{
    static const struct {
        const char *says;
        enum profile_type type;
        uint16_t r[4]; /* value, value, quality, kind */
        bool sentinel;
        uint32_t code;
        int quality, kind; /* addresses */
        int exception, quality_exception;
        int flag, bits;
    } T[] = {
        {"its code for no value",
         PROFILE_S32,
         {0x8000, 0, 0, 0},
         true,
         0x80000000u,
         -1,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_SENTINEL},
        {"code 0 in 16 bits",
         PROFILE_U16,
         {0, 0, 0, 0},
         true,
         0,
         -1,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_SENTINEL},
        {"code 0.0 as a float",
         PROFILE_F32,
         {0, 0, 0, 0},
         true,
         0,
         -1,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_SENTINEL},
        {"NaN",
         PROFILE_F32,
         {0x7FC0, 0, 0, 0},
         false,
         0,
         -1,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_SENTINEL},
        {"NaN, all ones",
         PROFILE_F32,
         {0xFFFF, 0xFFFF, 0, 0},
         false,
         0,
         -1,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_SENTINEL},
        {"infinity",
         PROFILE_F32,
         {0x7F80, 0, 0, 0},
         false,
         0,
         -1,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_SENTINEL},
        {"an exception",
         PROFILE_S32,
         {0, 5000, 0, 0},
         false,
         0,
         -1,
         -1,
         2,
         0,
         READING_MISSING,
         READING_BIT_EXCEPTION},
        {"quality without valid",
         PROFILE_S32,
         {0, 5000, 0, 0},
         false,
         0,
         44,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_PROBE},
        {"sensor absent",
         PROFILE_S32,
         {0, 5000, 4, 0},
         false,
         0,
         44,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_PROBE},
        {"stale and not valid",
         PROFILE_S32,
         {0, 5000, 2, 0},
         false,
         0,
         44,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_PROBE | READING_BIT_STALE},
        {"warming up and not valid",
         PROFILE_S32,
         {0, 5000, 0x40, 0},
         false,
         0,
         44,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_PROBE | READING_BIT_WARMUP},
        {"quality word refused",
         PROFILE_S32,
         {0, 5000, 1, 0},
         false,
         0,
         44,
         -1,
         0,
         3,
         READING_MISSING,
         READING_BIT_EXCEPTION},
        {"quality word not read",
         PROFILE_S32,
         {0, 5000, 1, 0},
         false,
         0,
         99,
         -1,
         0,
         0,
         READING_MISSING,
         READING_BIT_PROBE},
        {"another kind",
         PROFILE_S32,
         {0, 5000, 1, 3},
         false,
         0,
         44,
         45,
         0,
         0,
         READING_MISSING,
         READING_BIT_KIND},
        {"another kind and not valid",
         PROFILE_S32,
         {0, 5000, 0, 3},
         false,
         0,
         44,
         45,
         0,
         0,
         READING_MISSING,
         READING_BIT_KIND | READING_BIT_PROBE},
        {"valid", PROFILE_S32, {0, 5000, 1, 2}, true, 0x80000000u, 44, 45, 0, 0, READING_PASS, 0},
        {"valid, stale",
         PROFILE_S32,
         {0, 5000, 3, 2},
         false,
         0,
         44,
         45,
         0,
         0,
         READING_SUSPECT,
         READING_BIT_STALE},
        {"valid, out of its range",
         PROFILE_S32,
         {0, 5000, 9, 2},
         false,
         0,
         44,
         45,
         0,
         0,
         READING_SUSPECT,
         READING_BIT_PROBE},
        {"valid, never calibrated",
         PROFILE_S32,
         {0, 5000, 0x11, 2},
         false,
         0,
         44,
         45,
         0,
         0,
         READING_SUSPECT,
         READING_BIT_UNCAL},
        {"valid, calibration due",
         PROFILE_S32,
         {0, 5000, 0x21, 2},
         false,
         0,
         44,
         45,
         0,
         0,
         READING_PASS,
         READING_BIT_UNCAL},
        {"valid, noisy",
         PROFILE_S32,
         {0, 5000, 0x81, 2},
         false,
         0,
         44,
         45,
         0,
         0,
         READING_SUSPECT,
         READING_BIT_PROBE},
        {"valid, stuck",
         PROFILE_S32,
         {0, 5000, 0x101, 2},
         false,
         0,
         44,
         45,
         0,
         0,
         READING_SUSPECT,
         READING_BIT_PROBE},
        {"valid, compensated with defaults",
         PROFILE_S32,
         {0, 5000, 0x201, 2},
         false,
         0,
         44,
         45,
         0,
         0,
         READING_PASS,
         0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile p = one(T[i].type, T[i].type == PROFILE_U16 ? "AB" : "ABCD");
        struct reg_block b[2] = {
            {.function = 3,
             .first = 10,
             .count = 2,
             .exception = T[i].exception,
             .regs = {T[i].r[0], T[i].r[1]}},
            {.function = 3,
             .first = 44,
             .count = 2,
             .exception = T[i].quality_exception,
             .regs = {T[i].r[2], T[i].r[3]}},
        };
        struct profile_measurement *m = &p.m[0];
        struct reading_set set;

        m->has_sentinel = T[i].sentinel;
        m->sentinel = T[i].code;
        m->quality = T[i].quality;
        m->kind = T[i].kind;
        m->kind_value = 2;
        m->scale = 0.001;
        decode_blocks(&set, &p, NULL, b, 2);
        assert_int_equal(set.n, 1);
        if (set.v[0].flag != T[i].flag || set.v[0].bits != T[i].bits)
            fail_msg("%s: flag %d bits %x, expected %d %x", T[i].says, set.v[0].flag, set.v[0].bits,
                     T[i].flag, T[i].bits);
        if (T[i].flag == READING_MISSING ? !isnan(set.v[0].value)
                                         : fabs(set.v[0].value - 5) > 1e-12)
            fail_msg("%s: value %g", T[i].says, set.v[0].value);
    }
}

static void a_value_that_was_not_read_is_no_value(void **state)
{
    struct profile p = one(PROFILE_F32, "ABCD");
    static const struct reg_block B[] = {
        {.function = 4, .first = 10, .count = 2}, /* another function */
        {.function = 3, .first = 11, .count = 2}, /* half of it */
        {.function = 3, .first = 9, .count = 2},
    };
    struct reading_set set;

    (void)state;
    decode_blocks(&set, &p, NULL, B, sizeof B / sizeof B[0]);
    assert_int_equal(set.n, 0);
    decode_blocks(&set, &p, NULL, NULL, 0);
    assert_int_equal(set.n, 0);
}

static void
a_site_renames_and_an_empty_channel_of_a_node_is_nothing_unless_it_is_named(void **state)
{
    struct profile p = one(PROFILE_S32, "ABCD");
    struct site_device d = {
        .metrics = 1,
        .metric = (struct site_metric[]){{.metric = METRIC_DO_MG_L, .as = METRIC_DO_SAT_PCT}}};
    struct site_device other = {
        .metrics = 1, .metric = (struct site_metric[]){{.metric = METRIC_PH, .as = METRIC_PH}}};
    struct reg_block b = {
        .function = 3, .first = 10, .count = 9, .regs = {0, 5000, 0, 0, 1, 0, 0, 0, 2}};
    struct reading_set set;

    (void)state;
    p.node_header = true;
    p.m[0].quality = 14;
    p.m[0].kind = 18;
    p.m[0].kind_value = 2;
    decode_blocks(&set, &p, &d, &b, 1);
    assert_int_equal(set.n, 1);
    assert_int_equal(set.v[0].metric, METRIC_DO_SAT_PCT);
    assert_int_equal(set.v[0].flag, READING_PASS);
    b.regs[8] = 0;
    decode_blocks(&set, &p, NULL, &b, 1);
    assert_int_equal(set.n, 0);
    decode_blocks(&set, &p, &other, &b, 1);
    assert_int_equal(set.n, 0);
    decode_blocks(&set, &p, &d, &b, 1);
    assert_int_equal(set.n, 1);
    assert_int_equal(set.v[0].flag, READING_MISSING);
    assert_int_equal(set.v[0].bits, READING_BIT_KIND);
}

static void checks_a_profile_before_it_is_used(void **state)
{
    static const struct {
        const char *says, *order;
        enum profile_type type;
        bool node, twin;
        int rc;
    } T[] = {
        {"good", "CDAB", PROFILE_F32, false, false, 0},
        {"no order", "", PROFILE_F32, false, false, 0},
        {"16-bit order for 32 bits", "AB", PROFILE_F32, false, false, NILA_ERR_CONFIG},
        {"32-bit order for 16 bits", "ABCD", PROFILE_U16, false, false, NILA_ERR_CONFIG},
        {"no such order", "ACBD", PROFILE_S32, false, false, NILA_ERR_CONFIG},
        {"no such type", "ABCD", (enum profile_type)9, false, false, NILA_ERR_CONFIG},
        {"a node without its block", "ABCD", PROFILE_S32, true, false, NILA_ERR_CONFIG},
        {"two values of one name", "ABCD", PROFILE_S32, false, true, NILA_ERR_CONFIG},
    };
    struct site_device d = {
        .metrics = 1,
        .metric = (struct site_metric[]){{.metric = METRIC_DO_MG_L, .as = METRIC_DO_SAT_PCT}}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile p = one(T[i].type, T[i].order);
        char why[160] = "";
        p.node_header = T[i].node;
        if (T[i].twin) {
            p.m[p.n++] = p.m[0];
            p.m[1].metric = METRIC_DO_SAT_PCT; /* the site calls the first one so too */
            assert_int_equal(decode_check(&p, NULL, why, sizeof why), 0);
        }
        if (decode_check(&p, &d, why, sizeof why) != T[i].rc || (T[i].rc != 0 && why[0] == '\0'))
            fail_msg("%s: %s", T[i].says, why);
    }
    for (int type = PROFILE_U16; type <= PROFILE_F64; type++) { /* a setting orders 32 bits only */
        struct profile p = one((enum profile_type)type, "");
        char why[160] = "";
        p.m[0].order_set = true;
        assert_int_equal(decode_check(&p, NULL, why, sizeof why),
                         profile_registers((enum profile_type)type) == 2 ? 0 : NILA_ERR_CONFIG);
    }
}

static void put32(uint16_t *r, uint32_t v)
{
    r[0] = (uint16_t)(v >> 16);
    r[1] = (uint16_t)(v & 0xFFFF);
}

static void a_node_answer_must_be_its_own_and_newer_than_the_last(void **state)
{
    static const struct {
        const char *says;
        unsigned magic, version, unit, serial, boots, request;
        enum node_verdict verdict;
    } T[] = {
        {"the first answer", 0x4E4C, 1, 7, 5, 3, 100, NODE_FRESH},
        {"the next", 0x4E4C, 1, 7, 5, 3, 101, NODE_FRESH},
        {"the same again", 0x4E4C, 1, 7, 5, 3, 101, NODE_STALE},
        {"an older one", 0x4E4C, 1, 7, 5, 3, 100, NODE_STALE},
        {"some were lost", 0x4E4C, 1, 7, 5, 3, 900, NODE_FRESH},
        {"it was restarted", 0x4E4C, 1, 7, 5, 4, 1, NODE_FRESH},
        {"an answer from before the restart", 0x4E4C, 1, 7, 5, 3, 901, NODE_STALE},
        {"another magic", 0x4E4D, 1, 7, 5, 4, 2, NODE_FOREIGN},
        {"another map", 0x4E4C, 2, 7, 5, 4, 2, NODE_FOREIGN},
        {"another unit", 0x4E4C, 1, 8, 5, 4, 2, NODE_FOREIGN},
        {"foreign blocks changed nothing", 0x4E4C, 1, 7, 5, 4, 2, NODE_FRESH},
        {"the node was exchanged", 0x4E4C, 1, 7, 6, 1, 1, NODE_FRESH},
        {"far up", 0x4E4C, 1, 7, 6, 1, 0x7FFFFFFFu, NODE_FRESH},
        {"further up", 0x4E4C, 1, 7, 6, 1, 0xFFFFFFFEu, NODE_FRESH},
        {"round the corner", 0x4E4C, 1, 7, 6, 1, 3, NODE_FRESH},
        {"lost its counters: once", 0x4E4C, 1, 7, 6, 0, 10, NODE_STALE},
        {"twice", 0x4E4C, 1, 7, 6, 0, 11, NODE_STALE},
        {"a repeat does not count", 0x4E4C, 1, 7, 6, 0, 11, NODE_STALE},
        {"twice again", 0x4E4C, 1, 7, 6, 0, 12, NODE_STALE},
        {"three times rising is a new beginning", 0x4E4C, 1, 7, 6, 0, 13, NODE_FRESH},
        {"and goes on", 0x4E4C, 1, 7, 6, 0, 14, NODE_FRESH},
    };
    struct node_seen seen = {0};
    char why[96];

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        uint16_t r[NODE_HEADER_REGISTERS] = {0};
        r[NODE_REG_MAGIC] = (uint16_t)T[i].magic;
        r[NODE_REG_MAP_VERSION] = (uint16_t)T[i].version;
        r[NODE_REG_UNIT] = (uint16_t)T[i].unit;
        put32(r + NODE_REG_SERIAL, T[i].serial);
        put32(r + NODE_REG_BOOTS, T[i].boots);
        put32(r + NODE_REG_REQUEST, T[i].request);
        why[0] = '\0';
        if (node_header_judge(&seen, r, NODE_HEADER_REGISTERS, 7, why, sizeof why) != T[i].verdict)
            fail_msg("%s: %s", T[i].says, why);
        assert_true((T[i].verdict == NODE_FRESH) == (why[0] == '\0'));
    }
    {
        uint16_t r[NODE_HEADER_REGISTERS] = {0x4E4C, 1};
        assert_int_equal(node_header_judge(&seen, r, NODE_HEADER_REGISTERS - 1, 0, why, sizeof why),
                         NODE_FOREIGN);
        assert_int_equal(node_header_judge(&seen, r, 0, 0, why, sizeof why), NODE_FOREIGN);
    }
}

static void any_registers_give_finite_values_or_none(void **state)
{
    static const char *const ORDER4[] = {"ABCD", "CDAB", "BADC", "DCBA"};
    const unsigned SEED = 715;

    (void)state;
    printf("seed %u\n", SEED);
    srand(SEED);
    for (int i = 0; i < 200000; i++) {
        enum profile_type type = (enum profile_type)(rand() % 5);
        struct profile p = one(type, profile_registers(type) == 2 ? ORDER4[rand() % 4]
                                     : rand() % 2                 ? "AB"
                                                                  : "BA");
        struct reg_block b = {.function = 3, .first = 10, .count = 2};
        struct reading_set set;

        b.regs[0] = (uint16_t)rand();
        b.regs[1] = (uint16_t)rand();
        if (rand() % 4 == 0)
            b.regs[rand() % 2] |= 0x7F80;
        p.m[0].scale = rand() % 2 ? 1e300 : 0.001;
        decode_blocks(&set, &p, NULL, &b, 1);
        assert_int_equal(set.n, 1);
        assert_true((set.v[0].flag == READING_MISSING) == !isfinite(set.v[0].value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_bytes_in_order_for_every_type),
        cmocka_unit_test(scales_and_shifts_once),
        cmocka_unit_test(a_probe_that_answers_nonsense_never_gives_a_plausible_value),
        cmocka_unit_test(a_value_that_was_not_read_is_no_value),
        cmocka_unit_test(
            a_site_renames_and_an_empty_channel_of_a_node_is_nothing_unless_it_is_named),
        cmocka_unit_test(checks_a_profile_before_it_is_used),
        cmocka_unit_test(a_node_answer_must_be_its_own_and_newer_than_the_last),
        cmocka_unit_test(any_registers_give_finite_values_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
