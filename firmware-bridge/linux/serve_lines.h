/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve_lines: the lines on which nodes answer: TCP listeners, serial ports and ptys, one thread each, all with the same nodes. */
#ifndef BRIDGE_SERVE_LINES_H
#define BRIDGE_SERVE_LINES_H

#include <pthread.h>
#include <stddef.h>

#include "collector/common/err.h"
#include "firmware-bridge/core/nila_node.h"

#include "serve_config.h"

struct serve_lines; /* opaque */

/* Binds and starts all of c->line. c, node (n of them) and their lock outlive it. Errors as tcp_server_open and rtu_line_open, words in
 * why (size >= 256). End with serve_lines_stop. */
NILA_MUST_CHECK int serve_lines_start(struct serve_lines **out, const struct serve_config *c,
                                      struct nila_node *node, size_t n, pthread_mutex_t *lock,
                                      char *why, size_t why_size);
void serve_lines_stop(struct serve_lines *l); /* NULL is fine */

/* Where line i answers: its TCP port, or 0 and the pty's or serial port's path. */
int serve_lines_port(const struct serve_lines *l, unsigned i, const char **path);

#endif
