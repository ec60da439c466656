/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watertable: a CSV of measurements in memory, with its columns by metric names, to be written again with columns added. Every cell
 * keeps its text, and its place for what has to be said about it. */
#ifndef ANALYTICS_WATERTABLE_H
#define ANALYTICS_WATERTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/buf.h"
#include "collector/common/err.h"

struct watertable; /* opaque */

/* Reads path ("-": stdin). Errors and why as csv_open; NILA_ERR_PARSE also for a broken row. *out is the caller's. */
NILA_MUST_CHECK int watertable_read(struct watertable **out, const char *path, char *why,
                                    size_t why_size);
void watertable_free(struct watertable *t); /* NULL is fine */

size_t watertable_rows(const struct watertable *t);
size_t watertable_columns(const struct watertable *t);
const char *watertable_name(const struct watertable *t, size_t column);

/* The column of a metric, by its name or a name for CSV files (metric_find_alias); or any column by its exact name. -1: none. */
int watertable_find(const struct watertable *t, const char *name);

/* The column as numbers, value[rows]: NaN where the cell is empty, "-", na, nan, null or none. NILA_ERR_PARSE for other text, with
 * file:line:column in why. */
NILA_MUST_CHECK int watertable_numbers(const struct watertable *t, int column, double *value,
                                       char *why, size_t why_size);

/* The column as instants (civil_parse_iso; without an offset wall time, taken as WIB), ts_ms[rows]. Errors as above. */
NILA_MUST_CHECK int watertable_times(const struct watertable *t, int column, int64_t *ts_ms,
                                     char *why, size_t why_size);

/* "file:line:column" of a cell, or of the row's first when column is -1. */
void watertable_place(const struct watertable *t, size_t row, int column, char *text, size_t size);

/* A column to be added: NaN is an empty cell. */
struct watertable_added {
    const char *name;
    const double *value; /* [rows] */
    int digits;          /* significant ones */
};

/* The whole table with n added columns, CSV in the dialect it came in, or with json one object a line. A name that is there already
 * gets "_calc" behind it. */
void watertable_write(const struct watertable *t, const struct watertable_added *added, size_t n,
                      bool json, struct buf *b);

/* Appends text as a JSON string, quotes and all. */
void watertable_json_text(struct buf *b, const char *text);

#endif
