/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a device is asked: the part of profile.c about the line, the requests and their times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile_parts.h"

static void read_serial(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    static const char *const PARITY[] = {"N", "E", "O", NULL};
    const struct profile_field f = profile_field(c, root, "serial", "", p);
    const struct jsonconf_node *o = jsonconf_member(c, f.object, f.key, false);

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
    const struct profile_field f = profile_field(c, root, "default_unit", "", p);
    const struct jsonconf_node *n = jsonconf_member(c, f.object, f.key, false);

    p->default_unit = -1;
    if (n != NULL && !jsonconf_is_null(n))
        p->default_unit = (int)jsonconf_integer(c, f.object, f.key, 0, 255);
}

static void read_request(struct jsonconf *c, const struct jsonconf_node *o,
                         struct profile_request *r)
{
    const long function = jsonconf_integer(c, o, "function", 3, 16);

    if (function != 3 && function != 4 && function != 6 && function != 16)
        jsonconf_refuse(c, jsonconf_member(c, o, "function", true),
                        "%ld is not allowed; 3, 4, 6, 16", function);
    r->function = (int)function;
    r->address = (uint16_t)jsonconf_integer(c, o, "address", 0, PROFILE_MAX_ADDRESS);
    if (function == 6)
        r->value = (uint16_t)jsonconf_integer(c, o, "value", 0, 65535);
    else
        r->count = (uint16_t)jsonconf_integer(c, o, "count", 0, PROFILE_MAX_REGISTERS - 2);
    jsonconf_ignore(c, o, "note");
}

static void read_start(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    static const char *const WHEN[] = {"power_up", "each_reading", NULL};
    const struct jsonconf_node *both = jsonconf_member(c, root, "start", false);
    const struct jsonconf_node *o = jsonconf_member(c, both, "start", true), *stop;
    struct profile_request rest;

    if (o == NULL)
        return;
    read_request(c, o, &p->start);
    p->start_each = jsonconf_word(c, both, "when", WHEN, false, 0) == 1;
    stop = jsonconf_member(c, both, "stop", false);
    if (stop != NULL)
        read_request(c, stop, &rest); /* checked; nobody sends it */
}

static void read_wait(struct jsonconf *c, const struct jsonconf_node *timing, struct profile *p)
{
    static const char *const UNIT[] = {"ms", NULL};
    const struct jsonconf_node *o = jsonconf_member(c, timing, "wait_register", false), *ready;

    if (o == NULL)
        return;
    if (p->start.function == 0)
        jsonconf_refuse(c, o, "nothing is waited for without \"start\"");
    p->wait.function = (int)jsonconf_integer(c, o, "function", 3, 4);
    p->wait.address = (uint16_t)jsonconf_integer(c, o, "address", 0, PROFILE_MAX_ADDRESS);
    (void)jsonconf_word(c, o, "unit", UNIT, false, 0);
    ready = jsonconf_member(c, o, "ready", false);
    p->wait.ready = ready != NULL;
    p->wait.ready_value = (uint16_t)jsonconf_integer_or(c, o, "ready", 0, 65535, 0);
    if (ready != NULL && jsonconf_member(c, o, "unit", false) != NULL)
        jsonconf_refuse(c, ready, "the register holds a time (\"unit\") or a state (\"ready\")");
    jsonconf_ignore(c, o, "note");
}

static void read_timing(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    static const char *const OTHER[] = {"warm_up_ms", "variants", "note"};
    const struct jsonconf_node *o = jsonconf_member(c, root, "timing", false);
    long stabilise_ms;

    p->timeout_ms = (int)jsonconf_integer_or(c, o, "timeout_ms", 50, 10000, 0);
    stabilise_ms = jsonconf_integer_or(c, o, "stabilise_ms", 0, 600000, 0);
    p->settle_ms = p->start.function != 0 ? (int)stabilise_ms : 0;
    p->measure_ms = (int)jsonconf_integer_or(c, o, "measure_ms", 0, 600000, 0);
    p->turnaround_ms = (int)jsonconf_integer_or(c, o, "turnaround_ms", 0, 10000, 0);
    p->gap_ms = (int)jsonconf_integer_or(c, o, "gap_ms", 0, 1000, 0);
    read_wait(c, o, p);
    for (size_t i = 0; o != NULL && i < sizeof OTHER / sizeof OTHER[0]; i++)
        jsonconf_ignore(c, o, OTHER[i]);
}

static void read_block(struct jsonconf *c, const struct jsonconf_node *o, const struct profile *p,
                       struct profile_block *b)
{
    b->function = (int)jsonconf_integer(c, o, "function", 3, 4);
    b->first = (uint16_t)jsonconf_integer(c, o, "first", 0, PROFILE_MAX_ADDRESS);
    b->count = (uint16_t)jsonconf_integer(c, o, "count", 1, p->max_registers);
    if (b->first + b->count > PROFILE_MAX_ADDRESS + 1)
        jsonconf_refuse(c, o, "%d registers from %d end behind register %d", b->count, b->first,
                        PROFILE_MAX_ADDRESS);
    if (p->even && (b->first % 2 != 0 || b->count % 2 != 0))
        jsonconf_refuse(c, o, "%d registers from %d; limits.even wants both even", b->count,
                        b->first);
    jsonconf_ignore(c, o, "note");
}

static void read_blocks(struct jsonconf *c, const struct jsonconf_node *list, struct profile *p)
{
    const size_t n = jsonconf_length(c, list, PROFILE_BLOCKS);

    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(c, list, i);
        struct profile_block b = {0};
        read_block(c, o, p, &b);
        for (unsigned k = 0; k < p->blocks; k++)
            if (p->block[k].function == b.function &&
                b.first < p->block[k].first + p->block[k].count &&
                p->block[k].first < b.first + b.count)
                jsonconf_refuse(c, o, "lies over blocks[%u]; blocks apart from each other", k);
        p->block[p->blocks++] = b;
    }
}

static void read_limits(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    const struct jsonconf_node *limits = jsonconf_member(c, root, "limits", false);
    const struct jsonconf_node *block = jsonconf_member(c, root, "block", false);
    const struct jsonconf_node *blocks = jsonconf_member(c, root, "blocks", false);
    struct profile_block b = {0};

    p->max_registers = (int)jsonconf_integer_or(c, limits, "max_registers", 1,
                                                PROFILE_MAX_REGISTERS, PROFILE_MAX_REGISTERS);
    p->max_gap = (int)jsonconf_integer_or(c, limits, "max_gap", 0, PROFILE_MAX_REGISTERS - 1, 0);
    p->even = jsonconf_bool_or(c, limits, "even", false);
    if (p->even && p->max_registers == 1)
        jsonconf_refuse(c, jsonconf_member(c, limits, "even", true),
                        "an even number of registers is at least 2; limits.max_registers is 1");
    p->outside_silent = jsonconf_bool_or(c, limits, "outside_silent", false);
    p->node_header = jsonconf_bool_or(c, root, "node_header", false);
    if (block != NULL && blocks != NULL)
        jsonconf_refuse(c, blocks, "\"block\" says that there is one; one of them must go");
    if (blocks != NULL)
        read_blocks(c, blocks, p);
    if (block == NULL) {
        if (p->node_header)
            jsonconf_refuse(c, jsonconf_member(c, root, "node_header", true),
                            "a node's header stands in its block; \"block\" {function, first, "
                            "count} is missing");
        return;
    }
    read_block(c, block, p, &b);
    p->whole_block = true;
    p->block_function = b.function;
    p->block_first = b.first;
    p->block_count = b.count;
}

/* "orders": [{"code": 1, "order": "ABCD"}, ...]: what the register holds, and the order that means. */
static void read_orders(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p)
{
    static const char *const ORDER[] = {"ABCD", "CDAB", "BADC", "DCBA", NULL};
    const struct jsonconf_node *list = jsonconf_member(c, o, "orders", true);
    const size_t n = jsonconf_length(c, list, PROFILE_ORDERS);

    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *e = jsonconf_at(c, list, i);
        const long code = jsonconf_integer(c, e, "code", 0, 65535);
        const char *word = ORDER[jsonconf_word(c, e, "order", ORDER, true, 0)];
        for (unsigned k = 0; k < p->order_register.n; k++)
            if (p->order_register.of[k].code == code)
                jsonconf_refuse(c, jsonconf_member(c, e, "code", true),
                                "%ld stands there already; each code once", code);
        p->order_register.of[i].code = (uint16_t)code;
        memcpy(p->order_register.of[i].order, word, 5);
        p->order_register.n++;
    }
    if (list != NULL && n == 0)
        jsonconf_refuse(c, list, "no order; one entry a code at least");
}

static void read_order_register(struct jsonconf *c, const struct jsonconf_node *root,
                                struct profile *p)
{
    const struct jsonconf_node *o = jsonconf_member(c, root, "order_register", false);
    struct profile_field f;

    if (o == NULL)
        return;
    p->order_register.function = (int)jsonconf_integer(c, o, "function", 3, 4);
    f = profile_field(c, o, "address", "order_register", p);
    p->order_register.address =
        (uint16_t)jsonconf_integer(c, f.object, f.key, 0, PROFILE_MAX_ADDRESS);
    profile_check_place(c, f.object, f.key, p, p->order_register.function,
                        p->order_register.address, 1);
    read_orders(c, o, p);
    jsonconf_ignore(c, o, "note");
}

void profile_check_place(struct jsonconf *c, const struct jsonconf_node *o, const char *key,
                         const struct profile *p, int function, int address, int count)
{
    const int last = address + count - 1;
    const struct jsonconf_node *n = jsonconf_member(c, o, key, true);

    if (p->whole_block && (address < p->block_first || last >= p->block_first + p->block_count))
        jsonconf_refuse(c, n, "%d is outside the block; %d to %d", address, p->block_first,
                        p->block_first + p->block_count - count);
    else if (last > PROFILE_MAX_ADDRESS)
        jsonconf_refuse(c, n, "%d leaves no room for %d registers; 0 to %d", address, count,
                        PROFILE_MAX_ADDRESS + 1 - count);
    for (unsigned i = 0; i < p->blocks; i++) {
        const struct profile_block *b = &p->block[i];
        const int end = b->first + b->count;
        if (b->function == function && address < end && last >= b->first &&
            (address < b->first || last >= end))
            jsonconf_refuse(c, n, "%d to %d is cut by blocks[%u], %d to %d", address, last, i,
                            b->first, end - 1);
    }
}

void profile_read_asking(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    read_serial(c, root, p);
    read_unit(c, root, p);
    read_start(c, root, p);
    read_timing(c, root, p);
    read_limits(c, root, p);
    read_order_register(c, root, p);
}
