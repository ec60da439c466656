/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_region: what the two files of the officer's page share: page_region.c has the harvest, page_balance.c the balance and what
 * it is made of. */
#ifndef ANALYTICS_WEB_PAGE_REGION_H
#define ANALYTICS_WEB_PAGE_REGION_H

#include "analytics/web/page.h"
#include "analytics/web/text.h"

/* A whole number of PAGE_UNIT_KG, and kilograms, as tonnes with one decimal; buf of FORMAT_SIZE. */
void region_units(char *buf, enum lang lang, long long units);
void region_tonnes(char *buf, enum lang lang, double kg);

/* <td>: the rounded mean large, its range small below. */
void region_cell(struct buf *b, long long units, const struct supply_summary *s, enum lang lang);
/* <tr> with first, joint, Kotim, Seruyan. */
void region_heads(struct buf *b, enum text first, enum lang lang);
/* <tr> and its <th>: the month, quarter or total; the row is left open. */
void region_period(struct buf *b, const struct page_forecast *f, size_t period, enum lang lang);

/* Ponds whose records have open questions. */
size_t region_asked(const struct page_model *m);

/* The balance, or why there is none, and the scenario. */
void region_balance(struct buf *b, const struct page_forecast *f, enum lang lang);
/* Assumptions and official figures with source and date. */
void region_basis(struct buf *b, const struct page_forecast *f, enum lang lang);

#endif
