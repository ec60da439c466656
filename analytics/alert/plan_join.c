/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message for several ponds: a hundred of them may go bad in the same minute, and a modem sends an SMS in some seconds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "plan.h"

/* May this channel's messages be made one? */
static bool joins(const struct plan *p, const char *channel)
{
    for (size_t i = 0; i < p->channels; i++)
        if (strcmp(p->channel[i].slug, channel) == 0)
            return p->channel[i].kind != CHANNEL_CALL && p->channel[i].kind != CHANNEL_WEBHOOK;
    return false;
}

/* A cage has no paddlewheel and no inlet: what is to be done there is another message. */
static bool is_cage(const struct plan *p, const char *subject)
{
    const struct look_pond *q = look_find(p->look, subject);

    return q != NULL && q->pond->system == POND_SYSTEM_CAGE;
}

static bool alike(const struct plan *p, size_t i, size_t k)
{
    const struct rec_attempt *a = &p->attempt[i], *b = &p->attempt[k];

    return p->index[k] >= 0 && p->about[k].told_with < 0 &&
           p->about[i].cause == p->about[k].cause && a->severity == b->severity &&
           a->english == b->english && a->due_ms == b->due_ms && a->until_ms == b->until_ms &&
           strcmp(a->kind, b->kind) == 0 && strcmp(a->channel, b->channel) == 0 &&
           strcmp(a->contact, b->contact) == 0 && strcmp(a->address, b->address) == 0 &&
           strcmp(a->subject, b->subject) != 0 && is_cage(p, a->subject) == is_cage(p, b->subject);
}

/* The words of all, into the first. */
static void say_all(const struct plan *p, size_t first, const size_t *member, size_t n)
{
    struct rec_attempt *a = &p->attempt[first];
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

void plan_join(struct plan *p, long **told_with)
{
    size_t *member = xcalloc(p->n, sizeof *member);

    *told_with = xcalloc(p->n, sizeof **told_with);
    for (size_t i = 0; i < p->n; i++) {
        size_t n = 0;

        if (p->index[i] < 0 || p->about[i].told_with >= 0 || p->about[i].cause >= CAUSE_COUNT ||
            !joins(p, p->attempt[i].channel))
            continue;
        member[n++] = i;
        for (size_t k = i + 1; k < p->n; k++)
            if (alike(p, i, k))
                member[n++] = k;
        if (n < 2)
            continue;
        say_all(p, i, member, n);
        p->attempt[i].told_with = -1;
        for (size_t k = 1; k < n; k++)
            p->about[member[k]].told_with = (long)i;
    }
    for (size_t i = 0; i < p->n; i++)
        (*told_with)[i] = p->about[i].told_with;
    free(member);
}
