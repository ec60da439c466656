/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "profile_parts.h"

#define MAX_ADDRESS   65535
#define MAX_REGISTERS 123 /* of one write: Modbus application protocol 1.1b3, 6.12 */
#define MAX_VALUE     4294967295.0

const char *const PROFILE_WORD_TYPE[] = {"u16",     "s16",    "u32",   "s32", "f32",
                                         "u8-high", "u8-low", "ascii", NULL};

/* For people: what codes and values mean, what to write when. */
static const char *const FOR_PEOPLE[] = {"note", "codes", "values", "value", "scale",
                                         "unit", "mask",  "bad",    "of"};

static bool wide(enum profile_word_type t)
{
    return t == PROFILE_WORD_U32 || t == PROFILE_WORD_S32 || t == PROFILE_WORD_F32;
}

void profile_read_word_order(struct jsonconf *c, const struct jsonconf_node *o,
                             enum profile_word_type t, char order[static 5])
{
    static const char *const WIDE[] = {"ABCD", "CDAB", "BADC", "DCBA", NULL};
    static const char *const NARROW[] = {"AB", "BA", NULL};
    const char *const *words = wide(t) ? WIDE : NARROW;

    (void)snprintf(order, 5, "%s", words[jsonconf_word(c, o, "order", words, false, 0)]);
}

static void read_entry(struct jsonconf *c, const struct jsonconf_node *o, bool state,
                       struct profile *p)
{
    const struct jsonconf_node *address = jsonconf_member(c, o, "address", false);
    struct profile_word w = {.state = state};
    const long function = jsonconf_integer(c, o, "function", 0, 127);

    for (size_t i = 0; i < sizeof FOR_PEOPLE / sizeof FOR_PEOPLE[0]; i++)
        jsonconf_ignore(c, o, FOR_PEOPLE[i]);
    jsonconf_string(c, o, "name", w.name, sizeof w.name);
    (void)profile_field(c, o, "values", w.name, p);
    if (function != 3 && function != 4 && function != 6 && function != 16)
        return; /* a private one: no registers */
    w.function = (int)function;
    w.address = (uint16_t)jsonconf_integer(c, o, "address", 0, MAX_ADDRESS);
    w.type = (enum profile_word_type)jsonconf_word(c, o, "type", PROFILE_WORD_TYPE, false,
                                                   PROFILE_WORD_U16);
    w.count = (uint16_t)jsonconf_integer_or(c, o, "count", 0, MAX_REGISTERS, wide(w.type) ? 2 : 1);
    if (w.address + w.count > MAX_ADDRESS + 1)
        jsonconf_refuse(c, address, "%d leaves no room for %d registers; 0 to %d", w.address,
                        w.count, MAX_ADDRESS + 1 - w.count);
    profile_read_word_order(c, o, w.type, w.order);
    w.ok = jsonconf_number_or(c, o, "ok", -MAX_VALUE, MAX_VALUE, 0);
    w.absent = jsonconf_number_or(c, o, "absent", -MAX_VALUE, MAX_VALUE, w.ok + 1);
    w.min = jsonconf_number_or(c, o, "min", -MAX_VALUE, MAX_VALUE, -INFINITY);
    w.max = jsonconf_number_or(c, o, "max", -MAX_VALUE, MAX_VALUE, INFINITY);
    if (p->words == PROFILE_WORDS)
        jsonconf_refuse(c, o, "too many entries in status, config and calibration; at most %d",
                        PROFILE_WORDS);
    else
        p->word[p->words++] = w;
}

static void read_wait(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    const struct jsonconf_node *timing = jsonconf_member(c, root, "timing", false);
    const struct jsonconf_node *o = jsonconf_member(c, timing, "wait_register", false);
    struct profile_word w = {.name = "wait_register",
                             .count = 1,
                             .order = "AB",
                             .ok = p->settle_ms > 65535 ? 65535 : p->settle_ms};

    if (o == NULL)
        return;
    w.function = (int)jsonconf_integer(c, o, "function", 3, 4);
    w.address = (uint16_t)jsonconf_integer(c, o, "address", 0, MAX_ADDRESS);
    p->word[p->words++] = w; /* the first of all */
}

void profile_read_words(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    static const char *const LIST[] = {"status", "config", "calibration"};

    read_wait(c, root, p);
    for (size_t k = 0; k < sizeof LIST / sizeof LIST[0]; k++) {
        const struct jsonconf_node *list = jsonconf_member(c, root, LIST[k], false);
        size_t n;
        if (list == NULL || jsonconf_is_null(list))
            continue;
        n = jsonconf_length(c, list, PROFILE_WORDS);
        for (size_t i = 0; i < n; i++)
            read_entry(c, jsonconf_at(c, list, i), k == 0, p);
    }
}
