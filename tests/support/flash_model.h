/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flash_model: a flash memory whose power fails where the test says. A cut erase leaves any bytes in its page, a cut program any mixture
 * of old and new bits in its half word (both drawn from seed); after the cut nothing is changed any more until power_on.
 * Programming a half word that is not erased fails the test: real flash would not take it. */
#ifndef TESTS_FLASH_MODEL_H
#define TESTS_FLASH_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-bridge/core/nila_flash.h"

struct flash_model {
    struct nila_flash flash; /* .arg is the model */
    uint8_t *byte;           /* of the caller */
    uint32_t bytes;
    long ops; /* erases and programs since power_on */
    long cut; /* the operation (from 0) in which power fails; -1: none does */
    bool dead;
    uint64_t seed;
    long erased; /* pages, in all */
};

/* Erased memory of that many bytes in byte. */
void flash_model_init(struct flash_model *m, uint8_t *byte, uint32_t bytes, uint32_t page_bytes);

/* Power again; it fails in operation cut from now on, or never (-1). */
void flash_model_power_on(struct flash_model *m, long cut, uint64_t seed);

/* The next number of a small generator. */
uint64_t flash_model_draw(uint64_t *seed);

#endif
