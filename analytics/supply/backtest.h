/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backtest: forecasts made again for the ends of past months, with the rows entered and the water measured by then, as if they
 * had been issued at that midnight. Nothing later is looked at. The model is today's, and so are its constants: what
 * they were chosen on may be the very months that are judged here; only issued forecasts are free of that. */
#ifndef ANALYTICS_BACKTEST_H
#define ANALYTICS_BACKTEST_H

#include "forecast.h"

#define BACKTEST_MONTHS_MAX 240

struct backtest_request {
    struct forecast_request forecast; /* records, source, months, draws, seed, oxygen, threads */
    int32_t first_month, last_month;  /* as of the last day of each (civil.h) */
    const char *program;
    void (*progress)(void *arg, size_t done, size_t of); /* months; NULL: not told */
    void *progress_arg;
};

/* *out gets as many as there are months, the caller's, records_issues_free. The spread is the model's own
 * (without_recalibration). When the sensors' source fails all go on without it, *sensors becomes false, and it is logged.
 * Errors of forecast_run with words in why (size >= 160); NILA_ERR_RANGE for months that are not in order, too many, or not
 * over by now_ms. */
NILA_MUST_CHECK int backtest_run(const struct backtest_request *q, int64_t now_ms,
                                 struct rec_issue **out, size_t *n, bool *sensors, char *why,
                                 size_t why_size);

#endif
