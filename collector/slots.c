/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "slots.h"

#define LATE_MS   5000
#define YEAR_2025 INT64_C(1735689600000) /* 2025-01-01T00:00Z */
#define YEAR_2101 INT64_C(4133980800000) /* 2101-01-01T00:00Z */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t slots_offset(unsigned index, unsigned count, unsigned bus, unsigned buses,
                     int64_t period_ms)
{
    int64_t place = (int64_t)index * buses + bus, places = (int64_t)count * buses;

    return period_ms * place / places;
}

int64_t slots_number(int64_t mono_ms, int64_t anchor_ms, int64_t offset_ms, int64_t period_ms)
{
    return floor_div(mono_ms - anchor_ms - offset_ms, period_ms);
}

int64_t slots_mono(int64_t k, int64_t anchor_ms, int64_t offset_ms, int64_t period_ms)
{
    return anchor_ms + offset_ms + k * period_ms;
}

bool slots_follow(int64_t *anchor_ms, int64_t wall_ms, int64_t mono_ms)
{
    int64_t now = mono_ms - wall_ms, moved = now - *anchor_ms;

    if (moved >= -SLOTS_STEP_MS && moved <= SLOTS_STEP_MS)
        return false;
    *anchor_ms = now;
    return true;
}

int64_t slots_stamp(struct slots_stamps *given, int64_t slot_mono_ms, int64_t mono_ms,
                    int64_t wall_ms, int64_t anchor_ms, int64_t period_ms, bool trusted)
{
    int64_t late = mono_ms - slot_mono_ms, most = period_ms < LATE_MS ? period_ms : LATE_MS;
    int64_t slot_ts = slot_mono_ms - anchor_ms;
    int64_t ts = trusted && late >= 0 && late <= most ? slot_ts : wall_ms;

    if (ts <= given->highest) {
        ts = wall_ms;
        if ((ts - slot_ts) % period_ms == 0)
            ts++;
        if (ts == given->last)
            ts++;
    }
    given->last = ts;
    if (ts > given->highest)
        given->highest = ts;
    return ts;
}

bool slots_wall_plausible(int64_t wall_ms)
{
    return wall_ms >= YEAR_2025 && wall_ms < YEAR_2101;
}
