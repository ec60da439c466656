/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thermometer and its wire, played against the driver bit by bit. */
#include "tests/support/support.h"

#include <string.h>

#include "firmware-bridge/core/nila_ds18b20.h"

struct wire {
    bool present, low, deaf; /* a sensor is there; the line is held low; the UART hears nothing */
    bool restarts;           /* power fails during each conversion */
    uint8_t pad[9], told[2];
    int16_t x16;
    unsigned bits, converted, flip; /* flip: bit of each scratchpad that is disturbed, 0 none */
    uint32_t ms;
};

static void fill(struct wire *w, int16_t x16)
{
    static const uint8_t REST[] = {0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10};

    w->pad[0] = (uint8_t)x16;
    w->pad[1] = (uint8_t)((uint16_t)x16 >> 8);
    memcpy(w->pad + 2, REST, sizeof REST);
    w->pad[8] = nila_ds18b20_crc(w->pad, 8);
}

static uint8_t answer(struct wire *w, uint8_t byte, uint32_t baud)
{
    unsigned bit = w->bits - 16;

    if (w->low)
        return 0;
    if (baud == 9600) {
        assert_int_equal(byte, 0xF0);
        w->bits = 0;
        return w->present ? 0xE0 : 0xF0;
    }
    assert_int_equal(baud, 115200);
    assert_true(byte == 0x00 || byte == 0xFF);
    if (!w->present)
        return byte;
    if (w->bits < 16) {
        unsigned at = w->bits / 8;
        w->told[at] = (uint8_t)(w->told[at] >> 1 | (byte != 0 ? 0x80 : 0));
        if (++w->bits == 16 && w->told[1] == 0x44) {
            assert_int_equal(w->told[0], 0xCC);
            w->converted++;
            fill(w, w->restarts ? 85 * 16 : w->x16);
        }
        return byte;
    }
    assert_int_equal(w->told[1], 0xBE);
    assert_int_equal(byte, 0xFF);
    assert_true(bit < 72);
    w->bits++;
    /* a 0 is a pulse that swallows some of the byte's bits */
    return ((w->pad[bit / 8] >> bit % 8 & 1) != 0) != (w->flip != 0 && bit == w->flip) ? 0xFF
                                                                                       : 0xFC;
}

static int32_t measure(struct nila_ds18b20 *d, struct wire *w, uint16_t *q)
{
    uint8_t byte;
    uint32_t baud;

    nila_ds18b20_ask(d);
    for (w->ms = 0; nila_ds18b20_busy(d); w->ms++) {
        while (nila_ds18b20_take(d, &byte, &baud)) {
            assert_false(nila_ds18b20_take(d, &byte, &baud)); /* one at a time */
            if (w->deaf)
                break;
            nila_ds18b20_echo(d, answer(w, byte, baud));
        }
        assert_true(w->ms < 3000);
        nila_ds18b20_tick(d, 1);
    }
    return nila_ds18b20_result(d, q);
}

static void crc_of_the_application_note(void **state)
{
    static const uint8_t ROM[] = {0x02, 0x1C, 0xB8, 0x01, 0x00, 0x00, 0x00, 0xA2};

    (void)state;
    assert_int_equal(nila_ds18b20_crc(ROM, 7), 0xA2); /* Maxim application note 27 */
    assert_int_equal(nila_ds18b20_crc(ROM, 8), 0);
}

static void temperatures_of_the_data_sheet(void **state)
{
    static const struct {
        uint16_t raw;
        int32_t x1000;
    } T[] = {{0x07D0, 125000}, {0x0191, 25063}, {0x00A2, 10125},  {0x0008, 500},
             {0x0000, 0},      {0xFFF8, -500},  {0xFF5E, -10125}, {0xFE6F, -25063},
             {0xFC90, -55000}, {0x01D3, 29188}};
    struct nila_ds18b20 d;
    uint16_t q;

    (void)state;
    nila_ds18b20_init(&d);
    assert_int_equal(nila_ds18b20_result(&d, &q), NILA_MISSING);
    assert_int_equal(q, NILA_Q_ABSENT);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct wire w = {.present = true, .x16 = (int16_t)T[i].raw};
        int32_t v = measure(&d, &w, &q);
        /* thousandths of a sixteenth are cut, not rounded: at most half a thousandth */
        if (v < T[i].x1000 - 1 || v > T[i].x1000 + 1)
            fail_msg("%04x read as %d, not %d", T[i].raw, v, T[i].x1000);
        assert_int_equal(q, NILA_Q_VALID);
        assert_int_equal(w.converted, 1);
        assert_true(w.ms >= 750);
    }
}

static void every_way_of_being_absent_is_no_temperature(void **state)
{
    static const struct {
        const char *says;
        struct wire w;
        enum nila_ds18b20_fault fault;
        uint16_t quality;
    } T[] = {
        {"nothing on the wire", {.present = false}, NILA_DS18B20_NOBODY, NILA_Q_ABSENT},
        {"the wire shorted", {.present = true, .low = true}, NILA_DS18B20_SHORT, NILA_Q_ABSENT},
        {"the UART deaf", {.present = true, .deaf = true}, NILA_DS18B20_SILENT, NILA_Q_ABSENT},
        {"a bit disturbed each time",
         {.present = true, .x16 = 400, .flip = 9},
         NILA_DS18B20_CRC,
         NILA_Q_ABSENT},
        {"85.0 after power-on",
         {.present = true, .restarts = true},
         NILA_DS18B20_POWER_ON,
         NILA_Q_RANGE},
        {"-127", {.present = true, .x16 = -127 * 16}, NILA_DS18B20_STRANGE, NILA_Q_RANGE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_ds18b20 d;
        struct wire w = T[i].w, good = {.present = true, .x16 = 28 * 16};
        uint16_t q;
        nila_ds18b20_init(&d);
        assert_int_equal(measure(&d, &good, &q), 28000);
        if (measure(&d, &w, &q) != NILA_MISSING || q != T[i].quality || d.fault != T[i].fault)
            fail_msg("%s: value %d, quality %x, fault %d", T[i].says, d.result_x1000, q, d.fault);
        assert_int_equal(measure(&d, &good, &q), 28000);
        assert_int_equal(q, NILA_Q_VALID);
    }
}

/* Nine zeros have the CRC 0, and would be 0.0 C. */
static void a_scratchpad_of_zeros_is_no_zero_degrees(void **state)
{
    struct nila_ds18b20 d;
    uint16_t q;

    (void)state;
    nila_ds18b20_init(&d);
    nila_ds18b20_ask(&d);
    while (nila_ds18b20_busy(&d)) {
        uint8_t byte;
        uint32_t baud;
        while (nila_ds18b20_take(&d, &byte, &baud))
            nila_ds18b20_echo(&d, baud == 9600 ? 0xE0 : 0x00);
        nila_ds18b20_tick(&d, 10);
    }
    assert_int_equal(nila_ds18b20_result(&d, &q), NILA_MISSING);
    assert_int_equal(d.fault, NILA_DS18B20_STRANGE);
}

static void a_single_disturbance_is_read_again(void **state)
{
    struct nila_ds18b20 d;
    struct wire w = {.present = true, .x16 = 28 * 16, .flip = 30};
    uint16_t q;
    uint8_t byte;
    uint32_t baud;

    (void)state;
    nila_ds18b20_init(&d);
    nila_ds18b20_ask(&d);
    while (nila_ds18b20_busy(&d)) {
        while (nila_ds18b20_take(&d, &byte, &baud)) {
            nila_ds18b20_echo(&d, answer(&w, byte, baud));
            if (d.crc_errors > 0)
                w.flip = 0;
        }
        nila_ds18b20_tick(&d, 1);
        nila_ds18b20_echo(&d, 0x55); /* noise that nobody asked for */
    }
    assert_int_equal(nila_ds18b20_result(&d, &q), 28000);
    assert_int_equal(d.crc_errors, 1);
    assert_int_equal(w.converted, 1);
}

/* A thermometer in a hot place may say 85.0 when it said nearly that before. */
static void eighty_five_is_taken_where_it_is_hot(void **state)
{
    struct nila_ds18b20 d;
    struct wire w = {.present = true, .x16 = 84 * 16};
    uint16_t q;

    (void)state;
    nila_ds18b20_init(&d);
    measure(&d, &w, &q);
    w.x16 = 85 * 16;
    assert_int_equal(measure(&d, &w, &q), 85000);
    assert_int_equal(q, NILA_Q_VALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_of_the_application_note),
        cmocka_unit_test(temperatures_of_the_data_sheet),
        cmocka_unit_test(every_way_of_being_absent_is_no_temperature),
        cmocka_unit_test(a_scratchpad_of_zeros_is_no_zero_degrees),
        cmocka_unit_test(a_single_disturbance_is_read_again),
        cmocka_unit_test(eighty_five_is_taken_where_it_is_hot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
