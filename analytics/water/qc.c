/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qc.h"

#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "collector/common/civil.h"
#include "collector/common/reading.h"

#define HOUR_MS 3600000.0
#define HOUR_S  3600.0

/* Every test: a value that is none is missing, whatever else. */
static int of(double value, int flag)
{
    return isfinite(value) ? flag : READING_MISSING;
}

static bool outside(double v, const struct qc_span *s)
{
    return v < s->min || v > s->max;
}

static int above(double x, double suspect, double fail)
{
    return x > fail ? READING_FAIL : x > suspect ? READING_SUSPECT : READING_PASS;
}

void qc_gross_range(const double *value, size_t n, const struct qc_span *fail,
                    const struct qc_span *suspect, uint8_t *flag)
{
    for (size_t i = 0; i < n; i++) {
        int f = outside(value[i], fail)      ? READING_FAIL
                : outside(value[i], suspect) ? READING_SUSPECT
                                             : READING_PASS;

        flag[i] = (uint8_t)of(value[i], f);
    }
}

void qc_spike(const double *value, size_t n, enum qc_spike method, double suspect, double fail,
              uint8_t *flag)
{
    for (size_t i = 0; i < n; i++) {
        int f = READING_NOT_EVALUATED;

        if (i > 0 && i + 1 < n && isfinite(value[i - 1]) && isfinite(value[i + 1])) {
            double before = value[i] - value[i - 1], after = value[i + 1] - value[i];
            double far = method == QC_SPIKE_AVERAGE ? fabs(before - after) / 2
                         : before * after < 0       ? fmin(fabs(before), fabs(after))
                                                    : 0;

            f = above(far, suspect, fail);
        }
        flag[i] = (uint8_t)of(value[i], f);
    }
}

/* Flag of the step to i. */
static int rate_flag(const double *value, const int64_t *ts_ms, size_t i, double per_h)
{
    double hours;

    if (i == 0 || !isfinite(value[i - 1]))
        return READING_PASS;
    hours = (double)(ts_ms[i] - ts_ms[i - 1]) / HOUR_MS;
    if (!(hours > 0))
        return READING_NOT_EVALUATED;
    return fabs(value[i] - value[i - 1]) > per_h * hours ? READING_SUSPECT : READING_PASS;
}

void qc_rate(const double *value, const int64_t *ts_ms, size_t n, double per_h, uint8_t *flag)
{
    for (size_t i = 0; i < n; i++)
        flag[i] = (uint8_t)of(value[i], rate_flag(value, ts_ms, i, per_h));
}

double qc_step_ms(const int64_t *ts_ms, size_t n, double *work)
{
    if (n < 2)
        return 0;
    for (size_t i = 0; i + 1 < n; i++)
        work[i] = (double)(ts_ms[i + 1] - ts_ms[i]);
    gsl_sort(work, 1, n - 1);
    return gsl_stats_median_from_sorted_data(work, 1, n - 1);
}

/* Marks the ends of windows of steps + 1 values that move less than tolerance. The window is kept as long as its range is small
 * and its beginning sought anew when it is not, so that a series costs n x (values a run is looked back). */
static void flat_pass(const double *value, size_t n, size_t steps, double tolerance, int mark,
                      uint8_t *flag)
{
    double low = INFINITY, high = -INFINITY;
    size_t from = 0; /* value[from..i] are finite and within tolerance */

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(value[i])) {
            from = i + 1;
            low = INFINITY;
            high = -INFINITY;
            continue;
        }
        low = fmin(low, value[i]);
        high = fmax(high, value[i]);
        if (!(high - low < tolerance)) {
            /* the longest end of the run that this value fits to */
            low = high = value[i];
            for (from = i; from > 0 && isfinite(value[from - 1]); from--) {
                double l = fmin(low, value[from - 1]), h = fmax(high, value[from - 1]);

                if (!(h - l < tolerance))
                    break;
                low = l;
                high = h;
            }
        }
        if (i - from >= steps)
            flag[i] = (uint8_t)mark;
    }
}

static size_t steps_of(double seconds, double step_ms)
{
    double steps = floor(seconds * 1000 / step_ms + 1e-9);

    return steps < 1 ? 1 : steps > 1e9 ? (size_t)1000000000 : (size_t)steps;
}

void qc_flat(const double *value, size_t n, double step_ms, double suspect_s, double fail_s,
             double tolerance, uint8_t *flag)
{
    for (size_t i = 0; i < n; i++)
        flag[i] = (uint8_t)of(value[i], READING_PASS);
    if (suspect_s > 0 && step_ms > 0)
        flat_pass(value, n, steps_of(suspect_s, step_ms), tolerance, READING_SUSPECT, flag);
    if (fail_s > 0 && step_ms > 0)
        flat_pass(value, n, steps_of(fail_s, step_ms), tolerance, READING_FAIL, flag);
}

void qc_gap(const int64_t *ts_ms, size_t n, int64_t most_ms, uint8_t *flag)
{
    for (size_t i = 0; i < n; i++)
        flag[i] = (uint8_t)(i == 0                              ? READING_NOT_EVALUATED
                            : ts_ms[i] - ts_ms[i - 1] > most_ms ? READING_FAIL
                                                                : READING_PASS);
}

int qc_worse(int a, int b)
{
    static const int ORDER[] = {READING_FAIL, READING_SUSPECT, READING_PASS, READING_NOT_EVALUATED};

    for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++)
        if (a == ORDER[i] || b == ORDER[i])
            return ORDER[i];
    return READING_MISSING;
}

/* --- a pond --- */

/* Thresholds of the reference's pond settings at 10 and 15 minutes. Oxygen steps faster than 6 mg/L/h: 1.8 % at night, 6.6 % by
 * day. Flat windows: pH logged to 0.1 stood 6 h in 13 % of good data, 24 h in 1.1 %. */
static const struct pond {
    double spike_suspect, spike_fail, rate_per_h;
    double finest, coarse; /* resolutions */
    enum metric metric;
    int flat_h, flat_fail_h, coarse_flat_h, coarse_flat_fail_h;
    bool night_only;
} POND[] = {
    {2, 4, 6, 0.01, 0.1, METRIC_DO_MG_L, 3, 6, 6, 12, true},
    {26, 52, 78, 0.1, 1, METRIC_DO_SAT_PCT, 3, 6, 6, 12, true},
    {1.5, 3, 0, 0.01, 0.5, METRIC_TEMP_C, 12, 24, 24, 48, false},
    {1, 2, 1, 0.01, 0.1, METRIC_PH, 6, 12, 24, 48, false},
    {0, 0, 0, 1, 10, METRIC_EC_US_CM, 24, 48, 48, 96, false},
    {0, 0, 0, 1, 10, METRIC_EC25_US_CM, 24, 48, 48, 96, false},
};

void qc_pond_rules(enum metric metric, double resolution, struct qc_rules *out)
{
    const struct metric_info *info = metric_info(metric);

    *out = (struct qc_rules){.fail = {info->fail_min, info->fail_max},
                             .suspect = {info->suspect_min, info->suspect_max}};
    for (size_t i = 0; i < sizeof POND / sizeof POND[0]; i++) {
        const struct pond *p = &POND[i];
        const bool coarse = resolution >= p->coarse * 0.999;

        if (p->metric != metric)
            continue;
        out->spike_suspect = p->spike_suspect;
        out->spike_fail = p->spike_fail;
        out->rate_per_h = p->rate_per_h;
        out->rate_night_only = p->night_only;
        out->flat_suspect_s = (coarse ? p->coarse_flat_h : p->flat_h) * HOUR_S;
        out->flat_fail_s = (coarse ? p->coarse_flat_fail_h : p->flat_fail_h) * HOUR_S;
        out->flat_tolerance = (resolution > 0 ? resolution : p->finest) / 2;
    }
}

double qc_resolution(const double *value, size_t n)
{
    double least = INFINITY;

    for (size_t i = 1; i < n; i++) {
        double step = fabs(value[i] - value[i - 1]);

        /* below a millionth it is the binary form of one decimal number minus another */
        if (step > 1e-6 && step < least)
            least = step;
    }
    return isfinite(least) ? least : 0;
}

static bool is_night(int64_t ts_ms)
{
    int hour = civil_from_ts(ts_ms).hour;

    return hour >= 18 || hour < 6;
}

static void merge(uint8_t *flag, const uint8_t *other, size_t n)
{
    for (size_t i = 0; i < n; i++)
        flag[i] = (uint8_t)qc_worse(flag[i], other[i]);
}

int qc_series(const struct qc_rules *r, const double *value, const int64_t *ts_ms, size_t n,
              double step_ms, uint8_t *scratch, double *work, uint8_t *flag)
{
    for (size_t i = 1; i < n; i++)
        if (ts_ms[i] <= ts_ms[i - 1])
            return NILA_ERR_RANGE;
    qc_gross_range(value, n, &r->fail, &r->suspect, flag);
    for (size_t i = 0; i < n; i++)
        work[i] = flag[i] == READING_PASS ? value[i] : NAN;
    if (r->spike_suspect > 0) {
        qc_spike(work, n, QC_SPIKE_DIFFERENTIAL, r->spike_suspect, r->spike_fail, scratch);
        merge(flag, scratch, n);
    }
    if (r->rate_per_h > 0) {
        qc_rate(work, ts_ms, n, r->rate_per_h, scratch);
        for (size_t i = 0; i < n; i++)
            if (scratch[i] == READING_SUSPECT && r->rate_night_only && !is_night(ts_ms[i]))
                scratch[i] = READING_PASS;
        merge(flag, scratch, n);
    }
    if (r->flat_suspect_s > 0 || r->flat_fail_s > 0) {
        qc_flat(work, n, step_ms, r->flat_suspect_s, r->flat_fail_s, r->flat_tolerance, scratch);
        merge(flag, scratch, n);
    }
    return 0;
}

size_t qc_all_zero(const double *const *value, uint8_t *const *flag, size_t channels, size_t n)
{
    size_t marked = 0;

    for (size_t i = 0; i < n; i++) {
        size_t zeros = 0, others = 0;

        for (size_t c = 0; c < channels; c++) {
            zeros += fabs(value[c][i]) <= 0;
            others += fabs(value[c][i]) > 0;
        }
        if (zeros < 2 || others > 0)
            continue;
        for (size_t c = 0; c < channels; c++)
            if (isfinite(value[c][i]))
                flag[c][i] = READING_FAIL;
        marked++;
    }
    return marked;
}
