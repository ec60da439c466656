/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "coverage.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_linalg.h>

#include "collector/common/log.h"

enum {
    STATES = 2 * REGENCY_COUNT, /* theta of each regency, then the biases */
    STEPS = 50
};

struct fit {
    double mean[STATES], precision[STATES * STATES]; /* of the prior */
    const struct coverage_seen *seen;
    size_t n;
};

static double outside_share(const struct coverage_seen *y, double theta)
{
    return y->outside_kg * exp(theta) / (y->tracked_kg + y->outside_kg * exp(theta));
}

static double residual(const struct coverage_seen *y, const double *x)
{
    return log(y->official_kg / (y->tracked_kg + y->outside_kg * exp(x[y->regency]))) -
           y->bias * x[REGENCY_COUNT + (int)y->regency];
}

/* Twice the negative log of the posterior, but for a constant. */
static double misfit(const struct fit *f, const double *x)
{
    double sum = 0;

    for (int i = 0; i < STATES; i++)
        for (int j = 0; j < STATES; j++)
            sum += (x[i] - f->mean[i]) * f->precision[i * STATES + j] * (x[j] - f->mean[j]);
    for (size_t k = 0; k < f->n; k++)
        sum += pow(residual(&f->seen[k], x) / f->seen[k].log_sd, 2);
    return sum;
}

/* Curvature a and gradient g at x. */
static void slopes(const struct fit *f, const double *x, double *a, double *g)
{
    memcpy(a, f->precision, sizeof f->precision);
    for (int i = 0; i < STATES; i++) {
        g[i] = 0;
        for (int j = 0; j < STATES; j++)
            g[i] += f->precision[i * STATES + j] * (f->mean[j] - x[j]);
    }
    for (size_t k = 0; k < f->n; k++) {
        const struct coverage_seen *y = &f->seen[k];
        double weight = 1 / (y->log_sd * y->log_sd), r = residual(y, x), along[STATES] = {0};

        along[y->regency] = outside_share(y, x[y->regency]);
        along[REGENCY_COUNT + (int)y->regency] = y->bias;
        for (int i = 0; i < STATES; i++) {
            g[i] += along[i] * r * weight;
            for (int j = 0; j < STATES; j++)
                a[i * STATES + j] += along[i] * along[j] * weight;
        }
    }
}

static void decompose(double *a)
{
    gsl_matrix_view m = gsl_matrix_view_array(a, STATES, STATES);

    if (gsl_linalg_cholesky_decomp1(&m.matrix) != 0)
        fatal("coverage: a prior without spread"); /* the sum of positive definite matrices */
}

static void find_best(const struct fit *f, double *x)
{
    double now = misfit(f, x);

    for (int step = 0; step < STEPS; step++) {
        double a[STATES * STATES], g[STATES], next[STATES], part = 1, then;
        gsl_matrix_view m = gsl_matrix_view_array(a, STATES, STATES);
        gsl_vector_view v = gsl_vector_view_array(g, STATES);

        slopes(f, x, a, g);
        decompose(a);
        (void)gsl_linalg_cholesky_svx(&m.matrix, &v.vector);
        do {
            for (int i = 0; i < STATES; i++)
                next[i] = x[i] + part * g[i];
            then = misfit(f, next);
            part /= 2;
        } while (then > now && part > 1e-6);
        if (!(then < now - 1e-12 * (1 + now)))
            return;
        memcpy(x, next, sizeof next);
        now = then;
    }
}

static void prior_of(struct fit *f, const bool registered[REGENCY_COUNT])
{
    double cov[STATES * STATES] = {0};
    gsl_matrix_view m = gsl_matrix_view_array(cov, STATES, STATES);

    for (int r = 0; r < REGENCY_COUNT; r++) {
        f->mean[r] = registered[r] ? log(COVERAGE_RATIO) : 0;
        cov[r * STATES + r] = registered[r] ? COVERAGE_RATIO_SD * COVERAGE_RATIO_SD +
                                                  COVERAGE_COUNT_SD * COVERAGE_COUNT_SD
                                            : COVERAGE_UNKNOWN_SD * COVERAGE_UNKNOWN_SD;
        f->mean[REGENCY_COUNT + r] = 0;
        cov[(REGENCY_COUNT + r) * STATES + REGENCY_COUNT + r] = COVERAGE_BIAS * COVERAGE_BIAS;
        for (int o = 0; o < REGENCY_COUNT; o++)
            if (o != r && registered[r] && registered[o])
                cov[r * STATES + o] = COVERAGE_RATIO_CORR * COVERAGE_RATIO_SD * COVERAGE_RATIO_SD;
    }
    decompose(cov);
    (void)gsl_linalg_cholesky_invert(&m.matrix);
    memcpy(f->precision, cov, sizeof cov);
}

void coverage_learn(struct coverage *c, const bool registered[REGENCY_COUNT],
                    const struct coverage_seen *seen, size_t n)
{
    struct fit f = {.seen = seen, .n = n};
    double x[STATES], a[STATES * STATES], g[STATES];
    gsl_matrix_view m = gsl_matrix_view_array(a, STATES, STATES);

    memset(c, 0, sizeof *c);
    prior_of(&f, registered);
    memcpy(x, f.mean, sizeof x);
    find_best(&f, x);
    slopes(&f, x, a, g);
    decompose(a);
    (void)gsl_linalg_cholesky_invert(&m.matrix);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        c->mean[r] = x[r];
        for (int o = 0; o < REGENCY_COUNT; o++)
            c->cov[r][o] = a[r * STATES + o];
    }
    for (size_t k = 0; k < n; k++)
        c->seen[seen[k].regency]++;
}

void coverage_draw(const struct coverage *c, const double normal[REGENCY_COUNT],
                   double theta[REGENCY_COUNT])
{
    double first = sqrt(c->cov[0][0]), both = c->cov[0][1] / first;

    theta[0] = c->mean[0] + first * normal[0];
    theta[1] = c->mean[1] + both * normal[0] + sqrt(c->cov[1][1] - both * both) * normal[1];
}
