/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trouble.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

struct list {
    const struct fleet_view *v;
    struct trouble *t;
    size_t n;
};

static void add(struct list *l, enum trouble_kind kind, const struct fleet_box *x, size_t at,
                int64_t since_ms)
{
    l->t = xrealloc(l->t, l->n + 1, sizeof *l->t);
    l->t[l->n++] = (struct trouble){kind, x, at, since_ms};
}

bool trouble_grave(enum trouble_kind kind)
{
    return kind <= TROUBLE_SINK_REFUSES;
}

bool trouble_device_dead(const struct fleet_device *d)
{
    return d->backoff_s > 0 || (d->read && strcmp(d->last, "away") == 0);
}

enum text trouble_device_word(const struct fleet_device *d)
{
    static const struct {
        const char *last;
        enum text text;
    } WORD[] = {{"bad", TEXT_TECH_DEV_GARBLED},
                {"stale", TEXT_TECH_DEV_LATE},
                {"exception", TEXT_TECH_DEV_REFUSED},
                {"away", TEXT_TECH_DEV_CUT}};

    if (trouble_device_dead(d)) {
        for (size_t i = 0; i < sizeof WORD / sizeof WORD[0]; i++)
            if (strcmp(d->last, WORD[i].last) == 0)
                return WORD[i].text;
        return TEXT_TECH_DEV_DEAD;
    }
    if (!d->read && d->last_try_ms == 0)
        return TEXT_TECH_DEV_SWITCHES;
    if (d->last_try_ms == 0)
        return TEXT_TECH_DEV_NEW;
    return d->error[0] != '\0' ? TEXT_TECH_DEV_PARTLY : TEXT_TECH_DEV_WELL;
}

static int64_t failures(const struct fleet_counts *n)
{
    return n->timeouts + n->bad_frames + n->stale + n->lost;
}

static void look_at_device(struct list *l, const struct fleet_box *x, size_t i)
{
    const struct fleet_device *d = &x->device[i];

    if (trouble_device_dead(d))
        add(l, TROUBLE_DEVICE, x, i, d->last_good_ms);
    else if (d->last_try_ms != 0 && d->error[0] != '\0')
        add(l, TROUBLE_DEVICE_PART, x, i, 0);
    else if (d->n.requests >= TROUBLE_NOISY_FROM &&
             (double)failures(&d->n) > TROUBLE_NOISY_SHARE * (double)d->n.requests)
        add(l, TROUBLE_DEVICE_NOISY, x, i, 0);
}

/* A bus that is away, or on which nobody answers, is told once, not for each of its devices. */
static void look_at_bus(struct list *l, const struct fleet_box *x, size_t i)
{
    const struct fleet_bus *b = &x->bus[i];
    size_t devices = 0, dead = 0;
    int64_t newest_ms = 0;

    for (size_t k = 0; k < x->devices; k++) {
        const struct fleet_device *d = &x->device[k];
        if (strcmp(d->bus, b->slug) != 0 || d->last_try_ms == 0)
            continue;
        devices++;
        dead += trouble_device_dead(d);
        newest_ms = d->last_good_ms > newest_ms ? d->last_good_ms : newest_ms;
    }
    if (strcmp(b->state, "away") == 0) {
        add(l, TROUBLE_BUS_AWAY, x, i, b->since_ms);
        return;
    }
    if (devices > 1 && dead == devices) {
        add(l, TROUBLE_BUS_SILENT, x, i, newest_ms);
        return;
    }
    for (size_t k = 0; k < x->devices; k++)
        if (strcmp(x->device[k].bus, b->slug) == 0)
            look_at_device(l, x, k);
    if (b->busy_permille > TROUBLE_BUSY_PERMILLE)
        add(l, TROUBLE_BUS_BUSY, x, i, 0);
}

static void look_at_journal(struct list *l, const struct fleet_box *x)
{
    const struct fleet_journal *j = &x->journal;

    if (x->lost_values > 0)
        add(l, TROUBLE_LOST, x, 0, 0);
    if (j->dropped > 0)
        add(l, TROUBLE_DROPPED, x, 0, 0);
    if (j->quarantined > 0)
        add(l, TROUBLE_QUARANTINE, x, 0, 0);
    if (x->sinks > 0 && j->oldest_unsent_ms != 0 &&
        x->now_ms - j->oldest_unsent_ms > TROUBLE_SPOOL_MS)
        add(l, TROUBLE_SPOOL, x, 0, j->oldest_unsent_ms);
}

static void look_at_box(struct list *l, const struct fleet_box *x)
{
    if (x->tried_ms == 0)
        return; /* not asked yet */
    if (!fleet_heard(l->v, x)) {
        add(l, TROUBLE_BOX, x, 0, x->heard_ms);
        return; /* what it said before is old */
    }
    for (size_t i = 0; i < x->buses; i++)
        look_at_bus(l, x, i);
    if (x->read_only)
        add(l, TROUBLE_DISK_READ_ONLY, x, 0, 0);
    else if (x->disk_free >= 0 && x->disk_free < TROUBLE_DISK_BYTES)
        add(l, TROUBLE_DISK, x, 0, 0);
    if (x->power_weak == 1)
        add(l, TROUBLE_POWER, x, 0, 0);
    if (!x->clock_trusted)
        add(l, TROUBLE_CLOCK, x, 0, 0);
    look_at_journal(l, x);
    for (size_t i = 0; i < x->sinks; i++) {
        if (strcmp(x->sink[i].state, "misconfigured") == 0)
            add(l, TROUBLE_SINK_REFUSES, x, i, x->sink[i].last_ok_ms);
        else if (strcmp(x->sink[i].state, "waiting") == 0)
            add(l, TROUBLE_SINK_AWAY, x, i, x->sink[i].last_ok_ms);
    }
}

static int worse(const void *a, const void *b)
{
    const struct trouble *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->since_ms != y->since_ms)
        return x->since_ms < y->since_ms ? -1 : 1;
    if (x->box != y->box)
        return x->box < y->box ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

struct trouble *troubles_of(const struct fleet_view *v, size_t *n)
{
    struct list l = {.v = v};

    for (size_t i = 0; i < v->boxes; i++)
        look_at_box(&l, &v->box[i]);
    if (l.n > 1)
        qsort(l.t, l.n, sizeof *l.t, worse);
    *n = l.n;
    return l.t;
}
