/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in a profile beside values: states that judge them, outputs and inputs, registers by which a device is known. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "profile_parts.h"

#define MAX_COILS    64
#define MAX_IDENTITY 32 /* registers */

static bool is_wide(enum profile_word_type t)
{
    return t == PROFILE_WORD_U32 || t == PROFILE_WORD_S32 || t == PROFILE_WORD_F32;
}

int profile_state_registers(const struct profile_state *s)
{
    return is_wide(s->type) ? 2 : 1;
}

/* Bit i for m[i] of that name; false when no measurement of the file has it. */
static bool add_name(const struct profile *p, const char *name, uint32_t *of)
{
    for (unsigned i = 0; i < p->n; i++)
        if (strcmp(p->m[i].name, name) == 0) {
            *of |= UINT32_C(1) << i;
            return true;
        }
    for (unsigned i = 0; i < p->spares; i++)
        if (strcmp(p->spare[i].m.name, name) == 0)
            return true;
    return false;
}

/* "of": ["ph", ...]: the measurements the state speaks of; all when it isn't said. */
static uint32_t read_of(struct jsonconf *c, const struct jsonconf_node *o, const struct profile *p)
{
    const struct jsonconf_node *list = jsonconf_member(c, o, "of", false);
    const size_t n = list != NULL ? jsonconf_length(c, list, PROFILE_SPARES) : 0;
    uint32_t of = 0;

    if (list == NULL)
        return p->n == 32 ? UINT32_MAX : (UINT32_C(1) << p->n) - 1;
    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *text = jsonconf_at(c, list, i);
        char name[SLUG_SIZE];
        jsonconf_text(c, text, name, sizeof name);
        if (!add_name(p, name, &of))
            jsonconf_refuse(c, text, "\"%s\" is no measurement of this file; a \"name\" of one",
                            name);
    }
    return of;
}

static void read_state(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p)
{
    static const char *const BAD[] = {"suspect", "fail", "missing", NULL};
    const double widest[] = {0, 65535, 4294967295.0};
    struct profile_state s = {.ok = 0};
    double top;

    jsonconf_string(c, o, "name", s.name, sizeof s.name);
    s.function = (int)jsonconf_integer(c, o, "function", 3, 4);
    s.address = (uint16_t)jsonconf_integer(c, o, "address", 0, PROFILE_MAX_ADDRESS);
    s.type = (enum profile_word_type)jsonconf_word(c, o, "type", PROFILE_WORD_TYPE, false,
                                                   PROFILE_WORD_U16);
    if (s.type != PROFILE_WORD_U16 && s.type != PROFILE_WORD_U32 &&
        s.type != PROFILE_WORD_U8_HIGH && s.type != PROFILE_WORD_U8_LOW)
        jsonconf_refuse(c, jsonconf_member(c, o, "type", true),
                        "\"%s\" has no bits to compare with \"ok\"; \"u16\", \"u32\", "
                        "\"u8-high\", \"u8-low\"",
                        PROFILE_WORD_TYPE[s.type]);
    profile_read_word_order(c, o, s.type, s.order);
    top = widest[profile_state_registers(&s)];
    s.mask = (uint32_t)jsonconf_number_or(c, o, "mask", 1, top, top);
    s.ok = (uint32_t)jsonconf_number(c, o, "ok", 0, top);
    if ((s.ok & ~s.mask) != 0)
        jsonconf_refuse(c, jsonconf_member(c, o, "ok", true),
                        "%u has bits that \"mask\" hides; ok within mask", s.ok);
    s.bad = (enum profile_bad)jsonconf_word(c, o, "bad", BAD, false, PROFILE_BAD_FAIL);
    s.of = read_of(c, o, p);
    if (s.of != 0)
        profile_check_place(c, o, "address", p, s.function, s.address, profile_state_registers(&s));
    if (p->states == PROFILE_STATES)
        jsonconf_refuse(c, o, "too many states with \"ok\"; at most %d", PROFILE_STATES);
    else
        p->state[p->states++] = s;
}

void profile_read_states(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    const struct jsonconf_node *list = jsonconf_member(c, root, "status", false);
    const size_t n =
        list == NULL || jsonconf_is_null(list) ? 0 : jsonconf_length(c, list, PROFILE_WORDS);

    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(c, list, i);
        if (jsonconf_member(c, o, "ok", false) != NULL)
            read_state(c, o, p);
    }
}

/* 5 and 15 write coils, 6 and 16 registers; inputs are read by 1 to 4. */
static void read_output_function(struct jsonconf *c, const struct jsonconf_node *o,
                                 struct profile_output *out)
{
    const bool input = out->kind == PROFILE_OUTPUT_INPUTS;
    const long f = jsonconf_integer(c, o, "function", 1, 16);
    const bool writes = f == 5 || f == 6 || f == 15 || f == 16;

    if (input ? f > 4 : !writes)
        jsonconf_refuse(c, jsonconf_member(c, o, "function", true), "%ld is not allowed; %s", f,
                        input ? "1 to 4 (inputs are read)" : "5, 6, 15, 16");
    out->function = (int)f;
    out->read_function = (int)jsonconf_integer_or(c, o, "read_function", 1, 4, 0);
    if (jsonconf_bool_or(c, o, "write_only", false) && out->read_function != 0)
        jsonconf_refuse(c, jsonconf_member(c, o, "write_only", true),
                        "\"read_function\" says how to read it; one of them must go");
    if (input)
        out->read_function = out->function;
}

static void read_levels(struct jsonconf *c, const struct jsonconf_node *o,
                        struct profile_output *out)
{
    const bool registers =
        out->function == 6 || out->function == 16 ||
        (out->kind == PROFILE_OUTPUT_INPUTS && (out->function == 3 || out->function == 4));

    out->on = 1;
    if (!registers) {
        const struct jsonconf_node *n = jsonconf_member(c, o, "on", false);
        if (n == NULL)
            n = jsonconf_member(c, o, "off", false);
        if (n != NULL)
            jsonconf_refuse(c, n, "a coil is on or off by itself; only with registers (6, 16)");
        return;
    }
    if (out->kind == PROFILE_OUTPUT_SPECIAL && jsonconf_member(c, o, "on", false) == NULL)
        return;
    out->on = (uint16_t)jsonconf_integer(c, o, "on", 0, 65535);
    out->off = (uint16_t)jsonconf_integer(c, o, "off", 0, 65535);
    if (out->on == out->off)
        jsonconf_refuse(c, jsonconf_member(c, o, "off", true),
                        "%d is \"on\" already; another of 0 to 65535", out->off);
}

static void read_output(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p)
{
    static const char *const KIND[] = {"coil", "discrete", NULL};
    struct profile_output out = {.kind = PROFILE_OUTPUT_SPECIAL};

    jsonconf_string(c, o, "name", out.name, sizeof out.name);
    if (jsonconf_member(c, o, "type", false) != NULL)
        out.kind = (enum profile_output_kind)jsonconf_word(c, o, "type", KIND, true, 0);
    read_output_function(c, o, &out);
    read_levels(c, o, &out);
    out.address = (uint16_t)jsonconf_integer(c, o, "address", 0, PROFILE_MAX_ADDRESS);
    out.count = (uint16_t)jsonconf_integer_or(c, o, "count", 1, MAX_COILS, 1);
    out.first_number = (int)jsonconf_integer_or(c, o, "first_number", 0, 999, 1);
    if (out.address + out.count > PROFILE_MAX_ADDRESS + 1)
        jsonconf_refuse(c, jsonconf_member(c, o, "address", true),
                        "%d leaves no room for %d; 0 to %d", out.address, out.count,
                        PROFILE_MAX_ADDRESS + 1 - out.count);
    jsonconf_ignore(c, o, "note");
    for (unsigned i = 0; i < p->outputs; i++)
        if (strcmp(p->output[i].name, out.name) == 0)
            jsonconf_refuse(c, jsonconf_member(c, o, "name", true),
                            "\"%s\" stands there already; each name once", out.name);
    p->output[p->outputs++] = out;
    if (out.kind == PROFILE_OUTPUT_CHANNELS && (out.function == 5 || out.function == 6) &&
        p->relay.count == 0)
        p->relay = (struct profile_switch){.function = out.function,
                                           .read_function = out.read_function,
                                           .address = out.address,
                                           .first = out.first_number,
                                           .count = out.count,
                                           .on = out.on,
                                           .off = out.off};
}

void profile_read_outputs(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    const struct jsonconf_node *list = jsonconf_member(c, root, "outputs", false);
    const size_t n = list != NULL ? jsonconf_length(c, list, PROFILE_OUTPUTS) : 0;

    for (size_t i = 0; i < n; i++)
        read_output(c, jsonconf_at(c, list, i), p);
}

static void read_one_identity(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p)
{
    struct profile_identity i = {.count = 1};

    jsonconf_string(c, o, "name", i.name, sizeof i.name);
    i.function = (int)jsonconf_integer(c, o, "function", 3, 4);
    i.address = (uint16_t)jsonconf_integer(c, o, "address", 0, PROFILE_MAX_ADDRESS);
    i.type = (enum profile_word_type)jsonconf_word(c, o, "type", PROFILE_WORD_TYPE, false,
                                                   PROFILE_WORD_U16);
    profile_read_word_order(c, o, i.type, i.order);
    if (i.type == PROFILE_WORD_ASCII)
        i.count = (uint16_t)jsonconf_integer(c, o, "count", 1, MAX_IDENTITY);
    else
        i.count = is_wide(i.type) ? 2 : 1;
    profile_check_place(c, o, "address", p, i.function, i.address, i.count);
    if (i.type == PROFILE_WORD_ASCII) {
        jsonconf_string_or(c, o, "pattern", i.pattern, sizeof i.pattern, "");
    } else {
        i.has_value = true;
        i.value = jsonconf_number(c, o, "value", -4294967295.0, 4294967295.0);
    }
    jsonconf_ignore(c, o, "note");
    p->identity[p->identities++] = i;
}

void profile_read_identity(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    const struct jsonconf_node *list = jsonconf_member(c, root, "identity", false);
    const size_t n = list != NULL ? jsonconf_length(c, list, PROFILE_IDENTITIES) : 0;

    for (size_t i = 0; i < n; i++)
        read_one_identity(c, jsonconf_at(c, list, i), p);
}

/* * any characters, ? one. text ends at the first NUL or blank tail. */
static bool matches(const char *pattern, const char *text)
{
    const char *star = NULL, *back = NULL;

    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            back = text;
        } else if (*pattern == *text || *pattern == '?') {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++back;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool text_fits(const struct profile_identity *i, const uint16_t *regs)
{
    char text[2 * MAX_IDENTITY + 1];
    size_t n = 0;

    for (unsigned k = 0; k < i->count && k < MAX_IDENTITY; k++) {
        text[n++] = (char)(regs[k] >> 8);
        text[n++] = (char)(regs[k] & 255);
    }
    while (n > 0 && (text[n - 1] == '\0' || text[n - 1] == ' '))
        n--;
    text[n] = '\0';
    for (size_t k = 0; k < n; k++)
        if (text[k] < 0x20 || text[k] > 0x7e)
            return false;
    return i->pattern[0] == '\0' ? n > 0 : matches(i->pattern, text);
}

static double word_value(const struct profile_identity *i, const uint16_t *regs)
{
    uint32_t raw = 0;
    float f;
    const int bytes = 2 * i->count;

    for (int k = 0; k < bytes; k++) {
        const uint32_t byte = k % 2 == 0 ? regs[k / 2] >> 8 : regs[k / 2] & 0xFFU;
        const int place = i->order[0] == '\0' ? k : i->order[k] - 'A';
        raw |= byte << 8 * ((bytes - 1 - place) & 3);
    }
    switch (i->type) {
    case PROFILE_WORD_S16:
        return (int16_t)(uint16_t)raw;
    case PROFILE_WORD_S32:
        return (int32_t)raw;
    case PROFILE_WORD_F32:
        memcpy(&f, &raw, sizeof f);
        return (double)f;
    case PROFILE_WORD_U8_HIGH:
        return raw >> 8;
    case PROFILE_WORD_U8_LOW:
        return raw & 255;
    case PROFILE_WORD_U16:
    case PROFILE_WORD_U32:
    case PROFILE_WORD_ASCII:
        break;
    }
    return raw;
}

bool profile_identity_fits(const struct profile_identity *i, const uint16_t *regs)
{
    if (i->type == PROFILE_WORD_ASCII)
        return text_fits(i, regs);
    return !i->has_value || fabs(word_value(i, regs) - i->value) < 1e-6;
}
