/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes that undid one another unseen. */
#include <limits.h>
#include <stdlib.h>

#include "collector/common/log.h"
#include "sync_own.h"

/* clang-format off */
static const char CONFLICTS[] =
    "SELECT k.\"table\", k.row_uid, k.at_ms, "
    "EXISTS(SELECT 1 FROM changes n WHERE n.row_uid = k.row_uid AND n.id > max(w.id, ifnull(l.id, 0)) AND n.how <> 'sync'), "
    "w.uid, w.by, w.kind, w.at_ms, w.new, k.lost, ifnull(l.by, ''), ifnull(l.kind, ''), ifnull(l.at_ms, 0), ifnull(l.new, '') "
    "FROM sync_conflicts k JOIN changes w ON w.uid = k.won LEFT JOIN changes l ON l.uid = k.lost "
    "WHERE ?1 IS NULL OR k.row_uid IN (SELECT uid FROM farms_all WHERE farm = ?1 UNION ALL SELECT uid FROM ponds_all WHERE "
    "farm = ?1 UNION ALL SELECT v.uid FROM (SELECT uid, pond FROM cycles_all UNION ALL SELECT uid, pond FROM feed_all UNION ALL "
    "SELECT uid, pond FROM samples_all UNION ALL SELECT uid, pond FROM deaths_all UNION ALL SELECT uid, pond FROM harvests_all "
    "UNION ALL SELECT uid, pond FROM sensors_all UNION ALL SELECT uid, pond FROM notes_all UNION ALL SELECT uid, pond FROM "
    "prestock_all) v WHERE v.uid = k.row_uid AND v.pond IN (SELECT pond FROM ponds_all WHERE farm = ?1)) "
    "ORDER BY w.id DESC LIMIT ?2";
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

void sync_conflicts_free(struct sync_conflict *c, size_t n)
{
    for (size_t i = 0; i < n && c != NULL; i++) {
        free(c[i].won.json);
        free(c[i].lost.json);
    }
    free(c);
}

int sync_conflicts(struct records *r, const char *farm, size_t most, struct sync_conflict **out,
                   size_t *n)
{
    struct sync_conflict *list = NULL;
    struct db_stmt *s = NULL;
    size_t got = 0, cap = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, CONFLICTS, &s);
    if (rc == 0) {
        if (farm != NULL)
            db_bind_text(s, 1, farm);
        else
            db_bind_null(s, 1);
        db_bind_integer(s, 2, most > INT_MAX ? INT_MAX : (int64_t)most);
    }
    while (rc == 0 && (rc = db_step(r->db, s)) == 1) {
        struct sync_conflict *c;
        if (got == cap) {
            cap = cap == 0 ? 16 : cap * 2;
            list = xrealloc(list, cap, sizeof *list);
        }
        c = &list[got++];
        *c = (struct sync_conflict){.at_ms = db_integer(s, 2), .settled = db_integer(s, 3) != 0};
        db_text(s, 0, c->table, sizeof c->table);
        db_text(s, 1, c->row_uid, sizeof c->row_uid);
        take_side(s, 4, &c->won);
        take_side(s, 9, &c->lost);
        rc = 0;
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc != 0) {
        sync_conflicts_free(list, got);
        return rc;
    }
    *out = list;
    *n = got;
    return 0;
}
