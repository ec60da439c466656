/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock: the only place that asks the machine what time it is, so that a test can put another clock in its place.
 *
 * Threads: reading is safe from any thread; clock_set only before threads start. */
#ifndef NILA_COMMON_CLOCK_H
#define NILA_COMMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock_source {
    int64_t (*wall_ms)(void *arg); /* ms since 1970-01-01 UTC */
    int64_t (*mono_ms)(
        void *arg); /* ms since an arbitrary start; never steps back, runs through suspend */
    bool (*trusted)(void *arg); /* is the wall clock synchronised (NTP) or declared good? */
    void *arg;
};

/* Replaces the clock; NULL puts the machine's own back. The struct is copied. */
void clock_set(const struct clock_source *source);

int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);

/* True when the kernel says the clock is synchronised, or systemd-timesyncd's marker file exists, or the operator said
 * so with clock_declare_trusted. */
bool clock_trusted(void);

/* The operator's word that the wall clock is good (a battery-backed clock, a test, a container without adjtimex). */
void clock_declare_trusted(void);

/* Sleeps until the monotonic clock reaches mono_ms, or a signal arrives. */
void clock_sleep_until(int64_t mono_ms);

#endif
