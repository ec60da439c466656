/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

/* Questions of one round, splits and repeats included. */
#define ROUND_QUESTIONS (2 * PLAN_BLOCKS)

/* Modbus exceptions a gateway gives for a unit that does not answer it. */
#define GATEWAY_NO_PATH   10
#define GATEWAY_NO_ANSWER 11

/* A mute block is left out for at most 2^6 rounds. */
#define SILENT_MAX 6

int device_init(struct device *dev, const struct site *site, unsigned index,
                const struct profile *p, char *why, size_t why_size)
{
    const struct site_device *d = &site->device[index];
    const struct site_bus *bus = &site->bus[d->bus];
    char text[160];

    memset(dev, 0, sizeof *dev);
    if (!bus_unit_ok(bus, d->unit)) {
        (void)snprintf(why, why_size, "device %s: unit %d cannot be asked on bus %s", d->slug,
                       d->unit, bus->slug);
        return NILA_ERR_CONFIG;
    }
    if (d->every_s < 1) {
        (void)snprintf(why, why_size, "device %s: every_s is %d, at least 1", d->slug, d->every_s);
        return NILA_ERR_CONFIG;
    }
    if (decode_check(p, d, text, sizeof text) != 0 ||
        plan_make(&dev->plan, p, text, sizeof text) != 0) {
        (void)snprintf(why, why_size, "device %s (profile %s): %s", d->slug, d->profile, text);
        return NILA_ERR_CONFIG;
    }
    dev->site = site;
    dev->d = d;
    dev->bus = bus;
    dev->p = p;
    dev->quality = quality_new(p, d);
    dev->period_ms = (int64_t)d->every_s * 1000;
    if (pthread_mutex_init(&dev->lock, NULL) != 0)
        fatal("device %s: no mutex", d->slug);
    return 0;
}

void device_done(struct device *dev)
{
    if (dev->d == NULL)
        return;
    quality_free(dev->quality);
    (void)pthread_mutex_destroy(&dev->lock);
    dev->d = NULL;
}

int device_backoff_s(unsigned failures, int every_s)
{
    int64_t s = every_s;

    if (failures == 0)
        return 0;
    for (unsigned i = 1; i < failures && s < DEVICE_BACKOFF_MAX_S; i++)
        s *= 2;
    if (s > DEVICE_BACKOFF_MAX_S)
        s = DEVICE_BACKOFF_MAX_S;
    return s < every_s ? every_s : (int)s;
}

int64_t device_due(struct device *dev, int64_t anchor_ms, int64_t mono_ms)
{
    if (dev->anchor_ms != anchor_ms) {
        dev->anchor_ms = anchor_ms;
        dev->next_slot = slots_number(mono_ms, anchor_ms, dev->offset_ms, dev->period_ms) + 1;
    }
    if (dev->at_once)
        return dev->at_once_ms;
    return slots_mono(dev->next_slot, dev->anchor_ms, dev->offset_ms, dev->period_ms);
}

int64_t device_take_slot(struct device *dev, int64_t mono_ms)
{
    int64_t k;

    if (dev->at_once) {
        dev->at_once = false;
        return mono_ms;
    }
    k = slots_number(mono_ms, dev->anchor_ms, dev->offset_ms, dev->period_ms);
    if (k > dev->next_slot) {
        (void)pthread_mutex_lock(&dev->lock);
        dev->stats.missed_slots += (uint64_t)(k - dev->next_slot);
        (void)pthread_mutex_unlock(&dev->lock);
    }
    dev->next_slot = k + 1;
    return slots_mono(k, dev->anchor_ms, dev->offset_ms, dev->period_ms);
}

void device_missed(struct device *dev, const char *why)
{
    (void)pthread_mutex_lock(&dev->lock);
    dev->stats.missed_slots++;
    (void)snprintf(dev->stats.error, sizeof dev->stats.error, "%s", why);
    (void)pthread_mutex_unlock(&dev->lock);
}

void device_copy_stats(struct device *dev, struct poll_device_stats *out)
{
    struct answer_ring answers;

    (void)pthread_mutex_lock(&dev->lock);
    *out = dev->stats;
    answers = dev->answers;
    (void)pthread_mutex_unlock(&dev->lock);
    out->answer_p50_ms = answer_ring_quantile(&answers, 0.5);
    out->answer_p95_ms = answer_ring_quantile(&answers, 0.95);
}

static void count_question(struct device *dev, int rc, const struct bus_answer *a, int64_t from_ms)
{
    struct poll_device_stats *s = &dev->stats;

    if (dev->line != NULL)
        line_stats_question(dev->line, rc, a, false, from_ms, clock_mono_ms());

    (void)pthread_mutex_lock(&dev->lock);
    s->last_try_ms = clock_wall_ms();
    s->requests++;
    if (rc == 0) {
        s->good++;
        s->answer_ms = a->answer_ms;
        answer_ring_add(&dev->answers, a->answer_ms);
    } else if (rc == NILA_ERR_TIMEOUT) {
        s->timeouts++;
    } else if (rc == NILA_ERR_EXCEPTION) {
        s->exceptions++;
    } else if (rc == NILA_ERR_PROTO && a->stale) {
        s->stale++;
    } else if (rc == NILA_ERR_PROTO) {
        s->bad_frames++;
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

static int ask_once(struct device *dev, struct bus *bus, const struct plan_block *b,
                    struct reg_block *block, struct bus_answer *a)
{
    int timeout_ms = dev->p->timeout_ms > 0 ? dev->p->timeout_ms : dev->bus->timeout_ms;
    const struct bus_question q = {.unit = dev->d->unit,
                                   .function = b->function,
                                   .first = b->first,
                                   .count = b->count,
                                   .timeout_ms = timeout_ms};
    int rc = bus_open(bus, a->text, sizeof a->text); /* a malformed answer may have closed it */
    int64_t from_ms = clock_mono_ms();

    if (rc != 0)
        return NILA_ERR_IO;
    block->function = b->function;
    block->first = b->first;
    block->count = b->count;
    block->exception = 0;
    rc = bus_ask(bus, &q, block->regs, a);
    if (rc == 0 && dev->p->node_header)
        rc = check_node(dev, block, a);
    if (rc == NILA_ERR_EXCEPTION &&
        (a->exception == GATEWAY_NO_PATH || a->exception == GATEWAY_NO_ANSWER))
        rc = NILA_ERR_TIMEOUT;
    count_question(dev, rc, a, from_ms);
    return rc;
}

/* A bad frame is worth a second try at once: the device is alive. Silence is not: the others of the line are waiting. */
static int ask_block(struct device *dev, struct bus *bus, const struct plan_block *b,
                     struct reg_block *block, struct bus_answer *a)
{
    int rc = ask_once(dev, bus, b, block, a);

    if (rc == NILA_ERR_PROTO) {
        log_debug("bus %s unit %d (%s): %s, asked again", dev->bus->slug, dev->d->unit,
                  dev->d->slug, a->text);
        *a = (struct bus_answer){0};
        rc = ask_once(dev, bus, b, block, a);
    }
    return rc;
}

static void put_smaller(struct device *dev, unsigned i, const char *text, bool *smaller)
{
    struct plan_block was = dev->plan.b[i];

    *smaller = plan_split(&dev->plan, dev->p, i) > 0;
    if (*smaller)
        log_info("bus %s unit %d (%s): registers %d..%d: %s, asked in smaller blocks from now on",
                 dev->bus->slug, dev->d->unit, dev->d->slug, was.first, was.first + was.count - 1,
                 text);
}

/* Block i got no good answer, though the device answers others: some devices keep silent about a register they do not have.
 * It is made smaller, or left out for more and more rounds. */
static void mute_block(struct device *dev, unsigned i, struct bus_answer *a)
{
    struct plan_block *b = &dev->plan.b[i];
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

/* True when block i is left out of this round. A round that would leave out all asks all. */
static bool left_out(struct plan *plan, unsigned i)
{
    bool all = true;

    for (unsigned j = 0; j < plan->n; j++)
        all = all && plan->b[j].skip > 0;
    for (unsigned j = 0; all && j < plan->n; j++)
        plan->b[j].skip = 0;
    if (plan->b[i].skip == 0)
        return false;
    plan->b[i].skip--;
    return true;
}

/* Asks the blocks of a round; *got counts the answered ones. At the first silence the round ends: the others of the line are
 * waiting. It is the device's failure only when it gave no answer at all. */
static int ask_blocks(struct device *dev, struct bus *bus, struct reg_block *block, size_t *got,
                      struct bus_answer *a)
{
    unsigned i = 0;

    for (int questions = 0; i < dev->plan.n && questions < ROUND_QUESTIONS; questions++) {
        bool smaller = false;
        int rc;

        if (left_out(&dev->plan, i)) {
            i++;
            continue;
        }
        *a = (struct bus_answer){0};
        rc = ask_block(dev, bus, &dev->plan.b[i], &block[*got], a);
        if (rc == NILA_ERR_EXCEPTION) {
            if (a->exception == 2 || a->exception == 3)
                put_smaller(dev, i, a->text, &smaller);
            if (smaller)
                continue;
            block[*got].exception = a->exception;
        } else if ((rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO) && *got > 0) {
            mute_block(dev, i, a);
            return 0;
        } else if (rc != 0) {
            if (dev->failures >= 2) /* perhaps it is only this block */
                plan_last(&dev->plan, i);
            return rc;
        } else {
            dev->plan.b[i].silent = 0;
        }
        ++*got;
        i++;
    }
    a->text[0] = '\0';
    return 0;
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

static void fill_set(struct device *dev, int64_t slot_mono_ms, const struct reg_block *block,
                     size_t got, struct reading_set *set)
{
    int64_t mono_ms = clock_mono_ms(), wall_ms = clock_wall_ms();

    decode_blocks(set, dev->p, dev->d, block, got);
    if (set->n == 0)
        return;
    fill_tags(dev, &set->tags);
    set->clock_trusted = clock_trusted() && slots_wall_plausible(wall_ms);
    set->ts_ms = slots_stamp(&dev->stamps, slot_mono_ms, mono_ms, wall_ms, dev->anchor_ms,
                             dev->period_ms, set->clock_trusted);
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

int device_round(struct device *dev, struct bus *bus, int64_t slot_mono_ms, struct reg_block *block,
                 struct reading_set *set)
{
    struct bus_answer a;
    size_t got = 0;
    int rc;

    (void)pthread_mutex_lock(&dev->lock);
    dev->stats.served_slots++;
    (void)pthread_mutex_unlock(&dev->lock);
    rc = ask_blocks(dev, bus, block, &got, &a);

    fill_set(dev, slot_mono_ms, block, got, set);
    if (rc == 0) {
        succeeded(dev, set, a.text);
    } else if (rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO) {
        failed(dev, a.text, set->n);
    } else {
        (void)pthread_mutex_lock(&dev->lock);
        dev->stats.values += set->n;
        (void)snprintf(dev->stats.error, sizeof dev->stats.error, "%s", a.text);
        (void)pthread_mutex_unlock(&dev->lock);
        rc = NILA_ERR_IO;
    }
    return rc;
}
