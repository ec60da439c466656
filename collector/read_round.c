/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_round.h"

#include <stdio.h>

#include "collector/common/clock.h"
#include "device.h"

#define READY_MS 60000 /* the longest wait for a device that was told to measure */

static int one_round(struct read_round *r, struct device *dev, struct asker *asker)
{
    struct bus_question q;
    struct bus_answer a;
    uint16_t *regs;

    device_begin(dev, clock_mono_ms());
    while (device_next(dev, &q, &regs)) {
        int64_t from_ms = clock_mono_ms();
        int rc = asker_ask(asker, &q, regs, &a);
        /* the collector's own troubles are no answer of the device */
        if (rc == NILA_ERR_BUSY || rc == NILA_ERR_REFUSED || rc == NILA_ERR_DENIED ||
            rc == NILA_ERR_CLOSED) {
            (void)snprintf(r->note, sizeof r->note, "%s", a.text);
            return rc;
        }
        device_answer(dev, rc, &a, from_ms);
    }
    return device_end(dev, &r->set, clock_trusted());
}

/* A device that must be told to measure is read when it is ready. */
static int rounds(struct read_round *r, struct device *dev, struct asker *asker)
{
    int64_t end_ms = clock_mono_ms() + READY_MS;
    int rc = one_round(r, dev, asker);
    bool said = r->waits == NULL;

    while (rc == 0 && r->set.n == 0 && dev->at_once && dev->at_once_ms < end_ms) {
        if (!said)
            r->waits(r->arg, (double)(dev->at_once_ms - clock_mono_ms()) / 1000);
        said = true;
        clock_sleep_until(dev->at_once_ms);
        rc = one_round(r, dev, asker);
    }
    return rc;
}

int read_round_ask(struct read_round *r, struct asker *asker)
{
    struct poll_device_stats stats;
    struct device dev;
    int rc = device_init(&dev, r->site, r->index, r->p, NULL, r->note, sizeof r->note);

    if (rc != 0)
        return rc;
    if (asker_by_collector(asker)) /* it keeps its devices started */
        dev.start.deaf_ms = INT64_MAX;
    rc = rounds(r, &dev, asker);
    r->set.ts_ms = clock_wall_ms();
    device_copy_stats(&dev, &stats);
    if (r->note[0] == '\0')
        (void)snprintf(r->note, sizeof r->note, "%s", stats.error);
    device_done(&dev);
    return rc;
}
