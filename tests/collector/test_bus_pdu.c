/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "collector/bus_pdu.h"

/* The examples of the Modbus application protocol specification 1.1b3, chapter 6. */
struct example {
    const char *says;
    int function;
    uint16_t first, count;
    uint16_t write[10];
    size_t request_n, answer_n;
    uint8_t request[10], answer[10];
    uint16_t regs[24];
};

/* clang-format off */
static const struct example EXAMPLE[] = {
    {"6.1 coils 20..38", 1, 19, 19, {0}, 5, 5, {1, 0, 0x13, 0, 0x13}, {1, 3, 0xCD, 0x6B, 5},
     {1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1}},
    {"6.2 inputs 197..218", 2, 196, 22, {0}, 5, 5, {2, 0, 0xC4, 0, 0x16}, {2, 3, 0xAC, 0xDB, 0x35},
     {0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1}},
    {"6.3 registers 108..110", 3, 107, 3, {0}, 5, 8, {3, 0, 0x6B, 0, 3}, {3, 6, 2, 0x2B, 0, 0, 0, 0x64}, {0x022B, 0, 100}},
    {"6.4 input register 9", 4, 8, 1, {0}, 5, 4, {4, 0, 8, 0, 1}, {4, 2, 0, 10}, {10}},
    {"6.5 coil 173 on", 5, 172, 1, {1}, 5, 5, {5, 0, 0xAC, 0xFF, 0}, {5, 0, 0xAC, 0xFF, 0}, {0}},
    {"coil 173 off", 5, 172, 1, {0}, 5, 5, {5, 0, 0xAC, 0, 0}, {5, 0, 0xAC, 0, 0}, {0}},
    {"6.6 register 2", 6, 1, 1, {3}, 5, 5, {6, 0, 1, 0, 3}, {6, 0, 1, 0, 3}, {0}},
    {"6.11 ten coils from 20", 15, 19, 10, {1, 0, 1, 1, 0, 0, 1, 1, 1, 0}, 8, 5, {15, 0, 0x13, 0, 10, 2, 0xCD, 1},
     {15, 0, 0x13, 0, 10}, {0}},
    {"6.12 two registers from 2", 16, 1, 2, {10, 0x0102}, 10, 5, {16, 0, 1, 0, 2, 4, 0, 10, 1, 2}, {16, 0, 1, 0, 2}, {0}},
};
/* clang-format on */

static struct bus_question question(const struct example *e)
{
    return (struct bus_question){.unit = 1,
                                 .function = e->function,
                                 .first = e->first,
                                 .count = e->count,
                                 .timeout_ms = 100,
                                 .write = bus_is_write(e->function) ? e->write : NULL};
}

static void speaks_the_examples_of_the_specification(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof EXAMPLE / sizeof EXAMPLE[0]; i++) {
        const struct example *e = &EXAMPLE[i];
        const struct bus_question q = question(e);
        struct bus_answer a = {0};
        uint8_t pdu[BUS_PDU_MAX];
        uint16_t regs[24] = {0};

        if (bus_pdu_check(&q, &a) != 0)
            fail_msg("%s: %s", e->says, a.text);
        if (bus_pdu_make(pdu, &q) != e->request_n || memcmp(pdu, e->request, e->request_n) != 0)
            fail_msg("%s: another request", e->says);
        if (bus_pdu_take(e->answer, e->answer_n, &q, regs, &a) != 0)
            fail_msg("%s: %s", e->says, a.text);
        if (memcmp(regs, e->regs, sizeof regs) != 0)
            fail_msg("%s: other values", e->says);
    }
}

/* Whatever byte of a good answer is another one, or one is missing or too many: values are never taken from another address
 * or length. What remains possible is another value of a read. */
static void refuses_answers_that_do_not_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof EXAMPLE / sizeof EXAMPLE[0]; i++) {
        const struct example *e = &EXAMPLE[i];
        const struct bus_question q = question(e);
        size_t fixed = bus_is_write(e->function) ? e->answer_n : 2;

        for (size_t n = 0; n <= e->answer_n + 1; n++) {
            struct bus_answer a = {0};
            uint8_t pdu[12] = {0};
            uint16_t regs[24] = {4711};
            memcpy(pdu, e->answer, e->answer_n);
            if (n == e->answer_n)
                continue;
            assert_int_equal(bus_pdu_take(pdu, n, &q, regs, &a), NILA_ERR_PROTO);
            assert_true(a.text[0] != '\0' && regs[0] == 4711);
        }
        for (size_t at = 0; at < fixed; at++) {
            for (unsigned bit = 0; bit < 8; bit++) {
                struct bus_answer a = {0};
                uint8_t pdu[12];
                memcpy(pdu, e->answer, e->answer_n);
                pdu[at] ^= (uint8_t)(1U << bit);
                if (bus_pdu_take(pdu, e->answer_n, &q, NULL, &a) != NILA_ERR_PROTO)
                    fail_msg("%s: byte %zu, bit %u", e->says, at, bit);
            }
        }
    }
}

static void knows_exceptions_from_nonsense(void **state)
{
    const struct bus_question q = {.unit = 1, .function = 16, .count = 1, .timeout_ms = 100};

    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        const uint8_t own[] = {0x90, (uint8_t)code, 0}, other[] = {0x83, (uint8_t)code};
        struct bus_answer a = {0};
        bool known = code >= 1 && code <= 11;
        assert_int_equal(bus_pdu_take(own, 2, &q, NULL, &a),
                         known ? NILA_ERR_EXCEPTION : NILA_ERR_PROTO);
        assert_int_equal(a.exception, known ? (int)code : 0);
        assert_int_equal(bus_pdu_take(own, 3, &q, NULL, &a), NILA_ERR_PROTO);
        assert_int_equal(bus_pdu_take(other, 2, &q, NULL, &a), NILA_ERR_PROTO);
    }
}

static void refuses_questions_that_have_no_request(void **state)
{
    static const uint16_t W[2000] = {0}, TWO[] = {2};
    static const struct {
        const char *says;
        int function, first, count;
        bool command;
        const uint16_t *write;
        int rc;
    } T[] = {
        {"2000 coils", 1, 0, 2000, false, NULL, 0},
        {"2001 coils", 1, 0, 2001, false, NULL, NILA_ERR_RANGE},
        {"125 registers", 3, 65411, 125, false, NULL, 0},
        {"beyond 65535", 3, 65412, 125, false, NULL, NILA_ERR_RANGE},
        {"126 registers", 4, 0, 126, false, NULL, NILA_ERR_RANGE},
        {"none", 4, 0, 0, false, NULL, NILA_ERR_RANGE},
        {"function 0", 0, 0, 1, false, NULL, NILA_ERR_RANGE},
        {"function 7", 7, 0, 1, false, NULL, NILA_ERR_RANGE},
        {"function 17", 17, 0, 1, false, NULL, NILA_ERR_RANGE},
        {"function -1", -1, 0, 1, false, NULL, NILA_ERR_RANGE},
        {"a coil", 5, 0, 1, false, W, 0},
        {"two coils by 5", 5, 0, 2, false, W, NILA_ERR_RANGE},
        {"a coil is 0 or 1", 5, 0, 1, false, TWO, NILA_ERR_RANGE},
        {"a coil is 0 or 1", 15, 0, 1, false, TWO, NILA_ERR_RANGE},
        {"a register is anything", 6, 0, 1, false, TWO, 0},
        {"nothing to write", 6, 0, 1, false, NULL, NILA_ERR_RANGE},
        {"a read with values", 3, 0, 1, false, W, NILA_ERR_RANGE},
        {"1968 coils", 15, 0, 1968, false, W, 0},
        {"1969 coils", 15, 0, 1969, false, W, NILA_ERR_RANGE},
        {"123 registers", 16, 0, 123, false, W, 0},
        {"124 registers", 16, 0, 124, false, W, NILA_ERR_RANGE},
        {"command: a read of none", 3, 9472, 0, true, NULL, 0},
        {"command: a write of none", 16, 7168, 0, true, NULL, 0},
        {"command: a register", 6, 1, 0, true, NULL, 0},
        {"command: a coil", 5, 1, 0, true, NULL, NILA_ERR_RANGE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const struct bus_question q = {.unit = 1,
                                       .function = T[i].function,
                                       .first = (uint16_t)T[i].first,
                                       .count = (uint16_t)T[i].count,
                                       .timeout_ms = 100,
                                       .command = T[i].command,
                                       .write = T[i].write};
        struct bus_answer a = {0};
        uint8_t pdu[BUS_PDU_MAX];
        int rc = bus_pdu_check(&q, &a);
        if (rc != T[i].rc || (rc != 0) != (a.text[0] != '\0'))
            fail_msg("%s: %d (%s)", T[i].says, rc, a.text);
        if (rc == 0)
            assert_true(bus_pdu_make(pdu, &q) <= BUS_PDU_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_the_examples_of_the_specification),
        cmocka_unit_test(refuses_answers_that_do_not_fit),
        cmocka_unit_test(knows_exceptions_from_nonsense),
        cmocka_unit_test(refuses_questions_that_have_no_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
