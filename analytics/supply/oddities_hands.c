/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "oddities.h"

/* One user, one day, one farm. */
struct touch {
    char by[SLUG_SIZE];
    int32_t day;
    size_t farm;
};

static long find_farm(const struct records_snapshot *s, const char *slug)
{
    for (size_t i = 0; i < s->farms; i++)
        if (strcmp(s->farm[i].slug, slug) == 0)
            return (long)i;
    return -1;
}

/* The slug that a row as JSON has in a column; false when it has none. Quotes within a text are escaped, so what is looked for
 * stands only where a column begins. */
static bool slug_of(const char *json, const char *column, char out[static SLUG_SIZE])
{
    char begin[32];
    const char *at;
    size_t n;

    (void)snprintf(begin, sizeof begin, "\"%s\":\"", column);
    at = json != NULL ? strstr(json, begin) : NULL;
    if (at == NULL)
        return false;
    at += strlen(begin);
    n = strcspn(at, "\"");
    if (n == 0 || n >= SLUG_SIZE)
        return false;
    memcpy(out, at, n);
    out[n] = '\0';
    return true;
}

/* The farm whose row it is, by its own name or its pond's; -1. */
static long farm_of(const struct records_snapshot *s, const char *json)
{
    char slug[SLUG_SIZE];
    long pond;

    if (slug_of(json, "farm", slug))
        return find_farm(s, slug);
    if (!slug_of(json, "pond", slug) || (pond = records_find_pond(s, slug)) < 0)
        return -1;
    return (long)s->pond[pond].farm;
}

static bool by_hand(const struct rec_change *c)
{
    return c->by[0] != '\0' && strcmp(c->how, "import") != 0 && strcmp(c->how, "sync") != 0 &&
           (strcmp(c->kind, "correct") == 0 || strcmp(c->kind, "withdraw") == 0);
}

static int by_day_and_user(const void *a, const void *b)
{
    const struct touch *x = a, *y = b;
    int order;

    if (x->day != y->day)
        return x->day > y->day ? -1 : 1;
    order = strcmp(x->by, y->by);
    if (order != 0)
        return order;
    return x->farm < y->farm ? -1 : x->farm > y->farm;
}

size_t oddities_hands(const struct rec_change *change, size_t n, const struct records_snapshot *s,
                      const bool *may, struct oddity **out)
{
    struct touch *touch = xcalloc(n, sizeof *touch);
    struct oddity *odd = xcalloc(n, sizeof *odd);
    size_t touches = 0, odds = 0;

    for (size_t i = 0; i < n; i++) {
        const struct rec_change *c = &change[i];
        long farm = by_hand(c) ? farm_of(s, c->new_json) : -1;

        if (farm < 0 && by_hand(c))
            farm = farm_of(s, c->old_json);
        if (farm < 0 || (may != NULL && !may[farm]))
            continue;
        memcpy(touch[touches].by, c->by, sizeof touch[touches].by);
        touch[touches].day = civil_day(c->at_ms);
        touch[touches++].farm = (size_t)farm;
    }
    if (touches > 0)
        qsort(touch, touches, sizeof *touch, by_day_and_user);
    for (size_t from = 0, to; from < touches; from = to) {
        size_t farms = 1;

        for (to = from + 1; to < touches && touch[to].day == touch[from].day &&
                            strcmp(touch[to].by, touch[from].by) == 0;
             to++)
            farms += touch[to].farm != touch[to - 1].farm;
        if (farms <= ODDITY_HAND_FARMS)
            continue;
        odd[odds] = (struct oddity){.kind = ODDITY_ONE_HAND,
                                    .pond = -1,
                                    .day = touch[from].day,
                                    .value = (double)farms,
                                    .bound = ODDITY_HAND_FARMS};
        memcpy(odd[odds++].by, touch[from].by, sizeof odd[0].by);
    }
    free(touch);
    *out = odd;
    return odds;
}
