/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "oddities.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

static const double FCR_LOW = 0.6, FCR_HIGH = 4, MORE_FISH = 1.1;

struct found {
    struct oddity *all;
    size_t n, room;
};

static void add(struct found *f, struct oddity o)
{
    if (f->n == f->room) {
        f->room = f->room == 0 ? 16 : 2 * f->room;
        f->all = xrealloc(f->all, f->room, sizeof *f->all);
    }
    f->all[f->n++] = o;
}

double oddity_stock_bound(enum pond_system system)
{
    static const double FISH[POND_SYSTEM_COUNT] = {[POND_SYSTEM_POND] = 50,
                                                   [POND_SYSTEM_BIOFLOC] = 300,
                                                   [POND_SYSTEM_TARPAULIN] = 200,
                                                   [POND_SYSTEM_CAGE] = 300};
    return FISH[system];
}

double oddity_harvest_bound(enum pond_system system)
{
    static const double KG[POND_SYSTEM_COUNT] = {[POND_SYSTEM_POND] = 8,
                                                 [POND_SYSTEM_BIOFLOC] = 50,
                                                 [POND_SYSTEM_TARPAULIN] = 40,
                                                 [POND_SYSTEM_CAGE] = 80};
    return KG[system];
}

/* m2 of a pond, m3 of the others. */
static double room_of(const struct rec_pond *p)
{
    return p->system == POND_SYSTEM_POND ? p->area_m2 : p->area_m2 * p->depth_m;
}

/* What a cycle gave. */
struct cycle_sum {
    double feed_kg, kg, fish;
    int32_t last;
};

/* Of cycles whose last harvest is older than since only that. */
static struct cycle_sum *sum_cycles(const struct records_snapshot *s, int32_t since)
{
    struct cycle_sum *c = xcalloc(s->cycles, sizeof *c);
    struct rec_events rows;

    for (size_t i = 0; i < s->harvests; i++) {
        const struct rec_harvest *h = &s->harvest[i];
        struct cycle_sum *y = &c[h->cycle];

        y->kg += h->kg;
        y->fish += h->fish_per_kg > 0 ? h->kg * h->fish_per_kg : 0;
        y->last = h->day > y->last ? h->day : y->last;
    }
    for (size_t i = 0; i < s->cycles; i++) {
        if (c[i].last < since || c[i].kg <= 0)
            continue;
        records_events_of(s, i, &rows);
        for (size_t k = 0; k < rows.feeds; k++)
            c[i].feed_kg += rows.feed[k].feed_kg;
    }
    return c;
}

static void look_at_cycle(struct found *f, const struct records_snapshot *s, size_t i,
                          const struct cycle_sum *y, int32_t since)
{
    const struct rec_cycle *c = &s->cycle[i];
    const struct rec_pond *p = &s->pond[c->pond];
    const double stocked = c->count / room_of(p), kg = y->kg / room_of(p),
                 fcr = y->feed_kg / (y->kg - c->count * c->mass_g / 1000);
    struct oddity o = {.pond = (long)c->pond, .day = c->stocked_day};

    if (c->stocked_day >= since && stocked > oddity_stock_bound(p->system)) {
        o.kind = ODDITY_STOCKED_DENSE;
        o.value = stocked;
        o.bound = oddity_stock_bound(p->system);
        add(f, o);
    }
    if (y->last < since || y->kg <= 0)
        return;
    o.day = y->last;
    if (kg > oddity_harvest_bound(p->system)) {
        o.kind = ODDITY_HARVEST_DENSE;
        o.value = kg;
        o.bound = oddity_harvest_bound(p->system);
        add(f, o);
    }
    if (y->fish > MORE_FISH * c->count) {
        o.kind = ODDITY_MORE_FISH;
        o.value = y->fish;
        o.bound = c->count;
        add(f, o);
    }
    /* only of cycles that ended: of others the growth is not harvested yet */
    if (c->closed_day == y->last && y->feed_kg > 0 && isfinite(fcr) && fcr > 0 &&
        (fcr < FCR_LOW || fcr > FCR_HIGH)) {
        o.kind = fcr < FCR_LOW ? ODDITY_FCR_LOW : ODDITY_FCR_HIGH;
        o.value = fcr;
        o.bound = fcr < FCR_LOW ? FCR_LOW : FCR_HIGH;
        add(f, o);
    }
}

static int by_day_and_kg(const void *a, const void *b)
{
    const struct rec_harvest *x = a, *y = b;

    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->kg < y->kg || x->kg > y->kg)
        return x->kg < y->kg ? -1 : 1;
    return x->cycle < y->cycle ? -1 : x->cycle > y->cycle;
}

/* The same kilograms in several ponds on one day. */
static void look_for_equals(struct found *f, const struct records_snapshot *s, int32_t since)
{
    struct rec_harvest *h = xcalloc(s->harvests, sizeof *h);
    size_t n = 0;

    for (size_t i = 0; i < s->harvests; i++)
        if (s->harvest[i].day >= since && s->harvest[i].kg >= ODDITY_SAME_KG)
            h[n++] = s->harvest[i];
    qsort(h, n, sizeof *h, by_day_and_kg);
    for (size_t from = 0, to; from < n; from = to) {
        size_t ponds = 1;

        for (to = from + 1; to < n && h[to].day == h[from].day && !(h[to].kg > h[from].kg); to++)
            ponds += s->cycle[h[to].cycle].pond != s->cycle[h[to - 1].cycle].pond;
        if (ponds >= ODDITY_SAME_PONDS)
            add(f, (struct oddity){.kind = ODDITY_SAME_HARVEST,
                                   .pond = (long)s->cycle[h[from].cycle].pond,
                                   .day = h[from].day,
                                   .value = h[from].kg,
                                   .bound = (double)ponds});
    }
    free(h);
}

static void look_at_targets(struct found *f, const struct records_snapshot *s, int32_t since)
{
    for (size_t i = 0; i < s->targets; i++)
        for (size_t k = 0; k < s->officials; k++) {
            const struct rec_official *t = &s->target[i], *o = &s->official[k];
            struct oddity odd = {.kind = ODDITY_TARGET_REACHED,
                                 .pond = -1,
                                 .day = o->cut_off_day,
                                 .value = o->kg,
                                 .bound = t->kg};

            if (strcmp(t->node, o->node) != 0 || strcmp(t->period, o->period) != 0 ||
                fabs(t->kg - o->kg) >= 1 || o->kg <= 0 || o->cut_off_day < since)
                continue;
            memcpy(odd.node, o->node, sizeof odd.node);
            memcpy(odd.period, o->period, sizeof odd.period);
            add(f, odd);
        }
}

static int newest_first(const void *a, const void *b)
{
    const struct oddity *x = a, *y = b;

    if (x->day != y->day)
        return x->day > y->day ? -1 : 1;
    if (x->pond != y->pond)
        return x->pond < y->pond ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return strcmp(x->node, y->node);
}

size_t oddities_find(const struct records_snapshot *s, int32_t since, struct oddity **out)
{
    struct found f = {0};
    struct cycle_sum *sum = sum_cycles(s, since);

    for (size_t i = 0; i < s->cycles; i++)
        look_at_cycle(&f, s, i, &sum[i], since);
    free(sum);
    look_for_equals(&f, s, since);
    look_at_targets(&f, s, since);
    if (f.n > 0)
        qsort(f.all, f.n, sizeof *f.all, newest_first);
    *out = f.all;
    return f.n;
}
