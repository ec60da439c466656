/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes a message between farm and office. What is read has names, lengths and words within their bounds, and written again it
 * reads the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/sync_wire.h"
#include "collector/common/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void check_change(const struct sync_line *l)
{
    must(strlen(l->uid) == CHANGE_UID_SIZE - 1 && strlen(l->origin) == CHANGE_UID_SIZE - 1);
    must(strlen(l->row_uid) == CHANGE_UID_SIZE - 1 && l->seq >= 1 && l->at_ms >= 0);
    must(strlen(l->by) < SLUG_SIZE && strlen(l->how) < CHANGE_WORD_SIZE);
    must(strlen(l->reason) < CHANGE_REASON_SIZE && l->cells <= SYNC_CELLS_MAX);
    must((unsigned)l->kind < SYNC_KINDS && (unsigned)l->table < RECORDS_TABLES);
}

/* Reads a message and writes it again. 0, or what the reader said. */
static int again(char *text, size_t n, struct buf *out)
{
    struct sync_wire w;
    struct sync_line l;
    int rc = sync_wire_open(&w, text, n);

    if (rc != 0)
        return rc;
    sync_wire_begin(out, w.origin);
    while ((rc = sync_wire_next(&w, &l)) == 1) {
        if (l.what == SYNC_CHANGE)
            check_change(&l);
        sync_wire_line(out, &l);
    }
    must(rc == 0 || memchr(w.why, '\0', sizeof w.why) != NULL);
    sync_wire_end(out);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1); /* exact: what is read beyond is seen */
    struct buf first = {0}, second = {0};

    must(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    if (again(text, size, &first) == 0) {
        char *copy = malloc(first.n + 1);
        must(copy != NULL);
        memcpy(copy, first.p, first.n + 1);
        must(again(copy, first.n, &second) == 0);
        must(first.n == second.n && memcmp(first.p, second.p, first.n) == 0);
        free(copy);
    }
    free(text);
    buf_free(&first);
    buf_free(&second);
    return 0;
}
