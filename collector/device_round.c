/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A round of questions to one device: what is asked next, what an answer means for the plan, and what the round is worth. */
#include "device.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

/* Questions of one round, splits included. */
#define ROUND_QUESTIONS (2 * PLAN_BLOCKS)

/* Modbus exceptions a gateway gives for a unit that does not answer it. */
#define GATEWAY_NO_PATH   10
#define GATEWAY_NO_ANSWER 11

/* A mute block is left out for at most 2^6 rounds. */
#define SILENT_MAX 6

void device_begin(struct device *dev, int64_t slot_mono_ms)
{
    dev->round = (struct device_round){.slot_ms = slot_mono_ms, .began_ms = clock_mono_ms()};
    (void)pthread_mutex_lock(&dev->lock);
    dev->stats.served_slots++;
    (void)pthread_mutex_unlock(&dev->lock);
}

static void round_over(struct device *dev, int rc, const char *note)
{
    dev->round.over = true;
    dev->round.rc = rc;
    (void)snprintf(dev->round.note, sizeof dev->round.note, "%s", note);
}

/* The plan, to be changed: from now on the device's own. */
static struct plan *own_plan(struct device *dev)
{
    if (dev->own == NULL) {
        dev->own = xcalloc(1, sizeof *dev->own);
        *dev->own = *dev->plan;
        dev->plan = dev->own;
    }
    return dev->own;
}

/* True when block i, which was mute, is left out of this round. A round that would leave out all asks all. */
static bool left_out(struct device *dev, unsigned i)
{
    bool all = true;

    if (dev->plan->b[i].skip == 0)
        return false;
    for (unsigned j = 0; j < dev->plan->n; j++)
        all = all && dev->plan->b[j].skip > 0;
    for (unsigned j = 0; all && j < dev->plan->n; j++)
        own_plan(dev)->b[j].skip = 0;
    if (all)
        return false;
    own_plan(dev)->b[i].skip--;
    return true;
}

static int timeout_of(const struct device *dev)
{
    return dev->p->timeout_ms > 0 ? dev->p->timeout_ms : dev->bus->timeout_ms;
}

static struct bus_question question(const struct device *dev, int function, uint16_t first,
                                    uint16_t count)
{
    return (struct bus_question){.unit = dev->d->unit,
                                 .function = function,
                                 .first = first,
                                 .count = count,
                                 .timeout_ms = timeout_of(dev),
                                 .gap_ms = dev->p->gap_ms};
}

/* Room for the answer of the block that is asked; the plan has grown when a block was split. */
static struct reg_block *room(struct device *dev)
{
    if (dev->round.got >= dev->blocks) {
        dev->blocks = dev->plan->n > 0 ? dev->plan->n : 1;
        dev->block = xrealloc(dev->block, dev->blocks, sizeof *dev->block);
    }
    return &dev->block[dev->round.got];
}

static struct reg_block *head(struct device *dev, const struct plan_block *b, int exception)
{
    struct reg_block *block = room(dev);

    block->function = b->function;
    block->first = b->first;
    block->count = b->count;
    block->exception = exception;
    return block;
}

/* Passes over the blocks that are not to be asked now; false: none is left. */
static bool next_block(struct device *dev)
{
    struct device_round *r = &dev->round;

    for (; r->at < dev->plan->n && r->questions < ROUND_QUESTIONS; r->at++) {
        const struct plan_block *b = &dev->plan->b[r->at];

        if (r->again)
            return true;
        if (!plan_wanted(dev->plan, b, clock_mono_ms())) {
            (void)head(dev, b, b->refused); /* its values are missing, and why is known */
            r->got++;
        } else if (!left_out(dev, r->at)) {
            return true;
        }
    }
    return false;
}

/* The device is read later, still for this slot. */
static void read_later(struct device *dev)
{
    dev->at_once = dev->kept = true;
    dev->at_once_ms = dev->start.next_ms;
    dev->kept_slot_ms = dev->round.slot_ms;
    dev->round.later = true;
    round_over(dev, 0, "");
}

bool device_next(struct device *dev, struct bus_question *q, uint16_t **regs)
{
    struct device_round *r = &dev->round;
    const struct profile *p = dev->p;
    const struct plan_block *b;

    if (r->over)
        return false;
    r->step = start_next(&dev->start, p, dev->failures, clock_mono_ms());
    if (r->step == START_WAIT) {
        read_later(dev);
        return false;
    }
    *regs = room(dev)->regs;
    if (r->step == START_TELL) {
        *q = question(dev, p->start.function, p->start.address,
                      p->start.function == 6 ? 0 : p->start.count);
        q->command = true;
        q->value = p->start.value;
        return true;
    }
    if (r->step == START_ASK) {
        *q = question(dev, p->wait.function, p->wait.address, 1);
        return true;
    }
    if (!next_block(dev)) {
        r->over = true;
        return false;
    }
    b = &dev->plan->b[r->at];
    *regs = head(dev, b, 0)->regs;
    *q = question(dev, b->function, b->first, b->count);
    return true;
}

static void count_question(struct device *dev, int rc, const struct bus_answer *a, int64_t from_ms)
{
    struct poll_device_stats *s = &dev->stats;

    if (dev->line != NULL)
        line_stats_question(dev->line, rc, a, false, from_ms, clock_mono_ms());
    (void)pthread_mutex_lock(&dev->lock);
    s->last_try_ms = clock_wall_ms();
    s->last_rc = rc;
    s->last_stale = rc == NILA_ERR_PROTO && a->stale;
    s->requests++;
    s->good += rc == 0;
    s->timeouts += rc == NILA_ERR_TIMEOUT;
    s->exceptions += rc == NILA_ERR_EXCEPTION;
    s->stale += rc == NILA_ERR_PROTO && a->stale;
    s->bad_frames += rc == NILA_ERR_PROTO && !a->stale;
    if (rc == 0) {
        s->answer_ms = a->answer_ms;
        answer_ring_add(&dev->answers, a->answer_ms);
    }
    (void)pthread_mutex_unlock(&dev->lock);
}

/* A node's block proves itself; a->stale tells an old answer from a foreign one. */
static int check_node(struct device *dev, const struct reg_block *block, struct bus_answer *a)
{
    switch (node_header_judge(&dev->node, block->regs, block->count, dev->d->unit, a->text,
                              sizeof a->text)) {
    case NODE_FRESH:
        return 0;
    case NODE_STALE:
        a->stale = true;
        return NILA_ERR_PROTO;
    case NODE_FOREIGN:
        break;
    }
    return NILA_ERR_PROTO;
}

/* What rc is for the device. */
static int judge(struct device *dev, int rc, struct bus_answer *a)
{
    if (rc == 0 && dev->p->node_header && dev->round.step == START_READ)
        return check_node(dev, &dev->block[dev->round.got], a);
    if (rc == NILA_ERR_EXCEPTION &&
        (a->exception == GATEWAY_NO_PATH || a->exception == GATEWAY_NO_ANSWER))
        return NILA_ERR_TIMEOUT;
    return rc;
}

static void put_smaller(struct device *dev, unsigned i, const char *text, bool *smaller)
{
    struct plan_block was = dev->plan->b[i];

    *smaller = plan_split(own_plan(dev), dev->p, i) > 0;
    if (*smaller)
        log_info("bus %s unit %d (%s): registers %d..%d: %s, asked in smaller blocks from now on",
                 dev->bus->slug, dev->d->unit, dev->d->slug, was.first, was.first + was.count - 1,
                 text);
}

/* Block i got no good answer, though the device answers others: some devices keep silent about a register they do not have.
 * It is made smaller, or left out for more and more rounds. */
static void mute_block(struct device *dev, unsigned i, struct bus_answer *a)
{
    struct plan_block *b = &own_plan(dev)->b[i];
    char text[sizeof a->text];
    bool smaller = false;

    (void)snprintf(text, sizeof text, "%s", a->text);
    (void)snprintf(a->text, sizeof a->text, "registers %d..%d: %.60s", b->first,
                   b->first + b->count - 1, text);
    if (b->silent > 0)
        put_smaller(dev, i, text, &smaller);
    if (smaller)
        return;
    b->silent = (uint8_t)(b->silent + (b->silent < SILENT_MAX));
    b->skip = (uint8_t)(1U << b->silent);
    if (b->silent == 1)
        log_info("bus %s unit %d (%s): %s, left out for %u rounds", dev->bus->slug, dev->d->unit,
                 dev->d->slug, a->text, b->skip);
}

/* The start request or the wait register was asked. */
static void start_answer(struct device *dev, int rc, const struct bus_answer *a)
{
    struct device_round *r = &dev->round;
    const int64_t mono_ms = clock_mono_ms();
    const bool silent = rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO;

    if (rc == 0 && r->step == START_TELL) {
        start_told(&dev->start, dev->p, mono_ms);
        log_debug("bus %s unit %d (%s): told to measure", dev->bus->slug, dev->d->unit,
                  dev->d->slug);
    } else if (rc == 0) {
        if (!start_waited(&dev->start, dev->p, room(dev)->regs[0], mono_ms))
            round_over(dev, NILA_ERR_TIMEOUT, "not ready a minute after its start request");
    } else if (rc == NILA_ERR_EXCEPTION && r->step == START_TELL && !dev->p->start_each) {
        start_refused(&dev->start, mono_ms);
        log_info("bus %s unit %d (%s): start request refused: %s; read as it is", dev->bus->slug,
                 dev->d->unit, dev->d->slug, a->text);
    } else if (silent && r->step == START_TELL && !dev->p->start_each &&
               (dev->failures == 0 || dev->start.alive)) {
        start_unheard(&dev->start); /* perhaps it only knows no such request */
    } else {
        round_over(dev, rc == NILA_ERR_EXCEPTION ? NILA_ERR_PROTO : rc, a->text);
    }
}

/* The device answers again after a silence: perhaps its power was away, and its values are old. */
static bool must_be_told_first(const struct device *dev)
{
    return dev->p->start.function != 0 && !dev->p->start_each && !dev->start.told &&
           dev->failures > 0 && !dev->start.alive && clock_mono_ms() >= dev->start.deaf_ms;
}

/* A block was answered, with registers or an exception. */
static void answered_block(struct device *dev, int rc, const struct bus_answer *a)
{
    struct device_round *r = &dev->round;
    bool refused = rc == NILA_ERR_EXCEPTION && a->exception >= 1 && a->exception <= 3;
    const struct plan_block *b = &dev->plan->b[r->at];
    bool smaller = false;

    if (rc == 0 && must_be_told_first(dev)) {
        start_alive(&dev->start);
        r->at = 0;
        r->got = 0;
        return;
    }
    r->heard++;
    if (refused && a->exception != 1)
        put_smaller(dev, r->at, a->text, &smaller);
    if (smaller)
        return;
    if (refused)
        plan_refuse(&own_plan(dev)->b[r->at], a->exception, clock_mono_ms());
    else if (b->silent != 0 || b->refused != 0)
        own_plan(dev)->b[r->at].silent = own_plan(dev)->b[r->at].refused = 0;
    dev->block[r->got].exception = a->exception;
    r->got++;
    r->at++;
}

void device_answer(struct device *dev, int rc, struct bus_answer *a, int64_t from_ms)
{
    struct device_round *r = &dev->round;
    bool alive;

    rc = judge(dev, rc, a);
    count_question(dev, rc, a, from_ms);
    /* A bad frame is worth a second try at once: the device is alive. Silence is not: the others of the line are waiting. */
    if (rc == NILA_ERR_PROTO && !r->again) {
        log_debug("bus %s unit %d (%s): %s, asked again", dev->bus->slug, dev->d->unit,
                  dev->d->slug, a->text);
        r->again = true;
        return;
    }
    r->again = false;
    r->questions++;
    alive = rc == 0 || rc == NILA_ERR_EXCEPTION;
    if (r->step != START_READ) {
        start_answer(dev, rc, a);
    } else if (alive) {
        answered_block(dev, rc, a);
    } else if ((rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO) && r->heard > 0) {
        /* At the first silence the round ends. It is the device's failure only when it gave no answer at all. */
        mute_block(dev, r->at, a);
        round_over(dev, 0, a->text);
    } else {
        if (dev->failures >= 2) /* perhaps it is only this block */
            plan_last(own_plan(dev), r->at);
        round_over(dev, rc, a->text);
    }
}

static void fill_tags(const struct device *dev, struct reading_tags *t)
{
    memset(t, 0, sizeof *t);
    t->regency = dev->site->regency;
    memcpy(t->kecamatan, dev->site->kecamatan, sizeof t->kecamatan);
    memcpy(t->site, dev->site->slug, sizeof t->site);
    if (dev->d->pond >= 0)
        memcpy(t->pond, dev->site->pond[dev->d->pond].slug, sizeof t->pond);
    memcpy(t->device, dev->d->slug, sizeof t->device);
}

/* What is read in a solution judges no pond, and no later value is compared with it. */
static void mark_lent(struct reading_set *set)
{
    for (unsigned i = 0; i < set->n; i++) {
        struct reading_value *v = &set->v[i];
        v->bits |= READING_BIT_CALIBRATION;
        v->flag = (uint8_t)reading_worse(v->flag, READING_FAIL);
    }
}

static void fill_set(struct device *dev, struct reading_set *set, bool trusted)
{
    int64_t mono_ms, wall_ms;

    decode_blocks(set, dev->p, dev->d, dev->block, dev->round.got);
    if (set->n == 0)
        return;
    mono_ms = clock_mono_ms();
    wall_ms = clock_wall_ms();
    fill_tags(dev, &set->tags);
    set->clock_trusted = trusted && slots_wall_plausible(wall_ms);
    set->boot_ms = mono_ms;
    set->ts_ms = slots_stamp(&dev->stamps, dev->round.slot_ms, mono_ms, wall_ms, dev->anchor_ms,
                             dev->period_ms, set->clock_trusted);
    if (atomic_load(&dev->lent))
        mark_lent(set);
    else
        quality_judge(dev->quality, set, mono_ms);
}

/* note: what was wrong in spite of it, or "". */
static void succeeded(struct device *dev, const struct reading_set *set, const char *note)
{
    bool was_dead = dev->failures > 0;

    dev->failures = 0;
    (void)pthread_mutex_lock(&dev->lock);
    dev->stats.last_good_ms = clock_wall_ms();
    dev->stats.values += set->n;
    dev->stats.backoff_s = 0;
    (void)snprintf(dev->stats.error, sizeof dev->stats.error, "%s", note);
    (void)pthread_mutex_unlock(&dev->lock);
    if (was_dead)
        log_info("bus %s unit %d (%s): answers again", dev->bus->slug, dev->d->unit, dev->d->slug);
}

static void failed(struct device *dev, const char *text, unsigned values)
{
    int backoff_s = device_backoff_s(++dev->failures, dev->d->every_s);
    int64_t not_before = clock_mono_ms() + (int64_t)backoff_s * 1000 - dev->period_ms;

    dev->next_slot = slots_number(not_before, dev->anchor_ms, dev->offset_ms, dev->period_ms) + 1;
    (void)pthread_mutex_lock(&dev->lock);
    dev->stats.values += values;
    dev->stats.backoff_s = backoff_s;
    (void)snprintf(dev->stats.error, sizeof dev->stats.error, "%s", text);
    (void)pthread_mutex_unlock(&dev->lock);
    if (dev->failures == 1)
        log_info("bus %s unit %d (%s): %s, next try in %d s", dev->bus->slug, dev->d->unit,
                 dev->d->slug, text, backoff_s);
    else
        log_debug("bus %s unit %d (%s): %s, next try in %d s", dev->bus->slug, dev->d->unit,
                  dev->d->slug, text, backoff_s);
}

static bool nothing_good(const struct reading_set *set)
{
    for (unsigned i = 0; i < set->n; i++)
        if (set->v[i].flag != READING_MISSING && set->v[i].flag != READING_FAIL)
            return false;
    return set->n > 0;
}

int device_end(struct device *dev, struct reading_set *set, bool trusted)
{
    struct device_round *r = &dev->round;

    set->n = 0;
    if (r->later) { /* the slot is served when it is read */
        (void)pthread_mutex_lock(&dev->lock);
        dev->stats.served_slots--;
        (void)pthread_mutex_unlock(&dev->lock);
        return 0;
    }
    (void)pthread_mutex_lock(&dev->lock);
    dev->stats.round_ms = (int)(clock_mono_ms() - r->began_ms);
    (void)pthread_mutex_unlock(&dev->lock);
    if (r->heard == 0)
        r->got = 0; /* what was left unasked is no reading */
    fill_set(dev, set, trusted);
    if (dev->start.unheard && r->rc == 0) {
        start_refused(&dev->start, clock_mono_ms());
        log_info("bus %s unit %d (%s): silent about the start request; read as it is",
                 dev->bus->slug, dev->d->unit, dev->d->slug);
    }
    if (r->rc == 0) {
        succeeded(dev, set, r->note);
    } else if (r->rc == NILA_ERR_TIMEOUT || r->rc == NILA_ERR_PROTO) {
        failed(dev, r->note, set->n);
    } else {
        (void)pthread_mutex_lock(&dev->lock);
        dev->stats.values += set->n;
        (void)snprintf(dev->stats.error, sizeof dev->stats.error, "%s", r->note);
        (void)pthread_mutex_unlock(&dev->lock);
        r->rc = NILA_ERR_IO;
    }
    start_round(&dev->start, dev->p, dev->block, r->got, r->rc == 0, nothing_good(set),
                clock_mono_ms());
    return r->rc;
}
