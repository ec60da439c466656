/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slots: when a device is read. Pure arithmetic on a grid that does not drift: slot k of a device lies at
 * k * period + offset of the wall clock, which the monotonic clock carries on between two looks at the wall clock.
 *
 * The grid is known by its anchor: the monotonic time at which the wall clock stood (or would have stood) at 0. Both clocks are
 * slewed alike by the kernel, so the anchor moves only when somebody sets the wall clock. */
#ifndef COLLECTOR_SLOTS_H
#define COLLECTOR_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

/* Reading two clocks one after the other on a busy machine may be off by this much without anybody having set one. */
#define SLOTS_STEP_MS 200

/* Offset of device index of count on bus number bus of buses, inside its period: devices of a bus are spread evenly, and
 * buses are shifted against each other. All counts >= 1; result 0..period_ms-1. */
int64_t slots_offset(unsigned index, unsigned count, unsigned bus, unsigned buses,
                     int64_t period_ms);

/* Number of the newest slot that is not after mono_ms. */
int64_t slots_number(int64_t mono_ms, int64_t anchor_ms, int64_t offset_ms, int64_t period_ms);

/* Monotonic time of slot k. */
int64_t slots_mono(int64_t k, int64_t anchor_ms, int64_t offset_ms, int64_t period_ms);

/* Moves *anchor_ms when the wall clock was set; true then. */
bool slots_follow(int64_t *anchor_ms, int64_t wall_ms, int64_t mono_ms);

/* The stamps a device was given. A zeroed struct has given none. */
struct slots_stamps {
    int64_t last, highest;
};

/* The stamp of a reading of slot time slot_mono_ms that was taken at mono_ms / wall_ms: the slot's wall time when the clock is
 * trusted and the reading is at most 5 s (or a period) behind it, else the wall time of the reading. Two readings of a device
 * never share a stamp: an equal one is moved by 1 ms, and while a clock that was set back lives an hour a second time, the
 * stamps keep off the grid the first hour's lie on. */
int64_t slots_stamp(struct slots_stamps *given, int64_t slot_mono_ms, int64_t mono_ms,
                    int64_t wall_ms, int64_t anchor_ms, int64_t period_ms, bool trusted);

/* A wall clock before the year 2025 or after 2100 is nobody's, whatever says that it is synchronised. */
bool slots_wall_plausible(int64_t wall_ms);

#endif
