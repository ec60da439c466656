/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ets: exponential smoothing in state space form (Hyndman, Koehler, Ord and Snyder 2008, "Forecasting with Exponential
 * Smoothing"): error, trend and season are each additive, multiplicative or absent; forms are ranked and weighed by AICc.
 *
 * With l, b, s the level, slope and seasons:  q = l + phi b,  forecast f = q | q + s | q s,  d = y - f
 *     l' = q + alpha w d,  b' = phi b + beta w d,  s' = s + gamma v d      w = 1 or 1/s, v = 1 or 1/q
 * The error is d (additive) or d/f (multiplicative), normal with one variance.
 *
 * Forms: as usual the unstable ones are left out (additive error with multiplicative season; multiplicative trend). What is
 * multiplicative is tried only where every value is positive. Parameters: 0.0001 <= beta <= alpha <= 0.9999, gamma <= 1 - alpha,
 * 0.8 <= phi <= 0.98, and the forecastability condition on the seasonal forms (there chapter 10).
 * A missing value (NaN) is stepped over: the states go on without correction.
 * Threads: pure; a struct ets_work belongs to one thread at a time. */
#ifndef ANALYTICS_ETS_H
#define ANALYTICS_ETS_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/err.h"

#define ETS_PERIOD_MAX     12
#define ETS_NAME_SIZE      16
#define ETS_FORMS_MAX      15
#define ETS_STEPS_MAX      60 /* steps ahead */
#define ETS_PARAMETERS_MAX 3.0

enum ets_trend {
    ETS_TREND_NONE,
    ETS_TREND_ADDITIVE,
    ETS_TREND_DAMPED
};

enum ets_season {
    ETS_SEASON_NONE,
    ETS_SEASON_ADDITIVE,
    ETS_SEASON_MULTIPLICATIVE
};

struct ets_form {
    bool multiplicative_error;
    enum ets_trend trend;
    enum ets_season season;
};

struct ets_model {
    struct ets_form form;
    unsigned period;                /* 1 without season */
    double alpha, beta, gamma, phi; /* 0, 0, 1 where the form has none */
    double level, slope;            /* before the first value */
    double season[ETS_PERIOD_MAX];  /* [t % period], before the first value */
    double minus_2_log_lik, aicc;   /* up to one constant of the series */
    double variance;                /* of the error (relative when it is multiplicative) */
    double unscale;                 /* values were divided by this for fitting; > 0 */
    size_t known;                   /* values that were not missing */
    unsigned parameters;            /* with starting states and the variance */
};

struct ets_work; /* room for one series */
struct ets_work *ets_work_new(size_t longest);
void ets_work_free(struct ets_work *w); /* NULL is fine */

/* "AAdM" and the like: error, trend, season. */
void ets_name(const struct ets_form *f, char out[static ETS_NAME_SIZE]);

/* All forms that y and period allow; at most ETS_FORMS_MAX. period 1..12. products: also the multiplicative ones, where every
 * value is positive. */
size_t ets_forms(const double *y, size_t n, unsigned period, bool products, struct ets_form *out);

/* The weight of a form is exp(-ETS_TEMPER * (its AICc - the least)). Akaike's own is 1/2; half of it because the forms are
 * chosen and estimated on the same short series (measured on the open half of M3, sMAPE yearly, quarterly, monthly: 15.74,
 * 8.72, 13.45; with 1/2 15.85, 8.90, 13.62; the best form alone 16.28, 9.03, 14.06). */
#define ETS_TEMPER 0.25

/* The forms of one series, best AICc first. */
struct ets_blend {
    size_t models;
    struct ets_model model[ETS_FORMS_MAX];
    double weight[ETS_FORMS_MAX]; /* sum 1 */
};

/* All forms by AICc. period 1..ETS_PERIOD_MAX; n at most the work's longest. NILA_ERR_RANGE: too few known values for any of
 * the forms (the shortest needs 5), or they are all the same, or not finite. */
NILA_MUST_CHECK int ets_fit(struct ets_work *w, const double *y, size_t n, unsigned period,
                            bool products, struct ets_blend *out);
/* The weightier forms of start once more, for a part of the same series: from where they are, without search. */
NILA_MUST_CHECK int ets_refit(struct ets_work *w, const double *y, size_t n, unsigned period,
                              const struct ets_blend *start, struct ets_blend *out);
/* One form; start: begin with its parameters and states when it is of this form, else NULL. */
NILA_MUST_CHECK int ets_fit_form(struct ets_work *w, const double *y, size_t n, unsigned period,
                                 const struct ets_form *form, const struct ets_model *start,
                                 struct ets_model *out);

/* Means and variances of y[n]..y[n+h-1], h at most ETS_STEPS_MAX. The variance is the one of the form (there chapter 6; for a
 * multiplicative season its approximation for small errors) and, with_parameters, what the estimation of parameters and
 * starting states adds: the delta method with the curvature of the likelihood. That counts up to ETS_PARAMETERS_MAX times
 * the form's own: beyond, the likelihood is too flat for the method. NaN when y leaves the range of a product form. */
void ets_forecast(struct ets_work *w, const struct ets_model *m, const double *y, size_t n,
                  size_t h, bool with_parameters, double *mean, double *variance);

/* The same of a blend: weighted means, and weighted standard deviations squared. Forms that fail have no weight. */
void ets_blend_forecast(struct ets_work *w, const struct ets_blend *b, const double *y, size_t n,
                        size_t h, bool with_parameters, double *mean, double *variance);

/* Errors in the sense of the form, and what it expected one step ahead: each [n], either may be NULL; NaN where y is. */
void ets_filter(struct ets_work *w, const struct ets_model *m, const double *y, size_t n,
                double *error, double *expected);

/* The forecastability condition for parameters in the usual region. */
bool ets_admissible(const struct ets_model *m);

#endif
