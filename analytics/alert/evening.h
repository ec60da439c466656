/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evening: what is told of the coming night, and how right it was: the notice at 15:30 (before the evening feed) from how the last
 * nights went; at dusk the forecast (water/night.h), one message for all of a farmer's ponds; in the morning what the night
 * became. Forecasts and outcomes are stored (records, struct rec_night). Times are WIB. */
#ifndef ANALYTICS_ALERT_EVENING_H
#define ANALYTICS_ALERT_EVENING_H

#include "analytics/water/night.h"
#include "collector/common/buf.h"
#include "plan.h"

enum {
    EVENING_NOTICE_MIN = 15 * 60 + 30,
    EVENING_NOTICE_LAST_MIN = 17 * 60,
    EVENING_DUSK_FIRST_MIN = 18 * 60, /* already, when a pond is low within 90 minutes */
    EVENING_DUSK_MIN = 19 * 60,       /* the forecast is told */
    EVENING_DUSK_LAST_MIN =
        22 *
        60, /* for a program that was away; what is low within an hour is then the alarm's affair */
    EVENING_JUDGE_MIN = 7 * 60 + 10
};

struct evening_told {
    struct plan_line *line;
    size_t lines;
    struct rec_night *night;         /* one a pond with a probe, or with a reading by hand */
    struct night_forecast *forecast; /* the same; steps 0: none could be made */
    struct night_forecast *aerated;  /* the same with the aerator on; steps 0: not known */
    size_t nights;
    bool soon; /* a pond is low within 90 minutes */
};
void evening_free(struct evening_told *t); /* a zeroed struct is fine */

/* Ponds whose oxygen fell below do_watch in at least half of the last seven nights, of three or more that were measured. Errors of
 * series_load. */
NILA_MUST_CHECK int evening_notice(const struct look *l, struct series_source *s, int64_t now_ms,
                                   struct evening_told *out);

/* Tonight's forecast of every pond with a probe, or with a reading by hand of this evening (analytics/handheld.h); a line for those of which the chance of a night below do_watch is at least
 * night_p. Errors of series_load. */
NILA_MUST_CHECK int evening_dusk(const struct look *l, struct series_source *s, double night_p,
                                 int64_t now_ms, struct evening_told *out);

/* The same for ponds alone of which oxygen was measured by hand since 18:00 of this evening, and whose night rests on that reading: for what
 * is entered after the message at dusk. Of those that known (of this evening) says were warned of, nothing. */
NILA_MUST_CHECK int evening_late(const struct look *l, struct series_source *s, double night_p,
                                 int64_t now_ms, const struct rec_night *known, size_t n_known,
                                 struct evening_told *out);

/* Nights of the last three days whose outcome is not known yet are judged from what was measured and stored. Errors of
 * records and series_load. */
NILA_MUST_CHECK int evening_judge(struct records *r, struct series_source *s, int64_t now_ms);

/* The lines of oxygen_night and oxygen_path for InfluxDB. Returns the number of lines. */
size_t evening_lines(const struct look *l, const struct evening_told *t, struct buf *out);

#endif
