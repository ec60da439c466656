/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_cells.h"

#include <math.h>
#include <stdlib.h>

#include "analytics/supply/cells.h"
#include "collector/common/log.h"

static void join_cell(const struct forecast *f, struct page_forecast *out, size_t k, double *work)
{
    const struct supply_forecast *s = f->supply;
    struct neraca *n = &out->neraca;
    const size_t node = supply_node_kecamatan(k);

    for (size_t p = 0; p < n->periods; p++) {
        n->supply[node][p] =
            cells_sum(f, &out->merge, k, n->period[p].first_lead, n->period[p].leads, s->kg, work);
        n->tracked[node][p] =
            cells_sum(f, &out->merge, k, n->period[p].first_lead, n->period[p].leads,
                      s->tracked_kg != NULL ? s->tracked_kg : s->kg, work);
        if (s->untracked_kg != NULL)
            n->untracked[node][p] = cells_sum(f, &out->merge, k, n->period[p].first_lead,
                                              n->period[p].leads, s->untracked_kg, work);
    }
}

void model_cells_join(const struct forecast *f, struct page_forecast *out)
{
    struct neraca *n = &out->neraca;
    double *work = xcalloc(f->supply->draws, sizeof *work);

    cells_of_forecast(f, &out->merge);
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
