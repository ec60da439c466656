/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export: what is on record, and the views made of it, as tables of a sheet: one table of the records, the forecast, the balance. Command
 * and pages make their files by it.
 *
 * A record table's columns are those of the import, with entered_on last: the import takes the file back word for word. */
#ifndef ANALYTICS_EXPORT_H
#define ANALYTICS_EXPORT_H

#include "analytics/records/columns.h"
#include "analytics/sheet.h"
#include "analytics/supply/neraca.h"

enum export_view {
    EXPORT_FORECAST,
    EXPORT_BALANCE,
    EXPORT_VIEWS
};
const char *export_view_name(enum export_view v); /* "forecast", "balance" */

struct export_about {
    const char *source; /* the records file */
    const char *notice; /* of the configuration; "" none */
    int64_t at_ms;      /* when it is made */
    bool english;
    int32_t least_day; /* of tables with a day: only rows from this WIB day on; INT32_MIN: all */
    /* May the row be told? By the cells of columns_of(t); NULL: every row. */
    bool (*keep)(void *arg, enum records_table t, const struct cell *cell);
    void *keep_arg;
    /* Only rows of these are read, where a table is of ponds; NULL: every row. */
    const char *const *pond;
    size_t ponds;
    size_t *
        left; /* rows that may still be told, counted down; one more is NILA_ERR_FULL. NULL: no bound */
    /* leaves prices, buyers and registration numbers out; then it cannot be imported as it was */
    bool no_money;
};

/* Is it a column of prices, buyers or registration numbers, which are the farmer's alone? */
bool export_is_private(const char *column);

/* Errors of records_dump; NILA_ERR_FULL. */
NILA_MUST_CHECK int export_table(struct sheet *s, struct records *r, enum records_table t,
                                 const struct export_about *a);

struct export_forecast {
    const struct neraca *neraca;
    const double *tracked; /* [SUPPLY_NODES], ponds with an open cycle; NaN: not to be told */
    int32_t as_of_day;
    unsigned draws;
    /* What a node's row is called, for pages that put small places together; false: it has none. NULL: every node by its own
     * code and name. */
    bool (*place)(void *arg, size_t node, struct buf *code, struct buf *name);
    void *place_arg;
};
/* A row a place and period; kg, not rounded so as to add up; what is not known is empty. */
void export_view(struct sheet *s, enum export_view v, const struct export_forecast *f,
                 const struct export_about *a);

#endif
