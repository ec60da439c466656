/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A paced line: its arithmetic on a clock of the test's own, and against the wire's limit through the program. */
#include "tests/support/support.h"

#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/linux/uart.h"
#include "tests/bridge/program.h"

#define MS 1000000LL

static void a_character_has_ten_or_eleven_bits(void **state)
{
    (void)state;
    assert_int_equal(uart_char_ns(9600, 'N', 1), 1041667);
    assert_int_equal(uart_char_ns(9600, 'E', 1), 1145834);
    assert_int_equal(uart_char_ns(9600, 'O', 1), 1145834);
    assert_int_equal(uart_char_ns(9600, 'N', 2), 1145834);
    assert_int_equal(uart_char_ns(9600, 'E', 2), 1250000);
    assert_int_equal(uart_char_ns(115200, 'N', 1), 86806);
}

static void a_request_is_there_when_its_last_bit_is(void **state)
{
    struct uart u;

    (void)state;
    uart_init(&u, 1000);
    uart_hear(&u, 8, 50000);
    assert_int_equal(u.heard_ns, 58000);
    uart_hear(&u, 2, 50100); /* written at once, on the wire they queue */
    assert_int_equal(u.heard_ns, 60000);
    uart_hear(&u, 1, 70000);
    assert_int_equal(u.heard_ns, 71000);
    uart_init(&u, 0);
    uart_hear(&u, 8, 50000);
    assert_int_equal(u.heard_ns, 50000);
}

/* Whoever asks when told to gets no byte early and at most a burst at a time. */
static void no_byte_leaves_early_and_bursts_are_short(void **state)
{
    static const int BAUD[] = {1200, 9600, 19200, 115200};

    (void)state;
    for (size_t i = 0; i < sizeof BAUD / sizeof BAUD[0]; i++) {
        const int64_t c = uart_char_ns(BAUD[i], 'N', 1), due = 7 * MS;
        const size_t most = c >= UART_BURST_NS ? 1 : (size_t)(UART_BURST_NS / c);
        uint8_t in[200], out[WIRE_MAX];
        size_t got = 0, n;
        struct uart u;
        for (size_t k = 0; k < sizeof in; k++)
            in[k] = (uint8_t)(3 * k);
        uart_init(&u, c);
        uart_send(&u, in, sizeof in, due);
        assert_int_equal(uart_next_ns(&u), due);
        assert_int_equal(uart_take(&u, due - 1, out), 0);
        assert_false(uart_driving(&u));
        while (got < sizeof in) {
            int64_t now = uart_next_ns(&u);
            if (now > due)
                assert_int_equal(uart_take(&u, now - 1, out), 0);
            n = uart_take(&u, now, out);
            if (n == 0) {
                assert_int_equal(now, due); /* it has only begun */
                assert_true(uart_driving(&u));
                continue;
            }
            assert_true(n <= most);
            assert_memory_equal(out, in + got, n);
            got += n;
            assert_true(now - due >= (int64_t)got * c);
        }
        assert_false(uart_driving(&u));
        assert_int_equal(uart_next_ns(&u), INT64_MAX);
        uart_clear(&u);
    }
}

static void a_late_caller_catches_up_and_the_wire_loses_no_time(void **state)
{
    static const uint8_t TEN[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    uint8_t out[WIRE_MAX];
    struct uart u;

    (void)state;
    uart_init(&u, MS);
    uart_send(&u, TEN, 10, 100 * MS);
    assert_int_equal(uart_take(&u, 104 * MS + MS / 2, out), 4);
    assert_int_equal(out[3], 3);
    assert_int_equal(uart_take(&u, 104 * MS + MS / 2, out), 0);
    assert_int_equal(uart_take(&u, 500 * MS, out), 6);
    /* the next one may begin when this one was out, had anybody looked */
    uart_send(&u, TEN, 1, 0);
    assert_int_equal(uart_next_ns(&u), 110 * MS);
    uart_clear(&u);
}

static void frames_leave_by_their_time_and_never_into_each_other(void **state)
{
    static const uint8_t A[] = {1, 1}, B[] = {2, 2}, C[] = {3, 3};
    uint8_t out[WIRE_MAX], all[6];
    size_t got = 0, n;
    struct uart u;

    (void)state;
    uart_init(&u, MS);
    uart_send(&u, A, 2, 50 * MS); /* late */
    uart_send(&u, B, 2, 10 * MS);
    uart_send(&u, NULL, 0, 5 * MS); /* silence is nothing */
    assert_int_equal(uart_take(&u, 11 * MS, out), 1);
    uart_send(&u, C, 2, 1 * MS); /* due before, but B has begun */
    all[got++] = out[0];
    while (uart_next_ns(&u) != INT64_MAX) {
        n = uart_take(&u, uart_next_ns(&u), out);
        memcpy(all + got, out, n);
        got += n;
    }
    assert_int_equal(got, 6);
    assert_memory_equal(all, ((const uint8_t[]){2, 2, 3, 3, 1, 1}), 6);
    uart_init(&u, 0);
    uart_send(&u, A, 2, 5);
    assert_int_equal(uart_take(&u, 4, out), 0);
    assert_int_equal(uart_take(&u, 5, out), 2); /* unpaced: whole */
    assert_false(uart_driving(&u));
    uart_send(&u, A, 2, 5);
    uart_clear(&u); /* what waits is forgotten */
    assert_int_equal(uart_next_ns(&u), INT64_MAX);
}

/* --- through the program --- */

#define FARM_WITH(parity)                                                                          \
    "{\"site\":{\"slug\":\"farm\",\"name\":\"Farm\",\"regency\":\"kotim\",\"kecamatan\":\"62.02."  \
    "06\"},\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"K\",\"area_m2\":200,\"depth_m\":1.2}],"     \
    "\"buses\":[{\"slug\":\"b\",\"serial\":{\"port\":\"/dev/ttyS9\",\"parity\":\"" parity "\"},"   \
    "\"devices\":[{\"slug\":\"node\",\"profile\":\"nila-node\",\"unit\":1,\"pond\":\"kolam-1\"}]}" \
    "],\"sinks\":[],\"journal\":{\"path\":\"/tmp/j.db\"},\"control\":{\"socket\":\"/tmp/"          \
    "c.sock\"}}"

static int64_t now_ns(void)
{
    struct timespec t;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return t.tv_sec * 1000 * MS + t.tv_nsec;
}

static modbus_t *connected(const struct program *p, int baud, char parity)
{
    modbus_t *m = modbus_new_rtu(p->link, baud, parity, 8, 1);

    assert_non_null(m);
    assert_int_equal(modbus_set_slave(m, 1), 0);
    assert_int_equal(modbus_set_response_timeout(m, 5, 0), 0);
    assert_int_equal(modbus_connect(m), 0);
    return m;
}

static void libmodbus_reads_at_the_wires_limit_and_no_faster(void **state)
{
    static const struct {
        const char *baud, *site;
        int rate, bits;
        char parity;
        const char *says;
    } T[] = {
        {"9600", FARM_WITH("N"), 9600, 10, 'N', "bus b: paced at 9600 baud, 8N1"},
        {"b=9600", FARM_WITH("E"), 9600, 11, 'E', "bus b: paced at 9600 baud, 8E1"},
        {"115200", FARM_WITH("N"), 115200, 10, 'N', "bus b: paced at 115200 baud, 8N1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const char *extra[] = {"--baud", T[i].baud, NULL};
        const int reads = 20, registers = 24;
        const double character_s = (double)T[i].bits / T[i].rate;
        const double t35_s = T[i].rate > 19200 ? 0.00175 : 38.5 / T[i].rate;
        const double limit_s = reads * ((8 + 5 + 2 * registers) * character_s + t35_s);
        double best_s = 1e9;
        struct program p;
        modbus_t *m;
        char *said;
        program_start(&p, T[i].site, extra);
        m = connected(&p, T[i].rate, T[i].parity);
        for (int tries = 0; tries < 5 && best_s > 1.1 * limit_s; tries++) { /* of a busy machine */
            uint16_t r[24];
            int64_t before = now_ns();
            double took_s;
            for (int k = 0; k < reads; k++)
                if (modbus_read_input_registers(m, 0, registers, r) != registers)
                    fail_msg("%s", modbus_strerror(errno));
            took_s = (double)(now_ns() - before) / 1e9;
            assert_true(took_s >= limit_s); /* a wire is never faster */
            best_s = took_s < best_s ? took_s : best_s;
        }
        print_message("%d baud, %d bits: %.1f ms a read, the wire's limit %.1f ms\n", T[i].rate,
                      T[i].bits, best_s / reads * 1000, limit_s / reads * 1000);
        if (best_s > 1.25 * limit_s + reads * 0.001)
            fail_msg("%g s where the wire takes %g", best_s, limit_s);
        modbus_close(m);
        modbus_free(m);
        program_end(&p, &said);
        assert_non_null(strstr(said, T[i].says));
        free(said);
        program_forget(&p);
    }
}

static const uint8_t ASK_120[] = {1, 4, 0, 0, 0, 120};

/* Bytes of an answer as they come: when which number of them was there. */
static size_t follow(int fd, int64_t asked_ns, int64_t char_ns, int64_t t35_ns, size_t want)
{
    const int64_t begun_ns = asked_ns + 8 * char_ns + t35_ns;
    size_t got = 0, pieces = 0;

    while (got < want) {
        uint8_t in[300];
        struct pollfd w = {.fd = fd, .events = POLLIN};
        ssize_t n;
        assert_true(poll(&w, 1, 5000) > 0);
        n = read(fd, in, sizeof in);
        assert_true(n > 0);
        got += (size_t)n;
        pieces++;
        /* no byte before its stop bit: the request had to cross the wire first, then a silence */
        assert_true(now_ns() >= begun_ns + (int64_t)got * char_ns);
    }
    return pieces;
}

static void bytes_come_one_by_one_and_none_before_its_time(void **state)
{
    static const char *const EXTRA[] = {"--baud", "9600", NULL};
    const int64_t char_ns = 1041666, t35_ns = 4010000;
    const size_t n = 5 + 240;
    size_t pieces = 0;
    struct program p;
    modbus_t *m;

    (void)state;
    program_start(&p, FARM_WITH("N"), EXTRA);
    m = connected(&p, 9600, 'N');
    /* a machine that pauses us gives several at once: one good run of five is enough */
    for (int tries = 0; tries < 5 && pieces < n * 8 / 10; tries++) {
        int64_t asked_ns = now_ns();
        assert_true(modbus_send_raw_request(m, ASK_120, sizeof ASK_120) > 0);
        pieces = follow(modbus_get_socket(m), asked_ns, char_ns, t35_ns, n);
    }
    print_message("%zu bytes came in %zu pieces\n", n, pieces);
    assert_true(pieces >= n * 8 / 10);
    modbus_close(m);
    modbus_free(m);
    program_end(&p, NULL);
    program_forget(&p);
}

static void what_is_said_into_an_answer_is_lost(void **state)
{
    static const char *const EXTRA[] = {"--baud", "9600", NULL};
    struct program p;
    struct pollfd w;
    uint8_t in[300];
    uint16_t r[2];
    size_t got = 0;
    modbus_t *m;

    (void)state;
    program_start(&p, FARM_WITH("N"), EXTRA);
    m = connected(&p, 9600, 'N');
    w = (struct pollfd){.fd = modbus_get_socket(m), .events = POLLIN};
    assert_true(modbus_send_raw_request(m, ASK_120, sizeof ASK_120) > 0);
    assert_true(poll(&w, 1, 5000) > 0); /* the answer has begun and lasts a quarter of a second */
    assert_true(modbus_send_raw_request(m, ASK_120, sizeof ASK_120) > 0);
    while (got < 245) {
        ssize_t n;
        assert_true(poll(&w, 1, 5000) > 0);
        n = read(w.fd, in + got, sizeof in - got);
        assert_true(n > 0);
        got += (size_t)n;
    }
    assert_int_equal(got, 245);
    assert_int_equal(nila_crc(in, 245), 0); /* our own driver does not garble on a pty */
    assert_int_equal(poll(&w, 1, 100), 0);  /* nor is the second question answered */
    assert_int_equal(modbus_read_input_registers(m, 0, 2, r), 2); /* the next one is */
    modbus_close(m);
    modbus_free(m);
    program_end(&p, NULL);
    program_forget(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_has_ten_or_eleven_bits),
        cmocka_unit_test(a_request_is_there_when_its_last_bit_is),
        cmocka_unit_test(no_byte_leaves_early_and_bursts_are_short),
        cmocka_unit_test(a_late_caller_catches_up_and_the_wire_loses_no_time),
        cmocka_unit_test(frames_leave_by_their_time_and_never_into_each_other),
        cmocka_unit_test(libmodbus_reads_at_the_wires_limit_and_no_faster),
        cmocka_unit_test(bytes_come_one_by_one_and_none_before_its_time),
        cmocka_unit_test(what_is_said_into_an_answer_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
