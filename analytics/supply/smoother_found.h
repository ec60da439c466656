/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smoother_found: what the ponds' records told of the weather and events that they share (smoother.h), for those who ask. */
#ifndef ANALYTICS_SMOOTHER_FOUND_H
#define ANALYTICS_SMOOTHER_FOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "paths.h"

struct smoother_found {
    size_t weeks;  /* looked at; 0: no open cycle, and the paths are left as they were */
    size_t cycles; /* with samples within them */
    size_t samples;
    double growth_mean[REGENCY_COUNT], growth_sd[REGENCY_COUNT]; /* of z in the last week */
    double event_p[PATHS_EVENT_KINDS][REGENCY_COUNT]; /* chance that the newest season had one */
    bool season[PATHS_EVENT_KINDS]; /* one touches the weeks looked at; else event_p is 0 */
};

#endif
