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

/* A copy of what is known at now_ms, reading it first when it has changed. What cannot be read (logged by records) stays as it
 * was. *out is the caller's, page_board_free. */
void board_copy(struct board *b, int64_t now_ms, struct page_board *out);
void page_board_free(struct page_board *b); /* a zeroed struct is fine */

#endif
