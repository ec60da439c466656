/* SPDX-License-Identifier: GPL-3.0-or-later */
/* issues: forecasts as they were issued, and the harvests they are judged by. What was issued is never changed: the file
 * itself refuses to alter or delete it. Issued again for the same day and scope it is one more revision.
 *
 * Threads: as struct records. */
#ifndef ANALYTICS_RECORDS_ISSUES_H
#define ANALYTICS_RECORDS_ISSUES_H

#include "records.h"

#define RECORDS_QUANTILES 9
/* 0.025 0.05 0.1 0.25 0.5 0.75 0.9 0.95 0.975 */
extern const double RECORDS_QUANTILE[RECORDS_QUANTILES];
enum records_quantile {
    RECORDS_Q025,
    RECORDS_Q05,
    RECORDS_Q10,
    RECORDS_Q25,
    RECORDS_Q50,
    RECORDS_Q75,
    RECORDS_Q90,
    RECORDS_Q95,
    RECORDS_Q975
};

#define RECORDS_SCOPE_SIZE   12
#define RECORDS_PROGRAM_SIZE 32
#define RECORDS_DIGEST_SIZE  17
#define RECORDS_ISSUED_LEADS 12

/* One node and month of an issued forecast; kg. */
struct rec_issued_value {
    char node[RECORDS_NODE_SIZE];
    unsigned lead; /* 1.. */
    int32_t month; /* month number (civil.h) */
    unsigned ponds;
    double mean;
    double q[RECORDS_QUANTILES]; /* rising */
    double factor;               /* the spread was multiplied by it; 1: left as the model gave it */
};

struct rec_issue {
    int64_t issued_ms;
    int32_t as_of_day;
    unsigned revision; /* of the same day and scope, from 1 */
    uint64_t seed;
    unsigned draws, months, ponds;
    bool sensors; /* their source answered */
    char scope[RECORDS_SCOPE_SIZE], program[RECORDS_PROGRAM_SIZE];
    char digest[RECORDS_DIGEST_SIZE]; /* of basis */
    char *basis; /* assumptions and official figures behind it, a line each; NULL in what is read */
    size_t values;
    struct rec_issued_value *value;
};

/* Stores one with its values, all or nothing; *revision is what it became. Words are logged. Errors of records_snapshot;
 * NILA_ERR_RANGE: a value that is not finite, quantiles that fall, or no values. */
NILA_MUST_CHECK int records_issue_add(struct records *r, const struct rec_issue *issue,
                                      unsigned *revision);

/* All that was issued by until_ms, by (as_of_day, scope, revision), values by (node, lead). *out is the caller's,
 * records_issues_free. Errors of records_snapshot. */
NILA_MUST_CHECK int records_issues(struct records *r, int64_t until_ms, struct rec_issue **out,
                                   size_t *n);
void records_issues_free(struct rec_issue *issue, size_t n); /* NULL is fine */

/* Was anything of the scope issued with an as-of day in first..last? */
NILA_MUST_CHECK int records_issued_within(struct records *r, const char *scope, int32_t first,
                                          int32_t last, bool *out);

/* A harvest on record, whether or not a cycle is known for it. */
struct rec_yield {
    size_t kecamatan; /* index of region_kecamatan */
    int32_t day;      /* of the harvest */
    double kg;
    int64_t entered_ms;    /* the row, first of all */
    int64_t pond_known_ms; /* the pond, or its first stocking: then forecasts could count it */
};
/* Every harvest, by day, that was entered by until_ms. *out is the caller's, free(). Errors of records_snapshot. */
NILA_MUST_CHECK int records_yields(struct records *r, int64_t until_ms, struct rec_yield **out,
                                   size_t *n);

#endif
