/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watereq.h"

#include <math.h>

static const double KELVIN_0C = 273.15;
static const double HPA_PER_ATM = 1013.25;

/* NaN passes through: both comparisons are false for it. */
static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* Benson and Krause 1984 as printed in APHA Standard Methods 4500-O: fresh-water part, salinity part, then the pressure
 * correction with the vapour pressure of water and the non-ideality of oxygen. */
double watereq_do_sat_mg_l(double temp_c, double sal_psu, double baro_hpa)
{
    double t = clamp(temp_c, 0, 40);
    double s = clamp(sal_psu, 0, 40);
    double p = clamp(baro_hpa, 500, 1100) / HPA_PER_ATM;
    double k = t + KELVIN_0C;
    double k2 = k * k;
    double ln_c = -139.34411 + 1.575701e5 / k - 6.642308e7 / k2 + 1.243800e10 / (k2 * k) -
                  8.621949e11 / (k2 * k2) - s * (1.7674e-2 - 1.0754e1 / k + 2.1407e3 / k2);
    double vapour_atm = exp(11.8571 - 3840.70 / k - 216961.0 / k2);
    double theta = 0.000975 - 1.426e-5 * t + 6.436e-8 * t * t;

    return exp(ln_c) * p * (1 - vapour_atm / p) * (1 - theta * p) /
           ((1 - vapour_atm) * (1 - theta));
}

double watereq_do_sat_pct(double do_mg_l, double temp_c, double sal_psu, double baro_hpa)
{
    return 100 * do_mg_l / watereq_do_sat_mg_l(temp_c, sal_psu, baro_hpa);
}

double watereq_nh3_fraction(double temp_c, double ph)
{
    /* Emerson et al. 1975; 273.2 is theirs, and 273.15 would not give their table. */
    double pka = 0.09018 + 2729.92 / (temp_c + 273.2);

    return 1 / (1 + pow(10, pka - ph));
}

double watereq_nh3_n_mg_l(double tan_n_mg_l, double temp_c, double ph)
{
    return tan_n_mg_l * watereq_nh3_fraction(temp_c, ph);
}

double watereq_baro_hpa(double height_m)
{
    static const double GRAVITY = 9.80665;          /* m/s2, standard */
    static const double MOLAR_MASS_AIR = 0.0289644; /* kg/mol */
    static const double GAS_CONSTANT = 8.31447;     /* J/(mol K) */
    static const double AIR_K = 288.15;             /* standard atmosphere at the sea */

    return HPA_PER_ATM * exp(-GRAVITY * MOLAR_MASS_AIR * height_m / (GAS_CONSTANT * AIR_K));
}
