/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <stdlib.h>
#include <string.h>

/* What can't wait stands first within a level; the order of the rules in status.h. */
static int urgency(enum status_reason reason)
{
    static const int PLACE[REASON_COUNT] = {
        [REASON_GASPING] = 0,         [REASON_POWER_LOST] = 1,   [REASON_DO_NOT_RECOVERING] = 2,
        [REASON_DO_CRITICAL] = 3,     [REASON_RIVER_ACID] = 4,   [REASON_NO_DATA] = 5,
        [REASON_DO_LOW] = 6,          [REASON_DO_FAST_DROP] = 7, [REASON_DO_NIGHT] = 8,
        [REASON_AMMONIA_HIGH] = 9,    [REASON_PH_FALL] = 10,     [REASON_PH_RISE] = 11,
        [REASON_PH_LOW] = 12,         [REASON_PH_HIGH] = 13,     [REASON_MORTALITY] = 14,
        [REASON_TEMP_HIGH] = 15,      [REASON_TEMP_LOW] = 16,    [REASON_WATER_TURBID] = 17,
        [REASON_SENSOR_SUSPECT] = 18, [REASON_CALIBRATION] = 19, [REASON_FOULING] = 20,
        [REASON_ALL_WELL] = 21,
    };
    return PLACE[reason];
}

static int worst_first(const void *a, const void *b)
{
    const struct page_pond *x = a, *y = b;
    int c = status_rank(x->status.level) - status_rank(y->status.level);

    if (c == 0)
        c = urgency(x->status.reason) - urgency(y->status.reason);
    if (c == 0)
        c = strcmp(x->farm, y->farm);
    if (c == 0)
        c = strcmp(x->pond.name, y->pond.name);
    return c != 0 ? c : strcmp(x->pond.slug, y->pond.slug);
}

void page_count(struct page_model *m)
{
    memset(m->level_count, 0, sizeof m->level_count);
    for (size_t i = 0; i < m->ponds; i++)
        m->level_count[m->pond[i].status.level]++;
}

void page_order(struct page_model *m)
{
    page_count(m);
    if (m->ponds > 1)
        qsort(m->pond, m->ponds, sizeof m->pond[0], worst_first);
}

const struct page_pond *page_find(const struct page_model *m, const char *slug)
{
    size_t low = 0, high = m->ponds;

    if (m->by_slug == NULL) {
        for (size_t i = 0; i < m->ponds; i++)
            if (strcmp(m->pond[i].pond.slug, slug) == 0)
                return &m->pond[i];
        return NULL;
    }
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct page_pond *p = &m->pond[m->by_slug[mid]];
        int order = strcmp(slug, p->pond.slug);

        if (order == 0)
            return p;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const struct status_limits *page_limits(const struct page_model *m, const struct page_pond *p)
{
    return p->limits != NULL ? p->limits : m->limits;
}

unsigned page_unserved(const struct page_model *m)
{
    unsigned n = 0;

    for (size_t i = 0; i < m->ponds; i++)
        n += m->pond[i].unserved;
    return n;
}

bool page_watch_silent(const struct page_model *m)
{
    /* a mark ahead of now is of a clock that was wrong: it proves no life */
    return m->now_ms - m->board.watch_ms > PAGE_WATCH_MS ||
           m->board.watch_ms - m->now_ms > PAGE_WATCH_MS;
}

static const char *const SPAN[PAGE_SPANS] = {"24", "7", "siklus"};

const char *page_span_name(enum page_span s)
{
    return SPAN[s];
}

enum page_span page_span_find(const char *name)
{
    for (int s = 0; name != NULL && s < PAGE_SPANS; s++)
        if (strcmp(name, SPAN[s]) == 0)
            return (enum page_span)s;
    return PAGE_SPAN_DAY;
}
