/* SPDX-License-Identifier: GPL-3.0-or-later */
/* places: where things lie in the flash memory, by the linker scripts (cortexm/flash_map.ld). The symbols' addresses are the numbers. */
#ifndef PORTS_COMMON_PLACES_H
#define PORTS_COMMON_PLACES_H

#include <stdint.h>

#define PLACE(symbol) ((uint32_t)(uintptr_t)(symbol))

extern uint8_t flash_begin[]; /* address at which the processor sees the memory's first byte */

/* From there on. */
extern uint8_t settings_at[];                                       /* two pages */
extern uint8_t record_at[], slot_a_at[], slot_b_at[], slot_bytes[]; /* boards with two slots */
/* An image for a slot. */
extern uint8_t running_slot[]; /* 0 A, 1 B */
extern uint8_t board[];        /* NILA_IMAGE_*, the board it is for */

#endif
