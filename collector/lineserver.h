/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lineserver: a Unix stream socket on which clients send requests of one line each and get lines back.
 *
 * One thread serves up to LINESERVER_CLIENTS at once with poll(2); further ones are told so and closed. A client that
 * sends a line of more than 64 KiB, does not read its answer for 30 s, or is silent for 5 minutes is dropped. Answers are
 * made piece by piece as the client takes them, so that a long one needs little memory. */
#ifndef COLLECTOR_LINESERVER_H
#define COLLECTOR_LINESERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/common/buf.h"

#define LINESERVER_CLIENTS 16
#define LINESERVER_REQUEST 65536 /* bytes, with its LF */

struct lineserver; /* opaque */

/* What the program does with requests; all calls come from the server's thread. */
struct lineserver_ops {
    /* A request without its LF, 0-ended; appends the answer's lines to out. Returns NULL when that is all, else a state
     * for more. */
    void *(*request)(void *arg, const char *line, size_t len, struct buf *out);
    /* Appends the next piece; returns 1 when there is more to come, 0 at the end. */
    int (*more)(void *arg, void *state, struct buf *out);
    /* Ends a state, finished or not. */
    void (*drop)(void *arg, void *state);
    /* The line to send to a client that is refused: too many clients, or a line too long. */
    const char *refuse_busy, *refuse_long;
    void *arg;
};

/* Listens on path with the given mode. The file of a dead process is replaced, never one that answers: NILA_ERR_BUSY.
 * NILA_ERR_RANGE: path too long; NILA_ERR_NOT_FOUND: no such folder; NILA_ERR_DENIED; NILA_ERR_IO. Logged here. */
NILA_MUST_CHECK int lineserver_start(struct lineserver **out, const char *path, mode_t mode,
                                     const struct lineserver_ops *ops);

/* Drops all clients, removes the socket's file; NULL is fine. */
void lineserver_stop(struct lineserver *s);

#endif
