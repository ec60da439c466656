/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "ets_own.h"

static const double LEAST_POSITIVE =
    1e-8; /* of the series' mean size: below it a product form is over */
static const double UNIT_ROOT_SLACK = 1e-6; /* roots at 1 itself are allowed */

struct ets_work *ets_work_new(size_t longest)
{
    struct ets_work *w = xcalloc(1, sizeof *w);
    double *room = xcalloc(8 * (longest + 1), sizeof *room);

    w->longest = longest;
    w->y = room;
    w->level = room + (longest + 1);
    w->slope = room + 2 * (longest + 1);
    w->season = room + 3 * (longest + 1);
    w->mean = room + 4 * (longest + 1);
    w->d = room + 5 * (longest + 1);
    w->bridged = room + 6 * (longest + 1);
    w->adjusted = room + 7 * (longest + 1);
    return w;
}

void ets_work_free(struct ets_work *w)
{
    if (w == NULL)
        return;
    free(w->y);
    free(w);
}

void ets_name(const struct ets_form *f, char out[static ETS_NAME_SIZE])
{
    static const char *const TREND[] = {"N", "A", "Ad"}, *const SEASON[] = {"N", "A", "M"};

    (void)snprintf(out, ETS_NAME_SIZE, "%s%s%s", f->multiplicative_error ? "M" : "A",
                   TREND[f->trend], SEASON[f->season]);
}

/* The logarithm of a product of many factors, without a logarithm each. */
static inline void ln_product(double factor, double *product, double *ln)
{
    *product *= factor;
    if (*product > 1e100 || *product < 1e-100) {
        *ln += log(*product);
        *product = 1;
    }
}

struct ets_sums ets_pass(struct ets_work *w, const struct ets_model *m, const double *y, size_t n,
                         double *level, double *slope, double *season)
{
    const bool trend = m->form.trend != ETS_TREND_NONE, relative = m->form.multiplicative_error;
    const enum ets_season kind = m->form.season;
    struct ets_sums sums = {.valid = true};
    double l = m->level, b = trend ? m->slope : 0, s[ETS_PERIOD_MAX], product = 1;
    unsigned at = 0;

    memcpy(s, m->season, sizeof s);
    for (size_t t = 0; t < n; t++) {
        double q = l + m->phi * b, season_now = s[at], f = q, d, by_level = 1, by_season = 1;

        if (kind == ETS_SEASON_ADDITIVE) {
            f = q + season_now;
        } else if (kind == ETS_SEASON_MULTIPLICATIVE) {
            if (!(q > LEAST_POSITIVE) || !(season_now > LEAST_POSITIVE))
                return sums.valid = false, sums;
            f = q * season_now;
            by_level = 1 / season_now;
            by_season = 1 / q;
        }
        if (relative && !(f > LEAST_POSITIVE))
            return sums.valid = false, sums;
        d = isnan(y[t]) ? 0 : y[t] - f;
        w->level[t] = q;
        w->slope[t] = b;
        w->season[t] = season_now;
        w->mean[t] = f;
        w->d[t] = d;
        if (!isnan(y[t])) {
            double e = relative ? d / f : d;

            sums.known++;
            sums.squares += e * e;
            if (relative)
                ln_product(f, &product, &sums.ln_mean);
        }
        l = q + m->alpha * by_level * d;
        b = m->phi * b + m->beta * by_level * d;
        if (kind != ETS_SEASON_NONE) {
            s[at] = season_now + m->gamma * by_season * d;
            at = at + 1 < m->period ? at + 1 : 0;
        }
    }
    sums.ln_mean += relative ? log(product) : 0;
    sums.valid = isfinite(sums.squares) && isfinite(sums.ln_mean) && isfinite(l);
    *level = l;
    *slope = b;
    memcpy(season, s, sizeof s);
    return sums;
}

/* The chain rule backwards through ets_pass: one pass gives the slopes of all variables. */
void ets_pass_back(const struct ets_work *w, const struct ets_model *m, size_t n, const double *y,
                   double by_squares, double by_ln_mean, struct ets_slopes *out)
{
    const bool relative = m->form.multiplicative_error;
    const enum ets_season kind = m->form.season;
    struct ets_slopes o = {0};
    double l = 0, b = 0; /* slopes by the states after the step */
    unsigned at = m->period > 1 ? (unsigned)(n % m->period) : 0;

    for (size_t t = n; t-- > 0;) {
        double q = w->level[t], s = w->season[t], f = w->mean[t], d = w->d[t], by_d, by_f = 0, by_q;
        double wl = 1, ws = 1, season_slope;

        if (kind == ETS_SEASON_MULTIPLICATIVE) {
            wl = 1 / s;
            ws = 1 / q;
        }
        if (kind != ETS_SEASON_NONE)
            at = at > 0 ? at - 1 : m->period - 1;
        season_slope = kind != ETS_SEASON_NONE ? o.season[at] : 0;
        by_d = (m->alpha * l + m->beta * b) * wl + m->gamma * ws * season_slope;
        o.alpha += wl * d * l;
        o.beta += wl * d * b;
        o.gamma += ws * d * season_slope;
        if (isnan(y[t])) {
            by_d = 0;
        } else if (relative) {
            double e = d / f, by_e = 2 * by_squares * e;

            by_d += by_e / f;
            by_f = (by_ln_mean - by_e * e) / f;
        } else {
            by_d += 2 * by_squares * d;
        }
        by_f -= by_d;
        by_q = l + by_f;
        if (kind == ETS_SEASON_ADDITIVE) {
            o.season[at] = season_slope + by_f;
        } else if (kind == ETS_SEASON_MULTIPLICATIVE) {
            by_q = l + by_f * s - d * m->gamma * season_slope * ws * ws;
            o.season[at] = season_slope + by_f * q - d * (m->alpha * l + m->beta * b) * wl * wl;
        }
        o.phi += (by_q + b) * w->slope[t];
        b = m->phi * (by_q + b);
        l = by_q;
    }
    o.level = l;
    o.slope = b;
    *out = o;
}

void ets_filter(struct ets_work *w, const struct ets_model *m, const double *y, size_t n,
                double *error, double *expected)
{
    struct ets_model scaled = *m;
    double level, slope, season[ETS_PERIOD_MAX];
    struct ets_sums sums;

    for (size_t t = 0; t < n; t++)
        w->y[t] = y[t] / m->unscale;
    sums = ets_pass(w, &scaled, w->y, n, &level, &slope, season);
    for (size_t t = 0; t < n; t++) {
        bool known = sums.valid && !isnan(y[t]);

        if (expected != NULL)
            expected[t] = known ? w->mean[t] * m->unscale : NAN;
        if (error != NULL)
            error[t] = !known                         ? NAN
                       : m->form.multiplicative_error ? w->d[t] / w->mean[t]
                                                      : w->d[t] * m->unscale;
    }
}

/* Roots of the characteristic equation of the errors' filter (Hyndman et al. 2008, section 10.2; phi is 1 and beta 0 where the
 * form has none), by the recursion of Schur and Cohn: no root need be found. */
static bool roots_inside(const struct ets_model *m)
{
    double c[ETS_PERIOD_MAX + 2], r = 1;
    size_t n = m->period + 1; /* degree */

    c[0] = m->phi * (1 - m->alpha - m->gamma);
    c[1] = m->alpha + m->beta - m->alpha * m->phi + m->gamma - 1;
    for (size_t k = 2; k < m->period; k++)
        c[k] = m->alpha + m->beta - m->alpha * m->phi;
    c[m->period] = m->alpha + m->beta - m->phi;
    c[m->period + 1] = 1;
    for (size_t k = 0; k <= n; k++) {
        c[k] *= r;
        r *= 1 + UNIT_ROOT_SLACK;
    }
    for (; n > 0; n--) {
        double k = c[0] / c[n];

        if (!(fabs(k) < 1))
            return false;
        for (size_t i = 0; 2 * i <= n; i++) {
            double low = c[i], high = c[n - i];

            c[i] = low - k * high;
            c[n - i] = high - k * low;
        }
        memmove(c, c + 1, n * sizeof *c);
    }
    return true;
}

bool ets_admissible(const struct ets_model *m)
{
    double p = m->period;

    if (m->form.season == ETS_SEASON_NONE)
        return true; /* the usual region lies within */
    if (m->gamma < fmax(1 - 1 / m->phi - m->alpha, 0) || m->gamma > 1 + 1 / m->phi - m->alpha)
        return false;
    if (m->alpha < 1 - 1 / m->phi - m->gamma * (1 - p + m->phi + m->phi * p) / (2 * m->phi * p))
        return false;
    if (m->beta < -(1 - m->phi) * (m->gamma / p + m->alpha))
        return false;
    return roots_inside(m);
}
