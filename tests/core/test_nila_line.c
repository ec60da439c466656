/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node's end of the line on a simulated UART: bytes take their time, interrupts come when they would, the main loop as
 * often as the test wants. */
#include "tests/support/support.h"

#include <string.h>

#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/core/nila_line.h"

#define BAUD    9600
#define CHAR_US (10000000 / BAUD)
#define T35_US  4010
#define RX_MAX  2048

static const struct nila_identity IDENTITY = {.vendor = "V", .product = "node", .revision = "1"};

/* The line, as a master sees it. */
struct world {
    struct nila_node node;
    struct nila_units units;
    struct nila_line line;
    uint32_t now_us;
    uint32_t loop_us, looped_us; /* the main loop comes this often */
    bool driving, transmitting;
    bool echoes;           /* the transceiver gives back what is sent */
    bool garbles;          /* another node speaks too */
    bool refuses;          /* open fails */
    bool waiting;          /* a byte in the UART that nobody fetches */
    bool silent_interrupt; /* the transmitter's interrupt never comes */
    unsigned opened;
    uint32_t byte_done_us; /* of the byte on its way out */
    int out;               /* that byte, or -1 */
    uint32_t drive_on_us, drive_off_us, first_bit_us, last_bit_us;
    uint8_t heard[RX_MAX]; /* by the master */
    size_t n;
    size_t late_echo; /* so many of the last bytes of the echo come only after the last stop bit */
    uint8_t late[8];
    size_t lates;
};

static uint32_t tick_us(void *arg)
{
    return ((struct world *)arg)->now_us;
}

static bool open_uart(void *arg, uint32_t baud, uint16_t parity)
{
    struct world *w = arg;

    (void)baud;
    (void)parity;
    w->opened++;
    return !w->refuses;
}

static void drive(void *arg, bool on)
{
    struct world *w = arg;

    assert_int_not_equal(w->driving, on);
    w->driving = on;
    *(on ? &w->drive_on_us : &w->drive_off_us) = w->now_us;
}

static void transmit(void *arg)
{
    struct world *w = arg;

    assert_true(w->driving); /* the driver is on before the first bit */
    w->transmitting = true;
    w->out = -1;
    w->first_bit_us = w->now_us;
}

static bool rx_waiting(void *arg)
{
    return ((struct world *)arg)->waiting;
}

static void put_echo(struct world *w, uint8_t byte)
{
    if (!w->echoes)
        return;
    if (w->line.tx_n - w->n <= w->late_echo)
        w->late[w->lates++] = byte;
    else
        nila_line_heard(&w->line, w->garbles ? (uint8_t)~byte : byte, false);
}

/* The transmitter's interrupts at this microsecond. */
static void transmitter(struct world *w)
{
    int next;

    if (!w->transmitting || w->silent_interrupt || (w->out >= 0 && w->now_us < w->byte_done_us))
        return;
    if (w->out >= 0) {
        assert_true(w->driving);
        put_echo(w, (uint8_t)w->out);
        assert_true(w->n < RX_MAX);
        w->heard[w->n++] = (uint8_t)w->out;
        w->last_bit_us = w->now_us;
    }
    next = nila_line_next(&w->line);
    w->out = next;
    w->byte_done_us = w->now_us + CHAR_US;
    if (next < 0) {
        w->transmitting = false;
        nila_line_sent(&w->line);
        for (size_t i = 0; i < w->lates; i++)
            nila_line_heard(&w->line, w->late[i], false);
        w->lates = 0;
    }
}

static void pass(struct world *w, uint32_t us)
{
    static const uint32_t STEP_US = 10;

    for (uint32_t end = w->now_us + us; w->now_us != end; w->now_us += STEP_US) {
        transmitter(w);
        if (w->now_us - w->looped_us >= w->loop_us) {
            w->looped_us = w->now_us;
            nila_line_step(&w->line);
        }
    }
}

static void world_init(struct world *w)
{
    static struct nila_port port;

    *w = (struct world){.loop_us = 500,
                        .now_us = 0xFFFFF000U / 10 * 10}; /* the clock wraps in each test */
    port = (struct nila_port){w, tick_us, open_uart, drive, transmit, rx_waiting};
    nila_node_init(&w->node, 7, 10, &IDENTITY);
    w->units = (struct nila_units){.node = &w->node, .nodes = 1};
    assert_true(nila_line_open(&w->line, &port, &w->units, BAUD, 0));
    pass(w, 100000);
}

/* The master's bytes, one after another. */
static void say(struct world *w, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pass(w, CHAR_US / 10 * 10);
        nila_line_heard(&w->line, p[i], false);
    }
}

static size_t framed(const char *pdu, size_t n, uint8_t unit, uint8_t *out)
{
    uint16_t crc;

    out[0] = unit;
    memcpy(out + 1, pdu, n);
    crc = nila_crc(out, n + 1);
    out[n + 1] = (uint8_t)crc;
    out[n + 2] = (uint8_t)(crc >> 8);
    return n + 3;
}
#define ASK_UNIT "\x04\x00\x0F\x00\x01"
#define KEY      "\x06\x00\x00\x5A\x17"

static void ask(struct world *w, const char *pdu, size_t n)
{
    uint8_t frame[NILA_RTU_MAX];

    w->n = 0;
    say(w, frame, framed(pdu, n, 7, frame));
}

static void expect_answer(struct world *w, const char *pdu, size_t n)
{
    uint8_t frame[NILA_RTU_MAX];
    size_t m = framed(pdu, n, 7, frame);

    assert_int_equal(w->n, m);
    assert_memory_equal(w->heard, frame, m);
}
#define ANSWER "\x04\x02\x00\x07"

static void answers_after_the_silence_with_the_driver_on_just_as_long(void **state)
{
    struct world w;
    uint32_t asked_us;

    (void)state;
    world_init(&w);
    ask(&w, ASK_UNIT, 5);
    asked_us = w.now_us;
    pass(&w, 100000);
    expect_answer(&w, ANSWER, 4);
    assert_in_range(w.drive_on_us - asked_us, T35_US, T35_US + CHAR_US + 1000);
    assert_true(w.first_bit_us - w.drive_on_us < 1000);
    assert_int_equal(w.drive_off_us,
                     w.last_bit_us); /* neither before the last stop bit nor after */
    assert_false(w.driving);
    assert_true(nila_line_idle(&w.line));
}

static void the_driver_goes_off_without_the_main_loop(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    ask(&w, ASK_UNIT, 5);
    pass(&w, 8000);
    assert_true(w.driving);
    w.loop_us = 1000000; /* busy with something long */
    pass(&w, 20000);
    assert_false(w.driving);
    assert_int_equal(w.drive_off_us, w.last_bit_us);
}

static void waits_as_long_as_it_was_told(void **state)
{
    struct world w;
    uint32_t asked_us;

    (void)state;
    world_init(&w);
    w.node.response_ms = 50;
    ask(&w, ASK_UNIT, 5);
    asked_us = w.now_us;
    pass(&w, 100000);
    expect_answer(&w, ANSWER, 4);
    assert_in_range(w.drive_on_us - asked_us, 50000, 50000 + 1000);
}

static void stays_silent_when_somebody_speaks_before_it(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    w.node.response_ms = 50;
    ask(&w, ASK_UNIT, 5);
    pass(&w, 20000);
    ask(&w, ASK_UNIT, 5); /* the master has lost patience */
    pass(&w, 200000);
    expect_answer(&w, ANSWER, 4); /* one answer, to the last question */
    assert_int_equal(w.node.bus.silent, 1);
    assert_int_equal(w.node.bus.messages, 2);
}

static void holds_for_the_rest_of_a_torn_request(void **state)
{
    static const struct {
        const char *says;
        uint32_t gap_us;
        bool answered;
    } T[] = {{"3 characters", 3 * CHAR_US / 10 * 10, true},
             {"20 ms", 20000, true},
             {"28 ms", 28000, true},
             {"40 ms", 40000, false}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        for (uint32_t loop = 500; loop < 100000;
             loop *= 60) { /* also when the loop comes much later */
            struct world w;
            uint8_t frame[NILA_RTU_MAX];
            size_t n = framed(ASK_UNIT, 5, 7, frame);
            world_init(&w);
            w.loop_us = loop;
            say(&w, frame, 3);
            pass(&w, T[i].gap_us);
            say(&w, frame + 3, n - 3);
            pass(&w, 200000);
            if ((w.n == 7) != T[i].answered)
                fail_msg("%s, loop %u us: %zu bytes", T[i].says, (unsigned)loop, w.n);
        }
}

static void keeps_frames_apart_however_late_the_main_loop_comes(void **state)
{
    struct world w;
    uint8_t other[NILA_RTU_MAX];
    size_t n = framed("\x04\x04\x12\x34\x56\x78", 6, 9, other);

    (void)state;
    world_init(&w);
    w.loop_us = 200000;
    say(&w, other, n); /* another unit is answered */
    pass(&w, 6000);
    ask(&w, ASK_UNIT, 5);
    pass(&w, 400000);
    expect_answer(&w, ANSWER, 4);
    assert_int_equal(w.node.bus.foreign, 1);
    assert_int_equal(w.node.bus.resync, 0); /* two frames, not one with a tail */
    assert_int_equal(w.node.bus.crc, 0);
}

static void does_not_listen_to_itself(void **state)
{
    (void)state;
    for (size_t late = 0; late <= 2; late++) {
        struct world w;
        world_init(&w);
        w.echoes = true;
        w.late_echo = late;
        ask(&w, KEY,
            5); /* its answer is the request itself: heard, it would be answered for ever */
        pass(&w, 300000);
        expect_answer(&w, KEY, 5);
        assert_int_equal(w.node.bus.messages, 1);
        assert_int_equal(w.node.bus.crc, 0);
        ask(&w, KEY, 5); /* and the next question is heard */
        pass(&w, 300000);
        expect_answer(&w, KEY, 5);
        assert_int_equal(w.node.bus.messages, 2);
    }
}

static void without_an_echo_the_same_question_again_is_heard_at_once(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    for (int i = 0; i < 5; i++) {
        ask(&w, KEY, 5);
        while (w.n < 8)
            pass(&w, 10); /* and a master in such a hurry that it asks within the next character */
    }
    assert_int_equal(w.node.bus.messages, 5);
    assert_int_equal(w.node.bus.silent, 0);
}

static void what_it_hears_while_it_speaks_is_dropped_even_when_garbled(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    w.echoes = w.garbles = true;
    ask(&w, ASK_UNIT, 5);
    pass(&w, 100000);
    assert_int_equal(w.n, 7);
    assert_int_equal(w.node.bus.crc, 0);
    w.garbles = false;
    ask(&w, ASK_UNIT, 5);
    pass(&w, 100000);
    expect_answer(&w, ANSWER, 4);
}

static void damaged_bytes_and_a_full_ring_cost_their_frame_only(void **state)
{
    struct world w;
    uint8_t frame[NILA_RTU_MAX];
    size_t n = framed(ASK_UNIT, 5, 7, frame);

    (void)state;
    world_init(&w);
    say(&w, frame, n - 1);
    pass(&w, CHAR_US / 10 * 10);
    nila_line_heard(&w.line, frame[n - 1], true);
    pass(&w, 100000);
    assert_int_equal(w.n, 0);
    assert_int_equal(w.node.bus.crc, 1);
    w.loop_us = 10000000;
    for (int i = 0; i < 300; i++) { /* a device that babbles while the loop is away */
        pass(&w, CHAR_US / 10 * 10);
        nila_line_heard(&w.line, (uint8_t)i, false);
    }
    w.loop_us = 500;
    pass(&w, 100000);
    assert_int_equal(w.node.bus.overrun, 1);
    ask(&w, ASK_UNIT, 5);
    pass(&w, 100000);
    expect_answer(&w, ANSWER, 4);
}

static void says_when_it_is_no_longer_alive(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    assert_true(nila_line_alive(&w.line));
    w.waiting = true; /* the receive interrupt was lost */
    assert_true(nila_line_alive(&w.line));
    pass(&w, 60000);
    assert_false(nila_line_alive(&w.line));
    w.waiting = false;
    assert_true(nila_line_alive(&w.line));
    w.silent_interrupt = true; /* the transmitter's */
    ask(&w, ASK_UNIT, 5);
    pass(&w, 10000);
    assert_true(w.driving);
    assert_true(nila_line_alive(&w.line));
    pass(&w, 100000);
    assert_false(nila_line_alive(&w.line));
}

static void a_port_that_refuses_changes_nothing(void **state)
{
    struct world w;
    const struct nila_port *port;

    (void)state;
    world_init(&w);
    port = w.line.port;
    w.refuses = true;
    assert_false(nila_line_open(&w.line, port, &w.units, 115200, 0));
    ask(&w, ASK_UNIT, 5);
    pass(&w, 100000);
    expect_answer(&w, ANSWER, 4);
    w.refuses = false;
    assert_true(nila_line_open(&w.line, port, &w.units, 9600, 1));
    assert_int_equal(w.line.char_us, 1145); /* 11 bits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_after_the_silence_with_the_driver_on_just_as_long),
        cmocka_unit_test(the_driver_goes_off_without_the_main_loop),
        cmocka_unit_test(waits_as_long_as_it_was_told),
        cmocka_unit_test(stays_silent_when_somebody_speaks_before_it),
        cmocka_unit_test(holds_for_the_rest_of_a_torn_request),
        cmocka_unit_test(keeps_frames_apart_however_late_the_main_loop_comes),
        cmocka_unit_test(does_not_listen_to_itself),
        cmocka_unit_test(without_an_echo_the_same_question_again_is_heard_at_once),
        cmocka_unit_test(what_it_hears_while_it_speaks_is_dropped_even_when_garbled),
        cmocka_unit_test(damaged_bytes_and_a_full_ring_cost_their_frame_only),
        cmocka_unit_test(says_when_it_is_no_longer_alive),
        cmocka_unit_test(a_port_that_refuses_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
