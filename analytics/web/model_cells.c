/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_cells.h"

#include <math.h>
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

/* The sum over a period and the members of the cell that kecamatan k stands for. kg: [node][lead - 1][draw]; work [draws]. */
static struct supply_summary sum_cell(const struct forecast *f, const struct merge *m,
                                      const struct neraca_period *p, size_t k, const double *kg,
                                      double *work)
{
    const struct supply_forecast *s = f->supply;

    memset(work, 0, s->draws * sizeof *work);
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++)
        for (unsigned lead = p->first_lead; m->cell[i] == k && lead < p->first_lead + p->leads;
             lead++) {
            const double *of = kg + ((supply_node_kecamatan(i) * s->months) + lead - 1) * s->draws;

            for (unsigned d = 0; d < s->draws; d++)
                work[d] += of[d];
        }
    return supply_summarise_draws(work, s->draws);
}

static void join_cell(const struct forecast *f, struct page_forecast *out, size_t k, double *work)
{
    const struct supply_forecast *s = f->supply;
    struct neraca *n = &out->neraca;
    const size_t node = supply_node_kecamatan(k);

    for (size_t p = 0; p < n->periods; p++) {
        n->supply[node][p] = sum_cell(f, &out->merge, &n->period[p], k, s->kg, work);
        n->tracked[node][p] = sum_cell(f, &out->merge, &n->period[p], k,
                                       s->tracked_kg != NULL ? s->tracked_kg : s->kg, work);
        if (s->untracked_kg != NULL)
            n->untracked[node][p] =
                sum_cell(f, &out->merge, &n->period[p], k, s->untracked_kg, work);
    }
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

void model_cells_join(const struct forecast *f, struct page_forecast *out)
{
    const struct records_snapshot *s = f->snapshot;
    struct neraca *n = &out->neraca;
    struct merge_farms open;
    double *work = xcalloc(f->supply->draws, sizeof *work);

    count_open(f, &open);
    merge_rows(s, &out->merge);
    join_undivided(f, &out->merge, &open);
    merge_tell(&out->merge, &open);
    if (s->farms < MERGE_FARMS_LEAST) { /* a file of one or two farms is their own */
        merge_begin(&out->merge);
        merge_tell(&out->merge, &(const struct merge_farms){.n = {0}});
    }
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        size_t cell = out->merge.cell[k];

        if (cell == k)
            continue;
        out->tracked[supply_node_kecamatan(cell)] += out->tracked[supply_node_kecamatan(k)];
        out->ponds[supply_node_kecamatan(cell)] += out->ponds[supply_node_kecamatan(k)];
        out->tracked[supply_node_kecamatan(k)] = out->ponds[supply_node_kecamatan(k)] = 0;
        join_cell(f, out, cell, work);
    }
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (size_t p = 0; out->merge.cell[k] != k && p < n->periods; p++)
            n->supply[supply_node_kecamatan(k)][p] = n->tracked[supply_node_kecamatan(k)][p] =
                n->untracked[supply_node_kecamatan(k)][p] = (struct supply_summary){0};
    free(work);
}

static void hide_node(struct page_forecast *out, size_t node)
{
    const struct supply_summary none = {NAN, NAN, NAN, NAN};
    struct neraca *n = &out->neraca;

    for (size_t p = 0; p < n->periods; p++) {
        n->supply[node][p] = n->tracked[node][p] = n->untracked[node][p] = none;
        out->rounded.supply[node][p] = out->rounded.tracked[node][p] = PAGE_UNTOLD;
        if (node >= DEMAND_NODES)
            continue;
        n->cell[node][p].part[NERACA_SUPPLY] = n->cell[node][p].part[NERACA_LOSS] =
            n->cell[node][p].balance = none;
        out->rounded.part[node][p][NERACA_SUPPLY] = out->rounded.part[node][p][NERACA_LOSS] =
            out->rounded.balance[node][p] = PAGE_UNTOLD;
    }
    if (node < DEMAND_NODES) { /* no balance and no chance of a deficit */
        n->known[node] = false;
        n->gap[node] = NERACA_FEW_FARMS;
        out->forgotten_kg[node] = NAN;
    }
}

void model_cells_hide(struct page_forecast *out)
{
    if (!out->merge.told_joint)
        hide_node(out, SUPPLY_JOINT);
    for (int r = 0; r < REGENCY_COUNT; r++)
        if (!out->merge.told_regency[r])
            hide_node(out, supply_node_regency((enum regency)r));
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        if (out->merge.cell[k] == k && !out->merge.told[k])
            hide_node(out, supply_node_kecamatan(k));
}
