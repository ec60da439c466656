/* SPDX-License-Identifier: GPL-3.0-or-later */
/* victoria: a real VictoriaMetrics for a test: private folder, a free port of loopback. */
#ifndef TESTS_VICTORIA_H
#define TESTS_VICTORIA_H

#include <sys/types.h>

struct victoria {
    pid_t pid;
    char dir[256], url[64]; /* "http://127.0.0.1:PORT" */
};

/* Starts $NILA_VICTORIA_METRICS, build/deps/usr/bin/victoria-metrics or that of the path, which keeps 31 days and takes a
 * point sent twice as one. Returns 0; -1 after printing "skip - ..." when there is none: the caller then calls skip(). */
int victoria_start(struct victoria *v);
void victoria_stop(struct victoria *v); /* also removes the folder; a zeroed struct is fine */

#endif
