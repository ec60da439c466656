/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The collector's profile of the node against the node itself: what the core puts into its registers, the profile must find
 * again. */
#include "tests/support/support.h"

#include <stdio.h>

#include "collector/common/profile.h"
#include "firmware-bridge/core/nila_node.h"

static const struct nila_identity IDENTITY = {.product_id = 1};

/* The node's profiles: the same registers, other sensors. */
static const char *const PROFILE[] = {"nila-node", "nila-weather", "nila-node-relay"};
#define PROFILES (sizeof PROFILE / sizeof PROFILE[0])

static struct profile *load(size_t i)
{
    struct profile *p = NULL;
    char why[256] = "";

    if (profile_load(&p, "collector/devices", PROFILE[i], why, sizeof why) != 0)
        fail_msg("%s", why);
    return p;
}

static uint16_t kind_of(enum metric metric)
{
    static const struct {
        enum metric metric;
        uint16_t kind;
    } T[] = {
        {METRIC_TEMP_C, NILA_KIND_TEMP_C},
        {METRIC_DO_MG_L, NILA_KIND_DO_MG_L},
        {METRIC_PH, NILA_KIND_PH},
        {METRIC_EC_US_CM, NILA_KIND_EC_US_CM},
        {METRIC_TURB_NTU, NILA_KIND_TURB_NTU},
        {METRIC_LEVEL_CM, NILA_KIND_LEVEL_CM},
        {METRIC_TAN_N_MG_L, NILA_KIND_TAN_N_MG_L},
        {METRIC_AIR_TEMP_C, NILA_KIND_AIR_TEMP_C},
        {METRIC_PAR_W_M2, NILA_KIND_PAR_W_M2},
        {METRIC_WIND_M_S, NILA_KIND_WIND_M_S},
    };

    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (T[i].metric == metric)
            return T[i].kind;
    return NILA_KIND_NONE;
}

static void reads_the_block_as_the_node_has_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < PROFILES; i++) {
        struct profile *p = load(i);
        assert_true(p->whole_block);
        assert_true(p->node_header);
        assert_int_equal(p->block_function, 4);
        assert_int_equal(p->block_first, 0);
        assert_int_equal(p->block_count, NILA_REG_COUNT);
        assert_true(p->max_registers >= NILA_REG_COUNT);
        assert_in_range(p->n, 1, NILA_REG_CHANNELS);
        profile_free(p);
    }
}

/* The row of the node's table that lies at an offset of a channel: its type, or NULL. */
static const char *channel_type(unsigned offset)
{
#define AS_ROW(name, at, type, text) \
    if (offset == (at))              \
        return #name " " #type;
    NILA_CHANNEL_MAP(AS_ROW)
#undef AS_ROW
    return NULL;
}

/* What the profile says of a register is what the table says. */
static void check_rows(const struct profile_measurement *m)
{
    const unsigned begin = m->address - m->address % NILA_CH_COUNT;

    assert_int_equal((begin - NILA_REG_CHANNEL(0)) % NILA_CH_COUNT, 0);
    assert_string_equal(channel_type(m->address - begin), "VALUE S32");
    assert_in_range(m->quality, (int)begin, (int)begin + NILA_CH_COUNT - 1);
    assert_string_equal(channel_type((unsigned)m->quality - begin), "QUALITY BITS");
    assert_in_range(m->kind, (int)begin, (int)begin + NILA_CH_COUNT - 1);
    assert_string_equal(channel_type((unsigned)m->kind - begin), "KIND U16");
}

static void check_measurement(const struct profile_measurement *m)
{
    unsigned channel = (m->address - 40U) / 10U;
    uint16_t kind = kind_of(m->metric), reg[NILA_REG_COUNT];
    struct nila_node node;
    int32_t raw;

    check_rows(m);
    assert_int_not_equal(kind, NILA_KIND_NONE);
    assert_int_equal(m->function, 4);
    assert_int_equal(m->type, PROFILE_S32);
    assert_string_equal(m->order, "ABCD");
    assert_int_equal(m->address, NILA_REG_CHANNEL(channel) + NILA_CH_VALUE);
    assert_int_equal(m->kind_value, kind);

    nila_node_init(&node, 1, 10, &IDENTITY);
    assert_true(
        nila_node_set_channel(&node, channel, kind, -2385125, 17, NILA_Q_VALID | NILA_Q_DUE));
    nila_node_image(&node, reg);
    raw = (int32_t)((uint32_t)reg[m->address] << 16 | reg[m->address + 1]);
    assert_true(raw * m->scale + m->offset > -2385.1250001);
    assert_true(raw * m->scale + m->offset < -2385.1249999);
    assert_int_equal(reg[m->quality], NILA_Q_VALID | NILA_Q_DUE);
    assert_int_equal(reg[m->kind], kind);

    assert_true(
        nila_node_set_channel(&node, channel, kind, NILA_MISSING, NILA_MISSING, NILA_Q_ABSENT));
    nila_node_image(&node, reg);
    assert_true(m->has_sentinel);
    assert_int_equal((uint32_t)reg[m->address] << 16 | reg[m->address + 1], m->sentinel);
}

static void finds_every_value_where_the_node_puts_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < PROFILES; i++) {
        struct profile *p = load(i);
        for (unsigned k = 0; k < p->n; k++) {
            printf("%s: %s at %u\n", PROFILE[i], p->m[k].name, p->m[k].address);
            check_measurement(&p->m[k]);
        }
        profile_free(p);
    }
}

static void switches_the_relay_where_the_node_has_it(void **state)
{
    struct profile *p = load(2);

    (void)state;
    assert_int_equal(p->relay.count, 1);
    assert_int_equal(p->relay.function, 6);
    assert_int_equal(p->relay.read_function, 3);
    assert_int_equal(p->relay.address, NILA_HOLD_RELAY);
    assert_true(nila_node_permits(NILA_HOLD_RELAY, p->relay.on, false));
    assert_true(nila_node_permits(NILA_HOLD_RELAY, p->relay.off, false));
    assert_int_equal(p->relay.on, 1);
    assert_int_equal(p->relay.off, 0);
    profile_free(p);
}

static void names_no_channel_twice(void **state)
{
    (void)state;
    for (size_t j = 0; j < PROFILES; j++) {
        struct profile *p = load(j);
        for (unsigned i = 0; i < p->n; i++)
            for (unsigned k = 0; k < i; k++) {
                assert_int_not_equal(p->m[i].address, p->m[k].address);
                assert_int_not_equal(p->m[i].metric, p->m[k].metric);
            }
        profile_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_block_as_the_node_has_it),
        cmocka_unit_test(finds_every_value_where_the_node_puts_it),
        cmocka_unit_test(switches_the_relay_where_the_node_has_it),
        cmocka_unit_test(names_no_channel_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
