/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watereq: equilibria of water that collector, simulator and analytics share. Pure functions, thread-safe.
 * Arguments outside the stated range are clamped to it where "clamped" is said; NaN in gives NaN out. */
#ifndef NILA_COMMON_WATEREQ_H
#define NILA_COMMON_WATEREQ_H

#include "collector/common/err.h"

/* Oxygen at saturation, mg/L. temp_c 0..40, sal_psu 0..40, baro_hpa 500..1100 (clamped).
 * Benson and Krause 1984 as in APHA 4500-O and USGS since 2011. */
double watereq_do_sat_mg_l(double temp_c, double sal_psu, double baro_hpa);

/* The same by Garcia and Gordon 1992 (their fit of Benson and Krause's data), as a check from other coefficients; the pressure
 * correction is the one above. Within 0.0015 mg/L of it over 15..36 C, 0..10 PSU, 980..1020 hPa. Clamped as above. */
double watereq_do_sat_gg_mg_l(double temp_c, double sal_psu, double baro_hpa);

/* 100 * do / saturation. */
double watereq_do_sat_pct(double do_mg_l, double temp_c, double sal_psu, double baro_hpa);

/* Share of total ammonia that is un-ionised, 0..1. temp_c 0..40, ph 0..14. Emerson et al. 1975 (with its 273.2). Fresh
 * water (salinity below 1). */
double watereq_nh3_fraction(double temp_c, double ph);

/* The same in brackish water: the constant rises by 0.116 x ionic strength (EPA 1989, quoted from memory). sal_psu 0..40
 * (clamped); at 0 it is watereq_nh3_fraction, at 1 half a per cent lower. */
double watereq_nh3_fraction_salt(double temp_c, double ph, double sal_psu);

/* Un-ionised ammonia as N from total ammonia as N, fresh water. */
double watereq_nh3_n_mg_l(double tan_n_mg_l, double temp_c, double ph);

/* Conductivity at 25 C from that in the water, uS/cm: linear, 1.91 % a degree (APHA 2510, quoted from memory). temp_c 5..40.
 * ISO 7888 is not linear and differs by 1-2 % at 30 C; many probes let one choose. */
double watereq_ec25_us_cm(double ec_us_cm, double temp_c);

/* What watereq_ec25_us_cm undoes. */
double watereq_ec_us_cm(double ec25_us_cm, double temp_c);

/* Practical salinity at the surface from conductivity in the water (not referred to 25 C): PSS-78 (UNESCO 1983), and below
 * 2 PSU with the correction of Hill, Dauphinee and Woods 1986, scaled to meet PSS-78 at 2 as TEOS-10's GSW does. Defined
 * for sea salt of 2..42 PSU and -2..35 C; in river water, whose ions are others, it is an equivalent. NaN for a negative
 * conductivity. */
double watereq_sal_psu(double ec_us_cm, double temp_c);

/* Dissolved CO2, mg/L, from total alkalinity (mg/L as CaCO3), fresh water of 5..40 C: pK1 of Plummer and Busenberg 1982, pK2
 * likewise (quoted from memory). NILA_ERR_RANGE, *out untouched: pH below 5.5 or above 10, negative alkalinity, temperature
 * outside, or any NaN. Not for humic (peat) water of any pH, where organic acids hold part of the alkalinity. */
#define WATEREQ_CO2_PH_MIN 5.5
#define WATEREQ_CO2_PH_MAX 10.0
NILA_MUST_CHECK int watereq_co2_mg_l(double alk_mg_l, double temp_c, double ph, double *out);

/* Barometric pressure at a height above the sea, hPa (isothermal, 288.15 K). height_m 0..3000. */
double watereq_baro_hpa(double height_m);

/* Default pressure of the two regencies' lowlands, hPa (0-50 m). */
#define WATEREQ_BARO_LOWLAND_HPA 1009.5

#endif
