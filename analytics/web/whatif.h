/* SPDX-License-Identifier: GPL-3.0-or-later */
/* whatif: comparisons that pages ask for, computed by a thread of their own from the newest forecast, one at a time, and kept until
 * the next forecast. Nobody waits: who asks gets the result or is told to come again.
 *
 * At most WHATIF_KEPT are kept or wait; a new one takes the place of the one asked for longest ago that is done.
 * Threads: any, but new and free from one. */
#ifndef ANALYTICS_WEB_WHATIF_H
#define ANALYTICS_WEB_WHATIF_H

#include "analytics/supply/compare.h"

#define WHATIF_KEPT 16

struct whatif; /* opaque */

enum whatif_state {
    WHATIF_READY,
    WHATIF_WAIT, /* being computed, or no forecast was made yet */
    WHATIF_FULL, /* too many wait */
    WHATIF_FAILED
};

/* NILA_ERR_IO: no thread. */
NILA_MUST_CHECK int whatif_new(struct whatif **out);
/* Waits for the comparison under way; NULL is fine. */
void whatif_free(struct whatif *w);

/* The newest forecast and the request that made it; f is w's from now on (freed at once when w is NULL). What was compared with
 * the one before is forgotten. */
void whatif_base(struct whatif *w, struct forecast *f, const struct forecast_request *q);

/* WHATIF_READY: *out is the caller's copy, compare_free. Else *out is untouched. */
enum whatif_state whatif_ask(struct whatif *w, const struct scenario *s, struct compare **out);

#endif
