/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lineserver: a Unix stream socket on which clients send requests of one line each and get lines back.
 *
 * One thread serves up to LINESERVER_CLIENTS at once with poll(2); further ones are told so and closed. A client that
 * sends a line of more than 64 KiB, does not read its answer for 30 s, or is silent for 5 minutes is dropped. Answers are
 * made piece by piece as the client takes them, so that a long one needs little memory, and in turns of 20 ms, so that one who
 * asks much holds up nobody. */
#ifndef COLLECTOR_LINESERVER_H
#define COLLECTOR_LINESERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/common/buf.h"

#define LINESERVER_CLIENTS 16
#define LINESERVER_REQUEST 65536 /* bytes, with its LF */

#define LINESERVER_GROUPS  64 /* of a client; one of more groups is known by none but its first */

struct lineserver; /* opaque */

/* Who is at the other end, as the kernel saw it when he connected (SO_PEERCRED, SO_PEERGROUPS). */
struct lineserver_peer {
    bool known;
    uid_t uid;
    gid_t gid;
    unsigned groups; /* used entries of group: the supplementary ones */
    gid_t group[LINESERVER_GROUPS];
};

/* Returned by more: the answer is not there yet; lineserver_wake tells when it is. */
#define LINESERVER_LATER 2

/* What the program does with requests; all calls come from the server's thread. */
struct lineserver_ops {
    /* A request without its LF, 0-ended; appends the answer's lines to out. Returns NULL when that is all, else a state
     * for more. */
    void *(*request)(void *arg, const struct lineserver_peer *peer, const char *line, size_t len,
                     struct buf *out);
    /* Appends the next piece; returns 1 when there is more to come, 0 at the end, LINESERVER_LATER. The client is dropped
     * when it is later than 30 s. */
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

/* Answers that were to come later may be there: more is called again for each. Any thread, while the server lives. */
void lineserver_wake(struct lineserver *s);

/* Drops all clients, removes the socket's file; NULL is fine. */
void lineserver_stop(struct lineserver *s);

#endif
