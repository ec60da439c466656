/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_heap.h"

#include <stdlib.h>

#include "collector/common/log.h"

void heap_init(struct heap *h, unsigned n)
{
    h->n = n;
    h->thing = xcalloc(n, sizeof *h->thing);
    h->place = xcalloc(n, sizeof *h->place);
    h->due_ms = xcalloc(n, sizeof *h->due_ms);
    for (unsigned i = 0; i < n; i++) {
        h->thing[i] = h->place[i] = i;
        h->due_ms[i] = INT64_MAX;
    }
}

void heap_free(struct heap *h)
{
    free(h->thing);
    free(h->place);
    free(h->due_ms);
}

static int64_t due_at(const struct heap *h, unsigned place)
{
    return h->due_ms[h->thing[place]];
}

static void swap(struct heap *h, unsigned a, unsigned b)
{
    unsigned t = h->thing[a];

    h->thing[a] = h->thing[b];
    h->thing[b] = t;
    h->place[h->thing[a]] = a;
    h->place[h->thing[b]] = b;
}

void heap_set(struct heap *h, unsigned thing, int64_t due_ms)
{
    unsigned at = h->place[thing];

    h->due_ms[thing] = due_ms;
    while (at > 0 && due_at(h, at) < due_at(h, (at - 1) / 2)) {
        swap(h, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    for (;;) {
        unsigned first = at, left = 2 * at + 1;

        for (unsigned child = left; child < h->n && child <= left + 1; child++)
            if (due_at(h, child) < due_at(h, first))
                first = child;
        if (first == at)
            return;
        swap(h, at, first);
        at = first;
    }
}

unsigned heap_first(const struct heap *h)
{
    return h->thing[0];
}
