/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snapshot: what its two files share: snapshot.c has farms, ponds and their cycles, snapshot_region.c the region's tables. */
#ifndef ANALYTICS_RECORDS_SNAPSHOT_H
#define ANALYTICS_RECORDS_SNAPSHOT_H

#include "db.h"

struct load {
    struct db *db;
    struct records_snapshot *s;
    int64_t as_of_ms;
    int32_t as_of_day;
};

/* Takes one row of a query into a zeroed element. 1: it is not to be kept. */
typedef int (*take_row)(struct load *l, struct db_stmt *row, void *element);

struct query {
    const char *sql; /* its first parameter is as_of_ms, its second, if any, as_of_day */
    bool by_day;
    size_t size; /* of an element */
    take_row take;
};

/* Runs the query; returns the array (NULL when there is no row), no larger than it must be, and its length. An error of before is kept. */
void *snapshot_each(struct load *l, const struct query *q, size_t *n, int *rc);

/* Words in the file were checked when they came in; others mean that somebody else wrote them. NILA_ERR_CORRUPT, logged. */
int snapshot_corrupt(const char *what, const char *text);

/* Fills fingerlings, official, registry, assumption, class and survey. */
NILA_MUST_CHECK int snapshot_region(struct load *l);

#endif
