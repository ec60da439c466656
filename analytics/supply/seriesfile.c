/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seriesfile.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/csv_number.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/utf8.h"
#include "ets.h"

static const char HEAD[] = "id,type,start_year,start_sub,n,h";
static const double LARGEST = 1e100;
enum {
    CELL_ID,
    CELL_TYPE,
    CELL_YEAR,
    CELL_SUB,
    CELL_N,
    CELL_H,
    CELL_VALUES /* how many cells stand before them */
};

struct reader {
    const char *name;
    char *at, *end; /* what is still to be read; end[0] is 0 */
    char *line;     /* begin of the current line, its end is *next */
    char *next;
    long number;
    char separator;
    unsigned frequency;
    bool with_after;
    char *why;
    size_t why_size;
};

static int refuse(struct reader *r, const char *cell, const char *fmt, ...) NILA_PRINTF(3, 4);
static int refuse(struct reader *r, const char *cell, const char *fmt, ...)
{
    int n = snprintf(r->why, r->why_size, "%.100s:%ld:%ld: ", r->name, r->number,
                     (long)(cell - r->line) + 1);
    va_list ap;

    va_start(ap, fmt);
    if (n >= 0 && (size_t)n < r->why_size)
        (void)vsnprintf(r->why + n, r->why_size - (size_t)n, fmt, ap);
    va_end(ap);
    return NILA_ERR_PARSE;
}

/* What no cell may hold. */
static int check_line(struct reader *r)
{
    for (char *c = r->line; c < r->next;) {
        size_t length = utf8_length(c, (size_t)(r->next - c));

        if (length == 0)
            return refuse(r, c, tongue("bukan UTF-8", "not UTF-8"));
        if ((unsigned char)*c < ' ' && *c != '\t')
            return refuse(r, c, tongue("ada karakter kendali", "a control character"));
        if (*c == '"')
            return refuse(
                r, c,
                tongue("berkas ini tidak memakai tanda kutip", "quotes are not used in this file"));
        c += length;
    }
    return 0;
}

/* The next line that is not blank: 1, with the zero byte after it; 0 at the end. */
static int next_line(struct reader *r)
{
    while (r->at < r->end) {
        char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));

        r->line = r->at;
        r->next = newline != NULL ? newline : r->end;
        r->at = newline != NULL ? newline + 1 : r->end;
        r->number++;
        if (r->next > r->line && r->next[-1] == '\r')
            r->next--;
        *r->next = '\0';
        if (strspn(r->line, " \t") == (size_t)(r->next - r->line))
            continue;
        return check_line(r) == 0 ? 1 : NILA_ERR_PARSE;
    }
    return 0;
}

/* Cuts the cell at *at off, trimmed; *at is then the next one, NULL after the last. */
static char *take_cell(struct reader *r, char **at)
{
    char *cell = *at, *end = strchr(cell, r->separator);

    *at = end != NULL ? end + 1 : NULL;
    end = end != NULL ? end : r->next;
    *end = '\0';
    cell += strspn(cell, " \t");
    while (end > cell && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = '\0';
    return cell;
}

static int read_head(struct reader *r)
{
    static const char *const NAME[] = {"id", "type", "start_year", "start_sub", "n", "h"};
    int rc = next_line(r);
    char *at = r->line;

    if (rc < 0)
        return rc;
    if (rc == 0) {
        (void)snprintf(r->why, r->why_size,
                       tongue("%.100s:1:1: berkas kosong; awalnya %s",
                              "%.100s:1:1: the file is empty; it begins with %s"),
                       r->name, HEAD);
        return NILA_ERR_PARSE;
    }
    r->separator = strchr(r->line, ';') != NULL ? ';' : ',';
    for (int i = 0; i < CELL_VALUES; i++) {
        char *cell = at != NULL ? take_cell(r, &at) : NULL;

        if (cell == NULL || strcmp(cell, NAME[i]) != 0)
            return refuse(r, cell != NULL ? cell : r->next,
                          tongue("baris judul diawali %s; di sini %s belum ada",
                                 "the header row begins with %s; %s is missing here"),
                          HEAD, NAME[i]);
    }
    return 0;
}

/* A whole number in min..max. */
static int whole(struct reader *r, const char *cell, const char *name, long min, long max,
                 size_t *out)
{
    char *end;
    long v;

    errno = 0;
    v = strtol(cell, &end, 10);
    if (end == cell || *end != '\0' || errno != 0 || v < min || v > max)
        return refuse(r, cell,
                      tongue("%s: \"%.24s\" bukan bilangan bulat %ld sampai %ld",
                             "%s: \"%.24s\" is no whole number of %ld to %ld"),
                      name, cell, min, max);
    *out = (size_t)v;
    return 0;
}

static int take_value(struct reader *r, const char *cell, double *out)
{
    int rc;

    *out = NAN;
    if (*cell == '\0' || strcmp(cell, "NA") == 0)
        return 0;
    rc = csv_number_read(cell, r->separator == ';', out);
    if (rc == NILA_ERR_RANGE || (rc == 0 && fabs(*out) > LARGEST))
        return refuse(r, cell,
                      tongue("nilai: \"%.24s\" bukan angka berhingga atau terlalu besar",
                             "value: \"%.24s\" is not finite or too large"),
                      cell);
    if (rc != 0)
        return refuse(r, cell,
                      tongue("nilai: \"%.24s\" bukan angka (yang tak ada: sel kosong atau NA)",
                             "value: \"%.24s\" is no number (missing: an empty cell or NA)"),
                      cell);
    return 0;
}

/* The six cells before the values. */
static int take_front(struct reader *r, char **at, struct seriesfile_row *row)
{
    char *cell[CELL_VALUES];
    size_t year, sub;
    int rc = 0;

    for (int i = 0; i < CELL_VALUES; i++) {
        if (*at == NULL)
            return refuse(r, r->next,
                          tongue("%d sel; paling sedikit %s dan nilainya",
                                 "%d cells; at least %s and the values are needed"),
                          i, HEAD);
        cell[i] = take_cell(r, at);
    }
    if (cell[CELL_ID][0] == '\0' || strlen(cell[CELL_ID]) > SERIESFILE_ID_MAX)
        return refuse(r, cell[CELL_ID], tongue("id: 1 sampai %d bita", "id: 1 to %d bytes"),
                      SERIESFILE_ID_MAX);
    (void)snprintf(row->id, sizeof row->id, "%s", cell[CELL_ID]);
    rc = whole(r, cell[CELL_YEAR], "start_year", 0, 9999, &year);
    if (rc == 0)
        rc = whole(r, cell[CELL_SUB], "start_sub", 1, (long)r->frequency, &sub);
    if (rc == 0)
        rc = whole(r, cell[CELL_N], "n", 2, SERIESFILE_VALUES_MAX, &row->n);
    if (rc == 0)
        rc = whole(r, cell[CELL_H], "h", 1, ETS_STEPS_MAX, &row->h);
    return rc;
}

static int take_row(struct reader *r, struct seriesfile_row *row)
{
    char *at = r->line;
    size_t known = 0;
    int rc = take_front(r, &at, row);

    if (rc != 0)
        return rc;
    row->line = r->number;
    row->value = xcalloc(row->n, sizeof *row->value);
    for (size_t t = 0; t < row->n && rc == 0; t++) {
        if (at == NULL)
            return refuse(r, r->next,
                          tongue("n %zu, di sini hanya ada %zu nilai",
                                 "n is %zu, only %zu values stand here"),
                          row->n, t);
        rc = take_value(r, take_cell(r, &at), &row->value[t]);
        known += isnan(row->value[t]) ? 0 : 1;
    }
    if (rc == 0 && known < 2)
        return refuse(
            r, r->line,
            tongue("%s: kurang dari dua nilai yang diketahui", "%s: fewer than two known values"),
            row->id);
    if (rc != 0 || !r->with_after)
        return rc;
    row->after = xcalloc(row->h, sizeof *row->after);
    for (size_t t = 0; t < row->h && rc == 0; t++) {
        row->after[t] = NAN;
        if (at != NULL)
            rc = take_value(r, take_cell(r, &at), &row->after[t]);
    }
    return rc;
}

/* An id and where it stands. */
struct named {
    const char *id;
    long line;
};

static int by_id(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->id, y->id);

    return order != 0 ? order : x->line < y->line ? -1 : 1;
}

static int check_ids(struct reader *r, const struct seriesfile *f)
{
    struct named *sorted = xcalloc(f->rows + 1, sizeof *sorted), twice = {NULL, 0};
    long first = 0;

    for (size_t i = 0; i < f->rows; i++)
        sorted[i] = (struct named){f->row[i].id, f->row[i].line};
    qsort(sorted, f->rows, sizeof *sorted, by_id);
    for (size_t i = 1; i < f->rows; i++)
        if (strcmp(sorted[i].id, sorted[i - 1].id) == 0 &&
            (twice.id == NULL || sorted[i].line < twice.line)) {
            twice = sorted[i];
            first = sorted[i - 1].line;
        }
    free(sorted);
    if (twice.id == NULL)
        return 0;
    (void)snprintf(r->why, r->why_size,
                   tongue("%.100s:%ld:1: id: %s ada juga di baris %ld",
                          "%.100s:%ld:1: id: %s stands in line %ld too"),
                   r->name, twice.line, twice.id, first);
    return NILA_ERR_PARSE;
}

static int read_rows(struct reader *r, struct seriesfile *f)
{
    size_t room = 0;
    int rc = read_head(r);

    while (rc == 0 && (rc = next_line(r)) == 1) {
        if (f->rows == room) {
            room = room > 0 ? 2 * room : 64;
            f->row = xrealloc(f->row, room, sizeof *f->row);
        }
        f->row[f->rows] = (struct seriesfile_row){0};
        rc = take_row(r, &f->row[f->rows++]);
        f->longest = f->row[f->rows - 1].n > f->longest ? f->row[f->rows - 1].n : f->longest;
    }
    if (rc == 0 && f->rows == 0) {
        (void)snprintf(r->why, r->why_size,
                       tongue("%.100s:%ld:1: tidak ada deret setelah baris judul",
                              "%.100s:%ld:1: no series after the header row"),
                       r->name, r->number + 1);
        rc = NILA_ERR_PARSE;
    }
    return rc == 0 ? check_ids(r, f) : rc;
}

/* bytes[size] may be written. */
static int read_bytes(struct seriesfile **out, struct reader *r, char *bytes, size_t size)
{
    struct seriesfile *f = xcalloc(1, sizeof *f);
    int rc;

    r->at = r->line = r->next = bytes;
    r->end = bytes + size;
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        r->at += 3;
    rc = read_rows(r, f);
    if (rc != 0) {
        seriesfile_free(f);
        return rc;
    }
    *out = f;
    return 0;
}

int seriesfile_read_memory(struct seriesfile **out, const char *name, const char *bytes,
                           size_t size, unsigned frequency, bool with_after, char *why,
                           size_t why_size)
{
    struct reader r = {.name = name,
                       .frequency = frequency,
                       .with_after = with_after,
                       .why = why,
                       .why_size = why_size};
    char *copy = xcalloc(size + 1, 1);
    int rc;

    why[0] = '\0';
    if (size > 0)
        memcpy(copy, bytes, size);
    rc = read_bytes(out, &r, copy, size);
    free(copy);
    return rc;
}

/* All of an open file; the caller frees *bytes, also after an error. */
static int slurp(FILE *from, char **bytes, size_t *size)
{
    size_t room = 0, got;

    *bytes = NULL;
    *size = 0;
    do {
        if (*size + 65536 > room) {
            room = room > 0 ? 2 * room : 1u << 18;
            *bytes = xrealloc(*bytes, room + 1, 1);
        }
        got = fread(*bytes + *size, 1, room - *size, from);
        *size += got;
        if (*size > SERIESFILE_BYTES_MAX)
            return NILA_ERR_FULL;
    } while (got > 0);
    return ferror(from) ? NILA_ERR_IO : 0;
}

int seriesfile_read(struct seriesfile **out, const char *path, unsigned frequency, bool with_after,
                    char *why, size_t why_size)
{
    const bool standard = strcmp(path, "-") == 0;
    struct reader r = {.name = standard ? "stdin" : path,
                       .frequency = frequency,
                       .with_after = with_after,
                       .why = why,
                       .why_size = why_size};
    FILE *from = standard ? stdin : fopen(path, "r");
    char *bytes = NULL;
    size_t size = 0;
    int rc;

    if (from == NULL) {
        (void)snprintf(why, why_size, "%.100s: %s", path, tongue_errno(errno));
        return errno == ENOENT   ? NILA_ERR_NOT_FOUND
               : errno == EACCES ? NILA_ERR_DENIED
                                 : NILA_ERR_IO;
    }
    errno = 0;
    rc = slurp(from, &bytes, &size);
    if (rc == NILA_ERR_FULL)
        (void)snprintf(why, why_size,
                       tongue("%.100s: lebih besar dari %u MiB", "%.100s: larger than %u MiB"),
                       r.name, SERIESFILE_BYTES_MAX >> 20);
    else if (rc != 0)
        (void)snprintf(why, why_size, "%.100s: %s", r.name, tongue_errno(errno));
    else
        rc = read_bytes(out, &r, bytes, size);
    if (!standard)
        (void)fclose(from);
    free(bytes);
    return rc;
}

void seriesfile_free(struct seriesfile *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->rows; i++) {
        free(f->row[i].value);
        free(f->row[i].after);
    }
    free(f->row);
    free(f);
}
