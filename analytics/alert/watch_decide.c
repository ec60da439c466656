/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from what is seen: the engine's step, whom it is told, all of it on record before anything is sent; and what
 * is done when it cannot be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "watch_own.h"

#define MIN_MS ((int64_t)60 * 1000)

static struct engine_rules rules_of(const struct alert_settings *a)
{
    return (struct engine_rules){.repeat_ms = a->repeat_min * MIN_MS,
                                 .second_ms = a->second_min * MIN_MS,
                                 .clear_ms = a->clear_min * MIN_MS};
}

int watch_take_over(struct watch *w)
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
            watch_take_back(w, told, n, now_ms);
        }
        w->plan.keep_siren = watch_sounds(w, x->alarm, now_ms);
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

/* Back to what is on record, but for the times since when things are seen: a danger must be confirmed all the same. */
static void decide_again(struct watch *w)
{
    struct engine was = w->engine;

    w->engine = (struct engine){0};
    if (watch_take_over(w) != 0) {
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
    struct rec_attempt *message = NULL;
    long *told_with = NULL;
    struct alarm_commit c = {.alarm = w->engine.alarm,
                             .changed = w->engine.changed,
                             .gone = w->engine.gone,
                             .alarms = w->engine.n,
                             .alarm_index = w->plan.index,
                             .attempts = w->plan.n,
                             .ask = taken,
                             .asks = asks,
                             .mark = mark,
                             .marks = marks,
                             .night = w->night,
                             .nights = w->nights,
                             .now_ms = now_ms};
    int rc;

    for (size_t i = 0; i < asks; i++)
        taken[i] = ask[i].id;
    plan_join(&w->plan, &message, &told_with);
    c.attempt = message;
    c.told_with = told_with;
    rc = records_alarms_commit(w->records, &c);
    free(taken);
    free(message);
    free(told_with);
    if (rc == 0) {
        tell_log(w);
        engine_settle(&w->engine);
        deliver_forget_direct(w->deliver); /* it is told by what is on record */
    } else {
        log_warnx("alarm: what was decided could not be stored (%s); it is decided again",
                  nila_err_text(rc));
        watch_tell_directly(w, now_ms);
        decide_again(w);
    }
    plan_clear(&w->plan);
    watch_feed(w, now_ms);
    return rc;
}

void watch_decide(struct watch *w, int64_t now_ms)
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
    return settle(w, NULL, 0, &mark, key[0] != '\0', now_ms);
}
