/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main loop of a node on a board that exists only here. */
#include "tests/support/support.h"

#include <string.h>

#include "firmware-bridge/core/nila_app.h"
#include "firmware-bridge/core/nila_crc.h"

static const struct nila_identity IDENTITY = {.vendor = "V", .product = "node", .revision = "1"};

struct gear {
    struct nila_app app;
    uint32_t now_us;
    uint32_t baud;
    uint16_t parity;
    unsigned opened, fed, samples, relay_calls;
    bool refuses, waiting, low, relay, sending;
    uint8_t out[NILA_RTU_MAX];
    size_t n;
    uint16_t kept[NILA_BOARD_OWN]; /* over a loss of power */
    bool has_kept, cannot_keep;
    unsigned keeps, steps;
};

static uint32_t tick_us(void *arg)
{
    return ((struct gear *)arg)->now_us;
}

static bool open_uart(void *arg, uint32_t baud, uint16_t parity)
{
    struct gear *g = arg;

    if (g->refuses)
        return false;
    g->baud = baud;
    g->parity = parity;
    g->opened++;
    return true;
}

static void drive(void *arg, bool on)
{
    (void)arg;
    (void)on;
}

static void transmit(void *arg)
{
    ((struct gear *)arg)->sending = true;
}

static bool rx_waiting(void *arg)
{
    return ((struct gear *)arg)->waiting;
}

static void feed(void *arg)
{
    ((struct gear *)arg)->fed++;
}

static void relay(void *arg, bool on)
{
    struct gear *g = arg;

    g->relay = on;
    g->relay_calls++;
}

static uint16_t supply_mv(void *arg)
{
    return ((struct gear *)arg)->low ? 2800 : 3300;
}

static int16_t temp_x10(void *arg)
{
    (void)arg;
    return 315;
}

static bool supply_low(void *arg)
{
    return ((struct gear *)arg)->low;
}

static void sample(void *arg, struct nila_node *node)
{
    ((struct gear *)arg)->samples++;
    assert_true(nila_node_set_channel(node, 0, NILA_KIND_PH, 7000, 7000, NILA_Q_VALID));
    nila_node_round(node);
}

static bool recall(void *arg, struct nila_node *node, uint16_t own[NILA_BOARD_OWN])
{
    const struct gear *g = arg;

    assert_ptr_equal(node, &g->app.node);
    memcpy(own, g->kept, sizeof g->kept);
    return g->has_kept;
}

static bool keep(void *arg, const uint16_t own[NILA_BOARD_OWN])
{
    struct gear *g = arg;

    assert_true(nila_line_idle(&g->app.line));
    g->keeps++;
    if (g->cannot_keep)
        return false;
    memcpy(g->kept, own, sizeof g->kept);
    g->has_kept = true;
    return true;
}

static void step(void *arg, struct nila_node *node)
{
    (void)node;
    ((struct gear *)arg)->steps++;
}

static struct nila_port port;
static struct nila_board board;

static void gear_init(struct gear *g)
{
    *g = (struct gear){.now_us = 0xFFF00000U};
    port = (struct nila_port){g, tick_us, open_uart, drive, transmit, rx_waiting};
    board = (struct nila_board){.arg = g,
                                .feed = feed,
                                .relay = relay,
                                .supply_mv = supply_mv,
                                .temp_x10 = temp_x10,
                                .supply_low = supply_low,
                                .sample = sample,
                                .step = step,
                                .recall = recall,
                                .keep = keep};
    assert_true(nila_app_init(&g->app, &port, &board, &IDENTITY));
}

/* Turns of the main loop, a millisecond each; what is sent leaves at the next one. */
static void run_ms(struct gear *g, uint32_t ms)
{
    while (ms-- > 0) {
        g->now_us += 1000;
        if (g->sending) {
            int byte;
            g->sending = false;
            g->n = 0;
            while ((byte = nila_line_next(&g->app.line)) >= 0)
                g->out[g->n++] = (uint8_t)byte;
            nila_line_sent(&g->app.line);
        }
        nila_app_step(&g->app);
    }
}

/* Sends a request and waits for the answer's first data word; -1 without an answer, -exception - 10 with one. */
static int ask(struct gear *g, uint8_t unit, uint8_t function, uint16_t first, uint16_t value)
{
    uint8_t frame[8] = {
        unit,          function, (uint8_t)(first >> 8), (uint8_t)first, (uint8_t)(value >> 8),
        (uint8_t)value};
    uint16_t crc = nila_crc(frame, 6);

    frame[6] = (uint8_t)crc;
    frame[7] = (uint8_t)(crc >> 8);
    run_ms(g, 50);
    for (size_t i = 0; i < sizeof frame; i++)
        nila_line_heard(&g->app.line, frame[i], false);
    g->n = 0;
    run_ms(g, 50);
    if (g->n == 0)
        return -1;
    assert_int_equal(nila_crc(g->out, g->n), 0);
    if ((g->out[1] & 0x80) != 0)
        return -10 - g->out[2];
    return function <= 4 ? g->out[3] << 8 | g->out[4] : g->out[4] << 8 | g->out[5];
}

static int set(struct gear *g, uint16_t reg, uint16_t value)
{
    assert_int_equal(ask(g, 1, 6, NILA_HOLD_UNLOCK, NILA_UNLOCK), NILA_UNLOCK);
    return ask(g, 1, 6, reg, value);
}

static void a_new_speed_holds_from_after_the_answer(void **state)
{
    struct gear g;

    (void)state;
    gear_init(&g);
    assert_int_equal(g.baud, 9600);
    assert_int_equal(set(&g, NILA_HOLD_BAUD_100, 50), -13);         /* between two of them */
    assert_int_equal(ask(&g, 1, 6, NILA_HOLD_BAUD_100, 1152), -13); /* locked */
    assert_int_equal(g.opened, 1);
    assert_int_equal(set(&g, NILA_HOLD_BAUD_100, 1152), 1152);
    run_ms(&g, 1);
    assert_int_equal(g.baud, 115200);
    assert_int_equal(set(&g, NILA_HOLD_PARITY, 2), 2);
    run_ms(&g, 1);
    assert_int_equal(g.baud, 115200);
    assert_int_equal(g.parity, 2);
    assert_int_equal(ask(&g, 1, 3, NILA_HOLD_BAUD_100, 2), 1152);
    assert_int_equal(g.opened, 3);
}

static void a_speed_the_board_refuses_is_taken_back(void **state)
{
    struct gear g;

    (void)state;
    gear_init(&g);
    g.refuses = true;
    assert_int_equal(set(&g, NILA_HOLD_BAUD_100, 1152), 1152);
    run_ms(&g, 1);
    assert_int_equal(ask(&g, 1, 3, NILA_HOLD_BAUD_100, 1), 96);
}

static void a_restart_opens_the_line_anew(void **state)
{
    struct gear g;

    (void)state;
    gear_init(&g);
    assert_int_equal(ask(&g, 1, 8, 1, 0), 0);
    run_ms(&g, 1);
    assert_int_equal(g.opened, 2);
    assert_int_equal(ask(&g, 1, 8, 4, 0), -1);
    assert_int_equal(ask(&g, 1, 8, 0, 5), -1);
    assert_int_equal(ask(&g, 1, 8, 1, 0), -1);
    assert_int_equal(g.opened, 3);
    assert_int_equal(ask(&g, 1, 8, 0, 5), 5);
}

static void the_watchdog_is_fed_while_everything_moves(void **state)
{
    struct gear g;
    unsigned fed;

    (void)state;
    gear_init(&g);
    run_ms(&g, 10000);
    assert_in_range(g.fed, 9, 10); /* each second, once it was served */
    g.waiting = true;              /* the receiver's interrupt is lost */
    run_ms(&g, 1000);
    fed = g.fed;
    run_ms(&g, 20000);
    assert_int_equal(g.fed, fed);
    g.waiting = false;
    run_ms(&g, 2000);
    assert_true(g.fed > fed);
}

static void samples_as_often_as_it_was_told(void **state)
{
    struct gear g;

    (void)state;
    gear_init(&g);
    run_ms(&g, 1000);
    assert_int_equal(g.samples, 1);
    run_ms(&g, 100000);
    assert_int_equal(g.samples, 11);
    assert_int_equal(set(&g, NILA_HOLD_PERIOD_S, 3600), 3600);
    run_ms(&g, 100000); /* the round that was due, then none for an hour */
    assert_int_equal(g.samples, 12);
    assert_int_equal(set(&g, NILA_HOLD_PERIOD_S, 2), 2);
    run_ms(&g, 10000);
    assert_in_range(g.samples, 16, 17); /* does not wait for the hour to end */
    assert_int_equal(ask(&g, 1, 4, NILA_REG_SAMPLE + 1, 1), g.samples);
}

static void the_relay_follows_the_master_and_is_safe_without_one(void **state)
{
    struct gear g;

    (void)state;
    gear_init(&g);
    assert_true(g.relay); /* on, until somebody takes over */
    assert_int_equal(ask(&g, 1, 4, NILA_REG_RELAY, 1), 1);
    assert_true((ask(&g, 1, 4, NILA_REG_HEALTH, 1) & NILA_HEALTH_SAFE) != 0);
    assert_int_equal(ask(&g, 1, 6, NILA_HOLD_RELAY, 0), 0);
    assert_false(g.relay);
    assert_int_equal(ask(&g, 1, 4, NILA_REG_HEALTH, 1) & NILA_HEALTH_SAFE, 0);
    for (int minute = 0; minute < 20; minute++) {
        run_ms(&g, 59000);
        assert_int_equal(ask(&g, 1, 4, NILA_REG_RELAY, 1), 0); /* it is asked: the master lives */
    }
    for (int minute = 0; minute < 9; minute++) {
        run_ms(&g, 60000);
        (void)ask(&g, 2, 4, NILA_REG_RELAY, 1); /* others are asked */
    }
    assert_false(g.relay);
    run_ms(&g, 60000);
    assert_true(g.relay);
    assert_int_equal(g.relay_calls,
                     4); /* off before anything, on, off, on: told only when it changes */
}

static void says_what_the_board_measures(void **state)
{
    struct gear g;

    (void)state;
    gear_init(&g);
    run_ms(&g, 1000);
    assert_int_equal(ask(&g, 1, 4, NILA_REG_SUPPLY_MV, 1), 3300);
    assert_int_equal(ask(&g, 1, 4, NILA_REG_BOARD_TEMP, 1), 315);
    assert_int_equal(ask(&g, 1, 4, NILA_REG_HEALTH, 1) & NILA_HEALTH_SUPPLY, 0);
    g.low = true;
    run_ms(&g, 1000);
    assert_int_equal(ask(&g, 1, 4, NILA_REG_SUPPLY_MV, 1), 2800);
    assert_int_equal(ask(&g, 1, 4, NILA_REG_HEALTH, 1) & NILA_HEALTH_SUPPLY, NILA_HEALTH_SUPPLY);
}

static void a_board_without_anything_is_a_node_all_the_same(void **state)
{
    static const struct nila_board BARE = {0};
    struct gear g;

    (void)state;
    gear_init(&g);
    assert_true(nila_app_init(&g.app, &port, &BARE, &IDENTITY));
    run_ms(&g, 3000);
    assert_int_equal(ask(&g, 1, 4, NILA_REG_MAGIC, 2), NILA_MAGIC);
    assert_int_equal(ask(&g, 1, 3, NILA_HOLD_RELAY, 1), -12);
    assert_int_equal(g.fed, 0);
}

static void settings_outlive_a_loss_of_power(void **state)
{
    struct gear g;

    (void)state;
    gear_init(&g);
    run_ms(&g, 5000);
    assert_int_equal(g.keeps, 0); /* nothing changed */
    assert_int_equal(g.steps, 5000);
    assert_int_equal(set(&g, NILA_HOLD_BAUD_100, 192), 192);
    assert_int_equal(set(&g, NILA_HOLD_RELAY_SILENCE_MIN, 3), 3);
    assert_int_equal(set(&g, NILA_HOLD_PERIOD_S, 77), 77);
    run_ms(&g, 5000);
    assert_in_range(g.keeps, 1, 2);
    assert_true(nila_app_init(&g.app, &port, &board, &IDENTITY));
    assert_int_equal(g.baud, 19200);
    assert_int_equal(g.app.node.period_s, 77);
    assert_int_equal(g.app.relay.silence_min, 3);
    g.keeps = 0;
    run_ms(&g, 5000);
    assert_int_equal(g.keeps, 0);
}

static void settings_of_other_firmware_that_cannot_be_are_defaults(void **state)
{
    static const struct {
        uint16_t reg, value;
    } WRONG[] = {{NILA_HOLD_UNIT, 0},          {NILA_HOLD_UNIT, 300},   {NILA_HOLD_BAUD_100, 97},
                 {NILA_HOLD_PARITY, 3},        {NILA_HOLD_PERIOD_S, 0}, {NILA_HOLD_RELAY_SAFE, 9},
                 {NILA_HOLD_RESPONSE_MS, 2000}};
    static const uint16_t GOOD[NILA_BOARD_OWN] = {0, 9, 5, 60, 192, 1, 0, 0, 0, 0, 0, 0, 4};

    (void)state;
    for (size_t i = 0; i <= sizeof WRONG / sizeof WRONG[0]; i++) {
        const bool wrong = i < sizeof WRONG / sizeof WRONG[0];
        struct gear g;
        gear_init(&g);
        memcpy(g.kept, GOOD, sizeof GOOD);
        g.has_kept = true;
        if (wrong)
            g.kept[WRONG[i].reg] = WRONG[i].value;
        assert_true(nila_app_init(&g.app, &port, &board, &IDENTITY));
        assert_int_equal(g.app.node.unit, wrong ? 1 : 9);
        assert_int_equal(g.baud, wrong ? 9600 : 19200);
        assert_int_equal(g.app.relay.safe, wrong ? NILA_RELAY_ON : NILA_RELAY_OFF);
    }
}

static void what_cannot_be_kept_is_said_and_not_tried_for_ever(void **state)
{
    struct gear g;

    (void)state;
    gear_init(&g);
    g.low = true; /* no flash memory is written on a weak supply */
    run_ms(&g, 2000);
    assert_int_equal(set(&g, NILA_HOLD_PERIOD_S, 77), 77);
    run_ms(&g, 5000);
    assert_int_equal(g.keeps, 0);
    g.low = false;
    g.cannot_keep = true;
    run_ms(&g, 5000);
    assert_int_equal(g.keeps, 1);
    assert_true((ask(&g, 1, 4, NILA_REG_HEALTH, 1) & NILA_HEALTH_STORE) != 0);
    run_ms(&g, 60000);
    assert_int_equal(g.keeps, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_speed_holds_from_after_the_answer),
        cmocka_unit_test(a_speed_the_board_refuses_is_taken_back),
        cmocka_unit_test(a_restart_opens_the_line_anew),
        cmocka_unit_test(the_watchdog_is_fed_while_everything_moves),
        cmocka_unit_test(samples_as_often_as_it_was_told),
        cmocka_unit_test(the_relay_follows_the_master_and_is_safe_without_one),
        cmocka_unit_test(says_what_the_board_measures),
        cmocka_unit_test(a_board_without_anything_is_a_node_all_the_same),
        cmocka_unit_test(settings_outlive_a_loss_of_power),
        cmocka_unit_test(settings_of_other_firmware_that_cannot_be_are_defaults),
        cmocka_unit_test(what_cannot_be_kept_is_said_and_not_tried_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
