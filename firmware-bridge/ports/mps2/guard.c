/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The CMSDK watchdog: its first call is a non-maskable interrupt, the second one the reset itself. */
#include "firmware-bridge/ports/cortexm/guard.h"
#include "firmware-bridge/ports/cortexm/cortexm.h"

#define CLOCK_HZ  25000000U
#define WDOG      0x40008000U
#define WDOG_LOAD REG32(WDOG + 0x000U)
#define WDOG_CTRL REG32(WDOG + 0x008U)
#define WDOG_FEED REG32(WDOG + 0x00CU)
#define WDOG_LOCK REG32(WDOG + 0xC00U)
#define WDOG_KEY  0x1ACCE551U
#define CTRL_ON   3U /* call, then reset */

void guard_start(void)
{
    WDOG_LOCK = WDOG_KEY;
    WDOG_LOAD = CLOCK_HZ * GUARD_S;
    WDOG_CTRL = CTRL_ON;
    WDOG_LOCK = 0;
}

void guard_feed(void)
{
    WDOG_LOCK = WDOG_KEY; /* the lock holds back feeding too */
    WDOG_FEED = 1;
    WDOG_LOCK = 0;
}
