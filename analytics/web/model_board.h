/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_board: what the records say of alarms, buttons, limits of ponds and nights, for the pages. Read again when the records' file
 * changes, at least every minute: what somebody pressed is on the next page. Threads: any. */
#ifndef ANALYTICS_WEB_MODEL_BOARD_H
#define ANALYTICS_WEB_MODEL_BOARD_H

#include "analytics/records/alarms.h"
#include "analytics/web/page.h"

struct board; /* opaque */

/* The mark (records_mark) that watch leaves as long as it runs. */
#define BOARD_WATCH_MARK "watch"

/* Borrowed; path: of the records' file. Never NULL. */
struct board *board_new(struct records *r, const char *path);
void board_free(struct board *b); /* NULL is fine */

/* What is known at now_ms, reading it first when it has changed; the same for all who ask until it changes, and not to be written. What
 * cannot be read (logged by records) stays as it was. The caller's, board_release. */
struct board_view;
struct board_view *board_take(struct board *b, int64_t now_ms);
const struct page_board *board_known(const struct board_view *v);
void board_release(struct board_view *v); /* NULL is fine */

/* The month's report, from the records as they were read last: made anew when ten minutes have passed. r: a connection that may be busy
 * a while. */
void board_month(struct board *b, struct records *r, const struct records_snapshot *s,
                 int64_t now_ms);
void page_board_free(struct page_board *b); /* a zeroed struct is fine */

#endif
