/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_letter: head and signatures of the offices' papers, of a regency's office each. Pure. */
#ifndef ANALYTICS_WEB_PAGE_LETTER_H
#define ANALYTICS_WEB_PAGE_LETTER_H

#include "analytics/web/page.h"
#include "analytics/web/text.h"

/* In the language, as far as the configuration has it. */
const char *letter_office_name(const struct page_model *m, size_t r, enum lang lang);
void letter_head(struct buf *b, const struct page_model *m, size_t r, enum lang lang);
/* "Sampit, 24 November 2026", or dots. */
void letter_place(struct buf *b, const struct page_model *m, size_t r, enum lang lang);
/* Who signs: the head, or who made it (author). */
void letter_sign(struct buf *b, const struct page_model *m, size_t r, bool author, enum lang lang);

#endif
