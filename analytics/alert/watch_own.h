/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch_own: what watch.c (the step) and watch_daily.c (what is told once a day) share. */
#ifndef ANALYTICS_ALERT_WATCH_OWN_H
#define ANALYTICS_ALERT_WATCH_OWN_H

#include "look.h"
#include "plan.h"
#include "watch.h"

struct watch {
    const struct analytics_config *config;
    const struct alert_settings *settings;
    struct records *records;
    struct series_source *series;
    struct deliver *deliver;
    struct look look;
    struct engine engine;
    struct plan plan;
    /* dangers told without the records, while these cannot be written */
    struct watch_direct {
        char subject[ALARM_SUBJECT_SIZE], group[ALARM_WORD_SIZE];
        int64_t at_ms;
    } * direct;
    size_t directs;
    bool rehearsal;
    bool oks_wait; /* OKs on record that nobody has taken up: of before a restart, or not stored */
    int64_t pass_due, asks_due, inputs_due, feed_due, alive_due; /* monotonic */
    int64_t dusk_tried_ms, judge_tried_ms, notice_tried_ms;      /* wall */
};

/* Notice, forecast, routine message and the judgement of nights, when their time has come. */
void watch_daily(struct watch *w, int64_t now_ms);

/* Stores what stands in plan, with the mark that it was told. */
NILA_MUST_CHECK int watch_tell(struct watch *w, const char *key, int64_t now_ms);

#endif
