/* SPDX-License-Identifier: GPL-3.0-or-later */
/* questions: what does not fit in a pond's records, in plain words, with what to do about it. A sample that is too small has
 * several possible causes; they are listed below it, the likeliest first, as the filter found them. Pure. */
#ifndef ANALYTICS_WEB_QUESTIONS_H
#define ANALYTICS_WEB_QUESTIONS_H

#include "analytics/web/page.h"

/* Whether the pond has any. */
bool questions_any(const struct page_pond *p);
/* Appends a <ul>, nothing when there is none. */
void questions_put(struct buf *b, const struct page_pond *p, enum lang lang);

#endif
