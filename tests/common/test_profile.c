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
#include "tests/support/nobody.h"

#define DEVICES "collector/devices"

static const char FILE_TEXT[] =
    "{\n"
    "\"schema\": \"device/1\", \"id\": \"probe\", \"maker\": \"M\", \"model\": \"P 1\",\n"
    "\"serial\": {\"baud\": 4800, \"data_bits\": 8, \"parity\": \"E\", \"stop_bits\": 2},\n"
    "\"default_unit\": 10, \"addresses\": \"zero-based PDU addresses\",\n"
    "\"limits\": {\"max_registers\": 60, \"max_gap\": 4},\n"
    "\"block\": {\"function\": 4, \"first\": 10, \"count\": 40},\n"
    "\"node_header\": true,\n"
    "\"start\": {\"start\": {\"function\": 3, \"address\": 9472, \"count\": 0}, \"stop\": {\"x\": "
    "1}},\n"
    "\"timing\": {\"timeout_ms\": 700, \"warm_up_ms\": 5, \"stabilise_ms\": 8000},\n"
    "\"measurements\": [\n"
    " {\"name\": \"temp\", \"metric\": \"temp_c\", \"function\": 4, \"address\": 10, \"type\": "
    "\"s16\", \"scale\": 0.1,\n"
    "  \"offset\": -2, \"unit\": \"\xc2\xb0"
    "C\", \"min\": 0, \"max\": 50, \"sentinel\": 32768},\n"
    " {\"name\": \"raw\", \"function\": 4, \"address\": 12, \"type\": \"f32\", \"order\": null},\n"
    " {\"name\": \"ph\", \"metric\": \"ph\", \"function\": 4, \"address\": 48, \"type\": \"f32\", "
    "\"order\": \"DCBA\",\n"
    "  \"unit\": \"pH\", \"quality\": 20, \"kind\": {\"address\": 21, \"value\": 3}, \"note\": "
    "\"n\"}\n"
    "],\n"
    "\"quirks\": [\"q\"], \"not_verified\": [], \"sources\": [{\"what\": \"w\", \"how\": \"h\"}]\n"
    "}\n";

static void reads_everything_a_profile_says(void **state)
{
    struct profile *p = NULL;
    char why[512] = "";

    (void)state;
    if (profile_load_memory(&p, "probe.json", FILE_TEXT, strlen(FILE_TEXT), why, sizeof why) != 0)
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

static void reads_the_channels_of_a_relay_board(void **state)
{
    static const struct {
        const char *text, *words; /* words NULL: good */
        struct profile_switch want;
    } T[] = {
        {"{\"write\":\"coil\",\"read\":\"coil\",\"address\":0,\"count\":8}",
         NULL,
         {5, 1, 0, 8, 1, 0}},
        {"{\"write\":\"coil\",\"read\":\"none\",\"address\":16,\"count\":64}",
         NULL,
         {5, 0, 16, 64, 1, 0}},
        {"{\"write\":\"register\",\"read\":\"register\",\"address\":1,\"count\":4,\"on\":256,"
         "\"off\":512}",
         NULL,
         {6, 3, 1, 4, 256, 512}},
        {"{\"write\":\"register\",\"read\":\"none\",\"address\":1,\"count\":4,\"on\":2}",
         "\"off\" is missing",
         {0}},
        {"{\"write\":\"register\",\"read\":\"none\",\"address\":1,\"count\":4,\"on\":2,\"off\":2}",
         "switches.off: 2 is the value of \"on\"",
         {0}},
        {"{\"write\":\"register\",\"read\":\"coil\",\"address\":1,\"count\":4,\"on\":1,\"off\":0}",
         "switches.read: registers are not read as bits",
         {0}},
        {"{\"write\":\"coil\",\"read\":\"register\",\"address\":1,\"count\":4}",
         "switches.read: coils are not read",
         {0}},
        {"{\"write\":\"coil\",\"read\":\"coil\",\"address\":65530,\"count\":8}",
         "65530 is not allowed; 0 to 65528",
         {0}},
        {"{\"write\":\"coil\",\"read\":\"coil\",\"address\":0,\"count\":65}",
         "65 is not allowed; 1 to 64",
         {0}},
        {"{\"write\":\"coil\",\"read\":\"coil\",\"address\":0,\"count\":8,\"on\":1}",
         "\"on\"",
         {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile *p = NULL;
        char text[512], why[512] = "";
        int n = snprintf(
            text, sizeof text,
            "{\"schema\":\"device/1\",\"id\":\"p\",\"maker\":\"\",\"model\":\"\","
            "\"addresses\":\"zero-based PDU addresses\",\"measurements\":[],\"switches\":%s}",
            T[i].text);
        int rc = profile_load_memory(&p, "p.json", text, (size_t)n, why, sizeof why);

        if (T[i].words != NULL) {
            if (rc != NILA_ERR_CONFIG || strstr(why, T[i].words) == NULL)
                fail_msg("%s: %d %s", T[i].text, rc, why);
            continue;
        }
        if (rc != 0)
            fail_msg("%s", why);
        assert_int_equal(p->relay.function, T[i].want.function);
        assert_int_equal(p->relay.read_function, T[i].want.read_function);
        assert_int_equal(p->relay.address, T[i].want.address);
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
        "\"anything\":[1]},{\"name\":\"reset\",\"function\":66},"
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

static void names_place_key_and_what_is_allowed_of_every_fault(void **state)
{
    static const struct {
        const char *says, *find, *put, *words;
    } T[] = {
        {"an older schema", "\"device/1\"", "@\"device-draft/1\"",
         "schema: \"device-draft/1\" is not allowed; \"device/1\""},
        {"id with a blank", "\"probe\"", "@\"my probe\"",
         "id: \"my probe\" is not allowed; 1 to 32"},
        {"addresses from 1", "\"zero-based PDU addresses\"", "@\"40001\"",
         "addresses: \"40001\" is not allowed; \"zero-based"},
        {"key misspelt", "\"default_unit\"", "@\"default_uint\"", "did you mean \"default_unit\"?"},
        {"seven data bits", "\"data_bits\": 8", "\"data_bits\": @7",
         "serial.data_bits: 7 is not allowed; 8 to 8"},
        {"unit 256", "\"default_unit\": 10", "\"default_unit\": @256",
         "default_unit: 256 is not allowed; 0 to 255"},
        {"126 registers", "\"max_registers\": 60", "\"max_registers\": @126",
         "limits.max_registers: 126 is not allowed; 1 to 125"},
        {"gap negative", "\"max_gap\": 4", "\"max_gap\": @-1",
         "limits.max_gap: -1 is not allowed; 0 to 124"},
        {"block longer than a request", "\"count\": 40", "\"count\": @61",
         "block.count: 61 is not allowed; 1 to 60"},
        {"block beyond the last register", "{\"function\": 4, \"first\": 10, \"count\": 40}",
         "@{\"function\": 4, \"first\": 65500, \"count\": 40}",
         "block: 40 registers from 65500 end behind register 65535"},
        {"block of coils", "\"function\": 4, \"first\"", "\"function\": @1, \"first\"",
         "block.function: 1 is not allowed; 3 to 4"},
        {"header without a block",
         "\"block\": {\"function\": 4, \"first\": 10, \"count\": 40},\n\"node_header\": true",
         "\"node_header\": @true", "node_header: a node's header stands in its block"},
        {"start by an unknown function", "{\"function\": 3, \"address\": 9472",
         "{\"function\": @5, \"address\": 9472",
         "start.start.function: 5 is not allowed; 3, 4, 6, 16"},
        {"start that writes nothing", "{\"function\": 3, \"address\": 9472, \"count\": 0}",
         "@{\"function\": 6, \"address\": 9472}", "start.start: \"value\" is missing"},
        {"timeout too long", "700", "@70000",
         "timing.timeout_ms: 70000 is not allowed; 50 to 10000"},
        {"metric unknown", "\"temp_c\"", "@\"temperature\"",
         "measurements[0].metric: \"temperature\" is not a metric"},
        {"metric twice", "\"metric\": \"ph\"", "\"metric\": @\"temp_c\"",
         "measurements[2].metric: \"temp\" has the metric temp_c already"},
        {"unit of another quantity", "\"pH\"", "@\"mV\"",
         "measurements[2].unit: \"mV\" is not the unit of ph; \"pH\" (adjust scale)"},
        {"coil function", "\"function\": 4, \"address\": 10", "\"function\": @2, \"address\": 10",
         "measurements[0].function: 2 is not allowed; 3 to 4"},
        {"not the block's function", "\"function\": 4, \"address\": 10",
         "\"function\": @3, \"address\": 10", "3 is not the block's function; 4"},
        {"before the block", "\"address\": 10,", "\"address\": @9,",
         "measurements[0].address: 9 is outside the block; 10 to 49"},
        {"half outside the block", "\"address\": 48", "\"address\": @49",
         "measurements[2].address: 49 is outside the block; 10 to 48"},
        {"address above 65535", "\"address\": 48", "\"address\": @65536",
         "measurements[2].address: 65536 is not allowed; 0 to 65535"},
        {"type of 64 bits", "\"s16\"", "@\"u64\"",
         "measurements[0].type: \"u64\" is not allowed; \"u16\", \"s16\", \"u32\", \"s32\", "
         "\"f32\""},
        {"order of the other width", "\"DCBA\"", "@\"AB\"",
         "measurements[2].order: \"AB\" is not allowed; \"ABCD\", \"CDAB\", \"BADC\", \"DCBA\""},
        {"order not known, yet a metric", "\"DCBA\"", "@null",
         "measurements[2].order: the byte order is not known, so no metric; \"ABCD\""},
        {"scale 0", "\"scale\": 0.1", "\"scale\": @0",
         "measurements[0].scale: 0 would make every value 0"},
        {"range the wrong way round", "\"max\": 50", "\"max\": -50", "min 0 is not below max -50"},
        {"sentinel wider than the register", "32768", "@65536",
         "measurements[0].sentinel: 65536 is not allowed; 0 to 65535"},
        {"quality outside the block", "\"quality\": 20", "\"quality\": @50",
         "measurements[2].quality: 50 is outside the block; 10 to 49"},
        {"kind outside the block", "\"kind\": {\"address\": 21", "\"kind\": {\"address\": @9",
         "measurements[2].kind.address: 9 is outside"},
        {"kind without a value", "\"kind\": {\"address\": 21, \"value\": 3}",
         "\"kind\": @{\"address\": 21}", "measurements[2].kind: \"value\" is missing"},
        {"two registers where one is the limit",
         "\"max_registers\": 60, \"max_gap\": 4},\n\"block\": {\"function\": 4, \"first\": 10, "
         "\"count\": 40},\n\"node_header\": true,",
         "\"max_registers\": 1},", "f32 needs 2 registers; limits.max_registers is 1"},
        {"key unknown in a measurement", "\"note\"", "@\"remark\"",
         "measurements[2]: unknown key \"remark\"; allowed: metric, name"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const char *at = strstr(FILE_TEXT, T[i].find), *mark = strchr(T[i].put, '@');
        struct profile *p = NULL;
        struct buf b = {0};
        char place[64] = "p.json:", why[512] = "";
        long line = 1, column = 1;
        int rc;
        if (at == NULL)
            fail_msg("%s: \"%s\" is not in the file", T[i].says, T[i].find);
        buf_add(&b, FILE_TEXT, (size_t)(at - FILE_TEXT));
        buf_add(&b, T[i].put, mark != NULL ? (size_t)(mark - T[i].put) : strlen(T[i].put));
        for (size_t k = 0; mark != NULL && k < b.n; k++) {
            column = b.p[k] == '\n' ? 1 : column + (((unsigned char)b.p[k] & 0xc0) != 0x80);
            line += b.p[k] == '\n';
        }
        if (mark != NULL) {
            buf_str(&b, mark + 1);
            (void)snprintf(place, sizeof place, "p.json:%ld:%ld: ", line, column);
        }
        buf_str(&b, at + strlen(T[i].find));
        rc = profile_load_memory(&p, "p.json", b.p, b.n, why, sizeof why);
        if (rc != NILA_ERR_CONFIG || p != NULL || strncmp(why, place, strlen(place)) != 0 ||
            strstr(why, T[i].words) == NULL)
            fail_msg("%s: rc %d, \"%s\", expected %s...%s", T[i].says, rc, why, place, T[i].words);
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
    support_write(path, FILE_TEXT);
    assert_int_equal(profile_load(&p, dir, "probe", why, sizeof why), 0);
    profile_free(p);
    p = NULL;
    (void)snprintf(longer, sizeof longer, "%s/other.json", dir);
    support_write(longer, FILE_TEXT);
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
            (o->function == m->function && o->address < m->address + registers &&
             m->address < o->address + profile_registers(o->type)))
            fail_msg("%s: %s and %s overlap", p->id, o->name, m->name);
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

static void only_16_bit_types_take_one_register(void **state)
{
    (void)state;
    assert_int_equal(profile_registers(PROFILE_U16), 1);
    assert_int_equal(profile_registers(PROFILE_S16), 1);
    assert_int_equal(profile_registers(PROFILE_U32), 2);
    assert_int_equal(profile_registers(PROFILE_S32), 2);
    assert_int_equal(profile_registers(PROFILE_F32), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_everything_a_profile_says),
        cmocka_unit_test(reads_the_channels_of_a_relay_board),
        cmocka_unit_test(reads_what_a_device_holds_beside_its_values),
        cmocka_unit_test(refuses_wrong_words_at_their_place),
        cmocka_unit_test(fills_in_what_a_short_profile_leaves_out),
        cmocka_unit_test(names_place_key_and_what_is_allowed_of_every_fault),
        cmocka_unit_test(says_why_a_profile_cannot_be_read),
        cmocka_unit_test(every_device_of_the_folder_is_a_good_one),
        cmocka_unit_test(the_nodes_profiles_are_the_nodes_register_map),
        cmocka_unit_test(facts_keep_their_sources),
        cmocka_unit_test(only_16_bit_types_take_one_register),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
