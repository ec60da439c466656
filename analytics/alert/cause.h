/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cause: what an alarm can be about, in one table: its key, the group of causes that are one event to the farmer, how long it
 * must be seen before it is told, and by which kinds of channel. Pure.
 *
 * Keys, channels and times are those of the advice table (users.md section 4, advice.csv); a value that is not there is named
 * in cause.c as an assumption. */
#ifndef ANALYTICS_ALERT_CAUSE_H
#define ANALYTICS_ALERT_CAUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "analytics/records/alarms.h"
#include "analytics/water/status.h"

enum cause {
    CAUSE_DO_CRITICAL,
    CAUSE_DO_NOT_RECOVERING,
    CAUSE_DO_LOW,
    CAUSE_DO_FAST_DROP,
    CAUSE_GASPING,
    CAUSE_PH_LOW,
    CAUSE_PH_HIGH,
    CAUSE_PH_FALL,
    CAUSE_PH_RISE,
    CAUSE_AMMONIA_HIGH,
    CAUSE_TEMP_HIGH,
    CAUSE_TEMP_LOW,
    CAUSE_WATER_TURBID,
    CAUSE_NO_DATA,
    CAUSE_SENSOR_SUSPECT,
    CAUSE_FOULING,
    CAUSE_MORTALITY_SPIKE,
    CAUSE_RIVER_BANGAI,
    CAUSE_POWER_LOST,
    CAUSE_COLLECTOR_SILENT,
    CAUSE_CHANNEL_FAULT, /* a channel cannot tell: no SIM, no signal, the SIM ends soon */
    /* told once, never raised as an alarm */
    CAUSE_NIGHT_NOTICE, /* 15:30 */
    CAUSE_DO_NIGHT,     /* the forecast at dusk */
    CAUSE_HEARTBEAT,
    CAUSE_RECOVERED,
    CAUSE_COUNT
};

enum cause_group {
    GROUP_OXYGEN,
    GROUP_GASPING,
    GROUP_PH,
    GROUP_AMMONIA,
    GROUP_TEMPERATURE,
    GROUP_TURBIDITY,
    GROUP_DATA,
    GROUP_SENSOR,
    GROUP_FOULING,
    GROUP_DEATHS,
    GROUP_RIVER,
    GROUP_POWER,
    GROUP_COLLECTOR,
    GROUP_CHANNEL,
    GROUP_NONE, /* of what is told once */
    GROUP_COUNT
};

/* Kinds of channel, as bits; the records' contacts may take fewer. */
enum cause_reach {
    REACH_SIREN = 1,
    REACH_CALL = 2,
    REACH_SMS = 4,
    REACH_WA = 8,       /* WhatsApp, and mail */
    REACH_TG = 16,      /* Telegram, and ntfy */
    REACH_WEBHOOK = 32, /* a machine is told everything */
};

struct cause_info {
    const char *key;
    enum cause_group group;
    int order;                   /* within a severity: a higher one is told anew */
    int64_t watch_ms, danger_ms; /* seen so long before it is told, by severity */
    unsigned watch_reach,
        danger_reach; /* enum cause_reach; watch_reach also of no data and of what is told once */
    bool second_at_once; /* the second contact is told with the first */
};
/* Never NULL. */
const struct cause_info *cause_info(enum cause c);
NILA_MUST_CHECK int cause_find(const char *key, enum cause *out); /* NILA_ERR_NOT_FOUND */
const char *cause_group_name(enum cause_group g);                 /* "oxygen" */
NILA_MUST_CHECK int cause_group_find(const char *name, enum cause_group *out);

/* Which cause a judgement of the water is; false: none (all is well). */
bool cause_of_reason(enum status_reason reason, enum cause *out);
enum alarm_severity cause_severity(enum status_level level); /* AMAN: ALARM_INFO */

/* What is worse within a group, for rec_alarm.rank; > 0. */
int cause_rank(enum cause c, enum alarm_severity s);
/* ms a cause must be seen before it is told at this severity. */
int64_t cause_confirm_ms(enum cause c, enum alarm_severity s);
unsigned cause_reach_of(enum cause c, enum alarm_severity s);
/* Work for a technician that waits for the day: told from CAUSE_DAY_FROM_H to CAUSE_DAY_TO_H WIB only, by SMS to the technician besides
 * its own reach, and once: its end is not told. */
#define CAUSE_DAY_FROM_H 7
#define CAUSE_DAY_TO_H   18
bool cause_for_technician(enum cause c);

#endif
