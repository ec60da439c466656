/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "firmware-bridge/core/nila_relay.h"

static const struct nila_identity IDENTITY = {.product_id = 1};

static void takes_its_safe_state_when_the_master_is_silent(void **state)
{
    static const struct {
        const char *says;
        uint16_t safe, silence_min;
        uint32_t silent_s;
        bool at_start, after_on,
            after_off; /* what it does after the silence when it had been switched on, off */
    } T[] = {
        {"on, too short a silence", 1, 10, 599, true, true, false},
        {"on, ten minutes", 1, 10, 600, true, true, true},
        {"off, ten minutes", 0, 10, 600, false, false, false},
        {"off, too short", 0, 10, 599, false, true, false},
        {"kept", 2, 10, 6000, false, true, false},
        {"never", 1, 0, UINT32_MAX, true, true, false},
        {"a day", 1, 1440, 86399, true, true, false},
        {"a day is over", 1, 1440, 86400, true, true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        for (uint16_t on = 0; on <= 1; on++) {
            struct nila_relay relay;
            struct nila_block b = nila_relay_block(&relay);
            nila_relay_init(&relay, T[i].safe, T[i].silence_min);
            if (relay.on != T[i].at_start || !relay.fell)
                fail_msg("%s: at start %d", T[i].says, relay.on);
            nila_relay_tick(&relay, 100, true);
            assert_int_equal(b.check(b.arg, 0, 1, &on, false, false), 0);
            b.apply(b.arg, 0, 1, &on);
            assert_int_equal(relay.on, on);
            assert_false(relay.fell);
            nila_relay_tick(&relay, T[i].silent_s, false);
            if (relay.on != (on ? T[i].after_on : T[i].after_off))
                fail_msg("%s: switched %u it is %d", T[i].says, on, relay.on);
        }
}

static void stays_safe_until_it_is_switched_again(void **state)
{
    static const uint16_t OFF = 0;
    struct nila_relay relay;
    struct nila_block b = nila_relay_block(&relay);

    (void)state;
    nila_relay_init(&relay, NILA_RELAY_ON, 1);
    b.apply(b.arg, 0, 1, &OFF);
    for (int i = 0; i < 59; i++)
        nila_relay_tick(&relay, 1, false);
    nila_relay_tick(&relay, 1, true); /* asked, whatever for: the master lives */
    for (int i = 0; i < 59; i++)
        nila_relay_tick(&relay, 1, false);
    assert_false(relay.on);
    nila_relay_tick(&relay, 1, false);
    assert_true(relay.on && relay.fell);
    nila_relay_tick(&relay, 1, true); /* it is back, but has not switched */
    assert_true(relay.on && relay.fell);
    b.apply(b.arg, 0, 1, &OFF);
    assert_false(relay.on || relay.fell);
}

static void its_registers_keep_lock_and_ranges(void **state)
{
    static const uint16_t ALL[] = {1, 0, 3}, WRONG[] = {1, 3, 3}, LONG[] = {1, 0, 1441}, ON = 1,
                          TWO = 2;
    struct nila_relay relay;
    struct nila_block block = nila_relay_block(&relay);
    struct nila_node node;
    uint16_t value[3] = {0};

    (void)state;
    nila_relay_init(&relay, 7, 9999);
    assert_int_equal(relay.safe, NILA_RELAY_ON);
    assert_int_equal(relay.silence_min, NILA_RELAY_SILENCE_DEFAULT);
    nila_relay_init(&relay, NILA_RELAY_OFF, 5);
    nila_node_init(&node, 7, 10, &IDENTITY);
    node.block = &block;
    node.blocks = 1;
    assert_int_equal(nila_node_write(&node, 10, 1, &ON, true),
                     0); /* needs no lock, may be for all */
    assert_true(relay.on);
    assert_int_equal(nila_node_write(&node, 10, 1, &TWO, false), 3);
    assert_int_equal(nila_node_write(&node, 10, 3, ALL, false), 3);
    assert_int_equal(nila_node_write(&node, 11, 1, &ON, false), 3);
    node.unlocked = true;
    assert_int_equal(nila_node_write(&node, 10, 3, WRONG, false), 3);
    node.unlocked = true;
    assert_int_equal(nila_node_write(&node, 10, 3, LONG, false), 3);
    node.unlocked = true;
    assert_int_equal(nila_node_write(&node, 10, 3, ALL, false), 0);
    assert_int_equal(nila_node_holding(&node, 10, 3, value), 0);
    assert_int_equal(value[0], 1);
    assert_int_equal(value[1], 0);
    assert_int_equal(value[2], 3);
    assert_int_equal(nila_node_holding(&node, 10, 4, value), 2);
}

static void another_safe_state_holds_at_once(void **state)
{
    static const uint16_t OFF = 0;
    struct nila_relay relay;
    struct nila_block b = nila_relay_block(&relay);

    (void)state;
    nila_relay_init(&relay, NILA_RELAY_ON, 10);
    assert_true(relay.on);
    b.apply(b.arg, 1, 1, &OFF);
    assert_false(relay.on);
    assert_true(relay.fell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_its_safe_state_when_the_master_is_silent),
        cmocka_unit_test(stays_safe_until_it_is_switched_again),
        cmocka_unit_test(its_registers_keep_lock_and_ranges),
        cmocka_unit_test(another_safe_state_holds_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
