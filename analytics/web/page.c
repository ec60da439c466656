/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <stdlib.h>
#include <string.h>

static int worst_first(const void *a, const void *b)
{
    const struct page_pond *x = a, *y = b;
    int c = status_rank(x->status.level) - status_rank(y->status.level);

    if (c == 0) /* what can't wait: oxygen stands first among the reasons */
        c = (int)x->status.reason - (int)y->status.reason;
    if (c == 0)
        c = strcmp(x->farm, y->farm);
    if (c == 0)
        c = strcmp(x->pond.name, y->pond.name);
    return c != 0 ? c : strcmp(x->pond.slug, y->pond.slug);
}

void page_order(struct page_model *m)
{
    memset(m->level_count, 0, sizeof m->level_count);
    for (size_t i = 0; i < m->ponds; i++)
        m->level_count[m->pond[i].status.level]++;
    if (m->ponds > 1)
        qsort(m->pond, m->ponds, sizeof m->pond[0], worst_first);
}

const struct page_pond *page_find(const struct page_model *m, const char *slug)
{
    for (size_t i = 0; i < m->ponds; i++)
        if (strcmp(m->pond[i].pond.slug, slug) == 0)
            return &m->pond[i];
    return NULL;
}
