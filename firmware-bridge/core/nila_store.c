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

enum nila_store_state nila_store_open(struct nila_store *store, const struct nila_flash *flash,
                                      uint32_t base, uint32_t slot_bytes, uint8_t *out,
                                      uint16_t size, uint16_t *n)
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
    if (store->state != NILA_STORE_GOOD) {
        store->state = blank(store, 0) && blank(store, 1) ? NILA_STORE_EMPTY : NILA_STORE_DAMAGED;
        return store->state;
    }
    read(store, slot_address(store, store->slot) + NILA_STORE_OVERHEAD, out, store->length);
    *n = store->length;
    return NILA_STORE_GOOD;
}

static bool same(const struct nila_store *s, const uint8_t *record, uint16_t n)
{
    uint8_t chunk[CHUNK];

    if (s->state != NILA_STORE_GOOD || s->length != n)
        return false;
    for (uint16_t done = 0; done < n; done = (uint16_t)(done + CHUNK)) {
        uint16_t part = n - done < CHUNK ? (uint16_t)(n - done) : CHUNK;
        read(s, slot_address(s, s->slot) + NILA_STORE_OVERHEAD + done, chunk, part);
        for (uint16_t i = 0; i < part; i++)
            if (chunk[i] != record[done + i])
                return false;
    }
    return true;
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

bool nila_store_write(struct nila_store *store, const uint8_t *record, uint16_t n)
{
    uint8_t slot = store->state == NILA_STORE_GOOD ? (uint8_t)(1 - store->slot) : 0;
    uint32_t at = slot_address(store, slot);
    uint8_t head[NILA_STORE_OVERHEAD], seen[NILA_STORE_OVERHEAD];
    uint32_t crc;

    if (n % 2 != 0 || n > store->slot_bytes - NILA_STORE_OVERHEAD)
        return false;
    if (same(store, record, n))
        return true;
    put16(head + AT_MAGIC, MAGIC);
    put16(head + AT_FORM, FORM);
    put32(head + AT_SEQUENCE, store->sequence + 1);
    put16(head + AT_LENGTH, n);
    put16(head + AT_SPARE, 0);
    crc = nila_crc32(0, head + AT_FORM, AT_CRC - AT_FORM);
    put32(head + AT_CRC, nila_crc32(crc, record, n));
    for (uint32_t page = 0; page < store->slot_bytes; page += store->flash->page_bytes)
        if (!store->flash->erase(store->flash->arg, at + page))
            return false;
    if (!program(store, at + AT_FORM, head + AT_FORM, NILA_STORE_OVERHEAD - AT_FORM) ||
        !program(store, at + NILA_STORE_OVERHEAD, record, n) || !settle(store) ||
        !program(store, at + AT_MAGIC, head, 2) || !settle(store))
        return false;
    if (!valid(store, slot, seen) || get32(seen + AT_CRC) != get32(head + AT_CRC))
        return false; /* the memory said yes and kept something else */
    store->state = NILA_STORE_GOOD;
    store->slot = slot;
    store->sequence++;
    store->length = n;
    return true;
}
