/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

static int make_plan(struct device *dev, const struct profile *p, const struct device *like,
                     char *why, size_t why_size)
{
    int rc;

    if (like != NULL) {
        dev->plan = like->made != NULL ? like->made : like->plan;
        return 0;
    }
    dev->made = xcalloc(1, sizeof *dev->made);
    dev->plan = dev->made;
    rc = plan_make(dev->made, p, why, why_size);
    if (rc != 0) {
        free(dev->made);
        dev->made = NULL;
    }
    return rc;
}

int device_init(struct device *dev, const struct site *site, unsigned index,
                const struct profile *p, const struct device *like, char *why, size_t why_size)
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
        make_plan(dev, p, like, text, sizeof text) != 0) {
        (void)snprintf(why, why_size, "device %s (profile %s): %s", d->slug, d->profile, text);
        return NILA_ERR_CONFIG;
    }
    dev->site = site;
    dev->d = d;
    dev->bus = bus;
    dev->p = p;
    dev->quality = quality_new(p, d);
    dev->period_ms = (int64_t)d->every_s * 1000;
    dev->blocks = dev->plan->n;
    dev->block = xcalloc(dev->blocks, sizeof *dev->block);
    if (pthread_mutex_init(&dev->lock, NULL) != 0)
        fatal("device %s: no mutex", d->slug);
    return 0;
}

void device_done(struct device *dev)
{
    if (dev->d == NULL)
        return;
    quality_free(dev->quality);
    free(dev->block);
    free(dev->made);
    free(dev->own);
    (void)pthread_mutex_destroy(&dev->lock);
    dev->d = NULL;
}

bool device_is_read(const struct device *dev)
{
    return dev->plan->n > 0;
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
        if (!dev->kept)
            return mono_ms;
        dev->kept = false; /* the slots that passed while the device got ready are no misses */
        k = slots_number(mono_ms, dev->anchor_ms, dev->offset_ms, dev->period_ms);
        dev->next_slot = k + 1;
        return dev->kept_slot_ms;
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
    dev->stats.last_rc = NILA_ERR_IO;
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

void device_add_slots(struct device *dev, uint64_t *served, uint64_t *missed)
{
    (void)pthread_mutex_lock(&dev->lock);
    *served += dev->stats.served_slots;
    *missed += dev->stats.missed_slots;
    (void)pthread_mutex_unlock(&dev->lock);
}
