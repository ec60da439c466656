/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_boot.h"

#include "nila_crc32.h"

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t get32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void nila_boot_open(struct nila_store *store, const struct nila_boot_layout *layout,
                    struct nila_boot *b)
{
    uint8_t in[NILA_BOOT_BYTES];
    uint16_t n;

    *b = (struct nila_boot){0};
    if (nila_store_open(store, layout->flash, layout->record_at, layout->record_bytes, in,
                        sizeof in, &n) != NILA_STORE_GOOD ||
        n != sizeof in || in[0] > 1)
        return;
    b->active = in[0];
    b->trial = in[1] == 1;
    b->tries = in[2];
    b->rolled_back = in[3] == 1;
    for (int i = 0; i < 2; i++) {
        const uint8_t *p = in + 4 + (size_t)10 * (unsigned)i;
        b->slot[i] = (struct nila_boot_slot){get32(p), get32(p + 4), (uint16_t)(p[8] | p[9] << 8)};
    }
}

bool nila_boot_save(struct nila_store *store, const struct nila_boot *b)
{
    uint8_t out[NILA_BOOT_BYTES] = {b->active, b->trial, b->tries, b->rolled_back};

    for (int i = 0; i < 2; i++) {
        uint8_t *p = out + 4 + (size_t)10 * (unsigned)i;
        put32(p, b->slot[i].bytes);
        put32(p + 4, b->slot[i].crc);
        p[8] = (uint8_t)b->slot[i].firmware;
        p[9] = (uint8_t)(b->slot[i].firmware >> 8);
    }
    return nila_store_write(store, out, sizeof out);
}

bool nila_boot_sound(const struct nila_boot_layout *layout, const struct nila_boot *b, uint8_t slot)
{
    uint32_t bytes = b->slot[slot].bytes, crc = 0;
    uint8_t part[64];

    if (bytes > layout->slot_bytes)
        return false;
    for (uint32_t done = 0; done < bytes; done += sizeof part) {
        uint32_t n = bytes - done < sizeof part ? bytes - done : sizeof part;
        layout->flash->read(layout->flash->arg, layout->slot_at[slot] + done, part, n);
        crc = nila_crc32(crc, part, n);
    }
    return bytes == 0 || crc == b->slot[slot].crc;
}

uint8_t nila_boot_choose(const struct nila_boot_layout *layout)
{
    struct nila_store store;
    struct nila_boot b;
    uint8_t other;

    nila_boot_open(&store, layout, &b);
    other = (uint8_t)(1 - b.active);
    if (!b.trial)
        return nila_boot_sound(layout, &b, b.active) || !nila_boot_sound(layout, &b, other)
                   ? b.active
                   : other;
    if (b.tries > 0 && nila_boot_sound(layout, &b, b.active)) {
        b.tries--;
        if (nila_boot_save(&store, &b))
            return b.active;
        return other; /* without counting it might be tried for ever */
    }
    b.active = other;
    b.trial = false;
    b.rolled_back = true;
    (void)nila_boot_save(&store, &b); /* not saved: the next start decides the same */
    return other;
}
