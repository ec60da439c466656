/* SPDX-License-Identifier: GPL-3.0-or-later */
/* columns: what a CSV file of each table may hold, and how a cell is read. Only the import uses it. */
#ifndef ANALYTICS_RECORDS_COLUMNS_H
#define ANALYTICS_RECORDS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/csv.h"
#include "records.h"

#define COLUMNS_MAX   12
#define COLUMN_TEXT   SITE_NAME_SIZE /* bytes of a text cell, with its closing 0 */
#define COLUMN_REASON 256            /* bytes of a complaint's reason */

enum column_kind {
    COLUMN_KEY,   /* slug, unique in its table: always the first column */
    COLUMN_FARM,  /* slug of a farm on record */
    COLUMN_POND,  /* slug of a pond on record */
    COLUMN_SLUG,  /* slug that may stand in many rows */
    COLUMN_NAME,  /* text */
    COLUMN_WORD,  /* one of words */
    COLUMN_WHOLE, /* digits only */
    COLUMN_NUMBER,
    COLUMN_DAY,     /* YYYY-MM-DD */
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

/* A cell as it is stored. */
struct cell {
    bool empty;
    double number;          /* COLUMN_NUMBER */
    int64_t whole;          /* COLUMN_WHOLE; COLUMN_DAY: WIB day number; COLUMN_MOMENT: ms */
    char text[COLUMN_TEXT]; /* the others */
};

/* Reads the cell at index of the current row; index -1: the file has no such column. NILA_ERR_PARSE with the words in
 * reason (size COLUMN_REASON). now_ms: nothing may be later. */
NILA_MUST_CHECK int cell_read(const struct column *c, const struct csv *csv, int index,
                              int64_t now_ms, struct cell *out, char *reason);

#endif
