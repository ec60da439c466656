/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seriesfit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "collector/common/log.h"
#include "seriescalib.h"
#include "theta.h"

static const double Z80 = 1.2815515655446004, Z95 = 1.959963984540054; /* normal, 0.9 and 0.975 */
static const double LARGEST = 1e100; /* of a value: squares stay finite */
static const size_t KNOWN_MIN = 5;
static const double FACTOR_MAX = 3; /* the own factor stays within its inverse and this */

struct seriesfit_work {
    size_t longest;
    struct ets_work *ets;
    double *y; /* on the working scale */
    struct seriesfit_scale scale;
};

/* Everything estimated for one series or a part of it. */
struct fitted {
    bool ets, theta;    /* could be fitted */
    double theta_share; /* in the mean */
    struct ets_blend blend;
    struct theta_model line;
};

static const char *const METHOD[] = {"ets", "theta", "mean"};

const char *seriesfit_method_name(enum seriesfit_method m)
{
    return METHOD[m];
}

int seriesfit_method_find(const char *name, enum seriesfit_method *out)
{
    for (size_t i = 0; i < sizeof METHOD / sizeof METHOD[0]; i++)
        if (strcmp(name, METHOD[i]) == 0) {
            *out = (enum seriesfit_method)i;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

struct seriesfit_work *seriesfit_work_new(size_t longest)
{
    struct seriesfit_work *w = xcalloc(1, sizeof *w);

    w->longest = longest;
    w->ets = ets_work_new(longest);
    w->y = xcalloc(longest + 1, sizeof *w->y);
    return w;
}

void seriesfit_work_free(struct seriesfit_work *w)
{
    if (w == NULL)
        return;
    ets_work_free(w->ets);
    free(w->y);
    free(w);
}

const struct seriesfit_scale *seriesfit_scale(const struct seriesfit_work *w)
{
    return &w->scale;
}

bool seriesfit_on_logs(const double *y, size_t n, unsigned period)
{
    double count = 0, sum = 0, squares = 0, least = INFINITY, most = 0, mean, variance;

    for (size_t t = 0; t < n; t++) {
        if (y[t] <= 0)
            return false;
        if (isnan(y[t]))
            continue;
        least = fmin(least, y[t]);
        most = fmax(most, y[t]);
    }
    for (size_t t = period; t < n; t++) {
        double step = log(y[t]) - log(y[t - period]);

        if (isnan(step))
            continue;
        count++;
        sum += step;
        squares += step * step;
    }
    if (count < (double)KNOWN_MIN)
        return false;
    if (period == 1 && most > SERIESFIT_WIDE * least)
        return true;
    mean = sum / count;
    variance = fmax(0, squares / count - mean * mean);
    /* steps over a period overlap: as many independent ones as there are periods */
    return mean > SERIESFIT_GROWTH_Z * sqrt(variance * period / count);
}

/* Estimates what method needs; whole, or for the backtest from a fit of the whole. */
static bool fit(struct seriesfit_work *w, enum seriesfit_method method, size_t n, unsigned period,
                bool products, bool on_logs, const struct fitted *start, struct fitted *out)
{
    *out = (struct fitted){.theta_share = on_logs ? SERIESFIT_LOG_THETA : 0.5};
    if (method != SERIESFIT_THETA) {
        int rc = start == NULL ? ets_fit(w->ets, w->y, n, period, products, &out->blend)
                               : ets_refit(w->ets, w->y, n, period, &start->blend, &out->blend);

        out->ets = rc == 0;
    }
    if (method != SERIESFIT_ETS)
        out->theta = theta_fit(w->ets, w->y, n, period, products,
                               on_logs && period == 1 ? SERIESFIT_LOG_DRIFT : THETA_DRIFT_SHARE,
                               start != NULL ? &start->line : NULL, &out->line) == 0;
    return method == SERIESFIT_ETS     ? out->ets
           : method == SERIESFIT_THETA ? out->theta
                                       : out->ets || out->theta;
}

static bool all_finite(const double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(a[i]))
            return false;
    return true;
}

/* Means and standard deviations on the working scale. */
static bool predict(struct seriesfit_work *w, const struct fitted *f, size_t n, size_t h,
                    double *mean, double *sd)
{
    double m[ETS_STEPS_MAX], v[ETS_STEPS_MAX];

    for (size_t k = 0; k < h; k++)
        mean[k] = sd[k] = 0;
    for (int part = 0; part < 2; part++) {
        double share = !f->ets || !f->theta ? 1 : part == 0 ? 1 - f->theta_share : f->theta_share;

        if (!(part == 0 ? f->ets : f->theta))
            continue;
        if (part == 0)
            ets_blend_forecast(w->ets, &f->blend, w->y, n, h, true, m, v);
        else
            theta_forecast(w->ets, &f->line, w->y, n, h, true, m, v);
        for (size_t k = 0; k < h; k++) {
            mean[k] += share * m[k];
            sd[k] += share * sqrt(v[k]);
        }
    }
    return all_finite(mean, h) && all_finite(sd, h);
}

/* Quantile of x[n] sorted, the conformal one: the ceil((n + 1) p)-th, or the last. */
static double conformal(const double *sorted, size_t n, double p)
{
    size_t at = (size_t)ceil(((double)n + 1) * p);

    return sorted[at < 1 ? 0 : at > n ? n - 1 : at - 1];
}

static double own_factor(double found, double usual, size_t origins, double prior)
{
    double weight = (double)origins / ((double)origins + prior);
    double f = exp(weight * log(found / usual));

    return fmin(fmax(f, 1 / FACTOR_MAX), FACTOR_MAX);
}

/* Origins spread over the later part of the history; each forecast is compared with what came. */
static void backtest(struct seriesfit_work *w, enum seriesfit_method method, size_t n,
                     unsigned period, size_t h, bool products, const struct fitted *whole,
                     const struct seriescalib *c, struct seriesfit_result *r)
{
    const size_t shortest = 2 * (size_t)period + 4 > 10 ? 2 * (size_t)period + 4 : 10;
    const size_t first = n / 2 > shortest ? n / 2 : shortest;
    size_t room = n > first ? n - first : 0, scores = 0, gap;
    double score[SERIESFIT_ORIGINS * ETS_STEPS_MAX];

    gap = room / SERIESFIT_ORIGINS > 0 ? room / SERIESFIT_ORIGINS : 1;
    for (size_t i = 1; i <= SERIESFIT_ORIGINS && i * gap <= room; i++) {
        size_t at = n - i * gap, steps = n - at < h ? n - at : h;
        double mean[ETS_STEPS_MAX], sd[ETS_STEPS_MAX];
        struct fitted part;

        if (!fit(w, method, at, period, products, r->on_logs, whole, &part) ||
            !predict(w, &part, at, steps, mean, sd))
            continue;
        r->origins++;
        for (size_t k = 0; k < steps; k++)
            if (!isnan(w->y[at + k]) && sd[k] > 0)
                score[scores++] =
                    fabs(w->y[at + k] - mean[k]) / (sd[k] * (1 + c->growth80 * log1p((double)k)));
    }
    if (r->origins < SERIESFIT_ORIGINS_LEAST || scores < 2 * (size_t)SERIESFIT_ORIGINS_LEAST) {
        r->origins = 0;
        return;
    }
    gsl_sort(score, 1, scores);
    w->scale.usual80 = conformal(score, scores, 0.8);
    w->scale.usual95 = conformal(score, scores, 0.95);
    r->factor80 = own_factor(w->scale.usual80, c->usual80, r->origins, SERIESFIT_PRIOR_ORIGINS_80);
    r->factor95 = own_factor(w->scale.usual95, c->usual95, r->origins, SERIESFIT_PRIOR_ORIGINS_95);
}

/* From the working scale to the result. */
static void spread(const struct seriesfit_work *w, size_t h, bool positive,
                   const struct seriescalib *c, struct seriesfit_result *r)
{
    for (size_t k = 0; k < h; k++) {
        double step = log1p((double)k), mean = w->scale.mean[k];
        double half80 = Z80 * w->scale.sd[k] * c->c80 * (1 + c->growth80 * step) * r->factor80;
        double half95 = Z95 * w->scale.sd[k] * c->c95 * (1 + c->growth95 * step) * r->factor95;
        struct seriesfit_point *p = &r->at[k];

        half95 = fmax(half95, half80); /* the two factors are measured apart */
        *p = (struct seriesfit_point){mean, mean - half80, mean + half80, mean - half95,
                                      mean + half95};
        if (r->on_logs)
            *p = (struct seriesfit_point){exp(p->mean), exp(p->lo80), exp(p->hi80), exp(p->lo95),
                                          exp(p->hi95)};
        if (!positive)
            continue;
        p->lo80 = fmax(p->lo80, 0);
        p->lo95 = fmax(p->lo95, 0);
        p->mean = fmax(p->mean, 0);
    }
}

/* Too few values for a model, or all the same: the last one carried forward, with Student's intervals for a random walk. */
static void carry_forward(const double *y, size_t n, size_t known, size_t h, bool positive,
                          struct seriesfit_result *r)
{
    double last = NAN, squares = 0, sd;
    size_t at = 0;

    for (size_t t = 0; t < n; t++) {
        if (isnan(y[t]))
            continue;
        if (!isnan(last))
            squares += (y[t] - last) * (y[t] - last) / (double)(t - at);
        last = y[t];
        at = t;
    }
    sd = sqrt(squares / (double)(known - 1));
    for (size_t k = 0; k < h; k++) {
        double width = sd * sqrt((double)(n - at + k));
        double half80 = gsl_cdf_tdist_Pinv(0.9, (double)(known - 1)) * width;
        double half95 = gsl_cdf_tdist_Pinv(0.975, (double)(known - 1)) * width;

        r->at[k] = (struct seriesfit_point){last, last - half80, last + half80, last - half95,
                                            last + half95};
        if (positive) {
            r->at[k].lo80 = fmax(r->at[k].lo80, 0);
            r->at[k].lo95 = fmax(r->at[k].lo95, 0);
        }
    }
}

struct shape {
    size_t known;
    bool positive, same, usable;
};

static struct shape look(const double *y, size_t n)
{
    struct shape s = {.positive = true, .same = true, .usable = true};
    double first = NAN;

    for (size_t t = 0; t < n; t++) {
        if (isnan(y[t]))
            continue;
        s.usable = s.usable && fabs(y[t]) <= LARGEST;
        s.positive = s.positive && y[t] > 0;
        s.same = s.same && (isnan(first) || y[t] == first);
        first = y[t];
        s.known++;
    }
    return s;
}

int seriesfit_run(struct seriesfit_work *w, enum seriesfit_method method, const double *y, size_t n,
                  unsigned period, size_t h, struct seriesfit_result *out)
{
    struct seriesfit_result r = {.method = method, .factor80 = 1, .factor95 = 1};
    struct shape s;
    const struct seriescalib *c;
    struct fitted whole;
    bool products;

    if (n > w->longest || h < 1 || h > ETS_STEPS_MAX || period < 1 || period > ETS_PERIOD_MAX)
        return NILA_ERR_RANGE;
    s = look(y, n);
    if (s.known < 2 || !s.usable)
        return NILA_ERR_RANGE;
    w->scale.usual80 = w->scale.usual95 = NAN;
    r.on_logs = seriesfit_on_logs(y, n, period);
    products = s.positive && !r.on_logs;
    for (size_t t = 0; t < n; t++)
        w->y[t] = r.on_logs ? log(y[t]) : y[t];
    c = seriescalib_of(method, period, r.on_logs);
    if (s.same || !fit(w, method, n, period, products, r.on_logs, NULL, &whole) ||
        !predict(w, &whole, n, h, w->scale.mean, w->scale.sd)) {
        r.fallback = s.same ? SERIESFIT_CONSTANT : SERIESFIT_TOO_SHORT;
        r.on_logs = false;
        carry_forward(y, n, s.known, h, s.positive, &r);
        *out = r;
        return 0;
    }
    if (whole.ets)
        ets_name(&whole.blend.model[0].form, r.form);
    r.seasonal_theta = whole.theta && whole.line.period > 1;
    backtest(w, method, n, period, h, products, &whole, c, &r);
    spread(w, h, s.positive, c, &r);
    *out = r;
    return 0;
}
