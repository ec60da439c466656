/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drift: does the oxygen or pH probe need cleaning or calibrating? A fouled probe gives plausible values, which no test on single
 * values finds; four slow signs do:
 *
 * 1. the daily swing of oxygen shrinks: 5-day median below half of the median of the 14 days seen before. A dying bloom shrinks it
 *    too, so the advice is to clean and look, never that the probe is bad;
 * 2. the value steps at a cleaning: what the step is was fouling;
 * 3. a handheld meter differs;
 * 4. the last cleaning is long ago.
 *
 * Tried: (1) on five ponds in India and on simulated fouling of them (tests/analytics/test_drift.c). (2)-(4) are recommendations whose
 * limits are this project's; none was tried on a probe that really fouled. None of it has been tried in peat water, where
 * the swing is small. Pure; thread-safe; no heap. */
#ifndef ANALYTICS_DRIFT_H
#define ANALYTICS_DRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "collector/common/metric.h"

/* --- the swing --- */

#define DRIFT_RECENT_DAYS 5
#define DRIFT_BEFORE_DAYS 14
#define DRIFT_BACK_DAYS   28 /* where days are missing, the 14 before are looked for as far back */

struct drift_day {
    int32_t day;  /* civil day (WIB) */
    double swing; /* mg/L between the 5th and 95th per cent of the day's values */
};

/* Days of a series with a swing: those with at least 60 % of a day's values at the median step, and for the swing the values that are finite and
 * above 0 (exactly 0 is a fault). ts_ms rising. work: n places. Writes at most max days, oldest first, and returns how
 * many there were in all (more than max: the newest are kept). */
size_t drift_days(const double *do_mg_l, const int64_t *ts_ms, size_t n, double *work,
                  struct drift_day *out, size_t max);

struct drift_swing {
    double recent, before; /* medians, mg/L; NaN unknown */
    bool
        known; /* of the newest 5 days 4 were seen, of the 28 before them 10 (the newest 14 count) */
    bool notice; /* recent < before / 2, and before large enough to halve: 0.5 mg/L */
};

/* As of the end of civil day today. days: rising; those after today are not looked at. */
void drift_swing(const struct drift_day *days, size_t n, int32_t today, struct drift_swing *out);

/* --- cleaning and checking --- */

/* The difference beyond which a probe is told to be off: of a step at cleaning, and beside a handheld meter (oxygen: a good pair
 * of meters differs by 0.93 mg/L on average in ponds). NaN for other metrics than oxygen and pH. */
double drift_step_limit(enum metric metric);
double drift_hand_limit(enum metric metric);

struct drift_step {
    double
        step; /* median of the first 3 values from resumed on, minus that of the last 3 before cleaned */
    bool notice; /* |step| beyond drift_step_limit */
};

/* At a cleaning: the probe was out of the water from cleaned_ms to resumed_ms. Only values within two hours of it count.
 * NILA_ERR_NOT_FOUND: fewer than 3 on a side; NILA_ERR_RANGE: resumed before cleaned, or a metric without a limit. */
NILA_MUST_CHECK int drift_step(enum metric metric, const double *value, const int64_t *ts_ms,
                               size_t n, int64_t cleaned_ms, int64_t resumed_ms,
                               struct drift_step *out);

/* The series as if the fouling that showed itself as step at cleaned_ms had grown evenly since the cleaning before, since_ms (USGS
 * TM 1-D3's linear correction, quoted from memory). corrected[n] may be value itself. NaN stays. NILA_ERR_RANGE: since_ms not
 * before cleaned_ms, or step is no number. */
NILA_MUST_CHECK int drift_correct(const double *value, const int64_t *ts_ms, size_t n,
                                  int64_t since_ms, int64_t cleaned_ms, double step,
                                  double *corrected);

/* A handheld reading beside the probe's value of that time: calibration is due. False when either is NaN. */
bool drift_hand_differs(enum metric metric, double probe, double hand);

#define DRIFT_CLEAN_DAYS 7 /* ponds of the tests were cleaned every 5 days */

/* Whole days since the last cleaning, -1 when none is known or it lies ahead; *overdue (NULL is fine): more than
 * DRIFT_CLEAN_DAYS. */
int drift_days_since(int64_t cleaned_ms, int64_t now_ms, bool *overdue);

#endif
