/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InfluxDB's CSV answers: whatever comes, in whatever pieces, the reader gives the same rows and the same verdict; every
 * row it hands over has as many cells as columns, each 0-ended. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/influxcsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

struct seen {
    uint64_t hash;
    size_t rows;
};

static int row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    struct seen *s = arg;

    must(n > 0 && n <= INFLUXCSV_COLUMNS);
    for (size_t i = 0; i < n; i++) {
        must(strlen(column[i]) < INFLUXCSV_ROW_MAX && strlen(cell[i]) < INFLUXCSV_ROW_MAX);
        for (const char *p = cell[i]; *p != '\0'; p++)
            s->hash = (s->hash ^ (uint64_t)(unsigned char)*p) * 1099511628211u; /* FNV-1a */
        s->hash = (s->hash ^ 0x100u) * 1099511628211u;
    }
    return ++s->rows == 1000 ? 42 : 0;
}

static int read_in_pieces(const uint8_t *data, size_t size, size_t piece, struct seen *s)
{
    struct influxcsv *c = influxcsv_new(row, s);
    int rc = 0;

    for (size_t at = 0; at < size && rc == 0; at += piece)
        rc = influxcsv_feed(c, data + at, size - at < piece ? size - at : piece);
    if (rc == 0)
        rc = influxcsv_end(c);
    must(rc == 0 || rc == NILA_ERR_PARSE || rc == 42);
    must((rc == NILA_ERR_PARSE) == (influxcsv_why(c)[0] != '\0'));
    must(influxcsv_end(c) == rc);
    influxcsv_free(c);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole = {0}, pieces = {0};
    int rc = read_in_pieces(data, size, size > 0 ? size : 1, &whole);

    must(read_in_pieces(data, size, 1 + size % 7, &pieces) == rc);
    must(whole.rows == pieces.rows && whole.hash == pieces.hash);
    return 0;
}
