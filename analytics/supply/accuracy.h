/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accuracy: how good the issued forecasts were, by how far ahead they looked.
 *
 * What is judged: the first revision of the first as-of day of each month and scope "tracked", a node and month at a time. Issued later
 * than ACCURACY_LATE_DAYS after the month began it is no forecast and is left out. The truth is the harvest on record of
 * ponds that were known on the as-of day (a pond that came later was in no forecast): as it was known ACCURACY_WAIT_DAYS
 * after the month (first), and as it is known now (late entries included). Months in which nothing at all was written down
 * in either regency are not judged: silence is no harvest of zero. Untracked farms are not judged: of them there is no truth.
 *
 * Naive forecasts, from what was known on the as-of day: the last whole month's harvest goes on, and the same month of the
 * year before comes again.
 *
 * Scores: errors of the median; CRPS from the stored quantiles (accuracy_crps). Skill = 1 - sum of the forecast's scores / sum
 * of the naive one's over the forecasts that have both: 1 perfect, 0 as good, below 0 worse. Pure, but for memory. */
#ifndef ANALYTICS_ACCURACY_H
#define ANALYTICS_ACCURACY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/records/issues.h"
#include "supply.h"

#define ACCURACY_WAIT_DAYS 30 /* after a month, until its harvests are written down */
#define ACCURACY_LATE_DAYS \
    10 /* into a month: a letter of the month's end is written in the next one's first days */

/* CRPS of a distribution whose quantiles at RECORDS_QUANTILE are q (rising), straight between them and without tails
 * beyond: twice the integral of the quantile loss over levels 0..1 (Gneiting and Ranjan 2011), exact piece by piece. */
double accuracy_crps(const double q[RECORDS_QUANTILES], double y);

enum accuracy_truth {
    ACCURACY_FIRST, /* as known 30 days after the month */
    ACCURACY_NOW,   /* as known today */
    ACCURACY_TRUTHS
};
enum accuracy_naive {
    ACCURACY_LAST_MONTH,
    ACCURACY_LAST_YEAR,
    ACCURACY_NAIVES
};

/* One forecast and what came; kg. */
struct accuracy_pair {
    size_t issue; /* index of what accuracy_match was given */
    int32_t as_of_day;
    int32_t month;
    size_t node;
    unsigned lead;
    const struct rec_issued_value *forecast; /* in the issues */
    double actual[ACCURACY_TRUTHS];
    double naive[ACCURACY_NAIVES]; /* NaN: no records reach back that far */
};

struct accuracy_match {
    size_t n;
    struct accuracy_pair *pair; /* by (issue, node, lead) as they lie there */
    size_t issues;              /* that were judged, at least in part */
    size_t repeats;  /* issues that are not judged: another revision or day of the same month */
    size_t late;     /* joint forecasts issued when their month had long begun */
    size_t open;     /* joint forecasts whose month is not over, or not for 30 days */
    size_t silent;   /* joint forecasts of months without any harvest on record */
    double later_kg; /* harvest of judged months from ponds that were not yet known */
};

/* How many of them are judged: those of ponds on record. Of all ponds there is no truth. */
size_t accuracy_issues(const struct rec_issue *issue, size_t issues);

/* issues as records_issues gives them, yields as records_yields does; both are kept by the caller as long as *out. now_ms: by
 * which yields are known. */
void accuracy_match(const struct rec_issue *issue, size_t issues, const struct rec_yield *yield,
                    size_t yields, int64_t now_ms, struct accuracy_match *out);
void accuracy_match_free(struct accuracy_match *m);

/* Over the forecasts of one node and lead (0: every lead). */
struct accuracy_score {
    size_t n;                    /* forecasts; with n 0 the rest is NaN or 0 */
    size_t covered80, covered95; /* within P10..P90, P2.5..P97.5 */
    size_t positive;             /* with an actual above 0: percentages are of these */
    double mape_pct, median_ape_pct;
    double mean_actual_kg,
        mean_error_kg; /* error = mean of the forecast - actual: above 0 too much */
    double bias_pct;   /* the same, of the mean actual; NaN when that is 0 */
    double mae_kg;     /* of the median */
    double crps_kg;
    double width80_kg;
    size_t compared[ACCURACY_NAIVES];
    double skill_abs
        [ACCURACY_NAIVES]; /* absolute error of the median against the naive one's; NaN: nothing to compare */
    double skill_crps
        [ACCURACY_NAIVES]; /* CRPS against the naive one's, which for a single number is its absolute error */
};
void accuracy_score(const struct accuracy_match *m, size_t node, unsigned lead,
                    enum accuracy_truth truth, struct accuracy_score *out);

#endif
