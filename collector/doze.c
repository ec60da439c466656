/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doze.h"

#include "collector/common/clock.h"

#define DOZE_MS 1000

struct timespec doze_until(int64_t at_ms)
{
    int64_t ms = at_ms - clock_mono_ms();
    struct timespec t;

    ms = ms < 0 ? 0 : ms < DOZE_MS ? ms : DOZE_MS;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += (long)(ms % 1000) * 1000000L;
    t.tv_sec += (time_t)(ms / 1000) + t.tv_nsec / 1000000000L;
    t.tv_nsec %= 1000000000L;
    return t;
}
