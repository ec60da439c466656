/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routes_farmer: what the files of "/catat" share. */
#ifndef ANALYTICS_WEB_ROUTES_FARMER_H
#define ANALYTICS_WEB_ROUTES_FARMER_H

#include "analytics/records/change.h"
#include "analytics/web/page_note.h"
#include "analytics/web/server_own.h"

/* A field of a post, else of the query; "" when it did not come. */
const char *farmer_given(const struct request *q, const char *name);
/* The row of a kind by its uid, with its pond, when the viewer may edit it; 0, or a status. *row is the caller's. */
int farmer_row(const struct request *q, enum note_kind k, const char *uid, struct rec_row **row,
               const struct page_pond **pond);
bool farmer_money(const struct request *q, const struct page_pond *p);

/* routes_photo.c: photos of a harvest's note, for whoever may see money. */
int may_photos(const struct request *q);
void make_photos(const struct request *q, struct reply *r);
int may_photo(const struct request *q);
void make_photo(const struct request *q, struct reply *r);
void make_photo_script(const struct request *q, struct reply *r);
/* routes_conflict.c: what is not at the office yet, and what two sides changed unseen. */
void farmer_standing(const struct request *q, struct note_standing *out);
void make_conflicts(const struct request *q, struct reply *r);

#endif
