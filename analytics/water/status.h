/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status: one pond's state now, with the reason and the advice. A missing sensor is never green.
 *
 * Rules, worst level first; inside a level the first of this order wins, so that one cause gives one message:
 * - danger: oxygen below do_danger in the two newest usable readings, at most an hour apart; NH3-N, pH or temperature
 *   beyond its danger limit;
 * - no data: no usable oxygen younger than no_data_ms. When the probe does send, but doubtful values, the reason is the
 *   sensor and not the silence;
 * - watch: oxygen below do_watch in one of the two newest (one reading below do_danger counts here until a second confirms it); oxygen fallen by
 *   more than do_drop within the hour; ammonia; pH; temperature; turbidity; a probe of these whose newest value is not
 *   usable; an oxygen, pH or temperature probe that spoke before and went silent.
 * Values that are not usable, or older than no_data_ms, never judge anything: they only make the probe doubtful. Ammonia
 * alone judges for ammonia_hold_ms, total ammonia with the pH and temperature of now: it is often taken by hand, and a
 * pond does not become well because nobody measured again.
 * Ammonia comes before pH, and no_lime says when lime would make it more poisonous; for that the newest usable ammonia
 * counts whatever its age. Pure; no allocation. */
#ifndef ANALYTICS_STATUS_H
#define ANALYTICS_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "analytics/series.h"

enum status_level { /* rising badness; pages sort worst first by status_rank */
    STATUS_OK,      /* AMAN */
    STATUS_WATCH,   /* WASPADA */
    STATUS_NO_DATA, /* TIDAK ADA DATA */
    STATUS_DANGER   /* BAHAYA */
};

/* What the judgement rests on; each has a title, a sentence and an advice in text.c (from the advice table). */
enum status_reason {
    REASON_ALL_WELL,
    REASON_DO_CRITICAL,
    REASON_DO_LOW,
    REASON_DO_FAST_DROP,
    REASON_PH_LOW,
    REASON_PH_HIGH,
    REASON_AMMONIA_HIGH,
    REASON_TEMP_HIGH,
    REASON_TEMP_LOW,
    REASON_WATER_TURBID,
    REASON_NO_DATA,
    REASON_SENSOR_SUSPECT,
    REASON_COUNT
};

/* Watch: at the limit is still well for lower limits (4.0 mg/L is well, 3.9 is not) and for upper ones (32.0 C is well);
 * ammonia is on watch at nh3_watch and in danger at nh3_danger. */
struct status_limits {
    double do_watch_mg_l, do_danger_mg_l; /* 0..20 */
    double do_drop_mg_l;                  /* fall within one hour; > 0 */
    double ph_danger_low, ph_watch_low, ph_watch_high, ph_danger_high; /* 2..12, rising */
    double temp_danger_low, temp_watch_low, temp_watch_high,
        temp_danger_high;         /* C, 10..45, rising */
    double nh3_watch, nh3_danger; /* NH3-N mg/L */
    double tan_no_lime_mg_l;      /* total ammonia-N above which raising the pH by lime is unsafe */
    double turb_watch_ntu;
    int64_t no_data_ms; /* a pond is without data when its newest usable oxygen reading is older */
    int64_t ammonia_hold_ms; /* ammonia, total or not, judges for so long after it was measured */
};
extern const struct status_limits STATUS_DEFAULTS;

struct pond_status {
    enum status_level level;
    enum status_reason reason;
    enum metric metric;  /* the one the reason is about */
    double value, limit; /* NaN when there is none */
    /* when value was measured; for no data and a silent probe the last usable time; 0 never */
    int64_t ts_ms;
    double drop_mg_l;  /* oxygen lost within the last hour, 0 or more; NaN unknown */
    double nh3_n_mg_l; /* derived or measured, NaN unknown */
    int64_t nh3_ts_ms; /* when it, or its total ammonia, was measured; 0: unknown */
    bool no_lime;      /* ammonia is or would become poisonous: the advice must not be lime */
    int doubtful;      /* metrics whose newest value is not usable (shown, not used) */
};

/* latest: newest values; do_1h: raw usable oxygen readings of the last hour, may have n = 0. A value stamped after now_ms
 * counts as new (clocks differ by seconds), but one of more than no_data_ms ahead counts as doubtful. */
void status_judge(const struct series_latest *latest, const struct series *do_1h, int64_t now_ms,
                  const struct status_limits *limits, struct pond_status *out);

/* May the newest value of a metric be shown as the present one? Usable and not older than no_data_ms. */
bool status_current(const struct series_last *last, int64_t now_ms,
                    const struct status_limits *limits);

/* 0 worst .. 3 best, for sorting. */
int status_rank(enum status_level level);

#endif
