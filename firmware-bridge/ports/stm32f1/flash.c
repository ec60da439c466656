/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processor's own flash memory as a store (PM0075): settings, calibrations, and the slot that does not run. While a page is erased (20 to 40 ms) or a half word programmed
 * (50 us) the processor stands still, since it reads its program from the same memory. Bytes from the line are lost meanwhile; nila_app
 * and nila_channels write when an answer is due or the line is idle. Every half word is read back. */
#include "firmware-bridge/ports/common/places.h"
#include "firmware-bridge/ports/common/probing.h"
#include "stm32f1.h"

#define WAIT_ROUNDS 100000U

bool becomes(volatile const uint32_t *reg, uint32_t bits, bool set)
{
    for (uint32_t i = 0; i < WAIT_ROUNDS; i++)
        if (((*reg & bits) != 0) == set)
            return true;
    return false;
}

/* Not on a supply that may fail before the half word is whole (below 2.9 V; the memory itself needs 2.0). */
static bool flash_unlock(void)
{
    if ((PWR_CSR & PWR_CSR_PVDO) != 0)
        return false;
    if ((FLASH_CR & FLASH_CR_LOCK) != 0) {
        FLASH_KEYR = FLASH_KEY1;
        FLASH_KEYR = FLASH_KEY2;
    }
    FLASH_SR = FLASH_SR_EOP | FLASH_SR_PGERR | FLASH_SR_WRPRTERR; /* writing 1 clears */
    return becomes(&FLASH_SR, FLASH_SR_BSY, false) && (FLASH_CR & FLASH_CR_LOCK) == 0;
}

/* Waits for the end and locks. */
static bool flash_finish(void)
{
    bool done = becomes(&FLASH_SR, FLASH_SR_BSY, false);

    done = done && (FLASH_SR & (FLASH_SR_PGERR | FLASH_SR_WRPRTERR)) == 0;
    FLASH_CR = FLASH_CR_LOCK;
    return done;
}

static bool flash_erase(void *arg, uint32_t address)
{
    bool done;

    (void)arg;
    if (!flash_unlock())
        return false;
    FLASH_CR = FLASH_CR_PER;
    FLASH_AR = PLACE(flash_begin) + address;
    FLASH_CR = FLASH_CR_PER | FLASH_CR_STRT;
    done = flash_finish();
    for (uint32_t i = 0; i < PROBING_SLOT && done; i += 4)
        done = REG32(PLACE(flash_begin) + address + i) == 0xFFFFFFFFU;
    return done;
}

static bool flash_program(void *arg, uint32_t address, uint16_t value)
{
    volatile uint16_t *const to = (volatile uint16_t *)(uintptr_t)(PLACE(flash_begin) + address);
    bool done;

    (void)arg;
    if (!flash_unlock())
        return false;
    FLASH_CR = FLASH_CR_PG;
    *to = value;
    done = flash_finish();
    /* cppcheck-suppress knownConditionTrueFalse ; it is memory that may refuse */
    return done && *to == value;
}

static void flash_read(void *arg, uint32_t address, uint8_t *out, uint32_t n)
{
    const volatile uint8_t *const from =
        (const volatile uint8_t *)(uintptr_t)(PLACE(flash_begin) + address);

    (void)arg;
    for (uint32_t i = 0; i < n; i++)
        out[i] = from[i];
}

const struct nila_flash FLASH = {
    .page_bytes = PROBING_SLOT, .erase = flash_erase, .program = flash_program, .read = flash_read};
