/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge: what may be told of a region without telling of a single farm (the law on personal data, UU 27/2022).
 *
 * A cell of a table is a sum over farms. It is told when nobody contributed to it, or at least MERGE_FARMS_LEAST farms did;
 * and nothing about fewer farms may follow from any sums and differences of what is told: of kecamatan, regencies and both
 * together. Two steps:
 *   merge_join  puts kecamatan with too few farms together with their nearest neighbours in the same regency, so that the sum
 *               is told under both names;
 *   merge_tell  decides for one quantity, given how many farms contributed to it, which of those cells, regencies and the
 *               joint figure are told. What is held back in a regency is together of at least MERGE_FARMS_LEAST farms, where
 *               the regency's own figure is told; else the regency is held back, and the other one with it, as joint less one
 *               regency is the other.
 * Longer periods: told are sums of told months and nothing else (merge_tell_sum); then they say nothing new.
 *
 * Deterministic: the same counts give the same cells. Against somebody who compares what was told before and after a single
 * late entry no such rule helps. Method: threshold rule with complementary suppression (Hundepool et al. 2012, Statistical
 * Disclosure Control, ch. 4). Pure. */
#ifndef ANALYTICS_SUPPLY_MERGE_H
#define ANALYTICS_SUPPLY_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "analytics/records/records.h"
#include "collector/common/region.h"

#define MERGE_FARMS_LEAST 3U

struct merge {
    /* the kecamatan that stands for the cell each belongs to: the first of its members, itself when it is alone */
    size_t cell[REGION_KECAMATAN_COUNT];
    bool told[REGION_KECAMATAN_COUNT]; /* of those that stand for a cell; false for the others */
    bool told_regency[REGENCY_COUNT], told_joint;
};

/* Farms by kecamatan. */
struct merge_farms {
    unsigned n[REGION_KECAMATAN_COUNT];
};

/* Every kecamatan alone, nothing told. */
void merge_begin(struct merge *m);
/* Joins cells until each holds no farm or enough, as far as its regency has enough. Cells that were joined before stay so. */
void merge_join(struct merge *m, const struct merge_farms *farms);
/* Decides what is told of a quantity to which so many farms contributed. */
void merge_tell(struct merge *m, const struct merge_farms *farms);
/* into: what may be told of the sum of two quantities or months of the same cells: what is told of both. */
void merge_tell_sum(struct merge *into, const struct merge *other);

/* Farms with a pond on record, each counted once; and the rows they make, the same on every page and for every month. */
void merge_on_record(const struct records_snapshot *s, struct merge_farms *out);
void merge_rows(const struct records_snapshot *s, struct merge *out);

/* Farms of the cell that kecamatan k stands for, of a regency, of both. */
unsigned merge_of_cell(const struct merge *m, const struct merge_farms *farms, size_t k);
unsigned merge_of_regency(const struct merge_farms *farms, enum regency r);

#endif
