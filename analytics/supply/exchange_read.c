/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what the other office gave. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "dense.h"
#include "exchange.h"
#include "supply.h"

#define SEAL       "seal,,,,"
#define WEIGHT_MAX 1e12 /* of a week's normal likelihood: ln growth known to a millionth */
#define LN_MAX     1e6
#define KG_MAX     1e10

static const char *const EVENT[PATHS_EVENT_KINDS] = {"acid", "low_flow"};
enum cell {
    WHAT,
    NAME,
    ROW,
    COLUMN,
    VALUE,
    CELLS
};
static const char *const CELL[CELLS] = {"what", "name", "row", "column", "value"};

struct reader {
    struct csv *csv;
    struct exchange *x;
    int at[CELLS];
    unsigned seen; /* bits of the head's rows */
    char *why;
    size_t why_size;
};

/* --- one cell --- */

static int refuse(struct reader *r, enum cell cell, const char *fmt, ...) NILA_PRINTF(3, 4);
static int refuse(struct reader *r, enum cell cell, const char *fmt, ...)
{
    struct csv_place at = csv_where(r->csv, r->at[cell]);
    char words[160];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    (void)snprintf(r->why, r->why_size, "%s:%ld:%ld: %s: %s", at.file, at.line, at.column,
                   CELL[cell], words);
    return NILA_ERR_PARSE;
}

static int take_whole(struct reader *r, enum cell cell, uint64_t min, uint64_t max, uint64_t *out)
{
    const char *text = csv_cell(r->csv, r->at[cell]);
    char *end;

    errno = 0;
    *out = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || *out < min || *out > max)
        return refuse(r, cell,
                      tongue("harus bilangan bulat %" PRIu64 "..%" PRIu64,
                             "must be a whole number %" PRIu64 "..%" PRIu64),
                      min, max);
    return 0;
}

static int take_number(struct reader *r, double min, double max, double *out)
{
    if (csv_number(r->csv, r->at[VALUE], out) != 0 || !(*out >= min && *out <= max))
        return refuse(r, VALUE, tongue("harus angka %g..%g", "must be a number %g..%g"), min, max);
    return 0;
}

/* --- the head: one row each, before all else --- */

static int head_word(struct reader *r, const char *what)
{
    struct exchange *x = r->x;
    const char *value = csv_cell(r->csv, r->at[VALUE]);

    if (strcmp(what, "office") == 0)
        return regency_find(value, &x->office) == 0
                   ? 0
                   : refuse(r, VALUE, tongue("kotim atau seruyan", "kotim or seruyan"));
    if (strcmp(what, "as_of") == 0)
        return civil_parse_day(value, &x->as_of_day) == 0 &&
                       exchange_as_of(x->as_of_day) == x->as_of_day
                   ? 0
                   : refuse(
                         r, VALUE,
                         tongue("harus hari Minggu, YYYY-MM-DD", "must be a Sunday, YYYY-MM-DD"));
    if (strlen(value) != sizeof x->with - 1 || strspn(value, "0123456789abcdef") != strlen(value))
        return refuse(
            r, VALUE,
            tongue("harus 64 angka heksadesimal kecil", "must be 64 small hexadecimal digits"));
    memcpy(x->with, value, sizeof x->with);
    return 0;
}

static int head_number(struct reader *r, const char *what)
{
    const struct {
        const char *what;
        uint64_t min, max;
        unsigned *out;
    } HEAD[] = {
        {"draws", SUPPLY_DRAWS_MIN, SUPPLY_DRAWS_MAX, &r->x->draws},
        {"months", 1, SUPPLY_MONTHS_MAX, &r->x->months},
        {"farms", 0, 1000000, &r->x->farms},
        {"ponds", 0, 1000000, &r->x->ponds},
    };
    uint64_t v = 0;
    int rc;

    if (strcmp(what, "seed") == 0)
        return take_whole(r, VALUE, 0, UINT64_MAX, &r->x->seed);
    if (strcmp(what, "issued") == 0) {
        rc = take_whole(r, VALUE, 0, (uint64_t)1 << 52, &v);
        r->x->issued_ms = (int64_t)v;
        return rc;
    }
    for (size_t k = 0; k < sizeof HEAD / sizeof HEAD[0]; k++)
        if (strcmp(what, HEAD[k].what) == 0) {
            rc = take_whole(r, VALUE, HEAD[k].min, HEAD[k].max, &v);
            *HEAD[k].out = (unsigned)v;
            return rc;
        }
    return take_whole(r, VALUE, 1, 1, &v); /* version */
}

static const char *const HEAD_ROW[] = {"version", "office", "as_of", "seed",  "draws",
                                       "months",  "issued", "farms", "ponds", "with"};
enum {
    HEAD_ROWS = sizeof HEAD_ROW / sizeof HEAD_ROW[0],
    HEAD_WITH = HEAD_ROWS - 1, /* may be absent */
    HEAD_ALL = (1 << HEAD_WITH) - 1
};

/* 1: it was no row of the head. */
static int take_head(struct reader *r, const char *what)
{
    for (unsigned k = 0; k < HEAD_ROWS; k++) {
        if (strcmp(what, HEAD_ROW[k]) != 0)
            continue;
        if ((r->seen & 1U << k) != 0)
            return refuse(r, WHAT, tongue("baris \"%s\" dua kali", "row \"%s\" twice"), what);
        if (k > 0 && (r->seen & 1U) == 0)
            return refuse(r, WHAT,
                          tongue("baris \"version\" harus pertama", "\"version\" must come first"));
        r->seen |= 1U << k;
        if (k == 1 || k == 2 || k == HEAD_WITH)
            return head_word(r, what);
        return head_number(r, what);
    }
    return 1;
}

/* --- the evidence --- */

static int take_week(struct reader *r, enum cell cell, uint64_t end, size_t *out)
{
    uint64_t v;
    int rc = take_whole(r, cell, 0, end - 1, &v);

    *out = (size_t)v;
    return rc;
}

static int take_normal(struct reader *r, bool square)
{
    struct evidence *e = r->x->evidence;
    enum pond_system y;
    size_t w, v = 0;
    double x;
    int rc;

    if (pond_system_find(csv_cell(r->csv, r->at[NAME]), &y) != 0 || !e->told[y])
        return refuse(r, NAME,
                      tongue("sistem yang belum disebut oleh \"told\"",
                             "a system that no row \"told\" has named"));
    rc = take_week(r, ROW, EVIDENCE_WEEKS, &w);
    if (rc == 0 && square)
        rc = take_week(r, COLUMN, w + 1, &v);
    if (rc == 0)
        rc = take_number(r, -WEIGHT_MAX, WEIGHT_MAX, &x);
    if (rc != 0)
        return rc;
    if (square)
        e->sum[y].a[w * EVIDENCE_WEEKS + v] = e->sum[y].a[v * EVIDENCE_WEEKS + w] = x;
    else
        e->sum[y].b[w] = x;
    return 0;
}

static int take_season(struct reader *r)
{
    struct evidence *e = r->x->evidence;
    struct evidence_season *y = &e->season[e->seasons];
    const char *name = csv_cell(r->csv, r->at[NAME]);
    uint64_t year, weeks;
    int kind = 0;
    int rc;

    while (kind < PATHS_EVENT_KINDS && strcmp(name, EVENT[kind]) != 0)
        kind++;
    if (kind == PATHS_EVENT_KINDS)
        return refuse(r, NAME, tongue("acid atau low_flow", "acid or low_flow"));
    if (e->seasons == EVIDENCE_SEASONS)
        return refuse(r, WHAT, tongue("lebih dari %d musim", "more than %d seasons"),
                      EVIDENCE_SEASONS);
    rc = take_whole(r, ROW, 1970, 9999, &year);
    if (rc == 0)
        rc = take_whole(r, VALUE, 1, SMOOTHER_SEASON_WEEKS, &weeks);
    if (rc != 0)
        return rc;
    *y = (struct evidence_season){
        .kind = (enum paths_event)kind, .year = (int)year, .weeks = (size_t)weeks};
    e->seasons++;
    return 0;
}

static int take_loss(struct reader *r)
{
    struct evidence *e = r->x->evidence;
    struct evidence_season *y = e->seasons > 0 ? &e->season[e->seasons - 1] : NULL;
    size_t week, loss;
    double x;
    int rc;

    if (y == NULL)
        return refuse(r, WHAT, tongue("sebelum baris \"season\"", "before a row \"season\""));
    rc = take_week(r, ROW, y->weeks, &week);
    if (rc == 0)
        rc = take_week(r, COLUMN, SMOOTHER_LOSSES, &loss);
    if (rc == 0)
        rc = take_number(r, -LN_MAX, LN_MAX, &x);
    if (rc == 0)
        y->ln_ratio[week][loss] = x;
    return rc;
}

static int take_count(struct reader *r)
{
    struct evidence *e = r->x->evidence;
    const char *name = csv_cell(r->csv, r->at[NAME]);
    bool farms = strcmp(name, "farms") == 0;
    uint64_t v;
    int rc;

    if (!farms && strcmp(name, "cycles") != 0)
        return refuse(r, NAME, tongue("farms atau cycles", "farms or cycles"));
    rc = take_whole(r, VALUE, 0, 1000000, &v);
    if (rc == 0)
        *(farms ? &e->farms : &e->cycles) = (unsigned)v;
    return rc;
}

static int take_told(struct reader *r)
{
    enum pond_system y;
    uint64_t one;

    if (pond_system_find(csv_cell(r->csv, r->at[NAME]), &y) != 0)
        return refuse(r, NAME, tongue("sistem tidak dikenal", "no such system"));
    r->x->evidence->told[y] = true;
    return take_whole(r, VALUE, 1, 1, &one);
}

/* --- the draws --- */

static int take_draw(struct reader *r, double **kg)
{
    const struct exchange *x = r->x;
    uint64_t lead, draw;
    int rc = take_whole(r, ROW, 1, x->months, &lead);

    if (rc == 0)
        rc = take_whole(r, COLUMN, 1, x->draws, &draw);
    if (rc != 0)
        return rc;
    if (*kg == NULL) {
        *kg = xcalloc((size_t)x->months * x->draws, sizeof **kg);
        for (size_t k = 0; k < (size_t)x->months * x->draws; k++)
            (*kg)[k] = NAN;
    }
    return take_number(r, 0, KG_MAX, *kg + (lead - 1) * x->draws + (draw - 1));
}

static int take_row(struct reader *r)
{
    const char *what = csv_cell(r->csv, r->at[WHAT]);
    int rc = take_head(r, what);

    if (rc <= 0)
        return rc;
    if ((r->seen & HEAD_ALL) != HEAD_ALL)
        return refuse(r, WHAT,
                      tongue("sebelum kepala berkas lengkap", "before the head is complete"));
    if (r->x->evidence == NULL)
        r->x->evidence = evidence_new(r->x->office, r->x->as_of_day);
    if (strcmp(what, "evidence") == 0)
        return take_count(r);
    if (strcmp(what, "told") == 0)
        return take_told(r);
    if (strcmp(what, "a") == 0 || strcmp(what, "b") == 0)
        return take_normal(r, what[0] == 'a');
    if (strcmp(what, "season") == 0)
        return take_season(r);
    if (strcmp(what, "loss") == 0)
        return take_loss(r);
    if (strcmp(what, "tracked") == 0)
        return take_draw(r, &r->x->tracked);
    if (strcmp(what, "untracked") == 0)
        return take_draw(r, &r->x->untracked);
    return refuse(r, WHAT, tongue("baris tidak dikenal", "no such row"));
}

/* --- the whole --- */

static int incomplete(struct reader *r, const char *name, const char *words)
{
    (void)snprintf(r->why, r->why_size, "%s: %s", name, words);
    return NILA_ERR_PARSE;
}

static bool all_drawn(const struct exchange *x, const double *kg)
{
    bool all = true;

    for (size_t k = 0; kg != NULL && k < (size_t)x->months * x->draws; k++)
        all = all && !isnan(kg[k]);
    return all;
}

/* A likelihood has no weights below zero: with them the posterior could have none. */
static bool possible(const struct evidence *e)
{
    const size_t n = EVIDENCE_WEEKS;
    double *l = xcalloc(n * n, sizeof *l);
    bool good = true;

    for (size_t y = 0; y < POND_SYSTEM_COUNT && good; y++) {
        double trace = 0;

        memcpy(l, e->sum[y].a, n * n * sizeof *l);
        for (size_t w = 0; w < n; w++)
            trace += fabs(l[w * n + w]);
        for (size_t w = 0; w < n; w++)
            l[w * n + w] += 1e-9 * trace + 1e-12;
        good = dense_cholesky(l, n) == n;
    }
    free(l);
    return good;
}

static int check(struct reader *r, const char *name)
{
    const struct exchange *x = r->x;

    if ((r->seen & HEAD_ALL) != HEAD_ALL || x->evidence == NULL)
        return incomplete(
            r, name,
            tongue("kepala atau bukti belum lengkap", "the head or the evidence is not complete"));
    if (!possible(x->evidence))
        return incomplete(r, name,
                          tongue("bobot minggu tidak mungkin (negatif)",
                                 "the weeks' weights are impossible (negative)"));
    if (!all_drawn(x, x->tracked) || !all_drawn(x, x->untracked) ||
        (x->untracked != NULL && x->tracked == NULL))
        return incomplete(
            r, name, tongue("ada simulasi yang hilang", "some draws of some months are missing"));
    return 0;
}

static int read_rows(struct reader *r, const char *name)
{
    int rc;

    for (int c = 0; c < CELLS; c++) {
        r->at[c] = csv_find(r->csv, CELL[c]);
        if (r->at[c] < 0)
            return incomplete(r, name,
                              tongue("kolom harus what,name,row,column,value",
                                     "the columns must be what,name,row,column,value"));
    }
    while ((rc = csv_next(r->csv)) == 1) {
        rc = take_row(r);
        if (rc != 0)
            return rc;
    }
    if (rc < 0) {
        (void)snprintf(r->why, r->why_size, "%s", csv_why(r->csv));
        return rc;
    }
    return check(r, name);
}

/* Where the seal's row begins, and whether it is the last and fits. */
static bool sealed(const char *bytes, size_t n, const void *key, size_t key_size, size_t *body)
{
    const size_t row = sizeof SEAL - 1 + SHA256_HEX_SIZE - 1 + 1;
    struct hmac_sha256 m;
    uint8_t good[SHA256_BYTES], given[SHA256_BYTES];

    if (n < row || bytes[n - 1] != '\n' || memcmp(bytes + n - row, SEAL, sizeof SEAL - 1) != 0)
        return false;
    *body = n - row;
    for (size_t k = 0; k < SHA256_BYTES; k++) {
        const char *hex = bytes + *body + sizeof SEAL - 1 + 2 * k;
        char two[3] = {hex[0], hex[1], '\0'};

        if (strspn(two, "0123456789abcdef") != 2)
            return false;
        given[k] = (uint8_t)strtoul(two, NULL, 16);
    }
    hmac_sha256_init(&m, key, key_size);
    hmac_sha256_add(&m, bytes, *body);
    hmac_sha256_done(&m, good);
    return sha256_equal(good, given);
}

/* Is the first row after the header that of another version? Every version begins so. */
static bool newer(const char *bytes, size_t n)
{
    static const char BEGIN[] = "what,name,row,column,value\nversion,,,,";
    const size_t at = sizeof BEGIN - 1;

    return n > at + 2 && memcmp(bytes, BEGIN, at) == 0 && memcmp(bytes + at, "1\n", 2) != 0;
}

int exchange_read(const char *name, const char *bytes, size_t n, const void *key, size_t key_size,
                  struct exchange **out, char *why, size_t why_size)
{
    struct reader r = {.why = why, .why_size = why_size};
    size_t body = 0;
    int rc;

    if (n > EXCHANGE_BYTES_MAX) {
        (void)snprintf(why, why_size, tongue("%s: terlalu panjang", "%s: too long"), name);
        return NILA_ERR_FULL;
    }
    if (!sealed(bytes, n, key, key_size, &body)) {
        (void)snprintf(why, why_size,
                       tongue("%s: segel tidak cocok: kunci kedua kantor berbeda, atau isi berkas "
                              "berubah atau terpotong",
                              "%s: the seal does not fit: the offices' keys differ, or the file "
                              "was changed or cut off"),
                       name);
        return NILA_ERR_DENIED;
    }
    if (newer(bytes, body)) {
        (void)snprintf(why, why_size,
                       tongue("%s: dari program yang lebih baru; perbarui program ini",
                              "%s: of a newer program; update this one"),
                       name);
        return NILA_ERR_UNSUPPORTED;
    }
    rc = csv_open_memory(&r.csv, name, bytes, body, why, why_size);
    if (rc != 0)
        return rc;
    r.x = xcalloc(1, sizeof *r.x);
    rc = read_rows(&r, name);
    csv_close(r.csv);
    if (rc != 0) {
        exchange_free(r.x);
        return rc;
    }
    *out = r.x;
    return 0;
}
