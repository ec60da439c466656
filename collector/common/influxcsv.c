/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "influxcsv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "buf.h"
#include "log.h"

enum place {
    CELL_START,
    IN_PLAIN,
    IN_QUOTES,
    AFTER_QUOTE, /* a quote inside quotes: the end, or the first half of a doubled one */
    AFTER_CR
};

/* One row: its cells one behind the other, each closed by a 0. */
struct row {
    struct buf text;
    size_t n;
    size_t start[INFLUXCSV_COLUMNS];
};

struct influxcsv {
    influx_row each;
    void *arg;
    struct row header, row;
    bool has_header;
    enum place place;
    long rows; /* rows begun, for messages */
    int rc;
    char why[96];
};

struct influxcsv *influxcsv_new(influx_row row, void *arg)
{
    struct influxcsv *c = xcalloc(1, sizeof *c);

    c->each = row;
    c->arg = arg;
    c->rows = 1;
    return c;
}

void influxcsv_free(struct influxcsv *c)
{
    if (c == NULL)
        return;
    buf_free(&c->header.text);
    buf_free(&c->row.text);
    free(c);
}

const char *influxcsv_why(const struct influxcsv *c)
{
    return c->why;
}

static int refuse(struct influxcsv *c, const char *reason)
{
    (void)snprintf(c->why, sizeof c->why, "row %ld: %s", c->rows, reason);
    return NILA_ERR_PARSE;
}

static void row_clear(struct row *r)
{
    buf_clear(&r->text);
    r->n = 0;
}

static int cell_begin(struct influxcsv *c)
{
    if (c->row.n >= INFLUXCSV_COLUMNS)
        return refuse(c, "more than 512 cells");
    c->row.start[c->row.n++] = c->row.text.n;
    return 0;
}

static int cell_byte(struct influxcsv *c, char ch)
{
    if (c->row.text.n >= INFLUXCSV_ROW_MAX)
        return refuse(c, "longer than 1 MiB");
    buf_add(&c->row.text, &ch, 1);
    return 0;
}

static int hand_over(struct influxcsv *c)
{
    const char *column[INFLUXCSV_COLUMNS], *cell[INFLUXCSV_COLUMNS];

    if (c->row.n != c->header.n) {
        (void)snprintf(c->why, sizeof c->why, "row %ld: %zu cells where the header has %zu",
                       c->rows, c->row.n, c->header.n);
        return NILA_ERR_PARSE;
    }
    for (size_t i = 0; i < c->row.n; i++) {
        column[i] = c->header.text.p + c->header.start[i];
        cell[i] = c->row.text.p + c->row.start[i];
    }
    return c->each(c->arg, c->row.n, column, cell);
}

/* A row is complete. No cell at all: a blank line, after which a new header comes. */
static int row_end(struct influxcsv *c)
{
    int rc = 0;

    if (c->row.n == 0) {
        c->has_header = false;
    } else if (!c->has_header) {
        struct row spare = c->header;
        c->header = c->row;
        c->row = spare;
        c->has_header = true;
    } else {
        rc = hand_over(c);
    }
    row_clear(&c->row);
    c->rows++;
    c->place = CELL_START;
    return rc;
}

static int cell_end(struct influxcsv *c, char ch)
{
    /* the closing 0 is counted as a byte of the row so that the next cell starts behind it */
    buf_add(&c->row.text, "", 1);
    if (ch == ',') {
        c->place = CELL_START;
        return cell_begin(c);
    }
    if (ch == '\r') {
        c->place = AFTER_CR;
        return 0;
    }
    return row_end(c);
}

static int cell_start(struct influxcsv *c, char ch)
{
    if (c->row.n == 0) { /* first cell of a row, or a blank line */
        if (ch == '\n')
            return row_end(c);
        if (ch == '\r') {
            c->place = AFTER_CR;
            return 0;
        }
        int rc = cell_begin(c);
        if (rc != 0)
            return rc;
    }
    if (ch == '"') {
        c->place = IN_QUOTES;
        return 0;
    }
    if (ch == ',' || ch == '\n' || ch == '\r')
        return cell_end(c, ch);
    c->place = IN_PLAIN;
    return cell_byte(c, ch);
}

static int step(struct influxcsv *c, char ch)
{
    if (ch == '\0')
        return refuse(c, "holds a NUL byte");
    switch (c->place) {
    case CELL_START:
        return cell_start(c, ch);
    case IN_PLAIN:
        if (ch == ',' || ch == '\n' || ch == '\r')
            return cell_end(c, ch);
        if (ch == '"')
            return refuse(c, "a quote inside an unquoted cell");
        return cell_byte(c, ch);
    case IN_QUOTES:
        if (ch == '"') {
            c->place = AFTER_QUOTE;
            return 0;
        }
        return cell_byte(c, ch);
    case AFTER_QUOTE:
        if (ch == '"') {
            c->place = IN_QUOTES;
            return cell_byte(c, ch);
        }
        if (ch == ',' || ch == '\n' || ch == '\r')
            return cell_end(c, ch);
        return refuse(c, "text after a closing quote");
    case AFTER_CR:
        if (ch != '\n')
            return refuse(c, "a carriage return inside a row");
        return row_end(c);
    }
    return refuse(c, "not readable");
}

int influxcsv_feed(struct influxcsv *c, const void *bytes, size_t n)
{
    const char *p = bytes;

    for (size_t i = 0; i < n && c->rc == 0; i++)
        c->rc = step(c, p[i]);
    return c->rc;
}

int influxcsv_end(struct influxcsv *c)
{
    if (c->rc == 0 && (c->place != CELL_START || c->row.n != 0))
        c->rc = refuse(c, "cut short");
    return c->rc;
}
