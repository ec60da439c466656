/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream: a page that changes by itself, as server-sent events: each event is a new piece of HTML, sent when it differs from the one
 * before. A stream that has nothing to say is suspended and costs nothing; a comment every 15 s finds those who have left. It ends
 * after ten minutes, and the browser's next try is asked anew who it is.
 *
 * Threads: any. Lives in server_stream.c, beside server.c the only file with <microhttpd.h>. */
#ifndef ANALYTICS_WEB_STREAM_H
#define ANALYTICS_WEB_STREAM_H

#include <stdbool.h>

#include "analytics/web/format.h"
#include "collector/common/buf.h"

#define STREAMS_MOST    64 /* at once; half of all connections */
#define STREAM_BEAT_MS  15000
#define STREAM_LIFE_MS  ((int64_t)10 * 60 * 1000)
#define STREAM_RETRY_MS "5000" /* the browser's pause after a break */

struct MHD_Connection;
struct streams; /* opaque */

struct streams_config {
    void (*render)(void *arg, struct buf *b,
                   enum lang lang); /* as it is now; may be called by any thread */
    void (*watched)(void *arg,
                    bool watched); /* the first has come, the last has gone; must not wait */
    void *arg;
};
struct streams *streams_new(const struct streams_config *c);

/* Something has changed, or a second or some have passed. Must be called at least every few seconds: heartbeats and ends are
 * looked at here. */
void streams_publish(struct streams *s);

/* Begins a stream as the answer on the connection. False: there are too many, or the server is about to end; nothing is queued
 * then. */
bool streams_begin(struct streams *s, struct MHD_Connection *connection, enum lang lang);

/* Ends all streams and takes no more: before the daemon is stopped. */
void streams_end(struct streams *s);
void streams_free(struct streams *s); /* after the daemon has stopped; NULL is fine */

#endif
