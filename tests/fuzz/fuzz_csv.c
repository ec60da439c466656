/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the CSV reader accepts can be written and reads back cell by cell the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/csv.h"

#define WHY_SIZE 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

/* Copies every good row into b; returns how many. Each error must name its place. */
static long copy_rows(struct csv *c, struct buf *b)
{
    const size_t columns = csv_columns(c);
    long rows = 0, line = 1;
    int rc;

    must(columns >= 1 && columns <= 256);
    for (size_t i = 0; i < columns; i++) {
        must(csv_find(c, csv_name(c, i)) == (int)i);
        csv_put(b, i == 0, csv_name(c, i));
    }
    buf_str(b, "\n");
    while ((rc = csv_next(c)) == 1) {
        for (size_t i = 0; i < columns; i++) {
            const struct csv_place at = csv_where(c, (int)i);
            double v;
            must(at.line >= line && at.column >= 1);
            line = at.line;
            if (csv_number(c, (int)i, &v) == 0)
                must(v - v == 0);
            csv_put(b, i == 0, csv_cell(c, (int)i));
        }
        buf_str(b, "\n");
        rows++;
    }
    must(rc == 0 || (rc == NILA_ERR_PARSE && strncmp(csv_why(c), "f.csv:", 6) == 0));
    return rows;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv *c = NULL;
    struct buf once = {0}, again = {0};
    char why[WHY_SIZE] = "";
    char *text = malloc(size > 0 ? size : 1); /* exact size: a read too far is seen */
    long rows;

    must(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    if (csv_open_memory(&c, "f.csv", text, size, why, sizeof why) == 0) {
        rows = copy_rows(c, &once);
        csv_close(c);
        c = NULL;
        /* A row that was just short enough may be too long with its quotes doubled. */
        if (once.n < 32768) {
            must(csv_open_memory(&c, "f.csv", once.p, once.n, why, sizeof why) == 0);
            must(copy_rows(c, &again) == rows);
            must(once.n == again.n && memcmp(once.p, again.p, once.n) == 0);
        }
    } else {
        must(c == NULL && strncmp(why, "f.csv:", 6) == 0);
    }
    csv_close(c);
    buf_free(&once);
    buf_free(&again);
    free(text);
    return 0;
}
