/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_parts: what the pages of accounts have in common. Everything is appended to b. */
#ifndef ANALYTICS_WEB_ACCOUNT_PARTS_H
#define ANALYTICS_WEB_ACCOUNT_PARTS_H

#include "analytics/web/page_account.h"

/* Head, title and what came of the last form. parts_end ends the page. */
void account_begin(struct buf *b, const struct page_frame *p, const char *path, enum text title,
                   enum lang lang);
/* A form that posts to path; what: its field "apa", NULL none. account_form_end closes it. */
void account_form(struct buf *b, const char *path, const struct viewer *v, const char *what);
void account_form_end(struct buf *b, enum text button, enum lang lang);
/* A labelled field; autocomplete: a token of HTML, "off". */
void account_field(struct buf *b, const char *name, const char *type, const char *autocomplete,
                   enum text label, const char *value, enum lang lang);
enum text account_role(enum role r);
/* The farms or regencies. */
void account_scope(struct buf *b, const struct page_frame *p, const struct rec_user *u,
                   enum lang lang);
/* What was done to accounts, a line each. */
void account_events(struct buf *b, const struct page_frame *p, const struct rec_user_event *event,
                    size_t events, enum lang lang);

#endif
