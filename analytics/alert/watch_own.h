/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch_own: what watch.c (the step), watch_decide.c (what follows from what is seen), watch_true.c (what waits and is no longer
 * true), watch_direct.c (the records cannot be written), watch_people.c (what people say), watch_daily.c (what is told once a day)
 * and watch_health.c (the channels) share. */
#ifndef ANALYTICS_ALERT_WATCH_OWN_H
#define ANALYTICS_ALERT_WATCH_OWN_H

#include "evening.h"
#include "look.h"
#include "plan.h"
#include "watch.h"

#define WATCH_EARLY 32
/* A contact of the collector is looked back at for so long: its state is told every 15 minutes. */
#define WATCH_INPUT_BACK_MS ((int64_t)20 * 60 * 1000)

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
        char channel[SLUG_SIZE], contact[SLUG_SIZE];
        bool siren, back; /* by a siren; it was given back */
        int64_t at_ms;    /* 0: not told yet */
    } * direct;
    size_t directs;
    /* delivery reports of messages whose reference is not on record yet */
    struct watch_early {
        char slug[SLUG_SIZE], reference[64];
        enum channel_fate fate;
        int64_t until_ms; /* monotonic; 0: this place is free */
    } early[WATCH_EARLY];
    int64_t health_due; /* monotonic */
    bool rehearsal;
    bool oks_wait; /* OKs on record that nobody has taken up: of before a restart, or not stored */
    int64_t pass_due, asks_due, inputs_due, feed_due, alive_due;           /* monotonic */
    int64_t dusk_tried_ms, judge_tried_ms, notice_tried_ms, late_tried_ms; /* wall */
    int64_t readings; /* by hand of this evening, as the last forecast knew them (late) */
    int64_t dusk_readings, late_readings; /* the same, as the forecast under way does */
    struct evening_work *notice, *dusk, *late, *beat, *judge; /* under way; NULL: not */
    int64_t part_ms;               /* wall; what may not wait was told of a dusk under way */
    int64_t hold_ms;               /* wall; what could not be stored waits until then */
    int64_t idle_until;            /* monotonic; until then there is nothing to do once a day */
    size_t unjudged;               /* nights, as the log knows */
    const struct rec_night *night; /* borrowed: stored with what is told next */
    size_t nights;
};

/* Notice, forecast, routine message and the judgement of nights, when their time has come, a piece of work at a time: at least one, and
 * no more when the ponds are to be looked at (look_due, as pass_due) or a second is over. So a look waits for one read at most, which
 * the source ends after SERIES_TIMEOUT_MS. True: there is more to do at once. */
bool watch_daily(struct watch *w, int64_t look_due);
/* Gives up what is under way. */
void watch_daily_end(struct watch *w);

/* What was heard of people and channels since the last call becomes acknowledgements, reports and faults. */
void watch_take_heard(struct watch *w, int64_t now_ms);
/* What was heard before a restart, or could not be stored when it was. */
void watch_take_oks(struct watch *w);
/* The button on the box acknowledges all that is open. */
void watch_look_at_button(struct watch *w, int64_t now_ms);

/* What a channel says of its own health becomes an alarm when it lasts. */
void watch_fault(struct watch *w, const char *slug, const struct channel_event *e);
/* The same of a channel whose last messages all failed, from the records, so that a restart forgets nothing; once a minute. */
void watch_health(struct watch *w);
/* A delivery report; one that overtakes its message is kept for a while (watch_reports_again). */
void watch_report(struct watch *w, const char *slug, const struct channel_event *e);
void watch_reports_again(struct watch *w);

/* The engine with what is open on record. Errors of records_snapshot; then it stays as it was. */
NILA_MUST_CHECK int watch_take_over(struct watch *w);
/* One step of the engine on what look has seen and people have said: stored, then told. */
void watch_decide(struct watch *w, int64_t now_ms);

/* Hands over what is due, and drops what waits and is no longer true: of what is acknowledged or over, "safe again" of a pond in danger, a
 * siren's end while a danger needs it. Call it after every commit and regularly. */
void watch_feed(struct watch *w, int64_t now_ms);
/* Of an alarm's attempts, drops those that wait and are not true any more; told says so afterwards. A message of several stays while
 * one of them holds. */
void watch_take_back(struct watch *w, struct rec_attempt *told, size_t n, int64_t now_ms);
/* Does a danger need the siren, which is one for all? but: index of an alarm that does not count; SIZE_MAX: all do. */
bool watch_sounds(const struct watch *w, size_t but, int64_t now_ms);

/* Tells the dangers of plan without the records: each at once, to its own contacts, one by one (nothing can be said of a shared
 * message), and to each of them again not before repeat_ms. What a full queue refuses is told with the next look. */
void watch_tell_directly(struct watch *w, int64_t now_ms);
/* Does a siren sound for this alarm of which the records know nothing? */
bool watch_direct_sounds(const struct watch *w, const struct rec_alarm *a, int64_t now_ms);

/* Stores what stands in plan and the nights of w, with the mark that it was told; "": none. */
NILA_MUST_CHECK int watch_tell(struct watch *w, const char *key, int64_t now_ms);

#endif
