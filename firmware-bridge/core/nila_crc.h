/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_crc: the Modbus CRC-16 (polynomial 0xA001 reflected, start 0xFFFF; Modbus over Serial Line V1.02, section
 * 2.5.1.2 and appendix B). The low byte travels first.
 *
 * Freestanding: no state, any thread, any interrupt. */
#ifndef NILA_CRC_H
#define NILA_CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC of n bytes. 0xFFFF for n == 0 (bytes may then be NULL). Over a frame with its own two CRC bytes it is 0. */
uint16_t nila_crc(const uint8_t *bytes, size_t n);

#endif
