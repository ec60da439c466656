/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control: the client of a collector's Unix socket. One JSON object a line each way: a request {"v":1,"op":...}, data
 * lines, then {"end":true} or {"error":{"code":...,"text":...,"where":...}}. The server is collector/control.c. */
#ifndef NILA_COMMON_CONTROL_H
#define NILA_COMMON_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

/* A data line, still JSON text, 0-ended; at most 64 KiB. A non-zero return ends the call and is returned. */
typedef int (*control_line)(void *arg, const char *json);

/* Connects, sends request (one JSON object, no newline), hands every data line to line (may be NULL). 0 after "end";
 * NILA_ERR_NOT_FOUND (no socket: is the collector running?), NILA_ERR_DENIED (the socket may not be opened: why ends in
 * strerror(EACCES); or the collector's "denied"), NILA_ERR_TIMEOUT (nothing for timeout_ms), NILA_ERR_BUSY and NILA_ERR_IO (also
 * the collector's "busy" and "journal"), NILA_ERR_REFUSED (its other errors), NILA_ERR_PROTO, NILA_ERR_CLOSED. why, which may be
 * NULL, has the collector's own words. */
NILA_MUST_CHECK int control_call(const char *socket_path, const char *request, control_line line,
                                 void *arg, int64_t timeout_ms, char *why, size_t why_size);

/* The same; NILA_ERR_CLOSED soon after another thread has made *cancel true (NULL: nobody will). */
NILA_MUST_CHECK int control_call_until(const char *socket_path, const char *request,
                                       control_line line, void *arg, int64_t timeout_ms,
                                       const atomic_bool *cancel, char *why, size_t why_size);

/* The same for an answer that stays open: after its first data line 0 is returned and the connection is the caller's, in *fd, to
 * be closed when it may end. What comes later need not be read when it is little. On an error nothing is open. */
NILA_MUST_CHECK int control_hold(const char *socket_path, const char *request, control_line line,
                                 void *arg, int64_t timeout_ms, int *fd, char *why,
                                 size_t why_size);

#endif
