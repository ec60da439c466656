/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

/* Farms with a cycle that counts, each once. */
static void count_open(const struct forecast *f, struct merge_farms *out)
{
    const struct records_snapshot *s = f->snapshot;
    bool *seen = xcalloc(s->farms, sizeof *seen);

    *out = (struct merge_farms){.n = {0}};
    for (size_t i = 0; i < s->ponds; i++) {
        size_t farm = s->pond[i].farm;

        if (f->pond[i].cycle < 0 || seen[farm])
            continue;
        seen[farm] = true;
        out->n[s->farm[farm].kecamatan]++;
    }
    free(seen);
}

/* A regency whose office gives it as a whole is one cell, of all its farms. */
static void join_undivided(const struct forecast *f, struct merge *m, struct merge_farms *open)
{
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        enum regency r = region_kecamatan(k)->regency;
        size_t first = supply_first_kecamatan(r);

        if (!f->supply->undivided[r])
            continue;
        m->cell[k] = first;
        open->n[k] = k == first ? f->given.farms : 0;
    }
}

void cells_of_forecast(const struct forecast *f, struct merge *out)
{
    struct merge_farms open;

    if (f->snapshot->farms < MERGE_FARMS_LEAST) {
        merge_begin(out);
        merge_tell(out, &(const struct merge_farms){.n = {0}});
        return;
    }
    count_open(f, &open);
    merge_rows(f->snapshot, out);
    join_undivided(f, out, &open);
    merge_tell(out, &open);
}

struct supply_summary cells_sum(const struct forecast *f, const struct merge *m, size_t k,
                                unsigned first, unsigned leads, const double *kg, double *work)
{
    const struct supply_forecast *s = f->supply;

    memset(work, 0, s->draws * sizeof *work);
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++)
        for (unsigned lead = first; m->cell[i] == k && lead < first + leads; lead++) {
            const double *of = kg + ((supply_node_kecamatan(i) * s->months) + lead - 1) * s->draws;

            for (unsigned d = 0; d < s->draws; d++)
                work[d] += of[d];
        }
    return supply_summarise_draws(work, s->draws);
}

bool cells_told(const struct merge *m, size_t node)
{
    if (node == SUPPLY_JOINT)
        return m->told_joint;
    if (node <= REGENCY_COUNT)
        return m->told_regency[node - 1];
    return m->told[node - 1 - REGENCY_COUNT];
}
