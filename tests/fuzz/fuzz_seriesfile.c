/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever the series reader accepts holds what its header promises; whatever it refuses is refused with its place. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/supply/seriesfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void check(const struct seriesfile_row *row)
{
    size_t known = 0;

    must(row->id[0] != '\0' && row->n >= 2 && row->n <= SERIESFILE_VALUES_MAX && row->h >= 1);
    for (size_t t = 0; t < row->n; t++) {
        known += isnan(row->value[t]) ? 0 : 1;
        must(isnan(row->value[t]) || fabs(row->value[t]) <= 1e100);
    }
    must(known >= 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seriesfile *f = NULL;
    char why[256] = "",
         *text = malloc(size > 0 ? size : 1); /* exact size: a read too far is seen */

    must(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    if (seriesfile_read_memory(&f, "f.csv", text, size, 12, true, why, sizeof why) == 0) {
        must(f->rows > 0);
        for (size_t i = 0; i < f->rows; i++)
            check(&f->row[i]);
    } else {
        must(f == NULL && strncmp(why, "f.csv:", 6) == 0);
    }
    seriesfile_free(f);
    free(text);
    return 0;
}
