/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_own: what plan.c (whom an action is told to) and plan_digest.c (what names several ponds) share. */
#ifndef ANALYTICS_ALERT_PLAN_OWN_H
#define ANALYTICS_ALERT_PLAN_OWN_H

#include "plan.h"

/* What is to be told, whoever hears it. */
struct plan_telling {
    enum message_kind kind;
    enum cause cause;
    enum alarm_severity severity;
    const char *subject;
    long index;
    int64_t now_ms, until_ms;
    const struct words_facts *facts;
    bool at_once;     /* also in quiet hours */
    bool fixed_until; /* quiet hours do not put off its end */
};

/* One attempt by channel h to c (NULL: whom the channel itself knows), in their language, when quiet hours let it; none when it is
 * not worth telling any more by then. */
void plan_attempt(struct plan *p, const struct plan_telling *t, const struct plan_channel *h,
                  const struct rec_contact *c);

/* The bit of enum cause_reach that lets a cause use this kind of channel. */
unsigned plan_reach_of(enum channel_kind kind);

/* Does the contact take this channel, and has it the address? */
bool plan_takes(const struct rec_contact *c, const struct plan_channel *h);

#endif
