/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dump: every present row of a table, as the import would read it. */
#ifndef ANALYTICS_RECORDS_DUMP_H
#define ANALYTICS_RECORDS_DUMP_H

#include "columns.h"

/* One row: a cell for each of columns_of(t), which live until the call returns, and when it was entered. What it returns, unless 0, ends the
 * dump and is its result. */
typedef int (*dump_row)(void *arg, const struct cell *cell, int64_t entered_ms);

/* Rows in the order they were entered, of one instant. r is locked meanwhile: who serves pages opens the file once more for it. least_day:
 * of tables with a day (dump_has_day) only rows from that WIB day on; INT32_MIN: all. Errors of db.h, logged. */
NILA_MUST_CHECK int records_dump(struct records *r, enum records_table t, int32_t least_day,
                                 dump_row row, void *arg);

/* The column with the day of the event, NULL: the table has none. */
const struct column *dump_day(enum records_table t);

#endif
