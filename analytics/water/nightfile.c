/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nightfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

enum {
    WALL_CHARS = 19 /* "YYYY-MM-DD HH:MM:SS" */
};

struct columns {
    int time, oxygen, temp, par;
};

static int find_either(const struct csv *c, const char *name, const char *other)
{
    int k = csv_find(c, name);

    return k >= 0 ? k : csv_find(c, other);
}

static int refuse(const struct csv *c, int column, const char *what, char *why, size_t size)
{
    struct csv_place at = csv_where(c, column);

    (void)snprintf(why, size, "%.100s:%ld:%ld: %s: %.40s", at.file, at.line, at.column, what,
                   csv_cell(c, column));
    return NILA_ERR_PARSE;
}

static bool is_missing(const char *cell)
{
    static const char *const WORD[] = {"", "-", "na", "nan", "null", "none"};

    for (size_t k = 0; k < sizeof WORD / sizeof WORD[0]; k++)
        if (strcasecmp(cell, WORD[k]) == 0)
            return true;
    return false;
}

static int take_number(const struct csv *c, int column, double *out, char *why, size_t size)
{
    *out = NAN;
    if (column < 0 || is_missing(csv_cell(c, column)))
        return 0;
    return csv_number(c, column, out) == 0
               ? 0
               : refuse(c, column,
                        tongue("bukan angka (kosongkan sel bila tidak diukur)",
                               "not a number (leave the cell empty when it was not measured)"),
                        why, size);
}

static int take_time(const struct csv *c, int column, int64_t *ts_ms, char *why, size_t size)
{
    const char *cell = csv_cell(c, column);
    char wall[WALL_CHARS + 1];
    size_t n = strcspn(cell, "Z+.");

    n = n < WALL_CHARS ? n : WALL_CHARS;
    memcpy(wall, cell, n);
    wall[n] = '\0';
    return civil_parse_iso(wall, ts_ms, NULL) == 0
               ? 0
               : refuse(c, column,
                        tongue("bukan waktu; seperti 2026-11-24 20:00:00",
                               "not a time; as in 2026-11-24 20:00:00"),
                        why, size);
}

static int take_row(const struct csv *c, const struct columns *at, struct night_sample *s,
                    char *why, size_t size)
{
    int rc = take_time(c, at->time, &s->ts_ms, why, size);

    if (rc == 0)
        rc = take_number(c, at->oxygen, &s->do_mg_l, why, size);
    if (rc == 0)
        rc = take_number(c, at->temp, &s->temp_c, why, size);
    if (rc == 0)
        rc = take_number(c, at->par, &s->par_w_m2, why, size);
    return rc;
}

/* Keeps rows of one instant in order: the place in the file breaks the tie. */
struct placed {
    struct night_sample s;
    size_t place;
};

static int by_time(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;

    if (p->s.ts_ms != q->s.ts_ms)
        return p->s.ts_ms < q->s.ts_ms ? -1 : 1;
    return p->place < q->place ? -1 : 1;
}

static void sort(struct nightfile *f)
{
    struct placed *p;

    for (size_t k = 1; k < f->n; k++)
        f->unordered += f->sample[k].ts_ms < f->sample[k - 1].ts_ms ? 1 : 0;
    if (f->unordered == 0)
        return;
    p = xcalloc(f->n, sizeof *p);
    for (size_t k = 0; k < f->n; k++)
        p[k] = (struct placed){f->sample[k], k};
    qsort(p, f->n, sizeof *p, by_time);
    for (size_t k = 0; k < f->n; k++)
        f->sample[k] = p[k].s;
    free(p);
}

static void name_pond(struct nightfile *f, const char *path)
{
    const char *base = strrchr(path, '/');
    size_t n;

    base = base != NULL ? base + 1 : path;
    n = strlen(base);
    if (n > 4 && strcmp(base + n - 4, ".csv") == 0)
        n -= 4;
    (void)snprintf(f->pond, sizeof f->pond, "%.*s", (int)n, base);
}

static int read_rows(struct csv *c, const struct columns *at, struct nightfile *f, char *why,
                     size_t size)
{
    size_t room = 0;
    int rc;

    while ((rc = csv_next(c)) == 1) {
        if (f->n == room) {
            room = room == 0 ? 4096 : 2 * room;
            f->sample = xrealloc(f->sample, room, sizeof *f->sample);
        }
        rc = take_row(c, at, &f->sample[f->n], why, size);
        if (rc != 0)
            return rc;
        f->n++;
    }
    if (rc < 0)
        (void)snprintf(why, size, "%s", csv_why(c));
    return rc;
}

/* Takes over c. */
static int read_all(struct csv *c, const char *path, struct nightfile *out, char *why,
                    size_t why_size)
{
    struct nightfile f = {0};
    const struct columns at = {csv_find(c, "time"), find_either(c, "do_mgl", "do_mg_l"),
                               csv_find(c, "temp_c"), find_either(c, "par_wm2", "par_w_m2")};
    int rc = 0;

    f.has_par = at.par >= 0;
    if (at.time < 0 || at.oxygen < 0) {
        (void)snprintf(
            why, why_size,
            tongue("%.150s:1:1: tidak ada kolom %s; baris judul harus menyebut time dan do_mgl",
                   "%.150s:1:1: no column %s; the header must name time and do_mgl"),
            path, at.time < 0 ? "time" : "do_mgl");
        rc = NILA_ERR_PARSE;
    }
    if (rc == 0)
        rc = read_rows(c, &at, &f, why, why_size);
    csv_close(c);
    if (rc != 0) {
        free(f.sample);
        return rc;
    }
    name_pond(&f, path);
    sort(&f);
    *out = f;
    return 0;
}

int nightfile_read(struct nightfile *out, const char *path, char *why, size_t why_size)
{
    struct csv *c = NULL;
    int rc = csv_open(&c, path, why, why_size);

    return rc != 0 ? rc : read_all(c, path, out, why, why_size);
}

int nightfile_read_memory(struct nightfile *out, const char *name, const void *bytes, size_t n,
                          char *why, size_t why_size)
{
    struct csv *c = NULL;
    int rc = csv_open_memory(&c, name, bytes, n, why, why_size);

    return rc != 0 ? rc : read_all(c, name, out, why, why_size);
}

void nightfile_free(struct nightfile *f)
{
    free(f->sample);
    *f = (struct nightfile){0};
}
