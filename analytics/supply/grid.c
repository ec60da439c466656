/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grid.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

enum column {
    ORIGIN,
    NODE,
    LEAD,
    PERIOD,
    MEAN,
    SD,
    ACTUAL,
    COLUMNS
};
static const char *const NAME[COLUMNS] = {"origin", "node", "lead",  "period",
                                          "mean",   "sd",   "actual"};

/* Which columns a kind of file has: needed, may be there, or unknown. */
static const char USE[][COLUMNS + 1] = {
    [GRID_BASE] = "-nn-no-", [GRID_PERIODS] = "-n-nno-", [GRID_BACKTEST] = "nnn-nnn"};

struct row {
    long origin, lead, line, column;
    size_t node;
    double mean, sd, actual;
};

struct reading {
    const struct hierarchy *h;
    enum grid_kind kind;
    struct csv *c;
    int at[COLUMNS];
    struct row *row;
    size_t rows, room;
    char *why;
    size_t why_size;
};

static int wrong(struct reading *r, long line, long column, const char *fmt, ...) NILA_PRINTF(4, 5);
static int wrong(struct reading *r, long line, long column, const char *fmt, ...)
{
    char words[200];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    (void)snprintf(r->why, r->why_size, "%.100s:%ld:%ld: %s", csv_where(r->c, -1).file, line,
                   column, words);
    return NILA_ERR_PARSE;
}

static int find_columns(struct reading *r)
{
    for (size_t k = 0; k < COLUMNS; k++) {
        r->at[k] = USE[r->kind][k] == '-' ? -1 : csv_find(r->c, NAME[k]);
        if (USE[r->kind][k] == 'n' && r->at[k] < 0)
            return wrong(r, 1, 1, tongue("kolom %s belum ada", "column %s is missing"), NAME[k]);
    }
    for (size_t i = 0; i < csv_columns(r->c); i++) {
        bool known = false;

        for (size_t k = 0; k < COLUMNS; k++)
            known = known || r->at[k] == (int)i;
        if (!known)
            return wrong(r, 1, 1,
                         tongue("kolom ke-%zu: \"%.60s\" bukan kolom berkas ini",
                                "column %zu: \"%.60s\" is not a column of this file"),
                         i + 1, csv_name(r->c, i));
    }
    return 0;
}

static int take_number(struct reading *r, enum column k, double min, double *out)
{
    struct csv_place at = csv_where(r->c, r->at[k]);
    int rc;

    if (r->at[k] < 0)
        return 0;
    rc = csv_number(r->c, r->at[k], out);
    if (rc == NILA_ERR_RANGE)
        return wrong(r, at.line, at.column,
                     tongue("%s: %.40s bukan angka berhingga", "%s: %.40s is not finite"), NAME[k],
                     csv_cell(r->c, r->at[k]));
    if (rc != 0)
        return wrong(r, at.line, at.column,
                     tongue("%s: \"%.40s\" bukan angka", "%s: \"%.40s\" is not a number"), NAME[k],
                     csv_cell(r->c, r->at[k]));
    if (*out < min)
        return wrong(r, at.line, at.column,
                     tongue("%s: %.12g di bawah %g", "%s: %.12g is below %g"), NAME[k], *out, min);
    return 0;
}

static int take_whole(struct reading *r, enum column k, long max, long *out)
{
    struct csv_place at = csv_where(r->c, r->at[k]);
    double v = 0;
    int rc = take_number(r, k, -HUGE_VAL, &v);

    if (rc != 0 || r->at[k] < 0)
        return rc;
    if (!(v >= 1 && v <= (double)max) || v != floor(v))
        return wrong(r, at.line, at.column,
                     tongue("%s: %.40s bukan bilangan bulat 1..%ld",
                            "%s: %.40s is not a whole number in 1..%ld"),
                     NAME[k], csv_cell(r->c, r->at[k]), max);
    *out = (long)v;
    return 0;
}

static int take_node(struct reading *r, size_t *node)
{
    struct csv_place at = csv_where(r->c, r->at[NODE]);
    const char *id = csv_cell(r->c, r->at[NODE]);
    char both[2 * HIERARCHY_ID_MAX + 2];

    if (r->kind == GRID_PERIODS) {
        int n = snprintf(both, sizeof both, "%s@%s", id, csv_cell(r->c, r->at[PERIOD]));

        *node = n > 0 && (size_t)n < sizeof both ? hierarchy_find(r->h, both) : HIERARCHY_NONE;
        if (*node == HIERARCHY_NONE)
            return wrong(r, at.line, at.column,
                         tongue("hierarki tidak punya simpul %.60s pada %.60s",
                                "the hierarchies have no node %.60s in %.60s"),
                         id, csv_cell(r->c, r->at[PERIOD]));
        return 0;
    }
    *node = hierarchy_find(r->h, id);
    if (*node == HIERARCHY_NONE)
        return wrong(
            r, at.line, at.column,
            tongue("hierarki tidak punya simpul \"%.80s\"", "the hierarchy has no node \"%.80s\""),
            id);
    return 0;
}

static int take_row(struct reading *r)
{
    struct csv_place at = csv_where(r->c, r->at[NODE]);
    struct row row = {.line = at.line, .column = at.column, .sd = NAN, .actual = NAN};
    int rc = take_node(r, &row.node);

    if (r->rows == GRID_ROWS_MAX)
        return wrong(r, at.line, 1, tongue("lebih dari %d baris", "more than %d rows"),
                     GRID_ROWS_MAX);
    if (rc == 0)
        rc = take_whole(r, ORIGIN, GRID_ROWS_MAX, &row.origin);
    if (rc == 0)
        rc = take_whole(r, LEAD, GRID_LEAD_MAX, &row.lead);
    if (rc == 0)
        rc = take_number(r, MEAN, -HUGE_VAL, &row.mean);
    if (rc == 0)
        rc = take_number(r, SD, 0, &row.sd);
    if (rc == 0)
        rc = take_number(r, ACTUAL, -HUGE_VAL, &row.actual);
    if (rc != 0)
        return rc;
    if (r->rows == r->room) {
        r->room = r->room == 0 ? 256 : 2 * r->room;
        r->row = xrealloc(r->row, r->room, sizeof *r->row);
    }
    r->row[r->rows++] = row;
    return 0;
}

static int compare(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;

    return (x > y) - (x < y);
}

/* Rising and each once; returns how many. */
static size_t distinct(long *v, size_t n)
{
    size_t kept = 0;

    qsort(v, n, sizeof *v, compare);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || v[i] != v[kept - 1])
            v[kept++] = v[i];
    return kept;
}

static size_t place_of(const long *v, size_t n, long x)
{
    const long *found = bsearch(&x, v, n, sizeof *v, compare);

    return found != NULL ? (size_t)(found - v) : 0;
}

static int name_missing(struct reading *r, const struct grid *g, size_t cell)
{
    const char *id = r->h->id[cell % g->nodes];
    long lead = g->lead[cell / g->nodes % g->leads], origin = g->origin[cell / g->nodes / g->leads];
    long line = r->row[r->rows - 1].line; /* the last: it should have come by then */

    if (r->kind == GRID_PERIODS)
        return wrong(
            r, line, 1,
            tongue("berkas berakhir tanpa simpul %.96s", "the file ends without node %.96s"), id);
    if (r->kind == GRID_BASE)
        return wrong(r, line, 1,
                     tongue("berkas berakhir tanpa simpul %.96s, lead %ld",
                            "the file ends without node %.96s at lead %ld"),
                     id, lead);
    return wrong(r, line, 1,
                 tongue("berkas berakhir tanpa simpul %.96s, origin %ld, lead %ld",
                        "the file ends without node %.96s at origin %ld, lead %ld"),
                 id, origin, lead);
}

static int fill(struct reading *r, struct grid *g)
{
    size_t cells = g->origins * g->leads * g->nodes;
    bool *there;
    int rc = 0;

    if (cells > 4 * (size_t)GRID_ROWS_MAX) /* far more cells than rows: most would be missing */
        return wrong(r, r->row[r->rows - 1].line, 1,
                     tongue("%zu origin kali %zu lead kali %zu simpul terlalu banyak",
                            "%zu origins by %zu leads by %zu nodes are too many"),
                     g->origins, g->leads, g->nodes);
    there = xcalloc(cells, sizeof *there);
    g->mean = xcalloc(cells, sizeof *g->mean);
    g->sd = xcalloc(cells, sizeof *g->sd);
    g->actual = xcalloc(cells, sizeof *g->actual);
    for (size_t i = 0; i < r->rows && rc == 0; i++) {
        const struct row *row = &r->row[i];
        size_t cell = grid_at(g, place_of(g->origin, g->origins, row->origin),
                              place_of(g->lead, g->leads, row->lead)) +
                      row->node;

        if (there[cell])
            rc = wrong(r, row->line, row->column,
                       tongue("simpul %.96s ada dua kali", "node %.96s stands twice"),
                       r->h->id[row->node]);
        there[cell] = true;
        g->mean[cell] = row->mean;
        g->sd[cell] = row->sd;
        g->actual[cell] = row->actual;
    }
    for (size_t i = 0; i < cells && rc == 0; i++)
        if (!there[i])
            rc = name_missing(r, g, i);
    free(there);
    return rc;
}

static struct grid *new_grid(const struct reading *r)
{
    struct grid *g = xcalloc(1, sizeof *g);

    g->nodes = r->h->nodes;
    g->has_sd = r->at[SD] >= 0;
    g->lead = xcalloc(r->rows, sizeof *g->lead);
    g->origin = xcalloc(r->rows, sizeof *g->origin);
    for (size_t i = 0; i < r->rows; i++) {
        g->lead[i] = r->row[i].lead;
        g->origin[i] = r->row[i].origin;
    }
    g->leads = distinct(g->lead, r->rows);
    g->origins = distinct(g->origin, r->rows);
    return g;
}

int grid_load(struct grid **out, const struct hierarchy *h, enum grid_kind kind, const char *path,
              char *why, size_t why_size)
{
    struct reading r = {.h = h, .kind = kind, .why = why, .why_size = why_size};
    struct grid *g = NULL;
    int rc = csv_open(&r.c, path, why, why_size), more = 1;

    if (rc != 0)
        return rc;
    rc = find_columns(&r);
    while (rc == 0 && (more = csv_next(r.c)) == 1)
        rc = take_row(&r);
    if (rc == 0 && more < 0) {
        (void)snprintf(why, why_size, "%s", csv_why(r.c));
        rc = more;
    }
    if (rc == 0 && r.rows == 0)
        rc = wrong(&r, 1, 1, tongue("tidak ada baris", "there is no row"));
    if (rc == 0) {
        g = new_grid(&r);
        rc = fill(&r, g);
    }
    if (rc == 0)
        *out = g;
    else
        grid_free(g);
    free(r.row);
    csv_close(r.c);
    return rc;
}

void grid_free(struct grid *g)
{
    if (g == NULL)
        return;
    free(g->lead);
    free(g->origin);
    free(g->mean);
    free(g->sd);
    free(g->actual);
    free(g);
}

/* --- residuals --- */

/* of [nodes]: the column of each node. */
static int match_columns(struct reading *r, int *of)
{
    for (size_t i = 0; i < csv_columns(r->c); i++) {
        const char *id = csv_name(r->c, i);

        if (hierarchy_find(r->h, id) == HIERARCHY_NONE && strcmp(id, "t") != 0)
            return wrong(r, 1, 1,
                         tongue("kolom ke-%zu: hierarki tidak punya simpul \"%.80s\"",
                                "column %zu: the hierarchy has no node \"%.80s\""),
                         i + 1, id);
    }
    for (size_t i = 0; i < r->h->nodes; i++) {
        of[i] = csv_find(r->c, r->h->id[i]);
        if (of[i] < 0)
            return wrong(r, 1, 1,
                         tongue("tidak ada kolom untuk simpul %.96s", "no column for node %.96s"),
                         r->h->id[i]);
    }
    return 0;
}

static int take_residuals(struct reading *r, const int *of, double *row)
{
    for (size_t i = 0; i < r->h->nodes; i++) {
        struct csv_place at = csv_where(r->c, of[i]);
        int rc = csv_number(r->c, of[i], row + i);

        if (rc != 0)
            return wrong(
                r, at.line, at.column,
                tongue("simpul %.80s: \"%.30s\" bukan %s", "node %.80s: \"%.30s\" is not %s"),
                r->h->id[i], csv_cell(r->c, of[i]),
                rc == NILA_ERR_RANGE ? tongue("angka berhingga", "finite")
                                     : tongue("angka", "a number"));
    }
    return 0;
}

int grid_load_residuals(double **out, size_t *rows, const struct hierarchy *h, const char *path,
                        char *why, size_t why_size)
{
    struct reading r = {.h = h, .why = why, .why_size = why_size};
    int rc = csv_open(&r.c, path, why, why_size), more = 1;
    int *of;
    double *e = NULL;

    if (rc != 0)
        return rc;
    of = xcalloc(h->nodes, sizeof *of);
    rc = match_columns(&r, of);
    while (rc == 0 && (more = csv_next(r.c)) == 1) {
        if (r.rows * h->nodes > 10 * (size_t)GRID_ROWS_MAX) {
            rc = wrong(&r, csv_where(r.c, 0).line, 1,
                       tongue("terlalu banyak baris", "too many rows"));
            break;
        }
        if (r.rows == r.room) {
            r.room = r.room == 0 ? 64 : 2 * r.room;
            e = xrealloc(e, r.room * h->nodes, sizeof *e);
        }
        rc = take_residuals(&r, of, e + r.rows++ * h->nodes);
    }
    if (rc == 0 && more < 0) {
        (void)snprintf(why, why_size, "%s", csv_why(r.c));
        rc = more;
    }
    if (rc == 0) {
        *out = e;
        *rows = r.rows;
    } else {
        free(e);
    }
    free(of);
    csv_close(r.c);
    return rc;
}
