/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dense.h"
#include "ets.h"
#include "ets_own.h"

static const double LOGIT_SD =
    2; /* spread of a smoothing parameter's logit before the data are seen */
enum {
    WEIGHTS = 10 /* tried: none, 0.001, 0.01, ... */
};
static const double BEND_STEP = 1e-4; /* of a variable, for second slopes */

/* The states at the end of a series. */
struct ending {
    double level, slope, season[ETS_PERIOD_MAX];
    unsigned at; /* season of the next value */
};

static bool run_to_end(struct ets_work *w, const struct ets_model *m, const double *y, size_t n,
                       struct ending *e)
{
    e->at = m->period > 1 ? (unsigned)(n % m->period) : 0;
    return ets_pass(w, m, y, n, &e->level, &e->slope, e->season).valid;
}

static double season_of(const struct ets_model *m, const struct ending *e, size_t step)
{
    return m->form.season != ETS_SEASON_NONE ? e->season[(e->at + step) % m->period] : 0;
}

static void means(const struct ets_model *m, const struct ending *e, size_t h, double *mean)
{
    double damp = 0, phi = 1;

    for (size_t k = 0; k < h; k++) {
        double q;

        phi *= m->phi;
        damp += phi;
        q = e->level + damp * e->slope;
        mean[k] = m->form.season == ETS_SEASON_MULTIPLICATIVE ? q * season_of(m, e, k)
                  : m->form.season == ETS_SEASON_ADDITIVE     ? q + season_of(m, e, k)
                                                              : q;
    }
}

/* How an error moves the level part (with an additive season, the value) j steps later. */
static double carry(const struct ets_model *m, size_t j, double damp)
{
    double c = m->alpha + m->beta * damp;

    return m->form.season == ETS_SEASON_ADDITIVE && j % m->period == 0 ? c + m->gamma : c;
}

/* Hyndman et al. 2008, section 6.3 and 6.4: additive errors exactly; relative errors by the recursion of theta; a
 * multiplicative season by the approximation 6.4.3. */
static void variances(const struct ets_model *m, const struct ending *e, size_t h,
                      const double *mean, double *variance, double *theta)
{
    const bool product = m->form.season == ETS_SEASON_MULTIPLICATIVE;
    double sum = 0, damp = 0, phi = 1;

    for (size_t k = 0; k < h; k++) {
        double s = product ? season_of(m, e, k) : 1, mu = mean[k] / s;

        if (!m->form.multiplicative_error) {
            variance[k] = m->variance * (1 + sum);
        } else {
            double spread = 0, d = 0, p = 1, turns;
            const size_t whole = product ? k / m->period : 0;

            turns = (double)whole;

            for (size_t j = 1; j <= k; j++) {
                double c;

                d += p;
                p *= m->phi;
                c = carry(m, j, d);
                spread += c * c * theta[k - j];
            }
            theta[k] = mu * mu + m->variance * spread;
            variance[k] =
                s * s *
                (theta[k] * (1 + m->variance) * pow(1 + m->gamma * m->gamma * m->variance, turns) -
                 mu * mu);
        }
        damp += phi;
        phi *= m->phi;
        sum += carry(m, k + 1, damp) * carry(m, k + 1, damp);
    }
}

/* Half the second slopes of -2 log likelihood, with the logits' prior, factored into l [n][n]. What is still no maximum is made
 * one by weight on the diagonal. False when even that fails. */
static bool information(struct ets_problem *p, const double *x, size_t n, size_t logits, double *l)
{
    double bend[ETS_VARIABLES_MAX][ETS_VARIABLES_MAX], up[ETS_VARIABLES_MAX],
        down[ETS_VARIABLES_MAX];

    for (size_t i = 0; i < n; i++) {
        double v[ETS_VARIABLES_MAX];

        memcpy(v, x, sizeof v);
        v[i] = x[i] + BEND_STEP;
        if (!isfinite(ets_objective(v, up, p)))
            return false;
        v[i] = x[i] - BEND_STEP;
        if (!isfinite(ets_objective(v, down, p)))
            return false;
        for (size_t j = 0; j < n; j++)
            bend[i][j] = (up[j] - down[j]) / (4 * BEND_STEP);
        if (i < logits)
            bend[i][i] += 1 / (LOGIT_SD * LOGIT_SD);
    }
    for (int k = 0; k < WEIGHTS; k++) {
        double weight = k > 0 ? pow(10, k - 4) : 0;

        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                l[i * n + j] =
                    (bend[i][j] + bend[j][i]) / 2 + (i == j ? weight * fabs(bend[i][i]) : 0);
        if (dense_cholesky(l, n) == n)
            return true;
    }
    return false;
}

/* Adds to variance what the variables' uncertainty makes of the means. */
static void add_parameters(struct ets_problem *p, size_t h, const double *mean, double *variance)
{
    const size_t n = ets_variables(&p->m.form, p->m.period);
    const size_t logits = 1 + (p->m.form.trend != ETS_TREND_NONE ? 1u : 0) +
                          (p->m.form.season != ETS_SEASON_NONE ? 1u : 0) +
                          (p->m.form.trend == ETS_TREND_DAMPED ? 1u : 0);
    double x[ETS_VARIABLES_MAX] = {0}, l[ETS_VARIABLES_MAX * ETS_VARIABLES_MAX];
    double slope[ETS_VARIABLES_MAX * ETS_STEPS_MAX];

    ets_variables_of(&p->m, 1, x);
    if (!information(p, x, n, logits, l))
        return;
    for (size_t i = 0; i < n; i++) {
        double v[ETS_VARIABLES_MAX];
        struct ending e;

        memcpy(v, x, sizeof v);
        v[i] += BEND_STEP;
        ets_take_variables(p, v);
        if (!run_to_end(p->w, &p->m, p->y, p->n, &e))
            return;
        means(&p->m, &e, h, slope + i * h);
        for (size_t k = 0; k < h; k++)
            slope[i * h + k] = (slope[i * h + k] - mean[k]) / BEND_STEP;
    }
    dense_solve_lower(l, n, slope, h); /* then the variance is the sum of their squares */
    for (size_t k = 0; k < h; k++) {
        double sum = 0;

        for (size_t i = 0; i < n; i++)
            sum += slope[i * h + k] * slope[i * h + k];
        variance[k] += fmin(sum, ETS_PARAMETERS_MAX * variance[k]);
    }
}

void ets_forecast(struct ets_work *w, const struct ets_model *m, const double *y, size_t n,
                  size_t h, bool with_parameters, double *mean, double *variance)
{
    struct ets_problem p = {.w = w, .y = w->y, .n = n, .m = *m, .gamma_limit = 1};
    double theta[ETS_STEPS_MAX];
    struct ending e;

    for (size_t t = 0; t < n; t++)
        w->y[t] = y[t] / m->unscale;
    if (!run_to_end(w, m, w->y, n, &e)) {
        for (size_t k = 0; k < h; k++)
            mean[k] = variance[k] = NAN;
        return;
    }
    means(m, &e, h, mean);
    variances(m, &e, h, mean, variance, theta);
    if (with_parameters)
        add_parameters(&p, h, mean, variance);
    for (size_t k = 0; k < h; k++) {
        mean[k] *= m->unscale;
        variance[k] *= m->unscale * m->unscale;
    }
}

void ets_blend_forecast(struct ets_work *w, const struct ets_blend *b, const double *y, size_t n,
                        size_t h, bool with_parameters, double *mean, double *variance)
{
    double m[ETS_STEPS_MAX], v[ETS_STEPS_MAX], total = 0;

    for (size_t k = 0; k < h; k++)
        mean[k] = variance[k] = 0;
    for (size_t i = 0; i < b->models; i++) {
        bool good = true;

        ets_forecast(w, &b->model[i], y, n, h, with_parameters, m, v);
        for (size_t k = 0; k < h; k++)
            good = good && isfinite(m[k]) && isfinite(v[k]) && v[k] >= 0;
        if (!good)
            continue;
        total += b->weight[i];
        for (size_t k = 0; k < h; k++) {
            mean[k] += b->weight[i] * m[k];
            variance[k] += b->weight[i] * sqrt(v[k]);
        }
    }
    for (size_t k = 0; k < h; k++) {
        mean[k] /= total; /* NaN when all failed */
        variance[k] = variance[k] / total * (variance[k] / total);
    }
}
