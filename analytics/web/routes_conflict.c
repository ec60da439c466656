/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/catat/bentrok": rows that the farm's computer and the office changed without knowing of each other. Of the farms that the viewer may
 * read; prices and buyers for the farmer alone. */
#include "routes_farmer.h"

#include <stdlib.h>

#include "analytics/records/users.h"
#include "collector/common/log.h"

#define LOOKED_AT 200                              /* newest first */
#define FRESH_MS  ((int64_t)30 * 24 * 3600 * 1000) /* so long it is pointed at on "/catat" */

/* May the viewer read the records of the farm? */
static bool sees(const struct request *q, const char *farm)
{
    enum regency g;

    return farm[0] != '\0' && records_farm_regency(q->w->accounts, farm, &g) == 0 &&
           viewer_sees_farm(q->viewer, farm, g);
}

/* The newest since since_ms: a farmer's own alone, that others' may not crowd them out. */
static int look_at(const struct request *q, int64_t since_ms, struct sync_conflict **c, size_t *n)
{
    const struct viewer *v = q->viewer;

    return sync_conflicts(q->w->accounts, v->farm, v->role == ROLE_FARMER ? v->farms : 0, since_ms,
                          LOOKED_AT, c, n);
}

/* The viewer's own, moved to the front; the number. */
static size_t keep_own(const struct request *q, struct sync_conflict *c, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        struct sync_conflict swap;
        if (!sees(q, c[i].farm))
            continue;
        swap = c[kept];
        c[kept++] = c[i];
        c[i] = swap;
    }
    return kept;
}

void farmer_standing(const struct request *q, struct note_standing *out)
{
    struct sync_conflict *c = NULL;
    struct sync_standing s;
    size_t n = 0;

    *out = (struct note_standing){.used = q->w->c.config->sync.on};
    if (out->used && sync_standing(q->w->accounts, &s) == 0) {
        out->unsent = s.unsent;
        out->ok_ms = s.ok_ms;
    } else {
        out->used = false; /* told by records */
    }
    if (look_at(q, q->now_ms - FRESH_MS + 1, &c, &n) != 0)
        return; /* likewise */
    out->conflicts = 0;
    for (size_t i = 0, own = keep_own(q, c, n); i < own; i++)
        out->conflicts += !c[i].settled;
    sync_conflicts_free(c, n);
}

void make_conflicts(const struct request *q, struct reply *r)
{
    struct sync_conflict *c = NULL;
    struct page_conflicts p;
    size_t n = 0, own;
    bool *money;

    if (look_at(q, 0, &c, &n) != 0) {
        reply_error(q, r, 503);
        return;
    }
    own = keep_own(q, c, n);
    money = xcalloc(own + 1, sizeof *money);
    for (size_t i = 0; i < own; i++)
        money[i] = viewer_sees_money(q->viewer, c[i].farm);
    p = (struct page_conflicts){.conflict = c, .conflicts = own, .money = money};
    page_conflicts(&r->body, q->m, &p, q->lang);
    free(money);
    sync_conflicts_free(c, n);
}
