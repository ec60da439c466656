/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A flash memory played by the first 128 KB of the board's PSRAM. It outlives a reset, and the emulator's end too when QEMU keeps the
 * PSRAM in a file (-object memory-backend-file,share=on): what was stored when QEMU was killed is there, half erased pages included.
 * It behaves as the STM32F1's does: bits only fall, a page takes 20 ms to erase and a half word 50 us to program, for which the main loop
 * waits. So a power cut in a test falls into the middle of an operation as often as it would on a board. */
#include "firmware-bridge/ports/common/places.h"
#include "firmware-bridge/ports/common/probing.h"
#include "firmware-bridge/ports/cortexm/cortexm.h"
#include "mps2.h"

#define FPGAIO_COUNTER REG32(0x40028018U) /* of every 25th part of a microsecond */
#define COUNTS_US      25U
#define ERASE_US       20000U
#define PROGRAM_US     50U
#define ERASE_PIECES   16U /* of a page: between two of them power may fail */

static volatile uint8_t *at(uint32_t address)
{
    return (volatile uint8_t *)(uintptr_t)(PLACE(flash_begin) + address);
}

static void takes(uint32_t us)
{
    const uint32_t begun = FPGAIO_COUNTER;

    while (FPGAIO_COUNTER - begun < us * COUNTS_US) {
    }
}

static bool flash_erase(void *arg, uint32_t address)
{
    (void)arg;
    for (uint32_t i = 0; i < PROBING_SLOT; i++) {
        if (i % (PROBING_SLOT / ERASE_PIECES) == 0)
            takes(ERASE_US / ERASE_PIECES);
        *at(address + i) = 0xFF;
    }
    return true;
}

static bool flash_program(void *arg, uint32_t address, uint16_t value)
{
    volatile uint16_t *const to = (volatile uint16_t *)(uintptr_t)(PLACE(flash_begin) + address);

    (void)arg;
    takes(PROGRAM_US);
    *to &= value;
    return *to == value;
}

static void flash_read(void *arg, uint32_t address, uint8_t *out, uint32_t n)
{
    (void)arg;
    for (uint32_t i = 0; i < n; i++)
        out[i] = *at(address + i);
}

void flash_unpack(void)
{
    for (uint32_t i = 0; i < 2U * PROBING_SLOT; i++)
        if (*at(PLACE(settings_at) + i) != 0)
            return;
    (void)flash_erase(NULL, PLACE(settings_at));
    (void)flash_erase(NULL, PLACE(settings_at) + PROBING_SLOT);
}

const struct nila_flash FLASH = {
    .page_bytes = PROBING_SLOT, .erase = flash_erase, .program = flash_program, .read = flash_read};
