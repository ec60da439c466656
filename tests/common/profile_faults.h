/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile_faults: two good profiles that say everything, and what makes them bad, for the tests of the reader and of the
 * schema. */
#ifndef TESTS_PROFILE_FAULTS_H
#define TESTS_PROFILE_FAULTS_H

#include <stdio.h>
#include <string.h>

#include "collector/common/buf.h"

static const char WHOLE[] =
    "{\n"
    "\"schema\": \"device/1\", \"id\": \"probe\", \"maker\": \"M\", \"model\": \"P 1\",\n"
    "\"serial\": {\"baud\": 4800, \"data_bits\": 8, \"parity\": \"E\", \"stop_bits\": 2},\n"
    "\"default_unit\": 10, \"addresses\": \"zero-based PDU addresses\",\n"
    "\"limits\": {\"max_registers\": 60, \"max_gap\": 4},\n"
    "\"block\": {\"function\": 4, \"first\": 10, \"count\": 40},\n"
    "\"node_header\": true,\n"
    "\"start\": {\"start\": {\"function\": 3, \"address\": 9472, \"count\": 0}, \"stop\": "
    "{\"function\": 6, "
    "\"address\": 1, \"value\": 0}},\n"
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

static const char PARTS[] =
    "{\n"
    "\"schema\": \"device/1\", \"id\": \"probe\", \"maker\": \"M\",\n"
    "\"model\": {\"value\": \"P 2\", \"verified\": false, \"note\": \"which one\"},\n"
    "\"serial\": {\"value\": null, \"verified\": false, \"note\": \"not read\"},\n"
    "\"default_unit\": {\"value\": 3, \"verified\": false, \"note\": \"a guess\"},\n"
    "\"addresses\": \"zero-based PDU addresses\",\n"
    "\"limits\": {\"even\": true, \"outside_silent\": true},\n"
    "\"blocks\": [{\"function\": 3, \"first\": 100, \"count\": 10}],\n"
    "\"order_register\": {\"function\": 4, \"address\": 36, \"orders\": [\n"
    " {\"code\": 1, \"order\": \"ABCD\"}, {\"code\": 7, \"order\": \"DCBA\"}]},\n"
    "\"start\": {\"when\": \"each_reading\", \"start\": {\"function\": 6, \"address\": 1, "
    "\"value\": 15}},\n"
    "\"timing\": {\"gap_ms\": 40, \"wait_register\": {\"function\": 3, \"address\": 164, "
    "\"ready\": 1}},\n"
    "\"measurements\": [\n"
    " {\"name\": \"sat\", \"metric\": \"do_sat_pct\", \"function\": 3, \"address\": 102, \"type\": "
    "\"f32\",\n"
    "  \"order\": \"register\", \"fraction\": true, \"unit\": \"%\"},\n"
    " {\"name\": \"oxygen\", \"metric\": \"do_mg_l\", \"function\": 3, \"address\": 20, \"type\": "
    "\"f64\",\n"
    "  \"order\": \"HGFEDCBA\", \"decimals\": 30, \"unit\": \"mg/L\", \"sentinel\": "
    "9007199254740992},\n"
    " {\"name\": \"ec\", \"metric\": {\"value\": null, \"verified\": false, \"note\": \"at "
    "25?\"},\n"
    "  \"function\": 3, \"address\": 50, \"type\": {\"value\": \"f32\", \"verified\": false, "
    "\"note\": \"t\"},\n"
    "  \"order\": {\"value\": null, \"verified\": false, \"note\": \"o\"}, \"unit\": \"mS/cm\"}\n"
    "],\n"
    "\"status\": [\n"
    " {\"name\": \"error\", \"function\": 4, \"address\": 40, \"type\": \"u8-high\", \"ok\": 0, "
    "\"of\": [\"sat\", \"ec\"], \"bad\": \"missing\"},\n"
    " {\"name\": \"warn\", \"function\": 4, \"address\": 42, \"type\": \"u32\", \"order\": "
    "\"CDAB\", \"mask\": 24, \"ok\": 8},\n"
    " {\"name\": \"uptime\", \"function\": 3, \"address\": 60, \"type\": \"u32\"}],\n"
    "\"outputs\": [\n"
    " {\"name\": \"relays\", \"type\": \"coil\", \"function\": 5, \"read_function\": 1, "
    "\"address\": 0, \"count\": 8},\n"
    " {\"name\": \"pump\", \"function\": 6, \"address\": 9, \"on\": 256, \"off\": 512, "
    "\"first_number\": 0},\n"
    " {\"name\": \"all\", \"function\": 15, \"address\": 255, \"write_only\": true},\n"
    " {\"name\": \"contacts\", \"type\": \"discrete\", \"function\": 2, \"address\": 3, \"count\": "
    "4}],\n"
    "\"identity\": [\n"
    " {\"name\": \"serial\", \"function\": 3, \"address\": 2304, \"count\": 3, \"type\": "
    "\"ascii\", \"pattern\": \"Y?1*\"},\n"
    " {\"name\": \"magic\", \"function\": 4, \"address\": 0, \"value\": 20044}],\n"
    "\"quirks\": [], \"not_verified\": [\"n\"], \"sources\": [{\"what\": \"w\", \"how\": \"h\"}]\n"
    "}\n";

#define BEYOND 1 /* only a program can compare the two places: the schema lets it pass */

struct profile_fault {
    const char *base, *says, *find;
    const char *put; /* @ stands where the message points; without one the place is not looked at */
    const char *words;
    int how;
};

static const struct profile_fault FAULT[] = {
    {WHOLE, "an older schema", "\"device/1\"", "@\"device-draft/1\"",
     "schema: \"device-draft/1\" is not allowed; \"device/1\"", 0},
    {WHOLE, "id with a blank", "\"probe\"", "@\"my probe\"",
     "id: \"my probe\" is not allowed; 1 to 32", 0},
    {WHOLE, "addresses from 1", "\"zero-based PDU addresses\"", "@\"40001\"",
     "addresses: \"40001\" is not allowed; \"zero-based", 0},
    {WHOLE, "key misspelt", "\"default_unit\"", "@\"default_uint\"",
     "did you mean \"default_unit\"?", 0},
    {WHOLE, "seven data bits", "\"data_bits\": 8", "\"data_bits\": @7",
     "serial.data_bits: 7 is not allowed; 8 to 8", 0},
    {WHOLE, "unit 256", "\"default_unit\": 10", "\"default_unit\": @256",
     "default_unit: 256 is not allowed; 0 to 255", 0},
    {WHOLE, "126 registers", "\"max_registers\": 60", "\"max_registers\": @126",
     "limits.max_registers: 126 is not allowed; 1 to 125", 0},
    {WHOLE, "gap negative", "\"max_gap\": 4", "\"max_gap\": @-1",
     "limits.max_gap: -1 is not allowed; 0 to 124", 0},
    {WHOLE, "block longer than a request", "\"count\": 40", "\"count\": @61",
     "block.count: 61 is not allowed; 1 to 60", BEYOND},
    {WHOLE, "block beyond the last register", "{\"function\": 4, \"first\": 10, \"count\": 40}",
     "@{\"function\": 4, \"first\": 65500, \"count\": 40}",
     "block: 40 registers from 65500 end behind register 65535", BEYOND},
    {WHOLE, "block of coils", "\"function\": 4, \"first\"", "\"function\": @1, \"first\"",
     "block.function: 1 is not allowed; 3 to 4", 0},
    {WHOLE, "header without a block",
     "\"block\": {\"function\": 4, \"first\": 10, \"count\": 40},\n\"node_header\": true",
     "\"node_header\": @true", "node_header: a node's header stands in its block", 0},
    {WHOLE, "start by an unknown function", "{\"function\": 3, \"address\": 9472",
     "{\"function\": @5, \"address\": 9472", "start.start.function: 5 is not allowed; 3, 4, 6, 16",
     0},
    {WHOLE, "start that writes nothing", "{\"function\": 3, \"address\": 9472, \"count\": 0}",
     "@{\"function\": 6, \"address\": 9472}", "start.start: \"value\" is missing", 0},
    {WHOLE, "timeout too long", "700", "@70000",
     "timing.timeout_ms: 70000 is not allowed; 50 to 10000", 0},
    {WHOLE, "metric unknown", "\"temp_c\"", "@\"temperature\"",
     "measurements[0].metric: \"temperature\" is not a metric", 0},
    {WHOLE, "metric twice", "\"metric\": \"ph\"", "\"metric\": @\"temp_c\"",
     "measurements[2].metric: \"temp\" has the metric temp_c already", BEYOND},
    {WHOLE, "unit of another quantity", "\"pH\"", "@\"mV\"",
     "measurements[2].unit: \"mV\" is not the unit of ph; \"pH\" (adjust scale)", BEYOND},
    {WHOLE, "coil function", "\"function\": 4, \"address\": 10",
     "\"function\": @2, \"address\": 10", "measurements[0].function: 2 is not allowed; 3 to 4", 0},
    {WHOLE, "not the block's function", "\"function\": 4, \"address\": 10",
     "\"function\": @3, \"address\": 10", "3 is not the block's function; 4", BEYOND},
    {WHOLE, "before the block", "\"address\": 10,", "\"address\": @9,",
     "measurements[0].address: 9 is outside the block; 10 to 49", BEYOND},
    {WHOLE, "half outside the block", "\"address\": 48", "\"address\": @49",
     "measurements[2].address: 49 is outside the block; 10 to 48", BEYOND},
    {WHOLE, "address above 65535", "\"address\": 48", "\"address\": @65536",
     "measurements[2].address: 65536 is not allowed; 0 to 65535", 0},
    {WHOLE, "type of 24 bits", "\"s16\"", "@\"u24\"",
     "measurements[0].type: \"u24\" is not allowed; \"u16\", \"s16\", \"u32\", \"s32\", "
     "\"f32\", \"u64\", \"s64\", \"f64\"",
     0},
    {WHOLE, "order of the other width", "\"DCBA\"", "@\"AB\"",
     "measurements[2].order: \"AB\" is not allowed; \"ABCD\", \"CDAB\", \"BADC\", \"DCBA\"", 0},
    {WHOLE, "order not known, yet a metric", "\"DCBA\"", "@null",
     "measurements[2].order: the byte order is not known, so no metric; \"ABCD\"", 0},
    {WHOLE, "scale 0", "\"scale\": 0.1", "\"scale\": @0",
     "measurements[0].scale: 0 would make every value 0", 0},
    {WHOLE, "range the wrong way round", "\"max\": 50", "\"max\": -50",
     "min 0 is not below max -50", BEYOND},
    {WHOLE, "sentinel wider than the register", "32768", "@65536",
     "measurements[0].sentinel: 65536 is not allowed; 0 to 65535", 0},
    {WHOLE, "quality outside the block", "\"quality\": 20", "\"quality\": @50",
     "measurements[2].quality: 50 is outside the block; 10 to 49", BEYOND},
    {WHOLE, "kind outside the block", "\"kind\": {\"address\": 21", "\"kind\": {\"address\": @9",
     "measurements[2].kind.address: 9 is outside", BEYOND},
    {WHOLE, "kind without a value", "\"kind\": {\"address\": 21, \"value\": 3}",
     "\"kind\": @{\"address\": 21}", "measurements[2].kind: \"value\" is missing", 0},
    {WHOLE, "two registers where one is the limit",
     "\"max_registers\": 60, \"max_gap\": 4},\n\"block\": {\"function\": 4, \"first\": 10, "
     "\"count\": 40},\n\"node_header\": true,",
     "\"max_registers\": 1},", "f32 needs 2 registers; limits.max_registers is 1", BEYOND},
    {WHOLE, "key unknown in a measurement", "\"note\"", "@\"remark\"",
     "measurements[2]: unknown key \"remark\"; allowed: name, metric", 0},
    {PARTS, "a mark that says true", "\"verified\": false, \"note\": \"which one\"",
     "\"verified\": @true, \"note\": \"which one\"",
     "model.verified: true is not allowed; false, or the value alone", 0},
    {PARTS, "a mark without a note", ", \"note\": \"which one\"}", "}",
     "model: \"note\" is missing", 0},
    {PARTS, "a mark without a value", "\"value\": \"P 2\", ", "", "model: \"value\" is missing", 0},
    {PARTS, "a mark with a strange key", "\"note\": \"which one\"", "@\"nota\": \"which one\"",
     "unknown key \"nota\"; did you mean \"note\"?", 0},
    {PARTS, "a metric that is only guessed", "\"metric\": {\"value\": null",
     "\"metric\": {\"value\": @\"ec_us_cm\"",
     "measurements[2].metric.value: a metric that is not verified is null", 0},
    {PARTS, "a block and blocks", "\"blocks\": [{",
     "\"block\": {\"function\": 3, \"first\": 0, \"count\": 124}, \"blocks\": @[{",
     "blocks: \"block\" says that there is one", 0},
    {PARTS, "blocks over each other", "\"count\": 10}],\n\"order",
     "\"count\": 10}, @{\"function\": 3, \"first\": 108, \"count\": 2}],\n\"order",
     "blocks[1]: lies over blocks[0]", BEYOND},
    {PARTS, "an odd block of an even device", "{\"function\": 3, \"first\": 100, \"count\": 10}",
     "@{\"function\": 3, \"first\": 99, \"count\": 10}",
     "blocks[0]: 10 registers from 99; limits.even wants both even", BEYOND},
    {PARTS, "even requests of one register", "\"even\": true",
     "\"max_registers\": 1, \"even\": @true",
     "limits.even: an even number of registers is at least 2", BEYOND},
    {PARTS, "a value cut by a block", "\"address\": 102", "\"address\": @109",
     "measurements[0].address: 109 to 110 is cut by blocks[0], 100 to 109", BEYOND},
    {PARTS, "an order register without orders",
     "\"orders\": [\n {\"code\": 1, \"order\": \"ABCD\"}, {\"code\": 7, \"order\": \"DCBA\"}]",
     "\"orders\": @[]", "order_register.orders: no order", 0},
    {PARTS, "a code twice", "\"code\": 7", "\"code\": @1",
     "order_register.orders[1].code: 1 stands there already", BEYOND},
    {PARTS, "a register of 16 bit orders", "\"order\": \"DCBA\"}]", "\"order\": @\"BA\"}]",
     "order_register.orders[1].order: \"BA\" is not allowed", 0},
    {WHOLE, "order by a register that is not named", "\"DCBA\"", "@\"register\"",
     "measurements[2].order: the file has no \"order_register\"", BEYOND},
    {PARTS, "told to measure when", "\"each_reading\"", "@\"hourly\"",
     "start.when: \"hourly\" is not allowed; \"power_up\", \"each_reading\"", 0},
    {PARTS, "waiting without a start",
     "\"start\": {\"when\": \"each_reading\", \"start\": {\"function\": 6, \"address\": 1, "
     "\"value\": 15}},\n",
     "", "timing.wait_register: nothing is waited for without \"start\"", 0},
    {PARTS, "a wait register of two minds", "\"ready\": 1", "\"ready\": @1, \"unit\": \"ms\"",
     "timing.wait_register.ready: the register holds a time", 0},
    {PARTS, "a wait in minutes", "\"ready\": 1", "\"unit\": @\"min\"",
     "timing.wait_register.unit: \"min\" is not allowed; \"ms\"", 0},
    {PARTS, "a gap of a minute", "\"gap_ms\": 40", "\"gap_ms\": @60000",
     "timing.gap_ms: 60000 is not allowed; 0 to 1000", 0},
    {PARTS, "a fraction of mg/L", "\"decimals\": 30", "\"decimals\": 30, \"fraction\": @true",
     "measurements[1].fraction: a fraction of what is told in mg/L", 0},
    {PARTS, "a fraction that is a number", "\"fraction\": true", "\"fraction\": @100",
     "measurements[0].fraction: a number is not allowed; true or false", 0},
    {PARTS, "32-bit order of 64 bits", "\"HGFEDCBA\"", "@\"DCBA\"",
     "measurements[1].order: \"DCBA\" is not allowed; \"ABCDEFGH\", \"GHEFCDAB\"", 0},
    {PARTS, "an order register for 64 bits", "\"HGFEDCBA\"", "@\"register\"",
     "measurements[1].order: \"register\" is not allowed", 0},
    {PARTS, "decimals beyond the last register", "\"decimals\": 30", "\"decimals\": @70000",
     "measurements[1].decimals: 70000 is not allowed; 0 to 65535", 0},
    {PARTS, "a sentinel no number can hold", "9007199254740992}", "@9007199254740994}",
     "measurements[1].sentinel: ", 0},
    {PARTS, "a state of text", "\"u8-high\"", "@\"ascii\"",
     "status[0].type: \"ascii\" has no bits to compare", 0},
    {PARTS, "a byte that is well at 256 and more", "\"ok\": 0, \"of\"", "\"ok\": @70000, \"of\"",
     "status[0].ok: 70000 is not allowed; 0 to 65535", 0},
    {PARTS, "ok behind the mask", "\"ok\": 8", "\"ok\": @9",
     "status[1].ok: 9 has bits that \"mask\" hides", BEYOND},
    {PARTS, "a mask of nothing", "\"mask\": 24", "\"mask\": @0",
     "status[1].mask: 0 is not allowed; 1 to", 0},
    {PARTS, "a state of a stranger", "[\"sat\", \"ec\"]", "[\"sat\", @\"salt\"]",
     "status[0].of[1]: \"salt\" is no measurement of this file", BEYOND},
    {PARTS, "as bad as can be", "\"missing\"", "@\"awful\"",
     "status[0].bad: \"awful\" is not allowed; \"suspect\", \"fail\", \"missing\"", 0},
    {PARTS, "a state by a write", "\"function\": 4, \"address\": 40",
     "\"function\": @6, \"address\": 40", "status[0].function: 6 is not allowed; 3 to 4", 0},
    {PARTS, "an unknown key of a state", "\"of\": [", "@\"for\": [", "unknown key \"for\"", 0},
    {PARTS, "a relay that is written by a read", "\"function\": 5", "\"function\": @3",
     "outputs[0].function: 3 is not allowed; 5, 6, 15, 16", 0},
    {PARTS, "an input that is written", "\"function\": 2", "\"function\": @5",
     "outputs[3].function: 5 is not allowed; 1 to 4 (inputs are read)", 0},
    {PARTS, "write only, yet read", "\"read_function\": 1",
     "\"read_function\": 1, \"write_only\": @true",
     "outputs[0].write_only: \"read_function\" says how to read it", 0},
    {PARTS, "a coil with values", "\"read_function\": 1", "\"on\": @1, \"off\": 0",
     "outputs[0].on: a coil is on or off by itself", 0},
    {PARTS, "on that is off", "\"off\": 512", "\"off\": @256",
     "outputs[1].off: 256 is \"on\" already", BEYOND},
    {PARTS, "on without off", ", \"off\": 512", "", "outputs[1]: \"off\" is missing", 0},
    {PARTS, "65 relays", "\"count\": 8", "\"count\": @65",
     "outputs[0].count: 65 is not allowed; 1 to 64", 0},
    {PARTS, "two of one name", "\"pump\"", "@\"relays\"",
     "outputs[1].name: \"relays\" stands there already", BEYOND},
    {PARTS, "an identity that says nothing", ", \"value\": 20044", "",
     "identity[1]: \"value\" is missing", 0},
    {PARTS, "an identity of how many letters", ", \"count\": 3, \"type\": \"ascii\"",
     ", \"type\": \"ascii\"", "identity[0]: \"count\" is missing", 0},
    {PARTS, "an identity of many letters", "\"count\": 3", "\"count\": @33",
     "identity[0].count: 33 is not allowed; 1 to 32", 0},
};

/* The faulty text, without the @; *line and *column of the @, 0 without. Free b with buf_free. False: .find is not there. */
static inline bool make_fault(const struct profile_fault *f, struct buf *b, long *line,
                              long *column)
{
    const char *at = strstr(f->base, f->find), *mark = strchr(f->put, '@');

    *line = *column = 0;
    if (at == NULL)
        return false;
    buf_add(b, f->base, (size_t)(at - f->base));
    buf_add(b, f->put, mark != NULL ? (size_t)(mark - f->put) : strlen(f->put));
    if (mark != NULL) {
        *line = *column = 1;
        for (size_t k = 0; k < b->n; k++) {
            *column = b->p[k] == '\n' ? 1 : *column + (((unsigned char)b->p[k] & 0xc0) != 0x80);
            *line += b->p[k] == '\n';
        }
        buf_str(b, mark + 1);
    }
    buf_str(b, at + strlen(f->find));
    return true;
}

#endif
