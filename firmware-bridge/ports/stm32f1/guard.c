/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The independent watchdog (RM0008 19), which nothing stops once it runs, and the voltage detector (RM0008 5.2.3). */
#include "firmware-bridge/ports/cortexm/guard.h"
#include "stm32f1.h"

#define LSI_HZ     40000U
#define IWDG_DIV64 4U

void guard_start(void)
{
    IWDG_KR = IWDG_KEY_ACCESS;
    IWDG_PR = IWDG_DIV64;
    IWDG_RLR = LSI_HZ / 64U * GUARD_S;
    IWDG_KR = IWDG_KEY_START;
    RCC_APB1ENR |= RCC_APB1ENR_PWR;
    PWR_CR = PWR_CR_PLS_2V9 | PWR_CR_PVDE;
}

void guard_feed(void)
{
    IWDG_KR = IWDG_KEY_FEED;
}
