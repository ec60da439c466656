/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits to be told is looked at again before it is: an alarm that somebody acknowledged, that is over, or that came back
 * since must not be told as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "watch_own.h"

/* What is waiting, and when it is looked at. */
struct moment {
    struct watch *w;
    int64_t now_ms;
};

static bool tells_of_trouble(const struct rec_attempt *t)
{
    return strcmp(t->kind, "raise") == 0 || strcmp(t->kind, "repeat") == 0;
}

/* Is one of these alarms still to be told as the message does? */
static bool any_holds(const struct watch *w, const struct rec_attempt *t, const int64_t *of,
                      size_t n)
{
    for (size_t i = 0; i < w->engine.n; i++) {
        const struct rec_alarm *a = &w->engine.alarm[i];

        for (size_t k = 0; k < n; k++)
            if (a->id == of[k] && a->cleared_ms == 0 && a->acked_ms == 0 && a->snooze_ms == 0 &&
                (t->severity != ALARM_DANGER || a->severity == ALARM_DANGER))
                return true;
    }
    return false;
}

/* Is there an alarm that this message tells of, and that still has to be told? When nobody knows, yes. */
static bool still_true(const struct watch *w, const struct rec_attempt *t)
{
    int64_t *of = NULL;
    size_t n = 0;
    bool holds;

    if (t->told_with == 0)
        return t->alarm == 0 || any_holds(w, t, &t->alarm, 1);
    if (records_attempt_alarms(w->records, t->told_with > 0 ? t->told_with : t->id, &of, &n) != 0)
        return true; /* told by records */
    holds = any_holds(w, t, of, n);
    free(of);
    return holds;
}

/* "Safe again" of a pond that is in danger again since. */
static bool in_danger_since(const struct watch *w, const struct rec_attempt *t)
{
    for (size_t i = 0; i < w->engine.n; i++) {
        const struct rec_alarm *a = &w->engine.alarm[i];

        if (a->severity == ALARM_DANGER && a->raised_ms != 0 && a->cleared_ms == 0 &&
            a->danger_told_ms > t->made_ms && strcmp(a->subject, t->subject) == 0)
            return true;
    }
    return false;
}

static bool is_siren(const struct watch *w, const char *channel)
{
    for (size_t i = 0; i < w->plan.channels; i++)
        if (strcmp(w->plan.channel[i].slug, channel) == 0)
            return w->plan.channel[i].kind == CHANNEL_SIREN;
    return false;
}

static bool still_to_be_made(void *arg, const struct rec_attempt *t)
{
    const struct moment *at = arg;

    if (tells_of_trouble(t))
        return still_true(at->w, t);
    if (is_siren(at->w,
                 t->channel)) /* given back: an older order must not silence a newer danger */
        return !watch_sounds(at->w, SIZE_MAX, at->now_ms);
    return strcmp(t->kind, "clear") != 0 || !in_danger_since(at->w, t);
}

void watch_feed(struct watch *w, int64_t now_ms)
{
    struct moment at = {w, now_ms};

    deliver_feed(w->deliver, now_ms, still_to_be_made, &at);
}

void watch_take_back(struct watch *w, struct rec_attempt *told, size_t n, int64_t now_ms)
{
    for (size_t i = 0; i < n; i++) {
        struct rec_attempt *t = &told[i];
        struct rec_attempt message =
            *t; /* of a message that tells of several: what became of it is all the same */

        message.id = t->told_with > 0 ? t->told_with : t->id;
        if (t->done_ms != 0 || !tells_of_trouble(t) || (t->told_with != 0 && still_true(w, t)) ||
            !deliver_take_back(w->deliver, message.id))
            continue;
        message.done_ms = t->done_ms = now_ms;
        (void)snprintf(message.fate, sizeof message.fate, "dropped");
        (void)snprintf(t->fate, sizeof t->fate, "dropped");
        if (records_attempt_store(w->records, &message) != 0)
            log_warnx("alarm: message %lld could not be taken back", (long long)message.id);
    }
}

bool watch_sounds(const struct watch *w, size_t but, int64_t now_ms)
{
    for (size_t i = 0; i < w->engine.n; i++) {
        const struct rec_alarm *a = &w->engine.alarm[i];
        enum cause c;

        if (i == but)
            continue;
        if (a->severity == ALARM_DANGER && a->raised_ms != 0 && a->acked_ms == 0 &&
            a->snooze_ms <= now_ms && a->cleared_ms == 0 && cause_find(a->cause, &c) == 0 &&
            (cause_reach_of(c, ALARM_DANGER) & REACH_SIREN) != 0)
            return true;
        if (watch_direct_sounds(w, a, now_ms))
            return true;
    }
    return false;
}
