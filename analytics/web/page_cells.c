/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the officers' tables: kecamatan with fewer than three farms share one (analytics/supply/merge.h). */
#include "page_region.h"

#include <math.h>

bool region_told(const struct page_forecast *f, size_t node)
{
    return node == SUPPLY_JOINT  ? f->merge.told_joint
           : node < DEMAND_NODES ? f->merge.told_regency[node - 1]
                                 : f->merge.told[node - DEMAND_NODES];
}

double region_count(const struct page_forecast *f, size_t node, const unsigned ponds[SUPPLY_NODES])
{
    return region_told(f, node) ? (double)ponds[node] : NAN;
}

bool region_stands(const struct page_forecast *f, size_t node)
{
    return node < DEMAND_NODES || f->merge.cell[node - DEMAND_NODES] == node - DEMAND_NODES;
}

/* Appends what says of each member, "+" between them. */
static void members(struct buf *b, const struct merge *m, size_t k, bool codes)
{
    bool first = true;

    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++)
        if (m->cell[i] == k) {
            buf_str(b, first ? "" : codes ? "+" : " + ");
            buf_str(b, codes ? region_kecamatan(i)->code : region_kecamatan(i)->name);
            first = false;
        }
}

void region_cell_name(struct buf *b, const struct merge *m, size_t k)
{
    members(b, m, k, false);
}

void region_row_name(struct buf *b, const struct page_forecast *f, size_t node, enum lang lang)
{
    if (node < DEMAND_NODES)
        buf_str(b, region_node_name(node, lang));
    else
        members(b, &f->merge, node - DEMAND_NODES, false);
}

void region_row_code(struct buf *b, const struct page_forecast *f, size_t node)
{
    if (node < DEMAND_NODES)
        buf_str(b, supply_node_code(node));
    else
        members(b, &f->merge, node - DEMAND_NODES, true);
}
