/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan: whom to tell by which channel when, and in which words: what the engine decided becomes attempts to be stored. Pure.
 *
 * - The first contacts of a place are told; the second when the engine says so, or when there is no first that can be reached.
 * - A contact is told by every configured channel of the cause's reach that it takes and has an address for. A channel that
 *   reaches all at once (siren, ntfy, webhook) is used once; one with an address of its own ("to"), when no contact took it.
 * - Of a channel that broke, a contact who has only that one and the telephone is called, once and by day; the page says which it is.
 * - What a contact is told by one channel of one cause at several ponds in one step is one message that names them.
 * - Quiet hours hold back what is neither danger nor missing data until they end. An all-clear goes to whom the alarm went. */
#ifndef ANALYTICS_ALERT_PLAN_H
#define ANALYTICS_ALERT_PLAN_H

#include "channels_config.h"
#include "look.h"
#include "words.h"

struct plan_channel {
    char slug[SLUG_SIZE];
    enum channel_kind kind;
    enum channel_address address;
    bool has_to; /* an address of its own */
};

/* What an attempt is about, for a message that tells of several. */
struct plan_about {
    enum cause cause; /* of an all-clear: what is over */
    double value, threshold;
};

struct plan {
    const struct look *look;
    const struct alert_settings *settings;
    const char *phone; /* of the extension worker */
    bool rehearsal;    /* every message says so */
    struct plan_channel channel[CHANNELS_MAX];
    size_t channels;
    struct rec_attempt *attempt;
    long *index; /* of the alarm (struct alarm_commit); -1 none */
    struct plan_about *about;
    size_t n, cap;
    bool keep_siren; /* of this action: another danger needs it, so it is not given back */
    size_t nobody;   /* dangers for which there was no one to tell */
};
void plan_channels(struct plan *p, struct channels *c, const struct channels_config *config);
void plan_clear(struct plan *p); /* forgets the attempts */
void plan_free(struct plan *p);

/* One action. told: attempts of this alarm so far (for ENGINE_CLEAR), may be NULL with 0. */
void plan_action(struct plan *p, const struct engine_action *action, const struct rec_alarm *alarm,
                 const struct rec_attempt *told, size_t n_told, int64_t now_ms);

/* Makes one message of what one contact would be told by one channel of one cause at several places, and one call of all that
 * they would be called for: it says nothing but "look". *message (one an attempt, as it is to be stored) has the words of all in
 * the first, and *told_with (struct alarm_commit) says of the others that it tells of them; both are the caller's, free(). p keeps
 * each with its own words: they are told one by one when nothing can be stored. A siren is switched once for all. Webhooks stay
 * as they are: a machine is told of each. */
void plan_join(const struct plan *p, struct rec_attempt **message, long **told_with);

/* One line of what names several ponds. */
struct plan_line {
    const struct look_pond *pond;
    char text[2][160]; /* Indonesian, English */
    char brief[2][80]; /* the same in fewer words; "" as text */
    double threshold;
    int64_t start_ms;
};
/* One message to everybody who answers for one of the ponds, with theirs in it: the notice before the evening feed, the
 * forecast at dusk, the routine message. facts: what is the same for all. until_ms: not worth telling any more then. */
void plan_digest(struct plan *p, enum cause c, const struct plan_line *line, size_t lines,
                 const struct words_facts *facts, int64_t now_ms, int64_t until_ms);

/* A rehearsal's message says so first, in every form: nobody shall take it for a night of their own. */
void plan_mark_rehearsal(struct rec_attempt *a);

/* Is there a contact that a danger of this pond would reach by a configured channel? */
bool plan_reaches(const struct plan *p, const struct look_pond *pond);

/* Does the contact answer for what the alarm is about? */
bool plan_answers(const struct plan *p, const struct rec_contact *c, const struct rec_alarm *a);

/* When quiet hours that hold now_ms end; now_ms when there are none. */
int64_t plan_quiet_end(const struct rec_contact *c, int64_t now_ms);

#endif
