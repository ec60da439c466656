/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_region: what the files of the officer's page share: page_region.c has the harvest, page_balance.c the balance and what
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
/* The name of a period: its month, quarter or "total". */
void region_period_name(struct buf *b, const struct page_forecast *f, size_t period,
                        enum lang lang);
/* <tr> with first, joint, Kotim, Seruyan. */
void region_heads(struct buf *b, enum text first, enum lang lang);
/* <tr> and its <th>: the month, quarter or total; the row is left open. */
void region_period(struct buf *b, const struct page_forecast *f, size_t period, enum lang lang);

/* May the node's figures be shown? Of a kecamatan: does it stand for a cell that may be? */
bool region_told(const struct page_forecast *f, size_t node);
/* ponds[node], NaN when the node is not told. */
double region_count(const struct page_forecast *f, size_t node, const unsigned ponds[SUPPLY_NODES]);
/* Is the node a row of its own: joint, a regency, a kecamatan that stands for its cell? */
bool region_stands(const struct page_forecast *f, size_t node);
/* What the row of a node is called, "Baamang + Kota Besi" of a cell; and its codes, "62.02.01+62.02.05". Plain text; the
 * caller's to buf_free. */
void region_row_name(struct buf *b, const struct page_forecast *f, size_t node, enum lang lang);
void region_row_code(struct buf *b, const struct page_forecast *f, size_t node);
/* The same of the cell that kecamatan k stands for. */
void region_cell_name(struct buf *b, const struct merge *m, size_t k);

/* What a node is called: joint, a regency, a kecamatan. */
const char *region_node_name(size_t node, enum lang lang);
/* Harvest of every period for joint and both regencies: a table's body. */
void region_month_rows(struct buf *b, const struct page_forecast *f, enum lang lang);
/* Are ponds that nobody follows counted in? Then every figure has two parts. */
bool region_has_parts(const struct page_forecast *f);
/* Followed ponds and the estimate beyond them, two columns for joint and each regency, by period; nothing when not counted. */
void region_split(struct buf *b, const struct page_forecast *f, enum lang lang);
/* The two <td> of a node and period. */
void region_split_cells(struct buf *b, const struct page_forecast *f, size_t node, size_t period,
                        enum lang lang);

/* Text arguments of a sentence on coverage: {n} of {m} ponds, {a} {ma} Kotim, {b} {mb} Seruyan, {draws}. */
struct region_cover {
    char n[7][FORMAT_SIZE];
    struct text_arg args[8];
};
void region_cover(struct region_cover *c, const struct page_forecast *f, enum lang lang);

/* What the other regency's office gave, and how it fits; nothing where all records are here. page_given.c */
void region_given(struct buf *b, const struct page_forecast *f, enum lang lang);

/* Ponds whose records have open questions. */
size_t region_asked(const struct page_model *m);

/* Why a balance or its chance is not told, and what supply is without an official figure. */
void region_gaps(struct buf *b, const struct page_forecast *f, enum lang lang);
/* The balance, or why there is none, and the scenario. */
void region_balance(struct buf *b, const struct page_forecast *f, enum lang lang);
/* Where earlier forecasts have changed the spread, and the link to how right they were. */
void region_accuracy(struct buf *b, const struct page_forecast *f, enum lang lang);
/* Assumptions and official figures with source and date. */
void region_basis(struct buf *b, const struct page_forecast *f, enum lang lang);

#endif
