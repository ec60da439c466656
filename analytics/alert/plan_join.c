/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message for several ponds: a hundred of them may go bad in the same minute, and a modem sends an SMS in some seconds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "plan.h"

/* How messages of a channel are made one. */
enum joining {
    JOIN_NOT,   /* a machine is told of each */
    JOIN_WORDS, /* of one cause: the message names the places */
    JOIN_RINGS  /* of whatever causes: a call says nothing but "look" */
};

static enum joining joining_of(const struct plan *p, const char *channel)
{
    for (size_t i = 0; i < p->channels; i++)
        if (strcmp(p->channel[i].slug, channel) == 0)
            return p->channel[i].kind == CHANNEL_WEBHOOK ? JOIN_NOT
                   : p->channel[i].kind == CHANNEL_CALL  ? JOIN_RINGS
                                                         : JOIN_WORDS;
    return JOIN_NOT;
}

/* A cage has no paddlewheel and no inlet: what is to be done there is another message. */
static bool is_cage(const struct plan *p, const char *subject)
{
    const struct look_pond *q = look_find(p->look, subject);

    return q != NULL && q->pond->system == POND_SYSTEM_CAGE;
}

static bool same_way(const struct rec_attempt *a, const struct rec_attempt *b)
{
    return a->severity == b->severity && a->english == b->english && a->due_ms == b->due_ms &&
           a->until_ms == b->until_ms && strcmp(a->channel, b->channel) == 0 &&
           strcmp(a->contact, b->contact) == 0 && strcmp(a->address, b->address) == 0;
}

static bool alike(const struct plan *p, enum joining how, size_t i, size_t k)
{
    const struct rec_attempt *a = &p->attempt[i], *b = &p->attempt[k];

    if (p->index[k] < 0 || !same_way(a, b))
        return false;
    return how == JOIN_RINGS ||
           (p->about[i].cause == p->about[k].cause && strcmp(a->kind, b->kind) == 0 &&
            strcmp(a->subject, b->subject) != 0 &&
            is_cage(p, a->subject) == is_cage(p, b->subject));
}

/* The words of all, into the message of the first. */
static void say_all(const struct plan *p, struct rec_attempt *a, const size_t *member, size_t n)
{
    const size_t first = member[0];
    struct words_place *place = xcalloc(n, sizeof *place);
    struct words_facts f = words_nothing();
    struct words_said said;
    const bool clear = strcmp(a->kind, "clear") == 0;
    size_t ponds = 0;

    for (size_t i = 0; i < n; i++) {
        const struct look_pond *q = look_find(p->look, p->attempt[member[i]].subject);

        place[i].name = p->attempt[member[i]].place;
        place[i].value = p->about[member[i]].value;
        ponds += q != NULL;
        f.no_lime = f.no_lime || (q != NULL && q->status.no_lime);
    }
    f.cage = is_cage(p, a->subject);
    f.mixed = ponds != n;
    f.phone = p->phone;
    f.technician = p->settings->technician;
    f.threshold = p->about[first].threshold;
    f.ended = clear ? p->about[first].cause : CAUSE_COUNT;
    words_several(&said, p->about[first].cause, a->severity, clear, place, n, &f, a->english);
    memcpy(a->title, said.title, sizeof a->title);
    memcpy(a->text, said.text, sizeof a->text);
    memcpy(a->sms, said.sms, sizeof a->sms);
    if (p->rehearsal)
        plan_mark_rehearsal(a);
    free(place);
}

void plan_join(const struct plan *p, struct rec_attempt **message, long **told_with)
{
    struct rec_attempt *m = xcalloc(p->n, sizeof *m);
    size_t *member = xcalloc(p->n, sizeof *member);
    long *with = xcalloc(p->n, sizeof *with);

    if (p->n > 0)
        memcpy(m, p->attempt, p->n * sizeof *m);
    for (size_t i = 0; i < p->n; i++)
        with[i] = -1;
    for (size_t i = 0; i < p->n; i++) {
        const enum joining how = joining_of(p, p->attempt[i].channel);
        size_t n = 0;

        if (p->index[i] < 0 || with[i] >= 0 || p->about[i].cause >= CAUSE_COUNT || how == JOIN_NOT)
            continue;
        member[n++] = i;
        for (size_t k = i + 1; k < p->n; k++)
            if (with[k] < 0 && alike(p, how, i, k))
                member[n++] = k;
        if (n < 2)
            continue;
        if (how == JOIN_WORDS)
            say_all(p, &m[i], member, n);
        m[i].told_with = -1;
        for (size_t k = 1; k < n; k++)
            with[member[k]] = (long)i;
    }
    free(member);
    *message = m;
    *told_with = with;
}
