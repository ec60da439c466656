/* SPDX-License-Identifier: GPL-3.0-or-later */
/* qc: judges a whole series after the fact, by the tests of IOOS QARTOD as ioos_qc has them. The collector judges each value as
 * it comes (collector/quality.h); here the next value is known too, so that a spike is told from a step.
 *
 * Flags are those of reading.h: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing. NaN is a missing value, infinity too. A
 * value is never changed, and a test only says what it saw: fouling and drift look plausible value by value. Against the human
 * verdicts of a year of estuary data (Apalachicola 2012) these tests found all rejected temperatures, but under 5 %
 * of rejected oxygen and pH. Pure; thread-safe. */
#ifndef ANALYTICS_QC_H
#define ANALYTICS_QC_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "collector/common/metric.h"

struct qc_span {
    double min, max; /* both still in it; infinities: open */
};

/* 4 outside fail, 3 outside suspect, 1. */
void qc_gross_range(const double *value, size_t n, const struct qc_span *fail,
                    const struct qc_span *suspect, uint8_t *flag);

enum qc_spike {
    QC_SPIKE_AVERAGE, /* |v - mean of its neighbours|: both neighbours of a spike are doubted with it */
    QC_SPIKE_DIFFERENTIAL /* the smaller of the two steps, when they go opposite ways: the spike alone */
};

/* 4 above fail, 3 above suspect, 1; 2 at both ends and beside a missing value. */
void qc_spike(const double *value, size_t n, enum qc_spike method, double suspect, double fail,
              uint8_t *flag);

/* 3 where the value before is further than per_h in units an hour; 1, also where the value before is missing. Time that does not go
 * forward: 2. */
void qc_rate(const double *value, const int64_t *ts_ms, size_t n, double per_h, uint8_t *flag);

/* The median step of time, ms; 0 when there are fewer than two times. work: n - 1 places. */
double qc_step_ms(const int64_t *ts_ms, size_t n, double *work);

/* Unmoved: over the last suspect_s seconds (in whole steps of step_ms, at least one) the values' range is smaller than tolerance: 3;
 * over fail_s: 4; else 1. A window that holds a missing value, or begins before the series, says nothing (1). 0 s: not
 * tested. */
void qc_flat(const double *value, size_t n, double step_ms, double suspect_s, double fail_s,
             double tolerance, uint8_t *flag);

/* 4 where the time since the row before is longer than most_ms; 1; the first 2. */
void qc_gap(const int64_t *ts_ms, size_t n, int64_t most_ms, uint8_t *flag);

/* The graver of two flags of one value: 4 > 3 > 1 > 2 > 9. */
int qc_worse(int a, int b);

/* What a pond's series of a metric is tested for; 0 (spans: infinity) not tested. */
struct qc_rules {
    struct qc_span fail, suspect;
    double spike_suspect, spike_fail; /* differential */
    double rate_per_h;
    int rate_night_only; /* only 18:00-06:00 WIB: blooms are as fast by day */
    double flat_suspect_s, flat_fail_s, flat_tolerance;
};

/* The rules for a pond; resolution: the smallest step of the probe, 0 unknown (then the finest usual one). A coarse probe (oxygen
 * 0.1 mg/L, pH 0.1, 0.5 C) stands still longer before it is doubted. */
void qc_pond_rules(enum metric metric, double resolution, struct qc_rules *out);

/* The smallest difference of two neighbours that is not 0; 0 when nothing moves. */
double qc_resolution(const double *value, size_t n);

/* Every test of the rules, the graver flag of each value. What the spans doubt is missing to the other tests, so that a fault does not
 * cast doubt on its neighbours. The time must rise. step_ms as of qc_step_ms. scratch, work: n places. NILA_ERR_RANGE: it
 * does not; flag is then untouched. */
NILA_MUST_CHECK int qc_series(const struct qc_rules *r, const double *value, const int64_t *ts_ms,
                              size_t n, double step_ms, uint8_t *scratch, double *work,
                              uint8_t *flag);

/* A node that was reset answers 0 on all its channels: where two or more of them are exactly 0 and none is anything else, all fail.
 * Only for channels of which one cannot be 0 (temperature, pH). Returns how many moments. */
size_t qc_all_zero(const double *const *value, uint8_t *const *flag, size_t channels, size_t n);

#endif
