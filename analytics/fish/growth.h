/* SPDX-License-Identifier: GPL-3.0-or-later */
/* growth: mass of one Nile tilapia from day to day. Pure functions, thread-safe.
 *
 * POND/Yi form, W in g, t in days:  dW/dt = A W^0.67 - k(T) W^0.81,  k(T) = 0.00133 exp(0.0132 (T - 15)).
 *  - Food not known:  A = b (1 - a) h f phi, with b 0.62, a 0.53, h 0.80 g^0.33/d (Yi 1998, as in the published ports of
 *    that model) and f the relative feeding level 0..1.
 *  - Ration r known (g feed per g fish and day):  A W^0.67 = c phi25 x rmax W, where x = min(1, r / rmax) and
 *    rmax(W) = 0.04 (W/100)^-0.33; conversion falls with ration, c = c0 (1 - 0.68 x). c0 = 0.82 was fitted to the three
 *    rations of Bhujel, Little and Hossain 2007 at 25 C (33-175 g; mean absolute error 7.3 %), so phi25 is phi divided by
 *    the temperature effect at 25 C. Feed above rmax is wasted.
 *    What x falls with is an open question between fish of one cycle: across rations conversion falls, but along each of the
 *    three series, as the fish tripled their mass at the same ration, it did not. With c0 (1 - 0.68 (r / 0.04) (W/100)^e),
 *    c0 free for each ration, squared errors are least at e = 0.06; 0.33 is worse by 7 % (likelihood ratio 7.9, p 0.005).
 *    So in a cycle the conversion may be held at x of one mass (growth_params.at_g): it then follows the ration and not
 *    the mass. Between cycles and over the whole of a life x is that of the fish's own mass: with e = 0 fry, which eat up to
 *    11 % a day, would turn next to nothing of it into flesh.
 *    WARNING: the three rations were 1 to 3 % a day; outside of them and of 33 to 175 g the law is an extrapolation
 *    (growth_ration_seen tells). A straight line c = 0.91 - 15.2 r fits the three as well, and gives nothing at 6 %.
 *  - phi = tau(T) delta(O2) ups(NH3): the effects below, each 0..1.
 * Valid for 0.5 to 800 g and 18 to 38 C. NaN never comes out when none went in.
 *
 * Inside, everything runs on u = W^0.33: u' = 0.33 (A - k u^(0.14/0.33)) is all but a straight line, so that one step of the
 * third order over days of equal conditions is what daily steps come to: over 100 days steps of a week and of a day differ
 * from the exact solution by less than 1e-6. "Daily growth" is therefore growth under daily conditions; days that are alike
 * are one step. Ensembles use the _u functions directly. */
#ifndef ANALYTICS_GROWTH_H
#define ANALYTICS_GROWTH_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#define GROWTH_M          0.67
#define GROWTH_U_EXPONENT 0.33          /* 1 - m */
#define GROWTH_LOSS_POWER (0.14 / 0.33) /* (n - m) / (1 - m) with n = 0.81 */
#define GROWTH_RMAX_U     0.1828353     /* rmax(W) = GROWTH_RMAX_U / u, i.e. 0.04 * 100^0.33 */
#define GROWTH_C0         0.82          /* g fish per g feed at vanishing ration, 25 C */
#define GROWTH_C0_FALL    0.68          /* share of it lost at the full ration */
#define GROWTH_MASS_MIN_G 0.01
#define GROWTH_U_MIN      0.2188 /* growth_u(GROWTH_MASS_MIN_G) */
#define GROWTH_TEMP_FIT_C 25.0   /* where c0 was fitted */

/* A day of water as growth feels it. */
struct growth_day {
    double temp_c; /* daily mean */
    /* daily mean of growth_do_effect by the hour, 0..1: the dawn minimum is what stops feeding */
    double do_effect;
    double nh3_n_mg_l; /* daily mean */
};

struct growth_params {
    double feeding;    /* f, relative feeding level 0..1; used when ration is NaN */
    double ration;     /* g feed per g fish and day, >= 0; NaN: not known */
    double conversion; /* c0; GROWTH_C0 unless learned; used with ration */
    double
        at_g; /* conversion is that of x at this mass; 0: at the fish's own. Eaten is never more than its own rmax */
};

/* How oxygen is felt, by system. Tsadik and Kutty 1987: from 7 to 1.5 mg/L food -40 %, assimilation -60 %, harm beginning
 * at half saturation. Of the loss in logs (0.51 and 0.92) 36 % is of intake, which counts in the hours of feeding, and 64 %
 * of assimilation, which counts by day and night. */
struct growth_oxygen {
    double full_mg_l; /* no effect above; 0.5..12, default 3.9 */
    double none_mg_l; /* no growth below; 0..full, default 1.0 */
    int feed_from_h;  /* fish are fed from this hour, WIB; 0..23, default 6 */
    int feed_to_h;    /* to before this one; from + 1..24, default 18 */
};
#define GROWTH_INTAKE_SHARE 0.36
#define GROWTH_HOURS_KNOWN  12 /* a day with fewer known hours of oxygen is not known */
struct growth_oxygen growth_oxygen_default(void);
double growth_do_effect_of(const struct growth_oxygen *o, double do_mg_l);
/* A day's effect from 24 hours of oxygen (WIB; NaN: not known): mean of the effect by the hour, never the effect of the mean,
 * since it is the dawn minimum that stops feeding. NaN with fewer than 12 known hours or no known hour of feeding. */
double growth_do_day(const struct growth_oxygen *o, const double *hour_mg_l);

/* Effects of water, 0..1. */
double growth_temp_effect(double temp_c);    /* 15 / 33 / 41 C: none, best, none */
double growth_ln_temp_effect(double temp_c); /* its logarithm */
/* with the default limits: full above 3.9, none below 1.0 mg/L */
double growth_do_effect(double do_mg_l);
/* full below 0.06, none above 1.46 (Abdalla and McNabb 1998) */
double growth_nh3_effect(double nh3_n_mg_l);
double growth_water_effect(const struct growth_day *d); /* their product */

/* Fasting loss coefficient k(T), g^0.19 per day. */
double growth_loss(double temp_c);
/* The same dev_c (-15..15) warmer than where it is loss, by the exponential's series: relative error below 3e-6, below 1e-8
 * within 5 C. */
double growth_loss_moved(double loss, double dev_c);

/* A at full water effect for a feeding level, g^0.33 per day. */
double growth_gain_feeding(double feeding);
/* The same for a relative ration x (0..1) and conversion c0; includes the division by the 25 C effect. */
double growth_gain_ration(double relative_ration, double conversion);
/* The same with the conversion of another relative ration, held. */
double growth_gain_held(double relative_ration, double held, double conversion);

/* The most a fish eats, g feed per g fish and day. */
double growth_ration_max(double mass_g);
/* Whether the ration law was fitted on fish like these: 33 to 175 g at 1 to 3 % a day. */
bool growth_ration_seen(double mass_g, double ration);

double growth_u(double mass_g);
double growth_mass(double u);

/* u^(0.14/0.33) as a polynomial in the fourth root of u: relative error below 5e-7 for 0.21 <= u <= 40 (0.01 g to 70 kg;
 * above, as at 40). Chebyshev interpolation in t = u^0.25 - 1.596. No call and no branch, so that loops over members become
 * vector code; pow costs three times as much. */
static inline double growth_loss_power(double u)
{
    double t = sqrt(sqrt(u < 40 ? u : 40)) - 1.596, t2 = t * t, t4 = t2 * t2;
    double low = (2.2107552078574626 + 2.350618227980282 * t) +
                 (0.5132540051354885 - 0.032504085495537516 * t) * t2;
    double high = (0.00663981034750703 - 0.0018297471773953086 * t) +
                  (0.0006207139450893133 - 0.00037473406908574433 * t) * t2;

    return low + (high + 0.000161854606422712 * t4) * t4;
}

/* u after dt_days (0..7) of constant A (water effect included) and k: the solution's series to the third order. k u^p is
 * small and all but straight, so that the mass after a week is exact to 2e-6 from 10 g on, and to 3e-5 from 0.5 g. Never below the least mass.
 * With f = u' and l = -df/du = 0.33 p k u^(p-1):  u + dt f (1 - l dt / 2 + l dt ((1 - p) dt f / u + l dt) / 6). */
static inline double growth_step_u(double u, double gain, double loss, double dt_days)
{
    double dt = dt_days * GROWTH_U_EXPONENT, lost = loss * growth_loss_power(u), inverse = 1 / u;
    double f = dt * (gain - lost), l = dt * GROWTH_LOSS_POWER * lost * inverse;
    double next =
        u + f * (1 - l * 0.5 + l * ((1 - GROWTH_LOSS_POWER) * f * inverse + l) * (1.0 / 6));

    return next > GROWTH_U_MIN ? next : GROWTH_U_MIN;
}

/* The same for n members, each with its own A: the ensemble's inner loop. u and gain must not overlap. Same bytes as
 * growth_step_u gives one by one. */
void growth_steps_u(size_t n, double *u, const double *gain, double loss, double dt_days);

/* Mass after dt_days (0..1) from mass_g (> 0); never below GROWTH_MASS_MIN_G. */
double growth_step(double mass_g, const struct growth_day *d, const struct growth_params *p,
                   double dt_days);

#endif
