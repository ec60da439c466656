/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The manners of imitated devices, request by request, on the profiles of the folder. */
#include "tests/support/support.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/linux/persona.h"
#include "firmware-bridge/linux/pond.h"
#include "firmware-bridge/linux/quantities.h"
#include "firmware-bridge/linux/rng.h"

#define DEVICES "collector/devices"
#define UNIT    200

struct imitation {
    struct profile *p;
    struct persona *d;
};

static struct imitation imitate(const char *id)
{
    struct imitation m = {0};
    char why[512] = "";

    if (profile_load(&m.p, DEVICES, id, why, sizeof why) != 0)
        fail_msg("%s", why);
    m.d = persona_new(m.p, UNIT, 0x12ABCDEF, 1000);
    return m;
}

static struct imitation imitate_text(const char *text)
{
    struct imitation m = {0};
    char why[512] = "";

    if (profile_load_memory(&m.p, "x.json", text, strlen(text), why, sizeof why) != 0)
        fail_msg("%s", why);
    m.d = persona_new(m.p, UNIT, 0x12ABCDEF, 1000);
    return m;
}

static void forget(struct imitation *m)
{
    persona_free(m->d);
    profile_free(m->p);
}

/* Every measurement gets its place in the list as value: 1, 2, 3 ... */
static void measure(struct imitation *m)
{
    struct sim_channel ch[SIM_CHANNELS_MAX] = {{0}};
    const int n = (int)(m->p->n + m->p->spares);

    for (int i = 0; i < n; i++)
        ch[i].value = 1 + i;
    persona_take(m->d, ch, n);
}

static size_t unhex(uint8_t *out, const char *hex)
{
    size_t n = 0;

    for (; *hex != '\0'; hex++) {
        unsigned byte;
        if (*hex == ' ')
            continue;
        assert_int_equal(sscanf(hex, "%2x", &byte), 1);
        out[n++] = (uint8_t)byte;
        hex++;
    }
    return n;
}

static void hexed(char *out, const uint8_t *p, size_t n)
{
    *out = '\0';
    for (size_t i = 0; i < n; i++)
        (void)sprintf(out + 3 * i, "%02x ", p[i]);
    if (n > 0)
        out[3 * n - 1] = '\0';
}

/* The answer as hexadecimal, "" for silence. */
static struct nila_answer ask(struct persona *d, const char *request, int64_t now_ms, char *answer)
{
    uint8_t in[300], out[NILA_PDU_MAX];
    size_t n = unhex(in, request);
    struct nila_answer a = persona_serve(d, in, n, now_ms, out);

    assert_true(a.n <= NILA_PDU_MAX);
    hexed(answer, out, a.n);
    if (a.n > 0) {
        assert_int_equal(a.unit, UNIT);
        assert_null(a.node);
    }
    return a;
}

struct exchange {
    const char *says, *profile, *request, *answer;
};

/* After one measurement 1, 2, 3 ... */
static void check(const struct exchange *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct imitation m = imitate(t[i].profile);
        char answer[3 * NILA_PDU_MAX + 1];
        measure(&m);
        (void)ask(m.d, t[i].request, 2000, answer);
        if (strcmp(answer, t[i].answer) != 0)
            fail_msg("%s: %s, expected %s", t[i].says, answer, t[i].answer);
        forget(&m);
    }
}

static void values_stand_where_and_as_the_profile_says(void **state)
{
    static const struct exchange T[] = {
        {"s16 x 0.001", "hach-ldo-aq", "03 00 00 00 02", "03 04 03 e8 00 c8"},
        {"u16 in its own place", "hach-ldo-aq", "03 00 0b 00 01", "03 02 00 03"},
        {"f32 ABCD by function 4", "eastron-sdm", "04 00 00 00 02", "04 04 3f 80 00 00"},
        {"f32 DCBA", "yosemitech-y532", "03 28 00 00 02", "03 04 00 00 80 3f"},
        {"kPa from bar", "keller-acculevel", "03 01 00 00 02", "03 04 3c 23 d7 0a"},
        {"u32 low word first", "peacefair-pzem-004t", "04 00 01 00 02", "04 04 07 d0 00 00"},
        {"half of a value", "peacefair-pzem-004t", "04 00 01 00 01", "04 02 07 d0"},
        /* the spares come after the four metrics: frequency is the 5th */
        {"one without a metric", "peacefair-pzem-004t", "04 00 07 00 01", "04 02 00 32"},
        {"an order nobody verified, in a block", "hamilton-arc-ph", "03 08 29 00 0a",
         "03 14 00 00 00 00 3f 80 00 00 00 00 00 00 00 00 00 00 00 00 00 00"},
        {"order by a register", "supmea-ph8", "03 00 01 00 04", "03 08 3f 80 00 00 40 40 00 00"},
        {"mode and order registers", "supmea-ph8", "03 00 24 00 02", "03 04 00 01 00 00"},
        {"a block with what lies between", "rika-ph", "03 00 00 00 06",
         "03 0c 3f 80 00 00 00 00 00 00 40 00 00 00"},
        {"a quality word when all is well", "insitu-rdo-pro", "03 00 29 00 01", "03 02 00 00"},
        {"what unit it measures in", "insitu-rdo-pro", "03 00 27 00 01", "03 02 00 75"},
        {"who it is, text", "hach-ldo-aq", "03 00 04 00 06",
         "03 0c 53 49 4d 31 32 41 42 43 44 45 46 00"},
        {"who it is, number", "keller-acculevel", "03 02 02 00 02", "03 04 12 ab cd ef"},
        {"its unit id", "keller-acculevel", "03 02 0d 00 01", "03 02 00 c8"},
        {"its unit id, first byte", "yosemitech-y532", "03 30 00 00 01", "03 02 c8 00"},
        {"time since the start", "xylem-odo-rtu", "04 00 0a 00 02", "04 04 00 00 03 e8"},
    };

    (void)state;
    check(T, sizeof T / sizeof T[0]);
}

static void what_the_device_does_not_do_is_refused_as_it_does_it(void **state)
{
    static const struct exchange T[] = {
        {"another function", "keller-acculevel", "01 00 00 00 01", "81 01"},
        {"identification", "keller-acculevel", "2b 0e 01 00", "ab 01"},
        {"no such register", "keller-acculevel", "03 00 00 00 01", "83 02"},
        {"the other function", "keller-acculevel", "04 01 00 00 02", "84 02"},
        {"one register too many", "keller-acculevel", "03 01 00 00 05", "83 02"},
        {"a gap", "eastron-sdm", "04 00 00 00 08", "84 02"},
        {"beyond the last address", "keller-acculevel", "03 ff ff 00 02", "83 02"},
        {"nothing", "keller-acculevel", "03 01 00 00 00", "83 03"},
        {"more than Modbus allows", "keller-acculevel", "03 01 00 00 7e", "83 03"},
        {"more than the device allows", "eastron-sdm", "04 00 00 00 51", "84 03"},
        {"a request cut short", "keller-acculevel", "03 01 00 00", "83 03"},
        {"a request too long", "keller-acculevel", "03 01 00 00 02 00", "83 03"},
        {"an odd address", "xylem-odo-rtu", "04 00 01 00 02", "84 02"},
        {"an odd count", "xylem-odo-rtu", "04 00 00 00 03", "84 02"},
        {"even ones", "xylem-odo-rtu", "04 00 00 00 02", "04 04 3f 80 00 00"},
        {"a part of a whole block", "rika-ph", "03 00 00 00 02", "83 02"},
        {"a part of one of several blocks", "hamilton-arc-ph", "03 08 2b 00 02", "83 02"},
        {"a block and more", "rika-ph", "03 00 00 00 07", "83 02"},
        {"outside, silent", "yosemitech-y532", "03 00 00 00 01", ""},
        {"a write outside, silent", "yosemitech-y532", "06 00 00 00 01", ""},
        {"a write outside", "hach-ldo-aq", "06 00 00 00 01", "86 02"},
        {"a setting out of its range", "hach-ldo-aq", "06 00 0c 13 89", "86 03"},
        {"one write of several, cut short", "hach-ldo-aq", "10 00 0c 00 02 04 00 01", "90 03"},
        {"an action", "yosemitech-y510", "10 31 00 00 00 00", "10 31 00 00 00"},
        {"a write of nothing elsewhere", "yosemitech-y510", "10 12 00 00 00 00", "90 03"},
        {"a relay's registers", "lctech-relay", "03 00 00 00 01", "83 02"},
        {"relays that cannot be read", "lctech-relay", "01 00 00 00 08", "81 01"},
        {"more relays than there are", "waveshare-relay-8", "01 00 00 00 09", "81 02"},
        {"no relays", "waveshare-relay-8", "01 00 00 00 00", "81 03"},
        {"inputs", "lctech-relay", "02 00 00 00 08", "02 01 00"},
        {"a relay beside the board", "waveshare-relay-8", "05 00 08 ff 00", "85 02"},
        {"half on", "waveshare-relay-8", "05 00 00 80 00", "85 03"},
        {"relays, cut short", "waveshare-relay-8", "0f 00 00 00 08 02 ff", "8f 03"},
        {"one relay too many", "waveshare-relay-8", "0f 00 01 00 08 01 ff", "8f 02"},
    };

    (void)state;
    check(T, sizeof T / sizeof T[0]);
}

static void a_setting_is_held_and_half_a_write_is_none(void **state)
{
    struct imitation m = imitate("hach-ldo-aq");
    char answer[3 * NILA_PDU_MAX + 1];

    (void)state;
    (void)ask(m.d, "06 00 0c 00 64", 0, answer);
    assert_string_equal(answer, "06 00 0c 00 64");
    (void)ask(m.d, "10 00 0c 00 02 04 00 07 01 00", 0,
              answer); /* 256 is above the salinity's 250 */
    assert_string_equal(answer, "90 03");
    (void)ask(m.d, "03 00 0c 00 02", 0, answer);
    assert_string_equal(answer, "03 04 00 64 00 00");
    (void)ask(m.d, "10 00 0c 00 02 04 00 07 00 fa", 0, answer);
    assert_string_equal(answer, "10 00 0c 00 02");
    (void)ask(m.d, "03 00 0c 00 02", 0, answer);
    assert_string_equal(answer, "03 04 00 07 00 fa");
    measure(&m); /* and survives the next measurement */
    (void)ask(m.d, "03 00 0c 00 02", 0, answer);
    assert_string_equal(answer, "03 04 00 07 00 fa");
    forget(&m);
}

static void what_the_truth_log_needs_is_told(void **state)
{
    struct imitation m = imitate("keller-acculevel");
    char answer[3 * NILA_PDU_MAX + 1];
    struct nila_answer a;

    (void)state;
    a = ask(m.d, "03 01 02 00 02", 0, answer);
    assert_true(a.function == 3 && a.first == 258 && a.count == 2 && a.exception == 0);
    a = ask(m.d, "03 00 02 00 02", 0, answer);
    assert_true(a.function == 3 && a.count == 0 && a.exception == 2);
    assert_int_equal(persona_serve(m.d, (const uint8_t *)"", 0, 0, (uint8_t[NILA_PDU_MAX]){0}).n,
                     0);
    forget(&m);
}

static void measures_only_once_it_was_told_and_has_settled(void **state)
{
    static const struct {
        const char *says, *profile, *wrong, *start, *echo, *read, *zero, *value;
        int settle_ms;
    } T[] = {
        {"by a read", "yosemitech-y504", "03 2e 00 00 01", "03 25 00 00 01", "03 02 00 00",
         "03 26 04 00 02", "03 04 00 00 00 00", "03 04 00 00 40 40", 8000},
        {"by a read of nothing", "yosemitech-y504", "03 2e 00 00 01", "03 25 00 00 00", "03 00",
         "03 26 04 00 02", "03 04 00 00 00 00", "03 04 00 00 40 40", 8000},
        {"by a write of nothing", "yosemitech-y520", "10 1c 01 00 00 00", "10 1c 00 00 00 00",
         "10 1c 00 00 00", "03 26 00 00 02", "03 04 00 00 00 00", "03 04 00 00 80 3f", 10000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct imitation m = imitate(T[i].profile);
        char answer[3 * NILA_PDU_MAX + 1];
        printf("%s\n", T[i].says);
        measure(&m);
        (void)ask(m.d, T[i].read, 5000, answer);
        assert_string_equal(answer, T[i].zero);
        (void)ask(m.d, T[i].wrong, 6000, answer);
        assert_string_not_equal(answer, T[i].echo);
        (void)ask(m.d, T[i].read, 90000, answer);
        assert_string_equal(answer, T[i].zero);
        (void)ask(m.d, T[i].start, 100000, answer);
        assert_string_equal(answer, T[i].echo);
        if (T[i].settle_ms > 0) {
            (void)ask(m.d, T[i].read, 100000 + T[i].settle_ms - 1, answer);
            assert_string_equal(answer, T[i].zero);
        }
        (void)ask(m.d, T[i].start, 100000 + T[i].settle_ms, answer); /* again: nothing anew */
        (void)ask(m.d, T[i].read, 100000 + T[i].settle_ms, answer);
        assert_string_equal(answer, T[i].value);
        forget(&m);
    }
}

static void measures_once_for_each_command(void **state)
{
    struct imitation m = imitate("supmea-do7016");
    char answer[3 * NILA_PDU_MAX + 1];
    struct sim_channel ch[SIM_CHANNELS_MAX] = {{.value = 28}, {.value = 80}, {.value = 5}};

    (void)state;
    assert_int_equal(persona_needs(m.d, 1000), PERSONA_NEEDS_NOTHING);
    (void)ask(m.d, "03 00 57 00 02", 1000, answer);
    assert_string_equal(answer, "03 04 00 00 00 00");
    (void)ask(m.d, "06 00 01 00 07", 1000, answer); /* not the command */
    assert_string_equal(answer, "86 02");
    assert_int_equal(persona_needs(m.d, 90000), PERSONA_NEEDS_NOTHING);
    (void)ask(m.d, "06 00 01 00 0f", 100000, answer);
    assert_string_equal(answer, "06 00 01 00 0f");
    (void)ask(m.d, "03 00 a4 00 01", 100000, answer); /* how long to wait: 300 ms */
    assert_string_equal(answer, "03 02 01 2c");
    assert_int_equal(persona_needs(m.d, 100299), PERSONA_NEEDS_NOTHING);
    assert_int_equal(persona_needs(m.d, 100300), PERSONA_NEEDS_NOW);
    persona_take(m.d, ch, 3);
    assert_int_equal(persona_needs(m.d, 100301), PERSONA_NEEDS_NOTHING);
    (void)ask(m.d, "03 00 57 00 02", 100301, answer);
    assert_string_equal(answer, "03 04 40 a0 00 00");
    (void)ask(m.d, "06 00 01 00 0f", 200000, answer); /* again; the old value stays meanwhile */
    (void)ask(m.d, "03 00 57 00 02", 200001, answer);
    assert_string_equal(answer, "03 04 40 a0 00 00");
    assert_int_equal(persona_needs(m.d, 200300), PERSONA_NEEDS_NOW);
    forget(&m);
}

static void order_and_mode_are_settings_that_hold_from_the_next_measurement(void **state)
{
    struct imitation m = imitate("supmea-ph8");
    char answer[3 * NILA_PDU_MAX + 1];

    (void)state;
    measure(&m);
    (void)ask(m.d, "06 00 24 00 04", 0, answer);
    assert_string_equal(answer, "06 00 24 00 04");
    (void)ask(m.d, "06 00 25 00 01", 0, answer);
    (void)ask(m.d, "03 00 01 00 04", 0, answer);
    assert_string_equal(answer, "03 08 3f 80 00 00 40 40 00 00");
    measure(&m); /* DCBA, and the redox of 2 in the place of the pH of 1 */
    (void)ask(m.d, "03 00 01 00 04", 0, answer);
    assert_string_equal(answer, "03 08 00 00 00 40 00 00 40 40");
    (void)ask(m.d, "06 00 24 00 09", 0, answer); /* a code of no order: as it came */
    measure(&m);
    (void)ask(m.d, "03 00 01 00 02", 0, answer);
    assert_string_equal(answer, "03 04 40 00 00 00");
    forget(&m);
}

static void decimals_masked_states_and_identities_are_held(void **state)
{
    static const char TEXT[] =
        "{\"schema\":\"device/1\",\"id\":\"p\",\"maker\":\"m\",\"model\":\"m\",\"addresses\":"
        "\"zero-based PDU addresses\",\"serial\":null,\"default_unit\":null,\"measurements\":["
        "{\"name\":\"ph\",\"metric\":\"ph\",\"unit\":\"pH\",\"function\":3,\"address\":0,\"type\":"
        "\"u16\",\"decimals\":5},"
        "{\"name\":\"s\",\"metric\":\"do_sat_pct\",\"unit\":\"%\",\"function\":3,\"address\":1,"
        "\"type\":\"f32\",\"order\":\"ABCD\",\"fraction\":true}],"
        "\"status\":[{\"name\":\"e\",\"function\":3,\"address\":6,\"mask\":12,\"ok\":4,\"of\":["
        "\"ph\"]}],"
        "\"identity\":[{\"name\":\"who\",\"function\":3,\"address\":8,\"count\":3,\"type\":"
        "\"ascii\","
        "\"pattern\":\"PH?*\"},{\"name\":\"no\",\"function\":3,\"address\":11,\"value\":513}]}";
    struct imitation m = imitate_text(TEXT);
    struct sim_channel ch[SIM_CHANNELS_MAX] = {{.value = 7.25}, {.value = 87.5}};
    char answer[3 * NILA_PDU_MAX + 1];

    (void)state;
    persona_take(m.d, ch, 2);
    (void)ask(m.d, "03 00 00 00 03", 0, answer); /* 725, and 0.875 */
    assert_string_equal(answer, "03 06 02 d5 3f 60 00 00");
    (void)ask(m.d, "03 00 05 00 02", 0, answer); /* two decimals; well */
    assert_string_equal(answer, "03 04 00 02 00 04");
    (void)ask(m.d, "03 00 08 00 04", 0, answer);
    assert_string_equal(answer, "03 08 50 48 30 00 00 00 02 01");
    for (unsigned i = 0; i < m.p->identities; i++) {
        const uint16_t who[] = {0x5048, 0x3000, 0}, no[] = {513};
        assert_true(profile_identity_fits(&m.p->identity[i], i == 0 ? who : no));
    }
    ch[1].value = NAN; /* the state speaks of the pH alone */
    persona_take(m.d, ch, 2);
    (void)ask(m.d, "03 00 06 00 01", 0, answer);
    assert_string_equal(answer, "03 02 00 04");
    ch[0].value = NAN; /* "absent" is 5, which the mask does not tell from 4: another bit */
    persona_take(m.d, ch, 2);
    (void)ask(m.d, "03 00 06 00 01", 0, answer);
    assert_string_equal(answer, "03 02 00 00");
    forget(&m);
}

static void relays_hold_what_is_written(void **state)
{
    static const struct {
        const char *says, *ask, *answer, *state;
    } T[] = {
        {"one on", "05 00 02 ff 00", "05 00 02 ff 00", "01 01 04"},
        {"several", "0f 00 04 00 03 01 05", "0f 00 04 00 03", "01 01 54"},
        {"one off", "05 00 02 00 00", "05 00 02 00 00", "01 01 50"},
        {"toggled", "05 01 ff ff 00", "05 01 ff ff 00", "01 01 af"},
        {"all on", "05 00 ff ff 00", "05 00 ff ff 00", "01 01 ff"},
        {"a pulse changes nothing", "05 02 01 00 07", "05 02 01 00 07", "01 01 ff"},
        {"all off", "05 00 ff 00 00", "05 00 ff 00 00", "01 01 00"},
    };
    struct imitation m = imitate("waveshare-relay-8");
    char answer[3 * NILA_PDU_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        (void)ask(m.d, T[i].ask, 0, answer);
        if (strcmp(answer, T[i].answer) != 0)
            fail_msg("%s: %s", T[i].says, answer);
        (void)ask(m.d, "01 00 00 00 08", 0, answer);
        if (strcmp(answer, T[i].state) != 0)
            fail_msg("%s: %s", T[i].says, answer);
    }
    (void)ask(m.d, "01 00 04 00 02", 0, answer);
    assert_string_equal(answer, "01 01 00");
    forget(&m);
}

static void an_absent_sensor_is_told_as_the_device_tells_it(void **state)
{
    static const char NODE_LIKE[] =
        "{\"schema\":\"device/1\",\"id\":\"p\",\"maker\":\"m\",\"model\":\"m\",\"addresses\":"
        "\"zero-based PDU addresses\",\"limits\":{\"max_gap\":3},\"measurements\":["
        "{\"name\":\"t\",\"metric\":\"temp_c\",\"unit\":\"\xc2\xb0"
        "C\",\"function\":4,\"address\":10,\"type\":\"s16\",\"scale\":0.1,\"sentinel\":32768,"
        "\"quality\":14,\"kind\":{\"address\":15,\"value\":77}}],"
        "\"status\":[{\"name\":\"error\",\"address\":17,\"function\":4,\"ok\":3,\"absent\":9}]}";
    struct imitation m = imitate_text(NODE_LIKE);
    struct sim_channel ch[SIM_CHANNELS_MAX] = {{.value = 28.5}};
    char answer[3 * NILA_PDU_MAX + 1];

    (void)state;
    (void)ask(m.d, "04 00 0a 00 08", 0, answer); /* nothing was measured yet */
    assert_string_equal(answer, "04 10 80 00 00 00 00 00 00 00 00 04 00 4d 00 00 00 09");
    persona_take(m.d, ch, 1);
    (void)ask(m.d, "04 00 0a 00 08", 0, answer);
    assert_string_equal(answer, "04 10 01 1d 00 00 00 00 00 00 00 01 00 4d 00 00 00 03");
    ch[0].quality = NILA_Q_WARMUP;
    persona_take(m.d, ch, 1);
    (void)ask(m.d, "04 00 0e 00 01", 0, answer);
    assert_string_equal(answer, "04 02 00 40");
    ch[0] = (struct sim_channel){.value = 3e5};
    persona_take(m.d, ch, 1);
    (void)ask(m.d, "04 00 0a 00 05", 0, answer);
    assert_string_equal(answer, "04 0a 7f ff 00 00 00 00 00 00 00 08");
    ch[0].value = NAN;
    persona_take(m.d, ch, 1);
    (void)ask(m.d, "04 00 0a 00 08", 0, answer);
    assert_string_equal(answer, "04 10 80 00 00 00 00 00 00 00 00 04 00 4d 00 00 00 09");
    (void)ask(m.d, "04 00 0a 00 09", 0, answer);
    assert_string_equal(answer, "84 02");
    forget(&m);

    m = imitate("insitu-rdo-pro");
    persona_take(m.d, NULL, 0);
    (void)ask(m.d, "03 00 29 00 01", 0, answer);
    assert_string_equal(answer, "03 02 00 07");
    forget(&m);
    m = imitate("xylem-odo-rtu");
    (void)ask(m.d, "04 00 00 00 02", 0, answer);
    assert_string_equal(answer, "04 04 ff ff ff ff");
    forget(&m);
}

/* --- whatever is asked --- */

/* A request that is nearly right: a function of the device's, an address near one it has. */
static size_t draw_request(const struct profile *p, uint64_t key, uint8_t *in)
{
    static const uint8_t FUNCTION[] = {1, 2, 3, 3, 3, 4, 4, 4, 5, 6, 15, 16, 43};
    size_t n = 5 + (size_t)(rng_unit(rng_key(key, 1)) * 4);
    unsigned address = (unsigned)(rng_unit(rng_key(key, 2)) * 65536);

    for (size_t i = 0; i < 300; i++)
        in[i] = (uint8_t)rng_key(rng_key(key, 3), i);
    if (p->n > 0 && rng_unit(rng_key(key, 4)) < 0.7)
        address = p->m[(unsigned)(rng_unit(rng_key(key, 5)) * p->n)].address + in[9] % 3U - 1U;
    else if (p->words > 0)
        address = p->word[(unsigned)(rng_unit(rng_key(key, 5)) * p->words)].address;
    in[0] = FUNCTION[in[0] % sizeof FUNCTION];
    in[1] = (uint8_t)(address >> 8);
    in[2] = (uint8_t)address;
    in[3] = in[3] < 250 ? 0 : in[3]; /* mostly counts that may be */
    in[4] = in[10] % 4 != 0 ? 1 + in[4] % 4 : in[4] % 140;
    if (in[0] >= 15 && in[5] % 4 != 0) {
        in[4] %= 6;
        in[5] = (uint8_t)(in[0] == 16 ? 2 * in[4] : (in[4] + 7) / 8);
        n = 6 + (size_t)in[5];
    } else if (in[6] % 4 != 0) {
        n = 5;
    }
    return in[7] < 3 ? in[8] % 254U : n;
}

static void check_answer(const struct profile *p, const uint8_t *in, size_t n,
                         const struct nila_answer *a, const uint8_t *out)
{
    if (a->n == 0) {
        assert_true(n == 0 || p->outside_silent);
        return;
    }
    assert_true(a->n >= 2 && a->n <= NILA_PDU_MAX);
    if (a->exception != 0) {
        assert_true(a->n == 2 && out[0] == (in[0] | 0x80) && out[1] == a->exception);
        assert_in_range(a->exception, 1, 3);
        return;
    }
    assert_int_equal(out[0], in[0]);
    if (in[0] <= 4)
        assert_int_equal(a->n, 2 + (size_t)out[1]);
    else
        assert_true(a->n == 5 && memcmp(out, in, 5) == 0);
    if (a->count > 0)
        assert_true(out[1] == 2 * a->count && a->count <= p->max_registers);
}

static void no_request_upsets_any_device_of_the_folder(void **state)
{
    DIR *dir = opendir(DEVICES);
    const struct dirent *e;
    unsigned good = 0, refused = 0;

    (void)state;
    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL) {
        struct imitation m;
        char id[SLUG_SIZE];
        if (e->d_name[0] == '.' || strstr(e->d_name, ".schema.") != NULL ||
            strstr(e->d_name, ".json") == NULL)
            continue;
        (void)snprintf(id, sizeof id, "%.*s", (int)strcspn(e->d_name, "."), e->d_name);
        m = imitate(id);
        for (uint64_t i = 0; i < 5000; i++) {
            uint8_t in[300], out[NILA_PDU_MAX];
            const size_t n = draw_request(m.p, rng_key(rng_key_text(9, id), i), in);
            struct nila_answer a;
            if (i % 50 == 0)
                measure(&m);
            a = persona_serve(m.d, in, n, (int64_t)(1000 + 10 * i), out);
            check_answer(m.p, in, n, &a, out);
            good += a.n > 0 && a.exception == 0;
            refused += a.exception != 0;
        }
        forget(&m);
    }
    (void)closedir(dir);
    print_message("%u answered, %u refused\n", good, refused);
    assert_true(good > 5000 && refused > 5000);
}

/* --- what there is to measure --- */

static void derives_what_the_pond_does_not_compute(void **state)
{
    /* Standard Methods: EC of 0.01 M KCl is 1412 uS/cm at 25 C, 1278 at 20; IAPSO: 53087 is salinity 35 */
    static const struct {
        enum metric metric;
        double ec, temp_c, value, within;
    } T[] = {
        {METRIC_EC25_US_CM, 1278, 20, 1412, 3},
        {METRIC_SAL_PSU, 53087, 25, 35, 0.001},
        {METRIC_SAL_PSU, 26543.5, 25, 16.2, 0.2},
        {METRIC_DO_SAT_PCT, 100, 25, 100 * 6.5 / 8.23, 0.3}, /* 8.26 mg/L at 1013.25 hPa */
        {METRIC_PRESS_KPA, 100, 28, 9.77, 0.01},
    };
    struct weather sky = {.air_temp_c = 30, .dew_c = 30};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct pond_sample w = {
            .temp_c = T[i].temp_c, .ec_us_cm = T[i].ec, .do_mg_l = 6.5, .ph = 7, .level_cm = 100};
        double v = quantity_now(T[i].metric, &w, &sky, 0);
        if (!(fabs(v - T[i].value) <= T[i].within))
            fail_msg("row %zu: %g", i, v);
        assert_true(isnan(quantity_now(T[i].metric, NULL, &sky, 0)));
    }
    assert_true(fabs(quantity_now(METRIC_AIR_RH_PCT, NULL, &sky, 0) - 100) < 1e-9);
    sky.dew_c = 20; /* e(20) / e(30): 23.4 / 42.4 hPa */
    assert_true(fabs(quantity_now(METRIC_AIR_RH_PCT, NULL, &sky, 0) - 55.1) < 0.3);
    assert_true(quantity_now(METRIC_ENERGY_KWH, NULL, &sky, 1767225600000) == 0);
    assert_true(fabs(quantity_now(METRIC_ENERGY_KWH, NULL, &sky, 1767225600000 + 36000000) - 3.8) <
                1e-9);
    assert_true(isnan(quantity_now(METRIC_RAIN_MM, NULL, &sky, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_where_and_as_the_profile_says),
        cmocka_unit_test(what_the_device_does_not_do_is_refused_as_it_does_it),
        cmocka_unit_test(a_setting_is_held_and_half_a_write_is_none),
        cmocka_unit_test(what_the_truth_log_needs_is_told),
        cmocka_unit_test(measures_only_once_it_was_told_and_has_settled),
        cmocka_unit_test(measures_once_for_each_command),
        cmocka_unit_test(order_and_mode_are_settings_that_hold_from_the_next_measurement),
        cmocka_unit_test(decimals_masked_states_and_identities_are_held),
        cmocka_unit_test(relays_hold_what_is_written),
        cmocka_unit_test(an_absent_sensor_is_told_as_the_device_tells_it),
        cmocka_unit_test(no_request_upsets_any_device_of_the_folder),
        cmocka_unit_test(derives_what_the_pond_does_not_compute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
