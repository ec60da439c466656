/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text: every sentence people read, in one table with a column a language.
 *
 * A placeholder is {name}; the same names stand in every language of a sentence. An advice is a list of steps separated
 * by '|', the first the most urgent. The texts name no dose and no drug: the dose of lime comes from the extension
 * worker. Pure; plain text, to be escaped by html.h. */
#ifndef ANALYTICS_WEB_TEXT_H
#define ANALYTICS_WEB_TEXT_H

#include "analytics/water/status.h"
#include "analytics/web/format.h"
#include "collector/common/buf.h"
#include "collector/common/site.h"

/* clang-format off */
#define TEXT_KEYS(X) \
    X(APP) X(NAV) X(NAV_PONDS) X(NAV_REGION) X(NAV_HELP) X(SKIP) X(OTHER_LANGUAGE) X(FOOT) X(UPDATED) \
    X(LEVEL_OK) X(LEVEL_WATCH) X(LEVEL_NO_DATA) X(LEVEL_DANGER) \
    X(OXYGEN) X(TEMPERATURE) X(ACIDITY) X(AMMONIA) X(AMMONIA_TOTAL) X(TURBIDITY) \
    X(HOME_TITLE) X(PONDS_ONE) X(PONDS_MANY) X(ACT_ONE) X(ACT_MANY) X(WATCH_ONE) X(WATCH_MANY) X(BLIND_ONE) X(BLIND_MANY) \
    X(ALL_OK) X(NO_PONDS) X(AWAY) X(NEVER_READ) X(SILENT_TITLE) X(SILENT_NOTE) \
    X(READ_AT) X(LAST_DATA) X(NEVER_DATA) X(DO_NOW) X(CALL) X(NO_LIME) X(DOUBTFUL_MARK) X(MEASURED_AT) \
    X(BACK) X(DAY_OXYGEN) X(DAY_TEMPERATURE) X(CHART_DESC) X(CHART_LIMITS) X(CHART_EMPTY) X(CHART_WAIT) X(CHART_NIGHT) \
    X(TABLE_OPEN) X(TABLE_HOUR) X(TABLE_CAPTION) X(TABLE_EMPTY) \
    X(CYCLE_TITLE) X(CYCLE_DAY) X(CYCLE_FISH) X(CYCLE_MASS) X(CYCLE_HARVEST) X(CYCLE_NO_HARVEST) X(CYCLE_FORGOTTEN) X(CYCLE_WAIT) X(CYCLE_NONE) X(CYCLE_NOTE) \
    X(CLASS_CAPTION) X(CLASS_SIZE) X(CLASS_SMALL) X(CLASS_FROM) X(CLASS_BELOW_G) X(CLASS_G) X(CLASS_OVER_G) \
    X(ASK_TITLE) X(ASK_NOTE) X(ASK_SAMPLE_SMALL) X(ASK_SAMPLE_BIG) X(ASK_GRADED) X(ASK_RECRUITS) X(ASK_POND) \
    X(ASK_HARVEST_MORE) X(ASK_HARVEST_MORE_DO) X(ASK_HARVEST_SIZE) X(ASK_HARVEST_SIZE_DO) X(ASK_LOST_MORE) \
    X(ASK_LOST_MORE_DO) X(ASK_FEED_MORE) X(ASK_FEED_MORE_DO) X(ASK_FEED_LESS) X(ASK_FEED_LESS_DO) X(ASK_FEED_KIND) \
    X(ASK_FEED_KIND_DO) X(RECORDS_TITLE) X(RECORDS_INTRO) X(RECORDS_NONE) X(RECORDS_LINK) X(BACK_REGION) \
    X(REGION_TITLE) X(REGION_SUMMARY) X(REGION_WAIT) X(REGION_FAILED) X(REGION_ASOF) X(REGION_COVER) X(REGION_SCOPE) X(REGION_NO_WATER) X(REGION_FORGOTTEN) \
    X(REGION_PRIOR) X(PRINT_LINK) \
    X(MONTH) X(JOINT) X(KOTIM) X(SERUYAN) X(TONNES_NOTE) X(REGION_TABLE) X(REGION_CHART) \
    X(REGION_CHART_DESC) X(LEGEND_BAND) X(LEGEND_MEDIAN) X(KECAMATAN) X(KECAMATAN_TABLE) X(KECAMATAN_NONE) X(PONDS_COLUMN) X(ALL_MONTHS) \
    X(KECAMATAN_MONTHS) \
    X(REGION_SCOPE_OFFICIAL) X(REGION_REGISTER) X(QUARTER) X(TOTAL) \
    X(BALANCE_TITLE) X(BALANCE_NOTE) X(BALANCE_SUPPLY) X(BALANCE_INFLOW) X(BALANCE_OUTFLOW) X(BALANCE_LOSS) X(BALANCE) \
    X(CHANCE_TITLE) X(CHANCE_NOTE) X(CHANCE_SHORTFALL) X(FEW_FARMS) X(TRACKED_ONLY) X(PERIOD) \
    X(HELP_EACH_TITLE) X(BOTH_SHORT) X(ONE_COVERED) X(TRANSFER) X(TRANSFER_NONE) X(TRANSFER_OF) \
    X(DEMAND) X(DEMAND_MISSING) X(DEMAND_HOW) X(SCENARIO_TITLE) X(SCENARIO) \
    X(BASIS_TITLE) X(BASIS) X(BASIS_VALUE) X(BASIS_SOURCE) X(BASIS_DATE) X(BASIS_PLACE) X(BASIS_MORE) \
    X(OFFICIAL_TITLE) X(TONNES) X(OFFICIAL_NONE) X(OFFICIAL_USED) X(OFFICIAL_WORDS) X(OFFICIAL_FINAL) X(OFFICIAL_PROVISIONAL) \
    X(KEY_POPULATION) X(KEY_CONSUMPTION_AKI) X(KEY_CONSUMPTION_SUSENAS) X(KEY_TILAPIA_SHARE) X(KEY_LOSS) X(KEY_INFLOW) \
    X(KEY_OUTFLOW) X(KEY_IDUL_FITRI) X(KEY_PRICE_RESPONSE) X(KEY_PRICE_CHANGE) X(KEY_DEMAND_SHOCK) \
    X(KEY_OTHER_SUPPLY) X(KEY_OTHER_DEMAND) \
    X(METHOD_TITLE) X(METHOD_RANGE) X(METHOD_JOINT) X(METHOD_PRIOR) \
    X(PRINT_TITLE) X(PRINT_REGENCY) X(PRINT_OFFICE) X(PRINT_FINAL) X(PRINT_PROVISIONAL) X(PRINT_STATE) \
    X(PRINT_RUNNING) \
    X(PRINT_REVISION) X(PRINT_UNISSUED) X(PRINT_CHOOSE) X(PRINT_HOW) X(PRINT_UNKNOWN) X(PRINT_FORM) X(PRINT_FORM_NOTE) \
    X(PRINT_GOODS) X(PRINT_AVAILABLE) X(PRINT_PRODUCTION) X(PRINT_ALL_FISH) X(PRINT_TILAPIA) X(PRINT_OTHER_FISH) \
    X(PRINT_MONTHS) X(PRINT_KECAMATAN) X(PRINT_SUM) X(PRINT_SIGN) X(PRINT_PLACE) X(PRINT_HEAD) X(PRINT_NAME) \
    X(PRINT_COVER) \
    X(HELP_TITLE) X(HELP_LEVELS) X(HELP_OK) X(HELP_WATCH) X(HELP_DANGER) X(HELP_NO_DATA) X(HELP_OXYGEN_TITLE) X(HELP_OXYGEN) \
    X(HELP_LIME_TITLE) X(HELP_LIME) X(HELP_DEVICE_TITLE) X(HELP_DEVICE) X(HELP_RANGE_TITLE) X(HELP_CALL_TITLE) X(HELP_CALL_NONE) \
    X(NOT_FOUND_TITLE) X(NOT_FOUND) X(METHOD_NOT_ALLOWED_TITLE) X(METHOD_NOT_ALLOWED) X(BUSY_TITLE) X(BUSY) X(TO_HOME) \
    X(WELL_TITLE) X(WELL_WHAT) X(WELL_DO) \
    X(DO_CRITICAL_TITLE) X(DO_CRITICAL_WHAT) X(DO_CRITICAL_DO) \
    X(DO_LOW_TITLE) X(DO_LOW_WHAT) X(DO_LOW_DO) \
    X(DO_DROP_TITLE) X(DO_DROP_WHAT) X(DO_DROP_DO) \
    X(PH_LOW_TITLE) X(PH_LOW_WHAT) X(PH_LOW_DO) X(PH_LOW_NO_LIME_DO) \
    X(PH_HIGH_TITLE) X(PH_HIGH_WHAT) X(PH_HIGH_DO) \
    X(AMMONIA_TITLE) X(AMMONIA_WATCH_TITLE) X(AMMONIA_WHAT) X(AMMONIA_WATCH_DO) X(AMMONIA_DO) \
    X(TEMP_HIGH_TITLE) X(TEMP_HIGH_WHAT) X(TEMP_HIGH_DO) \
    X(TEMP_LOW_TITLE) X(TEMP_LOW_WHAT) X(TEMP_LOW_DO) \
    X(TURBID_TITLE) X(TURBID_WHAT) X(TURBID_DO) \
    X(NO_DATA_TITLE) X(NO_DATA_WHAT) X(NO_DATA_NEVER_WHAT) X(NO_DATA_DO) \
    X(SENSOR_TITLE) X(SENSOR_WHAT) X(SENSOR_SILENT_TITLE) X(SENSOR_SILENT_WHAT) X(SENSOR_DO) X(SENSOR_SILENT_DO) \
    X(SENSOR_BLIND_DO) \
    X(CAGE_DANGER_DO) X(CAGE_WATCH_DO) X(CAGE_TEMP_HIGH_DO)
/* clang-format on */

#define TEXT_ENUM(key) TEXT_##key,
enum text {
    TEXT_KEYS(TEXT_ENUM) TEXT_COUNT
};

const char *text_get(enum lang lang,
                     enum text key); /* as it stands in the table; static storage, never NULL */

/* A value of a placeholder. */
struct text_arg {
    const char *name;  /* without braces */
    const char *value; /* NULL counts as "" */
};

/* Appends the sentence with its placeholders filled; args end with a NULL name. A placeholder whose value is "" vanishes
 * with the blank before it ("call the extension worker {telp}."). One without an argument becomes an en dash. */
void text_fill(struct buf *b, enum lang lang, enum text key, const struct text_arg *args);

/* The title, sentence and steps of a judgement. A cage lies in a river: its water can be neither limed, changed nor
 * deepened, so its steps differ. */
struct text_advice {
    enum text title, what, steps;
};
struct text_advice text_advice_of(const struct pond_status *status, enum pond_system system);

enum text text_level(enum status_level level);
/* The name of a metric shown to farmers; metrics that have none there are shown by metric_info()->name: TEXT_COUNT. */
enum text text_metric(enum metric metric);

/* "id" and "en": the value of lang attributes, cookies and ?lang=. */
const char *text_lang(enum lang lang);

#endif
