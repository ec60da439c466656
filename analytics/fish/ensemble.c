/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ensemble.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "collector/common/log.h"

#define ARRAYS 16

/* Weights of the running means of feeding, 1/day. */
static const double RATION_MEMORY = 1.0 / 7;
static const double FED_MEMORY = 1.0 / 7;

/* clang-format off */
static const struct ensemble_prior PRIOR[POND_SYSTEM_COUNT] = {
    /*                        f            c0                survival  seen   oxygen  exposure */
    [POND_SYSTEM_POND] =      {0.50, 0.30, GROWTH_C0, 0.30,  16, 5,    4, 4,  16, 4,  0.2},
    [POND_SYSTEM_BIOFLOC] =   {0.50, 0.30, GROWTH_C0, 0.30,  18, 3,    4, 4,  16, 4,  0.1},
    [POND_SYSTEM_TARPAULIN] = {0.50, 0.30, GROWTH_C0, 0.30,  16, 5,    4, 4,  16, 4,  0.2},
    [POND_SYSTEM_CAGE] =      {0.50, 0.30, GROWTH_C0, 0.30,   6, 5,    4, 4,  16, 4,  1.0},
};
/* clang-format on */

void ensemble_prior(enum pond_system system, struct ensemble_prior *out)
{
    *out = PRIOR[system];
}

struct ensemble *ensemble_new(size_t n)
{
    struct ensemble *e = xcalloc(1, sizeof *e);
    double **array[ARRAYS] = {
        &e->u,       &e->count, &e->count_max, &e->ln_feeding, &e->ln_conversion,   &e->ln_mort,
        &e->ln_seen, &e->bias,  &e->do_usual,  &e->died,       &e->relative_ration, &e->gain_f,
        &e->gain_c,  &e->live,  &e->work,      &e->noise};

    assert(n >= 2);
    e->n = n;
    e->block = xcalloc(n * ARRAYS, sizeof *e->block);
    for (size_t a = 0; a < ARRAYS; a++)
        *array[a] = e->block + a * n;
    return e;
}

void ensemble_free(struct ensemble *e)
{
    if (e == NULL)
        return;
    free(e->block);
    free(e);
}

static double gauss(gsl_rng *rng, double sd)
{
    return gsl_ran_gaussian_ziggurat(rng, sd);
}

void ensemble_stock(struct ensemble *e, const struct ensemble_prior *prior, double count,
                    double mass_g, int32_t day, gsl_rng *rng)
{
    e->day = e->stocked_day = day;
    e->fed_share = 0;
    e->fed_ever = false;
    e->stale = true;
    for (size_t i = 0; i < e->n; i++) {
        double survive = gsl_ran_beta(rng, prior->survive_a, prior->survive_b);
        double seen = gsl_ran_beta(rng, prior->seen_a, prior->seen_b);

        survive = survive < 0.02 ? 0.02 : survive > 0.999 ? 0.999 : survive;
        e->u[i] = growth_u(mass_g * exp(gauss(rng, ENSEMBLE_STOCK_MASS_SD)));
        e->count[i] = e->count_max[i] = count * exp(gauss(rng, ENSEMBLE_COUNT_SD));
        e->ln_feeding[i] = log(prior->feeding) + gauss(rng, prior->feeding_sd);
        e->ln_conversion[i] = log(prior->conversion) + gauss(rng, prior->conversion_sd);
        e->ln_mort[i] = log(-log(survive) / ENSEMBLE_CYCLE_DAYS);
        e->ln_seen[i] = log(seen < 0.01 ? 0.01 : seen);
        e->bias[i] = gauss(rng, ENSEMBLE_BIAS_SD);
        e->do_usual[i] = gsl_ran_beta(rng, prior->do_a, prior->do_b);
        e->died[i] = 0;
        e->relative_ration[i] = NAN;
    }
}

/* Feeding and mortality change once a week or by an observation; their exponentials are kept until then. */
static void refresh(struct ensemble *e, const double *z)
{
    for (size_t i = 0; i < e->n; i++) {
        double common = z != NULL ? z[i] : 0;

        e->gain_f[i] = growth_gain_feeding(exp(e->ln_feeding[i] + common));
        e->gain_c[i] = exp(e->ln_conversion[i] + common);
        e->live[i] = exp(-exp(e->ln_mort[i]));
    }
    e->stale = false;
    e->z_used = z;
}

static void weekly_walk(struct ensemble *e, gsl_rng *rng)
{
    for (size_t i = 0; i < e->n; i++) {
        e->ln_feeding[i] += gauss(rng, ENSEMBLE_FEEDING_STEP);
        e->ln_conversion[i] += gauss(rng, ENSEMBLE_FEEDING_STEP);
    }
}

/* A of member i at full water effect when the pond got feed_kg. */
static double fed_gain(struct ensemble *e, size_t i, double feed_kg)
{
    double stock_g = e->count[i] * growth_mass(e->u[i]);
    double x = stock_g > 0 ? feed_kg * 1000 / stock_g * e->u[i] / GROWTH_RMAX_U : 1;

    x = x < 1 ? x : 1;
    e->relative_ration[i] =
        isnan(e->relative_ration[i])
            ? x
            : e->relative_ration[i] + RATION_MEMORY * (x - e->relative_ration[i]);
    return growth_gain_ration(x, e->gain_c[i]);
}

void ensemble_step(struct ensemble *e, const struct ensemble_day *d, gsl_rng *rng)
{
    bool fed = !isnan(d->feed_kg), oxygen = !isnan(d->water.do_effect);
    double loss = growth_loss(d->water.temp_c);
    double effect = growth_temp_effect(d->water.temp_c) * growth_nh3_effect(d->water.nh3_n_mg_l);

    e->day++;
    if ((e->day - e->stocked_day) % 7 == 0) {
        weekly_walk(e, rng);
        e->stale = true;
    }
    /* The common path moves weekly, on its own calendar: another week is another array. */
    if (e->stale || d->z != e->z_used)
        refresh(e, d->z);
    e->fed_share += FED_MEMORY * ((fed ? 1 : 0) - e->fed_share);
    e->fed_ever |= fed;
    for (size_t i = 0; i < e->n; i++) {
        double gain = fed ? fed_gain(e, i, d->feed_kg) : e->gain_f[i];
        double alive = e->count[i] * e->live[i];

        gain *= effect * (oxygen ? d->water.do_effect : e->do_usual[i]);
        e->u[i] = growth_step_u(e->u[i], gain, loss, 1);
        e->died[i] += e->count[i] - alive;
        if (d->loss != NULL)
            alive *= 1 - d->exposure * d->loss[i];
        e->count[i] = alive;
    }
}

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

static double covariance(const double *x, const double *y, size_t n)
{
    double mx = mean_of(x, n), my = mean_of(y, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (x[i] - mx) * (y[i] - my);
    return sum / (double)(n - 1);
}

/* Puts what each member still lacks of the observation, scaled by the total variance, into e->noise: noise is then
 * (y + e_i - h_i) / (var h + R). The perturbations are centred so that they do not move the mean. False: h does not vary. */
static bool innovation(struct ensemble *e, const double *h, double y, double sd, gsl_rng *rng)
{
    double var = covariance(h, h, e->n), shift;

    if (!(var > 0))
        return false;
    for (size_t i = 0; i < e->n; i++)
        e->noise[i] = gauss(rng, sd);
    shift = mean_of(e->noise, e->n);
    for (size_t i = 0; i < e->n; i++)
        e->noise[i] = (y + e->noise[i] - shift - h[i]) / (var + sd * sd);
    return true;
}

/* x_i += C(x, h) * innovation. */
static void correct(struct ensemble *e, double *x, const double *h)
{
    double c = covariance(x, h, e->n);
    for (size_t i = 0; i < e->n; i++)
        x[i] += c * e->noise[i];
}

/* The number is corrected in logs, through e->gain_f as scratch (it is stale afterwards anyway), and keeps its bound. */
static void correct_count(struct ensemble *e, const double *h)
{
    double *ln_count = e->gain_f;

    for (size_t i = 0; i < e->n; i++)
        ln_count[i] = log(e->count[i] > 1e-6 ? e->count[i] : 1e-6);
    correct(e, ln_count, h);
    for (size_t i = 0; i < e->n; i++) {
        double count = exp(ln_count[i]);
        e->count[i] = count < e->count_max[i] ? count : e->count_max[i];
    }
}

void ensemble_sample(struct ensemble *e, double fish, double mean_g, double cv, gsl_rng *rng)
{
    double spread = isnan(cv) ? ENSEMBLE_SAMPLE_CV : cv;
    double sd = sqrt(spread * spread / fish + ENSEMBLE_SAMPLE_SD * ENSEMBLE_SAMPLE_SD);
    double *ln_mass = e->gain_c; /* scratch, stale afterwards */

    for (size_t i = 0; i < e->n; i++) {
        ln_mass[i] = log(e->u[i]) / GROWTH_U_EXPONENT;
        e->work[i] = ln_mass[i] + e->bias[i];
    }
    e->stale = true;
    if (!innovation(e, e->work, log(mean_g), sd, rng))
        return;
    correct(e, ln_mass, e->work);
    for (size_t i = 0; i < e->n; i++)
        e->u[i] = growth_u(exp(ln_mass[i]));
    correct(e, e->bias, e->work);
    correct(e, e->ln_feeding, e->work);
    if (e->fed_ever) { /* then the mass also tells of the number: the ration was shared by it */
        correct(e, e->ln_conversion, e->work);
        correct_count(e, e->work);
    }
}

/* Share of an event's dead that was written down is no better known than of single deaths. */
static void take_event(struct ensemble *e, double count)
{
    for (size_t i = 0; i < e->n; i++) {
        double seen = exp(e->ln_seen[i]);
        double dead = (count - seen * e->died[i]) / seen;
        double most = 0.95 * e->count[i];

        dead = dead < 0 ? 0 : dead;
        e->count[i] -= dead < most ? dead : most;
    }
}

void ensemble_deaths(struct ensemble *e, double count, gsl_rng *rng)
{
    double most = 0;

    for (size_t i = 0; i < e->n; i++) {
        double expected = exp(e->ln_seen[i]) * e->died[i];

        most = expected > most ? expected : most;
        /* Anscombe's transform makes the Poisson count all but normal with sd 1. */
        e->work[i] = 2 * sqrt(expected + 0.375);
    }
    e->stale = true;
    if (count > 10 && count > most + 4 * sqrt(most)) {
        take_event(e, count);
    } else if (innovation(e, e->work, 2 * sqrt(count + 0.375), 1, rng)) {
        correct_count(e, e->work);
        correct(e, e->ln_mort, e->work);
        correct(e, e->ln_seen, e->work);
        for (size_t i = 0; i < e->n; i++)
            e->ln_seen[i] = e->ln_seen[i] < 0 ? e->ln_seen[i] : 0;
    }
    memset(e->died, 0, e->n * sizeof *e->died);
}

void ensemble_remove(struct ensemble *e, double kg, double fish_per_kg)
{
    for (size_t i = 0; i < e->n; i++) {
        double fish = isnan(fish_per_kg) ? kg * 1000 / growth_mass(e->u[i]) : kg * fish_per_kg;
        double most = 0.95 * e->count[i];

        fish = fish < most ? fish : most;
        e->count[i] -= fish;
        e->count_max[i] -= fish;
    }
}

double ensemble_mass_g(const struct ensemble *e, size_t i)
{
    return growth_mass(e->u[i]);
}

double ensemble_biomass_kg(const struct ensemble *e, size_t i)
{
    return e->count[i] * growth_mass(e->u[i]) / 1000;
}

double ensemble_ln_gain(const struct ensemble *e, size_t i)
{
    if (e->fed_share > 0.5 && e->relative_ration[i] > 0)
        return log(growth_gain_ration(e->relative_ration[i], exp(e->ln_conversion[i])));
    return log(growth_gain_feeding(exp(e->ln_feeding[i])));
}
