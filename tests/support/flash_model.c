/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include "flash_model.h"

#include <string.h>

uint64_t flash_model_draw(uint64_t *seed)
{
    uint64_t z = *seed += 0x9E3779B97F4A7C15U; /* splitmix64 */

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

static bool erase(void *arg, uint32_t address)
{
    struct flash_model *m = arg;
    bool cut = m->ops == m->cut;

    if (address % m->flash.page_bytes != 0 || address + m->flash.page_bytes > m->bytes)
        fail_msg("erase of %u, which is no page", address);
    if (m->dead)
        return false;
    m->ops++;
    m->erased++;
    for (uint32_t i = 0; i < m->flash.page_bytes; i++)
        /* a page half erased: some bytes as they were, some blank, some anything */
        if (!cut || flash_model_draw(&m->seed) % 3 == 0)
            m->byte[address + i] = 0xFF;
        else if (flash_model_draw(&m->seed) % 2 == 0)
            m->byte[address + i] |= (uint8_t)flash_model_draw(&m->seed);
    m->dead = cut;
    return !cut;
}

static bool program(void *arg, uint32_t address, uint16_t value)
{
    struct flash_model *m = arg;
    bool cut = m->ops == m->cut;
    uint16_t old;

    if (address % 2 != 0 || address + 2 > m->bytes)
        fail_msg("program of %u, which is no half word", address);
    if (m->dead)
        return false;
    m->ops++;
    old = (uint16_t)(m->byte[address] | m->byte[address + 1] << 8);
    if (old != 0xFFFF)
        fail_msg("half word %u programmed twice", address);
    if (cut)
        value |= (uint16_t)flash_model_draw(&m->seed);
    m->byte[address] = (uint8_t)value;
    m->byte[address + 1] = (uint8_t)(value >> 8);
    m->dead = cut;
    return !cut;
}

static void read(void *arg, uint32_t address, uint8_t *out, uint32_t n)
{
    const struct flash_model *m = arg;

    if (address > m->bytes || n > m->bytes - address)
        fail_msg("read of %u bytes at %u, beyond the memory", n, address);
    memcpy(out, m->byte + address, n);
}

void flash_model_init(struct flash_model *m, uint8_t *byte, uint32_t bytes, uint32_t page_bytes)
{
    *m = (struct flash_model){
        .flash = {page_bytes, erase, program, read, m}, .byte = byte, .bytes = bytes, .cut = -1};
    memset(byte, 0xFF, bytes);
}

void flash_model_power_on(struct flash_model *m, long cut, uint64_t seed)
{
    m->ops = 0;
    m->cut = cut;
    m->dead = false;
    m->seed = seed;
}
