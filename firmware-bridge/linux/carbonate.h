/* SPDX-License-Identifier: GPL-3.0-or-later */
/* carbonate: pH of fresh water from its dissolved inorganic carbon, alkalinity and humic acids. Pure functions.
 *
 * Charge balance: alkalinity = HCO3 + 2 CO3 + OH - H + humic anions (all meq/L).
 * Equilibria of CO2 after Plummer and Busenberg (1982), Geochim. Cosmochim. Acta 46:1011, fresh water, 0-90 C: at 25 C
 * pK1 6.352, pK2 10.329, pKH 1.468. Ion product of water: pKw = 4471 / T + 0.01706 T - 6.0875 (Stumm and Morgan; 14.00
 * at 25 C). Activity corrections are left out: below 0.005 mol/L they move pH by less than 0.05.
 * Humic acids after Oliver, Thurman and Malcolm (1983), Geochim. Cosmochim. Acta 47:2031: 10 ueq of carboxyl groups a
 * mg of dissolved organic carbon, pK = 0.96 + 0.90 pH - 0.039 pH^2. */
#ifndef BRIDGE_CARBONATE_H
#define BRIDGE_CARBONATE_H

struct carbonate_constants {
    double k1, k2, kw; /* mol/L */
    double kh;         /* mol/(L atm) */
};

/* temp_c 0..45. */
struct carbonate_constants carbonate_constants_at(double temp_c);

/* pH 3..11.5 (clamped) of water with dic_mmol_l >= 0, alk_meq_l > -1 and doc_mg_l >= 0. guess is where to begin (the
 * pH a step ago); the answer does not depend on it beyond 1e-9. */
double carbonate_ph(const struct carbonate_constants *k, double dic_mmol_l, double alk_meq_l,
                    double doc_mg_l, double guess);

/* Alkalinity (meq/L) that belongs to a pH: the charge balance above. */
double carbonate_alk_meq_l(const struct carbonate_constants *k, double dic_mmol_l, double doc_mg_l,
                           double ph);

/* Parts of DIC at a pH, mmol/L. */
struct carbonate_parts {
    double co2, hco3, co3;
};
struct carbonate_parts carbonate_parts_at(const struct carbonate_constants *k, double dic_mmol_l,
                                          double ph);

#endif
