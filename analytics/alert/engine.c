/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

#define MIN_MS ((int64_t)60 * 1000)
/* What is seen again within this time was there all along: a value that wavers about its limit is one event. */
#define GAP_MS (5 * MIN_MS)
/* A danger that eased for this long and is back is a new one to whoever acknowledged the first. */
#define RETURN_MS (5 * MIN_MS)
/* Eased for longer than anything waits for. */
#define LONG_AGO_MS ((int64_t)1)

const struct engine_rules ENGINE_DEFAULTS = {
    .repeat_ms = 15 * MIN_MS, .second_ms = 30 * MIN_MS, .clear_ms = 30 * MIN_MS};

void engine_init(struct engine *e, const struct engine_rules *rules, const struct rec_alarm *alarm,
                 size_t n)
{
    *e = (struct engine){.rules = *rules, .n = n, .cap = n};
    e->alarm = xcalloc(n, sizeof *e->alarm);
    e->changed = xcalloc(n, sizeof *e->changed);
    e->gone = xcalloc(n, sizeof *e->gone);
    if (n > 0)
        memcpy(e->alarm, alarm, n * sizeof *alarm);
}

void engine_free(struct engine *e)
{
    free(e->alarm);
    free(e->changed);
    free(e->gone);
    free(e->action);
    *e = (struct engine){0};
}

static void act(struct engine *e, enum engine_kind kind, size_t alarm, bool second)
{
    if (e->actions == e->actions_cap) {
        e->actions_cap = e->actions_cap == 0 ? 16 : e->actions_cap * 2;
        e->action = xrealloc(e->action, e->actions_cap, sizeof *e->action);
    }
    e->action[e->actions++] =
        (struct engine_action){.kind = kind, .alarm = alarm, .second = second};
}

/* An alarm of which nothing is known yet. */
static size_t append(struct engine *e)
{
    if (e->n == e->cap) {
        e->cap = e->cap == 0 ? 16 : e->cap * 2;
        e->alarm = xrealloc(e->alarm, e->cap, sizeof *e->alarm);
        e->changed = xrealloc(e->changed, e->cap, sizeof *e->changed);
        e->gone = xrealloc(e->gone, e->cap, sizeof *e->gone);
    }
    e->alarm[e->n] = (struct rec_alarm){.value = NAN, .threshold = NAN};
    e->changed[e->n] = true;
    e->gone[e->n] = false;
    return e->n++;
}

static void add_alarm(struct engine *e, const struct engine_seen *s, int64_t now_ms)
{
    const size_t at = append(e); /* it may move the array */
    struct rec_alarm *a = &e->alarm[at];

    a->first_ms = now_ms;
    memcpy(a->subject, s->subject, sizeof a->subject);
    (void)snprintf(a->group, sizeof a->group, "%s", cause_group_name(cause_info(s->cause)->group));
}

/* The worst that is seen of the alarm's place and group; NULL: nothing. */
static const struct engine_seen *worst_of(const struct engine_input *in, const struct rec_alarm *a)
{
    const struct engine_seen *worst = NULL;

    for (size_t i = 0; i < in->n_seen; i++) {
        const struct engine_seen *s = &in->seen[i];

        if (strcmp(s->subject, a->subject) == 0 &&
            strcmp(cause_group_name(cause_info(s->cause)->group), a->group) == 0 &&
            (worst == NULL ||
             cause_rank(s->cause, s->severity) > cause_rank(worst->cause, worst->severity)))
            worst = s;
    }
    return worst;
}

static void open_new(struct engine *e, const struct engine_input *in)
{
    for (size_t i = 0; i < in->n_seen; i++) {
        const struct engine_seen *s = &in->seen[i];
        const char *group = cause_group_name(cause_info(s->cause)->group);
        bool there = false;

        for (size_t k = 0; k < e->n && !there; k++)
            there = strcmp(e->alarm[k].subject, s->subject) == 0 &&
                    strcmp(e->alarm[k].group, group) == 0;
        if (!there && cause_info(s->cause)->group != GROUP_NONE)
            add_alarm(e, s, in->now_ms);
    }
}

/* A clock that was set back must not silence an alarm until it has caught up. */
static void not_after(struct rec_alarm *a, int64_t now_ms)
{
    int64_t *const when[] = {&a->first_ms,  &a->seen_ms,  &a->watch_ms,       &a->danger_ms,
                             &a->raised_ms, &a->told_ms,  &a->danger_told_ms, &a->well_ms,
                             &a->eased_ms,  &a->acked_ms, &a->second_ms,      &a->said_ms};
    int64_t most =
        now_ms +
        (a->severity == ALARM_DANGER ? ALARM_SNOOZE_DANGER_MIN : ALARM_SNOOZE_MAX_MIN) * MIN_MS;

    for (size_t k = 0; k < sizeof when / sizeof when[0]; k++)
        if (*when[k] > now_ms)
            *when[k] = now_ms;
    if (a->snooze_ms > most)
        a->snooze_ms = most;
}

static void take_asks(struct engine *e, size_t at, const struct engine_input *in)
{
    struct rec_alarm *a = &e->alarm[at];

    for (size_t i = 0; i < in->n_asks; i++) {
        const struct rec_ask *q = &in->ask[i];

        if (q->alarm != a->id || a->id == 0 || a->raised_ms == 0)
            continue;
        if (q->at_ms < a->told_ms && a->danger_told_ms > q->at_ms)
            continue; /* it was said of something less bad than what has been told since */
        if (q->kind == ASK_SNOOZE) {
            a->snooze_ms = in->now_ms + q->minutes * MIN_MS; /* not_after bounds it */
        } else if (a->acked_ms == 0) {
            a->acked_ms = in->now_ms;
            (void)snprintf(a->acked_by, sizeof a->acked_by, "%s", q->by);
            (void)snprintf(a->acked_how, sizeof a->acked_how, "%s", q->how);
        }
        if (q->at_ms > a->said_ms) /* it is the answer to all that was said before */
            a->said_ms = q->at_ms;
        act(e, ENGINE_ACKED, at, false);
    }
}

/* Has a person said so again since the OK, or the snooze? */
static bool said_again(const struct rec_alarm *a, const struct engine_seen *s)
{
    return s != NULL && s->severity == ALARM_DANGER && a->severity == ALARM_DANGER &&
           (a->acked_ms != 0 || a->snooze_ms != 0) && s->said_ms > a->said_ms;
}

/* Since when something worse than what was told is seen, by severity. */
static void time_it(struct rec_alarm *a, const struct engine_seen *s, int64_t now_ms)
{
    bool worse = s != NULL && cause_rank(s->cause, s->severity) > a->rank;
    bool gap = now_ms - a->seen_ms > GAP_MS;

    if (!worse && (s != NULL || gap))
        a->watch_ms = 0;
    if (worse && (a->watch_ms == 0 || gap))
        a->watch_ms = now_ms;
    if (s != NULL && s->severity == ALARM_DANGER) {
        if (a->danger_ms == 0 || gap)
            a->danger_ms = now_ms;
    } else if (s != NULL || gap) {
        a->danger_ms = 0;
    }
    if (s != NULL)
        a->seen_ms = now_ms;
}

static void tell(struct engine *e, size_t at, const struct engine_seen *s, int64_t now_ms)
{
    struct rec_alarm *a = &e->alarm[at];

    (void)snprintf(a->cause, sizeof a->cause, "%s", cause_info(s->cause)->key);
    a->severity = s->severity;
    a->worst = s->severity > a->worst ? s->severity : a->worst;
    a->rank = cause_rank(s->cause, s->severity);
    a->raised_ms = a->raised_ms != 0 ? a->raised_ms : now_ms;
    a->told_ms = now_ms;
    if (s->severity == ALARM_DANGER && a->danger_told_ms == 0)
        a->danger_told_ms = now_ms;
    a->acked_ms = a->snooze_ms = a->eased_ms = a->watch_ms = 0;
    a->acked_by[0] = a->acked_how[0] = '\0';
    a->value = s->value;
    a->threshold = s->threshold;
    a->said_ms = s->said_ms > a->said_ms ? s->said_ms : a->said_ms;
    if (s->severity != ALARM_DANGER)
        a->second_ms = 0;
    else if (cause_info(s->cause)->second_at_once && a->second_ms == 0)
        a->second_ms = now_ms;
    act(e, ENGINE_RAISE, at, a->second_ms != 0);
}

static bool unreached(const struct engine_input *in, int64_t id)
{
    for (size_t i = 0; i < in->n_unreached; i++)
        if (in->unreached[i] == id)
            return true;
    return false;
}

/* A danger that was told and holds: again, and to the second. */
static void insist(struct engine *e, size_t at, const struct engine_input *in)
{
    struct rec_alarm *a = &e->alarm[at];
    int64_t now = in->now_ms;

    if (a->severity != ALARM_DANGER || a->acked_ms != 0 || now < a->snooze_ms || a->eased_ms != 0)
        return;
    if (a->second_ms == 0 &&
        (now - a->danger_told_ms >= e->rules.second_ms || unreached(in, a->id))) {
        a->second_ms = now;
        act(e, ENGINE_SECOND, at, true);
    }
    if (now - a->told_ms >= e->rules.repeat_ms || (a->snooze_ms != 0 && now >= a->snooze_ms)) {
        a->told_ms = now;
        a->snooze_ms = 0;
        act(e, ENGINE_REPEAT, at, a->second_ms != 0);
    }
}

/* A danger that had eased is there again: it is not what was acknowledged, is told at once, and no earlier word is of it. */
static void come_back(struct rec_alarm *a, int64_t now_ms)
{
    if (a->acked_ms != 0) {
        a->danger_told_ms = now_ms;
        a->told_ms = 0;
    }
    a->acked_ms = a->snooze_ms = 0;
}

/* "Safe again, feed again" would be a lie while the place is in danger for another reason. */
static bool danger_beside(const struct engine *e, size_t at, const struct engine_input *in)
{
    for (size_t i = 0; i < in->n_seen; i++)
        if (in->seen[i].severity == ALARM_DANGER &&
            strcmp(in->seen[i].subject, e->alarm[at].subject) == 0)
            return true;
    for (size_t i = 0; i < e->n; i++) {
        const struct rec_alarm *b = &e->alarm[i];

        if (i != at && b->severity == ALARM_DANGER && b->raised_ms != 0 && b->cleared_ms == 0 &&
            strcmp(b->subject, e->alarm[at].subject) == 0)
            return true;
    }
    return false;
}

/* Over, or partly: the danger, then all. */
static void relax(struct engine *e, size_t at, const struct engine_seen *s, bool well, bool eased,
                  const struct engine_input *in)
{
    struct rec_alarm *a = &e->alarm[at];
    const int64_t now_ms = in->now_ms;

    if (a->severity == ALARM_DANGER) {
        if (s != NULL && s->severity == ALARM_DANGER) {
            if (a->eased_ms != 0 && now_ms - a->eased_ms >= RETURN_MS)
                come_back(a, now_ms);
            a->eased_ms = 0;
        } else if (eased && a->eased_ms == 0) {
            a->eased_ms = now_ms;
        } else if (!eased && a->acked_ms == 0) {
            a->eased_ms = 0; /* nobody knows: it is told on; one that was taken in hand is not */
        }
        if (eased && a->eased_ms != 0 && now_ms - a->eased_ms >= e->rules.clear_ms) {
            a->severity = ALARM_WATCH;
            a->rank = s != NULL ? cause_rank(s->cause, s->severity)
                                : cause_rank(CAUSE_DO_LOW, ALARM_WATCH);
            a->eased_ms = a->acked_ms = a->snooze_ms = a->second_ms = a->danger_told_ms = 0;
            act(e, ENGINE_EASED, at, false);
        }
    }
    if (s != NULL || !well)
        a->well_ms = 0;
    else if (a->well_ms == 0)
        a->well_ms = now_ms;
    if (a->well_ms != 0 && now_ms - a->well_ms >= e->rules.clear_ms && !danger_beside(e, at, in)) {
        a->cleared_ms = now_ms;
        act(e, ENGINE_CLEAR, at, true);
    }
}

static bool other_number(double a, double b)
{
    return isnan(a) != isnan(b) || (!isnan(a) && a != b);
}

/* Has anything changed that is stored? */
static bool differ(const struct rec_alarm *a, const struct rec_alarm *b)
{
    const int64_t pair[][2] = {
        {a->first_ms, b->first_ms},
        {a->seen_ms, b->seen_ms},
        {a->watch_ms, b->watch_ms},
        {a->danger_ms, b->danger_ms},
        {a->raised_ms, b->raised_ms},
        {a->told_ms, b->told_ms},
        {a->well_ms, b->well_ms},
        {a->eased_ms, b->eased_ms},
        {a->acked_ms, b->acked_ms},
        {a->snooze_ms, b->snooze_ms},
        {a->second_ms, b->second_ms},
        {a->cleared_ms, b->cleared_ms},
        {a->said_ms, b->said_ms},
        {a->rank, b->rank},
        {(int64_t)a->severity, (int64_t)b->severity},
        {(int64_t)a->worst, (int64_t)b->worst},
        {a->danger_told_ms, b->danger_told_ms},
    };

    for (size_t k = 0; k < sizeof pair / sizeof pair[0]; k++)
        if (pair[k][0] != pair[k][1])
            return true;
    return strcmp(a->cause, b->cause) != 0 || strcmp(a->acked_by, b->acked_by) != 0 ||
           strcmp(a->acked_how, b->acked_how) != 0 || other_number(a->value, b->value) ||
           other_number(a->threshold, b->threshold);
}

static void step_alarm(struct engine *e, size_t at, const struct engine_input *in)
{
    struct rec_alarm *a = &e->alarm[at], before = *a;
    const struct engine_seen *s = worst_of(in, a);
    enum cause_group group = GROUP_NONE;
    bool well = false, eased = false;
    size_t acted = e->actions;

    if (cause_group_find(a->group, &group) != 0)
        group = GROUP_NONE; /* of a program that knew others: it stays until somebody looks */
    for (size_t i = 0; i < in->n_ground; i++)
        if (strcmp(in->ground[i].subject, a->subject) == 0) {
            well = ((in->ground[i].well >> group) & 1U) != 0;
            eased = well || ((in->ground[i].eased >> group) & 1U) != 0;
        }
    not_after(a, in->now_ms);
    take_asks(e, at, in);
    not_after(a, in->now_ms);
    time_it(a, s, in->now_ms);
    if (s != NULL && cause_rank(s->cause, s->severity) > a->rank) {
        int64_t since = s->severity == ALARM_DANGER ? a->danger_ms : a->watch_ms;

        if (a->rank == 0) { /* what waits is named, so that it can be looked at */
            (void)snprintf(a->cause, sizeof a->cause, "%s", cause_info(s->cause)->key);
            a->severity = a->severity > s->severity ? a->severity : s->severity;
        }
        if (in->now_ms - since >= cause_confirm_ms(s->cause, s->severity))
            tell(e, at, s, in->now_ms);
    } else if (said_again(a, s)) {
        a->danger_told_ms = 0; /* an OK that comes late by SMS is of the danger before */
        tell(e, at, s, in->now_ms);
    }
    if (a->rank == 0) {
        if (s == NULL && in->now_ms - a->seen_ms > GAP_MS)
            e->gone[at] = true;
    } else {
        relax(e, at, s, well, eased, in);
        if (a->cleared_ms == 0 && e->actions == acted)
            insist(e, at, in);
    }
    e->changed[at] = e->changed[at] || differ(&before, a);
}

void engine_step(struct engine *e, const struct engine_input *in)
{
    e->actions = 0;
    open_new(e, in);
    for (size_t i = 0; i < e->n; i++)
        if (e->alarm[i].cleared_ms == 0 && !e->gone[i])
            step_alarm(e, i, in);
}

static void keep_times(struct rec_alarm *a, const struct rec_alarm *was)
{
    a->seen_ms = was->seen_ms;
    a->watch_ms = was->watch_ms;
    a->danger_ms = was->danger_ms;
    a->well_ms = was->well_ms;
    if (a->severity == ALARM_DANGER && a->rank != 0)
        a->eased_ms = was->severity == ALARM_DANGER ? was->eased_ms : LONG_AGO_MS;
    if (was->raised_ms != 0 && was->told_ms < a->told_ms)
        a->told_ms =
            was->told_ms; /* not_after had to: it counts from then, and not from each step */
    if (was->snooze_ms != 0 && was->snooze_ms < a->snooze_ms)
        a->snooze_ms = was->snooze_ms;
    if (was->acked_ms == 0 && was->danger_told_ms > a->acked_ms && a->acked_ms != 0) {
        a->acked_ms = a->snooze_ms = a->told_ms = 0; /* it came back since, and is told anew */
        a->danger_told_ms = was->danger_told_ms;
    }
}

void engine_keep_times(struct engine *e, const struct engine *was)
{
    for (size_t i = 0; i < was->n; i++) {
        const struct rec_alarm *b = &was->alarm[i];
        size_t at = 0;

        if (b->cleared_ms != 0 || was->gone[i])
            continue;
        while (at < e->n && (strcmp(e->alarm[at].subject, b->subject) != 0 ||
                             strcmp(e->alarm[at].group, b->group) != 0))
            at++;
        if (at == e->n) {
            at = append(e);
            memcpy(e->alarm[at].subject, b->subject, sizeof b->subject);
            memcpy(e->alarm[at].group, b->group, sizeof b->group);
            memcpy(e->alarm[at].cause, b->cause, sizeof b->cause);
            e->alarm[at].severity = b->severity;
            e->alarm[at].first_ms = b->first_ms;
        }
        keep_times(&e->alarm[at], b);
        e->changed[at] = true;
    }
}

void engine_settle(struct engine *e)
{
    size_t kept = 0;

    for (size_t i = 0; i < e->n; i++) {
        if (e->alarm[i].cleared_ms != 0 || e->gone[i])
            continue;
        e->alarm[kept] = e->alarm[i];
        e->changed[kept] = false;
        e->gone[kept++] = false;
    }
    e->n = kept;
    e->actions = 0;
}
