/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_store.h"

#include "nila_crc32.h"

/* A slot, in the order of addresses. The CRC is over sequence, length and record. */
#define AT_MAGIC    0  /* u16, programmed last */
#define AT_FORM     2  /* u16, how the rest is laid out */
#define AT_SEQUENCE 4  /* u32 */
#define AT_LENGTH   8  /* u16 */
#define AT_SPARE    10 /* u16, 0 */
#define AT_CRC      12 /* u32 */
#define MAGIC       0x4E53
#define FORM        1
#define CHUNK       32 /* bytes read at once */

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, (uint16_t)v);
    put16(p + 2, (uint16_t)(v >> 16));
}

static uint32_t slot_address(const struct nila_store *s, uint8_t slot)
{
    return s->base + slot * s->slot_bytes;
}

static void read(const struct nila_store *s, uint32_t at, uint8_t *out, uint32_t n)
{
    s->flash->read(s->flash->arg, at, out, n);
}

/* CRC of a slot's header and of its record as it stands in the memory. */
static uint32_t crc_in_flash(const struct nila_store *s, uint32_t at, const uint8_t *head)
{
    uint16_t length = get16(head + AT_LENGTH);
    uint32_t crc = nila_crc32(0, head + AT_FORM, AT_CRC - AT_FORM);
    uint8_t chunk[CHUNK];

    for (uint16_t done = 0; done < length; done = (uint16_t)(done + CHUNK)) {
        uint16_t n = length - done < CHUNK ? (uint16_t)(length - done) : CHUNK;
        read(s, at + NILA_STORE_OVERHEAD + done, chunk, n);
        crc = nila_crc32(crc, chunk, n);
    }
    return crc;
}

static bool valid(const struct nila_store *s, uint8_t slot, uint8_t head[NILA_STORE_OVERHEAD])
{
    uint32_t at = slot_address(s, slot);

    read(s, at, head, NILA_STORE_OVERHEAD);
    return get16(head + AT_MAGIC) == MAGIC && get16(head + AT_FORM) == FORM &&
           get16(head + AT_LENGTH) <= s->slot_bytes - NILA_STORE_OVERHEAD &&
           crc_in_flash(s, at, head) == get32(head + AT_CRC);
}

static bool blank(const struct nila_store *s, uint8_t slot)
{
    uint8_t chunk[CHUNK];

    for (uint32_t done = 0; done < s->slot_bytes; done += CHUNK) { /* pages are multiples of 64 */
        read(s, slot_address(s, slot) + done, chunk, CHUNK);
        for (uint32_t i = 0; i < CHUNK; i++)
            if (chunk[i] != 0xFF)
                return false;
    }
    return true;
}

enum nila_store_state nila_store_find(struct nila_store *store, const struct nila_flash *flash,
                                      uint32_t base, uint32_t slot_bytes, uint16_t size,
                                      uint16_t *n)
{
    uint8_t head[NILA_STORE_OVERHEAD];

    *store = (struct nila_store){.flash = flash, .base = base, .slot_bytes = slot_bytes};
    *n = 0;
    for (uint8_t slot = 0; slot < 2; slot++) {
        uint32_t sequence;
        if (!valid(store, slot, head) || get16(head + AT_LENGTH) > size)
            continue;
        sequence = get32(head + AT_SEQUENCE);
        /* Newer also where the number has gone round. */
        if (store->state == NILA_STORE_GOOD && (int32_t)(sequence - store->sequence) <= 0)
            continue;
        store->state = NILA_STORE_GOOD;
        store->slot = slot;
        store->sequence = sequence;
        store->length = get16(head + AT_LENGTH);
    }
    if (store->state != NILA_STORE_GOOD)
        store->state = blank(store, 0) && blank(store, 1) ? NILA_STORE_EMPTY : NILA_STORE_DAMAGED;
    *n = store->length;
    return store->state;
}

void nila_store_read(const struct nila_store *store, uint16_t at, uint8_t *out, uint16_t n)
{
    if (store->state == NILA_STORE_GOOD && at <= store->length && n <= store->length - at) {
        read(store, slot_address(store, store->slot) + NILA_STORE_OVERHEAD + at, out, n);
        return;
    }
    for (uint16_t i = 0; i < n; i++)
        out[i] = 0;
}

enum nila_store_state nila_store_open(struct nila_store *store, const struct nila_flash *flash,
                                      uint32_t base, uint32_t slot_bytes, uint8_t *out,
                                      uint16_t size, uint16_t *n)
{
    enum nila_store_state state = nila_store_find(store, flash, base, slot_bytes, size, n);

    nila_store_read(store, 0, out, *n);
    return state;
}

static bool program(const struct nila_store *s, uint32_t at, const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i += 2)
        if (!s->flash->program(s->flash->arg, at + i, get16(bytes + i)))
            return false;
    return true;
}

static bool settle(const struct nila_store *s)
{
    return s->flash->settle == NULL || s->flash->settle(s->flash->arg);
}

void nila_store_put(struct nila_store_sink *to, uint8_t byte)
{
    uint8_t there, pair[2] = {to->low, byte};

    to->crc = nila_crc32(to->crc, &byte, 1);
    if (!to->program) {
        nila_store_read(to->store, to->n, &there, 1);
        to->same = to->same && there == byte;
    } else if (to->n % 2 == 0) {
        to->low = byte;
    } else if (!to->refused) {
        to->refused = !program(to->store, to->at + to->n - 1, pair, 2);
    }
    to->n++;
}

/* The slot that a record goes to, erased, with all but the magic in its head. */
static bool begin(const struct nila_store *s, uint32_t at, const uint8_t *head)
{
    for (uint32_t page = 0; page < s->slot_bytes; page += s->flash->page_bytes)
        if (!s->flash->erase(s->flash->arg, at + page))
            return false;
    return program(s, at + AT_FORM, head + AT_FORM, NILA_STORE_OVERHEAD - AT_FORM);
}

bool nila_store_write_from(struct nila_store *store, uint16_t n,
                           void (*make)(const void *arg, struct nila_store_sink *to),
                           const void *arg)
{
    uint8_t slot = store->state == NILA_STORE_GOOD ? (uint8_t)(1 - store->slot) : 0;
    uint32_t at = slot_address(store, slot);
    uint8_t head[NILA_STORE_OVERHEAD], seen[NILA_STORE_OVERHEAD];
    struct nila_store_sink to = {.store = store,
                                 .same = store->state == NILA_STORE_GOOD && store->length == n};

    if (n % 2 != 0 || n > store->slot_bytes - NILA_STORE_OVERHEAD)
        return false;
    put16(head + AT_MAGIC, MAGIC);
    put16(head + AT_FORM, FORM);
    put32(head + AT_SEQUENCE, store->sequence + 1);
    put16(head + AT_LENGTH, n);
    put16(head + AT_SPARE, 0);
    to.crc = nila_crc32(0, head + AT_FORM, AT_CRC - AT_FORM);
    make(arg, &to);
    if (to.n != n)
        return false;
    if (to.same)
        return true;
    put32(head + AT_CRC, to.crc);
    to = (struct nila_store_sink){.store = store, .program = true, .at = at + NILA_STORE_OVERHEAD};
    if (!begin(store, at, head))
        return false;
    make(arg, &to);
    if (to.refused || !settle(store) || !program(store, at + AT_MAGIC, head, 2) || !settle(store))
        return false;
    if (!valid(store, slot, seen) || get32(seen + AT_CRC) != get32(head + AT_CRC))
        return false; /* the memory said yes and kept something else */
    store->state = NILA_STORE_GOOD;
    store->slot = slot;
    store->sequence++;
    store->length = n;
    return true;
}

struct whole {
    const uint8_t *record;
    uint16_t n;
};

static void put_whole(const void *arg, struct nila_store_sink *to)
{
    const struct whole *w = arg;

    for (uint16_t i = 0; i < w->n; i++)
        nila_store_put(to, w->record[i]);
}

bool nila_store_write(struct nila_store *store, const uint8_t *record, uint16_t n)
{
    const struct whole w = {record, n};

    return nila_store_write_from(store, n, put_whole, &w);
}
