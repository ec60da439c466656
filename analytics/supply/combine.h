/* SPDX-License-Identifier: GPL-3.0-or-later */
/* combine: joint draws of the bottoms (kecamatan by month), corrected by figures of any node: an official total of a quarter,
 * a statistical forecast of a regency's year. What comes out are draws of the bottoms again, so every sum is coherent by
 * construction, and nothing falls below what is on record.
 *
 * A figure y of a node is ln y = ln(sum of the node's bottoms) + N(0, log_sd^2).
 * - Weights: each draw counts as much as it fits all figures; systematic resampling (one uniform number for all k, draws in
 *   their order; Kitagawa 1996). A draw is then one of the old ones, whole.
 * - When fewer than 0.3 k draws would count (effective sample size 1 / sum w^2), the draws are moved instead: an ensemble
 *   Kalman step in u = ln(kg above what is on record), square-root form (Whitaker and Hamill 2002: mean and spread come out
 *   exact for Gaussian u and a linear sum, no noise is drawn), figure by figure, each in COMBINE_STEPS parts whose log_sd is
 *   sqrt(COMBINE_STEPS) larger, because the logarithm of a sum is not linear. Gains are of the sample; for bottoms outside
 *   the figure's node a correlation below 2 / sqrt k is taken as chance. A bottom that is 0 in a draw stays 0 there. Draws
 *   in which a figure's node is 0 cannot be moved to it: others take their place, as by weights of 0 and 1.
 * Same generator, same result. */
#ifndef ANALYTICS_COMBINE_H
#define ANALYTICS_COMBINE_H

#include <gsl/gsl_rng.h>

#include "hierarchy.h"

#define COMBINE_STEPS      4
#define COMBINE_ESS_SHARE  0.3
#define COMBINE_LOG_SD_MIN 0.01
#define COMBINE_LOG_SD_MAX 2.0
#define COMBINE_FAR        3.0 /* standard deviations: further off is said */
#define COMBINE_BELOW_SHARE \
    2.0 /* log_sd a figure may lie below what is on record and still be used */

struct combine_figure {
    size_t node;   /* of the hierarchy */
    double kg;     /* NaN: not known */
    double log_sd; /* of its error, COMBINE_LOG_SD_MIN..MAX; official totals 0.15 to 0.25 */
};

enum combine_verdict {
    COMBINE_FITS,
    COMBINE_SURPRISES, /* used; further than COMBINE_FAR from what the draws said */
    COMBINE_CONTRADICTS, /* used; still further than that from the outcome: other figures, or records, say otherwise */
    COMBINE_NEAR_RECORD,  /* used; below what is on record, but within its error */
    COMBINE_BELOW_RECORD, /* not used: more than this is on record already */
    COMBINE_MISSING,      /* not used: not known */
    COMBINE_ZERO,         /* not used: a 0 is as a rule a form left empty, and has no logarithm */
    COMBINE_NO_DRAW,      /* not used: in every draw the node is 0 */
    COMBINE_VERDICTS
};
/* What is said about it, in the reader's language; "" for COMBINE_FITS. */
const char *combine_words(enum combine_verdict v, bool english);

struct combine_seen {
    enum combine_verdict verdict;
    /* ln y against the draws, in standard deviations: before (of draws and figure together), after (of the figure). NaN when
     * it was not used. */
    double z_before, z_after;
};

enum combine_way {
    COMBINE_NOTHING, /* no figure could be used: the draws are as they were */
    COMBINE_WEIGHTS,
    COMBINE_KALMAN
};

struct combine_report {
    bool
        in_place; /* in: draws are moved (COMBINE_KALMAN) and never weighed, so that each keeps its number */
    enum combine_way way;
    double ess; /* draws that would count by weights, 1..k; k when nothing was used */
    size_t *
        from; /* [k]: which old draw each one was or came of; for what else belongs to a draw. The caller's array */
    struct combine_seen *seen; /* [figures]; the caller's array */
};

/* Changes bottom [bottoms][k] (>= record, finite). record [bottoms]: kg on record in each, NULL: none. known [figures]: what a
 * figure holds beside the node's bottoms in each draw, [k] kg >= 0 (the part of a period that is past); one or all NULL: nothing. Words in why
 * (size >= 160) for NILA_ERR_RANGE: k < 2; a draw, naming its bottom, that is not finite, negative or below the record; a
 * figure that is negative or infinite, or whose known part is, has no such node, or a log_sd out of range. Nothing is changed then. */
NILA_MUST_CHECK int combine(const struct hierarchy *h, double *bottom, size_t k,
                            const double *record, const double *const *known,
                            const struct combine_figure *figure, size_t figures, gsl_rng *rng,
                            struct combine_report *report, char *why, size_t why_size);

#endif
