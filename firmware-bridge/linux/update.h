/* SPDX-License-Identifier: GPL-3.0-or-later */
/* update: sends signed firmware to a node over the bus, waits for its restart and confirms it (core/nila_update.h). What was cut goes on
 * where it was; what does not come back well is not confirmed, and the node returns to what it ran before. */
#ifndef BRIDGE_UPDATE_H
#define BRIDGE_UPDATE_H

#include <signal.h>
#include <stdio.h>

#include "firmware_image.h"
#include "master.h"

struct update_job {
    const struct firmware_image *image; /* one for each slot; the node says which it needs */
    size_t images;
    int poll_ms;     /* between looks */
    int restart_s;   /* how long the node may take to come back */
    int block_bytes; /* of data in one write, 2..200 */
    FILE *out;
    const volatile sig_atomic_t *stop; /* NULL: none will */
};

/* 0, or NILA_ERR_* after saying why: NILA_ERR_REFUSED by the node, NILA_ERR_NOT_FOUND no image fits, NILA_ERR_CLOSED stopped by a
 * signal (started again it goes on), NILA_ERR_TIMEOUT it does not come back. */
NILA_MUST_CHECK int update_run(const struct update_job *job, struct master *m);

/* The subcommands; exit codes of sysexits.h. */
int update_command(int argc, char **argv);
int keygen_command(int argc, char **argv);
int sign_command(int argc, char **argv);
int bundle_command(int argc, char **argv); /* bundle_command.c */

#endif
