/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_store: one record that outlives a power cut at any moment: two slots, each with a sequence number and a CRC-32.
 *
 * A new record goes into the slot that does not hold the present one. It is valid only when its last half word, the magic, has been
 * programmed; until then the present one stays in force. So after a cut either the old or the new record is read, whole.
 * What it cannot heal: a half word cut while being programmed may, on real flash, read differently from one boot to the next.
 * Here that is the magic alone: the record is then seen or not seen, never seen wrong.
 * Freestanding; state only in the caller's struct; one context. Wear: each change erases one page; a record equal to the
 * present one is not written. At 10,000 erasures a page that is fifty calibrations a day for a year. */
#ifndef NILA_STORE_H
#define NILA_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_flash.h"

#define NILA_STORE_OVERHEAD 16 /* bytes of a slot that are not the record's */

enum nila_store_state {
    NILA_STORE_EMPTY, /* a new board: both slots are erased. Defaults are in force */
    NILA_STORE_GOOD,  /* the newest valid slot is in force */
    NILA_STORE_DAMAGED /* neither slot is valid and they are not erased: defaults, and NILA_HEALTH_STORE */
};

struct nila_store {
    const struct nila_flash *flash; /* the caller's, outlives the store */
    uint32_t base;                  /* address of the first slot, a multiple of the page */
    uint32_t slot_bytes;            /* a multiple of the page; the second slot follows the first */
    enum nila_store_state state;
    uint8_t slot; /* in force, when state is NILA_STORE_GOOD */
    uint16_t length;
    uint32_t sequence;
};

/* A record on its way into the memory, byte by byte. */
struct nila_store_sink {
    const struct nila_store *store;
    uint32_t at;  /* where the next byte goes */
    uint32_t crc; /* of those so far */
    uint16_t n;   /* so many */
    uint8_t low;  /* the first byte of a half word waits for its second */
    bool program; /* it is written; else only compared */
    bool same;    /* as the record in force, so far */
    bool refused; /* by the memory */
};

/* Looks at both slots. The newest valid record of at most size bytes is in force: *n is its length, 0 without one; nila_store_read has
 * it. A record longer than size is not used (NILA_STORE_DAMAGED): it was written by other firmware. */
enum nila_store_state nila_store_find(struct nila_store *store, const struct nila_flash *flash,
                                      uint32_t base, uint32_t slot_bytes, uint16_t size,
                                      uint16_t *n);

/* n bytes of the record in force from at on; 0 where there are none. */
void nila_store_read(const struct nila_store *store, uint16_t at, uint8_t *out, uint16_t n);

/* Both at once: the record in force into out (size bytes). */
enum nila_store_state nila_store_open(struct nila_store *store, const struct nila_flash *flash,
                                      uint32_t base, uint32_t slot_bytes, uint8_t *out,
                                      uint16_t size, uint16_t *n);

/* Makes the n bytes (even, at most slot_bytes - NILA_STORE_OVERHEAD) the record in force that make puts into its sink. It is called twice
 * and must put the same bytes; it may read the record still in force. false: the memory refused, or n is wrong; the record before is
 * still in force. */
bool nila_store_write_from(struct nila_store *store, uint16_t n,
                           void (*make)(const void *arg, struct nila_store_sink *to),
                           const void *arg);
void nila_store_put(struct nila_store_sink *to, uint8_t byte);

/* The same with a record that is there as a whole. */
bool nila_store_write(struct nila_store *store, const uint8_t *record, uint16_t n);

#endif
