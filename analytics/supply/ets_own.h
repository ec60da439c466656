/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ets_own: what ets.c, ets_fit.c and ets_forecast.c share. */
#ifndef ANALYTICS_ETS_OWN_H
#define ANALYTICS_ETS_OWN_H

#include "ets.h"

/* alpha, beta, gamma, phi, level, slope, all seasons but the last */
#define ETS_VARIABLES_MAX (6 + ETS_PERIOD_MAX - 1)

struct ets_work {
    size_t longest;
    double *y;                  /* scaled values */
    double *level, *slope;      /* q, and the slope it was made with, at each step */
    double *season, *mean, *d;  /* at each step */
    double *bridged, *adjusted; /* for the starting states: gaps bridged; season taken out */
};

/* Sums over the known values of one pass. */
struct ets_sums {
    double squares, ln_mean; /* of errors; of |f|, 0 for additive errors */
    size_t known;
    bool valid; /* false: a forecast of a multiplicative form was not positive */
};

/* Runs the filter over y[n] and leaves each step in w. level, slope and season are the states at the end. */
struct ets_sums ets_pass(struct ets_work *w, const struct ets_model *m, const double *y, size_t n,
                         double *level, double *slope, double *season);

/* Gradients of sums.squares * by_squares + sums.ln_mean * by_ln_mean, after ets_pass over the same. */
struct ets_slopes {
    double alpha, beta, gamma, phi, level, slope, season[ETS_PERIOD_MAX];
};
void ets_pass_back(const struct ets_work *w, const struct ets_model *m, size_t n, const double *y,
                   double by_squares, double by_ln_mean, struct ets_slopes *out);

/* One form being fitted: variables without bounds <-> model. */
struct ets_problem {
    struct ets_work *w;
    const double *y; /* scaled */
    size_t n;
    struct ets_model m; /* form, period, and the last variables looked at */
    double
        gamma_limit; /* share of the way to 1 - alpha that gamma may go; 1 unless forecastability is in danger */
};
size_t ets_variables(const struct ets_form *f, unsigned period);
void ets_variables_of(const struct ets_model *m, double gamma_limit, double *x);
void ets_take_variables(struct ets_problem *p, const double *x);
/* -2 log likelihood and what is known of beta beforehand, a minimise_function; arg is a struct ets_problem. */
double ets_objective(const double *x, double *gradient, void *arg);

#endif
