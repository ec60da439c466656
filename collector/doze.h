/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doze: how long a thread may sleep on a condition variable whose clock is CLOCK_MONOTONIC. That clock stands still while the
 * machine is suspended, clock_mono_ms does not: a time of the one is none of the other. */
#ifndef COLLECTOR_DOZE_H
#define COLLECTOR_DOZE_H

#include <stdint.h>
#include <time.h>

/* For pthread_cond_timedwait: until clock_mono_ms() reaches at_ms, but at most a second, because the machine may be suspended
 * meanwhile. The caller looks at the clock and waits again. */
struct timespec doze_until(int64_t at_ms);

#endif
