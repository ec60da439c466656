/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The question 43/14: its answer says its own length, which libmodbus does not know. */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "collector/bus.h"
#include "collector/bus_pdu.h"
#include "tests/support/modbus_peer.h"

static const struct bus_question WHO = {
    .unit = 1, .function = BUS_IDENTIFY, .count = BUS_IDENTITY_WORDS, .timeout_ms = 300};

static void knows_the_length_of_an_answer_from_its_objects(void **state)
{
    /* Modbus application protocol 1.1b3, 6.21, the example of a basic identification */
    static const uint8_t EXAMPLE[] = {0x2B, 0x0E, 1,   1,   0,   0,   3,   0,   0x16, 'C', 'o',
                                      'm',  'p',  'a', 'n', 'y', ' ', 'i', 'd', 'e',  'n', 't',
                                      'i',  'f',  'i', 'c', 'a', 't', 'i', 'o', 'n',  1,   0x0D,
                                      'P',  'r',  'o', 'd', 'u', 'c', 't', ' ', 'c',  'o', 'd',
                                      'e',  'X',  2,   5,   'V', '2', '.', '1', '1'};
    static const uint8_t LONG[] = {0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 250};
    static const uint8_t OTHER[] = {0x2B, 0x0D, 1};
    static const uint8_t EXCEPTION[] = {0xAB, 1};
    uint16_t regs[BUS_IDENTITY_WORDS];
    struct bus_answer a = {0};

    (void)state;
    for (size_t n = 0; n < sizeof EXAMPLE; n++) {
        int known = bus_pdu_identity_length(EXAMPLE, n);
        if (known != 0 && known != (int)sizeof EXAMPLE)
            fail_msg("%zu bytes: %d", n, known);
        if (n > 1 && bus_pdu_take(EXAMPLE, n, &WHO, regs, &a) != NILA_ERR_PROTO)
            fail_msg("%zu bytes were taken", n);
    }
    assert_int_equal(bus_pdu_identity_length(EXAMPLE, sizeof EXAMPLE), sizeof EXAMPLE);
    assert_int_equal(bus_pdu_identity_length(LONG, sizeof LONG), -1);
    assert_int_equal(bus_pdu_identity_length(OTHER, sizeof OTHER), -1);
    assert_int_equal(bus_pdu_identity_length(EXCEPTION, 1), 2);
    assert_int_equal(bus_pdu_take(EXAMPLE, sizeof EXAMPLE, &WHO, regs, &a), 0);
    assert_int_equal(regs[0], sizeof EXAMPLE - 6);
    assert_int_equal(regs[1], 3 << 8); /* three objects; the first is 0 */
    assert_int_equal(regs[2], 0x16 << 8 | 'C');
    assert_int_equal(bus_pdu_take(EXCEPTION, 2, &WHO, regs, &a), NILA_ERR_EXCEPTION);
}

static void refuses_such_a_question_of_another_form(void **state)
{
    struct bus_question q = WHO;
    struct bus_answer a = {0};

    (void)state;
    assert_int_equal(bus_pdu_check(&q, &a), 0);
    q.count = 1;
    assert_int_equal(bus_pdu_check(&q, &a), NILA_ERR_RANGE);
    assert_non_null(strstr(a.text, "count 125"));
    q = WHO;
    q.first = 1;
    assert_int_equal(bus_pdu_check(&q, &a), NILA_ERR_RANGE);
}

static enum peer_act act;

static struct peer_reply decide(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    static const char NAME[] = "Pabrik Kayu|K-1|2.0";

    (void)arg;
    for (size_t i = 0; i < sizeof NAME; i++)
        regs[i] = (uint8_t)NAME[i];
    if (rq->function != 43)
        regs[0] = 77;
    return (struct peer_reply){rq->function == 43 ? act : PEER_GOOD, 0, 1};
}

static void asks_it_on_a_line_and_goes_on_with_the_next_question(void **state)
{
    static const struct {
        const char *says;
        enum peer_act act;
        int rc;
    } T[] = {
        {"good", PEER_GOOD, 0},
        {"exception", PEER_EXCEPTION, NILA_ERR_EXCEPTION},
        {"bad CRC", PEER_BAD_CRC, NILA_ERR_PROTO},
        {"another unit", PEER_WRONG_UNIT, NILA_ERR_PROTO},
        {"half of it", PEER_CUT, NILA_ERR_PROTO},
        {"silence", PEER_SILENT, NILA_ERR_TIMEOUT},
        {"good again", PEER_GOOD, 0},
    };
    struct site_bus c = {
        .kind = SITE_BUS_SERIAL, .baud = 115200, .parity = 'N', .stop_bits = 1, .timeout_ms = 300};
    struct peer *peer = peer_start_pty(decide, NULL, c.port, sizeof c.port);
    struct bus *bus = bus_new(&c);
    char why[96];

    (void)state;
    assert_int_equal(bus_open(bus, why, sizeof why), 0);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const struct bus_question next = {
            .unit = 1, .function = 3, .first = 5, .count = 2, .timeout_ms = 300};
        uint16_t regs[BUS_IDENTITY_WORDS] = {0};
        struct bus_answer a;

        act = T[i].act;
        int rc = bus_ask(bus, &WHO, regs, &a);
        if (rc != T[i].rc)
            fail_msg("%s: %d (%s)", T[i].says, rc, a.text);
        if (rc == 0)
            assert_int_equal(regs[2], 11 << 8 | 'P');
        rc = bus_ask(bus, &next, regs, &a);
        if (rc != 0 || regs[0] != 77)
            fail_msg("after %s: %d (%s)", T[i].says, rc, a.text);
    }
    bus_free(bus);
    peer_stop(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_length_of_an_answer_from_its_objects),
        cmocka_unit_test(refuses_such_a_question_of_another_form),
        cmocka_unit_test(asks_it_on_a_line_and_goes_on_with_the_next_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
