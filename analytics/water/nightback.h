/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nightback: forecasts made again for every night of recorded ponds, with what was known at the issue time, beside what came.
 *
 * A night counts when at least 85 % of its samples from issue to until are there (by the median step of the 500 samples before the
 * issue) and at least 3 such nights lie in the 21 days before. Nothing after the issue time enters a forecast. */
#ifndef ANALYTICS_NIGHTBACK_H
#define ANALYTICS_NIGHTBACK_H

#include "collector/common/buf.h"
#include "nightfile.h"

struct nightback_ask {
    int issue_min; /* minutes after local midnight, 16:00 to 23:50, or 0 to 6:50 (of the next day) */
    int until_min;     /* after midnight, up to 7:00 */
    double below_mg_l; /* limit of the chance that is written */
    bool apart;        /* each file on its own: no pooling */
};

struct nightback_night {
    int32_t day; /* of dusk */
    int64_t issue_ms;
    bool made;                    /* a forecast; else only the truth: too few nights before */
    float mean[NIGHT_STEPS_MAX];  /* forecast */
    float member[NIGHT_MEMBERS];  /* forecast minima, rising */
    double p_below[NIGHT_LIMITS]; /* of NIGHT_LIMIT_MG_L */
    double p_ask;                 /* of ask.below_mg_l */
    float truth[NIGHT_STEPS_MAX]; /* NaN: not seen */
    double min;                   /* of the truth */
    double low_one,
        low_two; /* lowest reading, lowest of two in a row (their higher), issue to until */
};

struct nightback_pond {
    const char *name;
    size_t n;
    size_t room;
    struct nightback_night *night; /* usable ones, by day */
    size_t lost;                   /* nights within the record with fewer samples than asked */
    size_t early;                  /* seen, with fewer than 3 usable nights before */
    size_t unable;                 /* seen, and nothing to go by */
};

struct nightback {
    struct nightback_ask ask;
    int steps;
    size_t n;
    struct nightback_pond *pond; /* a file each */
};

/* Files stay the caller's, longer than *out. NILA_ERR_RANGE: the hours. */
NILA_MUST_CHECK int nightback_run(struct nightback **out, const struct nightfile *file, size_t n,
                                  const struct nightback_ask *ask);
void nightback_free(struct nightback *b); /* NULL is fine */

/* pond,date,k,do: k = 1.. the mean path, -1 the chance, -2 and below equally likely minima. */
void nightback_csv(struct buf *out, const struct nightback *b);

#endif
