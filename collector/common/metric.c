/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metric.h"

#include <stddef.h>
#include <string.h>

/* Fail span: what the quantity or any probe for it cannot be. Suspect span: what a tilapia pond, river cage or its
 * weather has hardly ever shown. Blooms reach 25 mg/L of oxygen; a probe in peat water reads pH 3.5. */
/* clang-format off */
static const struct metric_info INFO[METRIC_COUNT] = {
    [METRIC_TEMP_C]     = {"temp_c",      "°C",    METRIC_WATER,      10,    45,      18,   40,   1},
    [METRIC_DO_MG_L]    = {"do_mg_l",     "mg/L",  METRIC_WATER,       0,    25,    0.01,   20,   1},
    [METRIC_DO_SAT_PCT] = {"do_sat_pct",  "%",     METRIC_WATER,       0,   400,     0.1,  250,   0},
    [METRIC_PH]         = {"ph",          "",      METRIC_WATER,       2,    12,     3.5,   11,   1},
    [METRIC_ORP_MV]     = {"orp_mv",      "mV",    METRIC_WATER,   -1500,  1500,    -600,  800,   0},
    [METRIC_EC_US_CM]   = {"ec_us_cm",    "µS/cm", METRIC_WATER,       0, 60000,       1, 50000,  0},
    [METRIC_EC25_US_CM] = {"ec25_us_cm",  "µS/cm", METRIC_WATER,       0, 60000,       1, 50000,  0},
    [METRIC_SAL_PSU]    = {"sal_psu",     "PSU",   METRIC_WATER,       0,    42,       0,   36,   2},
    [METRIC_TDS_MG_L]   = {"tds_mg_l",    "mg/L",  METRIC_WATER,       0, 50000,       1, 40000,  0},
    [METRIC_TURB_NTU]   = {"turb_ntu",    "NTU",   METRIC_WATER,       0,  4000,       0, 1500,   0},
    [METRIC_TAN_N_MG_L] = {"tan_n_mg_l",  "mg/L",  METRIC_WATER,       0,   100,       0,   20,   2},
    [METRIC_NH3_N_MG_L] = {"nh3_n_mg_l",  "mg/L",  METRIC_WATER,       0,   100,       0,    5,   3},
    [METRIC_NO2_N_MG_L] = {"no2_n_mg_l",  "mg/L",  METRIC_WATER,       0,   100,       0,   20,   2},
    [METRIC_CHL_UG_L]   = {"chl_ug_l",    "µg/L",  METRIC_WATER,       0,  2000,       0, 1000,   0},
    [METRIC_PRESS_KPA]  = {"press_kpa",   "kPa",   METRIC_WATER,       0,  1000,       0,  500,   1},
    [METRIC_LEVEL_CM]   = {"level_cm",    "cm",    METRIC_WATER,    -100,  2000,       0, 1000,   0},
    [METRIC_SECCHI_CM]  = {"secchi_cm",   "cm",    METRIC_WATER,       0,   500,       1,  300,   0},
    [METRIC_AIR_TEMP_C] = {"air_temp_c",  "°C",    METRIC_WEATHER,     0,    55,      15,   45,   1},
    [METRIC_AIR_RH_PCT] = {"air_rh_pct",  "%",     METRIC_WEATHER,     0,   105,       5,  100.5, 0},
    [METRIC_RAIN_MM]    = {"rain_mm",     "mm",    METRIC_WEATHER,     0,   500,       0,  200,   1},
    [METRIC_WIND_M_S]   = {"wind_m_s",    "m/s",   METRIC_WEATHER,     0,    60,       0,   30,   1},
    [METRIC_PAR_W_M2]   = {"par_w_m2",    "W/m²",  METRIC_WEATHER,     0,  1500,       0,  700,   0},
    [METRIC_BARO_HPA]   = {"baro_hpa",    "hPa",   METRIC_WEATHER,   800,  1100,     980, 1035,   1},
    [METRIC_RELAY]      = {"relay",       "",      METRIC_EQUIPMENT,   0,     1,       0,    1,   0},
    [METRIC_INPUT]      = {"input",       "",      METRIC_EQUIPMENT,   0,     1,       0,    1,   0},
    [METRIC_VOLT_V]     = {"volt_v",      "V",     METRIC_EQUIPMENT,   0,  1000,       0,  500,   1},
    [METRIC_CURRENT_A]  = {"current_a",   "A",     METRIC_EQUIPMENT,   0,  1000,       0,  200,   2},
    [METRIC_POWER_W]    = {"power_w",     "W",     METRIC_EQUIPMENT,   0,   1e6,       0,  1e5,   0},
    [METRIC_ENERGY_KWH] = {"energy_kwh",  "kWh",   METRIC_EQUIPMENT,   0,   1e9,       0,  1e8,   1},
    [METRIC_CAUSE]      = {"cause",       "",      METRIC_EQUIPMENT,   0,   255,       0,  255,   0},
    [METRIC_CALIBRATING]   = {"calibrating",   "",  METRIC_EQUIPMENT,    0,     1,     0,     1, 0},
    [METRIC_CAL_USER]      = {"cal_user",      "",  METRIC_EQUIPMENT,    0,   5e9,     0,   5e9, 0},
    [METRIC_CAL_OF]        = {"cal_of",        "",  METRIC_EQUIPMENT,    0,   255,     0,   255, 0},
    [METRIC_CAL_SLOPE_PCT] = {"cal_slope_pct", "%", METRIC_EQUIPMENT,    0,   400,    40,   160, 1},
    [METRIC_CAL_OFFSET]    = {"cal_offset",    "",  METRIC_EQUIPMENT, -1e6,   1e6, -1000,  1000, 3},
    [METRIC_CAL_DUE_DAY]   = {"cal_due_day",   "",  METRIC_EQUIPMENT,    0, 65535,     0, 65535, 0},
};
/* clang-format on */

const struct metric_info *metric_info(enum metric m)
{
    return &INFO[m];
}

int metric_find(const char *name, enum metric *out)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (strcmp(name, INFO[i].name) == 0) {
            *out = (enum metric)i;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}

int metric_find_alias(const char *name, enum metric *out)
{
    static const struct {
        const char *alias;
        enum metric metric;
    } ALIAS[] = {
        {"do_mgl", METRIC_DO_MG_L},
        {"par_wm2", METRIC_PAR_W_M2},
        {"wind_ms", METRIC_WIND_M_S},
    };

    for (size_t i = 0; i < sizeof ALIAS / sizeof ALIAS[0]; i++) {
        if (strcmp(name, ALIAS[i].alias) == 0) {
            *out = ALIAS[i].metric;
            return 0;
        }
    }
    return metric_find(name, out);
}

const char *metric_class_name(enum metric_class group)
{
    static const char *const NAME[] = {"water", "weather", "equipment"};
    return NAME[group];
}
