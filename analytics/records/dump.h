/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dump: every present row of a table, as the import would read it. */
#ifndef ANALYTICS_RECORDS_DUMP_H
#define ANALYTICS_RECORDS_DUMP_H

#include "columns.h"

/* One row: a cell for each of columns_of(t), which live until the call returns, when it was entered, and
 * its number in the table, which stays. What it returns, unless 0, ends the dump and is its result. */
typedef int (*dump_row)(void *arg, const struct cell *cell, int64_t entered_ms, int64_t id);

/* Which rows; zeroed but for least_day: all. */
struct dump_which {
    int32_t least_day; /* of tables with a day (dump_day): from this WIB day on; INT32_MIN: all */
    const char *pond;  /* only of this pond, for tables that have one (dump_pond); NULL: of all */
    bool newest_first; /* by day, then entry; else in the order they were entered */
    size_t most;       /* at most so many are given; 0: all */
    /* newest_first: only those behind this one, which need not be there any more; after_id 0: from the newest on. after_day: its
     * day, of tables that have one */
    int32_t after_day;
    int64_t after_id;
};

/* Rows of one instant. r is locked meanwhile: who serves pages opens the file once more for it. NILA_ERR_NOT_FOUND: a pond is asked for, and
 * the table has none. Errors of db.h, logged. */
NILA_MUST_CHECK int records_dump(struct records *r, enum records_table t,
                                 const struct dump_which *which, dump_row row, void *arg);
/* How many rows there are, whatever most and after are. Errors as above. */
NILA_MUST_CHECK int records_dump_count(struct records *r, enum records_table t,
                                       const struct dump_which *which, size_t *out);

/* The column with the pond, NULL: the table has none. */
const struct column *dump_pond(enum records_table t);
/* The column with the day of the event, NULL: the table has none. */
const struct column *dump_day(enum records_table t);

#endif
