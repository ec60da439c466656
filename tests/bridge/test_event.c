/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <modbus.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "firmware-bridge/linux/event.h"
#include "firmware-bridge/linux/pond.h"
#include "tests/bridge/program.h"

/* A board with eight relays and eight inputs beside a node. */
static const char SITE[] =
    "{\"site\":{\"slug\":\"farm\",\"name\":\"Farm\",\"regency\":\"kotim\",\"kecamatan\":\"62.02."
    "06\"},\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"Kolam 1\",\"area_m2\":200,\"depth_m\":1.2}],"
    "\"buses\":[{\"slug\":\"a\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":0},\"devices\":["
    "{\"slug\":\"node-1\",\"profile\":\"nila-node\",\"unit\":1,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"papan\",\"profile\":\"lctech-relay\",\"unit\":2,\"pond\":null}]}],"
    "\"sinks\":[],\"journal\":{\"path\":\"/tmp/j.db\"},\"control\":{\"socket\":\"/tmp/c.sock\"}}";

static struct site *site(void)
{
    struct site *s;
    char why[300];

    if (site_load_memory(&s, "farm", SITE, strlen(SITE), why, sizeof why) != 0)
        fail_msg("%s", why);
    return s;
}

static void reads_its_forms_and_refuses_others(void **state)
{
    static const struct {
        const char *text;
        int rc;
    } EVENT[] = {{"kolam-1:crash:3600", 0},
                 {"kolam-1:crash:0:7200:0.5", 0},
                 {"kolam-1:aerator:0:60:2", 0},
                 {"kolam-1:power:10:20", 0},
                 {"kolam-1:crash", NILA_ERR_PARSE},
                 {"kolam-1:crash:soon", NILA_ERR_PARSE},
                 {"kolam-1:crash:1:2:3:4", NILA_ERR_PARSE},
                 {"kolam-9:crash:1", NILA_ERR_NOT_FOUND},
                 {"kolam-1:flood:1", NILA_ERR_NOT_FOUND},
                 {"kolam-1:crash:5:5", NILA_ERR_RANGE},
                 {"kolam-1:crash:-5", NILA_ERR_RANGE},
                 {"kolam-1:crash:0:9:1.1", NILA_ERR_RANGE},
                 {"kolam-1:power:0:9:1", NILA_ERR_RANGE},
                 {"kolam-1:acid:0:9:0.1", 0},
                 {"kolam-1:acid:0:9:0.9", NILA_ERR_RANGE},
                 {"kolam-1:turnover:0", 0},
                 {"kolam-1:smoke:0:9:1", 0},
                 {"kolam-1:smoke:0:9:1.1", NILA_ERR_RANGE}},
      CONTACT[] = {{"papan:0:closed", 0},
                   {"papan:63:open:1:2", 0},
                   {"papan:64:open", NILA_ERR_RANGE},
                   {"papan:x:open", NILA_ERR_PARSE},
                   {"papan:1:ajar", NILA_ERR_NOT_FOUND},
                   {"papan-9:1:open", NILA_ERR_NOT_FOUND},
                   {"papan:1", NILA_ERR_PARSE}},
      AERATOR[] = {{"kolam-1:papan:0", 0},
                   {"kolam-1:papan:7:1.5", 0},
                   {"kolam-1:papan:0:21", NILA_ERR_RANGE},
                   {"kolam-1:papan:0:1:1", NILA_ERR_PARSE},
                   {"kolam-2:papan:0", NILA_ERR_NOT_FOUND}};
    struct site *s = site();
    struct event e;
    struct contact c;
    struct aerator a;

    (void)state;
    for (size_t i = 0; i < sizeof EVENT / sizeof EVENT[0]; i++)
        if (event_parse(&e, EVENT[i].text, s, 1000) != EVENT[i].rc)
            fail_msg("%s", EVENT[i].text);
    for (size_t i = 0; i < sizeof CONTACT / sizeof CONTACT[0]; i++)
        if (contact_parse(&c, CONTACT[i].text, s) != CONTACT[i].rc)
            fail_msg("%s", CONTACT[i].text);
    for (size_t i = 0; i < sizeof AERATOR / sizeof AERATOR[0]; i++)
        if (aerator_parse(&a, AERATOR[i].text, s) != AERATOR[i].rc)
            fail_msg("%s", AERATOR[i].text);
    assert_int_equal(event_parse(&e, "kolam-1:crash:3600:7200", s, 1000), 0);
    assert_int_equal(e.what.from_ms, 3601000);
    assert_int_equal(e.what.to_ms, 7201000);
    assert_true(fabs(e.what.size - 0.9) < 1e-12);
    assert_int_equal(contact_parse(&c, "papan:0:closed:10:20", s), 0);
    assert_true(contact_closed(&c, 10) && !contact_closed(&c, 9.9) && !contact_closed(&c, 20));
    c.closed = false;
    assert_true(!contact_closed(&c, 10) && contact_closed(&c, 20));
    site_free(s);
}

/* The lowest oxygen from 18:00 to 07:00 under one event from 20:00 on; end: 07:00 of the third day, how it recovers. */
static double night(uint64_t seed, enum pond_system system, const struct pond_event *event,
                    double *noon_after)
{
    int64_t begin = civil_day_start(civil_day_of(2026, 11, 24)) + 18 * 3600000LL;
    struct pond_config c = {.slug = "kolam-1",
                            .system = system,
                            .depth_m = 1.2,
                            .seed = seed,
                            .event = event,
                            .events = event == NULL ? 0 : 1};
    struct pond *p = pond_new(&c, begin);
    double low = INFINITY;

    for (int minute = 0; minute <= 13 * 60; minute += 5) {
        pond_advance(p, begin + minute * 60000LL);
        low = fmin(low, pond_now(p).do_mg_l);
    }
    pond_advance(p, begin + 18 * 3600000LL);
    if (noon_after != NULL)
        *noon_after = pond_now(p).do_mg_l;
    assert_true(pond_now(p).do_mg_l >= 0);
    pond_free(p);
    return low;
}

static void events_do_to_the_oxygen_what_they_say(void **state)
{
    int64_t at = civil_day_start(civil_day_of(2026, 11, 24)) + 20 * 3600000LL;
    struct pond_event crash = {POND_EVENT_CRASH, at, at + 12 * 3600000LL, 0.9};
    struct pond_event aerator = {POND_EVENT_AERATOR, at, at + 12 * 3600000LL, 0.8};
    struct pond_event power = {POND_EVENT_POWER, at, at + 6 * 3600000LL, 0};
    int bad = 0, n = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        double noon, noon_crash;
        double calm = night(seed, POND_SYSTEM_TARPAULIN, NULL, &noon);
        double low = night(seed, POND_SYSTEM_TARPAULIN, &crash, &noon_crash);
        double blown = night(seed, POND_SYSTEM_TARPAULIN, &aerator, NULL);
        if (low >= calm || noon_crash >= noon || blown <= calm)
            fail_msg("seed %d: lowest %g, crash %g, aerator %g; noon %g, after the crash %g",
                     (int)seed, calm, low, blown, noon, noon_crash);
        bad += low < 1.0 ? 1 : 0;
        n++;
        /* a biofloc tank without its blower is empty of oxygen within the hour or two */
        calm = night(seed, POND_SYSTEM_BIOFLOC, NULL, NULL);
        low = night(seed, POND_SYSTEM_BIOFLOC, &power, NULL);
        if (low > 0.5 || calm < 2.5)
            fail_msg("seed %d: biofloc %g, without power %g", (int)seed, calm, low);
    }
    print_message("a crash from 20:00 on: below 1 mg/L in %d of %d ponds\n", bad, n);
    assert_true(bad >= n * 3 / 4);
}

static void what_was_not_told_does_not_happen(void **state)
{
    int64_t at = civil_day_start(civil_day_of(2026, 12, 24));
    struct pond_event later = {POND_EVENT_CRASH, at, at + 1, 0.9};

    (void)state;
    assert_true(night(5, POND_SYSTEM_POND, &later, NULL) == night(5, POND_SYSTEM_POND, NULL, NULL));
}

static modbus_t *board(const struct program *p)
{
    const char *port = strstr(p->text, "\"port\":");
    modbus_t *m;

    assert_non_null(port);
    m = modbus_new_tcp("127.0.0.1", atoi(port + 7));
    assert_non_null(m);
    (void)modbus_set_slave(m, 2);
    assert_int_equal(modbus_connect(m), 0);
    return m;
}

/* Thousandths of mg/L as node 1 says; the board is asked again afterwards. */
static int oxygen(modbus_t *m)
{
    uint16_t r[2];

    (void)modbus_set_slave(m, 1);
    assert_int_equal(modbus_read_input_registers(m, NILA_REG_CHANNEL(1) + NILA_CH_VALUE, 2, r), 2);
    (void)modbus_set_slave(m, 2);
    return (int)((uint32_t)r[0] << 16 | r[1]);
}

static void a_relay_drives_the_aerator_and_inputs_follow_the_clock(void **state)
{
    /* so many fish that the oxygen lies far below saturation at any hour */
    static const char *const EXTRA[] = {
        "--aerator", "kolam-1:papan:0:20",   "--contact", "papan:1:closed",
        "--contact", "papan:2:closed:5000",  "--noise",   "off",
        "--set",     "kolam-1:fish_kg_m2=8", NULL};
    struct program p;
    uint8_t in[8];
    int before, now;
    modbus_t *m;
    int64_t until;

    (void)state;
    program_start(&p, SITE, EXTRA);
    m = board(&p);
    assert_int_equal(modbus_read_input_bits(m, 0, 8, in), 8);
    assert_memory_equal(in, ((const uint8_t[]){0, 1, 0, 0, 0, 0, 0, 0}), 8);
    before = oxygen(m);
    assert_int_equal(modbus_write_bit(m, 0, 1), 1);
    /* 20 an hour is a third of the way to saturation each minute */
    until = clock_mono_ms() + 90000;
    do {
        clock_sleep_until(clock_mono_ms() + 250);
        now = oxygen(m);
    } while (now - before < 30 && clock_mono_ms() < until);
    print_message("oxygen %d -> %d thousandths of mg/L\n", before, now);
    assert_true(now - before >= 30);
    modbus_close(m);
    modbus_free(m);
    program_end(&p, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_its_forms_and_refuses_others),
        cmocka_unit_test(events_do_to_the_oxygen_what_they_say),
        cmocka_unit_test(what_was_not_told_does_not_happen),
        cmocka_unit_test(a_relay_drives_the_aerator_and_inputs_follow_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
