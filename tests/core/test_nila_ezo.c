/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An EZO circuit, played against the driver. */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "firmware-bridge/core/nila_ezo.h"

struct circuit {
    const char *reading; /* what R says, with all its CRs; NULL: silence */
    const char *before;  /* sent in front of each answer */
    bool refuses;        /* *ER to everything but R */
    char heard[400];     /* commands, one after the other, "|" between */
    char line[40];
    size_t n;
    bool on;
};

static const struct nila_ezo_water WATER = {28100, 0, 100950};

static void send(struct nila_ezo *e, const char *text)
{
    while (*text != '\0')
        nila_ezo_byte(e, (uint8_t)*text++);
}

static void hear(struct circuit *c, struct nila_ezo *e)
{
    uint8_t byte;

    while (nila_ezo_take(e, &byte)) {
        if (byte != '\r') {
            assert_true(c->n < sizeof c->line - 1);
            c->line[c->n++] = (char)byte;
            continue;
        }
        c->line[c->n] = '\0';
        c->n = 0;
        const size_t at = strlen(c->heard);
        const int more = snprintf(c->heard + at, sizeof c->heard - at, "%s|", c->line);
        assert_true(more > 0 && (size_t)more < sizeof c->heard - at);
        if (c->before != NULL)
            send(e, c->before);
        if (strcmp(c->line, "R") != 0)
            send(e, c->refuses ? "*ER\r" : "*OK\r");
        else if (c->reading != NULL)
            send(e, c->reading);
    }
}

static int32_t ask(struct nila_ezo *e, struct circuit *c, const struct nila_ezo_water *w,
                   uint16_t *q)
{
    c->heard[0] = '\0';
    nila_ezo_ask(e, w);
    for (int ms = 0; nila_ezo_busy(e); ms += 10) {
        assert_true(ms < 40000);
        hear(c, e);
        nila_ezo_tick(e, 10);
    }
    return nila_ezo_result(e, q);
}

static void a_new_circuit_is_set_up_then_only_asked(void **state)
{
    static const struct {
        enum nila_ezo_kind kind;
        const char *first, *second;
    } T[] = {
        {NILA_EZO_DO, "*OK,1|C,0|O,mg,1|O,%,0|T,28.10|S,0.00,ppt|P,100.95|R|", "R|"},
        {NILA_EZO_PH, "*OK,1|C,0|T,28.10|R|", "R|"},
        {NILA_EZO_EC, "*OK,1|C,0|O,EC,1|O,TDS,0|O,S,0|O,SG,0|T,25.0|R|", "R|"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_ezo e;
        struct circuit c = {.reading = "7.12\r*OK\r"};
        uint16_t q;
        nila_ezo_init(&e, T[i].kind);
        assert_int_equal(nila_ezo_result(&e, &q), NILA_MISSING);
        assert_int_equal(q, NILA_Q_ABSENT);
        assert_int_equal(ask(&e, &c, &WATER, &q), 7120);
        assert_string_equal(c.heard, T[i].first);
        assert_int_equal(q, NILA_Q_VALID);
        assert_int_equal(ask(&e, &c, &WATER, &q), 7120);
        assert_string_equal(c.heard, T[i].second);
    }
}

static void a_changed_water_is_told_and_an_unknown_one_not(void **state)
{
    struct nila_ezo e;
    struct circuit c = {.reading = "7.12\r*OK\r"};
    struct nila_ezo_water w = WATER;
    uint16_t q;

    (void)state;
    nila_ezo_init(&e, NILA_EZO_DO);
    ask(&e, &c, &w, &q);
    w.temp_x1000 = -5; /* rounds to 0.00 or -0.01, never to nonsense */
    w.sal_x1000 = 35123;
    w.baro_pa_x1000 = NILA_MISSING;
    ask(&e, &c, &w, &q);
    assert_string_equal(c.heard, "T,-0.01|S,35.12,ppt|R|");
}

static void readings_as_they_come(void **state)
{
    static const struct {
        const char *says, *reading;
        int32_t value;
        uint16_t quality;
    } T[] = {
        {"plain", "8.09\r*OK\r", 8090, NILA_Q_VALID},
        {"CR LF", "8.09\r\n*OK\r\n", 8090, NILA_Q_VALID},
        {"several outputs: the first", "8.09,97.3\r*OK\r", 8090, NILA_Q_VALID},
        {"no decimals", "12\r*OK\r", 12000, NILA_Q_VALID},
        {"five decimals are rounded", "0.12346\r*OK\r", 123, NILA_Q_VALID},
        {"and up", "0.1236\r*OK\r", 124, NILA_Q_VALID},
        {"empty lines", "\r\r\r8.09\r\r*OK\r", 8090, NILA_Q_VALID},
        {"*OK lost", "8.09\r", 8090, NILA_Q_VALID},
        {"an old *OK in front", "*OK\r8.09\r*OK\r", 8090, NILA_Q_VALID},
        {"over voltage said in between", "*OV\r8.09\r*OK\r", 8090, NILA_Q_VALID},
        {"junk line in front", "\x80\xff#\r8.09\r*OK\r", 8090, NILA_Q_VALID},
        {"overlong line in front", "1111111111111111111111111111111111111111111111111\r8.09\r*OK\r",
         8090, NILA_Q_VALID},
        {"zero is a reading", "0.00\r*OK\r", 0, NILA_Q_VALID},
        {"words", "check probe\r*OK\r", NILA_MISSING, NILA_Q_ABSENT},
        {"refused", "*ER\r", NILA_MISSING, NILA_Q_ABSENT},
        {"refused after a number", "8.09\r*ER\r", NILA_MISSING, NILA_Q_ABSENT},
        {"only *OK", "*OK\r", NILA_MISSING, NILA_Q_ABSENT},
        {"half a number", "8.", NILA_MISSING, NILA_Q_ABSENT},
        {"two points", "8.0.9\r*OK\r", NILA_MISSING, NILA_Q_ABSENT},
        {"a sign alone", "-\r*OK\r", NILA_MISSING, NILA_Q_ABSENT},
        {"a point alone", ".\r*OK\r", NILA_MISSING, NILA_Q_ABSENT},
        {"a comma first", ",8.09\r*OK\r", NILA_MISSING, NILA_Q_ABSENT},
        {"negative oxygen", "-1.00\r*OK\r", NILA_MISSING, NILA_Q_RANGE},
        {"impossible oxygen", "400.1\r*OK\r", NILA_MISSING, NILA_Q_RANGE},
        {"more digits than a number has", "9999999999999\r*OK\r", NILA_MISSING, NILA_Q_ABSENT},
        {"too large for a register", "99999999\r*OK\r", NILA_MISSING, NILA_Q_ABSENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_ezo e;
        struct circuit c = {.reading = T[i].reading};
        uint16_t q;
        int32_t v;
        nila_ezo_init(&e, NILA_EZO_DO);
        v = ask(&e, &c, &WATER, &q);
        if (v != T[i].value || q != T[i].quality)
            fail_msg("%s: %d, quality %x", T[i].says, v, q);
        c.reading = "5.55\r*OK\r"; /* and the next is right again */
        if (ask(&e, &c, &WATER, &q) != 5550)
            fail_msg("%s: the reading after it is lost", T[i].says);
    }
}

static void silence_is_absence_and_the_circuit_is_set_up_anew_when_it_comes_back(void **state)
{
    struct nila_ezo e;
    struct circuit c = {.reading = "6.00\r*OK\r"};
    uint16_t q;

    (void)state;
    nila_ezo_init(&e, NILA_EZO_PH);
    assert_int_equal(ask(&e, &c, &WATER, &q), 6000);
    c.reading = NULL;
    assert_int_equal(ask(&e, &c, &WATER, &q), NILA_MISSING);
    assert_int_equal(q, NILA_Q_ABSENT);
    assert_string_equal(c.heard, "R|R|");
    c.reading = "6.01\r*OK\r";
    assert_int_equal(ask(&e, &c, &WATER, &q), 6010);
    assert_string_equal(c.heard, "*OK,1|C,0|T,28.10|R|");
}

static void an_old_firmware_that_refuses_the_set_up_is_still_read(void **state)
{
    struct nila_ezo e;
    struct circuit c = {.reading = "6.00\r*OK\r", .refuses = true};
    uint16_t q;

    (void)state;
    nila_ezo_init(&e, NILA_EZO_DO);
    assert_int_equal(ask(&e, &c, &WATER, &q), 6000);
    assert_int_equal(e.errors, 7);
    ask(&e, &c, &WATER, &q);
    assert_string_equal(c.heard, "R|"); /* and is not asked again each time */
}

/* A circuit in continuous mode, as it leaves the factory, talks at any time. */
static void a_number_nobody_asked_for_is_not_taken(void **state)
{
    struct nila_ezo e;
    struct circuit c = {.reading = "6.00\r*OK\r", .before = "9.99\r"};
    uint16_t q;

    (void)state;
    nila_ezo_init(&e, NILA_EZO_PH);
    send(&e, "3.33\r3.34\r3.3");
    nila_ezo_ask(&e, &WATER);
    send(&e, "5\r*OK\r"); /* the tail of a late answer, while it waits for quiet */
    c.before = NULL;
    for (int ms = 0; nila_ezo_busy(&e); ms += 10) {
        hear(&c, &e);
        nila_ezo_tick(&e, 10);
    }
    assert_int_equal(nila_ezo_result(&e, &q), 6000);
    send(&e, "9.99\r*OK\r");
    assert_int_equal(nila_ezo_result(&e, &q), 6000);
}

static void a_restart_in_the_middle_begins_anew_and_a_weak_supply_ends(void **state)
{
    struct nila_ezo e;
    struct circuit c = {.reading = "6.00\r*OK\r"};
    uint16_t q;

    (void)state;
    nila_ezo_init(&e, NILA_EZO_PH);
    ask(&e, &c, &WATER, &q);
    send(&e, "*RS\r*RE\r");
    assert_int_equal(ask(&e, &c, &WATER, &q), 6000);
    assert_string_equal(c.heard, "*OK,1|C,0|T,28.10|R|");
    c.reading = "*RS\r"; /* measuring pulls it down */
    assert_int_equal(ask(&e, &c, &WATER, &q), NILA_MISSING);
    assert_int_equal(q, NILA_Q_ABSENT);
}

/* Whatever comes: no crash, no endless round, and no value but from a line that is a number. */
static void random_bytes_end_in_no_value(void **state)
{
    uint32_t seed = 7;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct nila_ezo e;
        uint16_t q;
        int ms = 0;
        nila_ezo_init(&e, (enum nila_ezo_kind)(round % 3));
        nila_ezo_ask(&e, &WATER);
        while (nila_ezo_busy(&e) && ms < 60000) {
            uint8_t byte;
            while (nila_ezo_take(&e, &byte))
                ;
            for (int i = 0; i < 20; i++) {
                seed = seed * 1664525 + 1013904223;
                byte = (uint8_t)(seed >> 24);
                if (byte < '0' || byte > '9') /* junk, CR, star: no digits */
                    nila_ezo_byte(&e, byte % 8 == 0 ? '\r' : byte);
            }
            nila_ezo_tick(&e, 20);
            ms += 20;
        }
        assert_false(nila_ezo_busy(&e));
        assert_int_equal(nila_ezo_result(&e, &q), NILA_MISSING);
        assert_int_equal(q & NILA_Q_VALID, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_circuit_is_set_up_then_only_asked),
        cmocka_unit_test(a_changed_water_is_told_and_an_unknown_one_not),
        cmocka_unit_test(readings_as_they_come),
        cmocka_unit_test(silence_is_absence_and_the_circuit_is_set_up_anew_when_it_comes_back),
        cmocka_unit_test(an_old_firmware_that_refuses_the_set_up_is_still_read),
        cmocka_unit_test(a_number_nobody_asked_for_is_not_taken),
        cmocka_unit_test(a_restart_in_the_middle_begins_anew_and_a_weak_supply_ends),
        cmocka_unit_test(random_bytes_end_in_no_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
