/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conformance table: requests as they come, answers as the specification (Modbus Application Protocol V1.1b3) asks. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_pdu.h"

static const struct nila_identity IDENTITY = {
    .vendor = "Lumbung Nila", .product = "node", .revision = "0.1", .product_id = 1};

/* The value of two hexadecimal digits. */
static uint8_t hex_byte(const char *text)
{
    const char digits[3] = {text[0], text[1], '\0'};
    char *end;
    unsigned long v = strtoul(digits, &end, 16);

    assert_ptr_equal(end, digits + 2);
    return (uint8_t)v;
}

/* "04 000F" -> bytes; returns how many. */
static size_t bytes(const char *hex, uint8_t *out, size_t size)
{
    size_t n = 0;

    for (; *hex != '\0'; hex++) {
        if (*hex == ' ')
            continue;
        assert_true(n < size);
        out[n++] = hex_byte(hex++);
    }
    return n;
}

static void answers_each_request_as_the_specification_asks(void **state)
{
    static const struct {
        const char *says, *request, *answer;
    } T[] = {
        {"4: two registers of the header", "04 0000 0002", "04 04 4E4C 0001"},
        {"4: the unit id", "04 000F 0001", "04 02 0007"},
        {"4: the request counter, this answer included", "04 0012 0002", "04 04 0000 0001"},
        {"4: the last register", "04 0077 0001", "04 02 0000"},
        {"4: one beyond the last", "04 0078 0001", "84 02"},
        {"4: over the end", "04 0077 0002", "84 02"},
        {"4: more than there are", "04 0000 0079", "84 02"},
        {"4: the most a request may ask is still too much here", "04 0000 007D", "84 02"},
        {"4: count 0", "04 0000 0000", "84 03"},
        {"4: count 126", "04 0000 007E", "84 03"},
        {"4: count 65535", "04 0000 FFFF", "84 03"},
        {"4: count 256 + 1", "04 0000 0101", "84 03"},
        {"4: addresses do not wrap", "04 FFFF 0002", "84 02"},
        {"4: too short", "04 0000 00", "84 03"},
        {"4: only the function", "04", "84 03"},
        {"4: too long", "04 0000 0001 00", "84 03"},
        {"3: all holding registers", "03 0000 0004", "03 08 0000 0007 0000 000A"},
        {"3: one beyond", "03 0001 0004", "83 02"},
        {"3: count 0", "03 0000 0000", "83 03"},
        {"3: count 126", "03 0000 007E", "83 03"},
        {"3: addresses do not wrap", "03 FFFF 0001", "83 02"},
        {"3: too short", "03 0000", "83 03"},
        {"6: the key", "06 0000 5A17", "06 0000 5A17"},
        {"6: locked", "06 0003 003C", "86 03"},
        {"6: a reserved register", "06 0004 0001", "86 02"},
        {"6: an input register's address", "06 0028 0001", "86 02"},
        {"6: too short", "06 0000 5A", "86 03"},
        {"6: too long", "06 0000 5A17 00", "86 03"},
        {"16: key and settings", "10 0000 0004 08 5A17 0007 0000 003C", "10 0000 0004"},
        {"16: locked", "10 0003 0001 02 003C", "90 03"},
        {"16: reserved", "10 0004 0001 02 003C", "90 02"},
        {"16: over the end", "10 0003 0002 04 003C 0001", "90 02"},
        {"16: more registers than there are", "10 0000 0005 0A 5A17 0007 0000 003C 0001", "90 02"},
        {"16: addresses do not wrap", "10 FFFF 0002 04 003C 0001", "90 02"},
        {"16: count 0", "10 0000 0000 00", "90 03"},
        {"16: byte count too small", "10 0000 0002 02 5A17", "90 03"},
        {"16: byte count too large", "10 0000 0001 04 5A17 0007", "90 03"},
        {"16: byte count that contradicts count and length", "10 0000 0001 04 5A17", "90 03"},
        {"16: fewer bytes than announced", "10 0000 0002 04 5A17 00", "90 03"},
        {"16: more bytes than announced", "10 0000 0001 02 5A17 00", "90 03"},
        {"16: count 124", "10 0000 007C F8 5A17", "90 03"},
        {"16: count 32768 + 1, byte count 2 (wraps in 16 bits)", "10 0000 8001 02 5A17", "90 03"},
        {"16: only the head", "10 0000 0001", "90 03"},
        {"16: only the function", "10", "90 03"},
        {"8: echo", "08 0000 A537", "08 0000 A537"},
        {"8: long echo", "08 0000 A537 1234 5678", "08 0000 A537 1234 5678"},
        {"8: restart", "08 0001 0000", "08 0001 0000"},
        {"8: restart and forget the log", "08 0001 FF00", "08 0001 FF00"},
        {"8: restart with other data", "08 0001 0001", "88 03"},
        {"8: restart with more data", "08 0001 0000 0000", "88 03"},
        {"8: the diagnostic register is not there", "08 0002 0000", "88 01"},
        {"8: nor another delimiter", "08 0003 0A00", "88 01"},
        {"8: listen only, with data", "08 0004 0001", "88 03"},
        {"8: clear", "08 000A 0000", "08 000A 0000"},
        {"8: messages, this one included", "08 000B 0000", "08 000B 0001"},
        {"8: bad CRC", "08 000C 0000", "08 000C 0000"},
        {"8: exceptions", "08 000D 0000", "08 000D 0000"},
        {"8: messages to us", "08 000E 0000", "08 000E 0001"},
        {"8: not answered", "08 000F 0000", "08 000F 0000"},
        {"8: NAK", "08 0010 0000", "08 0010 0000"},
        {"8: busy", "08 0011 0000", "08 0011 0000"},
        {"8: overrun", "08 0012 0000", "08 0012 0000"},
        {"8: a counter that is not there", "08 0013 0000", "88 01"},
        {"8: a counter with data", "08 000B 0001", "88 03"},
        {"8: half a word", "08 0000 A5", "88 03"},
        {"8: no data", "08 0000", "88 03"},
        {"17: who is there", "11", "11 06 07 FF 6E6F6465"},
        {"17: too long", "11 00", "91 03"},
        {"43/14: basic stream", "2B 0E 01 00",
         "2B 0E 01 81 00 00 03 00 0C 4C756D62756E67204E696C61 01 04 6E6F6465 02 03 302E31"},
        {"43/14: from object 2 on", "2B 0E 01 02", "2B 0E 01 81 00 00 01 02 03 302E31"},
        {"43/14: an unknown object starts over", "2B 0E 01 80",
         "2B 0E 01 81 00 00 03 00 0C 4C756D62756E67204E696C61 01 04 6E6F6465 02 03 302E31"},
        {"43/14: extended is answered at the level we have", "2B 0E 03 01",
         "2B 0E 03 81 00 00 02 01 04 6E6F6465 02 03 302E31"},
        {"43/14: one object", "2B 0E 04 01", "2B 0E 04 81 00 00 01 01 04 6E6F6465"},
        {"43/14: one that is not there", "2B 0E 04 03", "AB 02"},
        {"43/14: read code 0", "2B 0E 00 00", "AB 03"},
        {"43/14: read code 5", "2B 0E 05 00", "AB 03"},
        {"43/14: too short", "2B 0E 01", "AB 03"},
        {"43/13", "2B 0D 00 00", "AB 01"},
        {"43: only the function", "2B", "AB 01"},
        {"1: no coils here", "01 0000 0001", "81 01"},
        {"2: no inputs", "02 0000 0001", "82 01"},
        {"5", "05 0000 FF00", "85 01"},
        {"15", "0F 0000 0001 01 01", "8F 01"},
        {"23", "17 0000 0001 0000 0001 02 0000", "97 01"},
        {"0", "00", "80 01"},
        {"127", "7F", "FF 01"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_node node;
        struct nila_units units = {.node = &node, .nodes = 1};
        uint8_t request[NILA_PDU_MAX], expected[NILA_PDU_MAX], out[NILA_PDU_MAX];
        size_t n = bytes(T[i].request, request, sizeof request);
        size_t m = bytes(T[i].answer, expected, sizeof expected);
        struct nila_answer a;
        nila_node_init(&node, 7, 10, &IDENTITY);
        a = nila_units_serve(&units, 7, request, n, out);
        if (a.n != m || memcmp(out, expected, m) != 0)
            fail_msg("%s: %zu bytes %02x %02x %02x", T[i].says, a.n, out[0], out[1], out[2]);
        assert_ptr_equal(a.node, &node);
        assert_int_equal(a.unit, 7);
        assert_int_equal(a.function, request[0]);
        assert_int_equal(a.exception, (out[0] & 0x80) != 0 ? out[1] : 0);
        assert_int_equal(node.bus.exceptions, (out[0] & 0x80) != 0);
        assert_int_equal(node.bus.messages,
                         (request[0] == 8 && n == 5 && request[2] != 0 &&
                          (request[2] == 1 || request[2] == 10) && a.exception == 0)
                             ? 0
                             : 1);
    }
}

/* One request to unit 7 of a node, hexadecimal; the data word of its answer, or -1 when it was not answered. */
static long ask(struct nila_units *units, const char *request)
{
    uint8_t in[NILA_PDU_MAX], out[NILA_PDU_MAX];
    struct nila_answer a;

    a = nila_units_serve(units, 7, in, bytes(request, in, sizeof in), out);
    return a.n < 5 ? -1 : (out[3] << 8 | out[4]);
}

static void counts_what_the_line_carries(void **state)
{
    static const uint8_t KEY[] = {6, 0, 0, 0x5A, 0x17};
    struct nila_node node;
    struct nila_units units = {.node = &node, .nodes = 1};
    uint8_t out[NILA_PDU_MAX];

    (void)state;
    nila_node_init(&node, 7, 10, &IDENTITY);
    for (int i = 0; i < 3; i++) /* for another */
        assert_int_equal(nila_units_serve(&units, 8, KEY, sizeof KEY, out).n, 0);
    for (int i = 0; i < 2; i++) /* for all */
        assert_int_equal(nila_units_serve(&units, 0, KEY, sizeof KEY, out).n, 0);
    assert_int_equal(ask(&units, "01 0000 0001"), -1); /* an exception */
    node.bus.crc = 21;
    node.bus.overrun = 22;
    assert_int_equal(ask(&units, "08 000B 0000"), 7);
    assert_int_equal(ask(&units, "08 000C 0000"), 21);
    assert_int_equal(ask(&units, "08 000D 0000"), 1);
    assert_int_equal(ask(&units, "08 000E 0000"), 10 - 3);
    assert_int_equal(ask(&units, "08 000F 0000"), 2);
    assert_int_equal(ask(&units, "08 0010 0000"), 0);
    assert_int_equal(ask(&units, "08 0011 0000"), 0);
    assert_int_equal(ask(&units, "08 0012 0000"), 22);
    assert_int_equal(ask(&units, "08 000A 0000"), 0);
    assert_int_equal(ask(&units, "08 000B 0000"), 1);
    assert_int_equal(ask(&units, "08 0012 0000"), 0);
}

static void only_listens_until_it_is_restarted(void **state)
{
    struct nila_node node;
    struct nila_units units = {.node = &node, .nodes = 1};
    static const uint8_t KEY[] = {6, 0, 0, 0x5A, 0x17};
    uint8_t out[NILA_PDU_MAX];

    (void)state;
    nila_node_init(&node, 7, 10, &IDENTITY);
    assert_int_equal(ask(&units, "08 0000 1234"), 0x1234);
    assert_true(node.heard);
    node.heard = false;
    assert_int_equal(ask(&units, "08 0004 0000"), -1);
    node.heard = false;
    assert_int_equal(ask(&units, "08 0000 1234"), -1);
    assert_int_equal(ask(&units, "06 0000 5A17"), -1);
    assert_int_equal(nila_units_serve(&units, 0, KEY, sizeof KEY, out).n, 0);
    assert_int_equal(ask(&units, "08 0001 0001"), -1); /* not how a restart is asked for */
    assert_int_equal(ask(&units, "01 0000 0001"), -1);
    assert_false(node.unlocked);
    assert_false(node.heard); /* a master that has silenced us does not look after our relay */
    assert_false(node.restart);
    assert_int_equal(node.bus.messages, 7);
    assert_int_equal(node.bus.silent, 6);
    assert_int_equal(node.bus.exceptions, 0);
    assert_int_equal(ask(&units, "08 0001 0000"), -1); /* wakes, and is not answered */
    assert_true(node.restart);
    assert_int_equal(node.bus.messages, 0);
    assert_int_equal(ask(&units, "08 000B 0000"), 1);
    node.restart = false;
    assert_int_equal(ask(&units, "08 0001 0000"), 0); /* awake, it is answered */
    assert_true(node.restart);
}

static void tells_who_it_is_as_far_as_it_knows(void **state)
{
    static const struct nila_identity REGULAR = {.vendor = "V",
                                                 .product = "p",
                                                 .revision = "1",
                                                 .url = "u",
                                                 .model = "m",
                                                 .application = "a"};
    static const struct {
        const char *says, *request, *answer;
    } T[] = {
        {"basic", "2B 0E 01 00", "2B 0E 01 82 00 00 03 00 01 56 01 01 70 02 01 31"},
        {"regular", "2B 0E 02 00",
         "2B 0E 02 82 00 00 06 00 01 56 01 01 70 02 01 31 03 01 75 05 01 6D 06 01 61"},
        {"regular from object 4 on", "2B 0E 02 04", "2B 0E 02 82 00 00 02 05 01 6D 06 01 61"},
        {"extended", "2B 0E 03 03", "2B 0E 03 82 00 00 03 03 01 75 05 01 6D 06 01 61"},
        {"basic from a regular object", "2B 0E 01 03",
         "2B 0E 01 82 00 00 03 00 01 56 01 01 70 02 01 31"},
        {"one by one", "2B 0E 04 06", "2B 0E 04 82 00 00 01 06 01 61"},
        {"one that this node lacks", "2B 0E 04 04", "AB 02"},
        {"one that no node has", "2B 0E 04 07", "AB 02"},
        {"far away", "2B 0E 04 FF", "AB 02"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_node node;
        struct nila_units units = {.node = &node, .nodes = 1};
        uint8_t request[NILA_PDU_MAX], expected[NILA_PDU_MAX], out[NILA_PDU_MAX];
        size_t n = bytes(T[i].request, request, sizeof request);
        size_t m = bytes(T[i].answer, expected, sizeof expected);
        nila_node_init(&node, 7, 10, &REGULAR);
        if (nila_units_serve(&units, 7, request, n, out).n != m || memcmp(out, expected, m) != 0)
            fail_msg("%s", T[i].says);
    }
}

static void says_what_was_served(void **state)
{
    static const uint8_t READ[] = {4, 0, 40, 0, 20}, HOLD[] = {3, 0, 1, 0, 2};
    struct nila_node node;
    struct nila_units units = {.node = &node, .nodes = 1};
    uint8_t out[NILA_PDU_MAX];
    struct nila_answer a;

    (void)state;
    nila_node_init(&node, 7, 10, &IDENTITY);
    for (uint32_t i = 1; i <= 3; i++) {
        a = nila_units_serve(&units, 7, READ, sizeof READ, out);
        assert_int_equal(a.first, 40);
        assert_int_equal(a.count, 20);
        assert_int_equal(a.request, i);
    }
    a = nila_units_serve(&units, 7, HOLD, sizeof HOLD, out);
    assert_int_equal(a.first, 1);
    assert_int_equal(a.count, 2);
    assert_int_equal(a.request, 0);
    assert_int_equal(node.request, 3);
}

static void a_new_unit_id_is_still_acknowledged_under_the_old_one(void **state)
{
    static const uint8_t WRITE[] = {16, 0, 0, 0, 2, 4, 0x5A, 0x17, 0, 33};
    struct nila_node node;
    struct nila_units units = {.node = &node, .nodes = 1};
    uint8_t out[NILA_PDU_MAX];
    struct nila_answer a;

    (void)state;
    nila_node_init(&node, 7, 10, &IDENTITY);
    a = nila_units_serve(&units, 7, WRITE, sizeof WRITE, out);
    assert_int_equal(a.n, 5);
    assert_int_equal(a.unit, 7);
    assert_int_equal(nila_units_serve(&units, 7, WRITE, sizeof WRITE, out).n, 0);
    assert_int_equal(nila_units_serve(&units, 33, WRITE, sizeof WRITE, out).n, 5);
}

static bool second_sleeps(void *arg, size_t index)
{
    *(unsigned *)arg += 1;
    return index != 1;
}

static void serves_the_addressed_node_and_only_that(void **state)
{
    static const uint8_t ASK[] = {4, 0, 15, 0, 1};
    struct nila_node node[3];
    unsigned asked = 0;
    struct nila_units units = {.node = node, .nodes = 3, .awake = second_sleeps, .arg = &asked};
    uint8_t out[NILA_PDU_MAX];

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        nila_node_init(&node[i], (uint8_t)(10 + i), 10, &IDENTITY);
    assert_int_equal(nila_units_serve(&units, 12, ASK, sizeof ASK, out).n, 4);
    assert_int_equal(out[3], 12);
    assert_int_equal(nila_units_serve(&units, 11, ASK, sizeof ASK, out).n, 0); /* asleep */
    assert_int_equal(nila_units_serve(&units, 13, ASK, sizeof ASK, out).n, 0); /* nobody */
    assert_int_equal(asked, 2);
    assert_int_equal(node[0].bus.messages, 3);
    assert_int_equal(node[0].bus.foreign, 3);
    assert_int_equal(node[2].bus.foreign, 2);
    assert_int_equal(node[0].request + node[1].request, 0);
}

static void executes_a_broadcast_everywhere_and_answers_nothing(void **state)
{
    static const uint8_t WRITE[] = {16, 0, 0, 0, 4, 8, 0x5A, 0x17, 0, 33, 0, 1, 0, 2};
    static const uint8_t PERIOD[] = {6, 0, 3, 0, 99}, KEY[] = {6, 0, 0, 0x5A, 0x17};
    static const uint8_t ASK[] = {4, 0, 15, 0, 1}, ECHO[] = {8, 0, 0, 1, 2}, NONE[] = {99};
    struct nila_node node[2];
    struct nila_units units = {.node = node, .nodes = 2};
    uint8_t out[NILA_PDU_MAX];

    (void)state;
    for (unsigned i = 0; i < 2; i++)
        nila_node_init(&node[i], (uint8_t)(10 + i), 10, &IDENTITY);
    assert_int_equal(nila_units_serve(&units, 0, KEY, sizeof KEY, out).n, 0);
    assert_true(node[0].unlocked && node[1].unlocked);
    assert_int_equal(nila_units_serve(&units, 0, PERIOD, sizeof PERIOD, out).n, 0);
    assert_int_equal(node[0].period_s, 99);
    assert_int_equal(node[1].period_s, 99);
    assert_int_equal(nila_units_serve(&units, 0, WRITE, sizeof WRITE, out).n, 0);
    assert_int_equal(node[0].unit, 10); /* the unit id is not for all */
    assert_int_equal(node[1].unit, 11);
    assert_int_equal(nila_units_serve(&units, 0, ASK, sizeof ASK, out).n, 0);
    assert_int_equal(nila_units_serve(&units, 0, ECHO, sizeof ECHO, out).n, 0);
    assert_int_equal(nila_units_serve(&units, 0, NONE, sizeof NONE, out).n, 0);
    assert_int_equal(node[0].request, 0);
    assert_int_equal(node[0].bus.messages, 6);
    assert_int_equal(node[0].bus.foreign + node[0].bus.exceptions, 0);
}

static void refuses_lengths_no_request_can_have(void **state)
{
    struct nila_node node;
    struct nila_units units = {.node = &node, .nodes = 1};
    uint8_t in[NILA_PDU_MAX + 1] = {8}, out[NILA_PDU_MAX];

    (void)state;
    nila_node_init(&node, 7, 10, &IDENTITY);
    assert_int_equal(nila_units_serve(&units, 7, in, 0, out).n, 0);
    assert_int_equal(nila_units_serve(&units, 7, in, NILA_PDU_MAX + 1, out).n, 0);
    assert_int_equal(nila_units_serve(&units, 7, in, NILA_PDU_MAX, out).n, NILA_PDU_MAX);
    assert_int_equal(node.bus.messages, 1);
}

static void long_and_absent_texts_of_identity_stay_in_their_bounds(void **state)
{
    static const uint8_t ALL[] = {0x2B, 0x0E, 1, 0}, WHO[] = {17};
    static const char LONG[] = "0123456789012345678901234567890123456789";
    static const uint8_t REGULAR[] = {0x2B, 0x0E, 2, 0};
    const struct nila_identity id = {.vendor = NULL, .product = LONG, .revision = ""};
    const struct nila_identity all = {LONG, LONG, LONG, LONG, LONG, LONG, LONG, 1, 1, 1, 1, 1, 1};
    struct nila_node node;
    struct nila_units units = {.node = &node, .nodes = 1};
    uint8_t out[NILA_PDU_MAX];

    (void)state;
    nila_node_init(&node, 7, 10, &id);
    assert_int_equal(nila_units_serve(&units, 7, ALL, sizeof ALL, out).n, 7 + 2 + 34 + 2);
    assert_int_equal(out[8], 0);
    assert_int_equal(out[10], 32);
    assert_int_equal(nila_units_serve(&units, 7, WHO, sizeof WHO, out).n, 4 + 32);
    assert_int_equal(out[1], 34);
    nila_node_init(&node, 7, 10, &all); /* the longest there can be */
    assert_int_equal(nila_units_serve(&units, 7, REGULAR, sizeof REGULAR, out).n, 7 + 7 * 34);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_each_request_as_the_specification_asks),
        cmocka_unit_test(counts_what_the_line_carries),
        cmocka_unit_test(only_listens_until_it_is_restarted),
        cmocka_unit_test(tells_who_it_is_as_far_as_it_knows),
        cmocka_unit_test(says_what_was_served),
        cmocka_unit_test(a_new_unit_id_is_still_acknowledged_under_the_old_one),
        cmocka_unit_test(serves_the_addressed_node_and_only_that),
        cmocka_unit_test(executes_a_broadcast_everywhere_and_answers_nothing),
        cmocka_unit_test(refuses_lengths_no_request_can_have),
        cmocka_unit_test(long_and_absent_texts_of_identity_stay_in_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
