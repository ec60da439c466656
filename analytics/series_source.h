/* SPDX-License-Identifier: GPL-3.0-or-later */
/* series_source: what the two sources of series.h have in common. Only series*.c include this. */
#ifndef ANALYTICS_SERIES_SOURCE_H
#define ANALYTICS_SERIES_SOURCE_H

#include "series.h"

#define SERIES_TIMEOUT_MS 5000
#define SERIES_WHY_SIZE   256

/* Takes readings in any order; what becomes of them is in it. */
struct series_sink {
    int64_t from_ms, bucket_ms;
    size_t n, cap;
    struct series_point {
        int64_t ts_ms; /* start of its bucket */
        double sum;
        long count;
    } * point;
};
/* NILA_ERR_FULL beyond SERIES_MAX points. Points of the same bucket that follow each other are joined at once. */
NILA_MUST_CHECK int series_sink_add(struct series_sink *k, int64_t ts_ms, double value);

/* One newer or better value for latest. */
void series_latest_offer(struct series_last *last, const struct series_last *found);

/* A source: open makes impl; the calls are serialised by series.c. why has size SERIES_WHY_SIZE. */
struct series_ops {
    int (*load)(void *impl, const char *pond, enum metric metric, int64_t to_ms,
                struct series_sink *sink, char *why);
    int (*latest)(void *impl, const char *pond, int64_t from_ms, struct series_latest *out,
                  char *why);
    int (*write)(void *impl, const char *lines, size_t len, char *why); /* NULL: not possible */
    /* NULL: not possible */
    int (*contact)(void *impl, const char *input, int64_t from_ms, struct series_contact *out,
                   char *why);
    /* NULL: not possible. What was found before a failure is the caller's too */
    int (*beats)(void *impl, int64_t from_ms, struct series_beat **out, size_t *n, char *why);
    void (*close)(void *impl);
};

NILA_MUST_CHECK int series_influx_open(void **impl, const struct analytics_config *c, char *why,
                                       size_t why_size);
NILA_MUST_CHECK int series_socket_open(void **impl, const struct analytics_config *c, char *why,
                                       size_t why_size);
extern const struct series_ops SERIES_INFLUX, SERIES_SOCKET;

#endif
