/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "firmware-bridge/core/nila_node.h"

static const struct nila_identity IDENTITY = {.vendor = "V",
                                              .product = "P",
                                              .revision = "R",
                                              .product_id = 1,
                                              .firmware = 0x0203,
                                              .build = 0x11121314,
                                              .serial = 0x21222324,
                                              .boots = 0x41424344,
                                              .reset_cause = 5};

static uint32_t get32(const uint16_t *reg)
{
    return (uint32_t)reg[0] << 16 | reg[1];
}

/* The map is frozen: every number here is written out, none taken from nila_regmap.h. */
static void every_register_stands_at_its_frozen_address(void **state)
{
    static const struct {
        const char *says;
        unsigned address;
        uint16_t value;
    } T[] = {
        {"magic NL", 0, 0x4E4C},
        {"map version", 1, 1},
        {"product", 2, 1},
        {"firmware", 3, 0x0203},
        {"build high", 4, 0x1112},
        {"build low", 5, 0x1314},
        {"serial high", 6, 0x2122},
        {"serial low", 7, 0x2324},
        {"uptime high", 8, 0x0001},
        {"uptime low", 9, 0x86A0},
        {"boots high", 10, 0x4142},
        {"boots low", 11, 0x4344},
        {"reset cause", 12, 5},
        {"supply", 13, 4987},
        {"board temperature", 14, 0xFFF6},
        {"unit", 15, 42},
        {"sample high", 16, 0},
        {"sample low", 17, 1},
        {"request high", 18, 0x5152},
        {"request low", 19, 0x5354},
        {"health: store damaged and a sensor without value", 20, 3},
        {"relay", 21, 1},
        {"messages", 22, 22},
        {"crc", 23, 23},
        {"exceptions", 24, 24},
        {"foreign", 25, 25},
        {"overrun", 26, 26},
        {"resync", 27, 27},
        {"not answered", 28, 28},
        {"reserved", 29, 0},
        {"reserved", 39, 0},
        {"channel 0 value high", 40, 0x0000},
        {"channel 0 value low", 41, 0x7531},
        {"channel 0 raw high", 42, 0xFFFF},
        {"channel 0 raw low", 43, 0xFFFE},
        {"channel 0 quality", 44, 0x0011},
        {"channel 0 age", 45, 5},
        {"channel 0 sequence high", 46, 0},
        {"channel 0 sequence low", 47, 2},
        {"channel 0 kind", 48, 1},
        {"channel 0 calibration", 49, 777},
        {"channel 1 value high: none", 50, 0x8000},
        {"channel 1 value low", 51, 0x0000},
        {"channel 1 kind: not fitted", 58, 0},
        {"channel 7 value high: absent", 110, 0x8000},
        {"channel 7 value low", 111, 0},
        {"channel 7 quality", 114, 0x0004},
        {"channel 7 age: never", 115, 0xFFFF},
        {"channel 7 kind", 118, 10},
        {"channel 7 calibration", 119, 0},
    };
    struct nila_node node;
    uint16_t reg[120];

    (void)state;
    nila_node_init(&node, 42, 10, &IDENTITY);
    nila_node_tick(&node, 99995);
    assert_true(nila_node_set_channel(&node, 0, 1, 1, 1, 1));
    assert_true(nila_node_set_channel(&node, 0, 1, 30001, -2, 0x0011));
    assert_true(nila_node_set_channel(&node, 7, 10, NILA_MISSING, NILA_MISSING, 0x0004));
    nila_node_round(&node);
    nila_node_tick(&node, 5);
    node.channel[0].calibration = 777;
    node.supply_mv = 4987;
    node.board_temp_x10 = -10;
    node.request = 0x51525354;
    node.health = NILA_HEALTH_STORE;
    node.relay = 1;
    node.bus = (struct nila_counters){22, 23, 24, 25, 26, 27, 28};
    nila_node_image(&node, reg);
    assert_int_equal(NILA_REG_COUNT, 120);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (reg[T[i].address] != T[i].value)
            fail_msg("%s: register %u is %04x", T[i].says, T[i].address, reg[T[i].address]);
}

static void a_new_node_has_no_plausible_zero(void **state)
{
    struct nila_node node;
    uint16_t reg[NILA_REG_COUNT];

    (void)state;
    nila_node_init(&node, 1, 10, &IDENTITY);
    nila_node_image(&node, reg);
    assert_int_equal(reg[NILA_REG_BOARD_TEMP], 0x8000);
    assert_int_equal(reg[NILA_REG_HEALTH], 0);
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++) {
        const uint16_t *ch = reg + NILA_REG_CHANNEL(i);
        assert_int_equal(get32(ch + NILA_CH_VALUE), 0x80000000);
        assert_int_equal(get32(ch + NILA_CH_RAW), 0x80000000);
        assert_int_equal(ch[NILA_CH_QUALITY], 0);
        assert_int_equal(ch[NILA_CH_AGE_S], 0xFFFF);
        assert_int_equal(get32(ch + NILA_CH_SEQUENCE), 0);
        assert_int_equal(ch[NILA_CH_KIND], 0);
    }
}

static void a_missing_value_is_never_valid_and_no_sample(void **state)
{
    struct nila_node node;
    uint16_t reg[NILA_REG_COUNT];
    const uint16_t *ch = reg + NILA_REG_CHANNEL(2);

    (void)state;
    nila_node_init(&node, 1, 10, &IDENTITY);
    assert_true(nila_node_set_channel(&node, 2, NILA_KIND_PH, 7100, 7000, NILA_Q_VALID));
    nila_node_tick(&node, 4);
    assert_true(nila_node_set_channel(&node, 2, NILA_KIND_PH, NILA_MISSING, NILA_MISSING,
                                      NILA_Q_VALID | NILA_Q_ABSENT));
    nila_node_image(&node, reg);
    assert_int_equal(get32(ch + NILA_CH_VALUE), 0x80000000);
    assert_int_equal(ch[NILA_CH_QUALITY], NILA_Q_ABSENT);
    assert_int_equal(ch[NILA_CH_AGE_S], 4);
    assert_int_equal(get32(ch + NILA_CH_SEQUENCE), 1);
    assert_int_equal(reg[NILA_REG_HEALTH], NILA_HEALTH_SENSOR);
}

static void a_value_grows_stale_after_three_periods(void **state)
{
    struct nila_node node;
    uint16_t reg[NILA_REG_COUNT];
    const uint16_t *ch = reg + NILA_REG_CHANNEL(0);

    (void)state;
    nila_node_init(&node, 1, 10, &IDENTITY);
    assert_true(
        nila_node_set_channel(&node, 0, NILA_KIND_TEMP_C, 28500, 28500, NILA_Q_VALID | NILA_Q_DUE));
    nila_node_tick(&node, 30);
    nila_node_image(&node, reg);
    assert_int_equal(ch[NILA_CH_QUALITY], NILA_Q_VALID | NILA_Q_DUE);
    assert_int_equal(reg[NILA_REG_HEALTH], 0);
    nila_node_tick(&node, 1);
    nila_node_image(&node, reg);
    assert_int_equal(ch[NILA_CH_QUALITY], NILA_Q_STALE | NILA_Q_DUE);
    assert_int_equal(get32(ch + NILA_CH_VALUE), 28500);
    assert_int_equal(reg[NILA_REG_HEALTH], NILA_HEALTH_SENSOR);
    assert_true(nila_node_set_channel(&node, 0, NILA_KIND_TEMP_C, 28600, 28600, NILA_Q_VALID));
    nila_node_image(&node, reg);
    assert_int_equal(ch[NILA_CH_QUALITY], NILA_Q_VALID);
}

static void ages_stop_at_never(void **state)
{
    static const struct {
        const char *says;
        uint32_t first, second;
        uint16_t age;
    } T[] = {{"below the end", 65533, 1, 65534},
             {"to the end", 65534, 1, 0xFFFF},
             {"far beyond", 1, UINT32_MAX, 0xFFFF},
             {"again and again", 70000, 70000, 0xFFFF},
             {"no time at all", 0, 0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_node node;
        nila_node_init(&node, 1, 3600, &IDENTITY);
        assert_true(nila_node_set_channel(&node, 0, 1, 1, 1, 1));
        nila_node_tick(&node, T[i].first);
        nila_node_tick(&node, T[i].second);
        if (node.channel[0].age_s != T[i].age)
            fail_msg("%s: %u", T[i].says, node.channel[0].age_s);
        assert_int_equal(node.channel[1].age_s, NILA_AGE_NEVER);
    }
}

static void another_kind_is_another_sensor(void **state)
{
    struct nila_node node;

    (void)state;
    nila_node_init(&node, 1, 10, &IDENTITY);
    for (int i = 0; i < 3; i++)
        assert_true(nila_node_set_channel(&node, 4, NILA_KIND_PH, 7000, 7000, NILA_Q_VALID));
    assert_int_equal(node.channel[4].sequence, 3);
    assert_true(nila_node_set_channel(&node, 4, NILA_KIND_TEMP_C, NILA_MISSING, NILA_MISSING,
                                      NILA_Q_ABSENT));
    assert_int_equal(node.channel[4].sequence, 0);
    assert_int_equal(node.channel[4].age_s, NILA_AGE_NEVER);
    assert_true(nila_node_set_channel(&node, 4, NILA_KIND_NONE, 1, 1, NILA_Q_VALID));
    assert_int_equal(node.channel[4].quality, 0);
    assert_int_equal(node.channel[4].value_x1000, NILA_MISSING);
    assert_false(nila_node_set_channel(&node, NILA_REG_CHANNELS, NILA_KIND_PH, 1, 1, 1));
}

static void bounds_the_sampling_period(void **state)
{
    struct nila_node node;

    (void)state;
    nila_node_init(&node, 1, 0, &IDENTITY);
    assert_int_equal(node.period_s, 1);
    nila_node_init(&node, 1, 3601, &IDENTITY);
    assert_int_equal(node.period_s, 3600);
}

static void writes_only_what_the_lock_and_the_ranges_allow(void **state)
{
    static const struct {
        const char *says;
        bool unlocked, broadcast;
        uint16_t first, count, value[4];
        uint8_t exception;
        uint16_t after[4];
    } T[] = {
        {"locked", false, false, 3, 1, {60}, 3, {0, 9, 0, 10}},
        {"the key", false, false, 0, 1, {0x5A17}, 0, {1, 9, 0, 10}},
        {"another key", true, false, 0, 1, {0x5A18}, 0, {0, 9, 0, 10}},
        {"period, and locked again", true, false, 3, 1, {60}, 0, {0, 9, 0, 60}},
        {"a refused write locks too", true, false, 3, 1, {0}, 3, {0, 9, 0, 10}},
        {"period too long", true, false, 3, 1, {3601}, 3, {0, 9, 0, 10}},
        {"delay at its bound", true, false, 2, 1, {1000}, 0, {0, 9, 1000, 10}},
        {"delay beyond", true, false, 2, 1, {1001}, 3, {0, 9, 0, 10}},
        {"unit", true, false, 1, 1, {247}, 0, {0, 247, 0, 10}},
        {"unit 0", true, false, 1, 1, {0}, 3, {0, 9, 0, 10}},
        {"unit 248", true, false, 1, 1, {248}, 3, {0, 9, 0, 10}},
        {"unit 256 + 9", true, false, 1, 1, {265}, 3, {0, 9, 0, 10}},
        {"unit by broadcast", true, true, 1, 1, {7}, 3, {0, 9, 0, 10}},
        {"period by broadcast", true, true, 3, 1, {7}, 0, {0, 9, 0, 7}},
        {"all in one with the key", false, false, 0, 4, {0x5A17, 8, 5, 6}, 0, {0, 8, 5, 6}},
        {"all in one without it", true, false, 0, 4, {1, 8, 5, 6}, 3, {0, 9, 0, 10}},
        {"none when the last is wrong", true, false, 1, 3, {8, 5, 0}, 3, {0, 9, 0, 10}},
        {"a reserved register", true, false, 4, 1, {1}, 2, {0, 9, 0, 10}},
        {"into the reserved ones", true, false, 3, 2, {60, 1}, 2, {0, 9, 0, 10}},
        {"round the end of the addresses", true, false, 0xFFFF, 2, {1, 1}, 2, {0, 9, 0, 10}},
        {"nothing", true, false, 0, 0, {0}, 2, {0, 9, 0, 10}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_node node;
        uint16_t after[NILA_HOLD_BASIC];
        uint8_t ex;
        nila_node_init(&node, 9, 10, &IDENTITY);
        node.unlocked = T[i].unlocked;
        ex = nila_node_write(&node, T[i].first, T[i].count, T[i].value, T[i].broadcast);
        assert_int_equal(nila_node_holding(&node, 0, NILA_HOLD_BASIC, after), 0);
        if (ex != T[i].exception)
            fail_msg("%s: exception %u", T[i].says, ex);
        for (unsigned k = 0; k < 4; k++)
            if (after[k] != T[i].after[k])
                fail_msg("%s: holding register %u is %u", T[i].says, k, after[k]);
    }
}

/* Two registers at 10 and 11, of which the second asks for the lock and takes up to 5; and three at 20. */
struct keeper {
    uint16_t value[3];
    unsigned applied;
};

static void keeper_read(const void *arg, uint16_t offset, uint16_t count, uint16_t *value)
{
    const struct keeper *k = arg;

    for (uint16_t i = 0; i < count; i++)
        value[i] = k->value[offset + i];
}

static uint8_t keeper_check(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                            bool open, bool broadcast)
{
    (void)arg;
    for (uint16_t i = 0; i < count; i++)
        if (offset + i == 1 && (!open || value[i] > 5 || broadcast))
            return NILA_EXCEPTION_VALUE;
    return NILA_EXCEPTION_NONE;
}

static void keeper_apply(void *arg, uint16_t offset, uint16_t count, const uint16_t *value)
{
    struct keeper *k = arg;

    for (uint16_t i = 0; i < count; i++)
        k->value[offset + i] = value[i];
    k->applied++;
}

static void other_modules_keep_registers_of_their_own(void **state)
{
    static const struct {
        const char *says;
        uint16_t first, count;
        uint8_t exception;
    } READ[] = {
        {"the node's own", 0, 4, 0},
        {"one behind them", 0, 5, 2},
        {"the gap", 5, 1, 2},
        {"into the block", 9, 2, 2},
        {"the block", 10, 2, 0},
        {"its second register", 11, 1, 0},
        {"over its end", 11, 2, 2},
        {"two blocks that touch", 20, 5, 0},
        {"from inside one into the next", 22, 3, 0},
        {"none", 10, 0, 2},
        {"the end of the map", 99, 2, 2},
        {"far away", 0xFFFF, 2, 2},
    };
    struct keeper low = {{1, 2, 0}, 0}, mid = {{3, 4, 5}, 0}, high = {{6, 7, 0}, 0};
    const struct nila_block block[] = {
        {20, 3, &mid, keeper_read, keeper_check, keeper_apply},
        {10, 2, &low, keeper_read, keeper_check, keeper_apply},
        {23, 2, &high, keeper_read, keeper_check, keeper_apply},
    };
    static const uint16_t PAIR[] = {70, 5}, WRONG[] = {71, 6}, FIVE[] = {31, 4, 51, 61, 3};
    uint16_t value[8] = {0};
    struct nila_node node;

    (void)state;
    nila_node_init(&node, 9, 10, &IDENTITY);
    node.block = block;
    node.blocks = 3;
    for (size_t i = 0; i < sizeof READ / sizeof READ[0]; i++)
        if (nila_node_holding(&node, READ[i].first, READ[i].count, value) != READ[i].exception)
            fail_msg("%s", READ[i].says);
    assert_int_equal(nila_node_holding(&node, 22, 3, value), 0);
    assert_int_equal(value[0], 5);
    assert_int_equal(value[1], 6);
    assert_int_equal(value[2], 7);

    assert_int_equal(nila_node_write(&node, 10, 1, PAIR, false), 0); /* asks for no lock */
    assert_int_equal(nila_node_write(&node, 10, 2, PAIR, false), 3);
    node.unlocked = true;
    assert_int_equal(nila_node_write(&node, 10, 2, PAIR, true), 3); /* not by broadcast */
    node.unlocked = true;
    assert_int_equal(nila_node_write(&node, 10, 2, WRONG, false), 3);
    assert_int_equal(low.value[0], 70);
    assert_int_equal(low.applied, 1);
    node.unlocked = true;
    assert_int_equal(nila_node_write(&node, 10, 2, PAIR, false), 0);
    assert_int_equal(low.value[1], 5);
    assert_false(node.unlocked);
    /* over two keepers: all or none */
    node.unlocked = true;
    assert_int_equal(nila_node_write(&node, 20, 5, FIVE, false), 0);
    assert_int_equal(mid.value[2], 51);
    assert_int_equal(high.value[1], 3);
    assert_int_equal(nila_node_write(&node, 20, 5, FIVE, false), 3); /* the lock is closed again */
    assert_int_equal(mid.applied + high.applied, 2);
    assert_int_equal(nila_node_write(&node, 11, 2, PAIR, false), 2);
}

static void knows_the_range_of_each_setting_of_the_map(void **state)
{
    (void)state;
    assert_true(nila_node_permits(NILA_HOLD_RELAY, 1, false));
    assert_false(nila_node_permits(NILA_HOLD_RELAY, 2, true));
    assert_false(nila_node_permits(NILA_HOLD_RELAY_SAFE, 1, false));
    assert_true(nila_node_permits(NILA_HOLD_RELAY_SILENCE_MIN, 1440, true));
    assert_false(nila_node_permits(NILA_HOLD_RELAY_SILENCE_MIN, 1441, true));
    assert_false(nila_node_permits(99, 0, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_register_stands_at_its_frozen_address),
        cmocka_unit_test(a_new_node_has_no_plausible_zero),
        cmocka_unit_test(a_missing_value_is_never_valid_and_no_sample),
        cmocka_unit_test(a_value_grows_stale_after_three_periods),
        cmocka_unit_test(ages_stop_at_never),
        cmocka_unit_test(another_kind_is_another_sensor),
        cmocka_unit_test(bounds_the_sampling_period),
        cmocka_unit_test(writes_only_what_the_lock_and_the_ranges_allow),
        cmocka_unit_test(other_modules_keep_registers_of_their_own),
        cmocka_unit_test(knows_the_range_of_each_setting_of_the_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
