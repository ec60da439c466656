/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import: a row that wants in, from a CSV file or a form. import.c reads files, change.c forms; import_check.c knows what
 * one cell alone cannot tell, store.c what the file must be asked, and writes. */
#ifndef ANALYTICS_RECORDS_IMPORT_H
#define ANALYTICS_RECORDS_IMPORT_H

#include "collector/common/buf.h"
#include "columns.h"
#include "db.h"
#include "versions.h"

struct csv;
struct known;

struct import {
    struct db *db;
    enum records_table table;
    const struct columns *columns;
    struct csv *csv; /* NULL: a form */
    int64_t now_ms;
    records_complaint complain; /* of a file */
    change_complaint tell;      /* of a form */
    void *arg;
    struct records_report report;
    int index[COLUMNS_MAX]; /* of each column in the file, -1 absent */
    int entered;
    bool reading;        /* the header is behind us */
    int64_t last_old_id; /* rows up to it were there before this import */
    struct cell cell[COLUMNS_MAX];
    struct cell entered_on;
    /* of a row that is being corrected or withdrawn; id 0: a new one */
    struct {
        int64_t id, entered_on;
        struct cell cell[COLUMNS_MAX];
    } old;
    struct change_who who;
    const char *reason, *key_of_form, *based_on; /* of the change; NULL none */
    struct version_log log;
    struct buf old_json, new_json;
    bool any_was; /* there are versions of old in this table */
    /* of a table without a key: the rows of old, loaded in groups of these columns; group[0] -1: all at once */
    struct known *known;
    long group[2];
    /* prepared once; some are NULL for some tables */
    struct db_stmt *insert, *same, *same_was, *key, *farm, *pond, *stocked, *before, *final, *named,
        *was_named;
};

/* Counts a bad cell and tells the first hundred. index: of the column in the file, -1 the row. */
void import_bad(struct import *m, int index, const char *column, const char *fmt, ...)
    NILA_PRINTF(4, 5);

/* Index of the column of that name; every caller names one of its own table's. */
size_t import_column(const struct import *m, const char *name);

/* The cells of the current row against each other and against the region; what is wrong is told by import_bad. */
void import_check(struct import *m);

/* --- store.c; all within a transaction --- */
NILA_MUST_CHECK int store_begin(struct import *m);
void store_end(struct import *m);
/* Was this row there before the import, word for word, now or in a version of old? 1 (and it is claimed), 0, or an error. */
NILA_MUST_CHECK int store_same(struct import *m);
/* Everything that cells are held against; what is wrong is told by import_bad. */
NILA_MUST_CHECK int store_check(struct import *m);
/* The row and its change. uid: its name, or NULL for one made of its contents; uid_out may be NULL. */
NILA_MUST_CHECK int store_insert(struct import *m, const char *uid, char *uid_out);

#endif
