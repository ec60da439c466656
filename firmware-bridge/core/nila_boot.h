/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_boot: which of two firmware slots starts: the record that update and bootloader share, and the choice.
 *
 * A new image starts on trial; each start takes one of its tries. What is not confirmed before they are used up, or is no longer what was
 * received, goes back to the image before, which nobody has touched. The record lies in a nila_store, so it is always the old one
 * or the new one. Freestanding; one context. */
#ifndef NILA_BOOT_H
#define NILA_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_store.h"

#define NILA_BOOT_TRIES   2
#define NILA_BOOT_BYTES   24 /* of a record */

#define NILA_BOOT_NOTHING UINT32_MAX /* bytes of a slot that holds no whole image */

struct nila_boot_slot {
    uint32_t bytes,
        crc; /* of the image with its signature; bytes 0: put there by a programmer, nobody counted */
    uint16_t firmware;
};

struct nila_boot {
    uint8_t active;   /* slot 0 or 1 */
    bool trial;       /* not confirmed yet */
    uint8_t tries;    /* starts left */
    bool rolled_back; /* the last trial was not confirmed */
    struct nila_boot_slot slot[2];
};

/* Where things lie; addresses of the flash given with it. Slots are whole pages. */
struct nila_boot_layout {
    const struct nila_flash *flash;
    uint32_t slot_at[2], slot_bytes;
    uint32_t record_at, record_bytes; /* two slots of record_bytes each, of the record */
};

/* Reads the record into b; without a sound one: slot 0, confirmed. store is open afterwards. */
void nila_boot_open(struct nila_store *store, const struct nila_boot_layout *layout,
                    struct nila_boot *b);

/* false: not saved, the record before holds. */
bool nila_boot_save(struct nila_store *store, const struct nila_boot *b);

/* Is a slot's content what was received? */
bool nila_boot_sound(const struct nila_boot_layout *layout, const struct nila_boot *b,
                     uint8_t slot);

/* For the bootloader, at each start: counts a try, rolls back when it must, and says which slot to start. */
uint8_t nila_boot_choose(const struct nila_boot_layout *layout);

#endif
