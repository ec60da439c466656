/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theta.h"

#include <math.h>
#include <stdlib.h>

#include "collector/common/log.h"
#include "seasonal.h"

/* The slope of the straight line through the known values. */
static double line_slope(const double *y, size_t n)
{
    double mean_t = 0, mean_y = 0, sxy = 0, sxx = 0, known = 0;

    for (size_t t = 0; t < n; t++) {
        if (isnan(y[t]))
            continue;
        known++;
        mean_t += (double)t;
        mean_y += y[t];
    }
    mean_t /= known;
    mean_y /= known;
    for (size_t t = 0; t < n; t++) {
        if (isnan(y[t]))
            continue;
        sxy += ((double)t - mean_t) * (y[t] - mean_y);
        sxx += ((double)t - mean_t) * ((double)t - mean_t);
    }
    return sxx > 0 ? sxy / sxx : 0;
}

static void take_season_out(const struct theta_model *m, const double *y, size_t n, double *out)
{
    for (size_t t = 0; t < n; t++) {
        double s = m->index[t % m->period];

        out[t] = m->period == 1 ? y[t] : m->ratios ? y[t] / s : y[t] - s;
    }
}

int theta_fit(struct ets_work *w, const double *y, size_t n, unsigned period, bool ratios,
              double drift_share, const struct theta_model *start, struct theta_model *out)
{
    static const struct ets_form SIMPLE = {false, ETS_TREND_NONE, ETS_SEASON_NONE};
    struct theta_model m = {.period = 1, .drift_share = drift_share, .ratios = ratios};
    double *left;
    int rc;

    for (size_t t = 0; t < n; t++)
        m.ratios = m.ratios && !(y[t] <= 0);
    if (seasonal_test(y, n, period) && seasonal_indices(y, n, period, m.ratios, m.index))
        m.period = period;
    left = xcalloc(n + 1, sizeof *left);
    take_season_out(&m, y, n, left);
    m.drift = drift_share * line_slope(left, n);
    rc = ets_fit_form(w, left, n, 1, &SIMPLE, start != NULL ? &start->level : NULL, &m.level);
    free(left);
    if (rc == 0)
        *out = m;
    return rc;
}

void theta_forecast(struct ets_work *w, const struct theta_model *m, const double *y, size_t n,
                    size_t h, bool with_parameters, double *mean, double *variance)
{
    double *left = xcalloc(n + 1, sizeof *left), a = m->level.alpha, count = (double)m->level.known;
    double first = (1 - pow(1 - a, (double)n)) / a;
    /* The slope of a line through a random walk with steps of sd s has variance 6 s^2/(5 n); through noise 12 s^2/n^3. */
    double drift_variance = m->level.variance * m->level.unscale * m->level.unscale *
                            (1.2 * a * a / count + 12 * (1 - a) * (1 - a) / pow(count, 3)) *
                            m->drift_share * m->drift_share;

    take_season_out(m, y, n, left);
    ets_forecast(w, &m->level, left, n, h, with_parameters, mean, variance);
    free(left);
    for (size_t k = 0; k < h; k++) {
        double steps = (double)k + first, s = m->index[(n + k) % m->period];

        mean[k] += m->drift * steps;
        if (with_parameters)
            variance[k] += steps * steps * drift_variance;
        if (m->period == 1)
            continue;
        mean[k] = m->ratios ? mean[k] * s : mean[k] + s;
        variance[k] *= m->ratios ? s * s : 1;
    }
}
