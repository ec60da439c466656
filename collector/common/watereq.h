/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watereq: equilibria of water that collector, simulator and analytics share. Pure functions, thread-safe.
 * Arguments outside the stated range are clamped to it where "clamped" is said; NaN in gives NaN out. */
#ifndef NILA_COMMON_WATEREQ_H
#define NILA_COMMON_WATEREQ_H

/* Oxygen at saturation, mg/L. temp_c 0..40, sal_psu 0..40, baro_hpa 500..1100 (clamped).
 * Benson and Krause 1984 as in APHA 4500-O and USGS since 2011. */
double watereq_do_sat_mg_l(double temp_c, double sal_psu, double baro_hpa);

/* 100 * do / saturation. */
double watereq_do_sat_pct(double do_mg_l, double temp_c, double sal_psu, double baro_hpa);

/* Share of total ammonia that is un-ionised, 0..1. temp_c 0..40, ph 0..14. Emerson et al. 1975 (with its 273.2). Fresh
 * water (salinity below 1). */
double watereq_nh3_fraction(double temp_c, double ph);

/* Un-ionised ammonia as N from total ammonia as N. */
double watereq_nh3_n_mg_l(double tan_n_mg_l, double temp_c, double ph);

/* Barometric pressure at a height above the sea, hPa (isothermal, 288.15 K). height_m 0..3000. */
double watereq_baro_hpa(double height_m);

/* Default pressure of the two regencies' lowlands, hPa (0-50 m). */
#define WATEREQ_BARO_LOWLAND_HPA 1009.5

#endif
