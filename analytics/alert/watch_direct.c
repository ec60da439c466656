/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records cannot be written: a danger is told all the same. What was told so is known in memory alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "watch_own.h"

static bool is_siren(const struct watch *w, const char *channel)
{
    for (size_t i = 0; i < w->plan.channels; i++)
        if (strcmp(w->plan.channel[i].slug, channel) == 0)
            return w->plan.channel[i].kind == CHANNEL_SIREN;
    return false;
}

/* Where it is remembered that this was told of that alarm; made when it is not yet. At most one an alarm, channel and contact. */
static struct watch_direct *memory_of(struct watch *w, const struct rec_alarm *a,
                                      const struct rec_attempt *t, bool back)
{
    struct watch_direct *at;

    for (size_t i = 0; i < w->directs; i++) {
        at = &w->direct[i];
        if (at->back == back && strcmp(at->subject, a->subject) == 0 &&
            strcmp(at->group, a->group) == 0 && strcmp(at->channel, t->channel) == 0 &&
            strcmp(at->contact, t->contact) == 0)
            return at;
    }
    w->direct = xrealloc(w->direct, w->directs + 1, sizeof *w->direct);
    at = &w->direct[w->directs++];
    *at = (struct watch_direct){.back = back, .siren = is_siren(w, t->channel)};
    memcpy(at->subject, a->subject, sizeof at->subject);
    memcpy(at->group, a->group, sizeof at->group);
    memcpy(at->channel, t->channel, sizeof at->channel);
    memcpy(at->contact, t->contact, sizeof at->contact);
    return at;
}

static bool lately(const struct watch *w, const struct watch_direct *at, int64_t now_ms)
{
    return at->at_ms != 0 && at->at_ms <= now_ms && now_ms - at->at_ms < w->engine.rules.repeat_ms;
}

void watch_tell_directly(struct watch *w, int64_t now_ms)
{
    for (size_t i = 0; i < w->plan.n; i++) {
        const struct rec_attempt *t = &w->plan.attempt[i];
        const bool back = strcmp(t->kind, "acked") == 0 || strcmp(t->kind, "clear") == 0;
        struct watch_direct *at;

        if (w->plan.index[i] < 0 || t->severity != ALARM_DANGER ||
            (back && (!is_siren(w, t->channel) || watch_sounds(w, SIZE_MAX, now_ms))))
            continue;
        at = memory_of(w, &w->engine.alarm[w->plan.index[i]], t, back);
        if (!lately(w, at, now_ms) && deliver_direct(w->deliver, t))
            at->at_ms = now_ms; /* else with the next look */
    }
}

bool watch_direct_sounds(const struct watch *w, const struct rec_alarm *a, int64_t now_ms)
{
    for (size_t i = 0; i < w->directs; i++) {
        const struct watch_direct *at = &w->direct[i];

        /* what was put on record since counts as it stands there */
        if (at->siren && !at->back && lately(w, at, now_ms) && a->danger_ms != 0 &&
            at->at_ms > a->told_ms && at->at_ms > a->acked_ms &&
            strcmp(at->subject, a->subject) == 0 && strcmp(at->group, a->group) == 0)
            return true;
    }
    return false;
}
