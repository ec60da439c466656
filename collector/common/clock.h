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
/* As clock_set, for a rehearsal: clock_outside_ms stays the machine's own; mono_ms may be NULL: the machine's own too. */
void clock_rehearse(const struct clock_source *source);

int64_t clock_wall_ms(void);
/* For what another machine compares with its own clock (a signature's or a mail's time): the wall clock, but in a rehearsal,
 * whose clock_wall_ms is another's (analytics/alert/rehearse.h). */
int64_t clock_outside_ms(void);
int64_t clock_mono_ms(void);

/* True when the kernel says the clock is synchronised, or systemd-timesyncd's marker file exists, or the operator said
 * so with clock_declare_trusted. */
bool clock_trusted(void);

/* The operator's word that the wall clock is good (a battery-backed clock, a test, a container without adjtimex). */
void clock_declare_trusted(void);

/* A wall clock before the year 2025 or after 2100 is nobody's, whatever says that it is synchronised: a machine without a
 * battery begins in 1970. */
bool clock_plausible(int64_t wall_ms);

/* What to add to clock_mono_ms for the wall time, when the wall clock is trusted and plausible. False when it is not, or
 * was set in the very moment of looking. */
bool clock_anchor(int64_t *anchor_ms);

#define CLOCK_BOOT_ID_SIZE 37 /* a UUID and its 0 */

/* What tells this run of the machine from every other, and so whose clock_mono_ms it is: the kernel's boot id; where /proc
 * does not show it (ProcSubset=pid) $NILA_BOOT_ID (a unit file says Environment=NILA_BOOT_ID=%b); without either a name made
 * up for this process, which is safe: times of an earlier process are then never compared. */
void clock_boot_id(char out[static CLOCK_BOOT_ID_SIZE]);

/* Another boot, for a test; NULL puts the machine's own back. Before threads start. */
void clock_set_boot_id(const char *id);

/* Sleeps until the monotonic clock reaches mono_ms, or a signal arrives. */
void clock_sleep_until(int64_t mono_ms);

#endif
