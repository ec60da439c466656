/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seriesfile: many series in one CSV file, one a row, each as long as it is:
 *
 *     id,type,start_year,start_sub,n,h,v1,v2,...
 *
 * n values are the history, h steps are to be forecast. What follows the n values is not looked at. An empty cell or NA is a
 * missing value. Comma, or semicolon with decimal commas (Excel's dialect; the header row decides); UTF-8, a byte order mark
 * is skipped, LF or CRLF; no quotes. Blank lines are skipped.
 *
 * Refused with file:line:column: an id that is empty, longer than SERIESFILE_ID_MAX bytes or stands twice; n outside
 * 2..SERIESFILE_VALUES_MAX, h outside 1..60; start_year outside 0..9999, start_sub outside 1..frequency; fewer cells than n says;
 * a value that is no number or beyond 1e100; fewer than two known values. */
#ifndef ANALYTICS_SERIESFILE_H
#define ANALYTICS_SERIESFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/err.h"

#define SERIESFILE_ID_MAX     64
#define SERIESFILE_VALUES_MAX 10000
#define SERIESFILE_BYTES_MAX  (256u << 20)

struct seriesfile_row {
    char id[SERIESFILE_ID_MAX + 1];
    long line;
    size_t n, h;
    double *value; /* [n], NaN: missing */
    double *after; /* [h] what came, when asked for: NaN where the row ends early; else NULL */
};

struct seriesfile {
    size_t rows, longest; /* longest n */
    struct seriesfile_row *row;
};

/* Reads path ("-": stdin). with_after: also the h values after the history, for measuring accuracy only. NILA_ERR_NOT_FOUND,
 * _DENIED, _IO, _PARSE; NILA_ERR_FULL: more than SERIESFILE_BYTES_MAX bytes. On failure *out is untouched and why (size >= 256)
 * has the words, in English. */
NILA_MUST_CHECK int seriesfile_read(struct seriesfile **out, const char *path, unsigned frequency,
                                    bool with_after, char *why, size_t why_size);
/* The same over bytes in memory; name is used in messages. */
NILA_MUST_CHECK int seriesfile_read_memory(struct seriesfile **out, const char *name,
                                           const char *bytes, size_t size, unsigned frequency,
                                           bool with_after, char *why, size_t why_size);
void seriesfile_free(struct seriesfile *f); /* NULL is fine */

#endif
