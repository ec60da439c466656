/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A serial line has a thread of its own (poll_serial.c), all TCP endpoints share one that waits for events (poll_tcp.c); what they
 * have read is handed on by another (poll_batch.c). Here they are put together and taken apart. */
#include "poll.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "device.h"
#include "poll_line.h"
#include "poll_serial.h"
#include "poll_tcp.h"
#include "slots.h"

#define FIRST_SLOT_MS \
    10000 /* a device whose first slot is further away is read once at the start */
#define GATHER_MS INT64_C(50)
#define HANDLES_MAX \
    900 /* libmodbus waits with select, which counts to 1024; so do the usual limits */

struct poller {
    const struct site *site;
    struct poll_common common;
    struct device *device;
    unsigned devices; /* initialised */
    struct line *line;
    unsigned lines; /* initialised */
    struct serial **serial;
    unsigned serials;
    struct tcp_loop *tcp;
};

static int init_lines(struct poller *p, char *why, size_t why_size)
{
    const struct site *s = p->site;
    unsigned *devices = xcalloc(s->buses, sizeof *devices), handles = 0;
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < s->devices; i++) {
        int bus = s->device[i].bus;
        if (bus >= 0 && (unsigned)bus < s->buses) {
            devices[bus]++;
            continue;
        }
        (void)snprintf(why, why_size, "device %s: no bus %d", s->device[i].slug, bus);
        rc = NILA_ERR_CONFIG;
    }
    p->line = xcalloc(s->buses, sizeof *p->line);
    for (unsigned b = 0; rc == 0 && b < s->buses; b++) {
        const struct site_bus *c = &s->bus[b];

        line_init(&p->line[p->lines++], c, devices[b], clock_mono_ms());
        handles += c->kind == SITE_BUS_SERIAL ? 3 : 1;
        if (c->kind == SITE_BUS_TCP && (c->tcp_port < 1 || c->tcp_port > 65535)) {
            (void)snprintf(why, why_size, "bus %s: port %d cannot be reached, allowed 1..65535",
                           c->slug, c->tcp_port);
            rc = NILA_ERR_CONFIG;
        }
    }
    if (rc == 0 && handles > HANDLES_MAX) {
        (void)snprintf(why, why_size,
                       "%u buses are more than one collector can hold open (%d handles)", s->buses,
                       HANDLES_MAX);
        rc = NILA_ERR_CONFIG;
    }
    free(devices);
    return rc;
}

/* An earlier device of the profile of device i, or NULL. */
static const struct device *same_kind(const struct poller *p, const struct profile *const *profile,
                                      unsigned i)
{
    for (unsigned k = 0; k < i; k++)
        if (profile[k] == profile[i])
            return &p->device[k];
    return NULL;
}

static int init_devices(struct poller *p, const struct profile *const *profile, char *why,
                        size_t why_size)
{
    const struct site *s = p->site;

    p->device = xcalloc(s->devices, sizeof *p->device);
    for (unsigned i = 0; i < s->devices; i++) {
        struct device *dev = &p->device[i];
        struct line *l = &p->line[s->device[i].bus];
        int rc = device_init(dev, s, i, profile[i], same_kind(p, profile, i), why, why_size);

        p->devices++;
        if (rc != 0)
            return rc;
        dev->line = &l->stats;
        l->device[l->devices++] = dev;
    }
    return 0;
}

/* Endpoints that are due at about the same time are due at the same time: one awakening of their thread serves several, and
 * their answers come together too. The devices of one endpoint stay apart. */
static int64_t gathered(const struct line *l, const struct device *dev, int64_t offset_ms)
{
    bool apart = dev->period_ms / l->devices >= 2 * GATHER_MS;

    return l->c->kind == SITE_BUS_TCP && apart ? offset_ms - offset_ms % GATHER_MS : offset_ms;
}

static void put_on_grid(struct poller *p)
{
    struct poll_now now = poll_clock_now(&p->common.clock);

    for (unsigned b = 0; b < p->lines; b++) {
        for (unsigned i = 0; i < p->line[b].devices; i++) {
            struct device *dev = p->line[b].device[i];
            dev->offset_ms = gathered(
                &p->line[b], dev, slots_offset(i, p->line[b].devices, b, p->lines, dev->period_ms));
            dev->anchor_ms = now.anchor_ms - 1; /* not on the grid yet */
            dev->at_once =
                device_due(dev, now.anchor_ms, now.mono_ms) - now.mono_ms > FIRST_SLOT_MS;
            dev->at_once_ms = now.mono_ms;
        }
    }
}

/* A port that another program holds is a mistake somebody must mend now; one that is not there yet may come. */
static int init_servers(struct poller *p, char *why, size_t why_size)
{
    struct line **tcp = xcalloc(p->lines, sizeof(struct line *));
    unsigned n = 0;
    char text[96] = "";
    int rc = 0;

    p->serial = xcalloc(p->lines, sizeof(struct serial *));
    for (unsigned b = 0; rc == 0 && b < p->lines; b++) {
        struct line *l = &p->line[b];
        if (l->c->kind == SITE_BUS_TCP) {
            tcp[n++] = l;
            continue;
        }
        rc = serial_new(&p->serial[p->serials], l, &p->common, text, sizeof text);
        if (rc == 0)
            p->serials++;
        else
            (void)snprintf(why, why_size, "bus %s: %s", l->c->slug, text);
    }
    if (rc == 0 && n > 0) {
        rc = tcp_loop_new(&p->tcp, tcp, n, &p->common, text, sizeof text);
        if (rc != 0)
            (void)snprintf(why, why_size, "%s", text);
    }
    free(tcp);
    return rc;
}

static int start_threads(struct poller *p, const struct poll_receiver *to, char *why,
                         size_t why_size)
{
    int rc = batch_start(&p->common.batch, p->site->devices, to);

    for (unsigned i = 0; rc == 0 && i < p->serials; i++)
        rc = serial_start(p->serial[i]);
    if (rc == 0 && p->tcp != NULL)
        rc = tcp_loop_start(p->tcp);
    if (rc != 0)
        (void)snprintf(why, why_size, "cannot start a thread");
    return rc;
}

int poller_start(struct poller **out, const struct site *site, const struct profile *const *profile,
                 const struct poll_receiver *to, char *why, size_t why_size)
{
    struct poller *p = xcalloc(1, sizeof *p);
    int rc;

    p->site = site;
    poll_clock_init(&p->common.clock);
    atomic_init(&p->common.stop, false);
    atomic_init(&p->common.tcp_turn_ms, clock_mono_ms());
    rc = init_lines(p, why, why_size);
    if (rc == 0)
        rc = init_devices(p, profile, why, why_size);
    if (rc == 0) {
        put_on_grid(p);
        rc = init_servers(p, why, why_size);
    }
    if (rc == 0)
        rc = start_threads(p, to, why, why_size);
    if (rc != 0) {
        poller_stop(p);
        return rc;
    }
    *out = p;
    return 0;
}

void poller_stop(struct poller *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->common.stop, true);
    for (unsigned b = 0; b < p->lines; b++) {
        ask_close(&p->line[b].asks);
        if (p->line[b].wake_fd >= 0)
            line_wake(&p->line[b]);
    }
    for (unsigned i = 0; i < p->serials; i++)
        serial_free(p->serial[i]);
    tcp_loop_free(p->tcp);
    batch_stop(p->common.batch); /* what the lines had finished */
    for (unsigned i = 0; i < p->devices; i++)
        device_done(&p->device[i]);
    for (unsigned i = 0; i < p->lines; i++)
        line_free(&p->line[i]);
    poll_clock_free(&p->common.clock);
    free(p->serial);
    free(p->line);
    free(p->device);
    free(p);
}

void poller_device_stats(struct poller *p, unsigned device, struct poll_device_stats *out)
{
    device_copy_stats(&p->device[device], out);
}

void poller_line_stats(struct poller *p, unsigned bus, struct poll_line_stats *out)
{
    struct line *l = &p->line[bus];

    line_stats_copy(&l->stats, clock_mono_ms(), out);
    out->waiting = atomic_load(&l->asks.waiting);
    for (unsigned i = 0; i < l->devices; i++)
        device_add_slots(l->device[i], &out->served_slots, &out->missed_slots);
}

void poller_lend(struct poller *p, unsigned device, bool lent)
{
    if (device < p->devices)
        atomic_store(&p->device[device].lent, lent);
}

size_t poller_frames(struct poller *p, unsigned bus, struct frame out[static FRAMES_KEPT])
{
    return frames_copy(&p->line[bus].frames, out);
}

int64_t poller_last_turn_ms(struct poller *p, const char **slug)
{
    int64_t oldest = p->tcp != NULL ? atomic_load(&p->common.tcp_turn_ms) : INT64_MAX;

    *slug = "tcp";
    for (unsigned i = 0; i < p->lines; i++) {
        if (p->line[i].c->kind != SITE_BUS_SERIAL || atomic_load(&p->line[i].turn_ms) >= oldest)
            continue;
        oldest = atomic_load(&p->line[i].turn_ms);
        *slug = p->line[i].c->slug;
    }
    return oldest;
}

int poller_ask(struct poller *p, unsigned bus, const struct bus_question *q, uint16_t *regs,
               struct bus_answer *a, int64_t timeout_ms)
{
    int rc;

    *a = (struct bus_answer){0};
    if (bus >= p->lines) {
        (void)snprintf(a->text, sizeof a->text, "no bus %u", bus);
        return NILA_ERR_RANGE;
    }
    rc = bus_check(p->line[bus].c, q, a);
    if (rc != 0)
        return rc;
    return ask_wait(&p->line[bus].asks, q, regs, a, timeout_ms, line_wake, &p->line[bus]);
}
