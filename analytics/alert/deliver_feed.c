/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the channels' threads are given to make, in which order, and what is taken from them again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "deliver_own.h"

enum {
    SAVE_MS = 10 * 1000
};

/* The place of id in unsaved; n_unsaved: none. The lock is held. */
static size_t find_unsaved(const struct deliver *d, int64_t id)
{
    size_t i = 0;

    while (i < d->n_unsaved && d->unsaved[i].id != id)
        i++;
    return i;
}

void deliver_keep(struct deliver *d, const struct rec_attempt *a, bool stored)
{
    const size_t at = find_unsaved(d, a->id);

    if (stored && at < d->n_unsaved) {
        d->unsaved[at] = d->unsaved[--d->n_unsaved];
    } else if (!stored) {
        if (at == d->n_unsaved)
            d->unsaved = xrealloc(d->unsaved, ++d->n_unsaved, sizeof *d->unsaved);
        d->unsaved[at] = *a;
        log_warnx("alarm channel %s: what became of message %lld could not be stored; tried again, "
                  "and after a restart it is sent again",
                  a->channel, (long long)a->id);
    }
}

static bool is_held(const struct worker *w, int64_t id)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->queue[i].id == id)
            return true;
    return w->at_work == id;
}

/* Puts an attempt into its channel's queue; a full one gives up its least and newest for a worse one, which waits in the records.
 * *kept: it is there. The lock is held. False: no such channel is configured any more. */
static bool hand_over(struct deliver *d, const struct rec_attempt *a, bool *kept)
{
    for (size_t i = 0; i < d->n; i++) {
        struct worker *w = &d->worker[i];
        size_t least = 0;

        if (strcmp(w->slug, a->channel) != 0)
            continue;
        *kept = is_held(w, a->id);
        if (*kept)
            return true;
        for (size_t k = 1; k < w->n; k++)
            if (w->queue[k].severity < w->queue[least].severity ||
                (w->queue[k].severity == w->queue[least].severity &&
                 w->queue[k].id > w->queue[least].id))
                least = k;
        *kept = w->n < DELIVER_QUEUE || a->severity > w->queue[least].severity;
        if (*kept) {
            w->queue[w->n < DELIVER_QUEUE ? w->n++ : least] = *a;
            (void)pthread_cond_signal(&w->more);
            d->ops.wake(w->channel);
        }
        return true;
    }
    return false;
}

static bool held_by_any(const struct deliver *d, int64_t id)
{
    for (size_t i = 0; i < d->n; i++)
        if (is_held(&d->worker[i], id))
            return true;
    return false;
}

/* Stores what could not be stored before; what is being made now is stored by its worker. The lock is held. */
static void save_rest(struct deliver *d)
{
    const int64_t mono = clock_mono_ms();

    if (d->n_unsaved == 0 || (mono < d->save_due && d->save_due - mono <= SAVE_MS))
        return;
    d->save_due = mono + SAVE_MS;
    for (size_t i = 0; i < d->n_unsaved;) {
        if (held_by_any(d, d->unsaved[i].id)) {
            i++;
            continue;
        }
        if (records_attempt_store(d->records, &d->unsaved[i]) != 0)
            return; /* told by records */
        d->unsaved[i] = d->unsaved[--d->n_unsaved];
    }
}

/* Made or tried at a time that lies ahead: the clock was set back, and its due time means nothing. */
static bool is_due(const struct rec_attempt *a, int64_t now_ms)
{
    return a->due_ms <= now_ms || (a->tries > 0 ? a->begun_ms : a->made_ms) > now_ms;
}

static void give_up(struct deliver *d, struct rec_attempt *a, int64_t now_ms)
{
    (void)snprintf(a->fate, sizeof a->fate, "refused");
    (void)snprintf(a->code, sizeof a->code, "config");
    (void)snprintf(a->why, sizeof a->why, "%s",
                   a->english ? "this channel is no longer configured"
                              : "saluran ini tidak lagi ada di konfigurasi");
    a->done_ms = now_ms;
    if (records_attempt_store(d->records, a) != 0)
        log_warnx("alarm channel %s: message %lld: not stored", a->channel, (long long)a->id);
}

/* Out of the queues; false: it is being made just now, and then not tried again. The lock is held. */
static bool forget(struct deliver *d, int64_t id)
{
    bool free_of_it = true;

    for (size_t i = 0; i < d->n; i++) {
        struct worker *w = &d->worker[i];

        for (size_t k = 0; k < w->n; k++)
            if (w->queue[k].id == id)
                w->queue[k] = w->queue[--w->n];
        if (w->at_work == id) {
            w->called_off = true;
            free_of_it = false;
        }
    }
    return free_of_it;
}

/* The lock is held. */
static void drop(struct deliver *d, const struct rec_attempt *a, int64_t now_ms)
{
    struct rec_attempt one = *a;

    if (!forget(d, a->id))
        return;
    one.done_ms = now_ms;
    (void)snprintf(one.fate, sizeof one.fate, "dropped");
    deliver_keep(d, &one, records_attempt_store(d->records, &one) == 0);
    log_info("alarm channel %s: message %lld (%s %s): no longer needed", a->channel,
             (long long)a->id, a->kind, a->cause);
}

/* Those that are not on record and whose next try is due. The lock is held. */
static void feed_direct(struct deliver *d, int64_t now_ms)
{
    for (size_t i = 0; i < d->n_direct;) {
        bool kept = false;

        if (is_due(&d->direct[i], now_ms) && hand_over(d, &d->direct[i], &kept) && kept)
            d->direct[i] = d->direct[--d->n_direct];
        else
            i++;
    }
}

void deliver_feed(struct deliver *d, int64_t now_ms, deliver_holds *holds, void *arg)
{
    struct rec_attempt *list = NULL;
    size_t n = 0;

    /* The lock is held while they are read: an attempt that is finished meanwhile would otherwise be taken for waiting and made
     * again. A worker stores what became of it before it lets go of its id. */
    (void)pthread_mutex_lock(&d->lock);
    save_rest(d); /* first, or what it stores would be read as waiting */
    feed_direct(d, now_ms);
    if (records_attempts_waiting(d->records, &list, &n) != 0)
        n = 0; /* told by records */
    for (size_t i = 0; i < n; i++) {
        const size_t at = find_unsaved(d, list[i].id);
        const struct rec_attempt *a = at < d->n_unsaved ? &d->unsaved[at] : &list[i];
        bool kept;

        if (a->done_ms != 0)
            continue;
        if (holds != NULL && !holds(arg, &list[i]))
            drop(d, a, now_ms);
        else if (is_due(a, now_ms) && !hand_over(d, a, &kept))
            give_up(d, &list[i], now_ms);
    }
    (void)pthread_mutex_unlock(&d->lock);
    free(list);
}

bool deliver_direct(struct deliver *d, const struct rec_attempt *a)
{
    struct rec_attempt one = *a;
    bool kept = true;

    (void)pthread_mutex_lock(&d->lock);
    one.id = d->direct_id++;
    one.due_ms = 0;
    if (!hand_over(d, &one, &kept))
        log_warnx("alarm channel %s is not there", a->channel);
    else if (!kept)
        log_warnx("alarm channel %s has its hands full; a danger of %s waits for the next look",
                  a->channel, a->place);
    (void)pthread_mutex_unlock(&d->lock);
    return kept;
}

void deliver_forget_direct(struct deliver *d)
{
    (void)pthread_mutex_lock(&d->lock);
    d->n_direct = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct worker *w = &d->worker[i];
        size_t kept = 0;

        for (size_t k = 0; k < w->n; k++)
            if (w->queue[k].id >= 0)
                w->queue[kept++] = w->queue[k];
        w->n = kept;
        w->called_off = w->called_off || w->at_work < 0;
    }
    (void)pthread_mutex_unlock(&d->lock);
}

bool deliver_take_back(struct deliver *d, int64_t id)
{
    bool free_of_it;
    size_t at;

    (void)pthread_mutex_lock(&d->lock);
    at = find_unsaved(d, id);
    if (at < d->n_unsaved && d->unsaved[at].done_ms == 0)
        d->unsaved[at] = d->unsaved[--d->n_unsaved];
    free_of_it = forget(d, id);
    (void)pthread_mutex_unlock(&d->lock);
    return free_of_it;
}

size_t deliver_busy(struct deliver *d)
{
    size_t n = 0;

    (void)pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->n; i++)
        n += d->worker[i].n + (d->worker[i].at_work != 0);
    (void)pthread_mutex_unlock(&d->lock);
    return n;
}

size_t deliver_heard(struct deliver *d, struct deliver_heard **out)
{
    size_t n;

    (void)pthread_mutex_lock(&d->lock);
    *out = d->heard;
    n = d->n_heard;
    d->heard = NULL;
    d->n_heard = d->lost_heard = 0;
    (void)pthread_mutex_unlock(&d->lock);
    return n;
}
