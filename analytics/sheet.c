/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sheet.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/sheet_own.h"
#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"

enum {
    NUMBER_SIZE = 64,
    HEAD_ROWS = 3,
    EXCEL_EPOCH = 25569 /* 1970-01-01 as a date of a spreadsheet */
};

struct sheet {
    enum sheet_form form;
    struct buf csv;
    struct xlsx *book;
    unsigned row, at; /* of the next cell */
    bool begun;       /* the row of the CSV has a cell */
    const char *name, *about, *unit_word;
    const struct sheet_column *column;
    size_t n;
    unsigned page; /* of the table: a long one has several */
};

static const struct {
    const char *name, *ending, *type;
} FORM[SHEET_FORMS] = {
    [SHEET_DATA] = {"csv", "csv", "text/csv; charset=utf-8; header=present"},
    [SHEET_EXCEL] = {"excel", "csv", "text/csv; charset=utf-8; header=present"},
    [SHEET_XLSX] = {"xlsx", "xlsx",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
};

int sheet_form_find(const char *name, enum sheet_form *out)
{
    for (int f = 0; f < SHEET_FORMS; f++)
        if (strcmp(name, FORM[f].name) == 0) {
            *out = (enum sheet_form)f;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

const char *sheet_form_ending(enum sheet_form f)
{
    return FORM[f].ending;
}

const char *sheet_form_type(enum sheet_form f)
{
    return FORM[f].type;
}

int sheet_new(struct sheet **out, enum sheet_form form, char *why, size_t why_size)
{
    struct sheet *s = xcalloc(1, sizeof *s);
    int rc = form == SHEET_XLSX ? xlsx_new(&s->book, why, why_size) : 0;

    s->form = form;
    if (rc != 0) {
        free(s);
        return rc;
    }
    if (form == SHEET_EXCEL)
        buf_str(&s->csv, "\xef\xbb\xbf");
    *out = s;
    return 0;
}

static void put(struct sheet *s, const char *text, enum xlsx_style style)
{
    if (s->form != SHEET_XLSX)
        csv_put_guarded(&s->csv, s->form == SHEET_EXCEL ? ';' : ',', !s->begun, text);
    else if (text[0] != '\0')
        xlsx_text(s->book, s->row, s->at, text, style);
    s->begun = true;
    s->at++;
}

/* What is no text needs no guard: a number may begin with a minus. */
static void put_bare(struct sheet *s, const char *text)
{
    if (s->begun)
        buf_str(&s->csv, s->form == SHEET_EXCEL ? ";" : ",");
    buf_str(&s->csv, text);
    s->begun = true;
    s->at++;
}

static void next_row(struct sheet *s)
{
    if (s->form != SHEET_XLSX)
        buf_str(&s->csv, "\r\n");
    s->begun = false;
    s->at = 0;
    s->row++;
}

static void heads(struct sheet *s)
{
    struct buf about = {0}, unit = {0};
    char name[32];

    if (s->form == SHEET_XLSX) {
        (void)snprintf(name, sizeof name, s->page == 0 ? "%.26s" : "%.26s (%u)", s->name,
                       s->page + 1);
        xlsx_page(s->book, name, HEAD_ROWS, s->n);
    }
    buf_printf(&about, "# %s", s->about);
    put(s, about.p, XLSX_REMARK);
    for (size_t i = 1; i < s->n; i++)
        put(s, "", XLSX_REMARK);
    next_row(s);
    buf_printf(&unit, "# %s%s%s", s->unit_word, s->column[0].unit[0] != '\0' ? ": " : "",
               s->column[0].unit);
    put(s, unit.p, XLSX_REMARK);
    for (size_t i = 1; i < s->n; i++)
        put(s, s->column[i].unit, XLSX_REMARK);
    next_row(s);
    for (size_t i = 0; i < s->n; i++)
        put(s, s->column[i].name, XLSX_HEAD);
    next_row(s);
    buf_free(&about);
    buf_free(&unit);
}

void sheet_table(struct sheet *s, const char *name, const char *about, const char *unit_word,
                 const struct sheet_column *column, size_t n)
{
    if (n == 0 || n > SHEET_COLUMNS_MAX || (s->form != SHEET_XLSX && s->name != NULL))
        fatal("sheet: table %s: %zu columns, or a second table in a CSV", name, n);
    s->name = name;
    s->about = about;
    s->unit_word = unit_word;
    s->column = column;
    s->n = n;
    s->page = 0;
    s->row = s->at = 0;
    heads(s);
}

void sheet_end_row(struct sheet *s)
{
    next_row(s);
    if (s->form == SHEET_XLSX && s->row == XLSX_ROWS_MAX) { /* goes on, on a page of its own */
        s->page++;
        s->row = 0;
        heads(s);
    }
}

void sheet_text(struct sheet *s, const char *text)
{
    put(s, text, XLSX_PLAIN);
}

void sheet_empty(struct sheet *s)
{
    put(s, "", XLSX_PLAIN);
}

static void put_digits(struct sheet *s, char *text)
{
    char *point = s->form == SHEET_EXCEL ? strchr(text, '.') : NULL;

    if (point != NULL)
        *point = ',';
    put_bare(s, text);
}

void sheet_number(struct sheet *s, double v)
{
    char text[NUMBER_SIZE];

    if (!isfinite(v)) {
        sheet_empty(s);
        return;
    }
    if (s->form == SHEET_XLSX) {
        xlsx_number(s->book, s->row, s->at++, v, XLSX_PLAIN);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) { /* the fewest that give the same number */
        (void)snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    put_digits(s, text);
}

void sheet_fixed(struct sheet *s, double v, int decimals)
{
    char text[NUMBER_SIZE + 320]; /* the largest double has 309 digits */

    if (!isfinite(v)) {
        sheet_empty(s);
        return;
    }
    (void)snprintf(text, sizeof text, "%.*f", decimals, v);
    if (s->form == SHEET_XLSX)
        xlsx_number(s->book, s->row, s->at++, strtod(text, NULL), XLSX_PLAIN);
    else
        put_digits(s, text);
}

void sheet_whole(struct sheet *s, int64_t v)
{
    char text[NUMBER_SIZE];

    if (s->form == SHEET_XLSX) {
        xlsx_number(s->book, s->row, s->at++, (double)v, XLSX_PLAIN);
        return;
    }
    (void)snprintf(text, sizeof text, "%" PRId64, v);
    put_bare(s, text);
}

void sheet_day(struct sheet *s, int32_t day)
{
    char text[16];

    if (s->form == SHEET_XLSX) {
        xlsx_number(s->book, s->row, s->at++, (double)day + EXCEL_EPOCH, XLSX_DAY);
        return;
    }
    (void)civil_format_day(text, sizeof text, day);
    put_bare(s, text);
}

void sheet_moment(struct sheet *s, int64_t ts_ms)
{
    char text[40];

    if (s->form == SHEET_XLSX) {
        xlsx_number(s->book, s->row, s->at++,
                    (double)(ts_ms + CIVIL_WIB_MS) / (double)CIVIL_DAY_MS + EXCEL_EPOCH,
                    XLSX_MOMENT);
        return;
    }
    (void)civil_format_iso(text, sizeof text, ts_ms);
    put_bare(s, text);
}

int sheet_done(struct sheet *s, struct buf *out, char *why, size_t why_size)
{
    int rc = 0;

    if (s->form == SHEET_XLSX)
        rc = xlsx_done(s->book, out, why, why_size);
    else if (out != NULL)
        buf_add(out, s->csv.p, s->csv.n);
    buf_free(&s->csv);
    free(s);
    return rc;
}
