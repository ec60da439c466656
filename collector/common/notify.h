/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notify: what systemd wants to hear of a service of Type=notify (sd_notify's datagrams, without its library). */
#ifndef NILA_COMMON_NOTIFY_H
#define NILA_COMMON_NOTIFY_H

#include <stdint.h>

/* Sends "READY=1", "STATUS=...", "WATCHDOG=1", "STOPPING=1" to $NOTIFY_SOCKET; nothing when there is none. */
void notify_systemd(const char *state);

/* How often systemd wants to hear WATCHDOG=1: half of WATCHDOG_USEC, in ms; 0: never. */
int64_t notify_watchdog_ms(void);

#endif
