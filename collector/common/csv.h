/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv: reads RFC 4180 text row by row with the place of every cell, and writes it.
 *
 * A UTF-8 byte order mark is skipped, LF and CRLF both end a row, quoted cells may hold both. The
 * separator is found in the header row (comma or semicolon), or told by a first line "sep=;". Rows before the header whose first
 * cell begins with # are remarks and skipped. Refused with their place: rows of more
 * than 256 cells or 64 KiB, NUL bytes and control characters, text that is not UTF-8 (Excel: save as
 * "CSV UTF-8"), a byte order mark elsewhere, a lone carriage return, a quote inside an unquoted cell or never closed, a header
 * name that is empty or stands twice.
 * Threads: a reader belongs to one thread at a time. */
#ifndef NILA_COMMON_CSV_H
#define NILA_COMMON_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "collector/common/buf.h"

struct csv; /* reader */

struct csv_place {
    const char *file; /* as given to csv_open */
    long line;        /* 1-based, of the cell's first character */
    long column;      /* 1-based, in characters (bytes) */
};

/* Opens path ("-": stdin) and reads the header row. NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_IO, NILA_ERR_PARSE.
 * On failure *out is untouched and why (size >= 256) has the words, with file:line:column where there
 * is a place. */
NILA_MUST_CHECK int csv_open(struct csv **out, const char *path, char *why, size_t why_size);
/* The same over bytes in memory; the caller keeps them until csv_close. name is used in messages. */
NILA_MUST_CHECK int csv_open_memory(struct csv **out, const char *name, const void *bytes, size_t n,
                                    char *why, size_t why_size);
void csv_close(struct csv *c); /* NULL is fine */

/* Index of a header column, -1 when absent. Header names are compared exactly, after trimming blanks. */
int csv_find(const struct csv *c, const char *name);
size_t csv_columns(const struct csv *c);
const char *csv_name(const struct csv *c, size_t column);
bool csv_semicolon(const struct csv *c); /* Excel's dialect: then 1,5 is one and a half */

/* Next row: 1 when there is one, 0 at the end, NILA_ERR_PARSE (csv_why has file:line:column and the reason), NILA_ERR_IO.
 * Blank lines are skipped. Every row must have as many cells as the header. After an error every later call returns it
 * again. */
NILA_MUST_CHECK int csv_next(struct csv *c);
const char *csv_why(const struct csv *c);

/* A cell of the current row, blanks trimmed, "" when column is -1. Valid until csv_next. */
const char *csv_cell(const struct csv *c, int column);
struct csv_place csv_where(const struct csv *c, int column);

/* Reads a cell as a number ("1.5"; "1,5" in the semicolon dialect); NILA_ERR_PARSE for anything else,
 * NILA_ERR_RANGE for NaN, infinity, overflow. In the semicolon dialect "1.5" is taken too, but "1.500"
 * is NILA_ERR_PARSE: it may be fifteen hundred. */
NILA_MUST_CHECK int csv_number(const struct csv *c, int column, double *out);

/* Appends one cell, quoted when needed; first on a row gets no separator. */
void csv_put(struct buf *b, bool first, const char *cell);

/* The same with ',' or ';', for text that came from people and goes to a spreadsheet: a text that one might take for a formula (= + - @
 * tab or carriage return first, apostrophes before it or none) gets an apostrophe in front. csv_unguarded undoes it. */
void csv_put_guarded(struct buf *b, char separator, bool first, const char *text);
/* text, or behind its first apostrophe when that is such a guard. */
const char *csv_unguarded(const char *text);

#endif
