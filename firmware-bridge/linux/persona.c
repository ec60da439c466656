/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "persona_own.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

#define READ_MAX  125 /* registers in one answer of functions 3 and 4 */
#define WRITE_MAX 123 /* registers in one request of function 16 */

struct persona *persona_new(const struct profile *p, uint8_t unit, uint32_t serial, int64_t now_ms)
{
    struct persona *d = xcalloc(1, sizeof *d);

    *d = (struct persona){.p = p, .unit = unit, .serial = serial, .born_ms = now_ms};
    persona_map_make(d);
    persona_coils_make(d);
    persona_take(d, NULL, 0);
    return d;
}

void persona_free(struct persona *d)
{
    if (d == NULL)
        return;
    free(d->cell);
    free(d->coil);
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

int persona_wait_ms(const struct persona *d)
{
    if (d->p->settle_ms > 0 || !d->p->start_each)
        return d->p->settle_ms;
    return PERSONA_WAIT_MS;
}

/* Told to measure, and long enough ago. */
static bool has_settled(const struct persona *d, int64_t now_ms)
{
    return d->told && now_ms - d->told_ms >= persona_wait_ms(d);
}

enum persona_need persona_needs(const struct persona *d, int64_t now_ms)
{
    if (!d->p->start_each)
        return PERSONA_NEEDS_REGULAR;
    return d->armed && has_settled(d, now_ms) ? PERSONA_NEEDS_NOW : PERSONA_NEEDS_NOTHING;
}

size_t persona_refuse(struct persona_call *c, uint8_t exception)
{
    c->a.exception = exception;
    c->out[0] = c->in[0] | 0x80;
    c->out[1] = exception;
    return 2;
}

size_t persona_refuse_outside(struct persona_call *c)
{
    return c->d->p->outside_silent ? 0 : persona_refuse(c, NILA_EXCEPTION_ADDRESS);
}

/* Does the request touch a block without being it? */
static bool cuts(const struct persona_call *c, int function, uint32_t first, uint32_t count)
{
    const uint32_t end = c->first + (uint32_t)c->count;

    if (c->in[0] != function || (c->first == first && c->count == count))
        return false;
    return c->first < first + count && end > first;
}

/* Does the request break what the device asks of its place? */
static bool badly_placed(const struct persona_call *c)
{
    const struct profile *p = c->d->p;

    if (p->even && (c->first % 2 != 0 || c->count % 2 != 0))
        return true;
    for (unsigned i = 0; i < p->blocks; i++)
        if (cuts(c, p->block[i].function, p->block[i].first, p->block[i].count))
            return true;
    return p->whole_block && cuts(c, p->block_function, p->block_first, p->block_count);
}

/* Until it was told to, and some time after, such a device has measured nothing; one that does so on command keeps its last
 * values after the first. */
static bool measuring(const struct persona_call *c)
{
    const struct persona *d = c->d;

    if (d->p->start.function == 0)
        return true;
    return d->p->start_each ? d->once : has_settled(d, c->now_ms);
}

static size_t serve_read(struct persona_call *c)
{
    const bool good = measuring(c);

    if (c->n != 5 || c->count < 1 || c->count > READ_MAX || c->count > c->d->p->max_registers)
        return persona_refuse(c, NILA_EXCEPTION_VALUE);
    if (badly_placed(c))
        return persona_refuse(c, NILA_EXCEPTION_ADDRESS);
    for (unsigned i = 0; i < c->count; i++) {
        const struct persona_cell *cell =
            c->first + i <= UINT16_MAX ? persona_map_find(c->d, c->in[0], c->first + i) : NULL;
        unsigned value;
        if (cell == NULL)
            return persona_refuse_outside(c);
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
size_t persona_echo(struct persona_call *c)
{
    memcpy(c->out, c->in, 5);
    return 5;
}

/* Checks every value before the first is taken: a write is never half done. */
static size_t write_values(struct persona_call *c, const uint8_t *bytes, size_t count)
{
    const struct profile *p = c->d->p;

    for (size_t i = 0; i < count; i++) {
        const unsigned value = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
        const struct persona_cell *cell =
            c->first + i <= UINT16_MAX ? persona_map_find(c->d, 3, c->first + (unsigned)i) : NULL;
        const struct profile_word *w = setting_at(p, c->first + (unsigned)i);
        if (cell == NULL || !cell->writable)
            return persona_refuse_outside(c);
        if (w != NULL ? !fits(w, value) : value != p->relay.on && value != p->relay.off)
            return persona_refuse(c, NILA_EXCEPTION_VALUE);
    }
    for (size_t i = 0; i < count; i++) {
        const uint16_t value = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
        persona_map_set(c->d, 3, c->first + (unsigned)i, &value, 1);
    }
    return persona_echo(c);
}

/* A write of 0 registers is how some devices are told to do something. */
static size_t do_something(struct persona_call *c)
{
    const struct profile *p = c->d->p;

    for (unsigned i = 0; i < p->words; i++)
        if (p->word[i].function == 16 && p->word[i].count == 0 && p->word[i].address == c->first)
            return persona_echo(c);
    return persona_refuse(c, NILA_EXCEPTION_VALUE);
}

static size_t serve_write(struct persona_call *c)
{
    if (c->in[0] == 6)
        return c->n == 5 ? write_values(c, c->in + 3, 1) : persona_refuse(c, NILA_EXCEPTION_VALUE);
    if (c->n < 6 || c->count > WRITE_MAX || c->in[5] != 2 * c->count ||
        c->n != 6 + 2 * (size_t)c->count)
        return persona_refuse(c, NILA_EXCEPTION_VALUE);
    return c->count == 0 ? do_something(c) : write_values(c, c->in + 6, c->count);
}

/* Is this the request that makes the device measure? A read of none and of the profile's count both are: libraries and
 * makers' samples differ. */
static bool is_start(const struct persona_call *c)
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

static size_t serve_start(struct persona_call *c)
{
    if (!c->d->told || c->d->p->start_each)
        c->d->told_ms = c->now_ms;
    c->d->told = c->d->armed = true;
    if (c->in[0] >= 6)
        return persona_echo(c);
    c->out[1] = (uint8_t)(2 * c->count);
    memset(c->out + 2, 0, 2 * (size_t)c->count);
    return 2 + 2 * (size_t)c->count;
}

/* What changes with the time alone. */
static void update(struct persona_call *c)
{
    const struct profile *p = c->d->p;
    const uint16_t state =
        (uint16_t)(has_settled(c->d, c->now_ms) ? p->wait.ready_value : p->wait.ready_value ^ 1);

    for (unsigned i = 0; i < p->words; i++)
        if (strcmp(p->word[i].name, "time_since_boot_ms") == 0)
            persona_map_set_word(c->d, &p->word[i],
                                 (double)((c->now_ms - c->d->born_ms) & 0xFFFFFFFF));
    if (p->wait.function != 0 && p->wait.ready)
        persona_map_set(c->d, p->wait.function, p->wait.address, &state, 1);
}

struct nila_answer persona_serve(struct persona *d, const uint8_t *pdu, size_t n, int64_t now_ms,
                                 uint8_t out[NILA_PDU_MAX])
{
    struct persona_call c = {.d = d, .in = pdu, .n = n, .out = out, .now_ms = now_ms};

    if (n < 1 || n > NILA_PDU_MAX)
        return c.a;
    c.a.unit = d->unit;
    c.a.function = pdu[0];
    out[0] = pdu[0];
    if (n >= 5) {
        c.first = (uint16_t)(pdu[1] << 8 | pdu[2]);
        c.count = (uint16_t)(pdu[3] << 8 | pdu[4]);
    }
    update(&c);
    if (is_start(&c))
        c.a.n = serve_start(&c);
    else if (pdu[0] == 3 || pdu[0] == 4)
        c.a.n = serve_read(&c);
    else if (pdu[0] == 6 || pdu[0] == 16)
        c.a.n = serve_write(&c);
    else
        c.a.n = persona_coils_serve(&c);
    return c.a.n > 0 ? c.a : (struct nila_answer){0};
}
