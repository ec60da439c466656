/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Coils, inputs and writes over both links, and echoes that are not those of the write. */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "collector/bus.h"
#include "tests/support/modbus_peer.h"

/* A device with coils (1, 5, 15) and registers (3, 6, 16), which answers by a script first. */
struct board {
    struct peer_reply step[4];
    unsigned steps;
    uint16_t coil[2000], reg[128];
};

static struct peer_reply by_board(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    struct board *b = arg;
    bool bits = rq->function <= 2 || rq->function == 5 || rq->function == 15;
    uint16_t *cell = (bits ? b->coil : b->reg) + rq->first;

    for (unsigned i = 0; i < rq->count; i++) {
        if (rq->function <= 4)
            regs[i] = cell[i];
        else if (i < 128)
            cell[i] = rq->function == 5 ? rq->written[0] == 0xFF00 : rq->written[i];
    }
    if (rq->number <= b->steps)
        return b->step[rq->number - 1];
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

struct link {
    struct site_bus c;
    struct peer *peer;
    struct bus *bus;
};

static void open_link(struct link *l, bool tcp, struct board *board)
{
    char why[96] = "";

    l->c = (struct site_bus){.slug = "line",
                             .kind = tcp ? SITE_BUS_TCP : SITE_BUS_SERIAL,
                             .host = "127.0.0.1",
                             .baud = 115200,
                             .parity = 'N',
                             .stop_bits = 1,
                             .timeout_ms = 300};
    l->peer = tcp ? peer_start_tcp(by_board, board, &l->c.tcp_port)
                  : peer_start_pty(by_board, board, l->c.port, sizeof l->c.port);
    l->bus = bus_new(&l->c);
    if (bus_open(l->bus, why, sizeof why) != 0)
        fail_msg("%s", why);
}

static void close_link(struct link *l)
{
    bus_free(l->bus);
    peer_stop(l->peer);
}

static void writes_and_reads_back_coils_and_registers(void **state)
{
    static const int UNIT[] = {1, 247, 248, 255};

    (void)state;
    for (int tcp = 0; tcp < 2; tcp++) {
        for (size_t u = 0; u < sizeof UNIT / sizeof UNIT[0]; u++) {
            struct board board = {.steps = 0};
            const uint16_t bits[] = {1, 0, 1, 1, 0, 0, 0, 1, 1}, words[] = {0xFFFF, 7, 1000};
            struct bus_question q = {.unit = UNIT[u], .timeout_ms = 3000, .first = 10};
            uint16_t got[2000];
            struct bus_answer a;
            struct link l;

            open_link(&l, tcp != 0, &board);
            q.function = 15, q.count = 9, q.write = bits;
            assert_int_equal(bus_ask(l.bus, &q, NULL, &a), 0);
            q.function = 5, q.count = 1, q.write = bits, q.first = 30;
            assert_int_equal(bus_ask(l.bus, &q, NULL, &a), 0);
            q.function = 16, q.count = 3, q.write = words, q.first = 10;
            assert_int_equal(bus_ask(l.bus, &q, NULL, &a), 0);
            q.function = 6, q.count = 1, q.first = 13;
            assert_int_equal(bus_ask(l.bus, &q, NULL, &a), 0);
            assert_int_equal(board.coil[30], 1);
            assert_int_equal(board.reg[13], 0xFFFF);
            q.write = NULL, q.function = 1, q.first = 0, q.count = 2000;
            assert_int_equal(bus_ask(l.bus, &q, got, &a), 0);
            assert_memory_equal(got, board.coil, sizeof got);
            assert_memory_equal(got + 10, bits, sizeof bits);
            q.function = 2, q.count = 19;
            assert_int_equal(bus_ask(l.bus, &q, got, &a), 0);
            assert_memory_equal(got, board.coil, 19 * sizeof got[0]);
            q.function = 3, q.count = 20;
            assert_int_equal(bus_ask(l.bus, &q, got, &a), 0);
            assert_memory_equal(got, board.reg, 20 * sizeof got[0]);
            close_link(&l);
        }
    }
}

static void an_echo_of_another_write_is_no_success(void **state)
{
    static const struct {
        const char *says;
        enum peer_act act;
        int rc;
        bool serial, tcp;
    } T[] = {
        {"another value", PEER_WRONG_COUNT, NILA_ERR_PROTO, true, true},
        {"another address", PEER_WRONG_ADDRESS, NILA_ERR_PROTO, true, true},
        {"another unit", PEER_WRONG_UNIT, NILA_ERR_PROTO, true, true},
        {"another function", PEER_WRONG_FUNCTION, NILA_ERR_PROTO, true, true},
        {"a bad CRC", PEER_BAD_CRC, NILA_ERR_PROTO, true, false},
        {"silence", PEER_SILENT, NILA_ERR_TIMEOUT, true, true},
        {"no frame", PEER_NO_FRAME, NILA_ERR_PROTO, false, true},
        {"an exception", PEER_EXCEPTION, NILA_ERR_EXCEPTION, true, true},
    };
    static const int WRITE[] = {5, 6, 15, 16};
    const uint16_t one = 1;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        for (size_t k = 0; k < 8; k++) {
            bool tcp = k >= 4;
            const struct bus_question q = {.unit = 3,
                                           .function = WRITE[k % 4],
                                           .first = 5,
                                           .count = 1,
                                           .timeout_ms = 250, /* bad answers take all of it */
                                           .write = &one};
            struct board board = {.step = {{T[i].act, 0, 2}}, .steps = 1};
            struct bus_answer a;
            struct link l;
            char why[96];
            int rc;

            if (tcp ? !T[i].tcp : !T[i].serial)
                continue;
            open_link(&l, tcp, &board);
            rc = bus_ask(l.bus, &q, NULL, &a);
            if (rc != T[i].rc || a.text[0] == '\0')
                fail_msg("%s, function %d: %d (%s)", T[i].says, q.function, rc, a.text);
            assert_int_equal(bus_open(l.bus, why, sizeof why), 0);
            assert_int_equal(bus_ask(l.bus, &q, NULL, &a), 0);
            close_link(&l);
        }
    }
}

/* The echo of the first write comes while that of the second, to the same coil, is awaited and never comes. */
static void a_late_echo_is_never_taken_for_the_next_write(void **state)
{
    const uint16_t on = 1, off = 0;
    int in_time = 0;

    (void)state;
    for (int late_ms = 105; late_ms <= 180; late_ms += 25) {
        struct board board = {.step = {{PEER_GOOD, late_ms, 0}, {PEER_SILENT, 0, 0}}, .steps = 2};
        struct bus_question q = {
            .unit = 3, .function = 5, .first = 5, .count = 1, .timeout_ms = 100, .write = &on};
        struct bus_answer a;
        struct link l;
        int rc;

        open_link(&l, false, &board);
        rc = bus_ask(l.bus, &q, NULL, &a);
        if (rc ==
            0) { /* a busy machine looked only when the echo was there: this time it was not late */
            close_link(&l);
            assert_true(++in_time < 40);
            late_ms -= 25;
            continue;
        }
        assert_int_equal(rc, NILA_ERR_TIMEOUT);
        q.write = &off;
        rc = bus_ask(l.bus, &q, NULL, &a); /* never answered: what comes is the first one's */
        assert_true(rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO);
        assert_int_equal(bus_ask(l.bus, &q, NULL, &a), 0);
        assert_int_equal(board.coil[5], 0);
        close_link(&l);
    }
}

static void a_tcp_answer_in_pieces_is_put_together_and_nonsense_ends_the_connection(void **state)
{
    struct board board = {.step = {{PEER_DRIBBLE, 0, 0}, {PEER_NO_FRAME, 0, 0}}, .steps = 2};
    const struct bus_question q = {
        .unit = 3, .function = 3, .first = 0, .count = 20, .timeout_ms = 2000};
    struct bus_answer a;
    uint16_t got[20];
    char why[96];
    struct link l;

    (void)state;
    for (unsigned i = 0; i < 128; i++)
        board.reg[i] = (uint16_t)(i * 2385);
    open_link(&l, true, &board);
    assert_int_equal(bus_ask(l.bus, &q, got, &a), 0);
    assert_memory_equal(got, board.reg, sizeof got);
    assert_int_equal(bus_ask(l.bus, &q, got, &a), NILA_ERR_PROTO);
    assert_true(a.answer_ms < 1000); /* at once, not at the time-out */
    assert_false(bus_is_open(l.bus));
    assert_int_equal(bus_open(l.bus, why, sizeof why), 0);
    assert_int_equal(bus_ask(l.bus, &q, got, &a), 0);
    assert_int_equal(peer_connections(l.peer), 2);
    close_link(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads_back_coils_and_registers),
        cmocka_unit_test(an_echo_of_another_write_is_no_success),
        cmocka_unit_test(a_late_echo_is_never_taken_for_the_next_write),
        cmocka_unit_test(a_tcp_answer_in_pieces_is_put_together_and_nonsense_ends_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
