/* SPDX-License-Identifier: GPL-3.0-or-later */
/* issued: a forecast put on record as it was issued (records/issues.h), and what was learned from earlier ones. */
#ifndef ANALYTICS_ISSUED_H
#define ANALYTICS_ISSUED_H

#include "forecast.h"
#include "recalibrate.h"

/* A forecast may be issued this many days after its as-of day; what is older is no forecast any more, but a backtest. */
#define ISSUED_AFTER_DAYS ACCURACY_LATE_DAYS

/* The forecast as it would be stored: every node and month, mean and quantiles of the draws of ponds on record (scope
 * "tracked") or of all ponds (all, scope "all"); of an office that keeps one regency's records those of its regency, which it can judge; what it is based on, a line each, and its digest (FNV-1a, 64 bits, 16
 * hexadecimal digits). program: the version. *out is the caller's, issued_free. */
void issued_make(const struct forecast *f, bool all, uint64_t seed, bool sensors,
                 const char *program, struct rec_issue *out);
void issued_free(struct rec_issue *issue);

/* Stores it in r: the part of the ponds on record, which is judged; of a forecast of all ponds also the whole, as it is
 * published. *revision: of the former. Errors of records_issue_add, and NILA_ERR_RANGE for a forecast made more than ISSUED_AFTER_DAYS after its as-of
 * day, or before it; words in why (size >= 160). */
NILA_MUST_CHECK int issued_store(struct records *r, const struct forecast *f, uint64_t seed,
                                 bool sensors, const char *program, unsigned *revision, char *why,
                                 size_t why_size);

/* The spread's factors as the forecasts issued by until_ms and the harvests known then teach them. Errors of records_issues. */
NILA_MUST_CHECK int issued_recalibration(struct records *r, int64_t until_ms,
                                         struct recalibration *out);

#endif
