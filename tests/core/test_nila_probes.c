/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounds of probes with a circuit, a thermometer's wire and voltages that exist only here. */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "firmware-bridge/core/nila_probes.h"

#define SLOT 1024

static const struct nila_identity IDENTITY = {.product_id = 1};

struct gear {
    struct nila_node node;
    struct nila_probes probes;
    uint32_t now_us;
    uint8_t flash[2 * SLOT];
    const char *says; /* the circuit, to R; NULL: it is silent */
    char line[40], answer[64];
    size_t n, answers, given;
    bool busy; /* its transmitter takes nothing */
    unsigned readings, thermometer_bytes;
    int32_t uv;
    bool no_uv;
};

static void no_open(void *arg, uint32_t baud)
{
    (void)arg;
    assert_true(baud == 9600 || baud == 115200);
}

static bool ready(void *arg)
{
    return !((struct gear *)arg)->busy;
}

static void put_ezo(void *arg, uint8_t byte)
{
    struct gear *g = arg;

    assert_false(g->busy);
    if (byte != '\r') {
        g->line[g->n++] = (char)byte;
        return;
    }
    g->line[g->n] = '\0';
    g->n = 0;
    if (g->says == NULL)
        return;
    g->readings += strcmp(g->line, "R") == 0;
    (void)snprintf(g->answer, sizeof g->answer, "%s%s*OK\r",
                   strcmp(g->line, "R") == 0 ? g->says : "", strcmp(g->line, "R") == 0 ? "\r" : "");
    g->answers = strlen(g->answer);
    g->given = 0;
}

static bool get_ezo(void *arg, uint8_t *byte)
{
    struct gear *g = arg;

    if (g->given >= g->answers)
        return false;
    *byte = (uint8_t)g->answer[g->given++];
    return true;
}

static void put_thermometer(void *arg, uint8_t byte)
{
    (void)byte;
    ((struct gear *)arg)->thermometer_bytes++;
}

static bool get_nothing(void *arg, uint8_t *byte)
{
    (void)arg;
    (void)byte;
    return false;
}

static bool microvolts(void *arg, unsigned source, int32_t *uv)
{
    const struct gear *g = arg;

    assert_int_equal(source, NILA_SOURCE_PH_MV);
    *uv = g->uv;
    return !g->no_uv;
}

static bool erase(void *arg, uint32_t address)
{
    memset(((struct gear *)arg)->flash + address, 0xFF, SLOT);
    return true;
}

static bool program(void *arg, uint32_t address, uint16_t value)
{
    struct gear *g = arg;

    g->flash[address] = (uint8_t)value;
    g->flash[address + 1] = (uint8_t)(value >> 8);
    return true;
}

static void read(void *arg, uint32_t address, uint8_t *out, uint32_t n)
{
    memcpy(out, ((struct gear *)arg)->flash + address, n);
}

static struct nila_wire ezo, thermometer;
static struct nila_probe_gear with, without;
static struct nila_flash flash;

static void begin(struct gear *g, const struct nila_probe_gear *gear)
{
    *g = (struct gear){.now_us = 0xFFFFF000U, .says = "6.54", .uv = 1500000};
    memset(g->flash, 0xFF, sizeof g->flash);
    ezo = (struct nila_wire){g, no_open, ready, put_ezo, get_ezo};
    thermometer = (struct nila_wire){g, no_open, ready, put_thermometer, get_nothing};
    with = (struct nila_probe_gear){&ezo, &thermometer, microvolts, g};
    without = (struct nila_probe_gear){NULL, NULL, NULL, NULL};
    flash = (struct nila_flash){SLOT, erase, program, read, g, NULL};
    nila_node_init(&g->node, 1, 10, &IDENTITY);
    assert_int_equal(nila_probes_init(&g->probes, &g->node, gear, &flash, 0, SLOT, g->now_us),
                     NILA_STORE_EMPTY);
}

static void pass_ms(struct gear *g, uint32_t ms)
{
    while (ms-- > 0) {
        g->now_us += 1000;
        nila_probes_step(&g->probes, g->now_us);
    }
}

static void rounds(struct gear *g, unsigned n)
{
    while (n-- > 0) {
        nila_probes_begin(&g->probes);
        pass_ms(g, 10000);
    }
}

static void each_channel_gets_what_its_source_says(void **state)
{
    struct gear g;

    (void)state;
    begin(&g, &with);
    assert_false(nila_probes_any(&g.probes));
    assert_true(nila_channels_connect(&g.probes.channels, 2, NILA_SOURCE_EZO_DO));
    assert_true(nila_channels_connect(&g.probes.channels, 5, NILA_SOURCE_PH_MV));
    assert_true(nila_probes_any(&g.probes));
    rounds(&g, 12);
    assert_int_equal(g.node.channel[2].kind, NILA_KIND_DO_MG_L);
    assert_int_equal(g.node.channel[2].value_x1000, 6540);
    assert_int_equal(g.node.channel[5].kind, NILA_KIND_PH);
    assert_int_equal(g.node.channel[5].value_x1000, 7000); /* 1500 mV */
    assert_int_equal(g.node.channel[0].kind, NILA_KIND_NONE);
    assert_int_equal(g.node.sample, 12);
    assert_int_equal(g.readings, 12);
    assert_int_equal(g.thermometer_bytes, 0); /* none is connected */
}

static void what_does_not_answer_is_absent_and_holds_nobody_up(void **state)
{
    struct gear g;

    (void)state;
    begin(&g, &with);
    assert_true(nila_channels_connect(&g.probes.channels, 0, NILA_SOURCE_DS18B20));
    assert_true(nila_channels_connect(&g.probes.channels, 1, NILA_SOURCE_EZO_DO));
    assert_true(
        nila_channels_connect(&g.probes.channels, 2, NILA_SOURCE_EZO_PH)); /* a second circuit */
    assert_true(nila_channels_connect(&g.probes.channels, 3, NILA_SOURCE_PH_MV));
    g.says = NULL;
    g.no_uv = true;
    rounds(&g, 4); /* the circuit is asked for 13 s before it counts as absent */
    assert_int_equal(g.node.sample, 4);
    assert_true(g.thermometer_bytes > 0);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(g.node.channel[i].value_x1000, NILA_MISSING);
        assert_true((g.node.channel[i].quality & NILA_Q_ABSENT) != 0);
        assert_int_equal(g.node.channel[i].quality & NILA_Q_VALID, 0);
    }
    g.says = "7.25"; /* plugged in */
    rounds(&g, 12);
    assert_int_equal(g.node.channel[1].value_x1000, 7250);
    assert_int_equal(g.node.channel[2].value_x1000, NILA_MISSING); /* one wire, one circuit */
}

static void a_silent_circuit_does_not_age_the_others(void **state)
{
    struct gear g;

    (void)state;
    begin(&g, &with);
    assert_true(nila_channels_connect(&g.probes.channels, 0, NILA_SOURCE_EZO_DO));
    assert_true(nila_channels_connect(&g.probes.channels, 1, NILA_SOURCE_PH_MV));
    rounds(&g, 12);
    assert_int_equal(g.node.channel[0].value_x1000, 6540);
    g.says = NULL;
    for (unsigned i = 1; i <= 12; i++) {
        nila_probes_begin(&g.probes);
        pass_ms(&g, 4000);
        assert_int_equal(g.node.channel[1].sequence, 12 + i);
    }
    assert_int_equal(g.node.channel[0].value_x1000, NILA_MISSING);
    assert_true((g.node.channel[0].quality & NILA_Q_ABSENT) != 0);
    assert_int_equal(g.node.channel[0].sequence, 12);
    g.says = "5.00";
    rounds(&g, 12);
    assert_int_equal(g.node.channel[0].value_x1000, 5000);
}

static void a_board_without_wires_has_no_values(void **state)
{
    struct gear g;

    (void)state;
    begin(&g, &without);
    assert_true(nila_channels_connect(&g.probes.channels, 0, NILA_SOURCE_DS18B20));
    assert_true(nila_channels_connect(&g.probes.channels, 1, NILA_SOURCE_EZO_EC));
    assert_true(nila_channels_connect(&g.probes.channels, 2, NILA_SOURCE_DO_MV));
    rounds(&g, 2);
    assert_int_equal(g.node.sample, 2);
    for (unsigned i = 0; i < 3; i++)
        assert_true((g.node.channel[i].quality & NILA_Q_ABSENT) != 0);
}

static void a_busy_transmitter_loses_no_byte(void **state)
{
    struct gear g;

    (void)state;
    begin(&g, &with);
    assert_true(nila_channels_connect(&g.probes.channels, 0, NILA_SOURCE_EZO_PH));
    g.says = "7.10";
    nila_probes_begin(&g.probes);
    for (unsigned i = 0; i < 3000; i++) {
        g.busy = i % 3 != 0;
        pass_ms(&g, 1);
    }
    assert_int_equal(g.readings, 1);
    assert_int_equal(g.node.sample, 1);
}

static void a_calibration_hurries_and_another_kind_begins_anew(void **state)
{
    struct nila_caltx_who who = {0};
    const struct nila_water water = {.temp_x1000 = 25000, .baro_pa = NILA_DEFAULT_BARO_PA};
    struct gear g;

    (void)state;
    begin(&g, &with);
    assert_true(nila_channels_connect(&g.probes.channels, 0, NILA_SOURCE_EZO_PH));
    g.says = "7.10";
    pass_ms(&g, 10000);
    assert_int_equal(g.readings, 0); /* nobody asked */
    assert_int_equal(nila_caltx_begin(&g.probes.channels.tx, 0, NILA_CAL_OFFSET, &who),
                     NILA_CAL_FINE);
    pass_ms(&g, 20000);
    assert_in_range(g.readings, 8, 10); /* each two seconds */
    /* its seconds pass: a point is taken once the reading has been steady, and the day goes on */
    assert_in_range(g.probes.channels.tx.steady_s, 15, 20);
    assert_int_equal(nila_caltx_point(&g.probes.channels.tx, 7000, &water), NILA_CAL_UNSTABLE);
    pass_ms(&g, 45000);
    assert_int_equal(nila_caltx_point(&g.probes.channels.tx, 7000, &water), NILA_CAL_FINE);
    assert_int_equal(nila_caltx_abort(&g.probes.channels.tx), NILA_CAL_FINE);
    assert_true(nila_channels_connect(&g.probes.channels, 0, NILA_SOURCE_EZO_EC));
    g.says = "512.0";
    rounds(&g, 12);
    assert_int_equal(g.node.channel[0].kind, NILA_KIND_EC_US_CM);
    assert_int_equal(g.probes.ezo.kind, NILA_EZO_EC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_channel_gets_what_its_source_says),
        cmocka_unit_test(what_does_not_answer_is_absent_and_holds_nobody_up),
        cmocka_unit_test(a_silent_circuit_does_not_age_the_others),
        cmocka_unit_test(a_board_without_wires_has_no_values),
        cmocka_unit_test(a_busy_transmitter_loses_no_byte),
        cmocka_unit_test(a_calibration_hurries_and_another_kind_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
