/* SPDX-License-Identifier: GPL-3.0-or-later */
/* statusscene: one pond as its status is judged, for the tests of status. */
#ifndef TESTS_ANALYTICS_STATUSSCENE_H
#define TESTS_ANALYTICS_STATUSSCENE_H

#include "tests/support/support.h"

#include <math.h>
#include <string.h>

#include "analytics/water/status.h"
#include "collector/common/reading.h"

#define MINUTE ((int64_t)60 * 1000)
#define NOW    ((int64_t)1795471950000) /* 2026-11-24 05:12:30 WIB */
#define NONE   NAN

/* One pond: newest values one minute old and passed; oxygen also in the hour before, one reading every five minutes. */
struct scene {
    struct series_latest latest;
    struct series hour;
    struct status_scene more; /* beside latest, do_recent and now_ms */
    int64_t ts[64];
    double value[64];
};

static inline void put(struct scene *s, enum metric m, double value, int flag, int64_t age_ms)
{
    s->latest.metric[m] = (struct series_last){.ts_ms = NOW - age_ms, .value = value, .flag = flag};
}

static inline void scene_make(struct scene *s, double now, double before, double temp, double ph,
                              double tan)
{
    memset(s, 0, sizeof *s);
    s->hour.metric = METRIC_DO_MG_L;
    s->hour.ts_ms = s->ts;
    s->hour.value = s->value;
    for (int i = 0; i < 12; i++) {
        s->ts[i] = NOW - 56 * MINUTE + 5 * MINUTE * i;
        s->value[i] = before;
    }
    s->hour.n = 12;
    if (isfinite(now)) {
        put(s, METRIC_DO_MG_L, now, READING_PASS, MINUTE);
        s->value[11] = now; /* the same reading, in both */
    }
    if (isfinite(temp))
        put(s, METRIC_TEMP_C, temp, READING_PASS, MINUTE);
    if (isfinite(ph))
        put(s, METRIC_PH, ph, READING_PASS, MINUTE);
    if (isfinite(tan))
        put(s, METRIC_TAN_N_MG_L, tan, READING_PASS, MINUTE);
}

static inline struct pond_status judge(const struct scene *s)
{
    struct pond_status st;
    struct status_scene scene = s->more;

    scene.latest = &s->latest;
    scene.do_recent = &s->hour;
    scene.now_ms = NOW;
    status_judge(&scene, &STATUS_DEFAULTS, &st);
    return st;
}

#endif
