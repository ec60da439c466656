/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server: the web pages, their buttons and the read-only API over HTTP/1.1; the only file with <microhttpd.h> but for
 * server_stream.c.
 *
 * GET, HEAD and posts of forms; Indonesian by default. Plain HTTP, or TLS with web.tls_cert and web.tls_key. A page never waits
 * for the database longer than WEB_CHART_WAIT_MS: a refresher thread reads, pages show what was read and how old it is.
 * Bounds: 16 KiB a connection for request line and headers, 64 kB a form, 2,048 connections (as far as the process may open files),
 * 64 of one address (behind a proxy: no such bound), 10 s of silence, 20 s for a whole request, 60 s for an answer.
 * Threads: four that answer, two that refresh; web_stop joins them. */
#ifndef ANALYTICS_WEB_SERVER_H
#define ANALYTICS_WEB_SERVER_H

#include <stddef.h>

#include "analytics/config.h"
#include "analytics/records/records.h"
#include "analytics/series.h"
#include "analytics/water/status.h"

#define WEB_CHART_WAIT_MS 1500

struct web; /* opaque */

/* All pointers are borrowed and must outlive the struct web. */
struct web_config {
    /* bind, port, notice, phone, seed, draws, months, records_path */
    const struct analytics_config *config;
    struct records *records;
    struct series_source *series;       /* NULL: no source; every pond is then without data */
    const struct status_limits *limits; /* NULL: the configuration's */
    unsigned refresh_s;                 /* newest values are read this often; 1..600, 0: 15 */
    unsigned forecast_s; /* the forecast is computed anew at least this often; 60..86400, 0: 3600 */
};

/* Binds, starts the threads and returns at once; the forecast appears on the pages when it is ready. On success *out is
 * the caller's, web_stop. NILA_ERR_BUSY (port taken), NILA_ERR_DENIED (port below 1024), NILA_ERR_CONFIG (address not
 * understood, refresh_s out of range), NILA_ERR_IO; why (size >= 160) has the words. */
NILA_MUST_CHECK int web_start(struct web **out, const struct web_config *c, char *why,
                              size_t why_size);

/* The port bound, also when config asked for 0. */
int web_port(const struct web *w);

/* Ends the answers under way and joins the threads; NULL is fine. Takes at most the time of one query or one forecast. */
void web_stop(struct web *w);

#endif
