/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seriesfit: statistical forecasts of one series, without knowing what it counts: ets (forms weighed by AICc), theta, and the
 * mean of both, with intervals.
 *
 * Logarithms: the whole is done on logs when every known value is positive and the series grows, see seriesfit_on_logs. The
 * point forecast is then exp of the mean of logs, the median of what may come.
 *
 * Intervals: mean -+ z sd c(step) f, with sd from the models and what the estimation of their parameters adds; c is the
 * pooled calibration (seriescalib.h); f is the series' own: a rolling backtest within its history, at up to
 * SERIESFIT_ORIGINS origins, gives the 80 % and 95 % quantiles of |error| / sd, set against the usual ones and drawn towards 1
 * by as many origins as SERIESFIT_PRIOR_ORIGINS_80 and _95 say. Where every known value is positive no interval goes below 0.
 *
 * Threads: pure; a struct seriesfit_work belongs to one thread at a time. The result does not depend on what the work did before. */
#ifndef ANALYTICS_SERIESFIT_H
#define ANALYTICS_SERIESFIT_H

#include "ets.h"

#define SERIESFIT_ORIGINS       6
#define SERIESFIT_ORIGINS_LEAST 3 /* with fewer f is 1 */
/* An 80 % quantile is known from fewer origins than a 95 % one. */
#define SERIESFIT_PRIOR_ORIGINS_80 3.0
#define SERIESFIT_PRIOR_ORIGINS_95 9.0

enum seriesfit_method {
    SERIESFIT_ETS,
    SERIESFIT_THETA,
    SERIESFIT_MEAN
};
const char *seriesfit_method_name(enum seriesfit_method m); /* "ets", "theta", "mean" */
NILA_MUST_CHECK int seriesfit_method_find(const char *name, enum seriesfit_method *out);

/* What kept the asked method from being used; the words are the caller's. */
enum seriesfit_fallback {
    SERIESFIT_AS_ASKED,
    SERIESFIT_TOO_SHORT, /* fewer than 5 known values: the last one carried forward */
    SERIESFIT_CONSTANT   /* all the same: goes on so; the interval has no width */
};

struct seriesfit_point {
    double mean, lo80, hi80, lo95, hi95;
};

struct seriesfit_result {
    enum seriesfit_method method;
    enum seriesfit_fallback fallback;
    bool on_logs, seasonal_theta;
    char form[ETS_NAME_SIZE];  /* the best by AICc; "" without ets */
    size_t origins;            /* of the series' own backtest; 0: the pooled calibration alone */
    double factor80, factor95; /* f; 1 without */
    struct seriesfit_point at[ETS_STEPS_MAX];
};

struct seriesfit_work;
struct seriesfit_work *seriesfit_work_new(size_t longest);
void seriesfit_work_free(struct seriesfit_work *w); /* NULL is fine */

/* h = 1..ETS_STEPS_MAX steps after y[n] (NaN: missing), period 1..ETS_PERIOD_MAX, n at most the work's longest. NILA_ERR_RANGE:
 * fewer than 2 known values, a value that is infinite or beyond 1e100, or h or n outside. */
NILA_MUST_CHECK int seriesfit_run(struct seriesfit_work *w, enum seriesfit_method method,
                                  const double *y, size_t n, unsigned period, size_t h,
                                  struct seriesfit_result *out);

/* The rule of logs: every known value positive, and either the series grows (the mean of the steps of its logs over a period is
 * above 0 by more than SERIESFIT_GROWTH_Z standard errors), or it is yearly and its greatest value is more than SERIESFIT_WIDE
 * times its least. Why: what grows by a share each year, as production does, has errors that grow with it, and its straight
 * line is on logs; what has covered such a range can cover it again, and a straight line would lead below 0. Other series are
 * left alone: there the multiplicative forms of ets do the same.
 * On logs the mean leans on theta (SERIESFIT_LOG_THETA of it), since the slopes of ets grow without end there; yearly, theta's
 * drift is SERIESFIT_LOG_DRIFT of the line's slope. Measured on the open half of M3 and the tilapia production of 24 countries. */
#define SERIESFIT_GROWTH_Z  1.0
#define SERIESFIT_WIDE      5.0
#define SERIESFIT_LOG_THETA 0.75
#define SERIESFIT_LOG_DRIFT 0.65
bool seriesfit_on_logs(const double *y, size_t n, unsigned period);

/* For measuring the pooled calibration: sd of the working scale, and the mean there, as used; after seriesfit_run. */
struct seriesfit_scale {
    double mean[ETS_STEPS_MAX], sd[ETS_STEPS_MAX];
    double usual80,
        usual95; /* quantiles of |error| / sd in the series' own backtest; NaN without one */
};
const struct seriesfit_scale *seriesfit_scale(const struct seriesfit_work *w);

#endif
