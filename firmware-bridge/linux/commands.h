/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands: what the subcommands of nila-bridge do, from options to exit code. They speak to stdout and stderr. */
#ifndef BRIDGE_COMMANDS_H
#define BRIDGE_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/site.h"

#include "event.h"
#include "fault.h"
#include "options.h"
#include "sensors.h"

/* Each returns an exit code of sysexits.h. simulate_command runs until SIGTERM, SIGINT or --for; it must be called
 * before other threads exist. */
int simulate_command(const struct options *o);
int history_command(const struct options *o);

/* The exit code that belongs to a negative enum nila_err. */
int exit_code(int rc);

/* Reads the site file; on failure says why and returns an exit code. */
int load_site(struct site **out, const char *path);

/* Reads the --set options: *out (n entries) is the caller's, free with free(). 0 or EX_USAGE after saying why. */
int read_stocks(struct sensor_stock **out, const struct options *o, const struct site *site);

/* Reads the --fault and --event options, seconds from begin_ms on: *out is the caller's, free with free(). As read_stocks. */
int read_faults(struct fault **out, const struct options *o, const struct site *site);
int read_events(struct event **out, const struct options *o, const struct site *site,
                int64_t begin_ms);

/* Is the device a node that needs no profile file (nila-node, nila-weather)? */
bool built_in(const struct site_device *d);

/* Is its profile one of the node's (nila-node-relay too), so that it has a history? */
bool imitated(const struct site_device *d);

#endif
