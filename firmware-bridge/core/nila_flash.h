/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_flash: what a port gives the core to keep things with: a piece of flash memory of a microcontroller.
 *
 * Addresses are bytes from the beginning of that piece, which is the port's to place. An erased byte is 0xFF. A half word may be
 * programmed once after each erase. Power may fail inside any call: then the page being erased holds anything, and the half
 * word being programmed holds any mixture of its old and new bits; nothing else changes.
 * A port must not program below the supply's safe limit (brown-out reset on), and need not be interrupt-safe: one context. */
#ifndef NILA_FLASH_H
#define NILA_FLASH_H

#include <stdbool.h>
#include <stdint.h>

struct nila_flash {
    uint32_t page_bytes; /* erased at once; a multiple of 64 */
    /* The page that begins at address (a multiple of page_bytes) becomes 0xFF. false: it did not. */
    bool (*erase)(void *arg, uint32_t address);
    /* address is even. The low byte of value has the lower address. false: the memory did not take it. */
    bool (*program)(void *arg, uint32_t address, uint16_t value);
    /* n bytes from address on. Cannot fail. */
    void (*read)(void *arg, uint32_t address, uint8_t *out, uint32_t n);
    void *arg;
    /* What was erased and programmed so far outlives a power cut from now on, whatever is programmed later. false: it may not. NULL: it
     * always does, as in a microcontroller; a file of a disk needs it. */
    bool (*settle)(void *arg);
};

#endif
