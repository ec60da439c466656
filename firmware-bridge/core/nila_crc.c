/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_crc.h"

/* Four bits a step: 32 bytes of table instead of the usual 512, and still twice as fast as bit by bit. */
static const uint16_t NIBBLE[16] = {0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
                                    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400};

uint16_t nila_crc(const uint8_t *bytes, size_t n)
{
    uint16_t crc = 0xFFFF;

    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        crc = (uint16_t)((crc >> 4) ^ NIBBLE[crc & 15]);
        crc = (uint16_t)((crc >> 4) ^ NIBBLE[crc & 15]);
    }
    return crc;
}
