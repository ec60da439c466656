/* SPDX-License-Identifier: GPL-3.0-or-later */
/* growth: mass of one Nile tilapia from day to day. [H7: equations, constants with sources, ranges.] Pure. */
#ifndef ANALYTICS_GROWTH_H
#define ANALYTICS_GROWTH_H

/* A day of water as growth feels it. */
struct growth_day {
    double temp_c;      /* daily mean */
    double do_effect;   /* daily mean of growth_do_effect by the hour, 0..1 */
    double nh3_n_mg_l;  /* daily mean */
};

struct growth_params {
    double feeding;     /* f, relative feeding level 0..1 (exp(theta)) */
};

double growth_do_effect(double do_mg_l);          /* 0..1 */
double growth_temp_effect(double temp_c);         /* 0..1 */
double growth_nh3_effect(double nh3_n_mg_l);      /* 0..1 */

/* Mass after dt_days (0..1) from mass_g (> 0); never below 0.01 g. */
double growth_step(double mass_g, const struct growth_day *d, const struct growth_params *p, double dt_days);

#endif
