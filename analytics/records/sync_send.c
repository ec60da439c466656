/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change of this file as a line of a message. */
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "sync_own.h"

/* The texts one behind the other, each with its closing 0; their places first, as the buffer may move. */
int sync_cells(struct db *d, const char *json, struct buf *text, struct change_cell *cell,
               size_t *n)
{
    size_t place[SYNC_CELLS_MAX][2], got = 0;
    struct db_stmt *s = NULL;
    char one[COLUMN_TEXT];
    int rc = db_prepare(d, "SELECT key, value FROM json_each(?1)", &s);

    if (rc == 0)
        db_bind_text(s, 1, json);
    while (rc == 0 && (rc = db_step(d, s)) == 1) {
        if (got == SYNC_CELLS_MAX) {
            rc = NILA_ERR_CORRUPT;
            break;
        }
        for (int i = 0; i < 2; i++) {
            place[got][i] = text->n;
            db_text(s, i, one, sizeof one);
            buf_add(text, one, strlen(one) + 1);
        }
        got++;
        rc = 0;
    }
    db_finalize(s);
    for (size_t i = 0; rc == 0 && i < got; i++)
        cell[i] = (struct change_cell){text->p + place[i][0], text->p + place[i][1]};
    *n = got;
    return rc;
}

static bool kind_of(const char *name, enum sync_kind *out)
{
    for (int k = 0; k < SYNC_KINDS; k++)
        if (strcmp(name, sync_kind_name((enum sync_kind)k)) == 0) {
            *out = (enum sync_kind)k;
            return true;
        }
    return false;
}

int sync_sent_take(struct db *d, struct db_stmt *row, struct sync_sent *out)
{
    char kind[CHANGE_WORD_SIZE], table[CHANGE_WORD_SIZE];
    size_t n = db_text_bytes(row, 13) + 1;
    char *json;
    int rc = 0;

    buf_clear(&out->text);
    db_text(row, 1, out->uid, sizeof out->uid);
    db_text(row, 2, out->origin, sizeof out->origin);
    db_text(row, 5, kind, sizeof kind);
    db_text(row, 6, table, sizeof table);
    db_text(row, 7, out->row_uid, sizeof out->row_uid);
    db_text(row, 8, out->seen, sizeof out->seen);
    db_text(row, 9, out->lost, sizeof out->lost);
    db_text(row, 10, out->by, sizeof out->by);
    db_text(row, 11, out->how, sizeof out->how);
    db_text(row, 12, out->reason, sizeof out->reason);
    out->line = (struct sync_line){.what = SYNC_CHANGE,
                                   .place = db_integer(row, 0),
                                   .uid = out->uid,
                                   .origin = out->origin,
                                   .row_uid = out->row_uid,
                                   .seen = out->seen,
                                   .lost = out->lost,
                                   .seq = db_integer(row, 3),
                                   .at_ms = db_integer(row, 4),
                                   .by = out->by,
                                   .how = out->how,
                                   .reason = out->reason};
    if (records_table_find(table, &out->line.table) != 0 || !kind_of(kind, &out->line.kind))
        return NILA_ERR_CORRUPT;
    if (n == 1)
        return 0;
    json = xcalloc(n, 1);
    db_text(row, 13, json, n);
    rc = sync_cells(d, json, &out->text, out->line.cell, &out->line.cells);
    free(json);
    return rc;
}

void sync_sent_free(struct sync_sent *s)
{
    buf_free(&s->text);
}
