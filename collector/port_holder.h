/* SPDX-License-Identifier: GPL-3.0-or-later */
/* port_holder: which process has a serial port, so that a person can be told. */
#ifndef COLLECTOR_PORT_HOLDER_H
#define COLLECTOR_PORT_HOLDER_H

#include <stdbool.h>
#include <sys/types.h>

struct port_holder {
    pid_t pid;
    char name[32]; /* of the program, as the kernel knows it (15 characters) */
};

/* The process that holds a lock on port (/proc/locks, for everybody to read) or, as far as we may look, has it open (a pty:
 * only a lock counts). False: none was found. */
bool port_holder_find(const char *port, struct port_holder *out);

#endif
