/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cause.h"

#include <string.h>

#define MIN_MS  ((int64_t)60 * 1000)
#define HOUR_MS (60 * MIN_MS)

/* By severity of the advice table: siren;call;sms;wa;tg;page for what kills within hours, sms;wa;tg or wa;tg for the rest. */
#define ALL_OF (REACH_SIREN | REACH_CALL | REACH_SMS | REACH_WA | REACH_TG | REACH_WEBHOOK)
#define DANGER                         \
    (REACH_SMS | REACH_WA | REACH_TG | \
     REACH_WEBHOOK) /* danger that a siren does not help against */
#define SMS_WATCH (REACH_SMS | REACH_WA | REACH_TG | REACH_WEBHOOK)
#define WATCH     (REACH_WA | REACH_TG | REACH_WEBHOOK)
#define DEVICE    (REACH_SMS | REACH_TG | REACH_WEBHOOK)

/* Assumption: a danger that rests on one reading (pH, ammonia, temperature) must last five minutes, so that one spike wakes
 * nobody; oxygen is confirmed by status.h's two readings, power by watch's own time. */
#define TWICE_MS (5 * MIN_MS)

/* clang-format off */
static const struct cause_info TABLE[CAUSE_COUNT] = {
    [CAUSE_DO_CRITICAL]       = {"do_critical",       GROUP_OXYGEN,      2, 15 * MIN_MS, 0,        SMS_WATCH, ALL_OF, false},
    [CAUSE_DO_NOT_RECOVERING] = {"do_not_recovering", GROUP_OXYGEN,      3, 15 * MIN_MS, 0,        SMS_WATCH, ALL_OF, true},
    [CAUSE_DO_LOW]            = {"do_low",            GROUP_OXYGEN,      1, 15 * MIN_MS, TWICE_MS, WATCH,     ALL_OF, false},
    [CAUSE_DO_FAST_DROP]      = {"do_fast_drop",      GROUP_OXYGEN,      1, TWICE_MS,    TWICE_MS, SMS_WATCH, ALL_OF, false},
    [CAUSE_GASPING]           = {"gasping",           GROUP_GASPING,     1, 0,           0,        SMS_WATCH, ALL_OF, true},
    [CAUSE_PH_LOW]            = {"ph_low",            GROUP_PH,          1, HOUR_MS,     TWICE_MS, SMS_WATCH, ALL_OF, false},
    [CAUSE_PH_HIGH]           = {"ph_high",           GROUP_PH,          1, HOUR_MS,     TWICE_MS, WATCH,     DANGER, false},
    [CAUSE_PH_FALL]           = {"ph_fall",           GROUP_PH,          1, TWICE_MS,    TWICE_MS, SMS_WATCH, ALL_OF, false},
    [CAUSE_PH_RISE]           = {"ph_rise",           GROUP_PH,          1, TWICE_MS,    TWICE_MS, SMS_WATCH, DANGER, false},
    [CAUSE_AMMONIA_HIGH]      = {"ammonia_high",      GROUP_AMMONIA,     1, 15 * MIN_MS, TWICE_MS, WATCH,     DANGER, false},
    [CAUSE_TEMP_HIGH]         = {"temp_high",         GROUP_TEMPERATURE, 1, 2 * HOUR_MS, TWICE_MS, WATCH,     DANGER, false},
    [CAUSE_TEMP_LOW]          = {"temp_low",          GROUP_TEMPERATURE, 1, 6 * HOUR_MS, TWICE_MS, WATCH,     DANGER, false},
    [CAUSE_WATER_TURBID]      = {"water_turbid",      GROUP_TURBIDITY,   1, 3 * HOUR_MS, TWICE_MS, WATCH,     DANGER, false},
    /* status.h says so after 20 minutes, the message comes after 60 */
    [CAUSE_NO_DATA]           = {"no_data",           GROUP_DATA,        1, 40 * MIN_MS, 0,        DEVICE,    DEVICE, false},
    [CAUSE_SENSOR_SUSPECT]    = {"sensor_suspect",    GROUP_SENSOR,      1, HOUR_MS,     HOUR_MS,  REACH_TG | REACH_WEBHOOK, DANGER, false},
    [CAUSE_FOULING]           = {"fouling",           GROUP_FOULING,     1, HOUR_MS,     HOUR_MS,  REACH_TG | REACH_WEBHOOK, DANGER, false},
    [CAUSE_MORTALITY_SPIKE]   = {"mortality_spike",   GROUP_DEATHS,      1, 0,           0,        SMS_WATCH, REACH_SMS | REACH_WA | REACH_WEBHOOK, false},
    [CAUSE_RIVER_BANGAI]      = {"river_bangai",      GROUP_RIVER,       1, 0,           0,        SMS_WATCH, ALL_OF, false},
    [CAUSE_POWER_LOST]        = {"power_lost",        GROUP_POWER,       1, 0,           0,        SMS_WATCH, ALL_OF, false},
    [CAUSE_COLLECTOR_SILENT]  = {"collector_silent",  GROUP_COLLECTOR,   1, 0,           0,        DEVICE,    DEVICE, false},
    /* assumption: what a modem mends by itself within ten minutes is not told of */
    [CAUSE_CHANNEL_FAULT]     = {"channel_fault",     GROUP_CHANNEL,     1, 10 * MIN_MS, 0,        SMS_WATCH, DANGER, false},
    [CAUSE_NIGHT_NOTICE]      = {"night_notice",      GROUP_NONE,        1, 0,           0,        SMS_WATCH, SMS_WATCH, false},
    [CAUSE_DO_NIGHT]          = {"do_night",          GROUP_NONE,        1, 0,           0,        SMS_WATCH, SMS_WATCH, false},
    [CAUSE_HEARTBEAT]         = {"heartbeat",         GROUP_NONE,        1, 0,           0,        REACH_TG | REACH_SMS | REACH_WEBHOOK, DANGER, false},
    [CAUSE_RECOVERED]         = {"recovered",         GROUP_NONE,        1, 0,           0,        SMS_WATCH, ALL_OF, false},
};
/* clang-format on */

static const char *const GROUP[GROUP_COUNT] = {
    [GROUP_OXYGEN] = "oxygen",
    [GROUP_GASPING] = "gasping",
    [GROUP_PH] = "ph",
    [GROUP_AMMONIA] = "ammonia",
    [GROUP_TEMPERATURE] = "temperature",
    [GROUP_TURBIDITY] = "turbidity",
    [GROUP_DATA] = "data",
    [GROUP_SENSOR] = "sensor",
    [GROUP_FOULING] = "fouling",
    [GROUP_DEATHS] = "deaths",
    [GROUP_RIVER] = "river",
    [GROUP_POWER] = "power",
    [GROUP_COLLECTOR] = "collector",
    [GROUP_CHANNEL] = "channel",
    [GROUP_NONE] = "none",
};

const struct cause_info *cause_info(enum cause c)
{
    return &TABLE[c];
}

int cause_find(const char *key, enum cause *out)
{
    for (int c = 0; c < CAUSE_COUNT; c++)
        if (strcmp(TABLE[c].key, key) == 0) {
            *out = (enum cause)c;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

const char *cause_group_name(enum cause_group g)
{
    return GROUP[g];
}

int cause_group_find(const char *name, enum cause_group *out)
{
    for (int g = 0; g < GROUP_COUNT; g++)
        if (strcmp(GROUP[g], name) == 0) {
            *out = (enum cause_group)g;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

/* Both tables use the advice table's keys. What people and switches say (gasping, power, river) and the night come to watch by ways
 * of their own, so that no other cause can hide them. */
bool cause_of_reason(enum status_reason reason, enum cause *out)
{
    static const enum cause ELSEWHERE[] = {CAUSE_GASPING, CAUSE_POWER_LOST, CAUSE_RIVER_BANGAI,
                                           CAUSE_DO_NIGHT};
    enum cause c;

    if (reason == REASON_ALL_WELL || cause_find(status_reason_key(reason), &c) != 0)
        return false;
    for (size_t i = 0; i < sizeof ELSEWHERE / sizeof ELSEWHERE[0]; i++)
        if (ELSEWHERE[i] == c)
            return false;
    *out = c;
    return true;
}

enum alarm_severity cause_severity(enum status_level level)
{
    static const enum alarm_severity OF[] = {
        [STATUS_OK] = ALARM_INFO,
        [STATUS_WATCH] = ALARM_WATCH,
        [STATUS_NO_DATA] = ALARM_NO_DATA,
        [STATUS_DANGER] = ALARM_DANGER,
    };
    return OF[level];
}

int cause_rank(enum cause c, enum alarm_severity s)
{
    return (int)s * 8 + TABLE[c].order;
}

/* A probe that sends nothing usable leaves the pond without data, whatever the reason: it is told like silence. */
static enum cause blind_as(enum cause c, enum alarm_severity s)
{
    return s == ALARM_NO_DATA && TABLE[c].group == GROUP_SENSOR ? CAUSE_NO_DATA : c;
}

int64_t cause_confirm_ms(enum cause c, enum alarm_severity s)
{
    c = blind_as(c, s);
    return s == ALARM_DANGER ? TABLE[c].danger_ms : TABLE[c].watch_ms;
}

unsigned cause_reach_of(enum cause c, enum alarm_severity s)
{
    c = blind_as(c, s);
    return s == ALARM_DANGER ? TABLE[c].danger_reach : TABLE[c].watch_reach;
}

bool cause_for_technician(enum cause c)
{
    return c == CAUSE_FOULING;
}
