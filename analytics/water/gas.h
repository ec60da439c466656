/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gas: how fast oxygen passes between water and air. Pure functions, thread-safe; NaN in gives NaN out.
 *
 * The wind relations were found on lakes. On ponds with trees or houses around they are a first guess: where nights without
 * aeration are known, the exchange fitted to them (metabolism_night) is better.
 * U10: wind 10 m above the water, m/s. k600: piston velocity at a Schmidt number of 600, m/day. */
#ifndef ANALYTICS_GAS_H
#define ANALYTICS_GAS_H

/* U10 from the wind at height_m: power law of exponent 0.15 (as LakeMetabolizer's wind.scale.base; Arya 1988, neutral air).
 * height_m 0.5..20; not positive: NaN. */
double gas_u10_m_s(double wind_m_s, double height_m);

/* Cole and Caraco 1998: 0.24 (2.07 + 0.215 U10^1.7). Small sheltered lake (15 ha), U10 0..9. */
double gas_k600_cole_m_d(double u10_m_s);

/* Crusius and Wanninkhof 2003, their power law: 0.24 (0.168 + 0.228 U10^2.2). Lake of 13 ha, U10 0..6. */
double gas_k600_crusius_m_d(double u10_m_s);

/* Vachon and Prairie 2013: 0.24 (2.51 + 1.48 U10 + 0.39 U10 log10 A), A in km2. Lakes of 0.19..602 km2; for a pond it is
 * extended downwards, and never below 0. area_m2 not positive: NaN. */
double gas_k600_vachon_m_d(double u10_m_s, double area_m2);

/* Schmidt number of oxygen in fresh water (Raymond et al. 2012, as LakeMetabolizer's getSchmidt). temp_c 4..35, clamped to
 * 0..40, since the cubic turns beyond. */
double gas_schmidt_o2(double temp_c);

/* k600 to the oxygen of this temperature: k600 (Sc/600)^-1/2, the exponent of a rippled surface. */
double gas_k_o2_m_d(double k600_m_d, double temp_c);

#endif
