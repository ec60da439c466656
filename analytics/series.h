/* SPDX-License-Identifier: GPL-3.0-or-later */
/* series: one metric of one pond over time, from InfluxDB (InfluxQL, buckets pushed down) or from a collector's socket:
 * two sources, one interface. Only usable values (flag 1 or 2) enter a mean; gaps stay gaps. */
#ifndef ANALYTICS_SERIES_H
#define ANALYTICS_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "analytics/config.h"
#include "collector/common/metric.h"
#include "collector/common/slug.h"

struct series {
    enum metric metric;
    size_t n;
    int64_t *ts_ms; /* sorted, unique: start of the bucket, or the reading's time when bucket_ms was 0 */
    double *value;  /* never NaN */
};
void series_free(struct series *s); /* frees the arrays; zeroed struct is fine */

struct series_source;
NILA_MUST_CHECK int series_source_open(struct series_source **out, const struct analytics_config *c, char *why,
                                       size_t why_size);
void series_source_close(struct series_source *s); /* NULL is fine */

/* Means of buckets of bucket_ms (0: raw values, at most 20000) in [from_ms, to_ms). NILA_ERR_IO, NILA_ERR_TIMEOUT when the
 * source is away, NILA_ERR_REFUSED, NILA_ERR_PROTO. *out is the caller's, series_free. Threads: serialised inside. */
NILA_MUST_CHECK int series_load(struct series_source *s, const char *pond, enum metric metric, int64_t from_ms,
                                int64_t to_ms, int64_t bucket_ms, struct series *out);

/* The newest value of each metric of a pond since from_ms, with its flag and bits, usable or not. */
struct series_last {
    int64_t ts_ms;   /* 0: none */
    double value;    /* NaN when missing */
    int flag, bits;
    char device[SLUG_SIZE];
};
struct series_latest {
    struct series_last metric[METRIC_COUNT];
};
NILA_MUST_CHECK int series_latest(struct series_source *s, const char *pond, int64_t from_ms, struct series_latest *out);

/* Writes lines (line protocol, ms) to the source's InfluxDB; NILA_ERR_UNSUPPORTED for a socket source. */
NILA_MUST_CHECK int series_write(struct series_source *s, const char *lines, size_t len, char *why, size_t why_size);

#endif
