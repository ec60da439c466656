/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/common/buf.h"
#include "collector/common/jsonconf.h"
#include "collector/common/profile.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "tests/common/profile_faults.h"
#include "tests/support/nobody.h"

#define DEVICES "collector/devices"

static void reads_everything_a_profile_says(void **state)
{
    struct profile *p = NULL;
    char why[512] = "";

    (void)state;
    if (profile_load_memory(&p, "probe.json", WHOLE, strlen(WHOLE), why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_string_equal(p->id, "probe");
    assert_string_equal(p->maker, "M");
    assert_string_equal(p->model, "P 1");
    assert_int_equal(p->serial.baud, 4800);
    assert_int_equal(p->serial.parity, 'E');
    assert_int_equal(p->serial.stop_bits, 2);
    assert_int_equal(p->default_unit, 10);
    assert_int_equal(p->max_registers, 60);
    assert_int_equal(p->max_gap, 4);
    assert_true(p->whole_block && p->node_header);
    assert_int_equal(p->block_function, 4);
    assert_int_equal(p->block_first, 10);
    assert_int_equal(p->block_count, 40);
    assert_int_equal(p->start.function, 3);
    assert_int_equal(p->start.address, 9472);
    assert_int_equal(p->start.count, 0);
    assert_false(p->start_each);
    assert_int_equal(p->settle_ms, 8000);
    assert_int_equal(p->timeout_ms, 700);

    assert_int_equal(p->n, 2); /* "raw" has no metric */
    assert_string_equal(p->m[0].name, "temp");
    assert_int_equal(p->m[0].metric, METRIC_TEMP_C);
    assert_int_equal(p->m[0].type, PROFILE_S16);
    assert_string_equal(p->m[0].order, "AB");
    assert_true(p->m[0].scale == 0.1 && p->m[0].offset == -2 && p->m[0].min == 0 &&
                p->m[0].max == 50);
    assert_true(p->m[0].has_sentinel);
    assert_int_equal(p->m[0].sentinel, 32768);
    assert_int_equal(p->m[0].quality, -1);
    assert_int_equal(p->m[0].kind, -1);
    assert_string_equal(p->m[1].order, "DCBA");
    assert_true(p->m[1].scale == 1 && p->m[1].offset == 0);
    assert_true(isinf(p->m[1].min) && p->m[1].min < 0 && isinf(p->m[1].max));
    assert_false(p->m[1].has_sentinel);
    assert_int_equal(p->m[1].address, 48);
    assert_int_equal(p->m[1].quality, 20);
    assert_int_equal(p->m[1].kind, 21);
    assert_int_equal(p->m[1].kind_value, 3);
    profile_free(p);
    profile_free(NULL);
}

#define WORDS_HEAD                                                                                 \
    "{\"schema\":\"device/1\",\"id\":\"p\",\"maker\":\"\",\"model\":\"\","                         \
    "\"addresses\":\"zero-based PDU addresses\",\"measurements\":["                                \
    "{\"name\":\"f\",\"unit\":\"Hz\",\"function\":4,\"address\":7,\"type\":\"u16\",\"scale\":0.1}" \
    "],"

static void knows_the_channels_that_are_switched_one_by_one(void **state)
{
    static const struct {
        const char *outputs;
        struct profile_switch want;
    } T[] = {
        {"", {0}},
        {"{\"name\":\"r\",\"function\":5,\"read_function\":1,\"address\":0,\"count\":8,\"type\":"
         "\"coil\"}",
         {5, 1, 0, 1, 8, 1, 0}},
        {"{\"name\":\"i\",\"function\":2,\"address\":0,\"count\":8,\"type\":\"discrete\"},"
         "{\"name\":\"all\",\"function\":5,\"address\":255},"
         "{\"name\":\"r\",\"function\":6,\"address\":1,\"count\":4,\"first_number\":0,\"on\":256,"
         "\"off\":512,"
         "\"type\":\"coil\"},"
         "{\"name\":\"s\",\"function\":5,\"address\":9,\"type\":\"coil\"}",
         {6, 0, 1, 0, 4, 256, 512}},
        {"{\"name\":\"all\",\"function\":15,\"address\":0,\"count\":8,\"type\":\"coil\"}", {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile *p = NULL;
        char text[900], why[512] = "";
        int n = snprintf(
            text, sizeof text,
            "{\"schema\":\"device/1\",\"id\":\"p\",\"maker\":\"\",\"model\":\"\","
            "\"addresses\":\"zero-based PDU addresses\",\"measurements\":[],\"outputs\":[%s]}",
            T[i].outputs);

        if (profile_load_memory(&p, "p.json", text, (size_t)n, why, sizeof why) != 0)
            fail_msg("%s", why);
        assert_int_equal(p->relay.function, T[i].want.function);
        assert_int_equal(p->relay.read_function, T[i].want.read_function);
        assert_int_equal(p->relay.address, T[i].want.address);
        assert_int_equal(p->relay.first, T[i].want.first);
        assert_int_equal(p->relay.count, T[i].want.count);
        assert_int_equal(p->relay.on, T[i].want.on);
        assert_int_equal(p->relay.off, T[i].want.off);
        profile_free(p);
    }
}

static void reads_what_a_device_holds_beside_its_values(void **state)
{
    static const char TEXT[] = WORDS_HEAD
        "\"limits\":{\"even\":true,\"outside_silent\":true},"
        "\"timing\":{\"measure_ms\":1700,\"turnaround_ms\":40,\"stabilise_ms\":900,"
        "\"wait_register\":{\"function\":3,\"address\":164,\"unit\":\"ms\"}},"
        "\"start\":{\"start\":{\"function\":6,\"address\":1,\"value\":15}},"
        "\"status\":[{\"name\":\"error\",\"function\":3,\"address\":9,\"type\":\"u8-high\",\"ok\":"
        "2,"
        "\"absent\":7,\"codes\":{\"2\":\"good\"}},{\"name\":\"s2\",\"function\":4,\"address\":10}],"
        "\"config\":[{\"name\":\"salinity\",\"function\":6,\"address\":13,\"min\":0,\"max\":250,"
        "\"values\":[1]},{\"name\":\"reset\",\"function\":66},"
        "{\"name\":\"serial_number\",\"function\":3,\"address\":20,\"count\":7,\"type\":\"ascii\"}]"
        ","
        "\"calibration\":[{\"name\":\"k\",\"function\":16,\"address\":30,\"type\":\"f32\","
        "\"order\":\"DCBA\"}]}";
    struct profile *p = NULL;
    char why[512] = "";

    (void)state;
    if (profile_load_memory(&p, "p.json", TEXT, strlen(TEXT), why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_true(p->even && p->outside_silent);
    assert_int_equal(p->measure_ms, 1700);
    assert_int_equal(p->turnaround_ms, 40);
    assert_int_equal(p->n, 0);
    assert_int_equal(p->spares, 1);
    assert_string_equal(p->spare[0].unit, "Hz");
    assert_true(p->spare[0].m.address == 7 && p->spare[0].m.scale == 0.1);
    assert_int_equal(p->words, 6); /* not the private function */
    assert_true(p->word[0].address == 164 && p->word[0].ok == 900 && p->word[0].count == 1);
    assert_string_equal(p->word[1].name, "error");
    assert_true(p->word[1].state && p->word[1].type == PROFILE_WORD_U8_HIGH);
    assert_true(p->word[1].ok == 2 && p->word[1].absent == 7);
    assert_true(p->word[2].state && p->word[2].ok == 0 && p->word[2].absent == 1);
    assert_true(p->word[3].function == 6 && p->word[3].max == 250 && !p->word[3].state);
    assert_true(p->word[4].count == 7 && p->word[4].type == PROFILE_WORD_ASCII);
    assert_true(p->word[5].count == 2 && p->word[5].type == PROFILE_WORD_F32);
    assert_string_equal(p->word[5].order, "DCBA");
    profile_free(p);
}

static void refuses_wrong_words_at_their_place(void **state)
{
    static const struct {
        const char *text, *words;
    } T[] = {
        {"\"status\":[{\"function\":3,\"address\":9}]}", "status[0]: \"name\" is missing"},
        {"\"config\":[{\"name\":\"x\",\"address\":9}]}", "config[0]: \"function\" is missing"},
        {"\"config\":[{\"name\":\"x\",\"function\":3,\"address\":65535,\"count\":2}]}",
         "config[0].address: 65535 leaves no room for 2 registers; 0 to 65534"},
        {"\"status\":[{\"name\":\"x\",\"function\":3,\"address\":9,\"type\":\"u64\"}]}",
         "status[0].type: \"u64\" is not allowed"},
        {"\"calibration\":[{\"name\":\"x\",\"function\":3,\"address\":9,\"count\":124}]}",
         "calibration[0].count: 124 is not allowed; 0 to 123"},
        {"\"config\":[{\"name\":\"x\",\"function\":6,\"address\":9,\"adress\":9}]}",
         "config[0]: unknown key \"adress\"; did you mean \"address\"?"},
        {"\"timing\":{\"turnaround_ms\":10001}}", "timing.turnaround_ms: 10001 is not allowed"},
        {"\"limits\":{\"even\":1}}", "limits.even"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile *p = NULL;
        struct buf b = {0};
        char why[512] = "";
        buf_str(&b, WORDS_HEAD);
        buf_str(&b, T[i].text);
        if (profile_load_memory(&p, "p.json", b.p, b.n, why, sizeof why) != NILA_ERR_CONFIG ||
            strstr(why, T[i].words) == NULL)
            fail_msg("row %zu: \"%s\"", i, why);
        buf_free(&b);
    }
}

static void fills_in_what_a_short_profile_leaves_out(void **state)
{
    static const char SHORT[] =
        "{\"schema\":\"device/1\",\"id\":\"p\",\"maker\":\"\",\"model\":\"\",\"serial\":null,"
        "\"default_unit\":null,\"addresses\":\"zero-based PDU addresses\","
        "\"timing\":{\"stabilise_ms\":9},\"measurements\":[]}";
    struct profile *p = NULL;
    char why[512] = "";

    (void)state;
    if (profile_load_memory(&p, "p.json", SHORT, strlen(SHORT), why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(p->n, 0);
    assert_int_equal(p->serial.baud, 0);
    assert_int_equal(p->default_unit, -1);
    assert_int_equal(p->max_registers, 125);
    assert_int_equal(p->max_gap, 0);
    assert_false(p->whole_block || p->node_header);
    assert_int_equal(p->start.function, 0);
    assert_int_equal(p->settle_ms, 0); /* nothing is started, so nothing settles */
    assert_int_equal(p->timeout_ms, 0);
    profile_free(p);
}

static void reads_the_rarer_parts_of_a_profile(void **state)
{
    struct profile *p = NULL;
    char why[512] = "";

    (void)state;
    if (profile_load_memory(&p, "p.json", PARTS, strlen(PARTS), why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_string_equal(p->model, "P 2");
    assert_int_equal(p->serial.baud, 0);
    assert_int_equal(p->default_unit, 3);
    assert_true(p->even && p->outside_silent && !p->whole_block && p->start_each);
    assert_int_equal(p->gap_ms, 40);
    assert_int_equal(p->wait.function, 3);
    assert_int_equal(p->wait.address, 164);
    assert_true(p->wait.ready && p->wait.ready_value == 1);
    assert_int_equal(p->blocks, 1);
    assert_int_equal(p->block[0].first, 100);
    assert_int_equal(p->order_register.function, 4);
    assert_int_equal(p->order_register.n, 2);
    assert_int_equal(p->order_register.of[1].code, 7);
    assert_string_equal(p->order_register.of[1].order, "DCBA");
    assert_int_equal(p->n, 2);
    assert_true(p->m[0].order_set && p->m[0].scale == 100);
    assert_string_equal(p->m[1].order, "HGFEDCBA");
    assert_true(p->m[1].has_decimals && p->m[1].decimals == 30 && p->m[1].type == PROFILE_F64);
    assert_true(p->m[1].sentinel == UINT64_C(9007199254740992));
    assert_int_equal(p->spares, 1);
    assert_int_equal(p->states, 2); /* "uptime" judges nothing */
    assert_int_equal(p->state[0].of, 1);
    assert_int_equal(p->state[0].bad, PROFILE_BAD_MISSING);
    assert_int_equal(p->state[0].mask, 65535);
    assert_int_equal(p->state[1].of, 3);
    assert_int_equal(p->state[1].mask, 24);
    assert_int_equal(p->state[1].bad, PROFILE_BAD_FAIL);
    assert_int_equal(profile_state_registers(&p->state[1]), 2);
    assert_int_equal(p->outputs, 4);
    assert_int_equal(p->output[0].kind, PROFILE_OUTPUT_CHANNELS);
    assert_int_equal(p->output[0].read_function, 1);
    assert_true(p->output[0].on == 1 && p->output[0].off == 0 && p->output[0].first_number == 1);
    assert_true(p->output[1].on == 256 && p->output[1].off == 512);
    assert_int_equal(p->output[1].first_number, 0);
    assert_int_equal(p->output[2].kind, PROFILE_OUTPUT_SPECIAL);
    assert_int_equal(p->output[3].kind, PROFILE_OUTPUT_INPUTS);
    assert_int_equal(p->output[3].read_function, 2);
    profile_free(p);
}

static void remembers_which_fields_nobody_has_verified(void **state)
{
    static const struct profile_mark WANT[] = {
        {"p.json:3:10: model", "", "which one"},
        {"p.json:4:11: serial", "", "not read"},
        {"p.json:5:17: default_unit", "", "a guess"},
        {"p.json:18:27: measurements[2].metric", "ec", "at 25?"},
        {"p.json:19:41: measurements[2].type", "ec", "t"},
        {"p.json:20:12: measurements[2].order", "ec", "o"},
    };
    struct profile *p = NULL;
    char why[512] = "";

    (void)state;
    assert_int_equal(profile_load_memory(&p, "p.json", PARTS, strlen(PARTS), why, sizeof why), 0);
    assert_int_equal(p->marks, sizeof WANT / sizeof WANT[0]);
    for (unsigned i = 0; i < p->marks; i++) {
        assert_string_equal(p->mark[i].where, WANT[i].where);
        assert_string_equal(p->mark[i].name, WANT[i].name);
        assert_string_equal(p->mark[i].note, WANT[i].note);
    }
    profile_free(p);
}

static void knows_a_device_by_its_identity(void **state)
{
    static const struct {
        const char *says;
        struct profile_identity i;
        uint16_t regs[3];
        bool fits;
    } T[] = {
        {"text that fits",
         {.count = 3, .type = PROFILE_WORD_ASCII, .pattern = "Y?1*"},
         {0x5958, 0x3132, 0x3300},
         true},
        {"star in the middle",
         {.count = 3, .type = PROFILE_WORD_ASCII, .pattern = "Y*3"},
         {0x5958, 0x3132, 0x3300},
         true},
        {"another text",
         {.count = 3, .type = PROFILE_WORD_ASCII, .pattern = "Y?2*"},
         {0x5958, 0x3132, 0x3300},
         false},
        {"text that is too short",
         {.count = 3, .type = PROFILE_WORD_ASCII, .pattern = "YX?"},
         {0x5958, 0, 0},
         false},
        {"any text", {.count = 2, .type = PROFILE_WORD_ASCII}, {0x4142, 0x2020}, true},
        {"no text", {.count = 2, .type = PROFILE_WORD_ASCII}, {0, 0}, false},
        {"bytes that are no text", {.count = 2, .type = PROFILE_WORD_ASCII}, {0x4107, 0}, false},
        {"a number",
         {.count = 1, .type = PROFILE_WORD_U16, .has_value = true, .value = 20044},
         {0x4E4C},
         true},
        {"another number",
         {.count = 1, .type = PROFILE_WORD_U16, .has_value = true, .value = 1},
         {0x4E4C},
         false},
        {"a signed one",
         {.count = 1, .type = PROFILE_WORD_S16, .has_value = true, .value = -2},
         {0xFFFE},
         true},
        {"swapped words",
         {.count = 2,
          .type = PROFILE_WORD_U32,
          .order = "CDAB",
          .has_value = true,
          .value = 65537.0 * 2},
         {2, 2},
         true},
        {"a float",
         {.count = 2, .type = PROFILE_WORD_F32, .has_value = true, .value = 5.125},
         {0x40A4, 0},
         true},
        {"the first byte",
         {.count = 1, .type = PROFILE_WORD_U8_HIGH, .has_value = true, .value = 7},
         {0x0712},
         true},
        {"the second byte",
         {.count = 1, .type = PROFILE_WORD_U8_LOW, .has_value = true, .value = 18},
         {0x0712},
         true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (profile_identity_fits(&T[i].i, T[i].regs) != T[i].fits)
            fail_msg("%s", T[i].says);
}

static void names_place_key_and_what_is_allowed_of_every_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FAULT / sizeof FAULT[0]; i++) {
        const struct profile_fault *f = &FAULT[i];
        struct profile *p = NULL;
        struct buf b = {0};
        char place[64] = "p.json:", why[512] = "";
        long line, column;
        int rc;
        if (!make_fault(f, &b, &line, &column))
            fail_msg("%s: \"%s\" is not in the file", f->says, f->find);
        if (line > 0)
            (void)snprintf(place, sizeof place, "p.json:%ld:%ld: ", line, column);
        rc = profile_load_memory(&p, "p.json", b.p, b.n, why, sizeof why);
        if (rc != NILA_ERR_CONFIG || p != NULL || strncmp(why, place, strlen(place)) != 0 ||
            strstr(why, f->words) == NULL)
            fail_msg("%s: rc %d, \"%s\", expected %s...%s", f->says, rc, why, place, f->words);
        buf_free(&b);
    }
}

static int open_it(void *dir)
{
    struct profile *p = NULL;
    char why[512];

    return profile_load(&p, dir, "probe", why, sizeof why);
}

static void says_why_a_profile_cannot_be_read(void **state)
{
    char dir[256], path[300], longer[600], why[512] = "";
    struct profile *p = NULL;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/probe.json", dir);
    assert_int_equal(profile_load(&p, dir, "probe", why, sizeof why), NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "probe.json: No such file"));
    assert_int_equal(profile_load(&p, dir, "../probe", why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "1 to 32 of a-z"));
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(profile_load(&p, longer, "probe", why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "too long"));
    support_write(path, WHOLE);
    assert_int_equal(profile_load(&p, dir, "probe", why, sizeof why), 0);
    profile_free(p);
    p = NULL;
    (void)snprintf(longer, sizeof longer, "%s/other.json", dir);
    support_write(longer, WHOLE);
    assert_int_equal(profile_load(&p, dir, "other", why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(
        strstr(why, "other.json:2:29: id: \"probe\" is not the file's name; \"other\""));
    (void)snprintf(longer, sizeof longer, "%s/x.json", dir);
    assert_int_equal(mkdir(longer, 0700), 0);
    assert_int_equal(profile_load(&p, dir, "x", why, sizeof why), NILA_ERR_IO);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(support_as_nobody(open_it, dir), NILA_ERR_DENIED);
    assert_null(p);
    support_rmdir(dir);
}

static void check_measurement(const struct profile *p, const struct profile_measurement *m)
{
    const int registers = profile_registers(m->type);
    const size_t order = strlen(m->order);

    if (m->function != 3 && m->function != 4)
        fail_msg("%s %s: function %d", p->id, m->name, m->function);
    if (m->address + registers > 65536 || registers > p->max_registers)
        fail_msg("%s %s: address %d", p->id, m->name, m->address);
    if (order != 2 * (size_t)registers || strspn(m->order, "ABCD") != order)
        fail_msg("%s %s: order %s", p->id, m->name, m->order);
    if (m->scale == 0 || !isfinite(m->scale) || !isfinite(m->offset) || !(m->min < m->max))
        fail_msg("%s %s: scale %g, %g to %g", p->id, m->name, m->scale, m->min, m->max);
    /* A device's own range must meet what the metric can be at all: a forgotten factor shows here. */
    if (m->max < metric_info(m->metric)->suspect_min ||
        m->min > metric_info(m->metric)->suspect_max)
        fail_msg("%s %s: %g to %g is no %s", p->id, m->name, m->min, m->max,
                 metric_info(m->metric)->name);
    for (const struct profile_measurement *o = p->m; o < m; o++)
        if (o->metric == m->metric ||
            ((o->kind < 0 || o->kind != m->kind || o->kind_value == m->kind_value) &&
             o->function == m->function && o->address < m->address + registers &&
             m->address < o->address + profile_registers(o->type)))
            fail_msg("%s: %s and %s overlap", p->id, o->name, m->name);
}

/* What the file says in words is not verified must be marked at a field too: check tells of the fields. */
static void check_marks(const struct profile *p, const char *id)
{
    struct jsonconf *c = NULL;
    char path[512], why[512];
    const struct jsonconf_node *list;

    (void)snprintf(path, sizeof path, DEVICES "/%s.json", id);
    assert_int_equal(jsonconf_open(&c, path, why, sizeof why), 0);
    list = jsonconf_member(c, jsonconf_root(c), "not_verified", true);
    if ((jsonconf_length(c, list, 16) > 0) != (p->marks > 0))
        fail_msg("%s: %u marks, but its not_verified says %zu", id, p->marks,
                 jsonconf_length(c, list, 16));
    jsonconf_close(c);
}

static void every_device_of_the_folder_is_a_good_one(void **state)
{
    DIR *dir = opendir(DEVICES);
    const struct dirent *e;
    int files = 0, readable = 0;

    (void)state;
    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL) {
        const char *dot = strrchr(e->d_name, '.');
        struct profile *p = NULL;
        char id[SLUG_SIZE], why[512] = "";
        if (e->d_name[0] == '.')
            continue;
        if (dot == NULL || strcmp(dot, ".json") != 0 || dot - e->d_name >= SLUG_SIZE)
            fail_msg("%s does not belong into " DEVICES, e->d_name);
        (void)snprintf(id, sizeof id, "%.*s", (int)(dot - e->d_name), e->d_name);
        if (profile_load(&p, DEVICES, id, why, sizeof why) != 0)
            fail_msg("%s", why);
        if (p->maker[0] == '\0' || p->model[0] == '\0')
            fail_msg("%s has no maker or no model", id);
        for (unsigned i = 0; i < p->n; i++)
            check_measurement(p, &p->m[i]);
        check_marks(p, id);
        files++;
        readable += p->n > 0;
        profile_free(p);
    }
    (void)closedir(dir);
    print_message("%d profiles, %d of them with a metric\n", files, readable);
    assert_true(files >= 32);
    assert_true(readable >= 25);
}

/* A node's profile against the register map: channels 0.. in this order. */
static void check_node(const char *id, const enum metric *metric, const int *kind, unsigned n)
{
    struct profile *p = NULL;
    char why[512] = "";

    if (profile_load(&p, DEVICES, id, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_true(p->whole_block && p->node_header);
    assert_int_equal(p->block_function, 4);
    assert_int_equal(p->block_first, 0);
    assert_int_equal(p->block_count, NILA_REG_COUNT);
    assert_int_equal(p->n, n);
    for (unsigned i = 0; i < n; i++) {
        const struct profile_measurement *m = &p->m[i];
        assert_int_equal(m->metric, metric[i]);
        assert_int_equal(m->function, 4);
        assert_int_equal(m->address, NILA_REG_CHANNEL((int)i) + NILA_CH_VALUE);
        assert_int_equal(m->type, PROFILE_S32);
        assert_string_equal(m->order, "ABCD");
        assert_true(m->scale == 0.001 && m->offset == 0);
        assert_true(m->has_sentinel);
        assert_int_equal(m->sentinel, (uint32_t)NILA_MISSING);
        assert_int_equal(m->quality, NILA_REG_CHANNEL((int)i) + NILA_CH_QUALITY);
        assert_int_equal(m->kind, NILA_REG_CHANNEL((int)i) + NILA_CH_KIND);
        assert_int_equal(m->kind_value, kind[i]);
    }
    profile_free(p);
}

static void the_nodes_profiles_are_the_nodes_register_map(void **state)
{
    static const enum metric POND[] = {METRIC_TEMP_C,    METRIC_DO_MG_L,  METRIC_PH,
                                       METRIC_EC_US_CM,  METRIC_TURB_NTU, METRIC_LEVEL_CM,
                                       METRIC_TAN_N_MG_L};
    static const int POND_KIND[] = {NILA_KIND_TEMP_C,    NILA_KIND_DO_MG_L,  NILA_KIND_PH,
                                    NILA_KIND_EC_US_CM,  NILA_KIND_TURB_NTU, NILA_KIND_LEVEL_CM,
                                    NILA_KIND_TAN_N_MG_L};
    static const enum metric AIR[] = {METRIC_AIR_TEMP_C, METRIC_PAR_W_M2, METRIC_WIND_M_S};
    static const int AIR_KIND[] = {NILA_KIND_AIR_TEMP_C, NILA_KIND_PAR_W_M2, NILA_KIND_WIND_M_S};

    (void)state;
    check_node("nila-node", POND, POND_KIND, sizeof POND / sizeof POND[0]);
    check_node("nila-weather", AIR, AIR_KIND, sizeof AIR / sizeof AIR[0]);
}

static void facts_keep_their_sources(void **state)
{
    DIR *dir = opendir(DEVICES);
    const struct dirent *e;

    (void)state;
    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL) {
        struct jsonconf *c = NULL;
        char path[512], why[512];
        const struct jsonconf_node *sources;
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, DEVICES "/%s", e->d_name);
        assert_int_equal(jsonconf_open(&c, path, why, sizeof why), 0);
        sources = jsonconf_member(c, jsonconf_root(c), "sources", true);
        if (jsonconf_length(c, sources, 16) == 0)
            fail_msg("%s has no source", e->d_name);
        if (jsonconf_member(c, jsonconf_root(c), "not_verified", true) == NULL)
            fail_msg("%s does not say what is not verified", e->d_name);
        jsonconf_close(c);
    }
    (void)closedir(dir);
}

static void a_type_takes_as_many_registers_as_its_bits_need(void **state)
{
    (void)state;
    assert_int_equal(profile_registers(PROFILE_U16), 1);
    assert_int_equal(profile_registers(PROFILE_S16), 1);
    assert_int_equal(profile_registers(PROFILE_U32), 2);
    assert_int_equal(profile_registers(PROFILE_S32), 2);
    assert_int_equal(profile_registers(PROFILE_F32), 2);
    assert_int_equal(profile_registers(PROFILE_U64), 4);
    assert_int_equal(profile_registers(PROFILE_S64), 4);
    assert_int_equal(profile_registers(PROFILE_F64), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_everything_a_profile_says),
        cmocka_unit_test(knows_the_channels_that_are_switched_one_by_one),
        cmocka_unit_test(reads_what_a_device_holds_beside_its_values),
        cmocka_unit_test(refuses_wrong_words_at_their_place),
        cmocka_unit_test(fills_in_what_a_short_profile_leaves_out),
        cmocka_unit_test(reads_the_rarer_parts_of_a_profile),
        cmocka_unit_test(remembers_which_fields_nobody_has_verified),
        cmocka_unit_test(knows_a_device_by_its_identity),
        cmocka_unit_test(names_place_key_and_what_is_allowed_of_every_fault),
        cmocka_unit_test(says_why_a_profile_cannot_be_read),
        cmocka_unit_test(every_device_of_the_folder_is_a_good_one),
        cmocka_unit_test(the_nodes_profiles_are_the_nodes_register_map),
        cmocka_unit_test(facts_keep_their_sources),
        cmocka_unit_test(a_type_takes_as_many_registers_as_its_bits_need),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
