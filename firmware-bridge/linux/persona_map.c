/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "persona_own.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "firmware-bridge/core/nila_regmap.h"

#include "encode.h"

#define WORD_MAX 125 /* registers of the longest word */

#define QUALITY_UNUSABLE \
    (NILA_Q_STALE | NILA_Q_ABSENT | NILA_Q_RANGE | NILA_Q_WARMUP | NILA_Q_STUCK)

/* The function a register is read by. */
static int reading_function(int function)
{
    return function == 4 ? 4 : 3;
}

static void add(struct persona *d, int function, unsigned address, unsigned count, bool writable,
                bool measured)
{
    for (unsigned i = 0; i < count; i++) {
        if (d->cells == d->room) {
            d->room = d->room > 0 ? 2 * d->room : 64;
            d->cell = xrealloc(d->cell, d->room, sizeof *d->cell);
        }
        d->cell[d->cells++] = (struct persona_cell){.function = (uint8_t)reading_function(function),
                                                    .writable = writable,
                                                    .measured = measured,
                                                    .address = (uint16_t)(address + i)};
    }
}

static int by_place(const void *a, const void *b)
{
    const struct persona_cell *x = a, *y = b;

    if (x->function != y->function)
        return x->function - y->function;
    return x->address - y->address;
}

/* In order, and a register that two entries name once. */
static void sort(struct persona *d)
{
    size_t n = 0;

    if (d->cells == 0)
        return;
    qsort(d->cell, d->cells, sizeof *d->cell, by_place);
    for (size_t i = 1; i < d->cells; i++) {
        if (by_place(&d->cell[n], &d->cell[i]) == 0) {
            d->cell[n].writable |= d->cell[i].writable;
            d->cell[n].measured |= d->cell[i].measured;
        } else {
            d->cell[++n] = d->cell[i];
        }
    }
    d->cells = n + 1;
}

/* A profile that lets its reader bridge gaps says that what is there can be read. */
static void fill_gaps(struct persona *d)
{
    size_t n = d->cells;

    for (size_t i = 1; i < n; i++) {
        struct persona_cell a = d->cell[i - 1], b = d->cell[i];
        unsigned gap = b.address - a.address - 1U;
        if (a.function == b.function && gap <= (unsigned)d->p->max_gap)
            add(d, a.function, a.address + 1U, gap, false, false);
    }
    sort(d);
}

struct persona_cell *persona_map_find(const struct persona *d, int function, unsigned address)
{
    const struct persona_cell key = {.function = (uint8_t)function, .address = (uint16_t)address};

    if (d->cells == 0)
        return NULL;
    return bsearch(&key, d->cell, d->cells, sizeof key, by_place);
}

void persona_map_set(struct persona *d, int function, unsigned address, const uint16_t *value,
                     unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct persona_cell *c = persona_map_find(d, reading_function(function), address + i);
        if (c != NULL)
            c->value = value[i];
    }
}

void persona_map_set_word(struct persona *d, const struct profile_word *w, double value)
{
    uint16_t regs[WORD_MAX];
    char text[16];

    (void)snprintf(text, sizeof text, "SIM%08X", (unsigned)d->serial);
    encode_word(regs, w, value, text);
    persona_map_set(d, w->function, w->address, regs, w->count);
}

static void set_one(struct persona *d, int function, unsigned address, unsigned value)
{
    const uint16_t word = (uint16_t)value;

    persona_map_set(d, function, address, &word, 1);
}

static bool called(const struct profile_word *w, const char *name)
{
    return strcmp(w->name, name) == 0;
}

/* The i-th measurement: first those with a metric, then the others; NULL behind the last. */
static const struct profile_measurement *measurement(const struct profile *p, unsigned i)
{
    if (i < p->n)
        return &p->m[i];
    return i - p->n < p->spares ? &p->spare[i - p->n].m : NULL;
}

static void add_measurement(struct persona *d, const struct profile_measurement *m)
{
    add(d, m->function, m->address, (unsigned)profile_registers(m->type), false, true);
    if (m->quality >= 0)
        add(d, m->function, (unsigned)m->quality, 1, false, true);
    if (m->kind >= 0)
        add(d, m->function, (unsigned)m->kind, 1, false, false);
    if (m->has_decimals)
        add(d, m->function, m->decimals, 1, false, false);
}

static void add_all(struct persona *d)
{
    const struct profile *p = d->p;
    const struct profile_measurement *m;

    if (p->whole_block)
        add(d, p->block_function, p->block_first, p->block_count, false, false);
    for (unsigned i = 0; i < p->blocks; i++)
        add(d, p->block[i].function, p->block[i].first, p->block[i].count, false, false);
    for (unsigned i = 0; (m = measurement(p, i)) != NULL; i++)
        add_measurement(d, m);
    for (unsigned i = 0; i < p->words; i++)
        add(d, p->word[i].function, p->word[i].address, p->word[i].count, p->word[i].function >= 6,
            false);
    for (unsigned i = 0; i < p->identities; i++)
        add(d, p->identity[i].function, p->identity[i].address, p->identity[i].count, false, false);
    if (p->order_register.function != 0)
        add(d, p->order_register.function, p->order_register.address, 1, false, false);
    if (p->relay.function == 6)
        add(d, 3, p->relay.address, (unsigned)p->relay.count, true, false);
}

/* A text that fits an identity's pattern. */
static void fitting_text(const struct persona *d, const char *pattern, char *out, size_t size)
{
    size_t n = 0;

    if (pattern[0] == '\0')
        (void)snprintf(out, size, "SIM%08X", (unsigned)d->serial);
    else
        out[0] = '\0';
    for (; *pattern != '\0' && n + 1 < size; pattern++) {
        if (*pattern == '*')
            continue;
        out[n] = *pattern;
        if (*pattern == '?')
            out[n] = '0';
        out[++n] = '\0';
    }
}

static void set_identity(struct persona *d, const struct profile_identity *id)
{
    struct profile_word w = {
        .function = id->function, .address = id->address, .count = id->count, .type = id->type};
    uint16_t regs[WORD_MAX];
    char text[40];

    memcpy(w.order, id->order, sizeof w.order);
    fitting_text(d, id->pattern, text, sizeof text);
    encode_word(regs, &w, id->value, text);
    persona_map_set(d, w.function, w.address, regs, w.count);
}

/* Modes and decimal points; of several measurements at one register the first is what the device comes with. */
static void set_modes(struct persona *d)
{
    const struct profile *p = d->p;
    const struct profile_measurement *m;
    unsigned n = p->n + p->spares;

    while (n-- > 0) {
        m = measurement(p, n);
        if (m->kind >= 0)
            set_one(d, m->function, (unsigned)m->kind, m->kind_value);
        if (m->has_decimals)
            set_one(d, m->function, m->decimals,
                    n < p->n ? (unsigned)metric_info(m->metric)->decimals + 1 : 2);
    }
    if (p->order_register.n > 0)
        set_one(d, p->order_register.function, p->order_register.address,
                p->order_register.of[0].code);
    for (int i = 0; i < p->relay.count && p->relay.function == 6; i++)
        set_one(d, 3, p->relay.address + (unsigned)i, p->relay.off);
}

void persona_map_make(struct persona *d)
{
    const struct profile *p = d->p;

    add_all(d);
    sort(d);
    fill_gaps(d);
    for (unsigned i = 0; i < p->words; i++) {
        const struct profile_word *w = &p->word[i];
        persona_map_set_word(d, w,
                             called(w, "unit")            ? d->unit
                             : called(w, "serial_number") ? d->serial
                                                          : w->ok);
    }
    if (p->wait.function != 0 && !p->wait.ready)
        set_one(d, p->wait.function, p->wait.address, (unsigned)persona_wait_ms(d));
    for (unsigned i = 0; i < p->identities; i++)
        set_identity(d, &p->identity[i]);
    set_modes(d);
}

/* The byte order in force: the measurement's own, or what the device is set to (a code that means nothing: as it came). */
static const char *order_of(const struct persona *d, const struct profile_measurement *m)
{
    const struct profile *p = d->p;
    const struct persona_cell *c =
        persona_map_find(d, p->order_register.function, p->order_register.address);

    if (!m->order_set || c == NULL)
        return m->order;
    for (unsigned i = 0; i < p->order_register.n; i++)
        if (p->order_register.of[i].code == c->value)
            return p->order_register.of[i].order;
    return p->order_register.of[0].order;
}

/* Does the device's mode say that these registers hold something else now? */
static bool other_mode(const struct persona *d, const struct profile_measurement *m)
{
    const struct persona_cell *c =
        m->kind >= 0 ? persona_map_find(d, m->function, (unsigned)m->kind) : NULL;

    return c != NULL && c->value != m->kind_value;
}

/* Fills a measurement's registers; false when its sensor is absent. */
static bool take(struct persona *d, const struct profile_measurement *m,
                 const struct sim_channel *ch)
{
    const struct persona_cell *c =
        m->has_decimals ? persona_map_find(d, m->function, m->decimals) : NULL;
    double value = ch != NULL ? ch->value : NAN;
    unsigned quality = ch != NULL ? ch->quality & 0xFFFF & ~(unsigned)NILA_Q_VALID : 0;
    uint16_t regs[4];

    if (other_mode(d, m))
        return true;
    if (isnan(value))
        quality |= NILA_Q_ABSENT;
    if (encode_value_as(regs, m, order_of(d, m), c != NULL && c->value <= 9 ? c->value : 0,
                        value) != 0)
        quality |= NILA_Q_RANGE;
    if ((quality & QUALITY_UNUSABLE) == 0)
        quality |= NILA_Q_VALID;
    persona_map_set(d, m->function, m->address, regs, (unsigned)profile_registers(m->type));
    if (m->quality >= 0)
        set_one(d, m->function, (unsigned)m->quality, quality);
    return !isnan(value);
}

/* What a state holds when not all is well: the profile's word, if that says so behind the mask, else another bit. */
static double state_absent(const struct profile *p, const struct profile_state *s)
{
    for (unsigned i = 0; i < p->words; i++) {
        const struct profile_word *w = &p->word[i];
        if (w->state && called(w, s->name) && w->absent >= 0 &&
            ((uint32_t)w->absent & s->mask) != s->ok)
            return w->absent;
    }
    return s->ok ^ (s->mask & (~s->mask + 1)); /* its lowest bit */
}

/* A state that judges values: well while all it speaks of are there. */
static void set_state(struct persona *d, const struct profile_state *s, uint32_t absent, bool all)
{
    const bool well = s->of != 0 ? (s->of & absent) == 0 : all;
    struct profile_word w = {.function = s->function,
                             .address = s->address,
                             .count = (uint16_t)profile_state_registers(s),
                             .type = s->type};

    memcpy(w.order, s->order, sizeof w.order);
    persona_map_set_word(d, &w, well ? s->ok : state_absent(d->p, s));
}

void persona_take(struct persona *d, const struct sim_channel *ch, int n)
{
    const struct profile *p = d->p;
    const struct profile_measurement *m;
    uint32_t absent = 0; /* bit i: m[i] */
    bool all = true;

    for (unsigned i = 0; (m = measurement(p, i)) != NULL; i++) {
        if (take(d, m, (int)i < n ? &ch[i] : NULL))
            continue;
        all = false;
        if (i < p->n)
            absent |= UINT32_C(1) << i;
    }
    for (unsigned k = 0; k < p->words; k++)
        if (p->word[k].state)
            persona_map_set_word(d, &p->word[k], all ? p->word[k].ok : p->word[k].absent);
    for (unsigned k = 0; k < p->states; k++)
        set_state(d, &p->state[k], absent, all);
    d->once = d->once || d->armed;
    d->armed = false;
}
