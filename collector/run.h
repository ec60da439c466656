/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run: the daemon. Starts journal, sinks, poller, switches and socket, and stops them in the reverse order on SIGTERM or SIGINT.
 * SIGHUP: the site file is read anew; with mistakes, or when it cannot be run, the one before goes on. */
#ifndef COLLECTOR_RUN_H
#define COLLECTOR_RUN_H

#include <stdbool.h>

struct run_options {
    const char *config;  /* site file */
    const char *devices; /* folder of profiles, NULL: the default */
    bool json;           /* print one line {"ready":true,...} to stdout when all is up */
    bool trust_clock;    /* the operator's word that the wall clock is good */
};

/* Runs until a signal; returns an exit code of sysexits.h. */
int run_collector(const struct run_options *o);

/* The exit code for an error met before the work began. */
int run_exit_code(int rc);

#endif
