/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "persona.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "firmware-bridge/core/nila_regmap.h"

#include "encode.h"

#define READ_MAX  125 /* registers in one answer of functions 3 and 4 */
#define WRITE_MAX 123 /* registers in one request of function 16 */

#define QUALITY_UNUSABLE \
    (NILA_Q_STALE | NILA_Q_ABSENT | NILA_Q_RANGE | NILA_Q_WARMUP | NILA_Q_STUCK)

/* One register. */
struct cell {
    uint8_t function; /* 3 or 4 */
    bool writable, measured;
    uint16_t address, value;
};

struct persona {
    const struct profile *p;
    uint8_t unit;
    uint32_t serial;
    int64_t born_ms;
    bool told; /* to measure */
    int64_t told_ms;
    size_t cells, room;
    struct cell *cell; /* by function and address, each once */
};

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
        d->cell[d->cells++] = (struct cell){.function = (uint8_t)reading_function(function),
                                            .writable = writable,
                                            .measured = measured,
                                            .address = (uint16_t)(address + i)};
    }
}

static int by_place(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;

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
        struct cell a = d->cell[i - 1], b = d->cell[i];
        unsigned gap = b.address - a.address - 1U;
        if (a.function == b.function && gap <= (unsigned)d->p->max_gap)
            add(d, a.function, a.address + 1U, gap, false, false);
    }
    sort(d);
}

static struct cell *find(const struct persona *d, int function, unsigned address)
{
    const struct cell key = {.function = (uint8_t)function, .address = (uint16_t)address};

    if (d->cells == 0)
        return NULL;
    return bsearch(&key, d->cell, d->cells, sizeof key, by_place);
}

static void set(struct persona *d, int function, unsigned address, const uint16_t *value,
                unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct cell *c = find(d, reading_function(function), address + i);
        if (c != NULL)
            c->value = value[i];
    }
}

static void set_word(struct persona *d, const struct profile_word *w, double value)
{
    uint16_t regs[WRITE_MAX];
    char text[16];

    (void)snprintf(text, sizeof text, "SIM%08X", (unsigned)d->serial);
    encode_word(regs, w, value, text);
    set(d, w->function, w->address, regs, w->count);
}

static bool called(const struct profile_word *w, const char *name)
{
    return strcmp(w->name, name) == 0;
}

static void add_measurement(struct persona *d, const struct profile_measurement *m)
{
    add(d, m->function, m->address, (unsigned)profile_registers(m->type), false, true);
    if (m->quality >= 0)
        add(d, m->function, (unsigned)m->quality, 1, false, true);
    if (m->kind >= 0)
        add(d, m->function, (unsigned)m->kind, 1, false, false);
}

struct persona *persona_new(const struct profile *p, uint8_t unit, uint32_t serial, int64_t now_ms)
{
    struct persona *d = xcalloc(1, sizeof *d);

    *d = (struct persona){.p = p, .unit = unit, .serial = serial, .born_ms = now_ms};
    if (p->whole_block)
        add(d, p->block_function, p->block_first, p->block_count, false, false);
    for (unsigned i = 0; i < p->n; i++)
        add_measurement(d, &p->m[i]);
    for (unsigned i = 0; i < p->spares; i++)
        add_measurement(d, &p->spare[i].m);
    for (unsigned i = 0; i < p->words; i++)
        add(d, p->word[i].function, p->word[i].address, p->word[i].count, p->word[i].function >= 6,
            false);
    sort(d);
    fill_gaps(d);
    for (unsigned i = 0; i < p->words; i++) {
        const struct profile_word *w = &p->word[i];
        set_word(d, w, called(w, "unit") ? unit : called(w, "serial_number") ? serial : w->ok);
    }
    for (unsigned i = 0; i < p->n; i++)
        if (p->m[i].kind >= 0)
            set(d, p->m[i].function, (unsigned)p->m[i].kind, &p->m[i].kind_value, 1);
    persona_take(d, NULL, 0);
    return d;
}

void persona_free(struct persona *d)
{
    if (d == NULL)
        return;
    free(d->cell);
    free(d);
}

uint8_t persona_unit(const struct persona *d)
{
    return d->unit;
}

const struct profile *persona_profile(const struct persona *d)
{
    return d->p;
}

/* Fills a measurement's registers; false when its sensor is absent. */
static bool take(struct persona *d, const struct profile_measurement *m,
                 const struct sim_channel *ch)
{
    double value = ch != NULL ? ch->value : NAN;
    unsigned quality = ch != NULL ? ch->quality & 0xFFFF & ~(unsigned)NILA_Q_VALID : 0;
    uint16_t regs[4], word;

    if (isnan(value))
        quality |= NILA_Q_ABSENT;
    if (encode_value(regs, m, value) != 0)
        quality |= NILA_Q_RANGE;
    if ((quality & QUALITY_UNUSABLE) == 0)
        quality |= NILA_Q_VALID;
    word = (uint16_t)quality;
    set(d, m->function, m->address, regs, (unsigned)profile_registers(m->type));
    if (m->quality >= 0)
        set(d, m->function, (unsigned)m->quality, &word, 1);
    return !isnan(value);
}

void persona_take(struct persona *d, const struct sim_channel *ch, int n)
{
    const struct profile *p = d->p;
    bool all = true;
    int i = 0;

    for (unsigned k = 0; k < p->n; k++, i++)
        all = take(d, &p->m[k], i < n ? &ch[i] : NULL) && all;
    for (unsigned k = 0; k < p->spares; k++, i++)
        all = take(d, &p->spare[k].m, i < n ? &ch[i] : NULL) && all;
    for (unsigned k = 0; k < p->words; k++)
        if (p->word[k].state)
            set_word(d, &p->word[k], all ? p->word[k].ok : p->word[k].absent);
}

/* One request being served. */
struct call {
    struct persona *d;
    struct nila_answer a;
    const uint8_t *in;
    size_t n;
    uint8_t *out;
    int64_t now_ms;
    uint16_t first, count; /* what bytes 1 to 4 say */
};

static size_t refuse(struct call *c, uint8_t exception)
{
    c->a.exception = exception;
    c->out[0] = c->in[0] | 0x80;
    c->out[1] = exception;
    return 2;
}

static size_t refuse_outside(struct call *c)
{
    return c->d->p->outside_silent ? 0 : refuse(c, NILA_EXCEPTION_ADDRESS);
}

/* Does the request break what the device asks of a block's place? */
static bool badly_placed(const struct call *c)
{
    const struct profile *p = c->d->p;
    const uint32_t end = c->first + (uint32_t)c->count;

    if (p->even && (c->first % 2 != 0 || c->count % 2 != 0))
        return true;
    if (!p->whole_block || c->in[0] != p->block_function)
        return false;
    if (c->first == p->block_first && c->count == p->block_count)
        return false;
    return c->first < p->block_first + (uint32_t)p->block_count && end > p->block_first;
}

/* Until it was told to, and some time after, such a device measures nothing. */
static bool measuring(const struct call *c)
{
    const struct persona *d = c->d;

    return d->p->start.function == 0 ||
           (d->told && c->now_ms - d->told_ms >= (int64_t)d->p->settle_ms);
}

static size_t serve_read(struct call *c)
{
    const bool good = measuring(c);

    if (c->n != 5 || c->count < 1 || c->count > READ_MAX || c->count > c->d->p->max_registers)
        return refuse(c, NILA_EXCEPTION_VALUE);
    if (badly_placed(c))
        return refuse(c, NILA_EXCEPTION_ADDRESS);
    for (unsigned i = 0; i < c->count; i++) {
        const struct cell *cell =
            c->first + i <= UINT16_MAX ? find(c->d, c->in[0], c->first + i) : NULL;
        unsigned value;
        if (cell == NULL)
            return refuse_outside(c);
        value = cell->measured && !good ? 0 : cell->value;
        c->out[2 + 2 * i] = (uint8_t)(value >> 8);
        c->out[3 + 2 * i] = (uint8_t)value;
    }
    c->out[1] = (uint8_t)(2 * c->count);
    c->a.first = c->first;
    c->a.count = c->count;
    return 2 + 2 * (size_t)c->count;
}

/* The setting a register belongs to, or NULL. */
static const struct profile_word *setting_at(const struct profile *p, unsigned address)
{
    for (unsigned i = 0; i < p->words; i++)
        if (p->word[i].function >= 6 && address >= p->word[i].address &&
            address < p->word[i].address + (unsigned)p->word[i].count)
            return &p->word[i];
    return NULL;
}

static bool fits(const struct profile_word *w, unsigned value)
{
    if (w->count != 1)
        return true; /* a part of a wider value */
    return w->type == PROFILE_WORD_S16 ? (int16_t)value >= w->min && (int16_t)value <= w->max
                                       : value >= w->min && value <= w->max;
}

/* Both writes are answered by their first five bytes. */
static size_t echo(struct call *c)
{
    memcpy(c->out, c->in, 5);
    return 5;
}

/* Checks every value before the first is taken: a write is never half done. */
static size_t write_values(struct call *c, const uint8_t *bytes, size_t count)
{
    const struct profile *p = c->d->p;

    for (size_t i = 0; i < count; i++) {
        const unsigned value = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
        const struct profile_word *w = setting_at(p, c->first + (unsigned)i);
        if (w == NULL)
            return refuse_outside(c);
        if (!fits(w, value))
            return refuse(c, NILA_EXCEPTION_VALUE);
    }
    for (size_t i = 0; i < count; i++) {
        const uint16_t value = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
        set(c->d, 3, c->first + (unsigned)i, &value, 1);
    }
    return echo(c);
}

/* A write of 0 registers is how some devices are told to do something. */
static size_t do_something(struct call *c)
{
    const struct profile *p = c->d->p;

    for (unsigned i = 0; i < p->words; i++)
        if (p->word[i].function == 16 && p->word[i].count == 0 && p->word[i].address == c->first)
            return echo(c);
    return refuse(c, NILA_EXCEPTION_VALUE);
}

static size_t serve_write(struct call *c)
{
    if (c->in[0] == 6)
        return c->n == 5 ? write_values(c, c->in + 3, 1) : refuse(c, NILA_EXCEPTION_VALUE);
    if (c->n < 6 || c->count > WRITE_MAX || c->in[5] != 2 * c->count ||
        c->n != 6 + 2 * (size_t)c->count)
        return refuse(c, NILA_EXCEPTION_VALUE);
    return c->count == 0 ? do_something(c) : write_values(c, c->in + 6, c->count);
}

/* Is this the request that makes the device measure? A read of none and of the profile's count both are: libraries and
 * makers' samples differ. */
static bool is_start(const struct call *c)
{
    const struct profile_request *s = &c->d->p->start;

    if (s->function == 0 || c->n < 5 || c->in[0] != s->function || c->first != s->address)
        return false;
    if (s->function == 6)
        return c->n == 5 && c->count == s->value;
    if (s->function == 16)
        return c->n == 6 + 2 * (size_t)s->count && c->count == s->count;
    return c->n == 5 && (c->count == s->count || c->count == 0);
}

static size_t serve_start(struct call *c)
{
    if (!c->d->told)
        c->d->told_ms = c->now_ms;
    c->d->told = true;
    if (c->in[0] >= 6)
        return echo(c);
    c->out[1] = (uint8_t)(2 * c->count);
    memset(c->out + 2, 0, 2 * (size_t)c->count);
    return 2 + 2 * (size_t)c->count;
}

static void update_uptime(struct call *c)
{
    const struct profile *p = c->d->p;

    for (unsigned i = 0; i < p->words; i++)
        if (called(&p->word[i], "time_since_boot_ms"))
            set_word(c->d, &p->word[i], (double)((c->now_ms - c->d->born_ms) & 0xFFFFFFFF));
}

struct nila_answer persona_serve(struct persona *d, const uint8_t *pdu, size_t n, int64_t now_ms,
                                 uint8_t out[NILA_PDU_MAX])
{
    struct call c = {.d = d, .in = pdu, .n = n, .out = out, .now_ms = now_ms};

    if (n < 1 || n > NILA_PDU_MAX)
        return c.a;
    c.a.unit = d->unit;
    c.a.function = pdu[0];
    out[0] = pdu[0];
    if (n >= 5) {
        c.first = (uint16_t)(pdu[1] << 8 | pdu[2]);
        c.count = (uint16_t)(pdu[3] << 8 | pdu[4]);
    }
    update_uptime(&c);
    if (is_start(&c))
        c.a.n = serve_start(&c);
    else if (pdu[0] == 3 || pdu[0] == 4)
        c.a.n = serve_read(&c);
    else if (pdu[0] == 6 || pdu[0] == 16)
        c.a.n = serve_write(&c);
    else
        c.a.n = refuse(&c, NILA_EXCEPTION_FUNCTION);
    return c.a.n > 0 ? c.a : (struct nila_answer){0};
}
