/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor: what is wrong between probe and server, one finding a line, each with its cure. doctor_*.c look, command_doctor.c shows.
 * Nothing is changed: a sink gets an empty write, a device is read. */
#ifndef COLLECTOR_DOCTOR_H
#define COLLECTOR_DOCTOR_H

#include <stdbool.h>

#include "collector/common/buf.h"
#include "options.h"
#include "setup.h"

enum doctor_level {
    DOCTOR_OK,
    DOCTOR_WARN, /* it works, but may not for long or not in every case */
    DOCTOR_FAIL,
    DOCTOR_LEVELS
};
const char *doctor_level_name(enum doctor_level l); /* "ok" "warn" "fail" */

struct doctor_finding {
    enum doctor_level level;
    char *what, *cure; /* in the language asked for; cure "" with DOCTOR_OK */
};

struct doctor {
    const struct options *o;
    const struct setup *s;
    bool running; /* a collector answers on the site's socket */
    bool config;  /* a failure that only a change of the configuration mends */
    struct doctor_finding *f;
    size_t n;
};

/* Adds a finding: text what with words a, b, c, and its cure with a and b. cure TEXT_COUNT: none. */
void doctor_add(struct doctor *d, enum doctor_level level, enum text what, enum text cure,
                const char *a, const char *b, const char *c);
void doctor_free(struct doctor *d);

void doctor_collector(struct doctor *d); /* does it run, what waits; sets running: the first */
void doctor_buses(struct doctor *d);     /* ports, adapters, one device each */
void doctor_machine(struct doctor *d);   /* clock, disk, power */
void doctor_sinks(
    struct doctor *d); /* names, servers, tokens; http_global_init must have been called */
void doctor_notes(struct doctor *d); /* what check would tell */

#endif
