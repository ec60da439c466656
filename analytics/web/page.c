/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <stdlib.h>
#include <string.h>

/* A tenth and nine tenths of a log-normal lie 1.2816 standard deviations from its median: exp(-+1.2816 * 0.3). */
#define DEMAND_LOW  0.6808
#define DEMAND_HIGH 1.4688
/* Mean of the log-normal over its median: exp(0.3 * 0.3 / 2). */
#define DEMAND_MEAN 1.0460

/* Per head: tilapia output of Kalimantan Tengah 2023, 34,586 t for 2.81 million people, taken as what is eaten there; log
 * sd 0.3 for want of a market survey. Population 2024 (BPS): Kotim 448,180, Seruyan 158,282. One factor for both regencies:
 * the uncertainty is that of the consumption, which they share, so their quantiles add up. */
#define PER_HEAD_KG_YEAR 12.3
#define PEOPLE_KOTIM     448180.0
#define PEOPLE_SERUYAN   158282.0
#define MONTHLY(people)  (PER_HEAD_KG_YEAR * (people) / 12.0)
#define DEMAND(people)                                                              \
    {                                                                               \
        .mean = MONTHLY(people) * DEMAND_MEAN, .p10 = MONTHLY(people) * DEMAND_LOW, \
        .p50 = MONTHLY(people), .p90 = MONTHLY(people) * DEMAND_HIGH                \
    }

const struct page_demand PAGE_DEMAND = {
    .per_head_kg_year = PER_HEAD_KG_YEAR,
    .people = PEOPLE_KOTIM + PEOPLE_SERUYAN,
    .joint = DEMAND(PEOPLE_KOTIM + PEOPLE_SERUYAN),
    .regency = {[REGENCY_KOTIM] = DEMAND(PEOPLE_KOTIM), [REGENCY_SERUYAN] = DEMAND(PEOPLE_SERUYAN)},
};

static int worst_first(const void *a, const void *b)
{
    const struct page_pond *x = a, *y = b;
    int c = status_rank(x->status.level) - status_rank(y->status.level);

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
