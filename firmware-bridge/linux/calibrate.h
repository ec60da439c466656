/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate: leads a technician through the calibration of one probe of a node, in words, and writes its certificate. What a reading must be
 * to be taken, and what a calibration to be believed, is decided by the node (core/nila_caltx.h); this is its voice. */
#ifndef BRIDGE_CALIBRATE_H
#define BRIDGE_CALIBRATE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "firmware-bridge/core/nila_cal.h"
#include "master.h"
#include "practice.h"

enum calibrate_action {
    CALIBRATE_RUN,
    CALIBRATE_SHOW,  /* the records: in force and history */
    CALIBRATE_REVERT /* back to the calibration before */
};

struct calibrate_job {
    enum calibrate_action action;
    int channel;               /* 0..7, -1: ask */
    int method;                /* enum nila_cal_method, -1: ask */
    const char *operator_name; /* NULL: ask */
    int operator_id;           /* 0..65535 */
    int due_days;              /* -1: by what is measured */
    int32_t baro_pa;           /* NILA_MISSING: not known, the node's default */
    const char
        *certificate; /* files' name without ending; NULL: made of serial number, channel and day */
    int poll_ms;      /* between looks at the node */
    struct practice *
        practice; /* the node is only for learning: asks where the probes are put; NULL: a real one */
    FILE *in, *out;
    const volatile sig_atomic_t *stop; /* a signal came; NULL: none will */
};

/* The whole talk. The transaction is closed at the node whatever the end. 0, or NILA_ERR_* after saying why: NILA_ERR_CLOSED when the
 * person ended it, NILA_ERR_REFUSED by the node. */
NILA_MUST_CHECK int calibrate_node(const struct calibrate_job *job, struct master *m);

/* The subcommand with its options; an exit code of sysexits.h. argv[0] is "calibrate". */
int calibrate_command(int argc, char **argv);

/* pH x 1000 of a common buffer at a temperature (5..40 C, C x 1000): of 4.01, 6.86, 7.00, 9.18, 10.01, said by name x 1000 (4010, ...).
 * Another name is itself. NIST values for 4.01, 6.86 and 9.18, makers' tables for the others. */
int32_t calibrate_buffer(int32_t name_x1000, int32_t temp_x1000);

#endif
