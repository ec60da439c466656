/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drift.h"

#include <math.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "collector/common/civil.h"
#include "qc.h"

static const double COVERAGE = 0.6;    /* of a day's values */
static const double HALF = 0.5;        /* of the swing before */
static const double LEAST_SWING = 0.5; /* mg/L: a swing near the probe's noise cannot halve */
enum {
    RECENT_LEAST = 4,
    BEFORE_LEAST = 10
};
static const int64_t NEAR_MS = (int64_t)2 * 3600 * 1000;

static bool sound(double do_mg_l)
{
    return isfinite(do_mg_l) && do_mg_l > 0;
}

/* The swing of value[0..n), NaN with fewer than least values. */
static double swing_of(const double *value, size_t n, double least, double *work)
{
    size_t used = 0;

    for (size_t i = 0; i < n; i++)
        if (sound(value[i]))
            work[used++] = value[i];
    if (used < 2 || (double)used < least)
        return NAN;
    gsl_sort(work, 1, used);
    return gsl_stats_quantile_from_sorted_data(work, 1, used, 0.95) -
           gsl_stats_quantile_from_sorted_data(work, 1, used, 0.05);
}

size_t drift_days(const double *do_mg_l, const int64_t *ts_ms, size_t n, double *work,
                  struct drift_day *out, size_t max)
{
    double step_ms = qc_step_ms(ts_ms, n, work);
    double least = step_ms > 0 ? COVERAGE * (double)CIVIL_DAY_MS / step_ms : INFINITY;
    size_t days = 0;

    for (size_t from = 0, to; from < n; from = to) {
        const int32_t day = civil_day(ts_ms[from]);
        double swing;

        for (to = from; to < n && civil_day(ts_ms[to]) == day;)
            to++;
        swing = swing_of(do_mg_l + from, to - from, least, work);
        if (isnan(swing))
            continue;
        if (days >= max && max > 0)
            for (size_t i = 1; i < max; i++)
                out[i - 1] = out[i];
        if (max > 0)
            out[days < max ? days : max - 1] = (struct drift_day){day, swing};
        days++;
    }
    return days;
}

void drift_swing(const struct drift_day *days, size_t n, int32_t today, struct drift_swing *out)
{
    double recent[DRIFT_RECENT_DAYS], before[DRIFT_BEFORE_DAYS];
    size_t r = 0, b = 0;

    *out = (struct drift_swing){NAN, NAN, false, false};
    for (size_t i = n; i-- > 0;) { /* the newest first */
        const int32_t ago = today - days[i].day;

        if (ago < 0 || ago >= DRIFT_RECENT_DAYS + DRIFT_BACK_DAYS || isnan(days[i].swing))
            continue;
        if (ago < DRIFT_RECENT_DAYS && r < DRIFT_RECENT_DAYS)
            recent[r++] = days[i].swing;
        else if (ago >= DRIFT_RECENT_DAYS && b < DRIFT_BEFORE_DAYS)
            before[b++] = days[i].swing;
    }
    if (r > 0)
        out->recent = gsl_stats_median(recent, 1, r);
    if (b > 0)
        out->before = gsl_stats_median(before, 1, b);
    out->known = r >= RECENT_LEAST && b >= BEFORE_LEAST;
    out->notice = out->known && out->before >= LEAST_SWING && out->recent < HALF * out->before;
}

double drift_step_limit(enum metric metric)
{
    return metric == METRIC_DO_MG_L ? 0.5 : metric == METRIC_PH ? 0.3 : NAN;
}

double drift_hand_limit(enum metric metric)
{
    return metric == METRIC_DO_MG_L ? 1.0 : metric == METRIC_PH ? 0.3 : NAN;
}

int drift_step(enum metric metric, const double *value, const int64_t *ts_ms, size_t n,
               int64_t cleaned_ms, int64_t resumed_ms, struct drift_step *out)
{
    enum {
        SIDE = 3
    };
    double before[SIDE], after[SIDE];
    size_t b = 0, a = 0;

    if (resumed_ms < cleaned_ms || isnan(drift_step_limit(metric)))
        return NILA_ERR_RANGE;
    for (size_t i = n; i-- > 0 && b < SIDE;)
        if (ts_ms[i] < cleaned_ms && ts_ms[i] >= cleaned_ms - NEAR_MS && isfinite(value[i]))
            before[b++] = value[i];
    for (size_t i = 0; i < n && a < SIDE; i++)
        if (ts_ms[i] >= resumed_ms && ts_ms[i] <= resumed_ms + NEAR_MS && isfinite(value[i]))
            after[a++] = value[i];
    if (b < SIDE || a < SIDE)
        return NILA_ERR_NOT_FOUND;
    out->step = gsl_stats_median(after, 1, SIDE) - gsl_stats_median(before, 1, SIDE);
    out->notice = fabs(out->step) > drift_step_limit(metric);
    return 0;
}

int drift_correct(const double *value, const int64_t *ts_ms, size_t n, int64_t since_ms,
                  int64_t cleaned_ms, double step, double *corrected)
{
    if (since_ms >= cleaned_ms || !isfinite(step))
        return NILA_ERR_RANGE;
    for (size_t i = 0; i < n; i++) {
        double share = (double)(ts_ms[i] - since_ms) / (double)(cleaned_ms - since_ms);
        bool within = ts_ms[i] > since_ms && ts_ms[i] < cleaned_ms;

        corrected[i] = within ? value[i] + step * share : value[i];
    }
    return 0;
}

bool drift_hand_differs(enum metric metric, double probe, double hand)
{
    return fabs(probe - hand) > drift_hand_limit(metric); /* NaN: no */
}

int drift_days_since(int64_t cleaned_ms, int64_t now_ms, bool *overdue)
{
    int64_t days =
        cleaned_ms > 0 && cleaned_ms <= now_ms ? (now_ms - cleaned_ms) / CIVIL_DAY_MS : -1;

    if (overdue != NULL)
        *overdue = days > DRIFT_CLEAN_DAYS;
    return days > 1000000 ? 1000000 : (int)days;
}
