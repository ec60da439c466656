/* SPDX-License-Identifier: GPL-3.0-or-later */
/* influxcsv: reads InfluxDB's CSV answers piece by piece, strictly.
 *
 * An answer is a header row ("name,tags,time,..."), data rows with as many cells, and after a blank line another header
 * with its rows, and so on. Cells are quoted as in RFC 4180; LF or CRLF ends a row. Nothing at all is an empty answer.
 * Bounds: 512 columns, 1 MiB a row. NUL bytes, a lone quote, a short or long row, a cut last row are NILA_ERR_PARSE. */
#ifndef NILA_COMMON_INFLUXCSV_H
#define NILA_COMMON_INFLUXCSV_H

#include <stddef.h>

#include "collector/common/influx.h"

#define INFLUXCSV_COLUMNS 512
#define INFLUXCSV_ROW_MAX (1024UL * 1024UL)

struct influxcsv; /* opaque; one answer */

/* row is called for every data row; a non-zero return ends the reading and is returned by feed and end. */
struct influxcsv *influxcsv_new(influx_row row, void *arg);
void influxcsv_free(struct influxcsv *c); /* NULL is fine */

/* The next n bytes. 0, NILA_ERR_PARSE (influxcsv_why tells), or what row returned; the same ever after. */
NILA_MUST_CHECK int influxcsv_feed(struct influxcsv *c, const void *bytes, size_t n);

/* No more bytes will come. */
NILA_MUST_CHECK int influxcsv_end(struct influxcsv *c);

/* "row 12: 3 cells where the header has 4"; "" without an error. */
const char *influxcsv_why(const struct influxcsv *c);

#endif
