/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gas.h"

#include <math.h>

/* The relations give cm/h. */
static const double M_D_PER_CM_H = 0.24;

double gas_u10_m_s(double wind_m_s, double height_m)
{
    return height_m > 0 ? wind_m_s * pow(10 / height_m, 0.15) : NAN;
}

double gas_k600_cole_m_d(double u10_m_s)
{
    return M_D_PER_CM_H * (2.07 + 0.215 * pow(u10_m_s, 1.7));
}

double gas_k600_crusius_m_d(double u10_m_s)
{
    return M_D_PER_CM_H * (0.168 + 0.228 * pow(u10_m_s, 2.2));
}

double gas_k600_vachon_m_d(double u10_m_s, double area_m2)
{
    double k = area_m2 > 0
                   ? M_D_PER_CM_H * (2.51 + 1.48 * u10_m_s + 0.39 * u10_m_s * log10(area_m2 / 1e6))
                   : NAN;

    return k < 0 ? 0 : k; /* NaN stays */
}

double gas_schmidt_o2(double temp_c)
{
    double t = temp_c < 0 ? 0 : temp_c > 40 ? 40 : temp_c;

    return 1568 + t * (-86.04 + t * (2.142 - 0.0216 * t));
}

double gas_k_o2_m_d(double k600_m_d, double temp_c)
{
    return k600_m_d / sqrt(gas_schmidt_o2(temp_c) / 600);
}
