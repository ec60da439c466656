/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which sentences belong to a state of the water: its name, its measurement, what to do. */
#include "text.h"

#include <math.h>

enum text text_level(enum status_level level)
{
    static const enum text LEVEL[] = {
        [STATUS_OK] = TEXT_LEVEL_OK,
        [STATUS_WATCH] = TEXT_LEVEL_WATCH,
        [STATUS_NO_DATA] = TEXT_LEVEL_NO_DATA,
        [STATUS_DANGER] = TEXT_LEVEL_DANGER,
    };
    return LEVEL[level];
}

enum text text_metric(enum metric metric)
{
    static const struct {
        enum metric metric;
        enum text text;
    } NAME[] = {
        {METRIC_DO_MG_L, TEXT_OXYGEN},
        {METRIC_TEMP_C, TEXT_TEMPERATURE},
        {METRIC_PH, TEXT_ACIDITY},
        {METRIC_NH3_N_MG_L, TEXT_AMMONIA},
        {METRIC_TAN_N_MG_L, TEXT_AMMONIA_TOTAL},
        {METRIC_TURB_NTU, TEXT_TURBIDITY},
    };

    for (size_t i = 0; i < sizeof NAME / sizeof NAME[0]; i++)
        if (NAME[i].metric == metric)
            return NAME[i].text;
    return TEXT_COUNT;
}

/* The steps for a cage in place of those for a pond. */
static enum text cage_steps(const struct pond_status *status, enum text steps)
{
    switch (status->reason) {
    case REASON_GASPING:
    case REASON_POWER_LOST: /* is not judged of cages */
    case REASON_DO_CRITICAL:
    case REASON_DO_NOT_RECOVERING:
    case REASON_RIVER_ACID:
    case REASON_DO_LOW:
    case REASON_DO_FAST_DROP:
    case REASON_DO_NIGHT:
    case REASON_PH_FALL:
    case REASON_PH_RISE:
    case REASON_PH_LOW:
    case REASON_PH_HIGH:
    case REASON_AMMONIA_HIGH:
    case REASON_WATER_TURBID:
        return status->level == STATUS_DANGER ? TEXT_CAGE_DANGER_DO : TEXT_CAGE_WATCH_DO;
    case REASON_TEMP_HIGH:
        return TEXT_CAGE_TEMP_HIGH_DO;
    case REASON_FOULING:
        return TEXT_SENSOR_DO;
    case REASON_ALL_WELL:
    case REASON_MORTALITY:
    case REASON_TEMP_LOW:
    case REASON_NO_DATA:
    case REASON_SENSOR_SUSPECT:
    case REASON_CALIBRATION:
    case REASON_COUNT:
        break;
    }
    return steps;
}

struct text_advice text_advice_of(const struct pond_status *status, enum pond_system system)
{
    static const struct text_advice ADVICE[REASON_COUNT] = {
        [REASON_ALL_WELL] = {TEXT_WELL_TITLE, TEXT_WELL_WHAT, TEXT_WELL_DO},
        [REASON_DO_CRITICAL] = {TEXT_DO_CRITICAL_TITLE, TEXT_DO_CRITICAL_WHAT, TEXT_DO_CRITICAL_DO},
        [REASON_DO_LOW] = {TEXT_DO_LOW_TITLE, TEXT_DO_LOW_WHAT, TEXT_DO_LOW_DO},
        [REASON_DO_FAST_DROP] = {TEXT_DO_DROP_TITLE, TEXT_DO_DROP_WHAT, TEXT_DO_DROP_DO},
        [REASON_PH_LOW] = {TEXT_PH_LOW_TITLE, TEXT_PH_LOW_WHAT, TEXT_PH_LOW_DO},
        [REASON_PH_HIGH] = {TEXT_PH_HIGH_TITLE, TEXT_PH_HIGH_WHAT, TEXT_PH_HIGH_DO},
        [REASON_AMMONIA_HIGH] = {TEXT_AMMONIA_TITLE, TEXT_AMMONIA_WHAT, TEXT_AMMONIA_DO},
        [REASON_TEMP_HIGH] = {TEXT_TEMP_HIGH_TITLE, TEXT_TEMP_HIGH_WHAT, TEXT_TEMP_HIGH_DO},
        [REASON_TEMP_LOW] = {TEXT_TEMP_LOW_TITLE, TEXT_TEMP_LOW_WHAT, TEXT_TEMP_LOW_DO},
        [REASON_WATER_TURBID] = {TEXT_TURBID_TITLE, TEXT_TURBID_WHAT, TEXT_TURBID_DO},
        [REASON_NO_DATA] = {TEXT_NO_DATA_TITLE, TEXT_NO_DATA_WHAT, TEXT_NO_DATA_DO},
        [REASON_SENSOR_SUSPECT] = {TEXT_SENSOR_TITLE, TEXT_SENSOR_WHAT, TEXT_SENSOR_DO},
        [REASON_GASPING] = {TEXT_GASPING_TITLE, TEXT_GASPING_WHAT, TEXT_GASPING_DO},
        [REASON_POWER_LOST] = {TEXT_POWER_TITLE, TEXT_POWER_WHAT, TEXT_POWER_DO},
        [REASON_DO_NOT_RECOVERING] = {TEXT_DO_STUCK_TITLE, TEXT_DO_STUCK_WHAT, TEXT_DO_STUCK_DO},
        [REASON_DO_NIGHT] = {TEXT_DO_NIGHT_TITLE, TEXT_DO_NIGHT_WHAT, TEXT_DO_NIGHT_DO},
        [REASON_PH_FALL] = {TEXT_PH_FALL_TITLE, TEXT_PH_FALL_WHAT, TEXT_PH_FALL_DO},
        [REASON_PH_RISE] = {TEXT_PH_RISE_TITLE, TEXT_PH_RISE_WHAT, TEXT_PH_RISE_DO},
        [REASON_RIVER_ACID] = {TEXT_RIVER_TITLE, TEXT_RIVER_WHAT, TEXT_CAGE_DANGER_DO},
        [REASON_FOULING] = {TEXT_FOULING_TITLE, TEXT_FOULING_WHAT, TEXT_FOULING_DO},
        [REASON_CALIBRATION] = {TEXT_CALIBRATION_TITLE, TEXT_CALIBRATION_WHAT, TEXT_CALIBRATION_DO},
        [REASON_MORTALITY] = {TEXT_MORTALITY_TITLE, TEXT_MORTALITY_WHAT, TEXT_MORTALITY_DO},
    };
    struct text_advice a = ADVICE[status->reason];

    if (status->reason == REASON_AMMONIA_HIGH && status->level == STATUS_WATCH)
        a = (struct text_advice){TEXT_AMMONIA_WATCH_TITLE, TEXT_AMMONIA_WHAT,
                                 TEXT_AMMONIA_WATCH_DO};
    if (status->reason == REASON_PH_LOW && status->no_lime)
        a.steps = !status->ammonia_high ? TEXT_PH_LOW_UNKNOWN_DO : TEXT_PH_LOW_NO_LIME_DO;
    if (status->reason == REASON_RIVER_ACID && isnan(status->limit))
        a.what = TEXT_RIVER_TOLD_WHAT;
    if (status->reason == REASON_NO_DATA && status->ts_ms == 0)
        a.what = TEXT_NO_DATA_NEVER_WHAT;
    if (status->reason == REASON_SENSOR_SUSPECT && isnan(status->value))
        a = (struct text_advice){TEXT_SENSOR_SILENT_TITLE, TEXT_SENSOR_SILENT_WHAT,
                                 TEXT_SENSOR_SILENT_DO};
    if (status->reason == REASON_SENSOR_SUSPECT && status->level == STATUS_NO_DATA)
        a.steps = TEXT_SENSOR_BLIND_DO; /* nobody knows the oxygen: the fish go before the probe */
    if (system == POND_SYSTEM_CAGE)
        a.steps = cage_steps(status, a.steps);
    return a;
}
