/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers that go wrong: each kind alone, and all together through the program. */
#include "tests/support/support.h"

#include <errno.h>
#include <math.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/linux/busfault.h"
#include "tests/bridge/program.h"

/* Two registers 0x1122 0x3344 of unit 7 by function 4. */
static const uint8_t PDU[] = {4, 4, 0x11, 0x22, 0x33, 0x44};
static const uint8_t HEAD[] = {0x12, 0x34, 0, 0};

static void reads_kinds_and_rates(void **state)
{
    static const struct {
        const char *text;
        int rc;
    } T[] = {
        {"late", 0},
        {"late:0", 0},
        {"late:0.25,wrong-crc:0.25,silent:0.5", 0},
        {"wrong-unit,wrong-function,wrong-crc,short,overlong,babble,exception,silent,late,"
         "duplicate",
         0},
        {"", NILA_ERR_NOT_FOUND},
        {"early", NILA_ERR_NOT_FOUND},
        {"late,", NILA_ERR_NOT_FOUND},
        {"late:", NILA_ERR_PARSE},
        {"late:often", NILA_ERR_PARSE},
        {"late:0.1:3", NILA_ERR_PARSE},
        {"late:-0.1", NILA_ERR_RANGE},
        {"late:1.1", NILA_ERR_RANGE},
        {"late:0.6,silent:0.6", NILA_ERR_RANGE},
    };
    struct busfault_plan p = {.seed = 1};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct busfault_plan fresh = {.seed = 1};
        if (busfault_parse(&fresh, T[i].text) != T[i].rc)
            fail_msg("\"%s\"", T[i].text);
    }
    assert_int_equal(busfault_parse(&p, "late:0.5,short"), 0);
    assert_int_equal(busfault_parse(&p, "silent:0.6"), NILA_ERR_RANGE); /* with those before */
    assert_true(p.rate[BUSFAULT_SILENT] == 0);
    assert_int_equal(busfault_parse(&p, "late:0.1"), 0); /* the last word counts */
    assert_true(p.rate[BUSFAULT_LATE] == 0.1 && p.rate[BUSFAULT_SHORT] == BUSFAULT_RATE);
    for (int i = 0; i < BUSFAULT_KINDS; i++) {
        struct busfault_plan one = {0};
        assert_int_equal(busfault_parse(&one, busfault_name((enum busfault_kind)i)), 0);
        assert_true(one.rate[i] == BUSFAULT_RATE);
    }
}

static void draws_at_the_given_rates_and_alike_for_one_seed(void **state)
{
    struct busfault_plan plan = {.seed = 7};
    struct busfault a, b, other, none;
    unsigned same = 0;

    (void)state;
    assert_int_equal(busfault_parse(&plan, "late:0.1,short:0.02,silent:0.3"), 0);
    busfault_init(&a, &plan, "x");
    busfault_init(&b, &plan, "x");
    busfault_init(&other, &plan, "y");
    busfault_init(&none, NULL, "x");
    for (int i = 0; i < 20000; i++) {
        struct busfault_hit h = busfault_draw(&a), g = busfault_draw(&b);
        assert_true(h.kind == g.kind && h.key == g.key);
        same += busfault_draw(&other).key == h.key;
        assert_int_equal(busfault_draw(&none).kind, BUSFAULT_NONE);
        busfault_count(&a, &h);
    }
    assert_int_equal(same, 0);
    assert_int_equal(a.counts.answers, 20000);
    /* five standard deviations of a binomial draw */
    for (int i = 0; i < BUSFAULT_KINDS; i++) {
        double p = plan.rate[i], sd = sqrt(20000 * p * (1 - p));
        assert_true(fabs((double)a.counts.kind[i] - 20000 * p) <= 5 * sd);
    }
    plan.rate[BUSFAULT_LATE] = 0;
    plan.rate[BUSFAULT_SHORT] = 0;
    plan.rate[BUSFAULT_SILENT] = 1;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(busfault_draw(&a).kind, BUSFAULT_SILENT);
}

/* What the master gets of each kind, a hundred draws each. */
static void check_rtu(enum busfault_kind kind, const uint8_t *f, size_t n)
{
    const bool crc = n > 3 && nila_crc(f, n) == 0;

    switch (kind) {
    case BUSFAULT_NONE:
    case BUSFAULT_LATE:
    case BUSFAULT_DUPLICATE:
        assert_true(n == 9 && crc && f[0] == 7);
        assert_memory_equal(f + 1, PDU, sizeof PDU);
        return;
    case BUSFAULT_WRONG_UNIT:
        assert_true(n == 9 && crc && f[0] == 8 && memcmp(f + 1, PDU, sizeof PDU) == 0);
        return;
    case BUSFAULT_WRONG_FUNCTION:
        assert_true(n == 9 && crc && f[0] == 7 && f[1] == 3);
        return;
    case BUSFAULT_WRONG_CRC:
        assert_true(n == 9 && !crc && memcmp(f + 1, PDU, sizeof PDU) == 0);
        return;
    case BUSFAULT_SHORT:
        assert_true(n >= 1 && n < 9);
        return;
    case BUSFAULT_OVERLONG:
        assert_true(n == 13 && crc && f[2] == 8 && memcmp(f + 3, PDU + 2, 4) == 0);
        return;
    case BUSFAULT_BABBLE:
        assert_true(n >= 1 && n <= 64);
        return;
    case BUSFAULT_EXCEPTION:
        assert_true(n == 5 && crc && f[1] == 0x84 && f[2] >= 1 && f[2] <= 11);
        return;
    case BUSFAULT_SILENT:
        assert_int_equal(n, 0);
        return;
    }
}

static void every_kind_is_what_it_says_on_a_line(void **state)
{
    (void)state;
    for (int kind = 0; kind <= BUSFAULT_KINDS; kind++) {
        unsigned differ = 0;
        uint8_t before[WIRE_MAX] = {0};
        for (uint64_t key = 0; key < 100; key++) {
            const struct busfault_hit h = {(enum busfault_kind)kind, key};
            uint8_t f[WIRE_MAX] = {0};
            check_rtu(h.kind, f, busfault_rtu(&h, 7, PDU, sizeof PDU, f));
            differ += memcmp(f, before, sizeof f) != 0;
            memcpy(before, f, sizeof f);
        }
        if (kind == BUSFAULT_BABBLE || kind == BUSFAULT_WRONG_CRC || kind == BUSFAULT_OVERLONG)
            assert_true(differ > 60); /* drawn, not fixed */
    }
}

static void every_kind_is_what_it_says_over_tcp(void **state)
{
    (void)state;
    for (int kind = 0; kind <= BUSFAULT_KINDS; kind++) {
        for (uint64_t key = 0; key < 100; key++) {
            const struct busfault_hit h = {(enum busfault_kind)kind, key};
            uint8_t f[WIRE_MAX] = {0}, line[WIRE_MAX] = {0};
            const size_t n = busfault_tcp(&h, HEAD, 7, PDU, sizeof PDU, f);
            const size_t rtu = busfault_rtu(&h, 7, PDU, sizeof PDU, line);
            if (kind == BUSFAULT_SHORT)
                assert_true(n >= 1 && n < 13);
            else if (kind == BUSFAULT_BABBLE || kind == BUSFAULT_SILENT)
                assert_int_equal(n, rtu);
            else
                assert_true(n == rtu + 4 && f[5] == n - 6 && f[4] == 0 &&
                            memcmp(f + 6, line, n - 6) == 0 &&
                            (memcmp(f, HEAD, 4) != 0) == (kind == BUSFAULT_WRONG_CRC));
        }
    }
}

static void the_longest_answer_stays_within_a_frame(void **state)
{
    uint8_t pdu[NILA_PDU_MAX] = {4, 250}, f[WIRE_MAX];
    const struct busfault_hit over = {BUSFAULT_OVERLONG, 1};

    (void)state;
    assert_int_equal(busfault_rtu(&over, 7, pdu, 252, f), 259);
    assert_int_equal(f[2], 254);
    assert_int_equal(busfault_tcp(&over, HEAD, 7, pdu, 252, f), 263);
    assert_true(f[4] == 1 && f[5] == 1);
    pdu[0] = 43; /* not registers: two bytes more */
    assert_int_equal(busfault_tcp(&over, HEAD, 7, pdu, 253, f), 262);
    for (uint64_t key = 0; key < 100; key++) {
        const struct busfault_hit late = {BUSFAULT_LATE, key};
        assert_in_range(busfault_late_ms(&late, 1000), 1050, 1501);
        assert_int_equal(busfault_late_ms(&over, 1000), 0);
    }
}

/* --- through the program --- */

static const char FARM[] =
    "{\"site\":{\"slug\":\"farm\",\"name\":\"Farm\",\"regency\":\"kotim\",\"kecamatan\":\"62.02."
    "06\"},\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"Kolam 1\",\"area_m2\":200,\"depth_m\":1.2}],"
    "\"buses\":[{\"slug\":\"a\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":0},\"timeout_ms\":300,"
    "\"devices\":[{\"slug\":\"node\",\"profile\":\"nila-node\",\"unit\":1,\"pond\":\"kolam-1\"}]},"
    "{\"slug\":\"b\",\"serial\":{\"port\":\"/dev/ttyS9\",\"baud\":115200},\"timeout_ms\":300,"
    "\"devices\":[{\"slug\":\"hach\",\"profile\":\"hach-ldo-aq\",\"unit\":247,\"pond\":\"kolam-1\"}"
    "]}],\"sinks\":[],\"journal\":{\"path\":\"/tmp/j.db\"},\"control\":{\"socket\":\"/tmp/c.sock\"}"
    "}";

static modbus_t *connected(const struct program *p, bool line)
{
    modbus_t *m = line ? modbus_new_rtu(p->link, 115200, 'N', 8, 1)
                       : modbus_new_tcp("127.0.0.1", program_port(p, "a"));

    assert_non_null(m);
    assert_int_equal(modbus_set_slave(m, line ? 247 : 1), 0);
    assert_int_equal(modbus_set_response_timeout(m, 0, 200000), 0);
    assert_int_equal(modbus_connect(m), 0);
    return m;
}

/* Asks once; between two questions what a fault left behind is read away. */
static int ask(modbus_t *m, bool line, uint16_t *r)
{
    return line ? modbus_read_registers(m, 0, 2, r) : modbus_read_input_registers(m, 40, 2, r);
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

/* One kind at rate 1: what libmodbus makes of it. */
static void libmodbus_sees_each_kind(void **state)
{
    static const struct {
        const char *kind;
        int line_errno, tcp_errno; /* 0: the answer is good; -1: any error */
    } T[] = {
        {"late", ETIMEDOUT, ETIMEDOUT},
        {"duplicate", 0, 0},
        {"wrong-unit", -1, 0 /* TCP: libmodbus does not look at it */},
        {"wrong-function", -1, -1},
        {"wrong-crc", EMBBADCRC, -1},
        {"short", -1, -1},
        {"overlong", -1, -1},
        {"babble", -1, -1},
        {"exception", -1, -1},
        {"silent", ETIMEDOUT, ETIMEDOUT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char option[64], want[64], *truth, *said;
        const char *extra[] = {"--bus-fault", option, NULL};
        struct program p;
        (void)snprintf(option, sizeof option, "%s:1", T[i].kind);
        printf("%s\n", T[i].kind);
        program_start(&p, FARM, extra);
        for (int line = 0; line < 2; line++) {
            const int expected = line ? T[i].line_errno : T[i].tcp_errno;
            modbus_t *m = connected(&p, line == 1);
            uint16_t r[2];
            int n;
            errno = 0;
            n = ask(m, line == 1, r);
            if (expected == 0 ? n != 2 : (n != -1 || (expected > 0 && errno != expected)))
                fail_msg("line %d: %d %s", line, n, modbus_strerror(errno));
            modbus_close(m);
            modbus_free(m);
        }
        program_end(&p, &said);
        truth = support_read(p.truth, NULL);
        (void)snprintf(want, sizeof want, ",a,1,4,40,2,fault:%s,", T[i].kind);
        assert_int_equal(count(truth, want), 1);
        (void)snprintf(want, sizeof want, ",b,247,3,0,2,fault:%s,0\n", T[i].kind);
        assert_int_equal(count(truth, want), 1);
        /* good values are logged where they left, and only there */
        assert_int_equal(count(truth, "\n"), i < 2 ? 5 : 3);
        (void)snprintf(want, sizeof want, "2 answers; bus faults: %s 2\n", T[i].kind);
        assert_non_null(strstr(said, want));
        (void)snprintf(want, sizeof want, "bus faults: %s:1; seed 3\n", T[i].kind);
        assert_non_null(strstr(said, want));
        free(truth);
        free(said);
        program_forget(&p);
    }
}

/* The value of a "NAME n" in what the program said at its end. */
static unsigned said_count(const char *said, const char *kind)
{
    char key[40];
    const char *at = strstr(said, " answers; bus faults: ");

    assert_non_null(at);
    (void)snprintf(key, sizeof key, " %s ", kind);
    at = strstr(at, key);
    assert_non_null(at);
    return (unsigned)strtoul(at + strlen(key), NULL, 10);
}

/* Do the registers stand on the truth log? */
static bool served(const char *truth, const char *where, const uint16_t r[2])
{
    char want[64];

    (void)snprintf(want, sizeof want, "%s%04x%04x,", where, r[0], r[1]);
    return strstr(truth, want) != NULL;
}

static void a_mixed_run_counts_what_it_logged_and_good_answers_are_true(void **state)
{
    static const char *const EXTRA[] = {
        "--bus-fault",
        "late:0.02,duplicate:0.1,wrong-crc:0.1,short:0.05,overlong:0.1,exception:0.1",
        "--bus-fault", "wrong-function:0.1,babble:0.05,silent:0.03", NULL};
    static const char *const KIND[] = {"late",           "duplicate", "wrong-crc",
                                       "short",          "overlong",  "exception",
                                       "wrong-function", "babble",    "silent"};
    uint16_t(*good)[2] = calloc(200, sizeof *good);
    unsigned goods = 0, asked = 0, faults = 0;
    char *truth, *said;
    struct program p;
    modbus_t *m;

    (void)state;
    assert_non_null(good);
    program_start(&p, FARM, EXTRA);
    m = connected(&p, true);
    for (; asked < 200; asked++) {
        if (ask(m, true, good[goods]) == 2) {
            goods++;
            continue;
        }
        for (struct pollfd w = {.fd = modbus_get_socket(m), .events = POLLIN};
             poll(&w, 1, 20) > 0;) /* what the fault left on the line */
            (void)modbus_flush(m);
    }
    modbus_close(m);
    modbus_free(m);
    program_end(&p, &said);
    truth = support_read(p.truth, NULL);
    for (size_t i = 0; i < sizeof KIND / sizeof KIND[0]; i++) {
        char want[64];
        (void)snprintf(want, sizeof want, ",fault:%s,", KIND[i]);
        assert_int_equal(count(truth, want), said_count(said, KIND[i]));
        faults += count(truth, want);
    }
    /* 0.65 of 200, five standard deviations */
    assert_in_range(faults, 130 - 34, 130 + 34);
    assert_true(goods >= 40);
    for (unsigned i = 0; i < goods; i++)
        assert_true(served(truth, ",b,247,3,0,2,", good[i]));
    print_message("%u asked, %u faults, %u good answers\n", asked, faults, goods);
    free(good);
    free(truth);
    free(said);
    program_forget(&p);
}

/* Late answers do not hold up the line: others are served meanwhile. */
static void a_late_answer_comes_after_the_next_is_served(void **state)
{
    static const char *const EXTRA[] = {"--bus-fault", "late:1", NULL};
    static const uint8_t ASK[] = {247, 3, 0, 0, 0, 1};
    struct program p;
    uint8_t in[64];
    size_t got = 0;
    modbus_t *m;

    (void)state;
    program_start(&p, FARM, EXTRA);
    m = connected(&p, true);
    for (int i = 0; i < 2; i++) {
        struct pollfd w = {.fd = modbus_get_socket(m), .events = POLLIN};
        assert_true(modbus_send_raw_request(m, ASK, sizeof ASK) > 0);
        assert_int_equal(poll(&w, 1, 50), 0); /* the second question is asked before an answer */
    }
    while (got < 14) {
        struct pollfd w = {.fd = modbus_get_socket(m), .events = POLLIN};
        ssize_t n;
        assert_true(poll(&w, 1, 5000) > 0);
        n = read(w.fd, in + got, sizeof in - got);
        assert_true(n > 0);
        got += (size_t)n;
    }
    assert_int_equal(got, 14);
    assert_int_equal(nila_crc(in, 7), 0);
    assert_int_equal(nila_crc(in + 7, 7), 0);
    modbus_close(m);
    modbus_free(m);
    program_end(&p, NULL);
    program_forget(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_kinds_and_rates),
        cmocka_unit_test(draws_at_the_given_rates_and_alike_for_one_seed),
        cmocka_unit_test(every_kind_is_what_it_says_on_a_line),
        cmocka_unit_test(every_kind_is_what_it_says_over_tcp),
        cmocka_unit_test(the_longest_answer_stays_within_a_frame),
        cmocka_unit_test(libmodbus_sees_each_kind),
        cmocka_unit_test(a_mixed_run_counts_what_it_logged_and_good_answers_are_true),
        cmocka_unit_test(a_late_answer_comes_after_the_next_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
