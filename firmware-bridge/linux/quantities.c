/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quantities.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/watereq.h"

#define KPA_PER_CM  (996.2 * 9.81 / 100 / 1000)
#define METER_START 1767225600000LL /* 2026-01-01 UTC: since when the meter counts */
#define VOLT        220.0
#define AMPERE      1.8
#define WATT        380.0
#define TWO_PI      6.283185307179586

static double ec25_us_cm(const struct pond_sample *w)
{
    return w->ec_us_cm / (1 + 0.0191 * (w->temp_c - 25));
}

/* PSS-78 at 25 C. */
static double sal_psu(double ec25)
{
    static const double A[] = {0.0080, -0.1692, 25.3851, 14.0941, -7.0261, 2.7081};
    static const double B[] = {0.0005, -0.0056, -0.0066, -0.0375, 0.0636, -0.0144};
    const double root = sqrt(fmax(0, ec25) / 53087), k = 10 / (1 + 0.0162 * 10);
    double power = 1, s = 0;

    for (size_t i = 0; i < sizeof A / sizeof A[0]; i++) {
        s += (A[i] + k * B[i]) * power;
        power *= root;
    }
    return s;
}

static double secchi_cm(const struct pond_sample *w)
{
    return 170 / (0.4 + 0.014 * w->chl_ug_l + 0.02 * w->turb_ntu);
}

/* What a probe in the water sees; NaN for what is not of the water. */
static double of_water(enum metric metric, const struct pond_sample *w)
{
    const double ec25 = ec25_us_cm(w), sal = sal_psu(ec25);
    const struct {
        enum metric metric;
        double value;
    } V[] = {
        {METRIC_TEMP_C, w->temp_c},
        {METRIC_DO_MG_L, w->do_mg_l},
        {METRIC_DO_SAT_PCT,
         watereq_do_sat_pct(w->do_mg_l, w->temp_c, sal, WATEREQ_BARO_LOWLAND_HPA)},
        {METRIC_PH, w->ph},
        {METRIC_ORP_MV, 400 - 59 * (w->ph - 7)},
        {METRIC_EC_US_CM, w->ec_us_cm},
        {METRIC_EC25_US_CM, ec25},
        {METRIC_SAL_PSU, sal},
        {METRIC_TDS_MG_L, 0.65 * ec25},
        {METRIC_TURB_NTU, w->turb_ntu},
        {METRIC_TAN_N_MG_L, w->tan_n_mg_l},
        {METRIC_NH3_N_MG_L, watereq_nh3_n_mg_l(w->tan_n_mg_l, w->temp_c, w->ph)},
        {METRIC_NO2_N_MG_L, 0.1 * w->tan_n_mg_l},
        {METRIC_CHL_UG_L, w->chl_ug_l},
        {METRIC_PRESS_KPA, KPA_PER_CM * w->level_cm},
        {METRIC_LEVEL_CM, w->level_cm},
        {METRIC_SECCHI_CM, secchi_cm(w)},
    };

    for (size_t i = 0; i < sizeof V / sizeof V[0]; i++)
        if (V[i].metric == metric)
            return V[i].value;
    return NAN;
}

static double magnus(double temp_c)
{
    return exp(17.625 * temp_c / (243.04 + temp_c));
}

/* Two maxima a day, at 10 and 22 h WIB. */
static double baro_hpa(int64_t ts_ms)
{
    double day = (double)ts_ms / (double)CIVIL_DAY_MS + 7.0 / 24;

    return WATEREQ_BARO_LOWLAND_HPA + 1.5 * cos(TWO_PI * 2 * (day - 10.0 / 24));
}

double quantity_now(enum metric metric, const struct pond_sample *water, const struct weather *sky,
                    int64_t ts_ms)
{
    const double hours = (double)(ts_ms > METER_START ? ts_ms - METER_START : 0) / 3.6e6;
    const struct {
        enum metric metric;
        double value;
    } V[] = {
        {METRIC_AIR_TEMP_C, sky->air_temp_c},
        {METRIC_AIR_RH_PCT, fmin(100, 100 * magnus(sky->dew_c) / magnus(sky->air_temp_c))},
        {METRIC_WIND_M_S, sky->wind_m_s},
        {METRIC_PAR_W_M2, sky->par_w_m2},
        {METRIC_BARO_HPA, baro_hpa(ts_ms)},
        {METRIC_RELAY, 1},
        {METRIC_INPUT, 1},
        {METRIC_VOLT_V, VOLT},
        {METRIC_CURRENT_A, AMPERE},
        {METRIC_POWER_W, WATT},
        {METRIC_ENERGY_KWH, WATT / 1000 * hours},
    };

    for (size_t i = 0; i < sizeof V / sizeof V[0]; i++)
        if (V[i].metric == metric)
            return V[i].value;
    return water != NULL ? of_water(metric, water) : NAN;
}

bool quantity_of_spare(const struct profile_spare *s, enum metric *metric, double *factor)
{
    static const struct {
        const char *name, *unit; /* unit NULL: whatever */
        enum metric metric;      /* METRIC_COUNT: a constant */
        double factor;
    } KNOWN[] = {
        {"water_temperature", NULL, METRIC_TEMP_C, 1},
        {"conductivity", "mS/cm", METRIC_EC_US_CM, 0.001},
        {"conductivity", NULL, METRIC_EC_US_CM, 1},
        {"salinity", "mg/L", METRIC_SAL_PSU, 1000},
        {"salinity", NULL, METRIC_SAL_PSU, 1},
        {"ph", NULL, METRIC_PH, 1},
        {"primary_value", "pH", METRIC_PH, 1},
        {"orp", NULL, METRIC_ORP_MV, 1},
        {"dissolved_oxygen", NULL, METRIC_DO_MG_L, 1},
        {"oxygen_ppm", NULL, METRIC_DO_MG_L, 1},
        {"oxygen_saturation", NULL, METRIC_DO_SAT_PCT, 1},
        {"oxygen_saturation_local", NULL, METRIC_DO_SAT_PCT, 1},
        {"ammonia_nitrogen", NULL, METRIC_TAN_N_MG_L, 1},
        {"ammonium_nitrogen", NULL, METRIC_TAN_N_MG_L, 1},
        {"frequency", "Hz", METRIC_COUNT, 50},
        {"power_factor", NULL, METRIC_COUNT, WATT / VOLT / AMPERE},
        {"power_factor_l1", NULL, METRIC_COUNT, WATT / VOLT / AMPERE},
    };

    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
        if (strcmp(KNOWN[i].name, s->m.name) != 0 ||
            (KNOWN[i].unit != NULL && strcmp(KNOWN[i].unit, s->unit) != 0))
            continue;
        *metric = KNOWN[i].metric;
        *factor = KNOWN[i].factor;
        return KNOWN[i].metric != METRIC_COUNT;
    }
    *factor = 0;
    return false;
}
