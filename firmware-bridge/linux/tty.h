/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tty: a serial port as a file descriptor: raw, 8 data bits, ours alone. */
#ifndef BRIDGE_TTY_H
#define BRIDGE_TTY_H

/* Opens path, which does not block; parity 'N', 'E' or 'O', stop_bits 1 or 2. A program that holds the port's lock keeps it.
 * The descriptor, or -1 with errno: EBUSY somebody has it, ENOTTY it is no serial port, EINVAL it cannot do that speed. */
int tty_open(const char *path, int baud, char parity, int stop_bits);

#endif
