/* SPDX-License-Identifier: GPL-3.0-or-later */
/* influxd: a real InfluxDB 1.x for a test: private folder, a free port of loopback. */
#ifndef TESTS_INFLUXD_H
#define TESTS_INFLUXD_H

#include <sys/types.h>

struct influxd {
    pid_t pid;              /* 0: killed */
    char dir[256], url[64]; /* "http://127.0.0.1:PORT" */
    char settings[512];
};

/* Starts $NILA_INFLUXD, build/deps/usr/bin/influxd or the influxd in the path. http_settings: further lines of the [http]
 * section, "" none. Returns 0; -1 after printing "skip - ..." when there is none: the caller then calls skip(). */
int influxd_start(struct influxd *d, const char *http_settings);

/* An outage: kill -9, and the same data on the same port again. */
void influxd_kill(struct influxd *d);
void influxd_again(struct influxd *d);

void influxd_stop(struct influxd *d); /* also removes the folder; a zeroed struct is fine */

#endif
