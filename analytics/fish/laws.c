/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "laws.h"

#include <string.h>

static const char *const NAME[LAW_COUNT] = {"ration", "conversion", "level", "sgr", "tgc", "power"};

static const double LOSS_POWER_LN = 0.81 - 1; /* d ln W / dt = gain - k W^(n - 1) */

const char *law_name(enum law l)
{
    return NAME[l];
}

const char *const *law_names(void)
{
    return NAME;
}

bool law_feeds(enum law l)
{
    return l == LAW_RATION || l == LAW_CONVERSION;
}

int law_find(const char *name, enum law *out)
{
    for (int l = 0; l < LAW_COUNT; l++) {
        if (strcmp(NAME[l], name) == 0) {
            *out = (enum law)l;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}

double law_usual_rate(enum law l)
{
    static const double USUAL_LEVEL = 0.50;

    switch (l) {
    case LAW_RATION:
        return GROWTH_C0;
    case LAW_CONVERSION:
        return 0.63; /* 2 % a day at 25 C, Bhujel et al. 2007 */
    case LAW_LEVEL:
        return USUAL_LEVEL;
    case LAW_SGR:
        return 1.88;
    case LAW_TGC:
        return 1.11;
    case LAW_POWER:
    case LAW_COUNT:
        break;
    }
    return growth_gain_feeding(USUAL_LEVEL);
}

/* Constant conversion: r W stands beside W^0.81, so that the midpoint step is taken on ln W. */
static double by_conversion(const struct law_fish *f, double mass_g, double dt_days)
{
    double gain = f->rate * f->ration * growth_water_effect(&f->water) /
                  growth_temp_effect(GROWTH_TEMP_FIT_C);
    double loss = growth_loss(f->water.temp_c), x = log(mass_g);

    while (dt_days > 1e-9) {
        double dt = dt_days < 1 ? dt_days : 1;
        double half = x + dt / 2 * (gain - loss * exp(LOSS_POWER_LN * x));

        x += dt * (gain - loss * exp(LOSS_POWER_LN * half));
        dt_days -= dt;
    }
    return exp(x) > GROWTH_MASS_MIN_G ? exp(x) : GROWTH_MASS_MIN_G;
}

static double by_days(const struct law_fish *f, double mass_g, double dt_days)
{
    struct growth_params p = {f->rate, NAN, GROWTH_C0, 0};

    if (f->law == LAW_RATION)
        p = (struct growth_params){1, f->ration, f->rate, f->at_g};
    while (dt_days > 1e-9) {
        double dt = dt_days < 1 ? dt_days : 1;

        mass_g = growth_step(mass_g, &f->water, &p, dt);
        dt_days -= dt;
    }
    return mass_g;
}

/* A line that falls below nothing stays at the least mass. */
static double line(double at_0, double power)
{
    double mass = at_0 > 0 ? pow(at_0, 1 / power) : 0;
    return mass > GROWTH_MASS_MIN_G ? mass : GROWTH_MASS_MIN_G;
}

double law_grow(const struct law_fish *f, double from_g, double dt_days)
{
    switch (f->law) {
    case LAW_RATION:
    case LAW_LEVEL:
        return by_days(f, from_g, dt_days);
    case LAW_CONVERSION:
        return by_conversion(f, from_g, dt_days);
    case LAW_SGR:
        return from_g * exp(f->rate / 100 * dt_days);
    case LAW_TGC:
        return line(cbrt(from_g) + f->rate / 1000 * f->water.temp_c * dt_days, 1.0 / 3);
    case LAW_POWER:
    case LAW_COUNT:
        break;
    }
    return line(growth_u(from_g) + GROWTH_U_EXPONENT * f->rate * dt_days, GROWTH_U_EXPONENT);
}

double law_sgr(double w0_g, double w1_g, double days)
{
    return 100 * log(w1_g / w0_g) / days;
}

double law_tgc(double w0_g, double w1_g, double days, double temp_c)
{
    return 1000 * (cbrt(w1_g) - cbrt(w0_g)) / (days * temp_c);
}

double law_power(double w0_g, double w1_g, double days)
{
    return (growth_u(w1_g) - growth_u(w0_g)) / (GROWTH_U_EXPONENT * days);
}

double law_fcr(const struct law_fish *f, double mass_g)
{
    return f->ration * mass_g / (law_grow(f, mass_g, 1) - mass_g);
}

double law_mape(const struct law_fish *f, double start_g, const struct law_point *p, size_t n)
{
    double sum = 0;

    for (size_t k = 0; k < n; k++)
        sum += fabs(law_grow(f, start_g, p[k].day) / p[k].mass_g - 1);
    return 100 * sum / (double)n;
}

/* --- fit: for a rate the best start is found, and the best rate among those; both by golden section on logs --- */

struct fit {
    struct law_fish *fish;
    const struct law_point *p;
    size_t n;
    double ln_start; /* best for the present rate */
    double mean_ln;  /* of the points' masses */
};

static double squares(struct fit *t, double ln_start)
{
    double sum = 0, mass = exp(ln_start), day = 0;

    for (size_t k = 0; k < t->n; k++) { /* points are in order of days */
        double d;

        mass = law_grow(t->fish, mass, t->p[k].day - day);
        day = t->p[k].day;
        d = log(mass / t->p[k].mass_g);
        sum += d * d;
    }
    return sum;
}

static double with_rate(struct fit *t, double ln_rate);

/* The place of the least value of one of the two functions between a and b. */
static double least(struct fit *t, double (*value)(struct fit *, double), double a, double b)
{
    static const double GOLDEN = 0.6180339887498949;
    double x = b - GOLDEN * (b - a), y = a + GOLDEN * (b - a);
    double at_x = value(t, x), at_y = value(t, y);

    while (b - a > 1e-7) {
        if (at_x < at_y) {
            b = y;
            y = x;
            at_y = at_x;
            x = b - GOLDEN * (b - a);
            at_x = value(t, x);
        } else {
            a = x;
            x = y;
            at_x = at_y;
            y = a + GOLDEN * (b - a);
            at_y = value(t, y);
        }
    }
    return (a + b) / 2;
}

static double with_rate(struct fit *t, double ln_rate)
{
    t->fish->rate = exp(ln_rate);
    t->ln_start = least(t, squares, t->mean_ln - 4, t->mean_ln + 1);
    return squares(t, t->ln_start);
}

int law_fit(struct law_fish *f, const struct law_point *p, size_t n, double *start_g)
{
    struct fit t = {.fish = f, .p = p, .n = n};
    double usual = log(law_usual_rate(f->law)), ln_rate;

    if (n < 2 || !(p[n - 1].day > p[0].day))
        return NILA_ERR_RANGE;
    for (size_t k = 0; k < n; k++) {
        if (!(p[k].mass_g > 0) || !(p[k].day >= (k > 0 ? p[k - 1].day : 0)))
            return NILA_ERR_RANGE;
        t.mean_ln += log(p[k].mass_g) / (double)n;
    }
    f->at_g = f->law == LAW_RATION ? exp(t.mean_ln) : 0;
    ln_rate = least(&t, with_rate, usual - 4, usual + 2);
    (void)with_rate(&t, ln_rate);
    *start_g = exp(t.ln_start);
    return 0;
}
