/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tourism: the reference data of the Australian trips, 1 + 8 + 76 series by quarter (data/hier of the shared folder). */
#ifndef TESTS_TOURISM_H
#define TESTS_TOURISM_H

#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/supply/hierarchy.h"
#include "collector/common/buf.h"
#include "collector/common/csv.h"

#define TOURISM_NODES   85
#define TOURISM_BOTTOMS 76

/* Reads a table of numbers, [rows][columns]; NULL when the file is not here (said). Caller frees. */
static inline double *tourism_table(const char *name, size_t *rows, size_t *columns)
{
    char relative[200], why[320], *path;
    struct csv *c = NULL;
    double *v = NULL;
    int rc;

    (void)snprintf(relative, sizeof relative, "data/hier/tourism_%s.csv", name);
    path = support_shared(relative);
    if (path == NULL)
        return NULL;
    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    *columns = csv_columns(c);
    *rows = 0;
    while ((rc = csv_next(c)) == 1) {
        v = realloc(v, (*rows + 1) * *columns * sizeof *v);
        assert_non_null(v);
        for (size_t i = 0; i < *columns; i++)
            assert_int_equal(csv_number(c, (int)i, v + *rows * *columns + i), 0);
        ++*rows;
    }
    assert_int_equal(rc, 0);
    csv_close(c);
    free(path);
    return v;
}

/* The hierarchy's file form from the header of the residuals: total, states, "state|region". NULL when it is not here. */
static inline char *tourism_links(void)
{
    char why[320], *path = support_shared("data/hier/tourism_region_oracle_residuals.csv");
    struct csv *c = NULL;
    struct buf b = {0};

    if (path == NULL)
        return NULL;
    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    buf_str(&b, "node,parent\n");
    for (size_t i = 0; i < csv_columns(c); i++) {
        const char *id = csv_name(c, i), *bar = strchr(id, '|');

        char state[80];

        (void)snprintf(state, sizeof state, "%.*s", bar != NULL ? (int)(bar - id) : 0, id);
        csv_put(&b, true, id); /* one region has a comma in its name */
        csv_put(&b, false, bar != NULL ? state : i == 0 ? "" : csv_name(c, 0));
        buf_str(&b, "\n");
    }
    csv_close(c);
    free(path);
    return b.p;
}

static inline struct hierarchy *tourism_hierarchy(void)
{
    char dir[256], file[300], why[320] = "", *text = tourism_links();
    struct hierarchy *h = NULL;

    if (text == NULL)
        return NULL;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(file, sizeof file, "%s/h.csv", dir);
    support_write(file, text);
    if (hierarchy_load(&h, file, why, sizeof why) != 0)
        fail_msg("%s", why);
    support_rmdir(dir);
    free(text);
    assert_int_equal(h->nodes, TOURISM_NODES);
    assert_int_equal(h->bottoms, TOURISM_BOTTOMS);
    return h;
}

#endif
