/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ensemble.h"

#include <assert.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "collector/common/log.h"
#include "lnexp.h"

#define ARRAYS 21

/* Weights of the running means of feeding, 1/day. */
static const double RATION_MEMORY = 1.0 / 7;
static const double FED_MEMORY = 1.0 / 7;

/* clang-format off */
static const struct ensemble_prior PRIOR[POND_SYSTEM_COUNT] = {
    /*                        f            c0                survival  seen   oxygen  exposure  mixed */
    [POND_SYSTEM_POND] =      {0.50, 0.30, GROWTH_C0, 0.30,  16, 5,    4, 4,  16, 4,  0.2, 0},
    [POND_SYSTEM_BIOFLOC] =   {0.50, 0.30, GROWTH_C0, 0.30,  18, 3,    4, 4,  16, 4,  0.1, 0},
    [POND_SYSTEM_TARPAULIN] = {0.50, 0.30, GROWTH_C0, 0.30,  16, 5,    4, 4,  16, 4,  0.2, 0},
    [POND_SYSTEM_CAGE] =      {0.50, 0.30, GROWTH_C0, 0.30,   6, 5,    4, 4,  16, 4,  1.0, 0},
};
/* clang-format on */

void ensemble_prior(enum pond_system system, struct ensemble_prior *out)
{
    *out = PRIOR[system];
}

struct ensemble *ensemble_new(size_t n, size_t per_path)
{
    struct ensemble *e = xcalloc(1, sizeof *e);
    double **array[ARRAYS] = {
        &e->u,       &e->count,    &e->count_max, &e->ln_cv,    &e->ln_feeding, &e->ln_conversion,
        &e->ln_mort, &e->ln_seen,  &e->bias,      &e->do_usual, &e->died,       &e->relative_ration,
        &e->spawn,   &e->recruits, &e->netted,    &e->gain_f,   &e->gain_c,     &e->live,
        &e->level,   &e->gain,     &e->half};

    assert(n >= 2 && per_path >= 1 && n % per_path == 0);
    e->n = n;
    e->per_path = per_path;
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
    return stream_gauss(rng, sd);
}

void ensemble_stock(struct ensemble *e, const struct ensemble_prior *prior, double count,
                    double mass_g, int32_t day, gsl_rng *rng)
{
    e->day = e->stocked_day = day;
    e->fed_share = 0;
    e->fed_ever = false;
    e->stale = true;
    e->breeds = false;
    e->breeding_days = 0;
    for (size_t i = 0; i < e->n; i++) {
        double survive = stream_beta(rng, prior->survive_a, prior->survive_b);
        double seen = stream_beta(rng, prior->seen_a, prior->seen_b);

        survive = survive < 0.02 ? 0.02 : survive > 0.999 ? 0.999 : survive;
        e->u[i] = growth_u(mass_g * exp(gauss(rng, ENSEMBLE_STOCK_MASS_SD)));
        e->count[i] = e->count_max[i] = count * exp(gauss(rng, ENSEMBLE_COUNT_SD));
        e->ln_feeding[i] = log(prior->feeding) + gauss(rng, prior->feeding_sd);
        e->ln_conversion[i] = log(prior->conversion) + gauss(rng, prior->conversion_sd);
        e->ln_mort[i] = log(-log(survive) / ENSEMBLE_CYCLE_DAYS);
        e->ln_seen[i] = log(seen < 0.01 ? 0.01 : seen);
        e->bias[i] = gauss(rng, ENSEMBLE_BIAS_SD);
        e->do_usual[i] = stream_beta(rng, prior->do_a, prior->do_b);
        e->died[i] = 0;
        e->relative_ration[i] = NAN;
        e->ln_cv[i] = log(ENSEMBLE_SAMPLE_CV) + gauss(rng, ENSEMBLE_CV_SD);
        e->recruits[i] = e->spawn[i] = e->netted[i] = 0;
        if (prior->mixed > 0 && gsl_rng_uniform(rng) < prior->mixed) {
            e->spawn[i] = ENSEMBLE_SPAWN * exp(gauss(rng, 1));
            e->netted[i] = stream_beta(rng, 1, 3);
            e->breeds = true;
        }
    }
}

void ensemble_copy_clock(struct ensemble *to, const struct ensemble *from)
{
    to->day = from->day;
    to->stocked_day = from->stocked_day;
    to->fed_share = from->fed_share;
    to->fed_ever = from->fed_ever;
    to->breeds = from->breeds;
    to->breeding_days = from->breeding_days;
    to->stale = true;
}

/* Feeding changes once a week and by an observation, mortality by an observation alone, the common path once a week on its
 * own calendar: the exponentials of each are kept until it does. */
static void refresh(struct ensemble *e, const double *z)
{
    if (e->stale) {
        lnexp_exp_all(e->n, e->ln_mort, e->live);
        for (size_t i = 0; i < e->n; i++)
            e->live[i] = -e->live[i];
        lnexp_exp_all(e->n, e->live, e->live);
    }
    if (e->stale || e->walked)
        lnexp_exp_all(e->n, e->ln_feeding, e->level);
    if (e->fed_ever)
        lnexp_exp_all(e->n, e->ln_conversion, e->gain_c);
    for (size_t k = 0; k < e->n / e->per_path; k++) {
        double common = z != NULL ? lnexp_exp(z[k]) : 1;

        for (size_t i = k * e->per_path; i < (k + 1) * e->per_path; i++) {
            e->gain_f[i] = growth_gain_feeding(common) * e->level[i];
            e->gain_c[i] = e->fed_ever ? common * e->gain_c[i] : 0;
        }
    }
    e->stale = e->walked = false;
    e->z_used = z;
}

static void walk(struct ensemble *e, double *x, gsl_rng *rng)
{
    stream_gauss_all(rng, ENSEMBLE_FEEDING_STEP, e->n, e->gain);
    for (size_t i = 0; i < e->n; i++)
        x[i] += e->gain[i];
}

static void weekly_walk(struct ensemble *e, gsl_rng *rng)
{
    walk(e, e->ln_feeding, rng);
    if (e->fed_ever)
        walk(e, e->ln_conversion, rng);
    e->walked = true;
}

/* --- recruits: the young of fish of both sexes --- */

/* Mean mass after the breeding began: they come at 1 g and grow, and new ones come all the time. Assumption. */
static double recruit_mass_g(const struct ensemble *e)
{
    double mass = 1 + 0.1 * e->breeding_days;
    return mass < 0.6 * ENSEMBLE_RECRUIT_MAX_G ? mass : 0.6 * ENSEMBLE_RECRUIT_MAX_G;
}

static void breed(struct ensemble *e, int days)
{
    double least = growth_u(ENSEMBLE_BREED_G);
    bool any = false;

    for (size_t i = 0; i < e->n; i++) {
        if (!(e->spawn[i] > 0) || e->u[i] < least)
            continue;
        any = true;
        e->recruits[i] =
            e->recruits[i] * pow(e->live[i], days) + e->spawn[i] * e->count[i] * days / 7;
    }
    if (any)
        e->breeding_days += days;
}

/* --- forward --- */

/* Relative ration of each member at u when the pond gets feed_kg a day, into x: feed is shared with the recruits by mass. */
static void relative_rations(const struct ensemble *e, const double *u, double feed_kg, double *x)
{
    double young_g = e->breeds ? recruit_mass_g(e) : 0;

    ensemble_masses_g(e, u, x);
    for (size_t i = 0; i < e->n; i++) {
        double stock_g = e->count[i] * x[i] + e->recruits[i] * young_g;
        double ration = stock_g > 0 ? feed_kg * 1000 / stock_g * u[i] / GROWTH_RMAX_U : 1;

        x[i] = ration < 1 ? ration : 1;
    }
}

/* Some days of feed by the ration. The relative ration moves with the mass: taken in the middle. */
static void grow_fed(struct ensemble *e, const struct ensemble_span *s, double memory)
{
    double *x = e->gain, *half = e->half;

    relative_rations(e, e->u, s->feed_kg, x);
    if (s->days > 1) {
        for (size_t i = 0; i < e->n; i++) {
            double effect = s->do_known ? s->effect : s->effect * e->do_usual[i];

            half[i] = growth_step_u(e->u[i], effect * growth_gain_ration(x[i], e->gain_c[i]),
                                    s->loss_rate, s->days / 2.0);
        }
        relative_rations(e, half, s->feed_kg, x);
    }
    for (size_t i = 0; i < e->n; i++) {
        double effect = s->do_known ? s->effect : s->effect * e->do_usual[i];
        double before = e->relative_ration[i];

        e->relative_ration[i] = isnan(before) ? x[i] : before + memory * (x[i] - before);
        e->gain[i] = effect * growth_gain_ration(x[i], e->gain_c[i]);
    }
    growth_steps_u(e->n, e->u, e->gain, s->loss_rate, s->days);
}

/* Share alive after days (1..7) of which one leaves live. */
static double power_of_days(double live, int days)
{
    double two = live * live;

    return (days & 1 ? live : 1) * (days & 2 ? two : 1) * (days & 4 ? two * two : 1);
}

static void grow(struct ensemble *e, const struct ensemble_span *s)
{
    double memory = 1 - pow(1 - RATION_MEMORY, s->days);

    if (!isnan(s->feed_kg)) {
        grow_fed(e, s, memory);
        return;
    }
    for (size_t i = 0; i < e->n; i++)
        e->gain[i] = s->effect * e->gain_f[i] * (s->do_known ? 1 : e->do_usual[i]);
    growth_steps_u(e->n, e->u, e->gain, s->loss_rate, s->days);
}

/* Deaths of every day, and of a common event. */
static void die(struct ensemble *e, const struct ensemble_span *s)
{
    for (size_t i = 0; i < e->n; i++) {
        double alive = e->count[i] * power_of_days(e->live[i], s->days);

        e->died[i] += e->count[i] - alive;
        e->count[i] = alive;
    }
    for (size_t i = 0; s->loss != NULL && i < e->n; i++)
        e->count[i] *= 1 - s->exposure * s->loss[i / e->per_path];
}

void ensemble_go(struct ensemble *e, const struct ensemble_span *s, gsl_rng *rng)
{
    bool fed = !isnan(s->feed_kg), first_fed = fed && !e->fed_ever;
    int32_t week = (e->day - e->stocked_day) / 7;

    e->day += s->days;
    e->fed_ever |= fed;
    e->stale |= first_fed;
    if ((e->day - e->stocked_day) / 7 != week)
        weekly_walk(e, rng);
    /* Another week of the common path is another array. */
    if (e->stale || e->walked || s->z != e->z_used)
        refresh(e, s->z);
    e->fed_share += (1 - pow(1 - FED_MEMORY, s->days)) * ((fed ? 1 : 0) - e->fed_share);
    grow(e, s); /* feed is shared among the fish there were */
    die(e, s);
    if (e->breeds)
        breed(e, s->days);
}

void ensemble_step(struct ensemble *e, const struct ensemble_day *d, gsl_rng *rng)
{
    struct ensemble_span s = {.days = 1,
                              .loss_rate = growth_loss(d->water.temp_c),
                              .do_known = !isnan(d->water.do_effect),
                              .feed_kg = d->feed_kg,
                              .z = d->z,
                              .loss = d->loss,
                              .exposure = d->exposure};

    s.effect = growth_temp_effect(d->water.temp_c) * growth_nh3_effect(d->water.nh3_n_mg_l) *
               (s.do_known ? d->water.do_effect : 1);
    ensemble_go(e, &s, rng);
}

/* --- sizes: lognormal with mean W and the member's cv --- */

static double sigma_of(const struct ensemble *e, size_t i)
{
    return sqrt(log1p(exp(2 * e->ln_cv[i])));
}

double ensemble_biggest_g(const struct ensemble *e, size_t i, double p)
{
    double z = gsl_cdf_ugaussian_Qinv(p < 1 ? p : 1 - 1e-12);

    return growth_mass(e->u[i]) * gsl_cdf_ugaussian_P(sigma_of(e, i) - z) / p;
}

void ensemble_add_classes(const struct ensemble *e, size_t i, const double *bound_g, size_t classes,
                          double *kg)
{
    double sigma = sigma_of(e, i), mass = growth_mass(e->u[i]), all = e->count[i] * mass / 1000;
    double mu = log(mass) - sigma * sigma / 2, below = 0;

    if (bound_g[0] > 0)
        below = gsl_cdf_ugaussian_P((log(bound_g[0]) - mu) / sigma - sigma);
    for (size_t c = 0; c < classes; c++) {
        double to = bound_g[c + 1];
        double next = isinf(to) ? 1 : gsl_cdf_ugaussian_P((log(to) - mu) / sigma - sigma);

        kg[c] += all * (next - below);
        below = next;
    }
}

double ensemble_class_kg(const struct ensemble *e, size_t i, double from_g, double to_g)
{
    double kg = 0;

    ensemble_add_classes(e, i, (double[]){from_g, to_g}, 1, &kg);
    return kg;
}

/* What stays behind when a share p of mean taken_g is taken: its mean and spread follow from the sums of mass and of squares.
 * graded: 0 the fish are taken as they come, 1 exactly the biggest. */
static void keep_rest(struct ensemble *e, size_t i, double p, double taken_g, double graded)
{
    double mass = growth_mass(e->u[i]), cv2 = exp(2 * e->ln_cv[i]);
    double z = gsl_cdf_ugaussian_Qinv(p), all2 = mass * mass * (1 + cv2);
    double tail2 = all2 * gsl_cdf_ugaussian_P(2 * sigma_of(e, i) - z) / p;
    double rest = (mass - p * taken_g) / (1 - p);
    double rest2 = (all2 - p * (graded * tail2 + (1 - graded) * all2)) / (1 - p), cv;

    rest = rest > 0.3 * mass ? rest : 0.3 * mass; /* a member that fits badly stays a fish */
    cv = sqrt(rest2 / (rest * rest) > 1.0025 ? rest2 / (rest * rest) - 1 : 0.0025);
    e->u[i] = growth_u(rest);
    e->ln_cv[i] = log(cv < 0.8 ? cv : 0.8);
}

void ensemble_take(struct ensemble *e, size_t i, double kg, double fish_per_kg)
{
    double mass = growth_mass(e->u[i]), taken_g = mass, fish = 0, p = 0, biggest = mass,
           graded = 0.5;
    double most = 0.95 * e->count[i];

    if (!(kg > 0) || !(most > 0))
        return;
    /* Without a size the number hangs on the mean taken, and that on the number: a few rounds settle it. */
    for (int round = 0; round < (isnan(fish_per_kg) ? 6 : 1); round++) {
        fish = isnan(fish_per_kg) ? kg * 1000 / taken_g : kg * fish_per_kg;
        fish = fish < most ? fish : most;
        p = fish / e->count[i];
        biggest = ensemble_biggest_g(e, i, p);
        taken_g = isnan(fish_per_kg) ? (mass + biggest) / 2 : 1000 / fish_per_kg;
    }
    if (!isnan(fish_per_kg))
        graded = biggest > mass * 1.0001 ? (taken_g - mass) / (biggest - mass) : 0;
    graded = graded < 0 ? 0 : graded > 1 ? 1 : graded;
    keep_rest(e, i, p, taken_g, graded);
    e->count[i] -= fish;
    e->count_max[i] -= fish;
    e->stale = true;
}

void ensemble_remove(struct ensemble *e, double kg, double fish_per_kg)
{
    for (size_t i = 0; i < e->n; i++)
        ensemble_take(e, i, kg, fish_per_kg);
}

void ensemble_lose(struct ensemble *e, size_t i, double fish)
{
    double most = 0.95 * e->count[i];

    fish = fish < most ? fish : most;
    e->count[i] -= fish;
    e->count_max[i] -= fish;
}

void ensemble_masses_g(const struct ensemble *e, const double *u, double *mass_g)
{
    lnexp_ln_all(e->n, u, mass_g);
    for (size_t i = 0; i < e->n; i++)
        mass_g[i] *= 1 / GROWTH_U_EXPONENT;
    lnexp_exp_all(e->n, mass_g, mass_g);
    for (size_t i = 0; i < e->n; i++)
        mass_g[i] = mass_g[i] > GROWTH_MASS_MIN_G ? mass_g[i] : GROWTH_MASS_MIN_G;
}

double ensemble_mass_g(const struct ensemble *e, size_t i)
{
    return growth_mass(e->u[i]);
}

double ensemble_biomass_kg(const struct ensemble *e, size_t i)
{
    return e->count[i] * growth_mass(e->u[i]) / 1000;
}

double ensemble_ln_sample(const struct ensemble *e, size_t i)
{
    double young, mass;

    if (!(e->recruits[i] > 0))
        return log(e->u[i]) / GROWTH_U_EXPONENT + e->bias[i];
    young = e->netted[i] * e->recruits[i] / (e->count[i] + 1e-9);
    mass = growth_mass(e->u[i]);
    return log((mass + young * recruit_mass_g(e)) / (1 + young)) + e->bias[i];
}

double ensemble_ln_gain(const struct ensemble *e, size_t i)
{
    if (e->fed_share > 0.5 && e->relative_ration[i] > 0)
        return log(growth_gain_ration(e->relative_ration[i], exp(e->ln_conversion[i])));
    return log(growth_gain_feeding(exp(e->ln_feeding[i])));
}
