/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status: one pond's state now, with the reason and the advice. A missing sensor is never green.
 * [H8: limits with units, sources and ranges.] Pure. */
#ifndef ANALYTICS_STATUS_H
#define ANALYTICS_STATUS_H

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

struct status_limits {
    double do_watch_mg_l, do_danger_mg_l;
    double ph_danger_low, ph_watch_low, ph_watch_high, ph_danger_high;
    double temp_danger_low, temp_watch_low, temp_watch_high, temp_danger_high;
    double nh3_watch, nh3_danger; /* NH3-N mg/L */
    double turb_watch_ntu;
    int64_t no_data_ms; /* a pond is without data when its newest usable oxygen reading is older */
};
extern const struct status_limits STATUS_DEFAULTS;

struct pond_status {
    enum status_level level;
    enum status_reason reason;
    enum metric metric;  /* the one the reason is about */
    double value, limit; /* NaN when there is none */
    int64_t ts_ms;       /* when value was measured; 0 never */
    double nh3_n_mg_l;   /* derived or measured, NaN unknown */
    int doubtful;        /* metrics whose newest value is not usable (shown, not used) */
};

/* latest: newest values; do_1h: oxygen of the last hour (raw or 5-minute), may have n = 0. */
void status_judge(const struct series_latest *latest, const struct series *do_1h, int64_t now_ms,
                  const struct status_limits *limits, struct pond_status *out);

/* 0 worst .. 3 best, for sorting. */
int status_rank(enum status_level level);

#endif
