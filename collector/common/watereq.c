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

/* From one atmosphere to p_atm, with the vapour pressure of water and the non-ideality of oxygen (APHA 4500-O). */
static double pressure_factor(double temp_c, double p_atm)
{
    double k = temp_c + KELVIN_0C;
    double vapour_atm = exp(11.8571 - 3840.70 / k - 216961.0 / (k * k));
    double theta = 0.000975 - 1.426e-5 * temp_c + 6.436e-8 * temp_c * temp_c;

    return p_atm * (1 - vapour_atm / p_atm) * (1 - theta * p_atm) /
           ((1 - vapour_atm) * (1 - theta));
}

/* Benson and Krause 1984 as printed in APHA Standard Methods 4500-O: fresh-water part, then salinity part. */
double watereq_do_sat_mg_l(double temp_c, double sal_psu, double baro_hpa)
{
    double t = clamp(temp_c, 0, 40);
    double s = clamp(sal_psu, 0, 40);
    double p = clamp(baro_hpa, 500, 1100) / HPA_PER_ATM;
    double k = t + KELVIN_0C;
    double k2 = k * k;
    double ln_c = -139.34411 + 1.575701e5 / k - 6.642308e7 / k2 + 1.243800e10 / (k2 * k) -
                  8.621949e11 / (k2 * k2) - s * (1.7674e-2 - 1.0754e1 / k + 2.1407e3 / k2);

    return exp(ln_c) * pressure_factor(t, p);
}

/* a[0] + a[1] x + ... + a[n-1] x^(n-1) */
static double poly(const double *a, int n, double x)
{
    double sum = 0;

    for (int i = n; i-- > 0;)
        sum = sum * x + a[i];
    return sum;
}

double watereq_do_sat_gg_mg_l(double temp_c, double sal_psu, double baro_hpa)
{
    static const double MG_L_PER_ML_L = 1.42905; /* density of oxygen gas at 0 C, mg/mL */
    static const double A[] = {2.00907, 3.22014, 4.05010, 4.94457, -0.256847, 3.88767};
    static const double B[] = {-6.24523e-3, -7.37614e-3, -1.03410e-2, -8.17083e-3};
    static const double C0 = -4.88682e-7;
    double t = clamp(temp_c, 0, 40), s = clamp(sal_psu, 0, 40);
    double ts = log((298.15 - t) / (KELVIN_0C + t));

    return exp(poly(A, 6, ts) + s * poly(B, 4, ts) + C0 * s * s) * MG_L_PER_ML_L *
           pressure_factor(t, clamp(baro_hpa, 500, 1100) / HPA_PER_ATM);
}

double watereq_do_sat_pct(double do_mg_l, double temp_c, double sal_psu, double baro_hpa)
{
    return 100 * do_mg_l / watereq_do_sat_mg_l(temp_c, sal_psu, baro_hpa);
}

double watereq_nh3_fraction(double temp_c, double ph)
{
    return watereq_nh3_fraction_salt(temp_c, ph, 0);
}

double watereq_nh3_fraction_salt(double temp_c, double ph, double sal_psu)
{
    double s = clamp(sal_psu, 0, 40);
    double ionic_strength = 19.9273 * s / (1000 - 1.005109 * s); /* of sea salt, mol/kg */
    /* Emerson et al. 1975; 273.2 is theirs, and 273.15 would not give their table. */
    double pka = 0.09018 + 2729.92 / (temp_c + 273.2) + 0.116 * ionic_strength;

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

static const double EC_PER_DEGREE = 0.0191;

double watereq_ec25_us_cm(double ec_us_cm, double temp_c)
{
    return ec_us_cm / (1 + EC_PER_DEGREE * (temp_c - 25));
}

double watereq_ec_us_cm(double ec25_us_cm, double temp_c)
{
    return ec25_us_cm * (1 + EC_PER_DEGREE * (temp_c - 25));
}

/* PSS-78, UNESCO 1983: salinity = sum a_i R^(i/2) + f(t) sum b_i R^(i/2). */
static const double SAL_A[] = {0.0080, -0.1692, 25.3851, 14.0941, -7.0261, 2.7081};
static const double SAL_B[] = {0.0005, -0.0056, -0.0066, -0.0375, 0.0636, -0.0144};

/* root: of the conductivity ratio; ft: the temperature's factor. */
static double pss78(double root, double ft)
{
    return poly(SAL_A, 6, root) + ft * poly(SAL_B, 6, root);
}

/* What Hill et al. 1986 take off so that pure water has none. */
static double hill(double sal_psu, double root, double ft)
{
    double x = 400 * root * root, y = 10 * root;

    return sal_psu - SAL_A[0] / (1 + x * (1.5 + x)) - SAL_B[0] * ft / (1 + y * (1 + y * (1 + y)));
}

/* The root of the conductivity ratio of 2 PSU, by Newton's method; from 0.2641 it is exact to the last digits in three steps,
 * since the curve is nearly a parabola there. */
static double root_at_2_psu(double ft)
{
    double root = 0.2641463563366498;

    for (int step = 0; step < 4; step++) {
        double slope = 0;

        for (int i = 5; i > 0; i--)
            slope = slope * root + i * (SAL_A[i] + ft * SAL_B[i]);
        root -= (pss78(root, ft) - 2) / slope;
    }
    return root;
}

double watereq_sal_psu(double ec_us_cm, double temp_c)
{
    static const double C[] = {0.6766097, 2.00564e-2, 1.104259e-4, -6.9698e-7, 1.0031e-9};
    static const double EC_35_15_US_CM = 42914; /* of 35 PSU at 15 C (Culkin and Smith 1980) */
    static const double K = 0.0162;
    double t68 = 1.00024 * temp_c; /* today's scale to that of 1968 */
    double ft = (t68 - 15) / (1 + K * (t68 - 15));
    double root, sal, at_2;

    if (!(ec_us_cm >= 0) || isnan(temp_c))
        return NAN;
    root = sqrt(ec_us_cm / EC_35_15_US_CM / poly(C, 5, t68));
    sal = pss78(root, ft);
    if (sal >= 2)
        return sal;
    at_2 = root_at_2_psu(ft);
    return fmax(hill(sal, root, ft) * 2 / hill(2, at_2, ft), 0);
}

int watereq_co2_mg_l(double alk_mg_l, double temp_c, double ph, double *out)
{
    static const double ALK_PER_MEQ = 50.044;     /* mg of CaCO3 */
    static const double MOLAR_MASS_CO2 = 44.0095; /* g/mol */
    double k = temp_c + KELVIN_0C, pk1, pk2;

    if (!(ph >= WATEREQ_CO2_PH_MIN && ph <= WATEREQ_CO2_PH_MAX && alk_mg_l >= 0 && temp_c >= 5 &&
          temp_c <= 40) ||
        isinf(alk_mg_l))
        return NILA_ERR_RANGE;
    pk1 = 356.3094 + 0.06091964 * k - 21834.37 / k - 126.8339 * log10(k) + 1684915 / (k * k);
    pk2 = 107.8871 + 0.03252849 * k - 5151.79 / k - 38.92561 * log10(k) + 563713.9 / (k * k);
    *out =
        alk_mg_l / ALK_PER_MEQ * pow(10, pk1 - ph) * MOLAR_MASS_CO2 / (1 + 2 * pow(10, ph - pk2));
    return 0;
}
