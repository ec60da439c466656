/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model: keeps what the pages show. One thread reads the newest values (every refresh_ms) and the days that pages ask
 * for; one reads the records when their file changes; one computes the forecast (at start, hourly, when records change, but so that it
 * computes for a third of the time at most).
 *
 * A page takes a picture: its own copy, judged at that instant, so that a value grows old even while the database hangs.
 * When the database is away, what was known stays, with its time; status_judge then says no data by itself.
 * Threads: model_picture and model_day from any thread; start and stop from one. */
#ifndef ANALYTICS_WEB_MODEL_H
#define ANALYTICS_WEB_MODEL_H

#include "analytics/config.h"
#include "analytics/web/page.h"
#include "analytics/web/whatif.h"

struct model; /* opaque */

/* A picture's ponds are judged at most so long before it: pictures within it share them. */
#define MODEL_PICTURE_MS 1000

struct model_config { /* pointers are borrowed */
    const struct analytics_config *config;
    struct records *records;
    /* a connection of its own for what reads everything (it is held for that long); NULL: records */
    struct records *bulk;
    struct series_source *series;       /* NULL: no source */
    const struct status_limits *limits; /* not NULL */
    struct whatif *whatif;              /* gets every forecast; NULL: nobody compares */
    int64_t refresh_ms, forecast_ms;    /* > 0 */
};

/* Reads the records once, then starts the threads. Records that cannot be read are tried again by the thread.
 * NILA_ERR_IO: no thread. */
NILA_MUST_CHECK int model_start(struct model **out, const struct model_config *c);
/* Waits for the query and forecast under way; NULL is fine. */
void model_stop(struct model *m);

/* Makes the records thread look for changes at once instead of within the minute. */
void model_look(struct model *m);

/* Calls use with the records as they were read last; they stay as they are until it returns, and nothing waits for it. While they have
 * not been read it is not called. */
void model_records(struct model *m, void (*use)(void *arg, const struct records_snapshot *s),
                   void *arg);

/* The picture of now (its ponds MODEL_PICTURE_MS old at most, and never older than a button pressed or a record changed), ordered; NULL while the records have not been read. The caller's, model_picture_free. */
struct page_model *model_picture(struct model *m);
void model_picture_free(struct page_model *p); /* NULL is fine */

/* The last 24 hours of a pond, or a longer time, with what the records say of its cycle. A cycle that is not open is shown
 * as a week. Waits at most wait_ms for the reading thread, not at all while the database is away; out->ready is false when
 * that time was never read. *out is the caller's, model_day_free. */
void model_day(struct model *m, const char *slug, enum page_span span, int64_t wait_ms,
               struct page_day *out);
void model_day_free(struct page_day *d);

#endif
