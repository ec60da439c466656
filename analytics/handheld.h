/* SPDX-License-Identifier: GPL-3.0-or-later */
/* handheld: a pond's oxygen measured by hand this evening, put on record (records_press, PRESS_OXYGEN) or imported into the
 * series, and tonight's forecast from it: for ponds without a probe, or with one that is too new. */
#ifndef ANALYTICS_HANDHELD_H
#define ANALYTICS_HANDHELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/records/contacts.h"
#include "analytics/series.h"
#include "analytics/water/night.h"

struct handheld_ask {
    struct series_source *series; /* NULL: only what is on record */
    const struct rec_press *press;
    size_t presses;
    const char *pond;
    int64_t now_ms; /* nothing later counts */
    struct night_model *const *peers;
    size_t n_peers;
};

/* From the newest reading between 18:00 and 21:00 WIB of the night of now_ms (which lasts until 07:00), on record or of the
 * series. *made false: there is none, or it is not the time; then *out is untouched. A reading on record does without the
 * series when they do not answer; else errors as series_load. */
NILA_MUST_CHECK int handheld_night(const struct handheld_ask *ask, struct night_forecast *out,
                                   bool *made);

#endif
