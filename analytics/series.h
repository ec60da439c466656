/* SPDX-License-Identifier: GPL-3.0-or-later */
/* series: one metric of one pond over time, from InfluxDB (InfluxQL, buckets pushed down) or from a collector's socket:
 * two sources, one interface. Only usable values (flag 1 or 2) enter a mean; gaps stay gaps. */
#ifndef ANALYTICS_SERIES_H
#define ANALYTICS_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "collector/common/metric.h"
#include "collector/common/slug.h"

struct series {
    enum metric metric;
    size_t n;
    /* sorted, unique: start of the bucket, or the reading's time when bucket_ms was 0 */
    int64_t *ts_ms;
    double *value; /* never NaN */
};
void series_free(struct series *s); /* frees the arrays; zeroed struct is fine */

/* Takes out what is older than from_ms. */
void series_drop_before(struct series *s, int64_t from_ms);

struct analytics_config;
struct series_source; /* opaque */
/* Opens nothing over the network yet: a server that is away is no error here. NILA_ERR_NOT_FOUND, NILA_ERR_DENIED,
 * NILA_ERR_IO for the token file, NILA_ERR_CONFIG; the words in why (size >= 256). c is copied. Call http_global_init
 * before. */
NILA_MUST_CHECK int series_source_open(struct series_source **out, const struct analytics_config *c,
                                       char *why, size_t why_size);
void series_source_close(struct series_source *s); /* NULL is fine */

/* Current from which an aerator counts as running, A: the configuration's (aerator_a). */
double series_aerator_a(const struct series_source *s);

/* Means of buckets of bucket_ms in [from_ms, to_ms); the first bucket begins at from_ms, so that buckets from a civil
 * midnight are civil. bucket_ms 0: raw values, oldest first; several at one instant (two devices) become their mean.
 * NILA_ERR_IO, NILA_ERR_TIMEOUT, NILA_ERR_CLOSED, NILA_ERR_NOT_FOUND (no collector listens) when the source is away;
 * NILA_ERR_REFUSED, NILA_ERR_DENIED; NILA_ERR_PROTO or NILA_ERR_PARSE for an answer that is not one; NILA_ERR_RANGE for
 * to_ms before from_ms, a negative bucket or more than SERIES_MAX buckets; NILA_ERR_FULL for more than SERIES_MAX raw
 * values. What goes wrong is logged here, when it begins and when it is over. *out is the caller's, series_free.
 * Threads: serialised inside. */
#define SERIES_MAX 20000
NILA_MUST_CHECK int series_load(struct series_source *s, const char *pond, enum metric metric,
                                int64_t from_ms, int64_t to_ms, int64_t bucket_ms,
                                struct series *out);

/* The newest value of each metric of a pond since from_ms, with its flag and bits, usable or not; what is stamped more than
 * ten minutes after now is not looked at. Of two devices that
 * measured the same at the same instant the usable one counts, then the first by name. Errors as series_load. */
struct series_last {
    int64_t ts_ms; /* 0: none */
    double value;  /* NaN when missing */
    int flag, bits;
    char device[SLUG_SIZE];
};
struct series_latest {
    struct series_last metric[METRIC_COUNT];
};
NILA_MUST_CHECK int series_latest(struct series_source *s, const char *pond, int64_t from_ms,
                                  struct series_latest *out);

/* What a contact of the collector (its "inputs": mains present, a button) has read since from_ms. */
struct series_contact {
    int64_t ts_ms;    /* newest reading; 0: none */
    int value;        /* then: 0 or 1 */
    int64_t since_ms; /* it has read so since, as far as is looked back */
    int64_t
        on_ms; /* newest change from 0 to 1; 0: none. What stays at 1 (a jammed button) is pressed once */
};
/* NILA_ERR_UNSUPPORTED: the source is no collector's socket. Errors as series_load. */
NILA_MUST_CHECK int series_contact(struct series_source *s, const char *input, int64_t from_ms,
                                   struct series_contact *out);

/* What a collector last said of itself in the measurement "collector" (a heartbeat a minute). NaN: not told. */
struct series_beat {
    char collector[SLUG_SIZE], site[SLUG_SIZE], regency[SLUG_SIZE], version[33]; /* "": not told */
    int64_t ts_ms;
    double up_s, devices, devices_good, clock_trusted, disk_free_mb, power_weak, pending,
        oldest_unsent_s, journal_bytes, dropped, quarantined, lost_values, fleet_number,
        fleet_failed,
        fleet_trial; /* the office's bundle in force, the highest that failed, one on trial */
};
/* The newest one of each collector since from_ms, in no order; *out is the caller's, free. NILA_ERR_UNSUPPORTED: the source is a
 * collector's socket. Errors as series_load. */
NILA_MUST_CHECK int series_beats(struct series_source *s, int64_t from_ms, struct series_beat **out,
                                 size_t *n);

/* Writes lines (line protocol, ms) to the source's InfluxDB; NILA_ERR_UNSUPPORTED for a socket source, NILA_ERR_REFUSED
 * (refused lines or rights), NILA_ERR_FULL (more than the server takes at once), NILA_ERR_IO (away, busy); the words in
 * why (size >= 256). */
NILA_MUST_CHECK int series_write(struct series_source *s, const char *lines, size_t len, char *why,
                                 size_t why_size);

#endif
