/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cortexm.h"

#include "firmware-bridge/core/nila_regmap.h"

#define NVIC_ISER(n)   REG32(0xE000E100U + 4U * (n))
#define NVIC_ISPR(n)   REG32(0xE000E200U + 4U * (n))
#define SCB_ICSR       REG32(0xE000ED04U)
#define ICSR_PENDSTSET (1U << 26)
#define SCB_AIRCR      REG32(0xE000ED0CU)
#define AIRCR_RESET    (0x05FA0000U | 1U << 2) /* key, SYSRESETREQ */
#define SYST_CSR       REG32(0xE000E010U)
#define SYST_RVR       REG32(0xE000E014U)
#define SYST_CVR       REG32(0xE000E018U)
#define CSR_RUN        7U /* processor clock, interrupt, enabled */

#define MAGIC          0x4E494C41U /* "NILA" */

/* By the linker script: places, and lengths in bytes as addresses. */
extern uint32_t data_load[], data_begin[], data_bytes[], bss_begin[], bss_bytes[];
int main(void);

struct survivor survivor __attribute__((section(".noinit")));

static volatile uint32_t milliseconds;
static uint32_t ticks_ms, ticks_us;

void start_up(void)
{
    const uint32_t data = (uint32_t)(uintptr_t)data_bytes / 4U;
    const uint32_t bss = (uint32_t)(uintptr_t)bss_bytes / 4U;

    for (uint32_t i = 0; i < data; i++)
        data_begin[i] = data_load[i];
    for (uint32_t i = 0; i < bss; i++)
        bss_begin[i] = 0;
    (void)main();
    reset_for(NILA_RESET_SOFTWARE);
}

void systick(void)
{
    milliseconds++;
}

void fault(void)
{
    reset_for(NILA_RESET_SOFTWARE);
}

void clock_start(uint32_t hz)
{
    ticks_ms = hz / 1000U;
    ticks_us = hz / 1000000U;
    SYST_RVR = ticks_ms - 1U;
    SYST_CVR = 0;
    SYST_CSR = CSR_RUN;
}

/* With interrupts held back. Where those are late by more than a millisecond, as on an emulator whose host is busy, a SysTick is
 * lost: the clock then goes slower, but never back, since a silence of minus a millisecond would be one of more than an hour. */
static uint32_t clock_now(void)
{
    static uint32_t latest;
    uint32_t ms = milliseconds, left = SYST_CVR, us;

    if ((SCB_ICSR & ICSR_PENDSTSET) != 0) { /* a millisecond is over and not yet counted */
        ms++;
        left = SYST_CVR;
    }
    us = ms * 1000U + (ticks_ms - 1U - left) / ticks_us;
    if (us - latest < 0x80000000U)
        latest = us;
    return latest;
}

uint32_t clock_us(void *arg)
{
    uint32_t masked, us;

    (void)arg;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(masked)::"memory");
    us = clock_now();
    __asm__ volatile("msr primask, %0" ::"r"(masked) : "memory");
    return us;
}

void irq_enable(unsigned irq)
{
    NVIC_ISER(irq / 32U) = 1U << irq % 32U;
}

void irq_pend(unsigned irq)
{
    NVIC_ISPR(irq / 32U) = 1U << irq % 32U;
}

bool survivor_start(void)
{
    bool survived = survivor.magic == MAGIC;

    if (!survived)
        survivor = (struct survivor){.magic = MAGIC};
    survivor.boots++;
    return survived;
}

_Noreturn void reset_for(uint16_t cause)
{
    survivor.cause = cause;
    __asm__ volatile("dsb" ::: "memory");
    SCB_AIRCR = AIRCR_RESET;
    for (;;) {
    }
}
