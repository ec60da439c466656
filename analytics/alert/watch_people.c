/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people say of an alarm: an SMS, a call, the button on the box; and what the channels say of themselves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "phone.h"
#include "watch_own.h"

/* False: it could not be stored, which was told. */
static bool ask_for(struct watch *w, const struct rec_alarm *a, const char *by, const char *how,
                    int64_t now_ms)
{
    struct rec_ask ask = {.alarm = a->id, .kind = ASK_ACK, .at_ms = now_ms};

    (void)snprintf(ask.by, sizeof ask.by, "%s", by);
    (void)snprintf(ask.how, sizeof ask.how, "%s", how);
    if (a->raised_ms == 0 || a->cleared_ms != 0 || a->acked_ms != 0)
        return true;
    if (records_alarm_ask(w->records, &ask) != 0) {
        log_warnx("alarm %lld: the word of %s could not be stored", (long long)a->id, by);
        return false;
    }
    log_info("alarm %lld: acknowledged by %s (%s)", (long long)a->id, by, how);
    return true;
}

/* It may have been read or heard: one that was refused, or waits for its next try, was not. */
static bool went_out(const struct rec_attempt *t)
{
    return t->tries > 0 && (strcmp(t->fate, "sent") == 0 || strcmp(t->fate, "delivered") == 0 ||
                            strcmp(t->fate, "unknown") == 0);
}

/* Can the person have meant this alarm? A message about it went out to them before theirs was read, by our own clock; and where the
 * operator says when an SMS was sent, that was not before it either: an OK that waited for signal is about an earlier alarm. */
static bool about(const struct watch *w, const struct rec_alarm *a, const struct rec_contact *c,
                  const struct channel_event *e, int64_t read_ms)
{
    struct rec_attempt *t = NULL;
    size_t n = 0;
    bool told = false;

    if (a->id == 0 || records_attempts(w->records, a->id, 0, &t, &n) != 0)
        return false; /* told by records; whoever sees the alarm again says OK again */
    for (size_t i = 0; i < n && !told; i++)
        told =
            strcmp(t[i].contact, c->slug) == 0 && went_out(&t[i]) &&
            t[i].made_ms >= a->danger_told_ms && /* not of an earlier danger that had eased */
            t[i].severity >= a->severity && /* who knows of a warning does not know of the danger */
            (strcmp(t[i].kind, "raise") == 0 || strcmp(t[i].kind, "repeat") == 0) &&
            t[i].begun_ms <= read_ms &&
            /* the operator's clock knows nothing of a rehearsal's, and may differ from ours */
            (w->rehearsal || e->sent_ms == 0 || e->sent_ms + DELIVER_CLOCKS_MS >= t[i].begun_ms);
    free(t);
    return told;
}

/* A reply or a call from a registered number acknowledges what that contact answers for. False: that could not be stored. */
static bool from_phone(struct watch *w, const struct channel_event *e, const char *how,
                       int64_t now_ms)
{
    const int64_t read_ms = e->ts_ms != 0 && e->ts_ms < now_ms ? e->ts_ms : now_ms;
    bool known = false, stored = true, meant = false;

    for (size_t k = 0; k < w->look.contacts; k++) {
        const struct rec_contact *c = &w->look.contact[k];
        char number[PHONE_SIZE];

        if (c->phone[0] == '\0' || phone_normalise(c->phone, number) != 0 ||
            strcmp(number, e->from) != 0)
            continue;
        known = true;
        for (size_t i = 0; i < w->engine.n; i++)
            if (plan_answers(&w->plan, c, &w->engine.alarm[i]) &&
                about(w, &w->engine.alarm[i], c, e, read_ms)) {
                stored = ask_for(w, &w->engine.alarm[i], c->name, how, now_ms) && stored;
                meant = true;
            }
    }
    if (known && !meant)
        log_info("alarm: %s from a contact to whom nothing that is open was told before", how);
    if (!known)
        log_warnx("alarm: %s from a number that is no contact's; nothing was acknowledged", how);
    return stored;
}

/* An OK by SMS is on record before it is deleted from the SIM, a call before it is told, and both until they were taken up. */
static void take_word(struct watch *w, const struct channel_event *e, int64_t now_ms)
{
    struct rec_mark mark = {.at_ms = 0};
    struct alarm_commit c = {.mark = &mark, .marks = 1, .now_ms = now_ms};

    deliver_word_key(e->kind, e->from, mark.key);
    if (!from_phone(w, e, e->kind == HEARD_CALL ? "call" : "sms", now_ms) ||
        records_alarms_commit(w->records, &c) != 0)
        w->oks_wait = true;
}

static void take_again(struct watch *w, const char *number, enum heard_kind kind)
{
    struct channel_event e = {.kind = kind};
    char key[ALARM_MARK_SIZE];
    int64_t at_ms = 0;

    (void)snprintf(e.from, sizeof e.from, "%s", number);
    deliver_word_key(kind, number, key);
    if (records_mark(w->records, key, &at_ms) != 0)
        w->oks_wait = true;
    else if (at_ms != 0)
        take_word(w, &e, at_ms); /* of then: what was told since is not meant */
}

/* What was heard before a restart, or could not be stored when it was. */
void watch_take_oks(struct watch *w)
{
    if (!w->oks_wait)
        return;
    w->oks_wait = false;
    for (size_t k = 0; k < w->look.contacts; k++) {
        char number[PHONE_SIZE];

        if (phone_normalise(w->look.contact[k].phone, number) != 0)
            continue;
        take_again(w, number, HEARD_OK);
        take_again(w, number, HEARD_CALL);
    }
    w->asks_due = 0;
}

void watch_take_heard(struct watch *w, int64_t now_ms)
{
    struct deliver_heard *list = NULL;
    size_t n = deliver_heard(w->deliver, &list);

    watch_reports_again(w);
    for (size_t i = 0; i < n; i++) {
        const struct channel_event *e = &list[i].event;
        char said[CHANNEL_WHY_SIZE];

        switch (e->kind) {
        case HEARD_OK:
        case HEARD_CALL:
            take_word(w, e, now_ms);
            break;
        case HEARD_REPORT:
            watch_report(w, list[i].slug, e);
            break;
        case HEARD_STATE:
            watch_fault(w, list[i].slug, e);
            (void)channel_say(said, sizeof said, e->code, e->detail, true);
            if (e->code == CODE_NONE)
                log_info("alarm channel %s: well again", list[i].slug);
            else
                log_warnx("alarm channel %s: %s", list[i].slug, said);
            break;
        case HEARD_SMS:
            log_info("alarm channel %s: an SMS that is no OK; nothing obeys it", list[i].slug);
            break;
        }
        w->asks_due = 0;
    }
    free(list);
}

/* The button on the box acknowledges all that is open. What was pressed before the first look is of an earlier night. */
void watch_look_at_button(struct watch *w, int64_t now_ms)
{
    struct series_contact c;
    struct rec_mark mark = {.key = "button"};
    struct alarm_commit commit = {.mark = &mark, .marks = 1, .now_ms = now_ms};
    int64_t known = 0;

    if (w->settings->ack_input[0] == '\0' ||
        series_contact(w->series, w->settings->ack_input, now_ms - WATCH_INPUT_BACK_MS, &c) != 0 ||
        c.on_ms == 0 || records_mark(w->records, mark.key, &known) != 0 ||
        (c.on_ms <= known && known <= now_ms)) /* a mark after now: the clock was set back since */
        return;
    mark.at_ms = c.on_ms;
    if (records_alarms_commit(w->records, &commit) != 0)
        return; /* told by records; looked at again */
    for (size_t i = 0; i < w->engine.n; i++)
        if (w->engine.alarm[i].raised_ms <= c.on_ms)
            (void)ask_for(w, &w->engine.alarm[i], "tombol", "button", c.on_ms); /* told there */
    w->asks_due = 0;
}
