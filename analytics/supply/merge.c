/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "merge.h"

#include <limits.h>
#include <stdlib.h>

#include "collector/common/log.h"
#include "tiles.h"

static bool too_few(unsigned farms)
{
    return farms > 0 && farms < MERGE_FARMS_LEAST;
}

void merge_begin(struct merge *m)
{
    *m = (struct merge){.told_joint = false};
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        m->cell[k] = k;
}

unsigned merge_of_cell(const struct merge *m, const struct merge_farms *farms, size_t k)
{
    unsigned n = 0;

    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++)
        n += m->cell[i] == k ? farms->n[i] : 0;
    return n;
}

unsigned merge_of_regency(const struct merge_farms *farms, enum regency r)
{
    unsigned n = 0;

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        n += region_kecamatan(k)->regency == r ? farms->n[k] : 0;
    return n;
}

/* The cell of the regency with the fewest farms among those for which few says so; the first of equals; -1. */
static long smallest(const struct merge *m, const struct merge_farms *farms, enum regency r)
{
    unsigned least = UINT_MAX;
    long found = -1;

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        unsigned n;

        if (m->cell[k] != k || region_kecamatan(k)->regency != r)
            continue;
        n = merge_of_cell(m, farms, k);
        if (too_few(n) && n < least) {
            least = n;
            found = (long)k;
        }
    }
    return found;
}

/* Between the nearest members of two cells. */
static unsigned cell_distance(const struct merge *m, size_t a, size_t b)
{
    unsigned least = UINT_MAX;

    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++)
        for (size_t j = 0; j < REGION_KECAMATAN_COUNT; j++)
            if (m->cell[i] == a && m->cell[j] == b && tile_distance(i, j) < least)
                least = tile_distance(i, j);
    return least;
}

/* The nearest other cell of the same regency that has farms; of equally near ones that with the fewest, then the first; -1. */
static long nearest(const struct merge *m, const struct merge_farms *farms, size_t cell)
{
    unsigned least = UINT_MAX, fewest = UINT_MAX;
    long found = -1;

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        unsigned n, far;

        if (k == cell || m->cell[k] != k ||
            region_kecamatan(k)->regency != region_kecamatan(cell)->regency)
            continue;
        n = merge_of_cell(m, farms, k);
        far = cell_distance(m, cell, k);
        if (n > 0 && (far < least || (far == least && n < fewest))) {
            least = far;
            fewest = n;
            found = (long)k;
        }
    }
    return found;
}

void merge_join(struct merge *m, const struct merge_farms *farms)
{
    for (int r = 0; r < REGENCY_COUNT; r++) {
        long small, other;

        while ((small = smallest(m, farms, (enum regency)r)) >= 0 &&
               (other = nearest(m, farms, (size_t)small)) >= 0) {
            size_t from = (size_t)(small > other ? small : other);
            size_t to = (size_t)(small > other ? other : small);

            for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
                if (m->cell[k] == from)
                    m->cell[k] = to;
        }
    }
}

/* Farms of the cells of a regency that are held back. */
static unsigned held_back(const struct merge *m, const struct merge_farms *farms, enum regency r)
{
    unsigned n = 0;

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        if (m->cell[k] == k && region_kecamatan(k)->regency == r && !m->told[k])
            n += merge_of_cell(m, farms, k);
    return n;
}

/* Holds back the told cell with the fewest farms, the first of equals; false when none with farms is told. */
static bool hold_back_one(struct merge *m, const struct merge_farms *farms, enum regency r)
{
    unsigned fewest = UINT_MAX;
    size_t found = 0;

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        if (m->cell[k] == k && region_kecamatan(k)->regency == r && m->told[k]) {
            unsigned n = merge_of_cell(m, farms, k);

            if (n > 0 && n < fewest) {
                fewest = n;
                found = k;
            }
        }
    if (fewest < UINT_MAX)
        m->told[found] = false;
    return fewest < UINT_MAX;
}

void merge_tell(struct merge *m, const struct merge_farms *farms)
{
    unsigned sum[REGENCY_COUNT], all = 0;
    bool few = false;

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        m->told[k] = m->cell[k] == k && !too_few(merge_of_cell(m, farms, k));
    for (int r = 0; r < REGENCY_COUNT; r++) {
        sum[r] = merge_of_regency(farms, (enum regency)r);
        m->told_regency[r] = !too_few(sum[r]);
        few = few || too_few(sum[r]);
        all += sum[r];
        /* the regency's figure less the cells that are told */
        while (m->told_regency[r] && too_few(held_back(m, farms, (enum regency)r)))
            (void)hold_back_one(m, farms, (enum regency)r);
    }
    m->told_joint = !too_few(all);
    if (!few || !m->told_joint)
        return;
    /* joint is told and a regency is not: what is held back of both together must be of enough farms */
    for (int r = 0; r < REGENCY_COUNT; r++)
        m->told_regency[r] = sum[r] == 0;
    for (int r = 0; r < REGENCY_COUNT; r++)
        while (too_few(held_back(m, farms, REGENCY_KOTIM) + held_back(m, farms, REGENCY_SERUYAN)) &&
               hold_back_one(m, farms, (enum regency)r))
            ;
}

void merge_tell_sum(struct merge *into, const struct merge *other)
{
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        into->told[k] = into->told[k] && other->told[k];
    for (int r = 0; r < REGENCY_COUNT; r++)
        into->told_regency[r] = into->told_regency[r] && other->told_regency[r];
    into->told_joint = into->told_joint && other->told_joint;
}

void merge_on_record(const struct records_snapshot *s, struct merge_farms *out)
{
    bool *seen = xcalloc(s->farms, sizeof *seen);

    *out = (struct merge_farms){.n = {0}};
    for (size_t i = 0; i < s->ponds; i++) {
        size_t farm = s->pond[i].farm;

        out->n[s->farm[farm].kecamatan] += seen[farm] ? 0 : 1;
        seen[farm] = true;
    }
    free(seen);
}

void merge_rows(const struct records_snapshot *s, struct merge *out)
{
    struct merge_farms record;

    merge_on_record(s, &record);
    merge_begin(out);
    merge_join(out, &record);
}
