/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands: what nila-analytics' subcommands do. Data go to stdout, words to stderr; the value returned is the program's
 * exit code (sysexits.h). */
#ifndef ANALYTICS_COMMANDS_H
#define ANALYTICS_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "analytics/records/records.h"

struct command_options {
    const char *config;  /* path of analytics.json; never NULL */
    const char *records; /* SQLite file named directly; NULL: the configuration's */
    bool english, json, quiet;
    /* serve */
    int port;          /* -1: the configuration's */
    const char *ready; /* file that gets {"port":N,"pid":N} once the pages answer; NULL none */
    /* import */
    enum records_table table;
    const char *file; /* "-": stdin */
    bool dry_run;
    /* forecast; 0, NULL or negative: the configuration's, or its default */
    const char *as_of; /* YYYY-MM-DD; NULL: today */
    long months, draws;
    int64_t seed;      /* -1: the configuration's */
    const char *scope; /* "tracked" or "all"; NULL: tracked */
    const char *out;   /* NULL or "-": stdout */
};

/* Serves the pages until SIGTERM, SIGINT or SIGHUP. Call it before any thread is started. */
int command_serve(const struct command_options *o);
int command_check(const struct command_options *o);
int command_import(const struct command_options *o);
int command_forecast(const struct command_options *o);

/* The exit code for an error of ours. */
int command_exit_code(int rc);

#endif
