/* SPDX-License-Identifier: GPL-3.0-or-later */
/* influx: writing to InfluxDB 1.x, 2.x, 3.x and VictoriaMetrics (gzip, precision always said), and asking InfluxDB 1.x
 * (POST /query, InfluxQL, CSV answers), over http.h.
 *
 *   v1  /write?precision=ms&db=[&rp=]                           Basic user:password
 *   v2  /api/v2/write?precision=ms&org=&bucket=                 Authorization: Token
 *   v3  /api/v3/write_lp?precision=millisecond&db=
 *       &accept_partial=true&no_sync=false                      Authorization: Bearer
 *   vm  /write?precision=ms[&db=]                               Basic user:password
 *
 * Threads: one struct influx a thread; influx_cancel may be called from any. Call http_global_init once before. Nothing is
 * logged here: the words come back and the caller, who knows which sink or page it was, logs them once. */
#ifndef NILA_COMMON_INFLUX_H
#define NILA_COMMON_INFLUX_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/buf.h"
#include "collector/common/err.h"

struct influx;

enum influx_api {
    INFLUX_V1, /* 1.x, and the /write of 2.x */
    INFLUX_V2,
    INFLUX_V3,
    INFLUX_VM, /* VictoriaMetrics: its 204 proves nothing, see influx_read_back */
    INFLUX_APIS
};
const char *influx_api_name(enum influx_api api); /* "v1" "v2" "v3" "vm" */

struct influx_config {
    enum influx_api api;          /* 0: v1 */
    const char *url;              /* "http://127.0.0.1:8086", no path */
    const char *database;         /* v1, v3; vm: the value of the label db, NULL none */
    const char *retention_policy; /* v1; NULL or "": the database's default */
    const char *org, *bucket;     /* v2 */
    const char *user_pass;        /* v1, vm: "user:password"; NULL or "" none */
    const char *token;            /* v2, v3; NULL or "" none */
    const char *ca_file; /* PEM, trusted instead of the system's; NULL or "": the system's */
    int64_t timeout_ms;  /* 0: 10000 */
};

/* What a write came to. */
enum influx_verdict {
    INFLUX_STORED, /* 204: acknowledged */
    INFLUX_BAD_LINES, /* 400/422 in JSON: some line is refused; the others may or may not be stored. Bisect */
    INFLUX_TOO_BIG, /* 413: halve */
    INFLUX_MISCONFIGURED, /* 2xx but 204, 3xx 401 403 404 405 415 and other 4xx, 400 from another server than InfluxDB or
                           * about the request, 500 "retention policy not found", a url that is none, a certificate that
                           * is not trusted: keep the data, a person must act */
    INFLUX_LATER /* 408 429 5xx, no connection, time-out, a body cut on its way: try again */
};

#define INFLUX_NAMED_MAX 64

struct influx_answer {
    enum influx_verdict verdict;
    long status;            /* HTTP status, 0 when none came */
    int64_t retry_after_ms; /* -1 when the server did not say */
    char text[256];         /* the server's or libcurl's words, one line */
    long
        refused_old; /* BAD_LINES: points older than the server keeps, the others are stored; else -1 */
    /* BAD_LINES: lines the server named, numbered from 0, rising; there may be more. named 0: it named none */
    size_t named, line[INFLUX_NAMED_MAX];
};

/* Copies c. NILA_ERR_CONFIG: url is not http:// or https:// with a host and no path, or no database (v1, v3), org or
 * bucket (v2). */
NILA_MUST_CHECK int influx_open(struct influx **out, const struct influx_config *c);
void influx_close(struct influx *db); /* NULL is fine */
void influx_cancel(
    /* ends a running call of another thread soon, and every later one (http_cancel) */
    struct influx *db);

/* One batch of whole lines. 0 whenever out was filled; NILA_ERR_CLOSED when cancelled. */
NILA_MUST_CHECK int influx_write(struct influx *db, const char *lines, size_t len,
                                 struct influx_answer *out);

/* vm only: asks the server (/api/v1/export) for the first field of one line of ours (without its LF). STORED: it has the
 * point with this value. LATER: it has not (status 200) or does not answer; new points show after seconds.
 * MISCONFIGURED: as for a write. 0 whenever out was filled; NILA_ERR_CLOSED; NILA_ERR_RANGE: a line with an escape or
 * without a time cannot be asked for. */
NILA_MUST_CHECK int influx_read_back(struct influx *db, const char *line, size_t len,
                                     struct influx_answer *out);

/* One row of a CSV answer: name = measurement, tags = InfluxDB's "k=v,k=v" text, then the columns. time is in ms. */
typedef int (*influx_row)(void *arg, size_t n, const char *const *column, const char *const *cell);

/* Runs one InfluxQL statement with epoch=ms and calls row for every data row; a non-zero return ends it and is
 * returned. NILA_ERR_REFUSED with the server's words in why (size why_size >= 256, may be NULL) for a query error, a
 * missing database or missing rights; NILA_ERR_IO for 5xx; NILA_ERR_PARSE for an answer that is not the expected CSV;
 * errors of http_do else. Answers over 64 MiB are NILA_ERR_FULL. InfluxDB 1.x leaves the error of a statement out of CSV
 * (a missing database looks like no data), so an empty answer is asked for once more as JSON. */
NILA_MUST_CHECK int influx_query(struct influx *db, const char *influxql, influx_row row, void *arg,
                                 char *why, size_t why_size);

/* InfluxQL literals: 'text' with quotes, backslashes and line ends escaped, and "identifier". */
void influx_quote_string(struct buf *b, const char *s);
void influx_quote_name(struct buf *b, const char *s);

/* CREATE DATABASE if it is not there. Errors as influx_query. */
NILA_MUST_CHECK int influx_create_database(struct influx *db, char *why, size_t why_size);

#endif
