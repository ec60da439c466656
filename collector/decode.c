/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decode.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "node_header.h"

_Static_assert(PROFILE_MEASUREMENTS <= READING_SET_MAX,
               "a device's values must fit one reading set");

/* What the registers of a measurement came to. */
enum found {
    FOUND,
    FOUND_EXCEPTION,
    NOT_READ
};

static enum found find_registers(const struct reg_block *block, size_t blocks, int function,
                                 int address, int count, const uint16_t **out)
{
    for (size_t i = 0; i < blocks; i++) {
        const struct reg_block *b = &block[i];

        if (b->function != function || address < b->first || address + count > b->first + b->count)
            continue;
        if (b->exception != 0)
            return FOUND_EXCEPTION;
        *out = b->regs + (address - b->first);
        return FOUND;
    }
    return NOT_READ;
}

static uint64_t in_order(const uint16_t *regs, int bytes, const char *order)
{
    uint64_t raw = 0;

    for (int i = 0; i < bytes; i++) {
        uint64_t byte = i % 2 == 0 ? regs[i / 2] >> 8 : regs[i / 2] & 0xFFU;
        int place = order[0] == '\0' ? i : order[i] - 'A'; /* 0: the most significant byte */
        raw |= byte << 8 * ((bytes - 1 - place) & 7);
    }
    return raw;
}

double decode_raw(const uint16_t *regs, enum profile_type type, const char *order, uint64_t *bits)
{
    const uint64_t raw = in_order(regs, 2 * profile_registers(type), order);
    const uint32_t low = (uint32_t)raw;
    double d;
    float f;

    *bits = raw;
    switch (type) {
    case PROFILE_U16:
    case PROFILE_U32:
    case PROFILE_U64:
        return (double)raw;
    case PROFILE_S16:
        return (int16_t)(uint16_t)raw;
    case PROFILE_S32:
        return (int32_t)low;
    case PROFILE_S64:
        return (double)(int64_t)raw;
    case PROFILE_F32:
        memcpy(&f, &low, sizeof f); /* IEEE 754 on every machine the collector runs on */
        return (double)f;
    case PROFILE_F64:
        memcpy(&d, &raw, sizeof d);
        return d;
    }
    return NAN;
}

/* The node's own word on a channel: which bits, and how bad. */
static void judge_node_quality(struct reading_value *v, unsigned word)
{
    static const struct {
        unsigned node;
        uint16_t bit;
        uint8_t flag;
    } MAP[] = {
        {NODE_Q_STALE, READING_BIT_STALE, READING_SUSPECT},
        {NODE_Q_ABSENT, READING_BIT_PROBE, READING_SUSPECT},
        {NODE_Q_RANGE, READING_BIT_PROBE, READING_SUSPECT},
        {NODE_Q_UNCALIBRATED, READING_BIT_UNCAL, READING_SUSPECT},
        {NODE_Q_DUE, READING_BIT_UNCAL,
         READING_PASS}, /* a notice: the value is as good as yesterday's */
        {NODE_Q_WARMUP, READING_BIT_WARMUP, READING_SUSPECT},
        {NODE_Q_NOISY, READING_BIT_PROBE, READING_SUSPECT},
        {NODE_Q_STUCK, READING_BIT_PROBE, READING_SUSPECT},
    };

    for (size_t i = 0; i < sizeof MAP / sizeof MAP[0]; i++) {
        if ((word & MAP[i].node) == 0)
            continue;
        v->bits |= MAP[i].bit;
        v->flag = (uint8_t)reading_worse(v->flag, MAP[i].flag);
    }
    if ((word & NODE_Q_VALID) == 0) {
        v->flag = READING_MISSING;
        v->bits |= READING_BIT_PROBE;
    }
}

/* A status register beside the value. Returns false when it was not read at all: then nobody may trust the value. */
static bool read_word(const struct reg_block *block, size_t blocks, int function, int address,
                      unsigned *word, struct reading_value *v)
{
    const uint16_t *r;

    switch (find_registers(block, blocks, function, address, 1, &r)) {
    case FOUND:
        *word = r[0];
        return true;
    case FOUND_EXCEPTION:
        v->flag = READING_MISSING;
        v->bits |= READING_BIT_EXCEPTION;
        return false;
    case NOT_READ:
        break;
    }
    v->flag = READING_MISSING;
    v->bits |= READING_BIT_PROBE;
    return false;
}

/* v is only worth what bad says. */
static void worsen(struct reading_value *v, enum profile_bad bad, uint16_t bit)
{
    static const uint8_t FLAG[] = {READING_SUSPECT, READING_FAIL, READING_MISSING};

    v->flag = (uint8_t)reading_worse(v->flag, FLAG[bad]);
    v->bits |= bit;
}

static uint32_t state_word(const struct profile_state *s, const uint16_t *r)
{
    switch (s->type) {
    case PROFILE_WORD_U8_HIGH:
        return r[0] >> 8;
    case PROFILE_WORD_U8_LOW:
        return r[0] & 0xFFU;
    case PROFILE_WORD_U16:
    case PROFILE_WORD_S16:
    case PROFILE_WORD_U32:
    case PROFILE_WORD_S32:
    case PROFILE_WORD_F32:
    case PROFILE_WORD_ASCII:
        break;
    }
    return (uint32_t)in_order(r, 2 * profile_state_registers(s), s->order);
}

/* What the device's own states say of measurement i. */
static void judge_states(struct reading_value *v, const struct profile *p, unsigned i,
                         const struct reg_block *block, size_t blocks)
{
    for (unsigned k = 0; k < p->states && k < PROFILE_STATES; k++) {
        const struct profile_state *s = &p->state[k];
        const uint16_t *r;

        if ((s->of >> i & 1) == 0)
            continue;
        switch (find_registers(block, blocks, s->function, s->address, profile_state_registers(s),
                               &r)) {
        case FOUND:
            if ((state_word(s, r) & s->mask) != s->ok)
                worsen(v, s->bad, READING_BIT_PROBE);
            break;
        case FOUND_EXCEPTION:
            worsen(v, s->bad, READING_BIT_EXCEPTION);
            break;
        case NOT_READ:
            worsen(v, s->bad, READING_BIT_PROBE);
            break;
        }
    }
}

/* The byte order of m: its own, or what the device's order register says; NULL when that says nothing known. */
static const char *order_of(const struct profile *p, const struct profile_measurement *m,
                            const struct reg_block *block, size_t blocks)
{
    const uint16_t *r;

    if (!m->order_set)
        return m->order;
    if (find_registers(block, blocks, p->order_register.function, p->order_register.address, 1,
                       &r) != FOUND)
        return NULL;
    for (unsigned i = 0; i < p->order_register.n && i < PROFILE_ORDERS; i++)
        if (p->order_register.of[i].code == r[0])
            return p->order_register.of[i].order;
    return NULL;
}

/* The value of registers r that were read, with all that their own words say. */
static void decode_value(struct reading_value *v, const struct profile *p,
                         const struct profile_measurement *m, const uint16_t *r,
                         const struct reg_block *block, size_t blocks)
{
    static const double TENTH[] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9};
    const char *order = order_of(p, m, block, blocks);
    unsigned decimals = 0, word;
    uint64_t bits;

    if (order == NULL) {
        worsen(v, PROFILE_BAD_MISSING, READING_BIT_KIND);
        order = "";
    }
    if (m->has_decimals && read_word(block, blocks, m->function, m->decimals, &decimals, v) &&
        decimals >= sizeof TENTH / sizeof TENTH[0]) {
        worsen(v, PROFILE_BAD_MISSING, READING_BIT_PROBE);
        decimals = 0;
    }
    v->value = decode_raw(r, m->type, order, &bits);
    if (m->has_decimals)
        v->value *= TENTH[decimals];
    v->value = v->value * m->scale + m->offset;
    if (!isfinite(v->value) || (m->has_sentinel && bits == m->sentinel))
        worsen(v, PROFILE_BAD_MISSING, READING_BIT_SENTINEL);
    if (m->kind >= 0 && read_word(block, blocks, m->function, m->kind, &word, v) &&
        word != m->kind_value)
        worsen(v, PROFILE_BAD_MISSING, READING_BIT_KIND);
    if (m->quality >= 0 && read_word(block, blocks, m->function, m->quality, &word, v))
        judge_node_quality(v, word);
}

/* Fills v; false when measurement i was not read. */
static bool decode_one(struct reading_value *v, const struct profile *p, unsigned i,
                       const struct reg_block *block, size_t blocks)
{
    const struct profile_measurement *m = &p->m[i];
    const uint16_t *r;

    *v = (struct reading_value){m->metric, READING_PASS, 0, NAN};
    switch (
        find_registers(block, blocks, m->function, m->address, profile_registers(m->type), &r)) {
    case NOT_READ:
        return false;
    case FOUND_EXCEPTION:
        v->flag = READING_MISSING;
        v->bits = READING_BIT_EXCEPTION;
        return true;
    case FOUND:
        break;
    }
    decode_value(v, p, m, r, block, blocks);
    judge_states(v, p, i, block, blocks);
    if (v->flag == READING_MISSING)
        v->value = NAN;
    return true;
}

/* The site file's word on a metric of the device, or NULL. */
static const struct site_metric *site_word(const struct site_device *d, enum metric metric)
{
    for (unsigned i = 0; d != NULL && i < d->metrics && i < SITE_DEVICE_METRICS; i++)
        if (d->metric[i].metric == metric)
            return &d->metric[i];
    return NULL;
}

/* A node's profile lists all it could carry; a channel without a sensor (kind 0) that the site file does not ask for is no
 * missing value. */
static bool not_fitted(const struct profile *p, const struct profile_measurement *m,
                       const struct reg_block *block, size_t blocks)
{
    const uint16_t *r;

    return p->node_header && m->kind >= 0 &&
           find_registers(block, blocks, m->function, m->kind, 1, &r) == FOUND && r[0] == 0;
}

/* The same registers hold another quantity by the device's mode: this one is not what they hold now. */
static bool other_mode(const struct profile *p, unsigned i, const struct reg_block *block,
                       size_t blocks)
{
    const struct profile_measurement *m = &p->m[i];
    const uint16_t *r;

    if (m->kind < 0 || find_registers(block, blocks, m->function, m->kind, 1, &r) != FOUND ||
        r[0] == m->kind_value)
        return false;
    for (unsigned k = 0; k < p->n && k < PROFILE_MEASUREMENTS; k++) {
        const struct profile_measurement *o = &p->m[k];
        if (k != i && o->function == m->function && o->address == m->address &&
            o->kind == m->kind && o->kind_value == r[0])
            return true;
    }
    return false;
}

void decode_blocks(struct reading_set *set, const struct profile *p, const struct site_device *d,
                   const struct reg_block *block, size_t blocks)
{
    set->n = 0;
    for (unsigned i = 0; i < p->n && i < PROFILE_MEASUREMENTS; i++) {
        const struct profile_measurement *m = &p->m[i];
        const struct site_metric *word = site_word(d, m->metric);
        struct reading_value *v = &set->v[set->n];

        if ((word == NULL && not_fitted(p, m, block, blocks)) || other_mode(p, i, block, blocks) ||
            !decode_one(v, p, i, block, blocks))
            continue;
        if (word != NULL)
            v->metric = word->as;
        set->n++;
    }
}

static bool order_valid(const char *order, int bytes)
{
    static const char *const FOUR[] = {"", "ABCD", "CDAB", "BADC", "DCBA"};
    static const char *const TWO[] = {"", "AB", "BA", "", ""};
    static const char *const EIGHT[] = {"", "ABCDEFGH", "GHEFCDAB", "BADCFEHG", "HGFEDCBA"};
    const char *const *words = bytes == 2 ? TWO : bytes == 4 ? FOUR : EIGHT;

    for (size_t i = 0; i < sizeof FOUR / sizeof FOUR[0]; i++)
        if (strcmp(order, words[i]) == 0)
            return true;
    return false;
}

int decode_check(const struct profile *p, const struct site_device *d, char *why, size_t why_size)
{
    bool taken[METRIC_COUNT] = {false};

    if (p->n > PROFILE_MEASUREMENTS) {
        (void)snprintf(why, why_size, "profile %s: %u measurements, at most %d", p->id, p->n,
                       PROFILE_MEASUREMENTS);
        return NILA_ERR_CONFIG;
    }
    for (unsigned i = 0; i < p->n; i++) {
        const struct profile_measurement *m = &p->m[i];
        const struct site_metric *word = site_word(d, m->metric);
        enum metric as = word != NULL ? word->as : m->metric;

        if (m->type > PROFILE_F64 || !order_valid(m->order, 2 * profile_registers(m->type)) ||
            (m->order_set && profile_registers(m->type) != 2)) {
            (void)snprintf(why, why_size, "profile %s, %s: order %.8s does not fit its type", p->id,
                           m->name, m->order);
            return NILA_ERR_CONFIG;
        }
        if (as >= METRIC_COUNT || taken[as]) {
            (void)snprintf(why, why_size, "profile %s, %s: a second value called %s", p->id,
                           m->name, as < METRIC_COUNT ? metric_info(as)->name : "?");
            return NILA_ERR_CONFIG;
        }
        taken[as] = true;
    }
    if (p->node_header &&
        (!p->whole_block || p->block_first != 0 || p->block_count < NODE_HEADER_REGISTERS)) {
        (void)snprintf(why, why_size,
                       "profile %s: a node is read in one block from register 0 with its %d header "
                       "registers",
                       p->id, NODE_HEADER_REGISTERS);
        return NILA_ERR_CONFIG;
    }
    return 0;
}
