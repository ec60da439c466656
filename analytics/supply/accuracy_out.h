/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accuracy_out: scores of forecasts as CSV, JSON, and a table for people. Appended to b; places where nothing was forecast
 * and nothing harvested are left out, but for joint and the regencies. */
#ifndef ANALYTICS_ACCURACY_OUT_H
#define ANALYTICS_ACCURACY_OUT_H

#include "accuracy.h"
#include "collector/common/buf.h"
#include "recalibrate.h"

struct accuracy_report {
    const struct rec_issue *issue; /* [issues], what match was made of */
    size_t issues;
    const struct accuracy_match *match;
    const struct recalibration *recalibration; /* NULL: not told */
};

/* "node,lead,truth,n,…", lead "all" for all of them together, truth "first" or "now" (accuracy.h); an empty cell where there
 * is no number. */
void accuracy_csv(struct buf *b, const struct accuracy_report *r);
/* One object: what was judged and what not, the scores, the factors of the spread, and every forecast with what came. */
void accuracy_json(struct buf *b, const struct accuracy_report *r);
/* By lead, in tonnes, against what is known now. */
void accuracy_table(struct buf *b, const struct accuracy_report *r, bool english);
/* What was not judged and why, a line each. */
void accuracy_words(struct buf *b, const struct accuracy_report *r, bool english);

/* A line for each factor on the spread that is not 1, by node and months ahead, with what it rests on. */
void accuracy_factor_words(struct buf *b, const struct recalibration *r, bool english);
/* Appends "recalibration":[...], an object a node and group of leads. */
void accuracy_json_factors(struct buf *b, const struct recalibration *r);

#endif
