/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The register map as a table: without holes in its order, and described in README.md as it is.
 * NILA_WRITE_MAP=1 (make firmware-map) writes the description instead of holding it against the table. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_node.h"

#define README "firmware-bridge/README.md"
#define BEGIN  "<!-- map: written by make firmware-map -->\n"
#define END    "<!-- end of map -->\n"

struct input {
    const char *name;
    unsigned address;
    const char *type, *text;
};

struct setting {
    const char *name;
    unsigned address, least, most, lock;
    const char *text;
};

struct probe {
    const char *name;
    unsigned address;
    const char *type, *access, *text;
};

#define AS_PROBE(name, address, type, access, text) {#name, address, #type, #access, text},
#define AS_INPUT(name, address, type, text)         {#name, address, #type, text},
#define AS_SETTING(name, address, least, most, lock, text) \
    {#name, address, least, most, lock, text},
static const struct input HEADER[] = {NILA_INPUT_MAP(AS_INPUT)};
static const struct input CHANNEL[] = {NILA_CHANNEL_MAP(AS_INPUT)};
static const struct setting SETTING[] = {NILA_HOLDING_MAP(AS_SETTING)};
static const struct probe PROBE[] = {NILA_PROBE_MAP(AS_PROBE)};
static const struct probe UPDATE[] = {NILA_UPDATE_MAP(AS_PROBE)};
#define LENGTH(a) (sizeof(a) / sizeof(a)[0])

static unsigned words(const char *type)
{
    return type[1] == '3' ? 2 : 1; /* U32, S32 */
}

static void check_order(const struct input *t, size_t n, unsigned end)
{
    for (size_t i = 0; i < n; i++) {
        unsigned next = i + 1 < n ? t[i + 1].address : end;
        if (strcmp(t[i].type, "U16") != 0 && strcmp(t[i].type, "S16") != 0 &&
            strcmp(t[i].type, "U32") != 0 && strcmp(t[i].type, "S32") != 0 &&
            strcmp(t[i].type, "BITS") != 0)
            fail_msg("%s: type %s", t[i].name, t[i].type);
        if (t[i].address + words(t[i].type) > next)
            fail_msg("%s at %u runs into what follows", t[i].name, t[i].address);
    }
}

static void no_register_runs_into_another(void **state)
{
    (void)state;
    check_order(HEADER, LENGTH(HEADER), NILA_REG_CHANNEL(0));
    check_order(CHANNEL, LENGTH(CHANNEL), NILA_CH_COUNT);
    assert_int_equal(NILA_REG_CHANNEL(NILA_REG_CHANNELS), NILA_REG_COUNT);
    for (size_t i = 0; i < LENGTH(SETTING); i++) {
        assert_true(SETTING[i].least < SETTING[i].most && SETTING[i].most <= 0xFFFF);
        assert_true(SETTING[i].address <
                    (i + 1 < LENGTH(SETTING) ? SETTING[i + 1].address : (unsigned)NILA_HOLD_END));
        assert_true(SETTING[i].lock <= 1);
    }
}

static void check_probes(const struct probe *t, size_t n, unsigned end)
{
    for (size_t i = 0; i < n; i++) {
        unsigned next = i + 1 < n ? t[i + 1].address : end;
        assert_true(t[i].address + words(t[i].type) <= next);
        assert_true(strcmp(t[i].access, "R") == 0 || strcmp(t[i].access, "W") == 0 ||
                    strcmp(t[i].access, "L") == 0);
    }
}

static void no_register_of_the_probes_runs_into_another(void **state)
{
    (void)state;
    for (size_t k = 0; k < LENGTH(SETTING); k++)
        assert_true(SETTING[k].address < PROBE[0].address);
    check_probes(PROBE, LENGTH(PROBE), NILA_HOLD_RECORD_END);
    assert_true(NILA_HOLD_RECORD_END <= UPDATE[0].address);
    check_probes(UPDATE, LENGTH(UPDATE), NILA_HOLD_UPDATE_END);
    assert_true(NILA_HOLD_UPDATE_END <= NILA_HOLD_END);
}

static void the_node_enforces_the_ranges_of_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(SETTING); i++) {
        const struct setting *s = &SETTING[i];
        const uint16_t reg = (uint16_t)s->address;
        assert_true(nila_node_permits(reg, (uint16_t)s->least, true));
        assert_true(nila_node_permits(reg, (uint16_t)s->most, true));
        assert_int_equal(nila_node_permits(reg, (uint16_t)s->most, false), s->lock == 0);
        assert_true(s->least == 0 || !nila_node_permits(reg, (uint16_t)(s->least - 1), true));
        assert_true(s->most == 0xFFFF || !nila_node_permits(reg, (uint16_t)(s->most + 1), true));
    }
}

static void lower(FILE *f, const char *name)
{
    for (; *name != '\0'; name++)
        (void)fputc(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name, f);
}

static void put_inputs(FILE *f, const struct input *t, size_t n, const char *plus)
{
    for (size_t i = 0; i < n; i++) {
        (void)fprintf(f, "| %s%u | ", plus, t[i].address);
        lower(f, t[i].name);
        (void)fprintf(f, " | ");
        lower(f, t[i].type);
        (void)fprintf(f, " | %s |\n", t[i].text);
    }
}

static void put_probes(FILE *f, const struct probe *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        (void)fprintf(f, "| %u | ", t[i].address);
        lower(f, t[i].name);
        (void)fprintf(f, " | ");
        lower(f, t[i].type);
        (void)fprintf(f, " | %s | %s |\n", t[i].access, t[i].text);
    }
}

/* The section of README.md; caller frees. */
static char *described(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    assert_non_null(f);
    (void)fprintf(f, BEGIN
                  "Input registers (function 4); what is not listed is reserved and reads 0:\n\n"
                  "| register | name | type | what |\n|---|---|---|---|\n");
    put_inputs(f, HEADER, LENGTH(HEADER), "");
    (void)fprintf(f, "\nChannel n (0 to %d) begins at %d + %d·n:\n\n", NILA_REG_CHANNELS - 1,
                  NILA_REG_CHANNEL(0), NILA_CH_COUNT);
    (void)fprintf(f, "| register | name | type | what |\n|---|---|---|---|\n");
    put_inputs(f, CHANNEL, LENGTH(CHANNEL), "+");
    (void)fprintf(f, "\nHolding registers (functions 3, 6, 16):\n\n"
                     "| register | name | range | lock | what |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < LENGTH(SETTING); i++) {
        (void)fprintf(f, "| %u | ", SETTING[i].address);
        lower(f, SETTING[i].name);
        (void)fprintf(f, " | %u … %u | %s | %s |\n", SETTING[i].least, SETTING[i].most,
                      SETTING[i].lock ? "yes" : "", SETTING[i].text);
    }
    (void)fprintf(f, "\nHolding registers of nodes with probes (`core/nila_channels`); R is read "
                     "only, W is written at "
                     "any time, L with the lock open:\n\n"
                     "| register | name | type | access | what |\n|---|---|---|---|---|\n");
    put_probes(f, PROBE, LENGTH(PROBE));
    (void)fprintf(f, "\nHolding registers of boards that take new firmware over the bus "
                     "(`core/nila_update`):\n\n"
                     "| register | name | type | access | what |\n|---|---|---|---|---|\n");
    put_probes(f, UPDATE, LENGTH(UPDATE));
    (void)fputs(END, f);
    assert_int_equal(fclose(f), 0);
    return text;
}

static void readme_describes_the_map_as_it_is(void **state)
{
    size_t size = 0;
    char *now = described(), *readme = support_read(README, &size);
    char *from = strstr(readme, BEGIN), *end = strstr(readme, END);

    (void)state;
    assert_true(from != NULL && end != NULL && from < end);
    end += strlen(END);
    if (getenv("NILA_WRITE_MAP") != NULL) {
        FILE *f = fopen(README, "w");
        assert_non_null(f);
        assert_true(fprintf(f, "%.*s%s%s", (int)(from - readme), readme, now, end) > 0);
        assert_int_equal(fclose(f), 0);
    } else if ((size_t)(end - from) != strlen(now) || memcmp(from, now, strlen(now)) != 0) {
        fail_msg(README " does not describe the map as it is: make firmware-map");
    }
    free(readme);
    free(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_register_runs_into_another),
        cmocka_unit_test(no_register_of_the_probes_runs_into_another),
        cmocka_unit_test(the_node_enforces_the_ranges_of_the_table),
        cmocka_unit_test(readme_describes_the_map_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
