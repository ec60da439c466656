/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "firmware-bridge/core/nila_crc.h"

/* The definition, bit by bit: another road to the same number. */
static uint16_t by_bits(const uint8_t *p, size_t n)
{
    uint16_t crc = 0xFFFF;

    while (n-- > 0) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = (uint16_t)((crc & 1) ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    return crc;
}

static void matches_published_examples(void **state)
{
    /* "123456789" -> 0x4B37 is the check value of CRC-16/MODBUS in the usual catalogues; 02 07 -> 41 12 on the wire is the
     * example of Modbus over Serial Line V1.02, appendix B. */
    static const struct {
        const char *says;
        const char *bytes;
        size_t n;
        uint16_t crc;
    } T[] = {
        {"catalogue check value", "123456789", 9, 0x4B37},
        {"example of the specification", "\x02\x07", 2, 0x1241},
        {"nothing", "", 0, 0xFFFF},
        {"read two holding registers of unit 1", "\x01\x03\x00\x00\x00\x02", 6, 0x0BC4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (nila_crc((const uint8_t *)T[i].bytes, T[i].n) != T[i].crc)
            fail_msg("%s: %04x", T[i].says, nila_crc((const uint8_t *)T[i].bytes, T[i].n));
}

static void agrees_with_the_definition_and_closes_a_frame_to_zero(void **state)
{
    uint32_t seed = 2385;
    uint8_t frame[256] = {0};

    (void)state;
    for (size_t n = 0; n + 2 <= sizeof frame; n++) {
        uint16_t crc;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525U + 1013904223U;
            frame[i] = (uint8_t)(seed >> 24);
        }
        crc = nila_crc(frame, n);
        assert_int_equal(crc, by_bits(frame, n));
        frame[n] = (uint8_t)crc;
        frame[n + 1] = (uint8_t)(crc >> 8);
        assert_int_equal(nila_crc(frame, n + 2), 0);
    }
}

static void sees_every_single_flipped_bit(void **state)
{
    uint8_t frame[] = {1, 4, 0, 0, 0, 120, 0, 0};
    uint16_t crc = nila_crc(frame, 6);

    (void)state;
    frame[6] = (uint8_t)crc;
    frame[7] = (uint8_t)(crc >> 8);
    for (unsigned bit = 0; bit < 8 * sizeof frame; bit++) {
        frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(nila_crc(frame, sizeof frame), 0);
        frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_published_examples),
        cmocka_unit_test(agrees_with_the_definition_and_closes_a_frame_to_zero),
        cmocka_unit_test(sees_every_single_flipped_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
