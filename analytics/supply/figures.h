/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures: which of the official figures on record a forecast uses, and what is said about each.
 *
 * A figure whose months all are leads goes into the draws (official.h); its log error is FIGURES_FINAL or
 * FIGURES_PROVISIONAL. One that has begun before and ends in the forecast speaks of its sum: what came out up to the end of the
 * as-of day's month (figures_past), draw by draw, and the leads. Refused, and listed with words, are
 * - one below the harvest that ponds on record brought in within its period, also when the period is over;
 * - every other where only ponds on record are counted (tracked_only): it speaks of all ponds, and what came out
 *   would be neither the ponds' harvest nor the region's;
 * - one that the draws, combined with it, still contradict by more than COMBINE_FAR of its error. Of several the worst is left
 *   out first, and the rest tried again from the draws as they were;
 * - one that lies further than FIGURES_ABSURD from the draws before;
 * - one whose period goes on after the forecast, or has begun where what is past is not known; zero, or nothing that could yield it (combine.h).
 * Targets are no figures (records.h): they are shown beside them, and none comes here.
 * What is over, and not contradicted, or lies beyond, is only counted here; untracked.h learns from what is over. */
#ifndef ANALYTICS_FIGURES_H
#define ANALYTICS_FIGURES_H

#include "official.h"

/* A figure further than so many standard deviations (of draws and figure together) from what the draws said at first is a
 * slip of unit or place rather than news: not used either. Draws that know little could be moved to it. */
#define FIGURES_ABSURD 6.0

/* log-sd of official totals: figures of one office for one year differ by such amounts (0.15 to 0.25). */
#define FIGURES_FINAL       0.15
#define FIGURES_PROVISIONAL 0.25

struct figure {
    struct rec_official record;
    double harvested_kg; /* by ponds on record, within its period, up to the as-of day */
    enum combine_verdict verdict;
    bool of_all;         /* of all ponds, where only those on record are counted; not used */
    bool partly;         /* its period lies only partly in the forecast */
    bool begun;          /* and of that the part before lead 1 is known: can be used */
    bool endless;        /* it goes on after the last lead; not used */
    double past_kg;      /* with begun the mean of what came before lead 1, else 0 */
    bool against, above; /* the draws contradict it, not used; and it is above them */
};
/* What ponds on record brought in within its place and period, kg. */
double figure_harvested(const struct records_snapshot *s, const struct rec_official *o);
/* Whether that is more than the figure and its error allow: a contradiction. */
bool figure_below(const struct records_snapshot *s, const struct rec_official *o);

/* Whether it went into the draws. */
bool figure_used(const struct figure *f);
/* What is said about it; "" when it is used and fits. */
const char *figure_words(const struct figure *f, bool english);

struct figures {
    size_t n;
    struct figure *figure; /* in the snapshot's order */
    bool learned
        [REGENCY_COUNT]; /* figures of periods that are over taught something (untracked.h) */
    size_t over, beyond; /* periods before and after the forecast: not listed */
    enum combine_way way;
    double ess;   /* draws that count by weights (combine.h) */
    size_t *from; /* [draws] which draw of before each one was or came of; NULL: none was used */
};

/* What came out of all ponds of o's node from its first month to the end of the as-of day's month, [draws] kg; false: not known. */
struct figures_past {
    bool (*fill)(void *arg, const struct rec_official *o, double *kg);
    void *arg;
};

/* Puts what can be used into the draws of f; past NULL: what is past is not known; tracked_only: they are of ponds on record alone. *out is the caller's, figures_free. NILA_ERR_RANGE (a draw or figure that is no
 * number), words in why (size >= 160); f is unchanged then. */
NILA_MUST_CHECK int figures_apply(struct figures **out, const struct records_snapshot *s,
                                  struct supply_forecast *f, const struct figures_past *past,
                                  bool tracked_only, uint64_t seed, char *why, size_t why_size);
void figures_free(struct figures *f); /* NULL is fine */

/* Whether a used figure says something about a node: one of its own, of joint, or one that is over and taught something. */
bool figures_cover(const struct figures *f, const char *node);

#endif
