/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smoother_cycle: what the samples of one cycle tell of the common deviation of growth, as a normal likelihood of the weeks.
 * Its own parameters are integrated out around their most likely values, found by a few rounds of Gauss-Newton in which
 * samples that fit badly lose weight. The model is ensemble.h's, of one mean fish. */
#ifndef ANALYTICS_SMOOTHER_CYCLE_H
#define ANALYTICS_SMOOTHER_CYCLE_H

#include "supply.h"

/* Weeks looked at; the last ends with the as-of day. */
struct smoother_weeks {
    size_t n;
    int32_t first_day;
};

/* ln L(d) = b'd - d'A d / 2 + constant, of the deviations d of the weeks. */
struct smoother_normal {
    double *a; /* [weeks][weeks] */
    double *b; /* [weeks] */
};

struct smoother_cycle; /* workspace, reused from cycle to cycle */
struct smoother_cycle *smoother_cycle_new(const struct supply_input *in,
                                          struct smoother_weeks weeks);
void smoother_cycle_free(struct smoother_cycle *k); /* NULL is fine */

/* The course that fits best. */
struct smoother_course {
    size_t samples;
    double end_ln_g; /* mean mass on its last day */
    double
        end_count; /* expected to live then, events apart; what was taken before is not among them */
};

/* Lives through the cycle up to as_of_day or its end, around growth [weeks], and adds to *sum (NULL: only the course). */
struct smoother_course smoother_cycle_add(struct smoother_cycle *k, size_t cycle,
                                          const double *growth, struct smoother_normal *sum);

#endif
