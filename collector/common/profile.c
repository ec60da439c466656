/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonconf.h"
#include "log.h"
#include "profile_switch.h"
#include "profile_words.h"

#define MAX_ENTRIES   PROFILE_SPARES /* measurements in a file, with and without a metric */
#define MAX_REGISTERS 125 /* of one read: Modbus application protocol 1.1b3, 6.3 and 6.4 */
#define MAX_ADDRESS   65535
#define MAX_FACTOR    1e9 /* scale, offset and device range */

/* Keys for people and for other tools; they are not read here. */
static const char *const NOTES[] = {"measures", "outputs", "quirks", "sources", "not_verified"};

static const char *const TYPE[] = {"u16", "s16", "u32", "s32", "f32", NULL};

int profile_registers(enum profile_type t)
{
    return t == PROFILE_U16 || t == PROFILE_S16 ? 1 : 2;
}

static void read_serial(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    static const char *const PARITY[] = {"N", "E", "O", NULL};
    const struct jsonconf_node *o = jsonconf_member(c, root, "serial", false);

    p->serial.parity = 'N';
    p->serial.stop_bits = 1;
    if (o == NULL || jsonconf_is_null(o))
        return;
    p->serial.baud = (int)jsonconf_integer(c, o, "baud", 1200, 115200);
    p->serial.parity = PARITY[jsonconf_word(c, o, "parity", PARITY, true, 0)][0];
    p->serial.stop_bits = (int)jsonconf_integer(c, o, "stop_bits", 1, 2);
    (void)jsonconf_integer_or(c, o, "data_bits", 8, 8, 8); /* Modbus RTU knows no other */
}

static void read_unit(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    const struct jsonconf_node *n = jsonconf_member(c, root, "default_unit", false);

    p->default_unit = -1;
    if (n != NULL && !jsonconf_is_null(n))
        p->default_unit = (int)jsonconf_integer(c, root, "default_unit", 0, 255);
}

static void read_start(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    const struct jsonconf_node *both = jsonconf_member(c, root, "start", false);
    const struct jsonconf_node *o = jsonconf_member(c, both, "start", true);
    long function;

    jsonconf_ignore(c, both, "stop");
    if (o == NULL)
        return;
    function = jsonconf_integer(c, o, "function", 3, 16);
    if (function != 3 && function != 4 && function != 6 && function != 16)
        jsonconf_refuse(c, jsonconf_member(c, o, "function", true),
                        "%ld is not allowed; 3, 4, 6, 16", function);
    p->start.function = (int)function;
    p->start.address = (uint16_t)jsonconf_integer(c, o, "address", 0, MAX_ADDRESS);
    if (function == 6)
        p->start.value = (uint16_t)jsonconf_integer(c, o, "value", 0, 65535);
    else
        p->start.count = (uint16_t)jsonconf_integer(c, o, "count", 0, MAX_REGISTERS - 2);
    jsonconf_ignore(c, o, "note");
}

static void read_timing(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    static const char *const OTHER[] = {"warm_up_ms", "wait_register", "variants"};
    const struct jsonconf_node *o = jsonconf_member(c, root, "timing", false);
    long stabilise_ms;

    p->timeout_ms = (int)jsonconf_integer_or(c, o, "timeout_ms", 50, 10000, 0);
    stabilise_ms = jsonconf_integer_or(c, o, "stabilise_ms", 0, 600000, 0);
    p->settle_ms = p->start.function != 0 ? (int)stabilise_ms : 0;
    p->measure_ms = (int)jsonconf_integer_or(c, o, "measure_ms", 0, 600000, 0);
    p->turnaround_ms = (int)jsonconf_integer_or(c, o, "turnaround_ms", 0, 10000, 0);
    for (size_t i = 0; o != NULL && i < sizeof OTHER / sizeof OTHER[0]; i++)
        jsonconf_ignore(c, o, OTHER[i]);
}

static void read_limits(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    const struct jsonconf_node *limits = jsonconf_member(c, root, "limits", false);
    const struct jsonconf_node *block = jsonconf_member(c, root, "block", false);

    p->max_registers =
        (int)jsonconf_integer_or(c, limits, "max_registers", 1, MAX_REGISTERS, MAX_REGISTERS);
    p->max_gap = (int)jsonconf_integer_or(c, limits, "max_gap", 0, MAX_REGISTERS - 1, 0);
    p->even = jsonconf_bool_or(c, limits, "even", false);
    p->outside_silent = jsonconf_bool_or(c, limits, "outside_silent", false);
    p->node_header = jsonconf_bool_or(c, root, "node_header", false);
    if (block == NULL) {
        if (p->node_header)
            jsonconf_refuse(c, jsonconf_member(c, root, "node_header", true),
                            "a node's header stands in its block; \"block\" {function, first, "
                            "count} is missing");
        return;
    }
    p->whole_block = true;
    p->block_function = (int)jsonconf_integer(c, block, "function", 3, 4);
    p->block_first = (uint16_t)jsonconf_integer(c, block, "first", 0, MAX_ADDRESS);
    p->block_count = (uint16_t)jsonconf_integer(c, block, "count", 1, p->max_registers);
    if (p->block_first + p->block_count > MAX_ADDRESS + 1)
        jsonconf_refuse(c, block, "%d registers from %d end behind register %d", p->block_count,
                        p->block_first, MAX_ADDRESS);
}

/* Byte order as on the wire; it must be known before a value may become a reading. */
static void read_order(struct jsonconf *c, const struct jsonconf_node *o, bool used,
                       struct profile_measurement *m)
{
    static const char *const WIDE[] = {"ABCD", "CDAB", "BADC", "DCBA", NULL};
    static const char *const NARROW[] = {"AB", "BA", NULL};
    const bool narrow = profile_registers(m->type) == 1;
    const char *const *words = narrow ? NARROW : WIDE;
    const struct jsonconf_node *n = jsonconf_member(c, o, "order", false);

    if (n != NULL && !jsonconf_is_null(n))
        (void)snprintf(m->order, sizeof m->order, "%s",
                       words[jsonconf_word(c, o, "order", words, true, 0)]);
    else if (narrow && n == NULL)
        (void)snprintf(m->order, sizeof m->order, "AB");
    else if (used)
        jsonconf_refuse(c, n != NULL ? n : o, "the byte order is not known, so no metric; %s",
                        narrow ? "\"AB\", \"BA\"" : "\"ABCD\", \"CDAB\", \"BADC\", \"DCBA\"");
}

static void check_place(struct jsonconf *c, const struct jsonconf_node *o, const char *key,
                        const struct profile *p, int address, int count)
{
    const int last = address + count - 1;

    if (p->whole_block && (address < p->block_first || last >= p->block_first + p->block_count))
        jsonconf_refuse(c, jsonconf_member(c, o, key, true), "%d is outside the block; %d to %d",
                        address, p->block_first, p->block_first + p->block_count - count);
    else if (last > MAX_ADDRESS)
        jsonconf_refuse(c, jsonconf_member(c, o, key, true),
                        "%d leaves no room for %d registers; 0 to %d", address, count,
                        MAX_ADDRESS + 1 - count);
}

/* The node's own words on a value: how good it is, and what it measures. */
static void read_node_words(struct jsonconf *c, const struct jsonconf_node *o,
                            const struct profile *p, struct profile_measurement *m)
{
    const struct jsonconf_node *kind = jsonconf_member(c, o, "kind", false);

    m->quality = (int)jsonconf_integer_or(c, o, "quality", 0, MAX_ADDRESS, -1);
    if (m->quality >= 0)
        check_place(c, o, "quality", p, m->quality, 1);
    m->kind = -1;
    if (kind == NULL)
        return;
    m->kind = (int)jsonconf_integer(c, kind, "address", 0, MAX_ADDRESS);
    m->kind_value = (uint16_t)jsonconf_integer(c, kind, "value", 0, 65535);
    check_place(c, kind, "address", p, m->kind, 1);
}

static void read_range(struct jsonconf *c, const struct jsonconf_node *o,
                       struct profile_measurement *m)
{
    const struct jsonconf_node *n = jsonconf_member(c, o, "sentinel", false);

    m->scale = jsonconf_number_or(c, o, "scale", -MAX_FACTOR, MAX_FACTOR, 1);
    if (m->scale == 0)
        jsonconf_refuse(c, jsonconf_member(c, o, "scale", true),
                        "0 would make every value 0; any other number from %.0g to %.0g",
                        -MAX_FACTOR, MAX_FACTOR);
    m->offset = jsonconf_number_or(c, o, "offset", -MAX_FACTOR, MAX_FACTOR, 0);
    m->min = jsonconf_number_or(c, o, "min", -MAX_FACTOR, MAX_FACTOR, -INFINITY);
    m->max = jsonconf_number_or(c, o, "max", -MAX_FACTOR, MAX_FACTOR, INFINITY);
    if (m->min >= m->max)
        jsonconf_refuse(c, o, "min %.15g is not below max %.15g", m->min, m->max);
    m->has_sentinel = n != NULL;
    m->sentinel = (uint32_t)jsonconf_integer_or(
        c, o, "sentinel", 0, profile_registers(m->type) == 1 ? 65535 : 4294967295L, 0);
}

/* The metric's name, and that the file's unit is the metric's: a value in mS/cm must not pass as uS/cm. */
static void read_metric(struct jsonconf *c, const struct jsonconf_node *o, const struct profile *p,
                        struct profile_measurement *m)
{
    const struct jsonconf_node *name = jsonconf_member(c, o, "metric", true);
    char metric[SLUG_SIZE], unit[17];
    const char *want;

    jsonconf_string(c, o, "metric", metric, sizeof metric);
    jsonconf_string(c, o, "unit", unit, sizeof unit);
    if (metric_find(metric, &m->metric) != 0) {
        jsonconf_refuse(c, name,
                        "\"%s\" is not a metric; a name of the list in README.md, such as do_mg_l",
                        metric);
        return;
    }
    for (unsigned i = 0; i < p->n; i++)
        if (p->m[i].metric == m->metric)
            jsonconf_refuse(c, name, "\"%s\" has the metric %s already; each metric once",
                            p->m[i].name, metric);
    want = m->metric == METRIC_PH ? "pH" : metric_info(m->metric)->unit;
    if (strcmp(unit, want) != 0)
        jsonconf_refuse(c, jsonconf_member(c, o, "unit", true),
                        "\"%s\" is not the unit of %s; \"%s\" (adjust scale)", unit, metric, want);
    if (p->whole_block && m->function != p->block_function)
        jsonconf_refuse(c, jsonconf_member(c, o, "function", true),
                        "%d is not the block's function; %d", m->function, p->block_function);
}

static void read_measurement(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p)
{
    struct profile_measurement m = {0};
    const bool used = jsonconf_member(c, o, "metric", false) != NULL;
    char unit[17];

    jsonconf_string(c, o, "name", m.name, sizeof m.name);
    m.function = (int)jsonconf_integer(c, o, "function", 3, 4);
    m.address = (uint16_t)jsonconf_integer(c, o, "address", 0, MAX_ADDRESS);
    m.type = (enum profile_type)jsonconf_word(c, o, "type", TYPE, true, 0);
    if (profile_registers(m.type) > p->max_registers)
        jsonconf_refuse(c, jsonconf_member(c, o, "type", true),
                        "%s needs 2 registers; limits.max_registers is %d", TYPE[m.type],
                        p->max_registers);
    read_order(c, o, used, &m);
    check_place(c, o, "address", p, m.address, profile_registers(m.type));
    read_range(c, o, &m);
    read_node_words(c, o, p, &m);
    jsonconf_ignore(c, o, "note");
    if (!used) {
        jsonconf_string_or(c, o, "unit", unit, sizeof unit, "");
        p->spare[p->spares].m = m; /* as many as a file may have entries */
        (void)snprintf(p->spare[p->spares++].unit, sizeof unit, "%s", unit);
        return;
    }
    read_metric(c, o, p, &m);
    if (p->n == PROFILE_MEASUREMENTS)
        jsonconf_refuse(c, o, "too many measurements with a metric; at most %d",
                        PROFILE_MEASUREMENTS);
    else
        p->m[p->n++] = m;
}

static void read_all(struct jsonconf *c, struct profile *p)
{
    static const char *const SCHEMA[] = {"device/1", NULL};
    static const char *const ADDRESSES[] = {"zero-based PDU addresses", NULL};
    const struct jsonconf_node *root = jsonconf_root(c), *list;
    size_t n;

    (void)jsonconf_word(c, root, "schema", SCHEMA, true, 0);
    jsonconf_slug(c, root, "id", p->id);
    jsonconf_string(c, root, "maker", p->maker, sizeof p->maker);
    jsonconf_string(c, root, "model", p->model, sizeof p->model);
    (void)jsonconf_word(c, root, "addresses", ADDRESSES, true, 0);
    read_serial(c, root, p);
    read_unit(c, root, p);
    read_start(c, root, p);
    profile_read_switches(c, root, p);
    read_timing(c, root, p);
    read_limits(c, root, p);
    for (size_t i = 0; i < sizeof NOTES / sizeof NOTES[0]; i++)
        jsonconf_ignore(c, root, NOTES[i]);
    profile_read_words(c, root, p);
    list = jsonconf_member(c, root, "measurements", true);
    n = jsonconf_length(c, list, MAX_ENTRIES);
    for (size_t i = 0; i < n; i++)
        read_measurement(c, jsonconf_at(c, list, i), p);
}

/* id NULL: whatever the file says. */
static int finish(struct profile **out, struct jsonconf *c, const char *id, char *why,
                  size_t why_size)
{
    struct profile *p = xcalloc(1, sizeof *p);
    int rc;

    read_all(c, p);
    if (id != NULL && strcmp(p->id, id) != 0)
        jsonconf_refuse(c, jsonconf_member(c, jsonconf_root(c), "id", true),
                        "\"%s\" is not the file's name; \"%s\"", p->id, id);
    rc = jsonconf_done(c, why, why_size);
    if (rc == 0)
        *out = p;
    else
        profile_free(p);
    return rc;
}

int profile_load(struct profile **out, const char *dir, const char *id, char *why, size_t why_size)
{
    struct jsonconf *c = NULL;
    char path[512];
    int rc;

    if (!slug_valid(id)) {
        (void)snprintf(why, why_size, "profile \"%.40s\": 1 to 32 of a-z, 0-9 and -", id);
        return NILA_ERR_CONFIG;
    }
    if ((size_t)snprintf(path, sizeof path, "%s/%s.json", dir, id) >= sizeof path) {
        (void)snprintf(why, why_size,
                       "profile %s: the folder's path is too long; at most %zu bytes", id,
                       sizeof path - SLUG_SIZE - 6);
        return NILA_ERR_CONFIG;
    }
    rc = jsonconf_open(&c, path, why, why_size);
    if (rc == 0)
        rc = finish(out, c, id, why, why_size);
    jsonconf_close(c);
    return rc;
}

int profile_load_memory(struct profile **out, const char *name, const char *text, size_t n,
                        char *why, size_t why_size)
{
    struct jsonconf *c = NULL;
    int rc = jsonconf_open_memory(&c, name, text, n, why, why_size);

    if (rc == 0)
        rc = finish(out, c, NULL, why, why_size);
    jsonconf_close(c);
    return rc;
}

void profile_free(struct profile *p)
{
    free(p);
}
