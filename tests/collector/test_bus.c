/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/bus.h"
#include "collector/bus_tcp.h"
#include "collector/common/clock.h"
#include "tests/support/modbus_peer.h"

/* Register n holds 1000 + n, unless the script says otherwise. */
struct script {
    struct peer_reply step[8]; /* for request 1, 2, ...; after them all is good */
    unsigned steps;
};

static struct peer_reply by_script(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    const struct script *s = arg;
    const struct peer_reply good = {PEER_GOOD, 0, 0};

    for (unsigned i = 0; i < rq->count && i < 125; i++)
        regs[i] = (uint16_t)(1000 + rq->first + i);
    return rq->number <= s->steps ? s->step[rq->number - 1] : good;
}

static struct site_bus serial_bus(const char *path)
{
    struct site_bus c = {.slug = "line",
                         .kind = SITE_BUS_SERIAL,
                         .baud = 115200,
                         .parity = 'N',
                         .stop_bits = 1,
                         .timeout_ms = 100};

    (void)snprintf(c.port, sizeof c.port, "%s", path);
    return c;
}

static struct site_bus tcp_bus(int port)
{
    struct site_bus c = {.slug = "tcp",
                         .kind = SITE_BUS_TCP,
                         .host = "127.0.0.1",
                         .tcp_port = port,
                         .timeout_ms = 100};

    return c;
}

static struct bus *opened(const struct site_bus *c)
{
    struct bus *b = bus_new(c);
    char why[96] = "";

    if (bus_open(b, why, sizeof why) != 0)
        fail_msg("%s", why);
    return b;
}

#define ASK(u, f, at, n, ms)                                                          \
    {                                                                                 \
        .unit = (u), .function = (f), .first = (at), .count = (n), .timeout_ms = (ms) \
    }

static const struct bus_question ASK_10_AT_20 = ASK(7, 3, 20, 10, 100);

static void reads_registers_of_both_kinds_on_both_links(void **state)
{
    struct script s = {.steps = 0};
    char path[64];
    int port;
    struct peer *line = peer_start_pty(by_script, &s, path, sizeof path),
                *net = peer_start_tcp(by_script, &s, &port);
    struct site_bus c[2] = {serial_bus(path), tcp_bus(port)};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bus *b = opened(&c[i]);
        struct bus_answer a;
        uint16_t r[125];
        for (int function = 3; function <= 4; function++) {
            for (uint16_t count = 1; count <= 125; count = (uint16_t)(count + 31)) {
                const struct bus_question q = ASK(7, function, 65000, count, 500);
                assert_int_equal(bus_ask(b, &q, r, &a), 0);
                for (unsigned k = 0; k < count; k++)
                    assert_int_equal(r[k], (uint16_t)(66000 + k));
            }
        }
        bus_free(b);
    }
    peer_stop(line);
    peer_stop(net);
}

static void names_every_kind_of_bad_answer_and_stores_nothing(void **state)
{
    static const struct {
        const char *says;
        bool tcp;
        struct peer_reply reply;
        int rc, exception;
    } T[] = {
        {"nothing at all", false, {PEER_SILENT, 0, 0}, NILA_ERR_TIMEOUT, 0},
        {"a bad CRC", false, {PEER_BAD_CRC, 0, 0}, NILA_ERR_PROTO, 0},
        {"another unit", false, {PEER_WRONG_UNIT, 0, 0}, NILA_ERR_PROTO, 0},
        {"another function", false, {PEER_WRONG_FUNCTION, 0, 0}, NILA_ERR_PROTO, 0},
        {"too few registers", false, {PEER_WRONG_COUNT, 0, 0}, NILA_ERR_PROTO, 0},
        {"exception 2", false, {PEER_EXCEPTION, 0, 2}, NILA_ERR_EXCEPTION, 2},
        {"exception 11", false, {PEER_EXCEPTION, 0, 11}, NILA_ERR_EXCEPTION, 11},
        {"exception 77", false, {PEER_EXCEPTION, 0, 77}, NILA_ERR_PROTO, 0},
        {"tcp: nothing at all", true, {PEER_SILENT, 0, 0}, NILA_ERR_TIMEOUT, 0},
        {"tcp: the number before", true, {PEER_WRONG_NUMBER, 0, 0}, NILA_ERR_PROTO, 0},
        {"tcp: another function", true, {PEER_WRONG_FUNCTION, 0, 0}, NILA_ERR_PROTO, 0},
        {"tcp: too few registers", true, {PEER_WRONG_COUNT, 0, 0}, NILA_ERR_PROTO, 0},
        {"tcp: half an answer", true, {PEER_CUT, 0, 0}, NILA_ERR_TIMEOUT, 0},
        {"tcp: exception 3", true, {PEER_EXCEPTION, 0, 3}, NILA_ERR_EXCEPTION, 3},
        {"tcp: hangs up", true, {PEER_HANG_UP, 0, 0}, NILA_ERR_IO, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct script s = {.step = {T[i].reply}, .steps = 1};
        char path[64], why[96];
        int port = 0, rc;
        struct peer *p = T[i].tcp ? peer_start_tcp(by_script, &s, &port)
                                  : peer_start_pty(by_script, &s, path, sizeof path);
        struct site_bus c = T[i].tcp ? tcp_bus(port) : serial_bus(path);
        struct bus *b = opened(&c);
        struct bus_answer a;
        uint16_t r[10] = {4711};

        rc = bus_ask(b, &ASK_10_AT_20, r, &a);
        if (rc != T[i].rc || a.exception != T[i].exception || a.text[0] == '\0')
            fail_msg("%s: %d (%s), exception %d", T[i].says, rc, a.text, a.exception);
        if (r[0] != 4711)
            fail_msg("%s: %u was stored", T[i].says, r[0]);
        /* and the link is good for the next question, after its own care */
        assert_int_equal(bus_open(b, why, sizeof why), 0);
        rc = bus_ask(b, &ASK_10_AT_20, r, &a);
        if (rc != 0 || r[0] != 1020)
            fail_msg("%s: the question after it: %d (%s), %u", T[i].says, rc, a.text, r[0]);
        bus_free(b);
        peer_stop(p);
    }
}

static void an_answer_cut_short_is_no_silence(void **state)
{
    struct script s = {.step = {{PEER_CUT, 0, 0}}, .steps = 1};
    const struct bus_question q = ASK(7, 3, 20, 10, 1000);
    char path[64];
    struct peer *p = peer_start_pty(by_script, &s, path, sizeof path);
    struct site_bus c = serial_bus(path);
    struct bus *b = opened(&c);
    struct bus_answer a;
    uint16_t r[10];

    (void)state;
    assert_int_equal(bus_ask(b, &q, r, &a), NILA_ERR_PROTO);
    assert_string_equal(a.text, "answer cut short");
    bus_free(b);
    peer_stop(p);
}

/* The unit answers request 1 after 150 ms, the question was given up after 100 ms: without care the late answer to register 0
 * is taken for register 100. */
static void a_late_answer_is_never_taken_for_the_next_question(void **state)
{
    static const int LATE_MS[] = {105, 115, 125, 150, 180, 230};

    (void)state;
    for (size_t i = 0; i < sizeof LATE_MS / sizeof LATE_MS[0]; i++) {
        struct script s = {.step = {{PEER_GOOD, LATE_MS[i], 0}}, .steps = 1};
        const struct bus_question first = ASK(7, 3, 0, 1, 100), second = ASK(7, 3, 100, 1, 200);
        char path[64];
        struct peer *p = peer_start_pty(by_script, &s, path, sizeof path);
        struct site_bus c = serial_bus(path);
        struct bus *b = opened(&c);
        struct bus_answer a;
        uint16_t r = 0;
        int tries = 0, rc;

        assert_int_equal(bus_ask(b, &first, &r, &a), NILA_ERR_TIMEOUT);
        do {
            rc = bus_ask(b, &second, &r, &a);
            if (rc == 0 && r != 1100)
                fail_msg("answer %d ms late: %u taken for register 100", LATE_MS[i], r);
        } while (rc != 0 && ++tries < 4);
        assert_int_equal(rc, 0);
        bus_free(b);
        peer_stop(p);
    }
}

static void a_late_tcp_answer_is_thrown_away_and_the_right_one_awaited(void **state)
{
    struct script s = {
        .step = {{PEER_GOOD, 150, 0}, {PEER_GOOD, 0, 0}, {PEER_LATE_THEN_GOOD, 0, 0}}, .steps = 3};
    const struct bus_question first = ASK(7, 3, 0, 1, 100), second = ASK(7, 3, 100, 1, 500);
    int port;
    struct peer *p = peer_start_tcp(by_script, &s, &port);
    struct site_bus c = tcp_bus(port);
    struct bus *b = opened(&c);
    struct bus_answer a;
    uint16_t r = 0;

    (void)state;
    assert_int_equal(bus_ask(b, &first, &r, &a), NILA_ERR_TIMEOUT);
    assert_int_equal(bus_ask(b, &second, &r, &a), 0);
    assert_int_equal(r, 1100);
    assert_int_equal(a.strays, 1);
    assert_int_equal(bus_ask(b, &second, &r, &a), 0);
    assert_int_equal(r, 1100);
    assert_int_equal(a.strays, 1);
    assert_int_equal(peer_connections(p), 1);
    bus_free(b);
    peer_stop(p);
}

/* From request 65530 on each answer comes behind a late one. */
static struct peer_reply late_at_the_corner(void *arg, const struct peer_request *rq,
                                            uint16_t *regs)
{
    struct peer_reply r = {rq->number >= 65530 ? PEER_LATE_THEN_GOOD : PEER_GOOD, 0, 0};

    (void)arg;
    regs[0] = (uint16_t)rq->number;
    return r;
}

static void transaction_numbers_are_followed_round_the_corner(void **state)
{
    const struct bus_question q = ASK(7, 3, 0, 1, 2000);
    int port;
    struct peer *p = peer_start_tcp(late_at_the_corner, NULL, &port);
    struct site_bus c = tcp_bus(port);
    struct bus *b = opened(&c);
    struct bus_answer a;
    uint16_t r = 0;

    (void)state;
    if (getenv("NILA_LONG") == NULL) {
        bus_free(b);
        peer_stop(p);
        skip();
    }
    for (unsigned i = 1; i <= 65540; i++) {
        assert_int_equal(bus_ask(b, &q, &r, &a), 0);
        if (r != (uint16_t)i || a.strays != (i >= 65530))
            fail_msg("question %u: %u, %u strays", i, r, a.strays);
    }
    bus_free(b);
    peer_stop(p);
}

static void a_silent_endpoint_is_connected_anew_after_three_questions(void **state)
{
    struct script s = {.step = {{PEER_SILENT, 0, 0}, {PEER_SILENT, 0, 0}, {PEER_SILENT, 0, 0}},
                       .steps = 3};
    int port;
    struct peer *p = peer_start_tcp(by_script, &s, &port);
    struct site_bus c = tcp_bus(port);
    struct bus *b = opened(&c);
    struct bus_answer a;
    uint16_t r[10];

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(bus_is_open(b));
        assert_int_equal(bus_ask(b, &ASK_10_AT_20, r, &a), NILA_ERR_TIMEOUT);
    }
    assert_false(bus_is_open(b));
    assert_int_equal(bus_ask(b, &ASK_10_AT_20, r, &a), NILA_ERR_CLOSED);
    assert_int_equal(bus_open(b, a.text, sizeof a.text), 0);
    assert_int_equal(bus_ask(b, &ASK_10_AT_20, r, &a), 0);
    assert_int_equal(peer_connections(p), 2);
    bus_free(b);
    peer_stop(p);
}

static void a_connection_closed_while_idle_costs_no_reading(void **state)
{
    struct script s = {.step = {{PEER_GOOD_HANG_UP, 0, 0}, {PEER_HANG_UP, 0, 0}}, .steps = 2};
    const struct bus_question q = ASK(7, 3, 0, 1, 500);
    int port;
    struct peer *p = peer_start_tcp(by_script, &s, &port);
    struct site_bus c = tcp_bus(port);
    struct bus *b;
    struct bus_answer a;
    uint16_t r;

    (void)state;
    c.gap_ms = 30; /* time for the end of the connection to arrive */
    b = opened(&c);
    assert_int_equal(bus_ask(b, &q, &r, &a), 0);
    assert_int_equal(bus_ask(b, &q, &r, &a),
                     NILA_ERR_IO); /* a new connection, hung up upon the question itself */
    assert_int_equal(peer_connections(p), 2);
    assert_false(bus_is_open(b));
    assert_int_equal(bus_open(b, a.text, sizeof a.text), 0);
    assert_int_equal(bus_ask(b, &q, &r, &a), 0);
    bus_free(b);
    peer_stop(p);
}

static void units_above_247_are_served_on_a_serial_line(void **state)
{
    static const enum peer_act BAD[] = {PEER_BAD_CRC, PEER_WRONG_FUNCTION, PEER_WRONG_COUNT,
                                        PEER_WRONG_UNIT};
    char path[64];
    struct bus_answer a;
    uint16_t r[10];

    (void)state;
    for (int unit = 248; unit <= 255; unit++) {
        struct script s = {
            .step = {{PEER_GOOD, 0, 0}, {PEER_EXCEPTION, 0, 2}, {BAD[unit % 4], 0, 0}}, .steps = 3};
        const struct bus_question q = ASK(unit, 4, 20, 10, 100);
        struct peer *p = peer_start_pty(by_script, &s, path, sizeof path);
        struct site_bus c = serial_bus(path);
        struct bus *b = opened(&c);

        assert_int_equal(bus_ask(b, &q, r, &a), 0);
        assert_int_equal(r[9], 1029);
        assert_int_equal(bus_ask(b, &q, r, &a), NILA_ERR_EXCEPTION);
        assert_int_equal(a.exception, 2);
        assert_int_equal(bus_ask(b, &q, r, &a), NILA_ERR_PROTO);
        assert_int_equal(bus_ask(b, &q, r, &a), 0);
        bus_free(b);
        peer_stop(p);
    }
}

static void knows_which_units_a_bus_can_ask(void **state)
{
    static const struct {
        const char *says;
        enum site_bus_kind kind;
        int unit;
        bool ok;
    } T[] = {
        {"serial 0 is everybody", SITE_BUS_SERIAL, 0, false},
        {"serial 1", SITE_BUS_SERIAL, 1, true},
        {"serial 255", SITE_BUS_SERIAL, 255, true},
        {"serial 256", SITE_BUS_SERIAL, 256, false},
        {"tcp 0", SITE_BUS_TCP, 0, true},
        {"tcp 247", SITE_BUS_TCP, 247, true},
        {"tcp 248", SITE_BUS_TCP, 248, true},
        {"tcp 255", SITE_BUS_TCP, 255, true},
        {"tcp 256", SITE_BUS_TCP, 256, false},
        {"tcp -1", SITE_BUS_TCP, -1, false},
    };
    struct script s = {.steps = 0};
    int port;
    struct peer *p = peer_start_tcp(by_script, &s, &port);
    struct site_bus c = tcp_bus(port);
    struct bus *b = opened(&c);

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct site_bus any = {.kind = T[i].kind};
        struct bus_question q = ASK(T[i].unit, 3, 0, 1, 500);
        struct bus_answer a;
        uint16_t r;
        if (bus_unit_ok(&any, T[i].unit) != T[i].ok)
            fail_msg("%s", T[i].says);
        if (T[i].kind == SITE_BUS_TCP)
            assert_int_equal(bus_ask(b, &q, &r, &a), T[i].ok ? 0 : NILA_ERR_RANGE);
    }
    bus_free(b);
    peer_stop(p);
}

static void noise_before_an_answer_costs_at_most_one_question(void **state)
{
    struct script s = {.steps = 0};
    char path[64];
    struct peer *p = peer_start_pty(by_script, &s, path, sizeof path);
    struct site_bus c = serial_bus(path);
    struct bus *b = opened(&c);
    struct bus_answer a;
    uint16_t r[10];
    int failed = 0;

    (void)state;
    for (int i = 0; i < 10; i++) {
        peer_noise(p, "\x55", 1);
        failed += bus_ask(b, &ASK_10_AT_20, r, &a) != 0;
        assert_int_equal(bus_ask(b, &ASK_10_AT_20, r, &a), 0);
        assert_int_equal(r[0], 1020);
    }
    /* noise that lies there before the question is thrown away and costs none */
    assert_true(failed <= 2);
    bus_free(b);
    peer_stop(p);
}

static void a_port_is_for_one_program_alone(void **state)
{
    struct script s = {.steps = 0};
    char path[64], why[96];
    struct peer *p = peer_start_pty(by_script, &s, path, sizeof path);
    struct site_bus c = serial_bus(path), gone = serial_bus("/dev/does-not-exist"),
                    file = serial_bus("/dev/null");
    struct bus *b = bus_new(&c), *other = bus_new(&c);

    (void)state;
    assert_int_equal(bus_open(b, why, sizeof why), 0);
    assert_int_equal(bus_open(other, why, sizeof why), NILA_ERR_BUSY);
    assert_non_null(strstr(why, path));
    bus_close(b);
    assert_int_equal(bus_open(other, why, sizeof why), 0);
    bus_free(b);
    bus_free(other);
    peer_stop(p);

    b = bus_new(&gone);
    assert_int_equal(bus_open(b, why, sizeof why), NILA_ERR_IO);
    assert_non_null(strstr(why, "does-not-exist"));
    bus_free(b);
    b = bus_new(&file);
    assert_int_equal(bus_open(b, why, sizeof why), NILA_ERR_CONFIG);
    bus_free(b);
}

static void a_line_that_is_pulled_out_is_an_error_of_the_link(void **state)
{
    struct script s = {.steps = 0};
    char path[64];
    struct peer *p = peer_start_pty(by_script, &s, path, sizeof path);
    struct site_bus c = serial_bus(path);
    struct bus *b = opened(&c);
    struct bus_answer a;
    uint16_t r[10];

    (void)state;
    assert_int_equal(bus_ask(b, &ASK_10_AT_20, r, &a), 0);
    peer_stop(p);
    assert_int_equal(bus_ask(b, &ASK_10_AT_20, r, &a), NILA_ERR_IO);
    assert_false(bus_is_open(b));
    bus_free(b);
}

static void a_host_that_is_not_there_ends_in_time(void **state)
{
    /* 192.0.2.0/24 is for documentation and never answers; a machine without a network refuses it at once. */
    struct site_bus c = tcp_bus(502), refused = tcp_bus(1);
    struct bus *b;
    char why[96];
    int64_t before = clock_mono_ms();
    int rc;

    (void)state;
    (void)snprintf(c.host, sizeof c.host, "192.0.2.1");
    b = bus_new(&c);
    rc = bus_open(b, why, sizeof why);
    assert_true(rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_IO);
    assert_true(clock_mono_ms() - before < 1000);
    bus_free(b);
    b = bus_new(&refused);
    assert_int_equal(bus_open(b, why, sizeof why), NILA_ERR_IO);
    bus_free(b);
}

static void refuses_questions_that_cannot_be(void **state)
{
    static const struct bus_question BAD[] = {ASK(7, 7, 0, 1, 100),    ASK(7, 3, 0, 0, 100),
                                              ASK(7, 3, 0, 126, 100),  ASK(7, 3, 0, 1, 0),
                                              ASK(7, 1, 0, 2001, 100), ASK(7, 5, 0, 1, 100),
                                              ASK(7, 16, 0, 1, 100),   ASK(7, 3, 65535, 2, 100)};
    struct script s = {.steps = 0};
    char path[64];
    struct peer *p = peer_start_pty(by_script, &s, path, sizeof path);
    struct site_bus c = serial_bus(path);
    struct bus *b = opened(&c);
    struct bus_answer a;
    uint16_t r[126];

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_int_equal(bus_ask(b, &BAD[i], r, &a), NILA_ERR_RANGE);
    assert_int_equal(peer_requests(p), 0);
    bus_free(b);
    bus_free(NULL);
    peer_stop(p);
}

/* A host that never stops talking must not hold up the thread that serves all the others. */
static void a_host_that_talks_without_end_is_heard_in_turns(void **state)
{
    static const uint8_t FRAME[200] = {0x77, 0x77, 0, 0, 0, 194, 1, 3, 190};
    struct bus_tcp t;
    char byte;
    int s[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s), 0);
    for (int i = 0; i < 150; i++)
        assert_int_equal(send(s[1], FRAME, sizeof FRAME, MSG_DONTWAIT), sizeof FRAME);
    bus_tcp_init(&t);
    t.fd = s[0];
    t.state = BUS_TCP_IDLE;
    assert_true(bus_tcp_idle(&t));
    assert_int_equal(recv(s[0], &byte, 1, MSG_PEEK | MSG_DONTWAIT), 1); /* the rest has time */
    for (int i = 0; recv(s[0], &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1; i++) {
        assert_true(i < 150);
        assert_true(bus_tcp_idle(&t));
    }
    (void)close(s[1]);
    assert_false(bus_tcp_idle(&t));
    assert_int_equal(t.fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_registers_of_both_kinds_on_both_links),
        cmocka_unit_test(names_every_kind_of_bad_answer_and_stores_nothing),
        cmocka_unit_test(an_answer_cut_short_is_no_silence),
        cmocka_unit_test(a_late_answer_is_never_taken_for_the_next_question),
        cmocka_unit_test(a_late_tcp_answer_is_thrown_away_and_the_right_one_awaited),
        cmocka_unit_test(transaction_numbers_are_followed_round_the_corner),
        cmocka_unit_test(a_silent_endpoint_is_connected_anew_after_three_questions),
        cmocka_unit_test(a_connection_closed_while_idle_costs_no_reading),
        cmocka_unit_test(units_above_247_are_served_on_a_serial_line),
        cmocka_unit_test(knows_which_units_a_bus_can_ask),
        cmocka_unit_test(noise_before_an_answer_costs_at_most_one_question),
        cmocka_unit_test(a_port_is_for_one_program_alone),
        cmocka_unit_test(a_line_that_is_pulled_out_is_an_error_of_the_link),
        cmocka_unit_test(a_host_that_is_not_there_ends_in_time),
        cmocka_unit_test(a_host_that_talks_without_end_is_heard_in_turns),
        cmocka_unit_test(refuses_questions_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
