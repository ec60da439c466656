/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes that undid one another unseen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "sync_own.h"

/* clang-format off */
static const char CONFLICTS[] =
    "SELECT k.\"table\", k.row_uid, k.at_ms, "
    "EXISTS(SELECT 1 FROM changes n WHERE n.row_uid = k.row_uid AND n.id > max(w.id, ifnull(l.id, 0)) AND n.how <> 'sync'), "
    "w.uid, w.by, w.kind, w.at_ms, w.new, k.lost, ifnull(l.by, ''), ifnull(l.kind, ''), ifnull(l.at_ms, 0), ifnull(l.new, '') "
    /* the few conflicts first: SQLite would go through every change for the order */
    "FROM sync_conflicts k CROSS JOIN changes w ON w.uid = k.won LEFT JOIN changes l ON l.uid = k.lost "
    "WHERE k.at_ms >= ? ORDER BY w.id DESC";
/* clang-format on */

static void take_side(struct db_stmt *s, int at, struct sync_side *out)
{
    const size_t n = db_text_bytes(s, at + 4) + 1;

    db_text(s, at, out->uid, sizeof out->uid);
    db_text(s, at + 1, out->by, sizeof out->by);
    db_text(s, at + 2, out->kind, sizeof out->kind);
    out->at_ms = db_integer(s, at + 3);
    out->json = xcalloc(n, 1);
    db_text(s, at + 4, out->json, n);
}

static void clear(struct sync_conflict *c)
{
    free(c->won.json);
    free(c->lost.json);
    for (size_t i = 0; i < c->cells; i++) {
        free(c->cell[i].won);
        free(c->cell[i].lost);
    }
}

void sync_conflicts_free(struct sync_conflict *c, size_t n)
{
    for (size_t i = 0; i < n && c != NULL; i++)
        clear(&c[i]);
    free(c);
}

/* --- what differs --- */

struct side_cells {
    struct buf text;
    struct change_cell cell[SYNC_CELLS_MAX];
    size_t n;
};

static int load_cells(struct db *d, const char *json, struct side_cells *out)
{
    return json[0] == '\0' ? 0 : sync_cells(d, json, &out->text, out->cell, &out->n);
}

static const char *cell_of(const struct side_cells *c, const char *column)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->cell[i].column, column) == 0)
            return c->cell[i].text;
    return "";
}

static int take_differences(struct db *d, enum records_table t, struct sync_conflict *c)
{
    struct side_cells *side = xcalloc(2, sizeof *side);
    int rc = load_cells(d, c->won.json, &side[0]);

    if (rc == 0)
        rc = load_cells(d, c->lost.json, &side[1]);
    for (size_t i = 0; rc == 0 && records_column(t, i) != NULL; i++) {
        const char *column = records_column(t, i);
        const char *won = cell_of(&side[0], column), *lost = cell_of(&side[1], column);
        struct sync_difference *one = &c->cell[c->cells];
        if (i > 0 && strcmp(won, lost) == 0)
            continue;
        (void)snprintf(one->column, sizeof one->column, "%s", column);
        one->won = xstrdup(won);
        one->lost = xstrdup(lost);
        c->cells++;
    }
    buf_free(&side[0].text);
    buf_free(&side[1].text);
    free(side);
    return rc;
}

static int take_farm(struct db *d, enum records_table t, struct sync_conflict *c)
{
    struct sync_row *row = xcalloc(1, sizeof *row);
    int64_t until;
    int rc = sync_row_find(d, t, c->row_uid, row);

    if (rc == 0)
        rc = sync_row_was(d, t, c->row_uid, row, &until);
    if (rc == 1)
        rc = sync_row_farm(d, t, row, c->farm);
    free(row);
    return rc < 0 ? rc : 0;
}

static bool wanted(const char (*farm)[SLUG_SIZE], size_t farms, const char *of)
{
    for (size_t i = 0; i < farms; i++)
        if (strcmp(farm[i], of) == 0)
            return true;
    return farms == 0;
}

/* 1: one of those farms'; 0: another's, and *c holds nothing. */
static int take_conflict(struct db *d, struct db_stmt *s, const char (*farm)[SLUG_SIZE],
                         size_t farms, struct sync_conflict *c)
{
    enum records_table t;
    int rc;

    *c = (struct sync_conflict){.at_ms = db_integer(s, 2), .settled = db_integer(s, 3) != 0};
    db_text(s, 0, c->table, sizeof c->table);
    db_text(s, 1, c->row_uid, sizeof c->row_uid);
    rc = records_table_find(c->table, &t);
    if (rc == 0)
        rc = take_farm(d, t, c);
    if (rc != 0 || !wanted(farm, farms, c->farm))
        return rc;
    take_side(s, 4, &c->won);
    take_side(s, 9, &c->lost);
    rc = take_differences(d, t, c);
    if (rc != 0)
        clear(c);
    return rc == 0 ? 1 : rc;
}

int sync_conflicts(struct records *r, const char (*farm)[SLUG_SIZE], size_t farms, int64_t since_ms,
                   size_t most, struct sync_conflict **out, size_t *n)
{
    struct sync_conflict *list = NULL;
    struct db_stmt *s = NULL;
    size_t got = 0, cap = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, CONFLICTS, &s);
    if (rc == 0)
        db_bind_integer(s, 1, since_ms);
    while (rc == 0 && got < most && (rc = db_step(r->db, s)) == 1) {
        if (got == cap) {
            cap = cap == 0 ? 16 : cap * 2;
            list = xrealloc(list, cap, sizeof *list);
        }
        rc = take_conflict(r->db, s, farm, farms, &list[got]);
        if (rc == 1) {
            got++;
            rc = 0;
        }
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc < 0) {
        sync_conflicts_free(list, got);
        return rc;
    }
    *out = list;
    *n = got;
    return 0;
}
