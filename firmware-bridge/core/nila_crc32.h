/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_crc32: the CRC-32 of Ethernet, zip and PNG (polynomial 0xEDB88320 reflected, start and final xor 0xFFFFFFFF); of
 * "123456789" it is 0xCBF43926. Freestanding: no state, any thread, any interrupt. */
#ifndef NILA_CRC32_H
#define NILA_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* CRC of what was before (crc, 0 at the beginning) and then n bytes. bytes may be NULL when n is 0. */
uint32_t nila_crc32(uint32_t crc, const uint8_t *bytes, size_t n);

#endif
