/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence: what one regency's records tell of the weather and events that all ponds share, summed up so that another office
 * can use it without a single row of a farm: the normal likelihood of the weekly deviations of growth (smoother_cycle.h), by
 * system, and the seasons' ratios of losses (smoother_losses.h). Both add up over cycles, so the sum of two offices' evidence
 * is what one office with all records would have found, but for the point around which the curves are taken as lines: each
 * office takes them around its own course.
 *
 * With the same evidence of both, the same seed, as-of day and number of draws, both offices draw the same paths: draw i in the
 * one is draw i in the other, and the regencies' harvests may be added draw by draw.
 *
 * Privacy: what fewer than EVIDENCE_FARMS farms tell together is left out: of a system, its growth; of all, everything. */
#ifndef ANALYTICS_SUPPLY_EVIDENCE_H
#define ANALYTICS_SUPPLY_EVIDENCE_H

#include <stdbool.h>

#include "collector/common/sha256.h"
#include "smoother_losses.h"

#define EVIDENCE_WEEKS   PATHS_PAST_WEEKS
#define EVIDENCE_FARMS   3
#define EVIDENCE_SEASONS 8

struct evidence {
    enum regency regency;
    int32_t as_of_day;
    unsigned farms, cycles;       /* behind it; 0 farms: fewer than EVIDENCE_FARMS, all is empty */
    bool told[POND_SYSTEM_COUNT]; /* growth of this system is in it */
    /* of the deviations of the EVIDENCE_WEEKS weeks that end with as_of_day; a is symmetric, row by row */
    struct smoother_normal sum[POND_SYSTEM_COUNT];
    size_t seasons;
    struct evidence_season {
        enum paths_event kind;
        int year;
        size_t weeks;
        double ln_ratio[SMOOTHER_SEASON_WEEKS][SMOOTHER_LOSSES];
    } season[EVIDENCE_SEASONS];
    double *block; /* behind the sums */
};

/* Empty; never NULL. */
struct evidence *evidence_new(enum regency regency, int32_t as_of_day);
void evidence_free(struct evidence *e); /* NULL is fine */
struct evidence *evidence_copy(const struct evidence *e);

/* Of the regency's records alone: records, as_of_day and hazard of in count. The caller's, evidence_free. */
struct evidence *evidence_of(const struct supply_input *in, enum regency regency);

/* A fingerprint of its figures: equal for equal evidence. */
void evidence_digest(const struct evidence *e, char out[static SHA256_HEX_SIZE]);

#endif
