/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import: what the two files of the CSV import share: import.c reads and stores, import_check.c knows what one cell alone
 * cannot tell. */
#ifndef ANALYTICS_RECORDS_IMPORT_H
#define ANALYTICS_RECORDS_IMPORT_H

#include "columns.h"
#include "db.h"

struct import {
    struct db *db;
    enum records_table table;
    const struct columns *columns;
    struct csv *csv;
    int64_t now_ms;
    records_complaint complain;
    void *arg;
    struct records_report report;
    int index[COLUMNS_MAX]; /* of each column in the file, -1 absent */
    int entered;
    bool reading;        /* the header is behind us */
    int64_t last_old_id; /* rows up to it were there before this import */
    struct cell cell[COLUMNS_MAX];
    struct cell entered_on;
    /* prepared once; some are NULL for some tables */
    struct db_stmt *insert, *same, *claim, *key, *farm, *pond, *stocked, *before, *final;
};

/* Counts a bad cell and tells the first hundred. index: of the column in the file, -1 the row. */
void import_bad(struct import *m, int index, const char *column, const char *fmt, ...)
    NILA_PRINTF(4, 5);

/* Index of the column of that name; every caller names one of its own table's. */
size_t import_column(const struct import *m, const char *name);

/* The cells of the current row against each other and against the region; what is wrong is told by import_bad. */
void import_check(struct import *m);

#endif
