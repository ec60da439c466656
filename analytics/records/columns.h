/* SPDX-License-Identifier: GPL-3.0-or-later */
/* columns: what a CSV file of each table may hold, and how a cell is read. Import and change use it. */
#ifndef ANALYTICS_RECORDS_COLUMNS_H
#define ANALYTICS_RECORDS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "change.h"
#include "db.h"

#define COLUMNS_MAX   RECORDS_COLUMNS_MAX
#define COLUMN_TEXT   501 /* bytes of the longest text cell, with its closing 0 */
#define COLUMN_REASON 256 /* bytes of a complaint's reason */

enum column_kind {
    COLUMN_KEY,   /* slug, unique in its table: always the first column */
    COLUMN_FARM,  /* slug of a farm on record */
    COLUMN_POND,  /* slug of a pond on record */
    COLUMN_SLUG,  /* slug that may stand in many rows */
    COLUMN_NAME,  /* text; max: its longest in bytes, 0: what a struct of records.h holds */
    COLUMN_WORD,  /* one of words */
    COLUMN_WHOLE, /* digits only */
    COLUMN_NUMBER,
    COLUMN_DAY,     /* YYYY-MM-DD; with semicolons 24/11/2026 too */
    COLUMN_PERIOD,  /* a month, quarter or year (places.h) */
    COLUMN_QUARTER, /* a quarter */
    COLUMN_MONTHS,  /* a month, or first..last */
    COLUMN_MOMENT   /* a day, or ISO 8601 */
};

struct column {
    const char *name; /* in the CSV's header and in the table */
    enum column_kind kind;
    bool need;                /* may not be empty */
    double min, max;          /* of numbers, both included */
    const char *const *words; /* NULL-ended */
};

struct columns {
    size_t n; /* without entered_on */
    struct column column[COLUMNS_MAX];
};

/* Never NULL. */
const struct columns *columns_of(enum records_table t);

/* Where a cell of that kind lies in struct cell, and what SQLite keeps of it. */
enum cell_store {
    CELL_WHOLE,
    CELL_NUMBER,
    CELL_TEXT
};
enum cell_store cell_store(enum column_kind kind);

/* A cell as it is stored. */
struct cell {
    bool empty;
    bool slashed;           /* a day written 24/11/2026 */
    double number;          /* COLUMN_NUMBER */
    int64_t whole;          /* COLUMN_WHOLE; COLUMN_DAY: WIB day number; COLUMN_MOMENT: ms */
    char text[COLUMN_TEXT]; /* the others */
};

/* Reads a cell's text. comma: the decimal sign is a comma (csv_number.h). NILA_ERR_PARSE with the words in reason (size
 * COLUMN_REASON). now_ms: nothing may be later. */
NILA_MUST_CHECK int cell_read(const struct column *c, const char *text, bool comma, int64_t now_ms,
                              struct cell *out, char *reason);
/* Writes it as in a CSV file with points; "" when empty. buf has at least COLUMN_TEXT bytes. */
void cell_write(const struct column *c, const struct cell *cell, char *buf, size_t size);
/* Column i of a row (0-based); parameter i of a statement (1-based). */
void cell_take(const struct column *c, struct db_stmt *row, int i, struct cell *out);
void cell_bind(const struct column *c, const struct cell *cell, struct db_stmt *s, int i);

#endif
