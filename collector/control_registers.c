/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device's registers: what the profile says of each, and, when asked for, one round of the device put through its line by a thread
 * of its own, beside the rounds of the poller. Nothing is journalled, and the device's counters stay as they are. */
#include "control_own.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "device.h"

/* Together with the longest time-out of a question (10 s) below the 30 s after which a client that gets nothing is dropped. */
#define LINE_MS  5000  /* the line must be had by then */
#define BEGIN_MS 12000 /* no question is begun later than this after the first */

/* As many as a round may put, each perhaps twice. */
#define QUESTIONS (4 * PLAN_BLOCKS + 8)

struct asked {
    int function, exception, answer_ms;
    unsigned first, count;
    const char *outcome;
    char text[96];
};

struct job {
    struct control_job job;
    unsigned index;
    bool initialised;
    struct device dev;
    struct reading_set set;
    int64_t at_ms;
    char note[160];
    unsigned n;
    struct asked asked[QUESTIONS];
};

/* --- what is said ------------------------------------------------------------------------------------------------- */

static const char *type_name(enum profile_type t)
{
    static const char *const NAME[] = {
        [PROFILE_U16] = "u16", [PROFILE_S16] = "s16", [PROFILE_U32] = "u32", [PROFILE_S32] = "s32",
        [PROFILE_F32] = "f32", [PROFILE_U64] = "u64", [PROFILE_S64] = "s64", [PROFILE_F64] = "f64"};
    return NAME[t];
}

static const struct site_metric *site_word(const struct site_device *d, enum metric metric)
{
    for (unsigned i = 0; i < d->metrics; i++)
        if (d->metric[i].metric == metric)
            return &d->metric[i];
    return NULL;
}

/* The registers as they came, when the round has them. */
static void raw_member(struct buf *b, const struct job *job, const struct profile_measurement *m)
{
    const unsigned count = (unsigned)profile_registers(m->type);

    buf_str(b, ",\"regs\":[");
    for (size_t i = 0; job != NULL && job->initialised && i < job->dev.round.got; i++) {
        const struct reg_block *k = &job->dev.block[i];
        if (k->function != m->function || k->exception != 0 || m->address < k->first ||
            m->address + count > (unsigned)k->first + k->count)
            continue;
        for (unsigned j = 0; j < count; j++)
            buf_printf(b, "%s%u", j > 0 ? "," : "", (unsigned)k->regs[m->address - k->first + j]);
        break;
    }
    buf_str(b, "]");
}

static void register_line(struct buf *b, const struct site_device *d, const struct job *job,
                          const struct profile_measurement *m)
{
    const struct site_metric *own = site_word(d, m->metric);
    const enum metric as = own != NULL ? own->as : m->metric;
    const struct reading_value *v = NULL;

    for (unsigned i = 0; job != NULL && i < job->set.n; i++)
        if (job->set.v[i].metric == as)
            v = &job->set.v[i];
    buf_str(b, "{\"kind\":\"register\"");
    json_member(b, "device", d->slug);
    json_member(b, "name", m->name);
    json_member(b, "metric", metric_info(as)->name);
    json_member(b, "unit", metric_info(as)->unit);
    json_whole(b, "function", m->function);
    json_whole(b, "first", m->address);
    json_whole(b, "count", profile_registers(m->type));
    json_member(b, "type", type_name(m->type));
    json_member(b, "order", m->order);
    json_number(b, "scale", m->scale);
    json_number(b, "offset", m->offset);
    json_number(b, "min", m->min);
    json_number(b, "max", m->max);
    json_number(b, "site_min", own != NULL && own->has_limits ? own->min : NAN);
    json_number(b, "site_max", own != NULL && own->has_limits ? own->max : NAN);
    raw_member(b, job, m);
    json_number(b, "value", v != NULL ? v->value : NAN);
    json_whole(b, "flag", v != NULL ? v->flag : 0);
    json_whole(b, "bits", v != NULL ? v->bits : 0);
    buf_str(b, "}\n");
}

static void device_lines(struct buf *b, const struct control_sources *src, unsigned index,
                         const struct job *job)
{
    const struct site_device *d = &src->site->device[index];
    const struct profile *p = src->profile[index];

    buf_str(b, "{\"kind\":\"device\"");
    json_member(b, "device", d->slug);
    json_member(b, "bus", src->site->bus[d->bus].slug);
    json_whole(b, "unit", d->unit);
    json_member(b, "profile", d->profile);
    json_member(b, "maker", p->maker);
    json_member(b, "model", p->model);
    json_whole(b, "asked_ms", job != NULL ? job->at_ms : 0);
    json_member(b, "note", job != NULL ? job->note : "");
    buf_str(b, "}\n");
    for (unsigned i = 0; job != NULL && i < job->n; i++) {
        const struct asked *q = &job->asked[i];
        buf_str(b, "{\"kind\":\"question\"");
        json_member(b, "device", d->slug);
        json_whole(b, "function", q->function);
        json_whole(b, "first", q->first);
        json_whole(b, "count", q->count);
        json_member(b, "outcome", q->outcome);
        json_whole(b, "exception", q->exception);
        json_whole(b, "answer_ms", q->answer_ms);
        json_member(b, "text", q->text);
        buf_str(b, "}\n");
    }
    for (unsigned i = 0; i < p->n; i++)
        register_line(b, d, job, &p->m[i]);
}

/* --- the round ---------------------------------------------------------------------------------------------------- */

static void note_question(struct job *job, const struct bus_question *q, int rc,
                          const struct bus_answer *a)
{
    struct asked *k;

    if (job->n >= QUESTIONS)
        return; /* cannot be: a round has fewer */
    k = &job->asked[job->n++];
    *k = (struct asked){.function = q->function,
                        .first = q->first,
                        .count = q->count,
                        .exception = a->exception,
                        .answer_ms = a->answer_ms,
                        .outcome = control_outcome(rc, a)};
    (void)snprintf(k->text, sizeof k->text, "%s", rc != 0 ? a->text : "");
}

static void ask_round(struct control_job *base)
{
    struct job *job = (struct job *)base;
    struct device *dev = &job->dev;
    const int64_t last_ms = clock_mono_ms() + BEGIN_MS;
    struct bus_question q;
    uint16_t *regs;

    device_begin(dev, clock_mono_ms());
    while (device_next(dev, &q, &regs)) {
        struct bus_answer a = {0};
        const int64_t from_ms = clock_mono_ms();
        int rc;

        if (from_ms > last_ms) {
            (void)snprintf(job->note, sizeof job->note,
                           "the line was too busy: not all registers could be asked");
            break;
        }
        rc = poller_ask(base->c->src.poller, (unsigned)dev->d->bus, &q, regs, &a, LINE_MS);
        note_question(job, &q, rc, &a);
        device_answer(dev, rc, &a, from_ms);
    }
    if (dev->round.heard == 0)
        dev->round.got = 0; /* what was left unasked is no reading */
    job->at_ms = clock_wall_ms();
    if (job->note[0] == '\0')
        (void)snprintf(job->note, sizeof job->note, "%s", dev->round.note);
    decode_blocks(&job->set, dev->p, dev->d, dev->block, dev->round.got);
}

static void answer_round(struct control_job *base, struct buf *out)
{
    struct job *job = (struct job *)base;

    device_lines(out, &base->c->src, job->index, job);
    control_end(out);
    device_done(&job->dev);
}

/* Nobody waits for the answer any more. */
static void forget_round(struct control_job *base)
{
    struct job *job = (struct job *)base;

    if (job->initialised)
        device_done(&job->dev);
}

/* --- the request -------------------------------------------------------------------------------------------------- */

static struct control_state *begin(struct control *c, unsigned index, struct buf *out)
{
    struct job *job = xcalloc(1, sizeof *job);
    char why[256];

    job->index = index;
    job->job.run = ask_round;
    job->job.answer = answer_round;
    job->job.forget = forget_round;
    if (c->src.profile[index]->n == 0) {
        control_error(out, "unsupported", "the device has no values to be read", "device");
    } else if (device_init(&job->dev, c->src.site, index, c->src.profile[index], NULL, why,
                           sizeof why) != 0) {
        control_error(out, "range", why, "device");
    } else {
        job->initialised = true;
        job->dev.start.deaf_ms = INT64_MAX; /* the poller keeps its devices started */
        return control_job_begin(c, &job->job, out);
    }
    free(job);
    return NULL;
}

struct control_state *control_registers(struct control *c, const struct lineserver_peer *peer,
                                        const cJSON *rq, struct buf *out)
{
    const struct control_sources *src = &c->src;
    const cJSON *slug = cJSON_GetObjectItemCaseSensitive(rq, "device");
    const bool ask = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rq, "ask"));
    unsigned found = 0;

    (void)peer;
    if (src->profile == NULL || (ask && src->poller == NULL)) {
        control_error(out, "unsupported", "nothing is polled here", "");
        return NULL;
    }
    if (!cJSON_IsString(slug) && (slug != NULL || ask)) {
        control_error(out, "request", "which device is asked is its slug", "device");
        return NULL;
    }
    for (unsigned i = 0; i < src->site->devices; i++) {
        if (slug != NULL && strcmp(src->site->device[i].slug, slug->valuestring) != 0)
            continue;
        if (ask)
            return begin(c, i, out);
        device_lines(out, src, i, NULL);
        found++;
    }
    if (slug != NULL && found == 0)
        control_error(out, "not_found", "no such device in this site", "device");
    else
        control_end(out);
    return NULL;
}
