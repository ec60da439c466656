/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rows: what the files of records that read whole lists share: a query's rows into an array of structs. */
#ifndef ANALYTICS_RECORDS_ROWS_H
#define ANALYTICS_RECORDS_ROWS_H

#include "db.h"

/* Takes one row into a zeroed element; an error ends the reading. */
typedef int rows_take(struct db_stmt *row, void *element);

/* Runs sql with whole-number parameters; the lock is not held. *out: free(), NULL when there is no row. */
NILA_MUST_CHECK int rows_load(struct records *r, const char *sql, const int64_t *parameter,
                              int parameters, size_t size, rows_take *take, void **out, size_t *n);
/* One statement that gives no rows, inside the lock. */
NILA_MUST_CHECK int rows_run(struct db *d, struct db_stmt *s);

#endif
