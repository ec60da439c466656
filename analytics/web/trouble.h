/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trouble: what a technician must look at, worst first, from what the collectors say of themselves. Pure. */
#ifndef ANALYTICS_WEB_TROUBLE_H
#define ANALYTICS_WEB_TROUBLE_H

#include "analytics/web/fleet.h"
#include "analytics/web/text.h"

/* Worst first. */
enum trouble_kind {
    TROUBLE_BOX, /* the collector gives no answer */
    TROUBLE_BUS_AWAY,
    TROUBLE_BUS_SILENT, /* none of its devices, of which there are several, answers */
    TROUBLE_DEVICE,     /* gives no good answer */
    TROUBLE_DISK_READ_ONLY,
    TROUBLE_DISK,
    TROUBLE_LOST,
    TROUBLE_DROPPED,
    TROUBLE_SINK_REFUSES,
    TROUBLE_POWER,
    TROUBLE_CLOCK,
    TROUBLE_SINK_AWAY,
    TROUBLE_SPOOL,
    TROUBLE_DEVICE_PART, /* answers, but not for all its registers */
    TROUBLE_DEVICE_NOISY,
    TROUBLE_BUS_BUSY,
    TROUBLE_QUARANTINE
};

struct trouble {
    enum trouble_kind kind;
    const struct fleet_box *box; /* of the view */
    size_t at;                   /* which of its buses, devices or sinks, where it is about one */
    int64_t since_ms;            /* 0: not known */
};

/* Everything, worst first; of one kind the oldest first. The caller frees. */
struct trouble *troubles_of(const struct fleet_view *v, size_t *n);

/* Nothing works there, rather than badly. */
bool trouble_grave(enum trouble_kind kind);

/* How the device is: TEXT_TECH_DEV_WELL, _DEAD, ...; good only when its last round was. */
enum text trouble_device_word(const struct fleet_device *d);
/* Is it one from which values should come and do not? */
bool trouble_device_dead(const struct fleet_device *d);

/* Limits beyond which it is a trouble. */
#define TROUBLE_SPOOL_MS      INT64_C(3600000)
#define TROUBLE_DISK_BYTES    (INT64_C(64) * 1024 * 1024)
#define TROUBLE_NOISY_FROM    50   /* questions, before a share is believed */
#define TROUBLE_NOISY_SHARE   0.05 /* of them that failed */
#define TROUBLE_BUSY_PERMILLE 900

#endif
