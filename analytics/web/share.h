/* SPDX-License-Identifier: GPL-3.0-or-later */
/* share: what a farmer sends to others over WhatsApp, as a link that the telephone opens; nothing is sent from here. Pure. */
#ifndef ANALYTICS_WEB_SHARE_H
#define ANALYTICS_WEB_SHARE_H

#include "analytics/web/page.h"

/* Appends s with every byte but letters, digits and "-._~" as %XX. */
void share_encode(struct buf *b, const char *s);
/* The link with the pond's state, values, fish and expected harvest; no name of a person, farm or place. Not drawn for who
 * looks after others' ponds, nor where the fish are not theirs to see. */
void share_pond(struct buf *b, const struct page_model *m, const struct page_pond *p,
                enum lang lang);

#endif
