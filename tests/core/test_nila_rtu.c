/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_rtu.h"

static const struct nila_identity IDENTITY = {.vendor = "V", .product = "node", .revision = "1"};

/* A line with the units 7 and 9. */
struct line {
    struct nila_node node[2];
    struct nila_units units;
    struct nila_rtu rtu;
};

static void line_init(struct line *l)
{
    nila_node_init(&l->node[0], 7, 10, &IDENTITY);
    nila_node_init(&l->node[1], 9, 10, &IDENTITY);
    l->units = (struct nila_units){.node = l->node, .nodes = 2};
    nila_rtu_init(&l->rtu, &l->units);
}

/* Bit by bit: the definition, not the code under test. */
static uint16_t crc_by_bits(const uint8_t *p, size_t n)
{
    uint16_t crc = 0xFFFF;

    while (n-- > 0) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = (uint16_t)((crc & 1) ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    return crc;
}

static size_t close_frame(uint8_t *frame, size_t n)
{
    uint16_t crc = crc_by_bits(frame, n);

    frame[n] = (uint8_t)crc;
    frame[n + 1] = (uint8_t)(crc >> 8);
    return n + 2;
}

/* The value of two hexadecimal digits. */
static uint8_t hex_byte(const char *text)
{
    const char digits[3] = {text[0], text[1], '\0'};
    char *end;
    unsigned long v = strtoul(digits, &end, 16);

    assert_ptr_equal(end, digits + 2);
    return (uint8_t)v;
}

/* Hexadecimal bytes; "|" closes a frame: the CRC of all since the last "|" follows. */
static size_t bytes(const char *text, uint8_t *out)
{
    size_t n = 0, from = 0;

    for (; *text != '\0'; text++) {
        if (*text == ' ')
            continue;
        if (*text == '|') {
            n = from + close_frame(out + from, n - from);
            from = n;
        } else {
            out[n++] = hex_byte(text++);
        }
    }
    return n;
}

static struct nila_answer hear(struct line *l, const uint8_t *p, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i++)
        nila_rtu_byte(&l->rtu, p[i]);
    return nila_rtu_end(&l->rtu, out);
}

static void answers_what_is_for_us_and_nothing_else(void **state)
{
    static const struct {
        const char *says, *heard, *answer;
        /* of unit 7: messages crc exceptions foreign overrun resync silent */
        struct nila_counters counters;
    } T[] = {
        {"a request", "07 04 000F 0001|", "07 04 02 0007|", {1, 0, 0, 0, 0, 0, 0}},
        {"one for the other unit", "09 04 000F 0001|", "09 04 02 0009|", {1, 0, 0, 1, 0, 0, 0}},
        {"an exception", "07 04 0078 0001|", "07 84 02|", {1, 0, 1, 0, 0, 0, 0}},
        {"an unknown function", "07 63|", "07 E3 01|", {1, 0, 1, 0, 0, 0, 0}},
        {"a short request with a good CRC", "07 04 00 00|", "07 84 03|", {1, 0, 1, 0, 0, 0, 0}},
        {"a long request with a good CRC",
         "07 04 0000 0001 00 00|",
         "07 84 03|",
         {1, 0, 1, 0, 0, 0, 0}},
        {"another unit", "08 04 000F 0001|", "", {1, 0, 0, 1, 0, 0, 0}},
        {"a broadcast", "00 06 0000 5A17|", "", {1, 0, 0, 0, 0, 0, 1}},
        {"a wrong CRC", "07 04 000F 0001 1234", "", {0, 1, 0, 0, 0, 0, 0}},
        {"the CRC's bytes exchanged", "07 04 0000 0002 AD71", "", {0, 1, 0, 0, 0, 0, 0}},
        {"three bytes", "07 04 00", "", {0, 1, 0, 0, 0, 0, 0}},
        {"one byte", "07", "", {0, 1, 0, 0, 0, 0, 0}},
        {"nothing", "", "", {0, 0, 0, 0, 0, 0, 0}},
        {"a CRC over nothing", "07|", "", {0, 1, 0, 0, 0, 0, 0}},

        {"a foreign frame in which our id stands second",
         "FF 07 04 000F 0001|",
         "",
         {1, 0, 0, 1, 0, 0, 0}},
        {"our id as junk in front, CRC over all",
         "07 07 04 000F 0001|",
         "07 87 01|",
         {1, 0, 1, 0, 0, 0, 0}},
        {"a request without its CRC", "07 04 000F 0001", "", {0, 1, 0, 0, 0, 0, 0}},
        {"junk behind", "07 04 000F 0001| FF", "", {0, 1, 0, 0, 0, 0, 0}},

        {"two requests glued: the last one counts",
         "07 04 000F 0001| 07 04 0001 0001|",
         "07 04 02 0001|",
         {1, 0, 0, 0, 0, 1, 0}},
        {"for 9, then for us",
         "09 04 000F 0001| 07 04 000F 0001|",
         "07 04 02 0007|",
         {1, 0, 0, 0, 0, 1, 0}},
        {"a foreign answer, then for us",
         "08 04 04 1234 5678| 07 04 000F 0001|",
         "07 04 02 0007|",
         {1, 0, 0, 0, 0, 1, 0}},
        {"a foreign answer, then a write to us",
         "08 04 02 1234| 07 10 0000 0001 02 5A17|",
         "07 10 0000 0001|",
         {1, 0, 0, 0, 0, 1, 0}},
        {"a foreign answer, then who are you",
         "08 04 02 1234| 07 11|",
         "07 11 06 07 FF 6E6F6465|",
         {1, 0, 0, 0, 0, 1, 0}},
        {"for us, then a foreign answer",
         "07 04 000F 0001| 08 04 04 1234 5678|",
         "",
         {0, 1, 0, 0, 0, 0, 0}},
        {"a broadcast behind junk is not believed",
         "FF 00| 00 06 0000 5A17|",
         "",
         {0, 1, 0, 0, 0, 0, 0}},
        {"a request of the wrong length behind junk",
         "08 04 02 1234| 07 04 0000 00|",
         "",
         {0, 1, 0, 0, 0, 0, 0}},
        {"an unknown function behind junk", "08 04 02 1234| 07 63|", "", {0, 1, 0, 0, 0, 0, 0}},

        {"a read of registers that begin like an answer's length",
         "07 04 0300 0001|",
         "07 84 02|",
         {1, 0, 1, 0, 0, 0, 0}},
        {"a read without registers", "07 04 00|", "07 84 03|", {1, 0, 1, 0, 0, 0, 0}},
        {"who is there, one byte too long", "07 11 00|", "07 91 03|", {1, 0, 1, 0, 0, 0, 0}},
        {"our own answer to 4", "07 04 02 0007|", "", {1, 0, 0, 1, 0, 0, 0}},
        {"our own answer to 3", "07 03 04 0007 0001|", "", {1, 0, 0, 1, 0, 0, 0}},
        {"our own answer to 16", "07 10 0000 0001|", "", {1, 0, 0, 1, 0, 0, 0}},
        {"our own answer to 17", "07 11 06 07 FF 6E6F6465|", "", {1, 0, 0, 1, 0, 0, 0}},
        {"our own answer to 43", "07 2B 0E 01 81 00 00 01 00 01 56|", "", {1, 0, 0, 1, 0, 0, 0}},
        {"our own exception", "07 84 02|", "", {1, 0, 0, 1, 0, 0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct line l;
        uint8_t heard[NILA_RTU_MAX], expected[NILA_RTU_MAX], out[NILA_RTU_MAX];
        size_t n = bytes(T[i].heard, heard), m = bytes(T[i].answer, expected);
        struct nila_answer a;
        line_init(&l);
        a = hear(&l, heard, n, out);
        if (a.n != m || memcmp(out, expected, m) != 0)
            fail_msg("%s: %zu bytes %02x %02x %02x", T[i].says, a.n, out[0], out[1], out[2]);
        if (memcmp(&l.node[0].bus, &T[i].counters, sizeof l.node[0].bus) != 0)
            fail_msg("%s: counters %u %u %u %u %u %u", T[i].says, l.node[0].bus.messages,
                     l.node[0].bus.crc, l.node[0].bus.exceptions, l.node[0].bus.foreign,
                     l.node[0].bus.overrun, l.node[0].bus.resync);
    }
}

static void finds_its_request_behind_any_number_of_junk_bytes(void **state)
{
    uint8_t frame[NILA_RTU_MAX], out[NILA_RTU_MAX];
    struct line l;

    (void)state;
    line_init(&l);
    for (size_t junk = 1; junk + 8 <= NILA_RTU_MAX; junk++) {
        memset(frame, 0xA5, junk);
        (void)bytes("07 04 000F 0001|", frame + junk);
        assert_int_equal(hear(&l, frame, junk + 8, out).n, 7);
        assert_int_equal(l.node[0].bus.resync, junk);
        assert_int_equal(l.node[1].bus.resync, 0);
    }
}

static void an_overlong_frame_is_dropped_and_the_next_one_served(void **state)
{
    uint8_t frame[8], out[NILA_RTU_MAX];
    struct line l;

    (void)state;
    line_init(&l);
    (void)bytes("07 04 000F 0001|", frame);
    for (unsigned i = 0; i < 100000; i++) /* a babbling device */
        nila_rtu_byte(&l.rtu, (uint8_t)i);
    for (size_t i = 0; i < sizeof frame; i++)
        nila_rtu_byte(&l.rtu, frame[i]);
    assert_false(nila_rtu_unfinished(&l.rtu));
    assert_int_equal(nila_rtu_end(&l.rtu, out).n, 0);
    assert_int_equal(l.node[0].bus.overrun, 1);
    assert_int_equal(l.node[1].bus.overrun, 1);
    assert_int_equal(hear(&l, frame, sizeof frame, out).n, 7);
}

static void serves_the_longest_frame(void **state)
{
    uint8_t frame[NILA_RTU_MAX] = {7, 8, 0, 0}, out[NILA_RTU_MAX];
    struct line l;

    (void)state;
    line_init(&l);
    for (size_t i = 4; i < NILA_RTU_MAX - 2; i++)
        frame[i] = (uint8_t)i;
    (void)close_frame(frame, NILA_RTU_MAX - 2);
    assert_int_equal(hear(&l, frame, sizeof frame, out).n, NILA_RTU_MAX);
    assert_memory_equal(frame, out, NILA_RTU_MAX);
}

static void a_damaged_byte_spoils_its_frame_and_no_other(void **state)
{
    uint8_t frame[8], out[NILA_RTU_MAX];
    struct line l;

    (void)state;
    line_init(&l);
    (void)bytes("07 04 000F 0001|", frame);
    nila_rtu_damaged(&l.rtu);
    assert_int_equal(hear(&l, frame, sizeof frame, out).n, 0);
    assert_int_equal(l.node[0].bus.crc, 1);
    assert_int_equal(hear(&l, frame, sizeof frame, out).n, 7);
}

static void knows_an_unfinished_request_to_us(void **state)
{
    static const struct {
        const char *says, *heard;
        bool unfinished;
    } T[] = {
        {"nothing", "", false},
        {"our id", "07", true},
        {"the other of ours", "09", true},
        {"a broadcast's id", "00", true},
        {"a foreign id", "08", false},
        {"a read, almost", "07 04 0000 0001 00", true},
        {"a read, all of it", "07 04 0000 0001|", false},
        {"more than a read", "07 04 0000 0001| 00", false},
        {"a write of several, count unknown", "07 10 0000 0001", true},
        {"a write of several, 4 bytes to come", "07 10 0000 0001 02", true},
        {"a write of several, all of it", "07 10 0000 0001 02 5A17|", false},
        {"a write longer than a frame", "07 10 0000 0001 FF", false},
        {"who are you", "07 11 C0", true},
        {"who are you, all of it", "07 11 C0 7C", false},
        {"an unknown function", "07 63", false},
        {"an exception of ours", "07 84", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct line l;
        uint8_t heard[NILA_RTU_MAX];
        size_t n = bytes(T[i].heard, heard);
        line_init(&l);
        for (size_t k = 0; k < n; k++)
            nila_rtu_byte(&l.rtu, heard[k]);
        if (nila_rtu_unfinished(&l.rtu) != T[i].unfinished)
            fail_msg("%s", T[i].says);
        if (T[i].unfinished) {
            nila_rtu_damaged(&l.rtu); /* nothing to hold for any more */
            assert_false(nila_rtu_unfinished(&l.rtu));
        }
    }
}

static void the_buffer_is_free_while_the_answer_leaves(void **state)
{
    uint8_t first[8], second[8], out[NILA_RTU_MAX], kept[NILA_RTU_MAX];
    struct line l;
    struct nila_answer a;

    (void)state;
    line_init(&l);
    (void)bytes("07 04 000F 0001|", first);
    (void)bytes("09 04 000F 0001|", second);
    a = hear(&l, first, sizeof first, out);
    memcpy(kept, out, a.n);
    for (size_t i = 0; i < sizeof second; i++)
        nila_rtu_byte(&l.rtu, second[i]);
    assert_memory_equal(out, kept, a.n); /* the next request does not touch the answer */
    assert_int_equal(nila_rtu_end(&l.rtu, out).n, 7);
    assert_int_equal(out[0], 9);
}

static void silence_ends_a_frame_as_the_baud_rate_asks(void **state)
{
    static const struct {
        uint32_t baud, us;
    } T[] = {{1200, 32083}, {9600, 4010},   {19200, 2005}, {19201, 1750},
             {38400, 1750}, {115200, 1750}, {0, 4010}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        assert_int_equal(nila_rtu_t35_us(T[i].baud), T[i].us);
}

/* ---- a long bad day on the line ---- */

static uint64_t rng_state;

/* xorshift64* (Vigna 2016) */
static uint32_t rng(void)
{
    rng_state ^= rng_state >> 12;
    rng_state ^= rng_state << 25;
    rng_state ^= rng_state >> 27;
    return (uint32_t)((rng_state * 2685821657736338717U) >> 32);
}

static size_t random_request(uint8_t *p)
{
    static const uint8_t FUNCTION[] = {3, 4, 6, 16, 8, 17, 43, 1, 99, 4, 4};
    static const uint8_t UNIT[] = {7, 9, 7, 9, 8, 0, 0};
    size_t n = 2;

    p[0] = UNIT[rng() % sizeof UNIT];
    p[1] = FUNCTION[rng() % sizeof FUNCTION];
    if (p[1] == 16) {
        uint8_t count = (uint8_t)(rng() % 6);
        const uint8_t head[] = {0, (uint8_t)(rng() % 6), 0, count, (uint8_t)(2 * count)};
        memcpy(p + n, head, sizeof head);
        n += sizeof head;
        for (unsigned i = 0; i < 2U * count; i++)
            p[n++] = (uint8_t)(rng() % 4 == 0 ? rng() : 0);
    } else if (p[1] != 17) {
        const uint8_t body[] = {0, (uint8_t)(rng() % 130), 0, (uint8_t)(rng() % 130)};
        memcpy(p + n, body, sizeof body);
        n += sizeof body;
    }
    return close_frame(p, n);
}

/* Fills p with one frame as a bad line makes it and returns its length. */
static size_t random_frame(uint8_t *p)
{
    size_t n = 0;
    uint32_t kind = rng() % 6;

    if (kind >= 2) /* junk, or somebody's frame, in front */
        for (size_t junk = kind == 2 ? 0 : rng() % 40; n < junk; n++)
            p[n] = (uint8_t)rng();
    if (kind == 0) { /* nothing but noise */
        for (size_t length = rng() % NILA_RTU_MAX; n < length; n++)
            p[n] = (uint8_t)rng();
        return n;
    }
    n += random_request(p + n);
    if (kind == 4) /* glued */
        n += random_request(p + n);
    if (kind == 5) /* flipped bits */
        for (uint32_t i = 0; i <= rng() % 3; i++)
            p[rng() % n] ^= (uint8_t)(1 << rng() % 8);
    if (rng() % 8 == 0) /* cut */
        n = rng() % n;
    return n;
}

/* True when out answers a frame that really ends p: id, CRC and function agree, and a read has as many registers as asked. */
static bool is_right(const uint8_t *p, size_t n, const uint8_t *out, size_t m)
{
    if (m < 5 || crc_by_bits(out, m) != 0 || (out[0] != 7 && out[0] != 9))
        return false;
    for (size_t at = 0; at + 4 <= n; at++) {
        const uint8_t *q = p + at;
        if (q[0] != out[0] || q[1] != (out[1] & 0x7F) || crc_by_bits(q, n - at) != 0)
            continue;
        if ((out[1] & 0x80) != 0)
            return m == 5 && out[2] >= 1 && out[2] <= 3;
        if (out[1] == 3 || out[1] == 4)
            return n - at == 8 && q[4] == 0 && out[2] == 2 * q[5] && m == 5U + out[2];
        return true;
    }
    return false;
}

static void no_frame_of_a_bad_line_is_answered_wrongly(void **state)
{
    uint32_t frames = getenv("NILA_LONG") != NULL ? 2000000 : 200000;
    uint32_t answered = 0, noise = 0;
    struct line l;

    (void)state;
    rng_state = 20261124;
    printf("seed %" PRIu64 "\n", rng_state);
    line_init(&l);
    for (uint32_t i = 0; i < frames; i++) {
        uint8_t heard[NILA_RTU_MAX] = {0}, out[NILA_RTU_MAX] = {0};
        size_t n = random_frame(heard);
        struct nila_answer a = hear(&l, heard, n, out);
        if (a.n > NILA_RTU_MAX || (a.n > 0 && !is_right(heard, n, out, a.n)))
            fail_msg("frame %" PRIu32 " of %zu bytes: a wrong answer of %zu bytes", i, n, a.n);
        answered += a.n > 0;
        noise += a.n == 0;
        if (l.node[0].unit != 7 || l.node[1].unit != 9)
            line_init(&l); /* a lucky write moved a node; the oracle wants them where they were */
    }
    printf("%" PRIu32 " frames: %" PRIu32 " answered, %" PRIu32 " met with silence\n", frames,
           answered, noise);
    assert_in_range(answered, frames / 5, frames / 2); /* the line is bad, not dead */
}

static void pure_noise_is_met_with_silence(void **state)
{
    uint32_t frames = getenv("NILA_LONG") != NULL ? 2000000 : 200000;
    struct line l;

    (void)state;
    rng_state = 2385;
    printf("seed %" PRIu64 "\n", rng_state);
    line_init(&l);
    for (uint32_t i = 0; i < frames; i++) {
        uint8_t heard[NILA_RTU_MAX] = {0}, out[NILA_RTU_MAX];
        size_t n = rng() % 40;
        for (size_t k = 0; k < n; k++)
            heard[k] = (uint8_t)rng();
        /* a 16-bit CRC lets one random frame in 65536 pass, and one of those in 128 bears one of our ids: about 0.2 answers
         * are to be expected in two million frames, and this seed brings none */
        assert_int_equal(hear(&l, heard, n, out).n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_what_is_for_us_and_nothing_else),
        cmocka_unit_test(finds_its_request_behind_any_number_of_junk_bytes),
        cmocka_unit_test(an_overlong_frame_is_dropped_and_the_next_one_served),
        cmocka_unit_test(serves_the_longest_frame),
        cmocka_unit_test(a_damaged_byte_spoils_its_frame_and_no_other),
        cmocka_unit_test(knows_an_unfinished_request_to_us),
        cmocka_unit_test(the_buffer_is_free_while_the_answer_leaves),
        cmocka_unit_test(silence_ends_a_frame_as_the_baud_rate_asks),
        cmocka_unit_test(no_frame_of_a_bad_line_is_answered_wrongly),
        cmocka_unit_test(pure_noise_is_met_with_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
