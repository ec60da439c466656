/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "phone.h"
#include "plan_own.h"

#define MIN_MS  ((int64_t)60 * 1000)
#define HOUR_MS (60 * MIN_MS)

void plan_clear(struct plan *p)
{
    p->n = 0;
    p->nobody = 0;
}

void plan_free(struct plan *p)
{
    free(p->attempt);
    free(p->index);
    free(p->about);
    p->attempt = NULL;
    p->index = NULL;
    p->about = NULL;
    p->n = p->cap = 0;
}

void plan_channels(struct plan *p, struct channels *c, const struct channels_config *config)
{
    p->channels = channels_count(c);
    for (size_t i = 0; i < p->channels && i < CHANNELS_MAX; i++) {
        struct channel *one = channels_at(c, i);
        struct plan_channel *o = &p->channel[i];

        (void)snprintf(o->slug, sizeof o->slug, "%s", channel_slug(one));
        o->kind = channel_kind_of(one);
        o->address = channel_address_of(one);
        o->has_to = false;
        for (size_t k = 0; k < config->channels; k++)
            if (strcmp(config->channel[k].slug, o->slug) == 0)
                o->has_to = config->channel[k].to[0] != '\0';
    }
}

unsigned plan_reach_of(enum channel_kind kind)
{
    static const unsigned REACH[CHANNEL_KINDS] = {
        [CHANNEL_SIREN] = REACH_SIREN, [CHANNEL_CALL] = REACH_CALL,       [CHANNEL_SMS] = REACH_SMS,
        [CHANNEL_TELEGRAM] = REACH_TG, [CHANNEL_WEBHOOK] = REACH_WEBHOOK, [CHANNEL_SMTP] = REACH_WA,
        [CHANNEL_NTFY] = REACH_TG,     [CHANNEL_WHATSAPP] = REACH_WA,
    };
    return REACH[kind];
}

static const char *address_of(const struct rec_contact *c, enum channel_address a)
{
    switch (a) {
    case ADDRESS_PHONE:
        return c->phone;
    case ADDRESS_CHAT:
        return c->telegram;
    case ADDRESS_MAIL:
        return c->mail;
    case ADDRESS_NONE:
        break;
    }
    return "";
}

bool plan_takes(const struct rec_contact *c, const struct plan_channel *h)
{
    return (c->channels[0] == '\0' || contacts_word(c->channels, channel_kind_name(h->kind))) &&
           address_of(c, h->address)[0] != '\0';
}

int64_t plan_quiet_end(const struct rec_contact *c, int64_t now_ms)
{
    struct civil t = civil_from_ts(now_ms);
    int at = t.hour * 60 + t.minute, from = c->quiet_from_min, to = c->quiet_to_min;
    bool quiet = from < to ? at >= from && at < to : from > to && (at >= from || at < to);
    int64_t minute = now_ms - now_ms % MIN_MS; /* WIB is whole hours from UTC */

    if (!quiet)
        return now_ms;
    return minute + (at < to ? to - at : to + 24 * 60 - at) * MIN_MS;
}

/* --- where --- */

static const char *farm_of(const struct plan *p, const char *subject, const char **regency,
                           const char **name)
{
    const struct look_pond *pond = look_find(p->look, subject);

    *regency = "";
    *name = "";
    if (pond != NULL) {
        *regency = regency_slug(pond->farm->regency);
        *name = pond->pond->name;
        return pond->farm->slug;
    }
    for (size_t i = 0; strncmp(subject, "farm:", 5) == 0 && i < p->look->snap->farms; i++) {
        const struct rec_farm *f = &p->look->snap->farm[i];
        if (strcmp(f->slug, subject + 5) == 0) {
            *regency = regency_slug(f->regency);
            *name = f->name;
            return f->slug;
        }
    }
    return "";
}

/* The channel an alarm is about; "": it is about none. */
static const char *channel_of(const char *subject)
{
    static const char OF[] = ALARM_OF_CHANNEL;

    return strncmp(subject, OF, sizeof OF - 1) == 0 ? subject + sizeof OF - 1 : "";
}

/* Acid river water: whoever answers for a cage, in both regencies. */
static bool has_cage(const struct plan *p, const struct rec_contact *c, const char *farm)
{
    for (size_t i = 0; i < p->look->ponds; i++) {
        const struct look_pond *q = &p->look->pond[i];
        if (q->pond->system == POND_SYSTEM_CAGE && !q->empty &&
            (farm == NULL || strcmp(farm, q->farm->slug) == 0) &&
            contacts_answers(c, q->pond->slug, q->farm->slug, regency_slug(q->farm->regency)))
            return true;
    }
    return false;
}

static bool answers(const struct plan *p, const struct rec_contact *c, const char *subject,
                    enum cause cause)
{
    const char *regency, *name, *farm = farm_of(p, subject, &regency, &name);

    if (cause == CAUSE_RIVER_BANGAI)
        return has_cage(p, c, strncmp(subject, "farm:", 5) == 0 ? subject + 5 : NULL);
    if (strncmp(subject, "farm:", 5) == 0 || channel_of(subject)[0] != '\0')
        subject = "";
    return contacts_answers(c, subject, farm, regency);
}

bool plan_answers(const struct plan *p, const struct rec_contact *c, const struct rec_alarm *a)
{
    enum cause cause;

    return cause_find(a->cause, &cause) == 0 && answers(p, c, a->subject, cause);
}

/* --- words --- */

static double usable(const struct look_pond *q, enum metric m, int64_t now_ms)
{
    return status_current(&q->latest.metric[m], now_ms, &q->limits) ? q->latest.metric[m].value
                                                                    : NAN;
}

static int64_t last_heard(const struct plan *p, const char *farm)
{
    int64_t last = 0;

    for (size_t i = 0; i < p->look->ponds; i++)
        if (strcmp(p->look->pond[i].farm->slug, farm) == 0 && p->look->pond[i].heard_ms > last)
            last = p->look->pond[i].heard_ms;
    return last;
}

static struct words_facts facts_of(const struct plan *p, const struct rec_alarm *a, enum cause c,
                                   int64_t now_ms)
{
    const struct look *l = p->look;
    const struct look_pond *q = look_find(l, a->subject);
    struct words_facts f = words_nothing();
    const char *regency, *farm = farm_of(p, a->subject, &regency, &f.place);

    f.phone = p->phone;
    f.technician = p->settings->technician;
    f.value = a->value;
    f.threshold = a->threshold;
    f.ts_ms = now_ms;
    if (c == CAUSE_POWER_LOST) {
        f.ts_ms = l->mains_lost_ms;
        f.place = p->settings->mains_name;
    } else if (c == CAUSE_COLLECTOR_SILENT) {
        f.ts_ms = farm[0] != '\0' ? last_heard(p, farm) : l->away_ms;
    }
    if (channel_of(a->subject)[0] != '\0')
        f.place = f.sensor = channel_of(a->subject);
    if (f.place[0] == '\0' && l->snap->farms > 0 && a->subject[0] == '\0')
        f.place = l->snap->farms == 1 ? l->snap->farm[0].name : "kolam/keramba";
    if (q == NULL)
        return f;
    f.cage = q->pond->system == POND_SYSTEM_CAGE;
    f.no_lime = q->status.no_lime;
    f.do_mg_l = usable(q, METRIC_DO_MG_L, now_ms);
    f.temp_c = usable(q, METRIC_TEMP_C, now_ms);
    f.ph = usable(q, METRIC_PH, now_ms);
    f.drop_mg_l = q->status.drop_mg_l;
    f.minutes = (double)(now_ms - a->danger_ms) / (double)MIN_MS;
    if (c == CAUSE_NO_DATA || c == CAUSE_SENSOR_SUSPECT)
        f.ts_ms = q->latest.metric[METRIC_DO_MG_L].ts_ms;
    return f;
}

/* --- attempts --- */

static struct rec_attempt *add(struct plan *p, long index)
{
    if (p->n == p->cap) {
        p->cap = p->cap == 0 ? 16 : p->cap * 2;
        p->attempt = xrealloc(p->attempt, p->cap, sizeof *p->attempt);
        p->index = xrealloc(p->index, p->cap, sizeof *p->index);
        p->about = xrealloc(p->about, p->cap, sizeof *p->about);
    }
    p->attempt[p->n] = (struct rec_attempt){0};
    p->index[p->n] = index;
    p->about[p->n] = (struct plan_about){.cause = CAUSE_COUNT, .value = NAN, .threshold = NAN};
    return &p->attempt[p->n++];
}

/* Why the channel is in trouble, and since when. */
static void fault_facts(const struct plan *p, const char *subject, struct words_facts *f,
                        bool english)
{
    const struct look_fault *x = look_fault_of(p->look, channel_of(subject));

    if (x == NULL)
        return;
    f->list = x->words[english];
    f->ts_ms = x->since_ms;
}

void plan_mark_rehearsal(struct rec_attempt *a)
{
    static const char NILA[] = "[NILA] ";
    const char *word = a->english ? "REHEARSAL" : "LATIHAN";
    const bool named = strncmp(a->sms, NILA, sizeof NILA - 1) == 0;
    char title[ATTEMPT_TITLE_SIZE], text[ATTEMPT_TEXT_SIZE], sms[ATTEMPT_SMS_SIZE];

    (void)snprintf(title, sizeof title, "%s: %.*s", word, (int)sizeof title - 12, a->title);
    (void)snprintf(text, sizeof text, "%s. %.*s", word, (int)sizeof text - 12, a->text);
    (void)snprintf(sms, sizeof sms, "[%s] %.*s", word, (int)sizeof sms - 13,
                   a->sms + (named ? sizeof NILA - 1 : 0));
    memcpy(a->title, title, sizeof title);
    memcpy(a->text, text, sizeof text);
    memcpy(a->sms, sms, sizeof sms);
}

/* By day, for what is a technician's work. */
static int64_t day_begins(int64_t now_ms)
{
    const struct civil t = civil_from_ts(now_ms);
    const int64_t from_ms = civil_day_start(civil_day(now_ms)) + CAUSE_DAY_FROM_H * HOUR_MS;

    if (t.hour >= CAUSE_DAY_FROM_H && t.hour < CAUSE_DAY_TO_H)
        return now_ms;
    return t.hour < CAUSE_DAY_FROM_H ? from_ms : from_ms + 24 * HOUR_MS;
}

void plan_attempt(struct plan *p, const struct plan_telling *t, const struct plan_channel *h,
                  const struct rec_contact *c)
{
    bool held =
        c != NULL && !t->at_once && t->severity != ALARM_DANGER && t->severity != ALARM_NO_DATA;
    int64_t due_ms = held ? plan_quiet_end(c, t->now_ms) : t->now_ms;
    struct words_facts f = *t->facts;
    struct words_said said;
    const char *regency, *name;
    struct rec_attempt *a;

    if ((cause_for_technician(t->cause) && h->address != ADDRESS_NONE) ||
        (t->cause == CAUSE_CHANNEL_FAULT && h->kind == CHANNEL_CALL)) /* nobody is woken for it */
        due_ms = day_begins(due_ms);
    if (t->fixed_until && due_ms >= t->until_ms)
        return;
    a = add(p, t->index);

    if (t->cause == CAUSE_CHANNEL_FAULT)
        fault_facts(p, t->subject, &f, c != NULL && c->english);
    if (t->cause == CAUSE_NO_DATA && look_find(p->look, t->subject) != NULL)
        f.list = look_failure(look_find(p->look, t->subject)->failed, c != NULL && c->english);
    f.sensor =
        f.sensor[0] != '\0' ? f.sensor : words_metric(METRIC_DO_MG_L, c != NULL && c->english);
    words_say(&said, t->cause, t->severity, &f, c != NULL && c->english);
    (void)snprintf(a->kind, sizeof a->kind, "%s", message_kind_name(t->kind));
    a->severity = t->severity;
    (void)snprintf(a->cause, sizeof a->cause, "%s", cause_info(t->cause)->key);
    (void)snprintf(a->subject, sizeof a->subject, "%s", t->subject);
    (void)farm_of(p, t->subject, &regency, &name);
    (void)snprintf(a->place, sizeof a->place, "%s", f.place[0] != '\0' ? f.place : name);
    (void)snprintf(a->regency, sizeof a->regency, "%s", regency);
    (void)snprintf(a->channel, sizeof a->channel, "%s", h->slug);
    if (c != NULL) {
        (void)snprintf(a->contact, sizeof a->contact, "%s", c->slug);
        (void)snprintf(a->address, sizeof a->address, "%s", address_of(c, h->address));
        a->english = c->english;
    }
    memcpy(a->title, said.title, sizeof a->title);
    memcpy(a->text, said.text, sizeof a->text);
    memcpy(a->sms, said.sms, sizeof a->sms);
    if (p->rehearsal)
        plan_mark_rehearsal(a);
    p->about[p->n - 1].cause = t->cause == CAUSE_RECOVERED ? f.ended : t->cause;
    p->about[p->n - 1].value = f.value;
    p->about[p->n - 1].threshold = f.threshold;
    a->made_ms = t->now_ms;
    a->due_ms = due_ms;
    a->until_ms = t->fixed_until ? t->until_ms : due_ms + (t->until_ms - t->now_ms);
}

/* Is there a way to this contact that the cause reaches? */
static bool reachable(const struct plan *p, const struct rec_contact *c, unsigned reach)
{
    for (size_t i = 0; i < p->channels; i++)
        if ((reach & plan_reach_of(p->channel[i].kind)) != 0 && plan_takes(c, &p->channel[i]))
            return true;
    return false;
}

bool plan_reaches(const struct plan *p, const struct look_pond *pond)
{
    const unsigned reach = cause_reach_of(CAUSE_DO_CRITICAL, ALARM_DANGER);

    for (size_t k = 0; k < p->look->contacts; k++)
        if (reachable(p, &p->look->contact[k], reach) &&
            answers(p, &p->look->contact[k], pond->pond->slug, CAUSE_DO_CRITICAL))
            return true;
    return false;
}

/* The technician of the configuration, who is no contact: by SMS. */
static void tell_technician(struct plan *p, const struct plan_telling *t)
{
    char number[PHONE_SIZE];

    if (phone_normalise(p->settings->technician, number) != 0)
        return;
    for (size_t i = 0; i < p->channels; i++)
        if (p->channel[i].kind == CHANNEL_SMS) {
            plan_attempt(p, t, &p->channel[i], NULL);
            memcpy(p->attempt[p->n - 1].address, number, sizeof number);
            return;
        }
}

/* A channel broke, and a contact has nothing but it and the telephone: it rings once, by day. A call says "look at the page", which names
 * the channel. */
static void ring_without_other(struct plan *p, const struct plan_telling *t, unsigned reach)
{
    for (size_t k = 0; k < p->look->contacts; k++) {
        const struct rec_contact *c = &p->look->contact[k];
        const struct plan_channel *call = NULL;
        bool other = false;

        for (size_t i = 0; i < p->channels; i++) {
            const struct plan_channel *h = &p->channel[i];

            if (!plan_takes(c, h) || h->address == ADDRESS_NONE ||
                strcmp(h->slug, channel_of(t->subject)) == 0)
                continue;
            if (h->kind == CHANNEL_CALL)
                call = call != NULL ? call : h;
            other = other || (h->kind != CHANNEL_CALL && (reach & plan_reach_of(h->kind)) != 0);
        }
        if (call != NULL && !other && answers(p, c, t->subject, t->cause))
            plan_attempt(p, t, call, c);
    }
}

/* To the contacts of a place: the first, or the second, or both; and once to what reaches all. */
static void tell_people(struct plan *p, const struct plan_telling *t, unsigned reach, bool first,
                        bool second)
{
    const struct look *l = p->look;
    bool any_first = false, any = false;

    for (size_t k = 0; k < l->contacts; k++)
        any_first = any_first || (!l->contact[k].second && reachable(p, &l->contact[k], reach) &&
                                  answers(p, &l->contact[k], t->subject, t->cause));
    for (size_t i = 0; i < p->channels; i++) {
        const struct plan_channel *h = &p->channel[i];
        bool used = false;

        if ((reach & plan_reach_of(h->kind)) == 0)
            continue;
        for (size_t k = 0; k < l->contacts && h->address != ADDRESS_NONE; k++) {
            const struct rec_contact *c = &l->contact[k];
            bool turn = c->second ? second || (first && !any_first) : first;

            if (turn && plan_takes(c, h) && answers(p, c, t->subject, t->cause)) {
                plan_attempt(p, t, h, c);
                used = true;
            }
        }
        if (first && !used && (h->address == ADDRESS_NONE || h->has_to)) {
            plan_attempt(p, t, h, NULL);
            used = true;
        }
        any = any || used;
    }
    if (!any && t->severity == ALARM_DANGER && first)
        p->nobody++;
}

/* The all-clear goes to each contact and channel that was told, once; not by a call, which says nothing. */
static void tell_told(struct plan *p, const struct plan_telling *t, const struct rec_attempt *told,
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct rec_contact *c = NULL;
        const struct plan_channel *h = NULL;
        bool again = strcmp(told[i].fate, "dropped") == 0;

        for (size_t k = 0; k < i && !again; k++)
            again = strcmp(told[k].channel, told[i].channel) == 0 &&
                    strcmp(told[k].contact, told[i].contact) == 0 &&
                    strcmp(told[k].fate, "dropped") != 0;
        for (size_t k = 0; k < p->channels; k++)
            if (strcmp(p->channel[k].slug, told[i].channel) == 0)
                h = &p->channel[k];
        for (size_t k = 0; k < p->look->contacts; k++)
            if (strcmp(p->look->contact[k].slug, told[i].contact) == 0)
                c = &p->look->contact[k];
        if (again || h == NULL || h->kind == CHANNEL_CALL || h->kind == CHANNEL_SIREN ||
            (c == NULL && told[i].contact[0] != '\0'))
            continue;
        plan_attempt(p, t, h, c);
    }
}

static void tell_siren(struct plan *p, const struct plan_telling *t)
{
    for (size_t i = 0; i < p->channels; i++)
        if ((p->channel[i].kind == CHANNEL_SIREN && !p->keep_siren) ||
            (p->channel[i].kind == CHANNEL_WEBHOOK && p->channel[i].address == ADDRESS_NONE &&
             t->kind == MESSAGE_ACKED))
            plan_attempt(p, t, &p->channel[i], NULL);
}

void plan_action(struct plan *p, const struct engine_action *action, const struct rec_alarm *alarm,
                 const struct rec_attempt *told, size_t n_told, int64_t now_ms)
{
    enum cause c = CAUSE_DO_CRITICAL;
    struct words_facts f;
    struct plan_telling t = {.severity = alarm->severity,
                             .subject = alarm->subject,
                             .index = (long)action->alarm,
                             .now_ms = now_ms};
    bool had_siren;

    if (cause_find(alarm->cause, &c) != 0)
        return; /* of a program that knew others */
    f = facts_of(p, alarm, c, now_ms);
    had_siren =
        (cause_reach_of(c, alarm->worst) & REACH_SIREN) != 0 && alarm->worst == ALARM_DANGER;
    t.cause = c;
    t.facts = &f;
    t.until_ms =
        now_ms +
        (alarm->severity == ALARM_DANGER ? (int64_t)p->settings->repeat_min * MIN_MS : 6 * HOUR_MS);
    switch (action->kind) {
    case ENGINE_RAISE:
    case ENGINE_REPEAT:
        t.kind = action->kind == ENGINE_RAISE ? MESSAGE_RAISE : MESSAGE_REPEAT;
        tell_people(p, &t, cause_reach_of(c, alarm->severity), true, action->second);
        if (cause_for_technician(c))
            tell_technician(p, &t);
        if (c == CAUSE_CHANNEL_FAULT)
            ring_without_other(p, &t, cause_reach_of(c, alarm->severity));
        break;
    case ENGINE_SECOND:
        t.kind = MESSAGE_RAISE;
        tell_people(p, &t, cause_reach_of(c, alarm->severity), false, true);
        break;
    case ENGINE_ACKED:
    case ENGINE_EASED:
        t.kind = action->kind == ENGINE_ACKED ? MESSAGE_ACKED : MESSAGE_CLEAR;
        if (had_siren)
            tell_siren(p, &t);
        break;
    case ENGINE_CLEAR:
        if (cause_for_technician(c))
            break;
        t.kind = MESSAGE_CLEAR;
        t.until_ms = now_ms + 6 * HOUR_MS;
        if (had_siren && alarm->severity == ALARM_DANGER)
            tell_siren(p, &t); /* it was not eased before */
        f.ended = c;
        f.ts_ms = now_ms;
        t.cause = CAUSE_RECOVERED;
        /* whoever was woken by a danger is told at once that it is over */
        t.severity = ALARM_INFO;
        t.at_once = alarm->worst == ALARM_DANGER;
        tell_told(p, &t, told, n_told);
        break;
    }
}
