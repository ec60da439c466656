/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The collector may not include the node's register map, so its own few numbers are held against it here. */
#include "tests/support/support.h"

#include "collector/node_header.h"
#include "firmware-bridge/core/nila_regmap.h"

static void the_collectors_numbers_are_the_nodes(void **state)
{
    (void)state;
    assert_int_equal(NODE_REG_MAGIC, NILA_REG_MAGIC);
    assert_int_equal(NODE_REG_MAP_VERSION, NILA_REG_MAP_VERSION);
    assert_int_equal(NODE_REG_SERIAL, NILA_REG_SERIAL);
    assert_int_equal(NODE_REG_BOOTS, NILA_REG_BOOTS);
    assert_int_equal(NODE_REG_UNIT, NILA_REG_UNIT);
    assert_int_equal(NODE_REG_REQUEST, NILA_REG_REQUEST);
    assert_true(NODE_HEADER_REGISTERS >= NILA_REG_REQUEST + 2 &&
                NODE_HEADER_REGISTERS <= NILA_REG_CHANNEL(0));
    assert_int_equal(NODE_MAGIC, NILA_MAGIC);
    assert_int_equal(NODE_MAP_VERSION, NILA_MAP_VERSION);
    assert_int_equal(NODE_Q_VALID, NILA_Q_VALID);
    assert_int_equal(NODE_Q_STALE, NILA_Q_STALE);
    assert_int_equal(NODE_Q_ABSENT, NILA_Q_ABSENT);
    assert_int_equal(NODE_Q_RANGE, NILA_Q_RANGE);
    assert_int_equal(NODE_Q_UNCALIBRATED, NILA_Q_UNCALIBRATED);
    assert_int_equal(NODE_Q_DUE, NILA_Q_DUE);
    assert_int_equal(NODE_Q_WARMUP, NILA_Q_WARMUP);
    assert_int_equal(NODE_Q_NOISY, NILA_Q_NOISY);
    assert_int_equal(NODE_Q_STUCK, NILA_Q_STUCK);
    assert_int_equal(NILA_KIND_NONE, 0); /* a channel without a sensor */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_collectors_numbers_are_the_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
