/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "growth.h"

/* Yi 1998 (Aquacultural Engineering 18:157-173) as in the published ports of that model. */
static const double ASSIMILATION = 0.62;    /* b */
static const double FEEDING_LOSS = 0.53;    /* a */
static const double CONSUMPTION = 0.80;     /* h, g^0.33 per day */
static const double LOSS_AT_TMIN = 0.00133; /* kmin, g^0.19 per day */
static const double LOSS_PER_C = 0.0132;    /* j, 1/C */

/* A lowest temperature of 24 C, as some control papers have it, would give 1143 days from 10 to 250 g at 25 C, where
 * broodfish grew 43 to 170 g in 112 days (Bhujel et al. 2007). */
static const double TEMP_MIN_C = 15, TEMP_BEST_C = 33, TEMP_MAX_C = 41;

static const double DO_FULL_MG_L = 3.9, DO_NONE_MG_L = 1.0; /* Tsadik and Kutty 1987 */

enum {
    FEED_FROM_H = 6, /* two or three meals by daylight: local habit, not measured */
    FEED_TO_H = 18
};

static const double NH3_FULL_MG_L = 0.06,
                    NH3_NONE_MG_L = 1.46; /* Abdalla and McNabb 1998, 28 C, 35 days */

static double ramp(double x, double zero, double one)
{
    double y = (x - zero) / (one - zero);
    return y <= 0 ? 0 : y >= 1 ? 1 : y;
}

double growth_ln_temp_effect(double temp_c)
{
    double span = temp_c < TEMP_BEST_C ? TEMP_BEST_C - TEMP_MIN_C : TEMP_MAX_C - TEMP_BEST_C;
    double off = (temp_c - TEMP_BEST_C) / span;

    return -4.6 * off * off * off * off;
}

double growth_temp_effect(double temp_c)
{
    return exp(growth_ln_temp_effect(temp_c));
}

struct growth_oxygen growth_oxygen_default(void)
{
    return (struct growth_oxygen){DO_FULL_MG_L, DO_NONE_MG_L, FEED_FROM_H, FEED_TO_H};
}

double growth_do_effect_of(const struct growth_oxygen *o, double do_mg_l)
{
    return ramp(do_mg_l, o->none_mg_l, o->full_mg_l);
}

double growth_do_effect(double do_mg_l)
{
    return ramp(do_mg_l, DO_NONE_MG_L, DO_FULL_MG_L);
}

double growth_do_day(const struct growth_oxygen *o, const double *hour_mg_l)
{
    double all = 0, fed = 0;
    int known = 0, known_fed = 0;

    for (int h = 0; h < 24; h++) {
        double effect;

        if (isnan(hour_mg_l[h]))
            continue;
        effect = growth_do_effect_of(o, hour_mg_l[h]);
        all += effect;
        known++;
        if (h >= o->feed_from_h && h < o->feed_to_h) {
            fed += effect;
            known_fed++;
        }
    }
    if (known < GROWTH_HOURS_KNOWN || known_fed == 0)
        return NAN;
    return (1 - GROWTH_INTAKE_SHARE) * all / known + GROWTH_INTAKE_SHARE * fed / known_fed;
}

double growth_nh3_effect(double nh3_n_mg_l)
{
    return ramp(nh3_n_mg_l, NH3_NONE_MG_L, NH3_FULL_MG_L);
}

double growth_water_effect(const struct growth_day *d)
{
    return growth_temp_effect(d->temp_c) * d->do_effect * growth_nh3_effect(d->nh3_n_mg_l);
}

double growth_loss(double temp_c)
{
    return LOSS_AT_TMIN * exp(LOSS_PER_C * (temp_c - TEMP_MIN_C));
}

double growth_loss_moved(double loss, double dev_c)
{
    double x = LOSS_PER_C * dev_c;

    return loss * (1 + x * (1 + x * (1.0 / 2 + x * (1.0 / 6 + x * (1.0 / 24)))));
}

double growth_gain_feeding(double feeding)
{
    return ASSIMILATION * (1 - FEEDING_LOSS) * CONSUMPTION * feeding;
}

double growth_gain_ration(double relative_ration, double conversion)
{
    return growth_gain_held(relative_ration, relative_ration, conversion);
}

double growth_gain_held(double relative_ration, double held, double conversion)
{
    double x = relative_ration < 1 ? relative_ration : 1, at = held < 1 ? held : 1;

    return conversion * (1 - GROWTH_C0_FALL * at) * x * GROWTH_RMAX_U /
           growth_temp_effect(GROWTH_TEMP_FIT_C);
}

double growth_ration_max(double mass_g)
{
    return GROWTH_RMAX_U / growth_u(mass_g);
}

bool growth_ration_seen(double mass_g, double ration)
{
    return mass_g >= 33 && mass_g <= 175 && ration >= 0.01 && ration <= 0.03;
}

double growth_u(double mass_g)
{
    return pow(mass_g > GROWTH_MASS_MIN_G ? mass_g : GROWTH_MASS_MIN_G, GROWTH_U_EXPONENT);
}

double growth_mass(double u)
{
    double mass = pow(u, 1 / GROWTH_U_EXPONENT);
    return mass > GROWTH_MASS_MIN_G ? mass : GROWTH_MASS_MIN_G;
}

/* The chunk's length is known to the compiler, which then makes vector code of it at -O2 too. */
enum {
    CHUNK = 32
};

static void step_chunk(double *restrict u, const double *restrict gain, double loss, double dt_days)
{
    for (size_t i = 0; i < CHUNK; i++)
        u[i] = growth_step_u(u[i], gain[i], loss, dt_days);
}

void growth_steps_u(size_t n, double *u, const double *gain, double loss, double dt_days)
{
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK)
        step_chunk(u + i, gain + i, loss, dt_days);
    for (; i < n; i++)
        u[i] = growth_step_u(u[i], gain[i], loss, dt_days);
}

/* A of a fish of u that gets p's ration. */
static double gain_fed(const struct growth_params *p, double u)
{
    double x = p->ration * u / GROWTH_RMAX_U;

    return growth_gain_held(x, p->at_g > 0 ? p->ration / growth_ration_max(p->at_g) : x,
                            p->conversion);
}

double growth_step(double mass_g, const struct growth_day *d, const struct growth_params *p,
                   double dt_days)
{
    double u = growth_u(mass_g), loss = growth_loss(d->temp_c), effect = growth_water_effect(d);
    double mid;

    if (isnan(p->ration))
        return growth_mass(
            growth_step_u(u, effect * growth_gain_feeding(p->feeding), loss, dt_days));
    /* The relative ration moves with the mass: take it in the middle of the step. */
    mid = growth_step_u(u, effect * gain_fed(p, u), loss, dt_days / 2);
    return growth_mass(growth_step_u(u, effect * gain_fed(p, mid), loss, dt_days));
}
