/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings: the part "alert" of analytics.json. Errors name file:line:column and the cure.
 *
 * "alert": { "every_s": 30, "repeat_min": 15, "second_min": 30, "clear_min": 30, "silent_min": 5, "night_p": 0.5,
 *   "heartbeat": false, "technician": "", "mains": {"input": "mains-present", "lost": 0, "after_s": 45, "name": ""},
 *   "acknowledge": {"input": "ack-button"}, "modems", "channels" (channels_config.h) } */
#ifndef ANALYTICS_ALERT_SETTINGS_H
#define ANALYTICS_ALERT_SETTINGS_H

#include <stdbool.h>

#include "collector/common/jsonconf.h"
#include "collector/common/site.h"

struct alert_settings {
    int every_s;    /* 1..300, default 30: the ponds are looked at so often */
    int repeat_min; /* 5..60, default 15: a danger is told again */
    int second_min; /* 5..240, default 30: the second contact is told */
    int clear_min;  /* 10..240, default 30: well for so long before the all-clear */
    int silent_min; /* 1..120, default 5: a collector that does not answer is told of */
    double night_p; /* 0.05..0.95, default 0.5: chance of a low night that is told at dusk */
    bool heartbeat; /* at 06:00 and 18:00, default false */
    char technician[33];
    /* the collector's input that tells whether mains are there; "" none */
    char mains_input[SLUG_SIZE], mains_name[SITE_NAME_SIZE];
    int mains_lost;    /* what it reads when they are not: 0 or 1; default 0 */
    int mains_after_s; /* 0..55, default 45: away so long before it is told (biofloc: at once) */
    char ack_input[SLUG_SIZE]; /* the button on the box: 1 acknowledges all; "" none */
};

/* Takes the object o, "alert" (NULL: it is absent; all defaults) but for its modems and channels. socket: the source is a
 * collector's, so that inputs can be read. Errors are kept in c. */
void alert_settings_read(struct jsonconf *c, const struct jsonconf_node *o, bool socket,
                         struct alert_settings *out);

#endif
