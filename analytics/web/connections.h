/* SPDX-License-Identifier: GPL-3.0-or-later */
/* connections: whoever sends a request, or takes an answer, a byte at a time is let go. libmicrohttpd ends a connection after silence
 * alone; here each has a moment by which its request must be there, and one by which its answer must be taken.
 *
 * Threads: a thread of its own looks each second; the rest from any. */
#ifndef ANALYTICS_WEB_CONNECTIONS_H
#define ANALYTICS_WEB_CONNECTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

#define CONNECTIONS_ASK_MS    20000 /* for request line, headers and body */
#define CONNECTIONS_ANSWER_MS 60000 /* for the answer */

struct connections; /* opaque */
/* most: connections there can be at once. ask_ms, answer_ms: 0, the usual. NILA_ERR_IO: no thread. */
NILA_MUST_CHECK int connections_new(struct connections **out, size_t most, int64_t ask_ms,
                                    int64_t answer_ms);
void connections_free(struct connections *c); /* NULL is fine; every connection has ended */

/* One begins on the socket; its place, for the others below. NULL: none is free, then it is not watched. */
struct connection *connections_begin(struct connections *c, int fd);
/* It has asked, and is answered; it was answered, and may ask again; it has ended, before the socket is closed. NULL is fine. */
void connections_asked(struct connections *c, struct connection *one);
void connections_answered(struct connections *c, struct connection *one);
/* Its answer is a long one, to be taken within so many ms. */
void connections_lasts(struct connections *c, struct connection *one, int64_t ms);
void connections_end(struct connections *c, struct connection *one);

#endif
