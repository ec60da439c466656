/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "deliver.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "deliver_own.h"

enum {
    LISTEN_MS = 1000,
    FIRST_RETRY_MS = 10 * 1000,
    LAST_RETRY_MS = 300 * 1000,
    UNKNOWN_TRIES = 2,
    HEARD_MAX = 256
};

static int usual_send(void *c, const char *to, const struct channel_message *m,
                      struct channel_result *out)
{
    return channel_send(c, to, m, out);
}
static int usual_listen(void *c, int64_t wait_ms, channel_heard *fn, void *arg)
{
    return channel_listen(c, wait_ms, fn, arg);
}
static void usual_wake(void *c)
{
    channel_wake(c);
}
static void usual_stop(void *c)
{
    channel_stop(c);
}
static const struct deliver_ops USUAL = {usual_send, usual_listen, usual_wake, usual_stop};

/* --- one attempt --- */

static enum message_kind kind_of(const char *name)
{
    for (int k = 0; k < MESSAGE_KINDS; k++)
        if (strcmp(message_kind_name((enum message_kind)k), name) == 0)
            return (enum message_kind)k;
    return MESSAGE_NOTICE;
}

static void keep_result(struct rec_attempt *a, const struct channel_result *got, int64_t now_ms)
{
    int64_t wait = FIRST_RETRY_MS;
    bool again = got->fate == FATE_RETRY || (got->fate == FATE_UNKNOWN && a->tries < UNKNOWN_TRIES);

    (void)snprintf(a->fate, sizeof a->fate, "%s", channel_fate_name(got->fate));
    (void)snprintf(a->code, sizeof a->code, "%.23s",
                   got->code == CODE_NONE ? "" : channel_code_name(got->code));
    (void)snprintf(a->reference, sizeof a->reference, "%s", got->reference);
    (void)snprintf(a->why, sizeof a->why, "%.255s", got->why);
    if (!again) {
        a->done_ms = now_ms;
        return;
    }
    for (int k = 1; k < a->tries && wait < LAST_RETRY_MS; k++)
        wait *= 2;
    wait = wait < LAST_RETRY_MS ? wait : LAST_RETRY_MS;
    a->due_ms = now_ms + (got->retry_after_ms > wait ? got->retry_after_ms : wait);
    if (a->due_ms >= a->until_ms)
        a->done_ms = now_ms;
}

static void store(const struct worker *w, const struct rec_attempt *a)
{
    bool stored;

    if (a->id < 0)
        return;
    stored = records_attempt_store(w->d->records, a) == 0;
    (void)pthread_mutex_lock(&w->d->lock);
    deliver_keep(w->d, a, stored);
    (void)pthread_mutex_unlock(&w->d->lock);
}

/* While it was being made, nobody needed it any more. */
static bool called_off(const struct worker *w)
{
    bool yes;

    (void)pthread_mutex_lock(&w->d->lock);
    yes = w->called_off;
    (void)pthread_mutex_unlock(&w->d->lock);
    return yes;
}

static void make(const struct worker *w, struct rec_attempt *a)
{
    struct channel_message m = {
        .alarm_id = a->alarm,
        .attempt_id = a->id,
        .ts_ms = a->made_ms,
        .kind = kind_of(a->kind),
        .english = a->english,
        .severity = strcmp(a->kind, "clear") == 0 ? "ok" : alarm_severity_name(a->severity),
        .cause = a->cause,
        .regency = a->regency,
        .pond = a->subject,
        .pond_name = a->place,
        .title = a->title,
        .text = a->text,
        .sms = a->sms};
    struct channel_result got = {.fate = FATE_UNKNOWN};
    int64_t now = clock_wall_ms();

    if (now > a->until_ms && a->until_ms != 0) {
        (void)snprintf(a->fate, sizeof a->fate, "expired");
        a->done_ms = now;
        store(w, a);
        return;
    }
    a->tries++;
    a->begun_ms = now;
    store(w, a);
    (void)w->d->ops.send(w->channel, a->address, &m, &got); /* the fate says it all */
    keep_result(a, &got, clock_wall_ms());
    if (a->done_ms == 0 && called_off(w)) {
        a->done_ms = clock_wall_ms();
        if (got.fate == FATE_RETRY)
            (void)snprintf(a->fate, sizeof a->fate, "dropped");
    }
    if (got.fate != FATE_SENT && got.fate != FATE_DELIVERED)
        log_warnx("alarm channel %s: message %lld: %s: %s%s", w->slug, (long long)a->id, a->fate,
                  a->why, a->done_ms == 0 ? "; tried again" : "");
    else
        log_info("alarm channel %s: message %lld (%s %s): %s", w->slug, (long long)a->id, a->kind,
                 a->cause, a->fate);
    store(w, a);
}

/* --- the threads --- */

void deliver_word_key(enum heard_kind kind, const char *from, char key[static ALARM_MARK_SIZE])
{
    (void)snprintf(key, ALARM_MARK_SIZE, "%s:%.31s", kind == HEARD_CALL ? "call" : "ok", from);
}

/* The modem deletes an OK when this has returned, and nobody rings twice: it must be on the disk first. */
static bool keep_word(const struct worker *w, const struct channel_event *e)
{
    const int64_t sent_ms = e->sent_ms + DELIVER_CLOCKS_MS; /* at the latest */
    struct rec_mark mark = {.at_ms = e->sent_ms != 0 && sent_ms < e->ts_ms ? sent_ms : e->ts_ms};
    struct alarm_commit c = {.mark = &mark, .marks = 1, .now_ms = e->ts_ms};

    if (!(e->kind == HEARD_OK && e->unstored != NULL) &&
        !(e->kind == HEARD_CALL && e->from[0] != '\0'))
        return true;
    deliver_word_key(e->kind, e->from, mark.key);
    if (records_alarms_commit(w->d->records, &c) == 0)
        return true;
    if (e->kind == HEARD_CALL) {
        log_warnx("alarm channel %s: a call could not be stored; a crash now would lose it",
                  w->slug);
        return true;
    }
    log_warnx("alarm channel %s: an OK could not be stored; it stays in the modem", w->slug);
    *e->unstored = true;
    return false;
}

static void hear(void *arg, const struct channel_event *e)
{
    struct worker *w = arg;
    struct deliver *d = w->d;

    if (!keep_word(w, e))
        return; /* it is told again */
    (void)pthread_mutex_lock(&d->lock);
    if (d->n_heard < HEARD_MAX) {
        d->heard = xrealloc(d->heard, d->n_heard + 1, sizeof *d->heard);
        d->heard[d->n_heard].event = *e;
        d->heard[d->n_heard].event.unstored = NULL; /* it does not live so long */
        (void)snprintf(d->heard[d->n_heard].slug, SLUG_SIZE, "%s", w->slug);
        d->n_heard++;
    } else if (d->lost_heard++ == 0) {
        log_warnx("alarm channel %s: more was heard than is taken up; it is left out", w->slug);
    }
    (void)pthread_mutex_unlock(&d->lock);
}

/* The worst, then the oldest. */
static struct rec_attempt take(struct worker *w)
{
    size_t best = 0;
    struct rec_attempt a;

    for (size_t i = 1; i < w->n; i++)
        if (w->queue[i].severity > w->queue[best].severity ||
            (w->queue[i].severity == w->queue[best].severity && w->queue[i].id < w->queue[best].id))
            best = i;
    a = w->queue[best];
    w->queue[best] = w->queue[--w->n];
    return a;
}

/* Waits a second, or for more; the lock is held. */
static void rest(struct worker *w)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        fatal("no monotonic clock");
    t.tv_sec += 1;
    (void)pthread_cond_timedwait(&w->more, &w->d->lock, &t);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct deliver *d = w->d;
    bool deaf = false;

    (void)pthread_mutex_lock(&d->lock);
    while (!d->stop) {
        if (w->n > 0) {
            struct rec_attempt a = take(w);

            w->at_work = a.id;
            w->called_off = false;
            (void)pthread_mutex_unlock(&d->lock);
            make(w, &a);
            (void)pthread_mutex_lock(&d->lock);
            w->at_work = 0;
            if (a.id < 0 && a.done_ms == 0 && !w->called_off) {
                d->direct = xrealloc(d->direct, d->n_direct + 1, sizeof *d->direct);
                d->direct[d->n_direct++] = a;
            }
        } else if (deaf) {
            rest(w);
        } else {
            (void)pthread_mutex_unlock(&d->lock);
            deaf = d->ops.listen(w->channel, LISTEN_MS, hear, w) == NILA_ERR_UNSUPPORTED;
            (void)pthread_mutex_lock(&d->lock);
        }
    }
    (void)pthread_mutex_unlock(&d->lock);
    return NULL;
}

static void start_worker(struct deliver *d, size_t i, const struct deliver_channel *c)
{
    struct worker *w = &d->worker[i];
    pthread_condattr_t attr;

    w->d = d;
    w->slug = c->slug;
    w->channel = c->channel;
    if (pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&w->more, &attr) != 0)
        fatal("out of memory: a condition");
    (void)pthread_condattr_destroy(&attr);
    if (pthread_create(&w->thread, NULL, work, w) != 0)
        fatal("alarm channel %s: no thread", c->slug);
}

struct deliver *deliver_start(struct records *r, const struct deliver_channel *channel, size_t n,
                              const struct deliver_ops *ops)
{
    struct deliver *d = xcalloc(1, sizeof *d);
    sigset_t all, before;

    d->records = r;
    d->ops = ops != NULL ? *ops : USUAL;
    d->direct_id = INT64_MIN;
    d->n = n;
    d->worker = xcalloc(n, sizeof *d->worker);
    if (pthread_mutex_init(&d->lock, NULL) != 0)
        fatal("out of memory: a mutex");
    (void)sigfillset(&all); /* signals are for the thread that called */
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    for (size_t i = 0; i < n; i++)
        start_worker(d, i, &channel[i]);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return d;
}

void deliver_stop(struct deliver *d)
{
    if (d == NULL)
        return;
    (void)pthread_mutex_lock(&d->lock);
    d->stop = true;
    for (size_t i = 0; i < d->n; i++) {
        (void)pthread_cond_signal(&d->worker[i].more);
        d->ops.stop(d->worker[i].channel);
        d->ops.wake(d->worker[i].channel);
    }
    (void)pthread_mutex_unlock(&d->lock);
    for (size_t i = 0; i < d->n; i++) {
        (void)pthread_join(d->worker[i].thread, NULL);
        (void)pthread_cond_destroy(&d->worker[i].more);
    }
    for (size_t i = 0; i < d->n_unsaved; i++)
        if (records_attempt_store(d->records, &d->unsaved[i]) != 0)
            break; /* told by records; those are sent again */
    (void)pthread_mutex_destroy(&d->lock);
    free(d->unsaved);
    free(d->direct);
    free(d->worker);
    free(d->heard);
    free(d);
}
