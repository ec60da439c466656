/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "csv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "csv_number.h"
#include "log.h"
#include "tongue.h"
#include "utf8.h"

#define MAX_COLUMNS 256
#define MAX_ROW     65536 /* bytes of one row as written */
#define CHUNK       65536
#define END         (-1)

struct cell {
    size_t at; /* of its text in row */
    long line, column;
};

struct csv {
    char *name;
    FILE *file;        /* NULL: from memory */
    const char *bytes; /* what was read last, or all of the memory */
    size_t n, at;
    char *chunk; /* owned, for file */
    bool io_failed;
    char separator;    /* 0 until the header has shown it */
    long line, column; /* of the byte at the cursor */
    size_t row_bytes;  /* read of this row */
    bool quoted;       /* the row has a quote: "" is a row, a blank line is none */
    struct buf row;    /* cells, each closed by a 0 */
    struct cell cell[MAX_COLUMNS];
    size_t cells;
    struct buf header; /* as row, kept */
    size_t name_at[MAX_COLUMNS];
    size_t names;
    int failed; /* the error every later csv_next repeats */
    char why[256];
};

static int wrong(struct csv *c, long line, long column, const char *fmt, ...) NILA_PRINTF(4, 5);

static int wrong(struct csv *c, long line, long column, const char *fmt, ...)
{
    char words[160];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    (void)snprintf(c->why, sizeof c->why, "%.80s:%ld:%ld: %s", c->name, line, column, words);
    c->failed = NILA_ERR_PARSE;
    return NILA_ERR_PARSE;
}

/* The byte at the cursor, END behind the last one. */
static int look(struct csv *c)
{
    if (c->at < c->n)
        return (unsigned char)c->bytes[c->at];
    if (c->file == NULL || c->io_failed)
        return END;
    c->n = fread(c->chunk, 1, CHUNK, c->file);
    c->at = 0;
    c->bytes = c->chunk;
    if (c->n == 0) {
        if (ferror(c->file)) {
            c->io_failed = true;
            (void)snprintf(c->why, sizeof c->why, "%.80s:%ld:%ld: %s", c->name, c->line, c->column,
                           tongue_errno(errno));
        }
        return END;
    }
    return (unsigned char)c->bytes[0];
}

static void step(struct csv *c)
{
    if (c->bytes[c->at] == '\n') {
        c->line++;
        c->column = 1;
    } else {
        c->column++;
    }
    c->at++;
    c->row_bytes++;
}

static bool is_blank(int ch)
{
    return ch == ' ' || ch == '\t';
}

static bool is_separator(const struct csv *c, int ch)
{
    return c->separator != 0 ? ch == c->separator : ch == ',' || ch == ';';
}

/* May this byte stand in a cell? Bytes above 127 are judged together when the row is whole. */
static int check_byte(struct csv *c, int ch, bool quoted)
{
    if (c->row_bytes >= MAX_ROW)
        return wrong(c, c->line, c->column,
                     tongue("baris lebih dari %d bita; apakah tanda kutip belum ditutup?",
                            "a row of more than %d bytes; is a quote not closed?"),
                     MAX_ROW);
    if (ch == 0)
        return wrong(c, c->line, c->column,
                     tongue("ada bita NUL; simpan berkas sebagai CSV UTF-8",
                            "a NUL byte; save the file as CSV UTF-8"));
    if ((ch < 0x20 && ch != '\t' && !(quoted && (ch == '\n' || ch == '\r'))) || ch == 0x7f)
        return wrong(c, c->line, c->column,
                     tongue("karakter kendali 0x%02x", "control character 0x%02x"), (unsigned)ch);
    return 0;
}

/* Behind the opening quote, up to and with the closing one. */
static int read_quoted(struct csv *c, long line, long column)
{
    for (;;) {
        const int ch = look(c);
        int rc;
        char byte;
        if (ch == END)
            return c->io_failed ? NILA_ERR_IO
                                : wrong(c, line, column,
                                        tongue("tanda kutip tidak ditutup; perlu satu \" lagi",
                                               "the quote is never closed; expected another \""));
        rc = check_byte(c, ch, true);
        if (rc != 0)
            return rc;
        step(c);
        if (ch == '"') {
            if (look(c) != '"')
                return 0;
            step(c);
        }
        byte = (char)ch;
        buf_add(&c->row, &byte, 1);
    }
}

/* At the end of a row: LF, CRLF or the end of the file. */
static bool at_row_end(struct csv *c, int *rc)
{
    int ch = look(c);

    if (ch == '\r') {
        const long line = c->line, column = c->column;
        step(c);
        ch = look(c);
        if (ch != '\n' && ch != END)
            *rc = wrong(c, line, column,
                        tongue("ada CR tanpa LF; akhir baris harus LF atau CRLF",
                               "a carriage return without a line feed; expected LF or CRLF"));
    }
    return ch == '\n' || ch == END || *rc != 0;
}

/* Bytes that are not UTF-8 would break every page and database behind us. A byte order mark that is not the first thing
 * in the file cannot be seen, but makes a name another name. */
static int check_text(struct csv *c, const struct cell *cell)
{
    const char *s = c->row.p + cell->at;
    size_t left = c->row.n - cell->at;

    for (size_t k; left > 0; s += k, left -= k) {
        k = utf8_length(s, left);
        if (k == 0)
            return wrong(c, cell->line, cell->column,
                         tongue("bita 0x%02x di sel ini bukan UTF-8; simpan sebagai CSV UTF-8",
                                "byte 0x%02x in this cell is not UTF-8; save as CSV UTF-8"),
                         (unsigned)(unsigned char)*s);
        if (k == 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
            return wrong(c, cell->line, cell->column,
                         tongue("ada BOM di tengah sel; apakah dua berkas disambung?",
                                "a byte order mark inside this cell; were two files joined?"));
    }
    return 0;
}

static void trim(struct csv *c, size_t at)
{
    size_t lead = 0;

    while (c->row.n > at && is_blank(c->row.p[c->row.n - 1]))
        c->row.n--;
    while (at + lead < c->row.n && is_blank(c->row.p[at + lead]))
        lead++;
    memmove(c->row.p + at, c->row.p + at + lead, c->row.n - at - lead);
    c->row.n -= lead;
}

/* Cells without quotes: everything up to the separator or the end of the row. */
static int read_plain(struct csv *c)
{
    int rc = 0;

    for (;;) {
        const int ch = look(c);
        char byte;
        if (ch == END || ch == '\n' || ch == '\r' || is_separator(c, ch))
            return c->io_failed ? NILA_ERR_IO : 0;
        if (ch == '"')
            return wrong(
                c, c->line, c->column,
                tongue("tanda kutip di tengah sel; beri kutip seluruh sel dan tulis kutip ini dua "
                       "kali",
                       "a quote inside a cell; write the whole cell in quotes and this one twice"));
        rc = check_byte(c, ch, false);
        if (rc != 0)
            return rc;
        byte = (char)ch;
        buf_add(&c->row, &byte, 1);
        step(c);
    }
}

static int read_cell(struct csv *c)
{
    struct cell *cell = &c->cell[c->cells];
    int rc;

    if (c->cells == MAX_COLUMNS)
        return wrong(c, c->line, c->column, tongue("lebih dari %d kolom", "more than %d columns"),
                     MAX_COLUMNS);
    *cell = (struct cell){.at = c->row.n, .line = c->line, .column = c->column};
    while (is_blank(look(c)) && !is_separator(c, look(c)) && c->row_bytes < MAX_ROW)
        step(c);
    if (look(c) == '"') {
        const long line = c->line, column = c->column;
        c->quoted = true;
        step(c);
        rc = read_quoted(c, line, column);
        while (rc == 0 && is_blank(look(c)) && c->row_bytes < MAX_ROW)
            step(c);
        if (rc == 0 && look(c) != END && look(c) != '\n' && look(c) != '\r' &&
            !is_separator(c, look(c)))
            rc = wrong(c, c->line, c->column,
                       tongue("ada teks setelah kutip penutup; seharusnya pemisah",
                              "text after a closing quote; expected a separator"));
    } else {
        cell->line = c->line;
        cell->column = c->column;
        rc = read_plain(c);
    }
    buf_add(&c->row, "", 0); /* an empty first cell has brought no memory yet */
    if (rc == 0)
        rc = check_text(c, cell);
    if (rc != 0)
        return rc;
    trim(c, cell->at);
    buf_add(&c->row, "", 1);
    c->cells++;
    return 0;
}

/* One row into row and cell; 1, 0 at the end of the file, or an error. */
static int read_row(struct csv *c)
{
    int rc = 0;

    buf_clear(&c->row);
    c->cells = 0;
    c->row_bytes = 0;
    c->quoted = false;
    if (look(c) == END)
        return c->io_failed ? NILA_ERR_IO : 0;
    for (;;) {
        rc = read_cell(c);
        if (rc != 0)
            return rc;
        if (at_row_end(c, &rc)) {
            if (rc != 0)
                return rc;
            if (look(c) == '\n')
                step(c);
            return c->io_failed ? NILA_ERR_IO : 1;
        }
        if (c->separator == 0)
            c->separator = (char)look(c);
        step(c);
    }
}

static bool is_empty(const struct csv *c)
{
    return c->cells == 1 && !c->quoted && c->row.p[c->cell[0].at] == '\0';
}

/* "sep=;" as Excel writes it: the row is that and the separator, which read_row has kept. */
static bool is_separator_line(const struct csv *c)
{
    return c->cells == 2 && c->cell[0].line == 1 && c->row.p[c->cell[1].at] == '\0' &&
           strcmp(c->row.p + c->cell[0].at, "sep=") == 0;
}

/* Written above the table for people; its commas are prose. */
static bool is_remark(struct csv *c, char told)
{
    if (c->row.p[c->cell[0].at] != '#')
        return false;
    c->separator = told;
    return true;
}

static int read_header(struct csv *c)
{
    char told = 0;
    int rc;

    do {
        rc = read_row(c);
        if (rc == 1 && is_separator_line(c))
            told = c->separator;
    } while (rc == 1 && (is_empty(c) || is_separator_line(c) || is_remark(c, told)));
    if (rc < 0)
        return rc;
    if (rc == 0)
        return wrong(c, 1, 1,
                     tongue("berkas kosong; perlu satu baris berisi nama kolom",
                            "the file is empty; a row with the names of the columns is needed"));
    for (size_t i = 0; i < c->cells; i++) {
        const char *text = c->row.p + c->cell[i].at;
        if (*text == '\0')
            return wrong(c, c->cell[i].line, c->cell[i].column,
                         tongue("kolom ke-%zu tanpa nama", "column %zu has no name"), i + 1);
        for (size_t k = 0; k < i; k++)
            if (strcmp(text, c->row.p + c->cell[k].at) == 0)
                return wrong(
                    c, c->cell[i].line, c->cell[i].column,
                    tongue("kolom \"%.40s\" ada dua kali", "column \"%.40s\" stands twice"), text);
        c->name_at[i] = c->cell[i].at;
    }
    buf_add(&c->header, c->row.p, c->row.n);
    c->names = c->cells;
    c->cells = 0;
    if (c->separator == 0)
        c->separator = ','; /* one column: the question does not arise */
    return 0;
}

static void skip_mark(struct csv *c)
{
    if (look(c) == 0xef && c->n - c->at >= 3 && memcmp(c->bytes + c->at, "\xef\xbb\xbf", 3) == 0)
        c->at += 3;
}

static int start(struct csv **out, struct csv *c, char *why, size_t why_size)
{
    int rc;

    c->line = 1;
    c->column = 1;
    skip_mark(c);
    rc = read_header(c);
    if (rc == 0) {
        *out = c;
        return 0;
    }
    (void)snprintf(why, why_size, "%s", c->why);
    csv_close(c);
    return rc;
}

static struct csv *new_reader(const char *name)
{
    struct csv *c = xcalloc(1, sizeof *c);

    c->name = xstrdup(name);
    return c;
}

int csv_open(struct csv **out, const char *path, char *why, size_t why_size)
{
    const bool from_stdin = strcmp(path, "-") == 0;
    FILE *f = from_stdin ? stdin : fopen(path, "rbe");
    struct csv *c;

    if (f == NULL) {
        const int err = errno;
        (void)snprintf(why, why_size, "%.120s: %s", path, tongue_errno(err));
        if (err == ENOENT || err == ENOTDIR)
            return NILA_ERR_NOT_FOUND;
        return err == EACCES || err == EPERM ? NILA_ERR_DENIED : NILA_ERR_IO;
    }
    c = new_reader(from_stdin ? "stdin" : path);
    c->file = f;
    c->chunk = xcalloc(CHUNK, 1);
    return start(out, c, why, why_size);
}

int csv_open_memory(struct csv **out, const char *name, const void *bytes, size_t n, char *why,
                    size_t why_size)
{
    struct csv *c = new_reader(name);

    c->bytes = bytes;
    c->n = n;
    return start(out, c, why, why_size);
}

void csv_close(struct csv *c)
{
    if (c == NULL)
        return;
    if (c->file != NULL && c->file != stdin)
        (void)fclose(c->file);
    buf_free(&c->row);
    buf_free(&c->header);
    free(c->chunk);
    free(c->name);
    free(c);
}

int csv_find(const struct csv *c, const char *name)
{
    for (size_t i = 0; i < c->names; i++)
        if (strcmp(csv_name(c, i), name) == 0)
            return (int)i;
    return -1;
}

size_t csv_columns(const struct csv *c)
{
    return c->names;
}

const char *csv_name(const struct csv *c, size_t column)
{
    return column < c->names ? c->header.p + c->name_at[column] : "";
}

bool csv_semicolon(const struct csv *c)
{
    return c->separator == ';';
}

int csv_next(struct csv *c)
{
    int rc;

    if (c->failed != 0)
        return c->failed;
    do
        rc = read_row(c);
    while (rc == 1 && is_empty(c));
    if (rc == 1 && c->cells != c->names)
        rc = wrong(c, c->cell[0].line, 1,
                   tongue("%zu sel; baris judul punya %zu", "%zu cells; the header has %zu"),
                   c->cells, c->names);
    if (rc != 1)
        c->cells = 0;
    if (rc < 0)
        c->failed = rc;
    return rc;
}

const char *csv_why(const struct csv *c)
{
    return c->why;
}

const char *csv_cell(const struct csv *c, int column)
{
    return column >= 0 && (size_t)column < c->cells ? c->row.p + c->cell[column].at : "";
}

struct csv_place csv_where(const struct csv *c, int column)
{
    struct csv_place at = {.file = c->name, .line = c->line, .column = 1};

    if (column >= 0 && (size_t)column < c->cells) {
        at.line = c->cell[column].line;
        at.column = c->cell[column].column;
    } else if (c->cells > 0) {
        at.line = c->cell[0].line;
    }
    return at;
}

int csv_number(const struct csv *c, int column, double *out)
{
    return csv_number_read(csv_cell(c, column), csv_semicolon(c), out);
}

static void put(struct buf *b, char separator, bool first, const char *guard, const char *cell)
{
    const size_t n = strlen(cell);
    /* An empty first cell is quoted: alone on its row it would be a blank line, which readers skip. */
    const bool quote = (first && n == 0) || strpbrk(cell, ",;\"\r\n") != NULL ||
                       (n > 0 && (is_blank(cell[0]) || is_blank(cell[n - 1])));

    if (!first)
        buf_add(b, &separator, 1);
    if (!quote) {
        buf_str(b, guard);
        buf_str(b, cell);
        return;
    }
    buf_str(b, "\"");
    buf_str(b, guard);
    for (const char *p = cell; *p != '\0'; p++)
        buf_add(b, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
    buf_str(b, "\"");
}

void csv_put(struct buf *b, bool first, const char *cell)
{
    put(b, ',', first, "", cell);
}

/* Apostrophes count along, so that a text which begins with one comes back as it was. */
static bool like_formula(const char *text)
{
    text += strspn(text, "'");
    return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

void csv_put_guarded(struct buf *b, char separator, bool first, const char *text)
{
    put(b, separator, first, like_formula(text) ? "'" : "", text);
}

const char *csv_unguarded(const char *text)
{
    return text[0] == '\'' && like_formula(text) ? text + 1 : text;
}
