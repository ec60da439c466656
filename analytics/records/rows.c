/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

int rows_run(struct db *d, struct db_stmt *s)
{
    int rc = db_step(d, s);

    if (rc == 1)
        db_reset(s);
    return rc < 0 ? rc : 0;
}

static int load(struct db *d, struct db_stmt *s, size_t size, rows_take *take, char **list,
                size_t *n)
{
    size_t cap = 0;
    int rc;

    while ((rc = db_step(d, s)) == 1) {
        if (*n == cap) {
            cap = cap == 0 ? 16 : cap * 2;
            *list = xrealloc(*list, cap, size);
        }
        memset(*list + *n * size, 0, size);
        rc = take(s, *list + (*n)++ * size);
        if (rc != 0) {
            db_reset(s);
            return rc;
        }
    }
    return rc;
}

int rows_load(struct records *r, const char *sql, const int64_t *parameter, int parameters,
              size_t size, rows_take *take, void **out, size_t *n)
{
    struct db_stmt *s = NULL;
    char *list = NULL;
    size_t got = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, sql, &s);
    if (rc == 0) {
        for (int i = 0; i < parameters; i++)
            db_bind_integer(s, i + 1, parameter[i]);
        rc = load(r->db, s, size, take, &list, &got);
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc != 0) {
        free(list);
        return rc;
    }
    *out = list;
    *n = got;
    return 0;
}
