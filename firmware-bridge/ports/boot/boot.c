/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootloader: starts the watchdog, lets nila_boot choose a slot, and goes there. It has no line, no clock and no interrupts, so that
 * there is little in it to go wrong; it is never updated over the bus.
 *
 * An image that hangs, even in its first instruction, meets the watchdog and comes back here, where a trial has one try less. */
#include "firmware-bridge/core/nila_boot.h"
#include "firmware-bridge/ports/common/places.h"
#include "firmware-bridge/ports/common/probing.h"
#include "firmware-bridge/ports/cortexm/cortexm.h"
#include "firmware-bridge/ports/cortexm/guard.h"

#define SCB_VTOR REG32(0xE000ED08U)
#define RAM      0x20000000U

int main(void);

static const struct nila_boot_layout LAYOUT = {
    .flash = &FLASH,
    .slot_at = {PLACE(slot_a_at), PLACE(slot_b_at)},
    .slot_bytes = PLACE(slot_bytes),
    .record_at = PLACE(record_at),
    .record_bytes = PROBING_SLOT,
};

/* Do its first two words look like the stack and the entry of a program for this slot? A board whose slot is empty has 0xFF there. */
static bool startable(uint32_t at)
{
    const uint32_t stack = REG32(at), entry = REG32(at + 4U);

    return stack > RAM && stack <= PLACE(stack_top) && stack % 4U == 0 && (entry & 1U) != 0 &&
           entry - at < LAYOUT.slot_bytes;
}

static _Noreturn void enter(uint32_t at)
{
    SCB_VTOR = at;
    __asm__ volatile("dsb\n\tisb\n\tmsr msp, %0\n\tbx %1" ::"r"(REG32(at)), "r"(REG32(at + 4U))
                     : "memory");
    for (;;) {
    }
}

int main(void)
{
    uint8_t slot;

    guard_start();
    slot = nila_boot_choose(&LAYOUT);
    for (unsigned i = 0; i < 2; i++, slot = (uint8_t)(1 - slot)) {
        const uint32_t at = PLACE(flash_begin) + LAYOUT.slot_at[slot];
        if (startable(at))
            enter(at);
    }
    for (;;) { /* nothing to start: the watchdog looks again, and a programmer can help */
    }
}

__attribute__((section(".vectors"), used)) static const vector VECTORS[16] = {
    (vector)(uintptr_t)stack_top,
    start_up,
    fault, /* NMI: the watchdog of mps2 */
    fault,
    fault,
    fault,
    fault,
    [11] = fault,
    [12] = fault,
    [14] = fault,
    [15] = fault,
};
