/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question takes as long as the line wants. It is put by a thread of its own, which touches its job only under asks_lock once
 * the answer is there, and frees it when the client has gone meanwhile. */
#include "control_own.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

/* Together below the 30 s after which a client that gets nothing is dropped. */
#define LINE_MS     10000 /* the line must be had by then */
#define QUESTION_MS 10000 /* longest time-out of a question */
#define WORDS       2000

struct job {
    struct control_job job;
    unsigned bus;
    struct bus_question q;
    struct bus_answer a;
    int rc;
    uint16_t regs[WORDS], write[WORDS];
};

/* --- may it be written? ------------------------------------------------------------------------------------------- */

static bool switch_has(const struct profile_switch *s, const struct bus_question *q)
{
    return s->count > 0 && q->function == s->function && q->first >= s->address &&
           q->first + q->count <= s->address + s->count;
}

static bool output_has(const struct profile_output *x, const struct bus_question *q)
{
    return x->kind != PROFILE_OUTPUT_INPUTS && q->function == x->function &&
           q->first >= x->address && q->first + q->count <= x->address + x->count;
}

static bool word_has(const struct profile_word *w, const struct bus_question *q)
{
    bool allowed = w->function == q->function && q->first == w->address &&
                   q->count == (w->count > 0 ? w->count : 1);

    if (allowed && w->count == 1 && w->type == PROFILE_WORD_U16)
        return q->write[0] >= w->min && q->write[0] <= w->max;
    if (allowed && w->count == 1 && w->type == PROFILE_WORD_S16)
        return (int16_t)q->write[0] >= w->min && (int16_t)q->write[0] <= w->max;
    return allowed;
}

/* Are they the coils or registers of the channels that are written, one by one or several at once? */
static bool among_channels(const struct profile_switch *s, const struct bus_question *q)
{
    bool alike = q->function == s->function || (s->function == 5 && q->function == 15) ||
                 (s->function == 6 && q->function == 16);

    return alike && q->first >= s->address && q->first + q->count <= s->address + s->count;
}

/* Does a reflex hold one of the channels? It would switch back. beside: the write is to another output of the board, such as "all
 * off" or a pulse, whose channels the profile does not tell. */
static const char *held_by(const struct site *site, unsigned device, const struct profile *p,
                           const struct bus_question *q, bool beside)
{
    for (unsigned i = 0; i < site->reflexes; i++) {
        const struct site_reflex *x = &site->reflex[i];
        int at = p->relay.address + x->channel - p->relay.first;
        if (x->device == (int)device && p->relay.count > 0 &&
            (beside || (at >= q->first && at < q->first + q->count)))
            return x->slug;
    }
    return NULL;
}

/* NULL when the write may be done; else why not. */
static const char *write_fault(const struct control_sources *src, unsigned bus,
                               const struct bus_question *q, char *why, size_t why_size)
{
    const struct site *site = src->site;

    for (unsigned i = 0; src->profile != NULL && i < site->devices; i++) {
        const struct profile *p = src->profile[i];
        const char *reflex;
        bool named, beside = false;

        if (site->device[i].bus != (int)bus || site->device[i].unit != q->unit)
            continue;
        named = switch_has(&p->relay, q);
        for (unsigned k = 0; !named && k < p->words; k++)
            named = word_has(&p->word[k], q);
        for (unsigned k = 0; !named && k < p->outputs; k++) {
            named = output_has(&p->output[k], q);
            beside = named && !among_channels(&p->relay, q);
        }
        if (!named) {
            (void)snprintf(
                why, why_size,
                "profile %s names no such register to be written, or not with this value", p->id);
            return why;
        }
        reflex = held_by(site, i, p, q, beside);
        if (reflex == NULL)
            return NULL;
        (void)snprintf(why, why_size, "that channel belongs to the switch %s: use relay", reflex);
        return why;
    }
    (void)snprintf(why, why_size, "no device of the site file has this unit on this bus");
    return why;
}

/* --- the question ------------------------------------------------------------------------------------------------- */

const char *control_outcome(int rc, const struct bus_answer *a)
{
    static const struct {
        int rc;
        const char *name;
    } OUTCOME[] = {{0, "good"}, {NILA_ERR_EXCEPTION, "exception"}, {NILA_ERR_FULL, "busy"}};

    for (size_t i = 0; i < sizeof OUTCOME / sizeof OUTCOME[0]; i++)
        if (OUTCOME[i].rc == rc)
            return OUTCOME[i].name;
    if (rc == NILA_ERR_TIMEOUT)
        return a->answer_ms == 0 ? "busy" : "silent"; /* 0: it was never on the line */
    return rc == NILA_ERR_PROTO ? (a->stale ? "stale" : "bad") : "away";
}

static void answer(struct control_job *base, struct buf *out)
{
    const struct job *job = (struct job *)base;

    buf_printf(out, "{\"outcome\":\"%s\"", control_outcome(job->rc, &job->a));
    json_whole(out, "exception", job->a.exception);
    json_whole(out, "answer_ms", job->a.answer_ms);
    json_member(out, "text", job->a.text);
    buf_str(out, ",\"regs\":[");
    for (unsigned i = 0; job->rc == 0 && !bus_is_write(job->q.function) && i < job->q.count; i++)
        buf_printf(out, "%s%u", i > 0 ? "," : "", (unsigned)job->regs[i]);
    buf_str(out, "]}\n");
    control_end(out);
}

static void ask(struct control_job *base)
{
    struct job *job = (struct job *)base;

    job->rc = poller_ask(base->c->src.poller, job->bus, &job->q, job->regs, &job->a, LINE_MS);
}

/* --- jobs --------------------------------------------------------------------------------------------------------- */

static void job_free(struct control_job *job)
{
    if (job->forget != NULL)
        job->forget(job);
    free(job);
}

static int job_more(struct control *c, struct control_state *state, struct buf *out)
{
    struct control_job *job = (struct control_job *)state;
    bool done;

    (void)pthread_mutex_lock(&c->asks_lock);
    done = job->done;
    (void)pthread_mutex_unlock(&c->asks_lock);
    if (!done)
        return LINESERVER_LATER;
    job->answer(job, out);
    job->forget = NULL;
    return 0;
}

static void job_drop(struct control *c, struct control_state *state)
{
    struct control_job *job = (struct control_job *)state;
    bool done;

    (void)pthread_mutex_lock(&c->asks_lock);
    done = job->done;
    job->dropped = true;
    (void)pthread_mutex_unlock(&c->asks_lock);
    if (done)
        job_free(job);
}

static void *job_thread(void *arg)
{
    struct control_job *job = arg;
    struct control *c = job->c;
    bool dropped;

    job->run(job);
    (void)pthread_mutex_lock(&c->asks_lock);
    job->done = true;
    dropped = job->dropped;
    if (!dropped) /* the server cannot stop before it has dropped this job, and waits for the lock to do so */
        lineserver_wake(c->server);
    c->asks--;
    (void)pthread_cond_broadcast(&c->asks_done);
    (void)pthread_mutex_unlock(&c->asks_lock);
    if (dropped)
        job_free(job);
    return NULL;
}

static bool begin(struct control *c, struct control_job *job)
{
    pthread_attr_t attr;
    pthread_t thread;
    bool ok;

    (void)pthread_mutex_lock(&c->asks_lock);
    c->asks++;
    ok = pthread_attr_init(&attr) == 0;
    if (ok) {
        ok = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
             pthread_create(&thread, &attr, job_thread, job) == 0;
        (void)pthread_attr_destroy(&attr);
    }
    if (!ok)
        c->asks--;
    (void)pthread_mutex_unlock(&c->asks_lock);
    return ok;
}

struct control_state *control_job_begin(struct control *c, struct control_job *job, struct buf *out)
{
    job->state = (struct control_state){job_more, job_drop};
    job->c = c;
    if (begin(c, job))
        return &job->state;
    control_error(out, "busy", "no thread can be started", "");
    job_free(job);
    return NULL;
}

void control_ask_wait(struct control *c)
{
    (void)pthread_mutex_lock(&c->asks_lock);
    while (c->asks > 0)
        (void)pthread_cond_wait(&c->asks_done, &c->asks_lock);
    (void)pthread_mutex_unlock(&c->asks_lock);
}

/* --- the request -------------------------------------------------------------------------------------------------- */

static int find_bus(const struct site *site, const cJSON *slug)
{
    for (unsigned i = 0; cJSON_IsString(slug) && i < site->buses; i++)
        if (strcmp(site->bus[i].slug, slug->valuestring) == 0)
            return (int)i;
    return -1;
}

/* The words to be written; false: not what is allowed. */
static bool take_words(const cJSON *write, struct job *job)
{
    const cJSON *word;
    int n = 0, v;

    if (!cJSON_IsArray(write) || cJSON_GetArraySize(write) != job->q.count)
        return false;
    cJSON_ArrayForEach(word, write)
    {
        if (!control_whole(word, 0, 65535, &v))
            return false;
        job->write[n++] = (uint16_t)v;
    }
    job->q.write = job->write;
    return true;
}

/* Reads the members of the question; the name of the one that is wrong, NULL when none is. */
static const char *take_question(const cJSON *rq, struct job *job)
{
    const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(rq, "timeout_ms");
    const cJSON *write = cJSON_GetObjectItemCaseSensitive(rq, "write");
    int first, count;

    if (job->q.unit < 0 &&
        !control_whole(cJSON_GetObjectItemCaseSensitive(rq, "unit"), 0, 255, &job->q.unit))
        return "unit";
    if (!control_whole(cJSON_GetObjectItemCaseSensitive(rq, "function"), 1, 127, &job->q.function))
        return "function";
    if (!control_whole(cJSON_GetObjectItemCaseSensitive(rq, "first"), 0, 65535, &first))
        return "first";
    if (!control_whole(cJSON_GetObjectItemCaseSensitive(rq, "count"), 1, WORDS, &count))
        return "count";
    job->q.first = (uint16_t)first;
    job->q.count = (uint16_t)count;
    if (timeout != NULL && !control_whole(timeout, 50, QUESTION_MS, &job->q.timeout_ms))
        return "timeout_ms";
    if (write != NULL && !take_words(write, job))
        return "write";
    return NULL;
}

/* False after the refusal has been written. */
static bool permitted(struct control *c, const struct lineserver_peer *peer, unsigned bus,
                      const struct bus_question *q, const cJSON *rq, struct buf *out)
{
    char why[200];

    (void)rq;
    if (!bus_is_write(q->function))
        return true;
    if (!control_may_write(peer)) {
        control_error(out, "denied", "writing is for root and the group nila-admin", "write");
        return false;
    }
    if (q->write == NULL) {
        control_error(out, "range", "as many words as count, each 0..65535", "write");
        return false;
    }
    if (write_fault(&c->src, bus, q, why, sizeof why) != NULL) {
        control_error(out, "denied", why, "write");
        return false;
    }
    log_info("bus %s unit %d: user %u writes %u words at %u by function %d",
             c->src.site->bus[bus].slug, q->unit, (unsigned)peer->uid, (unsigned)q->count,
             (unsigned)q->first, q->function);
    return true;
}

struct control_state *control_question(struct control *c, const struct lineserver_peer *peer,
                                       unsigned bus, int unit, const cJSON *rq,
                                       control_permit *permit, struct buf *out)
{
    struct job *job = xcalloc(1, sizeof *job);
    const char *wrong;

    job->job.run = ask;
    job->job.answer = answer;
    job->bus = bus;
    job->q.unit = unit;
    job->q.timeout_ms = c->src.site->bus[bus].timeout_ms;
    wrong = take_question(rq, job);
    if (wrong != NULL)
        control_error(out, "range", "absent, or not what bus.h allows", wrong);
    else if (bus_check(&c->src.site->bus[bus], &job->q, &job->a) != 0)
        control_error(out, "range", job->a.text, "");
    else if (permit(c, peer, bus, &job->q, rq, out))
        return control_job_begin(c, &job->job, out);
    free(job);
    return NULL;
}

struct control_state *control_ask(struct control *c, const struct lineserver_peer *peer,
                                  const cJSON *rq, struct buf *out)
{
    int bus = find_bus(c->src.site, cJSON_GetObjectItemCaseSensitive(rq, "bus"));

    if (c->src.poller == NULL) {
        control_error(out, "unsupported", "nothing is polled here", "");
        return NULL;
    }
    if (bus < 0) {
        control_error(out, "not_found", "no such bus in this site", "bus");
        return NULL;
    }
    return control_question(c, peer, (unsigned)bus, -1, rq, permitted, out);
}
