/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metric: the only list of what is measured. C identifier = JSON name = InfluxDB field = page key.
 *
 * A new metric is one line in metric.c and one here. The order is stored in journals (by number): append only. */
#ifndef NILA_COMMON_METRIC_H
#define NILA_COMMON_METRIC_H

#include "collector/common/err.h"

enum metric {
    METRIC_TEMP_C = 0,
    METRIC_DO_MG_L = 1,
    METRIC_DO_SAT_PCT = 2,
    METRIC_PH = 3,
    METRIC_ORP_MV = 4,
    METRIC_EC_US_CM = 5, /* in situ, not referred to 25 C */
    METRIC_EC25_US_CM = 6,
    METRIC_SAL_PSU = 7,
    METRIC_TDS_MG_L = 8,
    METRIC_TURB_NTU = 9,
    METRIC_TAN_N_MG_L = 10, /* nitrogen species always as N */
    METRIC_NH3_N_MG_L = 11,
    METRIC_NO2_N_MG_L = 12,
    METRIC_CHL_UG_L = 13,
    METRIC_PRESS_KPA = 14,
    METRIC_LEVEL_CM = 15,
    METRIC_SECCHI_CM = 16,
    METRIC_AIR_TEMP_C = 17,
    METRIC_AIR_RH_PCT = 18,
    METRIC_RAIN_MM = 19,
    METRIC_WIND_M_S = 20,
    METRIC_PAR_W_M2 = 21,
    METRIC_BARO_HPA = 22,
    METRIC_RELAY = 23, /* 0 or 1 */
    METRIC_INPUT = 24, /* 0 or 1 */
    METRIC_VOLT_V = 25,
    METRIC_CURRENT_A = 26,
    METRIC_POWER_W = 27,
    METRIC_ENERGY_KWH = 28,
    METRIC_CAUSE = 29, /* why a switch is as it is: enum reflex_cause */
    /* events of a device, not what it measures: */
    METRIC_CALIBRATING = 30,   /* 1: a calibration of the device began, 0: it is over */
    METRIC_CAL_USER = 31,      /* who calibrated: the login's number on the collector's machine */
    METRIC_CAL_OF = 32,        /* the number of the metric whose calibration was put into force */
    METRIC_CAL_SLOPE_PCT = 33, /* of the maker's */
    METRIC_CAL_OFFSET = 34,    /* in the metric's unit */
    METRIC_CAL_DUE_DAY = 35,   /* of the next one, days since 2000-01-01 by WIB; 0 none */
    METRIC_COUNT = 36
};

/* Which InfluxDB measurement a metric belongs to. */
enum metric_class {
    METRIC_WATER,
    METRIC_WEATHER,
    METRIC_EQUIPMENT
};

struct metric_info {
    const char *name; /* "do_mg_l" */
    const char *unit; /* as shown: "mg/L"; "" for pH and states */
    enum metric_class group;
    double fail_min, fail_max;       /* outside: impossible, flag 4 */
    double suspect_min, suspect_max; /* outside: doubtful, flag 3 */
    int decimals;                    /* shown on pages, 0..3 */
};

/* Never NULL for a valid m. */
const struct metric_info *metric_info(enum metric m);

/* The metric of that name; NILA_ERR_NOT_FOUND. Aliases (such as do_mgl) are for CSV input only: metric_find_alias. */
NILA_MUST_CHECK int metric_find(const char *name, enum metric *out);
NILA_MUST_CHECK int metric_find_alias(const char *name, enum metric *out);

/* "water", "weather", "equipment". */
const char *metric_class_name(enum metric_class group);

#endif
