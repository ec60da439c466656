/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cortexm: what all Cortex-M3 boards share: start-up, SysTick as a microsecond clock, interrupts, and a few words of memory that
 * outlive a reset. Register addresses: ARMv7-M Architecture Reference Manual (DDI 0403), B3.2 to B3.4. */
#ifndef PORTS_CORTEXM_H
#define PORTS_CORTEXM_H

#include <stdbool.h>
#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* Outlives every reset, not a loss of power: then magic is not right. */
struct survivor {
    uint32_t magic, boots;
    uint16_t
        cause; /* NILA_RESET_*, written by who is about to reset; NILA_RESET_UNKNOWN after start */
    uint16_t was_low; /* the supply had been low */
};
extern struct survivor survivor;

/* Looks whether the survivor is one; counts the boot. False: power came; the survivor begins anew. */
bool survivor_start(void);

/* SysTick at hz (a whole number of MHz), once a millisecond. */
void clock_start(uint32_t hz);
uint32_t clock_us(void *arg); /* as nila_port.tick_us */

void irq_enable(unsigned irq);
void irq_pend(unsigned irq); /* enters its handler as soon as it may */

/* Starts the processor anew, for this NILA_RESET_* cause. */
_Noreturn void reset_for(uint16_t cause);

/* Sleeps until an interrupt. */
static inline void cpu_sleep(void)
{
    __asm__ volatile("wfi");
}

/* Vectors: a port's table ends with its own interrupts. */
typedef void (*vector)(void);
void start_up(void); /* Reset */
void systick(void);
void fault(void);            /* everything that must not happen */
extern uint32_t stack_top[]; /* by the linker script */

#endif
