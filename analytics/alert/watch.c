/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "evening.h"
#include "watch_own.h"

#define SECOND_MS ((int64_t)1000)
#define MIN_MS    (60 * SECOND_MS)
#define HOUR_MS   (60 * MIN_MS)

enum {
    ASKS_MS = 1000,      /* acknowledgements of pages and command line are looked for */
    INPUTS_MS = 5000,    /* mains and the button on the box */
    READ_MS = 60 * 1000, /* ponds, contacts, limits */
    ALIVE_MS = 2 * 60 * 1000,
    FEED_MS = 1000 /* attempts that fell due */
};

static struct engine_rules rules_of(const struct alert_settings *a)
{
    return (struct engine_rules){.repeat_ms = a->repeat_min * MIN_MS,
                                 .second_ms = a->second_min * MIN_MS,
                                 .clear_ms = a->clear_min * MIN_MS};
}

static int take_over(struct watch *w)
{
    struct engine_rules rules = rules_of(w->settings);
    struct rec_alarm *open = NULL;
    size_t n = 0;
    int rc = records_alarms_open(w->records, &open, &n);

    if (rc != 0)
        return rc;
    engine_free(&w->engine);
    engine_init(&w->engine, &rules, open, n);
    free(open);
    return 0;
}

/* Ponds of which nobody would be told are named at once, not in the night that kills. */
static void tell_unserved(const struct watch *w)
{
    for (size_t i = 0; i < w->look.ponds; i++)
        if (!plan_reaches(&w->plan, &w->look.pond[i]))
            log_warnx(
                "alarm: pond %s: no contact would be told of a danger: none answers for it with an "
                "address for a configured channel; see import contacts",
                w->look.pond[i].slug);
}

int watch_open(struct watch **out, const struct analytics_config *c, struct records *r,
               struct series_source *s, struct channels *channels, const struct deliver_ops *ops,
               char *why, size_t why_size)
{
    struct watch *w = xcalloc(1, sizeof *w);
    struct deliver_channel list[CHANNELS_MAX];
    int64_t now = clock_wall_ms();
    int rc;

    w->config = c;
    w->settings = &c->alert;
    w->records = r;
    w->series = s;
    w->look.records = r;
    w->oks_wait = true;
    w->look.usual = &c->limits;
    w->look.rivers = &c->rivers;
    w->plan.look = &w->look;
    w->plan.settings = &c->alert;
    w->plan.phone = c->phone;
    plan_channels(&w->plan, channels, &c->channels);
    rc = look_read(&w->look, now);
    if (rc == 0)
        rc = take_over(w);
    if (rc != 0) {
        (void)snprintf(why, why_size, "%s: %s", c->records_path, nila_err_text(rc));
        look_free(&w->look);
        free(w);
        return rc;
    }
    for (size_t i = 0; i < w->plan.channels; i++)
        list[i] = (struct deliver_channel){w->plan.channel[i].slug, channels_at(channels, i)};
    w->deliver = deliver_start(r, list, w->plan.channels, ops);
    tell_unserved(w);
    if (w->engine.n > 0)
        log_info("alarm: %zu open ones taken over", w->engine.n);
    *out = w;
    return 0;
}

void watch_close(struct watch *w)
{
    if (w == NULL)
        return;
    deliver_stop(w->deliver);
    engine_free(&w->engine);
    plan_free(&w->plan);
    look_free(&w->look);
    free(w->direct);
    free(w);
}

void watch_rehearse(struct watch *w)
{
    w->rehearsal = true;
    w->plan.rehearsal = true;
}

size_t watch_busy(struct watch *w)
{
    return deliver_busy(w->deliver);
}

/* --- contacts of the collector --- */

/* Mains that change are looked at without waiting for the next pass. */
static bool mains_changed(struct watch *w, int64_t now_ms)
{
    struct series_contact c;
    bool lost, told = false;

    if (w->settings->mains_input[0] == '\0' ||
        series_contact(w->series, w->settings->mains_input, now_ms - WATCH_INPUT_BACK_MS, &c) !=
            0 ||
        c.ts_ms == 0)
        return false;
    lost = c.value == w->settings->mains_lost;
    for (size_t i = 0; i < w->engine.n; i++)
        told = told || (w->engine.alarm[i].rank > 0 &&
                        strcmp(w->engine.alarm[i].group, cause_group_name(GROUP_POWER)) == 0);
    return lost ? !told : w->look.mains_lost_ms != 0;
}

/* --- one step of the engine --- */

/* Dangers of which every message to a first contact failed for good. *out: free(). */
static size_t find_unreached(struct watch *w, int64_t **out)
{
    size_t n = 0;

    *out = xcalloc(w->engine.n, sizeof **out);
    for (size_t i = 0; i < w->engine.n; i++) {
        const struct rec_alarm *a = &w->engine.alarm[i];
        struct rec_attempt *t = NULL;
        size_t tries = 0, people = 0, reached = 0;

        if (a->severity != ALARM_DANGER || a->danger_told_ms == 0 || a->acked_ms != 0 ||
            a->second_ms != 0 ||
            records_attempts(w->records, a->id, a->danger_told_ms, &t, &tries) != 0)
            continue;
        for (size_t k = 0; k < tries; k++) {
            if (t[k].contact[0] == '\0')
                continue;
            people++;
            reached += t[k].done_ms == 0 || strcmp(t[k].fate, "sent") == 0 ||
                       strcmp(t[k].fate, "delivered") == 0 || strcmp(t[k].fate, "unknown") == 0;
        }
        if (people > 0 && reached == 0)
            (*out)[n++] = a->id;
        free(t);
    }
    return n;
}

/* Is there an alarm that this message tells of, and that still has to be told? When nobody knows, yes. */
static bool still_true(struct watch *w, int64_t message)
{
    int64_t *of = NULL;
    size_t n = 0;
    bool open = false;

    if (records_attempt_alarms(w->records, message, &of, &n) != 0)
        return true; /* told by records */
    for (size_t i = 0; i < w->engine.n && !open; i++) {
        const struct rec_alarm *a = &w->engine.alarm[i];

        for (size_t k = 0; k < n && !open; k++)
            open = a->id == of[k] && a->cleared_ms == 0 && a->acked_ms == 0 && a->snooze_ms == 0;
    }
    free(of);
    return open;
}

/* What is no longer true is not told any more, unless it is being told just now, or is true of another pond that the message names. */
static void take_back(struct watch *w, struct rec_attempt *told, size_t n, int64_t now_ms)
{
    for (size_t i = 0; i < n; i++) {
        struct rec_attempt *t = &told[i];
        struct rec_attempt message =
            *t; /* of a message that tells of several: what became of it is all the same */

        message.id = t->told_with > 0 ? t->told_with : t->id;
        if (t->done_ms != 0 || (strcmp(t->kind, "raise") != 0 && strcmp(t->kind, "repeat") != 0) ||
            (t->told_with != 0 && still_true(w, message.id)) ||
            !deliver_take_back(w->deliver, message.id))
            continue;
        message.done_ms = t->done_ms = now_ms;
        (void)snprintf(message.fate, sizeof message.fate, "dropped");
        (void)snprintf(t->fate, sizeof t->fate, "dropped");
        if (records_attempt_store(w->records, &message) != 0)
            log_warnx("alarm: message %lld could not be taken back", (long long)message.id);
    }
}

/* Does another danger need the siren, which is one for all? */
static bool another_sounds(const struct watch *w, size_t but, int64_t now_ms)
{
    for (size_t i = 0; i < w->engine.n; i++) {
        const struct rec_alarm *a = &w->engine.alarm[i];
        enum cause c;

        if (i != but && a->severity == ALARM_DANGER && a->raised_ms != 0 && a->acked_ms == 0 &&
            a->snooze_ms <= now_ms && a->cleared_ms == 0 && cause_find(a->cause, &c) == 0 &&
            (cause_reach_of(c, ALARM_DANGER) & REACH_SIREN) != 0)
            return true;
    }
    return false;
}

static void plan_all(struct watch *w, int64_t now_ms)
{
    for (size_t i = 0; i < w->engine.actions; i++) {
        const struct engine_action *x = &w->engine.action[i];
        const struct rec_alarm *a = &w->engine.alarm[x->alarm];
        struct rec_attempt *told = NULL;
        size_t n = 0;

        if ((x->kind == ENGINE_CLEAR || x->kind == ENGINE_ACKED) && a->id != 0) {
            if (records_attempts(w->records, a->id, 0, &told, &n) != 0)
                n = 0; /* told by records: then nobody is told that it is over */
            take_back(w, told, n, now_ms);
        }
        w->plan.keep_siren = another_sounds(w, x->alarm, now_ms);
        plan_action(&w->plan, x, a, told, n, now_ms);
        free(told);
    }
}

static void tell_log(const struct watch *w)
{
    static const char *const WORD[] = {
        [ENGINE_RAISE] = "raised",      [ENGINE_REPEAT] = "told again",
        [ENGINE_SECOND] = "to second",  [ENGINE_ACKED] = "acknowledged or snoozed",
        [ENGINE_EASED] = "danger over", [ENGINE_CLEAR] = "all-clear",
    };

    for (size_t i = 0; i < w->engine.actions; i++) {
        const struct rec_alarm *a = &w->engine.alarm[w->engine.action[i].alarm];
        log_info("alarm %s%s%s %s: %s", a->subject, a->subject[0] != '\0' ? " " : "", a->cause,
                 alarm_severity_name(a->severity), WORD[w->engine.action[i].kind]);
    }
    if (w->plan.nobody > 0)
        log_warnx(
            "alarm: %zu dangers for which no contact and no siren is there; see import contacts",
            w->plan.nobody);
}

/* May a danger be told past the records now? Once in repeat_ms for each. */
static bool may_tell(struct watch *w, const struct rec_alarm *a, int64_t now_ms)
{
    struct watch_direct *at = NULL;

    for (size_t i = 0; i < w->directs && at == NULL; i++)
        if (strcmp(w->direct[i].subject, a->subject) == 0 &&
            strcmp(w->direct[i].group, a->group) == 0)
            at = &w->direct[i];
    if (at != NULL && now_ms - at->at_ms < w->engine.rules.repeat_ms && now_ms >= at->at_ms)
        return at->at_ms == now_ms; /* the same telling to the next address */
    if (at == NULL) {               /* at most one a place and group */
        w->direct = xrealloc(w->direct, w->directs + 1, sizeof *w->direct);
        at = &w->direct[w->directs++];
    }
    memcpy(at->subject, a->subject, sizeof a->subject);
    memcpy(at->group, a->group, sizeof a->group);
    at->at_ms = now_ms;
    return true;
}

/* The records cannot be written: a danger is told all the same, once in repeat_ms; nothing can be kept of it. */
static void tell_directly(struct watch *w, int64_t now_ms)
{
    for (size_t i = 0; i < w->plan.n; i++) {
        const struct rec_attempt *t = &w->plan.attempt[i];

        if (t->severity == ALARM_DANGER && w->plan.index[i] >= 0 &&
            w->plan.about[i].told_with < 0 &&
            may_tell(w, &w->engine.alarm[w->plan.index[i]], now_ms))
            deliver_direct(w->deliver, t);
    }
}

/* Back to what is on record, but for the times since when things are seen: a danger must be confirmed all the same. */
static void decide_again(struct watch *w)
{
    struct engine was = w->engine;

    w->engine = (struct engine){0};
    if (take_over(w) != 0) {
        w->engine = was;
        engine_settle(&w->engine);
        return;
    }
    engine_keep_times(&w->engine, &was);
    engine_free(&was);
}

/* Stores what was decided; then it is so. When it cannot be stored, the engine forgets it and decides again. */
static int settle(struct watch *w, const struct rec_ask *ask, size_t asks,
                  const struct rec_mark *mark, size_t marks, int64_t now_ms)
{
    int64_t *taken = xcalloc(asks, sizeof *taken);
    long *told_with = NULL;
    struct alarm_commit c = {.alarm = w->engine.alarm,
                             .changed = w->engine.changed,
                             .gone = w->engine.gone,
                             .alarms = w->engine.n,
                             .attempt = w->plan.attempt,
                             .alarm_index = w->plan.index,
                             .attempts = w->plan.n,
                             .ask = taken,
                             .asks = asks,
                             .mark = mark,
                             .marks = marks,
                             .now_ms = now_ms};
    int rc;

    for (size_t i = 0; i < asks; i++)
        taken[i] = ask[i].id;
    plan_join(&w->plan, &told_with);
    c.told_with = told_with;
    rc = records_alarms_commit(w->records, &c);
    free(taken);
    free(told_with);
    if (rc == 0) {
        tell_log(w);
        engine_settle(&w->engine);
    } else {
        log_warnx("alarm: what was decided could not be stored (%s); it is decided again",
                  nila_err_text(rc));
        tell_directly(w, now_ms);
        decide_again(w);
    }
    plan_clear(&w->plan);
    deliver_feed(w->deliver, now_ms);
    return rc;
}

static void decide(struct watch *w, int64_t now_ms)
{
    struct rec_ask *ask = NULL;
    int64_t *unreached = NULL;
    size_t asks = 0;
    struct engine_input in = {.now_ms = now_ms,
                              .seen = w->look.seen,
                              .n_seen = w->look.n_seen,
                              .ground = w->look.ground,
                              .n_ground = w->look.n_ground};

    if (records_alarm_asks(w->records, &ask, &asks) != 0)
        asks = 0; /* told by records; the alarm goes on */
    in.ask = ask;
    in.n_asks = asks;
    in.n_unreached = find_unreached(w, &unreached);
    in.unreached = unreached;
    engine_step(&w->engine, &in);
    plan_all(w, now_ms);
    (void)settle(w, ask, asks, NULL, 0, now_ms); /* told there */
    free(ask);
    free(unreached);
}

int watch_tell(struct watch *w, const char *key, int64_t now_ms)
{
    struct rec_mark mark = {.at_ms = now_ms};

    (void)snprintf(mark.key, sizeof mark.key, "%s", key);
    return settle(w, NULL, 0, &mark, 1, now_ms);
}

/* --- the step --- */

static bool due(int64_t *at, int64_t mono, int64_t every_ms)
{
    if (mono < *at && *at - mono <= every_ms) /* a clock of another kind would wait for ever */
        return false;
    *at = mono + every_ms;
    return true;
}

/* Pages say that the alarm does not run when they have not read this for five minutes. */
static void say_alive(struct watch *w, int64_t now_ms)
{
    struct rec_mark mark = {.key = "watch", .at_ms = now_ms};
    struct alarm_commit c = {.mark = &mark, .marks = 1, .now_ms = now_ms};

    if (!due(&w->alive_due, clock_mono_ms(), ALIVE_MS))
        return;
    if (records_alarms_commit(w->records, &c) != 0) /* told by records */
        w->alive_due = 0;
}

static void pass(struct watch *w, int64_t now_ms)
{
    if (now_ms - w->look.read_ms >= READ_MS || now_ms < w->look.read_ms) {
        if (look_read(&w->look, now_ms) != 0)
            log_warnx("alarm: the records could not be read; what was known of ponds and contacts "
                      "is used");
    } else if (look_presses(&w->look, now_ms) != 0) {
        log_warnx("alarm: the buttons could not be read; tried again");
    }
    watch_health(w);
    w->look.open = w->engine.alarm;
    w->look.opens = w->engine.n;
    look_pass(&w->look, w->series, w->settings, now_ms);
    look_probe(&w->look, w->series, now_ms);
    decide(w, now_ms);
    watch_daily(w, now_ms);
    say_alive(w, now_ms);
}

int64_t watch_step(struct watch *w, bool *passed)
{
    int64_t now = clock_wall_ms(), mono = w->rehearsal ? now : clock_mono_ms(), next;
    bool look = due(&w->pass_due, mono, w->settings->every_s * SECOND_MS);

    watch_take_heard(w, now);
    if (due(&w->inputs_due, mono, INPUTS_MS)) {
        watch_look_at_button(w, now);
        look = look || mains_changed(w, now);
    }
    if (look) {
        watch_take_oks(w);
        pass(w, now);
    } else if (due(&w->asks_due, mono, ASKS_MS)) {
        struct rec_ask *ask = NULL;
        size_t n = 0;

        if (records_alarm_asks(w->records, &ask, &n) == 0 && n > 0)
            decide(w, now);
        free(ask);
    }
    if (due(&w->feed_due, mono, FEED_MS))
        deliver_feed(w->deliver, now);
    if (passed != NULL)
        *passed = look;
    next = w->pass_due < w->inputs_due ? w->pass_due : w->inputs_due;
    next = next < w->asks_due ? next : w->asks_due;
    return next > mono ? next - mono : 0;
}
