/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sheet: tables on their way to other programs, in one of three forms:
 *   SHEET_DATA   CSV for programs: commas, points, ISO 8601 with +07:00, RFC 4180
 *   SHEET_EXCEL  CSV that a spreadsheet in Indonesian opens by a double click: semicolons, decimal commas, a byte order mark
 *   SHEET_XLSX   a workbook; text cells are strings, never formulas; days and moments are dates in WIB
 * Every table begins with two remark rows, their first cell beginning with # (csv.h skips them): what it is, whence and when; and the
 * units. Then come the names of the columns. Text from people is never a formula (csv_put_guarded).
 *
 * Cells are given row by row from the left; sheet_end_row must follow the last one. */
#ifndef ANALYTICS_SHEET_H
#define ANALYTICS_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/buf.h"

enum sheet_form {
    SHEET_DATA,
    SHEET_EXCEL,
    SHEET_XLSX,
    SHEET_FORMS
};
/* "csv", "excel", "xlsx". NILA_ERR_NOT_FOUND. */
NILA_MUST_CHECK int sheet_form_find(const char *name, enum sheet_form *out);
const char *sheet_form_ending(enum sheet_form f); /* "csv" or "xlsx" */
const char *sheet_form_type(enum sheet_form f);   /* for Content-Type */

#define SHEET_COLUMNS_MAX 40

struct sheet_column {
    const char *name;
    const char *unit; /* "": none */
};

struct sheet; /* opaque */

/* NILA_ERR_IO: no temporary file; why (size >= 160) has the words. *out is the caller's, sheet_done. */
NILA_MUST_CHECK int sheet_new(struct sheet **out, enum sheet_form form, char *why, size_t why_size);

/* Begins a table; a CSV has one, a workbook one page each. about: one line, without the #. unit_word heads the row of units. Strings must live until
 * the table's end. */
void sheet_table(struct sheet *s, const char *name, const char *about, const char *unit_word,
                 const struct sheet_column *column, size_t n);

void sheet_text(struct sheet *s, const char *text); /* "" empty */
void sheet_number(struct sheet *s, double v);       /* every digit that is needed; NaN empty */
void sheet_fixed(struct sheet *s, double v, int decimals); /* rounded; NaN empty */
void sheet_whole(struct sheet *s, int64_t v);
void sheet_day(struct sheet *s, int32_t day); /* WIB day number */
void sheet_moment(struct sheet *s, int64_t ts_ms);
void sheet_empty(struct sheet *s);
void sheet_end_row(struct sheet *s);

/* The file's bytes are added to out (untouched on failure; NULL: not wanted); s is freed. NILA_ERR_IO, NILA_ERR_FULL with words. */
NILA_MUST_CHECK int sheet_done(struct sheet *s, struct buf *out, char *why, size_t why_size);

#endif
