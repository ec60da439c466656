/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watertable.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/metric.h"
#include "collector/common/tongue.h"

enum kind {
    NUMBER,
    MISSING,
    WORDS
};

struct cell {
    size_t text; /* offset in the table's bytes */
    double number;
    uint32_t at; /* column of its first character */
    uint8_t kind;
};

struct watertable {
    char *file;
    size_t columns, rows, room;
    char **name;
    struct cell *cell; /* [rows * columns] */
    long *line;        /* [rows] */
    struct buf bytes;
    bool semicolon;
};

static bool is_missing(const char *text)
{
    static const char *const WORD[] = {"", "-", "na", "nan", "null", "none"};

    for (size_t k = 0; k < sizeof WORD / sizeof WORD[0]; k++)
        if (strcasecmp(text, WORD[k]) == 0)
            return true;
    return false;
}

static void take_row(struct watertable *t, const struct csv *c)
{
    if (t->rows == t->room) {
        t->room = t->room == 0 ? 256 : 2 * t->room;
        t->cell = xrealloc(t->cell, t->room, t->columns * sizeof *t->cell);
        t->line = xrealloc(t->line, t->room, sizeof *t->line);
    }
    t->line[t->rows] = csv_where(c, 0).line;
    for (size_t k = 0; k < t->columns; k++) {
        struct cell *cell = &t->cell[t->rows * t->columns + k];
        const char *text = csv_cell(c, (int)k);

        *cell = (struct cell){t->bytes.n, NAN, (uint32_t)csv_where(c, (int)k).column, WORDS};
        if (is_missing(text))
            cell->kind = MISSING;
        else if (csv_number(c, (int)k, &cell->number) == 0)
            cell->kind = NUMBER;
        buf_add(&t->bytes, text, strlen(text) + 1);
    }
    t->rows++;
}

int watertable_read(struct watertable **out, const char *path, char *why, size_t why_size)
{
    struct csv *c = NULL;
    struct watertable *t;
    int rc = csv_open(&c, path, why, why_size);

    if (rc != 0)
        return rc;
    t = xcalloc(1, sizeof *t);
    t->file = xstrdup(path);
    t->columns = csv_columns(c);
    t->semicolon = csv_semicolon(c);
    t->name = xcalloc(t->columns, sizeof *t->name);
    for (size_t k = 0; k < t->columns; k++)
        t->name[k] = xstrdup(csv_name(c, k));
    while ((rc = csv_next(c)) == 1)
        take_row(t, c);
    if (rc != 0)
        (void)snprintf(why, why_size, "%s", csv_why(c));
    csv_close(c);
    if (rc != 0) {
        watertable_free(t);
        return rc;
    }
    *out = t;
    return 0;
}

void watertable_free(struct watertable *t)
{
    if (t == NULL)
        return;
    for (size_t k = 0; k < t->columns; k++)
        free(t->name[k]);
    free(t->name);
    free(t->cell);
    free(t->line);
    free(t->file);
    buf_free(&t->bytes);
    free(t);
}

size_t watertable_rows(const struct watertable *t)
{
    return t->rows;
}

size_t watertable_columns(const struct watertable *t)
{
    return t->columns;
}

const char *watertable_name(const struct watertable *t, size_t column)
{
    return t->name[column];
}

int watertable_find(const struct watertable *t, const char *name)
{
    enum metric wanted, found;

    for (size_t k = 0; k < t->columns; k++)
        if (strcmp(t->name[k], name) == 0)
            return (int)k;
    if (metric_find(name, &wanted) != 0)
        return -1;
    for (size_t k = 0; k < t->columns; k++)
        if (metric_find_alias(t->name[k], &found) == 0 && found == wanted)
            return (int)k;
    return -1;
}

static const struct cell *cell_at(const struct watertable *t, size_t row, int column)
{
    return &t->cell[row * t->columns + (size_t)column];
}

void watertable_place(const struct watertable *t, size_t row, int column, char *text, size_t size)
{
    (void)snprintf(text, size, "%.150s:%ld:%u", t->file, t->line[row],
                   cell_at(t, row, column < 0 ? 0 : column)->at);
}

static int refuse(const struct watertable *t, size_t row, int column, const char *what, char *why,
                  size_t why_size)
{
    char place[200];

    watertable_place(t, row, column, place, sizeof place);
    (void)snprintf(why, why_size, "%s: %.40s: \"%.40s\": %s", place, t->name[column],
                   t->bytes.p + cell_at(t, row, column)->text, what);
    return NILA_ERR_PARSE;
}

int watertable_numbers(const struct watertable *t, int column, double *value, char *why,
                       size_t why_size)
{
    for (size_t i = 0; i < t->rows; i++) {
        const struct cell *c = cell_at(t, i, column);

        if (c->kind == WORDS)
            return refuse(t, i, column,
                          tongue("bukan angka; kosongkan selnya bila tidak diukur",
                                 "not a number; leave the cell empty when it was not measured"),
                          why, why_size);
        value[i] = c->number;
    }
    return 0;
}

int watertable_times(const struct watertable *t, int column, int64_t *ts_ms, char *why,
                     size_t why_size)
{
    for (size_t i = 0; i < t->rows; i++)
        if (civil_parse_iso(t->bytes.p + cell_at(t, i, column)->text, &ts_ms[i], NULL) != 0)
            return refuse(t, i, column,
                          tongue("bukan waktu; tulis 2026-11-24 05:10:00",
                                 "not a time; write 2026-11-24 05:10:00"),
                          why, why_size);
    return 0;
}

/* --- writing --- */

static void put_text(struct buf *b, char separator, const char *text)
{
    bool quote = false;

    for (const char *p = text; *p != '\0'; p++)
        quote |= *p == separator || *p == '"' || *p == '\n' || *p == '\r';
    if (!quote) {
        buf_str(b, text);
        return;
    }
    buf_str(b, "\"");
    for (const char *p = text; *p != '\0'; p++)
        buf_printf(b, *p == '"' ? "\"%c" : "%c", *p);
    buf_str(b, "\"");
}

/* An added number; in Excel's dialect with a decimal comma. */
static void put_number(struct buf *b, double v, int digits, bool comma)
{
    char text[40];

    if (!isfinite(v))
        return;
    (void)snprintf(text, sizeof text, "%.*g", digits, v);
    for (char *p = text; comma && *p != '\0'; p++)
        if (*p == '.')
            *p = ',';
    buf_str(b, text);
}

void watertable_json_text(struct buf *b, const char *text)
{
    buf_str(b, "\"");
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            buf_printf(b, "\\%c", *p);
        else if (*p < 0x20)
            buf_printf(b, "\\u%04x", *p);
        else
            buf_add(b, p, 1);
    }
    buf_str(b, "\"");
}

static const char *name_of(const struct watertable *t, const char *name, char *text, size_t size)
{
    bool taken = false;

    for (size_t k = 0; k < t->columns; k++)
        taken |= strcmp(t->name[k], name) == 0;
    (void)snprintf(text, size, "%s%s", name, taken ? "_calc" : "");
    return text;
}

static void json_row(const struct watertable *t, size_t row, const struct watertable_added *added,
                     size_t n, struct buf *b)
{
    char name[100];

    for (size_t k = 0; k < t->columns; k++) {
        const struct cell *c = cell_at(t, row, (int)k);

        buf_str(b, k == 0 ? "{" : ",");
        watertable_json_text(b, t->name[k]);
        buf_str(b, ":");
        if (c->kind == NUMBER)
            buf_printf(b, "%.15g", c->number);
        else if (c->kind == MISSING)
            buf_str(b, "null");
        else
            watertable_json_text(b, t->bytes.p + c->text);
    }
    for (size_t k = 0; k < n; k++) {
        buf_str(b, ",");
        watertable_json_text(b, name_of(t, added[k].name, name, sizeof name));
        buf_str(b, ":");
        if (isfinite(added[k].value[row]))
            put_number(b, added[k].value[row], added[k].digits, false);
        else
            buf_str(b, "null");
    }
    buf_str(b, "}\n");
}

void watertable_write(const struct watertable *t, const struct watertable_added *added, size_t n,
                      bool json, struct buf *b)
{
    const char separator = t->semicolon ? ';' : ',';
    char name[100];

    for (size_t i = 0; json && i < t->rows; i++)
        json_row(t, i, added, n, b);
    if (json)
        return;
    for (size_t k = 0; k < t->columns + n; k++) {
        if (k > 0)
            buf_add(b, &separator, 1);
        put_text(b, separator,
                 k < t->columns ? t->name[k]
                                : name_of(t, added[k - t->columns].name, name, sizeof name));
    }
    buf_str(b, "\n");
    for (size_t i = 0; i < t->rows; i++) {
        for (size_t k = 0; k < t->columns + n; k++) {
            if (k > 0)
                buf_add(b, &separator, 1);
            if (k < t->columns)
                put_text(b, separator, t->bytes.p + cell_at(t, i, (int)k)->text);
            else
                put_number(b, added[k - t->columns].value[i], added[k - t->columns].digits,
                           t->semicolon);
        }
        buf_str(b, "\n");
    }
}
